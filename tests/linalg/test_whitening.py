"""Factors are projections by either way; leading vectors are LAPACK's also where they are found by iteration."""

import numpy as np
import pytest

from unelib.linalg import whitening
from unelib.linalg.principal_space import principal
from unelib.linalg.whitening import Factor, by_lapack, leading_left, of_space, whitened


def centred(n, d, rank=None, seed=0):
    """Random centred rows (n, d), of this rank if it is given."""
    rng = np.random.default_rng(seed)
    Z = rng.standard_normal((n, rank or d))
    Z = Z if rank is None else Z @ rng.standard_normal((rank, d))
    return Z - Z.mean(0)


def factors_of(views, ridge=1e-9):
    """The factors of centred views."""
    return [whitened(Z, ridge) for Z in views]


def plain(M, *at):
    """Factors that are the columns of a matrix, split before these."""
    return [Factor(part, None, None, None) for part in np.split(M, at, axis=1)]


LATENT = centred(600, 12)
EXACT = [np.hstack([LATENT, centred(600, 60, seed=i)]) @ centred(90, 72, seed=i).T for i in range(1, 5)]


@pytest.fixture(autouse=True)
def none_is_small(monkeypatch):
    """Iteration is looked at where a test takes a moment."""
    monkeypatch.setattr(whitening, "SMALL", 0)


@pytest.mark.parametrize("ridge", [0.1, 3, 1e-9])
@pytest.mark.parametrize("Z", [centred(60, 9), centred(20, 50), centred(40, 8, 3)], ids=["long", "wide", "collinear"])
def test_factors_are_the_ridge_projection(Z, ridge):
    n, d = Z.shape
    found, G = whitened(Z, ridge), centred(n, 4, seed=1)
    U, s, V = (part[..., : np.linalg.matrix_rank(Z)] for part in np.linalg.svd(Z)[:2] + (np.linalg.svd(Z)[2].T,))
    assert found.rank() == len(s)
    solved = V @ ((s / (s**2 + ridge * (Z**2).sum() / min(n, d)))[:, None] * (U.T @ G))
    np.testing.assert_allclose(found.rows @ (found.rows.T @ G), Z @ solved, atol=1e-10)
    np.testing.assert_allclose(found.back(found.rows.T @ G), solved, atol=1e-10)
    np.testing.assert_allclose(np.tril(found.gram()), np.tril(found.rows.T @ found.rows), atol=1e-10)


@pytest.mark.parametrize("n, d, seeds", [(1000, 4, range(20)), (2000, 30, [0])])
def test_rank_is_exact_where_two_columns_are_combinations_of_others(n, d, seeds):
    for seed in seeds:
        rng = np.random.default_rng(seed)
        Z = rng.standard_normal((n, d))
        Z = np.hstack([Z, Z @ rng.standard_normal((d, 2))]) + 3
        factor = whitened(Z - Z.mean(0), 0.1)
        assert factor.rank() == factor.rank(d + 1) == d and factor.rank(1) == 1


def test_cholesky_and_eigenvectors_give_one_projection():
    Z = centred(60, 9)
    one, other = whitened(Z, 0.1).rows, of_space(principal(Z), 0.1, 9).rows
    np.testing.assert_allclose(one @ one.T, other @ other.T, atol=1e-12)


@pytest.mark.parametrize("shape, k", [((300, 450), 5), ((450, 300), 5), ((400, 400), 20), ((30, 22), 1), ((30, 22), 9)])
def test_leading_vectors_are_those_of_the_singular_value_decomposition(shape, k):
    M = np.random.default_rng(0).standard_normal(shape)
    expected, s, _ = np.linalg.svd(M)
    U, squares = leading_left(plain(M, 10, 18), k)
    np.testing.assert_allclose(squares, s[:k] ** 2, rtol=1e-12)
    np.testing.assert_allclose(U * np.sign((U * expected[:, :k]).sum(0)), expected[:, :k], atol=1e-10)


@pytest.mark.parametrize("k", [5, 12, 14])
def test_iteration_finds_every_copy_of_an_eigenvalue(k):
    U, squares = leading_left(factors_of(EXACT), k)
    expected = np.linalg.svd(np.hstack([factor.rows for factor in factors_of(EXACT)]), compute_uv=False)[:k] ** 2
    np.testing.assert_allclose(squares, expected, rtol=1e-10)
    np.testing.assert_allclose(U.T @ U, np.eye(k), atol=1e-10)
    np.testing.assert_allclose(squares[:12], 4, atol=1e-6)


def test_where_iteration_does_not_end_lapack_takes_over(monkeypatch):
    M, asked = np.random.default_rng(0).standard_normal((400, 400)), []
    expected = leading_left(plain(M), 5)[1]
    monkeypatch.setattr(whitening, "HELD", 0)
    monkeypatch.setattr(whitening, "RESTARTS", 1)
    monkeypatch.setattr(whitening, "by_lapack", lambda gram, k: asked.append(k) or by_lapack(gram, k))
    np.testing.assert_allclose(leading_left(plain(M), 5)[1], expected, rtol=1e-12)
    assert asked == [5]


def test_few_eigenvectors_are_left_to_lapack(monkeypatch):
    M, asked = np.random.default_rng(0).standard_normal((200, 100)), []
    expected = leading_left(plain(M), 2)[1]
    monkeypatch.setattr(whitening, "SMALL", 100)
    monkeypatch.setattr(whitening, "by_lapack", lambda gram, k: asked.append(k) or by_lapack(gram, k))
    np.testing.assert_allclose(leading_left(plain(M), 2)[1], expected, rtol=1e-12)
    assert asked == [2]


def test_where_all_vectors_lead_alike_any_will_do():
    """Two views of more columns than rows predict everything: every eigenvalue is 2 but for the ridge."""
    U, squares = leading_left(factors_of([centred(200, 300, seed=i) for i in range(2)]), 5)
    np.testing.assert_allclose(squares, 2, atol=1e-6)
    np.testing.assert_allclose(U.T @ U, np.eye(5), atol=1e-10)


def test_iteration_is_the_same_each_time_and_takes_single_precision():
    M = np.random.default_rng(0).standard_normal((300, 200))
    np.testing.assert_array_equal(leading_left(plain(M), 4)[0], leading_left(plain(M), 4)[0])
    U, squares = leading_left(plain(M.astype(np.float32)), 4)
    assert U.dtype == squares.dtype == np.float64
    np.testing.assert_allclose(squares, leading_left(plain(M), 4)[1], rtol=1e-5)
