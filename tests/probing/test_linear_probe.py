"""Probes equal scikit-learn's on the same problem, ignore what they must ignore, and say what is wrong with input."""

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array
from sklearn.base import clone
from sklearn.covariance import ledoit_wolf, oas
from sklearn.decomposition import PCA
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression, Ridge, RidgeCV
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import check_estimator

from unelib.linalg.principal_space import principal
from unelib.linalg.ridge_regression import group_errors
from unelib.probing.discriminants import SHRINKAGES
from unelib.probing.linear_probe import SOLVERS, LinearProbe
from unelib.probing.scores import probe_scores
from unelib.stats.groups import dealt_groups

from ..helpers.spoilt import spoilt

NAMES = ["Smiling", "Male", "Eyeglasses", "Young"]


def problem(n=300, d=20, seed=0):
    """Columns of unequal scale and shift that carry four noisy attributes of unequal frequency."""
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, d)) @ (np.eye(d) + 0.3 * np.random.default_rng(7).standard_normal((d, d)))
    signal = X[:, :4] + 0.5 * rng.standard_normal((n, 4))
    Y = pd.DataFrame((signal > [0, 0.5, 1.2, -0.5]).astype(int), columns=NAMES)
    return X * np.linspace(0.1, 5, d) + np.arange(d), Y


def standardised(X):
    return (X - X.mean(0)) / X.std(0)


def cosines(A, B):
    """Cosine of each pair of rows."""
    return (A * B).sum(1) / np.linalg.norm(A, axis=1) / np.linalg.norm(B, axis=1)


X, Y = problem()
X_TEST, Y_TEST = problem(seed=1)
WIDE, WIDE_Y = problem(60, 150)


@pytest.mark.parametrize("X, Y", [(X, Y), (WIDE, WIDE_Y)])
@pytest.mark.parametrize("penalty", [0.5, 20.0])
def test_logistic_equals_sklearn(X, Y, penalty):
    probe = LinearProbe("logistic", penalty=penalty).fit(X, Y)
    for i, name in enumerate(NAMES):
        other = LogisticRegression(C=1 / penalty, tol=1e-9, max_iter=10_000).fit(standardised(X), Y[name])
        difference = probe.coef_[i] * X.std(0) - other.coef_[0]
        assert np.linalg.norm(difference) < 1e-3 * np.linalg.norm(other.coef_)
        np.testing.assert_allclose(
            probe.decision_function(X)[:, i], other.decision_function(standardised(X)), atol=2e-3, rtol=1e-3
        )


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("penalty", [0.01, 1.0])
def test_columns_that_hardly_correlate_need_no_principal_space(dtype, penalty, monkeypatch):
    rng = np.random.default_rng(3)
    Z = rng.standard_normal((600, 30))
    rows = (Z * np.logspace(-3, 4, 30) + np.logspace(-4, 5, 30)).astype(dtype)
    rows[:, 7] = 5
    truth = np.column_stack([Z[:, 0] > 1, Z @ rng.standard_normal(30) > 0, Z[:, 3] + rng.standard_normal(600) > 1])
    monkeypatch.setattr("unelib.probing.linear_probe.principal", None)
    probe = LinearProbe("logistic", penalty=penalty).fit(rows, truth)
    monkeypatch.undo()
    scaled = standardised(np.delete(rows, 7, 1).astype(float))
    for i, y in enumerate(truth.T):
        other = LogisticRegression(C=1 / penalty, tol=1e-9, max_iter=10_000).fit(scaled, y)
        found = np.delete(probe.coef_[i] * rows.std(0, dtype=float), 7)
        assert np.linalg.norm(found - other.coef_[0]) < 2e-3 * np.linalg.norm(other.coef_)
        assert probe.decision_function(rows)[:, i].mean() == pytest.approx(
            other.decision_function(scaled).mean(), rel=0.01
        )
    assert (probe.coef_[:, 7] == 0).all() and np.abs(probe.pattern_[:, 7]).max() < 1e-9
    monkeypatch.setattr("unelib.probing.linear_probe.UNCORRELATED", 0)
    turned = LinearProbe("logistic", penalty=penalty).fit(rows, truth)
    np.testing.assert_allclose(probe.pattern_, turned.pattern_, rtol=1e-2, atol=1e-3 * rows.std(0).max())


