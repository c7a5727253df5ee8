"""Ridge from thin factors equals its normal equations, and left-out errors those of fits without the row."""

import numpy as np

from unelib.linalg.principal_space import thin
from unelib.linalg.ridge_regression import leave_one_out, penalty_grid, ridge_weights

rng = np.random.default_rng(0)
X, Y = rng.standard_normal((15, 4)), rng.standard_normal((15, 2))
X, Y = X - X.mean(0), Y - Y.mean(0)


def test_weights_solve_the_normal_equations():
    U, s, V = thin(X)
    direct = np.linalg.solve(X.T @ X + 2.5 * np.eye(4), X.T @ Y)
    np.testing.assert_allclose(V @ ridge_weights(U, s, Y, 2.5), direct)


def test_left_out_errors_are_those_of_fits_without_the_row():
    U, s, _ = thin(X)
    errors = []
    for i in range(15):
        A, B = np.delete(X, i, 0), np.delete(Y, i, 0)
        a, b = A - A.mean(0), B - B.mean(0)
        # the mean of all rows is known to the closed form, so the intercept is fitted without the row here too
        weights = np.linalg.solve(a.T @ a + 1e-9 * np.eye(4), a.T @ b)
        errors.append((Y[i] - B.mean(0) - (X[i] - A.mean(0)) @ weights) ** 2)
    np.testing.assert_allclose(leave_one_out(U, s, Y, [1e-9])[0], np.mean(errors, 0), rtol=1e-4)


def test_penalties_scale_with_the_variance():
    s = np.array([3.0, 1.0])
    np.testing.assert_allclose(penalty_grid(2 * s), 4 * penalty_grid(s))
