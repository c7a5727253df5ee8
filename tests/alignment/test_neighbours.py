"""Neighbours: found by angle, never the query itself, blind to scale."""

import numpy as np
import pytest

from unelib.alignment.neighbours import nearest, nearest_by_view, neighbour_agreement


@pytest.fixture
def clusters():
    rng = np.random.default_rng(0)
    label = np.repeat([0, 1], 50)
    return rng.standard_normal((100, 5)) + 6 * label[:, None], label


def test_neighbours_come_from_the_same_cluster(clusters):
    X, label = clusters
    found = nearest(X, np.arange(100), np.arange(100), 5)
    assert (label[found] == label[:, None]).all()
    assert not (found == np.arange(100)[:, None]).any()
    np.testing.assert_array_equal(found, nearest(7 * X, np.arange(100), np.arange(100), 5))


def test_agreement_beats_chance_only_where_there_is_something(clusters):
    X, label = clusters
    held_out = np.arange(100) % 4 == 0
    found = neighbour_agreement(X, label[:, None], held_out)
    assert found.agreement == 1 and found.chance < 0.7
    noise = neighbour_agreement(np.random.default_rng(1).standard_normal((100, 5)), label[:, None], held_out)
    assert noise.low < 0.6 and noise.high > 0.4


def test_errors(clusters):
    with pytest.raises(ValueError, match="k is 100"):
        nearest(clusters[0], [0], np.arange(100), 100)
    with pytest.raises(ValueError, match="X holds nan at row 3"):
        nearest(np.where(np.arange(100)[:, None] == 3, np.nan, clusters[0]), [0], np.arange(100), 2)


def test_neighbours_come_nearest_first_and_from_the_pool(clusters):
    X, _ = clusters
    queries, pool = np.arange(0, 100, 7), np.arange(5, 90)
    found = nearest(X, queries, pool, 6)
    moved = X - X[pool].mean(0)
    moved /= np.linalg.norm(moved, axis=1, keepdims=True)
    expected = [[j for j in pool[np.argsort(-moved[pool] @ moved[i])] if j != i][:6] for i in queries]
    np.testing.assert_array_equal(found, expected)
    np.testing.assert_array_equal(nearest(1e-20 * X, queries, pool, 6), found)


def test_a_query_stands_before_its_neighbours_in_view_after_view(clusters):
    X, _ = clusters
    queries, pool, views = [3, 70], np.arange(100) % 2 == 0, {"a": X, "b": X[:, :2]}
    rows = nearest_by_view(views, queries, pool, 4)
    assert rows[:, 0].tolist() == [3, 3, 70, 70]
    for i, view in enumerate(views.values()):
        np.testing.assert_array_equal(rows[i::2, 1:], nearest(view, queries, pool, 4))


def test_blocks_change_nothing(clusters, monkeypatch):
    X, rows = clusters[0], np.arange(100)
    whole = nearest(X, rows, rows, 5)
    monkeypatch.setattr("unelib.linalg.cosine.BLOCK", 7)
    np.testing.assert_array_equal(nearest(X, rows, rows, 5), whole)
