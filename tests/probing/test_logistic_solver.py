"""The batched solver ends at scikit-learn's optimum, from any start, with any rows left out, on any kind of arrays."""

import numpy as np
import pandas as pd
import pytest
import torch
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from unelib.core.arrays import host, like, moved
from unelib.linalg.principal_space import principal
from unelib.probing.logistic_solver import (
    Logistic,
    cross_validated,
    derivatives,
    descend,
    evaluate,
    group_folds,
    learnable,
    logistic,
    newton,
    quasi_newton,
    stratified_folds,
)


def problem(n=400, d=12, a=5, seed=0):
    """Correlated standardised columns and labels (n, a) of unequal frequency that they carry."""
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, d)) @ rng.standard_normal((d, d))
    Z = (X - X.mean(0)) / X.std(0)
    margin = Z @ rng.standard_normal((d, a))
    return Z, margin / margin.std(0) + rng.logistic(size=(n, a)) > np.linspace(-2, 2, a)


Z, TRUTH = problem()
SPACE = principal(Z)
WHOLE = Logistic.of(SPACE, TRUTH).penalised(np.full(5, 2.0))


@pytest.mark.parametrize("penalty", [1e-2, 1.0, 300.0])
@pytest.mark.parametrize("shape", [(400, 12), (60, 150)])
def test_the_optimum_is_scikit_learns(penalty, shape):
    Z, truth = problem(*shape)
    space = principal(Z)
    weights, intercept, _ = logistic(space, truth, penalty)
    for column, y in enumerate(truth.T):
        other = LogisticRegression(C=1 / penalty, tol=1e-10, max_iter=100_000).fit(Z, y)
        error = np.linalg.norm(space.back(weights)[:, column] - other.coef_[0])
        assert error < 1e-3 * np.linalg.norm(other.coef_)
        assert intercept[column] == pytest.approx(other.intercept_[0], abs=2e-3)


def test_the_gradient_is_the_derivative_of_the_loss_and_nothing_at_the_optimum():
    W = np.random.default_rng(1).standard_normal((13, 5))
    use = np.random.default_rng(2).random(TRUTH.shape).astype(np.float32)
    weighted = WHOLE._replace(use=use)
    step = 1e-5 * np.random.default_rng(3).standard_normal(W.shape)
    difference = evaluate(weighted, W + step)[0] - evaluate(weighted, W - step)[0]
    np.testing.assert_allclose(difference, 2 * (evaluate(weighted, W)[1] * step).sum(0), rtol=1e-5, atol=1e-9)
    best = newton(WHOLE, tolerance=1e-5)
    assert np.abs(evaluate(WHOLE, best)[1]).max() < 1e-3


@pytest.mark.parametrize("rows", [40, 400])
def test_features_are_made_once_only_where_rows_are_few(rows):
    Z, truth = problem(n=rows)
    whole = Logistic.of(principal(Z), truth).penalised(np.full(5, 2.0))
    turned, W = whole.turned(), np.random.default_rng(1).standard_normal((13, 5))
    assert (turned is whole) == (rows == 400) and whole.fast[1] is not None
    for found, expected in zip(evaluate(turned.coarse(), W), evaluate(whole.coarse(), W)):
        np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-3)


def test_any_start_leads_to_the_same_weights():
    far = 30 * np.random.default_rng(4).standard_normal((13, 5))
    np.testing.assert_allclose(newton(WHOLE, far), newton(WHOLE), rtol=1e-2, atol=1e-4)


def test_quasi_newton_steps_end_near_the_minimum():
    best = newton(WHOLE, tolerance=1e-6)
    near = quasi_newton(WHOLE)
    assert np.linalg.norm(near - best, axis=0).max() < 0.02 * np.linalg.norm(best, axis=0).min()


def test_columns_left_on_their_way_are_led_to_the_minimum():
    y = np.zeros((len(Z), 1), bool)
    y[:3] = True
    rare = Logistic.of(SPACE, y).penalised(np.full(1, 1e-2))
    best = newton(rare, tolerance=1e-6)
    np.testing.assert_allclose(newton(rare, quasi_newton(rare, iterations=2)), best, rtol=1e-2, atol=1e-3)


def test_derivatives_are_those_of_the_loss_however_far_a_margin_lies():
    margin, y = np.array([[-500.0, -3.0, 0.0, 2.0, 500.0]]).T, np.array([[0.0, 1.0]])
    losses, residual, bend = derivatives(margin + 0 * y, y)
    np.testing.assert_allclose(losses, np.logaddexp(0, margin) - y * margin, atol=1e-12)
    np.testing.assert_allclose(residual, expit(margin) - y, atol=1e-12)
    np.testing.assert_allclose(bend, expit(margin) * expit(-margin) + 0 * y, atol=1e-12)


