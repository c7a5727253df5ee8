"""Normality tests over all columns at once: on random projections, as published, or on the coordinates themselves.

Random one-dimensional projections of many columns are near Gaussian for almost any data (central limit theorem), so
the coordinates are the stricter axes, and a bimodal control shows what the projections can still see.
"""

from collections.abc import Sequence
from itertools import repeat
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.special import log_ndtr, ndtri
from scipy.stats import norm, normaltest

from ..core.checks import choice, constant, matrix, share
from ..stats.intervals import wilson
from .alternatives import bimodal

BLOCK = 625  # samples at a time, all from one pool of rows; the next block draws another pool
POOL = 8  # times the rows of a sample: few rows are then in both of two samples of a block
WIDE_POOL = 2  # the same where X has more columns than rows in a pool: its cost grows with the square of the rows
ROUNDING = 1e-6  # a sample that varies by less, relative to its size, is constant in float32
SEPARATION = 6.0  # of the bimodal control: random projections then pass about as seldom as the published control
AXES = ("projections", "coordinates")


def normality(
    X: ArrayLike,
    tests: str | Sequence[str] = ("anderson", "dagostino", "shapiro"),
    projections: int = 5000,
    rows: int = 250,
    level: float = 0.05,
    seed: int = 0,
    axes: Literal["projections", "coordinates"] = "projections",
) -> pd.DataFrame:
    """Share of one-dimensional samples of X that pass each normality test; one row a test.

    A true Gaussian passes 1 - level.

    Parameters
    ----------
    X : array-like (n, d)
        One row an image, n >= 20.
    tests : str or sequence of str
        Of "anderson", "dagostino" and "shapiro".
    projections : int
        How many random projections; unused where `axes` is "coordinates".
    rows : int
        Rows a sample, 20 at least. Each sample is its own random subset where X has more, and all rows where it has
        fewer. Samples of a block draw from a pool of 8 x `rows` random rows (2 x where X is wider than that: one
        product of the pool with itself then serves them all): any sample has the law of one drawn from all rows, but a
        share over few blocks varies more than independent draws would.
    level : float
        Level of each test, above 0 and at most 0.5.
    seed : int
        Of the projections and the subsets.
    axes : {"projections", "coordinates"}
        "projections" on random unit vectors, or "coordinates": the columns of X.

    Returns
    -------
    DataFrame (one row a test)
        Columns:

        test
            Its name.
        pass_rate, low, high
            Share of samples that pass, 0 to 1, and its Wilson 95% interval. Samples that share rows are not
            independent, so it is too narrow where n is not much larger than `rows`.
        median_statistic
            Median of the test's statistic.
        n_tests
            How many samples were tested. A sample that is constant is dropped, and counted in
            `table.attrs["dropped"]`.
        rows
            Rows a sample.

    Raises
    ------
    ValueError
        On fewer than 20 rows, values that are not finite, constant columns among coordinates, an unknown test or kind
        of axes, or a number out of range.

    Examples
    --------
    >>> X = np.random.default_rng(0).standard_normal((500, 16))
    >>> bool(normality(X, tests=["anderson"], projections=400).pass_rate[0] > 0.9)
    True
    """
    X = matrix(X, rows=20, dtype=None)
    tests = [tests] if isinstance(tests, str) else list(tests)
    for test in tests:
        choice(test, TESTS, "test")
    check_settings(X, projections, rows, level, choice(axes, AXES, "axes"))
    rows = min(rows, len(X))
    found: dict[str, list[np.ndarray]] = {test: [] for test in tests}
    dropped = 0
    for S in samples(X, projections, rows, axes, np.random.default_rng(seed)):
        kept = varied(S)
        dropped += S.shape[1] - kept.shape[1]
        for test in tests:
            found[test].append(np.stack(TESTS[test](kept)))
    table = pd.DataFrame([test_row(test, np.hstack(parts), level, rows) for test, parts in found.items()])
    table.attrs["dropped"] = dropped
    return table


def normality_of_views(views, **options):
    """One table of `normality` for several views {name: (n, d)}, with a column `view`; options as in `normality`."""
    return pd.concat([normality(X, **options).assign(view=name) for name, X in views.items()], ignore_index=True)


def varying(X):
    """X (n, d) without its constant columns (up to rounding), such as a black frame's: they hold nothing to test.

    >>> varying(np.array([[0.0, 1.0], [0.0, 2.0]])).tolist()
    [[1.0], [2.0]]
    """
    return X[:, ~constant(X)]


