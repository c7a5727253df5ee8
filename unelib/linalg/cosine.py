"""Rows compared by their angle: unit rows, the rows most alike, and lists of neighbours that two views share."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.checks import centred, matrix, whole
from .principal_space import principal_rows

BLOCK = 1024  # rows of similarities held at a time while neighbours are looked for


def unit_rows(X: Any) -> NDArray[Any]:
    """Rows scaled to length 1; a row at the origin stays there.

    Parameters
    ----------
    X : ndarray (n, d)
        Rows.

    Returns
    -------
    ndarray (n, d)
        The same directions.

    Examples
    --------
    >>> unit_rows(np.array([[3.0, 4.0], [0.0, 0.0]])).tolist()
    [[0.6, 0.8], [0.0, 0.0]]
    """
    length = np.linalg.norm(X, axis=1, keepdims=True)
    return X / np.where(length > 0, length, 1)


def unit_directions(X, name="X", rows=1):
    """Rows of X (n, d), `rows` at least, scaled to length 1, in float64; ValueError for the first row of 0.

    >>> unit_directions([[3, 4]]).tolist()
    [[0.6, 0.8]]
    """
    U = unit_rows(matrix(X, name, rows=rows))
    if not (some := U.any(1)).all():
        raise ValueError(f"row {some.argmin()} of {name} is 0 and has no direction; drop it")
    return U


def most_alike(rows, queries, pool, k):
    """Row numbers (q, k), nearest first, of those of `pool` whose rows have the largest products with each query's.

    rows (n, d); queries (q,) and pool (p,) row numbers, k < p. A query is never its own neighbour.

    >>> rows, everyone = np.array([[1.0, 0.0], [0.8, 0.6], [0.0, 1.0]]), np.arange(3)
    >>> most_alike(rows, everyone, everyone, 2).tolist()
    [[1, 2], [0, 2], [1, 0]]
    """
    others, found = rows[pool], np.empty((len(queries), k), int)
    for start in range(0, len(queries), BLOCK):
        asked = queries[start : start + BLOCK]
        near = rows[asked] @ others.T
        near[asked[:, None] == pool] = -np.inf
        best = np.sort(np.argpartition(-near, k - 1, axis=1)[:, :k], axis=1)
        order = np.argsort(-np.take_along_axis(near, best, 1), axis=1, kind="stable")
        found[start : start + BLOCK] = pool[np.take_along_axis(best, order, 1)]
    return found


def rows_for_neighbours(X, name, k=10):
    """Rows with the angles of X's about their mean, in no more columns than there are rows; checks `k`."""
    n, d = X.shape
    if not whole(k, 1, n - 1):
        raise ValueError(f"k is {k!r}; {name} has {n} rows, so k must be a whole number from 1 to {n - 1}")
    return X if d <= n else principal_rows(X, name)


def rows_for_interval(k=10):
    """Rows from which halves, which keep k, have room for neighbours that differ; on fewer the interval collapses."""
    return 6 * k


def neighbours(X, name, k=10):
    """Indices (n, k) of each row's nearest others by cosine, after centring; all others where they are fewer than k."""
    everyone = np.arange(len(X))
    return most_alike(unit_rows(centred(X, name)[0]), everyone, everyone, min(k, len(X) - 1))


def shared_neighbours(A, B):
    """Mean share of row i's neighbours in A that are also its neighbours in B."""
    n, k = A.shape
    # each (row, neighbour) pair becomes one number
    rows = np.arange(n)[:, None] * n
    return np.intersect1d(A + rows, B + rows, assume_unique=True).size / (n * k)


def relabelled(B, order):
    """Neighbour lists after the images are put in another order: both the lists and the names in them move."""
    return np.argsort(order)[B[order]]
