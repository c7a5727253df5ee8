"""How well probes read attributes: scores with intervals and tests, comparisons of probes, and what chance would give.

A row whose label is missing (-1 or NaN) counts for no score of that attribute.
"""

from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.special import expit
from sklearn.base import BaseEstimator

from ..core.checks import Labels, Rows, choice, labels
from ..linalg.stored_rows import StoredRows
from ..stats.calibration import BINS, calibration_errors, reliability_table
from ..stats.groups import shared_groups
from ..stats.intervals import percentiles
from ..stats.p_values import holm
from ..stats.roc import (
    auc,
    average_precision,
    bootstrap_interval,
    counted_auc,
    delong_gap,
    delong_interval,
    drawn_counts,
    rank_sum_p,
)

RESAMPLED = 20  # rows of either class that a bootstrap needs: with 5 to 10 its 95% interval covered .63 to .81
INTERVALS = {True: delong_interval, False: None, "bootstrap": bootstrap_interval}
LOG_ODDS = ("logistic", "lda", "authors", "authors-lda")  # kinds of probe whose decision is a log odds


def probe_scores(
    probe: BaseEstimator,
    X: ArrayLike | StoredRows,
    Y: ArrayLike | pd.DataFrame,
    intervals: bool | Literal["bootstrap"] = True,
    seed: int = 0,
    groups: ArrayLike | None = None,
) -> pd.DataFrame:
    """How well a fitted probe reads attributes: one row an attribute.

    A row whose label is missing (-1 or NaN) counts for no score of that attribute.

    Parameters
    ----------
    probe : LinearProbe
        Fitted.
    X : array-like (n, d)
        Rows that it was not fitted to, one an image.
    Y : DataFrame or array-like (n, a) or (n,) of 0/1
        Labels. Named columns are matched by name, in any order; an array's columns are in the probe's order.
    intervals : {True, "bootstrap", False}
        True: DeLong's 95% interval of the AUC on the logit scale. "bootstrap": percentiles of 500 resamples within
        each class, drawn with `seed`; it takes 20 of either class, since with fewer it is too sure. False: no interval
        columns.
    seed : int
        Of the bootstrap, and of what calibration chance would show.
    groups : array-like (n,), optional
        The person, say, of each image. Intervals and p then count persons, since images of one person are not
        independent, and would make them too sure.

    Returns
    -------
    DataFrame (a rows, indexed by attribute)
        Columns:

        accuracy, balanced_accuracy, majority
            Shares, 0 to 1. The last, the larger class's share, is what accuracy must be compared with.
        auc, auc_low, auc_high
            Area under the ROC curve, and the ends of its 95% interval.
        average_precision, prevalence
            As scikit-learn's; the share with the attribute is what chance gives.
        calibration_error, calibration_chance
            Expected calibration error of the probability 1 / (1 + exp(-decision)) in ten bins of equal count, and what
            a perfectly calibrated probe with these probabilities would show on as many rows (`calibration_errors`).
            NaN for kinds of probe that are not in `LOG_ODDS` (ridge, mean difference).
        p, p_holm
            One-sided p-value of an AUC of 0.5 or less (Mann and Whitney), and Holm's correction for the number of
            attributes in the table.

    Raises
    ------
    ValueError
        Where attributes differ from the probe's, an attribute has fewer than two rows of a class, or 20 for the
        bootstrap, or the kind of interval is unknown.

    Examples
    --------
    >>> from unelib import LinearProbe
    >>> X = np.random.default_rng(0).standard_normal((300, 4))
    >>> scores = probe_scores(LinearProbe("lda").fit(X[:200], X[:200, 0] > 0), X[200:], X[200:, 0] > 0)
    >>> bool(scores.auc_low[0] < scores.auc[0] <= scores.auc_high[0])
    True
    """
    interval = INTERVALS[choice(intervals, INTERVALS, "kind of interval")]
    scores, found = read(probe, X, Y)
    table = hit_rates(scores > 0, found) | {"auc": auc(scores, found.truth, found.known)}
    classes = list(by_class(scores, found, shared_groups(groups, len(scores))))
    if intervals == "bootstrap":
        refuse_few(dict(zip(found.names, classes)))
    if interval:
        rng = np.random.default_rng(seed)
        table["auc_low"], table["auc_high"] = np.transpose([interval(*both, rng=rng) for both in classes])  # type: ignore[misc]
    prevalence = found.truth.sum(0) / found.known.sum(0)
    table["majority"] = np.maximum(prevalence, 1 - prevalence)
    table |= {"average_precision": average_precision(scores, found.truth, found.known), "prevalence": prevalence}
    table["calibration_error"], table["calibration_chance"] = calibrations(probe, scores, found, seed)
    table["p"] = [rank_sum_p(*both) for both in classes]
    return pd.DataFrame(table | {"p_holm": holm(table["p"])}, pd.Index(probe.attributes_, name="attribute"))


