"""A planted failure is as frequent as it says, lies on one side of a plane, and can be hidden from afar."""

import numpy as np
import pytest
import torch
from scipy.stats import norm

from unelib.editing.failure_search import climb
from unelib.editing.planted_failures import PlantedFailure
from unelib.stats.intervals import wilson


@pytest.mark.parametrize("rate", [0.2, 0.02])
def test_it_has_its_rate(rate):
    planted = PlantedFailure(30, rate, seed=1)
    low, high = wilson((planted(np.random.default_rng(0).standard_normal((8000, 30))) > 0).sum(), 8000)
    assert low < rate < high and planted.threshold == norm.isf(rate)


def test_scores_are_distances_cut_where_they_are_not_seen():
    planted, blind = PlantedFailure(6, 0.01), PlantedFailure(6, 0.01, seen=1.0)
    noise = np.linspace(-4, 4, 9)[:, None] * planted.direction
    np.testing.assert_allclose(planted(noise.reshape(9, 2, 3)), np.linspace(-4, 4, 9) - planted.threshold, atol=1e-9)
    np.testing.assert_allclose(blind(noise), np.maximum(planted(noise), -1))


@pytest.mark.parametrize("options", [{"d": 0}, {"rate": 0}, {"rate": 0.5}, {"seen": 0}])
def test_what_cannot_be_planted_is_refused(options):
    with pytest.raises(ValueError, match=next(iter(options))):
        PlantedFailure(**{"d": 5} | options)


def test_draws_of_the_same_seed_do_not_begin_with_the_direction():
    planted = PlantedFailure(400, 1e-3, seed=3)
    first = np.random.default_rng(3).standard_normal(400)
    assert abs(first @ planted.direction) < 4


def test_scores_of_a_tensor_are_the_same_and_have_a_gradient_where_the_failure_shows():
    planted = PlantedFailure(30, 1e-3, seen=3.0)
    noise = np.random.default_rng(0).standard_normal((20, 30))
    x = torch.from_numpy(noise).requires_grad_()
    scores = planted.of_tensor(x)
    np.testing.assert_allclose(scores.detach(), planted(noise))
    (slope,) = torch.autograd.grad(scores.sum(), x)
    shows = planted(noise) > -3
    assert 0 < shows.sum() < 20 and not slope[~shows].any()
    np.testing.assert_allclose(slope[shows], np.tile(planted.direction, (shows.sum(), 1)))


def test_climbing_finds_it_from_where_it_shows_and_nowhere_else():
    planted = PlantedFailure(1000, 1e-4, seen=3.0)
    start = np.random.default_rng(0).standard_normal((20, 1000))
    found = climb(planted.of_tensor, start)[1] > 0
    on_shell = start / np.linalg.norm(start, axis=1, keepdims=True) * np.sqrt(1000)
    np.testing.assert_array_equal(found, planted(on_shell) > -3)
