"""Covariances as operators: the same as the matrix, of rows of any kind, and nothing made of rounding."""

import tracemalloc

import numpy as np
import pytest
from sklearn.covariance import ledoit_wolf

from unelib.linalg.covariance import Covariance, ShrunkCovariance, covaried, projected_correlation
from unelib.linalg.stored_rows import StoredRows

RNG = np.random.default_rng(0)
X = RNG.standard_normal((60, 8)) @ RNG.standard_normal((8, 8)) + 100
C = np.cov(X.T, ddof=0)
V = RNG.standard_normal((8, 3))


def test_it_multiplies_as_the_matrix_does():
    stored = StoredRows(X.__getitem__, np.arange(60), 8)
    for rows in (X, stored, X.reshape(60, 2, 2, 2)):
        np.testing.assert_allclose(Covariance(rows) @ V, C @ V)
    np.testing.assert_allclose(Covariance(X) @ V[:, 0], C @ V[:, 0])
    np.testing.assert_allclose(Covariance(X.astype(np.float32)) @ V, C @ V, rtol=1e-4)


def test_it_never_holds_as_many_numbers_as_columns_squared():
    wide, others = RNG.standard_normal((20, 16384)).astype(np.float32), np.eye(16384, 2)
    tracemalloc.start()
    Covariance(wide) @ others
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20e6  # bytes, of 2 GB


def test_directions_on_which_nothing_varies_have_no_covariance():
    few = RNG.standard_normal((4, 8))
    flat = np.linalg.svd(few - few.mean(0))[2][3:]
    for cov in (Covariance(few), np.cov(few.T)):
        assert (covaried(cov, flat.T) == 0).all()
        assert np.linalg.norm(covaried(cov, V / np.linalg.norm(V, axis=0)), axis=0).all()


def test_correlations_of_projections_are_those_of_the_rows():
    A, B = np.linalg.qr(V)[0].T, np.eye(8)[:2]
    expected = np.corrcoef(np.vstack([A @ X.T, B @ X.T]))[:3, 3:]
    for cov in (C, Covariance(X), C.tolist()):
        np.testing.assert_allclose(projected_correlation(cov, A, B), expected)
    assert np.isnan(projected_correlation(np.diag([0.0, *np.ones(7)]), A, B)[:, 0]).all()


@pytest.mark.parametrize("shape", [(60, 8), (20, 50), (5, 200)])
def test_a_shrunk_covariance_is_ledoit_and_wolfs(shape):
    rows = RNG.standard_normal(shape) * np.linspace(0.1, 3, shape[1]) + 5
    wanted, share = ledoit_wolf(rows)
    found = ShrunkCovariance(rows)
    assert found.shrinkage == pytest.approx(share, rel=1e-6)
    np.testing.assert_allclose(found @ np.eye(shape[1]), wanted, atol=1e-10)


def test_what_rows_leave_open_is_shrunk_and_what_they_tell_is_not():
    white, told = RNG.standard_normal((30, 300)), X[:, :2] @ RNG.standard_normal((2, 40))
    assert ShrunkCovariance(white).shrinkage > 0.9 and ShrunkCovariance(np.tile(told, (50, 1))).shrinkage < 0.01
    turn = np.linalg.qr(RNG.standard_normal((8, 8)))[0]
    np.testing.assert_allclose(ShrunkCovariance(X @ turn) @ (turn.T @ V), turn.T @ (ShrunkCovariance(X) @ V), atol=1e-8)
    assert ShrunkCovariance(np.array([[1.0, -1], [-1, 1]])).shrinkage == 0


def test_errors():
    with pytest.raises(ValueError, match="all rows of X are the same"):
        Covariance(np.ones((5, 3)))
    with pytest.raises(ValueError, match="X has shape .1, 3.; at least 2 rows"):
        Covariance(np.ones((1, 3)))
    with pytest.raises(ValueError, match="this covariance has 8 columns; what it multiplies has shape .5, 2."):
        Covariance(X) @ np.ones((5, 2))
    with pytest.raises(ValueError, match="covariance has shape .3, 3.; the view has 8 columns, so .8, 8. is needed"):
        covaried(np.eye(3), V)
    with pytest.raises(ValueError, match="the covariance's product holds nan"):
        covaried(np.full((8, 8), np.nan), V)
