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


def test_noise_pictures_are_grey_at_zero():
    assert (plots.noise_images(np.zeros((2, 4, 4, 4))) == 128).all()
    assert plots.noise_images(np.zeros((2, 1, 4, 4))).shape == (2, 4, 4, 3)
    assert plots.resized(np.zeros((2, 4, 4, 3), np.uint8), 12).shape == (2, 12, 12, 3)
