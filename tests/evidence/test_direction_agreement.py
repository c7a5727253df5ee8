"""Directions of two views in bulk are those that probes and `carried` give, and agree as far as views share."""

import numpy as np
import pandas as pd
import pytest

from unelib.editing.directions import carried, direction
from unelib.evidence.direction_agreement import agreement, carried_rows, mean_differences
from unelib.latent.une import UNE
from unelib.probing.linear_probe import LinearProbe

from ..helpers.planted import planted


def labelled(n=300, seed=0, shared=True):
    """Two views of one latent of two dimensions, and four attributes of it, or of another."""
    data = planted(n, 2, (8, 9), seed=seed)
    z = data.Z if shared else np.random.default_rng(seed).standard_normal((n, 2))
    return data.views, pd.DataFrame(z @ [[1, 0, 1, -1], [0, 1, 1, 1]] > 0, columns=list("pqrs")).astype(int)


@pytest.fixture(scope="module")
def pair():
    views, Y = labelled()
    return views, Y, UNE(2, private=0, ridge=0.1).fit(views)


def test_directions_in_bulk_are_those_of_probes(pair):
    views, Y, une = pair
    probes = {name: LinearProbe("mean-difference").fit(X, Y) for name, X in views.items()}
    D = {name: mean_differences(X, Y) for name, X in views.items()}
    found, moved = agreement(D["b"], D["a"], une, "a", "b"), carried_rows(une, "a", "b", D["a"])
    for i, name in enumerate(Y):
        own, one = direction(probes["b"], name), carried(direction(probes["a"], name), une, "a", "b")
        np.testing.assert_allclose(D["b"][i] / np.linalg.norm(D["b"][i]), own.vector)
        np.testing.assert_allclose(moved[i] / np.linalg.norm(moved[i]), one.vector)
        assert found.cosines[i] == pytest.approx(one.kept(own))


def test_missing_labels_are_left_out(pair):
    views, Y, _ = pair
    gaps = Y.astype(float)
    gaps.iloc[::7, 1] = np.nan
    found, whole = mean_differences(views["a"], gaps), mean_differences(views["a"], Y)
    known = gaps.iloc[:, 1].notna()
    np.testing.assert_allclose(found[1], mean_differences(views["a"][known], Y[known])[1])
    np.testing.assert_allclose(found[[0, 2, 3]], whole[[0, 2, 3]])


def test_related_views_agree_beyond_random_directions_and_each_is_nearest(pair):
    views, Y, une = pair
    found = agreement(*(mean_differences(views[v], Y) for v in "ba"), une, "a", "b")
    assert found.mean > 0.9 and found.beyond > 0.2 and found.nearest.all()
    assert found.standardised == pytest.approx(found.mean / np.sqrt((found.anything**2).mean()))


def test_where_one_dimension_is_carried_any_direction_agrees_and_none_says_more(pair):
    views, Y, _ = pair
    une = UNE(1, private=0, ridge=0.1).fit(views)
    found = agreement(*(mean_differences(views[v], Y) for v in "ba"), une, "a", "b")
    assert np.abs(found.anything).mean() > 0.5 and found.standardised < 1.05


class Apart:
    """A model of two views that lets nothing through."""

    loadings_ = {"b": np.zeros((9, 1))}

    def latent(self, given):
        return np.zeros((len(given["a"]), 1))


def test_where_nothing_is_shared_nothing_agrees(pair):
    views, Y, _ = pair
    found = agreement(*(mean_differences(views[v], Y) for v in "ba"), Apart(), "a", "b")
    assert found.mean == found.beyond == found.standardised == 0 and not found.nearest.any()
