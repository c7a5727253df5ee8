"""A view's accuracy attribute by attribute: its mean over them, and whether two views agree beyond the majority rate.

Accuracy is high where one class is rare, whoever reads: two probes that always name the larger class have the same
profile, and know nothing. So the majority rate is taken out of both before they are compared.
"""

import warnings
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.stats import rankdata, spearmanr

from ..core.checks import Rows, matrix, same_rows
from ..stats.intervals import fisher_interval, percentiles, summed_interval
from .scores import read


def mean_accuracy(
    probe: Any, X: Rows, Y: ArrayLike | pd.DataFrame, groups: ArrayLike | None = None
) -> dict[str, float]:
    """Accuracy averaged over attributes: {"accuracy", "low", "high"}, with its normal 95% interval over images.

    Attributes share their images, so the interval adds up, image by image, what each is to the mean: (right - accuracy)
    / rows, over its attributes. Rows whose label is missing are left out of that attribute.
    groups  (n,) the person, say, of each image: the interval then counts persons
    Raises ValueError as `probe_scores`.

    >>> from unelib import LinearProbe
    >>> X = np.random.default_rng(0).standard_normal((200, 3))
    >>> mean_accuracy(LinearProbe("ridge").fit(X, X[:, :2] > 0), X, X[:, :2] > 0)["low"] > 0.9
    True
    """
    mean, adds = accuracy_by_image(probe, X, Y)
    return {"accuracy": mean} | summed_interval(mean, adds, groups).ends


def mean_accuracy_gap(
    one: tuple[Any, Rows], other: tuple[Any, Rows], Y: ArrayLike | pd.DataFrame, groups: ArrayLike | None = None
) -> dict[str, float]:
    """How much higher the mean accuracy of one (probe, X) is than another's on the same images: "gap", "low", "high".

    The interval is of the difference image by image, so that what both get right or wrong alike cancels. Where only
    the views differ and the probe is one, this is the drop in accuracy from one to the other. Options as in
    `mean_accuracy`.

    >>> from unelib import LinearProbe
    >>> X = np.random.default_rng(0).standard_normal((200, 3))
    >>> probe = LinearProbe("ridge").fit(X, X[:, :2] > 0)
    >>> mean_accuracy_gap((probe, X), (probe, -X), X[:, :2] > 0)["low"] > 0.9
    True
    """
    (mean, adds), (mean2, adds2) = (accuracy_by_image(*pair, Y) for pair in (one, other))
    return {"gap": mean - mean2} | summed_interval(mean - mean2, adds - adds2, groups).ends


def accuracy_by_image(probe, X, Y):
    """Mean accuracy over attributes, and what each image adds to its deviation, (n,)."""
    scores, found = read(probe, X, Y)
    right, rows = (scores > 0) == found.truth, found.known.sum(0)
    accuracy = (right & found.known).sum(0) / rows
    return float(accuracy.mean()), (found.known * (right - accuracy) / rows).mean(1)


def profile_gap(
    a: pd.Series, b: pd.Series, reference: pd.Series, resamples: int = 500, seed: int = 0
) -> dict[str, float]:
    """How much more profile a goes with a reference than b does: {"gap", "low", "high"}, Spearman's, over attributes.

    a, b, reference  Series matched by their index; the percentile 95% interval is over attributes drawn with return,
                     as if they were independent. Fewer than four attributes in common say nothing: NaN, and a warning.

    >>> profile = pd.Series(np.arange(9.0))
    >>> profile_gap(profile, profile, profile**2)
    {'gap': 0.0, 'low': 0.0, 'high': 0.0}
    """
    table = pd.concat([a, b, reference], axis=1, join="inner").to_numpy(float)
    if len(table) < 4:
        warn_of_few(len(table))
        return dict.fromkeys(("gap", "low", "high"), np.nan)

    def gap(rows):
        return np.subtract(*(spearmanr(rows[:, i], rows[:, 2]).statistic for i in (0, 1)))

    rng = np.random.default_rng(seed)
    draws = [gap(rows) for rows in table[rng.integers(0, len(table), (resamples, len(table)))] if np.ptp(rows, 0).all()]
    return {"gap": float(gap(table))} | percentiles(draws)


