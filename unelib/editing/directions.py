"""The algebra of directions: unit vectors in a view, their strength in standard deviations, what to project out.

A direction for reading (a probe's weights) and one for writing (the pattern: covariance x weights, Haufe et al.,
2014) are different objects: the first is blind to correlated attributes, the second moves along the data.

Elsewhere:
- `linalg.covariance`: `Covariance` of rows, which need not be written out, for what is to be uncorrelated.
- `boundaries`: how far rows lie from a probe's `boundary`, and steps counted from there.
- `minimal_edits`: the smallest change after which several attributes have given scores.
Ways of stepping along a direction are in `steps`; `walks.move` takes them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.linalg import orth

from ..core.checks import Labels, choice, labels, matrix, same_columns, two_classes
from ..latent.une import UNE
from ..linalg.cosine import unit_rows
from ..linalg.covariance import covaried, projected_correlation
from .boundaries import weights_of

ALIKE = 1e-10  # others that agree to as many digits count once, and what is shorter counts as nothing
STILL = 1e-12  # of the rows' largest value: a spread that is only their rounding
UNIT = 1e-4  # by which a vector's length may miss 1


class NothingShared(ValueError):
    """Raised where a direction of one view has no counterpart in another: the model lets nothing of it through."""


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


def direction(probe: Any, name: Any, kind: Literal["write", "read"] = "write", X: ArrayLike | None = None) -> Direction:
    """The direction of an attribute from a fitted probe.

    Parameters
    ----------
    probe : LinearProbe
        Fitted; or anything with `attributes_`, `coef_` and `pattern_`.
    name : str
        The attribute.
    kind : {"write", "read"}
        "write": the pattern, for editing. "read": the weights.
    X : array-like (n, d), optional
        Rows whose projection sets `sigma`: best rows that the probe did not learn from, since with fewer rows than
        columns the rows it learnt from vary more along its directions than others do, often twice as much. Without,
        sigma is 1, and strengths are lengths: steps of 3 are hardly seen in noise of a thousand columns.

    Returns
    -------
    Direction
        Towards having the attribute; `aimed(-1)` turns it.

    Raises
    ------
    ValueError
        Listing them, if the probe has no such attribute.

    Examples
    --------
    >>> from unelib import LinearProbe
    >>> X = np.random.default_rng(0).standard_normal((200, 5))
    >>> probe = LinearProbe("mean-difference").fit(X[:150], X[:150, :1] > 0)
    >>> d = direction(probe, 0, X=X[150:])
    >>> bool(d.vector[0] > 0.9), 0.5 < d.sigma < 1.5
    (True, True)
    """
    weights = weights_of(probe, name, "pattern_" if choice(kind, ("write", "read"), "kind") == "write" else "coef_")
    found = Direction(name, weights / np.linalg.norm(weights))
    return found if X is None else found.scaled_by(X)


def partial_directions(X: ArrayLike, Y: ArrayLike | pd.DataFrame) -> dict[Any, Direction]:
    """How rows move with each attribute while all others stay.

    They are the coefficients of X regressed on all attributes at once, where the difference of two classes' means
    looks at one attribute and so takes along what goes with it. Of attributes that depend on one another exactly, such
    as the colours of hair, the shortest solution is taken. Rows that lack any label are left out.

    Parameters
    ----------
    X : array-like (n, ...)
        One row an image.
    Y : DataFrame or array-like (n, a) of 0/1
        Labels; the columns of a DataFrame name the attributes.

    Returns
    -------
    dict
        {attribute: `Direction`} with `sigma` measured on X. As in `direction`, rows that X does not hold vary less
        along it: `scaled_by` them.

    Raises
    ------
    ValueError
        As `core.checks.labels` does, of all rows and of those without a gap, and for an attribute that changes nothing.

    Examples
    --------
    >>> Y = np.array([[0, 0], [0, 1], [1, 0], [1, 1]] * 2)
    >>> np.allclose(partial_directions(Y @ [[1.0, 0.0, 0.0], [0.0, 0.0, 2.0]], Y)[1].vector, [0, 0, 1])
    True
    """
    flat = matrix(flattened(X))
    found = labels(Y, len(flat))
    whole = found.known.all(1)
    two_classes(Labels(found.truth[whole], found.known[whole], found.names))
    rows, sources = (part[whole] - part[whole].mean(0) for part in (flat, found.truth.astype(float)))
    effects = np.linalg.pinv(sources, rcond=ALIKE) @ rows
    length = np.linalg.norm(effects, axis=1)
    if length.min() <= ALIKE * np.linalg.norm(flat[whole]) / np.sqrt(whole.sum()):
        raise ValueError(f"nothing moves with {found.names[length.argmin()]!r} alone; leave it out")
    units = effects / length[:, None]
    return {name: Direction(name, unit, float(np.std(rows @ unit))) for name, unit in zip(found.names, units)}


def carried(
    d: Direction | ArrayLike,
    une: UNE,
    source: str,
    target: str,
    kind: Literal["write", "read"] = "write",
    X: ArrayLike | None = None,
) -> Direction:
    """A direction of one view as it shows in another, through the latent that both share.

    Parameters
    ----------
    d : Direction or array-like (d,)
        Of the source view; a vector may be the difference of two texts' embeddings.
    une : UNE
        Fitted, with both views.
    source, target : str
        The views.
    kind : {"write", "read"}
        "write": how the target is expected to move where the source moves by d. "read": how the target moves with the
        source's score d'x, C_target C_source' d. Weights of a probe read, and so does a text in CLIP's space, which
        scores images by their product with it: it need not look like any difference of two images, while this
        does [1]_.
    X : array-like (n, d_target), optional
        Rows whose projection sets `sigma`; without, it is 1.

    Returns
    -------
    Direction
        In the target view.

    Raises
    ------
    NothingShared
        Where nothing of d is shared; it is a ValueError.
    ValueError
        On another width, unknown views or kinds.

    References
    ----------
    .. [1] Haufe et al., 2014.

    Examples
    --------
    >>> from unelib import UNE
    >>> Z, rng = np.random.default_rng(0).standard_normal((300, 2)), np.random.default_rng(1)
    >>> views = {"a": Z + 0.1 * rng.standard_normal((300, 2)), "b": 3 * Z[:, ::-1] + rng.standard_normal((300, 2))}
    >>> carried(np.array([1.0, 0.0]), UNE(2, private=0, ridge=0).fit(views), "a", "b").vector[1].round(2)
    np.float64(1.0)
    """
    vector = matrix(np.atleast_2d(d.vector if isinstance(d, Direction) else d), "the direction")[0]
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
        raise NothingShared(f"nothing of this direction of {source} is shared with {target}")
    found = Direction(f"{getattr(d, 'name', 'direction')} from {source}", moved / length)
    return found if X is None else found.scaled_by(X)


def removal(
    d: Direction, others: Others, cov: Any, by: Literal["correlation", "cosine"] = "correlation"
) -> pd.DataFrame:
    """What projecting others out of a direction does to each of them: a DataFrame, a row an other.

    cov  (d, d), or what has `@`, such as `Covariance(X)`: the law of the rows whose projections are correlated
    by   what is brought to 0: "correlation" of the projections, d.without(others, cov), or "cosine" of the vectors,
         d.without(others), which leaves projections correlated wherever the data are not spherical
    Columns: cosine_before, cosine_after, correlation_before, correlation_after. A correlation is NaN where the rows do
    not vary.

    >>> from unelib.linalg import Covariance
    >>> X = np.random.default_rng(0).standard_normal((500, 2)) @ [[2.0, 1.0], [0.0, 1.0]]
    >>> d, other = Direction("d", np.array([0.6, 0.8])), Direction("other", np.array([1.0, 0.0]))
    >>> removal(d, other, Covariance(X), by="cosine").round(1).iloc[0].tolist()
    [0.6, 0.0, 0.9, 0.7]
    """
    listed = several(others)
    vectors = vectors_like(d, listed)
    rest = d.without(vectors, cov if choice(by, ("correlation", "cosine"), "measure") == "correlation" else None)
    both, vectors = np.stack([d.vector, rest.vector]), unit_rows(vectors)
    values = np.vstack([both @ vectors.T, projected_correlation(cov, both, vectors)])
    names = [getattr(other, "name", i) for i, other in enumerate(listed)]
    columns = [f"{measure}_{when}" for measure in ("cosine", "correlation") for when in ("before", "after")]
    return pd.DataFrame(values.T, names, columns)


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
