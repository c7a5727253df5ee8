"""What an edit did, on purpose and by accident: by a judge of attributes, an encoder, the pixels and the truth."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from ..core.checks import choice
from ..inversion.ode import check_pixels
from ..linalg.direction_algebra import Direction
from ..models.contracts import EncoderLike, JudgeLike
from ..stats.intervals import Interval, normal_mean_interval, rate_interval, share_interval
from ..worlds.fidelity import psnr
from .counterfactuals import Counterfactual, against_truth

STILL = 0.02  # change of a probability along a whole walk below which it has no direction


@dataclass(frozen=True, eq=False)
class EditReport:
    """What an edit did to n images, each number by image; the properties are means over them.

    Flips are over the images that lacked the target, all else over all n: those that had it were pushed too. Where the
    two are set against each other, take `report[report.lacked]`, in which both are of the same images.

    Attributes
    ----------
    attributes : list of str (a,)
        Names that the judge knows.
    target, sign : str, {1, -1}
        The attribute aimed at; -1 if it was to go.
    before, after : ndarray (n, a)
        The judge's probabilities.
    likeness : ndarray (n,) or None
        Cosine of the encoder's embeddings before and after, centred by the mean before, so that unrelated images have
        about 0: a number that depends on the other images a little; None without an encoder or with one image.
    psnrs : ndarray (n,)
        PSNR in dB between before and after.
    truth : dict or None
        Columns of `counterfactuals.against_truth`; None where the counterfactual is not known.
    """

    attributes: list[str]
    target: str
    sign: int
    before: NDArray[np.float64]
    after: NDArray[np.float64]
    likeness: NDArray[np.float64] | None
    psnrs: NDArray[np.float64]
    truth: dict[str, NDArray[np.float64]] | None

    def __getitem__(self, rows: Any) -> "EditReport":
        """The report of some of the images; `likeness` stays centred by the mean of all."""
        likeness = None if self.likeness is None else self.likeness[rows]
        truth = None if self.truth is None else {name: values[rows] for name, values in self.truth.items()}
        numbers = {"before": self.before[rows], "after": self.after[rows], "psnrs": self.psnrs[rows]}
        return replace(self, **numbers, likeness=likeness, truth=truth)

    @property
    def aimed(self) -> NDArray[np.bool_]:
        """Which of the attributes is the target, (a,) bool."""
        return np.array(self.attributes) == self.target

    @property
    def turned(self) -> NDArray[np.bool_]:
        """Verdicts that turned, (n, a) bool."""
        return (self.before > 0.5) != (self.after > 0.5)

    @property
    def lacked(self) -> NDArray[np.bool_]:
        """Which images (n,) lacked the target, or had it, for an edit with sign -1."""
        return ((self.before[:, self.aimed] > 0.5) == (self.sign < 0)).any(1)

    @property
    def lacking(self) -> int:
        """How many images lacked the target."""
        return int(self.lacked.sum())

    @property
    def flipped(self) -> NDArray[np.float64]:
        """Whether the target turned (n,), 0 or 1; NaN in an image that did not lack it."""
        return np.where(self.lacked, self.turned[:, self.aimed].any(1), np.nan)

    @property
    def flip_interval(self) -> Interval:
        """`Interval` (Wilson) of the share of images that lacked the target and have it after; NaN if none did."""
        return share_interval(int(np.nansum(self.flipped)), self.lacking)

    @property
    def target_flips(self) -> float:
        """Share of the images that lacked the target and have it after."""
        return self.flip_interval.value

    @property
    def flips_low(self) -> float:
        """The low end of the 95% interval of `target_flips`."""
        return self.flip_interval.low

    @property
    def flips_high(self) -> float:
        """The high end of the 95% interval of `target_flips`."""
        return self.flip_interval.high

    @property
    def others_turned(self) -> NDArray[np.int_]:
        """How many verdicts on other attributes turned, (n,)."""
        return self.turned[:, ~self.aimed].sum(1)

    @property
    def off_target(self) -> float:
        """Mean of `others_turned` over all images."""
        return mean_known(self.others_turned)

    @property
    def drift(self) -> NDArray[np.float64]:
        """Mean absolute change of the other attributes' probabilities, (n,)."""
        return np.abs(self.after - self.before)[:, ~self.aimed].mean(1)

    @property
    def identity(self) -> float | None:
        """Mean `likeness`, or None."""
        return None if self.likeness is None else mean_known(self.likeness)

    @property
    def psnr(self) -> float:
        """Mean PSNR in dB."""
        return mean_known(self.psnrs)

    @property
    def table(self) -> pd.DataFrame:
        """DataFrame by attribute: mean probability `before`, `after`, `change`; `flips`, share of verdicts turned."""
        change = (self.after - self.before).mean(0)
        columns = {"before": self.before.mean(0), "after": self.after.mean(0), "change": change}
        columns |= {"flips": self.turned.mean(0), "target": self.aimed}
        return pd.DataFrame(columns, self.attributes)

    @property
    def summary(self) -> dict[str, Any]:
        """Means without the table, as a dict; "± 95 %" is of "off target". What the truth tells comes in medians."""
        turned = normal_mean_interval(self.others_turned)
        known: dict[str, Any] = {
            "target flips": self.target_flips,
            "low": self.flips_low,
            "high": self.flips_high,
            "of": self.lacking,
        }
        known |= {"off target": self.off_target, "± 95 %": turned.high - turned.value}
        known |= {"drift": mean_known(self.drift)}
        known |= {"identity": self.identity, "PSNR, dB": self.psnr}
        names = {"psnr_outside": "PSNR outside", "ssim_outside": "SSIM outside", "to_truth": "to truth"}
        truth = {} if self.truth is None else {names[name]: median_known(x) for name, x in self.truth.items()}
        return known | truth


