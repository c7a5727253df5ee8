"""Canonical correlation of row-aligned views: the variates of two, and the space that any number of them share.

A view is a matrix (n, d_i), one row an image. Each is centred by its training mean; nothing else is scaled, so that
the ridge is a share of a view's own mean variance. The cost is in min(n, d_i) for each view, and in the fewer of all
rows and all columns for what they share.
"""

from collections.abc import Mapping, Sequence
from numbers import Integral
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from ..core.checks import Rows, centred_views, dense, matrix, row_mask, same_columns, same_images, share, two_views
from ..linalg.moments import column_mean
from ..linalg.principal_space import principal
from ..linalg.stored_rows import StoredRows, as_rows, blocks, stored_space
from ..linalg.whitening import leading_left, of_space, placed, products, whitened

# Held-out correlation of two near-white views of 1,024 columns, 2,000 rows, 32 shared dimensions: .33 at a ridge of
# .001, .79 at .1, .87 at 1, .88 at 3; of two views with falling spectra .915, .922, .911, .893. So .1 is safe, and 1 is
# better where every view is near-white noise.
RIDGE = 0.1
Present = Sequence[ArrayLike | None] | None


class CCA(BaseEstimator):
    """Canonical correlation: k pairs of variates of two views, as correlated as can be, uncorrelated among themselves.

    Weights are P_i = C_i^(-1/2) Q_i, with C_i = cov(X_i) + ridge v_i I and Q_1 diag(rho) Q_2' the leading part of
    C_1^(-1/2) cov(X_1, X_2) C_2^(-1/2).

    Parameters
    ----------
    k : int
        Pairs, at most the smaller rank of the centred views.
    ridge : float
        Share of v_i, the view's mean variance (over its min(n, d_i) principal components).

    Attributes
    ----------
    weights_ : list of two ndarrays (d_i, k)
        P_i.
    means_ : list of two ndarrays (d_i,)
        Mean row of each view.
    correlations_ : ndarray (k,)
        rho, on the training rows, with the ridge. With more than a few columns for each hundred rows they flatter, so
        report `score` on other rows.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> Z = rng.standard_normal((500, 2))
    >>> X, X2 = (np.hstack([Z, rng.standard_normal((500, 3))]) @ rng.standard_normal((5, 5)) for _ in range(2))
    >>> cca = CCA(2, ridge=1e-6).fit(X, X2)
    >>> bool((cca.correlations_ > 0.999).all()), cca.transform(X).shape
    (True, (500, 2))
    """

    def __init__(self, k: int, ridge: float = RIDGE) -> None:
        self.k = k
        self.ridge = ridge

    def fit(self, X: Rows, X2: Rows) -> Self:
        """Fit to two views of the same images.

        Parameters
        ----------
        X, X2 : array-like (n, d1) and (n, d2)
            Views of the same n images, one row an image.

        Returns
        -------
        CCA
            Itself, fitted.

        Raises
        ------
        ValueError
            On views of other lengths or, as DataFrames, other ids; values that are not finite, a view of one repeated
            row, or k too large.
        """
        share(self.ridge, "ridge")
        views = centred_views([X, X2], ["X", "X2"])
        check_k(self.k, [min(len(Z) - 1, Z.shape[1]) for Z, _ in views], "at most ")
        one, two = (whitened(Z, self.ridge, overwrite=True) for Z, _ in views)
        check_k(self.k, [one.rank(self.k), two.rank(self.k)])
        Q, rho, Q2 = np.linalg.svd(products(one.rows, two.rows), full_matrices=False)
        size = column_signs(one.rows @ Q[:, : self.k]) * np.sqrt(len(views[0][0]))
        self.correlations_ = rho[: self.k]
        self.weights_ = [one.back(Q[:, : self.k]) * size, two.back(Q2[: self.k].T) * size]
        self.means_ = [mean for _, mean in views]
        return self

    def transform(
        self, X: Rows, X2: Rows | None = None
    ) -> NDArray[np.float64] | tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Variates of the first view, or of both as a pair.

        Parameters
        ----------
        X : array-like (m, d1)
            Rows of the first view, one an image.
        X2 : array-like (m, d2), optional
            Rows of the second view, of the same m images.

        Returns
        -------
        ndarray (m, k), or two
            Variates; of unit variance in training if the ridge is tiny.

        Raises
        ------
        ValueError
            On another number of columns than it was fitted to, or views of other lengths or ids.
        """
        check_is_fitted(self)
        if X2 is None:
            return self.variates(0, X, "X")
        same_images(("X", X), ("X2", X2))
        return self.variates(0, X, "X"), self.variates(1, X2, "X2")

    def variates(self, i, X, name):
        """Variates (m, k) of view i."""
        X = matrix(X, name)
        same_columns(X, len(self.means_[i]), name)
        return (X - self.means_[i]) @ self.weights_[i]

    def score(self, X: Rows, X2: Rows) -> NDArray[np.float64]:
        """Correlations of the paired variates on these rows: held-out canonical correlations on other rows.

        Parameters
        ----------
        X, X2 : array-like (m, d1) and (m, d2)
            Views of the same m images, one row an image.

        Returns
        -------
        ndarray (k,)
            Pearson correlations, -1 to 1.

        Raises
        ------
        ValueError
            Where all rows of a view are the same, and as `transform`.
        """
        centred_views([X, X2], ["X", "X2"])
        return correlations(*self.transform(X, X2))


class GCCA(BaseEstimator):
    """Generalised canonical correlation (MAXVAR [1]_) of two or more views: the space they share.

    The shared space G (n, k) is the leading eigenvectors of sum_i P_i, P_i = X_i (X_i'X_i + n ridge v_i I)^-1 X_i'. For
    two views it is CCA's, with eigenvalues 1 + rho. Where views lack rows, with K_i = diag(1 where view i has the row)
    and W = sum_i K_i, it is (W / m)^-1/2 times the leading eigenvectors of (W / m)^-1/2 sum_i K_i P_i K_i (W / m)^-1/2,
    m the number of views and P_i of the rows that view i has, less their mean [2]_. A view given twice counts twice;
    collinear columns are no error.

    Parameters
    ----------
    k : int
        Shared dimensions, at most the smallest rank of the centred views.
    ridge : float
        Share of v_i, the view's mean variance (over its min(n, d_i) principal components, or the kept ones).
    components : int, optional
        Principal components that stand for each view, all it has if they are fewer; None for the view itself. Needed
        where a view is stored (`NoiseZoo.stored`) or a large memory map: it is then read block by block, and only these
        components, in float32, and (d_i, components) axes are held of it.

    Attributes
    ----------
    shared_ : ndarray (n, k)
        The shared space, of unit variance where no row is missing.
    eigenvalues_ : ndarray (k,)
        Each the number of views' worth of agreement, 1 for a dimension of one view only.
    weights_ : list of ndarrays (d_i, k)
        W_i of each view.
    means_ : list of ndarrays (d_i,)
        Mean row of each view.

    References
    ----------
    .. [1] Kettenring, 1971.
    .. [2] van de Velden and Takane, 2012.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> Z = rng.standard_normal((300, 2))
    >>> views = [Z @ rng.standard_normal((2, d)) for d in (3, 4, 5)]
    >>> gcca = GCCA(2, ridge=1e-9).fit(views)
    >>> gcca.eigenvalues_.round(3)
    array([3., 3.])
    >>> gcca.transform([views[0], None, views[2]]).shape
    (300, 2)
    """

    def __init__(self, k: int, ridge: float = RIDGE, components: int | None = None) -> None:
        self.k = k
        self.ridge = ridge
        self.components = components

    def fit(self, views: Sequence[Rows | StoredRows], present: Present = None) -> Self:
        """Fit to several views of the same images.

        Parameters
        ----------
        views : list of array-like (n, d_i)
            Views of the same n images, two at least, one row an image.
        present : list, optional
            For each view None, if it has every row, or a mask (n,) of those it has: what stands in the others is
            ignored. None if nothing is missing.

        Returns
        -------
        GCCA
            Itself, fitted.

        Raises
        ------
        TypeError
            On a dict of views, sparse views, or masks that are none.
        ValueError
            On fewer than two views, views of other lengths or, as DataFrames, other ids; values that are not finite
            (naming view and row), a view of one repeated row, a row that no view has, k too large, or a stored view
            without `components`.
        """
        if isinstance(views, dict):
            raise TypeError(f"views must be a list; pass [{', '.join(map(repr, views))}] in this order, as values")
        two_views(views)
        there = presence(views, present)
        check_fit(self, there)
        rows = [as_rows(X, 2, name, seen(mask)) for X, name, mask in zip(views, names_of(views), there)]
        check_components(self.components, rows)
        self.means_ = [column_mean(*pair) for pair in zip(rows, names_of(views))]  # a fault is met in this first pass
        factors = [self.factor(X, mean) for X, mean in zip(rows, self.means_)]
        check_k(self.k, [factor.rank(self.k) for factor in factors])
        scale = np.sqrt(len(views) / there.sum(0))
        whole = [placed(factor, mask, scale) for factor, mask in zip(factors, there)]
        U, self.eigenvalues_ = leading_left(whole, self.k)
        self.shared_ = scale[:, None] * U * column_signs(U) * np.sqrt(len(U))
        self.weights_ = [factor.back(products(factor.rows, self.shared_[mask])) for factor, mask in zip(factors, there)]
        return self

    def factor(self, X, mean):
        """`Factor` of a view (n, d) less its mean (d,)."""
        if self.components is None:
            return whitened(X - mean, self.ridge, overwrite=True)
        if isinstance(X, StoredRows):
            space = stored_space(X, mean, np.ones(len(mean)), self.components, cut=True, unit=False)
        else:
            space = principal(X - mean, self.components, cut=True, unit=False)
        return of_space(space, self.ridge, min(self.components, *X.shape))

    def transform(self, views: Sequence[Rows | StoredRows | None], present: Present = None) -> NDArray[np.float64]:
        """Estimate of the shared space: the mean, for each row, of the ridge regressions X_i W_i of its views.

        On the training rows it is `shared_` x eigenvalue / number of views: regressions shrink what a view knows little
        of.

        Parameters
        ----------
        views : list of array-like (m, d_i) or None
            As in `fit`, in the same order, with None for a view that is missing.
        present : list, optional
            As in `fit`.

        Returns
        -------
        ndarray (m, k)
            One row an image.

        Raises
        ------
        ValueError
            On another number of views or of columns than it was fitted to, a row that no view has, and as `fit` on
            lengths, ids and values.
        """
        check_is_fitted(self)
        if len(views) != len(self.weights_):
            raise ValueError(f"{len(views)} views were given for {len(self.weights_)}; put None for a missing one")
        there, found = presence(views, present), {}
        for i in np.flatnonzero(there.any(1)).tolist():
            found[i] = as_rows(views[i], 1, f"view {i}", seen(there[i]))
            same_columns(found[i], len(self.means_[i]), f"view {i}")
        total = np.zeros((there.shape[1], self.k))
        for i, X in found.items():
            total[there[i]] += np.concatenate([(block - self.means_[i]) @ self.weights_[i] for _, block in blocks(X)])
        return total / there.sum(0)[:, None]


def distinct_sets(sets: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Sets of views {name: [views]} that can share a space: of two or more, and not those of an earlier set.

    >>> distinct_sets({"all": ["ldm", "clip"], "those with clip": ["clip", "ldm"], "encoders": ["clip"]})
    {'all': ['ldm', 'clip']}
    """
    first: dict[Any, Any] = {}
    for name, views in sets.items():
        first.setdefault(frozenset(views), name)
    return {name: list(sets[name]) for views, name in first.items() if len(views) > 1}


def names_of(views):
    """What errors call the views."""
    return [f"view {i}" for i in range(len(views))]


def presence(views, present):
    """Which rows each view has, bool (m, n); ValueError where views are of other images or none has a row."""
    given = [(name, X) for name, X in zip(names_of(views), views) if X is not None]
    if not given:
        raise ValueError("every view is missing; at least one is needed")
    for name, X in given:
        dense(X, name)
    same_images(*given)
    n, present = len(given[0][1]), [None] * len(views) if present is None else present
    if len(present) != len(views):
        raise ValueError(f"present has {len(present)} entries for {len(views)} views; None stands for all rows")
    there = np.zeros((len(views), n), bool)
    for i, (X, mask) in enumerate(zip(views, present)):
        if X is not None:
            there[i] = True if mask is None else row_mask(mask, n, f"present[{i}]")
    lost = np.flatnonzero(~there.any(0))
    if lost.size:
        raise ValueError(f"row {lost[0]} is in no view ({lost.size} such rows in all); leave it out of every view")
    return there


def seen(mask):
    """The mask of rows, or None if it holds them all."""
    return None if mask.all() else mask


def check_fit(gcca, there):
    """Raise ValueError unless ridge and components are in range and the rows are enough for k dimensions."""
    share(gcca.ridge, "ridge")
    most = gcca.components
    if most is not None and not (isinstance(most, Integral) and most >= 1):
        raise ValueError(f"components is {most!r}; it must be a whole number above 0, or None for all")
    rows = there.sum(1)
    if rows.min() < 2:
        raise ValueError(f"view {rows.argmin()} has {rows.min()} rows; at least 2 are needed to fit")
    check_k(gcca.k, [int(n - 1 if most is None else min(n - 1, most)) for n in rows], "at most ")


def check_components(components, rows):
    """Raise ValueError, naming the view, where one is read block by block and no components are set."""
    stored = [X.name for X in rows if isinstance(X, StoredRows)]
    if stored and components is None:
        raise ValueError(f"{stored[0]} is read block by block; set components, such as 500, which then stand for it")


def check_k(k, ranks, bound=""):
    """Raise ValueError unless k is a whole number from 1 to the smallest rank."""
    if not isinstance(k, Integral) or not 1 <= k <= min(ranks):
        raise ValueError(f"k is {k}; these views, of ranks {bound}{ranks}, allow 1 to {min(ranks)}")


def column_signs(G):
    """Signs (k,) that make each column's largest entry positive, so that a fit does not depend on the machine."""
    return np.sign(G[np.abs(G).argmax(0), np.arange(G.shape[1])])


def correlations(A, B):
    """Pearson correlation (k,) of each column of A with the same column of B."""
    A, B = A - A.mean(0), B - B.mean(0)
    return (A * B).sum(0) / np.maximum(np.linalg.norm(A, axis=0) * np.linalg.norm(B, axis=0), 1e-300)
