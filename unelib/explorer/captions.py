"""What the explorer says in words: which image it is, what was done, and when a picture means little or is missing.

All of it is plain text; whoever puts it into a page escapes it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..plots.figures import pretty

USUAL = (0.5, 99.5)  # percentiles between which the lengths of a view's own rows are called usual


def labels_told(labels: Mapping[str, Any]) -> str:
    """True labels {attribute: 0, 1 or NaN} as text.

    >>> labels_told({"Smiling": 1, "Wearing_Hat": 0, "Young": float("nan")})
    'Smiling: yes, Wearing Hat: no, Young: not known'
    """
    words = {0: "no", 1: "yes"}
    return ", ".join(f"{pretty(name)}: {words.get(value, 'not known')}" for name, value in labels.items())


def edit_told(strengths: Mapping[str, float], kept: Sequence[str] = (), by_chance: bool = False) -> str:
    """What the sliders do, as text.

    strengths  {attribute: standard deviations}; those of 0 are left out
    kept       attributes whose directions are taken out of the others
    by_chance  whether a random direction takes the place of all

    >>> edit_told({"Smiling": 3, "Young": -0.5, "Male": 0}, ["Male"])
    'Smiling +3, Young -0.5 standard deviations, Male kept fixed'
    >>> edit_told({"Smiling": 3}, by_chance=True), edit_told({"Smiling": 0})
    ('a step in a random direction, as long as Smiling +3 standard deviations', 'not moved')
    """
    moved = [f"{pretty(name)} {s:+g}" for name, s in strengths.items() if s]
    if not moved:
        return "not moved"
    told = f"{', '.join(moved)} standard deviations"
    told += "".join(f", {pretty(name)} kept fixed" for name in kept)
    return f"a step in a random direction, as long as {told}" if by_chance else told


def usual_lengths(rows: NDArray[Any]) -> tuple[float, float]:
    """The lengths between which those of rows (n, d) lie, but for the outer 1 %."""
    low, high = np.percentile(np.linalg.norm(rows, axis=1), USUAL)
    return float(low), float(high)


def length_told(before: NDArray[Any], after: NDArray[Any], usual: tuple[float, float]) -> str:
    """What to know of noise (d,) that an edit made longer or shorter than noises of images are; empty if it did not.

    An image's own noise, `before`, belongs to them.

    >>> length_told(np.array([3.0, 4.0]), np.array([6.0, 8.0]), (4.5, 5.5))
    'The noise is 10 long; noises of these images are 4.5 to 5.5 long. The model has seen none like it.'
    """
    own, now = float(np.linalg.norm(before)), float(np.linalg.norm(after))
    low, high = min(usual[0], own), max(usual[1], own)
    if low <= now <= high or np.array_equal(before, after):
        return ""
    range_told = f"noises of these images are {low:.4g} to {high:.4g} long"
    return f"The noise is {now:.4g} long; {range_told}. The model has seen none like it."


def failure_told(error: BaseException) -> str:
    """One sentence about a drawing that failed.

    >>> failure_told(RuntimeError("out of memory\\n  at line 3")).split(";")[0]
    'This edit could not be drawn (RuntimeError: out of memory)'
    """
    reason = (str(error).strip() or "no reason given").split("\n")[0][:200]
    return (
        f"This edit could not be drawn ({type(error).__name__}: {reason}); what is shown may be of an earlier one,"
        " and the controls work."
    )
