"""Two measures of several ways against each other, each at one strength or at several."""

from collections.abc import Mapping

import pandas as pd
from matplotlib.axes import Axes

from .figures import MARKERS, PALETTE, axes_for, reaches
from .labels import headline, wrapped

GREY = "0.45"


def balanced(
    ways: Mapping[str, pd.DataFrame],
    x: str,
    y: str,
    ax: Axes | None = None,
    xlabel: str = "",
    ylabel: str = "",
    title: str = "",
) -> Axes:
    """A line a way through its points, with intervals both ways; controls are grey, dashed and hollow.

    Parameters
    ----------
    ways : dict
        {way: DataFrame, a row a strength} with the columns of `editing.mean_rows`; one row is a dot. Ways that end in
        "(control)" are controls.
    x, y : str
        Columns.
    ax : Axes, optional
        Where to draw; new axes if None.
    xlabel, ylabel : str
        What they are; the columns' names if empty.
    title : str
        What is to be seen; above the figure.

    Returns
    -------
    Axes
        Those drawn on.

    Examples
    --------
    >>> columns = [f"{name}{end}" for name in ("kept", "varied") for end in ("", " low", " high")]
    >>> point = pd.DataFrame([[0.5, 0.4, 0.6, 0.2, 0.1, 0.3]], columns=columns)
    >>> balanced({"a way": point}, "kept", "varied").get_xlabel()
    'kept'
    """
    ax, owners = axes_for(ax, height=4.2), [name for name in ways if not name.endswith("(control)")]
    for name, rows in ways.items():
        control = name not in owners
        i = 0 if control else owners.index(name) % 6
        ends = {axis: [rows[column + end] for end in ("", " low", " high")] for axis, column in (("x", x), ("y", y))}
        arms = {f"{axis}err": reaches(*of) for axis, of in ends.items()}
        color = GREY if control else PALETTE[i]
        look = {"color": color, "marker": MARKERS[i], "ms": 6.5, "mfc": "white" if control else color}
        look |= {"ls": "--" if control else "-", "lw": 1.4, "elinewidth": 0.8, "zorder": 2 if control else 3}
        ax.errorbar(rows[x], rows[y], label=wrapped(name, 16), **arms, **look)
    ax.set(xlabel=xlabel or x, ylabel=ylabel or y)
    if title:
        headline(ax.figure, title)
    ax.legend(loc="upper left", bbox_to_anchor=(1, 1))  # names beside the points would be taken for intervals
    return ax
