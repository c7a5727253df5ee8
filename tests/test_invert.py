"""Inversion against a Gaussian world, where the exact noise of every image is known."""

import numpy as np
import pytest
import torch

from unelib.invert import (
    CALLS,
    SOLVERS,
    from_noise,
    generate,
    invert,
    leak,
    neighbour_correlation,
    noise_diagnostics,
    psnr,
    reconstruct,
    recovery_error,
    to_latents,
    to_noise,
)  # fmt: skip
from unelib.schedule import GRIDS

ORDERS = {"euler": 1, "ddim": 1, "fixed-point": 1, "ab2": 2, "heun": 2}


@pytest.fixture
def pixels():
    grey = np.random.default_rng(1).integers(30, 226, (6, 4, 4, 1), np.uint8)
    return np.repeat(grey, 3, -1)


def error_of(gaussian, latent, solver, steps, grid="log-sigma"):
    found = to_noise(gaussian, latent, SOLVERS[solver], gaussian.schedule(steps, grid))
    return float((found - gaussian.noise_of(latent)).square().mean().sqrt())


@pytest.mark.parametrize("solver", SOLVERS)
def test_noise_is_the_analytic_map(gaussian, pixels, solver):
    tolerance = 2e-3 if ORDERS[solver] == 2 else 0.1
    found = invert(gaussian, pixels, steps=100, solver=solver).noise
    exact = gaussian.noise_of(gaussian.to_latent(pixels)).numpy()
    assert found.shape == (6, 1, 4, 4) and found.dtype == np.float32
    assert np.sqrt(np.mean((found - exact) ** 2)) < tolerance


@pytest.mark.parametrize("grid", GRIDS)
def test_every_grid_leads_there(gaussian, pixels, grid):
    found = invert(gaussian, pixels, steps=200, grid=grid).noise
    assert np.abs(found - gaussian.noise_of(gaussian.to_latent(pixels)).numpy()).mean() < 0.05


@pytest.mark.parametrize("solver, order", ORDERS.items())
def test_order_of_accuracy(gaussian, pixels, solver, order):
    latent, steps = gaussian.to_latent(pixels).double(), np.array([40, 80, 160, 320])
    errors = [error_of(gaussian, latent, solver, n) for n in steps]
    slope = -np.polyfit(np.log(steps), np.log(errors), 1)[0]
    assert abs(slope - order) < 0.2


@pytest.mark.parametrize("solver", SOLVERS)
def test_calls_of_the_model(gaussian, pixels, solver):
    invert(gaussian, pixels, steps=7, solver=solver)
    assert gaussian.calls == 7 * CALLS[solver]


@pytest.mark.parametrize("solver", SOLVERS)
def test_round_trip(gaussian, pixels, solver):
    back = generate(gaussian, invert(gaussian, pixels, 200, solver).noise, 200, solver)
    assert psnr(back, pixels).min() > (45 if ORDERS[solver] == 2 or solver == "fixed-point" else 25)


