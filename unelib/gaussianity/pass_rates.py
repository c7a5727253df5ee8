"""The published test with a null of its own: how often samples of a view pass, and those of its Gaussian twins.

A twin has the view's mean row and sample covariance, but its rows are rotated at random about the vector of ones. Given
those two, N(m, S) and its twins have one law, whatever S, so the test is exact (rotation test; Langsrud, 2005).
"""

import numpy as np

from ..core.checks import choice, constant, matrix, share
from ..stats.p_values import draws_needed, enough_draws, verdict_row
from .univariate import AXES, anderson_statistic, factor, subsets, varied, varying

ROWS = 2000  # of a view with more, as many at random
TWINS = 99  # at least; more where the level is so small that as many could not reject


def pass_rate_test(X, axes="projections", count=100, rows=250, simulations=None, level=0.05, seed=0, null=None):
    """Whether fewer samples of X (n, d) pass Anderson and Darling's test than its Gaussian twins'; a row as `verdict`.

    axes         "projections" on random directions, as published, or "coordinates", a random choice of columns
    count        axes looked at; at most half as many as rows
    rows         rows a sample, each its own random subset
    simulations  twins; 99, or more where the level needs them, if None
    null         pass rates of twins where they are known, such as `twin_pass_rates` of data of the same law
    Constant columns are left out. Raises ValueError on values that are not finite, fewer than 40 rows, constant columns
    or samples alone, unknown axes, a count below 1, fewer than 20 rows a sample, or twins too few to reject at `level`.

    >>> X = np.random.default_rng(0).standard_normal((200, 30))
    >>> pass_rate_test(X)["rejected"]
    False
    """
    simulations = twins_asked(count, rows, simulations if null is None else len(null), level)
    S, rng = sampled_axes(X, axes, count, seed), np.random.default_rng([seed, 1])
    found = pass_rate(S, rows, level, rng)
    null = twins_pass(S, rows, simulations, level, rng) if null is None else null
    return verdict_row(axes, found, null, level, side="low")


def twin_pass_rates(X, axes="projections", count=100, rows=250, simulations=None, level=0.05, seed=0):
    """Pass rates (simulations,) of the Gaussian twins of X (n, d); options and errors as in `pass_rate_test`."""
    simulations = twins_asked(count, rows, simulations, level)
    return twins_pass(sampled_axes(X, axes, count, seed), rows, simulations, level, np.random.default_rng([seed, 1]))


def twins_asked(count, rows, simulations, level):
    """The number of twins, after a look at the settings: ValueError as in `pass_rate_test`."""
    if count < 1 or rows < 20:
        raise ValueError(f"count={count} and rows={rows}; at least 1 axis and 20 rows are needed")
    share(level, "level", high=0.5)
    simulations = max(TWINS, draws_needed(level)) if simulations is None else simulations
    enough_draws(simulations, level)
    return simulations


def sampled_axes(X, axes, count, seed):
    """S (n, m) float64, columns of mean 0: X at no more than `ROWS` rows, on `count` random directions or columns."""
    X, rng = matrix(X, rows=40, dtype=None), np.random.default_rng(seed)
    X = X if len(X) <= ROWS else X[np.sort(rng.choice(len(X), ROWS, replace=False))]
    if constant(X).all():
        raise ValueError("every column of X is constant; there is nothing to test")
    count = min(count, len(X) // 2)
    if choice(axes, AXES, "axes") == "projections":
        F = factor(X)
        S = F @ rng.standard_normal((F.shape[1], count), np.float32)
    else:
        S = varying(X)
        S = S[:, rng.choice(S.shape[1], min(count, S.shape[1]), replace=False)]
    S = S.astype(np.float64)
    return S - S.mean(0)


def twins_pass(S, rows, simulations, level, rng):
    """Pass rates (simulations,) of rotations of S (n, m)."""
    R = np.linalg.qr(S, mode="r")
    return np.array([pass_rate(rotated(R, len(S), rng), rows, level, rng) for _ in range(simulations)])


def rotated(R, n, rng):
    """Q R (n, m) with Q uniform among centred orthonormal frames: a random rotation of any centred S with S'S = R'R.

    >>> S = rotated(np.diag([3.0, 4.0]), 50, np.random.default_rng(0))
    >>> np.abs(S.T @ S).round(9).tolist()
    [[9.0, 0.0], [0.0, 16.0]]
    """
    G = rng.standard_normal((n, len(R)))
    G -= G.mean(0)
    return G @ np.linalg.solve(np.linalg.cholesky(G.T @ G).T, R)


def pass_rate(S, rows, level, rng):
    """Share of the columns of S (n, m) that pass, each on its own random subset of `rows` rows, if not constant."""
    samples = varied(subsets(S.T, rows, rng).T)
    if samples.shape[1] == 0:
        raise ValueError("every sample is constant; there is nothing to test")
    return (anderson_statistic(samples)[1] > level).mean()
