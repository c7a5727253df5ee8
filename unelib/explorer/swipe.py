"""Before and after on one place, with a divider between them that is moved by the pointer or by keys."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from traitlets import Int, Unicode, validate

from ..core.extras import needed
from .pictures import png
from .small_pictures import data_uri

any_widget: Any = needed("anywidget", "explorer")
SWIPE_STYLE = """
.une-swipe { position: relative; max-width: 512px; touch-action: pan-y; user-select: none; cursor: ew-resize; }
.une-swipe img { display: block; width: 100%; image-rendering: pixelated; }
.une-swipe img.une-after { position: absolute; inset: 0; height: 100%; }
.une-swipe img[hidden], .une-divider[hidden] { display: none !important; }
.une-divider { position: absolute; top: 0; bottom: 0; width: 4px; margin-left: -2px; background: #fff;
  box-shadow: 0 0 0 1px #000; }
.une-divider::after { content: "◂ ▸"; position: absolute; top: 50%; left: 50%; transform: translate(-50%, -50%);
  padding: 6px 8px; border-radius: 16px; background: #fff; color: #000; box-shadow: 0 0 0 1px #000; font-size: 14px;
  white-space: nowrap; }
.une-divider:focus-visible { outline: 3px solid #d4483b; outline-offset: 2px; }
"""


class Swipe(any_widget.AnyWidget):
    """Two pictures on one place; its script is swipe.js.

    Attributes
    ----------
    value : int
        Where the divider stands, in % of the width: left of it is before, right of it after.
    label : str
        The divider's name.
    before, after, before_told, after_told : str
        Addresses that hold the pictures, and their alternative texts; `show` sets them.
    """

    _esm = Path(__file__).with_name("swipe.js")
    _css = SWIPE_STYLE
    value: Any = Int(50).tag(sync=True)
    label: Any = Unicode("divider between before and after").tag(sync=True)
    before: Any = Unicode("").tag(sync=True)
    after: Any = Unicode("").tag(sync=True)
    before_told: Any = Unicode("").tag(sync=True)
    after_told: Any = Unicode("").tag(sync=True)

    @validate("value")
    def _in_per_cent(self, proposal):
        if not 0 <= proposal["value"] <= 100:
            raise ValueError(f"the divider cannot stand at {proposal['value']} %; set a whole number from 0 to 100")
        return proposal["value"]

    def show(self, before: NDArray[np.uint8], after: NDArray[np.uint8], before_told: str, after_told: str) -> None:
        """Show pictures (h, w, 3) uint8 with their alternative texts, all in one message to the page."""
        with self.hold_sync():
            self.before, self.after = (data_uri(png(image), "png") for image in (before, after))
            self.before_told, self.after_told = before_told, after_told