def check_settings(X, projections, rows, level, axes):
    """Raise ValueError on counts or a level out of range, and on constant columns where they would be tested."""
    if projections < 1 or rows < 20:
        raise ValueError(f"projections={projections} and rows={rows}; at least 1 projection and 20 rows are needed")
    share(level, "level", high=0.5)
    flat = constant(X)
    if flat.all():
        raise ValueError("every column of X is constant; there is nothing to test")
    if axes == "coordinates" and flat.any():
        raise ValueError(
            f"column {flat.argmax()} of X is constant ({flat.sum()} in all); drop such columns with `varying`, or test"
            " projections"
        )


def samples(X, projections, rows, axes, rng):
    """Blocks (rows, m) of float64 samples, one a column: each its own random subset of the rows of a pool."""
    blocks = projected_blocks(X, projections, rows, rng) if axes == "projections" else coordinates(X, rows, rng)
    for T in blocks:
        yield subsets(T, rows, rng).T.astype(np.float64)


def subsets(T, rows, rng):
    """`rows` random values of each row of T (m, n), each row its own choice; all where it has fewer."""
    if rows >= T.shape[1]:
        return T
    return np.take_along_axis(T, rng.random(T.shape, np.float32).argpartition(rows, axis=1)[:, :rows], axis=1)


def varied(S):
    """The samples (columns of S) that are not constant in single precision."""
    return S[:, np.ptp(S, axis=0) > ROUNDING * np.abs(S).max(0)]


def projected_blocks(X, count, rows, rng):
    """Blocks (m, pool) of projections of a pool's rows on random directions, uniform on the sphere."""
    for start, F in zip(range(0, count, BLOCK), factors(X, rows, rng)):
        yield rng.standard_normal((min(BLOCK, count - start), F.shape[1]), np.float32) @ F.T


def factors(X, rows, rng):
    """`factor` of one pool of rows after another, without end; made once where the pool is all rows."""
    times = POOL if X.shape[1] <= POOL * rows else WIDE_POOL
    if len(X) <= times * rows:
        yield from repeat(factor(X))
    while True:
        yield factor(X[pool(X, times * rows, rng)])


def coordinates(X, rows, rng):
    """Blocks (m, pool) of columns of X, at a pool's rows."""
    for start in range(0, X.shape[1], BLOCK):
        yield X[pool(X, POOL * rows, rng), start : start + BLOCK].T


def pool(X, size, rng):
    """`size` random rows of X, or all where it has fewer, in their order."""
    return np.sort(rng.choice(len(X), min(len(X), size), replace=False))


def factor(P):
    """F (p, r), r <= p, float32, such that F h has the law of P g less a constant; h and g are standard normal vectors.

    P (p, d). Both are N(0, P P'), so where there are more columns than rows a projection costs p^2, not p d. Directions
    g / |g| are uniform on the sphere, and the tests heed neither a sample's scale nor its mean.

    >>> P = np.random.default_rng(0).standard_normal((5, 100))
    >>> F, C = factor(P), np.eye(5) - 1 / 5  # C takes a sample's mean away
    >>> bool(np.allclose(C @ F @ F.T @ C, C @ P @ P.T @ C, atol=1e-3))
    True
    """
    P = P.astype(np.promote_types(P.dtype, np.float32), copy=False)
    P = (P - P.mean(0, dtype=np.float64).astype(P.dtype)).astype(np.float32, copy=False)
    if P.shape[1] <= len(P):
        return P
    K = (P @ P.T).astype(np.float64)
    try:  # a constant added to all values of a sample, which no test sees, makes K positive definite
        return np.linalg.cholesky(K + K.trace() / len(K)).astype(np.float32)
    except np.linalg.LinAlgError:  # rows that repeat, or nearly
        values, vectors = np.linalg.eigh(K)
        return (vectors * np.sqrt(np.maximum(values, 0))).astype(np.float32)


def test_row(test, found, level, rows):
    """One row of the table, of statistics and p (2, m)."""
    statistic, p = found
    if len(p) == 0:
        raise ValueError("every sample is constant; there is nothing to test")
    low, high = wilson((p > level).sum(), len(p))
    return {
        "test": test,
        "pass_rate": float((p > level).mean()),
        "low": low,
        "high": high,
        "median_statistic": float(np.median(statistic)),
        "n_tests": len(p),
        "rows": rows,
    }


