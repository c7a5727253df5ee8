"""States on the way from noise to image: how they are at a timestep, and walks that go on from there."""

import copy
from numbers import Real
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray

from ..core.checks import finite_list, matrix, strength_table, whole
from ..inversion.choices import Grid, Solver
from ..inversion.deterministic import generate_latents, to_images
from ..inversion.ode import batches, check_noise, one_state, pick_solver, settled, to_level
from ..linalg.direction_algebra import Direction
from ..models.contracts import GeneratorLike


def check_timestep(gen, t):
    """A timestep, a number or a tensor without axes, as a float; ValueError outside the generator's schedule."""
    low, high = gen.schedule(1, grid="uniform").timesteps
    t = t.item() if np.ndim(t) == 0 and hasattr(t, "item") else t
    if not isinstance(t, Real) or not low <= t <= high:
        raise ValueError(f"timestep {t!r} is outside the schedule of {gen.name}; choose {low:g} to {high:g}")
    return float(t)


def check_state(gen, state):
    """One state as (1, *latent_shape) float32."""
    state = np.asarray(state, np.float32)
    state = check_noise(gen, state[None] if state.ndim in (1, len(gen.latent_shape)) else state)
    if len(state) > 1:
        raise ValueError(f"{len(state)} states were given; a local basis belongs to one, so ask for each by itself")
    return state


def states_at(
    gen: GeneratorLike,
    noise: ArrayLike,
    t: float,
    steps: int | None = None,
    solver: Solver | None = None,
    grid: Grid | None = None,
    batch_size: int | Literal["auto"] = 64,
) -> tuple[NDArray[np.float32], float]:
    """States of the ODE from noise at a timestep, as the model sees them.

    Parameters
    ----------
    gen : GeneratorLike
        Best what `NoiseZoo.generator` gives: the one that made the noise, solved as it was.
    noise : array-like (n, *latent_shape)
        Noise near N(0, 1). Flat rows, (n, latent_dim), are taken as well.
    t : float
        Timestep, within the schedule.
    steps, solver, grid : optional
        The way from noise to image, as `invert` takes it; by default the generator's own.
    batch_size : int or "auto"
        Images at once; "auto" takes what fits into the device's memory.

    Returns
    -------
    states : ndarray (n, *latent_shape), float32
        One an image.
    t : float
        Their timestep. It is that of the nearest level of the schedule above the image's, the noise's own among them.

    Raises
    ------
    ValueError
        On a timestep outside the schedule, an unknown solver or grid, steps or a batch size out of range, and on noise
        of another shape, none, or with values that are not finite.

    Examples
    --------
    >>> from unelib.models import ExactGaussian
    >>> noise = np.random.default_rng(0).standard_normal((2, 16))
    >>> states, t = states_at(ExactGaussian(), noise, 500, steps=10, grid="trailing")
    >>> states.shape, t
    ((2, 1, 4, 4), 499.0)
    """
    count, way, levels = settled(gen, steps, solver, grid)
    schedule, noise = gen.schedule(count, levels), check_noise(gen, noise)
    level = level_at(gen, schedule, t)
    states = states_between(gen, noise, way, schedule, schedule.steps, level, batch_size)
    return states, float(schedule.timesteps[level])


def level_at(gen, schedule, t):
    """The level of a schedule, above the lowest, whose timestep is nearest to t."""
    return int(np.abs(schedule.timesteps[1:] - check_timestep(gen, t)).argmin()) + 1


def states_between(gen, states, solver, schedule, start, end, batch_size):
    """States (n, ...) of one level as they are at a lower one, batch after batch."""
    parts, integrate = [], pick_solver(solver)
    for rows in batches(gen, len(states), batch_size):
        x = torch.from_numpy(states[rows]).to(gen.device)
        parts.append(to_level(gen, x, integrate, schedule, start, end).cpu().numpy())
    return np.concatenate(parts)


