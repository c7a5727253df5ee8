"""Stitching: what learnt from one view's relative rows reads those of another, without a map between the two.

A head (a probe of attributes) or a decoder (a ridge map to latents, of which a generator makes pictures) learns from
the likeness of images to anchor images in one view. It is then given the likeness to the same anchors in another view,
which it never saw (zero-shot stitching: Moschella et al., 2023). Only the anchors are known in both.
"""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, clone
from sklearn.preprocessing import StandardScaler

from ..core.checks import Rows, in_both_classes, matrix, row_mask, same_images, same_rows
from ..probing.logistic_solver import learnable
from ..probing.scores import mean_auc
from .linear_maps import RidgeMap
from .relative import How, RelativeRepresentation

Pools = tuple[Any, Any]


def stitched_scores(
    probe: BaseEstimator,
    X: Rows,
    X2: Rows,
    Y: ArrayLike | pd.DataFrame,
    learn: ArrayLike,
    held_out: ArrayLike,
    anchors: int | ArrayLike,
    how: How = "random",
    seed: int = 0,
    groups: ArrayLike | None = None,
    *,
    train_on_anchors: bool = False,
    pools: Pools | None = None,
) -> dict[str, dict[str, float]]:
    """How well a probe of one view reads another that it never saw, both made relative to the same training images.

    Parameters
    ----------
    probe : LinearProbe
        Not fitted: a copy is trained on the relative training rows of X.
    X, X2 : array-like (n, d) and (n, d2)
        Views of the same n images.
    Y : DataFrame or array-like (n, a) or (n,) of 0/1
        Labels of the n images.
    learn, held_out : array-like (n,) of bool
        Masks of the training and the test rows.
    anchors : int or array-like (k,) of int
        How many training rows, or which, numbered among the training rows.
    how, seed
        Choose the anchors in X as in `choose_anchors`.
    groups : array-like (n,), optional
        As in `LinearProbe.fit` and `scores.mean_auc`.
    train_on_anchors : bool
        Whether the anchors train the probe too, as is usual. An anchor is like itself in any view, so its label is then
        learnt for what is like it, and found again in X2: a probe of a view that knows nothing reads X2 by the labels
        of the anchors alone. Of anchors from pools this says nothing.
    pools : (array-like (p, d), array-like (p, d2)), optional
        Other images in both views, of another domain say, of which the anchors are taken and numbered instead.

    Returns
    -------
    dict
        "own" and "stitched": mean AUCs on the held-out rows of X and of X2, each {"auc", "low", "high"} as
        `scores.mean_auc` gives it. They are equal where X2 is X rotated, scaled and shifted; 0.5 is chance.

    Raises
    ------
    TypeError, ValueError
        On masks that are none or hold no row, views of other images, rows that both learn and test, or anchors that
        leave no row to train on; and as `RelativeRepresentation` and the probe do.

    Examples
    --------
    >>> from unelib import LinearProbe
    >>> X = np.random.default_rng(0).standard_normal((400, 4))
    >>> learn = np.arange(400) < 300
    >>> found = stitched_scores(LinearProbe("lda"), X, -2 * X[:, ::-1], X[:, 0] > 0, learn, ~learn, 20)
    >>> found["own"]["auc"] > 0.95, abs(found["stitched"]["auc"] - found["own"]["auc"]) < 1e-9
    (True, True)
    """
    matrices, table = both_views(X, X2), pd.DataFrame(Y)  # type: ignore[arg-type]
    same_rows(("X", X), ("Y", table))
    if isinstance(X, pd.DataFrame) and set(X.index) == set(table.index):
        same_images(("X", X), ("Y", table))
    train, test = parts(learn, held_out, len(table))
    relative, other = pair_of(matrices, train, anchors, how, seed, pools)

    def of(rows):
        return None if groups is None else np.asarray(groups)[rows]

    rows = np.flatnonzero(train) if train_on_anchors else training_rows(train, relative, pools)
    table = table[in_both_classes(table.iloc[rows], "what trains the probe")]
    table = table[learnable(table.iloc[rows], of(rows)) or list(table)]  # others have no fold to choose a penalty by
    fitted = clone(probe).fit(relative.transform(matrices[0][rows]), table.iloc[rows], of(rows))
    tests = {"own": (relative, matrices[0]), "stitched": (other, matrices[1])}

    def auc(view, Z):
        return mean_auc(fitted, view.transform(Z[test]), table[test], seed=seed, groups=of(test))

    return {name: auc(*pair) for name, pair in tests.items()}


