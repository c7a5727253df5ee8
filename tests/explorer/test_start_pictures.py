"""Small pictures of what there is to choose from: drawn faces are drawn, others come from the model, each once."""

import numpy as np
import pytest

from unelib.explorer.start_pictures import StartPictures
from unelib.inversion.deterministic import generate
from unelib.worlds.image_sets import load_images


def test_drawn_faces_are_drawn(gaussian):
    images = load_images("drawn-faces", n=5, size=64)
    gaussian.image_size = 64
    pictures = StartPictures(gaussian, np.zeros((5, 16), "f4"), images.ids)
    np.testing.assert_array_equal(pictures[[3, 1]], images.pixels[[3, 1]])
    np.testing.assert_array_equal(pictures[4], images.pixels[4])
    assert len(pictures) == 5 and pictures[:2].shape == (2, 64, 64, 3)


def test_others_are_made_by_the_model_once(gaussian, monkeypatch):
    noises = np.random.default_rng(0).standard_normal((4, 16)).astype("f4")
    pictures = StartPictures(gaussian, noises, list("abcd"))
    np.testing.assert_array_equal(pictures[[2, 0]], generate(gaussian, noises[[2, 0]], steps=4))
    monkeypatch.setattr("unelib.explorer.start_pictures.generate", lambda *_, **__: pytest.fail("made again"))
    assert pictures[[0, 2, 0]].shape[0] == 3 and pictures[2].ndim == 3
