"""Ridge maps equal scikit-learn's, a planted rotation is recovered exactly, errors name view and row."""

import numpy as np
import pandas as pd
import pytest
from scipy.linalg import orthogonal_procrustes
from scipy.stats import ortho_group
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import Ridge, RidgeCV
from sklearn.metrics import r2_score

from unelib.alignment.linear_maps import Procrustes, RidgeMap, r2_gap, r2_interval, ridge_maps
from unelib.linalg.principal_space import thin
from unelib.linalg.ridge_regression import penalty_grid

from ..helpers.planted import planted_arrays
from ..helpers.spoilt import faulty_partners

X, X2, X3 = planted_arrays()[1]
WIDE = planted_arrays(60, sizes=(150, 200))[1]
ROTATION = ortho_group.rvs(8, random_state=0)
TINY = 1e-9


@pytest.mark.parametrize("A, B", [(X, X2), WIDE])
def test_ridge_map_equals_sklearn(A, B):
    ours, other = RidgeMap(penalty=2.5).fit(A, B), Ridge(2.5).fit(A, B)
    np.testing.assert_allclose(ours.coef_, other.coef_, atol=1e-8)
    np.testing.assert_allclose(ours.predict(A), other.predict(A), atol=1e-8)


@pytest.mark.parametrize("A, B", [(X, X2), WIDE])
def test_chosen_penalty_equals_sklearns(A, B):
    grid = penalty_grid(thin(A - A.mean(0))[1])
    assert RidgeMap().fit(A, B).penalty_ == pytest.approx(RidgeCV(grid).fit(A, B).alpha_)


def test_ridge_map_score_is_pooled_r2_and_one_for_an_exact_map():
    exact = X @ np.random.default_rng(1).standard_normal((8, 4)) - 2
    score = RidgeMap(TINY).fit(X, exact).score(X, exact)
    assert score["r2"] == pytest.approx(1) and score["cosine"] == pytest.approx(1)
    fitted = RidgeMap().fit(X[:300], X2[:300])
    expected = r2_score(X2[300:], fitted.predict(X[300:]), multioutput="variance_weighted")
    assert fitted.score(X[300:], X2[300:])["r2"] == pytest.approx(expected)


@pytest.mark.parametrize("fitted", [RidgeMap(), Procrustes()])
def test_nothing_is_predicted_of_an_unrelated_view(fitted):
    other = np.random.default_rng(2).standard_normal((400, 5))
    assert fitted.fit(X[:300], other[:300]).score(X[300:], other[300:])["r2"] < 0.02


@pytest.mark.parametrize("penalty", ["loo", 4.0])
def test_both_directions_are_the_maps_of_two_calls(penalty):
    there, back = ridge_maps(X, X2, penalty)
    for found, pair in ((there, (X, X2)), (back, (X2, X))):
        expected = RidgeMap(penalty).fit(*pair)
        np.testing.assert_array_equal(found.coef_, expected.coef_)
        np.testing.assert_array_equal(found.intercept_, expected.intercept_)


@pytest.mark.parametrize("scale", [0.01, 1, 700])
def test_a_planted_rotation_scale_and_shift_are_recovered(scale):
    moved = scale * X @ ROTATION - 4
    fitted = Procrustes().fit(X[:50], moved[:50])
    np.testing.assert_allclose(fitted.rotation_, ROTATION, atol=1e-10)
    assert fitted.scale_ == pytest.approx(scale)
    np.testing.assert_allclose(fitted.predict(X[50:]), moved[50:], rtol=1e-9)
    assert fitted.score(X[50:], moved[50:]) == pytest.approx({"cosine": 1, "r2": 1})


def test_procrustes_equals_scipys_for_equal_widths():
    A, B = X - X.mean(0), X2[:, :8] - X2[:, :8].mean(0)
    expected, size = orthogonal_procrustes(A, B)
    fitted = Procrustes().fit(X, X2[:, :8])
    np.testing.assert_allclose(fitted.rotation_, expected, atol=1e-10)
    assert fitted.scale_ == pytest.approx(size / (A**2).sum())
    unscaled = Procrustes(scale=False).fit(X, X2[:, :8])
    assert unscaled.scale_ == 1
    np.testing.assert_allclose(unscaled.predict(X), A @ expected + X2[:, :8].mean(0))


def test_where_widths_differ_columns_of_zeros_make_them_equal():
    padded = np.hstack([X2, np.zeros((400, 2))])
    np.testing.assert_allclose(
        Procrustes().fit(X3, X2).rotation_, Procrustes().fit(X3, padded).rotation_[:, :10], atol=1e-10
    )


@pytest.mark.parametrize("A, B", [(X, X2), (X2, X), (X[:6], X2[:6])])
def test_rotations_keep_lengths_also_where_widths_differ_or_rows_are_few(A, B):
    Q = Procrustes().fit(A, B).rotation_
    product = Q @ Q.T if len(Q) <= Q.shape[1] else Q.T @ Q
    np.testing.assert_allclose(product, np.eye(min(Q.shape)), atol=1e-10)


