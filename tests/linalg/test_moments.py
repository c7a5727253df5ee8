"""Moments by blocks are those of NumPy, and constant columns count for nothing."""

import numpy as np
import pytest

from unelib.linalg.moments import class_means, column_mean, column_scale, covariance_along, product

rng = np.random.default_rng(0)
X = rng.standard_normal((50, 4)) * [1, 10, 0.1, 1] + [0, 1e6, 3, 5]
X[:, 3] = 7
TRUTH = rng.random((50, 2)) < 0.5


def test_means_and_scales_are_numpys_and_a_constant_column_has_none():
    mean, scale = column_scale(X)
    np.testing.assert_allclose(mean, X.mean(0))
    np.testing.assert_allclose(scale[:3], X[:, :3].std(0), rtol=1e-6)
    assert np.isinf(scale[3])
    np.testing.assert_allclose(column_mean(X), X.mean(0))


def test_one_repeated_row_is_refused():
    with pytest.raises(ValueError, match="all rows of X are the same"):
        column_mean(np.ones((3, 2)))


def test_class_means_covariances_and_products_are_numpys():
    ones, zeros = class_means(X, TRUTH)
    np.testing.assert_allclose(ones[0], X[TRUTH[:, 0]].mean(0))
    np.testing.assert_allclose(zeros[1], X[~TRUTH[:, 1]].mean(0))
    coef = rng.standard_normal((2, 4))
    np.testing.assert_allclose(covariance_along(X, coef, X.mean(0)), coef @ np.cov(X.T, ddof=0), atol=1e-6)
    np.testing.assert_allclose(product(X, ones), X @ ones.T)