def test_rows_that_do_not_count_might_as_well_not_be_there():
    some = np.random.default_rng(5).random(len(Z)) < 0.6
    masked = WHOLE._replace(use=np.repeat(some[:, None], 5, 1).astype(np.float32))
    part = Logistic.of(SPACE._replace(rows=Z[some]), TRUTH[some]).penalised(np.full(5, 2.0))
    np.testing.assert_allclose(newton(masked), newton(part), rtol=1e-3, atol=1e-4)


def test_a_step_uphill_is_not_taken():
    best = newton(WHOLE, tolerance=1e-6)
    there, _ = descend(WHOLE, best, 1e4 * np.ones_like(best), evaluate(WHOLE, best))
    np.testing.assert_array_equal(there, best)


def test_separable_classes_end_in_finite_weights_that_separate():
    y = (Z[:, :1] > 0) & True
    for penalty in (1e-6, 1e-2):
        weights, intercept, _ = logistic(SPACE, y, penalty)
        margin = SPACE.features() @ weights + intercept
        assert np.isfinite(margin).all() and ((margin > 0) == y).mean() > 0.99


def test_a_rare_attribute_converges():
    y = np.zeros((len(Z), 1), bool)
    y[:3] = True
    weights, intercept, _ = logistic(SPACE, y, 1e-3)
    other = LogisticRegression(C=1e3, tol=1e-10, max_iter=100_000).fit(Z, y[:, 0])
    np.testing.assert_allclose(SPACE.back(weights)[:, 0], other.coef_[0], rtol=2e-2, atol=1e-2)


def test_torch_gives_what_numpy_gives():
    moved_there = WHOLE.on("cpu")
    assert isinstance(moved_there.truth, torch.Tensor)
    np.testing.assert_allclose(host(newton(moved_there)), newton(WHOLE), rtol=1e-5, atol=1e-7)
    held, grid = stratified_folds(TRUTH, 3), np.array([100.0, 10.0, 1.0])
    ours, theirs = (cross_validated(Logistic.of(SPACE, TRUTH), held, grid), cross_validated(moved_there, held, grid))
    np.testing.assert_array_equal(ours[0], theirs[0])
    np.testing.assert_allclose(theirs[1], ours[1], rtol=1e-2, atol=1e-3)
    assert moved(None, "cpu") is None and like(moved_there.truth, [1.0]).dtype == torch.float32


def test_the_gpu_is_used_where_there_is_one_and_the_problem_is_large(monkeypatch):
    used = []
    monkeypatch.setattr("unelib.probing.logistic_solver.gpu", lambda: used.append(True) or "cpu")
    small = logistic(SPACE, TRUTH, 2.0)[0]
    assert not used
    monkeypatch.setattr("unelib.probing.logistic_solver.GPU_WORTH", 1)
    np.testing.assert_allclose(logistic(SPACE, TRUTH, 2.0)[0], small, rtol=1e-5, atol=1e-7)
    assert used


def test_the_penalty_is_the_one_with_the_least_held_out_loss():
    held = stratified_folds(TRUTH, 3)
    grid = np.array([1000.0, 30.0, 1.0])
    chosen, start = cross_validated(Logistic.of(SPACE, TRUTH), held, grid)
    losses = np.zeros((3, 5))
    for i, penalty in enumerate(grid):
        for column in range(5):
            for fold in range(3):
                out = held[:, 5 * fold + column]
                fit = LogisticRegression(C=1 / penalty, tol=1e-8, max_iter=10_000).fit(Z[~out], TRUTH[~out, column])
                p = fit.predict_proba(Z[out])[:, 1]
                losses[i, column] -= np.log(np.where(TRUTH[out, column], p, 1 - p)).sum()
    np.testing.assert_array_equal(chosen, grid[losses.argmin(0)])
    assert start.shape == (13, 5)


def test_folds_hold_every_row_out_once_and_share_the_classes():
    held = stratified_folds(TRUTH, 3).reshape(len(Z), 3, 5)
    assert (held.sum(1) == 1).all()
    ones = (held & TRUTH[:, None]).sum(0)
    assert np.ptp(ones, axis=0).max() <= 1


def test_folds_of_groups_never_part_a_group():
    groups = np.random.default_rng(6).integers(0, 40, len(Z)).astype(str)
    held = group_folds(TRUTH, 3, groups).reshape(len(Z), 3, 5)
    assert (held.sum(1) == 1).all() and (held == held[:, :, :1]).all()
    for name in np.unique(groups):
        assert (held[groups == name] == held[groups == name][0]).all()


def test_both_classes_lie_outside_every_fold_of_persons():
    Y = pd.DataFrame({"a": [1, 0] * 6, "b": [1, 1, 1] + [0] * 9, "c": 0})
    assert learnable(Y) == ["a", "b"]
    assert learnable(Y, np.repeat(list("pqrs"), 3)) == ["a"], "one person alone has b"
