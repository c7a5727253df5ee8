"""A failure of known probability in one region of noise space: what a search must find, and an estimate must count."""

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from scipy.stats import norm

from ..core.checks import flat_rows, share, whole

OWN = 7919  # so that a search with the same seed does not begin with the direction itself


class PlantedFailure:
    """Noises fail whose projection on a hidden direction exceeds a threshold; what a search is told can be cut short.

    Called with noises it gives their scores: by how much the projection exceeds the threshold, above 0 in a failure.

    Parameters
    ----------
    d : int
        Columns of the noise.
    rate : float
        Probability of a failure of noise N(0, I), above 0 and below 0.5.
    seed : int
        Of the direction.
    seen : float
        How far from the region, in standard deviations, it shows: further off every score is -seen, so that a judge is
        blind to how near a failure is.

    Attributes
    ----------
    direction : ndarray (d,)
        Of unit length.
    threshold : float
        The projection beyond which noises fail.
    rate : float
        As given.

    Raises
    ------
    ValueError
        On d below 1, and a rate or `seen` out of range.

    Examples
    --------
    >>> planted = PlantedFailure(100, rate=0.1)
    >>> noise = np.random.default_rng(0).standard_normal((4000, 100))
    >>> round((planted(noise) > 0).mean(), 1)
    np.float64(0.1)
    """

    def __init__(self, d: int, rate: float = 1e-3, seed: int = 0, seen: float = np.inf) -> None:
        if not whole(d, 1):
            raise ValueError(f"d is {d!r}; choose a whole number of columns, from 1")
        if share(rate, "rate", high=0.5) == 0.5 or not seen > 0:
            raise ValueError(f"rate is {rate} and seen {seen}; a rate is below 0.5, and what is seen begins above 0")
        drawn = np.random.default_rng([seed, OWN]).standard_normal(d)
        self.direction, self.rate, self.seen = drawn / np.linalg.norm(drawn), float(rate), float(seen)
        self.threshold = float(norm.isf(rate))

    def __call__(self, noise: ArrayLike) -> NDArray[np.float64]:
        """Scores (n,) of noises (n, ...)."""
        beyond = flat_rows(noise, len(self.direction), "noise") @ self.direction - self.threshold
        return np.maximum(beyond, -self.seen)

    def of_tensor(self, noise: torch.Tensor) -> torch.Tensor:
        """The same scores (n,) of a tensor (n, d), through which a gradient passes: for `climb`.

        Where the failure does not show, the gradient is 0.

        Parameters
        ----------
        noise : Tensor (n, d)
            Noises.

        Returns
        -------
        Tensor (n,)
            Above 0 in a failure.

        Examples
        --------
        >>> planted, noise = PlantedFailure(9), np.zeros((1, 9))
        >>> np.allclose(planted.of_tensor(torch.from_numpy(noise)), planted(noise))
        True
        """
        beyond = noise @ torch.from_numpy(self.direction).to(noise) - self.threshold
        return beyond.clamp(min=-self.seen)
