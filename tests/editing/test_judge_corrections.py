"""What is kept stays as the judge saw it, where its direction can bring it back; no image depends on another."""

import numpy as np
import pytest

from unelib.editing.judge_corrections import ROUNDS, kept_by_judge
from unelib.linalg.direction_algebra import Direction

UP, LEFT = np.eye(3)[:2]


class Judge:
    """Sees two columns of what is drawn, bent, and one of them also by the third."""

    attributes = ["up", "left"]

    def __init__(self):
        self.seen = []

    def probabilities(self, pixels):
        self.seen.append(len(pixels))
        x = pixels.reshape(len(pixels), 3)
        scores = np.stack([x[:, 0] + 0.5 * x[:, 2] ** 2, 2 * np.tanh(x[:, 1]) + 0.8 * x[:, 2]], 1)
        return 1 / (1 + np.exp(-scores))


def draw(noise):
    return noise[:, None, None, :]


KEPT = {"up": Direction("up", UP), "left": Direction("left", LEFT, sigma=0.5)}


def test_kept_attributes_come_back_and_nothing_else_moves():
    start = np.random.default_rng(0).standard_normal((40, 3)) * 0.5
    moved = start + [0, 0, 1.5]
    judge = Judge()
    held = kept_by_judge(draw, judge, start, moved, KEPT)
    before, free, after = (judge.probabilities(draw(x)) for x in (start, moved, held))
    assert np.abs(after - before).mean() < 0.1 * np.abs(free - before).mean()
    assert (np.abs(after - before) <= np.abs(free - before).max(1, keepdims=True)).all()
    np.testing.assert_allclose(held[:, 2], moved[:, 2], rtol=1e-6)
    assert held.dtype == np.float32 and np.abs(moved - start - [0, 0, 1.5]).max() < 1e-12


def test_an_image_is_corrected_alike_alone_and_among_others():
    start = np.random.default_rng(1).standard_normal((7, 3)) * 0.5
    moved = start + [0, 0, 1]
    together = kept_by_judge(draw, Judge(), start, moved, KEPT)
    alone = [kept_by_judge(draw, Judge(), start[[i]], moved[[i]], KEPT)[0] for i in range(7)]
    np.testing.assert_array_equal(together, alone)


def test_only_images_that_are_off_are_drawn_again():
    start, judge = np.zeros((3, 3)), Judge()
    moved = start + np.array([[0, 0, 0], [0, 0, 1.0], [0.0, 0, 0]])
    held = kept_by_judge(draw, judge, start, moved, KEPT)
    np.testing.assert_array_equal(held[[0, 2]], moved[[0, 2]])
    assert judge.seen[:3] == [3, 3, 1] and len(judge.seen) <= 2 + ROUNDS
    assert kept_by_judge(draw, judge, start, moved, {}) is not moved


def test_what_cannot_be_brought_back_is_left_as_near_as_it_came():
    start, moved, judge = np.zeros((1, 3)), np.array([[0.0, 0.0, 2.0]]), Judge()
    nowhere = {"left": Direction("left", np.array([0.0, 0.0, 0.0]))}
    np.testing.assert_array_equal(kept_by_judge(draw, judge, start, moved, nowhere), moved)
    wrong_way = {"left": Direction("left", -LEFT)}
    held = kept_by_judge(draw, judge, start, moved, wrong_way)
    off = [abs(judge.probabilities(draw(x))[0, 1] - 0.5) for x in (moved, held)]
    assert off[1] <= off[0]
    with pytest.raises(ValueError, match="unknown attribute to keep 'down'; choose one of up, left"):
        kept_by_judge(draw, judge, start, moved, {"down": Direction("down", UP)})
