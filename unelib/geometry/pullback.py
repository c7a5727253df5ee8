"""The pullback geometry of a denoiser's states: directions x that move the bottleneck h most (Park et al., 2023).

The metric of h-space, pulled back through the map x_t -> h, has as its local basis the right singular vectors v of
J = dh / dx_t; the left ones, u, span the tangent space in h. J is known by its products alone (`jacobian`, `krylov`).
Of a generator with guidance it is the pass under the condition.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from numbers import Real
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray

from ..core.checks import finite_list, matrix, same_columns, whole
from ..editing.directions import Direction
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
    """

    v: NDArray[np.float64]
    sigma: NDArray[np.float64]
    u: NDArray[np.float64]
    t: float
    residual: NDArray[np.float64]
    products: int

    def direction(self, i: int, sigma: float = 1.0) -> Direction:
        """The i-th basis vector, from 0, as a `Direction` whose strengths count in `sigma`."""
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
    gen : Generator
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
        On a timestep outside the schedule, on k larger than the bottleneck or the state, on several states, and if
        there is no mid block.

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
    """A list of the `Basis` of each of several states (n, *latent_shape) at timestep t."""
    return [local_basis(gen, state[None], t, k, tolerance) for state in check_noise(gen, states)]


def global_basis(bases: Sequence[Basis]) -> NDArray[np.float64]:
    """Orthonormal directions (k, m) of h-space that several images share: the Frechet mean of their tangent spaces.

    They are ordered by how far, over all images, a step of a state moves h along them: a mean has no order of its own.
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
    solver: Any = None,
    grid: Any = None,
    batch_size: int = 64,
) -> tuple[NDArray[np.float32], float]:
    """States (n, *latent_shape) float32 of the ODE from noise at timestep t, as the model sees them, and that timestep.

    It is that of the nearest level of the schedule above the image's, the noise's own among them.
    """
    steps, solver, grid = settled(gen, steps, solver, grid)
    schedule, noise = gen.schedule(steps, grid), check_noise(gen, noise)
    level = level_at(gen, schedule, t)
    parts = [
        states_between(gen, noise[rows], solver, schedule, schedule.steps, level)
        for rows in batches(gen, len(noise), batch_size)
    ]
    return np.concatenate(parts), float(schedule.timesteps[level])


def level_at(gen, schedule, t):
    """The level of a schedule, above the lowest, whose timestep is nearest to t."""
    return int(np.abs(schedule.timesteps[1:] - check_timestep(gen, t)).argmin()) + 1


def states_between(gen, states, solver, schedule, start, end):
    """States (n, ...) of one level as they are at a lower one."""
    x = torch.from_numpy(states).to(gen.device)
    return to_level(gen, x, pick_solver(solver), schedule, start, end).cpu().numpy()


def walk_at(
    gen: GeneratorLike,
    noise: ArrayLike,
    v: Direction | ArrayLike,
    t: float,
    strengths: ArrayLike,
    guidance: float | None = None,
    repeats: int = 1,
    steps: int | None = None,
    solver: Any = None,
    grid: Any = None,
    batch_size: int = 64,
) -> NDArray[np.uint8]:
    """Images (s, n, h, w, 3) uint8 whose states were moved once, near timestep t; a row a strength, 0 the round trip.

    v         a `Direction` of states at t, the same for all, or unit vectors (n, d), each image's own, and then a
              strength is a length
    guidance  None: x + s v. A number gamma: x + gamma (eps(x + s v) - eps(x)), the x-space guidance of Park et al.
    repeats   how many such steps are taken one after the other, each from where the last led
    The way back is counted as a change of the round trip's latent, so that stopping at t costs nothing. Raises
    ValueError on strengths that are not a list of finite numbers, and on v of other states or of other images.
    """
    strengths = finite_list(strengths, "strengths")
    steps, solver, grid = settled(gen, steps, solver, grid)
    one_state(solver)
    if guidance is not None:
        finite_list([guidance], "guidance")
    if not whole(repeats, 1):
        raise ValueError(f"repeats is {repeats!r}; choose a whole number from 1 on")
    noise, schedule = check_noise(gen, noise), gen.schedule(steps, grid)
    level = level_at(gen, schedule, t)
    vectors, sigma = state_vectors(gen, v, len(noise))
    parts = []
    for rows in batches(gen, len(noise), batch_size):

        def onward(x):
            return states_between(gen, x, solver, schedule, level, 0)

        x = states_between(gen, noise[rows], solver, schedule, schedule.steps, level)
        whole_way = generate_latents(gen, noise[rows], steps, solver, grid)
        there, again = onward(x), lambda x, step: moved_state(gen, x, step, schedule.timesteps[level], guidance)
        moved = [reduce(again, [s * sigma * vectors[rows]] * repeats, x) for s in strengths]
        parts.append([to_images(gen, whole_way + (onward(y) - there) / schedule.scales[0]) for y in moved])
    return np.stack([np.concatenate(pictures) for pictures in zip(*parts)])


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


def transported(u: ArrayLike, basis: Basis) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Directions u (j, m) of h-space in another image's states, (j, d) unit rows, and how much of each was kept (j,).

    They are projected on the tangent space that `basis` spans and pulled back, J+ u (parallel transport in Park et al.,
    2023); kept is the length of the projection of the unit vector, and where it is near 0 the row says nothing. Vectors
    of the basis that do not move h, sigma being 0, span no tangent space and are left out.
    """
    u = unit_rows(matrix(np.atleast_2d(u), "u"))
    same_columns(u, basis.u.shape[1], "u")
    moving = basis.sigma > RANK * basis.sigma[0]
    parts = u @ basis.u[moving].T
    return unit_rows(parts / basis.sigma[moving] @ basis.v[moving]), np.linalg.norm(parts, axis=1)
