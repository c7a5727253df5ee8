"""What a perfect edit would have made: the same drawn faces with one attribute turned over and nothing else."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_dilation

from ..core.checks import choice, finite_list, name_list
from ..worlds.faces import Factors, column, draw_faces, flip, sample_factors
from ..worlds.fidelity import decibels, ssim_map

FACE = re.compile(r"(free-)?face-(\d+)-(\d+)")  # free of correlations
MARGIN = 2  # pixels around those that differ: an autoencoder's blur


@dataclass(frozen=True, eq=False)
class Counterfactual:
    """Pictures as they are, and as they should become: what `counterfactual` returns.

    Attributes
    ----------
    real, wanted : ndarray (n, h, w, 3), uint8
        As they are, and as a perfect edit would make them.
    apart : ndarray (n,), bool
        Which of them lacked what is wanted; the others are wanted as they are.
    target, sign : str, {1, -1}
        The attribute that is wanted, 1, or is to go, -1.
    """

    real: NDArray[np.uint8]
    wanted: NDArray[np.uint8]
    apart: NDArray[np.bool_]
    target: str
    sign: int = 1

    def __getitem__(self, rows: Any) -> "Counterfactual":
        return replace(self, real=self.real[rows], wanted=self.wanted[rows], apart=self.apart[rows])

    @cached_property
    def outside(self) -> NDArray[np.bool_]:
        """Pixels (n, h, w) bool that the wanted change leaves alone, and that are more than `MARGIN` away from it."""
        around = np.ones((1, 2 * MARGIN + 1, 2 * MARGIN + 1), bool)
        return ~binary_dilation((self.real != self.wanted).any(3), around)


def counterfactual(
    ids: Sequence[str] | NDArray[Any], target: str, sign: int = 1, size: int = 64
) -> Counterfactual | None:
    """What a perfect edit would have made of drawn faces.

    Parameters
    ----------
    ids : sequence of str (n,)
        Of the faces.
    target : str
        The attribute.
    sign : {1, -1}
        1 if it is to appear, -1 if it is to go.
    size : int
        Pixels a side.

    Returns
    -------
    Counterfactual or None
        In the order of the ids; None if any of them is another image's: nobody knows how a photograph would look.

    Raises
    ------
    ValueError
        Without ids, for another sign and, naming those there are, for an unknown attribute.

    Examples
    --------
    >>> shown = counterfactual(["face-0-00000000", "face-0-00000001"], "Eyeglasses")
    >>> shown.apart.tolist(), bool((shown.real[0] == shown.wanted[0]).all())
    ([True, True], False)
    """
    if len(name_list(ids, "ids")) == 0:
        raise ValueError("no ids were given; name one face at least")
    choice(sign, (1, -1), "sign")
    found = [match for name in ids if (match := FACE.fullmatch(str(name)))]
    if len(found) < len(ids):
        return None
    factors = factors_of([(int(m[2]), m[1] is None) for m in found], np.array([int(m[3]) for m in found]))
    apart = (factors.attributes[:, column(target)] == 1) != (sign > 0)
    real = draw_faces(factors, size)
    wanted = real.copy()
    wanted[apart] = draw_faces(flip(factors[apart], target), size)
    return Counterfactual(real, wanted, apart, target, sign)


def part_masks(
    ids: Sequence[str] | NDArray[Any], target: str, box: Sequence[float], size: int = 64
) -> NDArray[np.bool_]:
    """Where in each picture an attribute shows: where the drawing changes with it, or a box where nothing was drawn.

    Parameters
    ----------
    ids : sequence of str (n,)
        Of the images.
    target : str
        The attribute, of drawn faces.
    box : sequence of float (4,)
        Left, top, right and bottom of the part in all other images, as shares of the picture.
    size : int
        Pixels a side.

    Returns
    -------
    ndarray (n, size, size), bool
        Of drawn faces the pixels that change where the attribute is turned over, and those within `MARGIN` of them.

    Raises
    ------
    ValueError
        As `counterfactual`, and on a box that is none.

    Examples
    --------
    >>> mouth, other = (part_masks([name], "Smiling", [0.25, 0.5, 0.75, 1.0], 32) for name in ("face-0-00000000", "a"))
    >>> bool(mouth[0, 20:].any()), bool(mouth[0, :8].any()), other.mean().item()
    (True, False, 0.25)
    """
    left, top, right, bottom = finite_list(box, "box") if np.size(box) == 4 else (1, 1, 0, 0)
    if not (0 <= left < right <= 1 and 0 <= top < bottom <= 1):
        raise ValueError(f"box is {list(box)}; give left, top, right and bottom, as shares of the picture, 0 to 1")
    shown = [counterfactual(ids, target, sign, size) for sign in (1, -1)]
    if shown[0] is not None and shown[1] is not None:
        return ~shown[0].outside | ~shown[1].outside
    place = (np.arange(size) + 0.5) / size
    inside = ((place > top) & (place < bottom))[:, None] & ((place > left) & (place < right))
    return np.repeat(inside[None], len(ids), 0)


def factors_of(worlds, indices):
    """`Factors` of faces by their worlds, n times (seed, correlated), and their indices (n,) there, in that order."""
    rows = {world: [i for i, other in enumerate(worlds) if other == world] for world in worlds}
    parts = [sample_factors(indices[own], *world) for world, own in rows.items()]
    order = np.argsort(np.concatenate(list(rows.values())))
    return Factors(*(np.concatenate([getattr(p, f.name) for p in parts])[order] for f in fields(Factors)))


def against_truth(before, after, truth):
    """What pictures after an edit have of the counterfactual, all (n,), NaN where nothing was to change, or to stay.

    psnr_outside, ssim_outside  likeness of before and after at the pixels that the counterfactual leaves alone; what
              was done to the others makes no difference
    to_truth  distance of `after` to the wanted picture over that of `before`: 0 is the counterfactual itself, 1 no
              nearer than before, more is further away
    """
    outside = truth.outside & truth.apart[:, None, None]
    error = mean_where(((after.astype(np.float64) - before) ** 2).mean(3), outside)
    to_go, left = distances(before, truth.wanted), distances(after, truth.wanted)
    return {
        "psnr_outside": decibels(error),
        "ssim_outside": mean_where(ssim_map(before, after, outside).mean(3), outside),
        "to_truth": np.divide(left, to_go, out=np.full(len(left), np.nan), where=truth.apart & (to_go > 0)),
    }


def distances(a, b):
    """Euclidean distances (n,) between pictures (n, h, w, c)."""
    return np.linalg.norm((a.astype(np.float64) - b).reshape(len(a), -1), axis=1)


def mean_where(values, mask):
    """Means (n,) of values (n, h, w) where a mask is true; NaN where it never is."""
    count = mask.sum((1, 2))
    return np.where(count > 0, (values * mask).sum((1, 2)) / np.maximum(count, 1), np.nan)
