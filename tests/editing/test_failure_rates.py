"""Rates of planted failures are what they are, within intervals; importance sampling is narrower; nothing is foretold
by what says nothing."""

import numpy as np
import pandas as pd
import pytest

from unelib.editing.failure_rates import density_ratio, failure_centre, failure_rate, foretold, importance_rate
from unelib.editing.failure_search import search_failures
from unelib.editing.planted_failures import PlantedFailure
from unelib.stats.intervals import wilson


def centre_of(planted, d, seed):
    found = search_failures(planted, d, budget=2000, lines=10, seed=seed)
    return failure_centre(planted, found.noise, seed=seed)


def test_the_whole_way_gives_a_rate_that_plain_draws_cannot():
    d, rate = 64, 1e-4
    planted = PlantedFailure(d, rate, seed=2)
    sampled = importance_rate(planted, centre_of(planted, d, 0), n=1500, seed=1)
    plain = failure_rate(planted, d, n=1500, seed=1)
    assert sampled.rate.low < rate < sampled.rate.high and plain.rate.low <= rate <= plain.rate.high
    assert sampled.rate.high - sampled.rate.low < (plain.rate.high - plain.rate.low) / 8
    assert sampled.failures > 100 and sampled.calls == 1500 and sampled.failed.sum() == sampled.failures


@pytest.mark.parametrize("along, off", [(0.0, 0.0), (0.5, 0.5), (1.0, 0.0), (1.0, 1.5), (1.0, 2.0)])
def test_intervals_hold_the_truth_as_often_as_they_say_about_good_centres_and_bad_ones(along, off):
    d, rate = 8, 1e-3
    planted = PlantedFailure(d, rate, seed=0)
    beside = np.linalg.svd(planted.direction[None])[2][1]
    centre = along * planted.threshold * planted.direction + off * beside
    found = [importance_rate(planted, centre, n=600, seed=s) for s in range(150)]
    assert np.mean([one.rate.low <= rate <= one.rate.high for one in found]) >= 0.93
    if along == 1:
        assert np.mean([one.rate.value for one in found]) == pytest.approx(rate, rel=0.2)


def test_common_failures_have_the_intervals_of_plain_draws():
    planted = PlantedFailure(8, 0.3)
    plain, none = failure_rate(planted, 8, 600, seed=3), importance_rate(planted, np.zeros(8), 600, seed=3)
    assert none.rate.ends == pytest.approx(wilson_of(none)) and none.effective == pytest.approx(none.failures)
    near = importance_rate(planted, 1e-9 * planted.direction, 600, seed=3)
    np.testing.assert_allclose(near.rate, none.rate, atol=0.006)
    assert plain.effective == plain.failures


def wilson_of(found):
    low, high = wilson(found.failures, found.calls)
    return {"low": low, "high": high}


def test_effective_failures_are_fewer_the_worse_the_centre_is():
    planted = PlantedFailure(8, 1e-3)
    beside = np.linalg.svd(planted.direction[None])[2][1]
    centres = [planted.threshold * planted.direction + off * beside for off in (0.0, 1.5, 3.0)]
    told = [importance_rate(planted, centre, 2000) for centre in centres]
    assert all(1 <= one.effective <= one.failures for one in told)
    assert told[0].effective > 2 * told[1].effective > 4 * told[2].effective


def test_a_centre_lies_where_failures_lie_and_forgets_the_rest():
    d, planted = 64, PlantedFailure(64, 1e-3, seed=5)
    centre = centre_of(planted, d, 3)
    assert centre @ planted.direction / np.linalg.norm(centre) > 0.7
    assert 0.5 * planted.threshold < centre @ planted.direction < 1.3 * planted.threshold


def test_weights_are_the_ratio_of_densities_and_bounded():
    x, c = np.random.default_rng(0).standard_normal((40, 3)), np.array([1.0, 2.0, -40.0])
    log = lambda x, m: -((x - m) ** 2).sum(1) / 2
    wanted = 1 / (0.3 + 0.35 * (np.exp(log(x, c / 2) - log(x, 0)) + np.exp(log(x, c) - log(x, 0))))
    np.testing.assert_allclose(density_ratio(x, c, 0.3), wanted)
    assert density_ratio(x, c, 0.3).max() <= 1 / 0.3 and (density_ratio(x, 0 * c, 0.3) == 1).all()


def test_without_a_failure_the_upper_end_is_that_of_the_plain_draws():
    found = importance_rate(lambda x: -np.ones(len(x)), np.ones(4), n=500, defence=0.2)
    assert (
        found.rate.value == found.rate.low == 0
        and 0.03 < found.rate.high < 0.05
        and found.failures == found.effective == 0
    )


def test_a_sign_that_tells_is_told_from_one_that_does_not():
    planted = PlantedFailure(40, 0.05)
    found = failure_rate(planted, 40, n=1500)
    signs = {"projection": found.noise @ planted.direction, "norm": np.linalg.norm(found.noise, axis=1)}
    told = foretold(found.failed, pd.DataFrame(signs))
    assert told.auc["projection"] == 1 and told.low["norm"] < 0.6 and told.high["norm"] > 0.5
    turned = foretold(found.failed, -pd.DataFrame(signs))
    np.testing.assert_allclose(turned.auc, 1 - told.auc)


@pytest.mark.parametrize("call, message", [
    (lambda s: failure_rate(s, 0), "d is 0"), (lambda s: failure_rate(s, 5, 0), "n is 0"),
    (lambda s: importance_rate(s, np.ones(5), 1), "n is 1"), 
    (lambda s: importance_rate(s, [np.nan]), "centre holds nan"),
    (lambda s: importance_rate(s, np.ones(5), 10, 1.0), "defence is 1"),
    (lambda s: importance_rate(s, np.ones(5), 10, 0), "defence is 0"),
    (lambda s: failure_centre(s, np.ones((1, 5))), "at least 2 rows"),
    (lambda s: failure_centre(s, -np.ones((2, 5))), "noise 0 of those found does not fail"),
    (lambda s: failure_centre(s, np.ones((2, 5)), 1), "moves is 1"),
    (lambda s: failure_centre(s, np.ones((2, 5)), angle=2), "angle is 2"),
    (lambda s: foretold([True, False, False], pd.DataFrame({"a": [1.0, 2, 3]})), "1 of 3 noises failed"),
    (lambda s: foretold([True, False], pd.DataFrame({"a": [1.0, 2, 3]})), "a mask of 3 values"),
])  # fmt: skip
def test_bad_input_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call(lambda x: x[:, 0])
