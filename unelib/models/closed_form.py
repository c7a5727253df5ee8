"""Worlds with a known answer: images drawn from a Gaussian, whose best denoiser, and whose noise, are closed forms.

They keep the generator's contract, so that solvers are tested and compared where the truth is known.
"""

import numpy as np
import torch
from diffusers import DDIMScheduler

from ..core.files import value_hash
from .noise_schedule import make_schedule, training_sigmas

SHAPE, STEPS, LARGEST_MEAN, VARIANCES = (1, 4, 4), 1000, 0.3, (0.2, 1.5)
MOMENTS = ("mean", "variance")
BETAS = {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear"}


class ExactGaussian:
    """Latents ~ N(mean, diag(variance)), the first channel of 8-bit pixels in -1..1, under Stable Diffusion's noise.

    `eps(x, t)` is E[eps | x], exact at every noise level; `noise_of(latent)` what inversion must find; `.calls` counts
    how often the denoiser was asked.
    """

    name, device, dtype = "gaussian", torch.device("cpu"), torch.float32
    latent_shape, latent_dim, flow = SHAPE, 16, False

    def __init__(self, seed=0):
        rng = np.random.default_rng(seed)
        self.mean = torch.from_numpy(rng.normal(0, LARGEST_MEAN, SHAPE))
        self.variance = torch.from_numpy(rng.uniform(*VARIANCES, SHAPE))
        self.scheduler = DDIMScheduler(STEPS, **BETAS, clip_sample=False, set_alpha_to_one=False, steps_offset=1)
        self.levels, self.calls = training_sigmas(self.scheduler.betas), 0

    @property
    def settings(self):
        """What a noise depends on besides the solver, as a generator gives it."""
        weights = value_hash([self.mean.tolist(), self.variance.tolist(), self.flow])[:16]
        return {"model": self.name, "weights": weights, "dtype": str(self.dtype), "prompt": "", "guidance": 1.0}

    def schedule(self, steps, grid="trailing"):
        """Noise levels, as a generator gives them."""
        return make_schedule(self.levels, steps, grid, flow=self.flow)

    def to_latent(self, pixels):
        """Latents (n, 1, 4, 4) of pixels (n, 4, 4, c) uint8."""
        return torch.from_numpy(pixels[..., 0].astype(np.float32) / 127.5 - 1)[:, None]

    def to_image(self, latent):
        """Grey pixels (n, 4, 4, 3) uint8 of latents."""
        grey = ((latent.clamp(-1, 1) + 1) * 127.5).round().to(torch.uint8)
        return grey.expand(-1, 3, -1, -1).permute(0, 2, 3, 1).numpy()

    def eps(self, x, t):
        """E[eps | x] at timestep t, which need not be whole."""
        self.calls += 1
        sigma = np.exp(np.interp(t, np.arange(STEPS), np.log(self.levels)))
        slope = sigma * (x * np.sqrt(1 + sigma**2) - self.mean) / (self.variance + sigma**2)
        return slope.to(x.dtype)

    def slope(self, x, t):
        """The ODE's right-hand side: epsilon."""
        return self.eps(x, t)

    def noise_of(self, latent):
        """The probability-flow map: each coordinate is scaled about the mean by the growth of its deviation."""
        low, high = self.levels[0], self.levels[-1]
        growth = torch.sqrt((self.variance + high**2) / (self.variance + low**2))
        return (self.mean + (latent - self.mean) * growth) / np.sqrt(1 + high**2)


class ExactMixture(ExactGaussian):
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
