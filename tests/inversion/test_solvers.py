"""Solvers by their own formulas: exact inverses in float64, what each is exact for, and how chains part."""

import numpy as np
import pytest
import torch

from unelib.inversion.choices import PAIRED
from unelib.inversion.ode import Field, to_noise
from unelib.inversion.solvers import EARLY, MIXING, SOLVERS, belm, renoised
from unelib.models.closed_form import ExactGaussian
from unelib.models.noise_schedule import GRIDS, Schedule

NOISE = torch.randn((4, 1, 4, 4), generator=torch.Generator().manual_seed(0), dtype=torch.float64)


def there_and_back(gen, solver, schedule):
    """The largest difference of states that go to the noise and come back, in float64."""
    up, field = list(range(schedule.steps + 1)), Field(gen, schedule, len(NOISE))
    u, before = SOLVERS[solver](field, 0.5 * NOISE, schedule, up)
    again, _ = SOLVERS[solver](field, u, schedule, up[::-1], before)
    return float((again - 0.5 * NOISE).abs().max())


@pytest.mark.parametrize("solver", PAIRED)
@pytest.mark.parametrize("world", ["gaussian", "gaussian_flow"])
@pytest.mark.parametrize("grid", GRIDS)
@pytest.mark.parametrize("steps", [2, 7, 50])
def test_an_exact_solver_comes_back_to_rounding(request, solver, world, grid, steps):
    gen = request.getfixturevalue(world)
    assert there_and_back(gen, solver, gen.schedule(steps, grid)) < 1e-10


@pytest.mark.parametrize("solver", PAIRED)
def test_even_a_denoiser_that_is_nonsense_is_come_back_from(gaussian, solver):
    gaussian.slope = lambda x, t: torch.sin(3 * x + t)
    assert there_and_back(gaussian, solver, gaussian.schedule(12, "karras")) < 1e-10


@pytest.mark.parametrize("solver", ["ddim", "euler", "ab2", "heun"])
def test_others_do_not_come_back(gaussian, solver):
    schedule, up = gaussian.schedule(12, "karras"), list(range(13))
    field = Field(gaussian, schedule, len(NOISE))
    again = SOLVERS[solver](field, SOLVERS[solver](field, NOISE, schedule, up), schedule, up[::-1])
    assert (again - NOISE).abs().max() > 1e-3


def quadratic(levels):
    """A schedule, the field of u = 1 + 2 s - 3 s^2 by its level alone, and u at each level."""
    schedule = Schedule(np.array(levels), np.zeros(len(levels)))
    u = 1 + 2 * schedule.levels - 3 * schedule.levels**2
    field = lambda state, level, told: torch.full_like(state, 2 - 6 * schedule.levels[told])
    return schedule, field, [torch.tensor([[value]]) for value in u]


UNEVEN, EVEN = [0.1, 0.15, 0.4, 0.5, 1.3], [0.1, 0.4, 0.7, 1.0, 1.3]


@pytest.mark.parametrize("way", [1, -1])
def test_belm_is_exact_for_slopes_linear_in_the_level_on_any_grid_and_bdia_on_even_ones_alone(way):
    for levels, exact in ((UNEVEN, {"belm"}), (EVEN, {"belm", "bdia"})):
        schedule, field, u = quadratic(levels)
        path = list(range(5))[::way]
        for solver in ("belm", "bdia"):
            last, before = SOLVERS[solver](field, u[path[0]], schedule, path, u[path[1]])
            error = max(float((last - u[path[-1]]).abs().max()), float((before - u[path[-2]]).abs().max()))
            assert error < 1e-12 if solver in exact else error > 0.05


def test_on_even_steps_belm_is_the_leapfrog(gaussian_flow):
    schedule = gaussian_flow.schedule(9, "uniform")
    one, other = (to_noise(gaussian_flow, NOISE, SOLVERS[solver], schedule)[0] for solver in ("belm", "bdia"))
    torch.testing.assert_close(one, other, rtol=0, atol=1e-12)


