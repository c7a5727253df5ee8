"""Leading singular triples of a linear map that is known by its products alone: block Krylov with Rayleigh-Ritz.

All blocks are kept, so that the best triples in their whole span are found; subspace iteration looks at the last one
only. A map is two functions on rows: forward (b, d) -> (b, m) and backward (b, m) -> (b, d).
"""

import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..core.checks import whole

ROUNDING = 1e-7  # length, beside its own before, below which what is left of a product is rounding


class Triples(NamedTuple):
    """v (k, d) and u (k, m) with unit rows, sigma (k,) falling; residual (k,), |J'u - sigma v| / sigma_1.

    products  how often a vector went through the map or back; the angle of v_i is at most residual / relative gap
    """

    v: np.ndarray
    sigma: np.ndarray
    u: np.ndarray
    residual: np.ndarray
    products: int


def leading_triples(
    forward: Callable[[NDArray[Any]], Any],
    backward: Callable[[NDArray[Any]], Any],
    d: int,
    k: int,
    block: int | None = None,
    tolerance: float = 1e-5,
    most: int | None = None,
    seed: int = 0,
) -> Triples:
    """The k leading singular triples of a map of d columns that is known by its products alone.

    A small residual says that a triple is one of the map's, not that no larger was missed: of singular values that
    agree to rounding, at most `block` are found.

    Parameters
    ----------
    forward : callable
        The map J on rows: V (b, d) -> V J' (b, m).
    backward : callable
        Its transpose: U (b, m) -> U J (b, d).
    d : int
        Columns of the map.
    k : int
        Triples, 1 to d.
    block : int, optional
        Vectors that go through the map at a time: k if None.
    tolerance : float
        On every residual, as a share of the largest singular value.
    most : int, optional
        Products after which the search ends as it stands, with a warning; None: two a column.
    seed : int
        Of the first block.

    Returns
    -------
    Triples
        `.v` (k, d) and `.u` (k, m) with unit rows, `.sigma` (k,) falling, `.residual` (k,), and `.products`, how often
        a vector went through the map or back.

    Raises
    ------
    ValueError
        On k that is no whole number from 1 to d.

    Examples
    --------
    >>> J = np.random.default_rng(0).standard_normal((30, 12))
    >>> found = leading_triples(lambda V: V @ J.T, lambda U: U @ J, 12, 3)
    >>> np.allclose(found.sigma, np.linalg.svd(J)[1][:3])
    True
    """
    if not whole(k, 1, d):
        raise ValueError(f"k is {k!r}; choose a whole number from 1 to {d}, the columns of the map")
    block, most, rng = block or k, 2 * d if most is None else most, np.random.default_rng(seed)
    Q, W, Z = np.zeros((d, 0)), [], []
    new = orthogonal(rng.standard_normal((d, min(block, d))), Q)
    while new.size:
        Q = np.hstack([Q, new])
        W.append(np.asarray(forward(new.T), np.float64).T)
        Z.append(np.asarray(backward(W[-1].T), np.float64).T)
        products, few = 2 * Q.shape[1], k - Q.shape[1]
        if few <= 0 and (products >= most or (residuals(Q, np.hstack(W), np.hstack(Z), k) <= tolerance).all()):
            break
        new = orthogonal(Z[-1], Q)
        if not new.size and few > 0:  # a map of lower rank than k
            new = orthogonal(rng.standard_normal((d, few)), Q)
    found = ritz(Q, np.hstack(W), np.hstack(Z), k, products)
    if new.size and found.residual.max() > tolerance:
        warnings.warn(
            f"the search for singular triples ended after {products} products with a residual of"
            f" {found.residual.max():.1e} of the largest singular value, where {tolerance:.1e} was asked for; ask for"
            " fewer triples, or a larger tolerance",
            stacklevel=2,
        )
    return found


def residuals(Q, W, Z, k):
    """|J'u - sigma v| / sigma_1 (k,) of the best triples, as in `ritz`, from the small Gram matrix: cheap."""
    squares, turn = np.linalg.eigh(W.T @ W)
    return relative(Q @ turn[:, -k:], Z @ turn[:, -k:], np.sqrt(np.maximum(squares[-k:], 0)))


def ritz(Q, W, Z, k, products):
    """The best triples in the span of orthonormal Q (d, q), with W = J Q (m, q) and Z = J'W (d, q)."""
    U, s, turn = np.linalg.svd(W, full_matrices=False)
    V, s, back = Q @ turn[:k].T, s[:k], Z @ turn[:k].T
    return Triples(V.T, s, U[:, :k].T, relative(V, back, s), products)


def relative(V, back, s):
    """|J'u - sigma v| / sigma_1 (k,) of columns V with J'J V = back and |J v| = s."""
    least = max(ROUNDING * s.max(), np.finfo(float).tiny)  # below it u is any vector, and J'u as good as nothing
    return np.linalg.norm(back / np.maximum(s, least) - V * s, axis=0) / max(s.max(), least)


def orthogonal(Z, Q):
    """Orthonormal basis (d, b) of what columns of Z have across those of Q; without those that lie in it."""
    length = np.linalg.norm(Z, axis=0)
    for _ in range(2):  # twice is enough (Kahan)
        Z = Z - Q @ (Q.T @ Z)
    U, s, _ = np.linalg.svd(Z / np.maximum(length, np.finfo(float).tiny), full_matrices=False)
    return U[:, s > ROUNDING]
