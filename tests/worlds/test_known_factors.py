"""Continuous factors are those that the pictures were drawn from, row by row, and none where nothing was drawn."""

from dataclasses import replace

import numpy as np
import pytest

from unelib import load_images
from unelib.worlds import continuous_factors, sample_factors
from unelib.worlds.faces import NUISANCES


def test_they_are_the_factors_of_each_part():
    parts = [load_images("drawn-faces", n=n, split=split, size=16) for n, split in ((3, "train"), (2, "test"))]
    table = continuous_factors(*parts)
    assert list(table.index) == [*parts[0].ids, *parts[1].ids] and list(table) == [*NUISANCES, "hair_length"]
    wanted = sample_factors(range(3))
    np.testing.assert_array_equal(table.iloc[:3, :-1], wanted.nuisance)
    np.testing.assert_array_equal(table.hair_length.iloc[:3], wanted.hair_length)


def test_names_are_kept_in_their_order_and_pictures_from_elsewhere_have_none():
    images = load_images("drawn-faces", n=2, size=16)
    assert list(continuous_factors(images, names=["turn", "x"])) == ["turn", "x"]
    assert continuous_factors(replace(images, factors=None), names=["turn"]).shape == (2, 0)


def test_errors():
    images = load_images("drawn-faces", n=1, size=16)
    with pytest.raises(ValueError, match="unknown factor 'tilt'; drawn pictures have x, y, scale"):
        continuous_factors(images, names=["tilt"])
    with pytest.raises(TypeError, match="give a list of names"):
        continuous_factors(images, names="turn")
