"""What each layer of an image encoder holds of pictures: its class token, and the mean over its patches."""

from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray

from ..core.checks import at_once
from ..core.loops import told_slices
from ..models.encoders import Encoder
from ..models.loading import checked_images
from ..models.picture_encoder import PictureEncoder
from ..models.pooled_outputs import first_tokens

CLASS, PATCHES = "class token", "mean of patches"


def layer_activations(
    encoder: Encoder | PictureEncoder, pixels: ArrayLike, batch_size: int | Literal["auto"] = 64
) -> dict[tuple[int, str], NDArray[np.float32]]:
    """Hidden states of an encoder's layers: a view for each layer, by its class token and by the mean of its patches.

    Parameters
    ----------
    encoder : Encoder
        Of `load_encoder`, in transformers' format: the layers of others are not known.
    pixels : array-like (n, h, w, 3), uint8
        Images, 0 to 255.
    batch_size : int or "auto"
        Images at once; "auto" is 64. Only tokens and means are kept.

    Returns
    -------
    dict {(layer, token): ndarray (n, d)}, float32
        Layer 0 is what goes into the first layer, the last is what leaves the last one, before any final norm. The
        token is "class token" or "mean of patches"; the mean alone where there is no class token (SigLIP, or a
        convolutional network), and at layer 0, where that has met no picture yet. Register tokens are in neither.

    Raises
    ------
    ValueError
        On pixels of another shape or kind, or without any, on a batch size below 1, and on an encoder that does not
        show its layers.

    Examples
    --------
    >>> from unelib import load_encoder, load_images
    >>> found = layer_activations(load_encoder("drawn-dino"), load_images("drawn-faces", n=2).pixels)
    >>> len(found), found[4, "class token"].shape
    (9, (2, 192))
    """
    tower, images, parts = vision_tower(encoder), checked_images(pixels), []
    for rows in told_slices(len(images), at_once(batch_size, 64)):
        parts.append(layers_of_batch(encoder, tower, images[rows]))
    return {key: np.concatenate([part[key] for part in parts]) for key in parts[0]}


def vision_tower(encoder) -> Any:
    """The network that looks at pictures; ValueError if its layers are not known."""
    if not isinstance(encoder, Encoder):
        raise ValueError(f"encoder {encoder.name!r} does not show its layers; choose one in transformers' format")
    return getattr(encoder.model, "vision_model", encoder.model)


def checked_layers(encoder, tower, pixels):
    """Hidden states of one batch, what goes into the first layer before them; ValueError if there are none."""
    states = tower(**encoder.inputs(pixels), output_hidden_states=True).hidden_states
    if not states:
        raise ValueError(f"encoder {encoder.name!r} does not show its layers; choose another in transformers' format")
    return states


@torch.inference_mode()
def layers_of_batch(encoder, tower, pixels):
    """{(layer, token): (n, d)} of one batch."""
    states = checked_layers(encoder, tower, pixels)
    has_class, first_patch = first_tokens(tower)
    found = {}
    for layer, h in enumerate(states):
        if has_class and layer and h.ndim == 3:
            found[layer, CLASS] = h[:, 0].float().cpu().numpy()
        patches = h[:, first_patch:].float().mean(1) if h.ndim == 3 else h.float().mean((2, 3))
        found[layer, PATCHES] = patches.cpu().numpy()
    return found
