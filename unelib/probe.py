"""Linear probes for all attributes at once, and their scores with intervals.

Every kind of probe is fitted in principal coordinates R = Z B of the standardised data Z, where R'R is diagonal: ridge
and discriminant are closed forms there, the logistic solver is well conditioned, and the cost is in min(n, d).
The weights `coef_` read an attribute; `pattern_` (covariance x weights) is the direction that writes it.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.special import expit, logit
from scipy.stats import rankdata
from sklearn.base import BaseEstimator, clone

from .check import choice, labels, matrix, same_columns, same_rows, share
from .logistic import logistic
from .ridge import leave_one_out, penalty_grid, ridge_weights, thin

NORMAL_95 = 1.959964


class LinearProbe(BaseEstimator):
    """Linear classifiers of a attributes from X (n, d), fitted together.

    kind        "logistic": L2-penalised logistic regression; "ridge": least squares on -1/+1; "lda": Fisher's
                discriminant with shrunk covariance; "mean-difference": difference of class means, midpoint intercept
    components  keep this many principal components, each scaled to unit variance; all, unscaled, if None
    penalty     "cv": chosen from the data, for each attribute (logistic: 3 folds by log loss; ridge: leave one out) or
                for all (lda: Ledoit and Wolf); or a number: lambda = 1 / C of scikit-learn for logistic, lambda for
                ridge, the share of shrinkage in (0, 1] for lda. The mean difference has none.
    Columns are standardised first (save for the mean difference without `components`, which stays the plain difference
    of class means), so penalties count in standard deviations; a constant column gets the coefficient 0. With fewer
    rows than columns the weights lie in the span of the rows, exactly where the penalised optimum is.

    Fitted, all in the space of X: `coef_` (a, d), `intercept_` (a,), `pattern_` (a, d), `attributes_` (names, or
    0, 1, ... for arrays), `penalty_` (a,), `n_features_in_`.

    >>> rng = np.random.default_rng(0)
    >>> X = rng.standard_normal((200, 5))
    >>> probe = LinearProbe("ridge").fit(X, X[:, :2] > 0)
    >>> probe.coef_.shape, float((probe.predict(X) == (X[:, :2] > 0)).mean()) > 0.9
    ((2, 5), True)
    """

    def __init__(self, kind="logistic", components=None, penalty="cv"):
        self.kind = kind
        self.components = components
        self.penalty = penalty

    def fit(self, X, Y):
        """Fit to X (n, d) and Y of 0/1: DataFrame, (n, a) or (n,); ValueError names what is wrong and where."""
        solve = SOLVERS[choice(self.kind, SOLVERS, "kind of probe")]
        check_penalty(self.kind, self.penalty)
        X = matrix(X, rows=10)
        truth, names = labels(Y, len(X))
        plain = self.kind == "mean-difference" and self.components is None
        if plain:
            coef, intercept, penalty = plain_difference(X, truth)
        else:
            mean, scale = column_scale(X)
            space, basis = principal((X - mean) / scale, self.components)
            weights, intercept, penalty = solve(space, truth, self.penalty)
            coef = ((basis @ weights) / scale[:, None]).T
            intercept = intercept - coef @ mean
        self.coef_, self.intercept_ = coef, intercept
        self.penalty_ = np.broadcast_to(penalty, len(names)).astype(float)
        self.attributes_, self.n_features_in_ = names, X.shape[1]
        self.pattern_ = coef if plain else covariance_with(X, X @ coef.T)
        return self

    def decision_function(self, X):
        """X coef' + intercept, (n, a); positive where the attribute is read as present."""
        X = matrix(X)
        same_columns(X, self.n_features_in_)
        return X @ self.coef_.T + self.intercept_

    def predict(self, X):
        """Attributes (n, a) as 0/1."""
        return (self.decision_function(X) > 0).astype(int)


def check_penalty(kind, penalty):
    """Raise ValueError unless the penalty is "cv" or a number in the kind's range."""
    if penalty != "cv":
        share(penalty, "penalty (or 'cv')", high=1.0 if kind == "lda" else np.inf)


