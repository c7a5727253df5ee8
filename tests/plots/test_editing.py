"""Figures of edits: the areas below their lines, controls in grey, areas sorted and named."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from unelib import plots
from unelib.editing.reports import EditReport
from unelib.editing.trade_off import Curve, areas

pytestmark = pytest.mark.usefixtures("closed")


def test_axes_are_given_back():
    ax = plt.subplots()[1]
    changes = pd.DataFrame(np.zeros((2, 2)), ["Male", "Young"], ["Male", "Young"])
    assert plots.judge_changes([0.1, 0.2], {"after": [0.3, 0.4]}, ["Male", "Young"], ax) is ax
    assert plots.change_heatmap(changes, ax) is ax


def test_what_was_asked_has_a_frame_and_small_changes_no_number():
    changes = pd.DataFrame([[0.4, -0.2, 0.01]], ["Male"], ["Male", "Young", "No_Beard"])
    ax = plots.change_heatmap(changes, title="One edit")
    assert [text.get_text() for text in ax.texts] == ["+40", "−20", ""]
    assert [text.get_text() for text in ax.get_yticklabels()] == ["Male", "Young", "No Beard"]
    assert [patch.get_xy() for patch in ax.patches] == [(0, 0)] and ax.figure.get_suptitle() == "One edit"


def test_what_a_judge_sees_change_is_sorted_and_the_rest_is_counted():
    ax = plots.judge_changes([0.1, 0.5, 0.9], {"plain": [0.3, 0.52, 0.1], "held": [0.1, 0.5, 0.8]}, list("abc"))
    assert [text.get_text() for text in ax.get_yticklabels()] == ["c", "a"] and "1 others" in ax.get_xlabel()
    assert [list(line.get_xdata()) for line in ax.lines] == [[0.9, 0.1], [0.1, 0.3], [0.8, 0.1]]
    assert [text.get_text() for text in ax.texts] == ["before", "plain", "held"]


def test_what_was_not_asked_for_is_named():
    names, before = ["Smiling", "Young", "No_Beard", "Bald", "Bangs"], np.zeros((1, 5))
    before[0, 2] = 1
    report = EditReport(names, "Smiling", 1, before, 1 - before, None, np.ones(1), None)
    assert plots.unasked(report) == "also Young, Beard, 2 more"
    still = EditReport(names, "Smiling", 1, before, before, None, np.ones(1), None)
    assert plots.unasked(still) == "not met, nothing changed"
    alone = EditReport(names, "Smiling", 1, before, before + np.eye(5)[:1], None, np.ones(1), None)
    assert plots.unasked(alone) == "nothing else"


def test_walks_have_frames_where_something_else_changed():
    start, end = np.full((3, 2), 0.1), np.array([[0.1, 0.1], [0.1, 0.1], [0.1, 0.9]])
    asked = ["Smiling", "Young"], "Smiling", 1, start
    still, other = (EditReport(*asked, after, None, np.ones(3), None) for after in (start, end))
    ax = plots.walk_rows(np.zeros((2, 3, 8, 8, 3), np.uint8), [still, other], ["one", "two"], [-2, 0, 2.5], "Seen")
    words = [text.get_text() for text in ax.texts]
    assert words[:2] == ["one: not met, nothing changed", "two: not met, also Young"]
    assert words[2:] == ["-2 σ", "round trip", "+2.5 σ", "Seen"]
    assert len(ax.patches) == 2  # one frame, white below its colour


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
    assert [t.get_text() for t in ax.texts] == [" limit", "one", "both", "list"]
    assert len(plots.trade_off_curves({"one": one}).lines) == 1


def test_ten_methods_are_told_apart_without_colours():
    ax = plots.trade_off_curves({str(i): walked(seed=i) for i in range(12)})
    looks = {(line.get_marker(), line.get_linestyle(), line.get_mfc() == "white") for line in ax.lines}
    assert len(looks) == 12


def test_controls_are_grey():
    curves = {"way": walked(), "chance (control)": walked(seed=1), "other (control)": walked(seed=2)}
    ax = plots.trade_off_curves(curves)
    assert [line.get_color() == "0.65" for line in ax.lines] == [False, True, True]
    assert [text.get_text() for text in ax.texts] == ["way", "controls"]


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
    assert [c.lines[0].get_xdata()[0] for c in ax.containers][1:] == table.area[order].tolist()
    ends = [c.lines[2][0].get_segments()[0][:, 0] for c in ax.containers[1:]]
    np.testing.assert_allclose(ends, table.loc[order, ["low", "high"]])
