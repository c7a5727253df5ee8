"""Where, among many views of the same images, something can be read best: the best view, and its maximum beside chance.

Whoever looks at a hundred views finds a good one by luck. So the view is chosen by folds of the rows it is learnt from,
which leaves others to judge it by, and its value there is held against the best of as many views of shuffled rows.
"""

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from ..core.checks import centred, choice, constant, labels, matrix, same_rows, share, whole
from ..linalg.moments import column_scale
from ..linalg.principal_space import thin
from ..stats.groups import dealt_groups, shared_groups
from ..stats.p_values import critical_values, simulated_p
from ..stats.roc import auc
from .similarity_null import shuffled_people

AT_ONCE = 5_000  # columns of shuffled targets


class BestView(NamedTuple):
    """The best of many views, and what the best of as many would be by chance: what `best_view` finds.

    Attributes
    ----------
    name : str or other key
        Of the view with the highest value.
    table : DataFrame
        By view: `value` on rows that were left out in turn, and `p`, the share of shuffles whose best view reaches it
        (with one more counted on either side). So all views may be looked at: that any has a p of at most 0.05 without
        reason happens in 5 % of cases.
    maxima : ndarray (permutations,)
        The highest value of all views, for each shuffle.
    """

    name: Any
    table: pd.DataFrame
    maxima: NDArray[np.float64]

    @property
    def value(self) -> float:
        """The best view's value."""
        return float(self.table.value.max())

    @property
    def p(self) -> float:
        """Its p, with the choice among all views counted."""
        return float(self.table.p.min())

    @property
    def by_chance(self) -> float:
        """What the best of as many views exceeds in 5 % of shuffles; infinite where there are fewer than 19."""
        return critical_values(self.maxima, 0.05)[1]


def best_view(
    views: Mapping[Any, ArrayLike],
    target: ArrayLike | pd.DataFrame,
    measure: Literal["auc", "r2"] = "auc",
    permutations: int = 99,
    folds: int = 5,
    penalty: float = 0.03,
    seed: int = 0,
    groups: ArrayLike | None = None,
) -> BestView:
    """The view from which a target is read best on rows that were left out, calibrated by shuffling the target's rows.

    Every view is read by ridge regression with one penalty that was fixed before. What it predicts is then linear in
    the target, so that shuffled targets cost one product of matrices for all of them, and the test is exact: it repeats
    all that was done. Judge the view that was chosen on yet other rows, by `LinearProbe` or `RidgeMap`.

    Parameters
    ----------
    views : dict {name: array-like (n, d)}
        Row-aligned views of the images to learn from; d may differ. Names may be tuples, such as (block, timestep).
    target : DataFrame or array-like (n, a)
        0/1 labels of attributes, for "auc" (-1 or NaN where one is missing); any numbers for "r2".
    measure : {"auc", "r2"}
        "auc": mean over attributes of the AUC, pairs counted within folds. "r2": pooled R² of all columns.
    permutations : int
        Orders of the target's rows. 0 chooses a view and tests nothing: all p are 1.
    folds : int
        Parts of the rows, each of which is left out once; 2 to n.
    penalty : float
        In units of the mean squared singular value of the view's standardised columns, the same for all views. Views
        with many weak columns, such as noise, want a larger one.
    seed : int
        Of the folds and the orders.
    groups : array-like (n,), optional
        Whom each image shows. Whole groups are left out and shuffled.

    Returns
    -------
    BestView
        `.name`, `.value`, `.p`, `.by_chance`; `.table` of all views; `.maxima` of the shuffles.

    Raises
    ------
    ValueError
        Without views; on an unknown measure, a penalty, folds or permutations out of range; on views or a target that
        do not have a finite row for each image, labels that are not 0/1, or a view of one repeated row.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> views = {name: rng.standard_normal((200, 3)) for name in "abc"}
    >>> found = best_view(views, views["b"][:, :2] > 0)
    >>> found.name, found.value > 0.95, found.p
    ('b', True, 0.01)
    """
    n = check_search(views, measure, permutations, penalty)
    read, codes, rng = MEASURES[measure](target, n), shared_groups(groups, n), np.random.default_rng(seed)
    apart = np.arange(n) if codes is None else codes
    if not whole(folds, 2, apart.max() + 1):
        raise ValueError(f"folds is {folds!r}; choose 2 to the number of rows or groups, {apart.max() + 1}")
    dealt, orders = dealt_groups(apart, folds, seed), [np.arange(n)]
    for _ in range(permutations):
        orders.append(rng.permutation(n) if codes is None else shuffled_people(codes, rng))
    rows = [differing(matrix(X, str(name), rows=4, dtype=None), str(name)) for name, X in views.items()]
    found = values_by_folds(rows, read, dealt, penalty, np.stack(orders))
    maxima = found[:, 1:].max(0)
    table = pd.DataFrame({name: {"value": row[0], "p": simulated_p(row[0], maxima)} for name, row in zip(views, found)})
    return BestView(list(views)[found[:, 0].argmax()], table.T, maxima)