@pytest.mark.parametrize("X, Y", [(X, Y), (WIDE, WIDE_Y)])
def test_ridge_equals_sklearn(X, Y):
    probe = LinearProbe("ridge", penalty=3.0).fit(X, Y)
    other = Ridge(3.0).fit(standardised(X), 2 * Y - 1)
    np.testing.assert_allclose(probe.decision_function(X), other.predict(standardised(X)), atol=1e-8)


def test_ridge_penalty_equals_sklearns_leave_one_out():
    from unelib.linalg.principal_space import thin
    from unelib.linalg.ridge_regression import penalty_grid

    Z = standardised(X)
    grid = penalty_grid(thin(Z)[1])
    probe = LinearProbe("ridge").fit(X, Y)
    for i, name in enumerate(NAMES):
        assert probe.penalty_[i] == pytest.approx(RidgeCV(grid).fit(Z, 2.0 * Y[name] - 1).alpha_)


def test_lda_equals_sklearn_without_shrinkage():
    probe = LinearProbe("lda", penalty=1e-12).fit(X, Y)
    for i, name in enumerate(NAMES):
        other = LinearDiscriminantAnalysis(solver="lsqr").fit(X, Y[name])
        np.testing.assert_allclose(probe.decision_function(X)[:, i], other.decision_function(X), atol=1e-6)


def test_lda_solves_its_own_definition_when_shrunk_and_wide():
    g, Z = 0.3, standardised(WIDE)
    probe = LinearProbe("lda", penalty=g).fit(WIDE, WIDE_Y)
    y = WIDE_Y["Male"].to_numpy(bool)
    ones, zeros = Z[y].mean(0), Z[~y].mean(0)
    within = np.cov(np.where(y[:, None], Z - ones, Z - zeros).T, bias=True)
    S = (1 - g) * within + g * np.trace(Z.T @ Z / len(Z)) / Z.shape[1] * np.eye(Z.shape[1])
    np.testing.assert_allclose(probe.coef_[1] * WIDE.std(0), np.linalg.solve(S, ones - zeros), atol=1e-8)


@pytest.mark.parametrize("X", [X, WIDE])
@pytest.mark.parametrize("name, other", [("cv", ledoit_wolf), ("oas", oas)])
def test_shrinkage_equals_sklearns(X, name, other):
    Z = standardised(X)
    space = principal(Z)
    share = SHRINKAGES[name](space.features(), space.squares / len(Z), space.columns)
    assert share == pytest.approx(other(Z)[1])
    assert LinearProbe("lda", penalty=name).fit(X, Y[: len(X)]).penalty_[0] == pytest.approx(share)


@pytest.mark.parametrize("X, Y", [(X, Y), (WIDE, WIDE_Y)])
def test_the_authors_protocol_is_the_published_pipeline(X, Y):
    probe = LinearProbe("authors", components=10).fit(X, Y)
    for i, name in enumerate(NAMES):
        other = make_pipeline(PCA(10), StandardScaler(), LogisticRegression(tol=1e-9, max_iter=10_000)).fit(X, Y[name])
        np.testing.assert_allclose(probe.decision_function(X)[:, i], other.decision_function(X), atol=2e-3, rtol=1e-3)
    assert (probe.penalty_ == 1).all()


