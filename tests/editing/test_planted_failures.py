"""A planted failure is as frequent as it says, lies on one side of a plane, and can be hidden from afar."""

import numpy as np
import pytest
from scipy.stats import norm

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
