"""Rows by their angle: lengths do not count, a query is never its own neighbour, lists move with the rows."""

import numpy as np
import pytest

from unelib.linalg.cosine import most_alike, neighbours, relabelled, rows_for_neighbours, shared_neighbours, unit_rows

X = np.random.default_rng(0).standard_normal((20, 4))


def test_unit_rows_have_length_one_and_a_row_at_the_origin_stays():
    np.testing.assert_allclose(np.linalg.norm(unit_rows(X), axis=1), 1)
    assert not unit_rows(np.zeros((1, 3))).any()


def test_those_most_alike_are_those_of_all_products_sorted():
    rows, everyone = unit_rows(X), np.arange(20)
    products = rows @ rows.T
    np.fill_diagonal(products, -np.inf)
    np.testing.assert_array_equal(most_alike(rows, everyone, everyone, 5), np.argsort(-products, 1)[:, :5])


def test_neighbours_do_not_depend_on_scale_or_shift_and_move_with_the_rows():
    found, order = neighbours(X, "X", 3), np.random.default_rng(1).permutation(20)
    np.testing.assert_array_equal(neighbours(2 * X + 5, "X", 3), found)
    assert shared_neighbours(found, found) == 1
    assert shared_neighbours(relabelled(found, order), neighbours(X[order], "X", 3)) == 1


def test_more_neighbours_than_rows_are_refused():
    with pytest.raises(ValueError, match="k must be a whole number from 1 to 19"):
        rows_for_neighbours(X, "X", 20)
