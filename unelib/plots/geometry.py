"""Figures of the pullback geometry: singular values by rank, and quantities by timestep."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from ..stats.intervals import Interval
from .figures import MARKERS, PALETTE, axes_for
from .labels import name_lines


def by_timestep(curves: Mapping[str, Mapping[float, Interval]], ax: Axes | None = None, ylabel: str = "") -> Axes:
    """A line a name, over timesteps from noise to image.

    Parameters
    ----------
    curves : dict
        {name: {timestep: `Interval`}}; names that end in "(control)" are grey and dashed.
    ax : Axes, optional
        Where to draw; new axes if None.
    ylabel : str
        Of the values.

    Returns
    -------
    Axes
        Those drawn on.
    """
    ax = axes_for(ax)
    for i, (name, points) in enumerate(curves.items()):
        t = sorted(points)
        value, low, high = np.array([points[x] for x in t]).T
        control = {"color": "0.55", "ls": "--", "marker": "", "lw": 1.6}
        look = {"color": PALETTE[i % 6], "marker": MARKERS[i % 6], "ms": 4.5, "lw": 1.4}
        look = control if name.endswith("(control)") else look
        ax.errorbar(t, value, yerr=np.maximum([value - low, high - value], 0), elinewidth=0.8, label=name, **look)
    ax.invert_xaxis()
    ax.set(xlabel="timestep: noise to image", ylabel=ylabel)
    return name_lines(ax, width=10)


def singular_values(spectra: Mapping[str, NDArray[Any]], ax: Axes | None = None) -> Axes:
    """Singular values by rank: the mean over images, and the band between the least and the most.

    Parameters
    ----------
    spectra : dict
        {name: (n, k)}, k values of each of n images.
    ax : Axes, optional
        Where to draw; new axes if None.

    Returns
    -------
    Axes
        Those drawn on.
    """
    ax = axes_for(ax)
    for i, (name, values) in enumerate(spectra.items()):
        rank = np.arange(1, values.shape[1] + 1)
        ax.plot(rank, values.mean(0), color=PALETTE[i % 6], marker=MARKERS[i % 6], ms=4, lw=1.4, label=name)
        ax.fill_between(rank, values.min(0), values.max(0), color=PALETTE[i % 6], alpha=0.15, lw=0)
    ax.locator_params(axis="x", integer=True)
    ax.set(xlabel="rank", ylabel="singular value", ylim=(0, None))
    return name_lines(ax, width=10)
