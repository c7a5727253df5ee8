"""Figures of the pullback geometry show what they are given."""

import numpy as np
import pytest

from unelib.plots.geometry import by_timestep, singular_values
from unelib.stats.intervals import Interval

pytestmark = pytest.mark.usefixtures("closed")


def test_timesteps_run_from_noise_to_image_and_controls_are_dashed():
    curves = {"basis": {900.0: Interval(1, 0.5, 2), 100.0: Interval(3, 2, 4)}}
    curves["random (control)"] = dict.fromkeys((900.0, 100.0), Interval(5, 5, 5))
    ax = by_timestep(curves, ylabel="distance")
    left, right = ax.get_xlim()
    assert left > right and ax.get_ylabel() == "distance"
    own, control = (container.lines[0] for container in ax.containers)
    np.testing.assert_array_equal(own.get_xdata(), [100, 900])
    np.testing.assert_array_equal(own.get_ydata(), [3, 1])
    assert control.get_linestyle() == "--" and own.get_linestyle() == "-"
    assert [text.get_text() for text in ax.texts] == ["basis", "random\n(control)"]


def test_singular_values_are_means_with_the_band_of_all():
    ax = singular_values({"t = 9": np.array([[4.0, 2.0], [6.0, 2.0]])})
    np.testing.assert_array_equal(ax.lines[0].get_ydata(), [5, 2])
    corners = ax.collections[0].get_paths()[0].vertices
    assert corners[:, 1].min() == 2 and corners[:, 1].max() == 6
    assert by_timestep({"a": {1.0: Interval(0, 0, 0)}}, ax) is ax
