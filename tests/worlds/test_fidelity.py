"""How near pictures are: perfect for equal ones, worse with more noise, relative errors blind to scale."""

import numpy as np
import pytest

from unelib.worlds.fidelity import decibels, psnr, relative_error, ssim, ssim_map

rng = np.random.default_rng(0)
A = rng.integers(60, 196, (3, 24, 24, 3), dtype=np.uint8)


def noisy(size):
    return np.clip(A + np.random.default_rng(1).normal(0, size, A.shape), 0, 255).round().astype(np.uint8)


def test_equal_pictures_are_as_near_as_can_be():
    assert (psnr(A, A) == 99).all() and np.allclose(ssim(A, A), 1)


def test_more_noise_is_further():
    assert (psnr(A, noisy(2)) > psnr(A, noisy(20))).all() and (ssim(A, noisy(2)) > ssim(A, noisy(20))).all()


def test_decibels_are_those_of_the_error():
    assert decibels(255.0**2) == 0 and np.isnan(decibels(np.nan))


def test_a_relative_error_is_blind_to_scale():
    x, y = rng.standard_normal((2, 4, 5))
    np.testing.assert_allclose(relative_error(3 * x, 3 * y), relative_error(x, y))
    np.testing.assert_allclose(relative_error(y, y), 0)


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
