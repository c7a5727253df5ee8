"""How many different rows a set amounts to (the Vendi score), what lies within groups and between, what rows add."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from ..core.checks import Rows, same_columns, same_rows, whole
from ..stats.groups import group_codes
from ..stats.intervals import Interval, normal_interval
from ..stats.p_values import simulated_p
from .cosine import unit_directions

NEAR = 1e-8  # orders so near to 1 are 1


def vendi_score(X: Rows, q: float = 1.0) -> float:
    """Vendi score of rows: the exponential of the Renyi entropy of the eigenvalues of K / n [1]_, K their cosines.

    1 where all rows point one way, n where all are orthogonal. Eigenvalues come from the smaller of n and d. Only
    directions count, from the origin: centre X for what varies about its mean.

    Parameters
    ----------
    X : array-like (n, d)
        Rows, none of them 0.
    q : float
        Order, 0 or more: the larger, the less rare directions count [2]_. 0 counts directions, 1 is Shannon's, 2 is 1
        over the mean squared cosine, infinity looks at the commonest direction alone.

    Returns
    -------
    float
        From 1 to the smaller of n and d.

    Raises
    ------
    ValueError
        On rows of 0, values that are not finite, and a negative order.

    References
    ----------
    .. [1] Friedman and Dieng, "The Vendi score: a diversity evaluation metric for machine learning", 2023.
    .. [2] Pasarkar and Dieng, "Cousins of the Vendi score", 2023.

    Examples
    --------
    >>> vendi_score([[1.0, 0.0], [2.0, 0.0]]), round(vendi_score(np.eye(5)), 6)
    (1.0, 5.0)
    """
    return effective_number(eigenvalues_of(unit_directions(X)), order(q))


def vendi_interval(X: Rows, q: float = 1.0, draws: int = 100, seed: int = 0) -> Interval:
    """Vendi score with a 95 % interval: 1.96 standard deviations over rows drawn with return, about the score itself.

    Rows that are drawn twice make a draw less diverse than the set, and the score itself grows with the number of rows:
    so its interval is for sets of as many rows, and the draws tell its width alone.

    Parameters
    ----------
    X : array-like (n, d)
        As in `vendi_score`.
    q : float
        Its order.
    draws : int
        Two at least.
    seed : int
        Of the draws.

    Returns
    -------
    Interval
        The score and the ends, which lie where a score can.

    Raises
    ------
    ValueError
        As `vendi_score`, and on too few draws.

    Examples
    --------
    >>> X = np.random.default_rng(0).standard_normal((300, 10)) * np.arange(1, 11)
    >>> score = vendi_interval(X)
    >>> bool(score.low < vendi_score(X) < score.high), round(score.value)
    (True, 7)
    """
    if not whole(draws, 2):
        raise ValueError(f"draws is {draws!r}; it must be a whole number from 2 on")
    U, q, rng = unit_directions(X), order(q), np.random.default_rng(seed)
    n = len(U)
    gram = U @ U.T if n < U.shape[1] else None
    found = []
    for _ in range(draws):
        times = np.bincount(rng.integers(0, n, n), minlength=n)
        found.append(effective_number(eigenvalues_of(U, times, gram), q))
    told = normal_interval(effective_number(eigenvalues_of(U, gram=gram), q), np.std(found, ddof=1))
    return Interval(told.value, max(told.low, 1.0), min(told.high, float(min(U.shape))))


def group_diversity(X: Rows, groups: ArrayLike, repeats: int = 99, seed: int = 0) -> pd.Series:
    """How much of a set's Vendi score lies within groups of its rows, and how much between them.

    X'X / n is a mixture of the groups' own. Its entropy exceeds the mean of theirs by Holevo's quantity [1]_, which is
    0 where groups are alike, and at most the entropy of the groups' sizes. As effective numbers, total is the product
    of what is within groups and what is between them.

    Parameters
    ----------
    X : array-like (n, d)
        As in `vendi_score`.
    groups : array-like (n,)
        The group of each row, a name or a number, two groups at least.
    repeats : int
        Orders of the groups at random: small groups differ by chance.
    seed : int
        Of those.

    Returns
    -------
    Series
        `total`, the Vendi score; `within_groups`, exp of the mean entropy of groups; `between_groups`, the effective
        number of groups that differ, from 1 to `most`; `share`, the logarithm of that in units of the logarithm of
        `most`; `by_chance`, `chance_low` and `chance_high`, mean and middle 95 % of that share in shuffled groups; and
        `p`, of a share so high.

    Raises
    ------
    ValueError
        As `vendi_score`; on other lengths, missing groups or fewer than two, and repeats below 1.

    References
    ----------
    .. [1] Holevo, 1973.

    Examples
    --------
    >>> X = np.repeat(np.eye(4), 10, axis=0)
    >>> found = group_diversity(X, ["a"] * 20 + ["b"] * 20)
    >>> found[["total", "within_groups", "between_groups", "share", "p"]].round(6).tolist()
    [4.0, 2.0, 2.0, 1.0, 0.01]
    """
    U, codes = unit_directions(X), group_codes(groups)
    same_rows(("X", U), ("groups", codes))
    if not whole(repeats, 1):
        raise ValueError(f"repeats is {repeats!r}; it must be a whole number from 1 on")
    rng, total, most = np.random.default_rng(seed), renyi(eigenvalues_of(U), 1), size_entropy(codes)
    within = mean_entropy(U, codes)
    null = np.array([(total - mean_entropy(U, rng.permutation(codes))) / most for _ in range(repeats)])
    value = (total - within) / most
    low, high = np.quantile(null, [0.025, 0.975])
    numbers = {"total": total, "within_groups": within, "between_groups": total - within, "most": most}
    told = {name: np.exp(entropy) for name, entropy in numbers.items()} | {"share": value, "by_chance": null.mean()}
    return pd.Series(told | {"chance_low": low, "chance_high": high, "p": simulated_p(value, null)})


def context_gains(samples: Rows, context: Rows, beta: float = 2.0, q: float = 1.0) -> pd.DataFrame:
    """What each sample adds to the diversity of the others, and to that of real rows: the contextualised Vendi score.

    Guidance by that score [1]_ moves a sample x up the gradient of VS(S and x) - beta VS(C and x): away from what was
    made already, the set S, yet within the diversity of real rows, the context C. Here x is each sample in turn, S the
    others, and what S and C have without x is taken off: a number that no x could change.

    Parameters
    ----------
    samples : array-like (m, d)
        Rows, two at least, none of them 0. Only directions count, as in `vendi_score`.
    context : array-like (n, d)
        Real rows.
    beta : float
        Weight of the context, 0 or more; 2 is that of the authors' code.
    q : float
        Order of the Vendi score.

    Returns
    -------
    DataFrame (m rows)
        `to_samples`, by how much the Vendi score of the others grows with it; `to_context`, that of the context; and
        `score`, the one less beta times the other. Copies lower the first, rows unlike any real one raise the second.

    Raises
    ------
    ValueError
        As `vendi_score`; on fewer than two samples, other numbers of columns, and a negative beta.

    References
    ----------
    .. [1] Askari Hemmat et al., "Improving geo-diversity of generated images with contextualized Vendi score guidance",
       2024, algorithm 1.

    Examples
    --------
    >>> found = context_gains([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]], context=[[1.0, 0.0, 0.0]] * 4)
    >>> found.to_samples.round(6).tolist(), (found.to_context.round(2) + 0).tolist()
    ([1.0, 1.0, 1.0], [0.0, 0.65, 0.65])
    """
    U, C, q = unit_directions(samples, "samples", rows=2), unit_directions(context, "context"), order(q)
    same_columns(C, U.shape[1], "context")
    if not float(beta) >= 0:
        raise ValueError(f"beta is {beta!r}; the weight of the context is a number from 0 on")
    all_but = [vendi_score(np.delete(U, i, axis=0), q) for i in range(len(U))]
    to_samples = vendi_score(U, q) - np.array(all_but)
    to_context = np.array([vendi_score(np.vstack([C, row]), q) for row in U]) - vendi_score(C, q)
    found = {"to_samples": to_samples, "to_context": to_context, "score": to_samples - beta * to_context}
    return pd.DataFrame(found)


def order(q):
    """The order of an entropy as a float; ValueError below 0 and where it is no number."""
    if not float(q) >= 0:
        raise ValueError(f"q is {q!r}; the order is a number from 0 to infinity")
    return float(q)


def eigenvalues_of(U: NDArray[np.float64], times: Any = None, gram: Any = None) -> NDArray[np.float64]:
    """Eigenvalues of U'U / n above rounding, which add up to 1, for rows that count `times` (n,) each, once if None.

    gram  U U', where it is known: rows are then fewer than columns
    """
    n, d = U.shape
    w = np.ones(n) if times is None else times
    if n < d:
        rows = np.flatnonzero(w)
        root = np.sqrt(w[rows])
        square = root[:, None] * (U[rows] @ U[rows].T if gram is None else gram[np.ix_(rows, rows)]) * root
    else:
        square = U.T @ (U if times is None else U * w[:, None])
    found = np.linalg.eigvalsh(square) / w.sum()
    return found[found > max(n, d) * np.finfo(float).eps * found[-1]]


def renyi(p, q):
    """Renyi entropy in nats of order q of numbers above 0 that add up to 1: log sum p^q / (1 - q), and its limits.

    Within NEAR of order 1 rounding would exceed what the order changes; of large orders p^q alone would vanish.
    """
    if abs(q - 1) < NEAR:
        return float(-(p * np.log(p)).sum())
    most = float(np.log(p.max()))
    if np.isinf(q):
        return -most
    return float((np.log((np.exp(q * (np.log(p) - most))).sum()) + q * most) / (1 - q))


def effective_number(p, q):
    """exp of `renyi`, 1 at least."""
    return max(1.0, float(np.exp(renyi(p, q))))


def size_entropy(codes):
    """Shannon entropy in nats of the groups' sizes."""
    return renyi(np.bincount(codes) / len(codes), 1)


def mean_entropy(U, codes):
    """Mean over rows of the Shannon entropy of their group's eigenvalues."""
    sizes = np.bincount(codes) / len(codes)
    return sum(size * renyi(eigenvalues_of(U[codes == group]), 1) for group, size in enumerate(sizes))
