"""Edits in noise: move along directions, generate, and see what changed; `reports` holds what is counted then."""

from collections.abc import Callable, Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from ..core.checks import choice, matrix, name_list, strength_table
from ..inversion.deterministic import generate
from ..inversion.ode import one_state, settled
from ..linalg.direction_algebra import Direction
from ..models.contracts import GeneratorLike, JudgeLike
from .reports import EditReport, score_edit
from .steps import stepped, warn_off_shell

Path = Literal["straight", "norm", "geodesic"]


def move(noise: ArrayLike, d: Direction, strength: ArrayLike, path: Path = "straight") -> NDArray[np.float32]:
    """Noise moved along a direction.

    Warns where a straight step changes norms by more than those of Gaussian noise differ (`steps.SHELL`).

    Parameters
    ----------
    noise : array-like (n, ...)
        One row an image.
    d : Direction
        Of the noise's own view.
    strength : float or array-like (n,)
        In the direction's standard deviations.
    path : {"straight", "norm", "geodesic"}
        "norm" and "geodesic" keep every image's norm and can be taken back up to the direction's pole, as in
        `steps.stepped`.

    Returns
    -------
    ndarray (n, ...), float32
        In the noise's shape.

    Raises
    ------
    ValueError
        On another view's direction, strengths that are not finite, and curved steps past the pole.

    Examples
    --------
    >>> right = Direction("right", np.array([1.0, 0.0]), sigma=0.5)
    >>> move([[0.0, 1.0]], right, 1.0).tolist(), move([[0.0, 1.0]], right, 1.0, "norm").round(2)[0, 1]
    ([[0.5, 1.0]], np.float32(0.87))
    """
    start = np.asarray(noise)
    moved = shifted(start, d, strength, path)
    warn_off_shell(start, moved, d, strength)
    return moved


def shifted(noise, d, strength, path="straight"):
    """What `move` returns, without its warning."""
    flat = np.asarray(noise, np.float32).reshape(len(noise), -1)
    if flat.shape[1] != len(d.vector):
        alone = np.size(noise) == len(d.vector)
        raise ValueError(
            f"{d.name} has {len(d.vector)} columns; this noise has {flat.shape[1]}:"
            + (" one image's is to be given as noise[None]" if alone else " another view's direction")
        )
    return stepped(matrix(flat, "noise"), d, strength, path).astype(np.float32).reshape(np.shape(noise))


def walk(
    gen: GeneratorLike,
    noise: ArrayLike,
    d: Direction,
    strengths: ArrayLike,
    *,
    path: Path = "straight",
    decode: Callable[..., NDArray[np.uint8]] = generate,
    **how: Any,
) -> NDArray[np.uint8]:
    """Images along a direction.

    Parameters
    ----------
    gen : GeneratorLike
        Best what `NoiseZoo.generator` gives: the one that made the noise, solved as it was.
    noise : array-like (n, *latent_shape) or (n, latent_dim)
        Where the walks begin.
    d : Direction
        Of the noise's own view.
    strengths : array-like (s,) or (s, n)
        Steps, in the direction's standard deviations, of all images alike or of each its own; 0 is the round trip.
    path : {"straight", "norm", "geodesic"}
        As in `move`, which also says when it warns; here it warns once for all strengths.
    decode : callable
        What makes the images, of all strengths at once: `generate`, or `stochastic.decode` of stochastic latents.
    **how
        What it takes beside the noise; of `generate` steps, solver, grid, batch_size.

    Returns
    -------
    ndarray (s, n, h, w, 3), uint8
        A row a strength. All go in one batch, so those of 0 are `generate`'s within a grey level.

    Raises
    ------
    ValueError
        On another view's direction, strengths that are not finite or of other images, no noise, and a solver that needs
        a second state.

    Examples
    --------
    >>> from unelib.models import ExactGaussian
    >>> noise = np.random.default_rng(0).standard_normal((2, 16))
    >>> walk(ExactGaussian(), noise, Direction("up", np.full(16, 0.25)), [-1, 0, 1], steps=5).shape
    (3, 2, 4, 4, 3)
    """
    start = np.asarray(noise)
    if len(start) == 0:
        raise ValueError("no noise was given")
    sizes = strength_table(strengths, len(start))
    one_state(settled(gen, solver=how.get("solver"))[1])
    moved = np.stack([shifted(start, d, own, path) for own in sizes])
    warn_off_shell(start, moved, d, sizes)
    images = decode(gen, moved.reshape(-1, *start.shape[1:]), **how)  # of all strengths: full batches
    return images.reshape(*sizes.shape, *images.shape[1:])


