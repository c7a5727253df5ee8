"""Target against drift: what a method of editing achieves at every strength, and what it changes beside that.

At one strength methods cannot be compared, since their strengths mean different things; by drift they can. Every image
has a least drift at which it meets the target, found between the strengths that were tried. The area is the mean share
of targets met over all amounts of drift up to a limit. All means are over the images that lacked the target: of the
others nothing was asked.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import logit

from ..core.checks import choice, finite_list, share, whole
from ..models.contracts import EncoderLike, JudgeLike
from ..models.memory import remembered
from ..stats.intervals import RESAMPLES, Interval, percentiles
from ..stats.roc import drawn_counts
from .counterfactuals import Counterfactual
from .lacking_images import images_lacking
from .reports import EditReport, monotonicity, score_edit

HALVINGS = 4
SURE = 1e-6  # probabilities are told from 0 and 1 by this much at least


@dataclass(frozen=True, eq=False)
class Curve:
    """One method's edits of n images towards one target, at rising strengths.

    strengths  (s,) by rising size; all negative for a method that walks backwards
    met        (s, n) whether the target was met, 0 or 1; NaN in images that did not lack it
    drift      (s, n) what else changed: `EditReport.drift`
    monotone   (n,) `reports.monotonicity` of the target's probability, from the unedited image on; NaN as in `met`
    odds       (s + 1, n) log odds that the target is met, from the unedited image on: above 0 where it is.
               Without them -1 and 1, so that an image turns half way between two strengths
    own        (3, r, n) strength, drift and odds of further edits, of each image with strengths of its own; NaN where
               there are none (see `refined`)
    """

    strengths: NDArray[np.float64]
    met: NDArray[np.float64]
    drift: NDArray[np.float64]
    monotone: NDArray[np.float64]
    odds: NDArray[np.float64] | None = None
    own: NDArray[np.float64] | None = None

    @property
    def least_drift(self) -> NDArray[np.float64]:
        """The least drift (n,) at which each image meets the target; inf if none does, NaN if it did not lack it."""
        return self.turns()[2]

    def walked(self):
        """Strength, drift and odds (3, s + r + 1, n) of every edit of an image, by rising size, from no edit on."""
        odds = np.pad(2 * self.met - 1, ((1, 0), (0, 0)), constant_values=-1) if self.odds is None else self.odds
        strengths, drift = np.append(0.0, self.strengths), np.pad(self.drift, ((1, 0), (0, 0)))
        found = np.stack([np.broadcast_to(strengths[:, None], drift.shape), drift, odds])
        found = found if self.own is None else np.concatenate([found, self.own], 1)
        order = np.argsort(np.abs(found[0]), axis=0, kind="stable")  # what was not tried, NaN, comes last
        return np.take_along_axis(found, order[None], 1)

    def turns(self):
        """Strengths (n,) between which each image meets the target at the least drift, and that drift.

        Between the two drift and odds are taken for straight lines. NaN strengths where no image turns.
        """
        strength, drift, odds = self.walked()
        before, after = odds[:-1], odds[1:]
        turns = (before <= 0) & (after > 0)
        along = np.divide(before, before - after, out=np.zeros_like(after), where=turns)
        reached = np.where(turns, drift[:-1] + along * np.diff(drift, axis=0), np.inf)
        best, lacked = reached.argmin(0)[None], np.isfinite(self.met[0])
        low, high, least = (np.take_along_axis(x, best, 0)[0] for x in (strength[:-1], strength[1:], reached))
        turned = np.isfinite(least) & lacked
        return np.where(turned, low, np.nan), np.where(turned, high, np.nan), np.where(lacked, least, np.nan)

    def share_met(self, drift: NDArray[np.float64]) -> NDArray[np.float64]:
        """Share (m,) of the images that lacked the target which meet it with no more than each drift (m,).

        It rises from no drift on, and `area` is its mean up to the limit; NaN if nobody lacked the target.
        """
        least = self.least_drift[np.isfinite(self.met[0])]
        if not len(least):
            return np.full(np.shape(drift), np.nan)
        return np.searchsorted(np.sort(least), drift, side="right") / len(least)


def curve(reports: Mapping[float, EditReport]) -> Curve:
    """The `Curve` of {strength: `EditReport`}, all of one target and the same images before, by rising strength.

    Raises ValueError without reports, on reports of several targets or images, and on strengths to both sides of 0.
    """
    if not reports:
        raise ValueError("there are no reports; score the edit at one strength at least")
    strengths = sorted(reports, key=abs)
    if min(strengths) < 0 < max(strengths):
        raise ValueError(f"strengths {min(strengths)} and {max(strengths)} lead opposite ways; make a curve of each")
    first, ordered = reports[strengths[0]], [reports[s] for s in strengths]
    if not all(of_one_edit(first, report) for report in ordered):
        raise ValueError("the reports are not of one target, one sign and the same images before; make a curve of each")
    walked = np.concatenate([r[:, first.aimed].T for r in (first.before, *(r.after for r in ordered))])
    met, drift = (np.stack([getattr(r, name) for r in ordered]) for name in ("flipped", "drift"))
    monotone = np.where(first.lacked, monotonicity(walked, first.sign), np.nan)
    odds = odds_for(walked, first.sign)
    return Curve(np.array(strengths), met, drift, monotone, odds)


def odds_for(probabilities, sign):
    """Log odds that an attribute is there, or for a sign of -1 that it is not, from its probabilities."""
    return sign * logit(np.clip(np.asarray(probabilities, float), SURE, 1 - SURE))


def refined(
    reports: Mapping[str, Mapping[str, Mapping[float, EditReport]]],
    methods: Mapping[str, tuple[Sequence[float], Callable[..., NDArray[np.uint8]]]],
    before: NDArray[np.uint8],
    targets: Mapping[str, int],
    judge: JudgeLike,
    halvings: int = HALVINGS,
) -> dict[str, dict[str, Curve]]:
    """Curves of what `edited` found, each image's turn looked for between the strengths that were tried.

    Where an image meets the target at one strength and not at the one before, the half way between is tried, then the
    half of that: so areas depend little on which strengths were.

    reports   {method: {target: {strength: `EditReport`}}}, from `edited`, which the other arguments were given to
    halvings  of the strengths between which an image turns, 0 for none: every one makes a picture of each such image
    Raises ValueError on halvings that are no whole number from 0 on, and as `curve`.
    """
    if not whole(halvings, 0):
        raise ValueError(f"halvings is {halvings!r}; it must be a whole number, 0 or above")
    found: dict[str, dict[str, Curve]] = {}
    judge = remembered(judge)
    for name, by in reports.items():
        make, found[name] = methods[name][1], {}
        for target, made in by.items():
            part = curve(made)
            for _ in range(halvings):
                part = halved(part, make, before, target, targets[target], judge)
            found[name][target] = part
    return found


def halved(found, make, before, target, sign, judge):
    """A `Curve` with one edit more of each image that turns, half way between the strengths where it does."""
    low, high, _ = found.turns()
    middle = (low + high) / 2
    rows = np.flatnonzero(np.isfinite(middle))
    if not len(rows):
        return found
    after = make(target, rows, sign * middle[None, rows])[0]
    report = score_edit(before[rows], after, target, judge, sign=sign)
    own = np.full((3, 1, len(middle)), np.nan)
    own[:, 0, rows] = middle[rows], report.drift, odds_for(report.after[:, report.aimed][:, 0], sign)
    return replace(found, own=own if found.own is None else np.concatenate([found.own, own], 1))


def of_one_edit(first, other):
    """Whether two reports are of one target, one sign and the same images before, by the judge's verdicts on them."""
    same = (first.target, first.sign, first.attributes) == (other.target, other.sign, other.attributes)
    return same and np.array_equal(first.before > 0.5, other.before > 0.5)


