"""Pictures on one sheet, labelled, and noise as grey pictures."""

import numpy as np
import pytest

from unelib import plots

pytestmark = pytest.mark.usefixtures("closed")


def test_image_grid_holds_every_picture():
    images = np.arange(5, dtype=np.uint8).reshape(5, 1, 1, 1).repeat(8, 1).repeat(8, 2).repeat(3, 3)
    ax = plots.image_grid(images, columns=3, titles=list("abcde"))
    sheet = ax.images[0].get_array()
    assert sheet.shape == (17, 26, 3)
    assert [t.get_text() for t in ax.texts] == list("abcde")


def test_labelled_rows_has_a_label_a_row_and_a_column():
    ax = plots.labelled_rows(np.zeros((2, 3, 8, 8, 3), np.uint8), ["a", "b"], [1, 2, 3])
    assert [t.get_text() for t in ax.texts] == ["a", "b", "1", "2", "3"]


@pytest.mark.parametrize("side, least", [(16, 96), (28, 112), (64, 128), (256, 256)])
def test_a_pixel_is_a_whole_number_of_dots(side, least):
    ax = plots.image_grid(np.zeros((20, side, side, 3), np.uint8), columns=20)
    dots = ax.get_window_extent().height / ax.images[0].get_array().shape[0]
    assert dots == pytest.approx(least / side) and ax.images[0].get_interpolation() in ("nearest", "antialiased")


def test_few_pictures_fill_the_width():
    wide = [plots.image_grid(np.zeros((n, 64, 64, 3), np.uint8), columns=n).figure.get_size_inches()[0] for n in (3, 5)]
    assert all(0.6 * plots.WIDTH < inches <= plots.WIDTH for inches in wide)


def test_what_changed_stands_above_its_row_and_rings_around_their_pictures():
    look = {"beside": ["also: gray hair", ""], "rings": [(1, 0)], "title": "One edit"}
    ax = plots.labelled_rows(np.zeros((2, 2, 64, 64, 3), np.uint8), ["a", "b"], **look)
    assert [text.get_text() for text in ax.texts] == ["a: also: gray hair", "b", "One edit"]
    sheet, (first, second) = ax.images[0].get_array(), [text.get_position()[1] for text in ax.texts[:2]]
    assert (sheet[round(first) - 3 : round(first)] == 255).all() and (
        sheet[round(second) - 3 : round(second)] == 255
    ).all()
    ring = ax.patches[0]
    assert ring.get_x() == -0.5 and (sheet[round(ring.get_y() + 0.5) : round(ring.get_y() + 0.5) + 64, 0] == 0).all()


def test_noise_pictures_are_grey_at_zero():
    assert (plots.noise_images(np.zeros((2, 4, 4, 4))) == 128).all()
    assert plots.noise_images(np.zeros((2, 1, 4, 4))).shape == (2, 4, 4, 3)
    assert plots.resized(np.zeros((2, 4, 4, 3), np.uint8), 12).shape == (2, 12, 12, 3)
