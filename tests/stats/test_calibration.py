"""Calibration: bins of equal count, an error that probabilities which are right have by chance alone."""

import numpy as np

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