def score_edit(
    before: ArrayLike,
    after: ArrayLike,
    target: str | Direction,
    judge: JudgeLike,
    encoder: EncoderLike | None = None,
    sign: int | None = None,
    truth: Counterfactual | None = None,
) -> EditReport:
    """What an edit did, by a judge that made no direction.

    Parameters
    ----------
    before, after : array-like (n, h, w, 3), uint8
        Images.
    target : str or Direction
        The attribute aimed at; or the direction that was followed, whose name and sign say what it aimed at.
    judge : JudgeLike
        Who says what changed.
    encoder : EncoderLike, optional
        By which identity is measured.
    sign : {1, -1}, optional
        Of a target that is a name: 1 if it was to appear, the default, -1 if it was to go.
    truth : Counterfactual, optional
        The same images as a perfect edit would have made them, for the same target and sign, where it is known.

    Returns
    -------
    EditReport
        Flips of the target, changes of all else, identity, PSNR, and the distance to the truth.

    Raises
    ------
    ValueError
        On a target that the judge does not know, another sign than the direction's or the truth's, other pictures than
        these, none at all, and pictures of different shapes.

    Examples
    --------
    >>> from unelib import load_images, load_judge
    >>> pixels = load_images("drawn-faces", n=4).pixels
    >>> report = score_edit(pixels, pixels[::-1], "Smiling", load_judge("drawn-judge"))
    >>> report.table.shape, len(report.psnrs)
    ((24, 5), 4)
    """
    name, aim = aim_of(target, sign)
    old, new = check_pixels(before), check_pixels(after)
    if name not in judge.attributes:
        raise ValueError(f"{judge.name} cannot judge {name!r}; it knows {judge.attributes}")
    if truth is not None and (truth.target, truth.sign) != (name, aim):
        raise ValueError(
            f"the counterfactual is of {truth.target!r} with sign {truth.sign}, the edit of {name!r} with sign {aim}"
        )
    if old.shape != new.shape:
        raise ValueError(f"images before and after differ in shape: {old.shape} and {new.shape}")
    if truth is not None and truth.real.shape != old.shape:
        raise ValueError(
            f"the counterfactual has shape {truth.real.shape}, the images {old.shape}; draw as many, of that size"
        )
    return EditReport(
        list(judge.attributes),
        name,
        aim,
        judge.probabilities(old),
        judge.probabilities(new),
        None if encoder is None or len(old) < 2 else likeness(encoder, old, new),
        psnr(old, new),
        None if truth is None else against_truth(old, new, truth),
    )


def aim_of(target, sign):
    """The attribute that an edit aims at and its sign, by a name or a `Direction`; ValueError if they differ."""
    if isinstance(target, Direction):
        if sign not in (None, target.sign):
            raise ValueError(f"sign is {sign!r}, and {target.name} has {target.sign}; leave it out, or aim it first")
        return target.name, target.sign
    return target, choice(1 if sign is None else sign, (1, -1), "sign")


def likeness(encoder: EncoderLike, before: NDArray[np.uint8], after: NDArray[np.uint8]) -> NDArray[np.float64]:
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


def pooled_flips(reports: Mapping[tuple[Any, str], EditReport]) -> pd.DataFrame:
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
        found = rate_interval(np.stack([report.flipped for report in parts]))
        rows[name] = {"target flips": found.value, "low": found.low, "high": found.high}
        rows[name] |= {"of": sum(report.lacking for report in parts)}
        lacking = [report[report.lacked] for report in parts]
        rows[name] |= {"off target": mean_known(np.concatenate([r.others_turned for r in lacking]).astype(float))}
        if all(report.likeness is not None for report in parts):
            rows[name] |= {"identity": mean_known(np.concatenate([r.likeness for r in lacking]))}
    return pd.DataFrame.from_dict(rows, orient="index")


def mean_known(values):
    """Mean of the values that are not NaN; NaN of none."""
    return float(np.mean(values, where=np.isfinite(values))) if np.isfinite(values).any() else float("nan")


def median_known(values):
    """Their median likewise: ratios and decibels have long tails."""
    return float(np.nanmedian(values)) if np.isfinite(values).any() else float("nan")


def row_cosines(A, B):
    """Cosine (n,) between the rows of A and B (n, d)."""
    return (A * B).sum(1) / np.maximum(np.linalg.norm(A, axis=1) * np.linalg.norm(B, axis=1), 1e-12)
