"""The look of every figure: one height for panels side by side, numbers as text."""

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from unelib import plots
from unelib.plots.figures import reaches

pytestmark = pytest.mark.usefixtures("closed")


def test_side_by_side_shares_its_height():
    figure, panels = plots.side_by_side(3)
    assert len(panels) == 3 and figure.get_size_inches()[0] == plots.WIDTH


def test_quartiles_as_text():
    assert plots.quartiles([1, 2, 3, 4, 5]) == "3 (2 to 4)"


def test_the_palette_can_be_told_apart_in_grey():
    grey = sorted(np.dot(to_rgb(colour), [0.299, 0.587, 0.114]) for colour in plots.PALETTE[:5])
    assert np.diff(grey).min() > 0.04 and grey[0] < 0.3 and grey[-1] < 0.75


def test_letters_have_seven_points_at_half_a_page():
    assert plots.TEXT * 8.5 / 2.54 / plots.WIDTH > 7


def test_a_narrow_axis_has_fewer_ticks():
    ticks = []
    for count in (1, 5):
        ax = np.ravel(plots.side_by_side(count)[1])[0]
        ax.set_xlim(0, 1)
        ticks.append(len(plots.few_ticks(ax).get_xticks()))
    assert ticks[0] > ticks[1]


def test_intervals_reach_down_and_up_and_never_backwards():
    np.testing.assert_array_equal(reaches([2.0, 1.0], np.array([1.0, 1.5]), np.array([4.0, 3.0])), [[1, 0], [2, 2]])
    assert reaches([2.0], 1.0, 2.5).shape == (2, 1)
