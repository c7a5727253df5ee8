"""In how many directions a posterior mean moves with its state: the numerical rank of its Jacobian, by timestep.

The rank is that of Wang et al. (2024): the fewest singular values that hold nearly all of the sum of squares. All
columns give it exactly; Lanczos' method from random signs estimates it at a hundredth of the cost.
"""

from collections.abc import Sequence
from typing import Literal

import numpy as np
import pandas as pd
import torch
from numpy.typing import ArrayLike
from scipy.interpolate import PchipInterpolator

from ..core.checks import finite_list, share, whole
from ..inversion.choices import Grid, Solver
from ..inversion.ode import check_noise
from ..models.contracts import GeneratorLike
from .denoised import denoised_mean
from .jacobian import Jacobian
from .posterior import lanczos
from .state_walks import check_timestep, states_at

ENERGY = 0.99  # eta of Wang et al.: the share of the length of all singular values that the counted ones have
LEAST, FINE = 1e-12, 4001  # weight of a node that counts, and places at which the share held is looked up
AT_ONCE = 32  # columns of a Jacobian that go through a network at once


def numerical_rank(sigma: ArrayLike, energy: float = ENERGY) -> int:
    """The fewest singular values that hold a share `energy` of the length of all: min r, sum_r s^2 / sum s^2 > eta^2.

    Parameters
    ----------
    sigma : array-like (k,)
        Singular values, in any order.
    energy : float
        eta, above 0 and below 1.

    Returns
    -------
    int
        0 where all are 0.

    Raises
    ------
    ValueError
        On values that are not finite, and on `energy` out of range.

    References
    ----------
    .. [1] Wang et al., "Diffusion models learn low-dimensional distributions via subspace clustering", 2024.

    Examples
    --------
    >>> numerical_rank([1, 1, 1, 0.01]), numerical_rank([1, 1, 1, 1])
    (3, 4)
    """
    squares = np.sort(finite_list(sigma, "sigma") ** 2)[::-1]
    check_energy(energy)
    if squares[0] == 0:
        return 0
    return int(np.searchsorted(np.cumsum(squares) / squares.sum(), energy**2, side="right")) + 1


def check_energy(energy):
    """ValueError unless a share of all singular values' length is above 0 and below 1."""
    if share(energy, "energy", high=1.0) == 1:
        raise ValueError("energy is 1; all singular values that are not 0 would count, so choose a share below 1")


def gaussian_rank(variances: ArrayLike, sigma: float, energy: float = ENERGY) -> int:
    """The numerical rank of the posterior mean of a Gaussian: its Jacobian has the singular values v / (v + sigma^2).

    Parameters
    ----------
    variances : array-like (d,)
        Along the axes of the covariance.
    sigma : float
        Noise level: the noise's size relative to the signal's.
    energy : float
        As in `numerical_rank`.

    Returns
    -------
    int
        d where noise is low, whatever the variances; less where it hides the small ones.

    Raises
    ------
    ValueError
        On variances below 0, and as `numerical_rank`.

    Examples
    --------
    >>> [gaussian_rank([1.0, 1.0, 1e-4], sigma) for sigma in (1e-3, 1.0)]
    [3, 2]
    """
    variances = finite_list(variances, "variances")
    if variances.min() < 0:
        raise ValueError(f"variances hold {variances.min():g}; none may be below 0")
    return numerical_rank(variances / (variances + share(sigma, "sigma") ** 2), energy)


def mean_jacobian(gen, state, t):
    """`Jacobian` of the posterior mean at a state (1, *latent_shape)."""
    point = torch.from_numpy(np.ascontiguousarray(state, np.float32)).to(gen.device)
    return Jacobian(lambda x: denoised_mean(gen, x, t), point)


