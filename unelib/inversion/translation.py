"""Unpaired translation: a picture is encoded by one generator and decoded by another, without a pair of pictures.

CycleDiffusion (Wu and De la Torre, 2022) does so by the stochastic latents of `stochastic`; the ODE's noise does it too
(dual diffusion bridges: Su et al., 2023). A generator may be a domain's own, or one model under a prompt, at a class,
or led to one (`models.ClassGuided`).
"""

from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray

from ..core.checks import choice
from ..models.contracts import GeneratorLike
from .choices import Grid, Solver
from .ode import batches, check_pixels, from_noise, pick_solver, settled, to_noise
from .stochastic import CHAINS, below, decode, encode

KINDS = (*CHAINS, "ode")


def translate(
    source: GeneratorLike,
    target: GeneratorLike,
    pixels: ArrayLike,
    kind: Literal["dpm-encoder", "edit-friendly", "ode"] = "dpm-encoder",
    skip: int = 0,
    eta: float = 1.0,
    *,
    steps: int | None = None,
    solver: Solver | None = None,
    grid: Grid | None = None,
    batch_size: int | Literal["auto"] = 64,
    seed: int = 0,
    own: ArrayLike | None = None,
) -> NDArray[np.uint8]:
    """Pictures of one generator's domain as another generator has them.

    Where both are the same, stochastic latents give the pictures back exactly, up to the autoencoder, and the ODE's
    noise up to its solver.

    Parameters
    ----------
    source, target : GeneratorLike
        Of one latent shape. Two of one pipeline under two prompts are `Generator(name, pipeline, ..., prompt)` twice.
    pixels : array-like (n, h, w, 3), uint8
        Pictures of the source's domain.
    kind : {"dpm-encoder", "edit-friendly", "ode"}
        The latents: those of CycleDiffusion [1]_, edit-friendly noise [2]_, or the noise of the ODE [3]_.
    skip : int
        So many of the noisiest steps are left out of both ways: the more, the more of the picture stays. Then both
        generators must have the same noise levels.
    eta : float
        Share of DDPM's fresh noise, above 0 and at most 1; the authors' text-guided setting is 0.1. Of the ODE's noise
        it says nothing.
    steps, solver, grid : optional
        As in `invert`, for both; by default the source's own. Stochastic latents take no solver.
    batch_size : int or "auto"
        Pictures at once.
    seed : int
        Of the chains.
    own : array-like (n,) of str, optional
        Names that make each picture's draw with `seed`, as in `stochastic.encode`.

    Returns
    -------
    ndarray (n, h, w, 3), uint8
        One picture of each, in the target's size.

    Raises
    ------
    ValueError
        On an unknown kind, generators whose latents differ in shape, or with `skip` in noise levels, and what `invert`
        and `stochastic.encode` refuse.

    References
    ----------
    .. [1] Wu and De la Torre, "Unifying Diffusion Models' Latent Space, with Applications to CycleDiffusion and
       Guidance", 2022.
    .. [2] Huberman-Spiegelglas et al., 2024.
    .. [3] Su et al., "Dual Diffusion Implicit Bridges for Image-to-Image Translation", 2023.

    Examples
    --------
    >>> from unelib import load_generator, load_images
    >>> gen, pixels = load_generator("drawn-ddpm"), load_images("drawn-faces", n=2, size=32).pixels
    >>> bool((translate(gen, gen, pixels, steps=3) == pixels).all())
    True
    """
    pixels = check_pixels(pixels)
    choice(kind, KINDS, "kind")
    same_shape(source, target)
    count, way, levels = settled(source, steps, solver, grid)
    if skip:
        same_levels(source, target, count, levels)
    if kind == "ode":
        return by_ode(source, target, pixels, skip, (count, way, levels), batch_size)
    how: dict[str, Any] = {"grid": levels, "batch_size": batch_size, "skip": skip, "eta": eta}
    return decode(target, encode(source, pixels, kind, count, seed=seed, own=own, **how), **how)


def by_ode(source, target, pixels, skip, way, batch_size):
    """Translation by the ODE's noise, or by its state `skip` levels below."""
    steps, solver, grid = way
    integrate, parts = pick_solver(solver), []
    up, down = (below(gen.schedule(steps, grid), skip) for gen in (source, target))
    for rows in batches(source, len(pixels), batch_size):
        noise, before, _ = to_noise(source, source.to_latent(pixels[rows]), integrate, up)
        if not torch.isfinite(noise).all():
            raise ValueError(f"{source.name} gave noise that is not finite; use dtype='float32' or fewer steps")
        parts.append(target.to_image(from_noise(target, noise.to(target.device), integrate, down, before)))
    return np.concatenate(parts)


def same_shape(source, target):
    """ValueError unless latents of one generator are latents of the other."""
    if tuple(source.latent_shape) != tuple(target.latent_shape) or source.flow != target.flow:
        told = [f"{gen.name} has {'a flow of ' * gen.flow}{tuple(gen.latent_shape)}" for gen in (source, target)]
        raise ValueError(f"{' and '.join(told)}; choose generators that share a latent space")


def same_levels(source, target, steps, grid):
    """ValueError unless both also have the same noise levels on a grid."""
    same_shape(source, target)
    ours, theirs = (gen.schedule(steps, grid).levels for gen in (source, target))
    if not np.allclose(ours, theirs, rtol=1e-4, atol=1e-8):
        raise ValueError(
            f"{source.name} and {target.name} have noise levels up to {ours[-1]:g} and {theirs[-1]:g}; states between"
            " picture and noise are shared only where these agree, so take skip=0, or generators of one schedule"
        )
