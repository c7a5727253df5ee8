"""Scores of probes: radars, intervals, learning curves, reliability, profiles and spectra of components."""

from collections.abc import Container, Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike, NDArray

from .figures import MARKERS, PALETTE, WIDTH, axes_for, pretty

UPRIGHT = 30  # spokes of a radar whose names do not yet cover one another


def radar(
    table: pd.DataFrame,
    ax: Axes | None = None,
    low: float = 0.5,
    control: str | None = None,
    published: pd.DataFrame | None = None,
) -> Axes:
    """The paper's radar: one spoke an attribute, one ring line a view.

    Parameters
    ----------
    table : DataFrame (attributes x views)
        Scores, at most 1.
    ax : Axes, optional
        Polar axes to draw on; new ones if None.
    low : float
        Score at the centre; lower ones are drawn there.
    control : str, optional
        The view that is drawn dashed and grey.
    published : DataFrame (attributes x views), optional
        Published scores: hollow markers where the table has both.

    Returns
    -------
    Axes
        Those drawn on.
    """
    ax = ax if ax is not None else plt.subplots(figsize=(7.6, 6.4), subplot_kw={"polar": True}, layout="constrained")[1]
    angles = np.linspace(0, 2 * np.pi, len(table), endpoint=False)

    def closed(x):
        return np.append(x, x[0])

    for i, view in enumerate(table):
        look = {"color": PALETTE[i % 6], "marker": MARKERS[i % 6], "ms": 4}
        look = {"color": "0.55", "ls": "--"} if view == control else look
        ax.plot(closed(angles), closed(table[view].clip(lower=low).to_numpy()), lw=1.4, label=view, **look)
        if published is not None and view in published:
            hollow = {"marker": MARKERS[i % 6], "mec": PALETTE[i % 6], "mfc": "none", "ms": 7, "ls": "none"}
            ax.plot(angles, published[view].reindex(table.index), label=f"{view}, published", **hollow)
    ax.set_ylim(low, 1.0)
    name_spokes(ax, angles, [pretty(a) for a in table.index])
    ax.set_rlabel_position(np.degrees(angles[0]) + 180 / len(table))
    ax.tick_params(axis="y", labelsize=7, labelcolor="0.35")
    for label in ax.get_yticklabels():
        label.set_bbox({"fc": "white", "ec": "none", "alpha": 0.8, "pad": 0.6})
    ax.legend(loc="upper left", bbox_to_anchor=(1.08, 1.05))
    return ax


def name_spokes(ax: Axes, angles: NDArray[np.float64], names: Sequence[str]) -> None:
    """Names at the ends of a radar's spokes: upright, or along the spokes where there are too many for that.

    Parameters
    ----------
    ax : Axes
        Polar axes, whose radii end at 1.
    angles : ndarray (k,)
        Of the spokes, in radians.
    names : sequence of str (k,)
        One a spoke.
    """
    if len(names) > UPRIGHT:
        ax.set_xticks(angles, [])
        ax.set_yticks([y for y in ax.get_yticks() if y < 0.99])  # the rim's number would lie under a name
        for angle, name in zip(angles, names):
            turned = np.cos(angle) < -1e-9
            look = {"ha": "right" if turned else "left", "va": "center", "rotation_mode": "anchor", "fontsize": 7}
            ax.text(angle, 1.02, name, rotation=np.degrees(angle) - 180 * turned, **look)
        return
    ax.set_xticks(angles, names, fontsize=8)
    ax.tick_params(axis="x", pad=3)
    for label, side in zip(ax.get_xticklabels(), np.cos(angles)):
        label.set_ha("left" if side > 0.1 else "right" if side < -0.1 else "center")


