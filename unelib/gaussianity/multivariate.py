"""Tests of joint normality of a view's leading principal components, each with an exact null by simulation.

If the rows of X (n, d) are N(m, S), with any S, n and d, its whitened scores (n, k) are uniform among centred
orthonormal frames: the law of X less its mean row does not change under a rotation of rows that keeps the vector of
ones, and such rotations carry any frame to any other. So scores of N(0, I) of the same n and k are exact draws of the
null.
"""

from functools import lru_cache

import numpy as np
import pandas as pd
from scipy.spatial.distance import pdist
from scipy.special import betainc, betaincc
from sklearn.decomposition import PCA

from ..core.checks import matrix, share
from ..stats.p_values import enough_draws, verdict_row

MARGIN = 20  # rows beyond the components: with fewer, whitened scores hardly differ whatever the data
TAIL = 0.02  # share of the largest |scores| that Hill's estimator looks at
NARROW, RANK = 500, 1e-7  # columns; spread of the last component over that of the first, below which it is rounding
PAIRS = 1000  # rows whose distances Henze and Zirkler's statistic looks at


def multivariate_normality(X, components=10, simulations=400, level=0.05, seed=0):
    """Tests of joint normality on the whitened scores of X (n, d) on its leading components; one row a test.

    Mardia skewness, Mardia kurtosis (two-sided), Henze-Zirkler, radius (norms of whitened rows against their Beta law),
    tail index (Hill's estimator, two-sided). `n` may be less than `d`.
    Columns: test, statistic, null_low and null_high (critical values at `level`), null_median, p, rejected. p is exact
    for independent rows of any N(m, S), and at least 1 / (1 + simulations), twice that for two-sided tests.
    Raises ValueError on values that are not finite, repeated rows (they are dependence, no departure from normality),
    fewer than components + 20 rows, or a rank below `components`.

    >>> X = np.random.default_rng(0).standard_normal((200, 300)) * np.linspace(1, 9, 300)
    >>> multivariate_normality(X, level=0.01).rejected.tolist()
    [False, False, False, False, False]
    """
    share(level, "level", high=0.5)
    enough_draws(simulations, level, "both")
    Z = np.random.default_rng(seed).permutation(whitened_scores(X, components, seed))
    null = null_statistics(*Z.shape, simulations, seed)
    rows = zip(STATISTICS.items(), statistics(Z), null.T)
    return pd.DataFrame([verdict_row(test, found, draws, level, side) for (test, (_, side)), found, draws in rows])


def whitened_scores(X, components=10, seed=0):
    """Scores Z (n, k) of X (n, d) on its leading principal components, with mean 0 and Z'Z = n I; errors as above.

    >>> Z = whitened_scores(np.random.default_rng(0).standard_normal((60, 8)), 3)
    >>> bool(np.allclose(Z.T @ Z / 60, np.eye(3)))
    True
    """
    X = varying_rows(X, components, components + MARGIN)
    pca = whitening_pca(X, components, seed)
    if not pca.singular_values_[-1] > RANK * pca.singular_values_[0]:
        raise ValueError(f"the rank of X is below components={components}; ask for fewer")
    return pca.transform(X) * np.sqrt(len(X) / (len(X) - 1))


def whitening_pca(X, components, seed):
    """Fitted whitening PCA of X (n, d): by its covariance where it is narrow, which is quicker than an SVD."""
    solver = "covariance_eigh" if X.shape[1] <= NARROW else "auto"
    return PCA(components, whiten=True, svd_solver=solver, random_state=seed).fit(X)


def varying_rows(X, components, rows):
    """X as a finite float64 array with at least `rows` rows that differ, and columns for `components`.

    In single precision the components of a flat spectrum, and all that follows, would depend on the number of threads.
    """
    X = matrix(X)
    if not 1 <= components <= X.shape[1]:
        raise ValueError(f"components={components}; ask for 1 to {X.shape[1]}, the columns of X")
    if len(X) < rows:
        raise ValueError(f"X has {len(X)} rows; components={components} need at least {rows}: ask for fewer components")
    seen = {}
    for i, row in enumerate(X):
        first = seen.setdefault(hash(row.tobytes()), i)
        if first != i:
            raise ValueError(f"rows {first} and {i} of X are the same; rows must be independent, so drop repeats")
    return X


