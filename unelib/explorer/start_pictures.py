"""The images there are to choose from, as small pictures: drawn where they are drawn faces, else by the model."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..editing.counterfactuals import counterfactual
from ..inversion.deterministic import generate
from ..models.contracts import GeneratorLike
from ..worlds.faces import ATTRIBUTES
from .pictures import COARSE


class StartPictures:
    """Pictures by their row, made when they are asked for, so that a long list costs nothing.

    Parameters
    ----------
    gen : GeneratorLike
        Makes them, in few steps, where they are no drawn faces.
    noises : ndarray (n, d)
        One row an image.
    ids : sequence of str (n,)
        Of the images.
    """

    def __init__(self, gen: GeneratorLike, noises: NDArray[np.float32], ids: Sequence[str]) -> None:
        self.gen, self.noises, self.ids = gen, noises, np.asarray(ids)
        self.made: dict[int, NDArray[np.uint8]] = {}

    def __len__(self) -> int:
        return len(self.noises)

    def __getitem__(self, rows: Any) -> NDArray[np.uint8]:
        """A picture (h, w, 3) of one row, or pictures (m, h, w, 3) of several."""
        wanted = np.arange(len(self))[rows]
        missing = [row for row in np.atleast_1d(wanted).tolist() if row not in self.made]
        if missing:
            self.made.update(zip(missing, self.make(missing)))
        found = np.stack([self.made[row] for row in np.atleast_1d(wanted).tolist()])
        return found if np.ndim(wanted) else found[0]

    def make(self, rows):
        """Pictures (m, h, w, 3) of a list of rows."""
        faces = known_faces(self.gen, self.ids[rows])
        return generate(self.gen, self.noises[rows], steps=COARSE) if faces is None else faces


def known_faces(gen: GeneratorLike, ids: Sequence[str]) -> NDArray[np.uint8] | None:
    """The faces (n, h, w, 3) that bear these ids, at a model's size; None if any is another image's."""
    size = getattr(gen, "image_size", None)
    found = counterfactual(list(ids), ATTRIBUTES[0], size=size) if size else None
    return None if found is None else found.real