def radar_panels(
    panels: Mapping[str, pd.DataFrame],
    low: float = 0.5,
    control: str | None = None,
    published: pd.DataFrame | None = None,
) -> Figure:
    """Radars side by side on the same spokes.

    Parameters
    ----------
    panels : dict
        {title: DataFrame (attributes x views)}, each as `radar` takes it.
    low, control, published
        As in `radar`, for every panel.

    Returns
    -------
    Figure
        The figure.
    """
    size = {"figsize": (WIDTH, 0.62 * WIDTH), "layout": "constrained", "subplot_kw": {"polar": True}}
    figure, axes = plt.subplots(1, len(panels), **size)
    for ax, (title, table) in zip(np.atleast_1d(axes), panels.items()):
        reach = 0.14 if len(table) <= UPRIGHT else 0.42  # of the names, in heights of the panel
        radar(table, ax, low, control, published).set_title(title, y=1 + reach)
        ax.tick_params(axis="x", labelsize=6.5)
        ax.legend(loc="upper center", bbox_to_anchor=(0.5, -reach), fontsize=8, ncols=2)
    return figure


def interval_plot(
    scores: Mapping[str, pd.DataFrame],
    ax: Axes | None = None,
    sort_by: str | None = None,
    chance: float = 0.5,
    null: pd.DataFrame | ArrayLike | None = None,
) -> Axes:
    """AUC of every attribute in every view with its 95 % interval.

    Parameters
    ----------
    scores : dict
        {view: DataFrame by attribute with columns `auc`, `auc_low`, `auc_high`}, as `probe_scores` gives it.
    ax : Axes, optional
        Where to draw; new axes if None.
    sort_by : str, optional
        View by whose AUC attributes are sorted; the first if None.
    chance : float
        Where a dashed line goes.
    null : DataFrame (repeats x attributes), optional
        AUCs with shuffled labels: the middle 95 % of all is drawn as a band.

    Returns
    -------
    Axes
        Those drawn on.
    """
    first = next(iter(scores.values()))
    order = (scores[sort_by] if sort_by else first).auc.sort_values().index
    ax = axes_for(ax, height=0.3 * len(order) + 0.8)
    for i in range(0, len(order), 2):
        ax.axhspan(i - 0.5, i + 0.5, color="0.96", lw=0)
    if null is not None:
        ax.axvspan(*np.percentile(null, [2.5, 97.5]), color="0.8", alpha=0.6, lw=0, label="shuffled labels")
    for i, (view, table) in enumerate(scores.items()):
        t = table.loc[order]
        y = np.arange(len(order)) + 0.6 / len(scores) * (i - (len(scores) - 1) / 2)
        error = np.maximum([t.auc - t.auc_low, t.auc_high - t.auc], 0)
        ax.errorbar(t.auc, y, xerr=error, fmt=MARKERS[i % 6], color=PALETTE[i % 6], ms=4, lw=1, label=view)
    ax.set_yticks(np.arange(len(order)), [pretty(a) for a in order])
    ax.axvline(chance, color="black", ls="--", lw=1)
    ax.set(xlabel="AUC on held-out images, 95 % interval", ylim=(-0.6, len(order) - 0.4))
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=len(scores) + 1)
    return ax


