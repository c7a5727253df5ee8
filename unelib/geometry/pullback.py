"""The pullback geometry of a denoiser's states: directions x that move the bottleneck h most (Park et al., 2023).

The metric of h-space, pulled back through the map x_t -> h, has as its local basis the right singular vectors v of
J = dh / dx_t; the left ones, u, span the tangent space in h. J is known by its products alone (`jacobian`, `krylov`).
Of a generator with guidance it is the pass under the condition.
"""

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray

from ..core.checks import choice, finite_list, matrix, same_columns, strength_table, whole
from ..editing.directions import Direction
from ..inversion.choices import Grid, Solver
from ..inversion.deterministic import generate_latents, to_images
from ..inversion.ode import batches, check_noise, one_state, pick_solver, settled, to_level
from ..linalg.cosine import unit_rows
from ..linalg.grassmann import frechet_mean
from ..models.contracts import GeneratorLike
from .hooks import bottleneck, mid_block
from .jacobian import BLOCK, Jacobian

RANK = 1e-6  # share of the largest singular value below which one is rounding


@dataclass(frozen=True, eq=False)
class Basis:
    """The local basis of one state x_t, J v = sigma u: what `local_basis` returns.

    Attributes
    ----------
    v : ndarray (k, d)
        In the state's space, rows of unit length.
    sigma : ndarray (k,)
        Singular values, falling.
    u : ndarray (k, m)
        In h-space, rows of unit length.
    t : float
        Timestep of the state.
    residual : ndarray (k,)
        |J'u - sigma v| / sigma_1: v_i is off by about residual_i over its relative gap in the spectrum.
    products : int
        Vectors that went through J or J'.

    Examples
    --------
    >>> basis = Basis(np.eye(2, 5), np.array([2.0, 1.0]), np.eye(2, 4), 999.0, np.zeros(2), 4)
    >>> basis.direction(1).name, basis.direction(1).vector.tolist()
    ('v2 at t = 999', [0.0, 1.0, 0.0, 0.0, 0.0])
    """

    v: NDArray[np.float64]
    sigma: NDArray[np.float64]
    u: NDArray[np.float64]
    t: float
    residual: NDArray[np.float64]
    products: int

    def direction(self, i: int, sigma: float = 1.0) -> Direction:
        """The i-th basis vector as a direction.

        Parameters
        ----------
        i : int
            Its number, from 0.
        sigma : float
            What strengths count in.

        Returns
        -------
        Direction
            Of states at t; its name says which vector, from 1, and which timestep.
        """
        return Direction(f"v{i + 1} at t = {self.t:.0f}", self.v[i], sigma)


def local_basis(
    gen: GeneratorLike,
    noise: ArrayLike,
    t: float,
    k: int = 10,
    tolerance: float = 1e-4,
    block: int = BLOCK,
    seed: int = 0,
) -> Basis:
    """The directions of one state that move the bottleneck most: the leading singular triples of J = dh / dx_t.

    Parameters
    ----------
    gen : GeneratorLike
        With a U-Net's mid block.
    noise : array-like (1, *latent_shape) or (*latent_shape,)
        One state, as the model sees it at t: an image's noise at the last timestep, and what `states_at` makes of it at
        others.
    t : float
        Timestep, within the schedule.
    k : int
        How many.
    tolerance : float
        On the residuals, of the largest singular value; singular values are off by about its square. In half precision
        it is twice the precision's rounding at least, and where it is not reached the residuals say so.
    block : int
        Vectors that go through the network at once.
    seed : int
        Of the first block.

    Returns
    -------
    Basis
        Singular vectors on both sides, and values; by block Krylov, `linalg.leading_triples`.

    Raises
    ------
    ValueError
        On a timestep outside the schedule, on k larger than the bottleneck or the state, on several states, on a
        tolerance or a block that is not above 0, and if there is no mid block.

    References
    ----------
    .. [1] Park et al., 2023.

    Examples
    --------
    >>> from unelib import load_generator
    >>> noise = np.random.default_rng(0).standard_normal((1, 3, 32, 32))
    >>> local_basis(load_generator("drawn-ddpm"), noise, 999, k=1, tolerance=0.5).v.shape
    (1, 3072)
    """
    mid_block(gen)
    t = check_timestep(gen, t)
    state = torch.from_numpy(check_state(gen, noise)).to(gen.device)
    J = Jacobian(lambda x: bottleneck(gen, x, t), state)
    if not whole(k, 1, min(J.rows, J.columns)):
        raise ValueError(
            f"k is {k!r}; choose a whole number from 1 to {min(J.rows, J.columns)}: {gen.name}'s bottleneck has"
            f" {J.rows} values, its states {J.columns}"
        )
    found = J.triples(k, tolerance, gen.dtype, block, seed)
    return Basis(found.v, found.sigma, found.u, t, found.residual, found.products)


