"""Areas under ROC and precision-recall curves, by ranks: values, intervals and tests.

Scores are (n, a), one column an attribute, or the scores of one attribute's rows with (`ones`) and without (`zeros`).
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit
from scipy.stats import mannwhitneyu, norm, rankdata

from .intervals import NORMAL_95, percentiles


def auc(scores: NDArray[Any], truth: NDArray[Any], known: NDArray[np.bool_] | None = None) -> NDArray[np.float64]:
    """Area under the ROC curve: the chance that a row with the attribute scores above one without.

    Parameters
    ----------
    scores : ndarray (n, a)
        A column an attribute.
    truth : ndarray (n, a) of 0/1
        Which rows have it.
    known : ndarray (n, a) of bool, optional
        Where a label is missing, False, its row is left out. None: nowhere.

    Returns
    -------
    ndarray (a,)
        0 to 1; 0.5 is chance. NaN where either class has no row.

    Examples
    --------
    >>> scores, truth = np.array([[0.1], [0.4], [0.3], [0.8]]), np.array([[0], [0], [1], [1]])
    >>> auc(scores, truth).tolist(), auc(scores, truth, scores != 0.4).tolist()
    ([0.75], [1.0])
    """
    known = np.ones(np.shape(truth), bool) if known is None else known
    truth = truth * known
    ones = truth.sum(0)
    ranks = (rankdata(np.where(known, scores, np.inf), axis=0) * truth).sum(0)
    return (ranks - ones * (ones + 1) / 2) / (ones * (known.sum(0) - ones))


def average_precision(
    scores: NDArray[Any], truth: NDArray[Any], known: NDArray[np.bool_] | None = None
) -> NDArray[np.float64]:
    """Average precision: mean, over the rows with the attribute, of the precision among rows that score as high.

    Parameters
    ----------
    scores, truth, known : ndarray (n, a)
        As in `auc`.

    Returns
    -------
    ndarray (a,)
        0 to 1. Scores that are no better than chance give about the attribute's prevalence. NaN where no row has it.

    Examples
    --------
    >>> average_precision(np.array([[0.1], [0.4], [0.3], [0.8]]), np.array([[0], [0], [1], [1]])).round(3).tolist()
    [0.833]
    """
    truth = np.asarray(truth, bool) if known is None else truth & known
    scores = scores if known is None else np.where(known, scores, -np.inf)
    as_high = rankdata(-scores, "max", axis=0)
    ones_as_high = rankdata(np.where(truth, -scores, np.inf), "max", axis=0)
    return np.where(truth, ones_as_high / as_high, 0).sum(0) / truth.sum(0)


def rank_sum_p(ones, zeros, groups=None):
    """One-sided p-value of the AUC being at most 0.5.

    Mann and Whitney's test, exact for few rows without ties; with groups of the rows, ones first, the normal test by
    the variance over groups.
    """
    if groups is None:
        return float(mannwhitneyu(ones, zeros, alternative="greater").pvalue)
    above, below = placements(ones, zeros)
    variance = delong_variance(above, below, groups) or least_variance(above.mean(), min(len(ones), len(zeros)))
    return float(norm.sf((above.mean() - 0.5) / np.sqrt(variance)))


def placements(ones, zeros):
    """DeLong's components: for each of `ones` the share of `zeros` below it, for each of `zeros` that of `ones` above.

    Ties count half; the mean of either is the AUC (DeLong, DeLong and Clarke-Pearson, 1988, equations 4 and 5).
    """
    ranks = rankdata(np.concatenate([ones, zeros]))
    above = (ranks[: len(ones)] - rankdata(ones)) / len(zeros)
    return above, 1 - (ranks[len(ones) :] - rankdata(zeros)) / len(ones)


def delong_variance(above, below, groups=None):
    """Variance of an AUC, or of a gap between two, from its components (or their differences) in the two classes.

    groups  (n,) numbers of the groups of the rows `above` and `below` together: rows of one group may depend on one
            another (Obuchowski, 1997; here as the sum of squares of what each group adds to the AUC)
    """
    if groups is None:
        return above.var(ddof=1) / len(above) + below.var(ddof=1) / len(below)
    adds = [(part - part.mean()) / len(part) for part in (above, below)]
    _, codes = np.unique(groups, return_inverse=True)
    sums = np.bincount(codes, np.concatenate(adds))
    return (sums**2).sum() * len(sums) / max(len(sums) - 1, 1)


def least_variance(area, fewest):
    """Variance of an AUC that has none of its own, with half a row of the smaller class taken as misplaced."""
    centre = np.clip(area, 0.5 / fewest, 1 - 0.5 / fewest)
    return centre * (1 - centre) / fewest


def delong_interval(ones, zeros, groups=None, rng=None):
    """DeLong's 95% interval of the AUC of scores `ones` over scores `zeros`, on the logit scale.

    Perfect separation has no variance of its own; half a row of the smaller class is then taken as misplaced.
    groups  as in `delong_variance`, of the ones and then the zeros
    """
    above, below = placements(ones, zeros)
    area, fewest = above.mean(), min(len(ones), len(zeros))
    variance = delong_variance(above, below, groups)
    centre = np.clip(area, 0.5 / fewest, 1 - 0.5 / fewest) if variance == 0 else area
    half = NORMAL_95 * np.sqrt(variance or least_variance(area, fewest)) / (centre * (1 - centre))
    low, high = expit(logit(centre) + np.array([-half, half]))
    return min(low, area), max(high, area)


def delong_gap(one, other, truth, groups=None):
    """Two AUCs on the same rows and their gap, with DeLong's paired 95% interval and two-sided p-value.

    one, other (n,) scores, truth (n,) bool. Scores in one order differ by nothing: gap, low and high are 0 and p is 1.
    Elsewhere a perfect separation, and a gap without variance, gets that of half a misplaced row.
    groups  (n,) numbers of the rows' groups, which are then what is independent
    """
    first, second = (placements(scores[truth], scores[~truth]) for scores in (one, other))
    area, area2 = first[0].mean(), second[0].mean()
    found = {"auc_one": area, "auc_other": area2, "gap": area - area2}
    if np.array_equal(rankdata(one), rankdata(other)):
        return found | {"low": 0.0, "high": 0.0, "p": 1.0}
    by_class = None if groups is None else np.concatenate([groups[truth], groups[~truth]])
    variance = delong_variance(first[0] - second[0], first[1] - second[1], by_class)
    bare = [value for value in (area, area2) if value in (0, 1)] or [1.0] * bool(variance < 1e-12)
    variance += sum(least_variance(value, min(truth.sum(), (~truth).sum())) for value in bare)
    half = NORMAL_95 * np.sqrt(variance)
    ends = np.clip([found["gap"] - half, found["gap"] + half], -1, 1)
    return found | {"low": ends[0], "high": ends[1], "p": 2 * norm.sf(abs(found["gap"]) * NORMAL_95 / half)}


def bootstrap_interval(ones, zeros, groups=None, rng=None, resamples=500):
    """Percentile 95% interval of the AUC over resamples of each class, or of whole groups (as in `delong_interval`)."""
    truth = np.repeat([True, False], [len(ones), len(zeros)])
    if groups is None:
        draws = [rng.choice(scores, (len(scores), resamples)) for scores in (ones, zeros)]
        return np.percentile(auc(np.concatenate(draws), np.repeat(truth[:, None], resamples, 1)), [2.5, 97.5])
    counts = drawn_counts(np.unique(groups, return_inverse=True)[1], resamples, rng)
    return tuple(percentiles(counted_auc(np.concatenate([ones, zeros]), truth, counts)).values())


def drawn_counts(codes, resamples, rng):
    """How often each row is there, (n, resamples), when groups with these numbers (n,) are drawn with return."""
    size = codes.max() + 1
    draws = rng.integers(0, size, (resamples, size))
    return np.stack([np.bincount(drawn, minlength=size) for drawn in draws], 1)[codes].astype(float)


def counted_auc(scores, truth, counts):
    """AUCs (r,) of scores (n,) and labels (n,) bool where row i is there counts[i, j] times; NaN without both classes.

    One sort serves all resamples: where it stands, a score beats the zeros counted below it and half of its ties.
    """
    order = np.argsort(scores)
    scores, truth, counts = scores[order], truth[order], counts[order]
    below = np.vstack([np.zeros_like(counts[:1]), np.cumsum(counts * ~truth[:, None], 0)])
    beaten = (below[np.searchsorted(scores, scores[truth], side)] for side in ("left", "right"))
    pairs = counts[truth].sum(0) * below[-1]
    wins = (counts[truth] * sum(beaten)).sum(0) / 2
    return np.divide(wins, pairs, out=np.full(len(pairs), np.nan), where=pairs > 0)
