"""Plots take data and axes and return the axes, with every label in place."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from unelib import plots
from unelib.editing.trade_off import Curve, areas
from unelib.gaussianity.noise_maps import radial_spectrum

pytestmark = pytest.mark.usefixtures("closed")


@pytest.fixture
def scores():
    rng, names = np.random.default_rng(0), ["Smiling", "Male", "Wearing_Hat", "Young"]
    auc = rng.uniform(0.6, 0.9, (3, 4))
    return {
        view: pd.DataFrame({"auc": a, "auc_low": a - 0.05, "auc_high": a + 0.05}, names)
        for view, a in zip(["noise", "clip", "shuffled labels"], auc)
    }


def test_image_grid_holds_every_picture():
    images = np.arange(5, dtype=np.uint8).reshape(5, 1, 1, 1).repeat(8, 1).repeat(8, 2).repeat(3, 3)
    ax = plots.image_grid(images, columns=3, titles=list("abcde"))
    sheet = ax.images[0].get_array()
    assert sheet.shape == (17, 26, 3)
    assert [t.get_text() for t in ax.texts] == list("abcde")


def test_labelled_rows_has_a_label_a_row_and_a_column():
    ax = plots.labelled_rows(np.zeros((2, 3, 8, 8, 3), np.uint8), ["a", "b"], [1, 2, 3])
    assert [t.get_text() for t in ax.texts] == ["a", "b", "1", "2", "3"]


def test_noise_pictures_are_grey_at_zero():
    assert (plots.noise_images(np.zeros((2, 4, 4, 4))) == 128).all()
    assert plots.noise_images(np.zeros((2, 1, 4, 4))).shape == (2, 4, 4, 3)
    assert plots.resized(np.zeros((2, 4, 4, 3), np.uint8), 12).shape == (2, 12, 12, 3)


def test_axes_are_given_back(scores):
    table = pd.DataFrame({"view": ["a", "b"], "pass_rate": [0.9, 0.5], "low": [0.8, 0.4], "high": [0.95, 0.6]})
    auc = pd.DataFrame({view: t.auc for view, t in scores.items()})
    ax = plt.subplots()[1]
    assert plots.pass_rates(table, ax) is ax
    assert plots.qq_fan(np.random.default_rng(0).standard_normal((50, 6)), ax) is ax
    assert plots.profile_scatter(auc["noise"], auc["clip"], ax, names=("noise", "clip")) is ax
    assert plots.spectrum({"views": np.ones(4), "shuffled rows": np.zeros(4)}, ax) is ax
    assert plots.bars({"a": 1.0, "b": 0.5}, ax, control=["b"]) is ax
    assert plots.judge_bars([0.1, 0.2], [0.3, 0.4], ["Male", "Young"], ax) is ax
    assert plots.change_heatmap(auc - 0.5, ax) is ax
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


def test_side_by_side_shares_its_height():
    figure, panels = plots.side_by_side(3)
    assert len(panels) == 3 and figure.get_size_inches()[0] == plots.WIDTH


def test_quartiles_as_text():
    assert plots.quartiles([1, 2, 3, 4, 5]) == "3 (2 to 4)"


def test_frontiers_draw_each_method_in_its_groups_and_rows():
    rows = [(m, c, 1 / c, 10 * c) for m in ("ab2, karras", "heun, karras", "diffusers DDIM") for c in (8, 16)]
    table = pd.DataFrame(rows, columns=["method", "calls", "error", "psnr"])
    groups = {"solvers": ["ab2, karras", "heun, karras"], "diffusers": ["ab2, karras", "diffusers DDIM"]}
    figure = plots.frontiers(table, groups, {"error": "noise error", "psnr": "dB"}, log=["error"])
    assert [ax.get_yscale() for ax in figure.axes] == ["log", "log", "linear", "linear"]
    assert [line.get_label() for line in figure.axes[3].lines] == groups["diffusers"]
    assert list(figure.axes[2].lines[0].get_ydata()) == [80, 160]


def test_white_noise_has_a_flat_map_and_a_flat_spectrum():
    noise = np.random.default_rng(0).standard_normal((400, 4, 8, 8))
    shown = plots.spread_map(noise).images[0].get_array()
    assert np.abs(shown - 1).max() < 0.15
    line = plots.power_spectra({"white": radial_spectrum(noise)}).lines[0]
    assert np.abs(line.get_ydata() - 1).max() < 0.15


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


def walked(ease=1.0, strengths=4, lacking=0.6, seed=0):
    """A trade-off curve of 30 images, of which a share lacked the target."""
    lacked, need = np.random.default_rng(seed).random((2, 30))
    s = np.arange(1.0, strengths + 1)
    met = np.where(lacked < lacking, s[:, None] * ease > 5 * need, np.nan)
    return Curve(s, met, 0.03 * s[:, None] * np.ones(30), np.ones(30))


def test_trade_off_curves_start_from_no_edit_and_have_a_marker_a_strength():
    one, other = walked(), walked(0.5, seed=1)
    ax = plt.subplots()[1]
    assert plots.trade_off_curves({"one": one, "both": {"x": one, "y": other}, "list": [one]}, ax, limit=0.08) is ax
    first, second, third, limit = ax.lines
    np.testing.assert_array_equal(first.get_xydata().T, one.points)
    np.testing.assert_array_equal(second.get_xydata().T, np.mean([one.points, other.points], 0))
    np.testing.assert_array_equal(third.get_xydata(), first.get_xydata())
    assert first.get_xydata()[0].tolist() == [0, 0] and first.get_markevery() == slice(1, None)
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
    np.testing.assert_array_equal(ax.lines[0].get_xydata().T, walked().points)
    with pytest.raises(ValueError, match="of 3 and 4 strengths; one line takes as many strengths for every target"):
        plots.trade_off_curves({"m": [walked(), walked(strengths=3)]})
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