def statistics(Z):
    """All statistics of whitened scores (n, k), in the order of `STATISTICS`."""
    return np.array([statistic(Z) for statistic, _ in STATISTICS.values()])


@lru_cache(maxsize=32)
def null_statistics(n, k, simulations, seed):
    """Statistics (simulations, tests) of whitened N(0, I) of shape (n, k)."""
    rng = np.random.default_rng([seed, n, k])
    draws = (rng.standard_normal((n, k)) for _ in range(simulations))
    return np.array([statistics(np.linalg.qr(G - G.mean(0))[0] * np.sqrt(n)) for G in draws])


def mardia_skewness(Z):
    """b_1 = n^-2 sum_ij (z_i'z_j)^3 of whitened rows (n, k) (Mardia, 1970): the third moment's squared length."""
    a, b = np.triu_indices(Z.shape[1])
    moments = (Z[:, a] * Z[:, b]).T @ Z / len(Z)
    return np.where(a == b, 1, 2) @ (moments**2).sum(1)


def mardia_kurtosis(Z):
    """b_2 = mean |z_i|^4 of whitened rows (n, k) (Mardia, 1970)."""
    return (square_norms(Z) ** 2).mean()


def henze_zirkler(Z):
    """Distance of the empirical from the normal characteristic function, Gaussian weight (Henze and Zirkler, 1990).

    n [mean_ij exp(-b^2 |z_i - z_j|^2 / 2) - 2 (1 + b^2)^(-k/2) mean_i exp(-b^2 |z_i|^2 / (2 + 2 b^2))
    + (1 + 2 b^2)^(-k/2)] with b = ((2k + 1) n / 4)^(1/(k + 4)) / sqrt(2), on the first `PAIRS` rows of Z (n, k).
    """
    Z = Z[:PAIRS]
    n, k = Z.shape
    b2 = ((2 * k + 1) * n / 4) ** (2 / (k + 4)) / 2
    pairs = (n + 2 * np.exp(-b2 / 2 * pdist(Z, "sqeuclidean")).sum()) / n**2
    single = np.exp(-b2 / (2 + 2 * b2) * square_norms(Z)).mean()
    return n * (pairs - 2 * (1 + b2) ** (-k / 2) * single + (1 + 2 * b2) ** (-k / 2))


def radius(Z):
    """Anderson and Darling's A^2 of |z_i|^2 / (n - 1), Z (n, k), from Beta(k / 2, (n - 1 - k) / 2), its law if normal.

    The law: Gnanadesikan and Kettenring (1972); spheres too thin or too thick give a large A^2.
    """
    n, k = Z.shape
    r = np.sort(square_norms(Z)) / (n - 1)
    below, above = (np.maximum(F(k / 2, (n - 1 - k) / 2, r), 1e-300) for F in (betainc, betaincc))
    return -n - ((2 * np.arange(1, n + 1) - 1) * (np.log(below) + np.log(above[::-1]))).mean()


def tail_index(Z):
    """Hill's (1975) estimator on the largest 2 % of |scores|, all columns of Z (n, k) pooled: mean log excess."""
    size = np.abs(Z).ravel()
    m = int(np.ceil(TAIL * size.size))
    top = np.partition(size, size.size - m - 1)[-m - 1 :]
    return np.log(top / top[0]).sum() / m


def square_norms(Z):
    """|z_i|^2 (n,) of rows."""
    return np.einsum("ij,ij->i", Z, Z)


STATISTICS = {  # and which values are extreme
    "Mardia skewness": (mardia_skewness, "high"),
    "Mardia kurtosis": (mardia_kurtosis, "both"),
    "Henze-Zirkler": (henze_zirkler, "high"),
    "radius": (radius, "high"),
    "tail index": (tail_index, "both"),
}
