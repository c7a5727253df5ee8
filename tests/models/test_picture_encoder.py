"""An encoder around any function: shapes, batches and what is refused."""

import numpy as np
import pytest

from unelib.models import PictureEncoder


def means(pixels):
    return pixels.mean((1, 2))


def test_rows_do_not_depend_on_the_batch(faces):
    encoder = PictureEncoder("means", means, {})
    X = encoder.embed(faces)
    assert X.shape == (8, encoder.dim) == (8, 3) and X.dtype == np.float32 and "dim 3" in repr(encoder)
    np.testing.assert_array_equal(encoder.embed(faces, 3, progress=True), X)
    np.testing.assert_array_equal(encoder.embed(faces, "auto"), X)
    assert encoder.embed(faces[..., :1]).shape == (8, 3)


def test_it_reads_no_text():
    with pytest.raises(TypeError, match="means reads no text; choose a CLIP"):
        PictureEncoder("means", means, {}).embed_text(["a face"])


@pytest.mark.parametrize("wrong", [
    lambda p: p.mean(), lambda p: p.mean((1, 2))[:1], lambda p: p, lambda p: [["a"]] * len(p), lambda p: None,
    lambda p: p[99],
])  # fmt: skip
def test_what_gives_no_rows_says_so_at_once(wrong):
    with pytest.raises(ValueError, match="encoder 'it' fails on two grey pictures.*it must give one row of numbers"):
        PictureEncoder("it", wrong, {})


def test_images_of_another_kind_are_refused():
    with pytest.raises(ValueError, match="images must be"):
        PictureEncoder("means", means, {}).embed(np.zeros((2, 8, 8, 3)))
