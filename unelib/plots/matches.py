"""Pictures in pairs with the points that were matched between them."""

from collections.abc import Iterable

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke
from numpy.typing import NDArray

from .figures import MARKERS, PALETTE
from .pictures import labelled_rows

RIM = [withStroke(linewidth=2.2, foreground="white")]


def match_rows(
    images: NDArray[np.uint8],
    points: NDArray[np.float64],
    found: NDArray[np.float64],
    row_labels: Iterable[str],
    ax: Axes | None = None,
    title: str = "",
) -> Axes:
    """Pairs of pictures: points in the first of each, what was found for them in the second, and where they are there.

    Parameters
    ----------
    images : ndarray (rows, 2 * k, h, w, 3), uint8
        k pairs a row; the two of a pair side by side.
    points : ndarray (rows, 2 * k, p, 2)
        True column and row of each part in each picture, NaN where there is none.
    found : ndarray (rows, k, p, 2)
        Where the parts of the first pictures were found in the second.
    row_labels : iterable of str
        To the left of each row.
    ax : Axes, optional
        Where to draw; new axes if None.
    title : str
        What is to be seen.

    Returns
    -------
    Axes
        Those drawn on: a mark and a colour a part, and a line from what was found to where it is, as long as the error.
    """
    rows, columns, h, w = images.shape[:4]
    gap, parts = max(h // 32, 1), points.shape[2]
    ax = labelled_rows(images, row_labels, ["point", "match"] * (columns // 2), ax, title)
    for row, column, part in np.ndindex(rows, columns // 2, parts):
        here, there = points[row, 2 * column, part], points[row, 2 * column + 1, part]
        if np.isfinite([here, there]).all():
            corner = np.array([2 * column * (w + gap), row * (h + gap)], float)
            place = corner + [w + gap, 0]
            look = {"color": PALETTE[part % 6], "marker": MARKERS[part % 6], "ms": 3.6, "mec": "white", "mew": 0.5}
            ax.plot(*(corner + here), ls="", **look)
            line = np.stack([place + found[row, column, part], place + there], 1)
            ax.plot(*line, color=PALETTE[part % 6], lw=1.3, path_effects=RIM)
            ax.plot(*line[:, 0], ls="", **look)
    return ax
