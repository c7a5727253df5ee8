"""Partners agree where views are one; the mean row and the scale of either say nothing."""

import numpy as np
import pytest

from unelib.alignment import partner_correlation

rng = np.random.default_rng(0)
X, E = rng.standard_normal((2, 80, 300))


def test_a_view_agrees_with_itself():
    found = partner_correlation(X, X)
    assert found.r == pytest.approx(1) and found.own == 1 and found.chance == 1 / 80


def test_planted_correlation_is_found():
    found = partner_correlation(X, 0.5 * X + np.sqrt(0.75) * E)
    assert abs(found.r - 0.5) < 0.03 and found.low < found.r < found.high and found.own > 0.9


def test_unrelated_views_agree_by_chance():
    found = partner_correlation(X, E)
    assert found.low < 0.01 and found.high > -0.01 and found.own_low < found.chance + 0.02


def test_means_and_scales_do_not_matter():
    moved = partner_correlation(3 * X + 7, E * 0.1 + rng.standard_normal(300))
    assert np.allclose(moved, partner_correlation(X, E))


def test_rows_that_have_one_thing_in_common_do_not_agree():
    common = 10 * rng.standard_normal(300)
    assert abs(partner_correlation(X + common, E + common).r) < 0.05


def test_rotation_of_both_changes_nothing():
    Q = np.linalg.qr(rng.standard_normal((300, 300)))[0]
    assert np.allclose(partner_correlation(X @ Q, (X + E) @ Q), partner_correlation(X, X + E))


def test_other_shapes_are_refused():
    with pytest.raises(ValueError, match=r"X has shape \(80, 300\) and X2 \(80, 200\)"):
        partner_correlation(X, E[:, :200])
