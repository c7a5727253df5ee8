"""Grids rise from the least noise to the most, and timesteps and levels lead to one another."""

import numpy as np
import pytest
from diffusers import DDIMScheduler

from unelib.inversion.round_trips import recovery
from unelib.models.closed_form import BETAS, ExactGaussian
from unelib.models.noise_schedule import GRIDS, HIGHEST, abar_of, make_schedule, timesteps_of, training_sigmas

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


def test_a_schedule_that_ends_without_signal_is_as_good_as_others():
    """25 calls recover a known Gaussian world's noise as well as of Stable Diffusion's schedule, within a factor."""
    betas = DDIMScheduler(**BETAS, rescale_betas_zero_snr=True).betas

    class ZeroSNR(ExactGaussian):
        levels = None

        def __init__(self):
            super().__init__()
            self.levels = training_sigmas(betas)

        def eps(self, x, t):
            sigma = np.exp(np.interp(t, np.arange(len(self.levels)), np.log(self.levels)))
            return (sigma * (x * np.sqrt(1 + sigma**2) - self.mean) / (self.variance + sigma**2)).to(x.dtype)

    noise = np.random.default_rng(0).standard_normal((40, 1, 4, 4)).astype(np.float32)
    ours, usual = (recovery(gen, noise, steps=25).error.mean() for gen in (ZeroSNR(), ExactGaussian()))
    assert ours < 0.012 and usual < 0.005
    assert training_sigmas(betas)[-1] <= HIGHEST < training_sigmas(betas[:-20])[-1]
