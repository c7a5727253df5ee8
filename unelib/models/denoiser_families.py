"""Denoisers of every family behind one call: U-Nets, and the transformers of SD3, DiT, PixArt, FLUX and SANA."""

import numpy as np
import torch
from diffusers import (
    DiTTransformer2DModel,
    FluxTransformer2DModel,
    PixArtTransformer2DModel,
    SanaTransformer2DModel,
    SD3Transformer2DModel,
    UNet2DModel,
)
from diffusers.models.attention_processor import Attention, AttnProcessor

from .autoencoder_kinds import pixels_a_cell

TRANSFORMERS = (
    SD3Transformer2DModel,
    DiTTransformer2DModel,
    PixArtTransformer2DModel,
    FluxTransformer2DModel,
    SanaTransformer2DModel,
)


def denoiser_of(pipeline):
    """The network that denoises: a U-Net, or a transformer of `TRANSFORMERS`; None if it is of another kind."""
    transformer = getattr(pipeline, "transformer", None)
    return transformer if isinstance(transformer, TRANSFORMERS) else getattr(pipeline, "unet", None)


def latent_shape_of(config, autoencoder=None):
    """Shape (c, h, w) of what a denoiser diffuses, by its configuration and its autoencoder's.

    FLUX's has no side and takes 2 x 2 cells as one: its latent is the autoencoder's, of an even side.
    """
    if "sample_size" not in config and autoencoder:
        side = autoencoder["sample_size"] // (2 * pixels_a_cell(autoencoder)) * 2
        return config["in_channels"] // 4, side, side
    side = config["sample_size"]
    return config["in_channels"], *((side, side) if isinstance(side, int) else side)


def network_output(network, x, time, told):
    """A denoiser's own output for states x (n, c, h, w) at timesteps (n,), each told what its keywords say."""
    if isinstance(network, FluxTransformer2DModel):
        return flux_output(network, x, time, told)
    text = {key: told[key] for key in ("encoder_hidden_states", "timestep_cond", "class_labels") if key in told}
    extra = {key: value for key, value in told.items() if key not in text}
    if isinstance(network, PixArtTransformer2DModel):
        text["added_cond_kwargs"] = {key: extra.pop(key, None) for key in ("resolution", "aspect_ratio")}
    if isinstance(network, SanaTransformer2DModel):
        time = time * network.config.timestep_scale
    if isinstance(network, TRANSFORMERS):
        return network(x, timestep=time, **text, **extra).sample
    text |= {"added_cond_kwargs": extra} if extra else {}
    return network(x, time, **text).sample


def flux_output(network, x, time, told):
    """`network_output` of FLUX: 2 x 2 cells a token, with their rows and columns; the text has no place."""
    h, w = x.shape[-2] // 2, x.shape[-1] // 2
    places = torch.cartesian_prod(*(torch.arange(side, device=x.device) for side in (1, h, w))).to(x)
    nowhere = x.new_zeros(told["encoder_hidden_states"].shape[1], 3)
    tokens = torch.nn.functional.pixel_unshuffle(x, 2).flatten(2).mT
    out = network(tokens, timestep=time / 1000, img_ids=places, txt_ids=nowhere, **told).sample
    return torch.nn.functional.pixel_shuffle(out.mT.unflatten(2, (h, w)), 2)


def forget(network, seed=0):
    """Give a network fresh weights: a null model."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        network.load_state_dict(type(network).from_config(network.config).state_dict())


def is_small(denoiser):
    """Whether a denoiser is a U-Net of few positions that reads no text."""
    return isinstance(denoiser, UNet2DModel) and np.max(denoiser.config.sample_size) <= 32


def plain_attention(denoiser):
    """The denoiser with attention as plain matrix products: on a CPU and few positions faster than the fused kernel."""
    for module in denoiser.modules():
        if isinstance(module, Attention):
            module.set_processor(AttnProcessor())
    return denoiser
