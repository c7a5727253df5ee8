"""The pullback geometry of a denoiser's states: directions x that move the bottleneck h most (Park et al., 2023).

The metric of h-space, pulled back through the map x_t -> h, has as its local basis the right singular vectors v of
J = dh / dx_t; the left ones, u, span the tangent space in h. J is known by its products alone (`jacobian`, `krylov`).
Of a generator with guidance it is the pass under the condition.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray

from ..core.checks import choice, matrix, same_columns, whole
from ..inversion.ode import check_noise
from ..linalg.cosine import unit_rows
from ..linalg.direction_algebra import Direction
from ..linalg.grassmann import frechet_mean
from ..models.contracts import GeneratorLike
from .hooks import bottleneck, mid_block
from .jacobian import BLOCK, Jacobian
from .state_walks import check_state, check_timestep

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
