"""How many dimensions views share: by what held-out rows gain, and by what eigenvalues shuffled rows would give."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from scipy.linalg.lapack import dgeqrf, dormqr
from scipy.stats import norm

from ..core.checks import Rows, centred, centred_views, matrix, named_views, share, two_views, whole
from ..linalg.principal_space import principal_axes
from ..linalg.whitening import leading_left, whitened
from ..stats.p_values import critical_values, enough_draws
from .linear_gaussian import FLOOR

CERTAIN = norm.isf(0.01)  # standard errors by which the best gain must exceed 0: it is the best of several
ROUNDING = 1e-6  # nats: less is no gain
ALIKE = 0.1  # standard errors by which neighbours differ at most that are as good as each other
PRIVATE_FOLDS = 3


def parallel_analysis(
    views: Mapping[str, Rows], most: int | None = None, permutations: int = 99, level: float = 0.01, seed: int = 0
) -> dict[str, Any]:
    """How many eigenvalues of MAXVAR GCCA lie above all that chance would show (after Horn, 1965).

    views  {name: X (n, d)}, two at least, of the same images
    most   eigenvalues that are looked at; by default the smallest rank of the views
    level  of the test of any one: the rows of every view but the first are shuffled, and the largest eigenvalue of each
           shuffle is kept. An eigenvalue counts if it, and all before it, pass; so views that share nothing are said to
           share something with probability `level` at most. What counts is then taken out of every view, and what is
           left tested again, until nothing is added: many shared dimensions leave less room for chance.
    The ridge is d / n of each view's mean variance (`shared_factors`).
    Returns {"count", "eigenvalues" (most,), "critical", "null" (permutations,)}, the last two of the first round.
    Raises ValueError on too few permutations for the level, most below 1, and as `une.UNE` on views.

    >>> rng = np.random.default_rng(0)
    >>> Z = rng.standard_normal((300, 2))
    >>> views = {name: Z @ rng.standard_normal((2, 6)) + rng.standard_normal((300, 6)) for name in "abc"}
    >>> parallel_analysis(views)["count"]
    2
    """
    enough_draws(permutations, share(level, "level", high=1.0), what="permutations")
    for what, value in (("most", 1 if most is None else most), ("permutations", permutations)):
        if not whole(value, 1):
            raise ValueError(f"{what} is {value!r}; it must be a whole number above 0")
    views, rng = named_views(views), np.random.default_rng(seed)
    two_views(views)
    centred = [X for X, _ in centred_views(list(views.values()), list(views))]
    factors = shared_factors(centred, len(centred[0]))
    most = min(F.rank() if most is None else min(most, F.rank(most)) for F in factors)
    G, eigenvalues = leading_left(factors, most)
    count, first = 0, None
    while count < most:
        null = shuffled_eigenvalues([across(F, G[:, :count]) for F in factors], permutations, rng)
        first = null if first is None else first
        found = int(np.append(eigenvalues > critical_values(null, level)[1], False).argmin())
        if found <= count:
            break
        count = found
    return {"count": count, "eigenvalues": eigenvalues, "critical": critical_values(first, level)[1], "null": first}


def across(factor, G):
    """A `Factor` less what it has along orthonormal columns G (n, c), in n - c coordinates across them.

    What is left of all views lies in these: shuffled in n rows it would meet less by chance than it must (Winkler,
    Renaud, Smith and Nichols, 2020).
    """
    if not G.size:
        return factor
    reflectors, scales, *_ = dgeqrf(G)
    across, *_ = dormqr("L", "T", reflectors, scales, factor.rows, 64 * factor.rows.shape[1])
    return factor._replace(rows=across[G.shape[1] :], gram=None)


def shuffled_eigenvalues(factors, permutations, rng):
    """Largest eigenvalue (permutations,) of factors side by side, the rows of all but the first in random order."""

    def mixed():
        return [factors[0], *(F._replace(rows=rng.permutation(F.rows)) for F in factors[1:])]

    return np.array([leading_left(mixed(), 1)[1][0] for _ in range(permutations)])


def shared_factors(views, n):
    """`Factor` (m, r) of each of centred views (m, d) that stand for n rows, as ridge GCCA has them: see `align`.

    The ridge is d / n: none where rows are many, and then every direction counts alike; where they are few, directions
    in which a view varies little could agree with anything.
    """
    return [whitened(X, X.shape[1] / n) for X in views]


def smallest_adequate(gains, most):
    """The fewest dimensions whose gain is within one standard error of the best, and a table of all that were tried.

    gains  k -> (n,): what k dimensions add to the log likelihood of each held-out row
    most   the largest k
    Doubles k until the gain falls, closes in on the best, then halves down to the smallest k whose mean gain is within
    the best one's standard error (Hastie, Tibshirani and Friedman, 2009, section 7.10); 0 unless the best gain is above
    0 at a level of 1 %. The table has a row for every k tried: gain and se.

    >>> gains = lambda k: min(k, 11) + np.random.default_rng(0).standard_normal(100)
    >>> smallest_adequate(gains, 64)[0]
    11
    """
    tried = {}

    def found(k):
        return tried[k] if k in tried else tried.setdefault(k, gains(k))

    best = fine_best(coarse_best(found, most), found, most)
    if found(best).mean() <= max(CERTAIN * standard_error(found(best)), ROUNDING):
        return 0, gains_table(tried)
    low, high = -1, best
    while high - low > 1:
        middle = (low + high) // 2
        adequate = found(middle).mean() >= found(best).mean() - standard_error(found(best))
        low, high = (low, middle) if adequate else (middle, high)
    return high, gains_table(tried)


def coarse_best(found, most):
    """The best of 0, 1, 2, 4, ...; two that are no better end the search."""
    best, worse, k = 0, 0, 1
    while k <= most and worse < 2:
        better = found(k).mean() > found(best).mean()
        best, worse, k = (k, 0, 2 * k) if better else (best, worse + 1, 2 * k)
    return best


def fine_best(best, found, most):
    """Climb from the best so far in steps of a quarter of it, then halves of that, as long as a step is a sixteenth.

    Neighbours that are `ALIKE` end it as well: to choose among them would not move the fewest that are as good.
    """
    step = best // 4
    while step >= max(best // 16, 1):
        near = {k: found(k).mean() for k in (best - step, best, best + step) if k <= most}
        best = max(near, key=lambda k: near[k])
        if max(near.values()) - min(near.values()) < ALIKE * standard_error(found(best)):
            break
        step //= 2
    return best


def gains_table(tried):
    """DataFrame by k of what was tried, {k: gains (n,)}: mean gain and its standard error."""
    rows = {k: {"gain": gains.mean(), "se": standard_error(gains)} for k, gains in sorted(tried.items())}
    return pd.DataFrame(rows).T.rename_axis("k")


def standard_error(values):
    """Standard error of the mean of values (n,)."""
    return values.std(ddof=1) / np.sqrt(len(values))


def private_rank(X, most, folds=PRIVATE_FOLDS, seed=0, columns=None):
    """Rank at which probabilistic PCA of one view (n, d) makes its held-out rows most likely, 0 to `most`.

    columns  d, where X are coordinates (n, r) of all that varies in as many columns
    The likelihood of a rank is closed form, all ranks from one decomposition a fold (Tipping and Bishop, 1999).

    >>> rng = np.random.default_rng(0)
    >>> X = rng.standard_normal((300, 3)) @ rng.standard_normal((3, 20)) * 2 + rng.standard_normal((300, 20))
    >>> private_rank(X, 10)
    3
    """
    X = matrix(X, rows=folds)
    if not whole(most, 0):
        raise ValueError(f"most is {most!r}; it must be a whole number, 0 or above")
    centred(X)  # one repeated row has no rank to find
    held_out, d = dealt(len(X), folds, seed), columns or X.shape[1]
    most = min(most, d - 1, *(int((~out).sum()) - 2 for out in held_out))
    return int(sum(rank_likelihoods(X[~out], X[out], most, d) for out in held_out).argmax())


def rank_likelihoods(X, held_out, most, d):
    """Log likelihood (most + 1,) of held-out rows, less a constant, under probabilistic PCA of rank 0, 1, ..., most."""
    mean = X.mean(0)
    s, V = principal_axes(X - mean)
    ranks = np.arange(min(most, len(s)) + 1)
    variances, away = s**2 / len(X), held_out - mean

    def before(x):
        return np.concatenate([[0.0], np.cumsum(x)])[ranks]

    noise = np.maximum((variances.sum() - before(variances)) / (d - ranks), FLOOR * variances.sum() / d)
    along = ((away @ V) ** 2).sum(0)
    explained, left = before(along / variances), (away**2).sum() - before(along)
    found = explained + left / noise + len(away) * (before(np.log(variances)) + (d - ranks) * np.log(noise))
    return np.append(-0.5 * found, np.full(most + 1 - len(ranks), -np.inf))


def dealt(n, folds, seed):
    """Masks (n,) of the rows that each fold holds out, dealt at random."""
    fold = np.random.default_rng(seed).permutation(n) % folds
    return [fold == f for f in range(folds)]
