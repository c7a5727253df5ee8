"""Worlds with a known answer: the exact denoiser is the expectation that it says, and keeps calls."""

import numpy as np
import pytest
import torch

from unelib.models.closed_form import ExactFlow, ExactGaussian, ExactMixture


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


def test_a_mixtures_epsilon_is_its_classes_by_how_likely_each_is():
    gen, t = ExactMixture(), 500
    sigma = float(gen.levels[t])
    x = torch.randn(5, *gen.latent_shape, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    z = x * np.sqrt(1 + sigma**2)
    log_p = [-((z - c.mean) ** 2 / (c.variance + sigma**2) + (c.variance + sigma**2).log()) / 2 for c in gen.classes]
    weight = torch.softmax(torch.stack([part.flatten(1).sum(1) for part in log_p]), 0)[..., None, None, None]
    each = torch.stack([gen.told(str(c)).eps(x, t) for c in range(3)])
    torch.testing.assert_close(gen.eps(x, t), (weight * each).sum(0))


def test_a_mixture_of_equal_classes_is_one_of_them():
    gen = ExactMixture(2)
    for part in (gen.mean, gen.variance):
        part[1] = part[0]
    x = torch.ones(2, *gen.latent_shape)
    torch.testing.assert_close(gen.eps(x, 300), gen.told("0").eps(x, 300))


def test_a_mixtures_densities_are_normal():
    gen = ExactMixture()
    z = torch.randn(4, *gen.latent_shape, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    one = torch.distributions.Normal(gen.mean[1], gen.variance[1].sqrt()).log_prob(z).flatten(1).sum(1)
    torch.testing.assert_close(gen.log_p(z)[:, 1], one)


def test_what_a_mixture_does_not_know_is_refused():
    with pytest.raises(ValueError, match="no class '3'; choose 0 to 2"):
        ExactMixture().told("3")
    with pytest.raises(NotImplementedError, match="no closed form; take ExactGaussian"):
        ExactMixture().noise_of(torch.zeros(1, 1, 4, 4))
