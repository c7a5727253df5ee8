"""Names on figures: the finding above, lines named at their ends, dots named above their row, long names in lines."""

from collections.abc import Mapping, Sequence
from textwrap import fill
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from numpy.typing import ArrayLike, NDArray

from .figures import TEXT

NAMED = 7  # lines that are named beside their ends; if there are more, a legend names them


class Point(NamedTuple):
    """Where something that is to be named lies, and how it looks."""

    x: float
    y: float
    color: Any


def headline(figure: Figure, text: str) -> Figure:
    """Put what is seen above a figure, from its left edge, in as many lines as it needs.

    Parameters
    ----------
    figure : Figure
        With a constrained layout.
    text : str
        The finding, with its number.

    Returns
    -------
    Figure
        The same.
    """
    size, width = TEXT, figure.get_size_inches()[0]
    figure.suptitle(
        fill(text, int(width * 72 / (0.67 * size)), break_on_hyphens=False), x=0.01, ha="left", fontsize=size
    )
    return figure


def wrapped(text: object, width: int = 18) -> str:
    """A name in lines of at most so many letters, if its words allow that.

    Parameters
    ----------
    text : str, or what has one
        The name.
    width : int
        Letters of a line.

    Returns
    -------
    str
        The lines.

    Examples
    --------
    >>> wrapped("difference of class means", 14)
    'difference of\\nclass means'
    """
    return fill(str(text), width, break_long_words=False, break_on_hyphens=False)


def spaced(places: ArrayLike, sizes: ArrayLike, low: float, high: float) -> NDArray[np.float64]:
    """Middles of labels near their places, none over another.

    Parameters
    ----------
    places : array-like (n,)
        Where the labels should be.
    sizes : array-like (n,)
        How much room each takes.
    low, high : float
        The ends of the room; labels that do not fit go beyond its upper end.

    Returns
    -------
    ndarray (n,)
        Where they are, in the same order from low to high.

    Examples
    --------
    >>> spaced([0.5, 0.5], [0.2, 0.2], 0, 1).round(2).tolist()
    [0.4, 0.6]
    """
    places, sizes = np.asarray(places, float), np.asarray(sizes, float)
    order = np.argsort(places, kind="stable")
    before = np.concatenate([[0], np.cumsum(sizes[order])])
    offsets = (before[:-1] + before[1:]) / 2
    wanted = np.clip(places[order], low + sizes[order] / 2, high - sizes[order] / 2) - offsets
    blocks: list[list[float]] = []  # labels that touch move as one, to the mean of what they want
    for value in wanted:
        blocks.append([value, 1])
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            (a, n), (b, m) = blocks.pop(-2), blocks.pop()
            blocks.append([(a * n + b * m) / (n + m), n + m])
    found = np.repeat([value for value, _ in blocks], [int(n) for _, n in blocks])
    found = np.maximum(np.minimum(found, high - before[-1]), low)
    result = np.empty_like(places)
    result[order] = found + offsets
    return result


def name_lines(ax: Axes, named: int = NAMED, width: int = 14) -> Axes:
    """Name each line beside its right end, in its colour; a legend beside the axes if there are too many.

    Parameters
    ----------
    ax : Axes
        Whose lines and bands have labels; its limits are those that it keeps.
    named : int
        Lines that are named so, at most.
    width : int
        Letters of a name in one line.

    Returns
    -------
    Axes
        The same.
    """
    handles, names = ax.get_legend_handles_labels()
    if len(names) > named:
        ax.legend(loc="upper left", bbox_to_anchor=(1, 1))
        return ax
    ends = [last_point(handle, ax.xaxis_inverted()) for handle in handles]
    texts, high = [wrapped(name, width) for name in names], ax.bbox.height * 72 / ax.figure.dpi
    ax.autoscale_view()
    places = [ax.transAxes.inverted().transform(ax.transData.transform(end[:2]))[1] for end in ends]
    for end, text, y in zip(ends, texts, spaced(places, label_rooms(texts, high), 0, 1)):
        arrow = {"arrowstyle": "-", "color": end.color, "lw": 0.7, "shrinkA": 1, "shrinkB": 3, "relpos": (0, 0.5)}
        where = {"xytext": (1.04, y), "textcoords": "axes fraction", "ha": "left", "va": "center"}
        ax.annotate(
            text, end[:2], color=dark(end.color), fontsize=TEXT, arrowprops=arrow, **where, annotation_clip=False
        )
    return ax


