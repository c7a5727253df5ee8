"""Scores of probes: intervals by attribute, learning curves, reliability, profiles and spectra of components."""

from collections.abc import Container, Mapping, Sequence
from textwrap import fill
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike, NDArray

from .figures import MARKERS, PALETTE, TEXT, WIDTH, axes_for, few_ticks, pretty, reaches
from .labels import headline, name_dots, name_lines, wrapped


def interval_panels(
    scores: Mapping[str, pd.DataFrame],
    control: pd.Series | None = None,
    control_name: str = "control",
    null: pd.DataFrame | ArrayLike | None = None,
    columns: Sequence[str] = ("auc", "auc_low", "auc_high"),
    published: pd.DataFrame | None = None,
    xlabel: str = "AUC",
    title: str = "",
) -> Figure:
    """Scores of every attribute with 95 % intervals: a panel a view, attributes sorted by the first view's.

    Parameters
    ----------
    scores : dict
        {view: DataFrame by attribute with the three columns}, as `probe_scores` gives it.
    control : Series, optional
        Scores of a control by attribute, such as small pictures: a grey upright in each row of each panel. Attributes
        are sorted by how far the first view lies above it.
    control_name : str
        Its name, in the title's second line.
    null : DataFrame (repeats x attributes), optional
        Scores with shuffled labels: the middle 95 % of all is drawn as a band.
    columns : three str
        Of the tables: score and the ends of its interval.
    published : DataFrame (attributes x views), optional
        Published scores: hollow markers where the table has both.
    xlabel : str
        Of the scores.
    title : str
        What is to be seen.

    Returns
    -------
    Figure
        The figure.
    """
    value, low, high = columns
    first = next(iter(scores.values()))[value]
    order = (first if control is None else first - control).sort_values().index
    size = {"figsize": (WIDTH, 0.25 * len(order) + 1.7), "layout": "constrained", "sharex": True, "sharey": True}
    figure, panels = plt.subplots(1, len(scores), squeeze=False, **size)
    y = np.arange(len(order))
    for ax, (view, table) in zip(panels[0], scores.items()):
        t = table.loc[order]
        for i in y[::2]:
            ax.axhspan(i - 0.5, i + 0.5, color="0.96", lw=0)
        if null is not None:
            ax.axvspan(*np.percentile(null, [2.5, 97.5]), color="0.8", alpha=0.7, lw=0)
        if control is not None:
            ax.plot(control[order], y, "|", color="0.35", ms=12, mew=2)
        ends = reaches(t[value], t[low], t[high])
        ax.errorbar(t[value], y, xerr=ends, fmt=MARKERS[0], color=PALETTE[0], ms=4.5, lw=1.2)
        if published is not None and view in published:
            ax.plot(published[view].reindex(order), y, "D", mec=PALETTE[1], mfc="none", ms=6)
        ax.set_title(fill(view, 9), loc="left")
        ax.set(ylim=(-0.6, len(order) - 0.4))
        few_ticks(ax)
        ax.tick_params(axis="y", length=0)
    panels[0, 0].set_yticks(y, [pretty(a) for a in order])
    marks = ["dot and line: 95 % interval"]
    marks += [f"upright: {control_name}"] if control is not None else []
    marks += ["band: shuffled labels"] if null is not None else []
    marks += ["diamond: published"] if published is not None else []
    figure.supxlabel(fill(f"{xlabel}; {'; '.join(marks)}", 56), fontsize=TEXT)
    return headline(figure, title) if title else figure


def learning_curves(
    curves: Mapping[str, dict[int, dict[str, float]]],
    ax: Axes | None = None,
    ylabel: str = "mean AUC",
    xlabel: str = "training images",
    named: bool = True,
) -> Axes:
    """Scores against training images, or components, a line a view.

    Parameters
    ----------
    curves : dict
        {view: {n: {"auc", "low", "high"}}}, as `probing.learning_curve` and `probing.dimension_curve` give it.
    ax : Axes, optional
        Where to draw; new axes if None.
    ylabel, xlabel : str
        Of the axes.
    named : bool
        Whether lines have their names beside them.

    Returns
    -------
    Axes
        Those drawn on.
    """
    ax = axes_for(ax)
    for i, (view, points) in enumerate(curves.items()):
        n, table = list(points), pd.DataFrame(points).T
        error = reaches(table.auc, table.low, table.high)
        look = {"color": PALETTE[i % 6], "marker": MARKERS[i % 6], "ms": 4.5}
        ax.errorbar(np.array(n) * 1.01**i, table.auc, yerr=error, lw=1.4, elinewidth=0.8, label=view, **look)
    ax.set_xscale("log")
    ax.set_xticks(n, n, minor=False)
    ax.set_xticks([], minor=True)
    ax.axhline(0.5, color="black", ls="--", lw=1)
    ax.set(xlabel=xlabel, ylabel=ylabel)
    return name_lines(ax) if named else ax


def reliability_panels(tables: Mapping[str, pd.DataFrame]) -> Figure:
    """Observed shares against predicted probabilities, a panel a view; on the dashed line both are equal.

    Parameters
    ----------
    tables : dict
        {view: DataFrame of `probing.reliability`}.

    Returns
    -------
    Figure
        The figure.
    """
    size = {"figsize": (WIDTH, 2.9), "layout": "constrained", "sharex": True, "sharey": True}
    figure, panels = plt.subplots(1, max(len(tables), 1), squeeze=False, **size)
    for ax, (view, t) in zip(panels[0], tables.items()):
        error = reaches(t.observed, t.low, t.high)
        ax.errorbar(t.predicted, t.observed, yerr=error, lw=1.4, color=PALETTE[0], marker=MARKERS[0], ms=4.5)
        ax.plot([0, 1], [0, 1], color="black", lw=0.8, ls="--")
        ax.set_title(wrapped(view, 14), loc="left")
        ax.set(xlim=(0, 1), ylim=(0, 1), xticks=[0, 0.5, 1], yticks=[0, 0.5, 1])
    panels[0, 0].set_ylabel("observed share")
    figure.supxlabel("predicted probability", fontsize=TEXT)
    return figure


