"""Portraits are colours in 0..1, one a face whatever the company, and a trait changes its own part."""

import numpy as np

from unelib.worlds.face_painter import paint_portrait
from unelib.worlds.faces import flip, sample_factors, traits


def test_portraits_are_colours_and_a_face_does_not_depend_on_its_company():
    several, one = (paint_portrait(traits(sample_factors(rows)), 32) for rows in (range(3), [1]))
    assert several.shape == (3, 3, 32, 32) and several.min() >= 0 and several.max() <= 1
    np.testing.assert_allclose(several[1], one[0], atol=1e-6)


def test_glasses_are_painted_around_the_eyes_and_not_on_the_shirt():
    factors = sample_factors(range(20))
    flipped = flip(factors, "Eyeglasses")
    before, after = (paint_portrait(traits(f), 64) for f in (factors, flipped))
    changed = np.abs(before - after).max((0, 1, 3))
    assert changed[15:45].max() > 0.1 and changed[-6:].max() < 1e-6
