"""Figures of tests of Gaussianity have a row a view, a shade where one is rejected, and a panel an alternative."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from unelib import plots
from unelib.gaussianity.noise_maps import radial_spectrum
from unelib.gaussianity.projection_pursuit import pursuit
from unelib.plots import gaussianity

pytestmark = pytest.mark.usefixtures("closed")


def test_pass_bands_have_a_row_a_view():
    table = pd.DataFrame({"view": ["a", "b"], "statistic": [0.9, 0.4], "null_low": [0.92, 0.8], "null_median": 0.95})
    ax = gaussianity.pass_bands(table)
    assert [t.get_text() for t in ax.get_yticklabels()] == ["a", "b"]
    assert [(b.get_x(), b.get_x() + b.get_width()) for b in ax.patches] == [(0.92, 1.0), (0.8, 1.0)]
    assert [text.get_text() for text in ax.texts][:2] == ["90%", "40%"]


@pytest.mark.parametrize("level, shades", [(0.05, [0, 1, 1, 1]), (0.01, [0, 1, 0, 1])])
def test_the_heat_map_has_one_shade_at_the_level_and_writes_every_value(level, shades):
    p = pd.DataFrame({"tail index": [1.0, 0.049], "pursuit": [0.0099, 1e-12]}, ["a", "b"])
    ax = gaussianity.p_heatmap(p, plt.subplots()[1], split=1, level=level)
    assert ax.collections[0].get_array().ravel().tolist() == shades
    assert [t.get_text() for t in ax.texts] == ["1", ".010", ".049", "<.001"]
    assert [t.get_text() for t in ax.get_xticklabels()] == ["tail\nindex", "pursuit"]


def test_halves_show_both_kinds_of_p():
    X = np.random.default_rng(0).standard_normal((100, 12))
    ax = gaussianity.halves({"a": pursuit(X), "b": pursuit(X[::-1])})
    assert [t.get_text() for t in ax.get_yticklabels()] == ["a", "b"] and ax.get_xscale() == "log"
    assert [len(line.get_xdata()) for line in ax.lines[:4]] == [5] * 4


def test_a_histogram_has_the_density_of_its_law():
    ax = gaussianity.against_law(np.random.default_rng(0).standard_normal(500), norm(), xlabel="norm")
    assert ax.lines[0].get_ydata().max() == pytest.approx(norm.pdf(0), rel=1e-3) and ax.get_xlabel() == "norm"


def test_power_has_a_panel_an_alternative():
    rows = [(s, t, s / 2, 0, 1) for s in (0, 1) for t in ("norms", "pursuit")]
    table = pd.DataFrame(rows, columns=["strength", "test", "power", "low", "high"])
    figure = gaussianity.power_panels({"clusters": table, "tails": table})
    assert [ax.get_title(loc="left") for ax in figure.axes] == ["clusters", "tails"]
    assert [t.get_text() for t in figure.axes[0].texts] == ["0", "50", "0", "50"]


def test_the_number_stands_beside_each_bar():
    table = pd.DataFrame({"view": ["a", "b"], "pass_rate": [0.924, 0.0], "low": [0.9, 0.0], "high": [0.95, 0.02]})
    ax = plots.pass_rates(table)
    told = {text.get_text(): text.xy[1] for text in ax.texts if text.get_text().endswith("%") and hasattr(text, "xy")}
    assert told == {"92%": 1, "0%": 0}
    assert [label.get_text() for label in ax.get_yticklabels()] == ["a", "b"] and ax.get_yticks().tolist() == [1, 0]


def test_pass_rates_have_a_panel_a_kind_of_axes():
    table = pd.DataFrame({"view": ["a", "bimodal"], "pass_rate": [0.9, 0.0], "low": [0.8, 0.0], "high": [0.95, 0.1]})
    tests = {"projections": table, "coordinates": table}
    figure = plots.pass_rate_panels(tests, {"bimodal": "far apart"}, control=["far apart"])
    assert [ax.get_title(loc="left") for ax in figure.axes] == list(tests)
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == ["a", "far apart"]
    for ax in figure.axes:
        assert [bar.get_hatch() for bar in ax.patches] == [None, "//"]
    alone = plots.pass_rate_panels({"projections": table}, {}, control=[])
    assert len(alone.axes) == 1


def test_axes_are_given_back():
    ax = plt.subplots()[1]
    table = pd.DataFrame({"view": ["a", "b"], "pass_rate": [0.9, 0.5], "low": [0.8, 0.4], "high": [0.95, 0.6]})
    assert plots.pass_rates(table, ax) is ax
    assert plots.qq_fan(np.random.default_rng(0).standard_normal((50, 6)), ax) is ax


def test_white_noise_has_a_flat_map_and_a_flat_spectrum():
    noise = np.random.default_rng(0).standard_normal((400, 4, 8, 8))
    shown = plots.spread_map(noise).images[0].get_array()
    assert np.abs(shown - 1).max() < 0.15
    line = plots.power_spectra({"white": radial_spectrum(noise)}).lines[0]
    assert np.abs(line.get_ydata() - 1).max() < 0.15
