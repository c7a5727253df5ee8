"""Figures: every function takes data and optional axes, draws, and returns the axes; one palette, one size."""

from collections.abc import Container, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike, NDArray
from PIL import Image
from scipy import stats

if TYPE_CHECKING:
    from ..editing.trade_off import Curve

PALETTE = ["#1b6ca8", "#d1495b", "#2a9d6f", "#e09f3e", "#6d597a", "#7f7f7f"]
MARKERS = ["o", "s", "^", "D", "v", "P"]
WIDTH = 9.0
UPRIGHT = 30  # spokes of a radar whose names do not yet cover one another


def style() -> None:
    """Set the workbook's look: call once at the top of a notebook."""
    sns.set_theme(context="notebook", style="ticks", palette=PALETTE, font_scale=0.85)
    plt.rcParams.update(
        {"figure.dpi": 80, "axes.spines.top": False, "axes.spines.right": False, "legend.frameon": False}
    )


def axes_for(ax: Axes | None, width: float = WIDTH, height: float = 3.4, **kwargs: Any) -> Axes:
    """The axes given, or new ones of the workbook's size.

    Parameters
    ----------
    ax : Axes or None
        None: new ones are made.
    width, height : float
        Of the new figure, in inches.
    **kwargs
        What else `matplotlib.pyplot.subplots` takes.

    Returns
    -------
    Axes
        Where to draw.
    """
    return ax if ax is not None else plt.subplots(figsize=(width, height), layout="constrained", **kwargs)[1]


def pretty(name: object) -> str:
    """An attribute's name for people: CelebA's underscores become spaces.

    Parameters
    ----------
    name : str, or what has one
        Such as "Wearing_Hat".

    Returns
    -------
    str
        Such as "Wearing Hat".
    """
    return str(name).replace("_", " ")


def quartiles(values: ArrayLike) -> str:
    """Median and quartiles of numbers, as text.

    Parameters
    ----------
    values : array-like
        Numbers, of any shape, none of them NaN.

    Returns
    -------
    str
        Such as "3 (2 to 4)", to three digits.
    """
    low, middle, high = np.quantile(values, [0.25, 0.5, 0.75])
    return f"{middle:.3g} ({low:.3g} to {high:.3g})"


