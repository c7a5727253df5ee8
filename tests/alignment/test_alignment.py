"""The room of what brings views together names it all, and the package offers its estimators too."""

import unelib
from unelib import alignment


def test_the_estimators_of_the_room_are_offered_by_the_package():
    names = ["CCA", "GCCA", "Procrustes", "RelativeRepresentation", "RidgeMap", "choose_anchors", "ridge_maps"]
    assert all(getattr(unelib, name) is getattr(alignment, name) for name in names)
