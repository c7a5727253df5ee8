"""Least changes: scores met exactly, by changes that no optimiser betters, in either metric."""

import numpy as np
import pytest
from scipy.optimize import minimize

from unelib.editing.minimal_edits import least_change
from unelib.linalg.cosine import unit_rows
from unelib.linalg.covariance import Covariance

RNG = np.random.default_rng(0)


class Probe:
    """Scores of three attributes that depend on one another little, one that repeats the first, and one of nothing."""

    attributes_ = ["Smiling", "Male", "Young", "Grinning", "Nothing"]
    coef_ = np.vstack([RNG.standard_normal((3, 7)), np.zeros((2, 7))])
    coef_[3] = -2 * coef_[0]
    intercept_ = np.array([0.5, -1.0, 0.0, 2.0, 0.0])


X = RNG.standard_normal((9, 7))
ROWS = RNG.standard_normal((50, 7)) @ RNG.standard_normal((7, 7))
C = np.cov(ROWS.T, ddof=0)
TARGETS = {"Smiling": 2.0, "Male": "keep", "Young": np.linspace(-1, 1, 9)}
METRICS = pytest.mark.parametrize("cov", [None, C, Covariance(ROWS)], ids=["length", "matrix", "operator"])


def scores(X):
    return X.reshape(len(X), -1) @ Probe.coef_.T + Probe.intercept_


@METRICS
def test_scores_are_the_targets_and_what_is_kept_stays(cov):
    found = scores(least_change(X, Probe, TARGETS, cov))
    np.testing.assert_allclose(found[:, 0], 2)
    np.testing.assert_allclose(found[:, 1], scores(X)[:, 1])
    np.testing.assert_allclose(found[:, 2], TARGETS["Young"], atol=1e-12)


def test_a_large_target_hides_no_other_that_is_missed():
    contrary = {"Smiling": 1.0, "Grinning": -1.0, "Male": 5e6}
    with pytest.raises(ValueError, match="no change gives 'Smiling', 'Grinning' the scores wanted"):
        least_change(X, Probe, contrary)
    agreeing = scores(least_change(X.astype(float), Probe, {"Smiling": 1.0, "Male": 5e6}))
    np.testing.assert_allclose(agreeing[:, :2], [[1, 5e6]] * 9, rtol=1e-6)


@METRICS
def test_no_optimiser_finds_a_smaller_change(cov):
    precision = np.eye(7) if cov is None else np.linalg.inv(C)
    asked = np.array([2.0, scores(X)[0, 1], -1.0]) - scores(X)[0, :3]
    best = minimize(
        lambda x: x @ precision @ x,
        np.zeros(7),
        jac=lambda x: 2 * precision @ x,
        constraints={"type": "eq", "fun": lambda x: Probe.coef_[:3] @ x - asked, "jac": lambda x: Probe.coef_[:3]},
        options={"ftol": 1e-14, "maxiter": 1000},
    )
    np.testing.assert_allclose(least_change(X, Probe, TARGETS, cov)[0] - X[0], best.x, atol=1e-5)


@METRICS
def test_the_gradient_lies_in_the_span_of_the_weights(cov):
    change = least_change(X, Probe, TARGETS, cov) - X
    gradient = change if cov is None else change @ np.linalg.inv(C)
    multipliers = np.linalg.lstsq(Probe.coef_[:3].T, gradient.T)[0]
    np.testing.assert_allclose(Probe.coef_[:3].T @ multipliers, gradient.T, atol=1e-9)


def test_the_identity_is_the_usual_length():
    for scale in (1, 1e-6, 100):
        found = least_change(X, Probe, TARGETS, scale * np.eye(7))
        np.testing.assert_allclose(found, least_change(X, Probe, TARGETS), atol=1e-12)


def test_under_a_covariance_the_change_follows_the_coordinates():
    A, change = RNG.standard_normal((7, 7)), least_change(X, Probe, TARGETS, C) - X

    class Turned(Probe):
        coef_ = Probe.coef_ @ np.linalg.inv(A).T

    there = least_change(X @ A, Turned, TARGETS, A.T @ C @ A) - X @ A
    np.testing.assert_allclose(there, change @ A, atol=1e-8)


@METRICS
def test_targets_may_come_in_any_order_and_a_change_made_is_not_made_again(cov):
    found = least_change(X, Probe, TARGETS, cov)
    np.testing.assert_allclose(least_change(X, Probe, dict(reversed(TARGETS.items())), cov), found, atol=1e-12)
    np.testing.assert_allclose(least_change(found, Probe, TARGETS, cov), found, atol=1e-12)


