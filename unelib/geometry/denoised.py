"""What a denoiser takes the clean latent of a noisy state to be: the posterior mean E[z0 | x_t]."""

import numpy as np
import torch

from ..models.contracts import GeneratorLike
from .state_walks import check_timestep


def noise_level(gen: GeneratorLike, t: float) -> float:
    """The noise level of a timestep that need not be whole: sigma, or the time of a flow.

    Parameters
    ----------
    gen : GeneratorLike
        Whose schedule it is.
    t : float
        Timestep, within the schedule.

    Returns
    -------
    float
        Linear in t on log sigma between the levels that the model was trained on; t itself, in 0 to 1, of a flow.

    Raises
    ------
    ValueError
        On a timestep outside the schedule.

    Examples
    --------
    >>> from unelib.models import ExactGaussian
    >>> gen = ExactGaussian()
    >>> round(noise_level(gen, 999), 2) == round(float(gen.levels[-1]), 2)
    True
    """
    t, (low, high) = check_timestep(gen, t), gen.schedule(1, grid="uniform").timesteps
    trained = gen.schedule(max(1, int(round(high - low))), grid="uniform")
    if gen.flow:
        return float(np.interp(t, trained.timesteps, trained.levels))
    return float(np.exp(np.interp(t, trained.timesteps, np.log(trained.levels))))


def denoised_mean(gen: GeneratorLike, x: torch.Tensor, t: float) -> torch.Tensor:
    """The posterior mean E[z0 | x_t] of states, by Tweedie's formula: what the denoiser takes for the clean latents.

    From x = scale (z0 + sigma e) follows E[z0 | x] = x / scale - sigma E[e | x], and from a flow's
    x = (1 - t) z0 + t e and v = e - z0 it is x - t E[v | x].

    Parameters
    ----------
    gen : GeneratorLike
        A denoiser at any noise level.
    x : Tensor (n, *latent_shape)
        States as the model sees them at t.
    t : float
        Timestep, within the schedule.

    Returns
    -------
    Tensor (n, *latent_shape)
        Latents in the model's scale; it can be differentiated.

    Raises
    ------
    ValueError
        On a timestep outside the schedule.

    References
    ----------
    .. [1] Efron, "Tweedie's formula and selection bias", 2011.

    Examples
    --------
    >>> from unelib.models import ExactGaussian
    >>> gen = ExactGaussian()
    >>> latent = torch.full((1, *gen.latent_shape), 0.5)
    >>> bool((denoised_mean(gen, latent, 0) - latent).abs().max() < 0.02)  # hardly any noise: nearly the state
    True
    """
    level = noise_level(gen, t)
    if gen.flow:
        return x - level * gen.slope(x, t)
    return x * np.sqrt(1 + level**2) - level * gen.eps(x, t)
