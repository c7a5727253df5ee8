"""Latents are those of the autoencoder, in the model's scale."""

import numpy as np
import pytest
import torch
from diffusers import DiffusionPipeline

from unelib.models.generators import load_generator


@pytest.fixture
def load(model_folder):
    return lambda name, **options: load_generator(model_folder(name), device="cpu", **options)


def test_autoencoder_that_overflows_stays_in_float32(load):
    gen = load("sdxl", dtype="float16")
    assert gen.vae.config.force_upcast and gen.vae.dtype == torch.float32 and gen.unet.dtype == torch.float16


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
