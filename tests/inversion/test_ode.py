"""What a noise depends on is told, revisions of the code included, and nothing changes behind a revision."""

import numpy as np
import pytest

from unelib.inversion import decode, encode, generate, invert, noise_settings, round_trip, solved_by
from unelib.inversion.solvers import REVISIONS, SOLVERS
from unelib.models import noise_schedule
from unelib.models.closed_form import ExactGaussian
from unelib.models.generators import load_generator

PIXELS = np.random.default_rng(0).integers(0, 256, (2, 4, 4, 3), dtype=np.uint8)
# One number of the noise that six steps give, by solver and revision, and by grid and revision.
BY_SOLVER = {
    ("ab2", 1): 1.4164, ("heun", 1): 1.2644, ("ddim", 1): 0.6119, ("euler", 1): 1.0492, ("fixed-point", 1): 1.8334,
    ("bdia", 1): 1.2395, ("belm", 1): 1.7512, ("edict", 1): 0.8723, ("renoise", 1): 1.8445,
    ("renoise-regularised", 1): 2.0196,
}  # fmt: skip
BY_GRID = {
    ("karras", 1): 1.4164, ("log-sigma", 1): 1.4978, ("uniform", 1): 1.4024, ("trailing", 1): 1.3807,
    ("leading", 1): 1.0977,
}  # fmt: skip


def number(**how):
    """A weighted sum of the noises of two pictures of a Gaussian world."""
    noise = invert(ExactGaussian(), PIXELS, steps=6, **how).noise
    return float((noise.reshape(2, -1) @ np.linspace(-1, 1, 16)).sum())


@pytest.mark.parametrize("solver", SOLVERS)
def test_a_solver_whose_noise_changes_gets_a_new_revision(solver):
    assert number(solver=solver) == pytest.approx(BY_SOLVER[solver, REVISIONS[solver]], abs=1e-3)


@pytest.mark.parametrize("grid", noise_schedule.GRIDS)
def test_a_grid_whose_levels_change_gets_a_new_revision(grid):
    assert number(grid=grid) == pytest.approx(BY_GRID[grid, noise_schedule.REVISIONS[grid]], abs=1e-3)


def test_settings_are_the_generators_and_the_way():
    gen = load_generator("drawn-ddpm")
    told = noise_settings(gen, 7, "heun", "karras")
    assert gen.settings.items() <= told.items()
    assert {key: told[key] for key in told.keys() - gen.settings.keys()} == {
        "steps": 7, "solver": "heun", "grid": "karras", "solver_revision": 1, "grid_revision": 1
    }  # fmt: skip


def test_an_unknown_way_has_no_settings():
    gen = load_generator("drawn-ddpm")
    with pytest.raises(ValueError, match="unknown solver 'rk9'; choose one of ab2"):
        noise_settings(gen, 7, "rk9", "karras")
    with pytest.raises(ValueError, match="unknown grid 'fine'; choose one of karras"):
        noise_settings(gen, 7, "ab2", "fine")


HOW = {"steps": 7, "solver": "heun", "grid": "log-sigma"}


@pytest.mark.parametrize(
    "call",
    [
        lambda gen, **how: invert(gen, PIXELS, **how).noise,
        lambda gen, **how: generate(gen, np.ones((1, 16)), **how),
        lambda gen, **how: round_trip(gen, PIXELS, **how).to_numpy(),
    ],
)
def test_what_a_call_leaves_out_is_as_the_generator_was_solved_else_the_workbooks(call):
    gen = ExactGaussian()
    np.testing.assert_array_equal(call(gen), call(gen, steps=25, solver="ab2", grid="karras"))
    own = solved_by(gen, **HOW)
    np.testing.assert_array_equal(call(own), call(gen, **HOW))
    np.testing.assert_array_equal(call(own, steps=4), call(gen, **HOW | {"steps": 4}))
    assert noise_settings(own) == noise_settings(gen, **HOW)


def test_stochastic_latents_too_go_the_generators_own_way():
    gen, way = ExactGaussian(), {"steps": 7, "grid": "log-sigma"}
    own = solved_by(gen, **HOW)
    latents = encode(gen, PIXELS, **way)
    np.testing.assert_array_equal(encode(own, PIXELS), latents)
    np.testing.assert_array_equal(decode(own, latents), decode(gen, latents, "log-sigma"))
