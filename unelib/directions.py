"""The algebra of directions: unit vectors in a view, their strength in standard deviations, what to project out.

A direction for reading (a probe's weights) and one for writing (the pattern: covariance x weights, Haufe et al.,
2014) are different objects: the first is blind to correlated attributes, the second moves along the data.
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy.linalg import orth

from .check import choice, matrix, same_columns
from .cosine import unit_rows


@dataclass(frozen=True)
class Direction:
    """A unit vector (d,) in a view's space; `sigma` is the standard deviation of the data's projection on it."""

    name: str
    vector: np.ndarray
    sigma: float = 1.0

    def strength(self, X):
        """Standard deviation (a float) of the projection of rows X (n, d): the unit that walks are measured in."""
        return float(np.std(rows_like(self, X) @ self.vector))

    def scaled_by(self, X):
        """The same direction with `sigma` measured on X (n, d)."""
        return replace(self, sigma=self.strength(X))

    def resized(self, other):
        """The same direction with the step length of another: equal strengths then move equally far."""
        return replace(self, sigma=other.sigma)

    def without(self, others, cov=None):
        """The direction with others (a Direction or vector, or several) projected out.

        With `cov` (d, d) the result is uncorrelated with the others' projections under that covariance; without, it
        is orthogonal to them. Raises ValueError if nothing is left, or if there are no others.
        """
        others = vectors_like(self, others)
        constraints = others if cov is None else others @ np.asarray(cov, float)
        basis = orth(unit_rows(constraints).T)  # as many columns as the others have dimensions, be they alike
        rest = self.vector - basis @ (basis.T @ self.vector)
        if np.linalg.norm(rest) < 1e-6:
            raise ValueError(f"{self.name} lies in the span of the others; nothing is left of it")
        return replace(self, vector=rest / np.linalg.norm(rest))

    def kept(self, original):
        """Cosine with another direction: what is left after something was projected out."""
        return float(self.vector @ original.vector)


def direction(probe, name, kind="write", X=None):
    """The direction of an attribute from a fitted probe.

    kind  "write" (the pattern, for editing) or "read" (the weights)
    X     rows (n, d) whose projection sets `sigma`; without, it is 1
    Raises ValueError, listing them, if the probe has no such attribute.
    """
    names = list(getattr(probe, "attributes_", range(len(probe.coef_))))
    if name not in names:
        raise ValueError(f"no probe for {name!r}; there are probes for {names}")
    choice(kind, ("write", "read"), "kind")
    weights = (probe.pattern_ if kind == "write" else probe.coef_)[names.index(name)].astype(float)
    length = np.linalg.norm(weights)
    if not length > 0:
        raise ValueError(f"the probe found nothing for {name!r}: its weights are zero")
    found = Direction(name, weights / length)
    return found if X is None else found.scaled_by(X)


def carried(d, une, source, target, kind="write", X=None):
    """A direction of one view as it shows in another, through the latent that both share.

    d       a Direction of the source view, or a vector (d,), such as the difference of two texts' embeddings
    une     a fitted `une.UNE` with both views
    kind    "write": how the target is expected to move where the source moves by d;
            "read": how the target moves with the source's score d'x, C_target C_source' d. Weights of a probe read, and
            so does a text in CLIP's space, which scores images by their product with it: it need not look like any
            difference of two images, while this does (Haufe et al., 2014)
    X       rows (n, d_target) whose projection sets `sigma`; without, it is 1
    Raises ValueError on another width, unknown views or kinds, and where nothing of d is shared.

    >>> from unelib.une import UNE
    >>> Z, rng = np.random.default_rng(0).standard_normal((300, 2)), np.random.default_rng(1)
    >>> views = {"a": Z + 0.1 * rng.standard_normal((300, 2)), "b": 3 * Z[:, ::-1] + rng.standard_normal((300, 2))}
    >>> carried(np.array([1.0, 0.0]), UNE(2, private=0, ridge=0).fit(views), "a", "b").vector[1].round(2)
    np.float64(1.0)
    """
    vector = matrix(np.atleast_2d(getattr(d, "vector", d)), "the direction")[0]
    if choice(kind, ("write", "read"), "kind") == "write":
        there, origin = une.predict(target, given={source: np.stack([vector, np.zeros_like(vector)])})
        moved = there - origin
    else:
        une.numbers([source])
        une.numbers([target], but=[source])
        same_columns(vector[None], len(une.loadings_[source]), source)
        moved = une.loadings_[target] @ (une.loadings_[source].T @ vector)
    length = np.linalg.norm(moved)
    if not length > 0:
        raise ValueError(f"nothing of this direction of {source} is shared with {target}")
    found = Direction(f"{getattr(d, 'name', 'direction')} from {source}", moved / length)
    return found if X is None else found.scaled_by(X)


def vectors_like(d, others):
    """Others (a Direction or vector, or several) as (m, d) float64; ValueError on another width or none at all."""
    others = [others] if isinstance(others, Direction) else list(others)
    if not others:
        raise ValueError(f"nothing to take out of {d.name} was given; name one direction at least")
    others = [others] if np.isscalar(others[0]) else others
    vectors = [np.asarray(getattr(o, "vector", o), float) for o in others]
    for vector in vectors:
        if vector.shape != d.vector.shape:
            raise ValueError(f"{d.name} has {len(d.vector)} columns, the others {vector.size}: not one view")
    return np.stack(vectors)


def rows_like(d, X):
    """X as (n, d) float64 rows of the direction's view; ValueError on another width."""
    X = np.asarray(X).reshape(len(X), -1)
    if X.shape[1] != len(d.vector):
        raise ValueError(f"{d.name} belongs to a view of {len(d.vector)} columns; these rows have {X.shape[1]}")
    return X.astype(np.float64)
