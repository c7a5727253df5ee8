"""A number with the ends of its interval: of means, shares, correlations, and what is known with a standard error."""

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.stats import binomtest, t

from .groups import shared_groups

RESAMPLES = 500
NORMAL_95 = 1.959964


class Interval(NamedTuple):
    """A measure with its ends, 95% unless it is said otherwise.

    Attributes
    ----------
    value : float
        The measure.
    low, high : float
        Ends of its interval.
    ends : dict of str to float
        Its low and its high end, by name.

    Examples
    --------
    >>> Interval(0.75, 0.5, 1.0).ends
    {'low': 0.5, 'high': 1.0}
    """

    value: float
    low: float
    high: float

    def less(self, number: float) -> "Interval":
        """By how much it exceeds a number that is known.

        Parameters
        ----------
        number : float
            What is taken from the value and from both ends.

        Returns
        -------
        Interval
            Of the difference.

        Examples
        --------
        >>> Interval(0.75, 0.5, 1.0).less(0.5)
        Interval(value=0.25, low=0.0, high=0.5)
        """
        return Interval(*(part - number for part in self))

    @property
    def ends(self) -> dict[str, float]:
        """Its low and its high end, by name."""
        return {"low": self.low, "high": self.high}


def mean_interval(values: ArrayLike) -> Interval:
    """The mean over images, drawn with return.

    Parameters
    ----------
    values : array-like (n,) or (t, n)
        A column an image. NaN is left out. Images are drawn whole: what t targets say of one image is not independent.

    Returns
    -------
    Interval
        The mean, with the ends of the percentile interval of 500 draws, the same at every call, widened to what n
        images allow (`Student's t` and the draws' own shortfall; Hesterberg, 2015). Ends are NaN for one image, and
        all is NaN of no values. Of shares use `rate_interval`, of their differences `gap_interval`: where all images
        agree, these have some width.

    Examples
    --------
    >>> mean_interval([1.0, np.nan, 2.0]).value
    1.5
    """
    rows = np.atleast_2d(np.asarray(values, float))
    known, filled = np.isfinite(rows).sum(0), np.nansum(rows, 0)
    known, filled = known[known > 0], filled[known > 0]
    n = len(known)
    if n < 2:
        return Interval(float(filled.sum() / known.sum()) if n else np.nan, np.nan, np.nan)
    draws = np.random.default_rng(0).integers(0, n, (RESAMPLES, n))
    value, means = filled.sum() / known.sum(), filled[draws].sum(1) / known[draws].sum(1)
    wider = np.sqrt(n / (n - 1)) * t.ppf(0.975, n - 1) / NORMAL_95
    return Interval(float(value), *percentiles(value + wider * (means - value)).values())


def normal_interval(value, error):
    """`Interval` of a number whose error is normal with this standard deviation.

    >>> normal_interval(1.0, 0.5).low.__round__(2)
    0.02
    """
    half = NORMAL_95 * error
    return Interval(float(value), float(value - half), float(value + half))


def normal_mean_interval(values: ArrayLike) -> Interval:
    """The mean of few values, such as one a training, by Student's t.

    Parameters
    ----------
    values : array-like (n,)
        Independent, and about normal.

    Returns
    -------
    Interval
        Its ends are NaN for one value, and all is NaN of none.

    Examples
    --------
    >>> round(normal_mean_interval([0.4, 0.5, 0.6]).high, 2)
    0.75
    """
    values = np.asarray(values, float)
    if values.size == 0:
        return Interval(np.nan, np.nan, np.nan)
    n = len(values)
    error = values.std(ddof=1) / np.sqrt(n) * t.ppf(0.975, n - 1) / NORMAL_95 if n > 1 else np.nan
    return normal_interval(values.mean(), error)


def summed_interval(mean, adds, groups=None):
    """`Interval` of a mean to which images add (n,) independently, or groups of images do."""
    codes = shared_groups(groups, len(adds))
    sums = adds if codes is None else np.bincount(codes, adds)
    return normal_interval(mean, np.sqrt((sums**2).sum() * len(sums) / (len(sums) - 1)))


