"""The index knows its images by id and pixels, and names the first that differs."""

import numpy as np
import pandas as pd
import pytest

from unelib.store.image_index import (
    attribute_columns,
    check_same_images,
    has_groups,
    index_rows,
    pixel_hashes,
    pixels_of,
)

PIXELS = np.random.default_rng(0).integers(0, 256, (3, 4, 4, 3), dtype=np.uint8)
LABELS = pd.DataFrame({"Male": [0, 1, 1]})
INDEX = index_rows(np.array(["a", "b", "c"]), pixel_hashes(PIXELS), "train", LABELS)


def test_attributes_are_what_is_not_the_indexs_own():
    assert attribute_columns(INDEX) == ["Male"] and not has_groups(INDEX)
    assert has_groups(index_rows(np.array(["a", "b", "c"]), "", "train", LABELS, np.array(["x", "x", "y"])))


def test_pixels_are_given_if_they_are_those_that_were_indexed():
    np.testing.assert_array_equal(pixels_of(INDEX, PIXELS, slice(1, 3)), PIXELS[1:])
    changed = PIXELS.copy()
    changed[2, 0, 0, 0] ^= 1
    with pytest.raises(ValueError, match=r"image c \(row 2\) is not the one that was indexed"):
        pixels_of(INDEX, changed, slice(None))


def test_other_images_are_refused_by_the_first_difference():
    check_same_images(INDEX, INDEX.copy(), "zoo")
    with pytest.raises(ValueError, match="row 1 has id b, not x"):
        check_same_images(INDEX, INDEX.replace({"id": {"b": "x"}}), "zoo")


def test_an_attribute_is_not_called_like_a_column_of_the_index():
    with pytest.raises(ValueError, match="may not be called 'sha256'"):
        index_rows(np.array(["a"]), "", "train", pd.DataFrame({"sha256": [1]}))
