"""Kernels are centred, blind to rotation and shift, and a part of the rows gives a part of the matrix."""

import numpy as np
import pytest

from unelib.alignment.kernels import double_centred, gram, inner_product, kernel_matrix, take_pairs, u_centred

X = np.random.default_rng(0).standard_normal((12, 4))


def test_a_gram_matrix_is_blind_to_rotation_and_shift():
    Q = np.linalg.qr(np.random.default_rng(1).standard_normal((4, 4)))[0]
    np.testing.assert_allclose(gram(X @ Q + 3, "X"), gram(X, "X"), atol=1e-12)


def test_rows_of_centred_matrices_sum_to_nothing():
    K = X @ X.T
    np.testing.assert_allclose(double_centred(K).sum(0), 0, atol=1e-12)
    np.testing.assert_allclose(u_centred(K).sum(1), 0, atol=1e-12)
    np.testing.assert_array_equal(np.diag(u_centred(K)), 0)


@pytest.mark.parametrize("kernel", ["linear", "rbf"])
@pytest.mark.parametrize("debiased", [False, True])
def test_kernel_matrices_have_unit_norm_and_move_with_the_rows(kernel, debiased):
    G, order = gram(X, "X"), np.random.default_rng(2).permutation(12)
    K = kernel_matrix(G, "X", debiased=debiased, kernel=kernel)
    assert inner_product(K, K) == pytest.approx(1)
    moved = kernel_matrix(gram(X[order], "X"), "X", debiased=debiased, kernel=kernel)
    np.testing.assert_allclose(take_pairs(K, order), moved, atol=1e-12)
