"""The look of every figure: one palette, one size, axes, and the names and numbers that stand on them.

A figure is made to be read at half a page's width, 8.5 cm: its smallest letters then have 7 points.
"""

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

PALETTE = ["#123f70", "#d4483b", "#4fb286", "#e3a438", "#7a3f98", "#7f7f7f"]  # of different lightness in grey
MARKERS = ["o", "s", "^", "D", "v", "P"]
WIDTH, DPI = 6.0, 150  # of a figure: inches, and dots an inch
TEXT = 12.6  # points of all letters on a figure of that width: 7 at half a page


def style() -> None:
    """Set the workbook's look: call once at the top of a notebook."""
    sns.set_theme(context="notebook", style="ticks", palette=PALETTE)
    sizes = ["font.size", "axes.labelsize", "axes.titlesize", "xtick.labelsize", "ytick.labelsize", "legend.fontsize"]
    plt.rcParams.update(dict.fromkeys([*sizes, "legend.title_fontsize", "figure.titlesize"], TEXT))
    plt.rcParams.update({"axes.spines.top": False, "axes.spines.right": False, "legend.frameon": False})
    plt.rcParams.update({"figure.dpi": DPI, "savefig.dpi": "figure", "figure.titleweight": "bold"})
    plt.rcParams.update({"xtick.major.size": 4, "ytick.major.size": 4, "axes.linewidth": 1, "axes.titlepad": 8})


def reaches(value, low, high):
    """How far intervals (n,) reach down and up from their values, (2, n), as error bars are drawn; 0 at least."""
    value = np.asarray(value, float)
    return np.maximum([value - low, high - value], 0)


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


def few_ticks(ax: Axes) -> Axes:
    """As many ticks on the horizontal axis as its width has room for.

    Parameters
    ----------
    ax : Axes
        With a linear axis.

    Returns
    -------
    Axes
        The same.
    """
    ax.locator_params(axis="x", nbins=max(2, int(ax.bbox.width * 72 / ax.figure.dpi / 48)))
    return ax


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
