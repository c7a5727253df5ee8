"""Ranks of pairs depend on the order of distances alone, and move with the rows."""

import numpy as np
import pytest

from unelib.alignment.kernels import gram
from unelib.alignment.pair_ranks import distance_order, distance_ranks, mean_product, neighbour_ranks

X = np.random.default_rng(0).standard_normal((9, 5))


def test_distances_are_blind_to_the_scale_of_a_row_and_to_what_is_added_to_it():
    changed = X * np.arange(1, 10)[:, None] + np.arange(9)[:, None]
    np.testing.assert_array_equal(distance_order(changed, "X"), distance_order(X, "X"))


def test_ranks_are_of_unit_norm_and_move_with_the_rows():
    order = np.random.default_rng(1).permutation(9)
    ranks = distance_ranks(distance_order(X, "X"), "X")
    assert np.linalg.norm(ranks) == pytest.approx(1) and not np.diag(ranks).any()
    moved = distance_ranks(distance_order(X[order], "X"), "X")
    np.testing.assert_allclose(moved, ranks[np.ix_(order, order)], atol=1e-12)


def test_neighbours_of_a_row_agree_with_themselves_whatever_the_scale():
    ranks = neighbour_ranks(gram(X, "X"), "X")
    np.testing.assert_allclose(neighbour_ranks(gram(3 * X + 1, "X"), "X"), ranks, atol=1e-12)
    assert mean_product(ranks, ranks) == pytest.approx(1)


def test_rows_without_an_order_are_named():
    with pytest.raises(ValueError, match="row 2 of X is constant"):
        distance_order(np.vstack([X[:2], np.ones(5)]), "X")
