"""Figures of noise and of tests of Gaussianity: maps, spectra, quantiles, rates at which tests pass."""

from collections.abc import Container, Mapping
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray
from scipy import stats

from .figures import MARKERS, PALETTE, TEXT, WIDTH, axes_for, few_ticks, reaches, side_by_side
from .labels import name_dots, name_lines, wrapped

FLOOR = 1e-8  # p-values below are drawn here


def pass_bands(table: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Pass rates of views (dots, and numbers beside) above what their Gaussian twins reach (bars).

    Bars go from the critical value to 1. The first row says which is which.

    Parameters
    ----------
    table : DataFrame
        A row a view, with columns `view`, `statistic`, `null_low`, `null_median`, such as rows of `pass_rate_test` with
        a column `view`.
    ax : Axes, optional
        Where to draw; new axes if None.

    Returns
    -------
    Axes
        Those drawn on.
    """
    ax = axes_for(ax, height=0.3 * len(table) + 1.2)
    y = np.arange(len(table))[::-1]
    ax.barh(y, 1 - table.null_low, left=table.null_low, color="0.85", height=0.7, label="its Gaussian twins")
    ax.plot(table.null_median, y, "|", color="black", ms=9, label="their median")
    ax.plot(table.statistic, y, MARKERS[0], color=PALETTE[0], ms=5, label="view")
    shares_beside(ax, y, table.statistic)
    ax.set_yticks(y, [wrapped(view) for view in table["view"]])
    ax.set(xlim=(0, 1.03), xlabel="share that passes", ylim=(-0.6, len(table) - 0.4), xticks=[0, 0.5, 1])
    top = table.iloc[0]
    twins = ((top.null_low + 1) / 2, len(table) - 1, "0.5")
    ax.figure.draw_without_rendering()  # the numbers beside take room, and names are placed by what is left
    return name_dots(ax, {"view": (top.statistic, len(table) - 1, PALETTE[0]), "twins": twins})


def shares_beside(ax, y, shares):
    """Shares as numbers, each to the right of its row."""
    for at, share in zip(y, shares):
        ax.annotate(f"{share:.0%}", (1.03, at), xycoords=("axes fraction", "data"), va="center", fontsize=TEXT)


def p_heatmap(p: pd.DataFrame, ax: Axes | None = None, split: int | None = None, level: float = 0.05) -> Axes:
    """P-values of tests (columns) on views (rows), grey if at most `level`.

    One shade alone: how far below the level a simulated p is, the number of draws decides.

    Parameters
    ----------
    p : DataFrame (views x tests)
        P-values.
    ax : Axes, optional
        Where to draw; new axes if None.
    split : int, optional
        A white line goes after so many columns.
    level : float
        Of the tests.

    Returns
    -------
    Axes
        Those drawn on.
    """
    ax = axes_for(ax, height=0.34 * len(p) + 1.7)
    text = p.map(lambda x: "<.001" if x < 0.001 else f"{x:.3f}"[1:] if x < 0.995 else "1")
    look = {"cmap": "Greys", "vmin": 0, "vmax": 3, "cbar": False, "linewidths": 0.6, "annot_kws": {"fontsize": TEXT}}
    sns.heatmap((p <= level).astype(int), ax=ax, annot=text, fmt="", **look)
    if split:
        ax.axvline(split, color="white", lw=6)
    ax.set(xlabel="", ylabel="")
    ax.xaxis.tick_top()
    ax.tick_params(axis="both", length=0)
    ax.set_xticks(ax.get_xticks(), [name.replace(" ", "\n") for name in p], rotation=90)
    ax.set_yticks(ax.get_yticks(), [wrapped(view) for view in p.index], rotation=0)
    return ax


def halves(tables: Mapping[str, pd.DataFrame], ax: Axes | None = None, level: float = 0.05) -> Axes:
    """P-values of directions on the half that chose them (hollow), and on the other (full).

    Parameters
    ----------
    tables : dict
        {view: table of `pursuit`}; values below 1e-8 are drawn there.
    ax : Axes, optional
        Where to draw; new axes if None.
    level : float
        Where a dashed line goes.

    Returns
    -------
    Axes
        Those drawn on.
    """
    ax = axes_for(ax, height=0.4 * len(tables) + 1.4)
    for y, table in zip(range(len(tables))[::-1], tables.values()):
        ax.plot(table.p_chosen.clip(lower=FLOOR), np.full(len(table), y + 0.16), "o", mfc="none", mec="0.4", ms=5)
        ax.plot(table.p_adjusted.clip(lower=FLOOR), np.full(len(table), y - 0.16), "o", color=PALETTE[0], ms=5)
    ax.axvline(level, color="black", ls="--", lw=1)
    ax.set_yticks(range(len(tables))[::-1], list(tables))
    ax.set(xscale="log", xlim=(FLOOR / 2, 2), xlabel=f"p-value of each direction (left edge: below {FLOOR:g})")
    ax.set_xticks(10.0 ** np.arange(-8, 1, 2))
    ax.set_ylim(-0.6, len(tables) - 0.4)
    top, y = next(iter(tables.values())), len(tables) - 1
    chose = (top.p_chosen.clip(lower=FLOOR).median(), y + 0.16, "0.4")
    held = (top.p_adjusted.clip(lower=FLOOR).median(), y - 0.16, PALETTE[0])
    return name_dots(ax, {"on the half that chose": chose, "held out, adjusted": held})


def against_law(values: NDArray[Any], law: Any, ax: Axes | None = None, xlabel: str = "") -> Axes:
    """Histogram of values with the density of the law that they should have.

    Parameters
    ----------
    values : ndarray (n,)
        What was found.
    law : frozen scipy distribution
        Such as `scipy.stats.norm()`.
    ax : Axes, optional
        Where to draw; new axes if None.
    xlabel : str
        Of the values.

    Returns
    -------
    Axes
        Those drawn on.
    """
    ax = axes_for(ax, height=2.6)
    ax.hist(values, bins=30, density=True, color="0.75", edgecolor="white", lw=0.4)
    low, high = min(values.min(), law.ppf(0.001)), max(values.max(), law.ppf(0.999))
    x = np.linspace(low, high, 400)
    ax.plot(x, law.pdf(x), color=PALETTE[1], lw=1.4)
    ax.set(xlabel=xlabel, yticks=[])
    ax.spines["left"].set_visible(False)
    return few_ticks(ax)


def power_panels(curves: Mapping[str, pd.DataFrame]) -> Figure:
    """Power of tests (rows) by strength (columns), a panel an alternative, two panels a row.

    Parameters
    ----------
    curves : dict
        {title: table of `power_curve`}.

    Returns
    -------
    Figure
        The figure; numbers are in hundredths.
    """
    tests = list(dict.fromkeys(test for table in curves.values() for test in table.test))
    rows = -(-len(curves) // 2)
    size = {"figsize": (WIDTH, rows * (0.26 * len(tests) + 1.0)), "layout": "constrained", "sharey": True}
    figure, panels = plt.subplots(rows, min(len(curves), 2), squeeze=False, **size)
    for ax in panels.flat[len(curves) :]:
        ax.set_axis_off()
    for ax, (title, table) in zip(panels.flat, curves.items()):
        power = table.pivot(index="test", columns="strength", values="power").loc[tests]
        look = {"cmap": "Greys", "vmin": 0, "vmax": 130, "cbar": False, "linewidths": 0.6}
        sns.heatmap(100 * power, ax=ax, annot=True, fmt=".0f", annot_kws={"fontsize": TEXT}, **look)
        ax.set_title(title, loc="left")
        ax.set(xlabel="strength", ylabel="")
        ax.set_xticks(ax.get_xticks(), [f"{s:g}" for s in power], rotation=0)
        ax.tick_params(length=0)
    panels[0, 0].set_yticks(panels[0, 0].get_yticks(), tests)
    for ax in panels[:, 0]:
        ax.tick_params(axis="y", rotation=0)
    return figure


def spread_map(noise: NDArray[Any], ax: Axes | None = None) -> Axes:
    """Root mean square of noise at each place of the map; white noise has 1 everywhere.

    Parameters
    ----------
    noise : ndarray (n, c, h, w)
        The mean is over images and channels.
    ax : Axes, optional
        Where to draw; new axes if None.

    Returns
    -------
    Axes
        Those drawn on.
    """
    ax = axes_for(ax)
    shown = ax.imshow(np.sqrt((noise.astype(np.float64) ** 2).mean((0, 1))), cmap="cividis", vmin=0)
    ax.set_xticks([]), ax.set_yticks([])
    ax.figure.colorbar(shown, ax=ax, label="root mean square")
    return ax


def power_spectra(spectra: Mapping[str, tuple[NDArray[Any], NDArray[Any]]], ax: Axes | None = None) -> Axes:
    """Mean radial power by frequency, cycles a value of the map, a line a name; white noise is flat at 1.

    Parameters
    ----------
    spectra : dict
        {name: (frequencies (k,), power (n, k))}, as `gaussianity.radial_spectrum` gives them.
    ax : Axes, optional
        Where to draw; new axes if None.

    Returns
    -------
    Axes
        Those drawn on.
    """
    ax = axes_for(ax)
    for i, (name, (frequency, power)) in enumerate(spectra.items()):
        ax.plot(frequency, power.mean(0), color=PALETTE[i % 6], marker=MARKERS[i % 6], ms=3.5, lw=1.4, label=name)
    ax.axhline(1, color="black", ls=":", lw=1)
    ax.set(xlabel="cycles a value", ylabel="power", ylim=(0, None))
    return name_lines(ax, width=10)


def pass_rates(
    table: pd.DataFrame,
    ax: Axes | None = None,
    level: float = 0.05,
    control: Container[str] = ("true Gaussian", "bimodal"),
) -> Axes:
    """Horizontal bars of normality pass rates, with the number beside each.

    Parameters
    ----------
    table : DataFrame
        A row a view, with columns `view`, `pass_rate`, `low`, `high`.
    ax : Axes, optional
        Where to draw; new axes if None.
    level : float
        Of the tests; a true Gaussian passes in 1 - level of them, where a dashed line goes.
    control : collection of str
        Views that are grey and hatched.

    Returns
    -------
    Axes
        Those drawn on.
    """
    ax = axes_for(ax, height=0.33 * len(table) + 1.2)
    y = np.arange(len(table))[::-1]
    error = reaches(table.pass_rate, table.low, table.high)
    shown = ax.barh(y, table.pass_rate, color=PALETTE[0], height=0.62, xerr=error, ecolor="black")
    for bar, view in zip(shown, table["view"]):
        if view in control:
            bar.set(facecolor="0.75", hatch="//", edgecolor="white")
    shares_beside(ax, y, table.pass_rate)
    ax.set_yticks(y, [wrapped(view) for view in table["view"]])
    ax.axvline(1 - level, color="black", ls="--", lw=1)
    ax.text(1 - level, len(table) - 0.4, f"Gaussian {1 - level:.0%}", ha="right", va="bottom", fontsize=TEXT)
    ax.set(xlim=(0, 1.02), xlabel="share that passes", ylim=(-0.6, len(table) - 0.4))
    ax.set_xticks([0, 0.5, 1])
    return ax


def pass_rate_panels(
    tests: Mapping[str, pd.DataFrame],
    names: Mapping[str, str],
    control: Container[str],
    height: float = 3.8,
) -> Figure:
    """Pass rates on several kinds of axes, a panel each.

    Parameters
    ----------
    tests : dict
        {kind of axes: table of `normality_of_views`}, all of the same views.
    names : dict
        {view: what it is called on the figure}, for views that are not called as they are.
    control : collection of str
        What is called so on the figure is grey and hatched.
    height : float
        Of the figure, in inches.

    Returns
    -------
    Figure
        The figure.
    """
    figure, panels = side_by_side(len(tests), height=height)
    for ax, (axes, table) in zip(np.atleast_1d(panels), tests.items()):
        pass_rates(table.replace(dict(names)), ax, control=control).set_title(axes, loc="left", pad=24)
    return figure


def qq_fan(X: NDArray[Any], ax: Axes | None = None, columns: int = 40, seed: int = 0) -> Axes:
    """Quantiles of random coordinates of a view against the normal's, one line a coordinate.

    Parameters
    ----------
    X : ndarray (n, d)
        A view, one row an image; each coordinate is brought to mean 0 and deviation 1.
    ax : Axes, optional
        Where to draw; new axes if None.
    columns : int
        How many coordinates, all if there are fewer.
    seed : int
        Of their choice.

    Returns
    -------
    Axes
        Those drawn on.
    """
    ax = axes_for(ax, height=3.6)
    picked = X[:, np.random.default_rng(seed).choice(X.shape[1], min(columns, X.shape[1]), replace=False)]
    z = np.sort((picked - picked.mean(0)) / picked.std(0), axis=0)
    ax.plot(stats.norm.ppf((np.arange(len(z)) + 0.5) / len(z)), z, color=PALETTE[0], lw=0.5, alpha=0.4)
    ax.plot([-3.5, 3.5], [-3.5, 3.5], color="black", lw=1, ls="--")
    ax.set(xlabel="normal", ylabel="coordinate", xlim=(-3.5, 3.5), ylim=(-5, 5))
    ax.set_xticks([-3, 0, 3])
    return ax
