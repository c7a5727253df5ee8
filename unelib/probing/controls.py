"""What a probe must beat: shuffled labels, a view that needs no training, fewer images, fewer components, chance."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.base import clone

from ..core.checks import Rows, centred, in_both_classes, matrix, same_columns, same_rows
from ..linalg.cosine import unit_rows
from ..linalg.moments import column_scale
from ..linalg.principal_space import thin
from ..linalg.stored_rows import whole_standardised
from ..stats.roc import auc
from .linear_probe import LinearProbe
from .scores import mean_auc, probe_scores, read


def shuffled_scores(
    probe: Any,
    X: Rows,
    Y: Any,
    X_test: Rows,
    Y_test: Any,
    repeats: int = 5,
    seed: int = 0,
    groups: ArrayLike | None = None,
) -> pd.DataFrame:
    """The null: AUCs (repeats, a) on the test rows of probes like this one, fitted to labels in shuffled order.

    Rows of Y move whole, so that correlations among attributes, and which labels are missing together, stay.
    groups  (n,) of the training rows, as in `LinearProbe.fit`

    >>> X = np.random.default_rng(0).standard_normal((200, 3))
    >>> shuffled_scores(LinearProbe("lda"), X[:100], X[:100, :2] > 0, X[100:], X[100:, :2] > 0).shape
    (5, 2)
    """
    X, rng = matrix(X, rows=10), np.random.default_rng(seed)
    same_rows(("X", X), ("Y", Y))
    table, found = pd.DataFrame(Y), []
    for _ in range(repeats):
        null = clone(probe).fit(X, table.iloc[rng.permutation(len(X))], groups)
        scores, test = read(null, X_test, Y_test)
        found.append(auc(scores, test.truth, test.known))
    return pd.DataFrame(found, columns=null.attributes_)


def auc_of_views(
    views: Mapping[str, ArrayLike],
    labels: ArrayLike | pd.Series,
    learn: ArrayLike,
    held_out: ArrayLike,
    repeats: int = 10,
    seed: int = 0,
) -> pd.DataFrame:
    """How well a linear probe reads one attribute from each view, and what it reads where labels mean nothing.

    Parameters
    ----------
    views : dict {name: array-like (n, d)}
        Row-aligned views of the same images.
    labels : array-like (n,) of 0/1
        The attribute.
    learn, held_out : array-like (n,), bool
        Rows to learn from, and to be judged on.
    repeats : int
        Orders of the labels for the control.
    seed : int
        Of those orders.

    Returns
    -------
    DataFrame
        A row a view: AUC on the held-out rows as `value`, with its 95 % interval `low` and `high`. The last row,
        "shuffled labels", has the mean and the range over probes of the first view that learnt from labels in shuffled
        order.

    Raises
    ------
    ValueError
        As `LinearProbe.fit` and `probe_scores`.

    Examples
    --------
    >>> X = np.random.default_rng(0).standard_normal((300, 4))
    >>> table = auc_of_views({"a": X}, X[:, 0] > 0, np.arange(300) < 200, np.arange(300) >= 200, repeats=2)
    >>> bool(table.value["a"] > 0.95), bool(table.value["shuffled labels"] < 0.8)
    (True, True)
    """
    learn, held_out, truth = np.asarray(learn), np.asarray(held_out), np.asarray(labels)[:, None].astype(int)
    rows = {}
    for name, view in views.items():
        X = np.asarray(view)
        scores = probe_scores(LinearProbe().fit(X[learn], truth[learn]), X[held_out], truth[held_out], seed=seed)
        rows[name] = scores[["auc", "auc_low", "auc_high"]].iloc[0].tolist()
    X = np.asarray(next(iter(views.values())))
    null = shuffled_scores(LinearProbe(), X[learn], truth[learn], X[held_out], truth[held_out], repeats, seed)
    rows["shuffled labels"] = [null.mean().mean(), null.min().min(), null.max().max()]
    return pd.DataFrame(rows, ["value", "low", "high"]).T


def selectivity(scores: pd.DataFrame, null: pd.DataFrame) -> pd.DataFrame:
    """How far AUCs are above those of probes of shuffled labels (after Hewitt and Liang, 2019): one row an attribute.

    scores  DataFrame of `probe_scores`; null (repeats, a): DataFrame of `shuffled_scores` of the same attributes
    Columns: auc, shuffled (mean of the repeats), selectivity (their difference), p = (1 + repeats whose AUC is at least
    as high) / (1 + repeats), the permutation p-value. Raises ValueError where attributes differ.

    >>> scores, null = pd.DataFrame({"auc": [0.9]}, ["Male"]), pd.DataFrame({"Male": [0.5, 0.46, 0.54]})
    >>> selectivity(scores, null).round(2).to_dict("records")
    [{'auc': 0.9, 'shuffled': 0.5, 'selectivity': 0.4, 'p': 0.25}]
    """
    if set(scores.index) != set(null.columns):
        raise ValueError(
            f"scores are of {list(scores.index)}, the null of {list(null.columns)}; compare like with like"
        )
    null = null[scores.index]
    table = pd.DataFrame({"auc": scores.auc, "shuffled": null.mean()}).rename_axis("attribute")
    p = (1 + (null >= scores.auc).sum()) / (1 + len(null))
    return table.assign(selectivity=table.auc - table.shuffled, p=p)


def random_features(X: Rows, columns: int, seed: int = 0) -> NDArray[np.float64]:
    """A view of X that needs no training: (n, columns) float32, max(0, W z + b) with W and b drawn once from N(0, 1).

    X        (n, d), or pictures (n, h, w, c): values in 0..1, or uint8, which are divided by 255
    columns  how many; the first few are the same whatever their number
    z = sqrt(12 / d) (x - 1/2) has unit length on average for uniform pixels. Nothing is measured on X, so that a row's
    features depend on that row alone and nothing leaks between splits (Rahimi and Recht, 2008; the kernel that many
    such columns give is Cho and Saul's, 2009). Raises ValueError on values out of range or fewer than one column.

    >>> random_features(np.random.default_rng(0).random((5, 8, 8, 3)), 16).shape
    (5, 16)
    """
    pixels = np.asarray(X)
    pixels = matrix(pixels.reshape(len(pixels), -1)) / (255 if pixels.dtype == np.uint8 else 1)
    if pixels.min() < 0 or pixels.max() > 1:
        raise ValueError(f"X holds values from {pixels.min():g} to {pixels.max():g}; pass pixels in 0..1, or uint8")
    if columns < 1:
        raise ValueError(f"columns is {columns}; take at least one")
    d = pixels.shape[1]
    W = np.random.default_rng(seed).standard_normal((columns, d + 1))
    z = np.sqrt(12 / d) * (pixels - 0.5)
    return np.maximum(z @ W[:, :-1].T + W[:, -1], 0).astype(np.float32)


def learning_curve(
    X: Rows,
    Y: Any,
    X_test: Rows,
    Y_test: Any,
    sizes: Sequence[int],
    kind: Any = "logistic",
    seed: int = 0,
    groups: ArrayLike | None = None,
    test_groups: ArrayLike | None = None,
) -> dict[int, dict[str, float]]:
    """Mean AUC on the test rows by training rows, {n: {"auc", "low", "high"}}, as `plots.learning_curves` takes it.

    sizes                numbers of rows, 10 to all: each is the front of one random order, so that smaller ones lie in
                         larger ones; the 95% interval is over test images, for that order
    groups, test_groups  of the training rows (as in `LinearProbe.fit`) and of the test rows (as in `mean_auc`)
    Attributes of which the smallest size holds fewer than two rows of a class are left out of every size, with a
    warning, so that all means are over the same ones. Raises ValueError on sizes out of range, and if none is left.

    >>> X = np.random.default_rng(0).standard_normal((500, 3))
    >>> list(learning_curve(X[:400], X[:400, 0] > 0, X[400:], X[400:, 0] > 0, [20, 100], kind="lda"))
    [20, 100]
    """
    X, Y = matrix(X, rows=10), pd.DataFrame(Y)
    same_rows(("X", X), ("Y", Y))
    for n in sizes:
        if not 10 <= n <= len(X):
            raise ValueError(f"sizes holds {n}; X has {len(X)} rows, so take 10 to {len(X)}")
    order, curve = np.random.default_rng(seed).permutation(len(X)), {}
    kept = in_both_classes(Y.iloc[order[: min(sizes)]], "the smallest size")
    Y, Y_test = Y[kept], pd.DataFrame(Y_test)[kept]
    for n in sizes:
        rows = order[:n]
        probe = LinearProbe(kind).fit(X[rows], Y.iloc[rows], None if groups is None else np.asarray(groups)[rows])
        curve[n] = mean_auc(probe, X_test, Y_test, seed=seed, groups=test_groups)
    return curve


def dimension_curve(
    X: Rows,
    Y: Any,
    X_test: Rows,
    Y_test: Any,
    components: Sequence[int],
    kind: Any = "logistic",
    groups: ArrayLike | None = None,
    test_groups: ArrayLike | None = None,
) -> dict[int, dict[str, float]]:
    """Mean AUC on the test rows by principal components kept, {k: {"auc", "low", "high", "variance"}}.

    variance is the share of the training rows' total variance that the first k components of the standardised columns
    carry. `plots.learning_curves` takes the curve. Groups as in `learning_curve`. Raises ValueError on components
    beyond the rank of X.

    >>> X = np.random.default_rng(0).standard_normal((500, 3))
    >>> curve = dimension_curve(X[:400], X[:400, 0] > 0, X[400:], X[400:, 0] > 0, [1, 3], kind="lda")
    >>> curve[1]["auc"] < curve[3]["auc"], round(curve[3]["variance"], 6)
    (True, 1.0)
    """
    X = matrix(X, rows=10)
    mean, scale = column_scale(X)
    squares = thin(whole_standardised(X, mean, scale))[1] ** 2
    for k in components:
        if not 1 <= k <= len(squares):
            raise ValueError(f"components holds {k}; X is of rank {len(squares)}, so take 1 to {len(squares)}")
    carried = np.cumsum(squares) / squares.sum()
    probes = {k: LinearProbe(kind, k).fit(X, Y, groups) for k in components}
    return {
        k: mean_auc(probe, X_test, Y_test, groups=test_groups) | {"variance": float(carried[k - 1])}
        for k, probe in probes.items()
    }


def variance_share(probe: Any, X: Rows) -> pd.DataFrame:
    """Share of the total variance of X (n, d) along a fitted probe's directions: one row an attribute.

    v' S v / trace S, S the covariance of X, for unit vectors v. Columns: weights, pattern (0 where the probe found
    nothing), random (1 / d, the mean over directions), leading (the first principal component: the most there can be).
    Raises ValueError where X has other columns than the fit or all of its rows are the same.

    >>> X = np.random.default_rng(0).standard_normal((300, 4)) * [3, 1, 1, 1]
    >>> share = variance_share(LinearProbe("lda").fit(X, X[:, 1] > 0), X)
    >>> bool(share.weights[0] < 0.2 < share.random[0] < 0.6 < share.leading[0])
    True
    """
    X = matrix(X)
    same_columns(X, probe.coef_.shape[1])
    X, _ = centred(X)
    squares = thin(X)[1] ** 2
    along = {"weights": probe.coef_, "pattern": probe.pattern_}
    table = {name: ((X @ unit_rows(V).T) ** 2).sum(0) / squares.sum() for name, V in along.items()}
    table |= {"random": 1 / X.shape[1], "leading": squares[0] / squares.sum()}
    return pd.DataFrame(table, pd.Index(probe.attributes_, name="attribute"))
