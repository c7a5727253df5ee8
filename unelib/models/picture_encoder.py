"""An encoder of pictures alone, around any function from pictures to rows."""

from collections.abc import Callable, Iterable
from typing import Any, Literal, NoReturn, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..core.checks import at_once
from ..core.loops import told_slices
from .loading import checked_images, first_line


class EmbedsBatches(Protocol):
    """What embeds one batch of pictures; `embed_pictures` is its method for all of them."""

    name: str

    def embed_batch(self, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Embeddings (n, d) of one batch (n, h, w, c)."""


def embed_pictures(
    self: EmbedsBatches, pixels: ArrayLike, batch_size: int | Literal["auto"] = 64, *, progress: bool = False
) -> NDArray[np.float32]:
    """Embeddings of images, not normalised.

    Parameters
    ----------
    pixels : array-like (n, h, w, 3), uint8
        Images, 0 to 255. One grey channel, (n, h, w, 1), is taken as well.
    batch_size : int or "auto"
        Images at once; "auto" is 64.
    progress : bool
        Whether to show a bar.

    Returns
    -------
    ndarray (n, dim), float32
        One row an image.

    Raises
    ------
    ValueError
        On pixels of another shape or kind, or without any.
    """
    images = checked_images(pixels)
    slices = told_slices(len(images), at_once(batch_size, 64), f"embedding with {self.name}" if progress else None)
    return np.concatenate([self.embed_batch(images[rows]) for rows in slices])


class PictureEncoder:
    """An encoder that reads no text, of a model that is not transformers': what `load_encoder` returns for it.

    Parameters
    ----------
    name : str
        As asked for.
    compute : callable
        Images (n, h, w, 3) uint8 -> rows (n, d), each of its image alone.
    settings : dict
        What a row depends on, for a view's manifest.

    Attributes
    ----------
    dim : int
        Length of an embedding.
    tokenizer : None
        It reads no text.
    name, compute, settings
        As given.

    Examples
    --------
    >>> from unelib import load_images
    >>> grey = PictureEncoder("grey", lambda pixels: pixels.mean((1, 2)), {"model": "grey"})
    >>> grey.dim, grey.embed(load_images("drawn-faces", n=2).pixels).shape
    (3, (2, 3))
    """

    tokenizer = None

    def __init__(self, name: str, compute: Callable[[Any], Any], settings: dict[str, Any]) -> None:
        self.name, self.compute, self.settings = name, compute, settings
        self.dim = len(self.tried()[0])

    def __repr__(self) -> str:
        return f"PictureEncoder({self.name!r}, dim {self.dim})"

    def tried(self):
        """Rows of two grey pictures; ValueError, before any long work, where nothing like rows comes back."""
        pictures = np.repeat(np.array([64, 192], np.uint8), 64 * 64 * 3).reshape(2, 64, 64, 3)
        try:
            return self.embed_batch(pictures)
        except Exception as error:
            raise ValueError(
                f"encoder {self.name!r} fails on two grey pictures of 64 x 64 ({first_line(error)}); it must give one"
                " row of numbers for each picture, whatever its size"
            ) from error

    embed = embed_pictures

    def embed_batch(self, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Embeddings of one batch; ValueError unless there is a row of numbers for each image."""
        if pixels.shape[-1] == 1:
            pixels = np.repeat(pixels, 3, -1)
        rows = np.asarray(self.compute(pixels))
        if rows.ndim != 2 or len(rows) != len(pixels) or not rows.shape[1] or rows.dtype.kind not in "biuf":
            raise ValueError(
                f"encoder {self.name!r} gives {rows.shape} {rows.dtype} for {len(pixels)} images; it must give one row"
                f" of numbers an image, ({len(pixels)}, d)"
            )
        return rows.astype(np.float32)

    def embed_text(self, texts: str | Iterable[str]) -> NoReturn:
        """TypeError: it reads no text."""
        raise TypeError(f"{self.name} reads no text; choose a CLIP or SigLIP encoder")
