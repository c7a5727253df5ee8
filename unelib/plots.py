"""Figures: every function takes data and optional axes, draws, and returns the axes; one palette, one size."""

import matplotlib.pyplot as plt
import numpy as np
import seaborn as sns
from PIL import Image
from scipy import stats

PALETTE = ["#1b6ca8", "#d1495b", "#2a9d6f", "#e09f3e", "#6d597a", "#7f7f7f"]
MARKERS = ["o", "s", "^", "D", "v", "P"]
WIDTH = 9.0


def style():
    """Set the workbook's look: call once at the top of a notebook."""
    sns.set_theme(context="notebook", style="ticks", palette=PALETTE, font_scale=0.85)
    plt.rcParams.update(
        {"figure.dpi": 80, "axes.spines.top": False, "axes.spines.right": False, "legend.frameon": False}
    )


def axes_for(ax, width=WIDTH, height=3.4, **kwargs):
    """The axes given, or new ones of the workbook's size."""
    return ax if ax is not None else plt.subplots(figsize=(width, height), layout="constrained", **kwargs)[1]


def pretty(name):
    """An attribute's name for people: CelebA's underscores become spaces."""
    return str(name).replace("_", " ")


def quartiles(values):
    """Median and quartiles of numbers, as text."""
    low, middle, high = np.quantile(values, [0.25, 0.5, 0.75])
    return f"{middle:.3g} ({low:.3g} to {high:.3g})"


def resized(images, side):
    """Pictures (n, h, w, 3) uint8 with `side` pixels a side, for showing pictures of several sizes on one sheet."""
    if images.shape[1] == side:
        return images
    return np.stack([np.asarray(Image.fromarray(i).resize((side, side), Image.Resampling.NEAREST)) for i in images])


def image_grid(images, ax=None, columns=8, titles=None, title=None):
    """Pictures (n, h, w, 3) uint8 as one tidy sheet, `columns` a row."""
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


