"""Matching of points: planted moves are found exactly, what is said of places is scored, pairs stay together."""

import numpy as np
import pytest

from unelib.geometry.part_matching import hits, match_errors, match_points, match_scores, place_errors
from unelib.stats.intervals import rate_interval

SIZE = 8


def planted(n=4, d=5, seed=0):
    """Maps (n, d, 8, 8) with a random feature at each place."""
    return np.random.default_rng(seed).standard_normal((n, d, SIZE, SIZE)).astype(np.float32)


@pytest.fixture
def points():
    return np.random.default_rng(1).integers(1, SIZE - 2, (4, 3, 2)).astype(float)


@pytest.mark.parametrize("shift", [(1, 0), (-1, 1), (0, -1)])
def test_a_shift_is_found_exactly(points, shift):
    source = planted()
    target = np.roll(source, shift[::-1], (2, 3))
    np.testing.assert_array_equal(match_points(source, target, points, SIZE), points + shift)


def test_a_position_code_gives_the_same_position_whatever_else_is_in_the_pictures(points):
    code = np.broadcast_to(np.eye(SIZE**2).reshape(1, -1, SIZE, SIZE), (4, SIZE**2, SIZE, SIZE))
    np.testing.assert_array_equal(match_points(code, code, points, SIZE), points)


def test_lengths_of_features_and_turns_of_all_channels_change_nothing(points):
    source, target = planted(), planted(seed=2)
    found = match_points(source, target, points, SIZE)
    turn = np.linalg.qr(np.random.default_rng(3).standard_normal((5, 5)))[0]
    turned = (np.einsum("ij,njhw->nihw", turn, maps) for maps in (source, target))
    np.testing.assert_array_equal(match_points(*turned, points, SIZE), found)
    np.testing.assert_array_equal(match_points(7 * source, 0.1 * target, points, SIZE), found)


def test_coarse_maps_are_upsampled_about_the_middles_of_their_places():
    """The middle of cell (r, c) of a 4 x 4 map is at 2 c + 0.5, 2 r + 0.5 of 8 x 8 pixels."""
    source = np.eye(16, dtype=np.float32).reshape(1, 16, 4, 4)
    found = match_points(source, source, [[[2.5, 4.5]]], SIZE)[0, 0]
    assert np.abs(found - [2.5, 4.5]).max() == 0.5


def test_pairs_do_not_depend_on_one_another_or_on_how_many_are_matched_at_once(points, monkeypatch):
    source, target = planted(), planted(seed=2)
    whole = match_points(source, target, points, SIZE)
    monkeypatch.setattr("unelib.geometry.part_matching.PAIRS", 1)
    np.testing.assert_array_equal(match_points(source, target, points, SIZE), whole)
    np.testing.assert_array_equal(match_points(source[[2]], target[[2]], points[[2]], SIZE), whole[[2]])


def test_errors_are_of_both_ways_and_columns_are_pairs(points):
    maps = np.repeat(planted(2), 2, axis=0)  # pictures 0 and 1 are alike, and 2 and 3
    points[1], points[3] = points[0], points[2] + [3, 4]
    points = np.minimum(points, SIZE - 1)
    true = np.linalg.norm(points[3] - points[2], axis=1)
    found = match_errors(maps, points, SIZE)
    np.testing.assert_allclose(found, np.stack([np.zeros(6), np.tile(true, 2)], 1), atol=1e-12)
    np.testing.assert_allclose(found, place_errors(points[::2], points[1::2], points))  # the same position
    assert match_errors(maps[:3], points[:3], SIZE).shape == (6, 1)


def test_a_part_that_one_of_two_lacks_is_not_matched(points):
    points[1, 2] = np.nan
    found = match_errors(planted(), points, SIZE)
    assert np.isnan(found[[2, 5], 0]).all() and np.isfinite(found).sum() == 10
    assert np.isnan(match_points(planted(), planted(), points, SIZE)).sum() == 2


def test_scores_are_shares_and_medians_over_pairs():
    errors = np.array([[0.0, 2.0, 5.0, np.nan], [1.0, 3.0, 9.0, 4.0]])
    assert np.array_equal(hits(errors, 3), [[1, 1, 0, np.nan], [1, 1, 0, 0]], equal_nan=True)
    found = match_scores(errors, 3)
    assert found["pck"] == pytest.approx(4 / 7) and found["median"] == 3
    assert (found["low"], found["high"]) == rate_interval(hits(errors, 3))[1:]
    assert found["low of median"] <= 3 <= found["high of median"]
    everywhere = match_scores(np.zeros((2, 5)), 3)
    assert everywhere["pck"] == 1 > everywhere["low"] and everywhere["high of median"] == 0


def test_input_errors(points):
    maps = planted()
    with pytest.raises(ValueError, match=r"source must be maps \(n, d, h, w\), not of shape \(4, 5, 8\)"):
        match_points(maps[..., 0], maps, points, SIZE)
    with pytest.raises(ValueError, match=r"source has maps of shape .*, target of .*; give as many"):
        match_points(maps, maps[:, :3], points, SIZE)
    with pytest.raises(ValueError, match="target has values that are not finite"):
        match_points(maps, np.full_like(maps, np.nan), points, SIZE)
    with pytest.raises(ValueError, match=r"points must be \(4, p, 2\), one row a picture, not of shape \(3, 3, 2\)"):
        match_points(maps, maps, points[:3], SIZE)
    with pytest.raises(ValueError, match=r"point 0 of picture 0, \[8.0, 0.0\], is outside 8 x 8 pixels; make it NaN"):
        match_points(maps, maps, points * 0 + [8, 0], SIZE)
    with pytest.raises(ValueError, match="size is 0; give the pictures' height"):
        match_points(maps, maps, points, 0)
    with pytest.raises(ValueError, match="1 pictures are given; a pair needs two"):
        match_errors(maps[:1], points[:1], SIZE)
    with pytest.raises(ValueError, match=r"places are of shape \(1, 3, 2\); points of shape \(4, 3, 2\) need"):
        place_errors(points[:1], points[1::2], points)
    with pytest.raises(ValueError, match="within is 0; give pixels above 0"):
        hits([[1.0]], 0)
    with pytest.raises(ValueError, match="nothing was matched: no pair of pictures has a part in common"):
        match_scores([[np.nan]], 3)
