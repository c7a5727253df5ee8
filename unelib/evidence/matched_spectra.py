"""A control remixed so that its spectrum is the view's: a linear map that loses nothing, learnt on other images.

With few images a map or a probe finds what varies most, so a view of few strong directions is easier to learn from than
one that holds as much in many weak ones. A comparison of two views then measures their spectra. A verdict on what they
hold has to be the same where the control is given the view's spectrum.
"""

from typing import NamedTuple

import numpy as np

from ..latent.dimension import dealt
from ..linalg.principal_space import principal_axes

FOLDS = 5  # of the rows that the map is learnt on
ROUNDING = 2.0**-11  # relative error of float16, in which a zoo keeps rows: what varies less is not amplified


class Remixing(NamedTuple):
    """x -> rest (x - mean) + V (scale - rest) V'(x - mean): a symmetric map (d, d), positive definite.

    Attributes
    ----------
    mean : ndarray (d,)
        Of the rows that it was learnt on.
    basis : ndarray (d, r)
        V, orthonormal columns.
    scale : ndarray (r,)
        By which the columns of V are stretched, above 0.
    rest : float
        By which all that is orthogonal to them is, above 0.
    """

    mean: np.ndarray
    basis: np.ndarray
    scale: np.ndarray
    rest: float

    def rows(self, X):
        """Rows X (n, d) remixed."""
        A = X - self.mean
        return self.rest * A + (A @ self.basis * (self.scale - self.rest)) @ self.basis.T

    def back(self, Z):
        """Rows X (n, d) that were remixed to Z (n, d)."""
        inside = Z @ self.basis
        return self.mean + (Z - inside @ self.basis.T) / self.rest + (inside / self.scale) @ self.basis.T


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


def remixing(control, view, seed=0):
    """`Remixing` that gives a control the spectrum of a view, from rows (n, d) and (n, d2) of the same images.

    The control's principal directions are whitened, and the first is given the view's first standard deviation, the
    second the second, as far as both have any that other rows show above rounding (`spectrum_elsewhere`). All that is
    beyond them is stretched alike: so that it varies in sum as what is beyond them in the view, or, where either has
    nothing but rounding there, by as much as the last of them. Nothing is lost, and a control of rank 8 keeps it, since
    to give it more would amplify its rounding. Directions that n rows do not show keep the control's own spectrum: to
    undo a mixture that buries content, rows have to be many times the columns.
    """
    mean = control.mean(0)
    own, wanted = spectrum_elsewhere(control, seed), spectrum_elsewhere(view, seed)
    r = min(len(own.along), len(wanted.along))
    scale = wanted.along[:r] / own.along[:r]
    more, asked = (float((found.along[r:] ** 2).sum()) + found.beyond for found in (own, wanted))
    rest = np.sqrt(asked / more) if more > 0 and asked > 0 else scale[-1]
    return Remixing(mean, principal_axes(control - mean)[1][:, :r], scale, float(rest))
