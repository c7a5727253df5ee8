"""What a step must beat: one as long without meaning, and, at an equal effect, one that changes less beside it."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from ..linalg.direction_algebra import Direction
from ..models.contracts import GeneratorLike, JudgeLike
from ..probing.linear_probe import LinearProbe
from ..stats.intervals import Interval, mean_interval
from .directions import direction
from .reports import pooled_flips
from .trade_off import edited
from .walks import judged_changes, on_and_off_target, walk

SHORTER = 0.75  # of the strength: the second point of the line on which an equal effect is looked for


def control_directions(
    directions: Mapping[str, Direction], X: ArrayLike, labels: pd.DataFrame, seed: int = 0
) -> dict[str, dict[str, Direction]]:
    """Directions without meaning whose steps are as long as those of given ones.

    Parameters
    ----------
    directions : dict {attribute: Direction}
        Whose controls they are.
    X : array-like (n, d)
        The noise that the directions were learnt from.
    labels : DataFrame (n, a) of 0/1
        Its attributes.
    seed : int
        Of the random vectors and of the order of the labels.

    Returns
    -------
    dict {"random": {attribute: Direction}, "shuffled labels": {attribute: Direction}}
        Random vectors, and differences of class means from labels in shuffled order.
    """
    mixed = labels.sample(frac=1, random_state=seed).set_axis(labels.index)[list(directions)]
    probe = LinearProbe(kind="mean-difference").fit(X, mixed)
    random = {name: d.at_random(seed + i) for i, (name, d) in enumerate(directions.items())}
    return {
        "random": random,
        "shuffled labels": {name: direction(probe, name).resized(d) for name, d in directions.items()},
    }


def share_edited(
    gen: GeneratorLike,
    noise: ArrayLike,
    before: NDArray[np.uint8],
    ways: Mapping[str, Mapping[str, Direction]],
    targets: Mapping[str, int],
    strength: float,
    judge: JudgeLike,
) -> pd.DataFrame:
    """The share of images that lacked a target and have it after a step, all targets together, for several directions.

    Parameters
    ----------
    gen : Generator
        What the noise is of.
    noise : array-like (n, *latent_shape)
        Of the images.
    before : ndarray (n, h, w, 3), uint8
        The images as their noise makes them.
    ways : dict {name: {target: Direction}}
        What is compared.
    targets : dict {attribute: 1 or -1}
        To have it, or to lack it.
    strength : float
        Of the step, in standard deviations of the projection.
    judge : Judge
        Whose verdicts count.

    Returns
    -------
    DataFrame
        A row a way: the share as `value`, its 95 % interval over images `low` and `high`, and `of` so many; how many
        other verdicts changed, an image, as `off target`, `off target low` and `off target high`.

    Raises
    ------
    ValueError
        As `trade_off.edited` and `walk`.
    """
    noise = np.asarray(noise)

    def along(chosen):
        return lambda target, rows, strengths: walk(gen, noise[rows], chosen[target], strengths)

    methods = {name: ([strength], along(chosen)) for name, chosen in ways.items()}
    reports = edited(methods, before, targets, judge)
    found = {(t, name): report for name, by in reports.items() for t in targets for report in by[t].values()}
    beside = {name: others_changed([found[t, name] for t in targets]).ends for name in ways}
    ends = pd.DataFrame(beside).T.add_prefix("off target ")
    return pooled_flips(found).rename(columns={"target flips": "value"}).join(ends)


def others_changed(reports):
    """`Interval` of how many other verdicts changed in images that lacked a target, over reports of the same images."""
    counts = [np.where(report.lacked, report.others_turned, np.nan) for report in reports]
    return mean_interval(np.stack(counts))


def side_effects_less(
    gen: GeneratorLike,
    noise: ArrayLike,
    before: NDArray[np.uint8],
    plain: Mapping[str, Direction],
    other: Mapping[str, Direction],
    judge: JudgeLike,
    strength: float,
    resamples: int = 2000,
    seed: int = 0,
) -> tuple[pd.DataFrame, Interval]:
    """By how much other directions have fewer side effects than the plain ones, at the same effect.

    A shorter step has fewer side effects and less effect, and probabilities end at 1, so the two do not fall in
    proportion. The plain directions are therefore tried at `SHORTER` of the strength as well, and on the line between
    the two their side effects are taken where their effect is that of the other directions.

    Parameters
    ----------
    gen : Generator
        What the noise is of.
    noise : array-like (n, *latent_shape)
        Of the images.
    before : ndarray (n, h, w, 3), uint8
        The images as their noise makes them.
    plain, other : dict {attribute: Direction}
        Of the same attributes, with steps of the same length.
    judge : Judge
        Of effect, the change of the attribute's probability, and side effects, the mean absolute change of all others.
    strength : float
        Of the step, in standard deviations of the projection.
    resamples, seed : int
        Of the bootstrap over images.

    Returns
    -------
    table : DataFrame
        `effect` and `side effects` of the plain directions, of the others, and of the plain ones at the others' effect.
    less : Interval
        The difference in side effects for each unit of effect, with its 95 % interval over images.
    """
    names = list(plain)

    def measured(directions, size):
        changes = judged_changes(gen, noise, list(directions.values()), judge, size, before)
        return np.stack(on_and_off_target(changes, names, judge))

    full, less, short = measured(plain, strength), measured(other, strength), measured(plain, SHORTER * strength)

    def at_equal_effect(rows):
        (on, off), (on_less, off_less), (on_short, off_short) = (part[:, rows].mean(-1) for part in (full, less, short))
        side = off_short + (on_less - on_short) / (on - on_short) * (off - off_short)
        return side, (side - off_less) / on_less

    everyone = np.arange(full.shape[1])
    side, value = at_equal_effect(everyone)
    drawn = np.random.default_rng(seed).integers(0, len(everyone), (resamples, len(everyone)))
    low, high = np.percentile(at_equal_effect(drawn)[1], [2.5, 97.5])
    rows = {"plain": full.mean(1), "other": less.mean(1), "plain, at the same effect": [less[0].mean(), side]}
    return pd.DataFrame(rows, ["effect", "side effects"]).T, Interval(float(value), float(low), float(high))
