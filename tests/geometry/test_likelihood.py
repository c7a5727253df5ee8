"""Likelihoods are those of worlds whose density is known, and estimates of a network's are right on average."""

import numpy as np
import pytest
import torch
from scipy.stats import norm

from unelib.geometry.likelihood import Visited, divergences, log_likelihood, probes_of, states_along
from unelib.inversion.deterministic import generate_latents
from unelib.inversion.ode import pick_solver
from unelib.models.closed_form import ExactFlow, ExactGaussian
from unelib.models.generators import load_generator


def noises(gen, n=4):
    return np.random.default_rng(0).standard_normal((n, gen.latent_dim)).astype(np.float32)


def known(gen, latents, x):
    """log p (n,) of latents at the lowest level of a Gaussian world, were its noise x exactly N(0, I)."""
    z, low, high = latents.reshape(len(latents), -1).astype(float), gen.levels[0], gen.levels[-1]
    mean, variance = (part.numpy().reshape(1, -1) for part in (gen.mean, gen.variance))
    if gen.flow:
        return norm.logpdf(z, (1 - low) * mean, np.sqrt((1 - low) ** 2 * variance + low**2)).sum(1)
    scale = 1 / np.sqrt(1 + high**2)
    at_the_top = norm.logpdf(x, scale * mean, scale * np.sqrt(variance + high**2))
    return (norm.logpdf(z, mean, np.sqrt(variance + low**2)) + norm.logpdf(x.astype(float)) - at_the_top).sum(1)


@pytest.mark.parametrize("world, grid", [(ExactGaussian, "log-sigma"), (ExactFlow, "uniform")])
def test_a_gaussian_worlds_density_is_found_and_the_better_the_more_steps(world, grid):
    gen = world()
    x, off = noises(gen), []
    for steps in (20, 40, 80, 160):
        found = log_likelihood(gen, x, "exact", steps, "heun", grid)
        wanted = known(gen, generate_latents(gen, x, steps, "heun", grid), x)
        off.append(np.abs(found.log_p - wanted).max())
    assert off[-1] < 0.01 and off[0] > 3 * off[1] > 9 * off[2]
    assert (found.error == 0).all()
    np.testing.assert_allclose(found.log_p, found.of_noise + found.of_volume)
    np.testing.assert_allclose(found.of_noise, norm.logpdf(x.astype(float)).sum(1))


def test_signs_are_exact_where_the_jacobian_is_diagonal():
    gen = ExactGaussian()
    few, all_ = (log_likelihood(gen, noises(gen), k, 20, "ab2", "karras") for k in (3, "exact"))
    np.testing.assert_allclose(few.log_p, all_.log_p, rtol=1e-5)
    assert (few.error < 1e-4).all() and log_likelihood(gen, noises(gen), 1, 5).error.isna().all()


@pytest.fixture(scope="module")
def small(model_folder):
    return load_generator(model_folder("ldm"), "cpu")


def test_the_divergence_is_the_trace_of_the_jacobian(small):
    schedule, x = small.schedule(2, "karras"), noises(small, 2).reshape(2, *small.latent_shape)
    states = states_along(small, x, pick_solver("ab2"), schedule)
    traces = divergences(small, states, schedule, probes_of(small, "exact", 0)).sum(2)
    t, scale = float(schedule.timesteps[1]), float(schedule.scales[1])
    for row in range(2):
        slope = lambda flat: small.slope(flat.reshape(1, *small.latent_shape), t).flatten()
        J = torch.autograd.functional.jacobian(slope, states[1][row].clone().flatten())
        assert traces[row, 1] == pytest.approx(scale * float(J.trace()), rel=1e-3)


def test_estimates_are_right_on_average_and_say_how_far_off_they_are(small):
    x = noises(small, 1)
    exact = log_likelihood(small, x, "exact", 2).log_p[0]
    tries = [log_likelihood(small, x, 8, 2, seed=seed).iloc[0] for seed in range(30)]
    values, errors = np.array([row.log_p for row in tries]), np.array([row.error for row in tries])
    assert abs(values.mean() - exact) < 4 * values.std() / np.sqrt(30)
    assert 0.6 < errors.mean() / values.std() < 1.6


def test_an_image_has_its_likelihood_alone_and_among_others(small):
    x = noises(small, 5)
    together = log_likelihood(small, x, 2, 3, batch_size=2)
    alone = log_likelihood(small, x[3:4].reshape(1, *small.latent_shape), 2, 3)
    np.testing.assert_allclose(together.iloc[3], alone.iloc[0], rtol=1e-4)


def test_states_are_those_on_the_way(small):
    schedule, x = small.schedule(3, "karras"), noises(small, 2).reshape(2, *small.latent_shape)
    states = states_along(small, x, pick_solver("ab2"), schedule)
    assert len(states) == 4 and Visited(small).latent_dim == small.latent_dim
    np.testing.assert_allclose(states[-1], x, atol=1e-5)
    np.testing.assert_allclose(
        states[0] / schedule.scales[0], generate_latents(small, x, 3, "ab2", "karras"), atol=1e-4
    )


def test_errors():
    gen = ExactGaussian()
    for probes in (0, 1.5, "all"):
        with pytest.raises(ValueError, match='choose a whole number from 1, or "exact"'):
            log_likelihood(gen, noises(gen), probes)
    with pytest.raises(ValueError, match="grid 'trailing' begins at a clean image"):
        log_likelihood(gen, noises(gen), 2, 10, grid="trailing")
