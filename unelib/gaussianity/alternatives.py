"""Data that are not N(0, I), by a known amount: what a test of Gaussianity should see, and when it begins to."""

import numpy as np

from ..core.checks import matrix


def bimodal(n, d, strength, seed=0):
    """N(0, I) (n, d), half of its rows moved by `strength` sigmas along a random direction, the others back.

    >>> bimodal(1000, 4, 5.0).var(0).sum().round(-1)
    np.float64(30.0)
    """
    rng = np.random.default_rng(seed)
    shift = strength * unit_columns(d, 1, rng)[:, 0]
    return rng.choice([-1.0, 1.0], n)[:, None] * shift + rng.standard_normal((n, d))


def heavy_tailed(n, d, strength, seed=0):
    """Multivariate t (n, d) of 1 / `strength` degrees of freedom, 0 <= strength < 0.5, at unit variance; 0 is N(0, I).

    Each row is Gaussian times a factor of its own, so its values are uncorrelated but not independent. ValueError
    names a strength out of range.

    >>> heavy_tailed(5, 3, 0.25).shape
    (5, 3)
    """
    check_strength(strength, 0, 0.5)
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, d))
    if strength:
        X *= np.sqrt((1 / strength - 2) / rng.chisquare(1 / strength, (n, 1)))
    return X


def correlated(n, d, strength, seed=0):
    """Gaussian rows (n, d) whose neighbouring columns correlate by `strength`: x_j = s x_{j-1} + sqrt(1 - s^2) e_j.

    Jointly Gaussian, so that only a test of N(0, I), not one of normality, should reject it. ValueError unless -1 <= s
    < 1.

    >>> np.corrcoef(correlated(4000, 2, 0.5).T)[0, 1].round(1)
    np.float64(0.5)
    """
    check_strength(strength, -1, 1)
    X = np.random.default_rng(seed).standard_normal((n, d))
    for j in range(1, d):
        X[:, j] = strength * X[:, j - 1] + np.sqrt(1 - strength**2) * X[:, j]
    return X


def leaky(n, d, strength, seed=0, clean=None):
    """s z_0 + sqrt(1 - s^2) e (n, d): noise through which s = `strength` of the amplitude of clean data still shows.

    clean  z_0 (at least n rows, at least d columns): random rows and columns of it, none twice
    s is sqrt(alpha_bar) at the highest noise level: 0.12 where Stable Diffusion's 150 "leading" steps stop. Raises
    ValueError if clean is too small or the strength not in [0, 1).

    >>> leaky(5, 3, 0.12, clean=np.ones((9, 4))).shape
    (5, 3)
    """
    clean = matrix(clean, "clean", rows=n, dtype=None)
    check_strength(strength, 0, 1)
    if clean.shape[1] < d:
        raise ValueError(f"clean has {clean.shape[1]} columns; d={d} asks for more")
    rng = np.random.default_rng(seed)
    rows, columns = (rng.choice(size, k, replace=False) for size, k in zip(clean.shape, (n, d)))
    return strength * clean[np.ix_(rows, columns)] + np.sqrt(1 - strength**2) * rng.standard_normal((n, d))


def unit_columns(d, m, rng):
    """m random unit vectors (d, m), uniform on the sphere."""
    W = rng.standard_normal((d, m))
    return W / np.linalg.norm(W, axis=0)


def check_strength(strength, low, high):
    """Raise ValueError unless low <= strength < high."""
    if not low <= strength < high:
        raise ValueError(f"strength={strength} is out of range; it must be at least {low} and below {high}")
