"""What solvers cost and recover: their error and the look of their noise, by the calls of the model that they take."""

from collections.abc import Container, Mapping

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter

from .figures import PALETTE, WIDTH, few_ticks
from .labels import headline, wrapped


def solver_panels(
    table: pd.DataFrame, measures: Mapping[str, str], log: Container[str] = (), title: str = ""
) -> Figure:
    """A row a method and a panel a measure, three panels a row.

    The method with the smallest first measure, at most steps, is on top. Dots grow with the steps; the last panel has
    the calls that they take.

    Parameters
    ----------
    table : DataFrame
        Of `unelib.inversion.frontier`.
    measures : dict
        {column of the table: title of the panel}; the first orders the rows.
    log : collection of str
        Columns on a logarithmic axis.
    title : str
        What is to be seen.

    Returns
    -------
    Figure
        The figure.
    """
    steps, first = sorted(table.steps.unique()), next(iter(measures))
    order = list(table[table.steps == steps[-1]].sort_values(first).method)
    shown, columns = {**measures, "calls": "calls"}, 3
    rows = -(-len(shown) // columns)
    size = {"figsize": (WIDTH, rows * (0.36 * len(order) + 0.9) + 0.6), "layout": "constrained", "sharey": True}
    figure, panels = plt.subplots(rows, columns, squeeze=False, **size)
    for ax in panels.flat[len(shown) :]:
        ax.set_axis_off()
    for ax, (column, name) in zip(panels.flat, shown.items()):
        for y, method in enumerate(order):
            found = table[table.method == method].sort_values("steps")
            ax.plot(found[column], [y] * len(found), color="0.6", lw=1)
            ax.scatter(found[column], [y] * len(found), 14 + 16 * found.steps.rank(), color=PALETTE[0], zorder=3)
        if column in log or column == "calls":
            ax.set_xscale("log")
            ax.xaxis.set_minor_formatter(NullFormatter())
            ax.xaxis.set_major_formatter("{x:g}")
        else:
            few_ticks(ax)
        ax.set_title(wrapped(name, 14), loc="left")
        ax.grid(axis="y", color="0.92")
    panels[0, 0].set_yticks(range(len(order)), [wrapped(method, 20) for method in order])
    panels[0, 0].set_ylim(len(order) - 0.4, -0.6)
    return headline(figure, title) if title else figure
