"""The controls and the edit that they say: there and back, and what has no control is refused before any is set."""

import pytest

from unelib.editing.edit_state import EditState
from unelib.explorer.control_board import ControlBoard

IDS = ["a", "b", "c"]
STATES = [
    EditState("g", image="b"),
    EditState("g", seed=7, strengths={"up": 2.5, "left": -1}, kept=["left", "up"], keep_by="judge", path="norm"),
    EditState("g", method="least change", strengths={"up": 1}, control=True),
    EditState("g", image="c", method="principal components", strengths={"component 2": -3}, kept=["up"]),
    EditState("g", image="a", method="text", encoder="clip", strengths={"a smile": 2, "no hat": -1}),
    EditState("g", seed=1, method="pullback vectors", strengths={"vector 6": 2}, kept=["up"], keep_by="covariance"),
    EditState("g", image="c", method="h-space", strengths={"up": -2}),
]


@pytest.fixture
def board():
    return ControlBoard("g", IDS, ["up", "left"], "probe pattern", "clip")


@pytest.mark.parametrize("state", STATES)
def test_an_edit_there_and_back(board, state):
    heard = []
    board.on_change(lambda: heard.append(board.state()))
    board.put(state)
    assert board.state() == state and heard == [state]


def test_one_edit_after_another_leaves_nothing_behind(board):
    for state in (*STATES, *reversed(STATES)):
        board.put(state)
        assert board.state() == state


def test_touching_a_control_is_heard_once(board):
    heard = []
    board.on_change(lambda: heard.append(board.state()))
    board.sliders["up"].value = 2
    board.image.value = 2
    board.fresh.click()
    board.fresh.click()
    board.method.value = "text"
    board.texts[0][0].value = "  a smile "
    board.texts[0][1].value = 3
    assert [(s.image, s.seed, s.method, dict(s.strengths)) for s in heard] == [
        ("a", None, "probe pattern", {"up": 2}),
        ("c", None, "probe pattern", {"up": 2}),
        (None, 0, "probe pattern", {"up": 2}),
        (None, 1, "probe pattern", {"up": 2}),
        (None, 1, "text", {}),
        (None, 1, "text", {}),
        (None, 1, "text", {"a smile": 3}),
    ]
    board.reset.click()
    assert heard[-1] == EditState("g", seed=1, method="text", encoder="clip") and len(heard) == 8


def test_in_h_space_there_is_one_path(board):
    board.put(EditState("g", image="a", strengths={"up": 1}, path="norm"))
    board.method.value = "h-space"
    assert board.state().path == "straight"
    board.method.value = "probe weights"
    assert board.state().path == "norm"


def test_the_same_image_again_after_a_sample(board):
    board.seed.value = 3
    assert board.state().seed == 3
    board.choose(image="a")
    assert board.state().image == "a" and board.image.value == 0
    board.choose()
    assert board.state() == EditState("g", method="probe pattern")


WRONG = {
    "the edit is of 'h', and these are noises of 'g'": EditState("h"),
    "there is no image 'z' to choose here; their ids go from 'a' to 'c'": EditState("g", image="z"),
    "the edit names steps; leave that out: here": EditState("g", steps=3),
    "unknown slider; make the explorer with it .*'down'; choose one of up, left": EditState("g", strengths={"down": 1}),
    "unknown attribute to keep 'down'": EditState("g", kept=["down"]),
    "the strength of 'up' is 9; the sliders go to 8": EditState("g", strengths={"up": 9}),
    "has 3 texts; there is room for 2": EditState(
        "g", method="text", encoder="clip", strengths=dict.fromkeys("xyz", 1)
    ),
    "seed is 3000000000; give one up to 2147483647": EditState("g", seed=3_000_000_000),
    "unknown encoder 'other'": EditState("g", method="text", encoder="other"),
}


@pytest.mark.parametrize("told", WRONG)
def test_what_has_no_control_is_refused_before_any_is_set(board, told):
    board.put(STATES[1])
    with pytest.raises(ValueError, match=told):
        board.put(WRONG[told])
    assert board.state() == STATES[1]


def test_without_an_encoder_there_are_no_texts():
    board = ControlBoard("g", IDS, ["up"], "probe pattern", judged=False)
    assert "text" not in board.method.options
    with pytest.raises(ValueError, match="unknown method 'text'"):
        board.put(STATES[4])
    with pytest.raises(ValueError, match="no judge here to keep by; make the explorer with one"):
        board.put(EditState("g", method="probe pattern", keep_by="judge"))


def test_texts_that_say_no_edit_are_told(board):
    board.method.value = "text"
    board.texts[0][1].value = 2
    with pytest.raises(ValueError, match="a slider is moved and has no text; type one beside it"):
        board.state()
    for text, slider in board.texts:
        text.value, slider.value = "a hat", 2
    with pytest.raises(ValueError, match="the text 'a hat' is there twice; change one of them"):
        board.state()
    board.texts[1][0].value = "up"
    board.keep["up"].value = True
    with pytest.raises(ValueError, match="'up' is both a text and kept; write the text in other words"):
        board.state()
