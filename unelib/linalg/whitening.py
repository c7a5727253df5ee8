"""Whitened factors of views, and the leading left singular vectors of several side by side."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy.linalg import eigh, eigvalsh
from scipy.linalg.blas import dgemm, dsymv, dsyrk, dtrsm
from scipy.linalg.lapack import dpocon, dpotrf, dsygst
from scipy.sparse.linalg import ArpackNoConvergence, LinearOperator, eigsh

from .principal_space import principal

CONDITION = 1e8  # of X'X + c I, up to which its Cholesky factor is as good as the eigenvectors of X'X, and cheaper
SURE = 10  # times rounding, above which an estimated reciprocal condition number tells that no eigenvalue is rounding
FEW = 20  # Lanczos iteration pays where there are this many eigenvectors for each one that is wanted
SMALL = 400  # eigenvectors, up to which LAPACK is done before so many products are
HELD = 100  # vectors that it holds beside two for each: the more, the fewer products
RESTARTS = 10  # of it, after which eigenvalues lie so close that only all of them together can be told apart


class Factor(NamedTuple):
    """F (n, r) of a centred view X (n, d) with F F' = X (X'X + c I)^-1 X', the projection on X but for the ridge c.

    rank  (enough) -> that of X, or `enough` where it is clear that it is as large; without it the rank itself
    back  weights (r, k) on F -> weights (d, k) on the columns of X; of F'G it makes (X'X + c I)^-1 X'G
    gram  () -> F'F (r, r), its lower half at least, where it is known from what F was made of; else None
    """

    rows: np.ndarray
    rank: Callable
    back: Callable
    gram: Callable | None


def whitened(Z, ridge, overwrite=False):
    """`Factor` of centred Z (n, d), c the ridge x |Z|^2 / min(n, d): a share of its mean variance, times n.

    overwrite  whether Z may be written over, which saves a copy

    >>> Z = np.random.default_rng(0).standard_normal((30, 5))
    >>> factor = whitened(Z, 1e-12)
    >>> factor.rank(), np.allclose(factor.rows @ (factor.rows.T @ Z), Z)
    (5, True)
    """
    n, d = Z.shape
    if n < d or d > CONDITION * ridge:
        return of_space(principal(Z), ridge, min(n, d))
    gram = dsyrk(1.0, Z.T, lower=1)
    L, _ = dpotrf(gram + ridge * np.trace(gram) / d * np.eye(d), lower=1, overwrite_a=1)
    rows = dtrsm(1.0, L, Z.T, lower=1, overwrite_b=overwrite).T

    def back(weights):
        return dtrsm(1.0, L, weights, lower=1, trans_a=1)

    surely = (rows**2).sum()  # the sum of x / (x + c) over eigenvalues x of Z'Z: the rank is as much at least

    def rank(enough=np.inf):
        return enough if enough <= surely else gram_rank(gram, n)

    return Factor(rows, rank, back, lambda: dsygst(gram, L, lower=1)[0])


def gram_rank(gram, n):
    """Rank of Z (n, d) by the lower half of Z'Z: its eigenvalues above rounding, counted where some may be below."""
    L, failed = dpotrf(gram, lower=1)
    rounding = n * np.finfo(float).eps
    if not failed and dpocon(L, np.trace(gram), uplo="L")[0] > SURE * rounding:
        return len(gram)
    values = eigvalsh(gram, lower=True)
    return int((values > values[-1] * rounding).sum())


def of_space(space, ridge, size):
    """`Factor` of what a `Space` has of a view, whose mean variance is taken over `size` principal components."""
    spread = np.sqrt(space.squares + ridge * space.squares.sum() / size)
    F, back = space.features(), lambda weights: space.back(weights / spread[:, None])
    return Factor(
        F / spread.astype(F.dtype), lambda enough=np.inf: len(spread), back, lambda: np.diag(space.squares / spread**2)
    )


def placed(factor, mask, scale):
    """A factor whose rows are those of a mask (n,) among all n, 0 elsewhere, each scaled, scale (n,)."""
    if mask.all() and (scale == 1).all():
        return factor
    whole = np.zeros((len(mask), factor.rows.shape[1]), factor.rows.dtype)
    whole[mask] = factor.rows * scale[mask, None].astype(whole.dtype)
    return factor._replace(rows=whole, gram=None)


def leading_left(factors, k):
    """The k leading left singular vectors (n, k) of [F_1, ..., F_m], and their squared singular values (k,), falling.

    factors  m of `Factor`, (n, r_i) in float32 or float64; the smaller Gram matrix of the whole is summed up in float64

    >>> factor = whitened(np.random.default_rng(0).standard_normal((6, 3)), 1e-9)
    >>> leading_left([factor, factor], 2)[1].round(6)
    array([2., 2.])
    """
    ends = np.cumsum([0, *(factor.rows.shape[1] for factor in factors)])
    if len(factors[0].rows) < ends[-1]:
        return leading_eigenvectors(sum(F @ F.T for F in map(float64, factors)), k)
    columns = [slice(*pair) for pair in zip(ends, ends[1:])]
    vectors, squares = leading_eigenvectors(gram_of(factors, columns), k)
    return sum(dgemm(1.0, F.rows.T, vectors[here], trans_a=1) for F, here in zip(factors, columns)) / np.sqrt(
        squares
    ), squares


def gram_of(factors, columns):
    """Lower half of the Gram matrix (r, r) of factors side by side, each in its columns."""
    gram = np.zeros((columns[-1].stop,) * 2, order="F")
    for i, factor in enumerate(factors):
        here = columns[i]
        gram[here, here] = products(factor.rows, factor.rows) if factor.gram is None else factor.gram()
        for there, other in zip(columns[:i], factors):
            gram[here, there] = products(factor.rows, other.rows)
    return gram


def products(A, B):
    """A'B (r, s) in double precision, of A (n, r) and B (n, s).

    By SciPy's BLAS, as all else here: NumPy brings one of its own, and two take the cores from one another.
    """
    return dgemm(1.0, A.T, B.T, trans_b=1)


def leading_eigenvectors(gram, k):
    """The k leading eigenvectors (r, k) of a symmetric matrix (r, r), by its lower half, and their values, falling.

    By Lanczos iteration to machine precision if they are few of many and apart, else by LAPACK.
    """
    r = len(gram)
    if r <= SMALL or FEW * k > r:
        return by_lapack(gram, k)
    found = by_iteration(lambda x: dsymv(1.0, gram, x, lower=1), r, k)
    return by_lapack(gram, k) if found is None else found


def by_iteration(times, r, k):
    """As `leading_eigenvectors`, of a symmetric matrix known by its product with x (r,), by Lanczos; None if it fails.

    >>> vectors, values = by_iteration(lambda x: np.arange(50) * x, 50, 2)
    >>> values.round(9).tolist(), np.abs(vectors).argmax(0).tolist()
    ([49.0, 48.0], [49, 48])
    """
    start = np.random.default_rng(0).standard_normal(r)
    products = LinearOperator((r, r), times, dtype=float)
    try:
        values, vectors = eigsh(products, k, which="LA", v0=start, ncv=min(2 * k + HELD, r), maxiter=RESTARTS)
    except ArpackNoConvergence:
        return None
    return vectors[:, ::-1], values[::-1]


def by_lapack(gram, k):
    """As `leading_eigenvectors`, by LAPACK."""
    values, vectors = eigh(gram, subset_by_index=[len(gram) - k, len(gram) - 1])
    return vectors[:, ::-1], values[::-1]


def float64(factor):
    """The rows of a factor in double precision."""
    return factor.rows.astype(np.float64, copy=False)