def refuse_few(classes):
    """ValueError for an attribute, {name: (scores with it, without it, groups)}, with too few rows to resample."""
    for name, (ones, zeros, groups) in classes.items():
        codes = np.arange(len(ones) + len(zeros)) if groups is None else groups
        fewest = min(len(np.unique(part)) for part in (codes[: len(ones)], codes[len(ones) :]))
        if fewest < RESAMPLED:
            who = "rows" if groups is None else "groups"
            raise ValueError(
                f"attribute {name!r} has {fewest} {who} of one class; the bootstrap is too sure below {RESAMPLED}, so"
                " take intervals=True, or more rows"
            )


def by_class(scores, found, groups):
    """For each attribute its scores with and without it, and the groups (or None) of those rows in that order."""
    for s, t, k in zip(scores.T, found.truth.T, found.known.T):
        zeros = k & ~t
        yield s[t], s[zeros], None if groups is None else np.concatenate([groups[t], groups[zeros]])


def read(probe, X, Y):
    """What a probe decides of rows X, (n, a), and their `Labels` in the probe's order of attributes."""
    scores = probe.decision_function(X)
    return scores, aligned_labels(probe, Y, len(scores))


def aligned_labels(probe, Y, n):
    """`Labels` in the probe's order; ValueError where the attributes are not the probe's."""
    truth, known, names = labels(Y, n)
    if not isinstance(Y, pd.DataFrame):
        names = probe.attributes_ if truth.shape[1] == len(probe.attributes_) else names
    if set(names) != set(probe.attributes_):
        lacking = [name for name in probe.attributes_ if name not in names]
        other = [name for name in names if name not in probe.attributes_]
        raise ValueError(f"Y lacks the probe's attributes {lacking} and has others, {other}; pass Y[probe.attributes_]")
    order = [names.index(name) for name in probe.attributes_]
    return Labels(truth[:, order], known[:, order], probe.attributes_)


def hit_rates(said, found):
    """Accuracy and balanced accuracy, each (a,), of what was said (n, a) against `Labels`."""
    ones, zeros = found.truth, found.known & ~found.truth
    right = [(said & ones).sum(0), (~said & zeros).sum(0)]
    counts = [ones.sum(0), zeros.sum(0)]
    balanced = (right[0] / counts[0] + right[1] / counts[1]) / 2
    return {"accuracy": sum(right) / sum(counts), "balanced_accuracy": balanced}


def calibrations(probe, scores, found, seed):
    """Calibration errors (a,) and what chance would show (a,); NaN where decisions are no log odds."""
    if probe.kind not in LOG_ODDS:
        return np.nan, np.nan
    columns = zip(expit(scores).T, found.truth.T, found.known.T)
    return np.transpose([calibration_errors(p[k], t[k], seed=seed) for p, t, k in columns])


def reliability(probe: Any, X: Rows, Y: ArrayLike | pd.DataFrame, bins: int = BINS) -> pd.DataFrame:
    """Predicted probabilities against observed shares, all attributes pooled: one row a bin of equal count.

    Columns: predicted, observed, count, low, high (Wilson's 95% interval; labels of one image are not independent, so
    it is somewhat too narrow). There are fewer bins where there are fewer than ten labels a bin.
    Raises ValueError for a probe whose decision is no log odds, on fewer than one bin, and as `probe_scores`.

    >>> from unelib import LinearProbe
    >>> rng = np.random.default_rng(0)
    >>> X = rng.standard_normal((2000, 4))
    >>> y = X[:, 0] + rng.logistic(size=2000) > 0
    >>> table = reliability(LinearProbe("logistic").fit(X[:1000], y[:1000]), X[1000:], y[1000:], bins=5)
    >>> table["count"].tolist(), bool((table.observed - table.predicted).abs().max() < 0.1)
    ([200, 200, 200, 200, 200], True)
    """
    choice(probe.kind, LOG_ODDS, "probe for probabilities")
    if bins < 1:
        raise ValueError(f"bins is {bins}; take at least one")
    scores, found = read(probe, X, Y)
    return reliability_table(expit(scores[found.known]), found.truth[found.known], bins)


