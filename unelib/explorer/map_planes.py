"""Two dimensions to see a view in: components, scores of a probe, or of a shared latent; any row can be put on them."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse.linalg import svds

from ..core.checks import matrix
from ..editing.boundaries import number_of
from ..latent.une import UNE
from ..linalg.principal_space import thin
from ..plots.figures import pretty

NTH = ("1st", "2nd")
SMALL_SIZE = 10  # rows or columns below which all components are found


@dataclass(frozen=True, eq=False)
class Plane:
    """An affine map from a view's rows to two numbers.

    Attributes
    ----------
    weights, offset : ndarray (2, d), (2,)
        A row x becomes weights x + offset.
    names : (str, str)
        What stands at the two axes.
    told : str
        How much of the view's variance is seen.
    """

    weights: NDArray[np.float64]
    offset: NDArray[np.float64]
    names: tuple[str, str]
    told: str

    def of(self, X: ArrayLike) -> NDArray[np.float64]:
        """Points (n, 2) of rows X (n, d); ValueError if they are of another view's width."""
        rows = matrix(X, "X")
        if rows.shape[1] != self.weights.shape[1]:
            raise ValueError(f"X has {rows.shape[1]} columns, and this map is of a view of {self.weights.shape[1]}")
        return rows @ self.weights.T + self.offset


def principal_plane(X: ArrayLike, held_out: ArrayLike | None = None) -> Plane:
    """The first two principal components of rows.

    Parameters
    ----------
    X : array-like (n, d)
        Training rows, three at least.
    held_out : array-like (m, d), optional
        Rows on which it is measured how much variance the components hold, since they hold more of the rows that they
        were found in; X by default.

    Returns
    -------
    Plane
        Of the names with the share of the variance that each component holds. Noise that is nearly isotropic has none
        that holds much.

    Raises
    ------
    ValueError
        If X has fewer than three rows or two dimensions.

    Examples
    --------
    >>> X = np.random.default_rng(0).standard_normal((200, 4)) * [9, 3, 1, 1]
    >>> principal_plane(X).names
    ('1st component (88.3 % of the variance)', '2nd component (9.3 % of the variance)')
    """
    rows = matrix(X, "X", rows=3)
    mean = rows.mean(0)
    V = leading_pair(rows - mean)
    V = V * np.sign(V[np.abs(V).argmax(0), [0, 1]])  # a component's sign is arbitrary: its largest weight is positive
    shares = variance_shares(V.T, rows if held_out is None else matrix(held_out, "held_out", rows=2))
    names = tuple(f"{n} component ({s:.1%} of the variance)".replace("%", " %") for n, s in zip(NTH, shares))
    return Plane(V.T, -mean @ V, (names[0], names[1]), seen_told(shares, rows.shape[1]))


def leading_pair(rows):
    """The two principal directions (d, 2) of centred rows; ValueError if they vary in fewer dimensions."""
    if min(rows.shape) < SMALL_SIZE:
        s, V = thin(rows)[1:]
    else:
        _, s, Vt = svds(rows, 2, v0=np.ones(min(rows.shape)))  # from a fixed start, so that it is always the same
        s, V = s[::-1], Vt[::-1].T
    if (s[:2] > 1e-9 * s[:1]).sum() < 2:
        raise ValueError("X varies in fewer than two dimensions, which a map needs; take other rows")
    return V[:, :2]


def score_plane(probe: Any, across: str, up: str, rows: ArrayLike) -> Plane:
    """Two scores of a probe, which 0 divides into what is read as absent and as present.

    Parameters
    ----------
    probe : LinearProbe
        Fitted; or anything with `attributes_`, `coef_` and `intercept_`.
    across, up : str
        Two of its attributes.
    rows : array-like (m, d)
        Their standard deviation along each score is its unit; best ones that the probe did not learn from.

    Returns
    -------
    Plane
        Scores in standard deviations of those rows.

    Raises
    ------
    ValueError
        On an attribute that the probe does not know, the same one twice, and a score that is the same for all rows.
    """
    if across == up:
        raise ValueError(f"both axes are the score of {across!r}; name two attributes")
    numbers = [number_of(probe, name) for name in (across, up)]
    coef, intercept = np.asarray(probe.coef_, np.float64)[numbers], np.asarray(probe.intercept_, np.float64)[numbers]
    seen = matrix(rows, "rows", rows=2)
    spread = (seen @ coef.T).std(0)
    if not spread.all():
        raise ValueError(
            f"the score of {(across, up)[int(spread.argmin())]!r} is the same for all rows; choose another"
        )
    names = [f"score of {pretty(name)}, standard deviations" for name in (across, up)]
    shares = variance_shares(np.linalg.qr(coef.T)[0].T, seen)
    return Plane(coef / spread[:, None], intercept / spread, (names[0], names[1]), seen_told(shares, seen.shape[1]))


def shared_plane(une: UNE, view: str, rows: ArrayLike) -> Plane:
    """The two dimensions of a shared latent in which rows of one view differ most, as that view tells them.

    Parameters
    ----------
    une : UNE
        Fitted, with the view.
    view : str
        Of the rows.
    rows : array-like (m, d)
        Three at least, best ones that the model did not learn from.

    Returns
    -------
    Plane
        The first two principal components of E[z | row] over these rows, in their standard deviations.

    Raises
    ------
    ValueError
        On an unknown view, rows of another width, and a latent of one dimension.
    """
    seen = matrix(rows, "rows", rows=3)
    latent = une.latent({view: seen})
    V = leading_pair(latent - latent.mean(0))
    V = V * np.sign(V[np.abs(V).argmax(0), [0, 1]])
    to_latent = une.latent({view: np.vstack([np.eye(seen.shape[1]), np.zeros((1, seen.shape[1]))])})
    weights = ((to_latent[:-1] - to_latent[-1]) @ V).T
    spread = (seen @ weights.T).std(0)
    names = tuple(f"{n} shared dimension, standard deviations" for n in NTH)
    shares = variance_shares(np.linalg.qr(weights.T)[0].T, seen)
    scaled = weights / spread[:, None]
    return Plane(scaled, -scaled @ seen.mean(0), (names[0], names[1]), seen_told(shares, seen.shape[1]))


def variance_shares(directions, rows):
    """Of the variance of rows (n, d), the share along each of some orthonormal directions (k, d)."""
    return (rows @ directions.T).var(0) / rows.var(0).sum()


def seen_told(shares, columns):
    """How much of a view two directions show, and how much two random ones would.

    >>> seen_told(np.array([0.02, 0.01]), 1024)
    'This map shows 3.0 % of the variance; two directions at random would show 0.2 %.'
    """
    seen, chance = (f"{100 * share:.1f} %" for share in (sum(shares), 2 / columns))
    return f"This map shows {seen} of the variance; two directions at random would show {chance}."
