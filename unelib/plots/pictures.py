"""Pictures side by side, with labels, and noise as grey pictures.

On new axes a picture has 96 dots or more a side and each of its pixels a whole number of them: nothing is blurred.
"""

from collections.abc import Iterable, Sequence
from textwrap import fill
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from numpy.typing import NDArray
from PIL import Image

from .figures import DPI, PALETTE, TEXT, WIDTH
from .labels import wrapped

LEAST = 96  # dots of a picture's height, at least
WHOLE = round(WIDTH * DPI)  # dots of a figure, from its left to its right
LINE, LETTER = 1.25, 0.6  # height of a line and width of a letter, in sizes of the letters


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
    above: int = 0,
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
    above : int
        Pixels that are left free above each row.

    Returns
    -------
    Axes
        Those drawn on.
    """
    n, h, w, c = images.shape
    rows, gap = -(-n // columns), max(h // 32, 1)
    sheet = np.full((rows * (above + h + gap) - gap, columns * (w + gap) - gap, c), 255, np.uint8)
    for i, image in enumerate(images):
        top, left = i // columns * (above + h + gap) + above, i % columns * (w + gap)
        sheet[top : top + h, left : left + w] = image
    if ax is None:
        high, wide = dots(h, sheet.shape[1]) * np.array(sheet.shape[:2]) / DPI
        ax = plt.figure(figsize=(wide, high), dpi=DPI).add_axes((0, 0, 1, 1))
    ax.imshow(sheet, interpolation="nearest" if h < 200 else "antialiased")
    ax.set_axis_off()
    for i, text in enumerate(titles or []):
        place = i % columns * (w + gap) + w / 2, i // columns * (above + h + gap) + above - gap
        ax.text(*place, text, ha="center", va="bottom", fontsize=TEXT)
    if title:
        ax.set_title(title, loc="left")
    return ax


def dots(height: int, across: int = WHOLE) -> int:
    """How many dots a pixel of a picture has on a sheet of its own.

    Parameters
    ----------
    height : int
        Of the picture, in pixels.
    across : int
        Pixels of the sheet, from its left to its right.

    Returns
    -------
    int
        As many as give the picture 96; more if the sheet is narrower than the workbook's figures.

    Examples
    --------
    >>> dots(64), dots(28), dots(64, across=200)
    (2, 4, 4)
    """
    return max(-(-LEAST // height), WHOLE // across, 1)


def labelled_rows(
    images: NDArray[np.uint8],
    row_labels: Iterable[Any],
    column_labels: Iterable[Any] | None = None,
    ax: Axes | None = None,
    title: str = "",
    beside: Iterable[str] = (),
    rings: Iterable[tuple[int, int]] = (),
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
    title : str
        What is to be seen.
    beside : iterable of str
        Told about each row, such as what changed there that was not asked for; then it stands above the row, behind
        the row's label.
    rings : iterable of (row, column)
        Pictures in a frame, such as those in which something changed that was not asked for.

    Returns
    -------
    Axes
        Those drawn on.
    """
    r, c, h, w = images.shape[:4]
    rows, told, gap = list(row_labels), list(beside), max(h // 32, 1)
    across = c * (w + gap) - gap
    fit = int(w * dots(h, across) * 72 / DPI / (LETTER * TEXT)) if ax is None else 9  # letters over a picture
    columns = [wrapped(text, fit) for text in ([] if column_labels is None else column_labels)]
    rows = [f"{name}: {text}" if text else name for name, text in zip(rows, told)] if told else rows
    left = 0 if told else longest(rows := [wrapped(text, 12) for text in rows])
    wide = across * dots(h, across) / DPI if ax is None else WIDTH
    size = TEXT * max(1.0, wide / WIDTH / (1 - LETTER * left * TEXT / (72 * WIDTH)))
    head = round(LINE * size * DPI / 72 / dots(h, across)) if told else 0  # in pixels of a picture
    ax = image_grid(images.reshape(-1, *images.shape[2:]), ax, c, above=head)
    for i, text in enumerate(rows):
        top = i * (head + h + gap) + head
        place = (0, top - 0.15 * head) if told else (-2 * gap, top + h / 2)
        look = {"ha": "left", "va": "bottom"} if told else {"ha": "right", "va": "center"}
        ax.text(*place, text, fontsize=size, **look)
    for j, text in enumerate(columns):
        ax.text(j * (w + gap) + w / 2, -2 * gap, text, ha="center", va="bottom", fontsize=size)
    for i, j in rings:
        corner = j * (w + gap) - 0.5, i * (head + h + gap) + head - 0.5
        for color, width in (("white", 5), (PALETTE[1], 2.5)):
            ax.add_patch(Rectangle(corner, w, h, fill=False, ec=color, lw=width, clip_on=False))
    if title:
        start, lines = LETTER * size * left + 6, max((text.count("\n") + 1 for text in columns), default=0)
        text = fill(title, int((72 * wide + start) / (0.67 * size)), break_on_hyphens=False)
        where = {"xytext": (-start, (LINE * lines + 0.6) * size), "textcoords": "offset points", "weight": "bold"}
        ax.annotate(text, (0, 1), xycoords="axes fraction", ha="left", va="bottom", fontsize=size, **where)
    return ax


def longest(texts: Iterable[str]) -> int:
    """Letters of the longest line of several texts.

    Parameters
    ----------
    texts : iterable of str
        Of one or more lines each.

    Returns
    -------
    int
        0 if there are none.
    """
    return max((len(line) for text in texts for line in text.split("\n")), default=0)


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
