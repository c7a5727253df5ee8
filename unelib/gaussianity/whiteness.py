"""Tests of the claim N(0, I) itself: norms that concentrate, coordinates and places that are independent."""

import numpy as np
import pandas as pd
from scipy.stats import chi, kstest, norm

from ..core.checks import constant, matrix
from ..stats.intervals import normal_interval, normal_mean_interval
from .noise_maps import neighbour_correlation

BLOCK = 1024  # rows of a product at a time
NULL_MAPS = 500  # white maps that tell what chance gives


def norm_concentration(X):
    """Norms of the rows of X (n, d), not centred or scaled, against the chi law of N(0, I); a Series.

    mean_ratio, spread_ratio  their mean and standard deviation over the law's: both 1
    statistic, p              Kolmogorov and Smirnov's distance, and its p-value
    Raises ValueError on fewer than 20 rows or values that are not finite.

    >>> norm_concentration(np.random.default_rng(0).standard_normal((500, 100))).mean_ratio.round(2)
    np.float64(1.0)
    """
    X = matrix(X, rows=20, dtype=None)
    norms, law = np.array([np.linalg.norm(row.astype(np.float64)) for row in X]), chi(X.shape[1])
    test = kstest(norms, law.cdf)
    ratios = {"mean_ratio": norms.mean() / law.mean(), "spread_ratio": norms.std(ddof=1) / law.std()}
    return pd.Series(ratios | {"statistic": test.statistic, "p": test.pvalue})


def coordinate_correlation(X):
    """Schott's (2005) test that the columns of X (n, d) are uncorrelated, for any n and d; a Series.

    z    (sum_{i<j} r_ij^2 - d (d - 1) / 2m) / sqrt(d (d - 1) (m - 1) / (m^2 (m + 2))), m = n - 1: N(0, 1) if n, d large
    p    one-sided
    rms  root mean square of r_ij beyond what chance gives, sqrt(max(mean r_ij^2 - 1 / m, 0))
    Raises ValueError on fewer than 20 rows, fewer than two columns, constant columns or values that are not finite.

    >>> X = np.random.default_rng(0).standard_normal((100, 300))
    >>> bool(abs(coordinate_correlation(X).z) < 3)
    True
    """
    Z = unit_length(matrix(X, rows=20, dtype=None))
    m, d = len(Z) - 1, Z.shape[1]
    pairs = d * (d - 1) / 2
    excess = (square_gram(Z) - d) / 2 - pairs / m
    z = excess / np.sqrt(2 * pairs * (m - 1) / (m**2 * (m + 2)))
    return pd.Series({"rms": np.sqrt(max(excess / pairs, 0)), "z": z, "p": norm.sf(z)})


def unit_length(X):
    """X (n, d) with columns of mean 0 and length 1, in its own precision or float32; errors as above."""
    if X.shape[1] < 2:
        raise ValueError("X has one column; a correlation needs two")
    flat = np.flatnonzero(constant(X))
    if flat.size:
        raise ValueError(f"column {flat[0]} of X is constant ({flat.size} in all); drop such columns with `varying`")
    Z = X.astype(np.promote_types(X.dtype, np.float32))
    Z -= Z.mean(0, dtype=np.float64)
    Z /= np.linalg.norm(Z, axis=0)
    return Z


def square_gram(Z):
    """Sum of squares of Z'Z, which is that of ZZ', by the smaller of the two and in blocks."""
    A = Z if len(Z) < Z.shape[1] else Z.T
    products = (A[i : i + BLOCK] @ A.T for i in range(0, len(A), BLOCK))
    return float(sum(np.square(product, dtype=np.float64).sum() for product in products))


def spatial_correlation(noise, seed=0):
    """Mean correlation of neighbouring values of noise maps (n, c, h, w), with 95 % intervals; a Series.

    mean, low, high      over images
    null_low, null_high  where that mean lies for as many white maps (seeded; it is not quite 0, since each map's
                         own mean is taken out)
    p                    two-sided, against white maps
    Raises ValueError unless there are at least 20 maps of 2 x 2 values or more, all finite.

    >>> spatial_correlation(np.random.default_rng(1).standard_normal((50, 4, 8, 8)))["mean"].round(1)
    np.float64(-0.0)
    """
    noise = np.asarray(noise)
    if noise.ndim != 4 or min(noise.shape[2:]) < 2:
        raise ValueError(f"noise has shape {noise.shape}; it must be (n, c, h, w) with h and w at least 2")
    matrix(noise.reshape(len(noise), -1), "noise", rows=20, dtype=None)
    white = np.random.default_rng(seed).standard_normal((NULL_MAPS, *noise.shape[1:]), np.float32)
    found, null = neighbour_correlation(noise), neighbour_correlation(white)
    mean, chance = found.mean(), null.std(ddof=1) / np.sqrt(len(found))
    around = normal_interval(null.mean(), chance)
    ends = normal_mean_interval(found).ends | {"null_low": around.low, "null_high": around.high}
    uncertain = np.hypot(chance, null.std(ddof=1) / np.sqrt(NULL_MAPS))
    return pd.Series({"mean": mean} | ends | {"p": 2 * norm.sf(abs(mean - null.mean()) / uncertain)})
