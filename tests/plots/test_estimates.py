"""The plainest figure: a dot and an interval a row."""

import pandas as pd
import pytest
from matplotlib.colors import to_hex

from unelib.plots import PALETTE, dot_plot

ROWS = pd.DataFrame({"noise": [0.8, 0.7, 0.9], "chance": [0.5, 0.4, 0.55]}, ["value", "low", "high"]).T


def test_rows_stand_in_their_order_with_their_numbers_beside_them():
    ax = dot_plot(ROWS, mark=0.5, xlabel="AUC", title="Noise is read", mark_name="guessing")
    assert [label.get_text() for label in ax.get_yticklabels()] == ["noise", "chance"]
    assert [text.get_text() for text in ax.texts] == ["0.80 [0.70, 0.90]", "0.500 [0.400, 0.550]", "guessing"]
    assert ax.figure.get_suptitle() == "Noise is read" and ax.get_xlabel() == "AUC"
    top, bottom = ax.get_ylim()[::-1]
    assert top < 0 < 1 < bottom, "the first row is on top"


def test_long_names_do_not_touch_each_other():
    long = ROWS.set_axis(["the noise of one generator, twice", "what mean and covariance alone would give"])
    ax = dot_plot(pd.concat([long, ROWS]))
    boxes = [label.get_window_extent() for label in ax.get_yticklabels()]
    assert all(upper.y0 >= lower.y1 for upper, lower in zip(boxes, boxes[1:]))


def test_controls_are_grey_and_hollow():
    dots = [line for line in dot_plot(ROWS, control=["chance"]).lines if line.get_marker() in "os"]
    assert [to_hex(dot.get_color()) == PALETTE[0] for dot in dots] == [True, False]
    assert dots[1].get_markerfacecolor() == "white"


def test_numbers_have_no_more_decimals_than_the_figure_shows():
    table = pd.DataFrame([[0.437, 0.419, 0.455], [-2e-6, -2e-5, 1.9e-5]], ["noise", "chance"])
    assert [text.get_text() for text in dot_plot(table).texts] == ["0.437 [0.419, 0.455]", "0.000 [0.000, 0.000]"]
    small = dot_plot(table.iloc[[1]])
    assert [text.get_text() for text in small.texts] == ["−0.000002 [−0.000020, 0.000019]"]


@pytest.mark.parametrize("ends", [(0.8, 0.8), (0.9, 1.0)])
def test_intervals_without_width_or_beside_their_value_are_drawn(ends):
    assert dot_plot(pd.DataFrame([[0.8, *ends]], ["one"], ["value", "low", "high"])).figure
