"""Targets that some image lacks by a judge, and what is said of the others."""

import warnings

import numpy as np
import pytest

from unelib.editing.lacking_images import images_lacking, lacked_targets

PIXELS = np.zeros((4, 2, 2, 3), np.uint8)
SEEN = [[0.9, 0.8, 0.1], [0.6, 0.7, 0.4], [0.2, 0.9, 0.2], [0.9, 0.6, 0.3]]  # some, all and none have it


class Fixed:
    """A judge that says the same of any four images."""

    name, attributes = "fixed", ["some", "all", "none"]

    def probabilities(self, pixels):
        return np.array(SEEN)


def test_who_lacks_what_is_asked_for():
    lacking = images_lacking({"some": 1, "all": -1, "none": -1}, np.array(SEEN), Fixed.attributes)
    assert {name: rows.tolist() for name, rows in lacking.items()} == {
        "some": [False, False, True, False],
        "all": [True] * 4,
        "none": [False] * 4,
    }


def test_all_targets_are_kept_in_silence_where_some_image_lacks_each():
    targets = {"none": 1, "some": -1, "all": -1}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert list(lacked_targets(targets, PIXELS, Fixed()).items()) == list(targets.items())


def test_a_target_that_every_image_meets_is_set_aside_by_name():
    with pytest.warns(UserWarning, match="set aside, since fixed sees them in each of the 4 images .*: all, no none$"):
        assert lacked_targets({"all": 1, "some": 1, "none": -1}, PIXELS, Fixed()) == {"some": 1}


@pytest.mark.parametrize(
    "targets, message",
    [
        ({"all": 1, "none": -1}, "no target can be scored, since fixed sees .*: all, no none; name other targets, or"),
        ({"other": 1}, "unknown target 'other'; choose one of some, all, none"),
        ({"some": 0}, "unknown sign of some 0; choose one of 1, -1"),
        ({}, "no targets are named"),
    ],
)
def test_errors(targets, message):
    with pytest.raises(ValueError, match=message):
        lacked_targets(targets, PIXELS, Fixed())
