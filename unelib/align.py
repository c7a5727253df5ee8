"""Linear maps between row-aligned views, and the space they share.

A view is a matrix (n, d_i), one row an image. Every view is centred by its training mean; nothing else is scaled, so
penalties are shares of a view's own mean variance. All fits cost one decomposition in min(n, d_i) for each view.
"""

import numpy as np
from scipy.linalg import eigh
from sklearn.base import BaseEstimator

from .check import centred, matrix, same_columns, same_rows, share
from .ridge import leave_one_out, penalty_grid, ridge_weights, thin
from .similarity import unit_rows

# Held-out correlation of two near-white views of 1,024 columns, 2,000 rows, 32 shared dimensions: .33 at a ridge of
# .001, .79 at .1, .87 at 1, .88 at 3; of two views with falling spectra .915, .922, .911, .893. So .1 is safe, and 1 is
# better where every view is near-white noise.
RIDGE = 0.1


class RidgeMap(BaseEstimator):
    """Ridge regression from one view to another: X2 = X W + b.

    penalty  "loo": the one of 15 that has the least leave-one-out error over all columns; or a number, lambda in
             |X2 - X W|^2 + lambda |W|^2
    Fitted: `coef_` (d2, d), `intercept_` (d2,), `penalty_`.
    Raises ValueError on views of other lengths, values that are not finite, or a view of one repeated row.

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

    def predict(self, X):
        """What the second view would be (m, d2), for the first view X (m, d) of other images."""
        X = matrix(X)
        same_columns(X, self.coef_.shape[1])
        return X @ self.coef_.T + self.intercept_

    def score(self, X, X2):
        """{"cosine", "r2"}: mean cosine of predicted and true rows after centring by the truth's mean; pooled R^2."""
        predicted, X2 = self.predict(X), matrix(X2, "X2")
        same_rows(("X", predicted), ("X2", X2))
        same_columns(X2, len(self.coef_), "X2")
        mean = X2.mean(0)
        cosine = (unit_rows(predicted - mean) * unit_rows(X2 - mean)).sum(1).mean()
        r2 = 1 - ((predicted - X2) ** 2).sum() / ((X2 - mean) ** 2).sum()
        return {"cosine": float(cosine), "r2": float(r2)}


class CCA(BaseEstimator):
    """Canonical correlation: k pairs of variates of two views, as correlated as can be, uncorrelated among themselves.

    Weights are P_i = C_i^(-1/2) Q_i, with C_i = cov(X_i) + ridge v_i I and Q_1 diag(rho) Q_2' the leading part of
    C_1^(-1/2) cov(X_1, X_2) C_2^(-1/2).
    k      pairs, at most the smaller rank of the centred views
    ridge  share of v_i, the view's mean variance (over its min(n, d_i) principal components)
    Fitted: `weights_` (two of (d_i, k)), `means_`, `correlations_` (k,): rho, on the training rows, with the ridge;
    with more than a few columns for each hundred rows they flatter, so report `score` on other rows.
    Raises ValueError on views of other lengths, values that are not finite, a view of one repeated row, or k too large.

    >>> rng = np.random.default_rng(0)
    >>> Z = rng.standard_normal((500, 2))
    >>> X, X2 = (np.hstack([Z, rng.standard_normal((500, 3))]) @ rng.standard_normal((5, 5)) for _ in range(2))
    >>> bool((CCA(2, ridge=1e-6).fit(X, X2).correlations_ > 0.999).all())
    True
    """

    def __init__(self, k, ridge=RIDGE):
        self.k = k
        self.ridge = ridge

    def fit(self, X, X2):
        """Fit to views X (n, d1) and X2 (n, d2) of the same n images."""
        views = centred_views([X, X2], ["X", "X2"])
        (F, W), (F2, W2) = whitened_views(views, self.ridge, self.k)
        Q, rho, Q2 = np.linalg.svd(F.T @ F2, full_matrices=False)
        signs = column_signs(F @ Q[:, : self.k])
        size = signs * np.sqrt(len(F))
        self.correlations_ = rho[: self.k]
        self.weights_ = [W @ Q[:, : self.k] * size, W2 @ Q2[: self.k].T * size]
        self.means_ = [mean for _, mean in views]
        return self

    def transform(self, X, X2=None):
        """Variates (m, k) of the first view, or of both as a pair; unit variance in training if the ridge is tiny."""
        if X2 is None:
            return self.variates(0, X, "X")
        return self.variates(0, X, "X"), self.variates(1, X2, "X2")

    def variates(self, i, X, name):
        """Variates (m, k) of view i."""
        X = matrix(X, name)
        same_columns(X, len(self.means_[i]), name)
        return (X - self.means_[i]) @ self.weights_[i]

    def score(self, X, X2):
        """Correlations (k,) of the paired variates on these rows: held-out canonical correlations on other rows."""
        A, B = self.transform(X, X2)
        same_rows(("X", A), ("X2", B))
        return correlations(A, B)


