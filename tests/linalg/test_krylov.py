"""Block Krylov: the singular triples that a full decomposition finds, in fewer products."""

import numpy as np
import pytest

from unelib.linalg.krylov import leading_triples


def triples(J, k, **options):
    return leading_triples(lambda V: V @ J.T, lambda U: U @ J, J.shape[1], k, **options)


def slow_spectrum(m=60, d=40, seed=0):
    """A matrix whose singular values fall slowly, as a denoiser's do."""
    rng = np.random.default_rng(seed)
    U, V = (np.linalg.qr(rng.standard_normal((size, d)))[0] for size in (m, d))
    return U * np.linspace(10, 5, d) @ V.T


@pytest.mark.parametrize("block", [1, 2, 3, 7])
@pytest.mark.parametrize("shape", [(60, 40), (40, 60)])
def test_triples_are_those_of_a_full_decomposition(block, shape):
    J = np.random.default_rng(1).standard_normal(shape)
    U, s, V = np.linalg.svd(J, full_matrices=False)
    found = triples(J, 5, block=block, tolerance=1e-9)
    np.testing.assert_allclose(found.sigma, s[:5], rtol=1e-10)
    np.testing.assert_allclose(np.abs((found.v * V[:5]).sum(1)), 1, atol=1e-8)
    np.testing.assert_allclose(found.sigma[:, None] * found.u, found.v @ J.T, atol=1e-8)


def test_vectors_are_orthonormal():
    found = triples(slow_spectrum(), 6)
    for rows in (found.v, found.u):
        np.testing.assert_allclose(rows @ rows.T, np.eye(6), atol=1e-10)


def test_the_residual_is_what_it_says():
    J = slow_spectrum()
    found = triples(J, 4, tolerance=1e-2)
    residual = np.linalg.norm(found.u @ J - found.sigma[:, None] * found.v, axis=1) / found.sigma[0]
    np.testing.assert_allclose(found.residual, residual, atol=1e-12)
    assert found.residual.max() <= 1e-2


def test_a_rotation_of_either_space_turns_the_vectors_with_it():
    J, rng = slow_spectrum(), np.random.default_rng(2)
    A, B = (np.linalg.qr(rng.standard_normal((size, size)))[0] for size in J.shape)
    plain, turned = triples(J, 3, tolerance=1e-9), triples(A @ J @ B.T, 3, tolerance=1e-9)
    np.testing.assert_allclose(turned.sigma, plain.sigma, rtol=1e-9)
    np.testing.assert_allclose(np.abs((turned.v * (plain.v @ B.T)).sum(1)), 1, atol=1e-6)


def test_products_are_counted_and_bounded():
    asked = []
    J = slow_spectrum()
    found = leading_triples(
        lambda V: asked.append(len(V)) or V @ J.T, lambda U: asked.append(len(U)) or U @ J, 40, 3, block=2
    )
    assert found.products == sum(asked)


def test_a_map_of_low_rank_ends_when_its_rows_are_exhausted():
    rng = np.random.default_rng(3)
    J = rng.standard_normal((30, 2)) @ rng.standard_normal((2, 20))
    found = triples(J, 2, block=4, tolerance=0.0)
    np.testing.assert_allclose(found.sigma, np.linalg.svd(J)[1][:2], rtol=1e-9)


@pytest.mark.parametrize("rank", [0, 2])
@pytest.mark.parametrize("block", [1, 4])
def test_more_triples_than_the_rank_are_zero(rank, block):
    rng = np.random.default_rng(3)
    J = rng.standard_normal((30, rank)) @ rng.standard_normal((rank, 20))
    found = triples(J, 4, block=block)
    np.testing.assert_allclose(found.sigma[rank:], 0, atol=1e-9)
    assert np.isfinite(found.residual).all()
    np.testing.assert_allclose(found.v @ found.v.T, np.eye(4), atol=1e-9)


def test_all_triples_can_be_asked_for():
    J = np.random.default_rng(4).standard_normal((5, 5))
    np.testing.assert_allclose(triples(J, 5).sigma, np.linalg.svd(J)[1], rtol=1e-9)


@pytest.mark.parametrize("k", [0, 6, 2.0])
def test_as_many_triples_as_columns_at_most(k):
    with pytest.raises(ValueError, match="k is .*; choose a whole number from 1 to 5, the columns of the map"):
        triples(np.eye(5), k)


def test_the_start_does_not_matter():
    J = slow_spectrum()
    first, second = (triples(J, 3, tolerance=1e-9, seed=seed).sigma for seed in (0, 1))
    np.testing.assert_allclose(first, second, rtol=1e-9)


def test_fewer_products_than_subspace_iteration_of_the_same_accuracy():
    J = slow_spectrum(80, 60)
    truth = np.linalg.svd(J)[2][:4]
    found = triples(J, 4, tolerance=1e-3)
    Q = np.linalg.qr(np.random.default_rng(0).standard_normal((60, 4)))[0]
    for _ in range(found.products // 8 + 1):
        Q = np.linalg.qr(J.T @ (J @ Q))[0]
    off = lambda rows: np.linalg.norm(rows - rows @ truth.T @ truth)
    assert off(found.v) < off(Q.T) / 10


def test_a_search_that_ends_early_says_how_good_it_is():
    J = slow_spectrum()
    with pytest.warns(UserWarning, match=r"ended after 12 products with a residual of .*, where 1.0e-09 was asked for"):
        assert triples(J, 3, block=3, tolerance=1e-9, most=12).products == 12


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("tolerance", [1e-9, 0.0])
def test_a_search_that_ends_with_the_space_says_nothing(tolerance):
    J = slow_spectrum()
    triples(J, 3, tolerance=tolerance, most=1000)