def column_scale(X):
    """Mean and standard deviation (d,) of the columns; infinite for a constant column, which makes its weight 0."""
    mean, sd = X.mean(0), X.std(0)
    constant = sd <= 1e-12 * np.abs(mean)
    if constant.all():
        raise ValueError("every column of X is constant; there is nothing to read an attribute from")
    return mean, np.where(constant, np.inf, sd)


class Space(NamedTuple):
    """Principal coordinates U diag(s) of n rows, and how many columns they came from."""

    U: np.ndarray
    s: np.ndarray
    columns: int


def principal(Z, components=None):
    """`Space` of centred Z (n, d) and the basis (d, r) with U diag(s) = Z basis; whitened if components are chosen."""
    U, s, V = thin(Z)
    if components is None:
        return Space(U, s, Z.shape[1]), V
    if not 1 <= components <= len(s):
        raise ValueError(f"components is {components}; X has {Z.shape} values of rank {len(s)}, so take 1 to {len(s)}")
    size = np.full(components, np.sqrt(len(Z)))
    return Space(U[:, :components], size, components), V[:, :components] * size / s[:components]


def covariance_with(X, scores):
    """Covariance (a, d) of each score with each column: the covariance matrix times the weights, never formed."""
    return (scores - scores.mean(0)).T @ (X - X.mean(0)) / len(X)


def plain_difference(X, truth):
    """Difference of class means (a, d) and the intercept (a,) that puts the boundary halfway."""
    ones, zeros = class_means(X, truth)
    return ones - zeros, -((ones - zeros) * (ones + zeros)).sum(1) / 2, 0.0


def class_means(X, truth):
    """Means (a, d) of the rows with each attribute, and of those without."""
    count = truth.sum(0)[:, None]
    ones = truth.T.astype(float) @ X
    return ones / count, (X.sum(0) - ones) / (len(X) - count)


def mean_difference(space, truth, penalty):
    """Class-mean difference in whitened components: Fisher's direction for equal covariance in that subspace."""
    coef, intercept, penalty = plain_difference(space.U * space.s, truth)
    return coef.T, intercept, penalty


def ridge(space, truth, penalty):
    """Least squares on -1/+1; each attribute has its own penalty, by leave-one-out."""
    targets = 2.0 * truth - 1
    mean = targets.mean(0)
    if penalty == "cv":
        grid = penalty_grid(space.s)
        penalty = grid[leave_one_out(space.U, space.s, targets - mean, grid).argmin(0)]
    return ridge_weights(space.U, space.s, targets - mean, penalty), mean, penalty


def lda(space, truth, shrinkage):
    """Fisher's discriminant: weights S^-1 (m1 - m0), S = (1 - g) within-class covariance + g mean variance x identity.

    S differs from A = (1 - g) total covariance + g mean variance x identity by a rank-one term along the mean
    difference, so by Sherman and Morrison S^-1 delta = A^-1 delta / (1 - c delta' A^-1 delta), c = (1 - g) p (1 - p):
    all attributes share A, which is diagonal here. The share g is Ledoit and Wolf's for the total covariance.
    """
    R, total = space.U * space.s, space.s**2 / len(space.U)
    g = ledoit_wolf_shrinkage(R, total, space.columns) if shrinkage == "cv" else shrinkage
    ones, zeros = class_means(R, truth)
    prior, delta = truth.mean(0), (ones - zeros).T
    weights = delta / ((1 - g) * total + g * total.sum() / space.columns)[:, None]
    within = 1 - (1 - g) * prior * (1 - prior) * (delta * weights).sum(0)
    weights = weights / np.maximum(within, np.finfo(float).eps)
    midpoint = (weights.T * (ones + zeros)).sum(1) / 2
    return weights, np.log(prior / (1 - prior)) - midpoint, g


def ledoit_wolf_shrinkage(R, total, columns):
    """Ledoit and Wolf's (2004) share of shrinkage, from principal coordinates R (n, r) of `columns` columns."""
    n, mean_variance = len(R), total.sum() / columns
    squared = (total**2).sum()
    spread = squared - columns * mean_variance**2
    noise = (((R**2).sum(1) ** 2).mean() - squared) / n
    return float(min(noise, spread) / spread) if spread > 0 else 1.0


