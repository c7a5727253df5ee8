"""InfoMEC beside what chance gives it: factors in shuffled order, randomly rotated axes, and halves of the rows.

All three measures are of the rows at hand, and few rows or many columns flatter them. Modularity and compactness ask
about a view's own axes: their null is the same rows in random axes. Explicitness does not depend on the axes.
"""

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import ortho_group, t

from ..core.checks import Rows, whole
from ..stats.p_values import simulated_p
from .disentanglement import InfoMEC, explicitness, ratios
from .factor_information import checked, information, relabelled_classes

MEASURES = InfoMEC._fields[:3]


def infomec_table(
    views: Mapping[str, Rows], factors: Rows, repeats: int = 19, shuffles: int = 5, deals: int = 5, seed: int = 0
) -> pd.DataFrame:
    """InfoMEC of several views, with intervals, beside shuffled factors and randomly rotated axes.

    Parameters
    ----------
    views : dict {name: array-like (n, d)}
        Continuous views of the same images. Of equal numbers of columns, or their values do not compare.
    factors : array-like (n, m)
        As in `infomec`.
    repeats : int
        Random rotations of each view's axes.
    shuffles : int
        Orders of the factors' rows, which move whole.
    deals : int
        Times that rows are dealt into two halves for the interval; two at least.
    seed : int
        Of all of these.

    Returns
    -------
    DataFrame
        A row a view and measure: `view`, `measure`, `value`, and the ends `low` and `high` of its 95 % interval over
        images, by the differences of halves (NaN where these lack classes of all factors but one); `shuffled`,
        `shuffled_low` and `shuffled_high`, mean and range with shuffled factors; `rotated`, `rotated_low` and
        `rotated_high`, the same with rotated axes, and `p`, of a value that
        high in random axes. Explicitness does not depend on the axes: there these are NaN.

    Raises
    ------
    ValueError
        As `infomec`, on views of whole numbers, and on too few repeats, shuffles or deals.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> factors = rng.integers(0, 2, (200, 2))
    >>> views = {"axes": factors + rng.standard_normal((200, 2)) / 9}
    >>> table = infomec_table(views, factors, repeats=3, shuffles=2, deals=2).set_index("measure")
    >>> bool(table.value["modularity"] > 0.9 > table.rotated["modularity"])
    True
    """
    for what, count, least in (("repeats", repeats, 1), ("shuffles", shuffles, 1), ("deals", deals, 2)):
        if not whole(count, least):
            raise ValueError(f"{what} is {count!r}; it must be a whole number from {least} on")
    tables = []
    for name, view in views.items():
        X, classes = checked(view, factors, name)
        if X.dtype.kind == "i":
            raise ValueError(f"{name} holds whole numbers, which are classes and have no other axes; give it as floats")
        found = {"value": measures(X, classes, seed)} | halves_ends(X, classes, deals, seed)
        found |= drawn_range("shuffled", [measures(X, order, seed) for order in shuffled_rows(classes, shuffles, seed)])
        axes = [ratios(information(Z, classes, seed)) for Z in in_random_axes(X, repeats, seed)]
        rotated = np.array([(m, np.nan, c) for m, c in axes])
        found |= drawn_range("rotated", rotated)
        p = [simulated_p(value, draws) for value, draws in zip(found["value"], rotated.T)]
        found["p"] = np.where(np.isnan(rotated[0]), np.nan, p)
        tables.append(pd.DataFrame({"view": name, "measure": MEASURES, **found}))
    return pd.concat(tables, ignore_index=True)


def drawn_range(name, draws):
    """Mean and range of draws (r, 3) of the measures, as columns of a table."""
    return {name: np.mean(draws, 0), f"{name}_low": np.min(draws, 0), f"{name}_high": np.max(draws, 0)}


def measures(X, classes, seed):
    """Modularity, explicitness, compactness as an array."""
    m, c = ratios(information(X, classes, seed))
    return np.array([m, explicitness(X, classes), c])


def halves_ends(X, classes, deals, seed):
    """Ends {"low", "high"} about the value: its variance is a quarter of two halves' squared difference, over deals."""
    rng, value, gaps = np.random.default_rng([seed, 1]), measures(X, classes, seed), []
    for _ in range(deals):
        halves = np.array_split(rng.permutation(len(X)), 2)
        kept = np.all([np.ptp(classes[half], axis=0) > 0 for half in halves], 0)  # factors of two classes in both
        if kept.sum() < 2:
            gaps.append(np.full(len(MEASURES), np.nan))
            continue
        one, other = (measures(X[half], relabelled_classes(classes[half][:, kept]), seed) for half in halves)
        gaps.append(one - other)
    half = t.ppf(0.975, deals) * np.sqrt(np.mean(np.square(gaps), 0) / 4)
    return {"low": value - half, "high": np.minimum(value + half, 1)}


def shuffled_rows(classes, repeats, seed) -> Iterator[NDArray[np.int_]]:
    """The classes (n, m) in random orders of their rows, one after the other."""
    rng = np.random.default_rng([seed, 2])
    return (rng.permutation(classes) for _ in range(repeats))


def in_random_axes(X, repeats, seed) -> Iterator[NDArray[np.float64]]:
    """X (n, d) about its mean in random orthonormal axes, one after the other."""
    rng, away = np.random.default_rng([seed, 3]), X - X.mean(0)
    return (away @ ortho_group.rvs(X.shape[1], random_state=rng) for _ in range(repeats))
