"""What a measure of likeness says of views: its value, an interval over images, and what unrelated rows would give."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy.stats import t

from ..stats.groups import dealt_groups
from ..stats.p_values import simulated_p

DEGREES = 19  # of freedom that an interval's spread has at least
ROUNDING = 1e-9  # share of the largest of some numbers below which two of them are the same


def take_rows(B, rows):
    """The rows named, in their order."""
    return B[rows]


def zero_to_one(**options):
    """The range of most measures."""
    return 0.0, 1.0


def any_rows(**options):
    """Most measures have an interval however few the rows."""
    return 0


class Measure(NamedTuple):
    """What is made of each view once, and what is done with that for every pair, shuffle and group left out.

    known    (X (n, d), name, **options) -> what is known of the rows, out of which rows can be taken; checks options
    prepare  (known, name, **options) -> what is compared
    score    (prepared, prepared) -> number
    take     (known, row numbers) -> known of those rows alone
    shuffle  (prepared, order) -> prepared of the rows in that order
    span     (**options) -> least and largest value
    least    (**options) -> rows from which there is an interval
    groups   into how many groups images are dealt for the interval, see `jackknife_interval`
    sign     1 if more is more alike, -1 if less is
    """

    known: Callable
    prepare: Callable
    score: Callable
    take: Callable = take_rows
    shuffle: Callable = take_rows
    span: Callable = zero_to_one
    least: Callable = any_rows
    groups: int = 20
    sign: int = 1


def against_chance(measure, options, views, pairs, permutations, seed, people=None):
    """A dict for each of `pairs` (name, name) of views {name: X (n, d)}: value, interval over images, null and p.

    people  (n,) numbers of those whose images stay together in the interval and the null; None: each image by itself
    """
    n = len(next(iter(views.values())))
    known = {name: measure.known(X, name, **options) for name, X in views.items()}
    whole = prepared(measure, options, known)
    span = measure.span(**options)
    values = np.clip(scores(measure, whole, whole, pairs), *span)
    null = measures_of_shuffled(measure, whole, pairs, n, permutations, seed, people)
    ends = [{"low": np.nan, "high": np.nan}] * len(pairs)
    if n >= measure.least(**options):
        left = deleted_scores(measure, options, known, pairs, n, seed, people)
        ends = [jackknife_interval(value, deleted, span) for value, deleted in zip(values, np.moveaxis(left, -1, 0))]
    return [
        {"value": float(value), **interval, **against_null(value, draws, measure.sign)}
        for value, interval, draws in zip(values, ends, null.T)
    ]


def prepared(measure, options, known, of=""):
    """Each view prepared, from what is known of its rows; `of` tells in errors which rows these are."""
    return {name: measure.prepare(B, f"{name}{of}", **options) for name, B in known.items()}


def scores(measure, ones, others, pairs):
    """The measure (p,) of each pair of prepared views, its first out of `ones` and its second out of `others`."""
    return np.array([measure.score(ones[one], others[other]) for one, other in pairs], float)


def measures_of_shuffled(measure, whole, pairs, n, permutations, seed, people=None):
    """The measure (permutations, p) of each pair with the rows, or people, of its second view in random order."""
    rng, found, second = np.random.default_rng(seed), [], {other for _, other in pairs}
    for _ in range(permutations):
        order = rng.permutation(n) if people is None else shuffled_people(people, rng)
        found.append(scores(measure, whole, {name: measure.shuffle(whole[name], order) for name in second}, pairs))
    return np.array(found)


def shuffled_people(people, rng):
    """Row numbers (n,) of the images of others in place of each person's: of someone with as many, drawn at random.

    people (n,) holds numbers 0, 1, ...; images of one person stay together and in their order. Were people of other
    numbers of images swapped, they would be cut up: views whose rows are alike within people but unrelated were then
    rejected at 5% in a third of draws and more (40 people of 1 to 9 images). Those whose number nobody shares stay.

    >>> shuffled_people(np.array([0, 1, 0, 1, 2]), np.random.default_rng(3)).tolist()
    [1, 0, 3, 2, 4]
    """
    sizes, order = np.bincount(people), np.empty(len(people), int)
    turn = np.arange(len(sizes))
    for size in np.unique(sizes):
        turn[sizes == size] = rng.permutation(turn[sizes == size])
    order[np.argsort(people, kind="stable")] = np.argsort(np.argsort(turn)[people], kind="stable")
    return order


def deleted_scores(measure, options, known, pairs, n, seed, people=None):
    """The measure (deals, groups, p) of each pair without one group of images after another, dealt anew each time.

    A group is of whole people where these are given, and of two at least; ValueError on fewer than four.
    """
    people = np.arange(n) if people is None else people
    count = people.max() + 1
    if count < 4:
        raise ValueError(f"there are {count} groups; an interval over groups needs four at least")
    groups, found = min(measure.groups, count // 2), []
    for deal in range(-(-DEGREES // (groups - 1))):
        dealt = dealt_groups(people, groups, [deal, seed])
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
