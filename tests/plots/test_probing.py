"""Figures of probes have every label in place."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from unelib import plots

pytestmark = pytest.mark.usefixtures("closed")


@pytest.fixture
def scores():
    rng, names = np.random.default_rng(0), ["Smiling", "Male", "Wearing_Hat", "Young"]
    auc = rng.uniform(0.6, 0.9, (3, 4))
    return {
        view: pd.DataFrame({"auc": a, "auc_low": a - 0.05, "auc_high": a + 0.05}, names)
        for view, a in zip(["noise", "clip", "shuffled labels"], auc)
    }


def test_axes_are_given_back(scores):
    auc = pd.DataFrame({view: t.auc for view, t in scores.items()})
    ax = plt.subplots()[1]
    assert plots.profile_scatter(auc["noise"], auc["clip"], ax, names=("noise", "clip")) is ax
    assert plots.spectrum({"views": np.ones(4), "shuffled rows": np.zeros(4)}, ax) is ax


def test_attributes_are_sorted_by_what_the_first_view_has_beyond_the_control(scores):
    control, null = pd.Series([0.9, 0.6, 0.5, 0.7], scores["noise"].index), np.full((20, 4), 0.5)
    figure = plots.interval_panels(scores, control, "pixels", null, title="Noise is read")
    assert [ax.get_title(loc="left") for ax in figure.axes] == ["noise", "clip", "shuffled\nlabels"]
    order = (scores["noise"].auc - control).sort_values().index
    assert [t.get_text() for t in figure.axes[0].get_yticklabels()] == [plots.pretty(name) for name in order]
    ticks, dots = figure.axes[1].lines[0], figure.axes[1].containers[0].lines[0]
    np.testing.assert_array_equal(ticks.get_xdata(), control[order])
    np.testing.assert_array_equal(dots.get_xdata(), scores["clip"].auc[order])
    assert figure.get_suptitle() == "Noise is read" and "upright: pixels" in figure.get_supxlabel()


def test_published_scores_are_hollow_where_both_have_them(scores):
    published = pd.DataFrame({"noise": [0.9], "other": [0.8]}, ["Male"])
    left, *others = plots.interval_panels(scores, published=published).axes
    shown = [line for line in left.lines if line.get_mfc() == "none"]
    assert np.nansum(shown[0].get_xdata()) == 0.9 and np.isfinite(shown[0].get_xdata()).sum() == 1
    assert all(line.get_mfc() != "none" for ax in others for line in ax.lines)


def test_profile_scatter_says_what_its_axes_are(scores):
    ax = plots.profile_scatter(scores["noise"].auc, scores["clip"].auc, names=("noise", "clip"), score="accuracy in ")
    assert ax.get_xlabel() == "accuracy in noise" and ax.get_ylabel() == "accuracy in clip"


def test_compared_has_a_row_a_view_and_a_colour_a_world():
    table = pd.DataFrame({"world": ["a", "a", "b"], "view": ["clip", "pixels", "clip"], "value": [0.6, 0.7, 0.8]})
    ax = plots.compared(table.assign(low=table.value - 0.1, high=table.value + 0.1), mark=0.5, control=["pixels"])
    assert [t.get_text() for t in ax.get_yticklabels()] == ["clip", "pixels"]
    assert [t.get_text() for t in ax.texts] == ["a", "b"]
    assert len({tuple(c.lines[0].get_color()) for c in ax.containers}) == 2


def test_curves_of_components_say_so():
    curve = {k: {"auc": 0.5 + k / 100, "low": 0.5, "high": 0.9, "variance": 0.2} for k in (2, 8, 32)}
    ax = plots.learning_curves({"clip": curve}, xlabel="components")
    assert ax.get_xlabel() == "components" and list(ax.get_xticks()) == [2, 8, 32]
    assert plots.learning_curves({"clip": curve}).get_xlabel() == "training images"


def test_reliability_has_a_panel_a_view_and_the_diagonal():
    table = pd.DataFrame({"predicted": [0.1, 0.9], "observed": [0.2, 0.8], "low": [0.1, 0.6], "high": [0.3, 0.9]})
    figure = plots.reliability_panels({"clip": table, "noise": table})
    assert [ax.get_title(loc="left") for ax in figure.axes] == ["clip", "noise"]
    assert all(list(ax.lines[-1].get_xdata()) == [0, 1] for ax in figure.axes)