def learning_curves(
    curves: Mapping[str, dict[int, dict[str, float]]],
    ax: Axes | None = None,
    ylabel: str = "mean AUC",
    xlabel: str = "training images",
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

    Returns
    -------
    Axes
        Those drawn on.
    """
    ax = axes_for(ax, width=5.2)
    for i, (view, points) in enumerate(curves.items()):
        n, table = list(points), pd.DataFrame(points).T
        error = np.maximum([table.auc - table.low, table.high - table.auc], 0)
        look = {"color": PALETTE[i % 6], "marker": MARKERS[i % 6], "ms": 4.5}
        ax.errorbar(np.array(n) * 1.01**i, table.auc, yerr=error, lw=1.4, elinewidth=0.8, label=view, **look)
    ax.set_xscale("log")
    ax.set_xticks(n, n, minor=False)
    ax.set_xticks([], minor=True)
    ax.axhline(0.5, color="black", ls="--", lw=1)
    ax.set(xlabel=xlabel, ylabel=ylabel)
    ax.legend(loc="upper left", bbox_to_anchor=(1, 1))
    return ax


def reliability_diagram(tables: Mapping[str, pd.DataFrame], ax: Axes | None = None) -> Axes:
    """Observed shares against predicted probabilities, a line a view.

    Parameters
    ----------
    tables : dict
        {view: DataFrame of `probing.reliability`}.
    ax : Axes, optional
        Where to draw; new axes if None.

    Returns
    -------
    Axes
        Those drawn on.
    """
    ax = axes_for(ax, width=4.6, height=4.2)
    for i, (view, t) in enumerate(tables.items()):
        error = np.maximum([t.observed - t.low, t.high - t.observed], 0)
        look = {"color": PALETTE[i % 6], "marker": MARKERS[i % 6], "ms": 4.5}
        ax.errorbar(t.predicted, t.observed, yerr=error, lw=1.4, elinewidth=0.8, label=view, **look)
    ax.plot([0, 1], [0, 1], color="black", lw=0.8, ls="--")
    ax.set(xlabel="predicted probability", ylabel="observed share", xlim=(0, 1), ylim=(0, 1))
    ax.legend()
    return ax


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
    ax = axes_for(ax, width=4.6, height=4.2)
    ax.scatter(a, b, color=PALETTE[0], s=22)
    apart = (a - b).abs().nlargest(named).index
    wide, high, placed = 0.4 * np.ptp(a), 0.06 * np.ptp(b), []
    for name in dict.fromkeys([*a.nsmallest(named // 2).index, *b.nsmallest(named // 2).index, *apart]):
        if all(abs(a[name] - x) > wide or abs(b[name] - y) > high for x, y in placed):
            ax.annotate(pretty(name), (a[name], b[name]), fontsize=8, xytext=(4, 3), textcoords="offset points")
            placed.append((a[name], b[name]))
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
    ax = axes_for(ax, width=5.2)
    for i, (name, values) in enumerate(curves.items()):
        if np.ndim(values) == 2:
            k = np.arange(1, np.shape(values)[1] + 1)
            ax.fill_between(k, np.min(values, 0), np.max(values, 0), color="0.8", lw=0, label=name)
            continue
        ax.plot(np.arange(1, len(values) + 1), values, lw=1.6, color=PALETTE[i % 6], ls=["-", "--"][i % 2], label=name)
    ax.axhline(0, color="black", lw=0.8)
    ax.set(xlabel=xlabel, ylabel=ylabel)
    ax.legend()
    return ax


def compared(
    table: pd.DataFrame,
    ax: Axes | None = None,
    mark: float | None = None,
    control: Container[str] = (),
    xlabel: str = "",
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

    Returns
    -------
    Axes
        Those drawn on.
    """
    views, worlds = list(dict.fromkeys(table["view"])), list(dict.fromkeys(table["world"]))
    ax = axes_for(ax, height=0.36 * len(views) + 0.9)
    for y in [y for y, view in enumerate(views) if view in control]:
        ax.axhspan(y - 0.5, y + 0.5, color="0.94", lw=0)
    for i, world in enumerate(worlds):
        t = table[table["world"] == world]
        y = np.array([views.index(view) for view in t["view"]]) + 0.5 / len(worlds) * (i - (len(worlds) - 1) / 2)
        error = np.maximum([t.value - t.low, t.high - t.value], 0)
        ax.errorbar(t.value, y, xerr=error, fmt=MARKERS[i % 6], color=PALETTE[i % 6], ms=5, lw=1.2, label=world)
    if mark is not None:
        ax.axvline(mark, color="black", ls="--", lw=1)
    ax.set_yticks(range(len(views)), views)
    ax.set(xlabel=xlabel, ylim=(len(views) - 0.5, -0.5))
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=len(worlds))
    return ax
