"""What edits do: trade-off curves and their areas, changes of every attribute, what the judge says."""

from collections.abc import Container, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from numpy.typing import ArrayLike, NDArray

from .figures import MARKERS, PALETTE, axes_for, pretty

if TYPE_CHECKING:
    from ..editing.trade_off import Curve

MORE = 1.5  # of the limit, or of the largest drift, is drawn


def trade_off_curves(
    curves: "Mapping[str, Curve | Sequence[Curve] | dict[Any, Curve]]",
    ax: Axes | None = None,
    limit: float | None = None,
) -> Axes:
    """Share of targets met with no more of something else changed than so much: a line a method, from no edit on.

    The area under a line up to the limit is what `trade_off.areas` gives.

    Eighteen methods can be told apart without colours: from the seventh on lines are dashed and markers hollow, from
    the thirteenth on dotted. Those whose name ends in "(control)" are grey.

    Parameters
    ----------
    curves : dict
        {method: `trade_off.Curve`, or several, a list or by target}: of several, means over the targets; those
        that nobody lacked are left out.
    ax : Axes, optional
        Where to draw; new axes if None.
    limit : float, optional
        Of drift, where a dotted line goes; lines go a half beyond it.

    Returns
    -------
    Axes
        Those drawn on.

    Raises
    ------
    ValueError
        Where nobody lacked a target of a method.
    """
    ax = axes_for(ax, width=7.2, height=3.8)
    drift = np.linspace(0, MORE * (limit or largest_drift(curves)), 201)
    for i, (method, parts) in enumerate(curves.items()):
        met = share_met(parts, drift)
        again = [{}, {"ls": "--", "mfc": "white"}, {"ls": ":", "mfc": "white"}][i // 6 % 3]
        color = "0.6" if method.endswith("(control)") else PALETTE[i % 5]  # the sixth is grey
        look = {"color": color, "marker": MARKERS[i % 6], "ms": 5.5, "lw": 1.4, "markevery": (3 * i % 25, 25)}
        ax.plot(drift, met, label=method, clip_on=False, zorder=3, **look | again)
    if limit is not None:
        ax.axvline(limit, color="black", ls=":", lw=1, label="limit of drift")
    ax.set(
        xlabel="drift: mean change of the judge's other probabilities", ylabel="share of targets met with no more drift"
    )
    ax.set(xlim=(0, drift[-1]), ylim=(0, 1))
    ax.legend(loc="upper left", bbox_to_anchor=(1, 1))
    return ax


def share_met(parts: "Curve | Sequence[Curve] | dict[Any, Curve]", drift: NDArray[np.float64]) -> NDArray[np.float64]:
    """Share of targets met with no more than each drift, of one trade-off curve or the mean of several.

    Parameters
    ----------
    parts : trade_off.Curve, or a list or dict of such
        Curves of one method, each of another target; those that nobody lacked are left out.
    drift : ndarray (m,)
        Amounts of drift.

    Returns
    -------
    ndarray (m,)
        The shares.

    Raises
    ------
    ValueError
        Where nobody lacked a target.
    """
    shares = [part.share_met(drift) for part in each(parts)]
    known = [share for share in shares if np.isfinite(share).all()]
    if not known:
        raise ValueError("the curves of one method have no image that lacked a target")
    return np.mean(known, 0)


def each(parts):
    """The curves of a method, given as one, a list, or a dict by target."""
    return [parts] if hasattr(parts, "least_drift") else list(parts.values() if isinstance(parts, dict) else parts)


def largest_drift(curves):
    """The largest drift at which any image of any method meets its target; 1 if none does."""
    found = np.concatenate([part.least_drift for parts in curves.values() for part in each(parts)])
    return found[np.isfinite(found)].max(initial=0) or 1.0


def area_bars(table: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Areas under trade-off curves with 95 % intervals, a row a method, the largest on top.

    Parameters
    ----------
    table : DataFrame
        Of `editing.areas`: by method, with columns `area`, `low`, `high`.
    ax : Axes, optional
        Where to draw; new axes if None.

    Returns
    -------
    Axes
        Those drawn on.
    """
    table = table.sort_values("area", na_position="first")
    ax = axes_for(ax, width=6.4, height=0.32 * len(table) + 0.9)
    y = np.arange(len(table))
    error = np.maximum([table.area - table.low, table.high - table.area], 0)
    ax.barh(y, table.area, color="0.85", height=0.62)
    ax.errorbar(table.area, y, xerr=error, fmt=MARKERS[0], color=PALETTE[0], ms=5, lw=1.4, capsize=3)
    ax.set_yticks(y, table.index)
    ax.set(
        xlim=(0, None), ylim=(-0.6, len(table) - 0.4), xlabel="share of targets met, mean over drifts, 95 % interval"
    )
    return ax


def bars(
    values: Mapping[str, float],
    ax: Axes | None = None,
    ylabel: str = "",
    control: Container[str] | None = None,
    floor: float = 0.0,
    intervals: Mapping[str, tuple[float, float]] | None = None,
) -> Axes:
    """Named numbers as bars from `floor` up.

    Parameters
    ----------
    values : dict
        {name: number}.
    ax : Axes, optional
        Where to draw; new axes if None.
    ylabel : str
        Of the numbers.
    control : collection of str, optional
        The hatched grey ones.
    floor : float
        Where bars begin.
    intervals : dict, optional
        {name: (low, high)}, for those that have one.

    Returns
    -------
    Axes
        Those drawn on.
    """
    ax = axes_for(ax, width=5.2)
    for i, (name, value) in enumerate(values.items()):
        grey = control is not None and name in control
        look = {"color": "0.75" if grey else PALETTE[0], "hatch": "//" if grey else None}
        ax.bar(i, value - floor, bottom=floor, edgecolor="white", **look)
        low, high = (intervals or {}).get(name, (value, value))
        if high > low:
            ax.errorbar(i, value, yerr=np.maximum([[value - low], [high - value]], 0), color="black", lw=1, capsize=3)
        ax.text(i, high, f"{value:.2f}", ha="center", va="bottom", fontsize=8)
    ax.set_xticks(range(len(values)), list(values), rotation=20, ha="right")
    ax.set(ylabel=ylabel)
    return ax


def change_heatmap(matrix: pd.DataFrame, ax: Axes | None = None, limit: float = 0.6) -> Axes:
    """Edited attributes x judged attributes: change of the judge's probability, in hundredths; blue less, red more.

    Parameters
    ----------
    matrix : DataFrame (edited x judged)
        Changes, -1 to 1, as `editing.change_matrix` gives them.
    ax : Axes, optional
        Where to draw; new axes if None.
    limit : float
        Change, to either side, at which colours are full.

    Returns
    -------
    Axes
        Those drawn on.
    """
    ax = axes_for(ax, height=0.34 * len(matrix) + 2.0)
    shown = 100 * matrix.rename(index=pretty, columns=pretty)
    look = {"cmap": "RdBu_r", "center": 0, "vmin": -100 * limit, "vmax": 100 * limit, "linewidths": 0.4}
    bar = {"label": "change, hundredths"}
    sns.heatmap(shown, ax=ax, annot=shown.round() + 0, fmt=".0f", annot_kws={"fontsize": 7}, cbar_kws=bar, **look)
    ax.set(xlabel="what the judge sees change", ylabel="what was edited")
    ax.tick_params(axis="x", rotation=90)
    ax.tick_params(axis="y", rotation=0)
    return ax


def judge_bars(before: ArrayLike, after: ArrayLike, names: Sequence[str], ax: Axes | None = None) -> Axes:
    """Two rows of the judge's probabilities, before and after an edit.

    Parameters
    ----------
    before, after : array-like (a,)
        Probabilities, 0 to 1.
    names : sequence of str (a,)
        Attributes of the judge.
    ax : Axes, optional
        Where to draw; new axes if None.

    Returns
    -------
    Axes
        Those drawn on.
    """
    ax = axes_for(ax, width=4.2, height=0.2 * len(names) + 0.6)
    y = np.arange(len(names))[::-1]
    ax.barh(y + 0.2, before, 0.38, color="0.7", label="before")
    ax.barh(y - 0.2, after, 0.38, color=PALETTE[0], label="after")
    ax.set_yticks(y, [pretty(n) for n in names], fontsize=7)
    ax.set(xlim=(0, 1), xlabel="the judge's probability")
    ax.legend(fontsize=7, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2)
    return ax