SOLVERS = {"logistic": logistic, "lda": lda, "ridge": ridge, "mean-difference": mean_difference}


def probe_scores(probe, X, Y, intervals=True, seed=0):
    """How well a fitted probe reads Y from X: one row an attribute.

    Columns: accuracy, balanced_accuracy, auc, auc_low, auc_high, majority (the share of the larger class, which is what
    accuracy must be compared with).
    intervals  True: DeLong's 95% interval of the AUC on the logit scale; "bootstrap": percentiles of 500 resamples
               within each class, drawn with `seed`; False: no interval columns
    Raises ValueError where attributes differ from the probe's (named columns are matched by name, in any order) or an
    attribute has fewer than two rows of a class.

    >>> X = np.random.default_rng(0).standard_normal((300, 4))
    >>> scores = probe_scores(LinearProbe("lda").fit(X[:200], X[:200, 0] > 0), X[200:], X[200:, 0] > 0)
    >>> bool(scores.auc_low[0] < scores.auc[0] <= scores.auc_high[0])
    True
    """
    interval = INTERVALS[choice(intervals, INTERVALS, "kind of interval")]
    scores = probe.decision_function(X)
    truth = aligned_labels(probe, Y, len(scores))
    hit = (scores > 0) == truth
    ones, zeros = class_means(hit.astype(float), truth)
    prior = truth.mean(0)
    table = {
        "accuracy": hit.mean(0),
        "balanced_accuracy": (np.diag(ones) + np.diag(zeros)) / 2,
        "auc": auc(scores, truth),
    }
    if interval:
        rng = np.random.default_rng(seed)
        ends = [interval(s[t], s[~t], rng) for s, t in zip(scores.T, truth.T)]
        table["auc_low"], table["auc_high"] = np.transpose(ends)
    return pd.DataFrame(
        {**table, "majority": np.maximum(prior, 1 - prior)}, pd.Index(probe.attributes_, name="attribute")
    )


def aligned_labels(probe, Y, n):
    """Labels (n, a) in the probe's order; ValueError where the attributes are not the probe's."""
    truth, names = labels(Y, n)
    if not isinstance(Y, pd.DataFrame):
        names = probe.attributes_ if truth.shape[1] == len(probe.attributes_) else names
    if set(names) != set(probe.attributes_):
        lacking = [name for name in probe.attributes_ if name not in names]
        other = [name for name in names if name not in probe.attributes_]
        raise ValueError(f"Y lacks the probe's attributes {lacking} and has others, {other}; pass Y[probe.attributes_]")
    return truth[:, [names.index(name) for name in probe.attributes_]]


def auc(scores, truth):
    """Area under the ROC curve (a,): the chance that a row with the attribute scores above one without."""
    ones = truth.sum(0)
    ranks = (rankdata(scores, axis=0) * truth).sum(0)
    return (ranks - ones * (ones + 1) / 2) / (ones * (len(truth) - ones))


def delong_interval(ones, zeros, rng=None):
    """DeLong's 95% interval of the AUC of scores `ones` over scores `zeros`, on the logit scale.

    Perfect separation has no variance of its own; half a row of the smaller class is then taken as misplaced.
    """
    ranks = rankdata(np.concatenate([ones, zeros]))
    above = (ranks[: len(ones)] - rankdata(ones)) / len(zeros)
    below = 1 - (ranks[len(ones) :] - rankdata(zeros)) / len(ones)
    area, fewest = above.mean(), min(len(ones), len(zeros))
    variance = above.var(ddof=1) / len(ones) + below.var(ddof=1) / len(zeros)
    centre = np.clip(area, 0.5 / fewest, 1 - 0.5 / fewest) if variance == 0 else area
    variance = variance or centre * (1 - centre) / fewest
    half = NORMAL_95 * np.sqrt(variance) / (centre * (1 - centre))
    low, high = expit(logit(centre) + np.array([-half, half]))
    return min(low, area), max(high, area)


