"""The idea of the workbook in one picture."""

import numpy as np

from unelib.plots import idea


def test_six_tiles_five_arrows_and_one_question():
    rng = np.random.default_rng(0)
    pictures = list(rng.integers(0, 256, (3, 8, 8, 3), dtype=np.uint8))
    ax = idea(pictures, list(rng.standard_normal((2, 4, 4, 4), np.float32)), rng.standard_normal(96))
    shown = [image.get_array() for image in ax.images]
    assert len(shown) == 6 and all((shown[i] == picture).all() for i, picture in zip((0, 2, 5), pictures))
    words = [text.get_text() for text in ax.texts]
    assert words.count("generate") == 2 and {"invert", "encode", "add a vector", "one\nlinear\nmap?"} <= set(words)
    assert len([text for text in ax.texts if not text.get_text()]) == 6  # arrows, the dashed one among them
