"""Latents are those of the autoencoder, in the model's scale."""

import numpy as np
import pytest
import torch
from diffusers import DiffusionPipeline

from unelib.models.autoencoder_kinds import kept_finite
from unelib.models.generators import load_generator

from ..helpers.tiny_models import autoencoder


@pytest.fixture
def load(model_folder):
    return lambda name, **options: load_generator(model_folder(name), device="cpu", **options)


def test_autoencoder_that_overflows_stays_in_float32(load):
    gen = load("sdxl", dtype="float16")
    assert gen.vae.config.force_upcast and gen.vae.dtype == torch.float32 and gen.unet.dtype == torch.float16


def test_autoencoders_that_do_not_overflow_stay_in_half_precision(load, faces):
    sana, other = load("sana", dtype="float16"), autoencoder(force_upcast=False).to(torch.float16)
    assert sana.vae.dtype == torch.float32 and sana.unet.dtype == torch.float16
    assert kept_finite(other, torch.float16).dtype == torch.float16 and kept_finite(None, torch.float16) is None
    assert sana.to_latent(faces).dtype == torch.float32


def test_sana_s_latents_have_the_autoencoder_s_scale(load, faces):
    gen = load("sana")
    x = torch.nn.functional.interpolate(torch.from_numpy(faces).permute(0, 3, 1, 2) / 127.5 - 1, size=16, mode="area")
    with torch.no_grad():
        expected = gen.vae.encode(x).latent * 0.5
    torch.testing.assert_close(gen.to_latent(faces), expected, rtol=1e-4, atol=1e-5)
    assert gen.vae_factor == gen.vae.spatial_compression_ratio == 4
    image = gen.vae.decode(expected / 0.5).sample.clamp(-1, 1)
    assert np.abs(gen.to_image(expected) - ((image + 1) * 127.5).round().permute(0, 2, 3, 1).numpy()).max() <= 1


@pytest.mark.parametrize("name", ["sd", "ldm"])
def test_autoencoder_scale_and_shift(load, model_folder, faces, name):
    gen = load(name)
    pipeline = DiffusionPipeline.from_pretrained(model_folder(name))
    vae = getattr(pipeline, "vae", None) or pipeline.vqvae
    x = torch.nn.functional.interpolate(torch.from_numpy(faces).permute(0, 3, 1, 2) / 127.5 - 1, size=16, mode="area")
    with torch.no_grad():
        mean = vae.encode(x).latent_dist.mean
        decoded = vae.decode(mean).sample
    shift = vae.config.shift_factor or 0
    torch.testing.assert_close(gen.to_latent(faces), (mean - shift) * vae.config.scaling_factor, rtol=1e-4, atol=1e-5)
    image = ((decoded.clamp(-1, 1) + 1) * 127.5).round().permute(0, 2, 3, 1).numpy()
    assert np.abs(gen.to_image(gen.to_latent(faces)) - image).max() <= 1
