"""What a measure of likeness says of views: its value, an interval over images, and what unrelated rows would give."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy.stats import t

from .splits import dealt_groups
from .verdicts import simulated_p

DEGREES = 19  # of freedom that an interval's spread has at least
ROUNDING = 1e-9  # share of the largest of some numbers below which two of them are the same


def take_rows(B, rows):
    """The rows named, in their order."""
    return B[rows]


def zero_to_one(**options):
    """The range of most measures."""
    return 0.0, 1.0


class Measure(NamedTuple):
    """What is made of each view once, and what is done with that for every pair, shuffle and group left out.

    known    (X (n, d), name, **options) -> what is known of the rows, out of which rows can be taken; checks options
    prepare  (known, name, **options) -> what is compared
    score    (prepared, prepared) -> number
    take     (known, row numbers) -> known of those rows alone
    shuffle  (prepared, order) -> prepared of the rows in that order
    span     (**options) -> least and largest value
    groups   into how many groups images are dealt for the interval, see `jackknife_interval`
    sign     1 if more is more alike, -1 if less is
    """

    known: Callable
    prepare: Callable
    score: Callable
    take: Callable = take_rows
    shuffle: Callable = take_rows
    span: Callable = zero_to_one
    groups: int = 20
    sign: int = 1


def against_chance(measure, options, views, pairs, permutations, seed):
    """A dict for each of `pairs` (name, name) of views {name: X (n, d)}: value, interval over images, null and p."""
    n = len(next(iter(views.values())))
    known = {name: measure.known(X, name, **options) for name, X in views.items()}
    whole = prepared(measure, options, known)
    span = measure.span(**options)
    values = np.clip(scores(measure, whole, whole, pairs), *span)
    null = shuffled_scores(measure, whole, pairs, n, permutations, seed)
    left = deleted_scores(measure, options, known, pairs, n, seed)
    return [
        {"value": float(value), **jackknife_interval(value, deleted, span), **against_null(value, draws, measure.sign)}
        for value, deleted, draws in zip(values, np.moveaxis(left, -1, 0), null.T)
    ]


def prepared(measure, options, known, of=""):
    """Each view prepared, from what is known of its rows; `of` tells in errors which rows these are."""
    return {name: measure.prepare(B, f"{name}{of}", **options) for name, B in known.items()}


def scores(measure, ones, others, pairs):
    """The measure (p,) of each pair of prepared views, its first out of `ones` and its second out of `others`."""
    return np.array([measure.score(ones[one], others[other]) for one, other in pairs], float)


def shuffled_scores(measure, whole, pairs, n, permutations, seed):
    """The measure (permutations, p) of each pair with the rows of its second view in random order."""
    rng, found, second = np.random.default_rng(seed), [], {other for _, other in pairs}
    for _ in range(permutations):
        order = rng.permutation(n)
        found.append(scores(measure, whole, {name: measure.shuffle(whole[name], order) for name in second}, pairs))
    return np.array(found)


def deleted_scores(measure, options, known, pairs, n, seed):
    """The measure (deals, groups, p) of each pair without one group of images after another, dealt anew each time."""
    groups, found = min(measure.groups, n // 2), []
    for deal in range(-(-DEGREES // (groups - 1))):
        dealt = dealt_groups(np.arange(n), groups, [deal, seed])
        for group in range(groups):
            rows = np.flatnonzero(dealt != group)
            left = {name: measure.take(B, rows) for name, B in known.items()}
            left = prepared(measure, options, left, f" without {n - len(rows)} of its rows")
            found.append(scores(measure, left, left, pairs))
    return np.reshape(found, (-1, groups, len(pairs)))


def jackknife_interval(value, deleted, span):
    """95% interval within `span`, from values (deals, g) of the measure without one of g groups of images.

    Delete-a-group jackknife (Kott, 2001): the variance of a deal is (g - 1) / g sum_j (v_j - mean)^2, the mean over
    deals is taken, and Student's t has deals x (g - 1) degrees. With two groups it is a quarter of the squared
    difference of two halves, which needs no smoothness: right wherever the variance falls as 1 / n.
    """
    deals, g = deleted.shape
    half = t.ppf(0.975, deals * (g - 1)) * np.sqrt((g - 1) * deleted.var(1).mean())
    low, high = np.clip([value - half, value + half], *span)
    return {"low": float(low), "high": float(high)}


def against_null(value, null, sign):
    """null_mean, null_high, effect and p of a value against draws of its null; what differs by rounding is the same."""
    tiny, spread = ROUNDING * np.abs([value, *null]).max(), null.std(ddof=1)
    return {
        "null_mean": float(null.mean()),
        "null_high": float(sign * np.percentile(sign * null, 95)),
        "effect": float(sign * (value - null.mean()) / spread) if spread > tiny else 0.0,
        "p": simulated_p(sign * value - tiny, sign * null),
    }
