"""Pictures as a network wants them: resized, cropped and normalised, each by itself, with Pillow."""

import math
from numbers import Real
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ..core.checks import choice

FILTERS = {
    "nearest": Image.Resampling.NEAREST,
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
    "lanczos": Image.Resampling.LANCZOS,
}
CROPS = ("center", "squash", "border")


class Preparation(NamedTuple):
    """How pictures are prepared: timm's words for it.

    size           height and width that the network takes
    mean, std      of the three colours, 0 to 1
    interpolation  one of `FILTERS`
    crop, share    "center": the shorter edge is resized and the middle kept; "squash": both are; "border": the longer
                   edge is, and what lacks gets the mean colour. Of the resized picture this share of each edge is kept
    """

    size: tuple[int, int]
    mean: tuple[float, ...] = (0.485, 0.456, 0.406)
    std: tuple[float, ...] = (0.229, 0.224, 0.225)
    interpolation: str = "bicubic"
    crop: str = "center"
    share: float = 1.0

    def checked(self, what: str) -> "Preparation":
        """The same, its numbers made three a list; ValueError names what is wrong, and `what` it is of.

        >>> Preparation((8, 8), (0.5,), (0.5,)).checked("mine").mean
        (0.5, 0.5, 0.5)
        """
        choice(self.interpolation, FILTERS, f"interpolation of {what}")
        choice(self.crop, CROPS, f"crop of {what}")
        whole = len(self.size) == 2 and all(isinstance(edge, int) and edge > 0 for edge in self.size)
        if not whole or not isinstance(self.share, Real) or not 0 < self.share <= 1:
            raise ValueError(
                f"{what} asks for pictures of size {self.size} and share {self.share}; give two edges in pixels, and a"
                " share above 0 and up to 1"
            )
        return self._replace(mean=three(self.mean, f"mean of {what}"), std=three(self.std, f"std of {what}", 1e-9))

    def pixels(self, images: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Images (n, h, w, c) uint8 as (n, *size, 3) uint8: resized and cropped."""
        return np.stack([self.picture(image) for image in images])

    def picture(self, image):
        """One of them."""
        picture = Image.fromarray(image.squeeze(-1) if image.shape[-1] == 1 else image).convert("RGB")
        wanted = [math.floor(edge / self.share) for edge in self.size]
        picture = picture.resize(self.edges(picture.size[::-1], wanted)[::-1], FILTERS[self.interpolation])
        return np.asarray(cut_or_filled(picture, self.size, tuple(round(255 * value) for value in self.mean)))

    def edges(self, had, wanted):
        """Height and width after resizing, of a picture that had others; rounded as timm and torchvision do."""
        if self.crop == "squash":
            return wanted
        if self.crop == "center" and wanted[0] == wanted[1]:
            return [int(wanted[0] * edge / min(had)) for edge in had]
        ratios = [old / new for old, new in zip(had, wanted)]
        return [max(1, round(edge / (max if self.crop == "border" else min)(ratios))) for edge in had]

    def values(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Images (n, h, w, c) uint8 as (n, 3, *size) float32, normalised."""
        scaled = self.pixels(images).astype(np.float32) / 255
        normed = (scaled - np.array(self.mean, np.float32)) / np.array(self.std, np.float32)
        return np.ascontiguousarray(normed.transpose(0, 3, 1, 2))


def cut_or_filled(picture, size, colour):
    """The middle of a picture, of this height and width; what lacks gets a colour."""
    wanted = size[::-1]
    left, top = (round((h - w) / 2) if h >= w else -((w - h) // 2) for h, w in zip(picture.size, wanted))
    if left >= 0 and top >= 0:
        return picture.crop((left, top, left + wanted[0], top + wanted[1]))
    canvas = Image.new("RGB", wanted, colour)
    canvas.paste(picture, (-left, -top))
    return canvas


def three(values, what, low=-np.inf):
    """One number or three, above `low`, as three; else a ValueError."""
    found = np.atleast_1d(values).ravel()
    numbers = found.dtype.kind in "iuf" and len(found) in (1, 3)
    if not numbers or not np.isfinite(found).all() or (found < low).any():
        raise ValueError(f"{what} is {values!r}; give one number, or one for each of the three colours")
    return tuple(np.broadcast_to(found.astype(float), 3).tolist())
