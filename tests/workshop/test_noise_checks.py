"""Likeness, by how much a noise is missed, and the mean noise: right, still to be done, and wrong."""

import numpy as np
import pytest

from unelib.workshop import check_likeness, check_mean_noise, check_missed
from unelib.worlds import psnr

RNG = np.random.default_rng(0)
BEFORE, AFTER = RNG.integers(0, 256, (2, 4, 8, 8, 3), dtype=np.uint8)
AFTER[0] = BEFORE[0] // 2
SQUARED = ((BEFORE.astype(float) - AFTER) ** 2).mean((1, 2, 3))
DB = psnr(BEFORE, AFTER)
LIKENESS = [
    (10 * np.log10(255**2 / ((BEFORE - AFTER) ** 2).mean((1, 2, 3))), "without a sign"),
    (10 * np.log10(1 / SQUARED), "The peak is 255"),
    (10 * np.log10(255 / SQUARED), "not squared"),
    (10 * np.log(255**2 / SQUARED), "natural logarithm"),
    (DB.mean(), "mean over pictures"),
    (10 * np.log10(255**2 / SQUARED.mean()), "one number for all"),
    (SQUARED, "mean squared difference"),
    (-DB, "upside down"),
    (np.log10(255**2 / SQUARED), "*ten* times"),
]
TRUE = RNG.standard_normal((4, 50))
FOUND = TRUE + 0.5 * RNG.standard_normal((4, 50))
SHARE = np.linalg.norm(FOUND - TRUE, axis=1) / np.linalg.norm(TRUE, axis=1)
MISSED = [
    (SHARE**2, "squared"),
    (np.linalg.norm(FOUND - TRUE, axis=1), "Divide it"),
    (np.linalg.norm(FOUND - TRUE, axis=1) / np.linalg.norm(FOUND, axis=1), "*true* noise"),
    (SHARE.mean(), "mean over pictures"),
    (np.linalg.norm(FOUND - TRUE) / np.linalg.norm(TRUE), "row by row"),
    (1 - SHARE, "*missed*"),
    (np.abs(FOUND - TRUE).mean(1), "mean absolute"),
    (np.linalg.norm(FOUND, axis=1) / np.linalg.norm(TRUE, axis=1), "Subtract first"),
]
NOISE = RNG.standard_normal((90, 40)) + 0.3
MEAN, SPREAD = NOISE.mean(0), NOISE.std(0)
MEANS = [
    (MEAN, "That is the mean"),
    (NOISE.sum(0), "the sum"),
    (MEAN / SPREAD / np.sqrt(90), "multiplies the mean"),
    (MEAN / SPREAD * np.sqrt(40), "root of the columns"),
    (MEAN / SPREAD * 90, "*root*"),
    (MEAN / SPREAD, "number of rows"),
    (SPREAD / np.sqrt(90), "That is the standard error"),
    (MEAN / NOISE.std() * np.sqrt(90), "of all numbers"),
    (NOISE.mean(1), "runs over columns"),
    (MEAN * np.sqrt(90), "The spread is missing"),
]


@pytest.mark.parametrize("answer, words", [*LIKENESS, (..., "still")])
def test_likeness(answer, words):
    assert check_likeness(DB, BEFORE, AFTER) and f"{DB.mean():.1f} dB" in check_likeness(DB, BEFORE, AFTER).message
    found = check_likeness(answer, BEFORE, AFTER)
    assert not found and words in found.message
    np.testing.assert_allclose(found.answer, DB)


@pytest.mark.parametrize("answer, words", [*MISSED, (..., "still")])
def test_noise_missed(answer, words):
    assert check_missed(SHARE.astype(np.float32), FOUND, TRUE)
    found = check_missed(answer, FOUND, TRUE)
    assert not found and words in found.message


@pytest.mark.parametrize("answer, words", [*MEANS, (..., "still")])
def test_mean_noise(answer, words):
    assert check_mean_noise(MEAN / (SPREAD / np.sqrt(90)), NOISE)
    found = check_mean_noise(answer, NOISE)
    assert not found and words in found.message
