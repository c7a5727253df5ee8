"""Simulated p-values are exact, critical values say what they say, and Holm's adjustment is his."""

import numpy as np
import pytest
from scipy.stats import norm

from unelib.stats.intervals import NORMAL_95, Interval
from unelib.stats.p_values import (
    draws_needed,
    enough_draws,
    holm,
    p_beyond_draws,
    p_of_interval,
    simulated_p,
    smallest_p,
    verdict_row,
)


def test_p_values_of_the_null_itself_are_uniform():
    draws = np.random.default_rng(0).standard_normal((2000, 40))
    for side in ("high", "low", "both"):
        p = np.array([simulated_p(row[0], row[1:], side) for row in draws])
        for level in (0.05, 0.25):
            assert (p <= level).mean() == pytest.approx(level, abs=4 * np.sqrt(level / 2000))


def test_sides():
    null = np.arange(99.0)
    assert simulated_p(200, null) == 0.01 and simulated_p(200, null, "low") == 1
    assert simulated_p(-1, null, "low") == 0.01 and simulated_p(-1, null, "both") == 0.02
    assert simulated_p(49, null, "both") == 1


def test_a_verdict_has_no_critical_value_on_a_side_that_is_never_extreme():
    high, low = (verdict_row("t", 98.5, np.arange(99.0), 0.05, side) for side in ("high", "low"))
    assert high["null_low"] == -np.inf and low["null_high"] == np.inf
    assert high["rejected"] and not low["rejected"] and high["null_median"] == 49


@pytest.mark.parametrize("side", ["high", "low", "both"])
@pytest.mark.parametrize("draws, level", [(19, 0.05), (18, 0.05), (59, 0.05), (99, 0.1), (200, 0.07), (99, 0.5)])
def test_a_statistic_is_rejected_where_it_is_outside_the_critical_values(side, draws, level):
    rng = np.random.default_rng(draws)
    for _ in range(300):
        null = rng.integers(0, 40, draws) / 40  # with ties
        row = verdict_row("t", rng.integers(-1, 42) / 40, null, level, side)
        assert (row["statistic"] < row["null_low"] or row["statistic"] > row["null_high"]) == row["rejected"]


@pytest.mark.parametrize("side", ["high", "low", "both"])
@pytest.mark.parametrize("level", [0.3, 0.1, 0.07, 0.05, 0.01, 0.001])
def test_the_fewest_draws_that_can_reject(side, level):
    n = draws_needed(level, side)
    assert smallest_p(n, side) <= level < smallest_p(n - 1, side)
    beyond = {"high": 9.0, "low": -9.0, "both": 9.0}[side]
    assert [verdict_row("t", beyond, np.zeros(m), level, side)["rejected"] for m in (n, n - 1)] == [True, False]
    enough_draws(n, level, side)
    with pytest.raises(ValueError, match=f"simulations={n - 1} cannot reject at {level:g}; ask for {n} or more"):
        enough_draws(n - 1, level, side)


def test_holm_by_its_definition():
    p = np.array([0.04, 0.001, 0.03, 0.6])
    assert holm(p).tolist() == pytest.approx([0.09, 0.004, 0.09, 0.6])
    assert holm([0.9, 0.8]).tolist() == [1, 1]
    np.testing.assert_array_equal(holm(p.reshape(2, 2)), holm(p).reshape(2, 2))


def test_holms_correction():
    p = np.random.default_rng(0).random(30) ** 3
    corrected, order = holm(p), np.argsort(p)
    assert (corrected >= p).all() and (corrected <= np.minimum(30 * p, 1)).all()
    assert corrected[order[0]] == pytest.approx(30 * p.min()) and (np.diff(corrected[order]) >= 0).all()
    np.testing.assert_allclose(holm(p[order[::-1]]), corrected[order[::-1]])
    np.testing.assert_allclose(holm([0.2]), [0.2])
    # rejected one by one, each at the level over the number not yet rejected
    rejected = next(k for k in range(30) if p[order[k]] > 0.05 / (30 - k))
    assert (corrected <= 0.05).sum() == rejected > 0


def test_holm_rejects_a_true_null_among_many_at_its_level():
    p = np.random.default_rng(0).random((2000, 10))
    assert np.mean([holm(row).min() < 0.05 for row in p]) == pytest.approx(0.05, abs=0.015)


def test_p_of_an_interval_is_that_of_its_normal_law_and_below_a_twentieth_where_0_is_outside():
    for value in (-3.0, -1.0, 0.5, 2.2):
        found = Interval(value, value - NORMAL_95, value + NORMAL_95)
        assert p_of_interval(found) == pytest.approx(2 * norm.sf(abs(value)), rel=1e-4)
    for low, high in ((0.01, 0.9), (-0.01, 0.9), (-0.9, -0.01), (-0.9, 0.01)):
        p = p_of_interval(Interval((low + high) / 2, low, high))
        assert (p < 0.05) == (low > 0 or high < 0)
    assert p_of_interval(Interval(0.3, 0.3, 0.3)) == 0 and np.isnan(p_of_interval(Interval(0.3, np.nan, 1.0)))
    assert p_of_interval(Interval(0.1, 0.12, 0.2)) < 0.05  # percentiles that leave out their own value


def test_p_beyond_few_draws_is_uniform_where_value_and_draws_have_one_normal_law():
    draws = np.random.default_rng(0).standard_normal((2000, 40))
    p = np.array([p_beyond_draws(row[0], row[1:]) for row in draws])
    for level in (0.01, 0.05, 0.25):
        assert (p <= level).mean() == pytest.approx(level, abs=4 * np.sqrt(level / 2000))
    assert p_beyond_draws(1.0, np.ones(39)) == 1 and p_beyond_draws(2.0, np.ones(39)) == 0