def values_by_folds(views, read, dealt, penalty, orders):
    """How well each of v views reads a target on folds left out, its rows in each of some orders (b, n): (v, b)."""
    width = read.columns.shape[1]
    chunk = max(1, AT_ONCE // width)
    parts = [slice(start, start + chunk) for start in range(0, len(orders), chunk)]
    sums = np.zeros((2, len(views), len(orders), width))
    for fold in range(dealt.max() + 1):
        out = dealt == fold
        targets = [in_orders(read.columns, orders[part][:, ~out]) for part in parts]
        judges = [read.judge(orders[part][:, out]) for part in parts]
        for v, X in enumerate(views):
            left, right = ridge_factors(X[~out], X[out], penalty)
            for part, learn, judge in zip(parts, targets, judges):
                scored = judge(left @ (right @ learn) + learn.mean(0))
                sums[:, v, part] += np.reshape(scored, (2, -1, width))
    return read.value(*sums)


def differing(X, name):
    """The rows, if they differ; else a ValueError."""
    if constant(X).all():
        raise ValueError(f"all rows of {name} are the same; take a view whose rows differ")
    return X


def ridge_factors(X, X_new, penalty):
    """Factors (m, r) and (r, n): their product takes a target of rows X (n, d), less its mean, to rows X_new (m, d)."""
    mean, scale = column_scale(X)
    U, s, V = thin((X - mean) / scale)
    along = (X_new - mean) / scale @ V * (s / (s**2 + penalty * (s**2).mean()))
    return along.astype(np.float32), U.T.astype(np.float32)


def in_orders(columns, rows):
    """Columns (n, a) in several orders, rows (b, m), beside one another: (m, b a)."""
    return columns[rows].transpose(1, 0, 2).reshape(rows.shape[1], -1)


class ReadLabels:
    """Attributes to be read: `.columns` (n, a), centred; where a label is missing 0, so that it weighs nothing."""

    def __init__(self, Y, n):
        self.truth, self.known, _ = labels(Y, n)
        mean = self.truth.sum(0) / self.known.sum(0)
        self.columns = ((self.truth - mean) * self.known).astype(np.float32)

    def judge(self, rows):
        """Of predictions for rows left out (b, m): pairs, one with and one without, in the right order; and all."""
        ones, known = in_orders(self.truth, rows), in_orders(self.known, rows)
        possible = ones.sum(0) * (known.sum(0) - ones.sum(0))
        known = None if known.all() else known

        def pairs(predicted):
            with np.errstate(invalid="ignore"):  # no pair: 0 of 0
                return np.nan_to_num(auc(predicted, ones, known)) * possible, possible

        return pairs

    def value(self, gained, possible):
        """Mean over attributes of their AUC; one without pairs is left out."""
        shares = np.divide(gained, possible, out=np.full_like(gained, np.nan), where=possible > 0)
        return np.nanmean(shares, -1)


class ReadNumbers:
    """A view to be predicted: `.columns` (n, a), centred."""

    def __init__(self, Z, n):
        same_rows(("the views", range(n)), ("the target", Z))
        self.columns = centred(matrix(Z, "the target"), "the target")[0].astype(np.float32)

    def judge(self, rows):
        """Of predictions for rows left out (b, m): squares that were explained; and all."""
        truth = in_orders(self.columns, rows)
        possible = np.einsum("ij,ij->j", truth, truth)

        def squares(predicted):
            predicted -= truth
            return possible - np.einsum("ij,ij->j", predicted, predicted), possible

        return squares

    def value(self, gained, possible):
        """R² of all columns together."""
        return gained.sum(-1) / possible.sum(-1)


MEASURES = {"auc": ReadLabels, "r2": ReadNumbers}


def check_search(views, measure, permutations, penalty):
    """The number of rows; ValueError on what cannot be searched."""
    choice(measure, MEASURES, "measure")
    share(penalty, "penalty")
    if not whole(permutations, 0):
        raise ValueError(f"permutations is {permutations!r}; choose a whole number from 0 on")
    if not len(views):
        raise ValueError("no views were given; there is none to choose")
    same_rows(*((str(name), X) for name, X in views.items()))
    return len(next(iter(views.values())))
