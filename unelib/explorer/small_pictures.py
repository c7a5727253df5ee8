"""Pictures inside a page: their bytes as addresses, thumbnails, and what is said about each."""

import base64
import io
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ..plots.figures import pretty

SMALL_SIDE = 96  # pixels of a thumbnail, at most


def data_uri(data: bytes, kind: str) -> str:
    """The address that holds a picture's bytes.

    >>> data_uri(b"GIF89a", "gif")
    'data:image/gif;base64,R0lGODlh'
    """
    return f"data:image/{kind};base64,{base64.b64encode(data).decode()}"


def thumbnail_uri(image: NDArray[np.uint8]) -> str:
    """A picture (h, w, 3) uint8 as the address of a PNG that holds it, made smaller where it has more than 96 pixels.

    >>> thumbnail_uri(np.zeros((2, 2, 3), np.uint8))[:22]
    'data:image/png;base64,'
    """
    small, stream = Image.fromarray(image), io.BytesIO()
    small.thumbnail((SMALL_SIDE, SMALL_SIDE), Image.Resampling.LANCZOS)
    small.save(stream, "PNG")
    return data_uri(stream.getvalue(), "png")


def image_told(name: object, labels: Mapping[str, Any]) -> str:
    """Which image it is, and what it has by its labels {attribute: 0, 1 or NaN}.

    >>> image_told("face-0-1", {"Smiling": 1, "Wearing_Hat": 1, "Young": 0, "Male": float("nan")})
    'image face-0-1: Smiling, Wearing Hat; not known: Male'
    >>> image_told("face-0-1", {"Smiling": 0}), image_told("face-0-1", {})
    ('image face-0-1: none of the attributes', 'image face-0-1')
    """
    has = ", ".join(pretty(attribute) for attribute, value in labels.items() if value == 1)
    unknown = ", ".join(pretty(attribute) for attribute, value in labels.items() if value not in (0, 1))
    if len(labels) == 0:
        return f"image {name}"
    told = [has or "none of the attributes" * (not unknown), f"not known: {unknown}" * bool(unknown)]
    return f"image {name}: {'; '.join(filter(None, told))}"
