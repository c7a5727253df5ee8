"""Diagnostics say nothing of white noise, and the right thing of noise that is not white."""

import numpy as np
import pytest

from unelib.gaussianity.noise_maps import neighbour_correlation, noise_diagnostics, patch_correlation, radial_spectrum
from unelib.worlds.fidelity import decibels, psnr, relative_error, ssim, ssim_map


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


def test_relative_error_is_of_lengths():
    true = np.array([[3.0, 4.0], [1.0, 0.0]])
    np.testing.assert_allclose(relative_error(true * [[1.1], [1]], true), [0.1, 0])


def test_psnr_of_a_grey_level():
    a = np.zeros((2, 4, 4, 3), np.uint8)
    b = a.copy()
    b[1] += 1
    np.testing.assert_allclose(psnr(a, b), [99, 20 * np.log10(255)])


def test_ssim_is_one_for_equal_pictures_and_falls_with_noise(faces):
    assert ssim(faces, faces) == pytest.approx(1)
    rng = np.random.default_rng(0)
    noisy = [np.clip(faces + rng.normal(0, s, faces.shape), 0, 255).astype(np.uint8) for s in (5, 40)]
    assert 1 > ssim(faces, noisy[0]).mean() > ssim(faces, noisy[1]).mean() > 0
    np.testing.assert_allclose(ssim(faces, noisy[0]), ssim(noisy[0], faces))


def test_decibels_end_at_99_and_keep_what_is_missing():
    np.testing.assert_allclose(decibels(np.array([0, 255**2, 255**2 / 100, np.nan])), [99, 0, 20, np.nan])


NOISY = np.random.default_rng(1).integers(0, 256, (8, 64, 64, 3), np.uint8)


def test_the_map_of_ssim_has_its_mean_and_no_order_of_pictures(faces):
    found = ssim_map(faces, NOISY)
    assert found.shape == faces.shape and (np.abs(found) <= 1).all()
    np.testing.assert_allclose(found.mean((1, 2, 3)), ssim(faces, NOISY))
    np.testing.assert_allclose(found, ssim_map(NOISY, faces))
    np.testing.assert_allclose(ssim_map(faces, faces), 1)
    np.testing.assert_allclose(ssim_map(faces[:, ::-1], NOISY[:, ::-1]), found[:, ::-1])
    np.testing.assert_allclose(ssim_map(faces[[3]], NOISY[[3]]), found[[3]])


def test_a_pixel_is_seen_from_five_pixels_away_and_no_further(faces):
    other = faces.copy()
    other[:, 30, 30] = 255 - other[:, 30, 30]
    rows, columns = np.nonzero((np.abs(ssim_map(faces, other) - 1) > 1e-12).any((0, 3)))
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (25, 35, 25, 35)


def test_pixels_that_do_not_count_make_no_difference(faces):
    where = np.ones((8, 64, 64), bool)
    np.testing.assert_allclose(ssim_map(faces, NOISY, where), ssim_map(faces, NOISY))
    where[:, 20:40, 10:50] = False
    half = np.clip(faces * 0.7, 0, 255).astype(np.uint8)
    found = ssim_map(faces, half, where)[where]
    for a, b in ((np.where(where[..., None], faces, NOISY), half), (faces, np.where(where[..., None], half, 0))):
        np.testing.assert_allclose(ssim_map(a, b, where)[where], found)
    far = np.zeros_like(where)
    far[:, :15], far[:, 45:] = True, True  # further away than a window reaches
    np.testing.assert_allclose(ssim_map(faces, half, where)[far], ssim_map(faces, half)[far])
