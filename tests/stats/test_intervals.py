"""Means have the intervals of their images: what is missing does not count, and an image is drawn whole."""

import numpy as np

from unelib.evidence.verdicts import verdict
from unelib.stats.intervals import mean_interval


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
