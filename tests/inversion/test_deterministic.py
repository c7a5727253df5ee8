"""Inversion against Gaussian worlds, diffusion and flow, where the exact noise of every image is known."""

import numpy as np
import pytest
import torch

from unelib.inversion.choices import PAIRED
from unelib.inversion.deterministic import (  # fmt: skip
    generate,
    invert,
    leak,
    reconstruct,
    to_images,
    to_latents,
)
from unelib.inversion.ode import SETTINGS, fitting, from_noise, peak_memory, to_level, to_noise  # fmt: skip
from unelib.inversion.round_trips import recovery, round_trip  # fmt: skip
from unelib.inversion.solvers import SOLVERS
from unelib.models.noise_schedule import GRIDS
from unelib.worlds.fidelity import psnr

SOLVING = [name for name in SOLVERS if name != "renoise-regularised"]  # those that aim at the ODE's own noise
ORDERS = {"euler": 1, "ddim": 1, "fixed-point": 1, "renoise": 1, "ab2": 2, "heun": 2, "bdia": 2, "belm": 2}
CALLS = {"euler": 1, "ddim": 1, "ab2": 1, "heun": 2, "bdia": 1, "belm": 1, "edict": 2}


@pytest.fixture
def pixels():
    grey = np.random.default_rng(1).integers(30, 226, (6, 4, 4, 1), np.uint8)
    return np.repeat(grey, 3, -1)


def error_of(gaussian, latent, solver, steps, grid="log-sigma"):
    found = to_noise(gaussian, latent, SOLVERS[solver], gaussian.schedule(steps, grid))[0]
    return float((found - gaussian.noise_of(latent)).square().mean().sqrt())


@pytest.mark.parametrize("solver", SOLVING)
def test_noise_is_the_analytic_map(gaussian, pixels, solver):
    tolerance = 2e-3 if ORDERS.get(solver, 1) > 1 else 0.1
    found = invert(gaussian, pixels, steps=50 if solver == "edict" else 100, solver=solver).noise
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
    assert abs(slope - order) < 0.25


@pytest.mark.parametrize("solver, order", ORDERS.items())
def test_order_of_accuracy_in_a_flow(gaussian_flow, pixels, solver, order):
    latent, steps = gaussian_flow.to_latent(pixels).double(), np.array([40, 80, 160, 320])
    errors = [error_of(gaussian_flow, latent, solver, n, "uniform") for n in steps]
    slope = -np.polyfit(np.log(steps), np.log(errors), 1)[0]
    assert abs(slope - order) < 0.3


@pytest.mark.parametrize("grid", GRIDS)
def test_a_flow_is_inverted_on_every_grid_and_comes_back(gaussian_flow, pixels, grid):
    found = invert(gaussian_flow, pixels, steps=200, grid=grid).noise
    assert np.abs(found - gaussian_flow.noise_of(gaussian_flow.to_latent(pixels)).numpy()).mean() < 0.05
    assert psnr(generate(gaussian_flow, found, steps=200, grid=grid), pixels).min() > 40


@pytest.mark.parametrize("solver, calls", CALLS.items())
def test_calls_of_the_model(gaussian, pixels, solver, calls):
    found = invert(gaussian, pixels, steps=7, solver=solver)
    assert gaussian.calls == 7 * calls
    assert (found.diagnostics.calls == 7 * calls).all()


@pytest.mark.parametrize("solver", SOLVING)
def test_round_trip(gaussian, pixels, solver):
    steps = 50 if solver == "edict" else 200  # more drive its chains apart
    back = generate(gaussian, invert(gaussian, pixels, steps, solver).noise, steps, solver)
    assert psnr(back, pixels).min() > (45 if ORDERS.get(solver, 1) > 1 or solver in ("fixed-point", "renoise") else 25)


