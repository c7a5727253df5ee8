"""One's own picture: what is taken as a picture, and what is told of it."""

import io

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from unelib.core.paths import DATA
from unelib.explorer.own_picture import (
    FIGURES,
    MOST_BYTES,
    OwnPicture,
    beside_usual,
    inverted_picture,
    picture_of,
    usual_figures,
)
from unelib.explorer.worker import Cancelled
from unelib.inversion.deterministic import generate, invert
from unelib.inversion.ode import solved_by
from unelib.store.zoo import NoiseZoo
from unelib.worlds.image_sets import load_images


def file_of(*pictures, **how):
    """Bytes of a picture's file, of several frames if several are given."""
    stream = io.BytesIO()
    pictures[0].save(stream, **how, **({"save_all": True, "append_images": pictures[1:]} if pictures[1:] else {}))
    return stream.getvalue()


def no_check():
    pass


TOPS = Image.fromarray(
    np.repeat(np.repeat(np.array([[[250, 0, 0]], [[0, 0, 250]]], np.uint8), 8, 0), 16, 1)
)  # red, blue


@pytest.mark.parametrize("kind", ["PNG", "BMP", "WEBP", "TIFF", "GIF", "JPEG"])
def test_still_pictures_of_every_format_are_taken(kind):
    pixels = picture_of(file_of(TOPS, format=kind), 16)
    assert pixels.shape == (16, 16, 3) and pixels.dtype == np.uint8
    assert pixels[2, :, 0].min() > 200 and pixels[-3, :, 2].min() > 200


def test_the_middle_square_is_taken():
    wide = np.zeros((10, 30, 3), np.uint8)
    wide[:, 10:20] = 200
    assert (picture_of(file_of(Image.fromarray(wide), format="PNG"), 10) == 200).all()


def test_a_photograph_is_turned_upright_and_transparency_is_white():
    exif = Image.Exif()
    exif[0x0112] = 3  # upside down
    turned = picture_of(file_of(TOPS, format="JPEG", exif=exif), 16)
    assert turned[2, :, 2].min() > 200
    clear = Image.new("RGBA", (8, 8), (0, 0, 0, 0))
    assert (picture_of(file_of(clear, format="PNG"), 8) == 255).all()


def test_stills_as_telephones_write_them_are_taken():
    two = file_of(TOPS, TOPS, format="MPO")
    assert picture_of(two, 16).shape == (16, 16, 3)


