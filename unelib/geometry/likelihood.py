"""How likely a diffusion model takes an image to be: the density that its ODE carries from noise to the image.

Along the ODE a density changes by the divergence of the right-hand side (Chen et al., 2018; Song et al., 2021), so that
log p(image) = log N(noise) + the divergence, integrated over the noise levels.
"""

from typing import Literal

import numpy as np
import pandas as pd
import torch
from numpy.typing import ArrayLike
from scipy.integrate import trapezoid
from scipy.stats import norm
from torch.nn.attention import SDPBackend, sdpa_kernel

from ..core.checks import whole
from ..inversion.choices import Grid, Solver
from ..inversion.ode import batches, check_noise, from_noise, one_state, pick_solver, settled
from ..models.contracts import GeneratorLike


def log_likelihood(
    gen: GeneratorLike,
    noise: ArrayLike,
    probes: int | Literal["exact"] = 4,
    steps: int | None = None,
    solver: Solver | None = None,
    grid: Grid | None = None,
    seed: int = 0,
    batch_size: int | Literal["auto"] = 64,
) -> pd.DataFrame:
    """The log density of the latents that noise leads to, as the model has it at its lowest noise level.

    Parameters
    ----------
    gen : GeneratorLike
        Best what `NoiseZoo.generator` gives: the one that made the noise, solved as it was.
    noise : array-like (n, *latent_shape) or (n, d)
        One an image.
    probes : int or "exact"
        Random signs by which each divergence is estimated [1]_, the same for all images and levels, so that images
        compare better than one value is known. "exact" takes every column, d passes a level: for small models.
    steps, solver, grid : optional
        The way from noise to image, as `invert` takes it; by default the generator's own. Not "bdia", "belm" or
        "edict"; and no grid that begins at a clean image, "trailing" or "leading", where a density of exact pixels has
        no end.
    seed : int
        Of the probes.
    batch_size : int or "auto"
        Images at once.

    Returns
    -------
    DataFrame (n rows)
        In nats: `log_p`; `of_noise`, the noise's own log N(0, I); `of_volume`, what the ODE adds by drawing volumes
        together; and `error`, the standard error of `log_p` over the probes (0 of "exact", NaN of one probe).

    Raises
    ------
    ValueError
        On noise as in `generate`, fewer probes than one, and a solver or grid as above.

    References
    ----------
    .. [1] Hutchinson, 1989; Grathwohl et al., 2019.

    Examples
    --------
    >>> from unelib.models import ExactGaussian
    >>> noise = np.random.default_rng(0).standard_normal((3, 16))
    >>> log_likelihood(ExactGaussian(), noise, steps=40, grid="log-sigma").shape
    (3, 4)
    """
    if probes != "exact" and not whole(probes, 1):
        raise ValueError(f'probes is {probes!r}; choose a whole number from 1, or "exact"')
    count, way, levels = settled(gen, steps, solver, grid)
    schedule, start = gen.schedule(count, levels), check_noise(gen, noise)
    if schedule.levels[0] == 0:
        raise ValueError(f"grid {levels!r} begins at a clean image, of which there is no density; take 'karras'")
    signs = probes_of(gen, probes, seed)
    parts = [
        divergences(gen, states, schedule, signs)
        for rows in batches(gen, len(start), batch_size)
        for states in [states_along(gen, start[rows], pick_solver(one_state(way)), schedule)]
    ]
    found = np.concatenate(parts)  # (n, levels, probes)
    volume = integral(found, schedule)
    if probes == "exact":
        volume = volume.sum(1, keepdims=True)
    of_noise = norm.logpdf(start.reshape(len(start), -1).astype(float)).sum(1)
    of_volume = volume.mean(1) + gen.latent_dim * np.log(schedule.scales[-1])
    error = np.zeros(len(start)) if probes == "exact" else spread_of_mean(volume)
    table = {"log_p": of_noise + of_volume, "of_noise": of_noise, "of_volume": of_volume, "error": error}
    return pd.DataFrame(table)


def probes_of(gen, probes, seed):
    """Random signs (k, 1, *latent_shape), or every unit vector, as a tensor."""
    if probes == "exact":
        signs = np.eye(gen.latent_dim)
    else:
        signs = np.random.default_rng(seed).choice([-1.0, 1.0], (probes, gen.latent_dim))
    return torch.from_numpy(signs.astype(np.float32)).reshape(-1, 1, *gen.latent_shape).to(gen.device)


class Visited:
    """A generator that remembers the last state it was asked about at each timestep."""

    def __init__(self, gen):
        self.gen, self.states = gen, {}

    def __getattr__(self, name):
        return getattr(self.gen, name)

    def slope(self, x, t):
        """The generator's own slope."""
        self.states[t] = x
        return self.gen.slope(x, t)


def states_along(gen, noise, integrate, schedule):
    """States [(n, *latent_shape)] of the ODE, tensors as the model sees them, from the lowest level to the highest."""
    watched = Visited(gen)
    latent = from_noise(watched, torch.from_numpy(noise).to(gen.device), integrate, schedule)
    above = [watched.states[t] for t in schedule.timesteps[1:].tolist()]
    return [latent * float(schedule.scales[0]), *above]


def divergences(gen, states, schedule, signs):
    """z' J z (n, levels, k) of the ODE's right-hand side for probes z (k, 1, ...), at each level's states."""
    found = []
    for x, t, scale in zip(states, schedule.timesteps, schedule.scales):
        x = x.clone().requires_grad_()  # out of inference mode
        with torch.enable_grad(), sdpa_kernel(SDPBackend.MATH):
            slope = gen.slope(x, float(t))
            each = [torch.autograd.grad(slope, x, z.expand_as(slope), retain_graph=True)[0] * z for z in signs]
        found.append(float(scale) * torch.stack([part.flatten(1).sum(1) for part in each], 1).double().cpu().numpy())
    return np.stack(found, 1)


def integral(values, schedule):
    """Integral (n, k) over the levels of values (n, levels, k), by trapezia in the schedule's clock."""
    by_clock = values if schedule.flow else values * schedule.levels[None, :, None]
    return trapezoid(by_clock, schedule.clock, axis=1)


def spread_of_mean(values):
    """Standard error (n,) of the means of values (n, k); NaN of one."""
    k = values.shape[1]
    return values.std(1, ddof=1) / np.sqrt(k) if k > 1 else np.full(len(values), np.nan)
