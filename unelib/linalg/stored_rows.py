"""Views larger than memory: rows that are read when they are asked for, and what of them fits into memory.

A probe needs its training rows many times, but only in a few hundred principal components: those are found in a few
passes over the stored rows, and kept.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.checks import ROWS, matrix
from .principal_space import Space, eigenvalues_above, kept

BLOCK = 1000  # stored rows at a time: as many as a shard has
CACHED = 500_000  # values at a time of rows in memory: as many as the processor keeps at hand
IN_MEMORY = 2 * 10**9  # bytes as float64 from which a memory-mapped array is read block by block
GRAM_COLUMNS = 4096  # up to which the Gram matrix of the columns is formed, and principal components are exact
PASSES = 4  # of subspace iteration, as many as scikit-learn's PCA makes
SPARE = 50  # columns that are iterated beside the wanted ones


class StoredRows:
    """n rows of d columns that are read when they are asked for; `NoiseZoo.stored` and large memory maps give one.

    `stored[rows]` reads rows, by slice, mask or number, as an array. Its length is n.

    Parameters
    ----------
    read : callable
        `read(row numbers) -> (m, d)` fetches rows.
    rows : ndarray (n,) of int
        The numbers by which `read` knows them.
    columns : int
        d.
    name : str
        What errors call the view.
    numbers : ndarray (n,), optional
        What errors call each of its rows: 0, 1, ... if None.
    ids : ndarray (n,), optional
        The rows' images, by which views are compared; None if they are not known.

    Attributes
    ----------
    shape : tuple of int (n, d)
        Rows and columns.
    read, rows, name, numbers, ids
        As they were given.

    Examples
    --------
    >>> stored = StoredRows(np.arange(12.0).reshape(6, 2).__getitem__, np.array([5, 0]), 2)
    >>> stored.shape, stored[1:].tolist()
    ((2, 2), [[0.0, 1.0]])
    """

    def __init__(
        self,
        read: Callable[[NDArray[Any]], NDArray[Any]],
        rows: NDArray[Any],
        columns: int,
        name: str = "X",
        numbers: NDArray[Any] | None = None,
        ids: NDArray[Any] | None = None,
    ) -> None:
        self.read, self.rows, self.shape, self.name = read, rows, (len(rows), columns), name
        self.numbers = np.arange(len(rows)) if numbers is None else numbers
        self.ids = ids

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, rows: NDArray[Any] | slice) -> NDArray[Any]:
        return self.read(self.rows[rows])

    def take(self, rows: NDArray[Any] | slice, name: str | None = None) -> "StoredRows":
        """Some of the rows, still stored; errors keep their numbers.

        Parameters
        ----------
        rows : ndarray of int or bool, or slice
            Numbers, a mask (n,) or a slice.
        name : str, optional
            What errors call the part; the view's own name if None.

        Returns
        -------
        StoredRows
            The same reader with fewer rows; nothing is read.

        Examples
        --------
        >>> stored = StoredRows(np.arange(12.0).reshape(6, 2).__getitem__, np.array([5, 0]), 2)
        >>> part = stored.take(np.array([False, True]))
        >>> part.shape, part.numbers.tolist()
        ((1, 2), [1])
        """
        ids = None if self.ids is None else self.ids[rows]
        return StoredRows(self.read, self.rows[rows], self.shape[1], name or self.name, self.numbers[rows], ids)


def as_rows(
    X: Any, rows: int = 1, name: str = "X", present: NDArray[np.bool_] | None = None
) -> NDArray[np.float64] | StoredRows:
    """X as a float64 matrix, or as `StoredRows` if it is stored or a memory map too large to be read at once.

    rows     how many it must have at least
    present  mask (n,) of the rows that count, all if None: what stands in the others is never looked at
    """
    if isinstance(X, np.memmap) and X.ndim == 2 and 8 * X.size > IN_MEMORY:
        X = StoredRows(X.__getitem__, np.arange(len(X)), X.shape[1])
    if isinstance(X, StoredRows):
        X = X.take(slice(None) if present is None else present, name)
        if len(X) < rows:
            raise ValueError(f"{name} has {len(X)} stored rows; at least {rows} are needed")
        return X
    if present is None:
        return matrix(X, name, rows)
    return matrix(np.asarray(X)[present], name, rows, numbers=np.flatnonzero(present))


def blocks(X, dtype=np.float64):
    """Yields (slice, rows as a finite array) of a matrix or `StoredRows`; ValueError names the first bad value."""
    stored = isinstance(X, StoredRows)
    size = BLOCK if stored else max(CACHED // X.shape[1], 1)
    for start in range(0, len(X), size):
        rows = slice(start, min(start + size, len(X)))
        yield rows, matrix(X[rows], X.name, dtype=dtype, numbers=X.numbers[rows]) if stored else X[rows]


def taken(X, rows):
    """Some rows, by number or mask, of a matrix or `StoredRows`."""
    return X.take(rows) if isinstance(X, StoredRows) else X[rows]


def stored_space(X, mean, scale, components, cut=False, unit=True):
    """`Space` of the first principal components of (X - mean) / scale, each of unit variance, kept in float32.

    Exact up to 4,096 columns. Beyond, by subspace iteration (Halko, Martinsson and Tropp, 2011): components of nearly
    equal variance may then stand for one another. `components`, `cut` and `unit` as in `principal`.
    """

    def standard(dtype):
        return standardised(X, mean.astype(dtype), scale.astype(dtype))

    if components is None:
        raise ValueError(
            f"{X.name} is read block by block, so its principal components are needed: set components, such as 500"
        )
    n, d = X.shape
    if d <= GRAM_COLUMNS:
        Q, gram = np.eye(d), sum(Z.T @ Z for _, Z in standard(np.float64))
    else:
        Q = subspace(lambda: standard(np.float32), d, min(components + SPARE, n - 1, d))
        seen = features_of(standard(np.float32), Q, n)
        gram = sum(block.T @ block for block in (rows.astype(np.float64) for _, rows in blocks(seen)))
    squares, turn = kept(*eigenvalues_above(gram, max(n, d)), components, cut, X.shape)
    if unit:
        turn *= np.sqrt(n / squares)
    basis = Q @ turn
    features = features_of(standard(np.float32), basis, n) if d <= GRAM_COLUMNS else seen @ turn.astype(np.float32)
    size = np.full(len(squares), float(n)) if unit else squares
    return Space(features, None, size, len(squares), lambda w: basis @ w)


def standardised(X, mean, scale):
    """Yields (slice, (rows - mean) / scale) in the precision of the mean."""
    for rows, block in blocks(X, mean.dtype):
        away = block - mean
        away /= scale
        yield rows, away


def whole_standardised(X, mean, scale, dtype=np.float64):
    """(X - mean) / scale of a matrix, its only copy."""
    Z = np.empty(X.shape, dtype)
    for start in range(0, len(Z), ROWS):
        rows = slice(start, start + ROWS)
        away = X[rows] - mean
        np.divide(away, scale, out=Z[rows], casting="same_kind")
    return Z


def subspace(passes, d, k, seed=0):
    """Orthonormal basis (d, k) near the leading right singular vectors of what every call of `passes` yields."""
    Q = np.linalg.qr(np.random.default_rng(seed).standard_normal((d, k)))[0]
    for _ in range(PASSES):
        narrow, image = Q.astype(np.float32), np.zeros((d, k))
        for _, Z in passes():
            image += Z.T @ (Z @ narrow)
        Q = np.linalg.qr(image)[0]
    return Q


def features_of(standard, basis, n):
    """Coordinates (n, k) float32 of standardised rows."""
    narrow, out = basis.astype(np.float32), np.empty((n, basis.shape[1]), np.float32)
    for rows, Z in standard:
        out[rows] = Z @ narrow
    return out
