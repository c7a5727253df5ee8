"""Do samples lie where real rows lie, and near the real rows of every group: density and coverage of neighbourhoods.

The neighbourhood of a reference row is the ball about it that reaches its k-th neighbour among the others. Whatever the
law of the rows, one more row of it lies in k / n of n balls on average. So both measures have an end that is known.
"""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.spatial.distance import cdist
from scipy.stats import hypergeom

from ..core.checks import Rows, matrix, same_columns, same_rows, whole
from ..stats.groups import group_codes
from ..stats.intervals import NORMAL_95, wilson
from ..stats.p_values import holm, simulated_p

BLOCK = 512  # rows whose distances to the reference are held at a time


def density_among(X: Rows, reference: Rows, k: int = 5) -> NDArray[np.float64]:
    """Density of rows among reference rows [1]_: in how many of their neighbourhoods each lies, divided by k.

    Parameters
    ----------
    X : array-like (m, d)
        Rows, such as embeddings of generated pictures.
    reference : array-like (n, d)
        Real rows, more than k, none of them the source of a row of X.
    k : int
        Neighbours that a neighbourhood reaches to.

    Returns
    -------
    ndarray (m,)
        0 to n / k. The mean over other real rows is 1, whatever their law; far from all real rows it is 0. Above 1
        rows lie where real ones are densest.

    Raises
    ------
    ValueError
        On values that are not finite, other numbers of columns, and a k that the reference does not allow.

    References
    ----------
    .. [1] Naeem et al., "Reliable fidelity and diversity metrics for generative models", 2020.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> real, other = rng.standard_normal((2, 1000, 5))
    >>> [round(float(density_among(rows, real).mean()), 1) for rows in (other, other + 9)]
    [1.0, 0.0]
    """
    F, (Z,) = reference_and(reference, k, X=X)
    return inside(Z, F, k).sum(1) / k


def group_coverage(
    samples: Rows,
    reference: Rows,
    groups: ArrayLike | pd.DataFrame,
    real: Rows,
    k: int = 5,
    repeats: int = 999,
    seed: int = 0,
) -> pd.DataFrame:
    """Of each group of real rows, the share whose neighbourhood holds a sample: coverage [1]_, told by group [2]_.

    Which groups do samples miss? Neighbourhoods are taken in the whole reference. Two nulls stand beside: as many other
    real rows in place of the samples, and groups of the same size at random.

    Parameters
    ----------
    samples : array-like (m, d)
        Rows that are judged.
    reference : array-like (n, d)
        Real rows, more than k.
    groups : array-like (n,) or DataFrame (n, a) of 0/1
        The group of each reference row, or a column for each group, which may overlap.
    real : array-like (r, d)
        Other real rows, m at least: neither of the reference nor the sources of samples.
    k : int
        Neighbours that a neighbourhood reaches to.
    repeats : int
        Draws for the null.
    seed : int
        Of those.

    Returns
    -------
    DataFrame
        A row a group, and `all`: `rows` of it; `coverage`, with the ends `low` and `high` of its 95 % interval over
        samples and reference rows, by the jackknife and a little wide; `chance_low` and `chance_high`, the middle 95 %
        of groups of that size, drawn at random; `real`, `real_low` and `real_high`, mean and middle 95 % of the
        coverage by m of the real rows; `p` of a coverage so low, if samples and real rows had one law: the test is
        exact; and `p_holm`, with Holm's correction for the number of groups (`all` is its own question).

    Raises
    ------
    ValueError
        As `density_among`; on groups that are empty, missing or of another length, on fewer real rows than samples, and
        repeats below 1.

    References
    ----------
    .. [1] Naeem et al., 2020.
    .. [2] Hall et al., "DIG In: evaluating disparities in image generations with indicators for geographic diversity",
       2023.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> X, place = rng.standard_normal((600, 2)), np.repeat(["here", "there"], 300)
    >>> X[300:, 0] += 20
    >>> found = group_coverage(X[200:290], X[::3], place[::3], X[1::3])  # samples from one place alone
    >>> float(found.coverage["there"]), bool(found.p["there"] < 0.01), bool(found.p["here"] > 0.5)
    (0.0, True, True)
    """
    F, (S, R) = reference_and(reference, k, samples=samples, real=real)
    member = membership(groups, len(F))
    if not whole(repeats, 1):
        raise ValueError(f"repeats is {repeats!r}; it must be a whole number from 1 on")
    if len(R) < (m := len(S)):
        raise ValueError(f"real has {len(R)} rows, samples {m}; give as many real rows at least, or fewer samples")
    hits, rng = np.vstack([inside(S, F, k), inside(R, F, k)]), np.random.default_rng(seed)
    member.insert(0, "all", True)
    pooled, others = (covered_by_draws(hits[part:], m, member.to_numpy(), repeats, rng) for part in (0, m))
    rows = [covered_row(hits[:m], group) for group in member.to_numpy().T]
    table, sizes = pd.DataFrame(rows, member.columns.rename("group")), member.sum().to_numpy()
    table["real"], ends = others.mean(0) / sizes, np.quantile(others, [0.025, 0.975], axis=0) / sizes
    table["real_low"], table["real_high"] = ends
    table["p"] = [simulated_p(count, null, "low") for count, null in zip(table.pop("covered"), pooled.T)]
    return table.assign(p_holm=[table.p.iloc[0], *holm(table.p.iloc[1:])])


