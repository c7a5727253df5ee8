"""Pictures in files, as squares of one size, read when they are asked for: what does not fit into memory at once."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from ..core.cpus import threads

UNREADABLE = (OSError, ValueError, Image.DecompressionBombError)  # of a damaged, cut, foreign or far too large picture


@dataclass(frozen=True, eq=False)
class Pictures:
    """Behaves like an array (n, size, size, 3) uint8 of the pictures in `files`, and reads them when it is sliced.

    rows  number of each picture in its table, for messages; below 0 where no table names it
    """

    files: np.ndarray
    rows: np.ndarray
    size: int
    dtype = np.dtype(np.uint8)
    ndim = 4

    @classmethod
    def of(cls, folder, files, size=None, rows=None):
        """Pictures of a folder, `size` pixels a side, by default the smallest side among them."""
        paths = np.array([Path(folder) / file for file in files], object)
        rows = np.arange(len(paths)) if rows is None else np.asarray(rows)
        side = size or min(map(smallest_side, paths, rows))
        return cls(paths, rows, side)

    @classmethod
    def joined(cls, parts):
        """Several sets of pictures of one size as one."""
        if not all(isinstance(p, cls) for p in parts) or len({p.size for p in parts}) > 1:
            raise ValueError("only pictures in files, of one size, can be joined; give `size` and load both sets alike")
        return cls(np.concatenate([p.files for p in parts]), np.concatenate([p.rows for p in parts]), parts[0].size)

    @property
    def shape(self):
        """(n, size, size, 3), as of an array."""
        return len(self.files), self.size, self.size, 3

    def __len__(self):
        return len(self.files)

    def __getitem__(self, rows):
        """Pixels of one picture (h, w, 3), or of those of a slice, mask or array of row numbers, read now."""
        if isinstance(rows, (int, np.integer)):
            return square(open_picture(self.files[rows], self.rows[rows], 2 * self.size), self.size)
        few = self.take(rows)
        pixels = np.empty(few.shape, np.uint8)
        with ThreadPoolExecutor(threads()) as pool:
            for i, picture in enumerate(pool.map(few.__getitem__, range(len(few)))):
                pixels[i] = picture
        return pixels

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[np.uint8]:
        """All of them, read now."""
        return self[:].astype(dtype or np.uint8, copy=False)

    def take(self, rows):
        """Some of the pictures, not read yet."""
        return Pictures(self.files[rows], self.rows[rows], self.size)


@contextmanager
def reading(name, row, place=None):
    """Inside, what goes wrong with a picture becomes an error that names it, its row if it has one, and its place."""
    try:
        yield
    except UNREADABLE as error:
        raise ValueError(
            f"{'' if row < 0 else f'row {row + 1}: '}{name} cannot be read as an image ({error}); replace it"
            f'{"" if place is None else f" in {place}"}, or pass over such pictures with on_error="skip"'
        ) from error


def picture_fault(path):
    """Why a picture cannot be used, or None; the whole of it is read."""
    if not path.is_file():
        return "missing"
    try:
        with Image.open(path) as picture:
            as_rgb(picture)
    except UNREADABLE as error:
        return str(error).replace(str(path), path.name)
    return None


def smallest_side(path, row):
    """The smaller side of a picture, by its header."""
    with reading(path.name, row, path.parent), Image.open(path) as picture:
        return min(picture.size)


def open_picture(path, row, enough=None):
    """One picture of a file as RGB; of a JPEG no more pixels are decoded than leave `enough` a side, if so many."""
    with reading(path.name, row, path.parent), Image.open(path) as picture:
        if enough:
            picture.draft(None, (enough, enough))
        return as_rgb(picture)


def as_rgb(picture):
    """A picture as RGB: EXIF rotation applied, grey (16 bits too), CMYK converted, transparency over white."""
    picture = ImageOps.exif_transpose(picture)
    if picture.mode.startswith("I"):
        picture = Image.fromarray((np.asarray(picture) // 257).clip(0, 255).astype(np.uint8))
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        picture = picture.convert("RGBA")
        picture = Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture)
    return picture.convert("RGB")


def square(picture, size):
    """The middle square of an RGB picture, resized to `size`, as (size, size, 3) uint8."""
    return np.asarray(ImageOps.fit(picture, (size, size), Image.Resampling.LANCZOS), np.uint8)


def grey_as_rgb(pixels, size):
    """Grey squares (n, h, h) uint8 as (n, size, size, 3) uint8: framed in black if `lacking` allows, else resampled."""
    border = lacking(pixels.shape[1], size)
    if border is None:
        return np.stack([square(Image.fromarray(p).convert("RGB"), size) for p in pixels])
    framed = np.pad(pixels, ((0, 0), (border, border), (border, border)))
    return np.repeat(framed[..., None], 3, -1)


def lacking(side, wanted):
    """How many pixels a picture of this side lacks on each side: 0, 1 or 2, and None if it needs resampling.

    A frame so narrow keeps every pixel as it is, where resampling by a few per cent would blur all of them.

    >>> [lacking(28, wanted) for wanted in (28, 30, 32, 31, 34, 26)]
    [0, 1, 2, None, None, None]
    """
    return {0: 0, 2: 1, 4: 2}.get(wanted - side)
