"""Positions of parts: where the painter puts ink, in any pose and at any size."""

import dataclasses

import numpy as np
import pytest

from unelib.worlds import face_painter
from unelib.worlds.canvas import in_picture, open_canvas
from unelib.worlds.face_landmarks import part_positions
from unelib.worlds.faces import traits
from unelib.worlds.image_sets import load_images

SIZE = 64
PAIRS = {"eye": "eyes", "brow": "brows", "earring": "earrings"}


@pytest.fixture(scope="module")
def images():
    return load_images("drawn-faces", n=24, size=SIZE)


@pytest.fixture(scope="module")
def positions(images):
    return part_positions(images)


def ink(images, function):
    """How much of each pixel the painter of one part covers, (n, size, size)."""
    t = traits(images.factors)
    canvas = open_canvas(len(images), SIZE, **face_painter.pose(t), reach=0.22)
    canvas.rgb += np.float32(0.5)
    getattr(face_painter, function)(canvas, t, face_painter.Look(t))
    return np.abs(canvas.rgb - 0.5).sum(1)


def to_each(places):
    """Distances (n, size, size) of all pixels from a place (n, 2) in each picture."""
    columns, rows = np.meshgrid(np.arange(SIZE), np.arange(SIZE))
    return np.hypot(columns - places[:, 0, None, None], rows - places[:, 1, None, None])


def middle(weights):
    """Weighted mean (n, 2) of columns and rows."""
    ticks = np.arange(SIZE)
    return np.stack([weights.sum(1) @ ticks, weights.sum(2) @ ticks], 1) / weights.sum((1, 2))[:, None]


@pytest.mark.parametrize("name, function", PAIRS.items())
def test_each_of_two_is_in_the_middle_of_its_ink(images, positions, name, function):
    left, right = positions[f"left {name}"], positions[f"right {name}"]
    known = np.isfinite(left[:, 0])
    assert known.sum() >= 2
    nearer = to_each(left[known]) < to_each(right[known])
    for places, own in ((left, nearer), (right, ~nearer)):
        assert np.abs(middle(ink(images, function)[known] * own) - places[known]).max() < 0.025 * SIZE


def test_nose_and_hat_are_in_the_middle_of_theirs(images, positions):
    assert (
        np.abs(middle(ink(images, "nose")) - positions["nose"]).max() < 0.035 * SIZE
    )  # its side has a shadow, higher up
    hatted = np.isfinite(positions["hat"][:, 0])
    covered = ink(images, "hat")[hatted]
    assert hatted.sum() >= 2 and (covered * (to_each(positions["hat"][hatted]) < 1)).max((1, 2)).min() > 0.3
    assert np.abs(middle(covered)[:, 0] - positions["hat"][hatted, 0]).max() < 0.03 * SIZE  # the crown is above it


def test_the_mouth_is_on_its_ink_and_its_corners_are_as_far_apart_as_that(images, positions):
    covered = ink(images, "mouth") > 0.1
    left, right = (positions[f"{side} corner of the mouth"] for side in ("left", "right"))
    for places in (positions["mouth"], left, right):
        assert np.where(covered, to_each(places), np.inf).min((1, 2)).max() < 2
    for shown, one, other in zip(covered, left, right):
        across = np.flatnonzero(shown.any(0))
        assert abs(np.ptp(across) - (other - one)[0]) < 3


def test_the_chin_is_the_point_of_the_head_that_is_farthest_from_its_middle(images, positions):
    t = traits(images.factors)
    centre = in_picture(np.zeros((len(images), 1)), np.zeros((len(images), 1)), SIZE, **face_painter.pose(t))[:, 0]
    reach = np.where(ink(images, "head") > 0.3, to_each(centre), 0).max((1, 2))
    bare = np.isfinite(positions["chin"][:, 0])
    away = np.linalg.norm(positions["chin"] - centre, axis=1)
    assert np.abs(away - reach)[bare].max() < 1.5


def test_parts_that_a_face_lacks_or_that_are_covered_have_no_place(images, positions):
    has = images.attributes.astype(bool)
    lacking = {"hat": ~has.Wearing_Hat, "left earring": ~has.Wearing_Earrings, "right brow": has.Bangs}
    for name, absent in (lacking | {"chin": ~has.No_Beard, "nose": has.Male & False}).items():
        np.testing.assert_array_equal(np.isnan(positions[name]).all(1), absent)


def test_positions_scale_with_the_picture_and_sets_are_joined(positions):
    """Half a pixel goes along: pixels are counted from the middle of the first."""
    small = load_images("drawn-faces", n=24, size=SIZE // 4)
    joined = part_positions(small[:9], small[9:])
    for name, places in part_positions(small).items():
        np.testing.assert_array_equal(joined[name], places)
        np.testing.assert_allclose(4 * (places + 0.5), positions[name] + 0.5, atol=1e-9)


def test_errors(images):
    with pytest.raises(ValueError, match=r"pictures are \[\] pixels high; give sets of one size"):
        part_positions()
    with pytest.raises(ValueError, match=r"pictures are \[16, 64\] pixels high"):
        part_positions(images, load_images("drawn-faces", n=2, size=16))
    with pytest.raises(ValueError, match="'drawn-faces' was not drawn, so nothing tells where its parts are"):
        part_positions(dataclasses.replace(images, factors=None))


def test_points_of_the_frame_are_found_where_the_canvas_has_them():
    turned = {
        "centre": np.array([[0.1, -0.05], [0, 0.02]]),
        "scale": np.array([1.04, 0.9]),
        "roll": np.array([0.1, -0.2]),
    }
    canvas = open_canvas(2, 16, **turned, reach=0.2)
    found = in_picture(canvas.x.reshape(2, -1), canvas.y.reshape(2, -1), 16, **turned).reshape(2, 16, 16, 2)
    np.testing.assert_allclose(found[0, ..., 0], np.tile(np.arange(16.0), (16, 1)), atol=1e-5)
    np.testing.assert_allclose(found[1, ..., 1].T, np.tile(np.arange(16.0), (16, 1)), atol=1e-5)