@pytest.mark.parametrize("grid", ["karras", "trailing"])
def test_fixed_point_undoes_ddim(gaussian, grid):
    noise = torch.randn((4, 1, 4, 4), generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    schedule = gaussian.schedule(50, grid)
    latent = from_noise(gaussian, noise.float(), SOLVERS["ddim"], schedule)
    fixed, plain = (to_noise(gaussian, latent, SOLVERS[s], schedule) for s in ("fixed-point", "ddim"))
    assert (fixed - noise).abs().max() < 5e-3 < (plain - noise).abs().max()


@pytest.mark.parametrize("solver", SOLVERS)
def test_batch_size_changes_nothing(gaussian, pixels, solver):
    whole, parts = (invert(gaussian, pixels, 10, solver, batch_size=b) for b in (64, 4))
    np.testing.assert_allclose(whole.noise, parts.noise, atol=1e-5)
    np.testing.assert_allclose(whole.diagnostics, parts.diagnostics, atol=1e-3)
    np.testing.assert_array_equal(generate(gaussian, whole.noise, 10, solver, batch_size=1),
                                  generate(gaussian, whole.noise, 10, solver))  # fmt: skip


def test_flat_noise_is_taken_too(gaussian, pixels):
    noise = invert(gaussian, pixels, 5).noise
    np.testing.assert_array_equal(generate(gaussian, noise.reshape(6, 16), 5), generate(gaussian, noise, 5))


def test_diagnostics_of_white_noise_and_of_what_is_not():
    white = np.random.default_rng(0).standard_normal((200, 4, 16, 16)).astype(np.float32)
    table = noise_diagnostics(white)
    assert abs(table["mean"].mean()) < 0.01 and abs(table["std"].mean() - 1) < 0.01
    assert abs(table["norm_z"].mean()) < 0.3 and abs(table["norm_z"].std() - 1) < 0.2
    assert abs(table["neighbour"].mean()) < 0.01 and abs(table["kurtosis"].mean()) < 0.05
    smooth = (white + np.roll(white, 1, -1)) / np.sqrt(2)
    assert neighbour_correlation(smooth).mean() == pytest.approx(0.25, abs=0.03)
    assert noise_diagnostics(2 * white)["norm_z"].min() > 10


def test_psnr():
    a = np.zeros((2, 4, 4, 3), np.uint8)
    b = a.copy()
    b[1] += 1
    np.testing.assert_allclose(psnr(a, b), [99, 20 * np.log10(255)])


@pytest.mark.parametrize("options, message", [
    ({"solver": "magic"}, "unknown solver 'magic'; choose one of ab2"), ({"grid": "magic"}, "unknown grid 'magic'"),
    ({"steps": 0}, "steps is 0; choose 1 to 999"), ({"steps": 1000}, "steps is 1000"),
    ({"batch_size": 0}, "batch_size is 0"),
])  # fmt: skip
def test_bad_settings(gaussian, pixels, options, message):
    for call, data in ((invert, pixels), (generate, np.zeros((1, 1, 4, 4), np.float32))):
        with pytest.raises(ValueError, match=message):
            call(gaussian, data, **options)
    assert gaussian.calls == 0


@pytest.mark.parametrize("bad, message", [
    (np.zeros((2, 4, 4, 3)), "must be .n, h, w, 3. uint8, not .* float64"), (np.zeros((4, 4, 3), np.uint8), "must be"),
    (np.zeros((1, 4, 4, 2), np.uint8), "must be"), (np.zeros((0, 4, 4, 3), np.uint8), "no images were given"),
])  # fmt: skip
def test_bad_images(gaussian, bad, message):
    with pytest.raises(ValueError, match=message):
        invert(gaussian, bad)


@pytest.mark.parametrize("bad, message", [
    (np.zeros((2, 1, 4, 5)), r"takes noise of shape \(n, 1, 4, 4\), not \(2, 1, 4, 5\)"),
    (np.zeros((2, 15)), "takes noise"),
    (np.full((1, 1, 4, 4), np.nan), "not finite"), (np.zeros((0, 1, 4, 4)), "no noise was given"),
])  # fmt: skip
def test_bad_noise(gaussian, bad, message):
    with pytest.raises(ValueError, match=message):
        generate(gaussian, bad)


def test_noise_that_is_not_finite_is_reported(gaussian, pixels):
    gaussian.eps = lambda x, t: x * torch.inf
    with pytest.raises(ValueError, match="gaussian gave noise that is not finite; use dtype='float32'"):
        invert(gaussian, pixels, 3)


def test_recovery_is_exact_up_to_the_solver(gaussian):
    noise = np.random.default_rng(0).standard_normal((3, 1, 4, 4)).astype(np.float32) * 0.2
    coarse, fine = (recovery_error(gaussian, noise, steps=steps).mean() for steps in (10, 40))
    assert fine < coarse / 4 and fine < 0.01
    with pytest.raises(ValueError, match="through is 'air'"):
        recovery_error(gaussian, noise, through="air")


def test_the_leak_holds_the_signal_the_schedule_leaves():
    latents = np.random.default_rng(1).standard_normal((200, 50)).astype(np.float32)
    found = leak(latents, sigma=3.0)
    assert found.std() == pytest.approx(1, abs=0.02)
    assert np.corrcoef(found.ravel(), latents.ravel())[0, 1] == pytest.approx(0.316, abs=0.03)


def test_what_the_autoencoder_keeps(gaussian):
    pixels = np.random.default_rng(0).integers(0, 256, (5, 4, 4, 1), np.uint8).repeat(3, 3)
    np.testing.assert_array_equal(reconstruct(gaussian, pixels, batch_size=2), pixels)
    np.testing.assert_array_equal(to_latents(gaussian, pixels, batch_size=2), gaussian.to_latent(pixels))
