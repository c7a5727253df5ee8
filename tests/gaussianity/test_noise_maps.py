"""Diagnostics say nothing of white noise, and the right thing of noise that is not white."""

import numpy as np
import pytest

from unelib.gaussianity.noise_maps import neighbour_correlation, noise_diagnostics, patch_correlation, radial_spectrum


@pytest.fixture
def white():
    return np.random.default_rng(0).standard_normal((200, 4, 16, 16)).astype(np.float32)


def smoothed(noise):
    """The mean of each value and its left neighbour, at unit variance."""
    return (noise + np.roll(noise, 1, -1)) / np.sqrt(2)


def test_white_noise_passes_and_other_noise_does_not(white):
    table = noise_diagnostics(white)
    assert abs(table["mean"].mean()) < 0.01 and abs(table["std"].mean() - 1) < 0.01
    assert abs(table["norm_z"].mean()) < 0.3 and abs(table["norm_z"].std() - 1) < 0.2
    assert abs(table["neighbour"].mean()) < 0.01 and abs(table["kurtosis"].mean()) < 0.05
    assert abs(table["low_power"].mean() - 1) < 0.02
    assert neighbour_correlation(smoothed(white)).mean() == pytest.approx(0.25, abs=0.03)
    assert noise_diagnostics(smoothed(white))["low_power"].mean() > 1.3
    assert noise_diagnostics(2 * white)["norm_z"].min() > 10


def test_the_spectrum_is_flat_for_white_noise_and_keeps_the_energy(white):
    frequencies, power = radial_spectrum(white)
    assert frequencies[0] == 1 / 16 and frequencies[-1] == 0.5
    np.testing.assert_allclose(power.mean(0), 1, atol=0.03)
    low, high = radial_spectrum(smoothed(white))[1].mean(0)[[0, -1]]
    assert low > 1.8 and high < 0.7


def test_patches_of_white_noise_correlate_by_chance_only(white):
    chance = patch_correlation(white)
    assert chance < 4.5 / np.sqrt(200 * 16)
    assert patch_correlation(smoothed(white)) == pytest.approx(0.5, abs=0.06)
    assert patch_correlation(white[..., :4, :4]) < 0.25
    with pytest.raises(ValueError, match="2 squares are too few"):
        patch_correlation(white[:2, :1, :8, :8])
