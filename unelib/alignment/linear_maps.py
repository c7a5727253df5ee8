"""Linear maps from one row-aligned view to another: ridge regression, and rotation with one scale.

A view is a matrix (n, d), one row an image. Views are centred by their training means; nothing else is scaled.
"""

from typing import Any, Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from ..core.checks import Rows, centred, centred_views, matrix, same_columns, same_images, share
from ..linalg.cosine import unit_rows
from ..linalg.principal_space import thin
from ..linalg.ridge_regression import leave_one_out, penalty_grid, ridge_weights
from ..stats.groups import shared_groups
from ..stats.intervals import percentiles
from ..stats.roc import drawn_counts


class LinearMap(BaseEstimator):
    """What was fitted to one view and another: `coef_` (d2, d) and `intercept_` (d2,), and how well it predicts."""

    def predict(self, X: Rows) -> NDArray[np.float64]:
        """What the second view would be, for the first view of other images.

        Parameters
        ----------
        X : array-like (m, d)
            The first view, one row an image.

        Returns
        -------
        ndarray (m, d2)
            The second view, predicted.

        Raises
        ------
        ValueError
            On another number of columns than it was fitted to, or values that are not finite.
        """
        check_is_fitted(self)
        X = matrix(X)
        same_columns(X, self.coef_.shape[1])
        return X @ self.coef_.T + self.intercept_

    def score(self, X: Rows, X2: Rows) -> dict[str, float]:
        """How well the second view is predicted.

        Parameters
        ----------
        X, X2 : array-like (m, d) and (m, d2)
            Both views of the same m images.

        Returns
        -------
        dict
            "cosine", the mean cosine of predicted and true rows after centring by the truth's mean; and "r2", the
            pooled R^2, at most 1.

        Raises
        ------
        ValueError
            Where the rows of X2 are all the same: then there is nothing to predict. Also on views of other lengths or,
            as DataFrames, other ids.
        """
        predicted = self.predict(X)
        same_images(("X", X), ("X2", X2))
        truth, mean = centred(matrix(X2, "X2"), "X2")
        same_columns(truth, len(self.coef_), "X2")
        predicted = predicted - mean
        cosine = (unit_rows(predicted) * unit_rows(truth)).sum(1).mean()
        return {"cosine": float(cosine), "r2": float(1 - ((predicted - truth) ** 2).sum() / (truth**2).sum())}


class RidgeMap(LinearMap):
    """Ridge regression from one view to another: X2 = X W + b.

    The cost is one decomposition in min(n, d).

    Parameters
    ----------
    penalty : "loo" or float
        "loo": the one of 15 that has the least leave-one-out error over all columns. Or a number, lambda in
        |X2 - X W|^2 + lambda |W|^2.

    Attributes
    ----------
    coef_ : ndarray (d2, d)
        W'.
    intercept_ : ndarray (d2,)
        b.
    penalty_ : float
        lambda.

    Examples
    --------
    >>> X = np.random.default_rng(0).standard_normal((100, 5))
    >>> round(RidgeMap().fit(X, X[:, :2] + 1).score(X, X[:, :2] + 1)["r2"], 4)
    1.0
    """

    def __init__(self, penalty: Literal["loo"] | float = "loo") -> None:
        self.penalty = penalty

    def fit(self, X: Rows, X2: Rows) -> Self:
        """Fit to two views of the same images.

        Parameters
        ----------
        X, X2 : array-like (n, d) and (n, d2)
            Views of the same n images, one row an image.

        Returns
        -------
        RidgeMap
            Itself, fitted.

        Raises
        ------
        ValueError
            On views of other lengths or, as DataFrames, other ids; values that are not finite, or a view of one
            repeated row; or a penalty out of range.
        """
        if self.penalty != "loo":
            share(self.penalty, "penalty (or 'loo')")
        (X, mean), (X2, mean2) = centred_views([X, X2], ["X", "X2"])
        return self.fit_thin(thin(X), mean, X2, mean2)

    def fit_thin(self, factors, mean, X2, mean2):
        """`fit` where the first view's factors are known, `thin` of X - mean; X2 (n, d2) is centred, by mean2."""
        U, s, V = factors
        self.penalty_ = self.penalty
        if self.penalty == "loo":
            grid = penalty_grid(s)
            self.penalty_ = float(grid[leave_one_out(U, s, X2, grid).sum(1).argmin()])
        self.coef_ = (V @ ridge_weights(U, s, X2, self.penalty_)).T
        self.intercept_ = mean2 - self.coef_ @ mean
        return self