def stitched_rows(
    X: Rows,
    X2: Rows,
    target: Rows,
    learn: ArrayLike,
    held_out: ArrayLike,
    anchors: int | ArrayLike,
    how: How = "random",
    seed: int = 0,
    *,
    pools: Pools | None = None,
) -> dict[str, NDArray[np.float64]]:
    """What a decoder of one view's relative rows makes of another view that it never saw.

    The decoder is a ridge map from relative rows of X to a target, such as the latents of a generator. Each anchor's
    cosines are standardised over the training rows of each view, since cosines are small in a view of many columns; and
    what is decoded from X2 is brought to the spread of what is decoded from X. Anchors do not train it.

    Parameters
    ----------
    X, X2 : array-like (n, d) and (n, d2)
        Views of the same n images.
    target : array-like (n, k)
        What is decoded, of the same images.
    learn, held_out, anchors, how, seed, pools
        As in `stitched_scores`.

    Returns
    -------
    dict
        "own" and "stitched": the target as decoded from the held-out rows of X and of X2, each (m, k). They are equal
        where X2 is X rotated, scaled and shifted. `partner_correlation` compares them with the truth.

    Raises
    ------
    TypeError, ValueError
        As `stitched_scores` and `RidgeMap`.

    Examples
    --------
    >>> X = np.random.default_rng(0).standard_normal((400, 4))
    >>> learn = np.arange(400) < 300
    >>> found = stitched_rows(X, -2 * X[:, ::-1], X[:, :2], learn, ~learn, 20)
    >>> np.allclose(found["own"], found["stitched"])
    True
    """
    matrices, T = both_views(X, X2), matrix(target, "target")
    same_images(("X", X), ("target", target))
    train, test = parts(learn, held_out, len(T))
    pair = pair_of(matrices, train, anchors, how, seed, pools)
    rows = training_rows(train, pair[0], pools)
    likeness = [view.transform(Z) for view, Z in zip(pair, matrices)]
    likeness = [StandardScaler().fit(Z[train]).transform(Z) for Z in likeness]
    decoder = RidgeMap().fit(likeness[0][rows], T[rows])
    own, stitched = (decoder.predict(Z) for Z in likeness)
    return {"own": own[test], "stitched": spread_as(own, stitched, train)[test]}


def spread_as(own, other, train):
    """Rows `other` about their mean row, scaled so that training rows spread as much as those of `own`.

    A decoder that fits one view closely may multiply what is faint in it and strong in the other.
    """
    mean = other[train].mean(0)
    return mean + (other - mean) * np.sqrt(own[train].var(0).sum() / other[train].var(0).sum())


def both_views(X, X2):
    """Both as matrices; ValueError where they are of other images."""
    matrices = [matrix(X, "X"), matrix(X2, "X2")]
    same_images(("X", X), ("X2", X2))
    return matrices


def parts(learn, held_out, n):
    """Both masks (n,); ValueError where a row is in both, or none in one."""
    train, test = row_mask(learn, n, "learn"), row_mask(held_out, n, "held_out")
    if not train.any() or not test.any():
        raise ValueError(f"learn holds {train.sum()} rows and held_out {test.sum()}; each must hold some")
    if (train & test).any():
        raise ValueError(f"row {(train & test).argmax()} is both learnt from and held out; use each row once")
    return train, test


def pair_of(matrices, train, anchors, how, seed, pools):
    """Both views relative to the same images, chosen in the first."""
    pool, pool2 = pools or (None, None)
    if pools is not None:
        same_images(("the first pool", pool), ("the second pool", pool2))
    first = RelativeRepresentation(anchors, seed, how).fit(matrices[0][train], pool=pool)
    return first, RelativeRepresentation(first.anchors_).fit(matrices[1][train], pool=pool2)


def training_rows(train, relative, pools):
    """Numbers of the training rows but the anchors; ValueError where none is left."""
    rows = np.flatnonzero(train)
    rows = rows if pools is not None else np.delete(rows, relative.anchors_)
    if not len(rows):
        raise ValueError(f"all {train.sum()} training rows are anchors; take fewer, so that some train the probe")
    return rows