def labelled_rows(images, row_labels, column_labels=None, ax=None):
    """Pictures (rows, columns, h, w, 3) uint8 as a sheet with a label a row and, on top, one a column."""
    r, c, h, w = images.shape[:4]
    gap = max(h // 32, 1)
    ax = image_grid(images.reshape(-1, *images.shape[2:]), axes_for(ax, WIDTH, WIDTH * r * h / (c * w) * 0.9 + 0.4), c)
    for i, label in enumerate(row_labels):
        ax.text(-2 * gap, i * (h + gap) + h / 2, label, ha="right", va="center", fontsize=9)
    for j, label in enumerate([] if column_labels is None else column_labels):
        ax.text(j * (w + gap) + w / 2, -2 * gap, label, ha="center", va="bottom", fontsize=9)
    return ax


def noise_images(noise):
    """Noise (n, c, h, w) as pictures (n, h, w, 3) uint8: its first three channels, three sigmas from black to white."""
    shown = np.repeat(noise, 3, 1)[:, :3] if noise.shape[1] == 1 else noise[:, :3]
    return (np.clip(shown / 6 + 0.5, 0, 1) * 255).round().astype(np.uint8).transpose(0, 2, 3, 1)


def pass_rates(table, ax=None, level=0.05):
    """Horizontal bars of normality pass rates: a DataFrame with columns `view`, `pass_rate`, `low`, `high`."""
    ax = axes_for(ax, height=0.33 * len(table) + 0.9)
    y = np.arange(len(table))[::-1]
    error = np.maximum([table.pass_rate - table.low, table.high - table.pass_rate], 0)
    ax.barh(y, table.pass_rate, color=PALETTE[0], height=0.62, xerr=error, ecolor="black")
    ax.set_yticks(y, table["view"])
    ax.axvline(1 - level, color="black", ls="--", lw=1)
    ax.text(1 - level, len(table) - 0.35, "a true Gaussian", ha="right", va="bottom", fontsize=8)
    ax.set(xlim=(0, 1.02), xlabel=f"share that passes at the {level:.0%} level")
    return ax


def side_by_side(count, height=3.4):
    """A figure of the workbook's width with `count` panels that share their y axis: (figure, axes)."""
    return plt.subplots(1, count, figsize=(WIDTH, height), layout="constrained", sharey=True)


def qq_fan(X, ax=None, columns=40, seed=0):
    """Quantiles of random coordinates of a view (n, d) against the normal's, one line a coordinate."""
    ax = axes_for(ax, width=4.2, height=3.6)
    picked = X[:, np.random.default_rng(seed).choice(X.shape[1], min(columns, X.shape[1]), replace=False)]
    z = np.sort((picked - picked.mean(0)) / picked.std(0), axis=0)
    ax.plot(stats.norm.ppf((np.arange(len(z)) + 0.5) / len(z)), z, color=PALETTE[0], lw=0.5, alpha=0.4)
    ax.plot([-3.5, 3.5], [-3.5, 3.5], color="black", lw=1, ls="--")
    ax.set(xlabel="normal quantile", ylabel="quantile of a coordinate", xlim=(-3.5, 3.5), ylim=(-5, 5))
    return ax


def radar(table, ax=None, low=0.5):
    """The paper's radar: one spoke an attribute, one ring line a view; a DataFrame (attributes x views) of scores."""
    ax = ax if ax is not None else plt.subplots(figsize=(7.2, 6.4), subplot_kw={"polar": True}, layout="constrained")[1]
    angles = np.linspace(0, 2 * np.pi, len(table), endpoint=False)
    for i, view in enumerate(table):
        values = table[view].to_numpy()
        ax.plot(
            np.append(angles, angles[0]),
            np.append(values, values[0]),
            color=PALETTE[i % 6],
            marker=MARKERS[i % 6],
            ms=4,
            lw=1.4,
            label=view,
        )
    ax.set_xticks(angles, [pretty(a) for a in table.index], fontsize=8)
    ax.set_ylim(low, 1.0)
    ax.set_rlabel_position(8)
    ax.tick_params(axis="y", labelsize=8)
    ax.tick_params(axis="x", pad=9)
    ax.legend(loc="upper left", bbox_to_anchor=(1.02, 1.05))
    return ax


def interval_plot(scores, ax=None, sort_by=None, chance=0.5):
    """AUC of every attribute in every view with its 95 % interval: {view: DataFrame with auc, auc_low, auc_high}."""
    first = next(iter(scores.values()))
    order = (scores[sort_by] if sort_by else first).auc.sort_values().index
    ax = axes_for(ax, height=0.27 * len(order) + 0.8)
    for i, (view, table) in enumerate(scores.items()):
        t = table.loc[order]
        y = np.arange(len(order)) + 0.18 * (i - (len(scores) - 1) / 2)
        error = np.maximum([t.auc - t.auc_low, t.auc_high - t.auc], 0)
        ax.errorbar(t.auc, y, xerr=error, fmt=MARKERS[i % 6], color=PALETTE[i % 6], ms=4, lw=1, label=view)
    ax.set_yticks(np.arange(len(order)), [pretty(a) for a in order])
    ax.axvline(chance, color="black", ls="--", lw=1)
    ax.set(xlabel="AUC on held-out images, 95 % interval")
    ax.legend(loc="lower left")
    return ax


def profile_scatter(a, b, ax=None, names=("a", "b")):
    """One view's profile of scores against another's, attributes labelled (two Series by attribute)."""
    ax = axes_for(ax, width=4.6, height=4.2)
    ax.scatter(a, b, color=PALETTE[0], s=22)
    for name in a.index:
        ax.annotate(pretty(name), (a[name], b[name]), fontsize=6.5, xytext=(3, 2), textcoords="offset points")
    low = min(a.min(), b.min()) - 0.02
    ax.plot([low, 1], [low, 1], color="black", lw=0.8, ls="--")
    ax.set(xlabel=f"AUC in {names[0]}", ylabel=f"AUC in {names[1]}")
    return ax


def spectrum(curves, ax=None, xlabel="dimension", ylabel="held-out correlation"):
    """Spectra {name: (k,)} as lines; a name that starts with 'shuffled' is drawn dashed and grey: the control."""
    ax = axes_for(ax, width=5.2)
    for i, (name, values) in enumerate(curves.items()):
        control = name.startswith("shuffled")
        look = {"color": "0.45", "ls": "--"} if control else {"color": PALETTE[i % len(PALETTE)]}
        ax.plot(np.arange(1, len(values) + 1), values, lw=1.6, label=name, **look)
    ax.set(xlabel=xlabel, ylabel=ylabel)
    ax.legend()
    return ax


def bars(values, ax=None, ylabel="", control=None, floor=0.0, intervals=None):
    """Named numbers as bars from `floor` up; `control` names the hatched grey ones; intervals {name: (low, high)}."""
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


def change_heatmap(matrix, ax=None):
    """Edited attributes x judged attributes: change of the judge's probability, blue less, red more."""
    ax = axes_for(ax, height=0.34 * len(matrix) + 2.0)
    shown = matrix.rename(index=pretty, columns=pretty)
    sns.heatmap(
        shown,
        ax=ax,
        cmap="RdBu_r",
        center=0,
        vmin=-1,
        vmax=1,
        square=False,
        linewidths=0.4,
        cbar_kws={"label": "change of probability"},
    )
    ax.set(xlabel="what the judge sees change", ylabel="what was edited")
    ax.tick_params(axis="x", rotation=90)
    return ax


def judge_bars(before, after, names, ax=None):
    """Two rows of the judge's probabilities (a,), before and after an edit."""
    ax = axes_for(ax, width=4.2, height=0.2 * len(names) + 0.6)
    y = np.arange(len(names))[::-1]
    ax.barh(y + 0.2, before, 0.38, color="0.7", label="before")
    ax.barh(y - 0.2, after, 0.38, color=PALETTE[0], label="after")
    ax.set_yticks(y, [pretty(n) for n in names], fontsize=7)
    ax.set(xlim=(0, 1), xlabel="the judge's probability")
    ax.legend(fontsize=7, loc="lower right")
    return ax
