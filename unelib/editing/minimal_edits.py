"""The smallest change of rows after which a probe reads given scores: several attributes set, others held, at once."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..core.checks import as_given, flat_rows, per_row
from ..linalg.cosine import unit_rows
from ..linalg.covariance import covaried
from .boundaries import number_of

KEEP = "keep"
ALIKE = 1e-10  # of the largest: a combination of unit weights with less of a variance counts as none
AGREES = 1e-6  # of its own scores: what an attribute that depends on others may miss of its target
ROUNDING = 1e-12  # the same of the largest scores of all, whose rounding shows in the others


def least_change(X: ArrayLike, probe: Any, targets: Mapping[Any, Any], cov: Any = None) -> NDArray[Any]:
    """Rows X (n, ...) with the smallest change that gives attributes the scores that are wanted, all at once.

    targets  {attribute: the probe's decision function afterwards, a number or (n,), or "keep"}
    cov      None for the smallest length of the change; (d, d), or what has `@`, such as a `Covariance` of rows, for
             the smallest Mahalanobis length: the change that is likeliest under that law, which only uses what varies
    The change of scores s to t is C W' (W C W')^-1 (t - s), with weights W (m, d) of the attributes named and C = I
    without `cov`; attributes that are not named go where it takes them. Weights may be collinear where their targets
    agree. Returned in X's shape and precision, at least float32.
    Raises TypeError unless targets are a dict, ValueError on attributes that the probe does not know, and, naming them,
    on targets that no change meets.

    >>> class Probe:
    ...     attributes_, coef_, intercept_ = ["Smiling", "Male"], np.array([[1.0, 0.0], [1.0, 1.0]]), np.zeros(2)
    >>> least_change(np.array([[0.0, 3.0]]), Probe, {"Smiling": 2, "Male": "keep"}).round(6).tolist()
    [[2.0, 1.0]]
    """
    if not hasattr(targets, "items"):
        raise TypeError(f'targets are {targets!r}; give {{attribute: score}}, such as {{"Smiling": 2.0}}')
    numbers = [number_of(probe, name) for name in targets]
    if not numbers:
        raise ValueError('no targets were given; name at least one attribute, such as {"Smiling": 2.0}')
    weights = np.asarray(probe.coef_, float)[numbers]
    rows = flat_rows(X, weights.shape[1])
    scores = rows @ weights.T + np.asarray(probe.intercept_, float)[numbers]
    aims = np.column_stack([aim(name, value, now) for (name, value), now in zip(targets.items(), scores.T)])
    length = np.linalg.norm(weights, axis=1)
    length = np.where(length > 0, length, 1)
    change, missed = shortest(unit_rows(weights), (aims - scores) / length, cov)
    check_met(list(targets), missed * length, np.abs([scores, aims]).max(0))
    return as_given(X, rows + change)


def aim(name, value, now):
    """The scores (n,) wanted of an attribute whose scores are `now` (n,); ValueError if a target says nothing of it."""
    if isinstance(value, str) and value != KEEP:
        raise ValueError(f'the target of {name!r} is {value!r}; give a score, one score a row, or "keep"')
    return now if isinstance(value, str) else per_row(value, len(now), f"the target of {name!r}")


def shortest(U, asked, cov=None):
    """The shortest changes (n, d) whose products with unit weights U (m, d) are `asked` (n, m), and what they miss."""
    along = U.T if cov is None else covaried(cov, U.T)
    back = np.linalg.pinv(U @ along, rcond=ALIKE, hermitian=True) @ along.T
    change = asked @ back
    change += (asked - change @ U.T) @ back  # takes out what was rounded
    return change, asked - change @ U.T


def check_met(names, missed, size):
    """Raise ValueError, naming them, if scores (n, m) of some attributes miss their targets by more than rounding."""
    off = np.abs(missed).max(0)
    wrong = off > AGREES * size.max(0) + ROUNDING * size.max()
    if wrong.any():
        which = ", ".join(repr(name) for name, bad in zip(names, wrong) if bad)
        raise ValueError(
            f"no change gives {which} the scores wanted (missed by up to {off.max():.3g}): their weights depend on one"
            " another, are zero, or have no variance under cov; leave one out, or take targets that agree"
        )
