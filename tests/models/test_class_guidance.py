"""A generator led to a class: exact where two Gaussians are all there is, and refused where it cannot be."""

import copy

import numpy as np
import pytest
import torch

from unelib.inversion import generate_latents
from unelib.models.class_guidance import ClassGuided, Eigenbasis
from unelib.models.closed_form import ExactGaussian

RNG = np.random.default_rng(0)
MEANS = RNG.normal(0, 1.0, (2, 16))  # of the others, and of the class
SPREAD = RNG.uniform(0.3, 1.2, 16)


class TwoGaussians(ExactGaussian):
    """Half of the latents ~ N(m_0, C), half ~ N(m_1, C); its best denoiser is that of the mixture."""

    def of_class(self, x, sigma, kind):
        u = x.double().flatten(1) * np.sqrt(1 + sigma**2) - torch.from_numpy(MEANS[kind])
        variance = torch.from_numpy(SPREAD**2 + sigma**2)
        return (sigma * u / variance).view(x.shape), -(u**2 / variance).sum(1) / 2

    def eps(self, x, t):
        sigma = float(np.exp(np.interp(t, np.arange(len(self.levels)), np.log(self.levels))))
        (a, p), (b, q) = (self.of_class(x, sigma, kind) for kind in (0, 1))
        r = torch.sigmoid(q - p).view(-1, 1, 1, 1)
        return ((1 - r) * a + r * b).to(x.dtype)


@pytest.fixture(scope="module")
def world():
    labels = np.arange(200_000) % 2
    X = MEANS[labels] + SPREAD * np.random.default_rng(1).standard_normal((200_000, 16))
    return TwoGaussians(), X.reshape(-1, 1, 4, 4), labels


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("t", [5.0, 200.0, 600.0, 999.0])
def test_in_a_world_of_two_gaussians_it_is_the_class_s_best_denoiser(world, sign, t):
    gen, X, labels = world
    x = torch.from_numpy(np.random.default_rng(2).standard_normal((50, 1, 4, 4)))
    sigma = float(np.exp(np.interp(t, np.arange(1000), np.log(gen.levels))))
    exact = gen.of_class(x, sigma, int(sign > 0))[0]
    led = ClassGuided(gen, X, labels, sign).eps(x, t)
    assert (led - exact).norm() < 0.03 * (gen.eps(x, t) - exact).norm() + 0.005 * exact.norm()


def test_its_pictures_are_the_class_s_own(world):
    """Each is what the class's Gaussian alone makes of the noise, in closed form."""
    gen, X, labels = world
    noise = np.random.default_rng(3).standard_normal((200, 1, 4, 4)).astype(np.float32)
    made = generate_latents(ClassGuided(gen, X, labels), noise, 60, "heun", "karras").reshape(-1, 16)
    low, high = gen.levels[0], gen.levels[-1]
    shrinks = np.sqrt((SPREAD**2 + low**2) / (SPREAD**2 + high**2))
    exact = MEANS[1] + (noise.reshape(-1, 16) * np.sqrt(1 + high**2) - MEANS[1]) * shrinks
    assert np.abs(made - exact).mean() < 0.03 < 0.3 < np.abs(made - (exact - MEANS[1] + MEANS[0])).mean()


def test_more_weight_leads_further_along_the_discriminant(world):
    gen, X, labels = world
    noise, across = np.random.default_rng(4).standard_normal((300, 1, 4, 4)), (MEANS[1] - MEANS[0]) / SPREAD**2
    reached = [
        (generate_latents(ClassGuided(gen, X, labels, weight=w), noise, 20).reshape(-1, 16) @ across).mean()
        for w in (1.0, 3.0)
    ]
    assert reached[1] > reached[0] + 0.1


def test_all_else_is_the_generator_s_and_settings_tell_who_leads(world):
    gen, X, labels = world
    led = ClassGuided(gen, X, labels, weight=2.0)
    assert led.latent_shape == gen.latent_shape and led.schedule(5).steps == 5
    assert led.settings | gen.settings == led.settings != ClassGuided(gen, X, labels, -1, 2.0).settings
    x = torch.zeros(1, 1, 4, 4)
    assert torch.equal(copy.copy(led).slope(x, 10.0), led.eps(x, 10.0))


def test_rows_do_not_depend_on_their_batch(world):
    gen, X, labels = world
    led, x = ClassGuided(gen, X, labels), torch.randn(5, 1, 4, 4, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(led.eps(x, 300.0)[2:3], led.eps(x[2:3], 300.0))


def test_unknown_labels_are_left_out(world):
    gen, X, labels = world
    some, x = np.where(np.arange(len(X)) < 1000, labels, -1), torch.ones(1, 1, 4, 4)
    led, same = ClassGuided(gen, X, some), ClassGuided(gen, X[:1000], labels[:1000])
    torch.testing.assert_close(led.eps(x, 300.0), same.eps(x, 300.0))


def test_eigenbasis_divides_by_the_shrunk_covariance():
    rows = np.random.default_rng(5).standard_normal((12, 30))
    rows -= rows.mean(0)
    basis, v = Eigenbasis(rows), np.random.default_rng(6).standard_normal(30)
    C = basis.axes @ np.diag(basis.along - basis.others) @ basis.axes.T + (basis.others + 0.7) * np.eye(30)
    np.testing.assert_allclose(basis.solve(v, 0.7), np.linalg.solve(C, v))


def test_errors(gaussian, gaussian_flow):
    X, y = RNG.standard_normal((10, 1, 4, 4)), np.arange(10) % 2
    with pytest.raises(ValueError, match="is a flow, whose levels are times"):
        ClassGuided(gaussian_flow, X, y)
    with pytest.raises(ValueError, match="sign is 0; choose 1, the class, or -1"):
        ClassGuided(gaussian, X, y, 0)
    with pytest.raises(ValueError, match="latents have 8 values each, gaussian has 16"):
        ClassGuided(gaussian, X[:, :, :2], y)
    with pytest.raises(ValueError, match="weight is 0; it must be a number above 0"):
        ClassGuided(gaussian, X, y, weight=0)
    with pytest.raises(ValueError, match="10"):
        ClassGuided(gaussian, X, y[:9])
    with pytest.raises(ValueError, match="at least two of each"):
        ClassGuided(gaussian, X, np.zeros(10))
    with pytest.raises(ValueError, match=r"labels have shape \(10, 2\); give those of one attribute"):
        ClassGuided(gaussian, X, np.stack([y, 1 - y], 1))
