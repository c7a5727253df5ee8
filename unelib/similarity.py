"""How alike two views of the same images are, and how alike they would look if their rows did not correspond.

Each measure prepares a view once and compares prepared views, so that a permutation null only shuffles what is
prepared. Prepared views are n x n: 20,000 images take 3 GB each.
"""

import numpy as np
from scipy.spatial.distance import squareform
from scipy.stats import rankdata

from .check import centred, constant, matrix, same_rows
from .ridge import thin

BLOCK = 1024  # rows of similarities held at a time while neighbours are looked for


def cka(X, X2, debiased=False):
    """Linear centred kernel alignment of X (n, d) and X2 (n, d2), at most 1 (Kornblith et al., 2019).

    CKA = <K, L> / (|K| |L|) of the double-centred Gram matrices. It rises with d / n for unrelated views; `debiased`
    uses U-centred matrices instead (Song et al., 2007), whose expectation is 0 there, so it may be negative.
    Blind to rotation, shift and scale of either view. Raises ValueError on views of other lengths, of one repeated
    row, or of fewer than 4 rows.

    >>> X = np.random.default_rng(0).standard_normal((50, 4))
    >>> round(cka(X, 3 * X[:, ::-1] + 1), 6)
    1.0
    """
    return compare(cka, X, X2, debiased=debiased)


def rsa(X, X2):
    """Representational similarity: Spearman correlation of all pairs' correlation distances in two views, -1 to 1.

    Distances that differ by rounding alone (past 12 decimals) are ties: all those of views with two columns, where a
    correlation is 1 or -1. Raises ValueError on a row that is constant; further errors as in `cka`.
    """
    return compare(rsa, X, X2)


def mutual_knn(X, X2, k=10):
    """Mean share, 0 to 1, of each row's k nearest neighbours (centred cosine) that are the same in both views.

    Unrelated views share k / (n - 1). Raises ValueError unless 1 <= k < n; further errors as in `cka`.

    >>> X = np.random.default_rng(0).standard_normal((50, 4))
    >>> mutual_knn(X, 2 * X)
    1.0
    """
    return compare(mutual_knn, X, X2, k=k)


def procrustes_distance(X, X2):
    """Angle in radians, 0 to pi / 2, between views after the best rotation: arccos |X' X2|_*, views of unit norm.

    A metric: 0 for views equal but for rotation, shift and scale, and the triangle inequality holds (Williams et al.,
    2021). Unlike the other measures, smaller is more alike. Errors as in `cka`.
    """
    return compare(procrustes_distance, X, X2)


def permutation_null(measure, X, X2, permutations=100, seed=0, **options):
    """What the measure gives when the rows of X2 are shuffled, so that only the views' own shapes are left.

    measure  `cka`, `rsa`, `mutual_knn`, `procrustes_distance`, or any function (X, X2, **options) -> number, larger if
             more alike
    Returns {"value", "null_mean", "null_high", "effect", "p"}: null_high is passed by 5% of the shuffles, in the sense
    of more alike (for the distance: lower); effect is (value - null_mean) / null standard deviation, positive if more
    alike; p = (1 + shuffles at least as alike) / (1 + permutations).

    >>> X = np.random.default_rng(0).standard_normal((50, 4))
    >>> permutation_null(cka, X, X, permutations=19)["p"]
    0.05
    """
    if permutations < 2:
        raise ValueError(f"permutations is {permutations}; at least 2 are needed, and 100 for a 5% point")
    A, B, score, shuffle = parts_of(measure, X, X2, options)
    rng, sign = np.random.default_rng(seed), -1 if measure is procrustes_distance else 1
    value = score(A, B)
    null = np.array([score(A, shuffle(B, rng.permutation(len(X2)))) for _ in range(permutations)])
    spread = null.std(ddof=1)
    return {
        "value": float(value),
        "null_mean": float(null.mean()),
        "null_high": float(sign * np.percentile(sign * null, 95)),
        "effect": float(sign * (value - null.mean()) / spread) if spread > 0 else 0.0,
        "p": float((1 + (sign * null >= sign * value).sum()) / (1 + permutations)),
    }


