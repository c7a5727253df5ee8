"""A number with the ends of its interval, and that of a mean over images."""

from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.stats import binomtest

RESAMPLES = 500


class Interval(NamedTuple):
    """A measure with its ends, 95% unless it is said otherwise."""

    value: float
    low: float
    high: float

    def less(self, number):
        """By how much it exceeds a number that is known.

        >>> Interval(0.75, 0.5, 1.0).less(0.5)
        Interval(value=0.25, low=0.0, high=0.5)
        """
        return Interval(*(part - number for part in self))


def mean_interval(values):
    """`Interval` of the mean of values (n,), or (t, n) with a column an image; NaN, as value and ends, of none at all.

    NaN is left out. Images are drawn with return, whole: what t targets say of one image is not independent.

    >>> mean_interval([1.0, np.nan, 1.0])
    Interval(value=1.0, low=1.0, high=1.0)
    """
    values = np.atleast_2d(np.asarray(values, float))
    known, filled = np.isfinite(values).sum(0), np.nansum(values, 0)
    draws = np.random.default_rng(0).integers(0, len(known), (RESAMPLES, len(known)))
    with np.errstate(invalid="ignore"):
        means = filled[draws].sum(1) / known[draws].sum(1)
        return Interval(float(filled.sum() / known.sum()), *percentiles(means).values())


def wilson(count, n):
    """Ends of Wilson's 95% interval of a share, from `count` cases among n.

    >>> [round(end, 2) for end in wilson(8, 10)]
    [0.49, 0.94]
    """
    ends = binomtest(int(count), int(n)).proportion_ci(method="wilson")
    return float(ends.low), float(ends.high)


NORMAL_95 = 1.959964


def percentiles(draws):
    """Ends of the percentile 95% interval; draws that are NaN are left out."""
    low, high = pd.Series(draws).quantile([0.025, 0.975])
    return {"low": float(low), "high": float(high)}
