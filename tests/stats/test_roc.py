"""Areas under curves: blind to monotone maps, the share of pairs in order, intervals that hold them."""

import numpy as np
import pytest

from unelib.stats.roc import auc, average_precision, delong_gap, delong_interval, drawn_counts, rank_sum_p

rng = np.random.default_rng(0)
TRUTH = rng.random((80, 1)) < 0.4
SCORES = rng.standard_normal((80, 1)) + TRUTH
ONES, ZEROS = SCORES[TRUTH], SCORES[~TRUTH]


def test_an_area_is_the_share_of_pairs_in_order_and_no_monotone_map_changes_it():
    pairs = (ONES[:, None] > ZEROS).mean()
    assert auc(SCORES, TRUTH)[0] == pytest.approx(pairs) == auc(np.exp(SCORES), TRUTH)[0]
    assert auc(-SCORES, TRUTH)[0] == pytest.approx(1 - pairs)


def test_average_precision_of_a_perfect_order_is_one():
    assert average_precision(TRUTH.astype(float), TRUTH)[0] == 1


def test_intervals_hold_their_area_and_a_gap_of_nothing_is_nothing():
    low, high = delong_interval(ONES, ZEROS)
    assert low < auc(SCORES, TRUTH)[0] < high
    same = delong_gap(SCORES[:, 0], 2 * SCORES[:, 0], TRUTH[:, 0])
    assert same["gap"] == same["low"] == same["high"] == 0 and same["p"] == 1
    assert rank_sum_p(ONES, ZEROS) < 0.05 < rank_sum_p(ZEROS, ONES)


def test_drawn_counts_take_whole_groups():
    counts = drawn_counts(np.repeat(np.arange(5), 3), 20, np.random.default_rng(0))
    assert (counts.sum(0) == 15).all() and (counts.reshape(5, 3, 20) == counts[::3][:, None]).all()
