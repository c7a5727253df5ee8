"""Maps equal scikit-learn's, two-view GCCA is CCA, planted shared spaces are found, errors name view and row."""

import numpy as np
import pytest
from scipy.linalg import subspace_angles
from scipy.stats import ortho_group
from sklearn.base import clone
from sklearn.linear_model import Ridge, RidgeCV
from sklearn.metrics import r2_score

from unelib.align import CCA, GCCA, RelativeRepresentation, RidgeMap, correlations
from unelib.ridge import leave_one_out, penalty_grid, ridge_weights, thin

TINY = 1e-9


def planted(n=400, k=3, sizes=(8, 10, 12), noise=0.3, seed=0):
    """A shared latent (n, k) and views of it: random mixtures and noise of their own, shifted."""
    rng = np.random.default_rng(seed)
    Z = rng.standard_normal((n, k))
    return Z, [Z @ rng.standard_normal((k, d)) + noise * rng.standard_normal((n, d)) + 5 for d in sizes]


Z, VIEWS = planted()
X, X2, X3 = VIEWS
WIDE = planted(60, sizes=(150, 200))[1]


@pytest.mark.parametrize("A, B", [(X, X2), WIDE])
def test_ridge_map_equals_sklearn(A, B):
    ours, other = RidgeMap(penalty=2.5).fit(A, B), Ridge(2.5).fit(A, B)
    np.testing.assert_allclose(ours.coef_, other.coef_, atol=1e-8)
    np.testing.assert_allclose(ours.predict(A), other.predict(A), atol=1e-8)


def test_leave_one_out_is_what_leaving_one_out_gives():
    A, B, penalty = X[:25], X2[:25], 3.0
    U, s, _ = thin(A - A.mean(0))
    rest = [np.delete(np.arange(25), i) for i in range(25)]
    errors = [Ridge(penalty).fit(A[r], B[r]).predict(A[[i]])[0] - B[i] for i, r in enumerate(rest)]
    expected = (np.array(errors) ** 2).mean(0)
    np.testing.assert_allclose(leave_one_out(U, s, B - B.mean(0), [penalty])[0], expected)


@pytest.mark.parametrize("A, B", [(X, X2), WIDE])
def test_chosen_penalty_equals_sklearns(A, B):
    grid = penalty_grid(thin(A - A.mean(0))[1])
    assert RidgeMap().fit(A, B).penalty_ == pytest.approx(RidgeCV(grid).fit(A, B).alpha_)


def test_ridge_weights_take_one_penalty_a_target():
    U, s, _ = thin(X - X.mean(0))
    both = ridge_weights(U, s, X2[:, :2], np.array([1.0, 9.0]))
    np.testing.assert_allclose(both[:, 1], ridge_weights(U, s, X2[:, 1:2], 9.0)[:, 0])


def test_ridge_map_score_is_pooled_r2_and_one_for_an_exact_map():
    exact = X @ np.random.default_rng(1).standard_normal((8, 4)) - 2
    score = RidgeMap(TINY).fit(X, exact).score(X, exact)
    assert score["r2"] == pytest.approx(1) and score["cosine"] == pytest.approx(1)
    fitted = RidgeMap().fit(X[:300], X2[:300])
    expected = r2_score(X2[300:], fitted.predict(X[300:]), multioutput="variance_weighted")
    assert fitted.score(X[300:], X2[300:])["r2"] == pytest.approx(expected)


def test_ridge_map_predicts_nothing_of_an_unrelated_view():
    other = np.random.default_rng(2).standard_normal((400, 5))
    assert RidgeMap().fit(X[:300], other[:300]).score(X[300:], other[300:])["r2"] < 0.02


def test_cca_correlations_are_the_cosines_of_the_angles_between_views():
    fit = CCA(8, ridge=TINY).fit(X, X2)
    expected = np.cos(subspace_angles(X - X.mean(0), X2 - X2.mean(0)))
    np.testing.assert_allclose(fit.correlations_, np.sort(expected)[::-1], atol=1e-6)
    np.testing.assert_allclose(fit.score(X, X2), fit.correlations_, atol=1e-6)


def test_cca_variates_are_white():
    for variates in CCA(5, ridge=TINY).fit(X, X2).transform(X, X2):
        np.testing.assert_allclose(variates.T @ variates / len(X), np.eye(5), atol=1e-6)


def test_cca_ignores_any_invertible_map_of_a_view():
    mixed = X @ np.random.default_rng(3).standard_normal((8, 8)) + 1
    plain, other = CCA(4, TINY).fit(X, X2), CCA(4, TINY).fit(mixed, X2)
    np.testing.assert_allclose(other.correlations_, plain.correlations_, atol=1e-6)
    np.testing.assert_allclose(other.transform(mixed), plain.transform(X), atol=1e-4)