def local_bases(gen: GeneratorLike, states: ArrayLike, t: float, k: int = 10, tolerance: float = 1e-4) -> list[Basis]:
    """The local basis of each of several states at one timestep.

    Parameters
    ----------
    gen : GeneratorLike
        With a U-Net's mid block.
    states : array-like (n, *latent_shape)
        As the model sees them at t, such as `states_at` gives.
    t : float
        Timestep, within the schedule.
    k : int
        How many directions of each.
    tolerance : float
        On the residuals, as in `local_basis`.

    Returns
    -------
    list of Basis (n,)
        One a state.

    Raises
    ------
    ValueError
        As `local_basis`, and on states of another shape, none, or with values that are not finite.

    Examples
    --------
    >>> from unelib import load_generator
    >>> states = np.random.default_rng(0).standard_normal((2, 3, 32, 32))
    >>> [basis.v.shape for basis in local_bases(load_generator("drawn-ddpm"), states, 999, k=1, tolerance=0.5)]
    [(1, 3072), (1, 3072)]
    """
    return [local_basis(gen, state[None], t, k, tolerance) for state in check_noise(gen, states)]


def global_basis(bases: Sequence[Basis]) -> NDArray[np.float64]:
    """Orthonormal directions of h-space that several images share: the Frechet mean of their tangent spaces.

    They are ordered by how far, over all images, a step of a state moves h along them: a mean has no order of its own.

    Parameters
    ----------
    bases : sequence of Basis
        Of several images, each of k directions, as `local_bases` gives them.

    Returns
    -------
    ndarray (k, m)
        Orthonormal rows, the one along which h moves furthest first.

    Raises
    ------
    ValueError
        On bases of other numbers of directions or other bottlenecks, or none.

    Examples
    --------
    >>> alike = [Basis(np.eye(2, 5), np.array([1.0, s]), np.eye(2, 4), 999.0, np.zeros(2), 4) for s in (2.0, 3.0)]
    >>> np.abs(global_basis(alike)).round(3).tolist()
    [[0.0, 1.0, 0.0, 0.0], [1.0, 0.0, 0.0, 0.0]]
    """
    mean = frechet_mean([basis.u for basis in bases])
    moved = sum(parts * basis.sigma**2 @ parts.T for basis in bases for parts in [mean @ basis.u.T])
    return np.linalg.eigh(moved)[1].T[::-1] @ mean


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
        The way from noise to image, as `invert` takes it; by default the generator's own. Not "bdia", which needs a
        second state.
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
        As `states_at`, and on "bdia".

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
        The way from noise to image, as `invert` takes it; by default the generator's own. Not "bdia", which needs a
        second state.
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


def transported(
    u: ArrayLike, basis: Basis, by: Literal["inverse", "published"] = "inverse"
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Directions of h-space as they show in another image's states, and how much of each was kept.

    They are projected on the tangent space that `basis` spans and pulled back (parallel transport in [1]_). Vectors of
    the basis that do not move h, sigma being 0, span no tangent space and are left out.

    Parameters
    ----------
    u : array-like (j, m) or (m,)
        Directions of h-space, of any length.
    basis : Basis
        The local basis of the other image's state.
    by : {"inverse", "published"}
        "inverse": J+ u, the shortest step that moves h along the projection of u. "published": the sum of <u, u_i> v_i,
        as in [1]_, which moves h along the vectors of large sigma more than u asks for.

    Returns
    -------
    vectors : ndarray (j, d)
        Unit rows in the state's space.
    kept : ndarray (j,)
        Length, 0 to 1, of the projection of the unit vector; where it is near 0 the row says nothing.

    Raises
    ------
    ValueError
        On directions of another width than the basis has in h-space, with values that are not finite, or on another
        `by`.

    References
    ----------
    .. [1] Park et al., 2023.

    Examples
    --------
    >>> basis = Basis(np.eye(2, 5), np.array([2.0, 1.0]), np.eye(2, 4), 999.0, np.zeros(2), 4)
    >>> vectors, kept = transported([[1.0, 0.0, 1.0, 0.0]], basis)
    >>> vectors.tolist(), kept.round(2).tolist()
    ([[1.0, 0.0, 0.0, 0.0, 0.0]], [0.71])
    """
    u = unit_rows(matrix(np.atleast_2d(u), "u"))
    same_columns(u, basis.u.shape[1], "u")
    moving = basis.sigma > RANK * basis.sigma[0]
    parts = u @ basis.u[moving].T
    scale = {"inverse": basis.sigma[moving], "published": 1.0}[choice(by, ("inverse", "published"), "way back")]
    return unit_rows(parts / scale @ basis.v[moving]), np.linalg.norm(parts, axis=1)
