"""Relative representations: rows of a view by their likeness to its anchor rows, and ways to choose these."""

from numbers import Integral
from typing import Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator
from sklearn.cluster import KMeans
from sklearn.utils.validation import check_is_fitted

from ..core.checks import (
    Rows,
    centred_views,
    choice,
    matrix,
    same_columns,
)
from ..linalg.cosine import unit_rows

SAME = 1e-12  # cosine distance up to which rows are the same but for rounding
How = Literal["random", "k-means", "farthest"]


class RelativeRepresentation(BaseEstimator):
    """Rows by their cosine similarity to anchor rows, after centring [1]_.

    Blind to rotation, shift and scale of the space; views whose anchors are the same images can be compared directly.

    Parameters
    ----------
    anchors : int or array-like (k,) of int
        How many rows to take as anchors, or which rows of the training view: indices.
    seed : int
        Draws them: one seed and one number of rows, the same anchors in every view if they are drawn at random.
    how : {"random", "k-means", "farthest"}
        How a number of anchors is chosen (`choose_anchors`). The last two depend on the view: choose in one, and give
        the others its `anchors_`.

    Attributes
    ----------
    anchors_ : ndarray (k,) of int
        Row indices of the anchors, in the training view or in the pool.
    directions_ : ndarray (k, d)
        The anchors, centred and of unit length.
    mean_ : ndarray (d,)
        Mean row of the training view.

    References
    ----------
    .. [1] Moschella et al., 2023.

    Examples
    --------
    >>> X = np.random.default_rng(0).standard_normal((50, 4))
    >>> relative = RelativeRepresentation(6)
    >>> np.allclose(relative.fit(X).transform(X), relative.fit(3 * X + 1).transform(3 * X + 1))
    True
    """

    def __init__(self, anchors: int | ArrayLike, seed: int = 0, how: How = "random") -> None:
        self.anchors = anchors
        self.seed = seed
        self.how = how

    def fit(self, X: Rows, *, pool: Rows | None = None) -> Self:
        """Centre a view and keep its anchor rows.

        Parameters
        ----------
        X : array-like (n, d)
            The training view, one row an image.
        pool : array-like (p, d), optional
            Rows of the same view to take the anchors from, of images of another domain say, instead of X; `anchors`
            then counts or numbers these. They are centred by their own mean: what tells one domain from the other is in
            all of them.

        Returns
        -------
        RelativeRepresentation
            Itself, fitted.

        Raises
        ------
        ValueError
            On too many anchors or rows that do not exist, a pool of other columns, an unknown `how`, and as
            `choose_anchors`.
        """
        choice(self.how, CHOICES, "way to choose anchors")
        ((rows, self.mean_),) = centred_views([X], ["X"])
        rows = unit_rows(rows if pool is None else centred_pool(pool, len(self.mean_)))
        if np.ndim(self.anchors) == 0:
            self.anchors_ = chosen(rows, self.anchors, self.how, self.seed)
        else:
            self.anchors_ = existing_rows(self.anchors, len(rows))
        self.directions_ = rows[self.anchors_]
        return self

    def transform(self, X: Rows) -> NDArray[np.float64]:
        """Cosine of each row with each anchor.

        Parameters
        ----------
        X : array-like (m, d)
            Rows of the same view, one an image.

        Returns
        -------
        ndarray (m, k)
            Cosines, -1 to 1.

        Raises
        ------
        ValueError
            On another number of columns than it was fitted to, or values that are not finite.
        """
        check_is_fitted(self)
        X = matrix(X)
        same_columns(X, len(self.mean_))
        return unit_rows(X - self.mean_) @ self.directions_.T


def centred_pool(pool, columns):
    """Rows of another domain less their mean; ValueError on another number of columns than the view has."""
    ((rows, _),) = centred_views([pool], ["pool"])
    same_columns(rows, columns, "pool")
    return rows


def choose_anchors(X: Rows, k: int, how: How = "random", seed: int = 0) -> NDArray[np.int_]:
    """Row numbers of k different rows of X to take as anchors; rows are centred and of unit length first.

    Parameters
    ----------
    X : array-like (n, d)
        A view, one row an image.
    k : int
        How many anchors, 1 to n.
    how : {"random", "k-means", "farthest"}
        "random": drawn with `seed`, whatever X holds. "k-means": the row of each of k clusters that is nearest to its
        centre, the largest cluster's first; `seed` starts the clusters. "farthest": from the row most like all others
        on, always the one whose most similar anchor is the least similar (farthest-point traversal [1]_): spread out,
        outliers first. `seed` has no part in it.
    seed : int
        Of the draw, or of the clusters.

    Returns
    -------
    ndarray (k,) of int
        Row numbers.

    Raises
    ------
    ValueError
        On another way, k out of range, or, but for "random", fewer than k different rows.

    References
    ----------
    .. [1] Gonzalez, 1985.

    Examples
    --------
    >>> X = np.array([[9.0, 1], [9, 0], [9, -1], [-9, 1], [-9, 0], [-9, -1]])
    >>> sorted(choose_anchors(X, 2, "k-means").tolist())
    [1, 4]
    """
    choice(how, CHOICES, "way to choose anchors")
    ((X, _),) = centred_views([X], ["X"])
    return chosen(unit_rows(X), k, how, seed)


def chosen(rows, k, how, seed):
    """Numbers (k,) of unit rows (n, d)."""
    if not isinstance(k, Integral) or not 1 <= k <= len(rows):
        raise ValueError(f"anchors is {k}; X has {len(rows)} rows, so take 1 to {len(rows)}")
    return CHOICES[how](rows, k, seed)


def at_random(rows, k, seed):
    """Numbers of k rows."""
    return np.random.default_rng(seed).choice(len(rows), k, replace=False)


def central(rows, k, seed):
    """Numbers of the rows nearest to the centres of k clusters, each in its own, from the largest cluster on."""
    found = KMeans(k, n_init=1, random_state=seed).fit(rows)
    distance = found.transform(rows)[np.arange(len(rows)), found.labels_]
    order = np.lexsort((distance, found.labels_))
    labels, first, sizes = np.unique(found.labels_[order], return_index=True, return_counts=True)
    check_different(len(labels), k)
    return order[first][np.argsort(-sizes, kind="stable")]


def farthest(rows, k, seed):
    """Numbers of k rows, each the farthest from those before, from the medoid on."""
    found, nearest = [int((rows @ rows.sum(0)).argmax())], np.full(len(rows), np.inf)
    while len(found) < k:
        nearest = np.minimum(nearest, 1 - rows @ rows[found[-1]])
        nearest[found[-1]] = 0  # a row at the mean has no direction, and is like none
        found.append(int(nearest.argmax()))
        if nearest[found[-1]] <= SAME:
            check_different(len(found) - 1, k)
    return np.array(found)


def check_different(rows, k):
    """Raise ValueError where there are fewer different rows than anchors."""
    if rows < k:
        raise ValueError(f"anchors is {k}; X has {rows} rows of different direction, so take {rows} at most")


CHOICES = {"random": at_random, "k-means": central, "farthest": farthest}


def existing_rows(anchors, n):
    """Row numbers of anchors among n rows."""
    rows = np.asarray(anchors)
    if rows.ndim != 1 or rows.dtype.kind not in "iu" or rows.size == 0:
        raise ValueError(f"anchors must be a number or row indices, not {rows.dtype} of shape {rows.shape}")
    if rows.min() < 0 or rows.max() >= n:
        raise ValueError(f"anchors name rows {rows.min()} to {rows.max()}; X has rows 0 to {n - 1}")
    return rows
