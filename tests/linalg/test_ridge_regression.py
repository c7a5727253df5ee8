"""Ridge from thin factors equals its normal equations, and left-out errors those of fits without the row."""

import numpy as np
import pytest
from sklearn.linear_model import Ridge

from unelib.linalg.principal_space import thin
from unelib.linalg.ridge_regression import leave_one_out, penalty_grid, ridge_weights

from ..helpers.planted import planted_arrays

rng = np.random.default_rng(0)
FEW, TARGETS = rng.standard_normal((15, 4)), rng.standard_normal((15, 2))
FEW, TARGETS = FEW - FEW.mean(0), TARGETS - TARGETS.mean(0)
X, X2, _ = planted_arrays()[1]


def test_weights_solve_the_normal_equations():
    U, s, V = thin(FEW)
    direct = np.linalg.solve(FEW.T @ FEW + 2.5 * np.eye(4), FEW.T @ TARGETS)
    np.testing.assert_allclose(V @ ridge_weights(U, s, TARGETS, 2.5), direct)


def test_penalties_scale_with_the_variance():
    s = np.array([3.0, 1.0])
    np.testing.assert_allclose(penalty_grid(2 * s), 4 * penalty_grid(s))


@pytest.mark.parametrize("penalty", [1e-6, 3.0])
def test_leave_one_out_is_what_leaving_one_out_gives(penalty):
    A, B = X[:25], X2[:25]
    U, s, _ = thin(A - A.mean(0))
    rest = [np.delete(np.arange(25), i) for i in range(25)]
    errors = [Ridge(penalty).fit(A[r], B[r]).predict(A[[i]])[0] - B[i] for i, r in enumerate(rest)]
    expected = (np.array(errors) ** 2).mean(0)
    np.testing.assert_allclose(leave_one_out(U, s, B - B.mean(0), [penalty])[0], expected)


def test_ridge_weights_take_one_penalty_a_target():
    U, s, _ = thin(X - X.mean(0))
    both = ridge_weights(U, s, X2[:, :2], np.array([1.0, 9.0]))
    np.testing.assert_allclose(both[:, 1], ridge_weights(U, s, X2[:, 1:2], 9.0)[:, 0])
