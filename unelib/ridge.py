"""Thin factors and ridge regression: all targets and all penalties from one eigendecomposition of the smaller Gram."""

import numpy as np

# shares of the mean squared singular value, so that one grid serves every view
SHARES = np.logspace(-4, 3, 15)


def thin(X):
    """U (n, r), s (r,) falling, V (d, r) with X = U diag(s) V' and r its rank; the cost is in min(n, d).

    >>> X = np.random.default_rng(0).standard_normal((6, 3))
    >>> U, s, V = thin(X)
    >>> np.allclose(U * s @ V.T, X)
    True
    """
    wide = X.shape[0] < X.shape[1]
    squares, vectors = np.linalg.eigh(X @ X.T if wide else X.T @ X)
    squares, vectors = squares[::-1], vectors[:, ::-1]
    rank = int((squares > squares[0] * max(X.shape) * np.finfo(float).eps).sum())
    s, vectors = np.sqrt(squares[:rank]), vectors[:, :rank]
    return (vectors, s, X.T @ vectors / s) if wide else (X @ vectors / s, s, vectors)


def penalty_grid(s):
    """Penalties, from weak to strong, in proportion to the mean squared singular value."""
    return SHARES * (s**2).mean()


def leave_one_out(U, s, Y, penalties):
    """Mean squared leave-one-out errors (len(penalties), t) of ridge regression with an intercept.

    X = U diag(s) V' and Y (n, t) are centred. The error of a row left out is its residual / (1 - h), where h is its
    leverage 1/n + sum_j U_j^2 s_j^2 / (s_j^2 + penalty): no regression is fitted twice.
    """
    projected, squares, errors = U.T @ Y, U**2, []
    for penalty in penalties:
        keep = s**2 / (s**2 + penalty)
        leverage = 1 / len(U) + squares @ keep
        residual = (Y - U @ (keep[:, None] * projected)) / (1 - leverage)[:, None]
        errors.append((residual**2).mean(0))
    return np.stack(errors)


def ridge_weights(U, s, Y, penalty):
    """Weights (r, t) on the coordinates V' x, for one penalty or one a target."""
    return (s[:, None] / (s[:, None] ** 2 + penalty)) * (U.T @ Y)
