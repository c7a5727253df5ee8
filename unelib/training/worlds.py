"""The worlds that models are trained in: their pictures, what is known of them, and the words for it.

Every family of models trains in a world that is handed to it; what else a family needs to know of a world (steps,
sizes) is in its own module.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from types import ModuleType

from ..worlds import faces, fashion
from ..worlds.image_sets import load_images
from . import face_captions, fashion_captions
from .data import training_faces, training_nuisances

FACES_SIDE, FASHION_SIDE = 64, 32
PATCHES = 8  # along each side of a picture, for the models that cut it into patches


@dataclass(frozen=True)
class World:
    """A set of pictures with attributes.

    name        the first part of its models' names
    image_set   what `load_images` calls it
    attributes  names of the a attributes
    classes     how many of the attributes, the first ones, are classes that exclude one another; may be 0
    side        pixels a side of a training picture
    channels    3, or 1 if its pictures are grey
    pictures    () -> pixels (n, side, side, 3) uint8 and attributes (n, a) uint8 of the split `models`
    captions    module with `caption`, `PROMPTS` and `examples`
    nuisances   (names) -> what is drawn independently of all attributes (n, names) in -1..1; None where unknown
    """

    name: str
    image_set: str
    attributes: tuple
    classes: int
    side: int
    channels: int
    pictures: Callable
    captions: ModuleType
    nuisances: Callable | None = None

    @property
    def patch(self):
        """Pixels a side of one of the PATCHES x PATCHES patches of a picture."""
        return self.side // PATCHES


def training_fashion():
    """All pictures (50,000, 32, 32, 3) uint8, framed in black, and attributes of Fashion-MNIST's split `models`.

    Raises FileNotFoundError, saying where they are to be had, if the published files are not here.
    """
    images = load_images("fashion", n=None, split="models", size=FASHION_SIDE)
    return images.pixels, images.attributes.to_numpy()


FACES = World(
    name="drawn", image_set="drawn-faces", attributes=tuple(faces.ATTRIBUTES), classes=0, side=FACES_SIDE, channels=3,
    pictures=partial(training_faces, 40_000, 0), captions=face_captions,
    nuisances=partial(training_nuisances, 40_000, 0),
)  # fmt: skip
FASHION = World(
    name="fashion", image_set="fashion", attributes=fashion.ATTRIBUTES, classes=len(fashion.CLASSES), side=FASHION_SIDE,
    channels=1, pictures=training_fashion, captions=fashion_captions,
)  # fmt: skip
