"""Linear maps from one row-aligned view to another: ridge regression, and rotation with one scale.

A view is a matrix (n, d), one row an image. Views are centred by their training means; nothing else is scaled.
"""

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from ..core.checks import centred, centred_views, matrix, same_columns, same_images, share
from ..linalg.cosine import unit_rows
from ..linalg.principal_space import thin
from ..linalg.ridge_regression import leave_one_out, penalty_grid, ridge_weights


class LinearMap(BaseEstimator):
    """What was fitted to one view and another: `coef_` (d2, d) and `intercept_` (d2,), and how well it predicts."""

    def predict(self, X):
        """What the second view would be (m, d2), for the first view X (m, d) of other images."""
        check_is_fitted(self)
        X = matrix(X)
        same_columns(X, self.coef_.shape[1])
        return X @ self.coef_.T + self.intercept_

    def score(self, X, X2):
        """{"cosine", "r2"}: mean cosine of predicted and true rows after centring by the truth's mean; pooled R^2.

        ValueError where the rows of X2 (m, d2) are all the same: then there is nothing to predict.
        """
        predicted = self.predict(X)
        same_images(("X", X), ("X2", X2))
        truth, mean = centred(matrix(X2, "X2"), "X2")
        same_columns(truth, len(self.coef_), "X2")
        predicted = predicted - mean
        cosine = (unit_rows(predicted) * unit_rows(truth)).sum(1).mean()
        return {"cosine": float(cosine), "r2": float(1 - ((predicted - truth) ** 2).sum() / (truth**2).sum())}


class RidgeMap(LinearMap):
    """Ridge regression from one view to another: X2 = X W + b. The cost is one decomposition in min(n, d).

    penalty  "loo": the one of 15 that has the least leave-one-out error over all columns; or a number, lambda in
             |X2 - X W|^2 + lambda |W|^2
    Fitted: `coef_` (d2, d), `intercept_` (d2,), `penalty_`.
    Raises ValueError on views of other lengths or, as DataFrames, other ids; values that are not finite, or a view of
    one repeated row.

    >>> X = np.random.default_rng(0).standard_normal((100, 5))
    >>> round(RidgeMap().fit(X, X[:, :2] + 1).score(X, X[:, :2] + 1)["r2"], 4)
    1.0
    """

    def __init__(self, penalty="loo"):
        self.penalty = penalty

    def fit(self, X, X2):
        """Fit to views X (n, d) and X2 (n, d2) of the same n images."""
        if self.penalty != "loo":
            share(self.penalty, "penalty (or 'loo')")
        (X, mean), (X2, mean2) = centred_views([X, X2], ["X", "X2"])
        U, s, V = thin(X)
        self.penalty_ = self.penalty
        if self.penalty == "loo":
            grid = penalty_grid(s)
            self.penalty_ = float(grid[leave_one_out(U, s, X2, grid).sum(1).argmin()])
        self.coef_ = (V @ ridge_weights(U, s, X2, self.penalty_)).T
        self.intercept_ = mean2 - self.coef_ @ mean
        return self


class Procrustes(LinearMap):
    """Rotation from one view to another: X2 = scale (X - mean) Q + mean2 (Schoenemann, 1966; scale: Gower, 1975).

    Q (d, d2) = U V', with U S V' the singular value decomposition of (X - mean)'(X2 - mean2): of all matrices with
    orthonormal columns, or rows where d < d2, the one that brings X nearest to X2. It may reflect. Where d > d2 it is
    the leading part of the rotation to X2 with columns of zeros appended. Where a view has fewer rows than columns,
    directions that it has no rows in are turned arbitrarily. The cost is one decomposition of d x d2: take principal
    components of views of many thousand columns first.
    scale  True: the least-squares scale, trace(S) / |(X - mean) Q|^2; False: 1
    Fitted: `rotation_` (d, d2), `scale_`, and, as a `RidgeMap` has them, `coef_` (d2, d) and `intercept_` (d2,).
    Raises ValueError on views of other lengths or, as DataFrames, other ids; values that are not finite, or a view of
    one repeated row.

    >>> X = np.random.default_rng(0).standard_normal((100, 3))
    >>> fitted = Procrustes().fit(X, 5 * X[:, [1, 2, 0]] - 7)
    >>> round(fitted.scale_, 6), fitted.rotation_.round(6).argmax(0).tolist()
    (5.0, [1, 2, 0])
    """

    def __init__(self, scale=True):
        self.scale = scale

    def fit(self, X, X2):
        """Fit to views X (n, d) and X2 (n, d2) of the same n images."""
        (X, mean), (X2, mean2) = centred_views([X, X2], ["X", "X2"])
        U, s, V = np.linalg.svd(X.T @ X2, full_matrices=False)
        self.rotation_ = U @ V
        self.scale_ = float(s.sum() / ((X @ self.rotation_) ** 2).sum()) if self.scale else 1.0
        self.coef_ = self.scale_ * self.rotation_.T
        self.intercept_ = mean2 - self.coef_ @ mean
        return self


def ridge_maps(X, X2, penalty="loo"):
    """Ridge regression both ways: `RidgeMap` from X (n, d) to X2 (n, d2), and back; arguments and errors as there.

    The two are no inverses: each shrinks what its view does not know of the other.

    >>> X = np.random.default_rng(0).standard_normal((100, 5))
    >>> there, back = ridge_maps(X, 2 * X)
    >>> np.allclose(back.predict(there.predict(X)), X, atol=1e-3)
    True
    """
    return RidgeMap(penalty).fit(X, X2), RidgeMap(penalty).fit(X2, X)
