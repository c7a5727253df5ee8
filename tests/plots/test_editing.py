"""Figures of edits: the areas below their lines, controls in grey, areas sorted and named."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from unelib import plots
from unelib.editing.trade_off import Curve, areas

pytestmark = pytest.mark.usefixtures("closed")


def test_axes_are_given_back():
    ax = plt.subplots()[1]
    changes = pd.DataFrame(np.zeros((2, 2)), ["Male", "Young"], ["Male", "Young"])
    assert plots.bars({"a": 1.0, "b": 0.5}, ax, control=["b"]) is ax
    assert plots.judge_bars([0.1, 0.2], [0.3, 0.4], ["Male", "Young"], ax) is ax
    assert plots.change_heatmap(changes, ax) is ax


def walked(ease=1.0, strengths=4, lacking=0.6, seed=0):
    """A trade-off curve of 30 images, of which a share lacked the target."""
    lacked, need = np.random.default_rng(seed).random((2, 30))
    s = np.arange(1.0, strengths + 1)
    met = np.where(lacked < lacking, s[:, None] * ease > 5 * need, np.nan)
    return Curve(s, met, 0.03 * s[:, None] * np.ones(30), np.ones(30))


def test_trade_off_curves_start_from_no_edit_and_have_the_areas_below_them():
    one, other = walked(), walked(0.5, seed=1)
    curves, ax = {"one": {"x": one}, "both": {"x": one, "y": other}, "list": [one]}, plt.subplots()[1]
    assert plots.trade_off_curves(curves, ax, limit=0.08) is ax
    first, second, third, limit = ax.lines
    drift = first.get_xdata()
    assert drift[0] == 0 and drift[-1] == pytest.approx(0.12) and first.get_ydata()[0] == 0
    np.testing.assert_allclose(second.get_ydata(), (one.share_met(drift) + other.share_met(drift)) / 2)
    np.testing.assert_array_equal(third.get_xydata(), first.get_xydata())
    table = areas({name: curves[name] for name in ("one", "both")}, 0.08)
    for line, area in zip((first, second), table.area):
        within = drift <= 0.08
        assert np.trapezoid(line.get_ydata()[within], drift[within]) / 0.08 == pytest.approx(area, abs=0.01)
    assert list(limit.get_xdata()) == [0.08, 0.08] and limit.get_linestyle() == ":"
    assert [t.get_text() for t in ax.get_legend().get_texts()] == ["one", "both", "list", "limit of drift"]
    assert len(plots.trade_off_curves({"one": one}).lines) == 1


def test_ten_methods_are_told_apart_without_colours():
    ax = plots.trade_off_curves({str(i): walked(seed=i) for i in range(12)})
    looks = {(line.get_marker(), line.get_linestyle(), line.get_mfc() == "white") for line in ax.lines}
    assert len(looks) == 12


def test_controls_are_grey():
    ax = plots.trade_off_curves({"way": walked(), "chance (control)": walked(seed=1)})
    assert [line.get_color() == "0.6" for line in ax.lines] == [False, True]


def test_targets_that_nobody_lacked_have_no_part_in_a_trade_off_curve():
    ax = plots.trade_off_curves({"m": [walked(), walked(lacking=0)]})
    drift, met = ax.lines[0].get_xydata().T
    np.testing.assert_array_equal(met, walked().share_met(drift))
    with pytest.raises(ValueError, match="have no image that lacked a target"):
        plots.trade_off_curves({"m": walked(lacking=0)})


def test_area_bars_are_sorted_and_named():
    curves = {name: {"x": walked(ease)} for name, ease in {"middle": 1, "least": 0.3, "most": 3}.items()}
    table, ax = areas(curves | {"nobody": {"x": walked(lacking=0)}}, 0.1), plt.subplots()[1]
    assert plots.area_bars(table, ax) is ax
    assert [t.get_text() for t in ax.get_yticklabels()] == ["nobody", "least", "middle", "most"]
    order = ["least", "middle", "most"]
    assert [bar.get_width() for bar in ax.patches][1:] == table.area[order].tolist()
    _, _, (whiskers,) = ax.containers[1]
    ends = [np.array(segment)[:, 0] for segment in whiskers.get_segments()[1:]]
    np.testing.assert_allclose(ends, table.loc[order, ["low", "high"]])
