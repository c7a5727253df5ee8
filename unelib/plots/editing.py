"""What edits do: trade-off curves and their areas, changes of every attribute, what the judge says."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike, NDArray

from .figures import MARKERS, PALETTE, TEXT, axes_for, few_ticks, pretty, reaches
from .labels import headline, name_dots, name_lines, wrapped
from .pictures import labelled_rows

if TYPE_CHECKING:
    from ..editing.reports import EditReport
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
    the thirteenth on dotted. Those whose name ends in "(control)" are thin and grey, and named as one.

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
    ax = axes_for(ax, height=4.6)
    drift = np.linspace(0, MORE * (limit or largest_drift(curves)), 201)
    ax.set(xlim=(0, drift[-1]), ylim=(0, 1))
    for i, (method, parts) in enumerate(curves.items()):
        met = share_met(parts, drift)
        if method.endswith("(control)"):
            known = ax.get_legend_handles_labels()[1]
            ax.plot(drift, met, color="0.65", lw=1, zorder=1, label=None if "controls" in known else "controls")
            continue
        again = [{}, {"ls": "--", "mfc": "white"}, {"ls": ":", "mfc": "white"}][i // 6 % 3]
        look = {"color": PALETTE[i % 5], "marker": MARKERS[i % 6], "ms": 6, "lw": 1.6, "markevery": (3 * i % 25, 25)}
        ax.plot(drift, met, label=method, clip_on=False, zorder=3, **look | again)
    if limit is not None:
        ax.axvline(limit, color="black", ls=":", lw=1)
        ax.annotate(" limit", (limit, 1), va="top", fontsize=TEXT)
    ax.set(xlabel="drift: mean change of other probabilities", ylabel="share of targets met")
    return name_lines(few_ticks(ax), named=12)


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
    """Areas under trade-off curves, means over drifts, with 95 % intervals: a row a method, the largest on top.

    Controls, whose name ends in "(control)", are grey and hollow.

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
    ax = axes_for(ax, height=0.34 * len(table) + 0.9)
    for y, (name, row) in enumerate(table.iterrows()):
        grey = str(name).endswith("(control)")
        look = {"color": "0.4", "mfc": "white"} if grey else {"color": PALETTE[0]}
        ends = reaches([row.area], row.low, row.high)
        ax.errorbar(row.area, y, xerr=ends, fmt="s" if grey else "o", ms=6, lw=1.6, **look)
    ax.set_yticks(range(len(table)), [wrapped(name, 30) for name in table.index])
    ax.set(xlim=(0, None), ylim=(-0.6, len(table) - 0.4), xlabel="share of targets met, 95 % interval")
    return ax


def change_heatmap(
    matrix: pd.DataFrame, ax: Axes | None = None, limit: float = 0.6, least: float = 0.05, title: str = ""
) -> Axes:
    """A column an edit, a row a judged attribute: change of the judge's probability, in hundredths; frames are asked.

    Blue is less, red is more; a number with its sign says it without colours.

    Parameters
    ----------
    matrix : DataFrame (edited x judged)
        Changes, -1 to 1, as `editing.change_matrix` gives them.
    ax : Axes, optional
        Where to draw; new axes if None.
    limit : float
        Change, to either side, at which colours are full.
    least : float
        Smaller changes go without a number.
    title : str
        What is to be seen.

    Returns
    -------
    Axes
        Those drawn on.
    """
    ax = axes_for(ax, height=0.25 * matrix.shape[1] + 2.3)
    shown = 100 * matrix.T
    look = {"cmap": "RdBu_r", "center": 0, "vmin": -100 * limit, "vmax": 100 * limit, "linewidths": 0.4, "cbar": False}
    text = shown.map(lambda x: f"{x:+.0f}".replace("-", "−") if abs(x) >= 100 * least else "")
    sns.heatmap(shown, ax=ax, annot=text, fmt="", annot_kws={"fontsize": TEXT}, **look)
    for column, name in enumerate(matrix.index):
        if name in matrix.columns:
            corner = column, matrix.columns.get_loc(name)
            ax.add_patch(Rectangle(corner, 1, 1, fill=False, ec="black", lw=2, clip_on=False))
    ax.set(xlabel="", ylabel="")
    ax.set_xticks(np.arange(len(matrix)) + 0.5, [pretty(name) for name in matrix.index], rotation=90)
    ax.set_yticks(np.arange(matrix.shape[1]) + 0.5, [pretty(name) for name in matrix.columns], rotation=0)
    ax.xaxis.tick_top()
    ax.tick_params(length=0)
    if title:
        headline(ax.figure, title)
    return ax


