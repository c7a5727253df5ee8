"""A judge or an encoder that remembers what it saw in every picture, so that its network looks at none twice."""

import hashlib
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray


def remembered(model: Any) -> Any:
    """A judge or an encoder that knows pictures again, `Remembered`; what is one, or None, as it is."""
    return model if model is None or isinstance(model, Remembered) else Remembered(model)


class Remembered:
    """A judge or an encoder that knows pictures again by their content.

    Who compares many edits with the same images before shows it those as often; edits leave some images as they are.

    Parameters
    ----------
    model : JudgeLike or EncoderLike
        Who looks at pictures that are new; what is asked beside `embed` and `probabilities` goes to it.

    Attributes
    ----------
    model
        As given.

    Examples
    --------
    >>> from unelib import load_images, load_judge
    >>> pixels = load_images("drawn-faces", n=2).pixels
    >>> judge = Remembered(load_judge("drawn-judge"))
    >>> judge.probabilities(pixels[[0, 1, 0]]).shape == (3, len(judge.attributes)), len(judge.known)
    (True, 2)
    """

    def __init__(self, model: Any) -> None:
        self.model = model
        self.known: dict[tuple[str, bytes], NDArray[Any]] = {}

    def __getattr__(self, name: str) -> Any:
        if name == "model":
            raise AttributeError(name)
        return getattr(self.model, name)

    def embed(self, pixels: ArrayLike) -> NDArray[Any]:
        """Embeddings (n, dim) of images (n, h, w, c) uint8, as the encoder gives them."""
        return self.recalled(self.model.embed, pixels)

    def probabilities(self, pixels: ArrayLike) -> NDArray[Any]:
        """Probabilities (n, a) of images (n, h, w, c) uint8, as the judge gives them."""
        return self.recalled(self.model.probabilities, pixels)

    def recalled(self, look: Callable[..., NDArray[Any]], pixels: ArrayLike) -> NDArray[Any]:
        """A row for each picture, of those that are new by `look`, in one batch."""
        pictures = np.asarray(pixels)
        keys = [(look.__name__, hashlib.sha256(p.tobytes()).digest()) for p in pictures]
        new = {key: i for i, key in enumerate(keys) if key not in self.known}
        if new:
            self.known |= zip(new, look(pictures[list(new.values())]))
        return np.stack([self.known[key] for key in keys])
