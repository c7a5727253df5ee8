"""How much of "the noise of an image" is the image's: what a picture, known so well and no better, leaves open of it.

Noise has the law N(0, I) before its picture is seen. Near one noise the picture moves by its Jacobian J; a picture
that is known up to errors of standard deviation s then leaves the noise the covariance (I + J'J / s^2)^-1. Its mean
eigenvalue is the share of the noise's variance that stays open: 1 where the picture says nothing, 0 where it settles
the noise.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import torch
from numpy.typing import ArrayLike

from ..core.checks import finite_list, whole
from ..inversion.choices import Grid, Solver
from ..inversion.ode import check_noise, latents_along, pick_solver, settled
from ..models.contracts import GeneratorLike
from ..stats.intervals import normal_mean_interval
from .jacobian import Jacobian

ROUNDING = 1 / (127.5 * np.sqrt(12))  # standard deviation of what 8 bits lose of a value in -1..1
LOST = 1e-10  # length of what is left of a step, beside its own before, below which the space is exhausted


def left_open(
    gen: GeneratorLike,
    noise: ArrayLike,
    errors: Sequence[float] = (ROUNDING,),
    probes: int = 4,
    depth: int = 30,
    steps: int | None = None,
    solver: Solver | None = None,
    grid: Grid | None = None,
    seed: int = 0,
) -> pd.DataFrame:
    """The share of each noise's variance that its picture leaves open, bounded from both sides.

    The mean of 1 / (1 + l / s^2) over the eigenvalues l of J'J is estimated by random signs [1]_ and by Lanczos' method
    from each of them. Gauss' rule gives a value that is never too high, Gauss and Radau's with a node at 0 one that is
    never too low [2]_; with `depth` they meet. Where the picture is cut at black or white, J is that of the picture
    before it is cut, so that more is left open than is told.

    Parameters
    ----------
    gen : GeneratorLike
        Best what `NoiseZoo.generator` gives: the one that made the noise, solved as it was.
    noise : array-like (n, *latent_shape) or (n, d)
        About which the picture is linearised; a minute each for a thousand columns on a CPU.
    errors : sequence of float
        s, of pictures in -1..1; by default what rounding to 8 bits loses. 0.02 is 40 dB, 0.063 is 30.
    probes : int
        Random signs a noise.
    depth : int
        Steps of Lanczos' method.
    steps, solver, grid : optional
        The way from noise to image, as `invert` takes it; by default the generator's own.
    seed : int
        Of the signs.

    Returns
    -------
    DataFrame
        A row for each image and error: `image`, `error`, `least` and `most` (the two bounds, means over probes), and
        `low` and `high`, the ends of a 95% interval over probes about them; NaN of one probe.

    Raises
    ------
    ValueError
        On noise as in `generate`, errors that are not above 0, and fewer probes or steps than one.

    References
    ----------
    .. [1] Hutchinson, 1989.
    .. [2] Golub and Meurant, *Matrices, Moments and Quadrature*, 1994.

    Examples
    --------
    >>> from unelib.models import ExactGaussian
    >>> noise = np.random.default_rng(0).standard_normal((1, 16))
    >>> found = left_open(ExactGaussian(), noise, [1e-3, 1e3], depth=16, steps=20, grid="log-sigma")
    >>> found.least.round(2).tolist(), found.most.round(2).tolist()
    ([0.0, 1.0], [0.0, 1.0])
    """
    for what, number in {"probes": probes, "depth": depth}.items():
        if not whole(number, 1):
            raise ValueError(f"{what} is {number!r}; choose a whole number from 1")
    if not (finite_list(errors, "errors") > 0).all():
        raise ValueError(f"errors are {list(errors)}; each is the standard deviation of an error, above 0")
    count, way, levels = settled(gen, steps, solver, grid)
    schedule, integrate, rows = gen.schedule(count, levels), pick_solver(way), []
    unclipped = getattr(gen, "unclipped", lambda latent: latent)
    for image, start in enumerate(check_noise(gen, noise)):
        point = torch.from_numpy(start[None]).to(gen.device)
        J = Jacobian(lambda x: unclipped(latents_along(gen, x, integrate, schedule)), point)
        signs = np.random.default_rng([seed, image]).choice([-1.0, 1.0], (probes, J.columns))
        tridiagonal = lanczos(J, signs, depth)
        rows += [{"image": image, "error": error} | bounded_mean(tridiagonal, error) for error in errors]
    return pd.DataFrame(rows)


def lanczos(J, starts, depth):
    """Coefficients (alpha, beta) of J'J by Lanczos' method from each of some rows (probes, d), orthogonalised anew.

    alpha (probes, k) are the diagonals and beta (probes, k) what stands beside them; the last of each is the length of
    what would come next. All probes go through the network at once; one that has exhausted its space adds nothing more.
    """
    depth = min(depth, starts.shape[1])
    q = starts / np.linalg.norm(starts, axis=1, keepdims=True)
    basis, alpha, beta = [q], [], []
    for _ in range(depth):
        w = J.backward(J.forward(basis[-1]))
        alpha.append((w * basis[-1]).sum(1))
        before = np.linalg.norm(w, axis=1)
        Q = np.stack(basis, 1)  # (probes, k, d)
        for _ in range(2):
            w = w - np.einsum("pk,pkd->pd", np.einsum("pkd,pd->pk", Q, w), Q)
        length = np.linalg.norm(w, axis=1)
        length = np.where(length > LOST * before, length, 0.0)
        beta.append(length)
        basis.append(np.divide(w, length[:, None], out=np.zeros_like(w), where=length[:, None] > 0))
    return np.stack(alpha, 1), np.stack(beta, 1)


def bounded_mean(tridiagonal, error):
    """Bounds of the mean over eigenvalues of 1 / (1 + l / error^2), and an interval over probes about both."""
    each = [bounds(alpha, beta, error) for alpha, beta in zip(*tridiagonal)]
    least, most = (normal_mean_interval(side) for side in zip(*each))
    return {"least": least.value, "most": most.value, "low": max(least.low, 0.0), "high": min(most.high, 1.0)}


def bounds(alpha, beta, error):
    """Gauss' rule, which is too low, and Gauss and Radau's with a node at 0, which is too high, of one probe."""
    if (beta == 0).any():  # the space was exhausted: Gauss' rule is exact
        k = int(np.argmax(beta == 0)) + 1
        exact = quadrature(alpha[:k], beta[: k - 1], error)
        return exact, exact
    k = len(alpha)
    T = np.diag(alpha) + np.diag(beta[:-1], 1) + np.diag(beta[:-1], -1)
    last = beta[-1] ** 2 * np.linalg.solve(T, np.eye(k)[-1])[-1]  # makes 0 an eigenvalue of the matrix one larger
    return quadrature(alpha, beta[:-1], error), quadrature(np.append(alpha, last), beta, error)


def quadrature(diagonal, beside, error):
    """First entry of (I + T / error^2)^-1 of a tridiagonal matrix T."""
    T = np.diag(diagonal) + np.diag(beside, 1) + np.diag(beside, -1)
    return float(np.linalg.solve(np.eye(len(T)) + T / error**2, np.eye(len(T))[0])[0])
