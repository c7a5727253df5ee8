"""Figures of what a view's columns tell of known factors."""

from collections.abc import Container

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure

from .figures import MARKERS, PALETTE, TEXT, WIDTH, reaches
from .labels import headline, wrapped

BARS = {"rotated": ("0.55", "random axes"), "shuffled": ("0.82", "shuffled factors")}  # of what chance gives


def infomec_panels(table: pd.DataFrame, control: Container[str] = (), title: str = "") -> Figure:
    """Modularity, explicitness and compactness: a panel a measure, a row a view, with what chance gives as grey bars.

    Parameters
    ----------
    table : DataFrame
        Of `probing.infomec_table`.
    control : collection of str
        Views whose dots are hollow.
    title : str
        What is to be seen.

    Returns
    -------
    Figure
        The figure. Dots have 95 % intervals; bars reach from the least to the most of random axes, and of shuffled
        factors.
    """
    views, measures = (list(dict.fromkeys(table[name])) for name in ("view", "measure"))
    size = {"figsize": (WIDTH, 0.5 * len(views) + 1.9), "layout": "constrained", "sharey": True}
    figure, panels = plt.subplots(1, len(measures), squeeze=False, **size)
    for ax, measure in zip(panels[0], measures):
        for y, row in enumerate(table[table["measure"] == measure].to_dict("records")):
            for shift, (chance, (grey, _)) in zip((0.18, -0.18), BARS.items()):
                ends = [row[f"{chance}_low"], row[f"{chance}_high"]]
                ax.plot(ends, [y + shift] * 2, color=grey, lw=6, solid_capstyle="butt")
            arms = reaches([row["value"]], row["low"], row["high"])
            fill = "white" if row["view"] in control else PALETTE[0]
            ax.errorbar(row["value"], y, xerr=arms, fmt=MARKERS[0], color=PALETTE[0], mfc=fill, ms=6, lw=1.4)
        ax.set_title(measure, loc="left", fontsize=TEXT)
        ax.set_xlim(left=min(0, ax.get_xlim()[0]))
        ax.locator_params(axis="x", nbins=2)
    panels[0, 0].set_yticks(range(len(views)), [wrapped(view, 16) for view in views])
    panels[0, 0].set_ylim(len(views) - 0.5, -0.5)
    bars = [plt.Line2D([], [], color=grey, lw=6, label=name) for grey, name in BARS.values()]
    dot = plt.Line2D([], [], color=PALETTE[0], marker=MARKERS[0], ls="none", ms=6, label="view")
    figure.legend(handles=[dot, *bars], loc="outside lower center", ncols=3)
    return headline(figure, title) if title else figure
