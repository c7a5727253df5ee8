"""Factors give a matrix back, its axes are found without its rows' part, and ranks are counted above rounding."""

import numpy as np
import pytest

from unelib.linalg.principal_space import principal_axes, thin


def of_rank(shape, rank):
    """A random matrix of a rank."""
    rng = np.random.default_rng(0)
    return rng.standard_normal((shape[0], rank)) @ rng.standard_normal((rank, shape[1]))


@pytest.mark.parametrize("shape", [(30, 8), (8, 30)])
@pytest.mark.parametrize("rank", [8, 3])
def test_factors_give_the_matrix_back_in_as_many_columns_as_its_rank(shape, rank):
    X = of_rank(shape, rank)
    U, s, V = thin(X)
    assert U.shape == (shape[0], rank) and V.shape == (shape[1], rank)
    np.testing.assert_allclose(U * s @ V.T, X, atol=1e-12)
    np.testing.assert_allclose(s, np.linalg.svd(X, compute_uv=False)[:rank])


@pytest.mark.parametrize("shape", [(30, 8), (8, 30)])
def test_axes_are_those_of_the_factors(shape):
    X = of_rank(shape, 5)
    for found, expected in zip(principal_axes(X), thin(X)[1:]):
        np.testing.assert_array_equal(found, expected)