def test_ridge_cca_ignores_rotation_scale_and_shift():
    turned = 7 * X @ ortho_group.rvs(8, random_state=0) + 3
    np.testing.assert_allclose(CCA(4).fit(turned, X2).correlations_, CCA(4).fit(X, X2).correlations_, atol=1e-9)


def test_two_view_gcca_is_cca():
    cca, gcca = CCA(4, ridge=TINY).fit(X, X2), GCCA(4, ridge=TINY).fit([X, X2])
    np.testing.assert_allclose(gcca.eigenvalues_, 1 + cca.correlations_, atol=1e-6)
    A, B = cca.transform(X, X2)
    assert subspace_angles(gcca.shared_, A + B).max() < 1e-4
    np.testing.assert_allclose(np.abs(correlations(gcca.shared_, A + B)), 1, atol=1e-6)


def test_gcca_solves_the_published_eigenproblem_with_ridge():
    ridge, fit, total = 0.2, GCCA(3, ridge=0.2).fit(VIEWS), 0
    for view in VIEWS:
        centred = view - view.mean(0)
        scatter = centred.T @ centred
        penalty = ridge * np.trace(scatter) / len(scatter)
        total = total + centred @ np.linalg.solve(scatter + penalty * np.eye(len(scatter)), centred.T)
    np.testing.assert_allclose(total @ fit.shared_, fit.shared_ * fit.eigenvalues_, atol=1e-8)
    np.testing.assert_allclose(fit.eigenvalues_, np.linalg.eigvalsh(total)[:-4:-1])


def test_gcca_is_the_same_by_either_gram():
    long, short = GCCA(3).fit([v[:31] for v in VIEWS]), GCCA(3).fit([v[:29] for v in VIEWS])
    assert long.shared_.shape == (31, 3) and short.shared_.shape == (29, 3)
    for fit, n in ((long, 31), (short, 29)):
        np.testing.assert_allclose(fit.shared_.T @ fit.shared_ / n, np.eye(3), atol=1e-8)
        np.testing.assert_allclose(fit.transform([v[:n] for v in VIEWS]), fit.shared_ * fit.eigenvalues_ / 3, atol=1e-8)


def test_order_and_repeats_of_views():
    fit, turned = GCCA(3).fit(VIEWS), GCCA(3).fit(VIEWS[::-1])
    np.testing.assert_allclose(fit.shared_, turned.shared_, atol=1e-8)
    np.testing.assert_allclose(GCCA(3, TINY).fit([X, X, X]).eigenvalues_, 3, atol=1e-6)


def test_gcca_finds_the_planted_space_in_rows_it_never_saw():
    fit = GCCA(3).fit([v[:300] for v in VIEWS])
    held = [v[300:] for v in VIEWS]
    for given in (held, [None, held[1], held[2]], [held[0], None, None]):
        found = fit.transform(given)
        assert np.cos(subspace_angles(found, Z[300:] - Z[300:].mean(0))).min() > 0.9


def test_wide_views_behave_at_the_default_ridge():
    _, views = planted(600, k=2, sizes=(150, 120), noise=4.0)
    train, test = slice(0, 200), slice(200, 600)
    held_out = lambda ridge: CCA(2, ridge).fit(*(v[train] for v in views)).score(*(v[test] for v in views)).min()
    assert held_out(0.1) > 0.7 and held_out(0.1) > held_out(1e-8) + 0.1


def test_missing_view_is_left_out_of_the_mean():
    fit = GCCA(2).fit(VIEWS)
    each = [fit.transform([v if i == j else None for j, v in enumerate(VIEWS)]) for i in range(3)]
    np.testing.assert_allclose(fit.transform([X, None, X3]), (each[0] + each[2]) / 2)


def test_relative_rows_ignore_rotation_shift_and_scale():
    turned = 0.1 * X @ ortho_group.rvs(8, random_state=1) + 9
    relative = RelativeRepresentation(20)
    first = relative.fit(X).transform(X)
    np.testing.assert_allclose(relative.fit(turned).transform(turned), first, atol=1e-9)
    assert first.shape == (400, 20) and np.abs(first).max() <= 1 + 1e-12


def test_relative_anchors_are_like_themselves():
    rows = [5, 3, 77]
    similar = RelativeRepresentation(rows).fit(X).transform(X)
    np.testing.assert_allclose(similar[rows].diagonal(), 1)


