"""A control remixed so that it varies as the view does: a linear map that loses nothing, learnt on other images.

With few images a map or a probe finds what varies most, so a view of few strong directions is easier to learn from than
one that holds as much in many weak ones. A comparison of two views then measures their spectra. A verdict on what they
hold has to be the same where the control is given the view's spectrum. That is not enough: of all maps that give it,
most bury what both hold. So what control and view share takes the same place in both (`turn_towards`).
"""

from typing import NamedTuple

import numpy as np
from scipy.stats import beta

from ..latent.dimension import dealt
from ..linalg.principal_space import principal_axes

FOLDS = 5  # of the rows that the map is learnt on
ROUNDING = 2.0**-11  # relative error of float16, in which a zoo keeps rows: what varies less is not amplified
CHANCE = 0.01  # of an unrelated view, that any of its directions is taken to be predicted
PER_TURNED = 4  # rows, at least, for each direction that is turned
MOST_TURNED = 512  # directions


class Remixing(NamedTuple):
    """x -> rest (x - mean) + V (D2 R' D1^-1 - rest) V'(x - mean), an invertible map (d, d).

    Attributes
    ----------
    mean : ndarray (d,)
        Of the rows that it was learnt on.
    basis : ndarray (d, r)
        V, orthonormal columns.
    own, wanted : ndarray (r,)
        D1 and D2, standard deviations along V before and after, above 0.
    turn : ndarray (q, q)
        R, a rotation of the first q, whitened; the others keep their places.
    rest : float
        By which all that is orthogonal to V is stretched, above 0.
    """

    mean: np.ndarray
    basis: np.ndarray
    own: np.ndarray
    wanted: np.ndarray
    turn: np.ndarray
    rest: float

    def rows(self, X):
        """Rows X (n, d) remixed."""
        A = X - self.mean
        inside = A @ self.basis
        return (
            self.rest * A
            + (turned_first(inside / self.own, self.turn) * self.wanted - self.rest * inside) @ self.basis.T
        )

    def back(self, Z):
        """Rows X (n, d) that were remixed to Z (n, d)."""
        inside = Z @ self.basis
        before = turned_first(inside / self.wanted, self.turn.T) * self.own
        return self.mean + (Z - inside @ self.basis.T) / self.rest + before @ self.basis.T


def turned_first(F, turn):
    """Rows F (n, r) whose first q columns are turned by a matrix (q, q)."""
    q = len(turn)
    return np.hstack([F[:, :q] @ turn, F[:, q:]])


class Spectrum(NamedTuple):
    """Standard deviations (r,) along principal directions, falling, and the variance of all that is beyond them."""

    along: np.ndarray
    beyond: float


def spectrum_elsewhere(rows, seed=0):
    """`Spectrum` of rows (n, d) as other rows show it.

    In the rows themselves the first directions vary too much and the last too little where n is not many times d. So
    directions are found without a fold of the rows, and variances on it; they are averaged over folds by rank
    (Bartz, 2016). r is the rank without a fold, cut where variances reach the rounding of float16; what is beyond r,
    and would be rounding alone, counts as 0.
    """
    found, totals = [], []
    for out in dealt(len(rows), FOLDS, seed):
        mean = rows[~out].mean(0)
        away = rows[out] - mean
        found.append(((away @ principal_axes(rows[~out] - mean)[1]) ** 2).mean(0))
        totals.append((away**2).sum(1).mean())
    variances = np.sort(np.mean([part[: min(map(len, found))] for part in found], 0))[::-1]
    floor = (2 * ROUNDING) ** 2 * (rows**2).mean()
    variances = variances[: max(int((variances > floor).sum()), 1)]
    beyond = np.mean(totals) - variances.sum()
    return Spectrum(np.sqrt(variances), beyond if beyond > floor * (rows.shape[1] - len(variances)) else 0.0)


class Spread(NamedTuple):
    """How rows (n, d) vary: their mean, directions (d, r), whitened scores (n, r) along these, `Spectrum` elsewhere."""

    mean: np.ndarray
    axes: np.ndarray
    scores: np.ndarray
    spectrum: Spectrum


def whitened_spread(rows, seed=0):
    """`Spread` of rows (n, d), along the directions of which other rows show more than rounding."""
    mean, spectrum = rows.mean(0), spectrum_elsewhere(rows, seed)
    s, V = principal_axes(rows - mean)
    r = min(len(spectrum.along), len(s))
    scores = (rows - mean) @ V[:, :r] * (np.sqrt(len(rows)) / s[:r])
    return Spread(mean, V[:, :r], scores, Spectrum(spectrum.along[:r], spectrum.beyond))


def turn_towards(control, view, variances):
    """Rotation R (q, q) that brings whitened scores (n, q) of a control as near to a view's (n, q) as can be.

    It is chosen for those directions of the view that the control predicts beyond chance (`CHANCE`, by the law of R2 of
    unrelated rows): of all rotations that with the least squared error, each direction weighed by its variance (q,)
    (orthogonal Procrustes). The others are taken from what is left, as near as can be to no turn at all.
    """
    n, q = control.shape
    C, turn = control.T @ view / n, np.eye(q)
    known = (C**2).sum(0) > beta.isf(CHANCE / q, q / 2, (n - 1 - q) / 2)
    turn[:, known] = nearest_isometry(C[:, known] * variances[known])
    turn[:, ~known] -= turn[:, known] @ (turn[:, known].T @ turn[:, ~known])
    return nearest_isometry(turn)


def nearest_isometry(M):
    """The matrix with orthonormal columns that is nearest to M (q, m)."""
    left, _, right = np.linalg.svd(M, full_matrices=False)
    return left @ right


def remixing(control, view):
    """`Remixing` that lets a control vary as a view does, from the `Spread` of both on the same images.

    The control's principal directions are whitened; the leading ones are turned so that what it shares with the view
    lies where the view has it (`turn_towards`); then the first is given the view's first standard deviation, the
    second the second, as far as both have any that other rows show above rounding (`spectrum_elsewhere`). All that is
    beyond them is stretched alike: so that it varies in sum as what is beyond them in the view, or, where either has
    nothing but rounding there, by as much as the last of them. Nothing is lost, and a control of rank 8 keeps it, since
    to give it more would amplify its rounding. Directions that n rows do not show keep the control's own spectrum: to
    undo a mixture that buries content, rows have to be many times the columns.
    """
    own, wanted = control.spectrum, view.spectrum
    r = min(len(own.along), len(wanted.along))
    q = min(r, len(control.scores) // PER_TURNED, MOST_TURNED)
    more, asked = (float((found.along[r:] ** 2).sum()) + found.beyond for found in (own, wanted))
    rest = np.sqrt(asked / more) if more > 0 and asked > 0 else wanted.along[r - 1] / own.along[r - 1]
    turn = turn_towards(control.scores[:, :q], view.scores[:, :q], wanted.along[:q] ** 2)
    return Remixing(control.mean, control.axes[:, :r], own.along[:r], wanted.along[:r], turn, float(rest))