def compare(measure, X, X2, **options):
    """The measure of two views."""
    A, B, score, _ = parts_of(measure, X, X2, options)
    return float(score(A, B))


def parts_of(measure, X, X2, options):
    """Both views prepared, the function that compares them and the one that reorders the rows of the second."""
    X, X2 = matrix(X, "X", rows=4), matrix(X2, "X2", rows=4)
    same_rows(("X", X), ("X2", X2))
    if measure not in MEASURES:
        return X, X2, lambda A, B: measure(A, B, **options), lambda B, order: B[order]
    prepare, score, shuffle = MEASURES[measure]
    return prepare(X, "X", **options), prepare(X2, "X2", **options), score, shuffle


def unit_rows(X):
    """Rows scaled to length 1; a row at the origin stays there."""
    length = np.linalg.norm(X, axis=1, keepdims=True)
    return X / np.where(length > 0, length, 1)


def gram(X, name, debiased=False):
    """Centred Gram matrix (n, n) of unit norm."""
    X, _ = centred(X, name)
    K = X @ X.T
    if debiased:
        n = len(K)
        np.fill_diagonal(K, 0)
        row = K.sum(1) / (n - 2)
        K = K - row[:, None] - row + K.sum() / ((n - 1) * (n - 2))
        np.fill_diagonal(K, 0)
    return K / np.linalg.norm(K)


def distance_ranks(X, name):
    """Ranks (n, n) of the correlation distances of all pairs, centred, of unit norm, with an empty diagonal."""
    flat = np.flatnonzero(constant(X, axis=1))
    if flat.size:
        raise ValueError(f"row {flat[0]} of {name} is constant; a correlation with it has no meaning")
    rows = unit_rows(X - X.mean(1, keepdims=True))
    ranks = rankdata(-(rows @ rows.T)[np.triu_indices(len(X), 1)].round(12))
    ranks = ranks - ranks.mean()
    if not ranks.any():
        raise ValueError(f"all pairs of rows of {name} are equally far apart; there is nothing to compare")
    return squareform(ranks) / (np.sqrt(2) * np.linalg.norm(ranks))


def neighbours(X, name, k=10):
    """Indices (n, k) of each row's nearest others by cosine, after centring."""
    if not 1 <= k < len(X):
        raise ValueError(f"k is {k}; {name} has {len(X)} rows, so k must lie in 1 to {len(X) - 1}")
    everyone = np.arange(len(X))
    return most_alike(unit_rows(centred(X, name)[0]), everyone, everyone, k)


def most_alike(rows, queries, pool, k):
    """Row numbers (q, k), nearest first, of those of `pool` whose rows have the largest products with each query's.

    rows (n, d); queries (q,) and pool (p,) row numbers, k < p. A query is never its own neighbour.
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


def unit_view(X, name):
    """Centred view of unit norm in its principal coordinates, which a rotation does not change."""
    U, s, _ = thin(centred(X, name)[0])
    return U * (s / np.linalg.norm(s))


def inner_product(A, B):
    """Sum of the products of all entries."""
    return np.vdot(A, B)


def shared_neighbours(A, B):
    """Mean share of row i's neighbours in A that are also its neighbours in B."""
    n, k = A.shape
    # each (row, neighbour) pair becomes one number
    rows = np.arange(n)[:, None] * n
    return np.intersect1d(A + rows, B + rows, assume_unique=True).size / (n * k)


def angle(A, B):
    """arccos of the nuclear norm of A'B."""
    return np.arccos(np.clip(np.linalg.svd(A.T @ B, compute_uv=False).sum(), 0, 1))


def shuffle_pairs(B, order):
    """An n x n matrix with rows and columns in another order."""
    return B[np.ix_(order, order)]


def shuffle_neighbours(B, order):
    """Neighbour lists after the images are put in another order: both the lists and the names in them move."""
    return np.argsort(order)[B[order]]


def shuffle_rows(B, order):
    """Rows in another order."""
    return B[order]


MEASURES = {
    cka: (gram, inner_product, shuffle_pairs),
    rsa: (distance_ranks, inner_product, shuffle_pairs),
    mutual_knn: (neighbours, shared_neighbours, shuffle_neighbours),
    procrustes_distance: (unit_view, angle, shuffle_rows),
}
