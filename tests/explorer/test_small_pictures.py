"""Thumbnails: as PNGs they hold the same picture, smaller where it is large."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from unelib.explorer.small_pictures import SMALL_SIDE, thumbnail_uri


@pytest.mark.parametrize("shape", [(16, 16), (200, 200), (300, 100)])
def test_a_thumbnail_is_the_picture_and_never_large(shape):
    picture = np.full((*shape, 3), (10, 200, 30), np.uint8)
    data = base64.b64decode(thumbnail_uri(picture).split(",")[1])
    again = np.asarray(Image.open(io.BytesIO(data)))
    assert max(again.shape[:2]) == min(max(shape), SMALL_SIDE)
    assert (again == (10, 200, 30)).all()
