"""Grids rise from the least noise to the most, and timesteps and levels lead to one another."""

import numpy as np
import pytest

from unelib.models.noise_schedule import GRIDS, abar_of, make_schedule, timesteps_of, training_sigmas

TABLE = training_sigmas(np.linspace(0.00085**0.5, 0.012**0.5, 1000) ** 2)


@pytest.mark.parametrize("grid", GRIDS)
@pytest.mark.parametrize("steps", [1, 7, 50])
def test_levels_rise_and_end_at_the_highest_but_for_leading(grid, steps):
    schedule = make_schedule(TABLE, steps, grid)
    assert schedule.steps == steps and (np.diff(schedule.levels) > 0).all()
    assert schedule.levels[0] == pytest.approx(0 if grid in ("trailing", "leading") else TABLE[0])
    assert (schedule.levels[-1] < TABLE[-1]) if grid == "leading" else schedule.levels[-1] == pytest.approx(TABLE[-1])


def test_timesteps_of_the_training_levels_are_their_numbers():
    np.testing.assert_allclose(timesteps_of(TABLE, TABLE), np.arange(1000), atol=1e-6)


def test_signal_and_noise_share_the_variance():
    schedule = make_schedule(TABLE, 9)
    np.testing.assert_allclose(schedule.scales**2 * (1 + schedule.levels**2), 1)
    np.testing.assert_allclose(abar_of(schedule.levels), schedule.scales**2)


def test_errors_list_the_grids_and_the_steps():
    with pytest.raises(ValueError, match="unknown grid 'fine'; choose one of karras"):
        make_schedule(TABLE, 5, "fine")
    with pytest.raises(ValueError, match="steps is 1000; choose 1 to 999"):
        make_schedule(TABLE, 1000)
