"""Nearest images in a view, and whether they share attributes with the image they were found for."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from ..core.checks import Rows, matrix
from ..linalg.cosine import most_alike, unit_rows
from ..stats.intervals import normal_mean_interval


def nearest(X: Rows, queries: Any, pool: Any, k: int) -> NDArray[np.int_]:
    """Row numbers (q, k) of the rows of `pool` nearest to each query row, by cosine after centring on the pool.

    X (n, d); queries, pool  arrays of row numbers or masks of X. A query is never its own neighbour.
    """
    X, rows = matrix(X), np.arange(len(X))
    queries, pool = rows[queries], rows[pool]
    if not 1 <= k < len(pool):
        raise ValueError(f"k is {k}; the pool has {len(pool)} rows, so k must lie in 1 to {len(pool) - 1}")
    return most_alike(unit_rows(X - X[pool].mean(0)), queries, pool, k)


def nearest_by_view(views: Mapping[str, Rows], queries: Any, pool: Any, k: int) -> NDArray[np.int_]:
    """Row numbers (q * v, 1 + k): each query with its k nearest rows of the pool in each of v views, best first.

    views  {name: X (n, d)}, row-aligned; queries, pool  as in `nearest`. Rows go query by query, view by view in each.
    """
    first = np.arange(len(matrix(next(iter(views.values())))))[queries]
    found = np.stack([nearest(X, queries, pool, k) for X in views.values()], axis=1)
    return np.column_stack([np.repeat(first, len(views)), found.reshape(-1, k)])


def neighbour_agreement(
    X: Rows, Y: ArrayLike | pd.DataFrame, held_out: NDArray[np.bool_], k: int = 5, seed: int = 0
) -> pd.Series:
    """How many attributes held-out images share with their k nearest others among the rest.

    X (n, d), Y (n, a) of 0/1, held_out (n,) bool. Returns a Series: `agreement` (mean share, 0 to 1), its 95 % interval
    over images `low`, `high`, and `chance`, the same for k random rows.
    """
    Y, pool = np.asarray(Y), np.flatnonzero(~held_out)
    found = nearest(X, held_out, pool, k)
    random = np.random.default_rng(seed).choice(pool, found.shape)
    share, chance = ((Y[held_out][:, None] == Y[rows]).mean((1, 2)) for rows in (found, random))
    values = (*normal_mean_interval(share), chance.mean())
    return pd.Series(values, ["agreement", "low", "high", "chance"])