class GCCA(BaseEstimator):
    """Generalised canonical correlation (MAXVAR; Kettenring, 1971) of two or more views: the space they share.

    The shared space G (n, k) is the leading eigenvectors of sum_i X_i (X_i'X_i + n ridge v_i I)^-1 X_i', found as the
    left singular vectors of the views' whitened thin factors side by side. For two views it is CCA's, with eigenvalues
    1 + rho.
    k      shared dimensions, at most the smallest rank of the centred views
    ridge  share of v_i, the view's mean variance (over its min(n, d_i) principal components)
    Fitted: `shared_` (n, k), unit variance; `eigenvalues_` (k,), each the number of views' worth of agreement, 1 for a
    dimension of one view only; `weights_` (one (d_i, k) a view), `means_`.
    Raises ValueError on fewer than two views, views of other lengths, values that are not finite (naming view and row),
    a view of one repeated row, or k too large.

    >>> rng = np.random.default_rng(0)
    >>> Z = rng.standard_normal((300, 2))
    >>> views = [Z @ rng.standard_normal((2, d)) for d in (3, 4, 5)]
    >>> GCCA(2, ridge=1e-9).fit(views).eigenvalues_.round(3)
    array([3., 3.])
    """

    def __init__(self, k, ridge=RIDGE):
        self.k = k
        self.ridge = ridge

    def fit(self, views):
        """Fit to a list of views (n, d_i) of the same n images."""
        if len(views) < 2:
            raise ValueError(f"{len(views)} views were given; a shared space needs two at least")
        views = centred_views(views, [f"view {i}" for i in range(len(views))])
        factors, whiteners = zip(*whitened_views(views, self.ridge, self.k))
        G, self.eigenvalues_ = leading_left(np.hstack(factors), self.k)
        self.shared_ = G * column_signs(G) * np.sqrt(len(G))
        # (X'X + r I)^-1 X' G is the whitener times the whitened factor's own coordinates of G
        self.weights_ = [W @ (F.T @ self.shared_) for F, W in zip(factors, whiteners)]
        self.means_ = [mean for _, mean in views]
        return self

    def transform(self, views):
        """Estimate (m, k) of the shared space: the mean of the ridge regressions X_i W_i of the views that are there.

        views  as in `fit`, with None for a view that is missing. On the training rows, with all m views, it is
               `shared_` x eigenvalue / m: regressions shrink what a view knows little of.
        """
        if len(views) != len(self.weights_):
            raise ValueError(f"{len(views)} views were given for {len(self.weights_)}; put None for a missing one")
        present = [(i, matrix(X, f"view {i}")) for i, X in enumerate(views) if X is not None]
        if not present:
            raise ValueError("every view is missing; at least one is needed")
        same_rows(*((f"view {i}", X) for i, X in present))
        for i, X in present:
            same_columns(X, len(self.means_[i]), f"view {i}")
        return np.mean([(X - self.means_[i]) @ self.weights_[i] for i, X in present], axis=0)