def area(curve, limit, rows=None):
    """Mean share met over drifts from 0 to `limit`, in 0..1; NaN if nobody lacked the target.

    At every drift an image counts that meets the target with no more of it, whichever strength that takes: nobody is
    obliged to edit further. So an image with `Curve.least_drift` x adds 1 - x / limit, and nothing beyond the limit.
    Where odds go up and down by chance the least of several drifts is too good: take equally many strengths for methods
    that are compared.

    limit  of drift, above 0
    rows   (m,) numbers of images, which may repeat; all by default

    >>> steps = Curve(np.array([1.0]), np.array([[1.0]]), np.array([[0.1]]), np.array([1.0]))
    >>> round(area(steps, 0.2), 3)
    0.75
    """
    n = curve.met.shape[1]
    counts = np.bincount(np.arange(n) if rows is None else np.asarray(rows, int), minlength=n)
    return float(sampled_areas(curve, share(limit, "limit"), counts[None].astype(float))[0])


def sampled_areas(curve, limit, counts):
    """Areas (r,) in r samples that hold image i of n `counts[j, i]` times, (r, n); NaN where none lacked the target."""
    lacked = np.isfinite(curve.met[0])
    weights, shares = counts[:, lacked], 1 - np.minimum(curve.least_drift[lacked], limit) / limit
    total = weights.sum(1)
    return np.divide(weights @ shares, total, out=np.full(len(counts), np.nan), where=total > 0)


