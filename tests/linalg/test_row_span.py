"""Coordinates of rows in their span keep what rows have to do with one another, and lead back to the columns."""

import numpy as np
import pytest

from unelib.alignment.linear_maps import RidgeMap
from unelib.linalg.row_span import BLOCK, span_of

RNG = np.random.default_rng(0)
X = (RNG.standard_normal((30, BLOCK + 50)) + RNG.standard_normal(BLOCK + 50)).astype(np.float16)
AWAY = X.astype(float) - X.astype(float).mean(0)
SPAN = span_of(X)


def test_products_are_kept_and_rows_lead_back():
    assert SPAN.rows.shape == SPAN.weights.shape == (30, 29)
    np.testing.assert_allclose(SPAN.rows @ SPAN.rows.T, AWAY @ AWAY.T, atol=1e-8)
    np.testing.assert_allclose(SPAN.back(X, SPAN.rows), AWAY, atol=1e-9)


def test_the_basis_is_orthonormal():
    basis = SPAN.back(X, np.eye(29))
    np.testing.assert_allclose(basis @ basis.T, np.eye(29), atol=1e-9)


def test_coordinates_vary_alike_where_columns_do():
    """Principal coordinates would not: to standardise them would be to whiten."""
    noise = RNG.standard_normal((200, 1000)) * np.linspace(0.8, 1.2, 1000)
    spread, principal = span_of(noise).rows.std(0), np.linalg.svd(noise - noise.mean(0))[1][:-1]
    assert spread.max() / spread.min() < 1.6 < principal.max() / principal.min()


def test_a_ridge_map_does_not_see_the_difference():
    target = RNG.standard_normal((30, 2))
    whole = RidgeMap(1.0).fit(X[:20].astype(float), target[:20]).predict(X[20:].astype(float))
    np.testing.assert_allclose(RidgeMap(1.0).fit(SPAN.rows[:20], target[:20]).predict(SPAN.rows[20:]), whole)


@pytest.mark.parametrize("seed", [1, 2])
def test_another_seed_turns_the_same_span(seed):
    other = span_of(X, seed)
    assert not np.allclose(other.rows, SPAN.rows)
    np.testing.assert_allclose(other.rows @ other.rows.T, SPAN.rows @ SPAN.rows.T, atol=1e-8)
