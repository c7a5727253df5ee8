"""Pictures as a network wants them: sizes, crops and numbers, each picture by itself."""

import numpy as np
import pytest
from PIL import Image

from unelib.models.prepared_pictures import CROPS, Preparation

RNG = np.random.default_rng(0)
TALL = RNG.integers(0, 256, (2, 60, 40, 3), np.uint8)


@pytest.mark.parametrize("crop", CROPS)
@pytest.mark.parametrize("size", [(32, 32), (20, 48), (80, 80)], ids=str)
def test_any_picture_becomes_the_size_that_is_wanted(crop, size):
    prepared = Preparation(size, crop=crop, share=0.9)
    for shape in ((1, 1), (60, 40), (31, 97)):
        pixels = np.full((1, *shape, 3), 7, np.uint8)
        assert prepared.pixels(pixels).shape == (1, *size, 3) and prepared.values(pixels).shape == (1, 3, *size)


def test_values_are_normalised_and_each_row_is_its_own():
    prepared = Preparation((40, 40), (0.5, 0.4, 0.3), (0.2, 0.3, 0.4), crop="center")
    X = prepared.values(TALL)
    middle = TALL[:, 10:50].transpose(0, 3, 1, 2) / 255
    np.testing.assert_allclose(
        X, (middle - np.reshape([0.5, 0.4, 0.3], (3, 1, 1))) / np.reshape([0.2, 0.3, 0.4], (3, 1, 1)), atol=1e-5
    )
    np.testing.assert_array_equal(prepared.values(TALL[1:]), X[1:])


def test_crops_keep_the_middle_all_or_a_border():
    squashed = np.asarray(Image.fromarray(TALL[0]).resize((30, 30), Image.Resampling.BICUBIC))
    np.testing.assert_array_equal(Preparation((30, 30), crop="squash").pixels(TALL[:1])[0], squashed)
    framed = Preparation((60, 60), (0.5, 0.5, 0.5), crop="border").pixels(TALL[:1])[0]
    np.testing.assert_array_equal(framed[:, 10:50], TALL[0])
    assert (framed[:, :10] == 128).all() and (framed[:, 50:] == 128).all()


def test_one_number_stands_for_three_colours():
    assert Preparation((8, 8), (0.5,), (0.25,)).checked("it").std == (0.25, 0.25, 0.25)


@pytest.mark.parametrize(
    "wrong, message",
    [
        ({"size": (0, 8)}, "it asks for pictures of size"),
        ({"size": ("a", 8)}, "it asks for pictures of size"),
        ({"share": 0}, "share above 0"),
        ({"interpolation": "cubic"}, "unknown interpolation of it"),
        ({"crop": "corner"}, "unknown crop of it 'corner'; choose one of center, squash, border"),
        ({"mean": (0.1, 0.2)}, "mean of it is"),
        ({"std": (0.1, 0.2, 0)}, "std of it is"),
    ],
)
def test_preparations_that_there_are_not(wrong, message):
    with pytest.raises(ValueError, match=message):
        Preparation(**{"size": (8, 8)} | wrong).checked("it")
