"""Moved pictures: points stay on what they were on."""

import numpy as np
import pytest

from unelib.worlds.moved_pictures import displaced


@pytest.fixture
def pictures():
    return np.random.default_rng(0).integers(0, 256, (6, 16, 12, 3), dtype=np.uint8)


def test_a_point_is_on_the_colour_that_it_was_on(pictures):
    points = np.random.default_rng(1).integers(0, 12, (6, 5, 2)).astype(float)
    shown, places = displaced(pictures, points, 4)
    stays = np.isfinite(places[..., 0])
    for i, part in np.argwhere(stays):
        (x, y), (new_x, new_y) = points[i, part].astype(int), places[i, part].astype(int)
        np.testing.assert_array_equal(shown[i, new_y, new_x], pictures[i, y, x])
    assert 0 < (~stays).sum() < stays.sum()


def test_edges_go_on_and_moves_differ_by_picture_and_seed(pictures):
    shown, places = displaced(pictures, np.full((6, 1, 2), 6.0), 3)
    moves = (places - 6)[:, 0]
    assert len(np.unique(moves, axis=0)) > 2 and np.abs(moves).max() <= 3
    assert not np.array_equal(displaced(pictures, np.full((6, 1, 2), 6.0), 3, seed=1)[1], places)
    for picture, (right, _) in zip(shown, moves.astype(int)):
        for column in range(right):
            np.testing.assert_array_equal(picture[:, column], picture[:, right])


def test_a_picture_moves_the_same_whatever_follows_it_and_none_moves_by_0(pictures):
    points = np.full((6, 2, 2), 5.0)
    for one, whole in zip(displaced(pictures[:2], points[:2], 4), displaced(pictures, points, 4)):
        np.testing.assert_array_equal(one, whole[:2])
    for given, back in zip((pictures, points), displaced(pictures, points, 0)):
        np.testing.assert_array_equal(back, given)


def test_errors(pictures):
    with pytest.raises(ValueError, match=r"points of shape \(2, 1, 2\); give \(n, h, w, 3\) and \(n, p, 2\)"):
        displaced(pictures, np.zeros((2, 1, 2)), 1)
    for most in (-1, 12):
        with pytest.raises(ValueError, match=f"most is {most}; give 0 to 11 pixels"):
            displaced(pictures, np.zeros((6, 1, 2)), most)
