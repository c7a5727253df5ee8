"""Where the parts of a drawn face lie in its picture: known from the factors that it was painted of."""

import numpy as np
from numpy.typing import NDArray

from .canvas import in_picture
from .face_painter import EYE_Y, MOUTH_Y, Look, by_attribute, pose
from .faces import traits
from .labelled_images import ImageSet


def part_positions(*parts: ImageSet) -> dict[str, NDArray[np.float64]]:
    """Positions of the parts of drawn faces in their pictures, known and not estimated; part of a set below part.

    Parameters
    ----------
    *parts : ImageSet
        Of drawn faces, of one size, such as the two of `load_parts`.

    Returns
    -------
    dict {part: ndarray (n, 2)}, float64
        Column and row in pixels, 0, 0 in the middle of the first one. Left and right are the picture's. NaN where a
        face has not that part (hat, earrings), or where it is covered: brows by bangs, the chin by a beard.

    Raises
    ------
    ValueError
        Where nothing is given, or pictures that were not drawn, or of several sizes.

    Examples
    --------
    >>> from unelib import load_images
    >>> found = part_positions(load_images("drawn-faces", n=3, size=32))
    >>> found["mouth"].shape, bool((found["left eye"][:, 0] < found["right eye"][:, 0]).all())
    ((3, 2), True)
    """
    sizes = sorted({part.pixels.shape[1] for part in parts})
    if len(sizes) != 1:
        raise ValueError(f"pictures are {sizes} pixels high; give sets of one size, one set at least")
    found = [positions_of(part, sizes[0]) for part in parts]
    return {name: np.concatenate([places[name] for places in found]) for name in found[0]}


def positions_of(images, size):
    """{part: (n, 2)} of one set."""
    if images.factors is None:
        raise ValueError(f"{images.name!r} was not drawn, so nothing tells where its parts are; choose drawn-faces")
    t = traits(images.factors)
    own = in_head(t)
    x, y = (np.stack([place[axis] for place in own.values()], 1) for axis in (0, 1))
    places, there = in_picture(x, y, size, **pose(t)), visible(t, own)
    return {name: np.where(there[name][:, None], places[:, i], np.nan) for i, name in enumerate(own)}


def in_head(t):
    """{part: (x, y)} in the head's frame, each (n,): the middle of what `face_painter` paints, if it does."""
    look, flat = Look(t), np.ravel
    turn, male, rx, ry = (flat(values) for values in (look.turn, look.male, look.rx, look.ry))
    spacing, brow = 0.19 + 0.012 * t["eye_spacing"], -0.215 - 0.02 * t["brow_height"] + 0.02 * male
    smile = flat(by_attribute(t, "Smiling", (-0.05, -0.005), (0.10, 0.16)))
    half = 0.155 + 0.015 * t["mouth_width"] + 0.045 * t["Smiling"]
    lips = MOUTH_Y + 0.015 * t["mouth_height"] + 0.45 * smile
    ball, level = 0.062 + 0.018 * t["Wearing_Earrings_strength"], 0 * turn
    found = {}
    for name, side in (("left", -1), ("right", 1)):
        found[f"{name} eye"] = turn + side * spacing, EYE_Y + level
        found[f"{name} brow"] = turn + side * 0.19, brow
        found[f"{name} corner of the mouth"] = turn + side * half, lips - smile
        found[f"{name} earring"] = side * (rx + 0.055), 0.18 + ball
    return found | {"nose": (1.5 * turn, 0.17 + level), "mouth": (turn, lips), "chin": (level, ry),
                    "hat": (level, level - 0.405)}  # fmt: skip


def visible(t, names):
    """{part: (n,) of bool}: whether it is there and nothing is painted over it."""
    absent = {"hat": t["Wearing_Hat"] == 0, "chin": t["No_Beard"] == 0}
    for side in ("left", "right"):
        absent |= {f"{side} earring": t["Wearing_Earrings"] == 0, f"{side} brow": t["Bangs"] > 0}
    return {name: ~absent.get(name, np.zeros(len(t["x"]), bool)) for name in names}
