"""What each block of a denoiser gives for pictures at each timestep: the features that DIFT and REPA take.

A picture is noised to a timestep and shown to the network once; what a block gives is averaged over positions.
"""

from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray

from ..core.checks import name_list
from ..inversion.deterministic import own_noise
from ..inversion.ode import batches, check_noise, check_pixels
from ..models.contracts import GeneratorLike
from ..models.noise_schedule import abar_of
from .hooks import Reached, hooked
from .state_walks import check_timestep

PARTS = (  # of diffusers' denoisers, from input to output
    "down_blocks",
    "mid_block",
    "up_blocks",
    "transformer_blocks",
    "single_transformer_blocks",
)


def block_activations(
    gen: GeneratorLike,
    images: ArrayLike,
    timesteps: Sequence[float],
    blocks: Sequence[str] | None = None,
    seed: int = 0,
    batch_size: int | Literal["auto"] = 64,
) -> dict[tuple[str, float], NDArray[np.float32]]:
    """Activations of a denoiser's blocks, averaged over positions: one view for each block and timestep.

    The state at a timestep is the clean latent under fresh noise of that level, as the model was trained and as DIFT
    [1]_ does it; inversion would put into it what the model makes of the picture at other levels. An image has the same
    noise at all timesteps, drawn from a seed of its own bytes, so that neither batches nor other images change a row.

    Parameters
    ----------
    gen : GeneratorLike
        With a network in `.unet`, and what `Generator` has to ask it: `.predict`, `.condition`, `.sigma_at`. The
        network runs under its condition, without guidance, and no further than the last block that is asked for.
    images : array-like (n, h, w, 3), uint8, or (n, *latent_shape)
        Pictures, or their clean latents, such as the control "clean latent" of a zoo; flat rows, (n, latent_dim), are
        taken as well. The noise of a picture is not that of its latent.
    timesteps : list of float
        Within the generator's schedule; need not be whole.
    blocks : list of str, optional
        Names of modules of the network, such as "up_blocks.1" or "down_blocks.0.resnets.0"; by default every down
        block, the mid block and every up block (of a transformer, every block).
    seed : int
        Of the noise, beside the image's own.
    batch_size : int or "auto"
        Images at once; only averages are kept of what they pass through.

    Returns
    -------
    dict {(block, timestep): ndarray (n, d)}, float32
        d is the number of the block's channels, the mean of each over all positions. In the order of the timesteps, and
        of the blocks within each.

    Raises
    ------
    ValueError
        On blocks that the network has not, none, or a timestep outside the schedule; on images as `invert`, on latents
        as `generate`.
    RuntimeError
        If the network does not pass through a block, or the block gives no array of channels and positions.

    References
    ----------
    .. [1] Tang et al., "Emergent Correspondence from Image Diffusion", 2023.

    Examples
    --------
    >>> from unelib import load_generator, load_images
    >>> gen, pixels = load_generator("drawn-ddpm"), load_images("drawn-faces", n=2, size=32).pixels
    >>> found = block_activations(gen, pixels, [100, 500], ["mid_block", "up_blocks.0"])
    >>> {key: rows.shape for key, rows in found.items()}[("mid_block", 100)], len(found)
    ((2, 96), 4)
    """
    return of_noised(gen, images, timesteps, blocks, seed, batch_size, over_positions)


def of_noised(gen, images, timesteps, blocks, seed, batch_size, kept):
    """{(block, timestep): (n, ...)} of what `kept` keeps of blocks for noised images; arguments and errors as above."""
    names = block_names(gen) if blocks is None else known_blocks(gen, blocks)
    times = {t: check_timestep(gen, t) for t in timesteps}
    if not names or not times:
        raise ValueError("no block or no timestep was asked for; give one of each at least")
    given = pictures_or_latents(gen, images)
    parts: dict[tuple[str, float], list[NDArray[np.float32]]] = {(name, t): [] for t in times for name in names}
    for rows in batches(gen, len(given), batch_size):
        clean, fresh = clean_and_fresh(gen, given[rows], seed)
        for asked, t in times.items():
            found = what_blocks_give(gen, under_noise(gen, clean, fresh, t), t, names, kept)
            for name, h in found.items():
                parts[name, asked].append(h.cpu().numpy())
    return {key: np.concatenate(found) for key, found in parts.items()}


