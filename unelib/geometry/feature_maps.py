"""Maps of features, a vector for each place in a picture: of a denoiser's blocks, an encoder's layers, bare pixels."""

from collections.abc import Sequence
from functools import partial
from math import isqrt
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray

from ..core.checks import at_once
from ..core.loops import told_slices
from ..inversion.ode import batches, check_noise
from ..models.contracts import GeneratorLike
from ..models.encoders import Encoder
from ..models.loading import checked_images
from ..models.picture_encoder import PictureEncoder
from ..models.pooled_outputs import first_tokens
from .denoiser_blocks import given_array, known_blocks, of_noised, what_blocks_give
from .encoder_layers import checked_layers, vision_tower
from .state_walks import check_timestep


def block_maps(
    gen: GeneratorLike,
    images: ArrayLike,
    timesteps: Sequence[float],
    blocks: Sequence[str] | None = None,
    seed: int = 0,
    batch_size: int | Literal["auto"] = 64,
) -> dict[tuple[str, float], NDArray[np.float32]]:
    """Activations of a denoiser's blocks at every position, of noised pictures: the features of DIFT [1]_.

    They are those whose mean over positions `block_activations` gives: the same noise, the same pass of the network.

    Parameters
    ----------
    gen, images, timesteps, blocks, seed, batch_size
        As in `block_activations`. All maps are kept, so ask for a few blocks or timesteps at a time of a large model.

    Returns
    -------
    dict {(block, timestep): ndarray (n, d, h, w)}, float32
        d channels at h x w positions of the block. Tokens of a transformer are laid out as a square.

    Raises
    ------
    ValueError, RuntimeError
        As `block_activations`, and where a transformer's tokens are no square.

    References
    ----------
    .. [1] Tang et al., "Emergent Correspondence from Image Diffusion", 2023.

    Examples
    --------
    >>> from unelib import load_generator, load_images
    >>> gen, pixels = load_generator("drawn-ddpm"), load_images("drawn-faces", n=2, size=32).pixels
    >>> block_maps(gen, pixels, [100], ["up_blocks.1"])["up_blocks.1", 100].shape
    (2, 48, 32, 32)
    """
    return of_noised(gen, images, timesteps, blocks, seed, batch_size, at_places)


def state_maps(
    gen: GeneratorLike,
    states: ArrayLike,
    t: float,
    blocks: Sequence[str],
    batch_size: int | Literal["auto"] = 64,
) -> dict[str, NDArray[np.float32]]:
    """Activations of blocks at every position, of given states at a timestep: such as `states_at` finds by inversion.

    Parameters
    ----------
    gen : GeneratorLike
        As in `block_activations`.
    states : array-like (n, *latent_shape)
        As the model sees them at t. Flat rows, (n, latent_dim), are taken as well.
    t : float
        Their timestep, within the schedule.
    blocks : list of str
        Names of modules of the network.
    batch_size : int or "auto"
        States at once.

    Returns
    -------
    dict {block: ndarray (n, d, h, w)}, float32
        As `block_maps` gives them.

    Raises
    ------
    ValueError, RuntimeError
        As `block_maps`, and on states of another shape or none.

    Examples
    --------
    >>> from unelib import load_generator
    >>> gen = load_generator("drawn-ddpm")
    >>> state_maps(gen, np.zeros((2, *gen.latent_shape)), 500, ["mid_block"])["mid_block"].shape
    (2, 96, 8, 8)
    """
    names, t, states = known_blocks(gen, blocks), check_timestep(gen, t), check_noise(gen, states)
    if not names:
        raise ValueError("no block was asked for; give one at least")
    found = []
    for rows in batches(gen, len(states), batch_size):
        x = torch.from_numpy(states[rows]).to(gen.device)
        found.append({n: h.cpu().numpy() for n, h in what_blocks_give(gen, x, t, names, at_places).items()})
    return {name: np.concatenate([part[name] for part in found]) for name in names}


def at_places(gen, name, output):
    """What a block gives as maps (n, d, h, w) float32."""
    h = given_array(gen, name, output)
    return h if h.ndim == 4 else as_square(h, f"{gen.name}: {name!r}")


def as_square(tokens, what):
    """Tokens (n, k * k, d) as maps (n, d, k, k), row by row; RuntimeError where they are no square number."""
    side = isqrt(tokens.shape[1])
    if side**2 != tokens.shape[1]:
        raise RuntimeError(f"{what} gives {tokens.shape[1]} tokens, which are no square; choose another block or layer")
    return tokens.transpose(1, 2).unflatten(2, (side, side))