def damaged():
    whole = file_of(Image.fromarray(np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)), format="PNG")
    return whole[: len(whole) // 2]


@pytest.mark.parametrize(
    "data, told",
    [
        (b"", "cannot be read as a picture .no known format.; give a PNG or JPEG file"),
        (b"a text, and no picture", "no known format"),
        (damaged(), "cannot be read as a picture"),
        (bytes(MOST_BYTES + 1), "has 8.0 MB; give a picture of at most 8 MB"),
        (file_of(*(Image.new("RGB", (8, 8), (i, 0, 0)) for i in (0, 99, 200)), format="GIF"), "3 frames; give a still"),
        (file_of(Image.new("1", (9000, 6000)), format="PNG"), "9000 x 6000 pixels; give one of at most 50 million"),
    ],
)
def test_what_is_not_taken_is_told_in_one_sentence(data, told):
    with pytest.raises(ValueError, match=told) as raised:
        picture_of(data, 16)
    assert "\n" not in str(raised.value) and "BytesIO" not in str(raised.value)


@pytest.fixture
def world(gaussian):
    """A Gaussian world: its generator, 40 held-out noises, and their pictures."""
    gen = solved_by(gaussian, 8, "ab2", "karras")
    noises = np.random.default_rng(0).standard_normal((40, 16)).astype(np.float32)
    return gen, noises, generate(gen, noises)


def test_the_noise_is_that_of_invert_and_the_round_trip_that_of_generate(world):
    gen, noises, pixels = world
    found = inverted_picture(gen, pixels[0], usual_figures(gen, noises, pixels, no_check), no_check)
    np.testing.assert_array_equal(found.noise, invert(gen, pixels[:1]).noise.reshape(1, -1))
    np.testing.assert_array_equal(found.round_trip, generate(gen, found.noise)[0])
    assert found.figures.index.tolist() == list(FIGURES)


def test_figures_of_held_out_images_do_not_depend_on_how_many_are_made_at_once(world, monkeypatch):
    gen, noises, pixels = world
    all_at_once = usual_figures(gen, noises, pixels, no_check)
    monkeypatch.setattr("unelib.explorer.own_picture.AT_A_TIME", 3)
    pd.testing.assert_frame_equal(all_at_once, usual_figures(gen, noises, pixels, no_check))
    assert usual_figures(gen, noises, pixels[:5], no_check).psnr.notna().sum() == 5


def test_an_image_is_far_by_any_one_figure_and_a_better_round_trip_is_not():
    rng = np.random.default_rng(0)
    usual = pd.DataFrame(rng.standard_normal((200, 4)), columns=list(FIGURES))
    middle = usual.mean()
    assert not beside_usual(middle, usual).far.any()
    for name in FIGURES:
        for away in (-5, 5):
            far = beside_usual(middle + pd.Series({name: away}).reindex(middle.index, fill_value=0), usual).far
            assert far.tolist() == [other == name and (name, away) != ("psnr", 5) for other in FIGURES]
    lowest, highest = beside_usual(usual.min(), usual).percentile, beside_usual(usual.max() + 1e-9, usual).percentile
    assert (lowest == 0).all() and (highest == 100).all()


def test_the_sentence_names_what_is_far():
    usual = pd.DataFrame({name: [1.0, 2.0, 3.0] for name in FIGURES})
    table = beside_usual(pd.Series(dict.fromkeys(FIGURES, 2.0)) + pd.Series([-9.0, 0, 0, 0], list(FIGURES)), usual)
    found = OwnPicture(np.zeros((4, 4, 3)), np.zeros((4, 4, 3)), np.zeros((1, 16)), table)
    assert found.told == "Far from what the model knows, by its round trip: edits of it mean little."


def test_the_work_can_be_given_up(world):
    gen, noises, pixels = world

    def stop():
        raise Cancelled

    with pytest.raises(Cancelled):
        usual_figures(gen, noises, pixels, stop)
    with pytest.raises(Cancelled):
        inverted_picture(gen, pixels[0], usual_figures(gen, noises, pixels, no_check), stop)


def test_too_few_or_other_pictures_to_compare_with_are_refused(world):
    gen, noises, pixels = world
    with pytest.raises(ValueError, match="at least 2 rows"):
        usual_figures(gen, noises[:1], pixels[:1], no_check)
    with pytest.raises(ValueError, match="give two held-out images at least, of 4 x 4 pixels, as gaussian makes them"):
        usual_figures(gen, noises, np.zeros((40, 8, 8, 3), np.uint8), no_check)


@pytest.mark.slow
def test_faces_are_usual_and_clothes_noise_and_plain_colours_are_far():
    """Measured with 32 round trips: none of 300 fresh faces is far, and all of 40 of each of these others are."""
    zoo = NoiseZoo(DATA / "zoo/tour")
    gen, test = zoo.generator("drawn-ldm"), zoo.split != "train"
    usual = usual_figures(gen, zoo.rows("drawn-ldm", test), load_images("drawn-faces", 24, "test").pixels, no_check)
    faces = load_images("drawn-faces", 3, "test", seed=5).pixels
    rng = np.random.default_rng(0)
    others = [
        *load_images("fashion", 2, "test", size=64).pixels,
        rng.integers(0, 256, (64, 64, 3), np.uint8),
        np.full((64, 64, 3), (30, 60, 200), np.uint8),
    ]
    assert [inverted_picture(gen, pixels, usual, no_check).far for pixels in faces] == [False] * 3
    assert [inverted_picture(gen, pixels, usual, no_check).far for pixels in others] == [True] * 4


def test_without_pictures_of_held_out_images_only_noise_is_compared(world):
    gen, noises, pixels = world
    found = inverted_picture(gen, pixels[0], usual_figures(gen, noises, None, no_check), no_check)
    assert np.isnan(found.figures["mean"]["psnr"]) and not found.figures.far["psnr"]
    assert found.far or found.told == "Usual: its noise is like that of held-out images."


def test_a_format_that_another_program_reads_is_refused():
    eps = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n%%EndComments\nshowpage\n"
    with pytest.raises(ValueError, match="cannot be read as a picture .no known format.; give a PNG or JPEG file"):
        picture_of(eps, 16)
