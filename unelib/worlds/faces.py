"""Drawn faces: a factor model whose attributes are known exactly, and the pictures it makes.

Each face is a draw from a Gaussian factor model. Three common factors (masculine, age, dressed-up) and one private
factor an attribute give a score; the attribute is present where the score passes its threshold. So the attributes
are correlated as they are among real portraits, and the correlations can be turned off. `flip` changes one attribute
and keeps everything else: the true counterfactual of an edit.
"""

from dataclasses import dataclass, replace
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .face_painter import paint_portrait

COMMON = ("masculine", "age", "dressed_up")
# attribute: (rate, loadings on the common factors); CelebA's names
MODEL = {
    "Bald": (0.08, {"masculine": 0.6, "age": 0.5}),
    "Bangs": (0.28, {"masculine": -0.4, "age": -0.3}),
    "Big_Nose": (0.30, {"masculine": 0.5, "age": 0.3}),
    "Black_Hair": (0.25, {"age": -0.2}),
    "Blond_Hair": (0.25, {"masculine": -0.4, "age": -0.2}),
    "Brown_Hair": (0.25, {}),
    "Bushy_Eyebrows": (0.28, {"masculine": 0.6, "age": -0.1}),
    "Chubby": (0.22, {"masculine": 0.3, "age": 0.4}),
    "Eyeglasses": (0.22, {"masculine": 0.2, "age": 0.5, "dressed_up": -0.2}),
    "Gray_Hair": (0.25, {"masculine": 0.2, "age": 0.8}),
    "Heavy_Makeup": (0.35, {"masculine": -0.7, "age": -0.2, "dressed_up": 0.5}),
    "Male": (0.45, {"masculine": 0.97}),
    "Mouth_Slightly_Open": (0.42, {"dressed_up": 0.2}),
    "Mustache": (0.16, {"masculine": 0.75, "age": 0.3}),
    "Narrow_Eyes": (0.25, {"age": 0.2}),
    "No_Beard": (0.76, {"masculine": -0.8}),
    "Pale_Skin": (0.20, {"masculine": -0.2}),
    "Rosy_Cheeks": (0.25, {"masculine": -0.5, "dressed_up": 0.5}),
    "Smiling": (0.48, {"dressed_up": 0.3, "masculine": -0.1}),
    "Wavy_Hair": (0.35, {"masculine": -0.4, "dressed_up": 0.3}),
    "Wearing_Earrings": (0.28, {"masculine": -0.6, "dressed_up": 0.4}),
    "Wearing_Hat": (0.15, {"masculine": 0.2, "dressed_up": -0.3}),
    "Wearing_Lipstick": (0.42, {"masculine": -0.75, "dressed_up": 0.4}),
    "Young": (0.65, {"age": -0.95}),
}
ATTRIBUTES = tuple(MODEL)
HAIR_COLOURS = ("Black_Hair", "Blond_Hair", "Brown_Hair", "Gray_Hair")
NEEDS_HAIR = (*HAIR_COLOURS, "Bangs", "Wavy_Hair")
NUISANCES = (
    "x", "y", "scale", "roll", "turn", "skin", "hair_shade", "gaze_x", "gaze_y", "eye_colour", "eye_spacing",
    "brow_height", "mouth_width", "mouth_height", "face_width", "face_height", "background_hue", "background_value",
    "background_tilt", "shirt_hue", "shirt_value", "collar", "accessory_hue", "frame_shape",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Factors:
    """What n faces are made of; row i is face i.

    scores     (n, a) float64: Gaussian score of each attribute less its threshold; positive where it is wanted
    strength   (n, a) float32 in 0..1: how strongly a present attribute shows (and how far an absent one is from it)
    nuisance   (n, m) float32 in -1..1: pose, colours and proportions, in the order of `NUISANCES`
    hair_length (n,) float32 in 0..1: a continuous factor that leans on `masculine`
    """

    scores: np.ndarray
    strength: np.ndarray
    nuisance: np.ndarray
    hair_length: np.ndarray

    def __len__(self):
        return len(self.scores)

    def __getitem__(self, rows):
        return Factors(self.scores[rows], self.strength[rows], self.nuisance[rows], self.hair_length[rows])

    @property
    def attributes(self):
        """Attributes (n, a) uint8 in the order of `ATTRIBUTES`: exactly one hair colour, and none on a bald head."""
        return present(self.scores)


def column(name):
    """Position of an attribute in `ATTRIBUTES`; ValueError names the ones there are."""
    if name not in MODEL:
        raise ValueError(f"unknown attribute {name!r}; drawn faces have {', '.join(ATTRIBUTES)}")
    return ATTRIBUTES.index(name)


def present(scores):
    """Attributes (n, a) of scores: positive scores, with hair's rules applied."""
    attributes = scores > 0
    colours = [column(c) for c in HAIR_COLOURS]
    attributes[:, colours] = False
    best = scores[:, colours].argmax(1)
    attributes[np.arange(len(scores)), np.array(colours)[best]] = True
    attributes[np.ix_(attributes[:, column("Bald")], [column(c) for c in NEEDS_HAIR])] = False
    return attributes.astype(np.uint8)


def sample_factors(indices: Any, seed: int = 0, correlated: bool = True) -> Factors:
    """Draw the factors of faces `indices` (ints) of the world `seed`.

    Face (seed, index) is the same whatever else is asked for with it. `correlated=False` makes the scores
    independent: each attribute keeps its rate, but hair's rules (one colour, none on a bald head) stay.
    """
    a, m = len(ATTRIBUTES), len(NUISANCES)
    normals = np.empty((len(indices), len(COMMON) + a + 1))
    uniforms = np.empty((len(indices), a + m), np.float32)
    for row, index in enumerate(indices):
        rng = np.random.Generator(np.random.Philox(key=[seed, int(index)]))
        normals[row] = rng.standard_normal(normals.shape[1])
        uniforms[row] = rng.random(a + m, np.float32)
    common, private, hair = normals[:, : len(COMMON)], normals[:, len(COMMON) : -1], normals[:, -1]
    loadings = loading_matrix() if correlated else np.zeros((a, len(COMMON)))
    scores = (common[:, None, :] * loadings).sum(-1) + private * np.sqrt(1 - (loadings**2).sum(1)) - thresholds()
    lean = -0.85 if correlated else 0.0
    length = lean * common[:, 0] + np.sqrt(1 - lean**2) * hair
    length = np.clip(0.5 + length / 3, 0, 1).astype(np.float32)
    return Factors(scores, uniforms[:, :a], 2 * uniforms[:, a:] - 1, length)


def loading_matrix():
    """Loadings (a, 3) of the attributes on `COMMON`; the squared row sums stay under one."""
    return np.array([[weights.get(c, 0.0) for c in COMMON] for _, weights in MODEL.values()])


def thresholds():
    """Score (a,) that an attribute must pass to have its rate."""
    return np.array([NormalDist().inv_cdf(1 - rate) for rate, _ in MODEL.values()])


def flip(factors: Factors, name: str) -> Factors:
    """The same faces with one attribute turned over and nothing else: the true counterfactual.

    What hair's rules force comes along: a new hair colour replaces the old, the second choice returns when the first
    is taken away, a bald head grows hair when it is given a colour, bangs or waves.
    """
    now = factors.attributes[:, column(name)].astype(bool)
    scores = factors.scores.copy()
    j, colours = column(name), [column(c) for c in HAIR_COLOURS]
    target = np.abs(scores[:, j]) + 1e-6
    if name in HAIR_COLOURS:
        target = np.abs(scores[:, colours]).max(1) + 1
    scores[:, j] = np.where(now, -target, target)
    if name in NEEDS_HAIR:
        bald = column("Bald")
        scores[:, bald] = np.where(now, scores[:, bald], -np.abs(scores[:, bald]) - 1e-6)
    return replace(factors, scores=scores)


def draw_faces(factors: Factors, size: int = 64, batch_size: int = 64) -> NDArray[np.uint8]:
    """Pictures (n, size, size, 3) uint8 of n faces.

    The same factors give the same picture whatever the batch; another processor may differ by one grey level.
    """
    if size < 16:
        raise ValueError(f"size {size} is too small for a face; take 16 or more")
    out = np.empty((len(factors), size, size, 3), np.uint8)
    for start in range(0, len(factors), batch_size):
        part = factors[start : start + batch_size]
        rgb = paint_portrait(traits(part), size)
        out[start : start + batch_size] = np.rint(rgb * 255).astype(np.uint8).transpose(0, 2, 3, 1)
    return out


def traits(factors):
    """Everything the painter needs, by name: each attribute as 0/1, `<attribute>_strength`, the nuisances (n,)."""
    named = {name: values for name, values in zip(ATTRIBUTES, factors.attributes.T.astype(np.float32))}
    named |= {f"{name}_strength": values for name, values in zip(ATTRIBUTES, factors.strength.T)}
    named |= dict(zip(NUISANCES, factors.nuisance.T))
    return named | {"hair_length": factors.hair_length}
