"""The posterior mean is that of the closed forms, of diffusion and flow alike, and the least-squares best."""

import numpy as np
import pytest
import torch

from unelib.geometry.denoised import denoised_mean, noise_level
from unelib.models.closed_form import ExactFlow, ExactGaussian
from unelib.models.generators import load_generator


@pytest.mark.parametrize("t", [0, 3, 250.5, 999])
def test_a_level_is_that_of_the_training_table(t):
    gen = ExactGaussian()
    assert noise_level(gen, t) == pytest.approx(float(gen.sigma_at(t)))
    assert noise_level(ExactFlow(), max(t, 2)) == pytest.approx(max(t, 2) / 1000)


@pytest.mark.parametrize("world", [ExactGaussian, ExactFlow])
def test_it_is_the_regression_of_the_latent_on_the_state(world):
    gen, t, rng = world(), 400, np.random.default_rng(0)
    level, n = noise_level(gen, t), 60_000
    z = gen.mean.numpy() + np.sqrt(gen.variance.numpy()) * rng.standard_normal((n, *gen.latent_shape))
    e = rng.standard_normal(z.shape)
    x = (1 - level) * z + level * e if gen.flow else (z + level * e) / np.sqrt(1 + level**2)
    residual = z - denoised_mean(gen, torch.from_numpy(x), t).numpy()
    assert np.abs((residual * x).mean(0)).max() < 0.03 and np.abs(residual.mean(0)).max() < 0.03


@pytest.mark.parametrize("name", ["sd", "sd2", "flow", "ddpm", "sample"])
def test_every_kind_of_generator_has_one_that_leads_the_ode(model_folder, name):
    """The state's own epsilon and mean make up the state again."""
    gen = load_generator(model_folder(name), "cpu", prompt="a hat")
    x, t = torch.randn(2, *gen.latent_shape, generator=torch.Generator().manual_seed(0)), 600
    with torch.inference_mode():
        mean, eps, level = denoised_mean(gen, x, t), gen.eps(x, t), noise_level(gen, t)
    again = (1 - level) * mean + level * eps if gen.flow else (mean + level * eps) / np.sqrt(1 + level**2)
    assert torch.allclose(again, x, atol=1e-4)


def test_a_timestep_outside_is_refused(gaussian):
    with pytest.raises(ValueError, match="timestep 1000 is outside"):
        denoised_mean(gaussian, torch.zeros(1, 1, 4, 4), 1000)
