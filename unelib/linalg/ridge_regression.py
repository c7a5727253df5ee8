"""Thin factors and ridge regression: all targets and all penalties from one eigendecomposition of the smaller Gram."""

from numbers import Real

import numpy as np

from ..stats.groups import dealt_groups
from .principal_space import eigenvalues_above

# shares of the mean squared singular value, so that one grid serves every view
SHARES = np.logspace(-4, 3, 15)


def ridge(space, truth, penalty, groups=None):
    """Weights (r, a), intercepts (a,) and penalties of least squares on -1/+1.

    Each penalty by leave-one-out, or by three folds of whole groups.
    """
    targets, s = 2.0 * truth - 1, np.sqrt(space.squares)
    F, mean = space.features(), targets.mean(0)
    U = F / s
    if not isinstance(penalty, Real):
        grid = penalty_grid(s) if isinstance(penalty, str) else np.asarray(penalty, float)
        errors = leave_one_out(U, s, targets - mean, grid) if groups is None else group_errors(F, targets, grid, groups)
        penalty = grid[errors.argmin(0)]
    return ridge_weights(U, s, targets - mean, penalty), mean, penalty


def group_errors(F, Y, penalties, groups, folds=3):
    """Squared errors (len(penalties), t) of ridge regression of Y (n, t) on F (n, r) on groups that were held out."""
    dealt, errors = dealt_groups(groups, folds), 0
    for fold in range(folds):
        out = dealt == fold
        centre, mean = F[~out].mean(0), Y[~out].mean(0)
        learn = F[~out] - centre
        squares, axes = eigenvalues_above(learn.T @ learn, max(learn.shape))
        along, test = axes.T @ (learn.T @ (Y[~out] - mean)), (F[out] - centre) @ axes
        found = [test @ (along / (squares + penalty)[:, None]) + mean for penalty in penalties]
        errors = errors + np.stack([((Y[out] - fitted) ** 2).sum(0) for fitted in found])
    return errors


def penalty_grid(s):
    """Penalties, from weak to strong, in proportion to the mean squared singular value."""
    return SHARES * (s**2).mean()


def leave_one_out(U, s, Y, penalties):
    """Mean squared leave-one-out errors (len(penalties), t) of ridge regression with an intercept.

    X = U diag(s) V' and Y (n, t) are centred. The error of a row left out is its residual / (1 - h), where h is its
    leverage 1/n + sum_j U_j^2 s_j^2 / (s_j^2 + penalty): no regression is fitted twice.
    """
    keep = s**2 / (s**2 + np.asarray(penalties)[:, None])
    projected, left, errors = U.T @ Y, 1 - 1 / len(U) - U**2 @ keep.T, []
    for kept, rest in zip(keep, left.T):  # one penalty at a time: all at once would not fit where rows are many
        residual = (Y - U @ (kept[:, None] * projected)) / rest[:, None]
        errors.append(np.einsum("ij,ij->j", residual, residual) / len(U))
    return np.stack(errors)


def ridge_weights(U, s, Y, penalty):
    """Weights (r, t) on the coordinates V' x, for one penalty or one a target."""
    return (s[:, None] / (s[:, None] ** 2 + penalty)) * (U.T @ Y)
