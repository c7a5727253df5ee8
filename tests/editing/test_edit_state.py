"""An edit as a value: the way through JSON and back changes nothing, equal edits are one, and mistakes are named."""

import copy
import json

import numpy as np
import pytest

from unelib.editing.edit_state import KEEP_BY, METHODS, PATHS, SOLVERS, EditState, check_held_out

STATES = [
    EditState("drawn-ldm"),
    EditState("drawn-ldm", seed=0, method=METHODS[4], strengths={"Young": -0.1, "Smiling": 1e-9}),
    EditState(
        "drawn-ldm",
        "face-0-1",
        None,
        METHODS[1],
        {"Smiling": 6},
        ["Young", "Male"],
        "judge",
        True,
        path="norm",
        steps=4,
        solver="ddim",
        grid="leading",
    ),
    EditState("drawn-ldm", seed=0, method="text", strengths={"a face, smiling": 2}, encoder="drawn-clip"),
    EditState("models/é 日本", image='a "quoted"\nid', strengths={"Brûlé's": 2.5}, kept=["\\"]),
]


@pytest.mark.parametrize("state", STATES)
def test_json_there_and_back(state):
    again = EditState.from_json(state.to_json())
    assert again == state and hash(again) == hash(state) and again.to_json() == state.to_json()
    assert EditState.from_json(json.dumps(json.loads(state.to_json()), indent=4)) == state
    for other in (copy.deepcopy(state), state.with_()):
        assert other == state


def test_edits_that_do_the_same_are_equal():
    one = EditState("g", strengths={"b": 1, "a": 2, "c": 0}, kept=["y", "x", "y"], seed=np.int64(3))
    two = EditState("g", strengths={"a": 2.0, "b": np.float32(1)}, kept=("x", "y"), seed=3)
    assert one == two and len({one, two}) == 1 and list(one.strengths) == ["a", "b"]
    assert len({*STATES, one}) == len(STATES) + 1


def test_what_was_given_can_change_and_the_edit_cannot():
    given = {"a": 1.0}
    state = EditState("g", strengths=given)
    given["a"] = 2.0
    assert state.strengths["a"] == 1
    with pytest.raises(TypeError):
        state.strengths["a"] = 3
    with pytest.raises(AttributeError):
        state.seed = 3


def test_a_change_leaves_the_first_as_it_was():
    state = EditState("g", image="a", strengths={"a": 1})
    other = state.with_(strengths=state.strengths | {"b": 2}, steps=4)
    assert dict(other.strengths) == {"a": 1, "b": 2} and other.how == {"steps": 4} and state.how == {}
    assert state.with_(seed=3).image is None and state.with_(seed=3).with_(image="b").seed is None
    assert state.with_(image=None) == EditState("g", strengths={"a": 1})
    with pytest.raises(ValueError, match="unknown part of an edit 'strenghts'; choose one of generator, image"):
        state.with_(strenghts={})


WRONG = {
    "{": "the edit is not JSON .*write it like",
    "[1]": r"the edit is \[1\], and no JSON object; write it like",
    "[" * 100_000: "too many layers",
    "{}": 'no "generator"; name it',
    '{"generator": "g", "strenghts": {}}': "unknown key of an edit 'strenghts'; choose one of",
    '{"generator": "g", "seed": 1, "seed": 2}': "the key 'seed' twice",
    '{"generator": "g", "strengths": {"a": 1, "a": 2}}': "the key 'a' twice",
    '{"generator": ""}': "generator is ''; give a text",
    '{"generator": 3}': "generator is 3; give a text",
    '{"generator": "g", "image": 3}': "image is 3; give a text such as the id",
    '{"generator": "g", "seed": 1.5}': "seed is 1.5; give a whole number",
    '{"generator": "g", "seed": -1}': "seed is -1; give a whole number",
    '{"generator": "g", "seed": true}': "seed is True; give a whole number",
    '{"generator": "g", "seed": 1, "image": "a"}': "both an image .'a'. and a seed .1. are named",
    '{"generator": "g", "method": "magic"}': "unknown method 'magic'; choose one of difference of class means, probe",
    '{"generator": "g", "method": []}': r"unknown method \[\]",
    '{"generator": "g", "strengths": [6]}': r"strengths is \[6\]; give a number for each attribute",
    '{"generator": "g", "strengths": null}': "strengths is None; give",
    '{"generator": "g", "strengths": {"a": "6"}}': "the strength of 'a' is '6'; give a finite number of standard",
    '{"generator": "g", "strengths": {"a": true}}': "the strength of 'a' is True; give a finite",
    '{"generator": "g", "strengths": {"a": NaN}}': "the strength of 'a' is nan; give a finite",
    '{"generator": "g", "strengths": {"a": -Infinity}}': "the strength of 'a' is -inf; give a finite",
    '{"generator": "g", "strengths": {"a": 1e999}}': "the strength of 'a' is inf; give a finite",
    f'{{"generator": "g", "strengths": {{"a": 1{"0" * 400}}}}}': r"the strength of 'a' is 10+\.\.\.; give a finite",
    '{"generator": "g", "strengths": {"": 1}}': "an attribute of strengths is ''",
    '{"generator": "g", "kept": "Young"}': r"kept is 'Young'; give a list of attributes, such as \[\"Young\"\]",
    '{"generator": "g", "kept": [3]}': "an attribute that is kept is 3; give a text",
    '{"generator": "g", "path": "bent"}': "unknown path 'bent'; choose one of straight, norm, geodesic",
    '{"generator": "g", "method": "principal components", "strengths": {"Smiling": 6}}': (
        "unknown direction of 'principal components' 'Smiling'; choose one of component 1, component 2"
    ),
    '{"generator": "g", "method": "pullback vectors", "strengths": {"vector 7": 1}}': "'vector 7'; choose one of",
    '{"generator": "g", "steps": 0}': "steps is 0; give a whole number from 1 on, or leave it out",
    '{"generator": "g", "steps": 2.0}': "steps is 2.0; give",
    '{"generator": "g", "solver": "bdia"}': "unknown solver 'bdia'; choose one of ab2, heun",
    '{"generator": "g", "grid": "square"}': "unknown grid 'square'; choose one of karras",
}


@pytest.mark.parametrize("text", WRONG, ids=lambda text: text[:60])
def test_a_mistake_is_one_sentence(text):
    with pytest.raises(ValueError, match=WRONG[text]) as error:
        EditState.from_json(text)
    assert "\n" not in str(error.value) and len(str(error.value)) < 400


def test_every_choice_can_be_made():
    for part, values in (("keep_by", KEEP_BY), ("path", PATHS), ("solver", SOLVERS)):
        assert [getattr(EditState("g", **{part: value}), part) for value in values] == list(values)


def test_strengths_need_held_out_images():
    class Zoo:
        path = "somewhere"

    with pytest.raises(ValueError, match="somewhere holds out 1 images; .* take a zoo with two at least"):
        check_held_out(Zoo, np.array([True, True, False]))
    check_held_out(Zoo, np.array([True, False, False]))


def test_texts_need_an_encoder_and_nothing_else_takes_one():
    with pytest.raises(ValueError, match="method 'text' names no encoder; give one that reads text"):
        EditState("g", method="text")
    with pytest.raises(ValueError, match="method 'difference of class means' needs no encoder; leave it out"):
        EditState("g", encoder="drawn-clip")
    with pytest.raises(ValueError, match="control is 1; give true, for a random step as long, or false"):
        EditState("g", control=1)