def fisher_interval(r, freedom, *, ranks=False):
    """`Interval` of a correlation by Fisher's z on `freedom`.

    ranks  it is one of ranks, which varies more: (1 + r^2 / 2) / freedom (Bonett and Wright, 2000)
    """
    half = NORMAL_95 * np.sqrt((1 + ranks * r**2 / 2) / max(freedom, 1))
    low, high = np.tanh(np.arctanh(np.clip(r, -1 + 1e-12, 1 - 1e-12)) + np.array([-half, half]))
    return Interval(float(r), float(low), float(high))


def wilson(count: int, n: int) -> tuple[float, float]:
    """Ends of Wilson's 95% interval of a share.

    Parameters
    ----------
    count, n : int
        Cases, and among how many; n is 1 at least.

    Returns
    -------
    low, high : float
        The ends, 0 to 1.

    Raises
    ------
    ValueError
        On n below 1, and on a count that is not from 0 to n.

    Examples
    --------
    >>> [round(end, 2) for end in wilson(8, 10)]
    [0.49, 0.94]
    """
    ends = binomtest(int(count), int(n)).proportion_ci(method="wilson")
    return float(ends.low), float(ends.high)


def share_interval(count: int, n: int) -> Interval:
    """A share with Wilson's 95% interval.

    Parameters
    ----------
    count, n : int
        Cases, and among how many.

    Returns
    -------
    Interval
        NaN three times if n is 0.

    Examples
    --------
    >>> share_interval(0, 4).high.__round__(2)
    0.49
    """
    return Interval(count / n, *wilson(count, n)) if n else Interval(np.nan, np.nan, np.nan)


def rate_interval(happened: ArrayLike) -> Interval:
    """The share of what happened, over images; some width for 0 and 1.

    Parameters
    ----------
    happened : array-like (n,) or (t, n) of 0/1
        A column an image, NaN where nothing was asked.

    Returns
    -------
    Interval
        Images drawn with return, as in `mean_interval`; Wilson's by images where the share is 0 or 1.

    Examples
    --------
    >>> rate_interval([1, 1, 1, 1]).low.__round__(2)
    0.51
    """
    found, images = mean_interval(happened), int(np.isfinite(np.atleast_2d(np.asarray(happened, float))).any(0).sum())
    if found.value in (0, 1) or images == 1:
        low, high = wilson(round(found.value * images), images)
        return Interval(found.value, low, high)
    return Interval(found.value, *np.clip([found.low, found.high], 0, 1).tolist())


def gap_interval(own: ArrayLike, other: ArrayLike) -> Interval:
    """A share less another of the same images; some width where all images agree.

    Parameters
    ----------
    own, other : array-like (n,) or (t, n) of 0/1
        What happened in two ways, a column an image, NaN where nothing was asked.

    Returns
    -------
    Interval
        Half an image each in which only the one or only the other happened, and one in which both or neither did, are
        added (Agresti and Min, 2005), and images vary as wholes: what t targets say of one is not independent.

    Examples
    --------
    >>> gap = gap_interval([1, 1, 1, 1], [0, 0, 0, 0])
    >>> gap.value, round(gap.low, 1)
    (1.0, 0.1)
    """
    rows = np.atleast_2d(np.asarray(own, float) - np.asarray(other, float))
    known, sums = np.isfinite(rows).sum(0), np.nansum(rows, 0)
    known, sums = known[known > 0], sums[known > 0]
    if not len(known):
        return Interval(np.nan, np.nan, np.nan)
    most, weights = known.mean(), np.concatenate([np.ones(len(known)), [0.5, 0.5, 1.0]])
    asked, found = np.append(known, [most] * 3), np.append(sums, [most, -most, 0.0])
    mean, n = (weights @ found) / (weights @ asked), weights.sum()
    error = np.sqrt(weights @ (found - mean * asked) ** 2 * n / (n - 1)) / (weights @ asked)
    low, high = np.clip([mean - NORMAL_95 * error, mean + NORMAL_95 * error], -1, 1)
    return Interval(float(sums.sum() / known.sum()), float(low), float(high))


def percentiles(draws):
    """Ends of the percentile 95% interval; draws that are NaN are left out."""
    low, high = pd.Series(draws).quantile([0.025, 0.975])
    return {"low": float(low), "high": float(high)}
