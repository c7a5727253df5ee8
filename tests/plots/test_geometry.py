"""Figures of the pullback geometry show what they are given."""

import numpy as np
import pandas as pd
import pytest

from unelib.plots.geometry import by_timestep, calls_curves, network_map, singular_values
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


TABLE = pd.DataFrame([[0.5, 0.75], [1.0, np.nan]], ["down_blocks.0", "mid_block"], [10, 500])


def greys(ax):
    return [float(np.mean(patch.get_facecolor()[:3])) for patch in ax.patches if patch.get_fill()]


def test_a_cell_is_the_darker_the_higher_and_an_empty_one_is_left_out():
    ax = network_map({"model": TABLE})
    assert [text.get_text() for text in ax.texts] == ["model", ".50", ".75", "1.00"]
    light, middle, dark = greys(ax)
    assert light == 1 and light > middle > dark > 0
    assert [text.get_color() for text in ax.texts[1:]] == ["black", "black", "white"]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["down 0", "mid"]
    assert [label.get_text() for label in ax.get_xticklabels()] == ["10", "500"]
    assert ax.yaxis_inverted() and "input to output" in ax.get_ylabel() and "image to noise" in ax.get_xlabel()


def test_maps_share_columns_and_the_best_cell_of_each_is_framed():
    other = pd.DataFrame([[-0.1, 0.2]], ["mid_block"], [500, 900])
    best = {"model": ("mid_block", 10), "control": ("mid_block", 900)}
    ax = network_map({"model": TABLE, "control": other}, best, {"small pictures": 0.6}, low=0.0)
    assert [label.get_text() for label in ax.get_xticklabels()] == ["10", "500", "900"]
    assert [text.get_text() for text in ax.texts][-4:] == ["control", "−.10", ".20", ".60"]
    middles = [(p.get_x() + p.get_width() / 2, p.get_y() + p.get_height() / 2) for p in ax.patches if not p.get_fill()]
    np.testing.assert_allclose(middles[::2], [(0, 2), (2, 4)])
    assert ax.patches[-1].get_width() == 3 and ax.get_yticklabels()[-1].get_text() == "small pictures"
    assert network_map({"a": TABLE}, ax=ax) is ax


def test_accuracy_rises_over_calls_and_what_else_there_is_lies_across():
    rows = [[2, 20.0, 0.6, 0.5, 0.7], [8, 80.0, 0.8, 0.7, 0.9]]
    table = pd.DataFrame(rows, columns=["pairs", "calls", "accuracy", "low", "high"])
    ax = calls_curves({"all": table, "untrained (control)": table}, {"chance": 0.1}, title="Classes are told")
    assert ax.get_xscale() == "log" and "calls" in ax.get_xlabel()
    assert {text.get_text() for text in ax.texts} == {"all", "untrained\n(control)", "chance"}
    line = next(line for line in ax.lines if line.get_linestyle() == ":")
    assert line.get_ydata().tolist() == [0.1, 0.1] and line.get_xdata().tolist() == [2.5, 80.0]
    assert calls_curves({"all": table}, ax=ax) is ax and ax.figure.get_suptitle() == "Classes are told"