@torch.inference_mode()
def layer_maps(
    encoder: Encoder | PictureEncoder,
    pixels: ArrayLike,
    layers: Sequence[int] | None = None,
    batch_size: int | Literal["auto"] = 64,
) -> dict[int, NDArray[np.float32]]:
    """Patch tokens of an encoder's layers, as maps over the picture.

    Parameters
    ----------
    encoder : Encoder
        Of `load_encoder`, in transformers' format, as in `layer_activations`.
    pixels : array-like (n, h, w, 3), uint8
        Pictures, 0 to 255.
    layers : list of int, optional
        1 is the first layer, the last is before any final norm; 0 is what goes into the first. By default 1 to the
        last.
    batch_size : int or "auto"
        Pictures at once; "auto" is 64.

    Returns
    -------
    dict {layer: ndarray (n, d, h, w)}, float32
        Without class and register tokens; of a convolutional network its feature maps.

    Raises
    ------
    ValueError
        As `layer_activations`, and on layers that the encoder has not, or none.
    RuntimeError
        Where the patches are no square.

    Examples
    --------
    >>> from unelib import load_encoder, load_images
    >>> found = layer_maps(load_encoder("drawn-dino"), load_images("drawn-faces", n=2).pixels, [2, 4])
    >>> {layer: rows.shape for layer, rows in found.items()}
    {2: (2, 192, 8, 8), 4: (2, 192, 8, 8)}
    """
    tower, images, parts = vision_tower(encoder), checked_images(pixels), []
    first = first_tokens(tower)[1]
    for rows in told_slices(len(images), at_once(batch_size, 64)):
        states = checked_layers(encoder, tower, images[rows])
        wanted = known_layers(encoder, layers, len(states))
        square = partial(as_square, what=encoder.name)
        maps: list[Any] = [h if h.ndim == 4 else square(h[:, first:]) for h in (states[i].float() for i in wanted)]
        parts.append({layer: h.cpu().numpy() for layer, h in zip(wanted, maps)})
    return {layer: np.concatenate([part[layer] for part in parts]) for layer in parts[0]}


def known_layers(encoder, layers, count):
    """Layers as a list; ValueError on none, and names the first that there is not."""
    wanted = list(range(1, count)) if layers is None else list(dict.fromkeys(layers))
    unknown = [layer for layer in wanted if layer not in range(count)]
    if not wanted or unknown:
        asked = f"layer {unknown[0]!r}" if unknown else "no layer"
        raise ValueError(f"{asked} of {encoder.name!r} was asked for; choose from 0 to {count - 1}")
    return wanted


def patch_maps(pixels: ArrayLike, side: int, every: int = 1) -> NDArray[np.float32]:
    """The square of pixels about each place: features that no network made, the null of those that one did.

    Parameters
    ----------
    pixels : array-like (n, h, w, 3), uint8
        Square pictures.
    side : int
        Of the patch in pixels, odd.
    every : int
        A place each so many pixels; it divides the picture's size.

    Returns
    -------
    ndarray (n, 3 * side ** 2, h / every, w / every), float32
        Colours, -1 to 1. Beyond the picture's edge its last row or column goes on. Of an even `every`, a patch is the
        mean of those about the four pixels in the middle of its place.

    Raises
    ------
    ValueError
        On pixels as `invert`, on an even side or one below 1, and on an `every` that does not divide the picture.

    Examples
    --------
    >>> patch_maps(np.zeros((2, 8, 8, 3), np.uint8), side=3, every=2).shape
    (2, 27, 4, 4)
    """
    images = checked_images(pixels)
    n, height, width = images.shape[:3]
    if side < 1 or side % 2 == 0:
        raise ValueError(f"side is {side!r}; give an odd number of pixels, such as 9")
    if every < 1 or height % every or width % every:
        raise ValueError(f"every is {every!r}, which does not divide pictures of {height} x {width}; give 1, 2 or 4")
    colours = torch.from_numpy(images).permute(0, 3, 1, 2).float() / 127.5 - 1
    wide = torch.nn.functional.pad(colours, [side // 2] * 4, mode="replicate")
    patches = torch.nn.functional.unfold(wide, side).reshape(n, -1, height, width)
    return torch.nn.functional.avg_pool2d(patches, every).numpy()
