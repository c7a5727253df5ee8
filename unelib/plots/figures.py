"""The look of every figure: one palette, one size, axes, and the names and numbers that stand on them."""

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

PALETTE = ["#1b6ca8", "#d1495b", "#2a9d6f", "#e09f3e", "#6d597a", "#7f7f7f"]
MARKERS = ["o", "s", "^", "D", "v", "P"]
WIDTH = 9.0


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