def areas(curves: Mapping[str, Mapping[str, Curve]], limit: float, reference: str | None = None) -> pd.DataFrame:
    """DataFrame by method of areas under trade-off curves, means over targets, with 95 % intervals over images.

    curves     {method: {target: `Curve`}}, all of the same images; targets that nobody lacked are left out
    limit      of drift
    reference  a method that the others are compared with: `gain` over it with its own interval, images drawn alike
    Images are drawn with return, whole, for all methods and targets at once. Directions, strengths and targets are as
    they are: the intervals say nothing of others. They hold where odds rise along the walk, and lie too high where they
    go up and down by chance (see `area`).
    Raises ValueError without curves, on curves of different numbers of images, an unknown reference and a limit that is
    not above 0.
    """
    n = images_of(curves)
    limit = share(limit, "limit")
    if reference is not None:
        choice(reference, curves, "reference")
    everyone, counts = np.ones((1, n)), drawn_counts(np.arange(n), RESAMPLES, np.random.default_rng(0)).T
    found = {name: mean_areas(parts, limit, everyone)[0] for name, parts in curves.items()}
    drawn = {name: mean_areas(parts, limit, counts) for name, parts in curves.items()}
    rows = {name: Interval(found[name], *percentiles(drawn[name]).values()) for name in curves}
    table = pd.DataFrame(list(rows.values()), list(rows), ["area", "low", "high"])
    if reference is None:
        return table
    gaps = {name: percentiles(draws - drawn[reference]) for name, draws in drawn.items()}
    gains = pd.DataFrame.from_dict(gaps, orient="index").add_prefix("gain_")
    return table.assign(gain=table.area - table.area[reference]).join(gains)


def images_of(curves):
    """The number of images that all curves of {method: {target: `Curve`}} are of."""
    numbers = sorted({part.met.shape[1] for parts in curves.values() for part in parts.values()})
    if not numbers or not all(curves.values()):
        raise ValueError("a method has no curves; give {method: {target: Curve}} with one target at least")
    if len(numbers) > 1:
        raise ValueError(f"the curves are of {' and '.join(map(str, numbers))} images; score the same images for all")
    return numbers[0]


def mean_areas(curves, limit, counts):
    """Mean areas (r,) over the targets of one method, in samples as in `sampled_areas`.

    A target that nobody in a sample lacked is left out there; NaN if that leaves none.
    """
    found = np.stack([sampled_areas(curve, limit, counts) for curve in curves.values()])
    known = np.isfinite(found)
    return np.divide(np.nansum(found, 0), known.sum(0), out=np.full(found.shape[1], np.nan), where=known.any(0))


def edited(
    methods: Mapping[str, tuple[Sequence[float], Callable[..., NDArray[np.uint8]]]],
    before: NDArray[np.uint8],
    targets: Mapping[str, int],
    judge: JudgeLike,
    encoder: EncoderLike | None = None,
    truths: Mapping[str, Counterfactual | None] | None = None,
) -> dict[str, dict[str, dict[float, EditReport]]]:
    """What methods do to the images that lack a target: {method: {target: {strength: `EditReport`}}}.

    methods  {name: (strengths, make)}; strengths are positive, and make(target, rows, strengths), which is given them
             with the target's sign, returns the pictures (s, m, h, w, 3) of images `rows` (m,) after the edits.
             `refined` gives each image a strength of its own, (1, m): `walk` and its like take either
    before   (n, h, w, 3) uint8; images that do not lack the target stay as they are, so every report is of all images
    targets  {attribute: 1 if it is to appear, -1 if it is to go}
    truths   {attribute: `counterfactuals.Counterfactual` or None}
    Raises ValueError, before anything is made, for targets that the judge does not know and strengths not above 0.
    """
    for target in targets:
        choice(target, judge.attributes, "target")
    for name, (strengths, _) in methods.items():
        if not (finite_list(strengths, f"strengths of {name}") > 0).all():
            raise ValueError(f"strengths of {name} are {strengths}; give sizes above 0, targets have the signs")
    judge, encoder = remembered(judge), remembered(encoder)  # pictures that stay are looked at once
    lacking = images_lacking(targets, judge.probabilities(before), judge.attributes)
    found: dict[str, dict[str, dict[float, EditReport]]] = {name: {} for name in methods}
    for target, sign in targets.items():
        rows = np.flatnonzero(lacking[target])
        truth = None if truths is None else truths[target]
        for name, (strengths, make) in methods.items():
            walked = np.repeat(before[None], len(strengths), 0)
            if len(rows):
                walked[:, rows] = make(target, rows, [sign * strength for strength in strengths])
            found[name][target] = {
                strength: score_edit(before, after, target, judge, encoder, sign, truth)
                for strength, after in zip(strengths, walked)
            }
    return found
