"""Edits in noise: move along directions, generate, and measure what changed, on purpose and by accident."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from .check import matrix
from .diagnostics import psnr
from .interval import mean_interval
from .invert import generate
from .roc import NORMAL_95
from .steps import stepped, warn_off_shell
from .verdicts import wilson


@dataclass(frozen=True)
class EditReport:
    """What an edit did to n images.

    table        DataFrame by attribute: mean probability `before`, `after`, `change`; `flips`, the share of images
                 whose verdict turned; `target` true where the edit aimed
    target_flips share of the images that lacked (had, for a negative edit) the target and have (lack) it after, with
                 Wilson's 95% interval `flips_low`, `flips_high`; all three are NaN if there was no such image
    lacked       (n,) bool: which images these are; `lacking` is how many
    off_target   verdicts on other attributes that turned, mean per image, with its standard error `off_target_se`
    identity     mean cosine of the encoder's embeddings before and after, centred by the mean before, so that unrelated
                 images have about 0 (None without an encoder or with one image)
    psnr         mean PSNR in dB between before and after
    turned       (n, a) bool, by image and attribute: verdicts that turned
    """

    table: pd.DataFrame
    target_flips: float
    flips_low: float
    flips_high: float
    lacked: np.ndarray
    off_target: float
    off_target_se: float
    identity: float | None
    psnr: float
    turned: np.ndarray

    @property
    def lacking(self):
        """How many images lacked (had, for a negative edit) the target."""
        return int(self.lacked.sum())

    @property
    def flipped(self):
        """Whether the target turned (n,), 0 or 1; NaN in an image that did not lack it."""
        return np.where(self.lacked, self.turned[:, self.table.target].any(1), np.nan)

    @property
    def summary(self):
        """The report's numbers without its table, as a dict."""
        half = NORMAL_95 * self.off_target_se
        return {
            "target flips": self.target_flips,
            "low": self.flips_low,
            "high": self.flips_high,
            "of": self.lacking,
            "off target": self.off_target,
            "± 95 %": half,
            "identity": self.identity,
            "PSNR, dB": self.psnr,
        }


def solver_of(zoo, view):
    """Steps, solver and grid that a view's noise was made with: an edit's way back. ValueError if it does not say."""
    settings = zoo.manifest(view)["settings"]
    if missing := [key for key in ("steps", "solver", "grid") if key not in settings]:
        raise ValueError(
            f"view {view!r} does not say with which {', '.join(missing)} it was made; invert its images anew"
        )
    return {key: settings[key] for key in ("steps", "solver", "grid")}


def move(noise, d, strength, path="straight"):
    """Noise (n, ...) moved along a direction by `strength` of its standard deviations, a number or (n,); float32.

    path  "straight", or "norm" or "geodesic", which keep every image's norm and can be taken back up to the direction's
          pole: as in `steps.stepped`
    Warns where a straight step leads further off the shell of Gaussian noise than its norms differ (`steps.SHELL`).
    Raises ValueError on another view's direction, strengths that are not finite, and curved steps past the pole.
    """
    moved = shifted(noise, d, strength, path)
    warn_off_shell(noise, moved, d, strength)
    return moved


def shifted(noise, d, strength, path="straight"):
    """What `move` returns, without its warning."""
    flat = np.asarray(noise, np.float32).reshape(len(noise), -1)
    if flat.shape[1] != len(d.vector):
        raise ValueError(
            f"{d.name} has {len(d.vector)} columns; this noise has {flat.shape[1]}: another view's direction"
        )
    return stepped(matrix(flat, "noise"), d, strength, path).astype(np.float32).reshape(np.shape(noise))


def walk(gen, noise, d, strengths, *settings, path="straight", decode=generate, **how):
    """Images (s, n, h, w, 3) uint8 along a direction, a row a strength in standard deviations; 0 is the round trip.

    path           as in `move`, which also says when it warns; here it warns once for all strengths
    decode         what makes the images: `generate`, or `stochastic.decode` of stochastic latents
    settings, how  what it takes after the noise; of `generate` steps=25, solver="ab2", grid="karras", batch_size=64
    """
    strengths = np.asarray(strengths, float)
    if strengths.ndim != 1 or not strengths.size or not np.isfinite(strengths).all():
        raise ValueError(f"strengths must be a list of finite numbers, not {strengths}")
    if len(noise) == 0:
        raise ValueError("no noise was given")
    moved = [shifted(noise, d, s, path) for s in strengths]
    warn_off_shell(noise, moved, d, strengths)
    made = decode(gen, np.concatenate(moved), *settings, **how)
    return made.reshape(len(strengths), len(noise), *made.shape[1:])


