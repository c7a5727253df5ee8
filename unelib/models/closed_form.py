"""Worlds with a known answer: images drawn from one Gaussian or from several flat ones, whose best denoiser is exact.

They keep the generator's contract, so that solvers are tested and compared where the truth is known.
"""

from collections.abc import Sequence

import numpy as np
import torch
from diffusers import DDIMScheduler

from ..core.checks import share, whole
from ..core.files import value_hash
from ..linalg.grassmann import random_subspace
from .noise_schedule import make_schedule, training_sigmas
from .square_pictures import eight_bits

SHAPE, STEPS, LARGEST_MEAN, VARIANCES = (1, 4, 4), 1000, 0.3, (0.2, 1.5)
MOMENTS = ("mean", "variance")
BETAS = {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear"}


class ExactWorld:
    """What worlds with a known answer have in common: Stable Diffusion's noise, and grey pictures of latents in -1..1.

    The latent is the first channel of 8-bit pixels. A world adds `eps(x, t)`, which is E[eps | x], and `law`, the
    numbers that it depends on. `.calls` counts how often the denoiser was asked.
    """

    device, dtype, flow = torch.device("cpu"), torch.float32, False
    latent_shape, latent_dim = SHAPE, 16

    def __init__(self):
        self.scheduler = DDIMScheduler(STEPS, **BETAS, clip_sample=False, set_alpha_to_one=False, steps_offset=1)
        self.levels, self.calls = training_sigmas(self.scheduler.betas), 0

    @property
    def settings(self):
        """What a noise depends on besides the solver, as a generator gives it."""
        weights = value_hash([*self.law, self.flow])[:16]
        return {"model": self.name, "weights": weights, "dtype": str(self.dtype), "prompt": "", "guidance": 1.0}

    def schedule(self, steps, grid="trailing"):
        """Noise levels, as a generator gives them."""
        return make_schedule(self.levels, steps, grid, flow=self.flow)

    def to_latent(self, pixels):
        """Latents (n, 1, h, w) of pixels (n, h, w, c) uint8."""
        return torch.from_numpy(pixels[..., 0].astype(np.float32) / 127.5 - 1)[:, None]

    def to_image(self, latent):
        """Grey pixels (n, h, w, 3) uint8 of latents."""
        return eight_bits(latent, self.name)

    def sigma_at(self, t):
        """Noise level of a timestep, which need not be whole."""
        return np.exp(np.interp(t, np.arange(STEPS), np.log(self.levels)))

    def slope(self, x, t):
        """The ODE's right-hand side: epsilon."""
        return self.eps(x, t)


class ExactGaussian(ExactWorld):
    """Latents ~ N(mean, diag(variance)): `noise_of(latent)` is what inversion must find."""

    name = "gaussian"

    def __init__(self, seed=0):
        super().__init__()
        rng = np.random.default_rng(seed)
        self.mean = torch.from_numpy(rng.normal(0, LARGEST_MEAN, SHAPE))
        self.variance = torch.from_numpy(rng.uniform(*VARIANCES, SHAPE))

    @property
    def law(self):
        """Means and variances."""
        return [self.mean.tolist(), self.variance.tolist()]

    def eps(self, x, t):
        """E[eps | x] at timestep t, which need not be whole."""
        self.calls += 1
        sigma = self.sigma_at(t)
        slope = sigma * (x * np.sqrt(1 + sigma**2) - self.mean) / (self.variance + sigma**2)
        return slope.to(x.dtype)

    def noise_of(self, latent):
        """The probability-flow map: each coordinate is scaled about the mean by the growth of its deviation."""
        low, high = self.levels[0], self.levels[-1]
        growth = torch.sqrt((self.variance + high**2) / (self.variance + low**2))
        return (self.mean + (latent - self.mean) * growth) / np.sqrt(1 + high**2)


class ExactClasses(ExactGaussian):
    """The same world with classes: latents of each are Gaussian, and `told("1")` is the best denoiser of class 1.

    Untold it is the best denoiser of all classes alike, E[eps | x] of their even mixture.
    """

    name = "mixture"

    def __init__(self, classes=3, seed=0):
        super().__init__(seed)
        self.classes = [ExactGaussian(1000 * seed + c) for c in range(1, classes + 1)]
        self.mean, self.variance = (torch.stack([getattr(c, part) for c in self.classes]) for part in MOMENTS)

    def told(self, condition):
        """The denoiser of one class, by its number."""
        if condition not in map(str, range(len(self.classes))):
            raise ValueError(f"no class {condition!r}; choose 0 to {len(self.classes) - 1}")
        return self.classes[int(condition)]

    def log_p(self, latent):
        """Log density (n, classes) of latents under each class."""
        squares = (latent[:, None] - self.mean) ** 2 / self.variance + torch.log(2 * np.pi * self.variance)
        return -squares.flatten(2).sum(2) / 2

    def eps(self, x, t):
        """E[eps | x] of the mixture: that of each class, weighted by how likely the state makes the class."""
        self.calls += 1
        sigma = np.exp(np.interp(t, np.arange(STEPS), np.log(self.levels)))
        spread, off = self.variance + sigma**2, x[:, None] * np.sqrt(1 + sigma**2) - self.mean
        weight = torch.softmax(-(off**2 / spread + torch.log(spread)).flatten(2).sum(2) / 2, 1)
        return torch.einsum("nk,nk...->n...", weight, sigma * off / spread).to(x.dtype)

    def noise_of(self, latent):
        """NotImplementedError: the ODE of a mixture has no closed form."""
        raise NotImplementedError("the ODE of a mixture has no closed form; take ExactGaussian")


class ExactFlow(ExactGaussian):
    """The same world seen by a rectified flow: x = (1 - t) z + t e; its best velocity E[e - z | x] is linear too."""

    flow = True

    def __init__(self, seed=0):
        super().__init__(seed)
        self.levels = np.arange(1, STEPS + 1) / STEPS

    def deviation(self, t):
        """Standard deviation of x at time t."""
        return torch.sqrt((1 - t) ** 2 * self.variance + t**2)

    def slope(self, x, t):
        """The velocity at timestep t."""
        self.calls += 1
        t = t / STEPS
        gain = (t - (1 - t) * self.variance) / self.deviation(t) ** 2
        return (gain * (x - (1 - t) * self.mean) - self.mean).to(x.dtype)

    def noise_of(self, latent):
        """As above, along the flow."""
        low = self.levels[0]
        return (latent - (1 - low) * self.mean) * self.deviation(1.0) / self.deviation(low)


class ExactMixture(ExactWorld):
    """Latents on a union of subspaces: a mixture of Gaussians N(0, variance U_k'U_k) of low rank [1]_.

    Its best denoiser projects on each subspace and weighs the projections by how likely each subspace is.

    Parameters
    ----------
    ranks : sequence of int
        Dimensions of each subspace.
    side : int
        Pixels a side; latents have side x side values.
    variance : float
        Along every direction of a subspace.
    seed : int
        Of the subspaces, which are drawn at random.

    Attributes
    ----------
    subspaces : list of ndarray (rank, side x side)
        Orthonormal rows.

    Raises
    ------
    ValueError
        On a side or a rank that is no whole number above 0, on a rank beyond the number of values, and on a variance
        that is not above 0.

    References
    ----------
    .. [1] Wang et al., "Diffusion models learn low-dimensional distributions via subspace clustering", 2024.

    Examples
    --------
    >>> world = ExactMixture([2, 3], side=4)
    >>> latents, member = world.draw(5)
    >>> latents.shape, [U.shape for U in world.subspaces]
    (torch.Size([5, 1, 4, 4]), [(2, 16), (3, 16)])
    """

    name = "mixture"

    def __init__(self, ranks: Sequence[int] = (2, 3, 4), side: int = 8, variance: float = 1.0, seed: int = 0) -> None:
        super().__init__()
        if not whole(side, 1):
            raise ValueError(f"side is {side!r}; choose a whole number of pixels, from 1")
        self.latent_shape, self.latent_dim, rng = (1, side, side), side**2, np.random.default_rng(seed)
        if not len(ranks) or not all(whole(rank, 1, self.latent_dim) for rank in ranks):
            raise ValueError(f"ranks are {list(ranks)}; give one or more whole numbers from 1 to {self.latent_dim}")
        self.variance = share(variance, "variance")
        self.subspaces = [random_subspace(rank, self.latent_dim, rng) for rank in ranks]

    @property
    def law(self):
        """Subspaces and variance."""
        return [[U.tolist() for U in self.subspaces], self.variance]

    def draw(self, n: int, seed: int = 0) -> tuple[torch.Tensor, np.ndarray]:
        """Latents (n, 1, side, side), and which subspace (n,) each lies in."""
        rng = np.random.default_rng(seed)
        member, rows = rng.integers(0, len(self.subspaces), n), rng.standard_normal((n, self.latent_dim))
        flat = [
            np.sqrt(self.variance) * rows[i, : len(U)] @ U
            for i, U in enumerate(map(self.subspaces.__getitem__, member))
        ]
        return torch.from_numpy(np.array(flat)).reshape(n, *self.latent_shape), member

    def posterior_mean_of(self, u, sigma):
        """E[z | u] (n, d) of u = z + sigma e: projections, weighed by the likelihood of each subspace."""
        kept, means, logits = self.variance / (self.variance + sigma**2), [], []
        for U in map(torch.from_numpy, self.subspaces):
            parts = u @ U.T
            means.append(kept * parts @ U)
            logits.append(kept * (parts**2).sum(1) / (2 * sigma**2) + len(U) / 2 * np.log(1 - kept))
        return (torch.stack(logits).softmax(0)[..., None] * torch.stack(means)).sum(0)

    def eps(self, x, t):
        """E[eps | x] at timestep t, which need not be whole."""
        self.calls += 1
        sigma = float(self.sigma_at(t))
        u = x.double().flatten(1) * np.sqrt(1 + sigma**2)
        return ((u - self.posterior_mean_of(u, sigma)) / sigma).reshape(x.shape).to(x.dtype)