class Midway:
    """Images on their way from noise, at one timestep, from where walks go on; each way there and on is solved once.

    What is left of the way is counted as a change of the round trip's latent, so that stopping costs nothing.

    Parameters
    ----------
    gen : GeneratorLike
        Best what `NoiseZoo.generator` gives: the one that made the noise, solved as it was.
    noise : array-like (n, *latent_shape)
        Noise near N(0, 1). Flat rows, (n, latent_dim), are taken as well.
    t : float
        Timestep, within the schedule.
    steps, solver, grid : optional
        The way from noise to image, as `invert` takes it; by default the generator's own. Not "bdia", "belm" or
        "edict", which need a second state.
    batch_size : int or "auto"
        Images at once; "auto" takes what fits into the device's memory.

    Attributes
    ----------
    states : ndarray (n, *latent_shape), float32
        One an image, as `states_at` gives them.
    t : float
        Their timestep, the nearest of the schedule's above the image's own.
    gen : GeneratorLike
        As given.

    Raises
    ------
    ValueError
        As `states_at`, and on a solver that needs a second state.

    Examples
    --------
    >>> from unelib.models import ExactGaussian
    >>> midway = Midway(ExactGaussian(), np.random.default_rng(0).standard_normal((3, 16)), 500, steps=5)
    >>> up = Direction("up", np.full(16, 0.25))
    >>> midway.walk(up, [-1, 0, 1]).shape, midway[[0, 2]].walk(up, [[0.5, 1]]).shape
    ((3, 3, 4, 4, 3), (1, 2, 4, 4, 3))
    """

    def __init__(
        self,
        gen: GeneratorLike,
        noise: ArrayLike,
        t: float,
        steps: int | None = None,
        solver: Solver | None = None,
        grid: Grid | None = None,
        batch_size: int | Literal["auto"] = 64,
    ) -> None:
        count, way, levels = settled(gen, steps, solver, grid)
        self.gen, self.way, self.batch_size = gen, one_state(way), batch_size
        self.schedule, noise = gen.schedule(count, levels), check_noise(gen, noise)
        self.level = level_at(gen, self.schedule, t)
        self.t = float(self.schedule.timesteps[self.level])
        self.states = states_between(gen, noise, way, self.schedule, count, self.level, batch_size)
        self.whole = generate_latents(gen, noise, steps, solver, grid, batch_size)
        self.there = self.onward(self.states)

    def __len__(self) -> int:
        return len(self.states)

    def __getitem__(self, rows: Any) -> "Midway":
        """Some of the images, by their numbers (m,) or a slice."""
        some = copy.copy(self)
        some.states, some.whole, some.there = self.states[rows], self.whole[rows], self.there[rows]
        return some

    def onward(self, states):
        """Where states (n, *latent_shape) of the timestep lead to."""
        return states_between(self.gen, states, self.way, self.schedule, self.level, 0, self.batch_size)

    def walk(
        self, v: Direction | ArrayLike, strengths: ArrayLike, guidance: float | None = None, repeats: int = 1
    ) -> NDArray[np.uint8]:
        """Images whose states were moved once.

        Parameters
        ----------
        v, strengths, guidance, repeats
            As `walk_at` takes them.

        Returns
        -------
        ndarray (s, n, h, w, 3), uint8
            A row a strength.

        Raises
        ------
        ValueError
            On strengths that are no list of finite numbers or of other images, on v of other states or of other images,
            guidance that is not finite, and `repeats` below 1.
        """
        vectors, lengths = asked_steps(self.gen, len(self), v, strengths, guidance, repeats)
        image, flat, parts = np.arange(lengths.size) % len(self), lengths.reshape(-1, 1, 1, 1), []
        for rows in batches(self.gen, len(flat), self.batch_size):  # of all strengths: full batches
            x, step = self.states[image[rows]], flat[rows] * vectors[image[rows]]
            for _ in range(repeats):
                x = moved_state(self.gen, x, step, self.t, guidance)
            parts.append(self.onward(x))
        change = (np.concatenate(parts) - self.there[image]) / self.schedule.scales[0]
        images = to_images(self.gen, self.whole[image] + change, self.batch_size)
        return images.reshape(*lengths.shape, *images.shape[1:])


