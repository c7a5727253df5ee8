"""Do pictures that were made of an image resemble it, as a judge sees both: correlations over images, not pixels."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..core.checks import matrix
from ..stats.intervals import RESAMPLES, percentiles


def resemblances(source: NDArray[Any], made: Mapping[str, NDArray[Any]], control: str, seed: int = 0) -> pd.DataFrame:
    """How a judge's probabilities of pictures follow those of their source images: a DataFrame, a row a way of making.

    source   probabilities (n, a) of the source images; made {name: (n, a)} of what was made of each
    control  the name of those in `made` that saw nothing of their source
    Columns: r, correlation over images, mean over attributes (one that is the same in all images counts 0), with low
    and high; beyond, beyond_low, beyond_high: r less the control's; agree: share of equal verdicts. Intervals
    are 95 %, over images, the same draws for all rows. Raises ValueError if the control is not there, shapes differ, or
    probabilities are not finite.

    >>> rng = np.random.default_rng(0)
    >>> source = rng.random((200, 3))
    >>> table = resemblances(source, {"copy": source, "nothing": rng.random((200, 3))}, "nothing")
    >>> float(table.r["copy"].round(3)), bool(table.beyond_low["copy"] > 0.8)
    (1.0, True)
    """
    if control not in made:
        raise ValueError(f"control {control!r} is not among what was made: {', '.join(made)}")
    matrix(source, "source", rows=2)
    for name, q in made.items():
        matrix(q, name)
        if q.shape != source.shape:
            raise ValueError(f"{name} has shape {q.shape}, its source images {source.shape}")
    n = len(source)
    draws = [np.arange(n), *np.random.default_rng(seed).integers(0, n, (RESAMPLES, n))]
    found = {name: np.array([column_correlation(source[rows], q[rows]) for rows in draws]) for name, q in made.items()}
    table = {}
    for name, (r, *drawn) in found.items():
        beyond = found[name] - found[control]
        ends = {f"beyond_{end}": value for end, value in percentiles(beyond[1:]).items()}
        agree = float(((source > 0.5) == (made[name] > 0.5)).mean())
        table[name] = {"r": r} | percentiles(drawn) | {"beyond": beyond[0]} | ends | {"agree": agree}
    return pd.DataFrame(table).T


def column_correlation(p, q):
    """Correlation over rows of columns of p and q (n, a), mean over columns; a column that does not vary counts 0."""
    p, q = p - p.mean(0), q - q.mean(0)
    lengths = np.sqrt((p**2).sum(0) * (q**2).sum(0))
    return float(np.divide((p * q).sum(0), lengths, out=np.zeros(p.shape[1]), where=lengths > 0).mean())
