"""What a perfect edit would have made: the same drawn faces with one attribute turned over and nothing else."""

import re
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import binary_dilation

from .diagnostics import ssim_map
from .faces import Factors, column, draw_faces, flip, sample_factors

FACE = re.compile(r"face-(\d+)-(\d+)")
NOTICED, MARGIN = 8, 2  # grey levels by which a pixel differs, and pixels around those that do: an autoencoder's blur


@dataclass(frozen=True)
class Counterfactual:
    """n pictures (n, h, w, 3) uint8 as they are (`real`) and as they should become (`wanted`).

    apart  (n,) bool: which of them lacked what is wanted; the others are wanted as they are
    """

    real: np.ndarray
    wanted: np.ndarray
    apart: np.ndarray

    def __getitem__(self, rows):
        return Counterfactual(self.real[rows], self.wanted[rows], self.apart[rows])

    @property
    def outside(self):
        """Pixels (n, h, w) bool that the wanted change leaves alone, with a margin of some pixels around it."""
        differs = np.abs(self.real.astype(int) - self.wanted).max(3) > NOTICED
        around = np.ones((1, 2 * MARGIN + 1, 2 * MARGIN + 1), bool)
        return ~binary_dilation(differs, around)


def counterfactual(ids, target, sign=1, size=64):
    """The `Counterfactual` of drawn faces by their ids; sign +1 if the target is to appear, -1 if it is to go.

    None where the ids are of other images: nobody knows how a photograph would look. Faces of a world without
    correlations have the ids of one with them, and are not told from those.

    >>> shown = counterfactual(["face-0-00000000", "face-0-00000001"], "Eyeglasses")
    >>> shown.apart.tolist(), bool((shown.real[0] == shown.wanted[0]).all())
    ([True, True], False)
    """
    found = [FACE.fullmatch(str(name)) for name in ids]
    if not all(found):
        return None
    factors = joined([sample_factors([int(m[2])], int(m[1])) for m in found])
    apart = (factors.attributes[:, column(target)] == 1) != (sign > 0)
    real, flipped = draw_faces(factors, size), draw_faces(flip(factors, target), size)
    return Counterfactual(real, np.where(apart[:, None, None, None], flipped, real), apart)


def joined(parts):
    """Factors of several sets of faces as one."""
    names = ("scores", "strength", "nuisance", "hair_length")
    return Factors(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


def against_truth(before, after, truth):
    """What pictures after an edit have of the counterfactual, all (n,), NaN where nothing was to change.

    psnr_outside, ssim_outside  likeness of before and after at the pixels that the counterfactual leaves alone
    to_truth  distance of `after` to the wanted picture over that of `before`: 0 is the counterfactual itself, 1 no
              nearer than before, more is further away
    """
    a, b, wanted = (x.astype(np.float64) for x in (before, after, truth.wanted))
    outside = truth.outside & truth.apart[:, None, None]
    error = mean_where(((a - b) ** 2).mean(3), outside)
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = np.linalg.norm((b - wanted).reshape(len(a), -1), axis=1)
        ratio = ratio / np.linalg.norm((a - wanted).reshape(len(a), -1), axis=1)
        psnr = np.minimum(10 * np.log10(255**2 / error), 99.0)
    return {
        "psnr_outside": psnr,
        "ssim_outside": mean_where(ssim_map(before, after).mean(3), outside),
        "to_truth": np.where(truth.apart, ratio, np.nan),
    }


def mean_where(values, mask):
    """Means (n,) of values (n, h, w) where a mask is true; NaN where it never is."""
    count = mask.sum((1, 2))
    return np.where(count > 0, (values * mask).sum((1, 2)) / np.maximum(count, 1), np.nan)
