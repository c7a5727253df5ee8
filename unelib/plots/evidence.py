"""Pictures of evidence: verdicts of claims against nulls, and how far claims lie above their nulls."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from numpy.typing import NDArray

from ..evidence.verdicts import CHANCE, CLAIMS, NULLS, OTHERWISE, PICTURE, VERDICTS
from .figures import PALETTE, TEXT, axes_for
from .labels import wrapped

COLOURS = dict(zip(VERDICTS, (PALETTE[0], PALETTE[1], "0.45")))
SIGNS = dict(zip(VERDICTS, ("✓", "✗", "?")))


def verdict_map(table: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Claims (rows) against nulls (columns), those of chance and those of the picture: a mark for each view.

    ✓ supported, ✗ not supported, ? cannot tell

    Parameters
    ----------
    table : DataFrame
        Of `evidence.evidence`.
    ax : Axes, optional
        Where to draw; new axes if None.

    Returns
    -------
    Axes
        Those drawn on.
    """
    claims, nulls = (
        [n for n in names if n in set(there)] for names, there in ((CLAIMS, table.claim), (NULLS, table.null))
    )
    ax = axes_for(ax, height=0.62 * len(claims) + 2.2)
    for (claim, null), rows in table.groupby(["claim", "null"], sort=False):
        middle, y = nulls.index(null), len(claims) - 1 - claims.index(claim)
        for (x, up), verdict in zip(spread(len(rows)), rows.verdict):
            look = {"color": COLOURS[verdict], "fontsize": TEXT, "fontweight": "bold"}
            ax.text(middle + x, y + up, SIGNS[verdict], ha="center", va="center", **look)
    ax.set_xticks(range(len(nulls)), nulls, rotation=90)
    for kind, names in {"otherwise": OTHERWISE, "chance": CHANCE, "the picture": PICTURE}.items():
        if places := [nulls.index(null) for null in names if null in nulls]:
            look = {"ha": "center", "va": "bottom", "fontsize": TEXT}
            ax.text(np.mean(places), len(claims) - 0.4, kind.replace("the ", ""), **look)
    ax.set_yticks(range(len(claims)), [wrapped(CLAIMS[claim], 20) for claim in reversed(claims)])
    ax.set(xlim=(-0.5, len(nulls) - 0.5), ylim=(-0.5, len(claims) - 0.5))
    for edge in np.arange(0.5, max(len(claims), len(nulls)) - 0.5):
        ax.axhline(edge, color="0.9", lw=0.8), ax.axvline(edge, color="0.9", lw=0.8)
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    return ax


def spread(count: int) -> NDArray[np.float64]:
    """Places of marks in a cell around 0: one in the middle, two beside one another, more in rows.

    Parameters
    ----------
    count : int
        Marks.

    Returns
    -------
    ndarray (count, 2)
        To the right and up, less than half a unit to either side.

    Examples
    --------
    >>> spread(2).round(2).tolist()
    [[-0.22, 0.0], [0.22, 0.0]]
    """
    across = int(np.ceil(np.sqrt(count)))
    i, rows = np.arange(count), -(-count // across)
    width, height = min(0.44, 0.9 / across), min(0.44, 0.9 / rows)
    return np.column_stack([(i % across - (across - 1) / 2) * width, ((rows - 1) / 2 - i // across) * height])


def gaps(table: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """How far each view lies above each of its nulls, with 95% intervals: views under their names, largest gap first.

    Parameters
    ----------
    table : DataFrame
        Rows of one measure of `evidence`.
    ax : Axes, optional
        Where to draw; new axes if None.

    Returns
    -------
    Axes
        Those drawn on.

    Raises
    ------
    ValueError
        On rows of several measures, which have no axis in common.
    """
    if table.measure.nunique() != 1:
        raise ValueError(f"rows have the measures {', '.join(table.measure.unique())}; draw one at a time")
    ax = axes_for(ax, height=0.25 * (len(table) + table["view"].nunique()) + 1.1)
    names: list[str] = []
    for view, rows in table.groupby("view", sort=False):
        look = {"va": "center", "weight": "bold", "fontsize": TEXT, "bbox": {"fc": "white", "ec": "none", "pad": 1}}
        ax.annotate(view, (0.01, len(names)), xycoords=("axes fraction", "data"), **look)
        names.append("")
        for row in rows.sort_values("gap", ascending=False).itertuples():
            look = {"color": COLOURS[row.verdict], "marker": {"✓": "o", "✗": "X", "?": "s"}[SIGNS[row.verdict]]}
            ax.plot([row.gap_low, row.gap_high], [len(names)] * 2, color=look["color"], lw=1.8)
            ax.plot(row.gap, len(names), ms=7, ls="", **look)
            names.append(row.null)
    ax.axvline(table.bar.iloc[0], color="black", ls="--", lw=1, zorder=0.5)
    ax.set_yticks(range(len(names)), names)
    for tick, name in zip(ax.yaxis.get_major_ticks(), names):
        tick.tick1line.set_visible(bool(name))
    ax.set(xlabel=f"difference of {table.measure.iloc[0]}", ylim=(len(names) - 0.4, -0.6))
    return ax
