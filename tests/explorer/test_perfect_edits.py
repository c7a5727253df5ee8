"""The picture that an edit aims at, where it is known."""

import numpy as np

from unelib.editing.edit_state import EditState
from unelib.explorer.perfect_edits import perfect_edit
from unelib.worlds.faces import column, draw_faces, flip, sample_factors

STATE = EditState("drawn-ldm", image="face-0-00000003", strengths={"Eyeglasses": 2})


def test_a_drawn_face_with_one_attribute_turned():
    face = sample_factors(np.array([3]), 0, True)
    wears = bool(face.attributes[0, column("Eyeglasses")])
    size = -2 if wears else 2
    wanted = draw_faces(flip(face, "Eyeglasses"), 64)[0]
    np.testing.assert_array_equal(perfect_edit(STATE.with_(strengths={"Eyeglasses": size}), 64), wanted)
    assert perfect_edit(STATE.with_(strengths={"Eyeglasses": -size}), 64) is None  # it is so already


def test_nobody_knows_what_others_would_become():
    assert perfect_edit(STATE.with_(image="photo-3"), 64) is None
    assert perfect_edit(STATE.with_(seed=3), 64) is None
    assert perfect_edit(STATE.with_(strengths={}), 64) is None
    assert perfect_edit(STATE.with_(strengths={"Eyeglasses": 2, "Young": 1}), 64) is None
    assert perfect_edit(STATE.with_(strengths={"component 1": 2}), 64) is None
