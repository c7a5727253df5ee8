"""Pictures of evidence: verdicts of claims against nulls, and how far claims lie above their nulls."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from numpy.typing import NDArray

from ..evidence.verdicts import CHANCE, CLAIMS, NULLS, OTHERWISE, PICTURE, VERDICTS
from .figures import PALETTE, axes_for

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
    ax = axes_for(ax, height=0.5 * len(claims) + 1.6)
    for (claim, null), rows in table.groupby(["claim", "null"], sort=False):
        middle, y = nulls.index(null), len(claims) - 1 - claims.index(claim)
        for x, verdict in zip(middle + spread(len(rows)), rows.verdict):
            look = {"color": COLOURS[verdict], "fontsize": 12, "fontweight": "bold"}
            ax.text(x, y, SIGNS[verdict], ha="center", va="center", **look)
    ax.set_xticks(range(len(nulls)), [null.replace(" ", "\n") for null in nulls])
    for kind, names in {"otherwise": OTHERWISE, "chance": CHANCE, "the picture": PICTURE}.items():
        if places := [nulls.index(null) for null in names if null in nulls]:
            ax.text(np.mean(places), len(claims) - 0.4, kind, ha="center", va="bottom", fontsize=9)
    ax.set_yticks(range(len(claims)), [CLAIMS[claim] for claim in reversed(claims)])
    ax.set(xlim=(-0.5, len(nulls) - 0.5), ylim=(-0.5, len(claims) - 0.5))
    for edge in np.arange(0.5, max(len(claims), len(nulls)) - 0.5):
        ax.axhline(edge, color="0.9", lw=0.8), ax.axvline(edge, color="0.9", lw=0.8)
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    return ax


def spread(count: int) -> NDArray[np.float64]:
    """Places of marks beside one another, around 0.

    Parameters
    ----------
    count : int
        Marks.

    Returns
    -------
    ndarray (count,)
        Rising, less than half a unit to either side.

    Examples
    --------
    >>> spread(3).round(2).tolist()
    [-0.2, 0.0, 0.2]
    """
    return (np.arange(count) - (count - 1) / 2) * min(0.2, 0.8 / max(count, 1))


def gaps(table: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """How far each view lies above each of its nulls, with 95% intervals.

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
    ax = axes_for(ax, height=0.26 * len(table) + 1.0)
    y = np.arange(len(table))[::-1]
    for i, row in zip(y, table.itertuples()):
        look = {"color": COLOURS[row.verdict], "marker": {"✓": "o", "✗": "X", "?": "s"}[SIGNS[row.verdict]]}
        ax.plot([row.gap_low, row.gap_high], [i, i], color=look["color"], lw=1.6)
        ax.plot(row.gap, i, ms=6, ls="", **look)
    ax.axvline(table.bar.iloc[0], color="black", ls="--", lw=1)
    ax.set_yticks(y, [f"{row.view} − {row.null}" for row in table.itertuples()], fontsize=8)
    ax.set(xlabel=f"difference of {table.measure.iloc[0]}", ylim=(-0.7, len(table) - 0.3))
    return ax
