"""Worlds with a known answer: the exact denoiser is the expectation that it says, and keeps calls."""

import numpy as np
import pytest
import torch

from unelib.models.closed_form import ExactFlow, ExactGaussian


@pytest.mark.parametrize("world", [ExactGaussian, ExactFlow])
def test_the_noise_of_the_mean_is_no_further_than_the_means(world):
    gen = world()
    noise = gen.noise_of(gen.mean[None])
    assert noise.shape == (1, *gen.latent_shape) and float(noise.abs().max()) < 0.5


def test_epsilon_is_what_regression_of_the_noise_on_the_state_gives():
    gen, t, rng = ExactGaussian(), 500, torch.Generator().manual_seed(0)
    n, sigma = 40_000, float(gen.levels[500])
    z = gen.mean + gen.variance.sqrt() * torch.randn(n, *gen.latent_shape, generator=rng, dtype=torch.float64)
    e = torch.randn(n, *gen.latent_shape, generator=rng, dtype=torch.float64)
    x = (z + sigma * e) / np.sqrt(1 + sigma**2)
    residual = e - gen.eps(x, t)
    assert float((residual * x).mean(0).abs().max()) < 0.03 and float(residual.mean(0).abs().max()) < 0.03
    assert gen.calls == 1


def test_pictures_of_latents_have_three_equal_channels():
    pixels = ExactGaussian().to_image(torch.zeros(2, 1, 4, 4))
    assert pixels.shape == (2, 4, 4, 3) and (pixels == pixels[..., :1]).all()
