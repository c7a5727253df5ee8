"""Do two views of one space say the same of the same image? Rows beside their own partners and beside others'."""

import numpy as np
import pandas as pd

from ..core.checks import Rows, matrix
from ..linalg.cosine import unit_rows
from ..stats.intervals import mean_interval, rate_interval


def partner_correlation(X: Rows, X2: Rows) -> pd.Series:
    """How well rows agree with their own partners in a second view of the same columns, and with those of others.

    What all rows have in common says nothing of one of them, so each view is centred first.

    Parameters
    ----------
    X, X2 : array-like (n, d)
        Rows that belong together, in columns that mean the same: pictures that two models make of each noise, noise
        that two models give to each picture.

    Returns
    -------
    Series
        r, low, high
            Mean correlation of rows with their partners, about the mean row, with its 95% interval over rows.
        mismatched
            The mean over all pairs of rows that do not belong together.
        own, own_low, own_high
            Share of rows of X whose own partner is the most correlated of all rows of X2, with its interval.
        chance
            What `own` is by chance: 1 / n.

    Raises
    ------
    ValueError
        Unless both have the same shape, and two rows at least.

    Examples
    --------
    >>> X = np.random.default_rng(0).standard_normal((50, 200))
    >>> found = partner_correlation(X, X + np.random.default_rng(1).standard_normal(X.shape))
    >>> found[["r", "own"]].round(1).to_dict()
    {'r': 0.7, 'own': 1.0}
    """
    X, X2 = matrix(X, "X", rows=2), matrix(X2, "X2", rows=2)
    if X.shape != X2.shape:
        raise ValueError(f"X has shape {X.shape} and X2 {X2.shape}; rows and columns must be the same")
    every = unit_rows(X - X.mean(0)) @ unit_rows(X2 - X2.mean(0)).T
    n, partners = len(every), np.diag(every)
    found, own = mean_interval(partners), rate_interval(every.argmax(1) == np.arange(n))
    mismatched = (every.sum() - partners.sum()) / (n * (n - 1))
    values = [*found, mismatched, *own, 1 / n]
    return pd.Series(values, ["r", "low", "high", "mismatched", "own", "own_low", "own_high", "chance"])