def reference_and(reference, k, **views):
    """The reference and the other views as matrices; ValueError on other columns, and on k out of range."""
    F = matrix(reference, "reference", rows=2)
    if not whole(k, 1, len(F) - 1):
        raise ValueError(f"k is {k!r}; reference has {len(F)} rows, so k must be a whole number from 1 to {len(F) - 1}")
    others = [matrix(view, name) for name, view in views.items()]
    for name, view in zip(views, others):
        same_columns(view, F.shape[1], name)
    return F, others


def inside(X, F, k):
    """Whether each row of X lies in the neighbourhood of each row of F: (m, n) of bool."""
    starts = range(0, len(F), BLOCK)
    radii = np.concatenate([np.partition(cdist(F[i : i + BLOCK], F), k, axis=1)[:, k] for i in starts])
    return np.vstack([cdist(X[i : i + BLOCK], F) <= radii for i in range(0, len(X), BLOCK)])


def membership(groups: Any, n: int) -> pd.DataFrame:
    """Who belongs to which group, (n, a) of bool; ValueError for an empty group, one named all, and no 0/1."""
    if isinstance(groups, pd.DataFrame):
        member = groups.reset_index(drop=True)
        if not member.isin([0, 1]).all(axis=None):
            raise ValueError("groups holds other values than 0 and 1; give a column of 0/1 a group, or one name a row")
        member = member.astype(bool)
    else:
        group_codes(groups)
        member = pd.get_dummies(pd.Series(np.asarray(groups)), dtype=bool)
    same_rows(("reference", range(n)), ("groups", member))
    if "all" in member:
        raise ValueError("a group is named 'all', which stands for all rows; give it another name")
    if not (some := member.any()).all():
        raise ValueError(f"no row is of group {some.idxmin()!r}; drop that column")
    return member


def covered_by_draws(hits, m, member, repeats, rng):
    """Rows of each group (repeats, a) that are covered by m rows drawn at random from those of `hits` (r, n)."""
    drawn = np.argsort(rng.random((repeats, len(hits))), axis=1)[:, :m]
    chosen = np.zeros((repeats, len(hits)), np.float32)
    np.put_along_axis(chosen, drawn, 1, axis=1)
    return (chosen @ hits.astype(np.float32) > 0) @ member.astype(int)


def covered_row(hits, group):
    """Rows of a group, how many are covered, their share, its interval and that of random groups; hits (m, n) bool."""
    times, m, size = hits.sum(0), len(hits), int(group.sum())
    covered = times > 0
    count = int(covered[group].sum())
    lost = (hits & (times == 1))[:, group].sum(1) / size  # without one sample: what no other covers
    jackknife = (m - 1) / m * ((lost - lost.mean()) ** 2).sum()
    value = count / size
    half = NORMAL_95 * np.sqrt(value * (1 - value) / size + jackknife)
    low, high = np.clip([value - half, value + half], 0, 1) if 0 < count < size else wilson(count, size)
    chance = hypergeom(len(group), covered.sum(), size).ppf([0.025, 0.975]) / size
    ends = {"low": low, "high": high, "chance_low": chance[0], "chance_high": chance[1]}
    return {"rows": size, "covered": count, "coverage": value} | ends
