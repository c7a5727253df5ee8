"""Figures of the model `UNE`: data and optional axes in, axes out, in the manner of `plots`."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from ..stats.intervals import NORMAL_95
from .figures import MARKERS, PALETTE, TEXT, axes_for
from .labels import name_dots, name_lines

HATCHES = {"shared": None, "private": "//", "noise": ".."}


def selection_curves(
    tables: Mapping[str, pd.DataFrame], ax: Axes | None = None, chosen: Mapping[str, int] | None = None
) -> Axes:
    """Held-out gain by shared dimensions with 95 % intervals, a line a table.

    Parameters
    ----------
    tables : dict
        {name: `selection_` of a `UNE`}.
    ax : Axes, optional
        Where to draw; new axes if None.
    chosen : dict, optional
        {name: k}, where a line gets a ring.

    Returns
    -------
    Axes
        Those drawn on.
    """
    ax = axes_for(ax)
    for i, (name, table) in enumerate(tables.items()):
        look = {"color": PALETTE[i % 6], "marker": MARKERS[i % 6], "ms": 4}
        ax.errorbar(table.index, table.gain, NORMAL_95 * table.se, lw=1.4, elinewidth=0.8, label=name, **look)
        if chosen and chosen.get(name) in table.index:
            k = chosen[name]
            ax.plot(k, table.gain[k], "o", ms=12, mfc="none", mec="black", mew=1.2)
    ax.axhline(0, color="black", ls="--", lw=1)
    ax.set_xscale("symlog", linthresh=1)
    ticks = 2 ** np.arange(int(np.log2(max(max(table.index) for table in tables.values()))) + 1)
    ax.set_xticks([0, *ticks], [0, *ticks])
    ax.set_xticks([], minor=True)
    ax.set(xlabel="shared dimensions", ylabel="gain, nats an image", xlim=(-0.2, None))
    return name_lines(ax)


def share_bars(shares: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Stacked bars of what each view's variance is made of, a row a view.

    Parameters
    ----------
    shares : DataFrame (view x shared, private, noise)
        `shares_` of a `UNE`.
    ax : Axes, optional
        Where to draw; new axes if None.

    Returns
    -------
    Axes
        Those drawn on.
    """
    ax = axes_for(ax, height=0.42 * len(shares) + 1.4)
    y, left, parts = np.arange(len(shares))[::-1], np.zeros(len(shares)), {}
    for part, colour in zip(shares, [PALETTE[0], "0.7", "0.9"]):
        width = shares[part].to_numpy()
        ax.barh(y, width, 0.62, left=left, color=colour, hatch=HATCHES.get(part), edgecolor="white", label=part)
        for row, start, value in zip(y, left, width):
            if value >= 0.1:
                look = {"color": "white" if part == "shared" else "black", "ha": "center", "va": "center"}
                box = None if part == "shared" else {"fc": "white", "ec": "none", "pad": 1.5}
                ax.text(start + value / 2, row, f"{value:.0%}", fontsize=TEXT, bbox=box, **look)
        parts[part] = (left[0] + width[0] / 2, y[0] + 0.31, "0.5" if part != "shared" else colour)
        left = left + width
    ax.set_yticks(y, shares.index)
    ax.set(xlim=(0, 1), ylim=(-0.5, len(shares) - 0.5), xlabel="share of the view's variance")
    return name_dots(ax, parts)