def score_edit(before, after, target, judge, encoder=None, sign=1):
    """An `EditReport` of images before and after, both (n, h, w, 3) uint8, by a judge that made no direction.

    target  the attribute aimed at; sign +1 if it was to appear, -1 if it was to go
    """
    if target not in judge.attributes:
        raise ValueError(f"{judge.name} cannot judge {target!r}; it knows {judge.attributes}")
    if before.shape != after.shape:
        raise ValueError(f"images before and after differ in shape: {before.shape} and {after.shape}")
    p, q = judge.probabilities(before), judge.probabilities(after)
    turned = (p > 0.5) != (q > 0.5)
    table = pd.DataFrame(
        {"before": p.mean(0), "after": q.mean(0), "change": (q - p).mean(0), "flips": turned.mean(0)}, judge.attributes
    )
    table["target"] = table.index == target
    j = judge.attributes.index(target)
    lacking = (p[:, j] > 0.5) == (sign < 0)
    others = np.delete(turned, j, 1).sum(1)
    return EditReport(
        table,
        *share_interval(int(turned[lacking, j].sum()), int(lacking.sum())),
        lacking,
        float(others.mean()),
        float(others.std() / np.sqrt(len(others))),
        None if encoder is None or len(before) < 2 else identity(encoder, before, after),
        float(psnr(before, after).mean()),
        turned,
    )


def identity(encoder, before, after):
    """Mean cosine of the embeddings of images before and after, both centred by the mean before."""
    A, B = encoder.embed(before), encoder.embed(after)
    return float(row_cosines(A - A.mean(0), B - A.mean(0)).mean())


def pooled_flips(reports):
    """Target flips over several targets: a DataFrame, a row a direction.

    reports  {(target, direction): `EditReport`}, all of the same images
    Columns: target flips of all images that lacked a target, low and high (95 %, images drawn with return, so that one
    that lacked several targets counts once), of, off target (mean).
    """
    rows = {}
    for name in dict.fromkeys(name for _, name in reports):
        parts = [report for (_, other), report in reports.items() if other == name]
        found = mean_interval([report.flipped for report in parts])
        rows[name] = {"target flips": found.value, "low": found.low, "high": found.high}
        rows[name] |= {"of": sum(report.lacking for report in parts)}
        rows[name] |= {"off target": np.mean([report.off_target for report in parts])}
    return pd.DataFrame.from_dict(rows, orient="index")


def share_interval(count, n):
    """count / n and Wilson's 95% interval of it; NaN three times if n is 0."""
    if n == 0:
        return float("nan"), float("nan"), float("nan")
    return count / n, *wilson(count, n)


def judged_changes(gen, noise, directions, judge, strength=3.0, before=None, **solver):
    """Changes (m, n, a) of the judge's probabilities that each of m directions makes in n images, at a strength."""
    before = generate(gen, noise, **solver) if before is None else before
    known = judge.probabilities(before)
    return np.stack([judge.probabilities(walk(gen, noise, d, [strength], **solver)[0]) - known for d in directions])


def change_matrix(changes, names, judge):
    """DataFrame (edited attribute x judged attribute) of mean changes, from `judged_changes` along named directions."""
    return pd.DataFrame(changes.mean(1), names, judge.attributes)


def on_and_off_target(changes, names, judge):
    """Change of the target, and mean absolute change of all others, both (n,): by image, mean over the edits."""
    own = np.array([[name == attribute for attribute in judge.attributes] for name in names])[:, None]
    on = (changes * own).sum(2).mean(0)
    return on, (np.abs(changes) * ~own).sum(2).mean(0) / (len(judge.attributes) - 1)


def row_cosines(A, B):
    """Cosine (n,) between the rows of A and B (n, d)."""
    return (A * B).sum(1) / np.maximum(np.linalg.norm(A, axis=1) * np.linalg.norm(B, axis=1), 1e-12)
