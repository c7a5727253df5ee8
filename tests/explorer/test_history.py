"""Undo and redo: laws that hold for every history, checked on many drawn at random."""

import random

import pytest

from unelib.editing.edit_state import EditState
from unelib.explorer.history import DEEP, History


def wandered(seed):
    """A history after many steps at random."""
    chance, history = random.Random(seed), History(EditState("g"))
    for _ in range(40):
        step = chance.choice(["then", "then", "undone", "redone"])
        value = EditState("g", seed=chance.randrange(3))
        history = history.then(value) if step == "then" else getattr(history, step)()
    return history


@pytest.mark.parametrize("seed", range(30))
def test_each_step_can_be_taken_back(seed):
    history = wandered(seed)
    new = EditState("g", image="new")
    assert history.then(new).undone().present == history.present
    assert history.then(new).undone().redone() == history.then(new)
    assert not history.then(new).can_redo
    assert history.then(history.present) == history
    assert history.undone().redone() == history or not history.can_undo
    assert history.redone().undone() == history or not history.can_redo


@pytest.mark.parametrize("seed", range(5))
def test_at_either_end_nothing_happens(seed):
    history = wandered(seed)
    length = len(history.past) + len(history.future)
    for _ in range(100):
        history = history.undone()
    assert not history.can_undo and len(history.future) == length and history.undone() == history
    for _ in range(100):
        history = history.redone()
    assert not history.can_redo and len(history.past) == length and history.redone() == history


def test_no_two_neighbours_are_the_same_and_old_ones_are_forgotten():
    history = wandered(3)
    line = (*history.past, history.present, *history.future)
    assert all(a != b for a, b in zip(line, line[1:]))
    for number in range(DEEP + 50):
        history = history.then(number)
    assert len(history.past) == DEEP and history.undone().present == DEEP + 48
