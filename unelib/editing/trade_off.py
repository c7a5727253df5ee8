"""Target against drift: what a method of editing achieves at every strength, and what it changes beside that.

At one strength methods cannot be compared, since their strengths mean different things; along their curves they can.
The area under a curve is the mean share of targets met over all amounts of drift up to a limit. Both are means over the
images that lacked the target: of the others nothing was asked.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..core.checks import choice, finite_list, share
from ..models.contracts import EncoderLike, JudgeLike
from ..stats.intervals import RESAMPLES, Interval, percentiles
from ..stats.roc import drawn_counts
from .counterfactuals import Counterfactual
from .reports import EditReport, monotonicity, score_edit


@dataclass(frozen=True, eq=False)
class Curve:
    """One method's edits of n images towards one target, at rising strengths.

    strengths  (s,) by rising size; all negative for a method that walks backwards
    met        (s, n) whether the target was met, 0 or 1; NaN in images that did not lack it
    drift      (s, n) what else changed: `EditReport.drift`
    monotone   (n,) `reports.monotonicity` of the target's probability, from the unedited image on; NaN as in `met`
    """

    strengths: NDArray[np.float64]
    met: NDArray[np.float64]
    drift: NDArray[np.float64]
    monotone: NDArray[np.float64]

    @property
    def points(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Mean drift and share met, each (s + 1,), over the images that lacked the target; no edit, (0, 0), first."""
        drift, met = mean_points(self, np.ones((1, self.met.shape[1])))
        return drift[0], met[0]


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
    return Curve(np.array(strengths), met, drift, monotone)


def of_one_edit(first, other):
    """Whether two reports are of one target, one sign and the same images before, by the judge's verdicts on them."""
    same = (first.target, first.sign, first.attributes) == (other.target, other.sign, other.attributes)
    return same and np.array_equal(first.before > 0.5, other.before > 0.5)


def mean_points(curve, counts):
    """Mean drift and share met, each (r, s + 1), in r samples that hold image i of n `counts[j, i]` times, (r, n).

    Over the images that lacked the target, from no edit, (0, 0), on; the rest is NaN where a sample has none of them.
    """
    lacked = np.isfinite(curve.met[0])
    weights = counts[:, lacked]
    total = weights.sum(1, keepdims=True)
    shares = np.divide(weights, total, out=np.full(weights.shape, np.nan), where=total > 0)
    means = [shares @ x[:, lacked].T for x in (curve.drift, curve.met)]
    return [np.pad(mean if lacked.any() else np.full_like(mean, np.nan), ((0, 0), (1, 0))) for mean in means]


def area(curve, limit, rows=None):
    """Mean share met over drifts from 0 to `limit`: the area under the curve, in 0..1; NaN if nobody lacked the target.

    At every drift the best counts that is met with no more of it, whichever strength that takes, and beyond the largest
    drift the curve goes on level: nobody is obliged to edit further. Between two points it is straight, which is what
    editing a part of the images with the one strength and the rest with the other achieves. The best of several shares
    that differ by chance alone is too good: take equally many strengths for methods that are compared.

    limit  of drift, above 0
    rows   (m,) numbers of images, which may repeat; all by default

    >>> steps = Curve(np.array([1.0]), np.array([[1.0]]), np.array([[0.1]]), np.array([1.0]))
    >>> round(area(steps, 0.2), 3)
    0.75
    """
    n = curve.met.shape[1]
    counts = np.bincount(np.arange(n) if rows is None else np.asarray(rows, int), minlength=n)
    return float(area_under(*mean_points(curve, counts[None].astype(float)), share(limit, "limit"))[0])


def area_under(drift, met, limit):
    """Areas (r,) under curves (r, s + 1) of points in any order, made to rise, from 0 to `limit` and divided by it."""
    order = np.argsort(drift, axis=1, kind="stable")
    x = np.take_along_axis(drift, order, 1)
    y = np.maximum.accumulate(np.take_along_axis(met, order, 1), axis=1)
    reached = np.minimum(x, limit)
    width, step = np.diff(reached), np.diff(x)
    inside = np.divide(width, step, out=np.zeros_like(width), where=step > 0)  # share of a piece before the limit
    pieces = width * (y[:, :-1] + np.diff(y) * inside / 2)
    return (pieces.sum(1) + (limit - reached[:, -1]) * y[:, -1]) / limit


def areas(curves: Mapping[str, Mapping[str, Curve]], limit: float, reference: str | None = None) -> pd.DataFrame:
    """DataFrame by method of areas under trade-off curves, means over targets, with 95 % intervals over images.

    curves     {method: {target: `Curve`}}, all of the same images; targets that nobody lacked are left out
    limit      of drift
    reference  a method that the others are compared with: `gain` over it with its own interval, images drawn alike
    Images are drawn with return, whole, for all methods and targets at once. Directions, strengths and targets are as
    they are: the intervals say nothing of others. They hold where shares rise along the walk, and lie too high where
    they go up and down by chance (see `area`).
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
    """Mean areas (r,) over the targets of one method, in samples as in `mean_points`.

    A target that nobody in a sample lacked is left out there; NaN if that leaves none.
    """
    found = np.stack([area_under(*mean_points(curve, counts), limit) for curve in curves.values()])
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
             with the target's sign, returns the pictures (s, m, h, w, 3) of images `rows` (m,) after the edits
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
    judged = judge.probabilities(before) > 0.5
    found: dict[str, dict[str, dict[float, EditReport]]] = {name: {} for name in methods}
    for target, sign in targets.items():
        rows = np.flatnonzero(judged[:, judge.attributes.index(target)] == (sign < 0))
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
