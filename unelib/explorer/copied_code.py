"""An edit as Python to copy: code that runs as it stands in a notebook and makes the same pictures."""

import json
from pathlib import Path

from ..editing.edit_state import EditState

CODE = """\
import numpy as np

from unelib import {opened}, plots
from unelib.editing import EditState, apply, {judge_for}noise_of, pictures_of, probe_and_unit

zoo = {zoo}
gen = zoo.generator({generator})  # solved as the zoo's noise was
state = EditState(
{parts}
)
probe, unit = probe_and_unit(state, zoo)  # learnt from training images; strengths count in the spread of held-out ones
{judge}noise = noise_of(state, gen, zoo)
before = pictures_of(gen, noise, **state.how)[0]
after = pictures_of(gen, apply(state, gen, probe, noise, unit{given}), **state.how)[0]
plots.image_grid(np.stack([before, after]), columns=2)
"""


def as_python(state: EditState, run: str | Path = "tour", judge: str | None = None) -> str:
    """An edit as code for a notebook.

    Parameters
    ----------
    state : EditState
        With an image or a seed.
    run : str or Path
        A run, by its name, or the folder of a zoo, as a Path.
    judge : str, optional
        As `judge_for` takes it; by whom attributes are kept where the edit says so.

    Returns
    -------
    str
        Python with its imports; it leaves `before` and `after`, both (h, w, 3) uint8, and shows them.

    Raises
    ------
    ValueError
        If the edit names neither an image nor a seed, or a judge is needed and missing.

    Examples
    --------
    >>> print(as_python(EditState("drawn-ldm", seed=1, strengths={"Young": -6})).splitlines()[7])
    state = EditState(
    """
    if state.image is None and state.seed is None:
        raise ValueError("the edit names no picture, so its code would make none; give it an image or a seed")
    judged = state.needs_judge
    if judged and judge is None:
        raise ValueError("the edit keeps attributes by a judge; name it, such as judge='drawn-judge'")
    folder = isinstance(run, Path)
    return CODE.format(
        opened="NoiseZoo" if folder else "Workspace",
        zoo=f"NoiseZoo({quoted(str(run))})" if folder else f"Workspace({quoted(run)}).zoo",
        judge_for="judge_for, " * judged,
        judge=f"judge = judge_for({quoted(judge)}, zoo)\n" * judged,
        given=", judge" * judged,
        generator=quoted(state.generator),
        parts="\n".join(f"    {name}={written(value)}," for name, value in state.as_dict().items()),
    )


def written(value):
    """A part of an edit as Python: texts, whole numbers, lists of texts, and strengths."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{quoted(name)}: {size!r}" for name, size in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(quoted, value)) + "]"
    return quoted(value) if isinstance(value, str) else repr(value)


def quoted(text):
    """A text as Python, in double quotes."""
    return json.dumps(text, ensure_ascii=False)
