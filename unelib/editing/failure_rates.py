"""How often noise fails, by plain draws and by draws from where failures lie, and whether anything foretells them."""

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.stats import gamma

from ..core.checks import matrix, row_mask, share, whole
from ..stats.intervals import Interval, share_interval, wilson
from ..stats.roc import auc, delong_interval
from .failure_search import Score, checked_scores

UNSEEN = 2.0  # weight of the heaviest failure that was not drawn, in that of the heaviest that was
TINY = np.finfo(float).tiny


class FailureRate(NamedTuple):
    """The probability that a noise N(0, I) fails: what `failure_rate` and `importance_rate` return.

    Attributes
    ----------
    rate : Interval
        With the ends of its 95 % interval.
    failures, calls : int
        Noises that failed, among those that were scored for it.
    effective : float
        How many failures of equal weight tell as much: all of them where draws are plain, fewer where weights differ.
    noise : ndarray (calls, d), float32
        These.
    failed : ndarray (calls,) of bool
        Which of them failed.
    """

    rate: Interval
    failures: int
    calls: int
    effective: float
    noise: NDArray[np.float32]
    failed: NDArray[np.bool_]


def failure_rate(score: Score, d: int, n: int = 1000, seed: int = 0) -> FailureRate:
    """The share of failures among n noises N(0, I): plain Monte Carlo, with Wilson's interval.

    Parameters
    ----------
    score : callable
        As `search_failures` takes it.
    d, n : int
        Columns of the noise, and how many are drawn.
    seed : int
        Of the draws.

    Returns
    -------
    FailureRate
        Of noises that were drawn as a generator's own are, so that they also serve to ask what foretells failures.

    Raises
    ------
    ValueError
        On d or n below 1, and on scores of another shape or not finite.

    Examples
    --------
    >>> failure_rate(lambda x: x[:, 0] - 1.0, d=5).rate.value.__round__(1)  # 0.16
    0.2
    """
    check_sizes(d=d, n=n)
    noise = np.random.default_rng(seed).standard_normal((n, d)).astype(np.float32)
    failed = checked_scores(score, noise) > 0
    failures = int(failed.sum())
    return FailureRate(share_interval(failures, n), failures, n, float(failures), noise, failed)


def check_sizes(**sizes):
    """ValueError unless all of some sizes are whole numbers from 1."""
    for what, number in sizes.items():
        if not whole(number, 1):
            raise ValueError(f"{what} is {number!r}; choose a whole number from 1")


