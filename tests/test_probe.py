"""Probes equal scikit-learn's on the same problem, ignore what they must ignore, and say what is wrong with input."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr
from sklearn.base import clone
from sklearn.covariance import ledoit_wolf
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.linear_model import LogisticRegression, Ridge, RidgeCV
from sklearn.metrics import balanced_accuracy_score, roc_auc_score

from unelib.logistic import Logistic, newton, shortened, stratified_folds
from unelib.probe import (
    SOLVERS,
    LinearProbe,
    delong_interval,
    ledoit_wolf_shrinkage,
    mean_auc,
    mean_auc_gap,
    probe_scores,
    profile_correlation,
    shuffled_scores,
)

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


@pytest.mark.parametrize("X, Y", [(X, Y), (WIDE, WIDE_Y)])
def test_ridge_equals_sklearn(X, Y):
    probe = LinearProbe("ridge", penalty=3.0).fit(X, Y)
    other = Ridge(3.0).fit(standardised(X), 2 * Y - 1)
    np.testing.assert_allclose(probe.decision_function(X), other.predict(standardised(X)), atol=1e-8)


def test_ridge_penalty_equals_sklearns_leave_one_out():
    from unelib.ridge import penalty_grid, thin

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
def test_shrinkage_equals_sklearns(X):
    from unelib.ridge import thin

    Z = standardised(X)
    U, s, _ = thin(Z)
    assert ledoit_wolf_shrinkage(U * s, s**2 / len(Z), Z.shape[1]) == pytest.approx(ledoit_wolf(Z)[1])


def test_mean_difference_is_that_and_halfway():
    probe = LinearProbe("mean-difference").fit(X, Y)
    y = Y["Male"] == 1
    np.testing.assert_allclose(probe.coef_[1], X[y].mean(0) - X[~y].mean(0))
    halfway = (X[y].mean(0) + X[~y].mean(0)) / 2
    assert probe.decision_function(halfway[None])[0, 1] == pytest.approx(0, abs=1e-8)


def test_mean_difference_in_whitened_components_is_fishers_direction():
    whitened, fisher = (LinearProbe(k, components=20, penalty=1e-12).fit(X, Y) for k in ("mean-difference", "lda"))
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
    from unelib.ridge import thin

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


def test_separable_classes_converge():
    y = (X[:, 0] > X[:, 0].mean()).astype(int)
    probe = LinearProbe("logistic", penalty=1e-3).fit(X, y)
    assert (probe.predict(X)[:, 0] == y).mean() > 0.99


def test_newton_ends_where_it_must_from_any_start():
    features = np.column_stack([standardised(X), np.ones(len(X))])
    problem = Logistic(features, Y.to_numpy(bool), np.ones(Y.shape), np.full(4, 0.1))
    far = 5 * np.random.default_rng(0).standard_normal((features.shape[1], 4))
    np.testing.assert_allclose(newton(problem, far, 1e-6), newton(problem, tolerance=1e-6), atol=1e-5)


def test_a_step_uphill_is_not_taken():
    problem = Logistic(standardised(X), Y.to_numpy(bool), np.ones(Y.shape), np.full(4, 0.1))
    W = newton(problem, tolerance=1e-6)
    length = shortened(problem, problem.features @ W, W, 1e4 * np.ones_like(W))
    np.testing.assert_array_equal(length, 0)


def test_it_is_a_scikit_learn_estimator():
    probe = LinearProbe("ridge", components=5, penalty=2.0)
    assert clone(probe).get_params() == {"kind": "ridge", "components": 5, "penalty": 2.0}
    assert probe.fit(X, Y) is probe


def test_predict_is_the_sign_of_the_decision():
    probe = LinearProbe("ridge").fit(X, Y)
    np.testing.assert_array_equal(probe.predict(X_TEST), probe.decision_function(X_TEST) > 0)


def test_folds_hold_out_each_row_once_and_are_stratified():
    truth = Y.to_numpy(bool)
    held = stratified_folds(truth, 3).reshape(len(Y), 3, 4)
    assert (held.sum(1) == 1).all()
    positives = (held & truth[:, None]).sum(0)
    assert np.ptp(positives, axis=0).max() <= 1


def test_scores_equal_sklearns():
    probe = LinearProbe("ridge").fit(X, Y)
    scores, decision = probe_scores(probe, X_TEST, Y_TEST), probe.decision_function(X_TEST)
    for i, name in enumerate(NAMES):
        assert scores.auc[name] == pytest.approx(roc_auc_score(Y_TEST[name], decision[:, i]))
        expected = balanced_accuracy_score(Y_TEST[name], decision[:, i] > 0)
        assert scores.balanced_accuracy[name] == pytest.approx(expected)
    assert scores.majority["Male"] == pytest.approx(max(Y_TEST["Male"].mean(), 1 - Y_TEST["Male"].mean()))
    assert (scores.auc_low < scores.auc).all() and (scores.auc < scores.auc_high).all()


def test_scores_match_attributes_by_name():
    probe = LinearProbe("lda").fit(X, Y)
    turned = probe_scores(probe, X_TEST, Y_TEST[NAMES[::-1]])
    pd.testing.assert_frame_equal(turned, probe_scores(probe, X_TEST, Y_TEST))
    pd.testing.assert_frame_equal(turned, probe_scores(probe, X_TEST, Y_TEST.to_numpy()))


def test_delong_agrees_with_the_bootstrap():
    probe = LinearProbe("lda").fit(X, Y)
    delong, drawn = (probe_scores(probe, X_TEST, Y_TEST, intervals=i) for i in (True, "bootstrap"))
    np.testing.assert_allclose(delong[["auc_low", "auc_high"]], drawn[["auc_low", "auc_high"]], atol=0.02)
    assert "auc_low" not in probe_scores(probe, X_TEST, Y_TEST, intervals=False)


def test_delong_interval_covers_the_truth():
    from scipy.stats import norm

    rng, truth, covered = np.random.default_rng(0), norm.cdf(1 / np.sqrt(2)), []
    for _ in range(500):
        low, high = delong_interval(rng.standard_normal(40) + 1, rng.standard_normal(60))
        covered.append(low < truth < high)
    assert 0.92 < np.mean(covered) < 0.98


def test_perfect_separation_still_has_a_lower_end():
    low, high = delong_interval(np.arange(50.0) + 100, np.arange(80.0))
    assert 0.8 < low < 1 and high == 1


def test_shuffled_labels_read_at_chance():
    null = shuffled_scores(LinearProbe("ridge"), X, Y, X_TEST, Y_TEST, repeats=10)
    assert null.shape == (10, 4)
    assert abs(null.to_numpy().mean() - 0.5) < 0.05
    pd.testing.assert_frame_equal(null, shuffled_scores(LinearProbe("ridge"), X, Y, X_TEST, Y_TEST, repeats=10))


def test_profile_correlation_matches_by_name():
    a = pd.Series([0.6, 0.7, 0.9, 0.8, 0.5], list("abcde"))
    found = profile_correlation(a, a[::-1].iloc[:4] * 2)
    assert found["r"] == pytest.approx(1) and found["n"] == 4
    noisy = profile_correlation(a.to_numpy(), [0.5, 0.8, 0.7, 0.9, 0.6])
    assert noisy["low"] < noisy["r"] < noisy["high"]


def spoilt(row, column, value):
    table = Y.astype(object)
    table.iloc[row, column] = value
    return table


def with_nan(row, column):
    bad = X.copy()
    bad[row, column] = np.nan
    return bad


ONE_CLASS = Y.assign(Young=0)


@pytest.mark.parametrize(
    "X, Y, message",
    [
        (with_nan(9, 4), Y, "X holds nan at row 9, column 4"),
        (X[:9], Y[:9], "at least 10 rows"),
        (X[:, 0], Y, "2-D"),
        (X[:200], Y, "X has 200 rows, Y has 300 rows"),
        (np.ones((300, 3)), Y, "every column of X is constant"),
        (X, ONE_CLASS, "'Young' has 0 ones and 300 zeros"),
        (X, spoilt(5, 1, np.nan), "'Male' is nan at row 5"),
        (X, spoilt(5, 1, None), "'Male' is None at row 5"),
        (X, spoilt(6, 2, -1), "'Eyeglasses' is -1 at row 6; labels are 0 or 1"),
        (X, spoilt(6, 2, "yes"), "'Eyeglasses' is 'yes' at row 6"),
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
    ],
)
def test_errors_of_settings(options, message):
    with pytest.raises(ValueError, match=message):
        LinearProbe(**options).fit(X, Y)


def test_errors_of_scoring():
    probe = LinearProbe("ridge").fit(X, Y)
    with pytest.raises(ValueError, match=r"lacks the probe's attributes \['Male'\] and has others, \['Bangs'\]"):
        probe_scores(probe, X, Y.rename(columns={"Male": "Bangs"}))
    with pytest.raises(ValueError, match="'Young' has 0 ones"):
        probe_scores(probe, X, ONE_CLASS)
    with pytest.raises(ValueError, match="lacks the probe's attributes"):
        probe_scores(probe, X, Y.to_numpy()[:, :2])
    with pytest.raises(ValueError, match="X has 5 columns; the fit was made on 20"):
        probe.decision_function(X[:, :5])
    with pytest.raises(ValueError, match="unknown kind of interval 'exact'"):
        probe_scores(probe, X, Y, intervals="exact")
    with pytest.raises(ValueError, match="X has 300 rows, Y has 20"):
        shuffled_scores(probe, X, Y[:20], X_TEST, Y_TEST)
    with pytest.raises(ValueError, match="four"):
        profile_correlation([0.5, 0.6, 0.7], [0.5, 0.6, 0.7])
    with pytest.raises(ValueError, match="a has 5 rows, b has 4"):
        profile_correlation(np.arange(5), np.arange(4))


def test_mean_auc_is_the_mean_over_attributes_with_an_interval_of_about_the_right_width():
    probe = LinearProbe("lda").fit(X, Y)
    found = mean_auc(probe, X_TEST, Y_TEST)
    assert found["auc"] == pytest.approx(probe_scores(probe, X_TEST, Y_TEST).auc.mean())
    assert found["low"] < found["auc"] < found["high"]
    means = [mean_auc(probe, *problem(seed=s), resamples=2)["auc"] for s in range(2, 42)]
    assert 0.6 < (found["high"] - found["low"]) / (4 * np.std(means)) < 1.6


def test_mean_auc_leaves_out_attributes_that_a_resample_has_one_class_of():
    few, few_y = X_TEST[:40], Y_TEST[:40].assign(Male=[1, 1] + [0] * 38)
    assert np.isfinite(list(mean_auc(LinearProbe("lda").fit(X, Y), few, few_y).values())).all()


def test_the_gap_of_a_probe_to_itself_is_nothing_and_to_another_is_narrower_than_the_two_intervals():
    good, poor = LinearProbe("lda").fit(X, Y), LinearProbe("lda").fit(X[:, :3], Y)
    same = mean_auc_gap((good, X_TEST), (good, X_TEST), Y_TEST)
    assert same == {"gap": 0, "low": 0, "high": 0}
    gap = mean_auc_gap((good, X_TEST), (poor, X_TEST[:, :3]), Y_TEST)
    ours, theirs = mean_auc(good, X_TEST, Y_TEST), mean_auc(poor, X_TEST[:, :3], Y_TEST)
    assert gap["gap"] == pytest.approx(ours["auc"] - theirs["auc"])
    width = lambda found: found["high"] - found["low"]
    assert gap["low"] < gap["gap"] < gap["high"] and width(gap) < width(ours) + width(theirs)


def test_rank_correlation_of_profiles_is_spearmans():
    a, b = np.random.default_rng(0).uniform(0.5, 1, (2, 12))
    assert profile_correlation(a, b, ranks=True)["r"] == pytest.approx(spearmanr(a, b).statistic)
    assert profile_correlation(a, a**5, ranks=True)["r"] == pytest.approx(1)
