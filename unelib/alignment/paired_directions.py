"""Directions that two views share, by their correlation on held-out rows, beside what shuffled rows give."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .canonical import CCA


def pairs_and_chance(
    X: NDArray[Any],
    X2: NDArray[Any],
    learn: NDArray[np.bool_],
    held_out: NDArray[np.bool_],
    k: int,
    orders: Sequence[NDArray[np.int_]],
    ridge: float = 1.0,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Held-out canonical correlations of two views, and those of pairs that were found in shuffled rows.

    Parameters
    ----------
    X, X2 : ndarray (n, d1) and (n, d2)
        Views of the same n images, one row an image.
    learn, held_out : ndarray (n,), bool
        Rows in which pairs are found, and on which they are judged.
    k : int
        Pairs.
    orders : sequence of ndarrays
        Each an order of the training rows: that of the second view's in one shuffle.
    ridge : float
        As in `CCA`.

    Returns
    -------
    found : ndarray (k,)
        Correlations, in the order of the training rows'.
    chance : ndarray (shuffles, k)
        The same after each shuffle.

    Raises
    ------
    ValueError
        As `CCA.fit`.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> X, learn = rng.standard_normal((300, 3)), np.arange(300) < 200
    >>> found, chance = pairs_and_chance(X, X @ rng.standard_normal((3, 3)), learn, ~learn, 2, [rng.permutation(200)])
    >>> bool(found.min() > 0.9 > chance.max())
    True
    """

    def judged_on_others(order):
        return CCA(k, ridge).fit(X[learn], X2[learn][order]).score(X[held_out], X2[held_out])

    found = judged_on_others(slice(None))
    return found, np.array([judged_on_others(order) for order in orders])