def profile_correlation(a: Any, b: Any, *, ranks: bool = False) -> dict[str, float]:
    """Correlation of two views' AUC profiles: {"r", "low", "high", "n"}, Pearson's, with Fisher's 95% interval.

    a, b   Series, matched by their index (attributes in both count), or arrays of one length. Fewer than four values,
           or all equal ones, say nothing: NaN, and a warning
    ranks  Spearman's instead, for profiles that touch the ceiling of 1

    >>> round(profile_correlation([0.6, 0.7, 0.8, 0.9], [0.5, 0.7, 0.75, 0.9])["r"], 3)
    0.977
    """
    if isinstance(a, pd.Series) and isinstance(b, pd.Series):
        a, b = a.align(b, join="inner")
    a, b = matrix(np.reshape(a, (-1, 1)), "a")[:, 0], matrix(np.reshape(b, (-1, 1)), "b")[:, 0]
    same_rows(("a", a), ("b", b))
    if len(a) < 4 or np.ptp(a) == 0 or np.ptp(b) == 0:
        warn_of_few(len(a))
        return dict.fromkeys(("r", "low", "high"), np.nan) | {"n": len(a)}
    return correlation(rankdata(a), rankdata(b), len(a) - 3, ranks=True) if ranks else correlation(a, b, len(a) - 3)


def warn_of_few(count, least="four"):
    """Warn that profiles of so many values are too short to be compared."""
    warnings.warn(f"profiles share {count} values; a correlation needs {least} that are not all equal", stacklevel=3)


def remaining(a: Any, given: Any) -> Any:
    """What remains of a profile (a,) when what the profile `given` predicts linearly is taken out; mean 0.

    >>> remaining(np.array([1.0, 2.0, 4.0]), np.array([0.0, 1.0, 2.0])).round(2).tolist()
    [0.17, -0.33, 0.17]
    """
    given = np.column_stack([np.ones(len(a)), given])
    return a - given @ np.linalg.lstsq(given, np.asarray(a, float), rcond=None)[0]


def partial_correlation(a: Any, b: Any, given: Any) -> dict[str, float]:
    """Correlation of what remains of two profiles when a third is taken out: {"r", "low", "high", "n"}.

    r = corr(a - E[a | given], b - E[b | given]), with Fisher's 95% interval on n - 4 degrees: one less than without
    `given` (Fisher, 1924). All three are (n,) and finite; ValueError otherwise, and where nothing remains. Fewer
    than five values say nothing: NaN, and a warning.

    >>> rng = np.random.default_rng(0)
    >>> common, (a, b) = rng.standard_normal(500), rng.standard_normal((2, 500)) / 2
    >>> partial_correlation(a + common, b + common, common)["r"] < 0.1
    True
    """
    a, b, given = (matrix(np.reshape(profile, (-1, 1)))[:, 0] for profile in (a, b, given))
    same_rows(("a", a), ("b", b), ("given", given))
    if len(a) < 5:
        warn_of_few(len(a), "five")
        return dict.fromkeys(("r", "low", "high"), np.nan) | {"n": len(a)}
    left = remaining(a, given), remaining(b, given)
    if any(np.std(rest) <= 1e-9 * np.std(profile) for rest, profile in zip(left, (a, b))):
        raise ValueError("nothing of a profile remains when `given` is taken out; take one that is not a line of it")
    return correlation(*left, len(a) - 4)


def correlation(a, b, freedom, *, ranks=False):
    """Correlation of two profiles (n,): {"r", "low", "high", "n"}, with Fisher's 95% interval on `freedom`.

    ranks  the profiles are ranks, whose correlation varies more: (1 + r^2 / 2) / freedom (Bonett and Wright, 2000)
    """
    found = fisher_interval(float(np.corrcoef(a, b)[0, 1]), freedom, ranks=ranks)
    return {"r": found.value} | found.ends | {"n": len(a)}
