"""Worlds with a known answer: the exact denoiser is the expectation that it says, and keeps calls."""

import numpy as np
import pytest
import torch

from unelib.models.closed_form import ExactClasses, ExactFlow, ExactGaussian, ExactMixture


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


def test_a_mixtures_mean_is_what_weighing_many_latents_gives():
    """E[z | u] by importance weights of draws from the prior, at one state."""
    gen, sigma = ExactMixture([1, 2], side=2, seed=1), 0.7
    z, _ = gen.draw(300_000, seed=1)
    u = torch.tensor([[0.6, -0.3, 0.2, 0.5]], dtype=torch.float64)
    weights = torch.softmax(-((u - z.flatten(1)) ** 2).sum(1) / (2 * sigma**2), 0)
    np.testing.assert_allclose(gen.posterior_mean_of(u, sigma)[0], weights @ z.flatten(1), atol=0.01)


def test_one_subspace_is_a_flat_gaussian_and_latents_lie_in_their_subspaces():
    gen, sigma = ExactMixture([3], side=4, variance=2.0), 1.5
    u = torch.randn(5, 16, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    U = torch.from_numpy(gen.subspaces[0])
    assert torch.allclose(gen.posterior_mean_of(u, sigma), 2 / (2 + sigma**2) * u @ U.T @ U)
    gen = ExactMixture([2, 3], side=4)
    for z, k in zip(*gen.draw(8)):
        U = torch.from_numpy(gen.subspaces[k])
        assert torch.allclose(z.flatten() @ U.T @ U, z.flatten())


def test_a_mixture_keeps_the_contract_and_its_settings_know_its_subspaces():
    gen = ExactMixture(seed=0)
    x = torch.zeros(2, *gen.latent_shape)
    assert gen.eps(x, 500.5).shape == x.shape and gen.calls == 1 and gen.to_image(x).shape == (2, 8, 8, 3)
    assert gen.settings != ExactMixture(seed=1).settings and gen.settings == ExactMixture(seed=0).settings


@pytest.mark.parametrize("options, message", [
    ({"ranks": []}, "ranks are"), ({"ranks": [0]}, "from 1 to 64"), ({"ranks": [65]}, "from 1 to 64"),
    ({"side": 0}, "side is 0"), ({"variance": 0.0}, "variance is 0.0"),
])  # fmt: skip
def test_a_mixture_that_cannot_be_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        ExactMixture(**options)


def test_a_labelled_mixtures_epsilon_is_its_classes_by_how_likely_each_is():
    gen, t = ExactClasses(), 500
    sigma = float(gen.levels[t])
    x = torch.randn(5, *gen.latent_shape, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    z = x * np.sqrt(1 + sigma**2)
    log_p = [-((z - c.mean) ** 2 / (c.variance + sigma**2) + (c.variance + sigma**2).log()) / 2 for c in gen.classes]
    weight = torch.softmax(torch.stack([part.flatten(1).sum(1) for part in log_p]), 0)[..., None, None, None]
    each = torch.stack([gen.told(str(c)).eps(x, t) for c in range(3)])
    torch.testing.assert_close(gen.eps(x, t), (weight * each).sum(0))


def test_a_labelled_mixture_of_equal_classes_is_one_of_them():
    gen = ExactClasses(2)
    for part in (gen.mean, gen.variance):
        part[1] = part[0]
    x = torch.ones(2, *gen.latent_shape)
    torch.testing.assert_close(gen.eps(x, 300), gen.told("0").eps(x, 300))


def test_a_labelled_mixtures_densities_are_normal():
    gen = ExactClasses()
    z = torch.randn(4, *gen.latent_shape, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    one = torch.distributions.Normal(gen.mean[1], gen.variance[1].sqrt()).log_prob(z).flatten(1).sum(1)
    torch.testing.assert_close(gen.log_p(z)[:, 1], one)


def test_what_a_mixture_does_not_know_is_refused():
    with pytest.raises(ValueError, match="no class '3'; choose 0 to 2"):
        ExactClasses().told("3")
    with pytest.raises(NotImplementedError, match="no closed form; take ExactGaussian"):
        ExactClasses().noise_of(torch.zeros(1, 1, 4, 4))
