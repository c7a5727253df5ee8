"""How alike two views of the same images are, and how alike they would look if their rows did not correspond.

Each measure prepares a view once and compares prepared views, so that a permutation null only shuffles what is
prepared. Prepared views of `cka`, `rsa` and `rank_agreement` are n x n: 20,000 images take 3 GB each.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from ..core.checks import Rows, choice, matrix, same_images, whole
from ..linalg import cosine, principal_space
from ..stats.groups import shared_groups
from ..stats.p_values import holm
from . import kernels, pair_ranks, subspaces
from .similarity_null import Measure, against_chance


def cka(X: Rows, X2: Rows, *, debiased: bool = False, kernel: str = "linear", bandwidth: float = 1.0) -> float:
    """Centred kernel alignment of X (n, d) and X2 (n, d2), at most 1 (Kornblith et al., 2019).

    CKA = <K, L> / (|K| |L|) of the double-centred kernel matrices K, L (n, n): products of rows (`kernel` "linear") or
    exp(-|x - y|^2 / 2 s^2) ("rbf"), s being `bandwidth` times the median distance between rows. It rises with d / n for
    unrelated views; `debiased` uses U-centred matrices instead (Song et al., 2007), whose expectation is 0 there, so
    it may be negative. Blind to rotation, shift and scale of either view. A very wide Gaussian is the linear kernel.
    Raises ValueError on values that are not finite, views of other lengths, or of other images where both are
    DataFrames, of one repeated row, of fewer than 4 rows, or all of whose pairs of rows are equally alike; on another
    kernel, a bandwidth that is not positive, or a median distance of 0.

    >>> X = np.random.default_rng(0).standard_normal((50, 4))
    >>> round(cka(X, 3 * X[:, ::-1] + 1), 6), bool(cka(X, X**2, debiased=True) < cka(X, X**2))
    (1.0, True)
    """
    return compare(cka, X, X2, debiased=debiased, kernel=kernel, bandwidth=bandwidth)


def rsa(X: Rows, X2: Rows) -> float:
    """Representational similarity: Spearman correlation of all pairs' correlation distances in two views, -1 to 1.

    Distances between rows of X (n, d) and of X2 (n, d2) are 1 - their correlation over columns (Kriegeskorte et al.,
    2008), so they are blind to scale and to what is added to a whole row, but not to rotation or shift of columns.
    Distances that differ by rounding alone (past 12 decimals) are ties: all those of views with two columns, where a
    correlation is 1 or -1. Raises ValueError on a row that is constant; further errors as in `cka`.

    >>> X = np.random.default_rng(0).standard_normal((50, 4))
    >>> round(rsa(X, 3 * X + 1), 6)
    1.0
    """
    return compare(rsa, X, X2)


def mutual_knn(X: Rows, X2: Rows, k: int = 10) -> float:
    """Mean share, 0 to 1, of each row's k nearest neighbours (centred cosine) that are the same in both views.

    X (n, d), X2 (n, d2). Unrelated views share k / (n - 1) (Huh et al., 2024). Blind to rotation, shift and scale.
    Of fewer than 6 k rows `permutation_null` gives no interval (NaN): it halves the images, and of half as many rows
    the k nearest are so large a part that the halves agree whatever the views are.
    Raises ValueError unless k is whole and 1 <= k < n; further errors as in `cka`.

    >>> X = np.random.default_rng(0).standard_normal((50, 4))
    >>> mutual_knn(X, 2 * X)
    1.0
    """
    return compare(mutual_knn, X, X2, k=k)


def rank_agreement(X: Rows, X2: Rows) -> float:
    """Mean over rows of Spearman's correlation between the ranks of all other rows as neighbours in two views, -1 to 1.

    For each row of X (n, d) all others are ranked by their cosine with it, after centring, and so in X2 (n, d2); ties
    (up to 12 decimals) share their rank. Where `mutual_knn` looks at who is near, this looks at everyone. Blind to
    rotation, shift and scale; 0 is expected of unrelated views. A row as near to all others has no order and adds 0.
    Raises ValueError if no row of a view has one; further errors as in `cka`.

    >>> X = np.random.default_rng(0).standard_normal((50, 4))
    >>> round(rank_agreement(X, 2 * X + 1), 6)
    1.0
    """
    return compare(rank_agreement, X, X2)


def procrustes_distance(X: Rows, X2: Rows) -> float:
    """Angle in radians, 0 to pi / 2, between views after the best rotation: arccos |X' X2|_*, views of unit norm.

    X (n, d), X2 (n, d2), both centred. A metric: 0 for views equal but for rotation, shift and scale, and the triangle
    inequality holds (Williams et al., 2021). Unlike the other measures, smaller is more alike. Errors as in `cka`.

    >>> X = np.random.default_rng(0).standard_normal((50, 4))
    >>> round(procrustes_distance(X, 3 * X[:, ::-1] + 1), 6)
    0.0
    """
    return compare(procrustes_distance, X, X2)


def svcca(X: Rows, X2: Rows, variance: float = 0.99) -> float:
    """Mean canonical correlation, 0 to 1, of the leading principal components of two views (Raghu et al., 2017).

    Of X (n, d) and X2 (n, d2) the fewest components are kept that hold a share `variance` of each view's variance, k
    and k2 of them; the mean is over min(k, k2) correlations. Blind to rotation, shift and scale, and at variance 1 to
    any invertible linear map. At least k + k2 - (n - 1) correlations are 1 whatever the rows are: at k = n - 1 all are,
    and the null then says so (p = 1, effect 0). Where the share falls between two components, so that k differs from
    sample to sample, the value jumps with it and no interval can tell: take a share that is clear of them, or 1.
    Raises ValueError unless 0 < variance <= 1; further errors as in `cka`.

    >>> X = np.random.default_rng(0).standard_normal((50, 4))
    >>> round(svcca(X, X @ np.triu(np.ones((4, 4))), variance=1), 6)
    1.0
    """
    return compare(svcca, X, X2, variance=variance)


def pwcca(X: Rows, X2: Rows) -> float:
    """Canonical correlations, weighted by what their variates carry of the first view, 0 to 1 (Morcos et al., 2018).

    sum_i a_i rho_i / sum_i a_i, a_i = sum_j |<h_i, x_j>|, with rho_i the min(r, r2) correlations of X (n, d) and
    X2 (n, d2) of ranks r, r2, h_i the first view's variates and x_j its centred columns. Not symmetric: the weights
    are the first view's. Blind to any invertible linear map of X2, but in X only to shift, scale and the columns'
    order, since the weights are sums over columns. As with `svcca` at variance 1, r + r2 - (n - 1) correlations are 1
    whatever the rows are; with more columns than rows the measure is 1. Errors as in `cka`.

    >>> X = np.random.default_rng(0).standard_normal((50, 4))
    >>> round(pwcca(X, X @ np.triu(np.ones((4, 4)))), 6)
    1.0
    """
    return compare(pwcca, X, X2)


def permutation_null(
    measure: Callable[..., float],
    X: Rows,
    X2: Rows,
    permutations: int = 100,
    seed: int = 0,
    groups: ArrayLike | None = None,
    **options: Any,
) -> dict[str, float]:
    """A measure with its interval over images, and what it gives when the rows of X2 are shuffled.

    measure  one of `MEASURES`, a `functools.partial` of one with options, or any function (X, X2, **options) -> number,
             larger if more alike
    X, X2    (n, d) and (n, d2), 10 rows at least
    groups   (n,) the person, say, of each image: interval and p then count persons, since images of one person are
             alike. Four persons at least
    Returns {"value", "low", "high", "null_mean", "null_high", "effect", "p"}. Shuffling leaves only the views' own
    shapes: null_high is passed by 5% of the shuffles, in the sense of more alike (for the distance: lower); effect is
    (value - null_mean) / null standard deviation, positive if more alike; p = (1 + shuffles at least as alike) /
    (1 + permutations); differences by rounding count as none.
    low, high: 95% by a jackknife over groups of images (see `similarity_null.jackknife_interval`), of what the
    measure gives at this n on average: a bias stays. NaN for `mutual_knn` of fewer than 6 k rows. It is a third too
    wide for unrelated views, and up to twice for `svcca` and `pwcca` where columns are more than a tenth of the rows;
    past four fifths it is empty and means nothing for them.
    With groups, persons are dealt out whole, and shuffled whole among those with as many images: someone whose number
    of images nobody shares keeps them, so that the null is then nearer the value, and p larger than it need be.

    >>> X = np.random.default_rng(0).standard_normal((50, 4))
    >>> permutation_null(cka, X, X, permutations=19)["p"]
    0.05
    """
    enough(permutations)
    views = finite_views({"X": X, "X2": X2}, rows=10)
    people = shared_groups(groups, len(views["X"]))
    how, given = measure_of(measure, options)
    return against_chance(how, given, views, [("X", "X2")], permutations, seed, people)[0]


def similarity_table(
    views: Mapping[str, Rows],
    pairs: Iterable[tuple[str, str]] | None = None,
    measures: Mapping[str, Callable[..., float]] | None = None,
    permutations: int = 100,
    seed: int = 0,
    groups: ArrayLike | None = None,
) -> pd.DataFrame:
    """`permutation_null` of every pair of views by every measure: a DataFrame, a row a (view, other, measure).

    views     {name: (n, d)}, arrays or DataFrames by image id
    pairs     of names; None: each two, in the order of `views`. For `pwcca` (a, b) is not (b, a)
    measures  {name: measure}, as in `permutation_null`; None: `STANDARD`
    groups    (n,) the person of each image, as there
    Columns view, other, measure, value, low, high, null_mean, null_high, effect, p and p_holm: Holm's p over the whole
    table. That is m / (1 + permutations) at least in a table of m rows: to reject, take 20 m permutations.
    Each view is prepared once for each measure, and once without each group of images. Raises ValueError on pairs of
    unknown views or none at all; further errors as in the measures, naming the view.

    >>> X = np.random.default_rng(0).standard_normal((50, 4))
    >>> similarity_table({"a": X, "b": -X}, measures={"cka": cka})[["view", "other", "measure", "value"]].round(2)
      view other measure  value
    0    a     b     cka    1.0
    """
    enough(permutations)
    asked: Mapping[str, Any] = STANDARD if measures is None else measures
    facing = named_pairs(pairs, views)
    used = finite_views({name: X for name, X in views.items() if any(name in pair for pair in facing)}, rows=10)
    people = shared_groups(groups, len(next(iter(used.values()))))
    parts = [measure_of(measure, {}) for measure in asked.values()]
    columns = [against_chance(how, options, used, facing, permutations, seed, people) for how, options in parts]
    rows = [
        {"view": view, "other": other, "measure": name, **found[i]}
        for i, (view, other) in enumerate(facing)
        for name, found in zip(asked, columns)
    ]
    table = pd.DataFrame(rows)
    return table.assign(p_holm=holm(table.p))


def compare(measure, X, X2, **options):
    """The measure of two views, one of `MEASURES`."""
    parts, names = MEASURES[measure], ("X", "X2")
    views = finite_views(dict(zip(names, (X, X2))), rows=4)
    A, B = (parts.prepare(parts.known(views[name], name, **options), name, **options) for name in names)
    return float(np.clip(parts.score(A, B), *parts.span(**options)))


def measure_of(measure, options):
    """The `Measure` of a function, and its options; a function that is not in `MEASURES` is given pairs of arrays."""
    if isinstance(measure, partial) and not measure.args:
        return measure_of(measure.func, {**measure.keywords, **options})
    if measure in MEASURES:
        return MEASURES[measure], options

    def unbounded():
        return (-np.inf, np.inf)

    return Measure(as_is, as_is, lambda A, B: measure(A, B, **options), span=unbounded), {}


def as_is(X, name):
    """X, of which nothing is prepared."""
    return X


def finite_views(views, rows):
    """Views as finite arrays {name: (n, d)} of the same images, with so many rows at least."""
    found = {name: matrix(X, name, rows=rows) for name, X in views.items()}
    same_images(*views.items())
    return found


def named_pairs(pairs, views):
    """Pairs of names of views, each two if `pairs` is None; ValueError on unknown names or no pairs."""
    pairs = list(combinations(views, 2)) if pairs is None else [tuple(pair) for pair in pairs]
    if not pairs:
        raise ValueError(f"there is no pair to compare among the views {', '.join(views)}; give two views or more")
    for name in (name for pair in pairs for name in pair):
        choice(name, views, "view")
    return pairs


def enough(permutations):
    """Raise ValueError unless there are two permutations at least, and as many as a whole number."""
    if not whole(permutations, 2):
        raise ValueError(
            f"permutations is {permutations!r}; a whole number is needed, 2 at least, and 100 for a 5% point"
        )


def correlation_span(**options):
    """The range of a correlation."""
    return -1.0, 1.0


def cka_span(*, debiased=False, **options):
    """The range of `cka`."""
    return (-1.0 if debiased else 0.0), 1.0


def angle_span():
    """The range of `procrustes_distance`."""
    return 0.0, np.pi / 2


PAIRWISE: dict[str, Any] = {"score": kernels.inner_product, "take": kernels.take_pairs, "shuffle": kernels.take_pairs}
# Into how many groups images are dealt, by the coverage of intervals simulated for 200 rows and 6 to 150 columns:
# 20 do where a measure is smooth in the rows (0.92 to 0.97). Neighbours jump when rows leave, so that 20 make the
# interval of `mutual_knn` half too wide; halves are right (0.94 to 0.97), for `rank_agreement` too, and faster there.
# Canonical correlations are best by halves while columns are few, but halves of n rows tell nothing of n / 2 columns.
MEASURES = {
    cka: Measure(kernels.gram_for_kernel, kernels.kernel_matrix, **PAIRWISE, span=cka_span),
    rsa: Measure(pair_ranks.distance_order, pair_ranks.distance_ranks, **PAIRWISE, span=correlation_span),
    mutual_knn: Measure(
        cosine.rows_for_neighbours,
        cosine.neighbours,
        cosine.shared_neighbours,
        shuffle=cosine.relabelled,
        least=cosine.rows_for_interval,
        groups=2,
    ),
    rank_agreement: Measure(
        kernels.gram,
        pair_ranks.neighbour_ranks,
        **PAIRWISE | {"score": pair_ranks.mean_product},
        span=correlation_span,
        groups=2,
    ),
    procrustes_distance: Measure(
        principal_space.principal_rows, subspaces.unit_view, subspaces.angle, span=angle_span, sign=-1
    ),
    svcca: Measure(principal_space.principal_rows, subspaces.directions, subspaces.mean_correlation, groups=5),
    pwcca: Measure(
        as_is,
        subspaces.directions_and_loads,
        subspaces.projection_weighted,
        shuffle=subspaces.shuffle_directions,
        groups=5,
    ),
}
STANDARD = {
    "cka": partial(cka, debiased=True),
    "cka_rbf": partial(cka, debiased=True, kernel="rbf"),
    "rsa": rsa,
    "mutual_knn": mutual_knn,
    "rank_agreement": rank_agreement,
    "procrustes_distance": procrustes_distance,
    "svcca": svcca,
    "pwcca": pwcca,
}
