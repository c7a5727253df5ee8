"""Areas under curves: blind to monotone maps, the share of pairs in order, intervals that hold them."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm
from sklearn.metrics import average_precision_score, roc_auc_score

from unelib.stats.roc import auc, average_precision, counted_auc, delong_gap, delong_interval, drawn_counts, rank_sum_p

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


def rounded_problem(n=200, a=3, values=8):
    """Scores with many ties and labels that follow them, both (n, a)."""
    rng = np.random.default_rng(5)
    scores = rng.integers(0, values, (n, a)).astype(float)
    return scores, scores + rng.normal(0, 4, (n, a)) > 5


def test_areas_equal_sklearns_where_scores_are_tied():
    scores, truth = rounded_problem()
    known = np.random.default_rng(0).random(truth.shape) < 0.6
    for ours, theirs in ((auc, roc_auc_score), (average_precision, average_precision_score)):
        expected = [theirs(t, s) for s, t in zip(scores.T, truth.T)]
        np.testing.assert_allclose(ours(scores, truth), expected)
        expected = [theirs(t[k], s[k]) for s, t, k in zip(scores.T, truth.T, known.T)]
        np.testing.assert_allclose(ours(scores, truth, known), expected)


def test_delong_interval_covers_the_truth():
    rng, truth, covered = np.random.default_rng(0), norm.cdf(1 / np.sqrt(2)), []
    for _ in range(500):
        low, high = delong_interval(rng.standard_normal(40) + 1, rng.standard_normal(60))
        covered.append(low < truth < high)
    assert 0.92 < np.mean(covered) < 0.98


def test_perfect_separation_still_has_a_lower_end():
    low, high = delong_interval(np.arange(50.0) + 100, np.arange(80.0))
    assert 0.8 < low < 1 and high == 1


def gap_of(seed, shared=0.7, lift=0.0, ones=60, zeros=90):
    """`delong_gap` of two scores that share some of their noise; the first separates the classes by `lift` more."""
    rng = np.random.default_rng(seed)
    truth = np.arange(ones + zeros) < ones
    noise = rng.standard_normal((3, ones + zeros))
    one, other = np.sqrt(shared) * noise[0] + np.sqrt(1 - shared) * noise[1:] + 0.8 * truth
    return delong_gap(one + lift * truth, other, truth)


@pytest.mark.slow
def test_equally_good_probes_are_told_apart_at_the_level():
    found = pd.DataFrame([gap_of(seed) for seed in range(600)])
    assert 0.03 < (found.p < 0.05).mean() < 0.07
    assert ((found.low > 0) | (found.high < 0)).mean() == pytest.approx((found.p < 0.05).mean(), abs=0.01)
    assert abs(found.p.mean() - 0.5) < 0.04


@pytest.mark.slow
def test_gaps_are_covered_and_paired_intervals_are_narrower():
    expected = norm.cdf(1.3 / np.sqrt(2)) - norm.cdf(0.8 / np.sqrt(2))
    found = pd.DataFrame([gap_of(seed, lift=0.5) for seed in range(400)])
    assert 0.92 < ((found.low < expected) & (expected < found.high)).mean() < 0.98
    apart = pd.DataFrame([gap_of(seed, shared=0, lift=0.5) for seed in range(50)])
    assert (found.high - found.low).mean() < 0.8 * (apart.high - apart.low).mean()


def test_perfect_separation_is_not_held_for_certain():
    truth = np.arange(80) < 30
    perfect, other = truth + np.linspace(0, 0.5, 80), truth + np.linspace(0.5, 0, 80)
    both = delong_gap(perfect, other, truth)
    assert both["gap"] == 0 and both["p"] == 1 and -0.2 < both["low"] < 0 < both["high"] < 0.2
    noisy = truth + np.random.default_rng(0).normal(0, 1.5, 80)
    one = delong_gap(perfect, noisy, truth)
    alone = delong_interval(noisy[truth], noisy[~truth])
    assert 0 < one["low"] < one["gap"] < one["high"] and one["high"] - one["low"] > 0.9 * np.ptp(alone)
    turned = delong_gap(perfect, -perfect, truth)
    assert turned["gap"] == turned["high"] == 1 and 0.8 < turned["low"] < 1 and turned["p"] < 1e-6


def test_a_gap_without_variance_has_an_interval():
    truth = np.array([True, True, False, False])
    found = delong_gap(np.array([3.0, 1, 2, 0]), np.array([2.0, 0, 3, 1]), truth)
    assert found["gap"] == 0.5 and found["low"] < 0.5 < found["high"] and 0 < found["p"] < 1


def test_counted_rows_are_rows_repeated():
    scores, truth = rounded_problem(60, 1)
    counts = drawn_counts(np.arange(60), 20, np.random.default_rng(0))
    assert (counts.sum(0) == 60).all()
    rows = [np.repeat(np.arange(60), column.astype(int)) for column in counts.T]
    expected = [auc(scores[r], truth[r])[0] for r in rows]
    np.testing.assert_allclose(counted_auc(scores[:, 0], truth[:, 0], counts), expected)
    assert np.isnan(counted_auc(np.arange(3.0), np.array([True, False, False]), np.array([[0.0], [1], [2]]))).all()