def block_names(gen: GeneratorLike) -> list[str]:
    """Names of a denoiser's blocks, from input to output, by which diffusers knows them.

    Parameters
    ----------
    gen : GeneratorLike
        With a network in `.unet`.

    Returns
    -------
    list of str
        "down_blocks.0", ..., "mid_block", "up_blocks.0", ...; of a transformer "transformer_blocks.0", ..., and of FLUX
        then "single_transformer_blocks.0", ...

    Raises
    ------
    ValueError
        If it has no such blocks.

    Examples
    --------
    >>> from unelib import load_generator
    >>> block_names(load_generator("drawn-ddpm"))[2:5]
    ['down_blocks.2', 'mid_block', 'up_blocks.0']
    """
    network, names = getattr(gen, "unet", None), []
    for part in PARTS:
        module = getattr(network, part, None)
        if isinstance(module, torch.nn.ModuleList):
            names += [f"{part}.{i}" for i in range(len(module))]
        elif module is not None:
            names.append(part)
    if not names:
        raise ValueError(f"{gen.name} has no blocks; choose a U-Net or a transformer, such as drawn-ldm or sd15")
    return names


def known_blocks(gen, blocks):
    """Names of modules as a list without repetition; ValueError names the first that the network has not."""
    names, there = list(dict.fromkeys(name_list(blocks, "blocks"))), block_names(gen)
    for name in names:
        try:
            gen.unet.get_submodule(name)
        except AttributeError:
            raise ValueError(f"{gen.name} has no block {name!r}; its blocks are {', '.join(there)}") from None
    return names


def pictures_or_latents(gen, images):
    """Pixels (n, h, w, c) uint8, or latents (n, *latent_shape) float32; errors as those of `invert` and `generate`."""
    images = np.asarray(images)
    return check_pixels(images) if images.dtype == np.uint8 else check_noise(gen, images)


def clean_and_fresh(gen, images, seed):
    """Clean latents of some images and fresh noise of each, two tensors (n, *latent_shape)."""
    clean = gen.to_latent(images) if images.dtype == np.uint8 else torch.from_numpy(images).to(gen.device)
    return clean, torch.from_numpy(own_noise(images, gen.latent_shape, seed)).to(gen.device)


def under_noise(gen, clean, fresh, t):
    """The state at a timestep: sqrt(abar) z0 + sqrt(1 - abar) e, or (1 - t) z0 + t e of a flow."""
    if gen.flow:
        level = t / len(gen.levels)
        return (1 - level) * clean + level * fresh
    abar = float(abar_of(gen.sigma_at(t)))
    return abar**0.5 * clean + (1 - abar) ** 0.5 * fresh


@torch.inference_mode()
def what_blocks_give(gen, x, t, names, kept):
    """{name: (n, ...)} of what `kept` keeps of blocks for states x, such as `over_positions`, in the order of names."""
    found: dict[str, Any] = {}

    def keep(name, output):
        found[name] = kept(gen, name, output)
        if len(found) == len(names):
            raise Reached()

    with ExitStack() as hooks:
        for name in names:
            hooks.enter_context(hooked(gen.unet.get_submodule(name), partial(keep, name)))
        try:
            gen.predict(x, t, gen.condition)
        except Reached:
            return {name: found[name] for name in names}
    lacking = next(name for name in names if name not in found)
    raise RuntimeError(f"{gen.name}: block {lacking!r} was not run")


def over_positions(gen, name, output):
    """Mean (n, d) of maps (n, d, h, w), or of tokens (n, tokens, d), that a block gives."""
    h = given_array(gen, name, output)
    return h.mean((2, 3)) if h.ndim == 4 else h.mean(1)


def given_array(gen, name, output):
    """Maps (n, d, h, w) or tokens (n, tokens, d), float32, that a block gives; the last array where it gives several.

    A down block gives its output and, in a tuple, what skips; a joint block of text and image its image tokens last.
    """
    arrays = [part for part in (output if isinstance(output, tuple) else [output]) if isinstance(part, torch.Tensor)]
    if not arrays or arrays[-1].ndim not in (3, 4):
        raise RuntimeError(f"{gen.name}: {name!r} gives no array of channels and positions; choose a whole block")
    return arrays[-1].float()