def walk_at(
    gen: GeneratorLike,
    noise: ArrayLike,
    v: Direction | ArrayLike,
    t: float,
    strengths: ArrayLike,
    guidance: float | None = None,
    repeats: int = 1,
    steps: int | None = None,
    solver: Solver | None = None,
    grid: Grid | None = None,
    batch_size: int | Literal["auto"] = 64,
) -> NDArray[np.uint8]:
    """Images whose states were moved once, near a timestep.

    The way back is counted as a change of the round trip's latent, so that stopping at t costs nothing. Who walks from
    the same images more than once takes `Midway`, which makes what all walks have in common once.

    Parameters
    ----------
    gen : GeneratorLike
        Best what `NoiseZoo.generator` gives: the one that made the noise, solved as it was.
    noise : array-like (n, *latent_shape)
        Noise near N(0, 1). Flat rows, (n, latent_dim), are taken as well.
    v : Direction or array-like (n, d)
        A `Direction` of states at t, the same for all, or unit vectors, each image's own, and then a strength is a
        length.
    t : float
        Timestep, within the schedule; states are moved at the nearest level, as in `states_at`.
    strengths : array-like (s,) or (s, n)
        Steps, in the direction's standard deviations, of all images alike or of each its own; 0 is the round trip.
    guidance : float, optional
        None: x + s v. A number gamma: x + gamma (eps(x + s v) - eps(x)), the x-space guidance of Park et al. [1]_.
    repeats : int
        How many such steps are taken one after the other, each from where the last led.
    steps, solver, grid : optional
        The way from noise to image, as `invert` takes it; by default the generator's own. Not "bdia", "belm" or
        "edict", which need a second state.
    batch_size : int or "auto"
        Images at once; "auto" takes what fits into the device's memory.

    Returns
    -------
    ndarray (s, n, h, w, 3), uint8
        A row a strength.

    Raises
    ------
    ValueError
        On strengths that are not a list of finite numbers, on v of other states or of other images, on a timestep
        outside the schedule, guidance that is not finite, `repeats` below 1, an unknown solver or grid, and noise as in
        `states_at`.

    References
    ----------
    .. [1] Park et al., 2023.

    Examples
    --------
    >>> from unelib.models import ExactGaussian
    >>> noise = np.random.default_rng(0).standard_normal((2, 16))
    >>> walk_at(ExactGaussian(), noise, Direction("up", np.full(16, 0.25)), 500, [-1, 0, 1], steps=5).shape
    (3, 2, 4, 4, 3)
    """
    asked_steps(gen, len(check_noise(gen, noise)), v, strengths, guidance, repeats)
    return Midway(gen, noise, t, steps, solver, grid, batch_size).walk(v, strengths, guidance, repeats)


def asked_steps(gen, n, v, strengths, guidance, repeats):
    """Vectors (n, *latent_shape) float32, and lengths (s, n) of the steps along them; ValueError as `Midway.walk`."""
    sizes = strength_table(strengths, n)
    if guidance is not None:
        finite_list([guidance], "guidance")
    if not whole(repeats, 1):
        raise ValueError(f"repeats is {repeats!r}; choose a whole number from 1 on")
    vectors, sigma = state_vectors(gen, v, n)
    return vectors, sizes * sigma


def state_vectors(gen, v, n):
    """Vectors (n, *latent_shape) float32 of a `Direction` or of rows (n, d), and the length that strengths count in."""
    vectors, sigma = (v.vector[None], v.sigma) if isinstance(v, Direction) else (matrix(v, "v"), 1.0)
    if vectors.shape[1] != gen.latent_dim or len(vectors) not in (1, n):
        raise ValueError(
            f"v has shape {vectors.shape}; {gen.name}'s states have {gen.latent_dim} values, and there are {n} of them"
        )
    return np.broadcast_to(vectors, (n, gen.latent_dim)).reshape(n, *gen.latent_shape).astype(np.float32), sigma


@torch.inference_mode()
def moved_state(gen, x, step, t, guidance=None):
    """States x (n, *latent_shape) at timestep t after a step, straight or by guidance."""
    if guidance is None:
        return x + step.astype(np.float32)

    def eps(x):
        return gen.eps(torch.from_numpy(x).to(gen.device), t).cpu().numpy()

    return x + np.float32(guidance) * (eps(x + step.astype(np.float32)) - eps(x))