def walk_each(
    gen: GeneratorLike,
    noise: ArrayLike,
    before: NDArray[np.uint8],
    directions: Sequence[Direction],
    strengths: ArrayLike,
    judge: JudgeLike,
) -> tuple[NDArray[np.uint8], list[EditReport]]:
    """Images along directions of their own, and a report on each walk.

    Parameters
    ----------
    gen : GeneratorLike
        What the noise is of.
    noise : array-like (n, *latent_shape) or (n, latent_dim)
        Where the walks begin, one row an image.
    before : ndarray (n, h, w, 3), uint8
        The images as their noise makes them.
    directions : sequence of n Directions
        One an image, aimed at what is asked for.
    strengths : array-like (s,)
        Steps, in each direction's standard deviations.
    judge : JudgeLike
        Whose verdicts are reported.

    Returns
    -------
    images : ndarray (n, s, h, w, 3), uint8
        A row a walk, a column a step.
    reports : list of n EditReports
        Each of s images, against the one before.

    Raises
    ------
    ValueError
        On other numbers of images, directions and rows of noise, and as `walk` and `score_edit`.
    """
    noise = np.asarray(noise)
    if not len(noise) == len(before) == len(directions):
        raise ValueError(
            f"{len(noise)} rows of noise, {len(before)} images and {len(directions)} directions; give as many of each"
        )
    walks = [walk(gen, noise[[i]], d, strengths)[:, 0] for i, d in enumerate(directions)]
    starts = (np.repeat(image[None], len(pictures), axis=0) for image, pictures in zip(before, walks))
    reports = [score_edit(start, end, d, judge) for start, end, d in zip(starts, walks, directions)]
    return np.stack(walks), reports


def judged_changes(
    gen: GeneratorLike,
    noise: ArrayLike,
    directions: Sequence[Direction],
    judge: JudgeLike,
    strength: float = 3.0,
    before: NDArray[np.uint8] | None = None,
    **solver: Any,
) -> NDArray[np.float64]:
    """Changes (m, n, a) of the judge's probabilities that each of m directions makes in n images, at a strength."""
    before = generate(gen, noise, **solver) if before is None else before
    known = judge.probabilities(before)
    one_state(settled(gen, solver=solver.get("solver"))[1])
    moved = np.concatenate([move(noise, d, strength) for d in directions])
    after = judge.probabilities(generate(gen, moved, **solver))
    return after.reshape(len(directions), *known.shape) - known


def change_matrix(changes: NDArray[Any], names: Sequence[str], judge: JudgeLike) -> pd.DataFrame:
    """DataFrame (edited attribute x judged attribute) of mean changes, from `judged_changes` along named directions."""
    return pd.DataFrame(changes.mean(1), name_list(names, "names"), judge.attributes)


def on_and_off_target(
    changes: NDArray[Any], names: Sequence[str], judge: JudgeLike
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Change of the target, and mean absolute change of all others, both (n,): by image, mean over the edits.

    Raises ValueError for a name that the judge does not know.
    """
    for name in name_list(names, "names"):
        choice(name, judge.attributes, "attribute")
    own = np.array([[name == attribute for attribute in judge.attributes] for name in names])[:, None]
    on = (changes * own).sum(2).mean(0)
    return on, (np.abs(changes) * ~own).sum(2).mean(0) / (len(judge.attributes) - 1)
