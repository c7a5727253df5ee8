"""What solvers cost and recover: their error and the look of their noise, by the calls of the model that they take."""

from collections.abc import Container, Mapping

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure

from .figures import PALETTE, WIDTH
from .labels import headline, wrapped


def solver_panels(
    table: pd.DataFrame, measures: Mapping[str, str], log: Container[str] = (), title: str = ""
) -> Figure:
    """A row a method, the one with the smallest first measure at most steps on top, and a panel a measure.

    Dots grow with the steps; the last panel has the calls that they take.

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
    size = {"figsize": (WIDTH, 0.4 * len(order) + 1.6), "layout": "constrained", "sharey": True}
    figure, panels = plt.subplots(1, len(measures) + 1, squeeze=False, **size)
    for ax, (column, name) in zip(panels[0], {**measures, "calls": "calls"}.items()):
        for y, method in enumerate(order):
            rows = table[table.method == method].sort_values("steps")
            ax.plot(rows[column], [y] * len(rows), color="0.6", lw=1)
            ax.scatter(rows[column], [y] * len(rows), 18 + 14 * rows.steps.rank(), color=PALETTE[0], zorder=3)
        if column in log or column == "calls":
            ax.set_xscale("log")
        else:
            ax.locator_params(axis="x", nbins=2)
        ax.set_title(wrapped(name, 7), loc="left")
        ax.grid(axis="y", color="0.92")
    panels[0, 0].set_yticks(range(len(order)), [wrapped(method, 20) for method in order])
    panels[0, 0].set_ylim(len(order) - 0.4, -0.6)
    return headline(figure, title) if title else figure
