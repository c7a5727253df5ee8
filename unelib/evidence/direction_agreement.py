"""Do directions agree between views: cosines beside those of any direction carried alike, and whose is the nearest.

Cosines of two spaces cannot be put beside each other as they are: where what is carried has few dimensions, any
direction comes near any other. So they are told in units of what random directions of the source reach there.
"""

from typing import NamedTuple

import numpy as np

from ..core.checks import labels
from ..linalg.cosine import unit_rows
from ..linalg.moments import class_means

RANDOM = 200  # directions of the source that are carried for comparison


class Agreement(NamedTuple):
    """How a view's directions lie to another's, carried there.

    Attributes
    ----------
    cosines : ndarray (a,)
        Of every attribute's direction with its own, carried.
    anything : ndarray (a, RANDOM)
        Of every attribute's direction with random ones of the source, carried.
    nearest : ndarray (a,) bool
        Whether of all attributes' carried directions its own has the largest cosine.
    """

    cosines: np.ndarray
    anything: np.ndarray
    nearest: np.ndarray

    @property
    def mean(self):
        """Mean cosine."""
        return float(self.cosines.mean())

    @property
    def beyond(self):
        """Mean cosine less the mean absolute cosine of random ones."""
        return self.mean - float(np.abs(self.anything).mean())

    @property
    def standardised(self):
        """Mean cosine in units of the root mean square of random ones'; 0 where nothing can be carried."""
        spread = np.sqrt((self.anything**2).mean())
        return float(self.mean / spread) if spread > 0 else 0.0


def agreement(own, there, une, source, target, seed=0):
    """`Agreement` of directions own (a, d) of a target view with a source's, there (a, d2), that a model carries.

    own and there are `mean_differences`; random directions are drawn with the seed.
    """
    random = np.random.default_rng(seed).standard_normal((RANDOM, there.shape[1]))
    moved, anything = (unit_rows(carried_rows(une, source, target, D)) for D in (there, random))
    own = unit_rows(own)
    every = own @ moved.T
    nearest = (every.argmax(1) == np.arange(len(every))) & moved.any(1)
    return Agreement(np.diag(every), own @ anything.T, nearest)


def carried_rows(une, source, target, D):
    """How a target view is expected to move (m, d2) where a source moves by D (m, d): `editing.carried` for many.

    Lengths are kept, and a direction of which nothing is shared gives 0.
    """
    z = une.latent({source: np.vstack([D, np.zeros_like(D[:1])])})
    return (z[:-1] - z[-1]) @ une.loadings_[target].T


def mean_differences(X, Y):
    """Mean rows with each attribute less those without, (a, d), of X (n, d) and Y (n, a), missing labels left out."""
    found, D = labels(Y, len(X)), np.empty((Y.shape[1], X.shape[1]))
    for i, (truth, known) in enumerate(zip(found.truth.T, found.known.T)):
        ones, zeros = class_means(X[known], truth[known, None]) if not known.all() else (0, 0)
        D[i] = np.squeeze(ones - zeros)
    whole = found.known.all(0)
    if whole.any():
        D[whole] = np.subtract(*class_means(X, found.truth[:, whole]))
    return D
