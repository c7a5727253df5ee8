"""Directions of attributes: for reading, for writing, with others held constant, and carried to another view.

A direction for reading (a probe's weights) and one for writing (the pattern: covariance x weights, Haufe et al.,
2014) are different objects: the first is blind to correlated attributes, the second moves along the data.

Elsewhere:
- `linalg.direction_algebra`: `Direction` itself, its strength, and what to project out of it.
- `linalg.covariance`: `Covariance` of rows, which need not be written out, for what is to be uncorrelated.
- `boundaries`: how far rows lie from a probe's `boundary`, and steps counted from there.
- `minimal_edits`: the smallest change after which several attributes have given scores.
Ways of stepping along a direction are in `steps`; `walks.move` takes them.
"""

from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from ..core.checks import Labels, choice, labels, matrix, same_columns, two_classes
from ..latent.une import UNE
from ..linalg.cosine import unit_rows
from ..linalg.covariance import projected_correlation
from ..linalg.direction_algebra import ALIKE, Direction, Others, flattened, several, vectors_like
from .boundaries import weights_of


class NothingShared(ValueError):
    """Raised where a direction of one view has no counterpart in another: the model lets nothing of it through."""


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