@pytest.mark.parametrize("B", [X2, X3[:, :3]])
def test_no_other_rotation_agrees_better_and_no_other_scale_fits_better(B):
    fitted, A, B = Procrustes().fit(X, B), X - X.mean(0), B - B.mean(0)
    agreed = lambda Q: np.vdot(A @ Q, B)
    others = [ortho_group.rvs(8, random_state=i) @ fitted.rotation_ for i in range(20)]
    assert max(map(agreed, others)) < agreed(fitted.rotation_)
    error = lambda scale: ((scale * A @ fitted.rotation_ - B) ** 2).sum()
    assert error(fitted.scale_) < min(error(0.99 * fitted.scale_), error(1.01 * fitted.scale_))


@pytest.mark.parametrize("estimator", [RidgeMap(2.0), Procrustes(scale=False)])
def test_they_are_scikit_learn_estimators(estimator):
    assert clone(estimator).get_params() == estimator.get_params()
    with pytest.raises(NotFittedError):
        estimator.predict(X)


ONE, OTHER = pd.DataFrame(X).add_prefix("a"), pd.DataFrame(X2[::-1], range(400)[::-1]).add_prefix("b")


@pytest.mark.parametrize(
    "work", [lambda: RidgeMap().fit(X, X2).score(ONE, OTHER), lambda: RidgeMap().fit(ONE, OTHER),
             lambda: Procrustes().fit(ONE, OTHER), lambda: ridge_maps(ONE, OTHER)]
)  # fmt: skip
def test_views_of_other_images_are_refused(work):
    with pytest.raises(ValueError, match=r"row 0 is image 0 in X and 399 in X2; .*X2.loc\[X.index\]"):
        work()


@pytest.mark.parametrize("bad, message", faulty_partners(X2))
@pytest.mark.parametrize("estimator", [RidgeMap(), Procrustes()])
def test_errors_of_pairs(estimator, bad, message):
    with pytest.raises(ValueError, match=message):
        estimator.fit(X, bad)


@pytest.mark.parametrize("estimator", [RidgeMap(), Procrustes()])
@pytest.mark.parametrize(
    "work, message",
    [
        (lambda fitted: fitted.predict(X2), "X has 10 columns; the fit was made on 8"),
        (lambda fitted: fitted.score(X, X2[:5]), "X2 has 5 rows"),
        (lambda fitted: fitted.score(X, X3), "X2 has 12 columns"),
        (lambda fitted: fitted.score(X, np.tile(X2[0], (400, 1))), "all rows of X2 are the same"),
    ],
)
def test_errors_of_other_rows(estimator, work, message):
    with pytest.raises(ValueError, match=message):
        work(estimator.fit(X, X2))


@pytest.mark.parametrize("penalty, told", [(-1, "-1"), (None, "None; it must be a number above 0"), (np.nan, "nan"),
                                           ("cv", "'cv'"), (np.inf, "inf; .* above 0 and finite")])  # fmt: skip
def test_errors_of_the_penalty(penalty, told):
    with pytest.raises(ValueError, match=f"penalty .* is {told}"):
        RidgeMap(penalty).fit(X, X2)


def test_an_interval_lies_about_the_score_and_covers_that_of_many_images():
    one, other, _ = planted_arrays(6000)[1]
    fitted, covered = RidgeMap().fit(one[:1000], other[:1000]), 0
    true = fitted.score(one[1000:], other[1000:])["r2"]
    for start in range(1000, 6000, 250):
        rows = slice(start, start + 250)
        found = r2_interval((fitted, one[rows]), other[rows])
        assert found["low"] < found["r2"] == fitted.score(one[rows], other[rows])["r2"] < found["high"]
        covered += found["low"] < true < found["high"]
    assert covered >= 16  # of 20


def test_a_gap_is_that_of_two_scores_and_the_luck_of_images_cancels():
    good, poor = RidgeMap().fit(X[:200], X2[:200]), RidgeMap().fit(X[:200, :4], X2[:200])
    pair, pair2 = (good, X[200:]), (poor, X[200:, :4])
    gap, back = r2_gap(pair, pair2, X2[200:]), r2_gap(pair2, pair, X2[200:])
    scores = [fitted.score(rows, X2[200:])["r2"] for fitted, rows in (pair, pair2)]
    assert gap["gap"] == pytest.approx(scores[0] - scores[1]) and 0 < gap["low"] < gap["gap"] < gap["high"]
    np.testing.assert_allclose([back["gap"], back["low"], back["high"]], [-gap[k] for k in ("gap", "high", "low")])
    assert r2_gap(pair, pair, X2[200:]) == {"gap": 0.0, "low": 0.0, "high": 0.0}


def test_an_interval_over_people_is_wider_where_their_images_are_copies():
    fitted, many = RidgeMap().fit(X[:200], X2[:200]), np.repeat(np.arange(200, 240), 10)
    alone, by_person = (r2_interval((fitted, X[many]), X2[many], groups=g) for g in (None, many))
    assert by_person["high"] - by_person["low"] > 2 * (alone["high"] - alone["low"])
