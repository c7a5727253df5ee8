"""A generator as a classifier: a picture is of the condition under which the denoiser finds the noise in it best.

Conditions that are clearly worse are dropped while it is still being asked, which saves most of the calls.
"""

from collections.abc import Sequence
from typing import Literal

import numpy as np
import pandas as pd
import torch
from numpy.typing import ArrayLike
from scipy.stats import t

from ..core.checks import same_rows, share, whole
from ..inversion.ode import batches
from ..models.contracts import ConditionalLike
from ..stats.intervals import share_interval
from .conditional_errors import Questions, Spread
from .denoiser_blocks import pictures_or_latents


def classify(
    gen: ConditionalLike,
    images: ArrayLike,
    conditions: Sequence[str],
    pairs: int = 32,
    level: float | None = 0.1,
    least: int = 2,
    grid: Spread = "uniform",
    span: tuple[float, float] = (0.0, 1.0),
    seed: int = 0,
    batch_size: int | Literal["auto"] = 64,
    *,
    progress: bool = False,
) -> pd.DataFrame:
    """The condition of least denoising error of each picture: the Diffusion Classifier [1]_, with early elimination.

    All conditions are asked about at the same pairs (t, eps). After each pair, of a picture's conditions those are
    dropped whose errors exceed the errors of the best so far in a one-sided paired t-test. The tests are not corrected
    for their number: `level` is a dial between calls and agreement with the verdicts of all pairs, not an error rate.

    Parameters
    ----------
    gen, images, conditions, grid, span, seed, batch_size, progress
        As `denoising_errors` takes them.
    pairs : int
        How often each condition is asked about at most.
    level : float or None
        p below which a condition is dropped, above 0 and below 1; None drops none.
    least : int
        Pairs after which conditions are first dropped, 2 at least.

    Returns
    -------
    DataFrame (n rows)
        `verdict`, the condition; `calls`, how often the denoiser was asked about the picture; and `left`, the
        conditions that were never dropped: 1 where the picture was settled.

    Raises
    ------
    ValueError
        On a level or a first pair out of range, and as `denoising_errors`.

    References
    ----------
    .. [1] Li et al., "Your Diffusion Model is Secretly a Zero-Shot Classifier", ICCV 2023, algorithms 1 and 2.

    Examples
    --------
    >>> from unelib.models import ExactClasses
    >>> gen = ExactClasses()
    >>> means = np.stack([gen.told(c).mean for c in "02"]).astype(np.float32)
    >>> classify(gen, means, ["0", "2"], grid="log-sigma").verdict.tolist()
    ['0', '2']
    """
    check_dropping(level, least)
    asked, given = Questions(gen, conditions, pairs, grid, span, seed), pictures_or_latents(gen, images)
    parts = []
    for rows in batches(gen, len(given), batch_size, progress=progress, label=f"classifying by {gen.name}"):
        race, clean = Race((rows.stop - rows.start, len(asked.told)), level, least), asked.clean(given[rows])
        for pair in range(pairs):
            if not race.running.any():
                break
            race.saw(errors_of_those(asked, clean, pair, race.running))
        parts.append(race.table())
    found = pd.concat(parts, ignore_index=True)
    return found.assign(verdict=np.array(list(conditions))[found.verdict])


def decide(errors: ArrayLike, level: float | None = 0.1, least: int = 2) -> pd.DataFrame:
    """What `classify` would say and ask, had it to find errors that are known.

    Parameters
    ----------
    errors : array-like (n, c, pairs)
        Of `pair_errors`; of more pairs than `classify` is to have, take the first ones.
    level, least
        As `classify` takes them.

    Returns
    -------
    DataFrame (n rows)
        As of `classify`, with the number of the condition as `verdict`.

    Raises
    ------
    ValueError
        On errors that are not finite or of another shape, and on a level or a first pair out of range.

    Examples
    --------
    >>> errors = np.array([[[1.0, 1.1, 0.9, 1.0], [3.0, 3.0, 3.1, 3.0]]])
    >>> decide(errors).to_dict("records")
    [{'verdict': 0, 'calls': 4, 'left': 1}]
    """
    known = checked_errors(errors)
    check_dropping(level, least)
    race = Race(known.shape[:2], level, least)
    for pair in np.moveaxis(known, 2, 0):
        race.saw(np.where(race.running, pair, np.nan))
    return race.table()


