"""Captions: plain sentences with their numbers, and silence where there is nothing to say."""

import numpy as np

from unelib.editing.edit_state import EditState
from unelib.explorer.captions import (
    edit_told,
    effects_told,
    failure_told,
    labels_told,
    length_told,
    source_told,
    usual_lengths,
)


def test_usual_lengths_leave_out_the_outer_hundredth_and_do_not_depend_on_the_axes():
    X = np.random.default_rng(0).standard_normal((2000, 8))
    low, high = usual_lengths(X)
    lengths = np.linalg.norm(X, axis=1)
    assert np.mean((lengths < low) | (lengths > high)) == 0.01
    turned = X @ np.linalg.qr(np.random.default_rng(1).standard_normal((8, 8)))[0]
    np.testing.assert_allclose(usual_lengths(turned), (low, high))


def test_lengths_are_told_on_both_sides_and_only_of_what_moved():
    own = np.array([3.0, 4.0])
    assert length_told(own, 1.05 * own, (4.5, 5.5)) == ""
    assert length_told(own, 2 * own, (4.5, 5.5)).startswith("The noise is 10 long")
    assert length_told(own, 0.5 * own, (4.5, 5.5)).startswith("The noise is 2.5 long")
    assert length_told(own, own, (6.0, 7.0)) == ""


def test_an_images_own_noise_is_one_that_the_model_has_seen():
    own = np.array([3.0, 4.0])
    assert length_told(own, own[::-1], (6.0, 7.0)) == ""
    assert "noises of 99 % of these images are 5 to 7 long" in length_told(own, 0.5 * own, (6.0, 7.0))


def test_an_edit_is_told_by_what_is_not_zero():
    assert edit_told(EditState("g", strengths={"Wearing_Hat": 0.0}, kept=["Male"])) == "not moved"
    state = EditState("g", strengths={"Wearing_Hat": 2.0}, kept=["Male"], keep_by="judge")
    assert edit_told(state) == "Wearing Hat +2 standard deviations, Male kept fixed by the judge"


def test_effects_are_told_by_what_was_asked_for():
    state, names = EditState("g", strengths={"a": 1, "c": 1}), ["a", "b", "c"]
    before, after = np.array([0.1, 0.4, 0.6]), np.array([0.8, 0.6, 0.6])
    told = "a 10 to 80 %, c 60 to 60 %; the 1 others change by 20 points on average, and 1 verdict turned."
    assert effects_told(names, before, after, state) == told
    assert effects_told(["a"], before[:1], after[:1], state) == "a 10 to 80 %."
    assert effects_told(["b", "d"], before[:2], after[:2], state).startswith("2 attributes change by 45 points")
    assert effects_told(names, before, after, EditState("g")) == ""


def test_which_picture_is_told_with_what_is_known_of_it():
    state = EditState("g", image="x")
    assert source_told(state, {"a": 1}) == "image x (a: yes)" and source_told(state) == "image x"


def test_an_error_without_words_is_told_by_its_kind():
    assert "(KeyError: no reason given)" in failure_told(KeyError())
    assert len(failure_told(ValueError("x" * 5000))) < 400


def test_labels_that_are_not_known_are_not_made_up():
    assert labels_told({}) == "" and labels_told({"A_b": -1}) == "A b: not known"
