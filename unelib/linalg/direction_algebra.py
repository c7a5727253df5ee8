"""The algebra of directions: unit vectors in a view, their strength in standard deviations, what to project out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.linalg import orth

from ..core.checks import choice, matrix
from .cosine import unit_rows
from .covariance import covaried

ALIKE = 1e-10  # others that agree to as many digits count once, and what is shorter counts as nothing
STILL = 1e-12  # of the rows' largest value: a spread that is only their rounding
UNIT = 1e-4  # by which a vector's length may miss 1


@dataclass(frozen=True, eq=False)
class Direction:
    """A unit vector in a view's space, and the unit that steps along it count in.

    Attributes
    ----------
    name : str
        What it is of; an attribute's own name where `direction` made it.
    vector : ndarray (d,)
        Of length 1, or of length 0, which leads nowhere.
    sigma : float
        Standard deviation of the data's projection on it.
    origin : ndarray (d,) or None
        The vector before anything was projected out; None if nothing was.
    sign : {1, -1}
        1 where it leads to having its attribute, -1 where it leads to lacking it (`aimed`).

    Raises
    ------
    ValueError
        Unless the vector is (d,), finite, and of length 1 or 0.

    Examples
    --------
    >>> d = Direction("Young", np.array([0.6, 0.8]), sigma=2.0)
    >>> d.without([np.array([1.0, 0.0])]).vector.tolist(), d.aimed(-1).sign
    ([0.0, 1.0], -1)
    """

    name: str
    vector: NDArray[np.float64]
    sigma: float = 1.0
    origin: NDArray[np.float64] | None = field(default=None, repr=False)
    sign: int = 1

    def __post_init__(self) -> None:
        if np.ndim(self.vector) != 1:
            raise ValueError(f"{self.name} has shape {np.shape(self.vector)}; a direction is one vector, (d,)")
        length = np.linalg.norm(self.vector)
        if length != 0 and not abs(length - 1) <= UNIT:
            raise ValueError(f"{self.name} has length {length:.4g}; a direction is a unit vector, so divide it by that")

    @property
    def lost(self) -> float:
        """Share of the first vector's squared length that `without` took out, once or several times: 1 - cos^2."""
        return 0.0 if self.origin is None else max(0.0, 1 - float(self.vector @ self.origin) ** 2)

    def aimed(self, sign: int) -> "Direction":
        """The direction that leads to having its attribute, 1, or to lacking it, -1: steps of it are then positive.

        >>> Direction("Young", np.array([0.6, 0.8])).aimed(-1).vector.tolist()
        [-0.6, -0.8]
        """
        turn = choice(sign, (1, -1), "sign") * self.sign
        origin = None if self.origin is None else turn * self.origin
        return replace(self, vector=turn * self.vector, origin=origin, sign=sign)

    def strength(self, X: ArrayLike) -> float:
        """Standard deviation (a float) of the projection of rows X (n, d): the unit that walks are measured in.

        Raises ValueError where it would be 0, since walks would then stay where they are; only of length 0 it is 0.
        """
        rows = rows_like(self, X)
        spread = float(np.std(rows @ self.vector))
        if self.vector.any() and spread <= STILL * max(rows.max(), -rows.min()):
            raise ValueError(f"{len(rows)} rows do not vary along {self.name}; measure it on two or more that differ")
        return spread

    def scaled_by(self, X: ArrayLike) -> "Direction":
        """The same direction with `sigma` measured on X (n, d)."""
        return replace(self, sigma=self.strength(X))

    def resized(self, other: "Direction") -> "Direction":
        """The same direction with the step length of another: equal strengths then move equally far."""
        return replace(self, sigma=other.sigma)

    def at_random(self, seed: int = 0) -> "Direction":
        """A direction of no meaning whose steps are as long: the control of an edit.

        >>> Direction("Young", np.array([0.6, 0.8]), sigma=2.0).at_random(seed=1).sigma
        2.0
        """
        anywhere = np.random.default_rng(seed).standard_normal(len(self.vector))
        return replace(self, vector=anywhere / np.linalg.norm(anywhere), origin=None)

    def without(self, others: "Others", cov: Any = None) -> "Direction":
        """The direction with others (a Direction or vector, or several) projected out; `lost` says how much that took.

        others  one, several in a list, or {name: Direction}
        cov     (d, d), or what has `@`, such as `Covariance(X)`: the result's projection is then uncorrelated with the
                others' under it, v' C o = 0; without, the result is orthogonal to them. Where a pattern is C x weights,
                as of every probe but the plain mean difference, what is uncorrelated with the reading directions is
                orthogonal to the writing ones
        How long the others are, in which order they come and whether some repeat makes no difference. The step length
        `sigma` stays the original's, so that equal strengths move equally far; `scaled_by(X)` measures it anew.
        Without others it stays as it is. Raises ValueError if nothing is left.
        """
        if not several(others):
            return self
        basis = spanned(vectors_like(self, others), cov)
        rest = self.vector - basis @ (basis.T @ self.vector)
        length = np.linalg.norm(rest)
        if length < 1e-6:
            raise ValueError(f"{self.name} lies in the span of the others; nothing is left of it")
        return replace(self, vector=rest / length, origin=self.vector if self.origin is None else self.origin)

    def kept(self, original: "Direction") -> float:
        """Cosine with another direction: what is left after something was projected out."""
        return float(self.vector @ original.vector)


Others = Direction | ArrayLike | Iterable[Direction | ArrayLike] | Mapping[str, Direction]


def spanned(others, cov=None):
    """Orthonormal basis (d, r) of what has to go so that others (m, d) are orthogonal, or uncorrelated under `cov`."""
    basis = orth(unit_rows(others).T, rcond=ALIKE)  # as many columns as the others have dimensions, be they alike
    return basis if cov is None else orth(covaried(cov, basis), rcond=ALIKE)


def several(others):
    """A Direction or vector, or several, also by name in a dict, as a list of them; TypeError if they are neither."""
    others = others.values() if isinstance(others, dict) else others
    others = list(others) if hasattr(others, "__iter__") and not isinstance(others, str) else [others]
    for other in others:
        if other is None or isinstance(other, str):
            raise TypeError(f"{other!r} is no direction; give a Direction or a vector, or several in a list")
    return [others] if others and np.isscalar(others[0]) else others


def vectors_like(d, others):
    """Others (a Direction or vector, or several) as (m, d) float64; ValueError on another width or none at all."""
    others = several(others)
    if not others:
        raise ValueError(f"nothing to take out of {d.name} was given; name one direction at least")
    vectors = [np.asarray(getattr(o, "vector", o), float) for o in others]
    for vector in vectors:
        if vector.shape != d.vector.shape:
            raise ValueError(f"{d.name} has {len(d.vector)} columns, the others {vector.size}: not one view")
    return np.stack(vectors)


def rows_like(d, X):
    """X as (n, d) float64 rows of the direction's view; ValueError on another width, no rows and what is not finite."""
    if np.size(X) == 0:
        raise ValueError(f"{d.name} was given no rows; its strength is measured on two or more that differ")
    rows = matrix(flattened(X))
    if rows.shape[1] != len(d.vector):
        raise ValueError(f"{d.name} belongs to a view of {len(d.vector)} columns; these rows have {rows.shape[1]}")
    return rows


def flattened(X):
    """Rows X (n, ...) as (n, d)."""
    return np.reshape(X, (len(X), -1))