def accuracy_by_calls(
    errors: ArrayLike, truth: ArrayLike, pairs: Sequence[int], level: float | None = 0.1, least: int = 2
) -> pd.DataFrame:
    """How often verdicts are right, and at how many calls a picture, where at most so many pairs are asked.

    Parameters
    ----------
    errors : array-like (n, c, p)
        Of `pair_errors`.
    truth : array-like (n,) of int
        The condition of each picture, by number.
    pairs : sequence of int
        Pairs at most, 1 to p each.
    level, least
        As `classify` takes them.

    Returns
    -------
    DataFrame
        A row for each of `pairs`: `pairs`; `calls`, the mean over pictures; and `accuracy` with `low` and `high`, the
        ends of Wilson's 95% interval.

    Raises
    ------
    ValueError
        On pairs out of range, other numbers of rows, a truth that is no number of a condition, and as `decide`.

    Examples
    --------
    >>> errors = np.array([[[1.0, 1.1, 0.9, 1.0], [3.0, 3.0, 3.1, 3.0]]])
    >>> accuracy_by_calls(errors, [0], [2, 4])[["pairs", "calls", "accuracy"]].values.tolist()
    [[2.0, 4.0, 1.0], [4.0, 4.0, 1.0]]
    """
    known, right = checked_errors(errors), np.asarray(truth)
    same_rows(("errors", known), ("truth", right))
    if not np.isin(right, np.arange(known.shape[1])).all() or right.dtype.kind not in "iuf":
        raise ValueError(f"truth begins {right[:3].tolist()}; give each row the number of its condition, from 0")
    if not all(whole(p, 1, known.shape[-1]) for p in pairs):
        raise ValueError(f"pairs are {list(pairs)}; choose whole numbers from 1 to {known.shape[-1]}")
    rows = []
    for p in pairs:
        found = decide(known[..., :p], level, least)
        share_right = share_interval(int((found.verdict == right).sum()), len(right))
        rows.append({"pairs": p, "calls": found.calls.mean(), "accuracy": share_right.value} | share_right.ends)
    return pd.DataFrame(rows)


class Race:
    """Which of c conditions are still possible for each of n pictures, while errors come in pair by pair."""

    def __init__(self, shape, level, least):
        self.level, self.least = level, least
        self.possible, self.errors = np.ones(shape, bool), np.empty((*shape, 0))

    @property
    def running(self):
        """Conditions (n, c) that are still to be asked about: the possible ones, where there are several."""
        return self.possible & (self.possible.sum(1, keepdims=True) > 1)

    def saw(self, errors):
        """Take the errors (n, c) of a pair, NaN where it was not asked, and drop what is clearly worse."""
        self.errors = np.concatenate([self.errors, errors[..., None]], 2)
        rows = self.running.any(1)
        if self.level is not None and self.errors.shape[2] >= self.least:
            self.possible[rows] &= ~worse(self.errors[rows], self.possible[rows], self.level)

    def table(self):
        """Verdicts, calls and what is left. All that is possible was asked about equally often."""
        mean = leading(self.errors, self.possible)
        calls = np.isfinite(self.errors).sum((1, 2))
        return pd.DataFrame({"verdict": mean.argmin(1), "calls": calls, "left": self.possible.sum(1)})


def leading(errors, possible):
    """Mean errors (n, c) of conditions that are possible, of what was asked; infinite for the others."""
    asked = np.isfinite(errors)
    return np.where(possible, np.where(asked, errors, 0).sum(2) / np.maximum(asked.sum(2), 1), np.inf)


def worse(errors, possible, level):
    """Which of the possible conditions (n, c) exceed the best one's errors (n, c, k) in a paired t-test."""
    k, best = errors.shape[2], leading(errors, possible).argmin(1)
    beyond = errors - np.take_along_axis(errors, best[:, None, None], 1)
    mean, error = beyond.mean(2), beyond.std(2, ddof=1) / np.sqrt(k)
    return possible & (mean > t.ppf(1 - level, k - 1) * error)


def errors_of_those(asked, clean, pair, running):
    """Errors (n, c) of a pair for the conditions that are running, NaN elsewhere."""
    errors = np.full(running.shape, np.nan)
    for condition in np.flatnonzero(running.any(0)):
        rows = np.flatnonzero(running[:, condition])
        errors[rows, condition] = asked.errors(clean[torch.from_numpy(rows)], pair, condition)
    return errors


def checked_errors(errors):
    """Errors (n, c, pairs) float64, or a ValueError."""
    known = np.asarray(errors, np.float64)
    if known.ndim != 3 or not known.size or not np.isfinite(known).all():
        raise ValueError(f"errors must be finite numbers (n, conditions, pairs), not {known.shape}; see pair_errors")
    return known


def check_dropping(level, least):
    """ValueError on a level out of 0..1, and on a test of fewer pairs than two."""
    if level is not None and share(level, "level", high=1.0) == 1:
        raise ValueError("level is 1, which drops by chance alone; give a p such as 0.1, or None")
    if not whole(least, 2):
        raise ValueError(f"least is {least!r}; choose a whole number from 2, as a t-test needs two pairs")
