"""Target against drift: what a method of editing achieves at every strength, and what it changes beside that.

At one strength methods cannot be compared, since their strengths mean different things; along their curves they can.
The area under a curve is the mean share of targets met over all amounts of drift up to a limit.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from .check import share
from .interval import RESAMPLES, Interval
from .roc import percentiles
from .scoring import monotonicity


@dataclass(frozen=True)
class Curve:
    """One method's edits of n images towards one target, at rising strengths.

    strengths  (s,)
    met        (s, n) whether the target was met, 0 or 1; NaN in images that did not lack it
    drift      (s, n) what else changed: `EditReport.drift`
    monotone   (n,) `scoring.monotonicity` of the target's probability, from the unedited image on
    """

    strengths: np.ndarray
    met: np.ndarray
    drift: np.ndarray
    monotone: np.ndarray

    @property
    def points(self):
        """Mean drift and share met (s + 1,) over the images that lacked the target, from no edit on."""
        return mean_points(self, np.arange(self.met.shape[1]))


def curve(reports):
    """The `Curve` of {strength: `EditReport`}, all of one target and the same images before, by rising strength."""
    if not reports:
        raise ValueError("there are no reports; score the edit at one strength at least")
    strengths = sorted(reports, key=abs)
    ordered = [reports[s] for s in strengths]
    walked = np.stack([r.after[:, r.aimed][:, 0] for r in ordered])
    walked = np.concatenate([ordered[0].before[:, ordered[0].aimed].T, walked])
    met, drift = (np.stack([getattr(r, name) for r in ordered]) for name in ("flipped", "drift"))
    monotone = np.where(ordered[0].lacked, monotonicity(walked, ordered[0].sign), np.nan)
    return Curve(np.array(strengths), met, drift, monotone)


def mean_points(curve, rows):
    """Drift and share met (s + 1,) over some images, those that lacked the target; both start from 0."""
    rows = rows[np.isfinite(curve.met[0, rows])]
    means = [x[:, rows].mean(1) if len(rows) else np.full(len(x), np.nan) for x in (curve.drift, curve.met)]
    return [np.concatenate([[0.0], mean]) for mean in means]


def area(curve, limit, rows=None):
    """Mean share met over drifts from 0 to `limit`: the area under the curve, in 0..1; NaN if nobody lacked the target.

    Where more strength brings less, or less drift, the best so far is kept, and beyond its last strength the curve goes
    on level: nobody is obliged to edit further.

    >>> steps = Curve(np.array([1.0]), np.array([[1.0]]), np.array([[0.1]]), np.array([1.0]))
    >>> round(area(steps, 0.2), 3)
    0.75
    """
    share(limit, "limit")
    drift, met = mean_points(curve, np.arange(curve.met.shape[1]) if rows is None else rows)
    if np.isnan(met).any():
        return float("nan")
    drift, met = np.maximum.accumulate(drift), np.maximum.accumulate(met)
    grid = np.linspace(0, limit, 201)
    return float(np.trapezoid(np.interp(grid, drift, met), grid) / limit)


def areas(curves, limit, reference=None):
    """DataFrame by method of areas under trade-off curves, means over targets, with 95 % intervals over images.

    curves     {method: {target: `Curve`}}, all of the same images
    limit      of drift
    reference  a method that the others are compared with: `gain` over it with its own interval, images drawn alike
    """
    n = next(iter(next(iter(curves.values())).values())).met.shape[1]
    draws = np.random.default_rng(0).integers(0, n, (RESAMPLES, n))
    found = {name: mean_area(parts, limit) for name, parts in curves.items()}
    drawn = {name: np.array([mean_area(parts, limit, rows) for rows in draws]) for name, parts in curves.items()}
    table = pd.DataFrame.from_dict(
        {k: Interval(found[k], *percentiles(v).values())._asdict() for k, v in drawn.items()}, orient="index"
    ).rename(columns={"value": "area"})
    if reference is not None:
        gaps = {k: percentiles(v - drawn[reference]) for k, v in drawn.items()}
        table["gain"] = table.area - table.area[reference]
        table["gain_low"], table["gain_high"] = ([gap[end] for gap in gaps.values()] for end in ("low", "high"))
    return table


def mean_area(curves, limit, rows=None):
    """Mean area over targets of one method; targets that nobody among the rows lacked are left out."""
    return float(np.nanmean([area(curve, limit, rows) for curve in curves.values()]))
