"""The jackknife over images that learn: blocks, the standard error of a mean, and coverage where a map is learnt."""

import numpy as np
import pytest

from unelib.alignment.linear_maps import RidgeMap
from unelib.evidence.learning_luck import BLOCKS, dealt_blocks, luck_interval


def test_blocks_hold_whole_persons():
    persons = np.repeat(np.arange(30), 5)
    blocks = dealt_blocks(150, persons)
    assert all(len(set(blocks[persons == p])) == 1 for p in range(30)) and blocks.max() == BLOCKS - 1
    assert np.bincount(dealt_blocks(41)).tolist() == [6] + [5] * 7


def test_jackknife_of_a_mean_is_its_standard_error():
    x = np.random.default_rng(0).standard_normal(200)
    found = luck_interval(np.array([x.mean(), *(np.delete(x, b).mean() for b in range(200))]))
    assert found.high - found.value == pytest.approx(1.972 * x.std(ddof=1) / np.sqrt(200), rel=1e-3)


def test_a_measure_that_does_not_depend_on_images_has_no_width():
    assert luck_interval(np.full(9, 0.5)) == (0.5, 0.5, 0.5)


def learnt_error(X, Y, new, truth):
    """Mean squared error on many new rows of a map that some rows teach."""
    return ((RidgeMap().fit(X, Y).predict(new) - truth) ** 2).mean()


@pytest.mark.slow
def test_the_interval_covers_the_luck_of_images_that_learn():
    """Of what a learnt map misses on average: 95% are promised; of 200 sets of 120 images 88% to 99% are asked."""
    rng, W = np.random.default_rng(5), np.random.default_rng(6).standard_normal((20, 3))
    new = rng.standard_normal((2000, 20))
    blocks, found = dealt_blocks(120), []
    for _ in range(200):
        X = rng.standard_normal((120, 20))
        Y = X @ W + 3 * rng.standard_normal((120, 3))
        masks = [np.full(120, True), *(blocks != b for b in range(BLOCKS))]
        found.append(luck_interval(np.array([learnt_error(X[m], Y[m], new, new @ W) for m in masks])))
    true = np.mean([each.value for each in found])
    assert 0.88 <= np.mean([each.low <= true <= each.high for each in found]) <= 0.99
