"""Pictures side by side, with labels, and noise as grey pictures."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray
from PIL import Image

from .figures import WIDTH, axes_for


def resized(images: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    """Pictures with `side` pixels a side, for showing pictures of several sizes on one sheet.

    Parameters
    ----------
    images : ndarray (n, h, w, 3), uint8
        Pictures.
    side : int
        Pixels; each is that of the nearest place.

    Returns
    -------
    ndarray (n, side, side, 3), uint8
        The pictures themselves where they have that height.
    """
    if images.shape[1] == side:
        return images
    return np.stack([np.asarray(Image.fromarray(i).resize((side, side), Image.Resampling.NEAREST)) for i in images])


def image_grid(
    images: NDArray[np.uint8],
    ax: Axes | None = None,
    columns: int = 8,
    titles: Sequence[str] | None = None,
    title: str | None = None,
) -> Axes:
    """Pictures as one tidy sheet, `columns` a row.

    Parameters
    ----------
    images : ndarray (n, h, w, 3), uint8
        Pictures.
    ax : Axes, optional
        Where to draw; new axes if None.
    columns : int
        Pictures in a row.
    titles : sequence of str, optional
        One above each picture.
    title : str, optional
        Of the sheet.

    Returns
    -------
    Axes
        Those drawn on.
    """
    n, h, w, c = images.shape
    rows, gap = -(-n // columns), max(h // 32, 1)
    sheet = np.full((rows * (h + gap) - gap, columns * (w + gap) - gap, c), 255, np.uint8)
    for i, image in enumerate(images):
        top, left = i // columns * (h + gap), i % columns * (w + gap)
        sheet[top : top + h, left : left + w] = image
    ax = axes_for(ax, WIDTH, WIDTH * sheet.shape[0] / sheet.shape[1] + 0.3)
    ax.imshow(sheet, interpolation="nearest" if h < 200 else "antialiased")
    ax.set_axis_off()
    for i, text in enumerate(titles or []):
        ax.text(
            (i % columns + 0.5) * (w + gap), i // columns * (h + gap) - gap, text, ha="center", va="bottom", fontsize=8
        )
    if title:
        ax.set_title(title, loc="left")
    return ax


def labelled_rows(
    images: NDArray[np.uint8],
    row_labels: Iterable[Any],
    column_labels: Iterable[Any] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Pictures as a sheet with a label a row and, on top, one a column.

    Parameters
    ----------
    images : ndarray (rows, columns, h, w, 3), uint8
        Pictures.
    row_labels : iterable of str
        To the left of each row.
    column_labels : iterable of str or numbers, optional
        Above each column.
    ax : Axes, optional
        Where to draw; new axes if None.

    Returns
    -------
    Axes
        Those drawn on.
    """
    r, c, h, w = images.shape[:4]
    gap = max(h // 32, 1)
    ax = image_grid(images.reshape(-1, *images.shape[2:]), axes_for(ax, WIDTH, WIDTH * r * h / (c * w) * 0.9 + 0.4), c)
    for i, label in enumerate(row_labels):
        ax.text(-2 * gap, i * (h + gap) + h / 2, label, ha="right", va="center", fontsize=9)
    for j, label in enumerate([] if column_labels is None else column_labels):
        ax.text(j * (w + gap) + w / 2, -2 * gap, label, ha="center", va="bottom", fontsize=9)
    return ax


def noise_images(noise: NDArray[Any]) -> NDArray[np.uint8]:
    """Noise as pictures: its first three channels, three sigmas from black to white.

    Parameters
    ----------
    noise : ndarray (n, c, h, w)
        Of one channel, which is shown grey, or three and more.

    Returns
    -------
    ndarray (n, h, w, 3), uint8
        128 where the noise is 0; 0 and 255 at three sigmas below and above, and beyond.
    """
    shown = np.repeat(noise, 3, 1)[:, :3] if noise.shape[1] == 1 else noise[:, :3]
    return (np.clip(shown / 6 + 0.5, 0, 1) * 255).round().astype(np.uint8).transpose(0, 2, 3, 1)
