"""Numbers with their intervals, one a row: the workbook's plainest figure."""

from collections.abc import Container

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from ..stats.digits import told_with_ends
from .figures import PALETTE, TEXT, axes_for, few_ticks, reaches
from .labels import headline, name_mark, wrapped

GREY = "0.35"


def dot_plot(
    table: pd.DataFrame,
    ax: Axes | None = None,
    mark: float | None = None,
    control: Container[str] = (),
    xlabel: str = "",
    title: str = "",
    mark_name: str = "",
) -> Axes:
    """A dot and an interval for each row, with the number beside it; controls are grey and hollow.

    Parameters
    ----------
    table : DataFrame
        Its index names the rows, from top to bottom; its first three columns, by any name, are the value and the ends
        of its interval.
    ax : Axes, optional
        Where to draw; new axes if None.
    mark : float, optional
        Where a dashed line goes, such as chance.
    control : collection of str
        Rows that are controls.
    xlabel : str
        What the values are, with their unit.
    title : str
        What is to be seen; above the figure.
    mark_name : str
        What the dashed line is.

    Returns
    -------
    Axes
        Those drawn on.

    Examples
    --------
    >>> rows = {"noise": [0.8, 0.7, 0.9], "shuffled labels": [0.5, 0.4, 0.6]}
    >>> table = pd.DataFrame(rows, ["value", "low", "high"]).T
    >>> ax = dot_plot(table, mark=0.5, control=["shuffled labels"], title="Noise is read")
    >>> ax.figure.get_suptitle()
    'Noise is read'
    """
    names = [wrapped(name, 20) for name in table.index]
    rooms = np.array([1 + 0.5 * name.count("\n") for name in names])  # of a row, in heights of one with a short name
    places = np.cumsum(rooms) - rooms / 2 - 0.5
    ax = axes_for(ax, height=0.34 * rooms.sum() + 1.2)
    most = seen_decimals(table.iloc[:, :3].to_numpy(float))
    for y, name, ends in zip(places, table.index, table.iloc[:, :3].to_numpy(float)):
        value, low, high = ends
        grey = name in control
        arms = reaches([value], low, high)
        look = {"color": GREY if grey else PALETTE[0], "mfc": "white" if grey else PALETTE[0]}
        ax.errorbar(value, y, xerr=arms, fmt="s" if grey else "o", ms=7, lw=1.8, **look)
        text = told_with_ends((value, low, high), most).replace("-", "−")
        ax.annotate(
            text, (1.02, y), xycoords=("axes fraction", "data"), va="center", fontsize=TEXT, color=look["color"]
        )
    ax.set_yticks(places, names)
    ax.set(xlabel=xlabel, ylim=(rooms.sum() - 0.4 + 0.5 * bool(mark_name), -0.6))
    if mark is not None:
        name_mark(ax, mark, mark_name)
    if title:
        headline(ax.figure, title)
    ax.figure.draw_without_rendering()  # the names of rows take their room first
    return few_ticks(ax)


def seen_decimals(values):
    """Decimals of numbers on a figure: the last is about a five-hundredth of the whole, which an eye can just see."""
    span = np.nanmax(values) - np.nanmin(values)
    return max(0, round(float(np.log10(500 / span)))) if span > 0 else None
