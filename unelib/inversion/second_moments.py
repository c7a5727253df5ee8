"""What mean and covariance alone make of noise: the probability-flow ODE of Gaussian latents, which is one linear map.

A generator that had learnt of its pictures nothing but their second moments would give this noise to a picture, and
make this picture of a noise. So it is the control of what is said of noise and pictures: what goes beyond was learnt.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..core.checks import matrix
from ..linalg.covariance import ShrunkCovariance
from ..linalg.principal_space import thin
from ..models.noise_schedule import Schedule


class GaussianFlow:
    """Noise and latents, each from the other, by the ODE of a Gaussian with the moments of some latents.

    Along an axis of variance v the ODE scales what lies off the mean by sqrt((v + high^2) / (v + low^2)) on its way
    from the lowest noise level to the highest (Song et al., 2021, eq. 13, in closed form). The covariance is shrunk
    towards equal variances by Ledoit and Wolf's rule, so that fewer latents than columns do.

    Parameters
    ----------
    latents : array-like (n, *latent_shape)
        Clean latents, as `to_latents` gives them; not those that are looked at afterwards.
    schedule : Schedule
        Of the generator that stands beside it; its lowest and highest noise levels are used.

    Raises
    ------
    ValueError
        For a flow, whose levels are times, and on fewer than two latents.

    Examples
    --------
    >>> latents = np.random.default_rng(0).standard_normal((40, 1, 2, 2))
    >>> flow = GaussianFlow(latents, Schedule(np.array([0.01, 10.0]), np.array([0.0, 999.0])))
    >>> np.allclose(flow.latents(flow.noise(latents)), latents, atol=1e-4)
    True
    """

    def __init__(self, latents: ArrayLike, schedule: Schedule) -> None:
        if schedule.flow:
            raise ValueError("the closed form is that of noise levels; a flow's schedule has times")
        shape = np.shape(latents)[1:]
        X = matrix(np.reshape(latents, (len(np.asarray(latents)), -1)), "latents", rows=2)
        known = ShrunkCovariance(X)
        self.shape, self.mean, others = shape, known.mean, known.shrinkage * known.level
        _, s, self.axes = thin(X - self.mean)
        along, (low, high) = (1 - known.shrinkage) * s**2 / len(X) + others, schedule.levels[[0, -1]]
        self.scale, self.along, self.others = schedule.scales[-1], growth(along, low, high), growth(others, low, high)

    def noise(self, latents: ArrayLike) -> NDArray[np.float32]:
        """Noise (m, *latent_shape) of latents, about of variance 1."""
        X = matrix(np.reshape(latents, (-1, len(self.mean))), "latents") - self.mean
        return self.like_latents((self.mean + self.grown(X, self.along, self.others)) * self.scale)

    def latents(self, noise: ArrayLike) -> NDArray[np.float32]:
        """Latents (m, *latent_shape) that a noise leads to."""
        Z = matrix(np.reshape(noise, (-1, len(self.mean))), "noise") / self.scale - self.mean
        return self.like_latents(self.mean + self.grown(Z, 1 / self.along, 1 / self.others))

    def grown(self, X, along, others):
        """Rows scaled by `along` along the axes, and by `others` across them."""
        inside = X @ self.axes
        return (inside * (along - others)) @ self.axes.T + others * X

    def like_latents(self, X):
        """Rows in the latents' shape and float32."""
        return X.reshape(-1, *self.shape).astype(np.float32)


def growth(variance, low, high):
    """By how much the ODE spreads an axis between two noise levels."""
    return np.sqrt((variance + high**2) / (variance + low**2))