def failure_centre(
    score: Score, found: ArrayLike, moves: int = 30, angle: float = 0.6, seed: int = 0
) -> NDArray[np.float64]:
    """About where noises that fail lie: an estimate of E[x | failure], at which importance sampling is centred.

    From each failure that was found a Markov chain walks on among failures (preconditioned Crank-Nicolson proposals,
    which keep N(0, I) [1]_), so that it forgets what was not needed to fail. The mean of many columns is mostly error;
    it is shrunk by what the means of two halves of the chains have in common.

    Parameters
    ----------
    score : callable
        As `search_failures` takes it.
    found : array-like (m, d)
        Noises that fail, best of several lines of descent; two at least.
    moves : int
        Of each chain; the second half of them counts. m times as many noises are scored. Chains forget slowly: take 100
        in 1,024 columns.
    angle : float
        Radians of a proposal.
    seed : int
        Of the proposals.

    Returns
    -------
    ndarray (d,)
        0 where the halves have nothing in common.

    Raises
    ------
    ValueError
        On fewer than two noises, one that does not fail, fewer than two moves, and an angle out of range.

    References
    ----------
    .. [1] Cotter et al., "MCMC methods for functions", 2013; in subset simulation, Au and Beck, 2001.

    Examples
    --------
    >>> found = np.zeros((8, 30))
    >>> found[:, 0] = 4.0
    >>> failure_centre(lambda x: x[:, 0] - 3.0, found)[0].round()
    np.float64(3.0)
    """
    x = matrix(found, "found", rows=2).astype(np.float32)
    if not whole(moves, 2):
        raise ValueError(f"moves is {moves!r}; choose a whole number from 2")
    share(angle, "angle", high=np.pi / 2)
    if (passed := checked_scores(score, x) <= 0).any():
        raise ValueError(f"noise {int(passed.argmax())} of those found does not fail; give noises that do")
    rng, kept = np.random.default_rng(seed), []
    for move in range(moves):
        tried = (np.cos(angle) * x + np.sin(angle) * rng.standard_normal(x.shape)).astype(np.float32)
        x = np.where(checked_scores(score, tried)[:, None] > 0, tried, x)
        kept += [x.astype(np.float64)] * (2 * move >= moves)
    own = np.mean(kept, 0)  # of each chain
    one, other = own[: len(own) // 2].mean(0), own[len(own) // 2 :].mean(0)  # noises of one line stand together
    mean = (one + other) / 2
    return mean * np.clip(one @ other / max(mean @ mean, 1e-12), 0, 1)


def importance_rate(score: Score, centre: ArrayLike, n: int = 1000, defence: float = 0.2, seed: int = 0) -> FailureRate:
    """The probability of a failure of N(0, I), from draws about where failures lie, each weighed by how likely it was.

    A share a of the draws is of N(0, I) itself, the others are of N(c / 2, I) and N(c, I) in equal parts. A failure
    counts as the density of N(0, I) over that of the mixture, which is 1 / a at most [1]_. The estimate has no bias,
    whatever the centre; a good centre makes it narrow.

    Parameters
    ----------
    score : callable
        As `search_failures` takes it.
    centre : array-like (d,)
        c, such as `failure_centre` gives; it must not come from these draws.
    n : int
        Noises that are drawn.
    defence : float
        a, the share of draws that are plain.
    seed : int
        Of the draws.

    Returns
    -------
    FailureRate
        Its interval is Fay and Feuer's of a weighted count [2]_, in which the heaviest failure that was not drawn may
        weigh twice as much as the heaviest that was. Without any failure the upper end is that of a n plain draws, and
        about a centre of 0 the interval is that of `failure_rate`.

    Raises
    ------
    ValueError
        On a centre that is no finite row, n below 2, a defence out of range, and scores as in `search_failures`.

    Notes
    -----
    The interval holds for kinds of failures that the draws reached. With a centre that is known badly, few failures of
    large weight decide, which `.effective` tells. With centres that were searched for in 16 to 1024 columns, intervals
    held planted rates in 96 % of 991 runs where it was 5 or more, and in 91 % of 149 where it was less.

    References
    ----------
    .. [1] Hesterberg, "Weighted average importance sampling and defensive mixture distributions", 1995.
    .. [2] Fay and Feuer, "Confidence intervals for directly standardized rates", 1997.

    Examples
    --------
    >>> centre = np.array([4.0, 0.0, 0.0])
    >>> found = importance_rate(lambda x: x[:, 0] - 4.0, centre)
    >>> bool(found.rate.low < 3.167e-5 < found.rate.high), found.failures > 100  # the normal law's tail
    (True, True)
    """
    c = matrix(np.atleast_2d(centre), "centre")[0]
    if not whole(n, 2):
        raise ValueError(f"n is {n!r}; choose a whole number from 2")
    if share(defence, "defence", high=1.0) == 1 and c.any():
        raise ValueError("defence is 1; no draw would be about the centre, so choose a share below 1")
    rng, shifts = np.random.default_rng(seed), np.array([0.0, 0.5, 1.0])
    shift = rng.choice(shifts, n, p=[defence, (1 - defence) / 2, (1 - defence) / 2])
    noise = (rng.standard_normal((n, len(c))) + np.outer(shift, c)).astype(np.float32)
    failed = checked_scores(score, noise) > 0
    counts, failures = failed * density_ratio(noise.astype(np.float64), c, defence), int(failed.sum())
    told = weighted_interval(counts, defence) if c.any() else share_interval(failures, n)
    return FailureRate(told, failures, n, equal_counts(counts), noise, failed)


def density_ratio(x, c, a):
    """N(0, I) over the mixture a N(0, I) + (1 - a) / 2 (N(c / 2, I) + N(c, I)), at rows x (n, d): 1 / a at most."""
    with np.errstate(over="ignore"):
        half, full = (np.exp(part * (x @ c) - part**2 * (c @ c) / 2) for part in (0.5, 1.0))
        return 1 / (a + (1 - a) * (half + full) / 2)


def weighted_interval(counts, defence):
    """The mean of counts (n,), with the ends of Fay and Feuer's 95 % interval of a weighted sum of rare events.

    y, v and w are the sum, its variance and the weight of an event that was not seen: gamma laws of means y and y + w,
    and variances v and v + w^2, have the ends as quantiles.
    """
    n, y = len(counts), counts.sum()
    if not y:
        return Interval(0.0, 0.0, wilson(0, max(1, round(n * defence)))[1])
    v, w = n * counts.var(ddof=1), UNSEEN * counts.max()
    low = gamma.ppf(0.025, y**2 / v, scale=v / y)
    high = gamma.ppf(0.975, (y + w) ** 2 / (v + w**2), scale=(v + w**2) / (y + w))
    return Interval(float(y / n), float(low / n), float(min(high / n, 1.0)))


def equal_counts(counts):
    """Kish's effective number of counts (n,), none below 0: the square of their sum over the sum of their squares."""
    return float(counts.sum() ** 2 / max((counts**2).sum(), TINY))


def foretold(failed: ArrayLike, signs: pd.DataFrame) -> pd.DataFrame:
    """Whether anything that is known of a noise foretells that it fails: the AUC of each sign.

    Parameters
    ----------
    failed : array-like (n,) of bool
        Which noises failed.
    signs : DataFrame (n, s)
        A column a sign, such as a log density with its sign turned: higher where a failure is expected.

    Returns
    -------
    DataFrame (s rows)
        `auc`, with the ends of DeLong's 95 % interval, `low` and `high`; 0.5 is chance.

    Raises
    ------
    ValueError
        Unless two noises at least failed and two did not, and on signs of another length or not finite.

    Examples
    --------
    >>> x = np.random.default_rng(0).standard_normal((2000, 2))
    >>> foretold(x[:, 0] > 1, pd.DataFrame(x, columns=["it", "another"])).auc.round(1).tolist()
    [1.0, 0.5]
    """
    rows = matrix(signs, "signs")
    truth = row_mask(failed, len(rows), "failed")
    if min(truth.sum(), (~truth).sum()) < 2:
        raise ValueError(
            f"{truth.sum()} of {len(truth)} noises failed; two that failed and two that did not are needed"
        )
    areas = auc(rows, np.repeat(truth[:, None], rows.shape[1], 1))
    ends = [delong_interval(column[truth], column[~truth]) for column in rows.T]
    table = {"auc": areas, "low": [low for low, _ in ends], "high": [high for _, high in ends]}
    return pd.DataFrame(table, index=signs.columns)
