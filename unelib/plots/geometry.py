"""Figures of networks from inside: quantities by block and timestep, by timestep alone, and singular values by rank."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.ticker import NullFormatter
from numpy.typing import NDArray

from ..stats.intervals import Interval
from .figures import MARKERS, PALETTE, TEXT, axes_for, reaches
from .labels import headline, name_lines


def by_timestep(curves: Mapping[str, Mapping[float, Interval]], ax: Axes | None = None, ylabel: str = "") -> Axes:
    """A line a name, over timesteps from noise to image.

    Parameters
    ----------
    curves : dict
        {name: {timestep: `Interval`}}; names that end in "(control)" are grey and dashed.
    ax : Axes, optional
        Where to draw; new axes if None.
    ylabel : str
        Of the values.

    Returns
    -------
    Axes
        Those drawn on.
    """
    ax = axes_for(ax)
    for i, (name, points) in enumerate(curves.items()):
        t = sorted(points)
        value, low, high = np.array([points[x] for x in t]).T
        control = {"color": "0.55", "ls": "--", "marker": "", "lw": 1.6}
        look = {"color": PALETTE[i % 6], "marker": MARKERS[i % 6], "ms": 4.5, "lw": 1.4}
        look = control if name.endswith("(control)") else look
        ax.errorbar(t, value, yerr=reaches(value, low, high), elinewidth=0.8, label=name, **look)
    ax.invert_xaxis()
    ax.set(xlabel="timestep: noise to image", ylabel=ylabel)
    return name_lines(ax, width=10)


def singular_values(spectra: Mapping[str, NDArray[Any]], ax: Axes | None = None) -> Axes:
    """Singular values by rank: the mean over images, and the band between the least and the most.

    Parameters
    ----------
    spectra : dict
        {name: (n, k)}, k values of each of n images.
    ax : Axes, optional
        Where to draw; new axes if None.

    Returns
    -------
    Axes
        Those drawn on.
    """
    ax = axes_for(ax)
    for i, (name, values) in enumerate(spectra.items()):
        rank = np.arange(1, values.shape[1] + 1)
        ax.plot(rank, values.mean(0), color=PALETTE[i % 6], marker=MARKERS[i % 6], ms=4, lw=1.4, label=name)
        ax.fill_between(rank, values.min(0), values.max(0), color=PALETTE[i % 6], alpha=0.15, lw=0)
    ax.locator_params(axis="x", integer=True)
    ax.set(xlabel="rank", ylabel="singular value", ylim=(0, None))
    return name_lines(ax, width=10)


def network_map(
    tables: Mapping[str, pd.DataFrame],
    best: Mapping[str, tuple[Any, Any]] | None = None,
    beside: Mapping[str, float] | None = None,
    ax: Axes | None = None,
    low: float = 0.5,
    high: float = 1.0,
    xlabel: str = "timestep: from image to noise",
    ylabel: str = "block: from input to output",
) -> Axes:
    """Where in a network something is found: a number for each block and timestep, darker for more.

    Parameters
    ----------
    tables : dict {title: DataFrame}
        A map a network, one under the other, on the same scale: rows are blocks from input to output, columns
        timesteps. NaN leaves a cell empty; columns that a table lacks are empty in its map.
    best : dict {title: (row, column)}, optional
        Cells that are framed.
    beside : dict {name: value}, optional
        What has no block and no timestep, such as small pictures: a bar under all maps.
    ax : Axes, optional
        Where to draw; new axes if None.
    low, high : float
        Values that are white and nearly black.
    xlabel, ylabel : str
        What columns and rows are, and which way they go.

    Returns
    -------
    Axes
        Those drawn on.

    Examples
    --------
    >>> table = pd.DataFrame([[0.6, 0.5], [0.9, 0.7]], ["down_blocks.0", "mid_block"], [10, 500])
    >>> ax = network_map({"model": table}, {"model": ("mid_block", 10)}, {"small pictures": 0.8})
    >>> [text.get_text() for text in ax.texts]
    ['model', '.60', '.50', '.90', '.70', '.80']
    """
    best, beside = best or {}, beside or {}
    columns = list(dict.fromkeys(column for table in tables.values() for column in table))
    ax = axes_for(ax, height=0.31 * (sum(len(table) + 1 for table in tables.values()) + 1.3 * len(beside)) + 1.1)
    y, names, shade = 0.0, {}, lambda value: (value - low) / (high - low)
    for title, table in tables.items():
        ax.text(-0.5, y, title, ha="left", va="center", fontsize=TEXT, fontweight="bold")
        for (row, column), value in table.stack().dropna().items():
            number_cell(ax, columns.index(column) - 0.5, y + 1 + table.index.get_loc(row), 1, shade(value), value)
        if title in best:
            frame_cell(ax, columns.index(best[title][1]), y + 1 + table.index.get_loc(best[title][0]))
        names |= {y + i: block_label(row) for i, row in enumerate(table.index, 1)}
        y += len(table) + 1
    for name, value in beside.items():
        names[y + 0.3] = name
        number_cell(ax, -0.5, y + 0.3, len(columns), shade(value), value)
        y += 1.3
    ax.set_yticks(list(names), list(names.values()))
    ax.set_xticks(range(len(columns)), [str(column) for column in columns])
    ax.set(xlim=(-0.55, len(columns) - 0.45), ylim=(y - 0.4, -0.6), xlabel=xlabel, ylabel=ylabel)
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    return ax


def number_cell(ax, x, y, width, dark, value):
    """A grey cell from x on, about y, with its number to two decimals; `dark` from 0, white, to 1."""
    grey = 1 - 0.85 * float(np.clip(dark, 0, 1))
    ax.add_patch(Rectangle((x, y - 0.5), width, 1, facecolor=str(grey), edgecolor="white", lw=0.8))
    told = f"{abs(value):.2f}".removeprefix("0")
    look = {"ha": "center", "va": "center", "fontsize": TEXT, "color": "white" if grey < 0.55 else "black"}
    ax.text(x + width / 2, y, f"−{told}" if value < -0.005 else told, **look)


def frame_cell(ax, x, y):
    """A frame about a cell that stands out on any grey."""
    for color, width in (("white", 5), (PALETTE[1], 2.6)):
        ax.add_patch(Rectangle((x - 0.47, y - 0.46), 0.94, 0.92, fill=False, edgecolor=color, lw=width, zorder=3))


def block_label(name: object) -> str:
    """A block's name for people.

    Parameters
    ----------
    name : str, or what has one
        Such as diffusers' "down_blocks.0" and "mid_block".

    Returns
    -------
    str
        Such as "down 0" and "mid".

    Examples
    --------
    >>> block_label("up_blocks.2"), block_label("mid_block"), block_label(3)
    ('up 2', 'mid', '3')
    """
    return str(name).replace("_blocks.", " ").replace("_block", "")


def calls_curves(
    curves: Mapping[str, pd.DataFrame],
    marks: Mapping[str, float] | None = None,
    ax: Axes | None = None,
    title: str = "",
) -> Axes:
    """Accuracy against calls of a denoiser a picture, a line a way to classify; what else there is, at its height.

    Parameters
    ----------
    curves : dict
        {name: DataFrame of `geometry.accuracy_by_calls`}; names that end in "(control)" are grey and dashed.
    marks : dict, optional
        {name: accuracy}, of chance and of ways that take no calls, as dotted lines that are named at the left.
    ax : Axes, optional
        Where to draw; new axes if None.
    title : str
        What is to be seen; above the figure.

    Returns
    -------
    Axes
        Those drawn on.
    """
    ax = axes_for(ax, height=4.0)
    for i, (name, t) in enumerate(curves.items()):
        grey = name.endswith("(control)")
        look = {"color": "0.55" if grey else PALETTE[i % 6], "ls": "--" if grey else "-", "marker": MARKERS[i % 6]}
        error = reaches(t.accuracy, t.low, t.high)
        ax.errorbar(t.calls, t.accuracy, yerr=error, elinewidth=0.8, lw=1.5, ms=5, label=name, **look)
    least, most = (end(t.calls.agg(end.__name__) for t in curves.values()) for end in (min, max))
    for name, height in (marks or {}).items():
        ax.plot([least / 8, most], [height, height], color="0.35", ls=":", lw=1.3)
        ax.annotate(name, (least / 8, height), (0, 2), textcoords="offset points", va="bottom", fontsize=TEXT)
    ax.set_xscale("log")
    ax.xaxis.set_major_formatter("{x:g}")
    ax.xaxis.set_minor_formatter(NullFormatter())
    ax.set(xlabel="calls of the denoiser a picture, mean", ylabel="accuracy")
    if title:
        headline(ax.figure, title)
    return name_lines(ax)