@METRICS
def test_attributes_that_depend_on_one_another_are_met_where_their_targets_agree(cov):
    alone = least_change(X, Probe, {"Smiling": 1.5}, cov)
    grin = -2 * (1.5 - 0.5) + 2
    both = least_change(X, Probe, {"Smiling": 1.5, "Grinning": grin, "Nothing": "keep"}, cov)
    np.testing.assert_allclose(both, alone, atol=1e-10)
    with pytest.raises(ValueError, match="no change gives 'Smiling', 'Grinning' the scores wanted .missed by up to"):
        least_change(X, Probe, {"Smiling": 1.5, "Male": 0, "Grinning": grin + 0.1}, cov)
    with pytest.raises(ValueError, match="no change gives 'Nothing' the scores"):
        least_change(X, Probe, {"Smiling": 1.5, "Nothing": 1}, cov)


def test_nearly_the_same_weights_are_met_too():
    class Near(Probe):
        coef_ = np.vstack([Probe.coef_[:4], Probe.coef_[0] + 1e-3 * RNG.standard_normal(7)])

    moved = least_change(X, Near, {"Smiling": 2, "Nothing": -2, "Male": "keep"})
    found = moved @ Near.coef_.T + Near.intercept_
    np.testing.assert_allclose(found[:, [0, 4]], np.tile([2, -2], (9, 1)), atol=1e-9)


def test_few_rows_change_only_what_varies_in_them():
    few = RNG.standard_normal((4, 7))
    inside = np.linalg.svd(few - few.mean(0))[2][:3]
    moved = least_change(X, Probe, {"Smiling": 2, "Male": "keep"}, Covariance(few))
    np.testing.assert_allclose((moved - X) @ inside.T @ inside, moved - X, atol=1e-10)
    np.testing.assert_allclose(scores(moved)[:, 0], 2)

    class Beyond(Probe):
        coef_ = np.vstack([np.linalg.svd(few - few.mean(0))[2][3:], Probe.coef_[0]])

    with pytest.raises(ValueError, match="'Smiling' the scores wanted.* or have no variance under cov"):
        least_change(X, Beyond, {"Smiling": 2}, Covariance(few))


def test_arrays_keep_their_shape_and_precision():
    noise = X.astype(np.float32).reshape(9, 7, 1, 1)
    moved = least_change(noise, Probe, TARGETS)
    assert moved.shape == noise.shape and moved.dtype == np.float32
    np.testing.assert_allclose(moved.reshape(9, 7), least_change(X, Probe, TARGETS), atol=1e-5)


def test_all_of_many_attributes_are_met_in_many_columns():
    class Wide:
        coef_, intercept_ = unit_rows(RNG.standard_normal((40, 1024))), np.zeros(40)

    noise = RNG.standard_normal((5, 1024))
    moved = least_change(noise, Wide, {0: 3.0} | dict.fromkeys(range(1, 40), "keep"))
    wanted = noise @ Wide.coef_.T
    wanted[:, 0] = 3
    np.testing.assert_allclose(moved @ Wide.coef_.T, wanted, atol=1e-10)


@pytest.mark.parametrize(
    "targets, message",
    [
        ({"Hat": 1}, "no probe for 'Hat'; there are probes for .'Smiling', 'Male'"),
        ({}, "no targets were given; name at least one attribute"),
        ({"Male": "hold"}, "the target of 'Male' is 'hold'; give a score, one score a row, or \"keep\""),
        ({"Male": [1, 2]}, "the target of 'Male' has 2 values; give one number, or one for each of the 9 rows"),
        ({"Male": np.nan}, "the target of 'Male' is nan; it must be a finite number"),
    ],
)
def test_errors(targets, message):
    with pytest.raises(ValueError, match=message):
        least_change(X, Probe, targets)


def test_rows_and_covariance_must_be_the_probes():
    with pytest.raises(TypeError, match="targets are .'Smiling'.; give .attribute: score."):
        least_change(X, Probe, ["Smiling"])
    with pytest.raises(ValueError, match="X has 5 columns; the fit was made on 7"):
        least_change(X[:, :5], Probe, {"Male": 1})
    with pytest.raises(ValueError, match="the view has 7 columns, so .7, 7. is needed"):
        least_change(X, Probe, {"Male": 1}, np.eye(6))
