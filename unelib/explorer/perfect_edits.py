"""What a perfect edit would have made, where that can be known: of a drawn face, one attribute turned and no other."""

import numpy as np
from numpy.typing import NDArray

from ..editing.counterfactuals import counterfactual
from ..editing.edit_state import EditState
from ..worlds.faces import ATTRIBUTES


def perfect_edit(state: EditState, size: int) -> NDArray[np.uint8] | None:
    """The picture (size, size, 3) that an edit aims at.

    Parameters
    ----------
    state : EditState
        Of one attribute.
    size : int
        Pixels a side.

    Returns
    -------
    ndarray or None
        Drawn, not generated. None where it is unknown or nothing was to change: other images than drawn faces, no or
        several attributes, and a face that was as asked before.

    Examples
    --------
    >>> perfect_edit(EditState("drawn-ldm", image="face-0-00000000", strengths={"Eyeglasses": 2}), 64).shape
    (64, 64, 3)
    >>> perfect_edit(EditState("drawn-ldm", seed=0, strengths={"Eyeglasses": 2}), 64) is None
    True
    """
    if state.image is None or len(state.strengths) != 1:
        return None
    [(name, strength)] = state.strengths.items()
    if name not in ATTRIBUTES:
        return None
    found = counterfactual([state.image], name, 1 if strength > 0 else -1, size)
    return None if found is None or not found.apart[0] else found.wanted[0]