def judge_changes(
    before: ArrayLike, after: Mapping[str, ArrayLike], names: Sequence[str], ax: Axes | None = None, least: float = 0.1
) -> Axes:
    """What a judge sees change: a row an attribute, its probability before and after one or more edits.

    Parameters
    ----------
    before : array-like (a,)
        Probabilities, 0 to 1.
    after : dict
        {edit: probabilities (a,)}.
    names : sequence of str (a,)
        Attributes of the judge.
    ax : Axes, optional
        Where to draw; new axes if None.
    least : float
        Attributes that no edit changes by so much are counted below the axis.

    Returns
    -------
    Axes
        Those drawn on, the largest change of the first edit on top.
    """
    table = pd.DataFrame({"before": before, **after}, [pretty(name) for name in names])
    changes = table.sub(table["before"], axis=0).abs()
    shown = table[changes.max(axis=1) >= least]
    order = changes.loc[shown.index, next(iter(after))].sort_values(ascending=False).index
    ax, y, points = axes_for(ax, height=0.34 * len(order) + 1.5), np.arange(len(order)), {}
    for i, name in enumerate(table):
        row = y + 0.22 * (i - len(after) / 2)
        look = {"color": "0.4", "mfc": "white"} if i == 0 else {"color": PALETTE[i - 1]}
        ax.hlines(row, table.loc[order, "before"], table.loc[order, name], color=look["color"], lw=1.5)
        ax.plot(table.loc[order, name], row, ls="", marker=["s", "o", "^", "D"][i % 4], ms=7, zorder=3, **look)
        if len(order):
            points[name] = (table.loc[order[0], name], row[0], look["color"])
    ax.set_yticks(y, order)
    rest = len(table) - len(shown)
    ax.set(xlim=(-0.03, 1.03), ylim=(len(order) - 0.5, -0.6))
    ax.set_xlabel(f"judge's probability\n({rest} others change by less than {least:g})")
    return name_dots(ax, points)


def walk_rows(
    images: NDArray[np.uint8],
    reports: "Sequence[EditReport]",
    names: Iterable[str],
    strengths: Sequence[float],
    title: str = "",
) -> Axes:
    """Walks as rows of pictures: a frame where something changed that was not asked for, and its names above the row.

    Parameters
    ----------
    images : ndarray (n, s, h, w, 3), uint8
        A row a walk, a column a step, as `editing.walk_each` gives them.
    reports : sequence of n EditReports
        On each walk.
    names : iterable of str
        What is asked for, row by row.
    strengths : sequence of s floats
        Of the steps, in standard deviations; 0 is the round trip.
    title : str
        What is to be seen.

    Returns
    -------
    Axes
        New ones.
    """
    columns = [f"{strength:+g} σ" if strength else "round trip" for strength in strengths]
    rings = np.argwhere(np.stack([report.others_turned for report in reports]))
    beside = [unasked(report) for report in reports]
    return labelled_rows(images, names, columns, title=title, rings=rings, beside=beside)


def unasked(report: "EditReport", image: int = -1, most: int = 2) -> str:
    """What changed in one image that was not asked for, and whether what was asked came, as text above its picture.

    Parameters
    ----------
    report : EditReport
        Of `score_edit`.
    image : int
        Which of its images.
    most : int
        Attributes that are named; more are counted.

    Returns
    -------
    str
        Such as "also Young, no Bangs", behind "not met" where an image that lacked the target still does.
    """
    changed = np.flatnonzero(report.turned[image] & ~report.aimed)
    names = [("" if report.after[image, i] > 0.5 else "no ") + pretty(report.attributes[i]) for i in changed]
    names = [name.replace("no No ", "") for name in names]
    more = [f"{len(names) - most} more"] if len(names) > most else []
    told = "also " + ", ".join([*names[:most], *more]) if names else "nothing else"
    return told if report.flipped[image] != 0 else f"not met, {told if names else 'nothing changed'}"