def test_seed_draws_the_same_anchors_in_every_view():
    np.testing.assert_array_equal(
        RelativeRepresentation(9, seed=2).fit(X).anchors_, RelativeRepresentation(9, seed=2).fit(X2).anchors_
    )


@pytest.mark.parametrize("fit", [lambda k, *views: CCA(k).fit(*views), lambda k, *views: GCCA(k).fit(views)])
def test_k_is_at_most_the_smallest_rank(fit):
    rng = np.random.default_rng(0)
    low, full = rng.standard_normal((100, 2)) @ rng.standard_normal((2, 5)), rng.standard_normal((100, 5))
    fit(2, low, full)
    with pytest.raises(ValueError, match=r"k is 5; these views, of ranks \[2, 5\], allow 1 to 2"):
        fit(5, low, full)


def test_small_numbers_are_no_constants():
    small = CCA(2).fit(1e-20 * X, X2)
    np.testing.assert_allclose(small.correlations_, CCA(2).fit(X, X2).correlations_)


@pytest.mark.parametrize("estimator", [RidgeMap(2.0), CCA(3, 0.2), GCCA(3, 0.2), RelativeRepresentation(4, 1)])
def test_they_are_scikit_learn_estimators(estimator):
    assert clone(estimator).get_params() == estimator.get_params()


WITH_NAN = X2.copy()
WITH_NAN[6, 1] = np.nan


@pytest.mark.parametrize(
    "bad, message",
    [
        (WITH_NAN, "X2 holds nan at row 6, column 1"),
        (X2[:10], "X has 400 rows, X2 has 10 rows"),
        (np.zeros((400, 4)), "all rows of X2 are the same"),
        (X2[:, 0], "X2 must be 2-D"),
    ],
)
@pytest.mark.parametrize("estimator", [RidgeMap(), CCA(2)])
def test_errors_of_pairs(estimator, bad, message):
    with pytest.raises(ValueError, match=message):
        estimator.fit(X, bad)


@pytest.mark.parametrize(
    "views, message",
    [
        ([X], "1 views were given"),
        ([X, WITH_NAN], "view 1 holds nan at row 6"),
        ([X, X2[:10]], "view 0 has 400 rows, view 1 has 10 rows"),
        ([X, np.full((400, 3), 0.1), X3], "all rows of view 1 are the same"),
    ],
)
def test_errors_of_gcca(views, message):
    with pytest.raises(ValueError, match=message):
        GCCA(2).fit(views)


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda: CCA(9).fit(X, X2), "k is 9; .* allow 1 to 8"),
        (lambda: GCCA(0).fit(VIEWS), "k is 0"),
        (lambda: CCA(2, ridge=0).fit(X, X2), "ridge is 0"),
        (lambda: RidgeMap(penalty=-1).fit(X, X2), "penalty .* is -1"),
        (lambda: RidgeMap(penalty=None).fit(X, X2), "penalty .* is None; it must be a number above 0"),
        (lambda: RidgeMap(penalty=np.nan).fit(X, X2), "penalty .* is nan"),
        (lambda: RidgeMap(penalty="cv").fit(X, X2), "penalty .* is 'cv'"),
        (lambda: RidgeMap().fit(X, X2).predict(X2), "X has 10 columns; the fit was made on 8"),
        (lambda: RidgeMap().fit(X, X2).score(X, X2[:5]), "X2 has 5 rows"),
        (lambda: RidgeMap().fit(X, X2).score(X, X3), "X2 has 12 columns"),
        (lambda: CCA(2).fit(X, X2).transform(X, X3), "X2 has 12 columns"),
        (lambda: CCA(2).fit(X, X2).score(X, X2[:5]), "X2 has 5 rows"),
        (lambda: GCCA(2).fit(VIEWS).transform(VIEWS[:2]), "2 views were given for 3; put None"),
        (lambda: GCCA(2).fit(VIEWS).transform([None] * 3), "every view is missing"),
        (lambda: GCCA(2).fit(VIEWS).transform([X, X2[:5], None]), "view 1 has 5 rows"),
        (lambda: GCCA(2).fit(VIEWS).transform([X2, None, None]), "view 0 has 10 columns"),
        (lambda: RelativeRepresentation(401).fit(X), "anchors is 401; X has 400 rows"),
        (lambda: RelativeRepresentation([1, 400]).fit(X), "anchors name rows 1 to 400"),
        (lambda: RelativeRepresentation([0.5]).fit(X), "row indices"),
        (lambda: RelativeRepresentation(3).fit(X).transform(X2), "X has 10 columns"),
    ],
)
def test_errors(make, message):
    with pytest.raises(ValueError, match=message):
        make()
