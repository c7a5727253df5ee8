"""Directions chosen on one half mislead there and are fair on the other, where they find what is not Gaussian."""

import numpy as np
import pytest

from unelib.gaussianity.alternatives import bimodal
from unelib.gaussianity.projection_pursuit import projected_halves, pursuit


@pytest.mark.slow
@pytest.mark.parametrize("n, d", [(120, 300), (300, 20)])
def test_the_held_out_half_is_fair_where_the_choosing_half_is_not(n, d):
    rng, scale = np.random.default_rng(d), np.geomspace(1, 20, d)
    tables = [pursuit(rng.standard_normal((n, d)) * scale, 6, 3, seed=i) for i in range(150)]
    found = np.array([[t.p_chosen.min(), t.p_adjusted.min(), t.p.mean()] for t in tables])
    assert (found[:, 0] <= 0.05).mean() > 0.5
    assert (found[:, 1] <= 0.05).mean() < 0.05 + 4 * np.sqrt(0.05 * 0.95 / 150)
    assert found[:, 2].mean() == pytest.approx(0.5, abs=0.05)


def test_two_clusters_and_a_skewed_component_are_found():
    X = bimodal(600, 200, 4.0)
    assert pursuit(X).p_adjusted[0] < 1e-6
    held_out = projected_halves(X)[1][:, 0]
    assert np.abs(held_out).mean() / held_out.std() > 0.9  # two points have 1, a normal sample 0.8
    X = np.random.default_rng(0).standard_normal((600, 8))
    X[:, 3] = np.exp(X[:, 3])
    assert pursuit(X, 8).p_adjusted.min() < 1e-6


def test_halves_share_no_row_and_the_seed_decides():
    X = np.random.default_rng(1).standard_normal((101, 7))
    chosen, held_out = projected_halves(X, 5, 2)
    assert chosen.shape == (51, 2) and held_out.shape == (50, 2)
    np.testing.assert_allclose(chosen.std(0), 1, atol=0.02)
    np.testing.assert_array_equal(projected_halves(X, 5, 2)[1], held_out)
    assert not np.array_equal(projected_halves(X, 5, 2, seed=1)[1], held_out)


def test_scale_does_not_matter():
    X = bimodal(200, 12, 3.0)
    assert pursuit(X).equals(pursuit(1024 * X))  # a power of two, since rounding may lead the search elsewhere


def test_it_says_nothing_when_it_has_not_settled(recwarn):
    assert len(pursuit(np.random.default_rng(2).standard_normal((90, 25)), 20, 20)) == 20
    assert not recwarn.list


@pytest.mark.parametrize(
    "rows, options, message",
    [
        (59, {}, "X has 59 rows; components=10 need at least 60"),
        (80, {"directions": 11}, "directions=11; ask for 1 to 10"),
        (80, {"components": 13}, "components=13; ask for 1 to 12"),
    ],
)
def test_errors(rows, options, message):
    with pytest.raises(ValueError, match=message):
        pursuit(np.random.default_rng(0).standard_normal((rows, 12)), **options)


@pytest.mark.parametrize("components, tested", [(1, 1), (3, 3), (8, 5)])
def test_five_directions_are_tested_or_as_many_as_there_are_components(components, tested):
    assert len(pursuit(np.random.default_rng(3).standard_normal((90, 12)), components)) == tested
