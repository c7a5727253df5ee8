"""A probe's boundary: how far rows lie from it, and steps counted from it, along the probe's weights.

The authors' two ways of counting a step, the second with its sign put right: alpha = -(x w + b) / (w w) says how many
w must be added to reach the boundary, so adding c w lowers alpha by c, and what raises alpha lowers the score.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri

from ..core.checks import as_given, choice, flat_rows, per_row

WAYS = ("raw", "gaussianised")


@dataclass(frozen=True, eq=False)
class Boundary:
    """Where a probe's score x w + b of an attribute is 0: weights w (d,), intercept b.

    reference  scores (m,) of the rows among which gaussianised steps are counted, or None
    """

    name: str
    weights: np.ndarray
    intercept: float
    reference: np.ndarray | None = field(default=None, repr=False)

    def score(self, X):
        """x w + b (n,) of rows X (n, ...): positive on the attribute's side."""
        return flat_rows(X, len(self.weights)) @ self.weights + self.intercept

    def alpha(self, X):
        """How many w must be added to each row to reach the boundary, -(x w + b) / (w w), (n,)."""
        return -self.score(X) / (self.weights @ self.weights)

    def moved(self, X, strength, how="raw"):
        """Rows X (n, ...) moved along w by `strength`, a number or (n,); in X's shape and precision, at least float32.

        how  "raw"           to the boundary and `strength` w beyond it: x + (alpha + s) w, on the attribute's side if
                             s > 0 and on the other if s < 0, wherever the row was
             "gaussianised"  by `strength` standard deviations of a normal law that the reference's scores are brought
                             to by rank (Blom's normal scores; linear between them and beyond): s > 0 raises the score,
                             0 changes nothing, and -s leads back
        Raises ValueError on another width, strengths or rows that are not finite, and without the reference it needs.
        """
        strength, rows = per_row(strength, len(X), "strength"), flat_rows(X, len(self.weights))
        if choice(how, WAYS, "way of counting steps") == "raw":
            steps = self.alpha(rows) + strength
        else:
            score = self.score(rows)
            steps = (self.raised(score, strength) - score) / (self.weights @ self.weights)
        return as_given(X, rows + steps[:, None] * self.weights)

    def raised(self, score, strength):
        """Scores (n,) raised by `strength` (n,) standard normal units among the reference's."""
        if self.reference is None:
            raise ValueError(
                "gaussianised steps are counted among reference rows; say boundary(probe, name, X) with rows X, such as"
                " those the probe was fitted to"
            )
        known, normal = normal_scores(self.reference)
        slopes = tails(known, normal)
        z = through(score, known, normal, 1 / slopes)
        return np.where(strength == 0, score, through(z + strength, normal, known, slopes))


def boundary(probe: Any, name: Any, X: ArrayLike | None = None) -> Boundary:
    """The `Boundary` of an attribute from a fitted probe (`coef_`, `intercept_`).

    X  rows (m, ...) among whose scores gaussianised steps are counted
    Raises ValueError on an unknown attribute, weights that are zero, and rows that all have one score.

    >>> class Probe:
    ...     attributes_, coef_, intercept_ = ["Smiling"], np.array([[2.0, 0.0]]), np.array([-2.0])
    >>> smile = boundary(Probe, "Smiling")
    >>> smile.alpha([[0.0, 5.0]]).tolist(), smile.moved([[0.0, 5.0]], 1.0).tolist()
    ([0.5], [[3.0, 5.0]])
    """
    found = Boundary(name, weights_of(probe, name), float(np.asarray(probe.intercept_)[number_of(probe, name)]))
    if X is None:
        return found
    scores = np.sort(found.score(X))
    if scores[0] == scores[-1]:
        raise ValueError(f"all reference rows have the score {scores[0]:g} for {name!r}; take rows that differ")
    return Boundary(found.name, found.weights, found.intercept, scores)


def number_of(probe, name):
    """The row of an attribute in a probe's weights; ValueError, listing them, if it has no such attribute."""
    names = list(probe.attributes_ if hasattr(probe, "attributes_") else range(len(probe.coef_)))
    if name not in names:
        raise ValueError(f"no probe for {name!r}; there are probes for {names}")
    return names.index(name)


def weights_of(probe, name, which="coef_"):
    """An attribute's weights (d,), or its pattern ("pattern_"), as float64; ValueError if all are zero."""
    weights = np.asarray(getattr(probe, which)[number_of(probe, name)], float)
    if not np.linalg.norm(weights) > 0:
        raise ValueError(f"the probe found nothing for {name!r}: its weights are zero")
    return weights


def normal_scores(values):
    """Distinct values (k,), rising, and their normal scores by rank: Phi^-1((r - 3/8) / (n + 1/4)) (Blom, 1958).

    Values that are the same share their mean score.

    >>> known, normal = normal_scores([5.0, 1.0, 3.0])
    >>> known.tolist(), normal.round(3).tolist()
    ([1.0, 3.0, 5.0], [-0.869, 0.0, 0.869])
    """
    known, codes, counts = np.unique(values, return_inverse=True, return_counts=True)
    rank = np.arange(1, len(codes) + 1)
    return known, np.bincount(np.sort(codes), ndtri((rank - 0.375) / (len(rank) + 0.25))) / counts


def tails(known, normal):
    """Slopes (2,), score by normal score, of the lines from the middle through the first and through the last point.

    They are the standard deviations of normal laws with these tails; the middle has the normal score 0.
    """
    ends = [0, -1]
    return (known[ends] - np.interp(0, normal, known)) / normal[ends]


def through(x, xs, ys, slopes):
    """The values at x (n,) of the line through points (xs, ys), both rising, and of its slopes (2,) before and beyond.

    >>> through(np.array([-1.0, 0.5, 4.0]), np.array([0.0, 1.0]), np.array([0.0, 2.0]), [1.0, 3.0]).tolist()
    [-1.0, 1.0, 11.0]
    """
    return np.interp(x, xs, ys) + slopes[0] * np.minimum(x - xs[0], 0) + slopes[1] * np.maximum(x - xs[-1], 0)
