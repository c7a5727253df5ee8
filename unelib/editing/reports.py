"""What an edit did, on purpose and by accident: by a judge of attributes, an encoder, the pixels and the truth."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from ..core.checks import choice
from ..inversion.ode import check_pixels
from ..stats.intervals import NORMAL_95, Interval, mean_interval, wilson
from ..worlds.fidelity import psnr
from .counterfactuals import against_truth
from .directions import Direction

STILL = 0.02  # change of a probability along a whole walk below which it has no direction


@dataclass(frozen=True, eq=False)
class EditReport:
    """What an edit did to n images, each number by image; the properties are means over them.

    Flips are over the images that lacked the target, all else over all n: those that had it were pushed too. Where the
    two are set against each other, take `report[report.lacked]`, in which both are of the same images.

    attributes    names (a) that the judge knows; `target` is the one aimed at, `sign` -1 if it was to go
    before, after (n, a) the judge's probabilities
    likeness      (n,) cosine of the encoder's embeddings before and after, centred by the mean before, so that
                  unrelated images have about 0: a number that depends on the other images a little; None without an
                  encoder or with one image
    psnrs         (n,) PSNR in dB between before and after
    truth         columns of `counterfactuals.against_truth`; None where the counterfactual is not known
    """

    attributes: list
    target: str
    sign: int
    before: np.ndarray
    after: np.ndarray
    likeness: np.ndarray | None
    psnrs: np.ndarray
    truth: dict | None

    def __getitem__(self, rows):
        """The report of some of the images; `likeness` stays centred by the mean of all."""
        likeness = None if self.likeness is None else self.likeness[rows]
        truth = None if self.truth is None else {name: values[rows] for name, values in self.truth.items()}
        numbers = {"before": self.before[rows], "after": self.after[rows], "psnrs": self.psnrs[rows]}
        return replace(self, **numbers, likeness=likeness, truth=truth)

    @property
    def aimed(self):
        """Which of the attributes is the target, (a,) bool."""
        return np.array(self.attributes) == self.target

    @property
    def turned(self):
        """Verdicts that turned, (n, a) bool."""
        return (self.before > 0.5) != (self.after > 0.5)

    @property
    def lacked(self):
        """Which images (n,) lacked the target, or had it, for an edit with sign -1."""
        return ((self.before[:, self.aimed] > 0.5) == (self.sign < 0)).any(1)

    @property
    def lacking(self):
        """How many images lacked the target."""
        return int(self.lacked.sum())

    @property
    def flipped(self):
        """Whether the target turned (n,), 0 or 1; NaN in an image that did not lack it."""
        return np.where(self.lacked, self.turned[:, self.aimed].any(1), np.nan)

    @property
    def flip_interval(self):
        """`Interval` (Wilson) of the share of images that lacked the target and have it after; NaN if none did."""
        return Interval(*share_interval(int(np.nansum(self.flipped)), self.lacking))

    @property
    def target_flips(self):
        """Share of the images that lacked the target and have it after."""
        return self.flip_interval.value

    @property
    def flips_low(self):
        """The low end of the 95% interval of `target_flips`."""
        return self.flip_interval.low

    @property
    def flips_high(self):
        """The high end of the 95% interval of `target_flips`."""
        return self.flip_interval.high

    @property
    def others_turned(self):
        """How many verdicts on other attributes turned, (n,)."""
        return self.turned[:, ~self.aimed].sum(1)

    @property
    def off_target(self):
        """Mean of `others_turned` over all images."""
        return mean_known(self.others_turned)

    @property
    def drift(self):
        """Mean absolute change of the other attributes' probabilities, (n,)."""
        return np.abs(self.after - self.before)[:, ~self.aimed].mean(1)

    @property
    def identity(self):
        """Mean `likeness`, or None."""
        return None if self.likeness is None else mean_known(self.likeness)

    @property
    def psnr(self):
        """Mean PSNR in dB."""
        return mean_known(self.psnrs)

    @property
    def table(self):
        """DataFrame by attribute: mean probability `before`, `after`, `change`; `flips`, share of verdicts turned."""
        change = (self.after - self.before).mean(0)
        columns = {"before": self.before.mean(0), "after": self.after.mean(0), "change": change}
        columns |= {"flips": self.turned.mean(0), "target": self.aimed}
        return pd.DataFrame(columns, self.attributes)

    @property
    def summary(self):
        """Means without the table, as a dict; "± 95 %" is of "off target". What the truth tells comes in medians."""
        known = {"target flips": self.target_flips, "low": self.flips_low, "high": self.flips_high, "of": self.lacking}
        known |= {"off target": self.off_target, "± 95 %": half_width(self.others_turned)}
        known |= {"drift": mean_known(self.drift)}
        known |= {"identity": self.identity, "PSNR, dB": self.psnr}
        names = {"psnr_outside": "PSNR outside", "ssim_outside": "SSIM outside", "to_truth": "to truth"}
        truth = {} if self.truth is None else {names[name]: median_known(x) for name, x in self.truth.items()}
        return known | truth


