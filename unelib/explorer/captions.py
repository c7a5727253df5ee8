"""What the explorer says in words: which image it is, what was done, and when a picture means little or is missing.

All of it is plain text; whoever puts it into a page escapes it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..editing.edit_state import EditState
from ..plots.figures import pretty

KEPT_BY = {"projection": "", "covariance": " by covariance", "judge": " by the judge"}  # words after "kept fixed"
USUAL = (0.5, 99.5)  # percentiles between which the lengths of a view's own rows are called usual


def labels_told(labels: Mapping[str, Any]) -> str:
    """True labels {attribute: 0, 1 or NaN} as text.

    >>> labels_told({"Smiling": 1, "Wearing_Hat": 0, "Young": float("nan")})
    'Smiling: yes, Wearing Hat: no, Young: not known'
    """
    words = {0: "no", 1: "yes"}
    return ", ".join(f"{pretty(name)}: {words.get(value, 'not known')}" for name, value in labels.items())


def edit_told(state: EditState) -> str:
    """What an edit does, as text.

    >>> edit_told(EditState("drawn-ldm", strengths={"Smiling": 3, "Young": -0.5, "Male": 0}, kept=["Male"]))
    'Smiling +3, Young -0.5 standard deviations, Male kept fixed'
    >>> edit_told(EditState("drawn-ldm", strengths={"Smiling": 3}, control=True)), edit_told(EditState("drawn-ldm"))
    ('a step in a random direction, as long as Smiling +3 standard deviations', 'not moved')
    """
    if not state.strengths:
        return "not moved"
    by = KEPT_BY[state.keep_by]
    told = f"{', '.join(f'{pretty(name)} {size:+g}' for name, size in state.strengths.items())} standard deviations"
    told += "".join(f", {pretty(name)} kept fixed{by}" for name in state.kept)
    return f"a step in a random direction, as long as {told}" if state.control else told


def source_told(state: EditState, labels: Mapping[str, Any] | None = None) -> str:
    """Which picture an edit is of, as text, with its true labels where there are any.

    >>> source_told(EditState("drawn-ldm", seed=3)), source_told(EditState("drawn-ldm"))
    ('a fresh sample, seed 3', 'your own picture')
    """
    if state.seed is not None:
        return f"a fresh sample, seed {state.seed}"
    if state.image is None:
        return "your own picture"
    known = labels_told({} if labels is None else labels)
    return f"image {state.image}" + f" ({known})" * bool(known)


def effects_told(names: Sequence[str], before: NDArray[Any], after: NDArray[Any], state: EditState) -> str:
    """What a judge sees of an edit: what was asked for, and all the rest, as text; empty if nothing was moved.

    names  attributes of the judge; before, after  its probabilities (a,)

    >>> state = EditState("drawn-ldm", strengths={"Smiling": 6})
    >>> effects_told(["Smiling", "Young", "Male"], np.array([0.1, 0.6, 0.4]), np.array([0.9, 0.7, 0.7]), state)
    'Smiling 10 to 90 %; the 2 others change by 20 points on average, and 1 verdict turned.'
    """
    if not state.strengths:
        return ""
    asked = [name in state.strengths for name in names]
    told = [f"{pretty(n)} {100 * p:.0f} to {100 * q:.0f} %" for n, p, q, a in zip(names, before, after, asked) if a]
    rest = ~np.array(asked)
    change, turned = np.abs(after - before)[rest], ((after > 0.5) != (before > 0.5))[rest].sum()
    who = f"the {rest.sum()} others" if told else f"{rest.sum()} attributes"
    others = f"{who} change by {100 * change.mean():.0f} points on average" if rest.any() else ""
    others += f", and {turned} verdict{'s' * int(turned != 1)} turned" if rest.any() else ""
    return "; ".join(filter(None, [", ".join(told), others])) + "."


def facts_told(noise: NDArray[Any], usual: tuple[float, float], alike: float | None = None, encoder: str = "") -> str:
    """What else is known of an edited picture: how long its noise (d,) is, and how alike it is to the one before.

    usual  lengths that noises of held-out images have; alike  cosine of both pictures' embeddings by an encoder

    >>> facts_told(np.array([3.0, 4.0]), (4.5, 5.5), 0.931, "drawn-clip")
    'Its noise is 5 long, those of held-out images 4.5 to 5.5. Identity: 0.93 (cosine by drawn-clip).'
    """
    length = (
        f"Its noise is {np.linalg.norm(noise):.4g} long, those of held-out images {usual[0]:.4g} to {usual[1]:.4g}."
    )
    return length if alike is None else f"{length} Identity: {alike:.2f} (cosine by {encoder})."


def usual_lengths(rows: NDArray[Any]) -> tuple[float, float]:
    """The lengths between which those of rows (n, d) lie, but for the outer 1 %."""
    low, high = np.percentile(np.linalg.norm(rows, axis=1), USUAL)
    return float(low), float(high)


def length_told(before: NDArray[Any], after: NDArray[Any], usual: tuple[float, float]) -> str:
    """What to know of noise (d,) that an edit made longer or shorter than noises of images are; empty if it did not.

    An image's own noise, `before`, belongs to them.

    >>> length_told(np.array([3.0, 4.0]), np.array([6.0, 8.0]), (4.5, 5.5))
    'The noise is 10 long; noises of 99 % of these images are 4.5 to 5.5 long. The model has seen few like it.'
    """
    own, now = float(np.linalg.norm(before)), float(np.linalg.norm(after))
    low, high = min(usual[0], own), max(usual[1], own)
    if low <= now <= high or np.array_equal(before, after):
        return ""
    range_told = f"noises of 99 % of these images are {low:.4g} to {high:.4g} long"
    return f"The noise is {now:.4g} long; {range_told}. The model has seen few like it."


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
