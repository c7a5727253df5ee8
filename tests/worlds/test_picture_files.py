"""Pictures in files: threads change nothing, and a JPEG that is far too large is decoded in small."""

import numpy as np
import pytest
from PIL import Image

from unelib.worlds.picture_files import Pictures, as_rgb, square

from .conftest import picture


@pytest.fixture
def smooth(tmp_path):
    """Twelve smooth JPEGs of 300 x 400 pixels, two of them turned."""
    rng = np.random.default_rng(0)
    for i in range(12):
        colours = Image.fromarray(rng.integers(0, 256, (4, 3, 3), np.uint8))
        exif = Image.Exif()
        exif[0x0112] = 6 if i % 6 == 0 else 1
        colours.resize((300, 400), Image.Resampling.BICUBIC).save(tmp_path / f"{i}.jpg", quality=95, exif=exif)
    return tmp_path


@pytest.mark.parametrize("size", [28, 64, 300])
def test_small_decoding_looks_as_whole_decoding(smooth, size):
    files = [f"{i}.jpg" for i in range(12)]
    found = Pictures.of(smooth, files, size)[:].astype(int)
    whole = np.stack([square(as_rgb(Image.open(smooth / file)), size) for file in files]).astype(int)
    assert abs(found - whole).max() <= 6 and abs(found - whole).mean() < 1


@pytest.mark.parametrize("said", ["1", "4"])
def test_threads_keep_the_order(smooth, monkeypatch, said):
    pictures = Pictures.of(smooth, [f"{i}.jpg" for i in range(12)], 32)
    alone = np.stack([pictures[i] for i in range(12)])
    monkeypatch.setenv("OMP_NUM_THREADS", said)
    np.testing.assert_array_equal(pictures[:], alone)
    np.testing.assert_array_equal(pictures[::-1], alone[::-1])


@pytest.mark.parametrize("mode", ["L", "P", "RGBA", "LA", "CMYK", "1", "I;16", "F"])
@pytest.mark.parametrize("side", [28, 1024])
def test_pictures_of_every_size_and_mode(tmp_path, mode, side):
    Image.new(mode, (side, side + 3)).save(tmp_path / "a.tif") if mode not in ("P", "LA") else Image.new(
        mode, (side, side + 3)).save(tmp_path / "a.png")  # fmt: skip
    file = next(tmp_path.iterdir()).name
    assert Pictures.of(tmp_path, [file], 64)[:].shape == (1, 64, 64, 3)


def test_the_first_damaged_picture_is_named(tmp_path):
    for i in range(6):
        picture().save(tmp_path / f"{i}.png")
    for i in (2, 4):
        (tmp_path / f"{i}.png").write_bytes(b"")
    with pytest.raises(ValueError, match="^row 3: 2.png cannot be read as an image .*; replace it in .*, or pass over"):
        Pictures.of(tmp_path, [f"{i}.png" for i in range(6)], 8)[:]