def label_rooms(texts, high):
    """How much of a height in points each text (n,) of some lines takes, with a gap that is smaller where room is."""
    lines = np.array([text.count("\n") + 1 for text in texts])
    gap = np.clip((high / TEXT - 1.25 * lines.sum()) / max(len(lines), 1), 0.3, 0.7)
    return TEXT * (1.25 * lines + gap) / high


def last_point(handle: Any, inverted: bool = False) -> Point:
    """The right end of a line, of a line with intervals, or of the middle of a band.

    Parameters
    ----------
    handle : Line2D, ErrorbarContainer or PolyCollection
        What `get_legend_handles_labels` gives.
    inverted : bool
        Whether small values are on the right.

    Returns
    -------
    Point
        In the units of the data.
    """
    if hasattr(handle, "get_paths"):  # a band
        corners = handle.get_paths()[0].vertices
        right = corners[corners[:, 0] == (np.min if inverted else np.max)(corners[:, 0])]
        return Point(right[0, 0], (right[:, 1].min() + right[:, 1].max()) / 2, handle.get_facecolor()[0])
    line = handle.lines[0] if hasattr(handle, "lines") else handle
    right = (np.argmin if inverted else np.argmax)(line.get_xdata())
    return Point(line.get_xdata()[right], line.get_ydata()[right], line.get_color())


def name_dots(ax: Axes, points: Mapping[str, Point | Sequence[Any]]) -> Axes:
    """Name dots of the top row above the axes, each with a line down to it, none over another.

    Parameters
    ----------
    ax : Axes
        Whose limits are those that it keeps.
    points : dict
        {name: (x, y, colour)}, in the units of the data.

    Returns
    -------
    Axes
        The same.
    """
    ax.figure.draw_without_rendering()  # else the layout, which row names make narrower, is not known
    wide, high = ax.bbox.width * 72 / ax.figure.dpi, ax.bbox.height * 72 / ax.figure.dpi
    sizes = np.array([0.7 * TEXT * len(name) / wide + 0.06 for name in points])
    ax.autoscale_view()
    places = [ax.transAxes.inverted().transform(ax.transData.transform(point[:2]))[0] for point in points.values()]
    for (name, (x, y, color)), at in zip(points.items(), spaced(places, sizes, -0.3, max(1.0, sizes.sum() - 0.3))):
        arrow = {"arrowstyle": "-", "color": color, "lw": 0.7, "shrinkA": 0, "shrinkB": 3}
        where = {"xytext": (at, 1 + 0.5 * TEXT / high), "textcoords": "axes fraction", "ha": "center", "va": "bottom"}
        ax.annotate(name, (x, y), color=dark(color), fontsize=TEXT, arrowprops=arrow, **where, annotation_clip=False)
    return ax


def name_mark(ax: Axes, x: float, name: str) -> Axes:
    """A dashed line across a figure of rows, with its name at its foot.

    Parameters
    ----------
    ax : Axes
        Whose limits are those that it keeps.
    x : float
        Where it goes.
    name : str
        What it is; no name if empty.

    Returns
    -------
    Axes
        The same.
    """
    ax.axvline(x, color="black", ls="--", lw=1, zorder=0.5)
    look = {"xycoords": ("data", "axes fraction"), "xytext": (4, 4), "textcoords": "offset points"}
    ax.annotate(name, (x, 0), va="bottom", ha="left", fontsize=TEXT, color="0.25", **look)
    return ax


def dark(color: Any) -> tuple[float, ...]:
    """A colour that letters on white can have: the same, darkened where it is too light.

    Parameters
    ----------
    color : matplotlib colour
        Such as one of `PALETTE`.

    Returns
    -------
    tuple of float
        Red, green, blue, 0 to 1.
    """
    rgb = np.array(to_rgb(color))
    return tuple(rgb * min(1, 0.45 / max(rgb @ [0.299, 0.587, 0.114], 1e-9)))
