"""How near pictures are: perfect for equal ones, worse with more noise, relative errors blind to scale."""

import numpy as np

from unelib.worlds.fidelity import decibels, psnr, relative_error, ssim

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
