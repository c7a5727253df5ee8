"""Numbers with their intervals, one a row: the workbook's plainest figure."""

from collections.abc import Container

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from .figures import PALETTE, axes_for

GREY = "0.45"


def dot_plot(
    table: pd.DataFrame,
    ax: Axes | None = None,
    mark: float | None = None,
    control: Container[str] = (),
    xlabel: str = "",
    title: str = "",
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
        What is to be seen.

    Returns
    -------
    Axes
        Those drawn on.

    Examples
    --------
    >>> rows = {"noise": [0.8, 0.7, 0.9], "shuffled labels": [0.5, 0.4, 0.6]}
    >>> table = pd.DataFrame(rows, ["value", "low", "high"]).T
    >>> dot_plot(table, mark=0.5, control=["shuffled labels"], title="Noise is read").get_title(loc="left")
    'Noise is read'
    """
    ax = axes_for(ax, height=0.42 * len(table) + 1.0)
    for y, name in enumerate(table.index):
        value, low, high = table.iloc[y, :3].astype(float)
        grey = name in control
        ends = np.maximum([[value - low], [high - value]], 0)
        look = {"color": GREY if grey else PALETTE[0], "mfc": "white" if grey else PALETTE[0]}
        ax.errorbar(value, y, xerr=ends, fmt="s" if grey else "o", ms=7, lw=1.8, **look)
        text = f"{value:.2f} [{low:.2f}, {high:.2f}]"
        ax.annotate(text, (1.02, y), xycoords=("axes fraction", "data"), va="center", fontsize=9, color=look["color"])
    if mark is not None:
        ax.axvline(mark, color="black", ls="--", lw=1)
    ax.set_yticks(range(len(table)), table.index)
    ax.set(xlabel=xlabel, ylim=(len(table) - 0.4, -0.6))
    ax.set_title(title, loc="left")
    return ax
