"""A film's files: the same pictures, in order, and captions that are there to be read."""

import io

import numpy as np
import pytest
from PIL import Image

from unelib.explorer.film_files import SHEET_SIDE, broken, film_png, gif_bytes, lettering, moving_frames, sheet_png
from unelib.explorer.films import Film


def flat(*colours, side=16):
    """Pictures (n, side, side, 3) of one grey level each."""
    return np.stack([np.full((side, side, 3), colour, np.uint8) for colour in colours])


def frames_of(data):
    picture = Image.open(io.BytesIO(data))
    found = []
    for i in range(picture.n_frames):
        picture.seek(i)
        found.append(np.asarray(picture.convert("RGB")))
    return found, picture.info


def film(rows, columns, along="columns"):
    captions = [f"row {i}" for i in range(rows)], [f"column {i}" for i in range(columns)]
    return Film(np.zeros((rows, columns, 4), np.float32), "what is seen", *captions, along=along)


def test_a_gif_runs_to_the_end_and_back_for_ever():
    frames, info = frames_of(gif_bytes(flat(0, 80, 160, 240), ms=120))
    assert [int(frame.mean()) for frame in frames] == [0, 80, 160, 240, 160, 80]
    assert frames[0].shape == (SHEET_SIDE, SHEET_SIDE, 3) and info["duration"] == 120 and info["loop"] == 0
    assert len(frames_of(gif_bytes(flat(0, 255), back=False))[0]) == 2


def test_frames_follow_the_films_time_and_hold_the_rest_side_by_side():
    images = flat(*range(0, 60, 10)).reshape(3, 2, 16, 16, 3)
    of_columns = moving_frames(film(3, 2), images)
    assert len(of_columns) == 2 and of_columns[0].shape == (16, 48, 3)
    np.testing.assert_array_equal(of_columns[1][0, ::16, 0], [10, 30, 50])
    of_rows = moving_frames(film(3, 2, "rows"), images)
    assert len(of_rows) == 3 and of_rows[2].shape == (16, 32, 3)
    assert moving_frames(film(2, 9, "rows"), np.zeros((2, 9, 16, 16, 3), np.uint8))[0].shape == (48, 48, 3)


def test_a_sheet_holds_every_picture_whole():
    images = flat(10, 20, 30, 40, 50, 60).reshape(2, 3, 16, 16, 3)
    sheet = np.asarray(Image.open(io.BytesIO(film_png(film(2, 3), images))))
    for colour in (10, 20, 30, 40, 50, 60):
        assert (sheet == colour).all(2).sum() >= SHEET_SIDE**2
    assert (sheet == 255).any() and (sheet[:20] < 100).any()  # a margin, and letters in the heading


def test_one_long_row_is_folded():
    wide = Image.open(io.BytesIO(film_png(film(1, 9), np.zeros((1, 9, 16, 16, 3), np.uint8))))
    long = Image.open(io.BytesIO(film_png(film(1, 24), np.zeros((1, 24, 16, 16, 3), np.uint8))))
    assert wide.width == 9 * 150 + 6 and long.width == 8 * 150 + 6 and long.height > 3 * SHEET_SIDE


@pytest.mark.parametrize("text", ["", "a", "Smiling from -4 to +4 standard deviations, the others in proportion"])
def test_captions_are_broken_between_words_and_fit(text):
    lines = broken(text, 150)
    assert " ".join(lines) == text and all(lettering().getlength(line) <= 150 for line in lines)


def test_longer_captions_make_a_sheet_higher_and_cover_no_picture():
    images = np.zeros((1, 2, 16, 16, 3), np.uint8)
    short, long = (np.asarray(Image.open(io.BytesIO(sheet_png(images, "t", [""], [c, c])))) for c in ("a", "a " * 60))
    assert long.shape[0] > short.shape[0]
    assert (long[-150:] == short[-150:]).all()