class RelativeRepresentation(BaseEstimator):
    """Rows by their cosine similarity to anchor rows, after centring (Moschella et al., 2023).

    Blind to rotation, shift and scale of the space; views whose anchors are the same images can be compared directly.
    anchors  how many rows to draw as anchors, or which rows of the training view: indices
    seed     draws them: one seed and one number of rows, the same anchors in every view
    Fitted: `anchors_` (row indices), `directions_` (k, d), `mean_` (d,).
    Raises ValueError on too many anchors or rows that do not exist.

    >>> X = np.random.default_rng(0).standard_normal((50, 4))
    >>> relative = RelativeRepresentation(6)
    >>> np.allclose(relative.fit(X).transform(X), relative.fit(3 * X + 1).transform(3 * X + 1))
    True
    """

    def __init__(self, anchors, seed=0):
        self.anchors = anchors
        self.seed = seed

    def fit(self, X):
        """Centre X (n, d) and keep its anchor rows."""
        ((X, self.mean_),) = centred_views([X], ["X"])
        self.anchors_ = anchor_rows(self.anchors, len(X), self.seed)
        self.directions_ = unit_rows(X[self.anchors_])
        return self

    def transform(self, X):
        """Cosine (m, k) of each row with each anchor."""
        X = matrix(X)
        same_columns(X, len(self.mean_))
        return unit_rows(X - self.mean_) @ self.directions_.T


def anchor_rows(anchors, n, seed):
    """Indices of the anchors among n rows."""
    if np.ndim(anchors) == 0:
        if not 1 <= anchors <= n:
            raise ValueError(f"anchors is {anchors}; X has {n} rows, so take 1 to {n}")
        return np.random.default_rng(seed).choice(n, anchors, replace=False)
    rows = np.asarray(anchors)
    if rows.ndim != 1 or rows.dtype.kind not in "iu" or rows.size == 0:
        raise ValueError(f"anchors must be a number or row indices, not {rows.dtype} of shape {rows.shape}")
    if rows.min() < 0 or rows.max() >= n:
        raise ValueError(f"anchors name rows {rows.min()} to {rows.max()}; X has rows 0 to {n - 1}")
    return rows


def centred_views(views, names):
    """Each view as float64, centred, with its mean; errors name the view."""
    views = [matrix(X, name, rows=2) for X, name in zip(views, names)]
    same_rows(*zip(names, views))
    return [centred(X, name) for X, name in zip(views, names)]


def whitened_views(views, ridge, k):
    """`whitened` of each view; ValueError unless the ridge is a positive share and k at most the smallest rank."""
    share(ridge, "ridge")
    found = [whitened(X, ridge) for X, _ in views]
    ranks = [F.shape[1] for F, _ in found]
    if not 1 <= k <= min(ranks):
        raise ValueError(f"k is {k}; these views, of ranks {ranks}, allow 1 to {min(ranks)}")
    return found


def whitened(X, ridge):
    """F (n, r) and W (d, r) of a centred view: F = X W, F F' = X (X'X + c I)^-1 X', with c the ridge x n x variance."""
    U, s, V = thin(X)
    spread = np.sqrt(s**2 + ridge * (s**2).sum() / min(X.shape))
    return U * (s / spread), V / spread


def leading_left(M, k):
    """The k leading left singular vectors of M (n, r) and their squared singular values, falling."""
    n, r = M.shape
    wide = n <= r
    squares, vectors = eigh(M @ M.T if wide else M.T @ M, subset_by_index=[min(n, r) - k, min(n, r) - 1])
    squares, vectors = squares[::-1], vectors[:, ::-1]
    return (vectors if wide else M @ vectors / np.sqrt(squares)), squares


def column_signs(G):
    """Signs (k,) that make each column's largest entry positive, so that a fit does not depend on the machine."""
    return np.sign(G[np.abs(G).argmax(0), np.arange(G.shape[1])])


def correlations(A, B):
    """Pearson correlation (k,) of each column of A with the same column of B."""
    A, B = A - A.mean(0), B - B.mean(0)
    return (A * B).sum(0) / np.maximum(np.linalg.norm(A, axis=0) * np.linalg.norm(B, axis=0), 1e-300)