class Procrustes(LinearMap):
    """Rotation from one view to another: X2 = scale (X - mean) Q + mean2 [1]_, with Gower's scale [2]_.

    Q (d, d2) = U V', with U S V' the singular value decomposition of (X - mean)'(X2 - mean2): of all matrices with
    orthonormal columns, or rows where d < d2, the one that brings X nearest to X2. It may reflect. Where d > d2 it is
    the leading part of the rotation to X2 with columns of zeros appended. Where a view has fewer rows than columns,
    directions that it has no rows in are turned arbitrarily. The cost is one decomposition of d x d2: take principal
    components of views of many thousand columns first.

    Parameters
    ----------
    scale : bool
        True: the least-squares scale, trace(S) / |(X - mean) Q|^2. False: 1.

    Attributes
    ----------
    rotation_ : ndarray (d, d2)
        Q.
    scale_ : float
        The scale.
    coef_ : ndarray (d2, d)
        scale Q', as a `RidgeMap` has it.
    intercept_ : ndarray (d2,)
        mean2 - scale mean Q, as a `RidgeMap` has it.

    References
    ----------
    .. [1] Schoenemann, 1966.
    .. [2] Gower, 1975.

    Examples
    --------
    >>> X = np.random.default_rng(0).standard_normal((100, 3))
    >>> fitted = Procrustes().fit(X, 5 * X[:, [1, 2, 0]] - 7)
    >>> round(fitted.scale_, 6), fitted.rotation_.round(6).argmax(0).tolist()
    (5.0, [1, 2, 0])
    """

    def __init__(self, *, scale: bool = True) -> None:
        self.scale = scale

    def fit(self, X: Rows, X2: Rows) -> Self:
        """Fit to two views of the same images.

        Parameters
        ----------
        X, X2 : array-like (n, d) and (n, d2)
            Views of the same n images, one row an image.

        Returns
        -------
        Procrustes
            Itself, fitted.

        Raises
        ------
        ValueError
            On views of other lengths or, as DataFrames, other ids; values that are not finite, or a view of one
            repeated row.
        """
        (A, mean), (B, mean2) = centred_views([X, X2], ["X", "X2"])
        U, s, V = np.linalg.svd(A.T @ B, full_matrices=False)
        self.rotation_ = U @ V
        self.scale_ = float(s.sum() / ((A @ self.rotation_) ** 2).sum()) if self.scale else 1.0
        self.coef_ = self.scale_ * self.rotation_.T
        self.intercept_ = mean2 - self.coef_ @ mean
        return self


def ridge_maps(X: Rows, X2: Rows, penalty: Literal["loo"] | float = "loo") -> tuple[RidgeMap, RidgeMap]:
    """Ridge regression both ways, from one view to another and back.

    The two are no inverses: each shrinks what its view does not know of the other.

    Parameters
    ----------
    X, X2 : array-like (n, d) and (n, d2)
        Views of the same n images, one row an image.
    penalty : "loo" or float
        As in `RidgeMap`.

    Returns
    -------
    there, back : RidgeMap
        Fitted from X to X2, and from X2 to X.

    Raises
    ------
    ValueError
        As `RidgeMap.fit`.

    Examples
    --------
    >>> X = np.random.default_rng(0).standard_normal((100, 5))
    >>> there, back = ridge_maps(X, 2 * X)
    >>> np.allclose(back.predict(there.predict(X)), X, atol=1e-3)
    True
    """
    return RidgeMap(penalty).fit(X, X2), RidgeMap(penalty).fit(X2, X)


def r2_interval(
    one: tuple[Any, Rows], X2: Rows, resamples: int = 200, seed: int = 0, groups: ArrayLike | None = None
) -> dict[str, float]:
    """How well a map predicts a view of other images, with an interval over these.

    Parameters
    ----------
    one : (LinearMap, array-like (m, d))
        A fitted map, and rows of its first view.
    X2 : array-like (m, d2)
        The second view of the same images.
    resamples : int
        Draws of images with return; squares are about the mean of all of them.
    seed : int
        Of the draws.
    groups : array-like (m,), optional
        Whom each image shows; whole groups are then drawn.

    Returns
    -------
    dict
        "r2", as `score` gives it, and "low" and "high", the percentile 95 % interval for this map.

    Raises
    ------
    ValueError
        As `LinearMap.score`.

    Examples
    --------
    >>> X = np.random.default_rng(0).standard_normal((100, 5))
    >>> r2_interval((RidgeMap().fit(X, 2 * X), X), 2 * X)["low"].__round__(3)
    1.0
    """
    value, draws = resampled_r2(one, X2, resamples, seed, groups)
    return {"r2": value} | percentiles(draws)


def r2_gap(
    one: tuple[Any, Rows],
    other: tuple[Any, Rows],
    X2: Rows,
    resamples: int = 200,
    seed: int = 0,
    groups: ArrayLike | None = None,
) -> dict[str, float]:
    """How much better one map predicts a view than another does, on the same images.

    Parameters
    ----------
    one, other : (LinearMap, array-like (m, d))
        Fitted maps, each with rows of its own first view.
    X2 : array-like (m, d2)
        The view that both predict.
    resamples, seed, groups
        As in `r2_interval`. Both maps meet the same draws, so the luck of the images cancels.

    Returns
    -------
    dict
        "gap", R² of the one less that of the other, "low" and "high".

    Raises
    ------
    ValueError
        As `LinearMap.score`.

    Examples
    --------
    >>> X = np.random.default_rng(0).standard_normal((100, 5))
    >>> pair = RidgeMap().fit(X, X[:, :2]), X
    >>> r2_gap(pair, pair, X[:, :2])
    {'gap': 0.0, 'low': 0.0, 'high': 0.0}
    """
    (value, draws), (value2, draws2) = (resampled_r2(pair, X2, resamples, seed, groups) for pair in (one, other))
    return {"gap": value - value2} | percentiles(draws - draws2)


def resampled_r2(pair, X2, resamples, seed, groups):
    """R² of a map, and the same (resamples,) on images drawn anew, one seed giving one set of draws."""
    fitted, X = pair
    value = fitted.score(X, X2)["r2"]
    truth, mean = centred(matrix(X2, "X2"), "X2")
    errors, squares = ((fitted.predict(X) - mean - truth) ** 2).sum(1), (truth**2).sum(1)
    codes = shared_groups(groups, len(truth))
    counts = drawn_counts(np.arange(len(truth)) if codes is None else codes, resamples, np.random.default_rng(seed))
    return value, 1 - errors @ counts / (squares @ counts)
