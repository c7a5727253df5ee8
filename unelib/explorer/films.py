"""Films: frames of noise with captions, along an edit, on many images, between two of them, or at random."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ..editing.edit_state import EditState
from ..geometry.interpolation import Kind, interpolate
from ..plots.figures import pretty
from .captions import KEPT_BY

Moved = Callable[[EditState, NDArray[np.float32]], NDArray[np.float32]]
REACHED, STRIP_FRAMES, MORPH_FRAMES, WALK_FRAMES = 4.0, 9, 7, 24  # standard deviations; pictures of each film
TURN = 10.0  # degrees between two frames of a random walk: as between nine frames of a morph
BOTH = ("before", "after")
WAYS: dict[Kind, str] = {
    "linear": "straight line",
    "spherical": "arc",
    "shared": "what encoders share in a straight line, the rest on an arc",
}
KEEPS = 0.8  # how much of its direction a random walk keeps from one frame to the next


@dataclass(frozen=True, eq=False)
class Film:
    """Noises in rows and columns, what stands beside them, and which way time runs.

    Attributes
    ----------
    noises : ndarray (r, c, d) or (r, c, d + D), float32
        A row a picture, as `editing.apply` makes it.
    title : str
        What is seen.
    rows, columns : sequence of str
        Captions, r and c of them.
    along : {"columns", "rows"}
        Which of them are the frames of the moving picture; the others are shown side by side.
    """

    noises: NDArray[np.float32]
    title: str
    rows: Sequence[str]
    columns: Sequence[str]
    along: Literal["columns", "rows"] = "columns"


def strip_film(state: EditState, noise: NDArray[np.float32], moved: Moved) -> Film:
    """One image along an edit, from -4 to +4 standard deviations of its largest strength; the middle is the start.

    Parameters
    ----------
    state : EditState
        The edit; its other strengths go in proportion.
    noise : ndarray (1, d), float32
        Where it starts.
    moved : callable
        `moved(state, noises)`: noises (n, d) after an edit, as `editing.apply` makes them.

    Returns
    -------
    Film
        Of one row and nine columns.

    Raises
    ------
    ValueError
        If the edit moves nothing.
    """
    name, size = largest(state)
    steps = np.linspace(-REACHED, REACHED, STRIP_FRAMES)
    rows = [moved(part_of_edit(state, step / size), noise) if step else noise for step in steps]
    others = ", the other strengths in proportion" if len(state.strengths) > 1 else ""
    title = f"{pretty(name)} from -{REACHED:g} to +{REACHED:g} standard deviations{others}"
    title = f"a random direction, as long as {title}" if state.control else title
    title += "".join(f", {pretty(kept)} kept fixed{KEPT_BY[state.keep_by]}" for kept in state.kept)
    return Film(np.stack(as_wide(rows), 1), title, [""], [f"{step:+g}" if step else "0" for step in steps])


def many_film(
    state: EditState, noises: NDArray[np.float32], names: Sequence[str], moved: Moved, told: str = "the edit"
) -> Film:
    """The same edit on several images: before and after.

    Parameters
    ----------
    state : EditState
        The edit.
    noises : ndarray (n, d), float32
        Of the images.
    names : sequence of str (n,)
        What they are called.
    moved : callable
        As `strip_film` takes it.
    told : str
        The edit in words.

    Returns
    -------
    Film
        Of two rows, which are its frames, and a column an image.

    Raises
    ------
    ValueError
        If the edit moves nothing.
    """
    largest(state)
    rows = np.stack(as_wide([noises, moved(state, noises)]))
    return Film(rows, f"{told}, on {len(noises)} images", BOTH, names, along="rows")


def as_wide(parts: Sequence[NDArray[np.float32]]) -> list[NDArray[np.float32]]:
    """Rows [(n, d or d + D)] with zeros beside those of noise alone, whose bottleneck does not move."""
    width = max(part.shape[1] for part in parts)
    return [np.pad(part, ((0, 0), (0, width - part.shape[1]))) for part in parts]


def part_of_edit(state, share):
    """The same edit, a share of the way, which may be negative."""
    return state.with_(strengths={name: float(share * size) for name, size in state.strengths.items()})


def largest(state):
    """Name and size of an edit's largest strength; ValueError if it has none."""
    if not state.strengths:
        raise ValueError("the edit moves nothing, so that there is nothing to show; set a strength first")
    return max(state.strengths.items(), key=lambda item: abs(item[1]))


def morph_film(
    start: NDArray[np.float32], end: NDArray[np.float32], names: tuple[str, str], shared: tuple[Any, str] | None = None
) -> Film:
    """From one image to another on each of the paths of `geometry.interpolate`.

    Parameters
    ----------
    start, end : ndarray (1, d), float32
        Both noises.
    names : (str, str)
        What the images are called.
    shared : (UNE, str), optional
        A fitted UNE and the name of the noise's view in it, for the third path; without it there are two.

    Returns
    -------
    Film
        A row a path, seven columns.
    """
    shares = np.linspace(0, 1, MORPH_FRAMES)
    une, view = shared or (None, None)
    kinds = [kind for kind in WAYS if kind != "shared" or shared]
    paths = [interpolate(start, end, shares, kind, une, view)[:, 0] for kind in kinds]
    title = f"from {names[0]} to {names[1]}, {len(kinds)} ways"
    return Film(np.stack(paths), title, [WAYS[kind] for kind in kinds], [f"{share:.0%}" for share in shares])


def walk_film(noise: NDArray[np.float32], seed: int, name: str, frames: int = WALK_FRAMES) -> Film:
    """A smooth random walk from an image, along which the noise keeps its length.

    Parameters
    ----------
    noise : ndarray (1, d), float32
        Where it starts.
    seed : int
        Of the walk.
    name : str
        What the image is called.
    frames : int
        Pictures; the first ones do not depend on how many there are.

    Returns
    -------
    Film
        Of one row.
    """
    rows = shell_walk(noise[0], seed, frames)[None]
    title = f"random walk {seed} from {name}, {TURN:g} degrees a picture on the shell of noise"
    return Film(rows, title, [""], [f"{i * TURN:g}°" for i in range(frames)])


def shell_walk(start, seed, frames):
    """Noises (frames, d) float32 of one length from `start` (d,), each an angle of `TURN` from the one before.

    A unit vector x turns towards a unit tangent v, x' = cos(a) x + sin(a) v. The tangent is carried along,
    v' = cos(a) v - sin(a) x, and mixed with a random one, so that the walk bends and has no corners.
    """
    rng, angle = np.random.default_rng(seed), np.deg2rad(TURN)
    length = np.linalg.norm(start.astype(np.float64))
    x = start / length
    v = tangent(rng, x)
    rows = [start]
    for _ in range(frames - 1):
        x, v = np.cos(angle) * x + np.sin(angle) * v, np.cos(angle) * v - np.sin(angle) * x
        v = KEEPS * v + np.sqrt(1 - KEEPS**2) * tangent(rng, x)
        v = v - (v @ x) * x
        v /= np.linalg.norm(v)
        rows.append(length * x)
    return np.stack(rows).astype(np.float32)


def tangent(rng, x):
    """A random unit vector at right angles to the unit vector x (d,)."""
    step = rng.standard_normal(len(x))
    step -= (step @ x) * x
    return step / np.linalg.norm(step)
