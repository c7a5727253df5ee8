"""A step and a random one, what changed, a direction less another: right, still to be done, and wrong."""

import numpy as np
import pytest

from unelib.workshop import check_beside, check_gained, check_random_step, check_step, check_without

RNG = np.random.default_rng(0)
D = 1000
NOISE, UNSEEN = RNG.standard_normal((5, D)), 0.8 * RNG.standard_normal((90, D))
WAY = 0.1 * RNG.standard_normal(D)
UNIT = WAY / np.linalg.norm(WAY)
SIGMA = np.std(UNSEEN @ UNIT)
STEP = 6 * SIGMA * UNIT
STEPS = [
    (STEP, "the step alone"),
    (NOISE - STEP, "the other way"),
    (NOISE + 6 * UNIT, "standard deviation is missing"),
    (NOISE + 6 * WAY, "Not a unit vector"),
    (NOISE + 6 * SIGMA * WAY, "unit vector twice"),
    (NOISE + 6 * np.std(UNSEEN @ WAY) * UNIT, "unit vector twice"),
    (NOISE + SIGMA * UNIT, "strength is missing"),
    (NOISE + 6 * UNSEEN.std() * UNIT, "spread of all numbers"),
    (NOISE * (1 + STEP), "A step is added"),
]
LENGTH = np.linalg.norm(STEP)


def as_long(v):
    return v / np.linalg.norm(v, axis=-1, keepdims=True) * LENGTH


ALL_STEPS = np.tile(STEP, (5, 1))
ANYWHERE = RNG.standard_normal((5, D))
RANDOM = [
    (ANYWHERE, "Their lengths"),
    (np.tile(UNIT, (5, 1)), "along the step"),
    (-ALL_STEPS, "along the step"),
    (as_long(RNG.random((5, D))), "not spread around 0"),
    (np.zeros((5, D)), "0 everywhere"),
    (np.tile(as_long(ANYWHERE[0]), (5, 1)), "the same way"),
    (ANYWHERE / np.linalg.norm(ANYWHERE) * LENGTH, "all rows together"),
    (as_long(ANYWHERE[0]), "one direction for all"),
    (ANYWHERE[:3], "shape"),
]
BEFORE = np.array([[0, 1, 0], [0, 0, 1], [1, 1, 0], [0, 1, 1], [0, 0, 0]], bool)
AFTER = np.array([[1, 0, 0], [1, 1, 0], [1, 1, 1], [0, 0, 1], [1, 0, 0]], bool)
GAINED = [
    (0.8, "had it before"),
    (0.6, "divided by all"),
    (1.0, "Ask the others"),
    (3, "how many"),
    (0.25, "still lacks"),
    (75, "per cent"),
]
CHANGED = BEFORE != AFTER
BESIDE = [
    (CHANGED.sum(1).mean(), "target is counted"),
    (CHANGED[:, 1:].mean(), "That is a share"),
    (CHANGED[:, 1:].sum(), "sum over all"),
    ((AFTER & ~BEFORE)[:, 1:].sum(1).mean(), "gains alone"),
    ((AFTER[:, 1:].astype(int) - BEFORE[:, 1:]).sum(1).mean(), "cancel"),
    (CHANGED[:, 1:].sum(1), "in each face"),
]
ONE, OTHER = RNG.standard_normal((2, D)) + 0.5
U = OTHER / np.linalg.norm(OTHER)
LEFT = ONE - (ONE @ U) * U
WITHOUT = [
    (ONE, "Nothing was taken out"),
    (ONE - (ONE @ OTHER) * OTHER, "not a unit vector"),
    (ONE - (ONE @ U) * OTHER, "second time too"),
    (ONE - OTHER, "whole other"),
    ((ONE @ U) * U, "Subtract it"),
    (ONE + (ONE @ U) * U, "added"),
    (ONE - ONE @ U, "subtracts a number"),
    (LEFT / np.linalg.norm(LEFT), "times as large"),
]


@pytest.mark.parametrize("answer, words", [*STEPS, (..., "still")])
def test_step(answer, words):
    assert check_step((NOISE + STEP).astype(np.float32), NOISE, WAY, UNSEEN, 6)
    found = check_step(answer, NOISE, WAY, UNSEEN, 6)
    assert not found and words in found.message
    np.testing.assert_allclose(found.answer, NOISE + STEP)


@pytest.mark.parametrize("answer, words", [*RANDOM, (..., "still")])
def test_random_step(answer, words):
    found = check_random_step(answer, ALL_STEPS)
    assert not found and words in found.message
    np.testing.assert_allclose(np.linalg.norm(found.answer, axis=1), LENGTH)


@pytest.mark.parametrize("seed", range(20))
def test_random_steps_of_any_seed_are_right_and_shuffled_ones_too(seed):
    rng = np.random.default_rng(seed)
    assert check_random_step(as_long(rng.standard_normal((5, D))), ALL_STEPS)
    assert check_random_step(rng.permuted(ALL_STEPS, axis=1), ALL_STEPS)


@pytest.mark.parametrize("answer, words", [*GAINED, (..., "still")])
def test_gained(answer, words):
    assert check_gained(0.75, BEFORE[:, 0], AFTER[:, 0]) and check_gained(np.float32(0.75), BEFORE[:, 0], AFTER[:, 0])
    found = check_gained(answer, BEFORE[:, 0], AFTER[:, 0])
    assert not found and words in found.message


@pytest.mark.parametrize("answer, words", [*BESIDE, (..., "still")])
def test_what_else_changed(answer, words):
    assert check_beside(CHANGED[:, 1:].sum(1).mean(), BEFORE, AFTER, 0)
    found = check_beside(answer, BEFORE, AFTER, 0)
    assert not found and words in found.message


@pytest.mark.parametrize("answer, words", [*WITHOUT, (..., "still")])
def test_another_direction_taken_out(answer, words):
    assert check_without(LEFT, ONE, OTHER) and abs(check_without(LEFT, ONE, OTHER).answer @ OTHER) < 1e-9
    found = check_without(answer, ONE, OTHER)
    assert not found and words in found.message
