"""Search in noise for pictures that fail: on the shell where Gaussian noise lies, so that what is found is typical.

A score of noises says how near each is to a failure, and is above 0 in one. Two searches climb it on the sphere of
radius sqrt(d): an evolution strategy, which asks for scores alone, and gradient ascent, where one can be had (SAGE: Liu
et al., 2023, searches the noise of text-guided models by the gradient of a classifier).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray

from ..core.checks import choice, matrix, share, whole
from ..inversion.choices import Grid, Solver
from ..inversion.deterministic import generate
from ..inversion.ode import check_noise, one_state, settled
from ..linalg.cosine import unit_rows
from ..linalg.direction_algebra import Direction
from ..models.contracts import GeneratorLike, JudgeLike
from .walks import shifted

Score = Callable[[NDArray[Any]], NDArray[Any]]
PATIENCE = 20  # generations without a failure after which a line of descent is given up


@dataclass(frozen=True, eq=False)
class Failures:
    """Noises that fail, and what it took to find them: what `search_failures` returns.

    Attributes
    ----------
    noise : ndarray (m, d), float32
        All of length sqrt(d).
    scores : ndarray (m,)
        All above 0.
    lines : ndarray (m,) of int
        The line of descent that found each; different lines are independent.
    calls : int
        Noises that were scored.
    best : ndarray (generations,)
        The highest score of each generation, all lines one after the other.
    """

    noise: NDArray[np.float32]
    scores: NDArray[np.float64]
    lines: NDArray[np.int64]
    calls: int
    best: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.noise)


def on_shell(rows: ArrayLike) -> NDArray[np.float64]:
    """Rows (n, d) brought to the length sqrt(d), about which that of Gaussian noise concentrates."""
    rows = np.asarray(rows, np.float64)
    return unit_rows(rows) * np.sqrt(rows.shape[1])


def search_failures(
    score: Score,
    d: int,
    budget: int = 1000,
    lines: int = 1,
    population: int = 20,
    parents: int = 5,
    angle: float = 0.5,
    seed: int = 0,
) -> Failures:
    """Failures by an evolution strategy on the shell of Gaussian noise.

    Each line of descent begins with noises anywhere. The `parents` of the highest scores are averaged, the mean is put
    back on the shell, and the next generation lies about it, at an angle, in random directions: (mu, lambda) with
    recombination. A line ends with the generation that holds a failure, or when it is given up; the next begins anew.

    Parameters
    ----------
    score : callable
        Of noises (n, d) float32: (n,), above 0 in a failure. Only the order of scores matters otherwise.
    d : int
        Columns of the noise.
    budget : int
        Noises that are scored, at most.
    lines : int
        Lines of descent that are to find a failure.
    population, parents : int
        Noises of a generation, and those that the next one comes from.
    angle : float
        Radians between a generation's mean and its noises, below pi / 2.
    seed : int
        Of the draws.

    Returns
    -------
    Failures
        Those of the last generation of each line; none where none was found.

    Raises
    ------
    ValueError
        On numbers out of range, and on scores of another shape or not finite.

    References
    ----------
    .. [1] Liu et al., "Discovering failure modes of text-guided diffusion models via adversarial search", 2023.
    .. [2] Beyer and Schwefel, "Evolution strategies: a comprehensive introduction", 2002.

    Examples
    --------
    >>> found = search_failures(lambda x: x[:, 0] - 4.0, d=50)  # one noise in 30,000
    >>> len(found) > 0, bool((found.noise[:, 0] > 4).all()), found.calls < 500
    (True, True, True)
    """
    for what, number, least in (("d", d, 2), ("lines", lines, 1), ("population", population, 2), ("budget", budget, 1)):
        if not whole(number, least):
            raise ValueError(f"{what} is {number!r}; choose a whole number from {least}")
    if not whole(parents, 1, population - 1):
        raise ValueError(f"parents is {parents!r}; choose a whole number from 1 to {population - 1}, below population")
    share(angle, "angle", high=np.pi / 2)
    rng, best, calls = np.random.default_rng(seed), list[float](), 0
    ends = list[tuple[Any, Any]]()  # of lines that found a failure: their last generation, and its scores
    of = list[int]()  # the number of each such line
    line = 0
    while calls < budget and len(ends) < lines:
        noise, values, highest, asked = descended(score, d, budget - calls, population, parents, angle, rng)
        calls, best, line = calls + asked, best + highest, line + 1
        if (values > 0).any():
            ends.append((noise[values > 0], values[values > 0]))
            of += [line - 1] * int((values > 0).sum())
    noises, scores = (np.concatenate(parts) for parts in zip(*ends)) if ends else (np.zeros((0, d)), np.zeros(0))
    return Failures(noises.astype(np.float32), scores, np.array(of, np.int64), calls, np.array(best))


def descended(score, d, room, population, parents, angle, rng):
    """The last generation of one line of descent, its scores, the highest of each generation, and the noises scored."""
    middle, best, calls = None, [], 0
    for _ in range(PATIENCE):
        noise = children(middle, min(population, room - calls), d, angle, rng)
        values = checked_scores(score, noise)
        calls, best = calls + len(noise), [*best, values.max()]
        if values.max() > 0 or calls >= room:
            break
        middle = noise[np.argsort(-values)[:parents]].mean(0, dtype=np.float64)
    return noise, values, best, calls


def children(middle, n, d, angle, rng):
    """Noises (n, d) float32 on the shell: at an angle from a middle (d,), or anywhere if None."""
    drawn = rng.standard_normal((n, d))
    if middle is None:
        return on_shell(drawn).astype(np.float32)
    unit = middle / np.linalg.norm(middle)
    across = unit_rows(drawn - np.outer(drawn @ unit, unit))
    return on_shell(np.cos(angle) * unit + np.sin(angle) * across).astype(np.float32)


def checked_scores(score, noise):
    """Scores (n,) float64 of noises; ValueError on another shape, or values that are not finite."""
    values = np.asarray(score(noise), np.float64)
    if values.shape != (len(noise),) or not np.isfinite(values).all():
        raise ValueError(f"score gave {values.shape} for {len(noise)} noises; it must give one finite number each")
    return values


def climb(
    score: Callable[[torch.Tensor], torch.Tensor], start: ArrayLike, steps: int = 20, angle: float = 0.05
) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """Noises that went up the gradient of a score on their shell: for scores that can be differentiated at low cost.

    Parameters
    ----------
    score : callable
        Of a tensor (n, d) float32: a tensor (n,), row by row, above 0 in a failure.
    start : array-like (n, d)
        Noises; they are brought to the length sqrt(d).
    steps : int
        How many, each of the same length.
    angle : float
        Radians that a step turns a noise by.

    Returns
    -------
    noise : ndarray (n, d), float32
        Of each way, where the score was highest.
    scores : ndarray (n,)
        There.

    Raises
    ------
    ValueError
        On noises that are not finite, on steps below 1, and an angle out of range.

    Examples
    --------
    >>> start = np.random.default_rng(0).standard_normal((3, 50))
    >>> noise, scores = climb(lambda x: x[:, 0] - 4.0, start, steps=20, angle=0.1)
    >>> bool((scores > 0).all()), np.allclose(np.linalg.norm(noise, axis=1), np.sqrt(50))
    (True, True)
    """
    if not whole(steps, 1):
        raise ValueError(f"steps is {steps!r}; choose a whole number from 1")
    share(angle, "angle", high=np.pi / 2)
    x = on_shell(matrix(start, "start")).astype(np.float32)
    best, highest = x.copy(), np.full(len(x), -np.inf)
    for step in range(steps + 1):
        point = torch.from_numpy(x).requires_grad_()
        with torch.enable_grad():
            values = score(point)
            slope = torch.autograd.grad(values.sum(), point)[0] if step < steps else None
        now = values.detach().double().cpu().numpy()
        better = now > highest
        best[better], highest[better] = x[better], now[better]
        x = turned_uphill(x, slope, angle) if step < steps else x
    return best, highest


def turned_uphill(x, slope, angle):
    """Noises (n, d) turned on their shell by an angle, up a slope (n, d); where there is none they stay."""
    unit, uphill = unit_rows(x.astype(np.float64)), slope.double().cpu().numpy()
    across = uphill - (uphill * unit).sum(1, keepdims=True) * unit
    length = np.linalg.norm(across, axis=1, keepdims=True)
    across = np.divide(across, length, out=np.zeros_like(across), where=length > 0)
    return on_shell(np.cos(angle) * unit + np.sin(angle) * across).astype(np.float32)


def picture_score(
    gen: GeneratorLike,
    value: Callable[[NDArray[np.uint8]], NDArray[Any]],
    d: Direction | None = None,
    strength: float = 0.0,
    path: Literal["straight", "norm", "geodesic"] = "norm",
    steps: int | None = None,
    solver: Solver | None = None,
    grid: Grid | None = None,
    batch_size: int | Literal["auto"] = 64,
) -> Score:
    """A score of noises by the pictures that a generator makes of them, after a step along a direction if one is given.

    Parameters
    ----------
    gen : GeneratorLike
        Best what `NoiseZoo.generator` gives.
    value : callable
        Of pictures (n, h, w, 3) uint8: (n,), above 0 in a failure, such as `lacks` gives.
    d : Direction, optional
        What is asked of each noise before its picture is made.
    strength : float
        Of that step, in the direction's standard deviations.
    path : {"straight", "norm", "geodesic"}
        As in `move`.
    steps, solver, grid, batch_size : optional
        As `generate` takes them.

    Returns
    -------
    callable
        Of noises (n, d) or (n, *latent_shape): (n,).

    Raises
    ------
    ValueError
        On another view's direction, and on a solver that noise alone does not lead back by.

    Examples
    --------
    >>> from unelib.models import ExactGaussian
    >>> bright = picture_score(ExactGaussian(), lambda pixels: pixels.mean((1, 2, 3)) / 255 - 0.5, steps=4)
    >>> bright(np.random.default_rng(0).standard_normal((3, 16))).shape
    (3,)
    """
    one_state(settled(gen, steps, solver, grid)[1])
    if d is not None and len(d.vector) != gen.latent_dim:
        raise ValueError(f"{d.name} has {len(d.vector)} columns; {gen.name}'s noise has {gen.latent_dim}")

    def scored(noise):
        start = check_noise(gen, noise)
        moved = start if d is None else shifted(start, d, strength, path)
        return value(generate(gen, moved, steps, solver, grid, batch_size))

    return scored


def lacks(judge: JudgeLike, attribute: str, sign: int = 1) -> Callable[[NDArray[np.uint8]], NDArray[np.float64]]:
    """A value of pictures that is above 0 where a judge does not see what was asked for: 0.5 less its probability.

    Parameters
    ----------
    judge : JudgeLike
        Who looks.
    attribute : str
        What was asked for.
    sign : {1, -1}
        1 if it was to be there, -1 if not.

    Returns
    -------
    callable
        Of pictures (n, h, w, 3) uint8: (n,), -0.5 to 0.5.

    Raises
    ------
    ValueError
        On an attribute that the judge does not know, and on another sign.

    Examples
    --------
    >>> from unelib import load_images, load_judge
    >>> pixels = load_images("drawn-faces", n=4).pixels
    >>> asked, refused = (lacks(load_judge(), "Smiling", sign)(pixels) for sign in (1, -1))
    >>> np.allclose(asked, -refused)
    True
    """
    column = judge.attributes.index(choice(attribute, judge.attributes, "attribute"))
    choice(sign, (1, -1), "sign")
    return lambda pixels: sign * (0.5 - judge.probabilities(pixels)[:, column].astype(np.float64))
