"""How much columns of a view tell of known factors: mutual information of numbers, or classes, and classes, in nats."""

from functools import lru_cache

import numpy as np
import pandas as pd
from scipy.special import digamma
from sklearn.metrics import mutual_info_score

from ..core.checks import Rows, constant, matrix, same_images, whole

NEIGHBOURS = 10  # of a value within its class, by whose distance its density is known
ACTIVE = 20  # a column counts whose range is above this part of the widest column's
TIE = 1e-10  # standard deviations: equal values are told apart by noise of that size


def equal_bins(values: Rows, bins: int = 5) -> pd.DataFrame:
    """Continuous factors as classes that hold about equally many rows each.

    Parameters
    ----------
    values : array-like (n, m)
        A column a factor.
    bins : int
        Classes, two at least.

    Returns
    -------
    DataFrame (n, m) of int
        0 to bins - 1 by rank; equal values share a class, so that a column of few values has fewer.

    Raises
    ------
    ValueError
        On values that are not finite, constant columns, and bins below two or above the number of rows.

    Examples
    --------
    >>> equal_bins([[0.1], [0.9], [0.2], [7.0]], 2)[0].tolist()
    [0, 1, 0, 1]
    """
    X = matrix(values, "values", rows=2)
    if not whole(bins, 2, len(X)):
        raise ValueError(f"bins is {bins!r}; it must be a whole number from 2 to {len(X)}, the rows")
    varies(X, "values")
    edges = np.quantile(X, np.arange(1, bins) / bins, axis=0)
    found = (X[None] > edges[:, None]).sum(0)
    index = values.index if isinstance(values, pd.DataFrame) else None
    return pd.DataFrame(found, index, values.columns if isinstance(values, pd.DataFrame) else None)


def checked(latents, factors, name="latents"):
    """Latents as (n, d) float64, or int64 where they are integers, and factors as classes (n, m) 0, 1, ..."""
    same_images((name, latents), ("factors", factors))
    X = matrix(latents, name, rows=4, dtype=None)
    X = X.astype(np.int64 if X.dtype.kind in "iu" else np.float64)
    if active(X).sum() < 2:
        raise ValueError(f"{name} has fewer than two columns whose range counts; what is told by each needs two")
    table = np.asarray(factors)
    if table.ndim != 2 or table.shape[1] < 2:
        raise ValueError(f"factors has shape {table.shape}; (n, m) with two factors at least is needed")
    if (missing := pd.isna(table)).any():
        row, column = np.argwhere(missing)[0]
        raise ValueError(f"factor {column} of row {row} is missing; drop that row, or give it a class of its own")
    classes = relabelled_classes(table)
    for column, count in enumerate(classes.max(0) + 1):
        if not 2 <= count <= len(X) / 2:
            raise ValueError(
                f"factor {column} has {count} classes in {len(X)} rows; 2 to {len(X) // 2} are needed, so drop it or"
                " bring its values into classes with equal_bins"
            )
    return X, classes


def relabelled_classes(table):
    """Each column's values as 0, 1, ... in their order."""
    return np.stack([np.unique(column, return_inverse=True)[1] for column in np.asarray(table).T], 1)


def varies(X, name):
    """Raise ValueError for the first column of one value."""
    if (same := constant(X)).any():
        raise ValueError(f"column {same.argmax()} of {name} is constant; leave it out")


def active(X):
    """Which columns count: of integers those that vary, of others those not far narrower than the widest."""
    span = np.ptp(X, axis=0)
    return span > (0 if X.dtype.kind == "i" else span.max() / ACTIVE)


def information(X, classes, seed):
    """I(z_j; s_i) / H(s_i), (m, d), of latents (n, d) and classes (n, m); NaN for columns that do not count."""
    told, counts = np.full((classes.shape[1], X.shape[1]), np.nan), active(X)
    about = mutual_info_score if X.dtype.kind == "i" else nearest_information
    entropy = np.array([mutual_info_score(s, s) for s in classes.T])
    for j, z in zip(np.flatnonzero(counts), untied(X[:, counts], seed).T):
        told[:, j] = [about(z, s) for s in classes.T] / entropy
    return told


def untied(X, seed):
    """Continuous columns in standard deviations, no two values the same; integers as they are."""
    if X.dtype.kind == "i":
        return X
    return (X - X.mean(0)) / X.std(0) + TIE * np.random.default_rng(seed).standard_normal(X.shape)


def nearest_information(z, classes):
    """Mutual information in nats of numbers z (n,) and classes (n,), by nearest neighbours (Ross, 2014, equation 2).

    psi(n) + mean of psi(k) - psi(n_s) - psi(m): n_s values in a value's class, m values of any class, itself among
    them, nearer than its k-th neighbour in the class. Values are numbers on a line: a sort finds all of it.
    """
    count = np.bincount(classes)
    kept = count[classes] > 1  # a class of one has no neighbour
    z, classes = (z, classes) if kept.all() else (z[kept], classes[kept])
    x, psi, total = np.sort(z), digammas(len(z)), 0.0
    for label in np.flatnonzero(count > 1):
        v = np.sort(z[classes == label])
        k = min(NEIGHBOURS, len(v) - 1)
        r = kth_distance(v, k)
        r -= 8 * np.finfo(float).eps * (np.abs(v) + r)  # the k-th itself is not nearer
        m = x.searchsorted(v + r, "right") - x.searchsorted(v - r, "left")
        total += len(v) * (psi[k] - psi[len(v)]) - psi[m].sum()
    return max(0.0, float(psi[-1] + total / len(x)))


@lru_cache(maxsize=8)
def digammas(n):
    """psi(0), of no use, to psi(n)."""
    return digamma(np.arange(n + 1))


def kth_distance(v, k):
    """Distance (n,) of each of sorted v (n,) to its k-th nearest other: the least span of k + 1 neighbours with it."""
    n, found = len(v), np.full(len(v), np.inf)
    for before in range(k + 1):
        here = slice(before, n - k + before)
        np.minimum(found[here], np.maximum(v[here] - v[: n - k], v[k:] - v[here]), out=found[here])
    return found
