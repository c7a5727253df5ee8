"""Features whose Gram matrix is diagonal, in which every probe is fitted: principal coordinates of n rows.

One eigendecomposition, of the smaller of Z'Z and ZZ', serves all attributes, penalties and folds.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..core.checks import centred, share


class Space(NamedTuple):
    """Features F A of n rows, F (n, m), A (m, r) or None for the identity; (F A)'(F A) = diag(squares).

    `unturned` features have only the diagonal of that, and only about.

    columns  how many columns they came from
    back     weights (r, a) on the features -> weights (d, a) on the columns
    """

    rows: np.ndarray
    axes: np.ndarray
    squares: np.ndarray
    columns: int
    back: Callable

    def features(self):
        """F A, (n, r)."""
        return self.rows if self.axes is None else self.rows @ self.axes


def principal(Z, components=None, cut=False, unit=True):
    """`Space` of centred Z (n, d): all principal coordinates, or the first few, each scaled to unit variance.

    cut   take as many components as there are where there are fewer; else they are a ValueError
    unit  False leaves the first few their own variances

    >>> Z = np.random.default_rng(0).standard_normal((30, 5))
    >>> F = principal(Z - Z.mean(0), 2).features()
    >>> np.allclose(F.T @ F / 30, np.eye(2))
    True
    """
    n, d = Z.shape
    squares, vectors = eigenvalues_above(Z @ Z.T if n < d else Z.T @ Z, max(n, d))
    if components is not None:
        squares, vectors = kept(squares, vectors, components, cut, Z.shape)
    unit = unit and components is not None
    scale = np.sqrt(n / squares) if unit else np.ones(len(squares))
    size = np.full(len(squares), float(n)) if unit else squares
    if n < d:
        s = np.sqrt(squares)
        return Space(vectors * (s * scale), None, size, d, lambda w: Z.T @ (vectors @ (w.T * scale / s).T))
    basis = vectors * scale
    if components is None:
        return Space(Z, basis, size, d, lambda w: basis @ w)
    return Space(Z @ basis, None, size, len(size), lambda w: basis @ w)


def unturned(Z):
    """`Space` of standardised Z (n, d) whose columns are about orthogonal as they are (`correlatedness`): Z itself."""
    return Space(Z, None, np.full(Z.shape[1], float(len(Z))), Z.shape[1], lambda w: w)


def correlatedness(X, mean, scale, rows=500):
    """Mean squared eigenvalue of the correlations of X (n, d), with its mean and scale: 1 if all are 0, d if all are 1.

    Squared dot products of two rows that were drawn independently are on average d times that mean, for the population;
    pairs among some of the rows tell it. In a sample of n rows it is larger by d / n.

    >>> Z = np.random.default_rng(0).standard_normal((2000, 20))
    >>> round(correlatedness(Z, 0, 1), 1), correlatedness(Z[:, [0] * 20], 0, 1) > 15
    (1.0, True)
    """
    n, d = X.shape
    some = (X[:: max(n // rows, 1)] - mean) / scale
    products = some @ some.T
    np.fill_diagonal(products, 0)
    return float((products**2).sum() / (len(some) * (len(some) - 1) * d) + d / n)


def eigenvalues_above(gram, size):
    """Eigenvalues (r,) from the largest to the last above rounding, and eigenvectors (m, r); `gram` is written over."""
    negative, vectors = np.linalg.eigh(np.negative(gram, out=gram))  # so that they come from the largest on
    rank = int((negative < negative[0] * size * np.finfo(float).eps).sum())
    return -negative[:rank], vectors[:, :rank]


def kept(squares, vectors, components, cut, shape):
    """The first few of each, or all if there are fewer and `cut`; else ValueError if there are not as many."""
    if components < 1 or components > len(squares) and not cut:
        raise ValueError(
            f"components is {components}; X has {shape} values of rank {len(squares)}, so take 1 to {len(squares)}"
        )
    return squares[:components], vectors[:, :components]


def thin(X: Any) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Thin singular value decomposition X = U diag(s) V' up to the rank of X; the cost is in min(n, d).

    Parameters
    ----------
    X : ndarray (n, d)
        Rows, of rank r.

    Returns
    -------
    U : ndarray (n, r)
        Orthonormal columns.
    s : ndarray (r,)
        Singular values, falling.
    V : ndarray (d, r)
        Orthonormal columns, not transposed.

    Examples
    --------
    >>> X = np.random.default_rng(0).standard_normal((6, 3))
    >>> U, s, V = thin(X)
    >>> np.allclose(U * s @ V.T, X)
    True
    """
    wide = X.shape[0] < X.shape[1]
    squares, vectors = eigenvalues_above(X @ X.T if wide else X.T @ X, max(X.shape))
    s = np.sqrt(squares)
    return (vectors, s, X.T @ vectors / s) if wide else (X @ vectors / s, s, vectors)


def principal_axes(X):
    """s (r,) and V (d, r) as `thin` gives them, at less cost where rows are more than columns.

    >>> X = np.random.default_rng(0).standard_normal((6, 3))
    >>> s, V = principal_axes(X)
    >>> np.allclose(V * s**2 @ V.T, X.T @ X)
    True
    """
    if X.shape[0] < X.shape[1]:
        return thin(X)[1:]
    squares, V = eigenvalues_above(X.T @ X, max(X.shape))
    return np.sqrt(squares), V


def principal_rows(X, name, variance=1.0):
    """Centred rows (n, r) in principal coordinates, which a rotation of the view does not change; checks `variance`."""
    share(variance, "variance", high=1.0)
    U, s, _ = thin(centred(X, name)[0])
    return U * s
