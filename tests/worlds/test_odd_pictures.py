"""A hundred pictures of every kind that people have, some damaged: each is read or named, and never half-read."""

import warnings

import numpy as np
import pytest
from PIL import Image

from unelib.worlds.image_sets import load_images

KINDS = {"png": ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"], "jpg": ["L", "RGB", "CMYK"], "gif": ["P", "L"],
         "bmp": ["1", "L", "RGB"], "webp": ["RGB", "RGBA"], "tiff": ["L", "RGB", "RGBA", "CMYK", "I;16"],
         "ppm": ["L", "RGB"]}  # fmt: skip
NAMES = ["a", "ä ö", "名", "with space", "a.b", "-dash", "x" * 80]


def odd(rng):
    """A picture's bytes, its ending, and whether it is whole."""
    ending = list(KINDS)[rng.integers(len(KINDS))]
    mode = KINDS[ending][rng.integers(len(KINDS[ending]))]
    h, w = rng.integers(1, 40, 2)
    if mode == "I;16":
        picture = Image.fromarray(rng.integers(0, 65536, (h, w)).astype(np.uint16))
    else:
        picture = Image.fromarray(rng.integers(0, 256, (h, w, 3), np.uint8)).convert(mode)
    return picture, ending


def damaged(raw, rng):
    """The bytes after an accident, or as they were."""
    place = int(rng.integers(1, max(len(raw) // 2, 2)))
    return [raw, raw, raw, raw[:place], b"", rng.integers(0, 256, len(raw), np.uint8).tobytes(), b"<html>"][
        rng.integers(7)
    ]


@pytest.mark.parametrize("seed", range(4))
def test_odd_pictures(tmp_path, seed):
    rng, rows = np.random.default_rng(seed), []
    for i in range(25):
        picture, ending = odd(rng)
        path = tmp_path / f"{i:02d} {NAMES[rng.integers(len(NAMES))]}.{ending}"
        picture.save(path)
        path.write_bytes(damaged(path.read_bytes(), rng))
        rows.append(path.name)
    (tmp_path / "table.csv").write_text("file,Male\n" + "".join(f'"{name}",{i % 2}\n' for i, name in enumerate(rows)))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        images = load_images(str(tmp_path), size=8, on_error="skip")
    assert len(images) + len(images.skipped) == 25 and 5 < len(images) < 25
    assert images.pixels.shape == (len(images), 8, 8, 3) and images.pixels.dtype == np.uint8
    assert [name.rsplit(".", 1)[0] for name in rows if name not in images.skipped] == list(images.ids)
    assert list(images.attributes.Male) == [i % 2 for i, name in enumerate(rows) if name not in images.skipped]
    with pytest.raises(ValueError, match="cannot be read as an image"):
        load_images(str(tmp_path), size=8)
