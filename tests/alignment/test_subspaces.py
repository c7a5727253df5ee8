"""Views as subspaces: orthonormal coordinates, angles that a rotation leaves, correlations that any map leaves."""

import numpy as np
import pytest

from unelib.alignment.subspaces import (
    angle,
    directions,
    directions_and_loads,
    mean_correlation,
    projection_weighted,
    shuffle_directions,
    unit_view,
)

rng = np.random.default_rng(0)
X, TURN = rng.standard_normal((30, 4)), np.linalg.qr(rng.standard_normal((4, 4)))[0]


def test_a_view_and_its_rotation_are_at_no_angle():
    assert angle(unit_view(X, "X"), unit_view(2 * X @ TURN + 1, "X")) == pytest.approx(0, abs=1e-6)


def test_coordinates_are_orthonormal_and_rebuild_the_view():
    U, loads = directions_and_loads(X, "X")
    np.testing.assert_allclose(U.T @ U, np.eye(4), atol=1e-12)
    np.testing.assert_allclose(U @ loads, X - X.mean(0), atol=1e-12)


def test_fewer_components_hold_less_variance():
    assert directions(X * [9, 3, 1, 0.1], "X", 0.9).shape[1] < directions(X, "X", 1.0).shape[1] == 4


def test_correlations_of_a_view_with_a_linear_map_of_it_are_one():
    A, B = directions(X, "X", 1.0), directions(X @ np.triu(np.ones((4, 4))), "X", 1.0)
    assert mean_correlation(A, B) == pytest.approx(1)
    assert projection_weighted(directions_and_loads(X, "X"), directions_and_loads(X @ TURN, "X")) == pytest.approx(1)


def test_shuffled_directions_are_those_of_shuffled_rows():
    order = rng.permutation(30)
    (U, loads), (V, others) = (
        shuffle_directions(directions_and_loads(X, "X"), order),
        directions_and_loads(X[order], "X"),
    )
    np.testing.assert_allclose(U @ loads, V @ others, atol=1e-12)
