"""The idea of the workbook in one picture."""

import numpy as np
import pytest

from unelib.plots import idea, noise_images


@pytest.fixture
def parts():
    """Three pictures, a noise, and an embedding."""
    rng = np.random.default_rng(0)
    pictures = list(rng.integers(0, 256, (3, 8, 8, 3), dtype=np.uint8))
    return pictures, rng.standard_normal((4, 4, 4), np.float32), rng.standard_normal(96)


def test_six_tiles_five_arrows_and_one_question(parts):
    pictures, noise, embedding = parts
    ax = idea(pictures, [noise, noise + 1], embedding)
    shown = [image.get_array() for image in ax.images]
    assert len(shown) == 7 and all((shown[i] == picture).all() for i, picture in zip((0, 2, 5), pictures))
    words = [text.get_text() for text in ax.texts]
    assert words.count("generate") == 2 and {"invert", "encode", "+", "one\nlinear\nmap?"} <= set(words)
    assert len([text for text in ax.texts if not text.get_text()]) == 6  # arrows, the dashed one among them


@pytest.mark.parametrize("part, told", [(1.0, "a vector"), (0.25, "a vector,\ncontrast × 4")])
def test_the_vector_is_what_lies_between_the_noises(parts, part, told):
    pictures, noise, embedding = parts
    vector = noise[::-1] * part
    ax = idea(pictures, [noise, noise + vector], embedding)
    assert np.abs(ax.images[6].get_array().astype(int) - noise_images(noise[None, ::-1])[0]).max() <= 1
    assert told in [text.get_text() for text in ax.texts]


def test_a_noise_that_did_not_move_has_a_grey_vector(parts):
    pictures, noise, embedding = parts
    assert (idea(pictures, [noise, noise], embedding).images[6].get_array() == 128).all()
