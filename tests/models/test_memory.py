"""Judges and encoders that remember: the same rows as without, and no picture looked at twice."""

import copy

import numpy as np
import pytest

from unelib.models.memory import Remembered, remembered


class Counting:
    """A judge and an encoder of brightness that counts the pictures it looks at."""

    name, attributes, looked = "counting", ["bright"], 0

    def probabilities(self, pixels):
        self.looked += len(pixels)
        return pixels.reshape(len(pixels), -1).mean(1, keepdims=True) / 255

    def embed(self, pixels):
        return 1 - self.probabilities(pixels)


@pytest.fixture
def pixels():
    return np.random.default_rng(0).integers(0, 256, (5, 4, 4, 3), np.uint8)


def test_rows_are_those_of_who_looks_and_no_picture_is_looked_at_twice(pixels):
    plain, judge = Counting(), Remembered(Counting())
    for rows in ([0, 1], [1, 0, 0], [4, 1, 2, 4], [3]):
        np.testing.assert_array_equal(judge.probabilities(pixels[rows]), plain.probabilities(pixels[rows]))
        np.testing.assert_array_equal(judge.embed(pixels[rows]), plain.embed(pixels[rows]))
    assert judge.looked == 10  # five as a judge, five as an encoder


def test_what_is_not_looked_at_is_the_models_own():
    judge = Remembered(Counting())
    assert (judge.name, judge.attributes) == ("counting", ["bright"])
    assert remembered(judge) is judge and remembered(None) is None and remembered(Counting()).name == "counting"
    assert copy.copy(judge).model is judge.model
    with pytest.raises(AttributeError, match="nothing"):
        judge.nothing  # noqa: B018
