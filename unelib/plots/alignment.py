"""Figures of how alike views are: data and optional axes in, axes out, in the manner of `plots`."""

from collections.abc import Collection, Container

import matplotlib.pyplot as plt
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .figures import MARKERS, PALETTE, TEXT, WIDTH, axes_for, few_ticks, reaches
from .labels import wrapped

TITLES = {
    "cka": "CKA",
    "cka_rbf": "CKA, Gaussian kernel",
    "rsa": "RSA",
    "mutual_knn": "mutual neighbours",
    "rank_agreement": "neighbour ranks",
    "procrustes_distance": "Procrustes angle",
    "svcca": "SVCCA",
    "pwcca": "PWCCA",
}  # of the measures in `similarity.STANDARD`


def beside_chance(table: pd.DataFrame, ax: Axes | None = None, control: Container[str] = ()) -> Axes:
    """One measure of likeness, a row a pair of views: dots with intervals, and what shuffled rows give as a grey bar.

    A pair is named by its first view alone where all pairs have the second in common. The bar goes from the mean of the
    null to the point that 5% of shuffles pass.

    Parameters
    ----------
    table : DataFrame
        Rows of one measure of `similarity_table`.
    ax : Axes, optional
        Where to draw; new axes if None.
    control : collection of str
        First views whose rows are shaded and whose dots are hollow.

    Returns
    -------
    Axes
        Those drawn on.
    """
    ax = axes_for(ax, height=0.32 * len(table) + 1.0)
    for y, row in enumerate(table.itertuples()):
        grey = row.view in control
        if grey:
            ax.axhspan(y - 0.5, y + 0.5, color="0.94", lw=0)
        ax.plot([row.null_mean, row.null_high], [y, y], color="0.6", lw=7, solid_capstyle="butt")
        ends = reaches([row.value], row.low, row.high)
        look = {"color": PALETTE[0], "mfc": "white" if grey else PALETTE[0], "ms": 5, "lw": 1.2}
        ax.errorbar(row.value, y, xerr=ends, fmt=MARKERS[0], **look)
    ax.set_yticks(range(len(table)), [wrapped(name) for name in pair_names(table)])
    ax.set_ylim(len(table) - 0.5, -0.5)
    return ax


def measure_panels(table: pd.DataFrame, control: Collection[str] = (), columns: int = 4) -> Figure:
    """`beside_chance` for every measure of a `similarity_table`: a panel a measure, with an axis of its own.

    A measure that is not in `TITLES` goes by its name.

    Parameters
    ----------
    table : DataFrame
        Of `similarity_table`, with the same pairs for every measure.
    control : collection of str
        As in `beside_chance`.
    columns : int
        Panels in a row.

    Returns
    -------
    Figure
        The figure.
    """
    measures = list(dict.fromkeys(table["measure"]))
    rows, pairs = -(-len(measures) // columns), len(table) // len(measures)
    size = {"figsize": (WIDTH, rows * (0.34 * pairs + 1.1)), "layout": "constrained", "sharey": True}
    figure, axes = plt.subplots(rows, columns, squeeze=False, **size)
    for ax, measure in zip(axes.flat, measures):
        beside_chance(table[table["measure"] == measure], ax, control)
        ax.set_title(wrapped(TITLES.get(measure, measure), 11), loc="left")
        few_ticks(ax)
    for ax in axes.flat[len(measures) :]:
        ax.set_axis_off()
    dot = {"color": PALETTE[0], "marker": MARKERS[0], "ls": "none", "ms": 5}
    key = [plt.Line2D([], [], label="view", **dot), plt.Line2D([], [], color="0.6", lw=7, label="shuffled rows")]
    if table["view"].isin(list(control)).any():
        key.insert(1, plt.Line2D([], [], label="control", mfc="white", **dot))
    figure.legend(handles=key, loc="outside lower center", ncols=3)
    return figure


def pair_heatmap(table: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """One measure of likeness of every two views as the lower half of a square: darker is more alike.

    Parameters
    ----------
    table : DataFrame
        Rows of one measure of `similarity_table`, of all pairs.
    ax : Axes, optional
        Where to draw; new axes if None.

    Returns
    -------
    Axes
        Those drawn on.
    """
    square = table.pivot(index="other", columns="view", values="value")
    views = list(dict.fromkeys([*table["view"], *table["other"]]))
    square = square.reindex(index=views[1:], columns=views[:-1])
    ax = axes_for(ax, height=0.36 * len(views) + 2.2)
    look = {"cmap": "Greys", "vmin": 0, "vmax": 1.2, "cbar": False, "linewidths": 0.6, "annot_kws": {"fontsize": TEXT}}
    sns.heatmap(square, ax=ax, annot=True, fmt=".2f", **look)
    ax.set(xlabel="", ylabel="")
    ax.tick_params(axis="both", length=0)
    ax.set_xticks(ax.get_xticks(), [wrapped(view, 14) for view in views[:-1]], rotation=90)
    ax.set_yticks(ax.get_yticks(), [wrapped(view) for view in views[1:]], rotation=0)
    return ax


def pair_names(table: pd.DataFrame) -> list[str]:
    """Names of the pairs of views in a table, by the first alone where the second is always the same.

    Parameters
    ----------
    table : DataFrame
        With columns `view` and `other`.

    Returns
    -------
    list of str
        One a row.
    """
    if table["other"].nunique() == 1:
        return list(table["view"])
    return [f"{view}, {other}" for view, other in zip(table["view"], table["other"])]
