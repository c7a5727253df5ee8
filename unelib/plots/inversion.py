"""What solvers cost and recover: error against calls."""

from collections.abc import Container, Iterable, Mapping

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .figures import MARKERS, PALETTE, WIDTH


def frontiers(
    table: pd.DataFrame,
    groups: Mapping[str, Iterable[str]],
    rows: Mapping[str, str],
    log: Container[str] = (),
    height: float = 2.4,
) -> Figure:
    """Accuracy against calls: a figure with a column of panels for each group of methods and a row for each measure.

    Parameters
    ----------
    table : DataFrame
        Of `unelib.inversion.frontier`.
    groups : dict
        {title: methods}; a method in several groups, the reference, is drawn alike in each if it stands at the same
        place of each.
    rows : dict
        {column of the table: label of the axis}.
    log : collection of str
        Columns on a logarithmic axis.
    height : float
        Of a row, in inches.

    Returns
    -------
    Figure
        The figure.
    """
    shape = (len(rows), len(groups))
    size = {"figsize": (WIDTH, height * len(rows) + 1.3), "layout": "constrained", "sharex": True, "sharey": "row"}
    figure, axes = plt.subplots(*shape, squeeze=False, **size)
    for down, (column, label) in zip(axes, rows.items()):
        for ax, methods in zip(down, groups.values()):
            calls_curves(table, column, methods, ax)
            ax.set_yscale("log" if column in log else "linear")
        down[0].set_ylabel(label)
    for ax, last, title in zip(axes[0], axes[-1], groups):
        ax.set_title(title, loc="left")
        last.set_xlabel("calls of the model")
        last.legend(
            *ax.get_legend_handles_labels(), loc="upper center", bbox_to_anchor=(0.5, -0.6 / height), fontsize=8
        )
    return figure


def calls_curves(table: pd.DataFrame, column: str, methods: Iterable[str], ax: Axes) -> Axes:
    """One line a method: a column against the calls it took.

    Parameters
    ----------
    table : DataFrame
        Of `unelib.inversion.frontier`.
    column : str
        What is drawn.
    methods : iterable of str
        In the order of their colours and markers.
    ax : Axes
        Where to draw.

    Returns
    -------
    Axes
        Those drawn on.
    """
    for i, method in enumerate(methods):
        rows = table[table.method == method]
        ax.plot(rows.calls, rows[column], marker=MARKERS[i % 6], color=PALETTE[i % 6], ms=4.5, lw=1.4, label=method)
    ax.set_xscale("log", base=2)
    ax.xaxis.set_major_formatter("{x:g}")
    return ax
