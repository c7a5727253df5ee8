"""Statistics of pictures say what they are called, and attributes cut them in halves."""

import numpy as np
import pandas as pd
import pytest

from unelib.worlds import above_median, picture_statistics
from unelib.worlds.pixel_attributes import BLOCK

RNG = np.random.default_rng(0)
PIXELS = RNG.integers(0, 256, (6, 8, 8, 3), dtype=np.uint8)


def one(pixels):
    return picture_statistics(np.asarray(pixels, np.uint8)[None]).iloc[0]


def plain(colour):
    return np.full((8, 8, 3), colour)


def test_brightness_is_the_mean_luminance_and_a_plain_picture_has_no_contrast():
    white, black = one(plain(255)), one(plain(0))
    assert white.Bright == pytest.approx(1) and black.Bright == 0
    assert white.Contrasty == pytest.approx(0, abs=1e-6) and np.isfinite(white).all()


@pytest.mark.parametrize(
    "colour, angle", [((255, 0, 0), 0), ((255, 255, 0), 60), ((0, 255, 0), 120), ((0, 0, 255), -120)]
)
def test_hue_is_the_angle_from_red(colour, angle):
    assert one(plain(colour)).Yellow_Hue == pytest.approx(angle, abs=1e-3)


def test_grey_is_not_colourful():
    assert one(plain(90)).Colourful < 1e-6 < 0.1 < one(plain((200, 90, 90))).Colourful


def test_light_has_a_side_and_mirrors_change_its_sign():
    ramp = np.linspace(255, 0, 8)[None, :, None] * np.ones((8, 8, 3))
    left, right = one(ramp), one(ramp[:, ::-1])
    assert left.Lit_Left == pytest.approx(-right.Lit_Left, abs=1e-3) and left.Lit_Left > 0.3
    turned = one(ramp.transpose(1, 0, 2))
    assert turned.Lit_Above == pytest.approx(left.Lit_Left) and turned.Lit_Left == pytest.approx(0, abs=1e-6)


def test_the_middle_counts_against_the_rim():
    spot = plain(0)
    spot[2:6, 2:6] = 255
    assert one(spot).Lit_Middle == pytest.approx(1, abs=1e-6)


def test_a_checkerboard_is_sharper_than_a_ramp_whatever_its_contrast():
    board = np.indices((8, 8)).sum(0)[..., None] % 2 * np.ones((8, 8, 3))
    ramp = np.linspace(0, 255, 8)[None, :, None] * np.ones((8, 8, 3))
    bright, dim = one(board * 200).Sharp, one(board * 100).Sharp
    assert bright == pytest.approx(dim, rel=1e-4) and dim > one(ramp).Sharp


def test_a_row_depends_on_its_picture_alone():
    many = np.concatenate([PIXELS] * (BLOCK // 6 + 1))
    pd.testing.assert_series_equal(picture_statistics(many).iloc[-1], one(PIXELS[-1]), check_names=False, rtol=1e-5)


@pytest.mark.parametrize("bad", [PIXELS.astype(float), PIXELS[..., :1], PIXELS[:, :1], PIXELS[0]])
def test_other_pictures_are_refused(bad):
    with pytest.raises(ValueError, match="images must be"):
        picture_statistics(bad)


def test_attributes_cut_the_pictures_that_are_learnt_from_in_halves():
    table, learn = pd.DataFrame({"a": RNG.standard_normal(100)}), np.arange(100) < 60
    found = above_median(table, learn)
    assert found.a[learn].mean() == 0.5 and set(found.a) == {0, 1}
    other = table.where(learn[:, None], 9.0)  # what is held out has no part in the median
    np.testing.assert_array_equal(above_median(other, learn).a[learn], found.a[learn])


def test_without_pictures_to_learn_from_there_is_no_median():
    with pytest.raises(ValueError, match="marks no image"):
        above_median(pd.DataFrame({"a": [1.0]}), np.array([False]))
