"""From a statistic and its simulated null to a p-value, from many p-values to a claim about all, and shares."""

from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import norm, t

SIDES = {"high": 1, "low": 1, "both": 2}  # on which a statistic can be extreme


def simulated_p(statistic: float, null: NDArray[Any], side: Literal["high", "low", "both"] = "high") -> float:
    """p-value (1 + draws at least as extreme) / (1 + draws) of a statistic against draws of its null.

    The test is exact if the statistic and its draws have one law [1]_.

    Parameters
    ----------
    statistic : float
        What was found.
    null : ndarray (simulations,)
        Draws of the statistic under the null.
    side : {"high", "low", "both"}
        Which values are extreme; "both" is twice the smaller of the two p-values, at most 1.

    Returns
    -------
    float
        Above 0, at most 1; `smallest_p` is the least there can be.

    References
    ----------
    .. [1] Davison and Hinkley, 1997, equation 4.11.

    Examples
    --------
    >>> simulated_p(9.5, np.arange(19.0)), simulated_p(99, np.arange(19.0))
    (0.5, 0.05)
    """
    high, low = ((1 + int(extreme.sum())) / (1 + len(null)) for extreme in (null >= statistic, null <= statistic))
    return {"high": high, "low": low, "both": min(1.0, 2 * min(high, low))}[side]


def p_of_interval(found):
    """Two-sided p of 0 that a 95% `Interval` implies: 2 Phi(-1.96 |value| / distance of the value from the end near 0).

    It is below 0.05 exactly where the interval leaves 0 out (Altman and Bland, 2011); far beyond, the law of the
    estimate is taken to be normal. NaN where an end is, 1 for a value of 0, and 0 for another of no width.

    >>> from unelib.stats import Interval
    >>> p_of_interval(Interval(0.2, 0.0, 0.3)).__round__(3), p_of_interval(Interval(0.0, 0.0, 0.0))
    (0.05, 1.0)
    """
    if not np.isfinite(found).all():
        return np.nan
    half = found.value - found.low if found.value > 0 else found.high - found.value
    if found.value == 0 or found.low == found.high:
        return float(found.value == 0)
    if half <= 0:  # the ends of a bootstrap need not lie about the value
        half = (found.high - found.low) / 2
    return float(2 * norm.sf(norm.isf(0.025) * abs(found.value) / half))


def p_beyond_draws(value, draws):
    """Two-sided p of a value against few draws (s,) of its null, whose law is taken to be normal.

    (value - mean) / (sd sqrt(1 + 1 / s)) has Student's law with s - 1 degrees of freedom where value and draws have one
    law. `simulated_p` needs no such law, and cannot tell what lies far beyond from what lies just beyond all draws.

    >>> draws = np.linspace(-1, 1, 39)
    >>> p_beyond_draws(0.0, draws).__round__(2), bool(p_beyond_draws(5.0, draws) < 1e-6)
    (1.0, True)
    """
    spread = draws.std(ddof=1) * np.sqrt(1 + 1 / len(draws))
    if not spread > 0:
        return float(value == draws[0])
    return float(2 * t.sf(abs(value - draws.mean()) / spread, len(draws) - 1))


def verdict_row(test, statistic, null, level, side="high"):
    """A row of a table of tests: statistic, what the null gives, p, and whether it is rejected at `level`.

    null_low, null_high  critical values, draws of the null: it is rejected if the statistic is below the one or above
                         the other; infinite on a side that is never extreme, or where draws are too few to reject
    """
    p, (low, high) = simulated_p(statistic, null, side), critical_values(null, level, side)
    return {
        "test": test,
        "statistic": float(statistic),
        "null_low": low,
        "null_median": float(np.median(null)),
        "null_high": high,
        "p": p,
        "rejected": p <= level,
    }


def critical_values(null, level, side="high"):
    """Ends (low, high) outside of which `simulated_p` is at most `level`.

    At tail t of s draws, (1 + number at least as extreme) / (1 + s) <= t beyond the k-th most extreme draw,
    k = floor(t (1 + s)), and never if k is 0.

    >>> critical_values(np.arange(99.0), 0.05), critical_values(np.arange(99.0), 0.1, "both")
    ((-inf, 94.0), (4.0, 94.0))
    """
    draws = np.concatenate([[-np.inf], np.sort(null), [np.inf]])
    k = int(np.floor(level / SIDES[side] * (1 + len(null)) + 1e-9))  # 0.05 * 60 rounds to less than 3, say
    return float(draws[0 if side == "high" else k]), float(draws[-1 if side == "low" else -1 - k])


def smallest_p(simulations: int, side: Literal["high", "low", "both"] = "high") -> float:
    """The smallest p-value that a test by so many draws can give.

    Parameters
    ----------
    simulations : int
        Draws of the null.
    side : {"high", "low", "both"}
        Which values are extreme, as in `simulated_p`.

    Returns
    -------
    float
        1 / (1 + simulations); twice that for "both".

    Examples
    --------
    >>> smallest_p(99), smallest_p(99, "both")
    (0.01, 0.02)
    """
    return SIDES[side] / (1 + simulations)


def draws_needed(level, side="high"):
    """The fewest draws of a null with which a test can reject at `level`.

    >>> draws_needed(0.05), draws_needed(0.05, "both")
    (19, 39)
    """
    return int(np.ceil(SIDES[side] / level - 1e-9)) - 1


def enough_draws(simulations, level, side="high", what="simulations"):
    """Raise ValueError if so many draws of a null, by the name `what`, cannot reject at `level`."""
    if simulations < draws_needed(level, side):
        raise ValueError(
            f"{what}={simulations} cannot reject at {level:g}; ask for {draws_needed(level, side)} or more"
        )


def holm(p: ArrayLike) -> NDArray[np.float64]:
    """Holm's adjusted p-values [1]_: rejecting those at most `level` errs anywhere with that chance.

    The k-th smallest of m is multiplied by m + 1 - k, and is at least the one before it and at most 1; tests may depend
    on one another.

    Parameters
    ----------
    p : array-like
        p-values of m tests, of any shape.

    Returns
    -------
    ndarray
        Adjusted p-values, of the same shape.

    References
    ----------
    .. [1] Holm, 1979.

    Examples
    --------
    >>> holm([0.01, 0.5, 0.02]).tolist()
    [0.03, 0.5, 0.04]
    """
    p = np.asarray(p, np.float64)
    order, adjusted = np.argsort(p, axis=None), np.empty(p.size)
    adjusted[order] = np.minimum(np.maximum.accumulate(p.ravel()[order] * np.arange(p.size, 0, -1)), 1)
    return adjusted.reshape(p.shape)
