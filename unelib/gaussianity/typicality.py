"""How typical a row is of a view, by the density of a Gaussian, and whether two views find the same rows typical."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.stats import hypergeom, rankdata

from ..core.checks import matrix, same_columns, share
from ..linalg.covariance import ShrunkCovariance
from ..linalg.principal_space import thin
from ..stats.intervals import fisher_interval, share_interval
from ..stats.p_values import simulated_p

FLAT = 1e-9  # of a row's squared length: what lies further off a span is off it


class GaussianDensity:
    """The Gaussian of some rows: their mean, and their covariance shrunk to a multiple of the identity.

    Of CLIP's embeddings this is the likelihood of Whitened CLIP [1]_, with a covariance that can be inverted where rows
    are few.

    Parameters
    ----------
    X : array-like (n, d)
        Rows that it is learnt from, two at least.

    Attributes
    ----------
    covariance : ShrunkCovariance
        As an operator.

    References
    ----------
    .. [1] Betser, Levi and Gilboa, 2025.

    Examples
    --------
    >>> X = np.random.default_rng(0).standard_normal((2000, 3))
    >>> GaussianDensity(X).log_p(np.zeros((1, 3))).round(1).tolist()
    [-2.7]
    """

    def __init__(self, X: ArrayLike) -> None:
        self.covariance = ShrunkCovariance(matrix(X, rows=2))
        rows = np.asarray(self.covariance.X, float) - self.covariance.mean
        _, s, self.axes = thin(rows)
        share, level = self.covariance.shrinkage, self.covariance.level
        self.variances = (1 - share) * s**2 / len(rows) + share * level  # along the axes
        self.rest = share * level  # in every other direction

    def log_p(self, X: ArrayLike) -> NDArray[np.float64]:
        """Log density of rows, in nats.

        Parameters
        ----------
        X : array-like (m, d)
            Rows of the same view.

        Returns
        -------
        ndarray (m,)
            One a row. Where nothing was shrunk and rows span fewer dimensions than there are columns, it is the density
            in these, and -inf off them.

        Raises
        ------
        ValueError
            On another number of columns.
        """
        rows, d = matrix(X), len(self.covariance.mean)
        same_columns(rows, d, "X")
        away = rows - self.covariance.mean
        along = away @ self.axes
        beside = np.maximum((away**2).sum(1) - (along**2).sum(1), 0)
        r = len(self.variances)
        squares, volume = (along**2 / self.variances).sum(1), np.log(self.variances).sum()
        if r < d and self.rest > 0:
            squares, volume = squares + beside / self.rest, volume + (d - r) * np.log(self.rest)
        elif r < d:  # a density on the span alone
            squares, d = np.where(beside > FLAT * (away**2).sum(1), np.inf, squares), r
        return -(d * np.log(2 * np.pi) + volume + squares) / 2


def typical_alike(
    a: ArrayLike, b: ArrayLike, given: ArrayLike | None = None, tail: float = 0.1, draws: int = 2000, seed: int = 0
) -> pd.Series:
    """Whether two scores of the same rows rank them alike, and find the same ones least typical.

    Parameters
    ----------
    a, b : array-like (n,)
        Scores, such as log densities.
    given : array-like (n,), optional
        A third score that both may follow: then the correlation is of what is left of their ranks once its ranks were
        regressed out.
    tail : float
        Share of rows that count as least typical.
    draws : int
        Orders of the rows at random, against which the correlation is held.
    seed : int
        Of those.

    Returns
    -------
    Series
        `r`, Spearman's correlation, with the ends of its 95 % interval over rows, `low` and `high`, and `p` of shuffled
        rows, to either side; `shared`, the share of a's least typical rows that are b's too, with `shared_low` and
        `shared_high`; and `by_chance`, what that share exceeds in 1 of 40 shuffles at most. These do not look at
        `given`.

    Raises
    ------
    ValueError
        On scores of other lengths or not finite, fewer than ten rows, and a tail that holds none.

    Examples
    --------
    >>> a = np.random.default_rng(0).standard_normal(200)
    >>> typical_alike(a, np.exp(a)).r.round(2), typical_alike(a, np.exp(a), given=a**3).r.round(2)
    (np.float64(1.0), np.float64(nan))
    """
    rows = matrix(np.column_stack([a, b] if given is None else [a, b, given]), "the scores", rows=10)
    n, k = len(rows), int(round(share(tail, "tail", high=0.5) * len(rows)))
    if not k:
        raise ValueError(f"tail {tail} of {n} rows holds none; take a larger share")
    x, y = left_of_ranks(rows)
    r, rng = rank_correlation(x, y), np.random.default_rng(seed)
    null = np.array([rank_correlation(x, rng.permutation(y)) for _ in range(draws)])
    p = simulated_p(r, null, "both") if np.isfinite(r) else np.nan
    both = share_interval(len(set(np.argsort(rows[:, 0])[:k]) & set(np.argsort(rows[:, 1])[:k])), k)
    ends: Any = fisher_interval(r, n - 1 - rows.shape[1], ranks=True)
    return pd.Series(
        {"r": r, "low": ends.low, "high": ends.high, "p": p, "shared": both.value}
        | {"shared_low": both.low, "shared_high": both.high, "by_chance": hypergeom(n, k, k).ppf(0.975) / k}
    )


def left_of_ranks(rows):
    """Centred ranks of the first two columns; of a third, what is left of them after regression on its ranks."""
    ranks = rankdata(rows, axis=0)
    ranks -= ranks.mean(0)
    if rows.shape[1] == 3:
        z = ranks[:, 2]
        ranks = ranks - np.outer(z, z @ ranks) / (z @ z)
    return ranks[:, 0], ranks[:, 1]


def rank_correlation(x, y):
    """Of centred values; NaN where one is constant."""
    size = np.linalg.norm(x) * np.linalg.norm(y)
    return float(x @ y / size) if size > 1e-9 * len(x) ** 3 else float("nan")
