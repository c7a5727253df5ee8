"""Any answer is read without an exception, and what is wrong with it is said in words."""

import numpy as np
import pandas as pd
import pytest
import torch

from unelib.workshop import Checked
from unelib.workshop.answers import alike, beside, how_far

RIGHT = np.arange(1.0, 7.0)
ODD = {
    "still": ...,
    "None": None,
    "Call it": np.mean,
    "it is a str": "0.8",
    "empty": [],
    "not finite": [np.nan, *RIGHT[1:]],
    "it is a dict": {"a": 1},
    "it is a list": [1, [2, 3]],
    "shape": np.ones((2, 3)),
    "one number": 3.0,
}


def check(answer, right=RIGHT):
    return beside(answer, right, [(RIGHT - 1, "You subtracted 1.")], lambda x: f"{x.size} numbers.", "answer")


@pytest.mark.parametrize("words", ODD)
def test_odd_answers_are_told_in_words(words):
    found = check(ODD[words])
    assert not found and words in found.message and found.answer is not None


@pytest.mark.parametrize("kind", [list, tuple, pd.Series, torch.tensor, np.float32, lambda x: x * (1 + 1e-6)])
def test_the_right_answer_may_be_of_any_kind(kind):
    assert check(kind(RIGHT)).message == "6 numbers."


def test_a_usual_slip_is_named_and_worked_out_only_if_it_is_needed():
    def slips():
        yield RIGHT - 1, "You subtracted 1."
        raise AssertionError("not needed")

    assert beside(RIGHT - 1, RIGHT, slips(), str, "answer").message == "You subtracted 1."
    assert beside(RIGHT, RIGHT, slips(), str, "answer")


def test_what_no_slip_explains_is_told_by_how_far_it_is():
    assert "0.3" in how_far(RIGHT + 0.3 * np.linalg.norm(RIGHT) * np.eye(6)[0], RIGHT, "direction")
    assert "far off" in how_far(RIGHT + 99 * RIGHT[::-1], RIGHT, "direction")
    assert "2 times as large" in how_far(2 * RIGHT, RIGHT, "direction")
    assert "opposite way" in how_far(-RIGHT, RIGHT, "direction")
    assert "above" in how_far(np.array(0.9), np.array(0.7), "AUC")
    assert "transpose" in how_far(np.ones((2, 3)), np.ones((3, 2)), "map")
    assert how_far(np.zeros(6), RIGHT, "direction") and how_far(RIGHT, np.zeros(6), "direction")


def test_a_scalar_a_shape_and_nothing_are_not_alike():
    assert not alike(np.array(1.0), np.ones(1)) and alike(np.zeros(2), np.zeros(2))


def test_what_a_check_says_reads_as_a_sentence_wherever_it_is_shown():
    right, wrong = Checked(True, "It is 0.8.", 0.8), Checked(False, "It is 0.2.", 0.8)
    assert right and not wrong and (right.answer, wrong.answer) == (0.8, 0.8)
    assert repr(wrong) == "Not yet: It is 0.2." and wrong._repr_markdown_() == "**Not yet.** It is 0.2."
    assert repr(right) == "Right: It is 0.8." and right._repr_markdown_() == "**Right.** It is 0.8."
