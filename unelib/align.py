"""Views brought together, by what is linear between them: one page of what there is.

- `transfer`: one view predicted from another. `RidgeMap`, both ways with `ridge_maps`; `Procrustes`, a rotation.
- `canonical`: what views share. `CCA`, pairs of variates of two; `GCCA`, one space of any number of views, also where
  views lack rows or are larger than memory.
- `relative`: rows by their likeness to anchor images. `RelativeRepresentation`, anchors by `choose_anchors`, and
  `stitched_scores` of a probe that is carried to a view it never saw.
"""

from .canonical import CCA, GCCA
from .relative import RelativeRepresentation, choose_anchors, stitched_scores
from .transfer import Procrustes, RidgeMap, ridge_maps

__all__ = [
    "CCA",
    "GCCA",
    "Procrustes",
    "RelativeRepresentation",
    "RidgeMap",
    "choose_anchors",
    "ridge_maps",
    "stitched_scores",
]