def mean_ranks(
    gen: GeneratorLike,
    noise: ArrayLike,
    timesteps: Sequence[float],
    probes: int | Literal["exact"] = 2,
    depth: int = 16,
    energy: float = ENERGY,
    seed: int = 0,
    steps: int | None = None,
    solver: Solver | None = None,
    grid: Grid | None = None,
) -> pd.DataFrame:
    """The numerical rank of the posterior mean's Jacobian at the states that noises pass on their way to images.

    Parameters
    ----------
    gen : GeneratorLike
        Best what `NoiseZoo.generator` gives: the one that made the noise, solved as it was.
    noise : array-like (n, *latent_shape) or (n, d)
        One an image.
    timesteps : sequence of float
        Where; the nearest levels of the schedule are taken.
    probes : int or "exact"
        Random signs a state, from each of which Lanczos' method estimates the spectrum of J'J (stochastic quadrature
        [2]_). The mean of their ranks is told; its relative error is about the root of 2 / (rank x probes), a tenth of
        a hundred directions by two probes and a half of four. "exact" takes every column: d passes back a state.
    depth : int
        Steps of Lanczos' method; 2 x probes x depth products a state.
    energy : float
        As in `numerical_rank`.
    seed : int
        Of the signs.
    steps, solver, grid : optional
        The way from noise to image, as `invert` takes it; by default the generator's own.

    Returns
    -------
    DataFrame
        A row for each image and timestep: `image`, `t`, `rank`, and `share`, the rank as a share of d.

    Raises
    ------
    ValueError
        On timesteps outside the schedule, noise as in `generate`, and probes, depth or energy out of range.

    References
    ----------
    .. [1] Wang et al., 2024.
    .. [2] Ubaru, Chen and Saad, 2017.

    Examples
    --------
    >>> from unelib.models import ExactMixture
    >>> gen = ExactMixture([3, 3], side=6)
    >>> latents, _ = gen.draw(1)
    >>> noise = np.random.default_rng(0).standard_normal((1, 36))
    >>> mean_ranks(gen, noise, [100], "exact", steps=20, grid="karras")["rank"].tolist()
    [3.0]
    """
    if probes != "exact" and not whole(probes, 1):
        raise ValueError(f'probes is {probes!r}; choose a whole number from 1, or "exact"')
    if not whole(depth, 1):
        raise ValueError(f"depth is {depth!r}; choose a whole number from 1")
    check_energy(energy)
    asked, noise, rows = [check_timestep(gen, t) for t in timesteps], check_noise(gen, noise), []
    for t in asked:
        states, level = states_at(gen, noise, t, steps, solver, grid)
        for image, state in enumerate(states):
            signs = np.random.default_rng([seed, image]).choice(
                [-1.0, 1.0], (1 if probes == "exact" else probes, gen.latent_dim)
            )
            J = mean_jacobian(gen, state[None], level)
            rank = exact_rank(J, energy) if probes == "exact" else estimated_rank(J, signs, depth, energy)
            rows.append({"image": image, "t": level, "rank": rank, "share": rank / gen.latent_dim})
    return pd.DataFrame(rows)


def exact_rank(J, energy):
    """The numerical rank of a Jacobian that is written out, row by row."""
    eye = np.eye(J.rows)
    parts = [J.backward(eye[start : start + AT_ONCE]) for start in range(0, J.rows, AT_ONCE)]
    return float(numerical_rank(np.linalg.svd(np.concatenate(parts), compute_uv=False), energy))


def estimated_rank(J, signs, depth, energy):
    """The mean over random signs (p, d) of the rank that each one's quadrature gives."""
    return float(np.mean([quantile_rank(*nodes(a, b), J.columns, energy) for a, b in zip(*lanczos(J, signs, depth))]))


def nodes(alpha, beta):
    """Gauss' nodes (k,), falling, and their weights, which add up to 1, of one probe's Lanczos coefficients."""
    k = int(np.argmax(beta == 0)) + 1 if (beta == 0).any() else len(alpha)
    beside = beta[: k - 1]
    values, vectors = np.linalg.eigh(np.diag(alpha[:k]) + np.diag(beside, 1) + np.diag(beside, -1))
    return np.maximum(values[::-1], 0), vectors[0, ::-1] ** 2


def quantile_rank(values, weights, d, energy) -> float:
    """How many of d eigenvalues hold the share energy^2 of their sum, where `weights` of them are about `values`.

    Between the nodes the share held is a smooth rising curve; chords, which lie below it, would tell too many.
    """
    values, weights = values[weights > LEAST], weights[weights > LEAST]
    held, counted = np.append(0.0, np.cumsum(values * weights)), np.append(0.0, np.cumsum(weights))
    if held[-1] == 0:
        return 0.0
    fine = np.linspace(0, counted[-1], FINE)
    return float(np.interp(energy**2, PchipInterpolator(counted, held / held[-1])(fine), fine) * d)
