"""Calibration: bins of equal count, an error that probabilities which are right have by chance alone."""

import numpy as np
import pytest

from unelib.stats.calibration import bin_starts, calibration_errors, reliability_table

rng = np.random.default_rng(0)
P = rng.random(4000)


def test_bins_hold_as_many_rows_each():
    for n in (10, 35, 99, 1000):
        sizes = np.diff([*bin_starts(n), n])
        assert sizes.max() - sizes.min() <= 1 and sizes.sum() == n


def test_right_probabilities_err_as_chance_does_and_wrong_ones_more():
    truth = rng.random(4000) < P
    error, chance = calibration_errors(P, truth)
    assert error < 2 * chance < calibration_errors(P**2, truth)[0]


def test_a_reliability_table_has_a_row_a_bin():
    assert len(reliability_table(P, rng.random(4000) < P)) == 10


def test_calibration_of_true_probabilities_is_what_chance_shows():
    rng = np.random.default_rng(0)
    p = rng.beta(1, 3, 300)
    errors = np.array([calibration_errors(p, rng.random(300) < p)[0] for _ in range(300)])
    chance = calibration_errors(p, p > 1)[1]
    assert errors.mean() == pytest.approx(chance, rel=0.05) and chance > 0.03
    assert calibration_errors(np.tile(p, 20), np.tile(p, 20) > 1)[1] < 0.4 * chance


def test_calibration_error_of_a_constant_shift_is_that_shift():
    p = np.random.default_rng(0).uniform(0.3, 0.7, 40_000)
    truth = np.random.default_rng(1).random(40_000) < p + 0.2
    assert calibration_errors(p, truth)[0] == pytest.approx(0.2, abs=0.01)


@pytest.mark.parametrize("n, bins", [(7, 1), (19, 1), (25, 2), (100, 10), (2001, 10)])
def test_bins_are_of_equal_count_and_fewer_for_few_rows(n, bins):
    counts = np.diff(bin_starts(n), append=n)
    assert len(counts) == bins and counts.sum() == n and np.ptp(counts) <= 1


def test_a_reliability_tables_gaps_add_up_to_the_calibration_error():
    rng = np.random.default_rng(0)
    p, truth = rng.random(500), rng.random(500) < 0.5
    table = reliability_table(p, truth)
    gap = (table["count"] * (table.predicted - table.observed).abs()).sum() / 500
    assert gap == pytest.approx(calibration_errors(p, truth)[0])


def test_ties_do_not_follow_the_order_of_rows():
    p, truth = np.full(400, 0.5), np.repeat([False, True], 200)
    error, chance = calibration_errors(p, truth)
    assert error < 3 * chance
    assert reliability_table(p, truth, bins=2).observed.between(0.35, 0.65).all()
