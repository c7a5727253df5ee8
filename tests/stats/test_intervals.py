"""Means have the intervals of their images: what is missing does not count, and an image is drawn whole."""

import numpy as np
import pytest
from scipy.stats import norm

from unelib.evidence.verdicts import verdict
from unelib.stats.intervals import (
    fisher_interval,
    gap_interval,
    mean_interval,
    normal_interval,
    normal_mean_interval,
    rate_interval,
    share_interval,
    summed_interval,
    wilson,
)


def test_missing_values_do_not_count():
    assert mean_interval([1.0, np.nan, 1.0]) == (1.0, 1.0, 1.0)
    assert np.isnan(mean_interval([[np.nan, np.nan]])).all() and verdict(np.nan, np.nan, 0) == "cannot tell"


def test_images_that_count_for_several_targets_are_drawn_whole():
    """Intervals of three targets that always agree are those of one, and cover the mean as often as they say."""
    rng = np.random.default_rng(0)
    one = rng.random((200, 40)) < 0.3
    ends = np.array([mean_interval(np.tile(values, (3, 1))) for values in one])
    np.testing.assert_allclose(ends[:, 0], one.mean(1))
    np.testing.assert_array_equal(ends[0], mean_interval(one[0]))
    assert 0.88 < ((ends[:, 1] <= 0.3) & (ends[:, 2] >= 0.3)).mean() < 0.99


def test_a_share_has_wilsons_interval_and_none_of_nothing():
    assert share_interval(3, 4) == (0.75, *wilson(3, 4)) and share_interval(3, 4).ends["low"] == wilson(3, 4)[0]
    assert np.isnan(share_interval(0, 0)).all()


def test_a_rate_is_a_mean_over_images_and_keeps_some_width_at_its_ends():
    asked = np.array([[1.0, 0.0, np.nan], [np.nan, 1.0, 0.0]])
    assert rate_interval(asked) == (0.5, 0, 1) and mean_interval(asked).value == 0.5
    assert rate_interval([1.0, 1.0, np.nan]) == share_interval(2, 2)
    assert rate_interval([0.0, 0.0]) == share_interval(0, 2) and rate_interval([[1.0], [1.0]]) == share_interval(1, 1)
    assert np.isnan(rate_interval([np.nan])).all()


@pytest.mark.parametrize("n, own, other", [(3, 0.9, 0.1), (8, 0.97, 0.03), (12, 0.6, 0.3), (24, 0.5, 0.5)])
def test_gaps_of_shares_are_held_as_often_as_they_say(n, own, other):
    """Three targets an image, alike within it, some of them not asked: as edits are."""
    rng, held = np.random.default_rng(n), []
    for _ in range(300):
        alike = 0.7 * rng.standard_normal((1, n))
        ways = (alike + np.sqrt(0.51) * rng.standard_normal((2, 3, n))) < norm.ppf([own, other])[:, None, None]
        found = gap_interval(*np.where(rng.random((3, n)) < 0.6, ways, np.nan))
        held.append(found.low <= own - other <= found.high or np.isnan(found.value))
    assert np.mean(held) > 0.93


@pytest.mark.parametrize("n", [1, 2, 3, 10, 100])
def test_no_gap_of_few_images_is_without_width(n):
    sure, none = gap_interval(np.ones(n), np.zeros(n)), gap_interval(np.ones(n), np.ones(n))
    assert sure.value == 1 and none.value == 0 and none.low < 0 < none.high
    assert (sure.low > 0) == (n > 3) and sure.low < 1 - 1 / (n + 2)
    assert gap_interval(np.zeros(n), np.ones(n)) == (-1, -sure.high, -sure.low)
    assert np.isnan(gap_interval([np.nan], [1.0])).all()


@pytest.mark.parametrize("n", [3, 5, 10, 40])
def test_means_of_few_images_are_held_nearly_as_often_as_they_say(n):
    draws = np.random.default_rng(n).standard_normal((400, n))
    held = [i.low <= 0 <= i.high for i in map(mean_interval, draws)]
    assert np.mean(held) > 0.91


def test_a_mean_of_one_image_has_no_ends():
    assert mean_interval([3.0, np.nan])[0] == 3 and np.isnan(mean_interval([3.0, np.nan])[1:]).all()


def test_normal_intervals_of_a_mean_hold_it_as_often_as_they_say():
    draws = np.random.default_rng(0).exponential(1.0, (1000, 200))
    found = [normal_mean_interval(row) for row in draws]
    assert 0.92 < np.mean([i.low <= 1 <= i.high for i in found]) < 0.97
    value, low, high = normal_mean_interval([4.0])
    assert value == 4 and np.isnan([low, high]).all()
    assert normal_interval(2, 0) == (2, 2, 2) and np.isnan(normal_mean_interval([])).all()


def test_what_images_add_by_themselves_is_a_mean_and_in_groups_is_wider():
    values = np.random.default_rng(0).standard_normal(60)
    adds = (values - values.mean()) / 60
    expected = normal_interval(values.mean(), values.std(ddof=1) / 60**0.5)
    assert summed_interval(values.mean(), adds) == pytest.approx(expected)
    twice, groups = np.repeat(values, 2), np.repeat(np.arange(60), 2)
    again = summed_interval(twice.mean(), (twice - twice.mean()) / 120, groups)
    assert again == pytest.approx(expected)


def test_fishers_interval_is_its_own_on_the_scale_of_z():
    value, low, high = fisher_interval(0.5, 97)
    np.testing.assert_allclose(np.arctanh([low, high]), np.arctanh(0.5) + np.array([-1.96, 1.96]) / 97**0.5, atol=1e-4)
    wider = fisher_interval(0.5, 97, ranks=True)
    assert wider.low < low < value < high < wider.high and fisher_interval(1.0, 3).high <= 1
