"""The ODE of a Gaussian in closed form: against the exact world, there and back, and with few latents."""

import numpy as np
import pytest
import torch

from unelib.inversion import GaussianFlow, generate_latents
from unelib.models.closed_form import ExactFlow, ExactGaussian
from unelib.models.noise_schedule import Schedule

GEN = ExactGaussian()
SCHEDULE = GEN.schedule(50, "karras")


def drawn(n, seed=0):
    z = torch.randn(n, *GEN.latent_shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    return (GEN.mean + GEN.variance.sqrt() * z).numpy()


def test_many_latents_give_the_exact_noise():
    flow, some = GaussianFlow(drawn(200_000), SCHEDULE), drawn(20, seed=1)
    exact = GEN.noise_of(torch.from_numpy(some)).numpy()
    assert np.abs(flow.noise(some) - exact).mean() < 0.01


def test_it_is_what_a_solver_comes_to():
    flow, noise = GaussianFlow(drawn(200_000), SCHEDULE), np.random.default_rng(0).standard_normal((20, 1, 4, 4))
    made = generate_latents(GEN, noise.astype(np.float32), 100, "heun", "karras")
    assert np.abs(flow.latents(noise) - made).mean() < 0.01


@pytest.mark.parametrize("n", [10, 500])
def test_there_and_back(n):
    flow = GaussianFlow(drawn(n), SCHEDULE)
    assert np.allclose(flow.latents(flow.noise(drawn(7, 3))), drawn(7, 3), atol=1e-4)


def test_noise_of_latents_like_those_it_knows_has_unit_variance():
    noise = GaussianFlow(drawn(5000), SCHEDULE).noise(drawn(5000, 2))
    assert abs(noise.std() - 1) < 0.02 and abs(np.corrcoef(noise[:, 0, 0, :2].T)[0, 1]) < 0.05


def test_turning_all_latents_turns_the_noise():
    Q = np.linalg.qr(np.random.default_rng(1).standard_normal((16, 16)))[0]
    X, some = drawn(40).reshape(40, 16), drawn(5, 4).reshape(5, 16)
    turned = GaussianFlow(X @ Q, SCHEDULE).noise(some @ Q)
    assert np.allclose(turned, GaussianFlow(X, SCHEDULE).noise(some) @ Q, atol=1e-4)


def test_flows_and_single_latents_are_refused():
    with pytest.raises(ValueError, match="a flow's schedule has times"):
        GaussianFlow(drawn(5), ExactFlow().schedule(5, "uniform"))
    with pytest.raises(ValueError, match="latents"):
        GaussianFlow(drawn(1), Schedule(np.array([0.1, 1.0]), np.array([0.0, 9.0])))
