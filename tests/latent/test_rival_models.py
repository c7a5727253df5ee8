"""One latent wins where there is one, and its rivals where there is none or only pairs share."""

import numpy as np
import pytest

from unelib.latent.rival_models import distance_behind, rivals
from unelib.latent.une import UNE

from ..helpers.planted import planted


def halves(views, n):
    """The first n rows of every view, and the others."""
    return ({name: X[part] for name, X in views.items()} for part in (slice(n), slice(n, None)))


@pytest.mark.slow
def test_one_latent_is_likelier_than_its_rivals_where_there_is_one():
    table = rivals(UNE(2, private=0), *halves(planted(900, 2).views, 600))
    assert list(table.index) == ["one latent", "pairs of views share", "independent views", "shuffled rows"]
    assert table.loc["one latent", ["behind", "low", "high"]].tolist() == [0, 0, 0]
    assert (table.low[1:] > 0).all()


@pytest.mark.slow
def test_pairs_win_where_only_pairs_share():
    rng = np.random.default_rng(0)
    one, two, three = rng.standard_normal((3, 1200, 1))
    mixed = lambda *z: np.hstack(z) @ rng.standard_normal((2, 8)) + rng.standard_normal((1200, 8))
    views = {"a": mixed(one, two), "b": mixed(two, three), "c": mixed(three, one)}
    table = rivals(UNE(1, private=0), *halves(views, 800))
    assert table.high["pairs of views share"] < 0 < table.low["independent views"]


@pytest.mark.slow
def test_two_views_have_no_pairs_beside_them():
    table = rivals(UNE(1, private=0), *halves(planted(300, 1, (4, 5)).views, 200))
    assert list(table.index) == ["one latent", "independent views", "shuffled rows"]


@pytest.mark.slow
def test_unrelated_views_are_independent():
    rng = np.random.default_rng(1)
    views = {name: rng.standard_normal((400, 6)) for name in "ab"}
    table = rivals(UNE("cv", private=0), *halves(views, 300))
    assert table.k["one latent"] == 0 and table.behind["independent views"] == pytest.approx(0, abs=1e-9)


def test_differences_are_paired():
    best, noise = np.array([3.0, 5.0, 9.0]), np.array([0.1, 0.0, -0.1])
    found = distance_behind(best, best - 1 + noise)
    assert found["behind"] == pytest.approx(1) and found["high"] - found["low"] < 0.6