def resized(images: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    """Pictures with `side` pixels a side, for showing pictures of several sizes on one sheet.

    Parameters
    ----------
    images : ndarray (n, h, w, 3), uint8
        Pictures.
    side : int
        Pixels; each is that of the nearest place.

    Returns
    -------
    ndarray (n, side, side, 3), uint8
        The pictures themselves where they have that height.
    """
    if images.shape[1] == side:
        return images
    return np.stack([np.asarray(Image.fromarray(i).resize((side, side), Image.Resampling.NEAREST)) for i in images])


def image_grid(
    images: NDArray[np.uint8],
    ax: Axes | None = None,
    columns: int = 8,
    titles: Sequence[str] | None = None,
    title: str | None = None,
) -> Axes:
    """Pictures as one tidy sheet, `columns` a row.

    Parameters
    ----------
    images : ndarray (n, h, w, 3), uint8
        Pictures.
    ax : Axes, optional
        Where to draw; new axes if None.
    columns : int
        Pictures in a row.
    titles : sequence of str, optional
        One above each picture.
    title : str, optional
        Of the sheet.

    Returns
    -------
    Axes
        Those drawn on.
    """
    n, h, w, c = images.shape
    rows, gap = -(-n // columns), max(h // 32, 1)
    sheet = np.full((rows * (h + gap) - gap, columns * (w + gap) - gap, c), 255, np.uint8)
    for i, image in enumerate(images):
        top, left = i // columns * (h + gap), i % columns * (w + gap)
        sheet[top : top + h, left : left + w] = image
    ax = axes_for(ax, WIDTH, WIDTH * sheet.shape[0] / sheet.shape[1] + 0.3)
    ax.imshow(sheet, interpolation="nearest" if h < 200 else "antialiased")
    ax.set_axis_off()
    for i, text in enumerate(titles or []):
        ax.text(
            (i % columns + 0.5) * (w + gap), i // columns * (h + gap) - gap, text, ha="center", va="bottom", fontsize=8
        )
    if title:
        ax.set_title(title, loc="left")
    return ax


def labelled_rows(
    images: NDArray[np.uint8],
    row_labels: Iterable[Any],
    column_labels: Iterable[Any] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Pictures as a sheet with a label a row and, on top, one a column.

    Parameters
    ----------
    images : ndarray (rows, columns, h, w, 3), uint8
        Pictures.
    row_labels : iterable of str
        To the left of each row.
    column_labels : iterable of str or numbers, optional
        Above each column.
    ax : Axes, optional
        Where to draw; new axes if None.

    Returns
    -------
    Axes
        Those drawn on.
    """
    r, c, h, w = images.shape[:4]
    gap = max(h // 32, 1)
    ax = image_grid(images.reshape(-1, *images.shape[2:]), axes_for(ax, WIDTH, WIDTH * r * h / (c * w) * 0.9 + 0.4), c)
    for i, label in enumerate(row_labels):
        ax.text(-2 * gap, i * (h + gap) + h / 2, label, ha="right", va="center", fontsize=9)
    for j, label in enumerate([] if column_labels is None else column_labels):
        ax.text(j * (w + gap) + w / 2, -2 * gap, label, ha="center", va="bottom", fontsize=9)
    return ax


def noise_images(noise: NDArray[Any]) -> NDArray[np.uint8]:
    """Noise as pictures: its first three channels, three sigmas from black to white.

    Parameters
    ----------
    noise : ndarray (n, c, h, w)
        Of one channel, which is shown grey, or three and more.

    Returns
    -------
    ndarray (n, h, w, 3), uint8
        128 where the noise is 0; 0 and 255 at three sigmas below and above, and beyond.
    """
    shown = np.repeat(noise, 3, 1)[:, :3] if noise.shape[1] == 1 else noise[:, :3]
    return (np.clip(shown / 6 + 0.5, 0, 1) * 255).round().astype(np.uint8).transpose(0, 2, 3, 1)


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
    ax = axes_for(ax, width=4.2)
    shown = ax.imshow(np.sqrt((noise.astype(np.float64) ** 2).mean((0, 1))), cmap="cividis", vmin=0)
    ax.set_xticks([]), ax.set_yticks([])
    ax.figure.colorbar(shown, ax=ax, label="root mean square")
    return ax


def power_spectra(spectra: Mapping[str, tuple[NDArray[Any], NDArray[Any]]], ax: Axes | None = None) -> Axes:
    """Mean radial power, a line a name; white noise is flat at 1.

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
    ax = axes_for(ax, width=4.2)
    for i, (name, (frequency, power)) in enumerate(spectra.items()):
        ax.plot(frequency, power.mean(0), color=PALETTE[i % 6], marker=MARKERS[i % 6], ms=3.5, lw=1.4, label=name)
    ax.axhline(1, color="black", ls=":", lw=1)
    ax.set(xlabel="frequency, cycles a value of the map", ylabel="power", ylim=(0, None))
    ax.legend()
    return ax


def pass_rates(
    table: pd.DataFrame,
    ax: Axes | None = None,
    level: float = 0.05,
    control: Container[str] = ("true Gaussian", "bimodal"),
) -> Axes:
    """Horizontal bars of normality pass rates.

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
    ax = axes_for(ax, height=0.33 * len(table) + 0.9)
    y = np.arange(len(table))[::-1]
    error = np.maximum([table.pass_rate - table.low, table.high - table.pass_rate], 0)
    shown = ax.barh(y, table.pass_rate, color=PALETTE[0], height=0.62, xerr=error, ecolor="black")
    for bar, view in zip(shown, table["view"]):
        if view in control:
            bar.set(facecolor="0.75", hatch="//", edgecolor="white")
    ax.set_yticks(y, table["view"])
    ax.axvline(1 - level, color="black", ls="--", lw=1)
    ax.text(1 - level, len(table) - 0.35, "a true Gaussian", ha="right", va="bottom", fontsize=8)
    ax.set(xlim=(0, 1.02), xlabel=f"share that passes at the {level:.0%} level")
    return ax


def side_by_side(count: int, height: float = 3.4, sharey: bool = True, rows: int = 1) -> tuple[Figure, Any]:
    """A figure of the workbook's width with `count` panels, or rows of such.

    Parameters
    ----------
    count : int
        Panels in a row.
    height : float
        Of the figure, in inches.
    sharey : bool
        Whether panels share their y axis.
    rows : int
        Rows of panels; those of several rows share their x axis.

    Returns
    -------
    figure : Figure
        The figure.
    axes : ndarray (count,) or (rows, count) of Axes
        Its panels; the panel itself if there is one only.
    """
    size = {"figsize": (WIDTH, height), "layout": "constrained"}
    return plt.subplots(rows, count, **size, sharex=rows > 1, sharey=sharey)


def frontiers(
    table: pd.DataFrame,
    groups: Mapping[str, Iterable[str]],
    rows: Mapping[str, str],
    log: Container[str] = (),
    height: float = 2.4,
) -> Figure:
    """Accuracy against calls: a figure with a column of panels for each group of methods and a row for each measure.

    Parameters
    ----------
    table : DataFrame
        Of `unelib.inversion.frontier`.
    groups : dict
        {title: methods}; a method in several groups, the reference, is drawn alike in each if it stands at the same
        place of each.
    rows : dict
        {column of the table: label of the axis}.
    log : collection of str
        Columns on a logarithmic axis.
    height : float
        Of a row, in inches.

    Returns
    -------
    Figure
        The figure.
    """
    shape = (len(rows), len(groups))
    size = {"figsize": (WIDTH, height * len(rows) + 1.3), "layout": "constrained", "sharex": True, "sharey": "row"}
    figure, axes = plt.subplots(*shape, squeeze=False, **size)
    for down, (column, label) in zip(axes, rows.items()):
        for ax, methods in zip(down, groups.values()):
            calls_curves(table, column, methods, ax)
            ax.set_yscale("log" if column in log else "linear")
        down[0].set_ylabel(label)
    for ax, last, title in zip(axes[0], axes[-1], groups):
        ax.set_title(title, loc="left")
        last.set_xlabel("calls of the model")
        last.legend(
            *ax.get_legend_handles_labels(), loc="upper center", bbox_to_anchor=(0.5, -0.6 / height), fontsize=8
        )
    return figure


def calls_curves(table: pd.DataFrame, column: str, methods: Iterable[str], ax: Axes) -> Axes:
    """One line a method: a column against the calls it took.

    Parameters
    ----------
    table : DataFrame
        Of `unelib.inversion.frontier`.
    column : str
        What is drawn.
    methods : iterable of str
        In the order of their colours and markers.
    ax : Axes
        Where to draw.

    Returns
    -------
    Axes
        Those drawn on.
    """
    for i, method in enumerate(methods):
        rows = table[table.method == method]
        ax.plot(rows.calls, rows[column], marker=MARKERS[i % 6], color=PALETTE[i % 6], ms=4.5, lw=1.4, label=method)
    ax.set_xscale("log", base=2)
    ax.xaxis.set_major_formatter("{x:g}")
    return ax


def trade_off_curves(
    curves: "Mapping[str, Curve | Sequence[Curve] | dict[Any, Curve]]",
    ax: Axes | None = None,
    limit: float | None = None,
) -> Axes:
    """Share of targets met against what else changed: a line a method, a marker a strength, from no edit on.

    Eighteen methods can be told apart without colours: from the seventh on lines are dashed and markers hollow, from
    the thirteenth on dotted. Those whose name ends in "(control)" are grey.

    Parameters
    ----------
    curves : dict
        {method: `trade_off.Curve`, or several, a list or by target}: of several, means over the targets at equal index
        of strength; targets that nobody lacked are left out.
    ax : Axes, optional
        Where to draw; new axes if None.
    limit : float, optional
        Of drift, where a dotted line goes.

    Returns
    -------
    Axes
        Those drawn on.

    Raises
    ------
    ValueError
        As `mean_curve`.
    """
    ax = axes_for(ax, width=7.2, height=3.8)
    for i, (method, parts) in enumerate(curves.items()):
        drift, met = mean_curve(parts)
        again = [{}, {"ls": "--", "mfc": "white"}, {"ls": ":", "mfc": "white"}][i // 6 % 3]
        color = "0.6" if method.endswith("(control)") else PALETTE[i % 5]  # the sixth is grey
        look = {"color": color, "marker": MARKERS[i % 6], "ms": 5.5, "lw": 1.4, "markevery": slice(1, None)}
        ax.plot(drift, met, label=method, clip_on=False, zorder=3, **look | again)
    if limit is not None:
        ax.axvline(limit, color="black", ls=":", lw=1, label="limit of drift")
    ax.set(xlabel="drift: mean change of the judge's other probabilities", ylabel="share of targets met")
    ax.set(xlim=(0, None), ylim=(0, 1))
    ax.legend(loc="upper left", bbox_to_anchor=(1, 1))
    return ax


def mean_curve(parts: "Curve | Sequence[Curve] | dict[Any, Curve]") -> NDArray[np.float64]:
    """Drift and share met of one trade-off curve, or means over several in which anyone lacked the target.

    Parameters
    ----------
    parts : trade_off.Curve, or a list or dict of such
        Curves of one method, each of another target.

    Returns
    -------
    ndarray (2, s + 1)
        Drift, and share met, of no edit and at each of s strengths.

    Raises
    ------
    ValueError
        Where curves of one method have different numbers of strengths, and where nobody lacked a target.
    """
    parts = [parts] if hasattr(parts, "points") else list(parts.values() if isinstance(parts, dict) else parts)
    points = [part.points for part in parts if np.isfinite(part.points).all()]
    counts = sorted({len(met) - 1 for _, met in points})
    if len(counts) != 1:
        found = f"are of {' and '.join(map(str, counts))} strengths" if counts else "have no image that lacked a target"
        raise ValueError(f"the curves of one method {found}; one line takes as many strengths for every target")
    return np.mean(points, 0)


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
    ax.set(xlim=(0, None), ylim=(-0.6, len(table) - 0.4), xlabel="area under the trade-off curve, 95 % interval")
    return ax


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
    ax = axes_for(ax, width=4.2, height=3.6)
    picked = X[:, np.random.default_rng(seed).choice(X.shape[1], min(columns, X.shape[1]), replace=False)]
    z = np.sort((picked - picked.mean(0)) / picked.std(0), axis=0)
    ax.plot(stats.norm.ppf((np.arange(len(z)) + 0.5) / len(z)), z, color=PALETTE[0], lw=0.5, alpha=0.4)
    ax.plot([-3.5, 3.5], [-3.5, 3.5], color="black", lw=1, ls="--")
    ax.set(xlabel="normal quantile", ylabel="quantile of a coordinate", xlim=(-3.5, 3.5), ylim=(-5, 5))
    return ax


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