def standard(S):
    """Columns sorted, with mean 0 and standard deviation 1 (n - 1 degrees of freedom)."""
    S = np.sort(np.asarray(S, np.float64), axis=0)
    return (S - S.mean(0)) / S.std(0, ddof=1)


def anderson_statistic(S):
    """Anderson and Darling's A*^2 of each column of S (n, m), mean and variance estimated, and its p-value, both (m,).

    A^2 = -n - mean_i (2i - 1) [log Phi(z_i) + log Phi(-z_(n+1-i))]; A*^2 = A^2 (1 + 0.75 / n + 2.25 / n^2), whose 5%
    point is 0.752 (Stephens, case 3; p as in D'Agostino and Stephens, 1986, table 4.9).
    """
    z, n = standard(S), len(S)
    odd = (2 * np.arange(1, n + 1) - 1)[:, None]
    A = -n - (odd * (log_ndtr(z) + log_ndtr(-z[::-1]))).mean(0)
    A = A * (1 + 0.75 / n + 2.25 / n**2)
    return A, anderson_p(A)


def anderson_p(A):
    """p-value of A*^2, in the four published ranges; beyond 10 it is below 1e-23 and held there."""
    A = np.minimum(A, 10)
    ranges = [A < 0.2, A < 0.34, A < 0.6]
    values = [
        1 - np.exp(-13.436 + 101.14 * A - 223.73 * A**2),
        1 - np.exp(-8.318 + 42.796 * A - 59.938 * A**2),
        np.exp(0.9177 - 4.279 * A - 1.38 * A**2),
    ]
    return np.select(ranges, values, np.exp(1.2937 - 5.709 * A + 0.0186 * A**2))


def dagostino_statistic(S):
    """D'Agostino and Pearson's K^2 (skewness and kurtosis) of each column of S (n, m), and its p-value, both (m,)."""
    return tuple(normaltest(S, axis=0))


def shapiro_statistic(S):
    """Shapiro and Wilk's W of each column of S (n, m), 12 <= n <= 5000, and its p-value, both (m,) (AS R94)."""
    S = np.asarray(S, np.float64)
    n = len(S)
    if not 12 <= n <= 5000:
        raise ValueError(f"samples have {n} rows; the Shapiro-Wilk p-value is published for 12 to 5000, so set rows")
    W = (shapiro_weights(n) @ standard(S)) ** 2 / (n - 1)
    # rounding may take W of a perfect sample past 1
    y, log_n = np.log(np.maximum(1 - W, 1e-19)), np.log(n)
    mean = np.polyval([0.0038915, -0.083751, -0.31082, -1.5861], log_n)
    sd = np.exp(np.polyval([0.0030302, -0.082676, -0.4803], log_n))
    return W, norm.sf((y - mean) / sd)


def shapiro_weights(n):
    """Royston's weights (n,) of the ordered sample, of unit length; the outer two are polynomials in 1 / sqrt(n)."""
    m = ndtri((np.arange(1, n + 1) - 0.375) / (n + 0.25))
    u, length = 1 / np.sqrt(n), np.sqrt(m @ m)
    last = m[-1] / length + np.polyval([-2.706056, 4.434685, -2.07119, -0.147981, 0.221157, 0], u)
    second = m[-2] / length + np.polyval([-3.582633, 5.682633, -1.752461, -0.293762, 0.042981, 0], u)
    inner = np.sqrt((m @ m - 2 * m[-1] ** 2 - 2 * m[-2] ** 2) / (1 - 2 * last**2 - 2 * second**2))
    weights = m / inner
    weights[[-1, -2, 0, 1]] = last, second, -last, -second
    return weights


TESTS = {"anderson": anderson_statistic, "dagostino": dagostino_statistic, "shapiro": shapiro_statistic}


def gaussian_control(X, seed=0):
    """Independent N(0, 1) values in the shape of X: passes 1 - level of the tests."""
    return np.random.default_rng(seed).standard_normal(matrix(X, dtype=None).shape)


def bimodal_control(X, seed=0):
    """Two clusters +-mu + N(0, I) in the shape of X, |mu| = 6 sqrt(d) in a random direction: most projections fail.

    >>> bimodal = bimodal_control(np.zeros((500, 64)))
    >>> bool(normality(bimodal, tests=["anderson"], projections=300).pass_rate[0] < 0.3)
    True
    """
    n, d = matrix(X, dtype=None).shape
    return bimodal(n, d, SEPARATION * np.sqrt(d), seed)
