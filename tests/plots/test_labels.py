"""Names stand beside what they name, none over another."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.text import Text

from unelib.plots import labels

pytestmark = pytest.mark.usefixtures("closed")


def test_names_keep_apart_and_in_order():
    at = labels.spaced([0.9, 0.5, 0.52], [0.2, 0.2, 0.2], 0, 1)
    assert at[1] < at[2] < at[0] and np.diff(np.sort(at)).min() >= 0.2 - 1e-9 and at.max() <= 0.9 + 1e-9
    np.testing.assert_allclose(labels.spaced([0.1, 0.8], [0.1, 0.1], 0, 1), [0.1, 0.8])


def test_names_that_need_more_room_than_there_is_go_beyond_its_end():
    assert labels.spaced([0.5, 0.5, 0.5], [0.5, 0.5, 0.5], 0, 1).tolist() == [0.25, 0.75, 1.25]


def test_lines_and_bands_are_named_at_their_right_ends():
    ax = plt.subplots()[1]
    ax.plot([2, 1], [5, 6], label="line", color="red")
    ax.errorbar([1, 2], [1, 2], [0.1, 0.1], label="with intervals")
    ax.fill_between([1, 2], [3, 3], [4, 4], label="band")
    labels.name_lines(ax)
    assert {text.get_text(): text.xy for text in ax.texts} == {
        "line": (2, 5),
        "with intervals": (2, 2),
        "band": (2, 3.5),
    }
    assert ax.get_legend() is None


def test_names_of_several_lines_are_apart_and_lines_end_at_their_left():
    figure, ax = plt.subplots(figsize=(6, 4.8))
    for i in range(6):
        ax.plot([0, 1], [0, 1 + 0.001 * i], label=f"a long name of a view {i}")
    labels.name_lines(ax)
    figure.canvas.draw()
    boxes = sorted((Text.get_window_extent(text) for text in ax.texts), key=lambda box: box.y0)
    gaps = [above.y0 - below.y1 for below, above in zip(boxes, boxes[1:])]
    assert min(gaps) > 0.25 * labels.TEXT * figure.dpi / 72
    assert all(text.arrowprops["relpos"] == (0, 0.5) for text in ax.texts)


def test_names_need_less_room_where_there_is_little():
    wide, narrow = (labels.label_rooms(["a", "a\nb"], high) * high for high in (400, 20))
    assert (wide > narrow).all()
    np.testing.assert_allclose([wide[1] - wide[0], narrow[1] - narrow[0]], 1.25 * labels.TEXT)


def test_a_reversed_axis_has_its_small_values_on_the_right():
    ax = plt.subplots()[1]
    ax.plot([1, 2], [5, 6], label="line")
    ax.invert_xaxis()
    assert labels.name_lines(ax).texts[0].xy == (1, 5)


def test_too_many_lines_have_a_legend():
    ax = plt.subplots()[1]
    for i in range(4):
        ax.plot([0, 1], [i, i], label=str(i))
    assert labels.name_lines(ax, named=3).get_legend() is not None and not ax.texts


def test_dots_are_named_above_in_their_order():
    ax = plt.subplots()[1]
    labels.name_dots(ax, {"right": (0.6, 0, "blue"), "left": (0.4, 0, "red")})
    right, left = (text.xyann[0] for text in ax.texts)
    assert left < right


def test_letters_are_dark_enough():
    assert labels.dark("black") == to_rgb("black") and np.dot(labels.dark("yellow"), [0.299, 0.587, 0.114]) < 0.46


def test_a_finding_is_put_above_in_lines():
    figure = labels.headline(plt.figure(figsize=(6, 2)), "What is seen, " * 10)
    assert figure.get_suptitle().count("\n") >= 2


def test_a_dashed_line_has_its_name():
    ax = labels.name_mark(plt.subplots()[1], 0.5, "guessing")
    assert list(ax.lines[0].get_xdata()) == [0.5, 0.5] and ax.texts[0].get_text() == "guessing"
