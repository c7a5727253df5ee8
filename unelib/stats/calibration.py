"""How far a probe's probabilities are from the shares observed, in bins of equal count."""

import numpy as np
import pandas as pd

from .intervals import wilson

BINS = 10
ROWS = 10  # a bin has at least so many, if there are as many


def bin_starts(n, bins=BINS):
    """First row of each bin of n sorted rows: bins whose counts differ by one at most, fewer than `bins` of few rows.

    >>> bin_starts(35).tolist()
    [0, 11, 23]
    """
    bins = min(bins, max(n // ROWS, 1))
    return np.arange(bins) * n // bins


def shuffled_order(p, rng):
    """Order of rising p (n,), ties at random: the order of rows must not decide which of them fall into one bin."""
    return np.lexsort((rng.random(len(p)), p))


def calibration_errors(p, truth, draws=100, seed=0):
    """Expected calibration error of probabilities p (n,) of labels truth (n,), and what chance alone would show.

    sum_b |sum of (p - truth) over bin b| / n (Naeini, Cooper and Hauskrecht, 2015; bins of equal count). A perfectly
    calibrated p shows an error too, the more the fewer the rows: its mean over labels drawn from p itself.

    >>> rng = np.random.default_rng(0)
    >>> p = rng.random(2000)
    >>> error, chance = calibration_errors(p, rng.random(2000) < p**2)
    >>> bool(error > 0.1 > 0.03 > chance)
    True
    """
    rng = np.random.default_rng(seed)
    drawn, order = rng.random((len(p), draws)) < p[:, None], shuffled_order(p, rng)
    excess = (p[:, None] - np.column_stack([truth, drawn]))[order]
    errors = np.abs(np.add.reduceat(excess, bin_starts(len(p)), axis=0)).sum(0) / len(p)
    return errors[0], errors[1:].mean()


def reliability_table(p, truth, bins=BINS):
    """Predicted probabilities p (n,) against labels truth (n,): one row a bin of equal count, lowest first.

    Columns: predicted (mean), observed (share), count, low, high (Wilson's 95% interval of the share).

    >>> reliability_table(np.repeat([0.2, 0.8], 10), np.arange(20) >= 10, bins=2)[["predicted", "observed"]].values
    array([[0.2, 0. ],
           [0.8, 1. ]])
    """
    order, starts = shuffled_order(p, np.random.default_rng(0)), bin_starts(len(p), bins)
    counts = np.diff(starts, append=len(p))
    predicted, ones = (np.add.reduceat(values[order].astype(float), starts) for values in (p, truth))
    low, high = zip(*map(wilson, ones, counts))
    table = pd.DataFrame({"predicted": predicted / counts, "observed": ones / counts, "count": counts})
    return table.assign(low=low, high=high)
