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
    assert plots.interval_plot(scores, ax, sort_by="clip") is ax


def test_radar_has_a_spoke_an_attribute(scores):
    ax = plots.radar(pd.DataFrame({view: t.auc for view, t in scores.items()}))
    assert [t.get_text() for t in ax.get_xticklabels()] == ["Smiling", "Male", "Wearing Hat", "Young"]
    assert len(ax.lines) == 3


def test_radar_panels_share_their_spokes_and_show_what_was_published(scores):
    table = pd.DataFrame({view: t.auc for view, t in scores.items()})
    published = pd.DataFrame({"noise": [0.9], "other": [0.8]}, ["Male"])
    left, right = plots.radar_panels(
        {"a": table[["noise", "clip"]], "b": table[["clip"]]}, control="clip", published=published
    ).axes
    assert [line.get_label() for line in left.lines] == ["noise", "noise, published", "clip"]
    shown = left.lines[1].get_ydata()
    assert shown[1] == 0.9 and np.isnan(np.delete(shown, 1)).all() and left.lines[1].get_mfc() == "none"
    assert left.lines[2].get_linestyle() == "--" and len(right.lines) == 1
    assert [t.get_text() for t in left.get_xticklabels()] == [t.get_text() for t in right.get_xticklabels()]


def test_many_spokes_are_named_along_them_and_never_upside_down():
    names = [f"Attribute_{i}" for i in range(40)]
    ax = plots.radar(pd.DataFrame({"noise": np.full(40, 0.7)}, names))
    assert [t.get_text() for t in ax.texts] == [name.replace("_", " ") for name in names]
    turns = np.array([t.get_rotation() for t in ax.texts])
    assert ((turns <= 90.1) | (turns >= 269.9)).all()


def test_profile_scatter_says_what_its_axes_are(scores):
    ax = plots.profile_scatter(scores["noise"].auc, scores["clip"].auc, names=("noise", "clip"), score="accuracy in ")
    assert ax.get_xlabel() == "accuracy in noise" and ax.get_ylabel() == "accuracy in clip"


def test_compared_has_a_row_a_view_and_a_colour_a_world():
    table = pd.DataFrame({"world": ["a", "a", "b"], "view": ["clip", "pixels", "clip"], "value": [0.6, 0.7, 0.8]})
    ax = plots.compared(table.assign(low=table.value - 0.1, high=table.value + 0.1), mark=0.5, control=["pixels"])
    assert [t.get_text() for t in ax.get_yticklabels()] == ["clip", "pixels"]
    assert [t.get_text() for t in ax.get_legend().get_texts()] == ["a", "b"]
    assert len({tuple(c.lines[0].get_color()) for c in ax.containers}) == 2


def test_curves_of_components_say_so():
    curve = {k: {"auc": 0.5 + k / 100, "low": 0.5, "high": 0.9, "variance": 0.2} for k in (2, 8, 32)}
    ax = plots.learning_curves({"clip": curve}, xlabel="components")
    assert ax.get_xlabel() == "components" and list(ax.get_xticks()) == [2, 8, 32]
    assert plots.learning_curves({"clip": curve}).get_xlabel() == "training images"


def test_a_reliability_diagram_has_a_line_a_view_and_the_diagonal():
    table = pd.DataFrame({"predicted": [0.1, 0.9], "observed": [0.2, 0.8], "low": [0.1, 0.6], "high": [0.3, 0.9]})
    ax = plt.subplots()[1]
    assert plots.reliability_diagram({"clip": table, "noise": table}, ax) is ax
    assert [t.get_text() for t in ax.get_legend().get_texts()] == ["clip", "noise"]
    assert len(ax.containers) == 2 and list(ax.lines[-1].get_xdata()) == [0, 1]