def test_the_authors_lda_is_the_mean_difference_with_the_log_odds_of_the_classes():
    probe = LinearProbe("authors-lda", components=6).fit(X, Y)
    Z = make_pipeline(PCA(6), StandardScaler()).fit_transform(X)
    y = Y["Eyeglasses"] == 1
    ones, zeros = Z[y].mean(0), Z[~y].mean(0)
    expected = Z @ (ones - zeros) - (ones @ ones - zeros @ zeros) / 2 + np.log(y.mean() / (1 - y.mean()))
    np.testing.assert_allclose(probe.decision_function(X)[:, 2], expected, atol=1e-8)


def test_the_authors_take_500_components_or_as_many_as_there_are():
    for kind in ("authors", "authors-lda"):
        few, all_there = LinearProbe(kind).fit(X, Y), LinearProbe(kind, components=20).fit(X, Y)
        np.testing.assert_allclose(few.coef_, all_there.coef_, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("kind", ["logistic", "ridge"])
def test_a_penalty_is_chosen_from_a_list(kind):
    probe = LinearProbe(kind, penalty=[1e4, 1.0, 30.0]).fit(X, Y)
    assert set(probe.penalty_) <= {1e4, 1.0, 30.0}
    np.testing.assert_array_equal(LinearProbe(kind, penalty=[7.0]).fit(X, Y).penalty_, 7)


@pytest.mark.parametrize("kind", SOLVERS)
def test_missing_labels_are_left_out_of_their_attribute_alone(kind):
    known = np.random.default_rng(3).random(len(X)) < 0.7
    table = Y.astype(float)
    table.loc[~known, "Male"] = np.nan
    table.loc[known, "Young"] = -1
    probe = LinearProbe(kind).fit(X, table)
    for name, rows in {"Male": known, "Young": ~known, "Smiling": slice(None)}.items():
        alone = LinearProbe(kind).fit(X[rows], Y[name][rows])
        i = NAMES.index(name)
        for ours, theirs in ((probe.coef_[i], alone.coef_[0]), (probe.pattern_[i], alone.pattern_[0])):
            np.testing.assert_allclose(ours, theirs, atol=1e-4 * np.abs(theirs).max())
        assert probe.intercept_[i] == pytest.approx(alone.intercept_[0], rel=1e-3, abs=1e-4)


@pytest.mark.parametrize("kind", ["logistic", "ridge"])
def test_groups_keep_a_person_in_one_fold(kind):
    """Copies of a row in other folds make weak penalties look good; held out together, they do not."""
    noise = np.random.default_rng(0).standard_normal((80, 60))
    y = np.random.default_rng(1).random(80) < 0.5
    copies, truth, person = np.repeat(noise, 6, 0), np.repeat(y, 6), np.repeat(np.arange(80), 6)
    probe = LinearProbe(kind, penalty=[1e5, 1e3, 10.0, 0.1])
    apart, mixed = (probe.fit(copies, truth, groups=g).penalty_[0] for g in (person, None))
    assert mixed < 1e3 <= apart


def test_errors_of_held_out_groups_are_those_of_fits_without_them():
    F, targets, person = standardised(X), 2.0 * Y.to_numpy() - 1, np.arange(300) // 4
    errors, dealt = group_errors(F, targets, [3.0, 50.0], person), dealt_groups(person, 3)
    for i, penalty in enumerate([3.0, 50.0]):
        fits = [Ridge(penalty).fit(F[dealt != f], targets[dealt != f]) for f in range(3)]
        left = [((targets[dealt == f] - fit.predict(F[dealt == f])) ** 2).sum(0) for f, fit in enumerate(fits)]
        np.testing.assert_allclose(errors[i], sum(left))


@pytest.mark.parametrize("kind", SOLVERS)
def test_duplicated_rows_are_rows_that_count_twice(kind):
    penalty = {"lda": 0.1, "mean-difference": "cv", "authors-lda": "cv"}.get(kind, 2.0)
    doubled = 2 * penalty if kind in ("logistic", "ridge", "authors") else penalty
    once = LinearProbe(kind, penalty=penalty).fit(X, Y)
    twice = LinearProbe(kind, penalty=doubled).fit(np.tile(X, (2, 1)), np.tile(Y, (2, 1)))
    np.testing.assert_allclose(twice.coef_, once.coef_, rtol=1e-2, atol=1e-4)


@pytest.mark.parametrize("kind", SOLVERS)
@pytest.mark.parametrize("X", [X, WIDE])
def test_classes_that_a_plane_separates_are_read_without_fault(kind, X):
    y = X[:, 0] > X[:, 0].mean()
    probe = LinearProbe(kind).fit(X, y)
    assert np.isfinite(probe.coef_).all() and np.isfinite(probe.decision_function(X)).all()
    assert probe_scores(probe, X, y).auc[0] > (0.99 if kind in ("logistic", "ridge") else 0.6)


def test_columns_that_say_the_same_share_the_weight():
    again = np.column_stack([X, 3 * X[:, :5] + 1])
    for kind in ("logistic", "ridge"):
        probe, once = LinearProbe(kind, penalty=2.0).fit(again, Y), LinearProbe(kind, penalty=2.0).fit(X, Y)
        in_units = probe.coef_ * again.std(0)
        np.testing.assert_allclose(in_units[:, 20:], in_units[:, :5], rtol=1e-2, atol=1e-5)
        assert np.corrcoef(probe.decision_function(again).ravel(), once.decision_function(X).ravel())[0, 1] > 0.99


def test_mean_difference_is_that_and_halfway():
    probe = LinearProbe("mean-difference").fit(X, Y)
    y = Y["Male"] == 1
    np.testing.assert_allclose(probe.coef_[1], X[y].mean(0) - X[~y].mean(0))
    halfway = (X[y].mean(0) + X[~y].mean(0)) / 2
    assert probe.decision_function(halfway[None])[0, 1] == pytest.approx(0, abs=1e-8)


def test_mean_difference_in_whitened_components_is_fishers_direction():
    whitened = LinearProbe("mean-difference", components=20).fit(X, Y)
    fisher = LinearProbe("lda", components=20, penalty=1e-12).fit(X, Y)
    np.testing.assert_allclose(cosines(whitened.coef_, fisher.coef_), 1)


@pytest.mark.parametrize("kind", SOLVERS)
def test_attributes_do_not_influence_one_another(kind):
    alone = LinearProbe(kind).fit(X, Y["Eyeglasses"])
    together = LinearProbe(kind).fit(X, Y)
    np.testing.assert_allclose(alone.coef_[0], together.coef_[2], rtol=1e-3, atol=1e-6)
    assert alone.attributes_ == ["Eyeglasses"]


@pytest.mark.parametrize("kind", SOLVERS)
@pytest.mark.parametrize("components", [None, 10])
def test_reads_held_out_rows(kind, components):
    scores = probe_scores(LinearProbe(kind, components).fit(X, Y), X_TEST, Y_TEST)
    assert list(scores.index) == NAMES
    assert (scores.auc > (0.8 if components is None and kind != "mean-difference" else 0.55)).all()


@pytest.mark.parametrize("kind", ["logistic", "lda", "ridge"])
def test_units_of_the_columns_do_not_matter(kind):
    units = np.geomspace(1e-3, 1e3, X.shape[1])
    first, other = LinearProbe(kind).fit(X, Y), LinearProbe(kind).fit(X * units + 7, Y)
    np.testing.assert_allclose(other.decision_function(X * units + 7), first.decision_function(X), atol=1e-3)


@pytest.mark.parametrize("kind", SOLVERS)
def test_half_precision_and_plain_arrays_are_taken(kind):
    probe = LinearProbe(kind).fit(X.astype(np.float16), Y.to_numpy())
    assert probe.decision_function(X.astype(np.float32)).shape == (300, 4)
    assert np.isfinite(probe.coef_).all() and probe.attributes_ == [0, 1, 2, 3]


@pytest.mark.parametrize("kind", ["logistic", "lda", "ridge"])
def test_all_components_of_whitened_data_equal_none(kind):
    from unelib.linalg.principal_space import thin

    white = thin(X - X.mean(0))[0] * np.sqrt(len(X))
    penalty = 0.2
    plain, kept = (LinearProbe(kind, c, penalty).fit(white, Y) for c in (None, 20))
    np.testing.assert_allclose(kept.coef_, plain.coef_, atol=1e-4)


def test_constant_column_gets_no_weight():
    spoilt = X.copy()
    spoilt[:, 3] = 0.1
    for kind in SOLVERS:
        probe = LinearProbe(kind).fit(spoilt, Y)
        np.testing.assert_allclose(probe.coef_[:, 3], 0, atol=1e-12)
        assert np.isfinite(probe.decision_function(spoilt)).all()


def test_pattern_is_covariance_times_weights_and_undoes_whitening():
    probe = LinearProbe("lda", penalty=1e-12).fit(X, Y)
    np.testing.assert_allclose(probe.pattern_, probe.coef_ @ np.cov(X.T, bias=True), rtol=1e-6, atol=1e-8)
    written = LinearProbe("mean-difference").fit(X, Y).coef_
    cosine = (
        (probe.pattern_ * written).sum(1) / np.linalg.norm(probe.pattern_, axis=1) / np.linalg.norm(written, axis=1)
    )
    np.testing.assert_allclose(cosine, 1, atol=1e-8)


def test_it_is_a_scikit_learn_estimator():
    probe = LinearProbe("ridge", components=5, penalty=2.0)
    assert clone(probe).get_params() == {"kind": "ridge", "components": 5, "penalty": 2.0}
    assert probe.fit(X, Y) is probe
    assert (cross_val_score(probe, X, Y, cv=3) > 0.6).all()


class TwoClasses(LinearProbe):
    """The probe of whether a label is above the least one, for checks whose labels are not 0 and 1."""

    def fit(self, X, y, groups=None):
        return super().fit(X, np.asarray(y) > np.min(y), groups)

    def score(self, X, y):
        return super().score(X, np.asarray(y) > np.min(y))


OTHER_WORDS = "bad input is an error that says so in the workbook's words, not in scikit-learn's"
EXPECTED = {
    "check_n_features_in_after_fitting": OTHER_WORDS,
    "check_complex_data": OTHER_WORDS,
    "check_estimators_empty_data_messages": OTHER_WORDS,
    "check_estimators_nan_inf": OTHER_WORDS,
    "check_fit2d_1sample": OTHER_WORDS,
    "check_fit2d_predict1d": OTHER_WORDS,
    "check_dtype_object": "arrays of Python objects are refused, not converted",
}


@pytest.mark.filterwarnings("ignore")  # checks that are skipped or expected to fail say so
@pytest.mark.parametrize("kind", SOLVERS)
def test_scikit_learns_estimator_checks(kind):
    told = check_estimator(TwoClasses(kind), expected_failed_checks=EXPECTED)
    assert sum(check["status"] == "passed" for check in told) >= 33


def test_predict_is_the_sign_of_the_decision():
    probe = LinearProbe("ridge").fit(X, Y)
    np.testing.assert_array_equal(probe.predict(X_TEST), probe.decision_function(X_TEST) > 0)


def mislabelled(row, column, value):
    table = Y.astype(object)
    table.iloc[row, column] = value
    return table


ONE_CLASS = Y.assign(Young=0)


@pytest.mark.parametrize(
    "X, Y, message",
    [
        (spoilt(X, 9, 4, np.nan), Y, "X holds nan at row 9, column 4"),
        (X[:9], Y[:9], "at least 10 rows"),
        (X[:, 0], Y, "2-D"),
        (X[:200], Y, "X has 200 rows, Y has 300 rows"),
        (np.ones((300, 3)), Y, "every column of X is constant"),
        (X, ONE_CLASS, "'Young' has 0 ones and 300 zeros"),
        (X, mislabelled(6, 2, 2), "'Eyeglasses' is 2 at row 6; labels are 0 or 1, and -1 or NaN where missing"),
        (X, 2 * Y - 1, "'Smiling' has .* ones and 0 zeros and .* missing .* where -1 means absent, pass Y > 0"),
        (X, Y[:1].reindex(range(300)), "'Smiling' has [01] ones and [01] zeros and 299 missing"),
        (X, mislabelled(6, 2, "yes"), "'Eyeglasses' is 'yes' at row 6"),
        (X, Y.to_numpy()[:, :, None], "of shape"),
    ],
)
def test_errors_of_input(X, Y, message):
    with pytest.raises(ValueError, match=message):
        LinearProbe("ridge").fit(X, Y)


@pytest.mark.parametrize(
    "options, message",
    [
        ({"kind": "svm"}, "unknown kind of probe 'svm'; choose one of logistic, lda, ridge, mean-difference"),
        ({"components": 21}, "components is 21; .* take 1 to 20"),
        ({"components": 0}, "components is 0"),
        ({"penalty": 0}, "penalty .* is 0"),
        ({"penalty": "loo"}, "penalty .* is 'loo'"),
        ({"kind": "lda", "penalty": 1.5}, "at most 1"),
        ({"components": 2.5}, "components is 2.5; it must be a whole number"),
        ({"kind": "mean-difference", "penalty": 3.0}, "penalty is 3.0, and mean-difference has none; leave it out"),
        ({"kind": "ridge", "penalty": "oas"}, "penalty .* is 'oas'"),
        ({"kind": "ridge", "penalty": []}, r"penalty .* is \[\]"),
        ({"kind": "ridge", "penalty": [1.0, -2.0]}, "penalty .* is -2.0"),
        ({"kind": "lda", "penalty": [0.1, 0.2]}, "logistic and ridge choose from a list, lda takes one number"),
    ],
)
def test_errors_of_settings(options, message):
    with pytest.raises(ValueError, match=message):
        LinearProbe(**options).fit(X, Y)


def test_a_class_within_one_group_is_an_error_that_names_the_attribute():
    table = Y.astype(float).assign(Male=(np.arange(300) < 6).astype(float))
    table.iloc[-1, 1] = np.nan
    with pytest.raises(ValueError, match="'Male' has one class only outside a fold of groups; leave it out, or name a"):
        LinearProbe().fit(X, table, groups=np.arange(300) // 10)
    LinearProbe(penalty=1.0).fit(X, table, groups=np.arange(300) // 10)


def test_groups_must_be_one_a_row():
    with pytest.raises(ValueError, match="the group of row 3 is missing"):
        LinearProbe().fit(X, Y, groups=[*"abc", None] * 75)
    with pytest.raises(ValueError, match="X has 300 rows, groups has 20 rows"):
        LinearProbe().fit(X, Y, groups=np.arange(20))


@pytest.mark.parametrize("kind", SOLVERS)
def test_groups_of_one_row_each_change_nothing(kind):
    apart, plain = LinearProbe(kind).fit(X, Y, groups=np.arange(300)), LinearProbe(kind).fit(X, Y)
    np.testing.assert_array_equal(apart.coef_, plain.coef_)


def test_text_and_sparse_matrices_are_type_errors():
    with pytest.raises(TypeError, match=r"X is sparse, .* pass X.toarray\(\)"):
        LinearProbe("ridge").fit(csr_array(X), Y)
    with pytest.raises(TypeError, match="X must hold real numbers"):
        LinearProbe("ridge").fit(X.astype(str), Y)


def test_errors_of_deciding():
    with pytest.raises(NotFittedError):
        LinearProbe("ridge").decision_function(X)
    with pytest.raises(ValueError, match="X has 5 columns; the fit was made on 20"):
        LinearProbe("ridge").fit(X, Y).decision_function(X[:, :5])
