"""The idea of the workbook in one picture: a picture, its noise, its embedding, and what leads from one to another."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from .figures import PALETTE, TEXT, WIDTH, axes_for
from .labels import dark
from .pictures import noise_images

SIDE, GAP, DOWN = 2.2, 2.0, 2.1  # of a tile, half the way to the next, and how much further down
SMALL = 1.2  # side of the vector's tile
PLACES = {"picture": (0, 0), "noise": (1, 0), "again": (2, 0), "embedding": (0, 1), "moved": (1, 1), "edited": (2, 1)}
ARROWS = (
    ("picture", "noise", "invert", PALETTE[0]),
    ("noise", "again", "generate", PALETTE[0]),
    ("picture", "embedding", "encode", PALETTE[2]),
    ("noise", "moved", "+", PALETTE[1]),
    ("moved", "edited", "generate", PALETTE[1]),
)


def idea(
    pictures: Sequence[NDArray[np.uint8]],
    noises: Sequence[NDArray[np.float32]],
    embedding: NDArray[np.floating],
    ax: Axes | None = None,
) -> Axes:
    """Seven tiles and their arrows: picture, noise and the same picture; embedding, moved noise and another picture.

    The seventh is the vector that was added to the noise: the difference of the two noises, shown like them. Where it
    is much smaller than the noise, its contrast is raised by the whole number that stands beside it.

    Parameters
    ----------
    pictures : three ndarrays (h, w, 3), uint8
        The picture, what its noise gives again, and what the moved noise gives.
    noises : two ndarrays (c, h, w)
        The picture's noise, and the same noise after a vector was added.
    embedding : ndarray (d,)
        What an encoder makes of the picture.
    ax : Axes, optional
        Where to draw; new axes if None.

    Returns
    -------
    Axes
        Those drawn on.
    """
    ax = axes_for(ax, WIDTH, 4.6)
    rows = 2 ** int(np.log2(len(embedding)) / 2)
    shown = np.resize(embedding, (rows, -(-len(embedding) // rows)))
    tiles = dict(zip(("picture", "again", "edited"), pictures))
    tiles |= dict(zip(("noise", "moved"), noise_images(np.stack(noises))))
    embedded = f"its embedding:\n{len(embedding)} numbers"
    labels = ("a picture", "its noise", "nearly the same picture", embedded, "the noise, moved", "another picture")
    for (name, (column, row)), label in zip(PLACES.items(), labels):
        left, top = 2 * GAP * column, -DOWN * GAP * row
        extent = (left, left + SIDE, top - SIDE, top)
        ax.imshow(tiles.get(name, shown), cmap="PuOr", extent=extent, interpolation="nearest")
        ax.text(left + SIDE / 2, top - SIDE - 0.08, label, ha="center", va="top", fontsize=TEXT)
    for start, end, label, color in ARROWS:
        arrow(ax, PLACES[start], PLACES[end], label, color)
    add_vector(ax, *noises)
    between = {"arrowstyle": "<->", "ls": "--", "color": PALETTE[4], "lw": 1.8}
    low, high = (SIDE + 0.1, -DOWN * GAP - 0.1), (2 * GAP - 0.1, -SIDE + 0.1)  # corners of embedding and noise
    ax.annotate("", high, low, arrowprops=between)
    ax.text(low[0] + 0.2, low[1] - 0.15, "one\nlinear\nmap?", va="top", color=PALETTE[4], fontsize=TEXT)
    ax.set(xlim=(-0.3, 4 * GAP + SIDE + 0.3), ylim=(-DOWN * GAP - SIDE - 0.95, 0.2))
    ax.set_axis_off()
    return ax


def add_vector(ax, noise, moved):
    """The tile of the vector that leads from one noise to another, beside the arrow between them."""
    vector = moved - noise
    raised = max(1, round(float(noise.std() / vector.std()))) if vector.any() else 1
    left, top = 2 * GAP + SIDE / 2 + 0.6, -(SIDE + DOWN * GAP - SMALL) / 2 - 0.12
    shown, extent = noise_images(raised * vector[None])[0], (left, left + SMALL, top - SMALL, top)
    ax.imshow(shown, extent=extent, interpolation="nearest")
    told = "a vector" + (f",\ncontrast × {raised}" if raised > 1 else "")
    look = {"ha": "left", "va": "center", "color": dark(PALETTE[1]), "fontsize": TEXT}
    ax.text(left + SMALL + 0.15, top - SMALL / 2, told, **look)


def arrow(ax, start, end, label, color):
    """An arrow from one tile to its neighbour, to the right or below, with a word beside it."""
    (x, y), down = (2 * GAP * start[0], -DOWN * GAP * start[1]), end[1] > start[1]
    if down:
        tail, head = (x + SIDE / 2, y - SIDE - 0.42), (x + SIDE / 2, y - DOWN * GAP + 0.06)
    else:
        tail, head = (x + SIDE + 0.1, y - SIDE / 2), (x + 2 * GAP - 0.1, y - SIDE / 2)
    ax.annotate("", head, tail, arrowprops={"arrowstyle": "-|>", "color": color, "lw": 1.8})
    middle = ((tail[0] + head[0]) / 2, (tail[1] + head[1]) / 2)
    beside = {"ha": "left", "va": "center"} if down else {"ha": "center", "va": "bottom"}
    ax.text(middle[0] + 0.12 * down, middle[1] + 0.06 * (not down), label, color=dark(color), fontsize=TEXT, **beside)
