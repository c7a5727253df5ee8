"""Pictures of noise, drawn once each and given up when nobody waits for them, and how they come into a page."""

import base64
import io
import threading
from collections import OrderedDict
from collections.abc import Callable
from html import escape
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ..editing.edited_pictures import pictures_of
from ..inversion.ode import settled
from .worker import watched

if TYPE_CHECKING:
    from ..models.contracts import GeneratorLike

COARSE = 4  # steps of a preview
REMEMBERED = 64  # pictures
SIDE = 512  # pixels of a picture as sent; the page shows it as large as it has room for


class Darkroom:
    """Makes pictures of noise and remembers the last ones, for several threads.

    Parameters
    ----------
    gen : GeneratorLike
        What makes them.
    size : int
        How many are remembered.
    """

    def __init__(self, gen: "GeneratorLike", size: int = REMEMBERED) -> None:
        self.gen, self.size, self.full = gen, size, settled(gen)[0]
        self.made: OrderedDict[tuple[int, bytes], NDArray[np.uint8]] = OrderedDict()
        self.lock = threading.Lock()  # of what is remembered; two threads may draw at once

    @property
    def coarse(self) -> int:
        """Steps of a preview."""
        return min(COARSE, self.full)

    def has(self, noise: NDArray[np.float32]) -> bool:
        """Whether the full picture of noise (1, d) is remembered, so that it takes no time."""
        return (self.full, noise.tobytes()) in self.made

    def picture(
        self, noise: NDArray[np.float32], check: Callable[[], None], steps: int | None = None
    ) -> NDArray[np.uint8]:
        """The picture (h, w, 3) uint8 of noise (1, d), or of a row that `apply` made.

        check  called first and before every call of the denoiser; what it raises ends the drawing
        steps  as many as made the noise, if None
        """
        key = (steps or self.full, noise.tobytes())
        with self.lock:
            found = self.made.get(key)
        if found is None:
            check()
            found = pictures_of(watched(self.gen, check), noise, steps=key[0])[0]
        with self.lock:
            self.made[key] = found
            self.made.move_to_end(key)
            while len(self.made) > self.size:
                self.made.popitem(last=False)
        return found


def png(image):
    """A picture (h, w, 3) uint8 as PNG bytes, enlarged without blur."""
    stream, factor = io.BytesIO(), max(SIDE // image.shape[0], 1)
    size = image.shape[1] * factor, image.shape[0] * factor
    Image.fromarray(image).resize(size, Image.Resampling.NEAREST).save(stream, "PNG")
    return stream.getvalue()


def figure_html(image, alt, caption):
    """A picture with its alternative text, and a line of text under it, as HTML.

    The page keeps its place while another picture is decoded. (An Image of ipywidgets 8 takes no alternative text.)
    """
    h, w = image.shape[:2]
    source = "data:image/png;base64," + base64.b64encode(png(image)).decode()
    look = f"width:100%;aspect-ratio:{w}/{h};image-rendering:pixelated;display:block"
    return (
        f'<img alt="{escape(alt)}" src="{source}" decoding="sync" style="{look}">'
        f"<div style='font-size:12px;line-height:16px;overflow-wrap:anywhere'>{escape(caption)}</div>"
    )
