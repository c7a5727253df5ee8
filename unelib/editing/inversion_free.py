"""FlowEdit: a picture moved from one condition to another without inversion (Kulikov et al., 2025).

A generator that knows the source condition and one that knows the target, such as one model under two prompts, look at
the same noise. The picture X goes along the difference of what they see. With Z = X at the highest level and fresh
noise e at each one below,

    U = noised(X, e),    dZ / ds = slope_target(U + Z - X, s) - slope_source(U, s).

In a flow this is the authors' equation, s being t and noised(X, e) = (1 - t) X + t e. A variance-preserving model seen
as a flow, t = sigma / (1 + sigma), gives the same equation in sigma, with X + sigma e and eps for the velocity. Its
state C and that of the flow are related by Z = (1 - t) C + t X, step by step of Euler's method.

Between N(m1, S) and N(m2, S) with their best denoisers the noise cancels, and a picture moves by

    (m2 - m1) (1 - sqrt((S + low^2) / (S + high^2))),

low and high being the sigmas at the ends: in a flow by all of m2 - m1.
"""

from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray

from ..core.checks import whole
from ..inversion.deterministic import noised, own_noise
from ..inversion.ode import Field, batches, check_pixels, settled
from ..models.contracts import GeneratorLike


def flow_edit(
    source: GeneratorLike,
    target: GeneratorLike,
    pixels: ArrayLike,
    steps: int | None = None,
    grid: Any = None,
    batch_size: int | Literal["auto"] = 64,
    *,
    skip: int = 0,
    draws: int = 1,
    seed: int = 0,
) -> NDArray[np.uint8]:
    """Pictures moved from a source's condition to a target's, without inversion: FlowEdit [1]_, by Euler's method.

    Parameters
    ----------
    source, target : GeneratorLike
        Diffusion or flow models of one latent space and the same noise levels, each with its own condition and
        guidance: `load_generator(name, prompt="a cat")` and `load_generator(name, prompt="a dog", guidance=5)`. They
        may share a network in memory: `target.unet = source.unet`.
    pixels : array-like (n, h, w, 3), uint8
        Images that the source's condition describes.
    steps, grid : optional
        As `invert` takes them, else the source's own.
    batch_size : int or "auto"
        Images at once.
    skip : int
        How many of the first, noisiest steps are left out, so that more of the picture stays (the authors' n_max,
        counted from the other end). 0 leaves out none.
    draws : int
        Noises that are averaged at each level (the authors' n_avg). Each costs a call of both models.
    seed : int
        Of the noise, which each picture has for itself.

    Returns
    -------
    ndarray (n, h, w, 3), uint8
        Images. Where both conditions are the same they are those that the autoencoder makes of the input.

    Raises
    ------
    ValueError
        On generators of different latents or levels, on GANs, on pixels of another kind, and on steps, `skip`, `draws`
        or a batch size out of range.

    References
    ----------
    .. [1] Kulikov et al., FlowEdit: inversion-free text-based editing using pre-trained flow models, 2025.

    Examples
    --------
    >>> from unelib.models import ExactGaussian
    >>> dark, bright = ExactGaussian(), ExactGaussian()
    >>> bright.mean = dark.mean + 0.4
    >>> pixels = np.full((1, 4, 4, 3), 100, np.uint8)
    >>> bool((flow_edit(dark, dark, pixels, steps=5) == pixels).all())
    True
    >>> bool((flow_edit(dark, bright, pixels, steps=5) > 130).all())
    True
    """
    pixels, schedule = check_pixels(pixels), common_schedule(source, target, steps, grid)
    check_amounts(skip, draws, schedule)
    parts = []
    for rows in batches(source, len(pixels), batch_size):
        fresh = own_noise(pixels[rows], (schedule.steps, draws, *source.latent_shape), seed)
        fresh = torch.from_numpy(fresh).to(source.device)
        latent = source.to_latent(pixels[rows])
        parts.append(source.to_image(without_inversion(source, target, latent, fresh, schedule, skip)))
    return np.concatenate(parts)


@torch.inference_mode()
def without_inversion(source, target, latent, fresh, schedule, skip=0):
    """Latents (n, ...) of one batch moved from source to target, with noise (n, steps, draws, ...), a step a column."""
    fields, moved = [Field(gen, schedule, len(latent)) for gen in (source, target)], latent
    for level in range(schedule.steps - skip, 0, -1):
        difference = slope_difference(*fields, latent, moved - latent, fresh[:, level - 1], schedule, level)
        moved = moved + schedule.step(level, level - 1) * difference
    return moved


def slope_difference(of_source, of_target, latent, change, fresh, schedule, level):
    """FlowEdit's velocity (Kulikov et al., 2025, algorithm 1): the mean over draws (n, draws, ...) of noise."""
    found = []
    for noise in fresh.unbind(1):
        u = noised(latent, noise, schedule, level)
        found.append(of_target(u + change, level, level) - of_source(u, level, level))
    return sum(found) / len(found)


def common_schedule(source, target, steps, grid):
    """The schedule of both; ValueError where their latents or levels differ."""
    if source.flow != target.flow or source.latent_shape != target.latent_shape:
        kinds = [
            f"{gen.name}, a {'flow' if gen.flow else 'diffusion'} on {gen.latent_shape}" for gen in (source, target)
        ]
        raise ValueError(f"source and target differ: {' and '.join(kinds)}; take one model under two conditions")
    steps, _, grid = settled(source, steps, None, grid)
    schedule, other = (gen.schedule(steps, grid) for gen in (source, target))
    if not np.allclose(schedule.levels, other.levels):
        raise ValueError(
            f"{source.name} and {target.name} have other noise levels; take one model under two conditions"
        )
    return schedule


def check_amounts(skip, draws, schedule):
    """ValueError unless some steps are left and there is a noise at each."""
    if not whole(skip, 0, schedule.steps - 1):
        raise ValueError(f"skip is {skip!r}; choose 0 to {schedule.steps - 1}, less than the steps")
    if not whole(draws, 1):
        raise ValueError(f"draws is {draws!r}; give a whole number from 1 on")
