"""How deep a row lies in a set, by its mean distance to the set, and whether other rows lie as deep."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import mannwhitneyu

from ..core.checks import Rows, choice, same_columns
from ..linalg.cosine import unit_directions
from ..stats.roc import delong_interval

BLOCK = 512  # rows whose distances to the set are held at a time
LARGEST = {"cosine": 2.0, "chord": 2.0, "angular": np.pi}  # distance of two unit vectors


def depth(X: Rows, reference: Rows | None = None, distance: str = "cosine") -> NDArray[np.float64]:
    """Depth of rows in a set: the largest distance there can be, less their mean distance to the set's rows [1]_.

    Of cosine distance only the mean unit vector m of the set is needed: the depth is 1 + u'm, in one product. The other
    distances look at all pairs, in blocks.

    Parameters
    ----------
    X : array-like (n, d)
        Rows, none of them 0. Their lengths do not matter.
    reference : array-like (m, d), optional
        The set. None: of each row the others of X.
    distance : {"cosine", "chord", "angular"}
        Of unit vectors at the angle a: 1 - cos a, as in [1]_; 2 sin(a / 2); a, in radians.

    Returns
    -------
    ndarray (n,)
        0 to 2, with "angular" to pi; the larger, the more central. In a set without a mean direction it is about 1 for
        cosine, and about pi / 2 for angular.

    Raises
    ------
    ValueError
        On an unknown distance, rows of 0, values that are not finite, another number of columns, or a single row
        without a reference.

    References
    ----------
    .. [1] Seegmiller and Preum, "Statistical depth for ranking and characterizing transformer-based text embeddings",
       2023.

    Examples
    --------
    >>> depth([[1.0, 0.0], [0.0, 2.0], [1.0, 1.0]]).round(2).tolist()
    [1.35, 1.35, 1.71]
    >>> depth([[1.0, 0.0]], reference=[[3.0, 0.0], [0.0, 1.0]]).tolist()
    [1.5]
    """
    choice(distance, list(LARGEST), "distance")
    U = unit_directions(X, "X", rows=2 if reference is None else 1)
    F = U if reference is None else unit_directions(reference, "reference")
    same_columns(U, F.shape[1], "X")
    own = reference is None  # a row's distance to itself is 0, and it is no other
    if distance == "cosine":
        total = len(F) - U @ F.sum(0)
    else:
        total = distance_sums(U, distance) if own else distance_sums_to(U, F, distance)
    return LARGEST[distance] - total / (len(F) - own)


def depth_test(X: Rows, others: Rows, reference: Rows | None = None, distance: str = "cosine") -> pd.Series:
    """Do other rows lie as deep in a set as rows of the set: Liu and Singh's quality index and its rank-sum test [1]_.

    Parameters
    ----------
    X : array-like (n, d)
        Rows of the set, two at least.
    others : array-like (m, d)
        Rows that are compared with them, two at least, and no rows of X: those would lie at no distance from
        themselves, and so too deep.
    reference : array-like (r, d), optional
        Further rows of the set, in which both are judged: given these, depths are independent, and the p-value is that
        of Mann and Whitney's test. None: X itself, as in [2]_, each of its rows without itself. Depths then depend on
        one another, and in sets without a mean direction the test errs too often.
    distance : {"cosine", "chord", "angular"}
        As in `depth`.

    Returns
    -------
    Series
        `q`, the chance that a row of X is less deep than one of the others, ties counting half, with the ends `low` and
        `high` of its 95 % interval (DeLong): 0.5 where they are alike, towards 0 where the others are outlying. `p`, to
        either side. `depth` and `depth_others`, the median depths.

    Raises
    ------
    ValueError
        As `depth`, and on fewer than two rows.

    References
    ----------
    .. [1] Liu and Singh, "A quality index based on data depth and multivariate rank tests", 1993.
    .. [2] Seegmiller and Preum, 2023.

    Examples
    --------
    >>> X = np.random.default_rng(0).standard_normal((300, 8)) + 1
    >>> test = depth_test(X[:100], X[100:200] - 1, reference=X[200:])
    >>> bool(test.high < 0.5), bool(test.p < 0.01)
    (True, True)
    """
    unit_directions(X, "X", rows=2)
    unit_directions(others, "others", rows=2)
    inside = depth(X, reference, distance)
    outside = depth(others, X if reference is None else reference, distance)
    low, high = delong_interval(outside, inside)
    test = mannwhitneyu(outside, inside)
    q = test.statistic / len(inside) / len(outside)
    found = {"q": q, "low": low, "high": high, "p": test.pvalue}
    return pd.Series(found | {"depth": np.median(inside), "depth_others": np.median(outside)})


def angle_distances(cosines, distance):
    """Distances of unit vectors with these cosines, which are written over."""
    np.clip(cosines, -1, 1, out=cosines)
    if distance == "angular":
        return np.arccos(cosines, out=cosines)
    cosines *= -2
    cosines += 2
    return np.sqrt(cosines, out=cosines)


def distance_sums(U, distance):
    """Sums (n,) of each unit row's distances to the others; every pair is looked at once."""
    total = np.zeros(len(U))
    for start in range(0, len(U), BLOCK):
        stop = min(start + BLOCK, len(U))
        block = angle_distances(U[start:stop] @ U[start:].T, distance)
        width = stop - start
        np.fill_diagonal(block, 0)  # rounding: the angle of a row with itself
        total[start:stop] += block.sum(1)
        total[stop:] += block[:, width:].sum(0)
    return total


def distance_sums_to(U, F, distance):
    """Sums (n,) of each unit row's distances to the rows of F."""
    blocks = (angle_distances(U[start : start + BLOCK] @ F.T, distance).sum(1) for start in range(0, len(U), BLOCK))
    return np.concatenate(list(blocks))