def test_belm_multiplies_what_alternates_by_the_square_of_the_steps_ratio():
    schedule, still = Schedule(np.array(UNEVEN), np.zeros(5)), lambda u, level, told: torch.zeros_like(u)
    now, before = belm(still, torch.zeros(1, 1).double(), schedule, list(range(5)), torch.ones(1, 1))
    assert float(now - before) == pytest.approx(-((0.8 / 0.05) ** 2))
    now, before = belm(still, torch.zeros(1, 1).double(), schedule, [4, 3, 2, 1, 0], torch.ones(1, 1))
    assert float(now - before) == pytest.approx(-((0.05 / 0.8) ** 2))


def test_chains_of_edict_draw_together_towards_the_image_and_part_towards_the_noise():
    schedule, still = Schedule(np.array(EVEN), np.zeros(5)), lambda u, level, told: torch.zeros_like(u)
    for path, factor in ((range(5), MIXING**-2), (range(4, -1, -1), MIXING**2)):
        x, y = SOLVERS["edict"](still, torch.ones(1, 1), schedule, list(path), torch.zeros(1, 1))
        assert abs(float(x - y)) == pytest.approx(factor**4)


def edict_error(gen, steps, way):
    """RMS error of EDICT against the analytic map, towards the noise (1) or the image (-1)."""
    schedule, exact = gen.schedule(steps, "log-sigma"), gen.noise_of(NOISE)
    start, end = (NOISE, exact / schedule.scales[-1]) if way > 0 else (exact / schedule.scales[-1], NOISE)
    path = list(range(steps + 1))[::way]
    found = SOLVERS["edict"](Field(gen, schedule, len(NOISE)), start, schedule, path)[0]
    return float((found - end).square().mean().sqrt() / end.square().mean().sqrt())


def test_edict_is_of_first_order_towards_the_image_and_finds_no_noise_in_many_steps(gaussian):
    steps = np.array([40, 80, 160, 320])
    errors = [edict_error(gaussian, n, -1) for n in steps]
    assert abs(-np.polyfit(np.log(steps), np.log(errors), 1)[0] - 1) < 0.1
    assert edict_error(gaussian, 40, 1) < edict_error(gaussian, 20, 1) < 0.1 and edict_error(gaussian, 320, 1) > 100


def test_renoise_asks_as_often_as_published(gaussian):
    steps, schedule = 8, gaussian.schedule(8, "uniform")
    early = int((schedule.timesteps[1:] < EARLY).sum())
    field = Field(gaussian, schedule, len(NOISE))
    SOLVERS["renoise"](field, NOISE, schedule, list(range(steps + 1)))
    assert 0 < early < steps and (field.calls == 6 * early + 10 * (steps - early)).all()


def test_renoise_averages_the_slopes_of_its_iterations():
    slope = lambda u, level, told: 2 * u  # from u = 1 with step 1: 2, 6, 14, 30, ...
    first = [2 * (2**k - 1) for k in range(1, 11)]
    same = lambda eps: eps
    of = lambda early: float(renoised(slope, torch.ones(1, 1).double(), 1.0, 0, 1, early, same))
    assert of(True) == np.mean(first[:5]) and of(False) == np.mean(first[8:])


def test_renoise_undoes_ddim_better_than_ddim_does(gaussian):
    schedule = gaussian.schedule(25, "karras")
    up, field = list(range(26)), Field(gaussian, schedule, len(NOISE))
    latent = SOLVERS["ddim"](field, NOISE / schedule.scales[-1], schedule, up[::-1])
    off = {name: SOLVERS[name](field, latent, schedule, up) * schedule.scales[-1] - NOISE
           for name in ("renoise", "ddim")}  # fmt: skip
    assert 10 * off["renoise"].abs().max() < off["ddim"].abs().max()


def test_regularised_renoise_finds_noise_nearer_to_unit_variance_and_farther_from_the_odes():
    gen = ExactGaussian()
    gen.variance = gen.variance * 0 + 0.3  # pictures whose best denoiser sees too little noise in them
    schedule = gen.schedule(12, "karras")
    flat = 0.1 * NOISE
    found = {name: to_noise(gen, flat, SOLVERS[name], schedule)[0] for name in ("renoise", "renoise-regularised")}
    exact = gen.noise_of(flat)
    off = {name: float((x - exact).norm() / exact.norm()) for name, x in found.items()}
    assert found["renoise"].std() + 0.05 < found["renoise-regularised"].std() < 1.1
    assert 2 * off["renoise"] < off["renoise-regularised"]