def profile_scatter(
    a: pd.Series,
    b: pd.Series,
    ax: Axes | None = None,
    names: Sequence[str] = ("a", "b"),
    named: int = 4,
    score: str = "AUC in ",
) -> Axes:
    """One view's profile of scores against another's.

    Parameters
    ----------
    a, b : Series
        Scores of two views, by attribute.
    ax : Axes, optional
        Where to draw; new axes if None.
    names : pair of str
        Of the two views.
    named : int
        Labels go to so many attributes farthest from the diagonal and to the lowest half as many of each view, unless
        one would cover another.
    score : str
        Axes are labelled with it and a name.

    Returns
    -------
    Axes
        Those drawn on.
    """
    ax = axes_for(ax, height=4.6)
    ax.scatter(a, b, color=PALETTE[0], s=22)
    apart = (a - b).abs().nlargest(named).index
    letter = 0.65 * TEXT * np.ptp(a) / (ax.bbox.width * 72 / ax.figure.dpi)  # in units of the data
    line, middle, placed = 0.06 * np.ptp(b), (a.min() + a.max()) / 2, [*zip(a, a, b)]
    for name in dict.fromkeys([*a.nsmallest(named // 2).index, *b.nsmallest(named // 2).index, *apart]):
        x, y, left = a[name], b[name], a[name] > middle
        ends = sorted((x + letter * (-1 if left else 1), x + letter * (1 + len(name)) * (-1 if left else 1)))
        if all(right < ends[0] or start > ends[1] or abs(y - other) > line for start, right, other in placed):
            where = {"xytext": (-6 if left else 6, 0), "ha": "right" if left else "left", "va": "center"}
            ax.annotate(pretty(name), (x, y), textcoords="offset points", **where)
            placed.append((*ends, y))
    low, high = min(a.min(), b.min()) - 0.02, max(a.max(), b.max())
    ax.plot([low, high], [low, high], color="black", lw=0.8, ls="--")
    ax.set(xlabel=score + names[0], ylabel=score + names[1], xlim=(None, high + 0.03))
    return ax


def spectrum(
    curves: Mapping[str, NDArray[Any] | Sequence[Any]],
    ax: Axes | None = None,
    xlabel: str = "dimension",
    ylabel: str = "held-out correlation",
) -> Axes:
    """Spectra as lines; a null of several rows as a grey band from least to most.

    Parameters
    ----------
    curves : dict
        {name: (k,)}, a line each, or {name: (repeats, k)}, a band each.
    ax : Axes, optional
        Where to draw; new axes if None.
    xlabel, ylabel : str
        Of the axes.

    Returns
    -------
    Axes
        Those drawn on.
    """
    ax = axes_for(ax)
    for i, (name, values) in enumerate(curves.items()):
        if np.ndim(values) == 2:
            k = np.arange(1, np.shape(values)[1] + 1)
            ax.fill_between(k, np.min(values, 0), np.max(values, 0), color="0.8", lw=0, label=name)
            continue
        ax.plot(np.arange(1, len(values) + 1), values, lw=1.6, color=PALETTE[i % 6], ls=["-", "--"][i % 2], label=name)
    ax.axhline(0, color="black", lw=0.8)
    ax.set(xlabel=xlabel, ylabel=ylabel)
    return name_lines(ax)


def compared(
    table: pd.DataFrame,
    ax: Axes | None = None,
    mark: float | None = None,
    control: Container[str] = (),
    xlabel: str = "",
    named: bool = True,
) -> Axes:
    """Values of views in several worlds: a row a view, a colour and marker a world, with intervals.

    Parameters
    ----------
    table : DataFrame
        With columns `world`, `view`, `value`, `low`, `high`.
    ax : Axes, optional
        Where to draw; new axes if None.
    mark : float, optional
        Where a dashed line goes.
    control : collection of str
        Views whose rows are grey.
    xlabel : str
        Of the values.
    named : bool
        Whether worlds are named above their first dots.

    Returns
    -------
    Axes
        Those drawn on.
    """
    views, worlds = list(dict.fromkeys(table["view"])), list(dict.fromkeys(table["world"]))
    ax, points = axes_for(ax, height=0.38 * len(views) + 1.2), {}
    for y in [y for y, view in enumerate(views) if view in control]:
        ax.axhspan(y - 0.5, y + 0.5, color="0.94", lw=0)
    for i, world in enumerate(worlds):
        t = table[table["world"] == world]
        y = np.array([views.index(view) for view in t["view"]]) + 0.5 / len(worlds) * (i - (len(worlds) - 1) / 2)
        error = reaches(t.value, t.low, t.high)
        ax.errorbar(t.value, y, xerr=error, fmt=MARKERS[i % 6], color=PALETTE[i % 6], ms=5.5, lw=1.4, label=world)
        points[world] = (t.value.iloc[0], y[0], PALETTE[i % 6])
    if mark is not None:
        ax.axvline(mark, color="black", ls="--", lw=1)
    ax.set_yticks(range(len(views)), [wrapped(view) for view in views])
    ax.set(xlabel=xlabel, ylim=(len(views) - 0.5, -0.5))
    few_ticks(ax)
    return name_dots(ax, points) if named else ax