def compare_probes(
    one: tuple[Any, Rows], other: tuple[Any, Rows], Y: ArrayLike | pd.DataFrame, groups: ArrayLike | None = None
) -> pd.DataFrame:
    """How far apart the AUCs of two probes are, (probe, X) each, on the same images: one row an attribute.

    Columns: auc_one, auc_other, gap (one less other), low, high (95%), p (two-sided), p_holm (Holm's correction for the
    number of attributes), from the paired covariance of DeLong, DeLong and Clarke-Pearson (1988). Probes that rank all
    rows alike have gap, low and high 0 and p 1; one that separates the classes perfectly has no variance of its own,
    so that of half a misplaced row is added.
    groups  as in `probe_scores`
    Y is matched by name as in `probe_scores`; an array's columns are the first probe's attributes. Raises ValueError
    where the two probes' attributes differ, and as `probe_scores`.

    >>> from unelib import LinearProbe
    >>> X = np.random.default_rng(0).standard_normal((300, 4))
    >>> good, poor = (LinearProbe("lda").fit(X[:150, c], X[:150, 0] > 0) for c in ([0, 1], [1, 2]))
    >>> bool(compare_probes((good, X[150:, :2]), (poor, X[150:, 1:3]), X[150:, 0] > 0).low[0] > 0.3)
    True
    """
    (first, X), (second, X2) = one, other
    if set(first.attributes_) != set(second.attributes_):
        raise ValueError(f"one probe reads {first.attributes_}, the other {second.attributes_}; compare like with like")
    (scores, found), (scores2, _) = read(first, X, Y), read(second, X2, Y)
    scores2 = scores2[:, [second.attributes_.index(name) for name in found.names]]
    groups, columns = shared_groups(groups, len(scores)), zip(scores.T, scores2.T, found.truth.T, found.known.T)

    def of(known):
        return None if groups is None else groups[known]

    table = pd.DataFrame([delong_gap(s[k], s2[k], t[k], of(k)) for s, s2, t, k in columns])
    return table.assign(p_holm=holm(table.p)).set_index(pd.Index(found.names, name="attribute"))


def mean_auc(
    probe: Any,
    X: Rows,
    Y: ArrayLike | pd.DataFrame,
    resamples: int = 200,
    seed: int = 0,
    groups: ArrayLike | None = None,
) -> dict[str, float]:
    """AUC averaged over attributes: {"auc", "low", "high"}, with the percentile 95% interval over resampled images.

    Attributes share their images, so intervals of single attributes cannot be averaged: images are drawn whole. An
    attribute that a resample leaves with one class is left out of its mean.
    groups  (n,) the person, say, of each image: whole groups are then drawn (the cluster bootstrap of Field and Welsh,
            2007), as images of one person are not independent; errors as in `stats.groups.group_codes`

    >>> from unelib import LinearProbe
    >>> X = np.random.default_rng(0).standard_normal((300, 4))
    >>> found = mean_auc(LinearProbe("lda").fit(X[:200], X[:200, :2] > 0), X[200:], X[200:, :2] > 0)
    >>> found["low"] < found["auc"] <= found["high"]
    True
    """
    value, draws = resampled_aucs(probe, X, Y, resamples, seed, groups)
    return {"auc": value} | percentiles(draws)


def mean_auc_gap(
    one: tuple[Any, Rows],
    other: tuple[Any, Rows],
    Y: ArrayLike | pd.DataFrame,
    resamples: int = 200,
    seed: int = 0,
    groups: ArrayLike | None = None,
) -> dict[str, float]:
    """How much higher the mean AUC of one (probe, X) is than of another's on the same images: "gap", "low", "high".

    Both are resampled alike, so what the two have in common, the luck of the images, cancels. Options as in `mean_auc`.

    >>> from unelib import LinearProbe
    >>> X = np.random.default_rng(0).standard_normal((100, 4))
    >>> probe = LinearProbe("lda").fit(X, X[:, :2] > 0)
    >>> mean_auc_gap((probe, X), (probe, X), X[:, :2] > 0)
    {'gap': 0.0, 'low': 0.0, 'high': 0.0}
    """
    (value, draws), (value2, draws2) = (resampled_aucs(*pair, Y, resamples, seed, groups) for pair in (one, other))
    return {"gap": value - value2} | percentiles(draws - draws2)


def resampled_aucs(probe, X, Y, resamples, seed, groups=None):
    """Mean AUC over attributes, and the same (resamples,) on images drawn anew, one seed giving one set of draws."""
    scores, found = read(probe, X, Y)
    codes = shared_groups(groups, len(scores))
    codes = np.arange(len(scores)) if codes is None else codes
    counts = drawn_counts(codes, resamples, np.random.default_rng(seed))
    columns = zip(scores.T, found.truth.T, found.known.T)
    draws = pd.DataFrame([counted_auc(s[k], t[k], counts[k]) for s, t, k in columns])
    return float(auc(scores, found.truth, found.known).mean()), draws.mean().to_numpy()