def bootstrap_interval(ones, zeros, rng, resamples=500):
    """Percentile 95% interval of the AUC over resamples of each class."""
    draws = [rng.choice(scores, (len(scores), resamples)) for scores in (ones, zeros)]
    truth = np.repeat([True, False], [len(ones), len(zeros)])[:, None]
    return np.percentile(auc(np.concatenate(draws), np.broadcast_to(truth, (len(truth), resamples))), [2.5, 97.5])


INTERVALS = {True: delong_interval, False: None, "bootstrap": bootstrap_interval}


def mean_auc(probe, X, Y, resamples=200, seed=0):
    """AUC averaged over attributes: {"auc", "low", "high"}, with the percentile 95% interval over resampled images.

    Attributes share their images, so intervals of single attributes cannot be averaged: images are drawn whole. An
    attribute that a resample leaves with one class is left out of its mean.
    """
    value, draws = resampled_aucs(probe, X, Y, resamples, seed)
    return {"auc": value} | percentiles(draws)


def mean_auc_gap(one, other, Y, resamples=200, seed=0):
    """How much higher the mean AUC of one (probe, X) is than of another's on the same images: "gap", "low", "high".

    Both are resampled alike, so what the two have in common, the luck of the images, cancels.
    """
    (value, draws), (value2, draws2) = (resampled_aucs(*pair, Y, resamples, seed) for pair in (one, other))
    return {"gap": value - value2} | percentiles(draws - draws2)


def resampled_aucs(probe, X, Y, resamples, seed):
    """Mean AUC over attributes, and the same (resamples,) on images drawn anew, one seed giving one set of draws."""
    scores, rng = probe.decision_function(X), np.random.default_rng(seed)
    truth = aligned_labels(probe, Y, len(scores))
    draws = rng.integers(0, len(scores), (resamples, len(scores)))
    with np.errstate(invalid="ignore"):
        found = np.array([np.nanmean(auc(scores[rows], truth[rows])) for rows in draws])
    return float(auc(scores, truth).mean()), found


def percentiles(draws):
    """Ends of the percentile 95% interval."""
    low, high = np.percentile(draws, [2.5, 97.5])
    return {"low": float(low), "high": float(high)}


def shuffled_scores(probe, X, Y, X_test, Y_test, repeats=5, seed=0):
    """The null: AUCs (repeats, a) on the test rows of probes like this one, fitted to labels in shuffled order.

    Rows of Y move whole, so that correlations among attributes stay.
    """
    X, rng = matrix(X, rows=10), np.random.default_rng(seed)
    same_rows(("X", X), ("Y", Y))
    table, found = pd.DataFrame(Y), []
    for _ in range(repeats):
        null = clone(probe).fit(X, table.iloc[rng.permutation(len(X))])
        found.append(probe_scores(null, X_test, Y_test, intervals=False).auc)
    return pd.DataFrame(found).reset_index(drop=True)


def profile_correlation(a, b, ranks=False):
    """Correlation of two views' AUC profiles: {"r", "low", "high", "n"}, Pearson's, with Fisher's 95% interval.

    a, b   Series, matched by their index (attributes in both count), or arrays of one length; four values at least
    ranks  Spearman's instead, for profiles that touch the ceiling of 1

    >>> round(profile_correlation([0.6, 0.7, 0.8, 0.9], [0.5, 0.7, 0.75, 0.9])["r"], 3)
    0.977
    """
    if isinstance(a, pd.Series) and isinstance(b, pd.Series):
        a, b = a.align(b, join="inner")
    a, b = matrix(np.reshape(a, (-1, 1)), "a")[:, 0], matrix(np.reshape(b, (-1, 1)), "b")[:, 0]
    same_rows(("a", a), ("b", b))
    if len(a) < 4 or np.ptp(a) == 0 or np.ptp(b) == 0:
        raise ValueError(f"profiles share {len(a)} values; a correlation needs four that are not all equal")
    a, b = (rankdata(a), rankdata(b)) if ranks else (a, b)
    r = float(np.corrcoef(a, b)[0, 1])
    half = NORMAL_95 / np.sqrt(max(len(a) - 3, 1))
    low, high = np.tanh(np.arctanh(np.clip(r, -1 + 1e-12, 1 - 1e-12)) + np.array([-half, half]))
    return {"r": r, "low": float(low), "high": float(high), "n": len(a)}
