"""Figures of likeness: a row a pair with its null, a panel a measure, half a square of all pairs."""

from io import BytesIO

import matplotlib.pyplot as plt
import numpy as np
import pytest

from unelib.alignment.similarity import STANDARD, cka, mutual_knn, similarity_table
from unelib.plots import alignment

VIEWS = ["noise", "pixels", "clip"]


pytestmark = pytest.mark.usefixtures("closed")


@pytest.fixture(scope="module")
def table():
    rng = np.random.default_rng(0)
    Z = rng.standard_normal((60, 3))
    views = {name: Z @ rng.standard_normal((3, 5)) + rng.standard_normal((60, 5)) for name in VIEWS}
    return similarity_table(views, measures={"cka": cka, "mutual_knn": mutual_knn}, permutations=9)


def labels(axis):
    return [t.get_text() for t in axis]


def test_a_row_a_pair_has_its_interval_and_what_chance_gives(table):
    one = table[table.measure == "cka"]
    ax = alignment.beside_chance(one, plt.subplots()[1], control=["pixels"])
    assert labels(ax.get_yticklabels()) == ["noise, pixels", "noise, clip", "pixels, clip"]
    assert [c.lines[0].get_xdata()[0] for c in ax.containers] == one.value.tolist()
    assert [c.lines[0].get_mfc() == "white" for c in ax.containers] == [False, False, True]
    bars = [line.get_xdata() for line in ax.lines if line.get_linewidth() == 7]
    np.testing.assert_allclose(bars, one[["null_mean", "null_high"]])
    assert ax.yaxis_inverted() and len(ax.patches) == 1


def test_pairs_with_one_view_in_common_go_by_the_other(table):
    ax = alignment.beside_chance(table[(table.other == "clip") & (table.measure == "cka")])
    assert labels(ax.get_yticklabels()) == ["noise", "pixels"]


def test_a_row_without_an_interval_has_its_dot(table):
    one = table[table.measure == "cka"].assign(low=np.nan, high=np.nan)
    ax = alignment.beside_chance(one)
    assert [c.lines[0].get_xdata()[0] for c in ax.containers] == one.value.tolist()
    assert np.isfinite(ax.get_xlim()).all()
    alignment.measure_panels(one).savefig(BytesIO())


def test_every_measure_has_a_panel(table):
    figure = alignment.measure_panels(table.replace("mutual_knn", "other"), columns=3)
    assert [ax.get_title(loc="left") for ax in figure.axes] == ["CKA", "other", ""]
    assert [len(ax.containers) for ax in figure.axes] == [3, 3, 0] and not figure.axes[2].axison
    assert labels(figure.legends[0].texts) == ["view", "shuffled rows"]
    figure = alignment.measure_panels(table, control=["noise"])
    assert labels(figure.legends[0].texts) == ["view", "control", "shuffled rows"]


def test_standard_measures_have_titles():
    assert set(alignment.TITLES) == set(STANDARD)


def test_the_heat_map_names_every_view_and_writes_each_pair_once(table):
    one = table[table.measure == "cka"]
    ax = alignment.pair_heatmap(one)
    assert labels(ax.get_yticklabels()) == VIEWS[1:] and labels(ax.get_xticklabels()) == VIEWS[:-1]
    assert sorted(labels(ax.texts)) == sorted(f"{value:.2f}" for value in one.value)