@pytest.mark.parametrize("grid", ["karras", "trailing"])
def test_fixed_point_undoes_ddim(gaussian, grid):
    noise = torch.randn((4, 1, 4, 4), generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    schedule = gaussian.schedule(50, grid)
    latent = from_noise(gaussian, noise.float(), SOLVERS["ddim"], schedule)
    fixed, plain = (to_noise(gaussian, latent, SOLVERS[s], schedule)[0] for s in ("fixed-point", "ddim"))
    assert (fixed - noise).abs().max() < 5e-3 < (plain - noise).abs().max()


@pytest.mark.parametrize("solver", [name for name in SOLVING if name not in ("ab2", *PAIRED)])
@pytest.mark.parametrize("world", ["gaussian", "gaussian_flow"])
def test_a_way_in_two_pieces_is_the_way_at_once(request, world, solver):
    gen, integrate = request.getfixturevalue(world), SOLVERS[solver]
    noise = torch.randn((3, 1, 4, 4), generator=torch.Generator().manual_seed(0))
    schedule = gen.schedule(12, "karras")
    halfway = to_level(gen, noise, integrate, schedule, 12, 5)
    end = to_level(gen, halfway, integrate, schedule, 5, 0) / schedule.scales[0]
    torch.testing.assert_close(end, from_noise(gen, noise, integrate, schedule))
    torch.testing.assert_close(to_level(gen, noise, integrate, schedule, 5, 5), noise)


@pytest.mark.parametrize("solver", ["ab2", "bdia", "belm"])
def test_solvers_with_a_memory_start_afresh_which_more_steps_make_up_for(gaussian, solver):
    noise, integrate, apart = torch.randn((3, 1, 4, 4), generator=torch.Generator().manual_seed(0)), SOLVERS[solver], []
    for steps in (20, 80):
        schedule = gaussian.schedule(steps, "log-sigma")
        halfway = to_level(gaussian, noise, integrate, schedule, steps, steps // 2)
        end = to_level(gaussian, halfway, integrate, schedule, steps // 2, 0) / schedule.scales[0]
        apart.append(float((end - from_noise(gaussian, noise, integrate, schedule)).abs().max()))
    assert 0 < apart[1] < apart[0] / 4


def test_a_state_between_is_the_analytic_one(gaussian):
    noise = torch.randn((3, 1, 4, 4), generator=torch.Generator().manual_seed(0))
    schedule = gaussian.schedule(200, "karras")
    found, (low, high) = to_level(gaussian, noise, SOLVERS["ab2"], schedule, 200, 90), schedule.levels[[90, 200]]
    growth = torch.sqrt((gaussian.variance + low**2) / (gaussian.variance + high**2))
    u = gaussian.mean + (noise * np.sqrt(1 + high**2) - gaussian.mean) * growth
    torch.testing.assert_close(found.double(), u / np.sqrt(1 + low**2), atol=1e-3, rtol=0)


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


@pytest.mark.parametrize("solver", PAIRED)
def test_an_exact_solver_comes_back_whatever_the_steps(gaussian, pixels, solver):
    found = invert(gaussian, pixels, 6, solver)
    assert psnr(generate(gaussian, found.noise, 6, solver, before=found.before), pixels).min() == 99


def test_other_solvers_take_no_second_state(gaussian):
    with pytest.raises(ValueError, match="solver 'ab2' takes no second state `before`; one of bdia, belm, edict does"):
        generate(gaussian, np.zeros((1, 16)), 6, before=np.zeros((1, 16)))
    assert gaussian.calls == 0


def test_forward_steps_are_noise_of_the_picture_s_own_seed(gaussian, pixels):
    found = invert(gaussian, pixels, 10, forward=3)
    again = invert(gaussian, pixels[::-1], 10, forward=3, batch_size=4)
    np.testing.assert_allclose(found.noise, again.noise[::-1], atol=1e-5)
    assert (found.diagnostics.calls == 7).all()
    assert np.abs(found.noise - invert(gaussian, pixels, 10).noise).max() > 0.001
    with pytest.raises(ValueError, match="forward is 10; choose 0 to 9"):
        invert(gaussian, pixels, 10, forward=10)


@pytest.mark.parametrize("name", SETTINGS)
def test_named_settings(gaussian, pixels, name):
    found = invert(gaussian, pixels, **SETTINGS[name])
    assert (found.diagnostics.calls == SETTINGS[name]["steps"]).all()


def test_the_round_trip_is_measured_in_three_ways(gaussian, pixels):
    coarse, fine = (round_trip(gaussian, pixels, steps=steps) for steps in (5, 60))
    assert fine.psnr.median() > coarse.psnr.median() and fine.ssim.min() > 0.99
    assert fine.latent_error.mean() < coarse.latent_error.mean() / 5


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
    gaussian.slope = lambda x, t: x * torch.inf
    with pytest.raises(ValueError, match="gaussian gave noise that is not finite; use dtype='float32'"):
        invert(gaussian, pixels, 3)


def test_recovery_is_exact_up_to_the_solver(gaussian):
    noise = np.random.default_rng(0).standard_normal((3, 1, 4, 4)).astype(np.float32) * 0.2
    coarse, fine = (recovery(gaussian, noise, steps=steps) for steps in (10, 40))
    assert fine.error.mean() < coarse.error.mean() / 4 and fine.error.mean() < 0.01
    assert fine.correlation.min() > 0.999
    with pytest.raises(ValueError, match="through is 'air'"):
        recovery(gaussian, noise, through="air")


def test_the_leak_holds_the_signal_the_schedule_leaves():
    latents = np.random.default_rng(1).standard_normal((200, 50)).astype(np.float32)
    found = leak(latents, sigma=3.0)
    np.testing.assert_array_equal(leak(latents[100:], sigma=3.0), found[100:])
    assert found.std() == pytest.approx(1, abs=0.02)
    assert np.corrcoef(found.ravel(), latents.ravel())[0, 1] == pytest.approx(0.316, abs=0.03)


def test_images_seed_the_leak_whatever_rounding_does_to_their_latents():
    pixels = np.random.default_rng(0).integers(0, 256, (4, 5, 5, 3), np.uint8)
    latents = np.random.default_rng(1).standard_normal((4, 50)).astype(np.float32)
    found, other = (leak(rows, sigma=3.0, pixels=pixels) for rows in (latents, latents * np.float32(1 + 1e-6)))
    np.testing.assert_allclose(found, other, atol=1e-5)
    assert np.abs(found - leak(latents, sigma=3.0)).max() > 1


def test_what_the_autoencoder_keeps(gaussian):
    pixels = np.random.default_rng(0).integers(0, 256, (5, 4, 4, 1), np.uint8).repeat(3, 3)
    np.testing.assert_array_equal(reconstruct(gaussian, pixels, batch_size=2), pixels)
    np.testing.assert_array_equal(to_latents(gaussian, pixels, batch_size=2), gaussian.to_latent(pixels))


def test_an_automatic_batch_fits_the_device(gaussian, pixels, monkeypatch):
    assert fitting("auto", gaussian) == 4096 and fitting(7, gaussian) == 7
    np.testing.assert_allclose(invert(gaussian, pixels, 5, batch_size="auto").noise, invert(gaussian, pixels, 5).noise)
    gaussian.device = torch.device("cuda")
    monkeypatch.setattr("unelib.inversion.ode.peak_memory", lambda gen, n: 1000 + 50 * n)
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda device: (10_000, 20_000))
    assert fitting("auto", gaussian) == 140


def test_every_solve_takes_an_automatic_batch(gaussian, pixels):
    latents = to_latents(gaussian, pixels, batch_size="auto")
    np.testing.assert_array_equal(latents, to_latents(gaussian, pixels))
    np.testing.assert_array_equal(to_images(gaussian, latents, "auto"), reconstruct(gaussian, pixels, "auto"))
    assert len(round_trip(gaussian, pixels, steps=4, batch_size="auto")) == 6
    assert len(recovery(gaussian, latents, steps=4, batch_size="auto", known=latents)) == 6


def test_the_memory_of_a_batch_is_measured_with_its_pictures(gaussian, monkeypatch):
    held, asked = [], []
    monkeypatch.setattr(torch.cuda, "reset_peak_memory_stats", lambda device: held.clear())
    monkeypatch.setattr(torch.cuda, "max_memory_allocated", lambda device: max(held))
    for name, bytes_each in (("slope", 10), ("to_image", 70), ("to_latent", 30)):
        monkeypatch.setattr(gaussian, name, recording(getattr(gaussian, name), asked, held, bytes_each))
    assert peak_memory(gaussian, 3) == 210 and set(asked) == {"slope", "to_image", "to_latent"}


def recording(method, asked, held, bytes_each):
    """The method, noting its name and what it would hold for its rows."""

    def recorded(x, *rest):
        asked.append(method.__name__)
        held.append(bytes_each * len(x))
        return method(x, *rest)

    return recorded