def score_edit(before, after, target, judge, encoder=None, sign=None, truth=None):
    """An `EditReport` of images before and after, both (n, h, w, 3) uint8, by a judge that made no direction.

    target  the attribute aimed at, and then sign 1 if it was to appear, the default, or -1 if it was to go; or the
            `Direction` that was followed, which says both by its name and its own sign
    truth   the images' `counterfactuals.Counterfactual` for the same target and sign, where it is known
    Raises ValueError on a target that the judge does not know, another sign than the direction's or the truth's, other
    pictures than these, none at all, and pictures of different shapes.
    """
    target, sign = aim_of(target, sign)
    before, after = check_pixels(before), check_pixels(after)
    if target not in judge.attributes:
        raise ValueError(f"{judge.name} cannot judge {target!r}; it knows {judge.attributes}")
    if truth is not None and (truth.target, truth.sign) != (target, sign):
        raise ValueError(
            f"the counterfactual is of {truth.target!r} with sign {truth.sign}, the edit of {target!r} with sign {sign}"
        )
    if before.shape != after.shape:
        raise ValueError(f"images before and after differ in shape: {before.shape} and {after.shape}")
    if truth is not None and truth.real.shape != before.shape:
        raise ValueError(
            f"the counterfactual has shape {truth.real.shape}, the images {before.shape}; draw as many, of that size"
        )
    return EditReport(
        list(judge.attributes),
        target,
        sign,
        judge.probabilities(before),
        judge.probabilities(after),
        None if encoder is None or len(before) < 2 else likeness(encoder, before, after),
        psnr(before, after),
        None if truth is None else against_truth(before, after, truth),
    )


def aim_of(target, sign):
    """The attribute that an edit aims at and its sign, by a name or a `Direction`; ValueError if they differ."""
    if isinstance(target, Direction):
        if sign not in (None, target.sign):
            raise ValueError(f"sign is {sign!r}, and {target.name} has {target.sign}; leave it out, or aim it first")
        return target.name, target.sign
    return target, choice(1 if sign is None else sign, (1, -1), "sign")


def likeness(encoder, before, after):
    """Cosines (n,) of the embeddings of images before and after, both centred by the mean before."""
    A, B = encoder.embed(before), encoder.embed(after)
    return row_cosines(A - A.mean(0), B - A.mean(0))


def monotonicity(probabilities, sign=1):
    """How much of what a probability moves along a walk is forward, (n,): 1 is monotone, 0 all the wrong way.

    probabilities (s, n) by rising strength; forward is up, or down with sign -1. Movement to and fro alike gives 0.5;
    NaN where all steps together move it by less than `STILL`.

    >>> monotonicity(np.array([[0.1, 0.1], [0.5, 0.5], [0.9, 0.1]])).tolist()
    [1.0, 0.5]
    """
    moved = sign * np.diff(probabilities, axis=0)
    total = np.abs(moved).sum(0)
    return np.where(total < STILL, np.nan, np.maximum(moved, 0).sum(0) / np.maximum(total, STILL))


def pooled_flips(reports):
    """Target flips over several targets: a DataFrame, a row a direction.

    reports  {(target, direction): `EditReport`}, all of the same images
    Columns: target flips of all images that lacked a target, low and high (95 %, images drawn with return, so that one
    that lacked several targets counts once; Wilson's by images where all turned or none), of, off target and, where an
    encoder measured it, identity (means over the same images and targets).
    Raises ValueError on reports of different numbers of images.
    """
    rows, sizes = {}, {key: len(report.before) for key, report in reports.items()}
    if len(set(sizes.values())) > 1:
        raise ValueError(f"reports are of {sizes} images; score the same images for all")
    for name in dict.fromkeys(name for _, name in reports):
        parts = [report for (_, other), report in reports.items() if other == name]
        found = flip_interval(np.stack([report.flipped for report in parts]))
        rows[name] = {"target flips": found.value, "low": found.low, "high": found.high}
        rows[name] |= {"of": sum(report.lacking for report in parts)}
        lacking = [report[report.lacked] for report in parts]
        rows[name] |= {"off target": mean_known(np.concatenate([r.others_turned for r in lacking]).astype(float))}
        if all(report.likeness is not None for report in parts):
            rows[name] |= {"identity": mean_known(np.concatenate([r.likeness for r in lacking]))}
    return pd.DataFrame.from_dict(rows, orient="index")


def flip_interval(flipped):
    """`Interval` of the share of flips (t, n), NaN where nothing was asked, over images; some width for 0 and 1."""
    found, images = mean_interval(flipped), int(np.isfinite(flipped).any(0).sum())
    if found.value in (0, 1):
        found = Interval(*share_interval(round(found.value * images), images))
    return found


def share_interval(count, n):
    """count / n and Wilson's 95% interval of it; NaN three times if n is 0."""
    if n == 0:
        return float("nan"), float("nan"), float("nan")
    return count / n, *wilson(count, n)


def half_width(values):
    """Half of the normal 95% interval of the mean of values (n,); NaN of one alone, which does not vary."""
    return float(NORMAL_95 * np.std(values, ddof=1) / np.sqrt(len(values))) if len(values) > 1 else float("nan")


def mean_known(values):
    """Mean of the values that are not NaN; NaN of none."""
    return float(np.mean(values, where=np.isfinite(values))) if np.isfinite(values).any() else float("nan")


def median_known(values):
    """Their median likewise: ratios and decibels have long tails."""
    return float(np.nanmedian(values)) if np.isfinite(values).any() else float("nan")


def row_cosines(A, B):
    """Cosine (n,) between the rows of A and B (n, d)."""
    return (A * B).sum(1) / np.maximum(np.linalg.norm(A, axis=1) * np.linalg.norm(B, axis=1), 1e-12)
