"""Autoencoders of every kind behind one call: with a posterior, with code words, or with neither (SANA's)."""

import torch
from diffusers import AutoencoderDC, VQModel


def pixels_a_cell(config):
    """How many pixels a side one latent cell of an autoencoder with this configuration stands for."""
    return 2 ** (len(config.get("encoder_block_out_channels") or config["block_out_channels"]) - 1)


def code_of(autoencoder, x):
    """Latents in the autoencoder's own scale of pictures (n, c, h, w) in -1..1: the mean where there is a posterior."""
    code = autoencoder.encode(x)
    if isinstance(autoencoder, AutoencoderDC):
        return code.latent
    return code.latents if isinstance(autoencoder, VQModel) else code.latent_dist.mean


def kept_finite(autoencoder, dtype):
    """The autoencoder, in float32 if it overflows in half precision: those that say so, as in diffusers, and SANA's."""
    if autoencoder is None or dtype != torch.float16:
        return autoencoder
    if autoencoder.config.get("force_upcast", False) or isinstance(autoencoder, AutoencoderDC):
        autoencoder.to(torch.float32)
    return autoencoder
