"""Scores equal scikit-learn's, intervals and tests keep their levels, and missing labels count for nothing."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit
from scipy.stats import mannwhitneyu, spearmanr
from sklearn.metrics import average_precision_score, balanced_accuracy_score, roc_auc_score

from unelib.probing.linear_probe import LinearProbe
from unelib.probing.profiles import profile_correlation
from unelib.probing.scores import compare_probes, mean_auc, mean_auc_gap, probe_scores, reliability

from ..probing.test_linear_probe import NAMES, X_TEST, Y_TEST, X, Y, problem

ONE_CLASS = Y.assign(Young=0)
MANY = problem(3000, seed=2)
MISSING = Y_TEST.astype(float).mask(np.random.default_rng(3).random(Y_TEST.shape) < 0.3)


def test_scores_equal_sklearns():
    probe = LinearProbe("ridge").fit(X, Y)
    scores, decision = probe_scores(probe, X_TEST, Y_TEST), probe.decision_function(X_TEST)
    for i, name in enumerate(NAMES):
        assert scores.auc[name] == pytest.approx(roc_auc_score(Y_TEST[name], decision[:, i]))
        expected = balanced_accuracy_score(Y_TEST[name], decision[:, i] > 0)
        assert scores.balanced_accuracy[name] == pytest.approx(expected)
        expected = average_precision_score(Y_TEST[name], decision[:, i])
        assert scores.average_precision[name] == pytest.approx(expected)
        ones = Y_TEST[name].to_numpy(bool)
        p = mannwhitneyu(decision[ones, i], decision[~ones, i], alternative="greater").pvalue
        assert scores.p[name] == pytest.approx(p)
    assert scores.majority["Male"] == pytest.approx(max(Y_TEST["Male"].mean(), 1 - Y_TEST["Male"].mean()))
    np.testing.assert_allclose(scores.prevalence, Y_TEST.mean())
    assert (scores.auc_low < scores.auc).all() and (scores.auc < scores.auc_high).all()


def test_scores_match_attributes_by_name():
    probe = LinearProbe("lda").fit(X, Y)
    turned = probe_scores(probe, X_TEST, Y_TEST[NAMES[::-1]])
    pd.testing.assert_frame_equal(turned, probe_scores(probe, X_TEST, Y_TEST))
    pd.testing.assert_frame_equal(turned, probe_scores(probe, X_TEST, Y_TEST.to_numpy()))


@pytest.mark.parametrize("intervals", [True, False, "bootstrap"])
def test_rows_without_a_label_do_not_count(intervals):
    probe = LinearProbe("lda").fit(X, Y)
    found = probe_scores(probe, X_TEST, MISSING, intervals=intervals)
    for name in NAMES[:1] if intervals == "bootstrap" else NAMES:  # the bootstrap's draws go on from one to the next
        alone = LinearProbe("lda").fit(X, Y[name])
        rows = MISSING[name].notna().to_numpy()
        expected = probe_scores(alone, X_TEST[rows], Y_TEST.loc[rows, [name]], intervals=intervals)
        columns = expected.columns.drop("p_holm")
        np.testing.assert_allclose(found.loc[name, columns], expected.loc[name, columns])
    pd.testing.assert_frame_equal(probe_scores(probe, X_TEST, MISSING.fillna(-1), intervals=intervals), found)


def test_means_and_comparisons_leave_out_what_is_missing():
    good, poor = LinearProbe("lda").fit(X, Y), LinearProbe("lda").fit(X[:, :3], Y)
    expected = probe_scores(good, X_TEST, MISSING).auc
    assert mean_auc(good, X_TEST, MISSING)["auc"] == pytest.approx(expected.mean())
    pairs = (good, X_TEST), (poor, X_TEST[:, :3])
    compared = compare_probes(*pairs, MISSING)
    np.testing.assert_allclose(compared.auc_one, expected)
    assert mean_auc_gap(*pairs, MISSING)["gap"] == pytest.approx(compared.gap.mean())
    assert reliability(good, X_TEST, MISSING)["count"].sum() == MISSING.notna().sum().sum()


def test_delong_agrees_with_the_bootstrap():
    probe = LinearProbe("lda").fit(X, Y)
    delong, drawn = (probe_scores(probe, X_TEST, Y_TEST, intervals=i) for i in (True, "bootstrap"))
    np.testing.assert_allclose(delong[["auc_low", "auc_high"]], drawn[["auc_low", "auc_high"]], atol=0.02)
    assert "auc_low" not in probe_scores(probe, X_TEST, Y_TEST, intervals=False)


def test_a_bootstrap_of_few_rows_or_persons_is_refused():
    probe = LinearProbe("lda").fit(X, Y)
    rare = Y_TEST.copy()
    rare[NAMES[0]] = (np.arange(len(rare)) < 19).astype(int)
    with pytest.raises(ValueError, match=f"attribute '{NAMES[0]}' has 19 rows of one class; the bootstrap is too sure"):
        probe_scores(probe, X_TEST, rare, "bootstrap")
    with pytest.raises(ValueError, match="has .* groups of one class"):
        probe_scores(probe, X_TEST, Y_TEST, "bootstrap", groups=np.arange(300) % 19)
    assert probe_scores(probe, X_TEST, rare).auc_low.notna().all()


@pytest.mark.slow
def test_p_is_uniform_where_nothing_can_be_read():
    rng = np.random.default_rng(0)
    probe = LinearProbe("ridge").fit(X[:, :4], Y)
    p = [probe_scores(probe, rng.standard_normal((60, 4)), Y_TEST[:60], intervals=False).p for _ in range(100)]
    assert abs(np.mean(p) - 0.5) < 0.06 and abs((np.array(p) < 0.05).mean() - 0.05) < 0.04


def test_calibration_is_of_log_odds_alone():
    X, Y = MANY
    kinds = "logistic", "lda", "ridge", "mean-difference"
    scores = {kind: probe_scores(LinearProbe(kind).fit(X[:2000], Y[:2000]), X[2000:], Y[2000:]) for kind in kinds}
    for kind in ("logistic", "lda"):
        assert (scores[kind].calibration_error < 2.5 * scores[kind].calibration_chance).all()
    for kind in ("ridge", "mean-difference"):
        assert scores[kind][["calibration_error", "calibration_chance"]].isna().all(axis=None)
    probe = LinearProbe("logistic").fit(X[:2000], Y[:2000])
    probe.coef_, probe.intercept_ = 5 * probe.coef_, 5 * probe.intercept_
    sure = probe_scores(probe, X[2000:], Y[2000:])
    assert (sure.calibration_error > 4 * sure.calibration_chance).all()
    np.testing.assert_allclose(sure.auc, scores["logistic"].auc)


def test_a_reliability_table_pools_attributes_and_covers_the_diagonal():
    X, Y = MANY
    probe = LinearProbe("logistic").fit(X[:2000], Y[:2000])
    table = reliability(probe, X[2000:], Y[2000:])
    assert list(table) == ["predicted", "observed", "count", "low", "high"] and (table["count"] == 400).all()
    assert table.predicted.is_monotonic_increasing
    p = expit(probe.decision_function(X[2000:]))
    assert table.predicted.mean() == pytest.approx(p.mean())
    assert table.observed.mean() == pytest.approx(Y[2000:].to_numpy().mean())
    assert ((table.low <= table.observed) & (table.observed <= table.high)).all()
    assert ((table.low < table.predicted) & (table.predicted < table.high)).sum() >= 8


def test_errors_of_reliability():
    ridge, logistic = (LinearProbe(kind).fit(X, Y) for kind in ("ridge", "logistic"))
    with pytest.raises(ValueError, match="unknown probe for probabilities 'ridge'; choose one of logistic, lda"):
        reliability(ridge, X_TEST, Y_TEST)
    with pytest.raises(ValueError, match="bins is 0"):
        reliability(logistic, X_TEST, Y_TEST, bins=0)


def test_errors_of_scoring():
    probe = LinearProbe("ridge").fit(X, Y)
    with pytest.raises(ValueError, match=r"lacks the probe's attributes \['Male'\] and has others, \['Bangs'\]"):
        probe_scores(probe, X, Y.rename(columns={"Male": "Bangs"}))
    with pytest.raises(ValueError, match="'Young' has 0 ones"):
        probe_scores(probe, X, ONE_CLASS)
    with pytest.raises(ValueError, match="lacks the probe's attributes"):
        probe_scores(probe, X, Y.to_numpy()[:, :2])
    with pytest.raises(ValueError, match="X has 5 columns; the fit was made on 20"):
        probe_scores(probe, X[:, :5], Y)
    with pytest.raises(ValueError, match="unknown kind of interval 'exact'"):
        probe_scores(probe, X, Y, intervals="exact")
    with pytest.raises(ValueError, match="a has 5 rows, b has 4"):
        profile_correlation(np.arange(5), np.arange(4))


def test_a_comparison_equals_the_scores_and_turns_its_sign():
    good, poor = LinearProbe("lda").fit(X, Y), LinearProbe("lda").fit(X[:, :3], Y[NAMES[::-1]])
    pairs = (good, X_TEST), (poor, X_TEST[:, :3])
    found, turned = compare_probes(*pairs, Y_TEST), compare_probes(*pairs[::-1], Y_TEST).loc[NAMES]
    np.testing.assert_allclose(found.auc_one, probe_scores(good, X_TEST, Y_TEST).auc)
    np.testing.assert_allclose(found.auc_other, probe_scores(poor, X_TEST[:, :3], Y_TEST).auc[NAMES])
    np.testing.assert_allclose(found[["gap", "low", "high"]], -turned[["gap", "high", "low"]])
    np.testing.assert_allclose(found[["p", "p_holm"]], turned[["p", "p_holm"]])
    assert ((found.low < found.gap) & (found.gap < found.high) & (found.p <= found.p_holm)).all()


def test_a_comparison_agrees_with_the_paired_bootstrap():
    good, poor = LinearProbe("lda").fit(X, Y["Male"]), LinearProbe("lda").fit(X[:, :5], Y["Male"])
    pairs = (good, X_TEST), (poor, X_TEST[:, :5])
    found = compare_probes(*pairs, Y_TEST["Male"]).loc["Male"]
    drawn = mean_auc_gap(*pairs, Y_TEST["Male"], resamples=1000)
    assert found.gap == pytest.approx(drawn["gap"])
    np.testing.assert_allclose(found[["low", "high"]], [drawn["low"], drawn["high"]], atol=0.01)


def test_a_probe_differs_by_nothing_from_one_of_the_same_order():
    probe, larger = LinearProbe("lda").fit(X, Y), LinearProbe("lda").fit(X, Y)
    larger.coef_, larger.intercept_ = 3 * probe.coef_, probe.intercept_ + 1
    found = compare_probes((probe, X_TEST), (larger, X_TEST), Y_TEST)
    assert (found[["gap", "low", "high"]] == 0).all(axis=None) and (found[["p", "p_holm"]] == 1).all(axis=None)


def test_errors_of_comparisons():
    probe = LinearProbe("lda").fit(X, Y)
    fewer = LinearProbe("lda").fit(X, Y[NAMES[:2]])
    with pytest.raises(ValueError, match=r"one probe reads \['Smiling'.* compare like with like"):
        compare_probes((probe, X_TEST), (fewer, X_TEST), Y_TEST)
    with pytest.raises(ValueError, match="X has 200 rows, Y has 300"):
        compare_probes((probe, X_TEST), (probe, X_TEST[:200]), Y_TEST)


def test_mean_auc_is_the_mean_over_attributes_with_an_interval_of_about_the_right_width():
    probe = LinearProbe("lda").fit(X, Y)
    found = mean_auc(probe, X_TEST, Y_TEST)
    assert found["auc"] == pytest.approx(probe_scores(probe, X_TEST, Y_TEST).auc.mean())
    assert found["low"] < found["auc"] < found["high"]
    means = [mean_auc(probe, *problem(seed=s), resamples=2)["auc"] for s in range(2, 42)]
    assert 0.6 < (found["high"] - found["low"]) / (4 * np.std(means)) < 1.6


def test_mean_auc_leaves_out_attributes_that_a_resample_has_one_class_of():
    few, few_y = X_TEST[:40], Y_TEST[:40].assign(Male=[1, 1] + [0] * 38)
    probe = LinearProbe("lda").fit(X, Y)
    assert np.isfinite(list(mean_auc(probe, few, few_y).values())).all()
    rare = LinearProbe("lda").fit(X, Y[["Male"]])
    assert np.isfinite(list(mean_auc(rare, few, few_y[["Male"]]).values())).all()


def test_rows_thrice_under_one_group_are_worth_one():
    probe = LinearProbe("lda").fit(X, Y)
    thrice, thrice_y = np.repeat(X_TEST, 3, axis=0), Y_TEST.loc[Y_TEST.index.repeat(3)]
    persons = np.repeat([f"person {i}" for i in range(300)], 3)
    once = mean_auc(probe, X_TEST, Y_TEST)
    assert mean_auc(probe, thrice, thrice_y, groups=persons) == pytest.approx(once)
    width = lambda found: found["high"] - found["low"]
    naive = mean_auc(probe, thrice, thrice_y)
    assert width(naive) == pytest.approx(width(once) / np.sqrt(3), rel=0.2)
    order = np.random.default_rng(0).permutation(900)
    mixed = mean_auc(probe, thrice[order], thrice_y.iloc[order], resamples=1000, groups=persons[order])
    assert width(mixed) == pytest.approx(width(once), rel=0.2)


def test_gaps_of_groups_are_wider_than_of_their_rows():
    good, poor = LinearProbe("lda").fit(X, Y), LinearProbe("lda").fit(X[:, :3], Y)
    thrice, thrice_y, persons = np.repeat(X_TEST, 3, axis=0), Y_TEST.loc[Y_TEST.index.repeat(3)], np.arange(900) // 3
    pairs = (good, thrice), (poor, thrice[:, :3])
    once = mean_auc_gap((good, X_TEST), (poor, X_TEST[:, :3]), Y_TEST)
    assert mean_auc_gap(*pairs, thrice_y, groups=persons) == pytest.approx(once)
    naive = mean_auc_gap(*pairs, thrice_y)
    assert naive["high"] - naive["low"] < 0.8 * (once["high"] - once["low"])


def test_errors_of_groups():
    probe = LinearProbe("lda").fit(X, Y)
    with pytest.raises(ValueError, match="X has 300 rows, groups has 20 rows"):
        mean_auc(probe, X_TEST, Y_TEST, groups=np.arange(20))
    pairs = (probe, X_TEST), (LinearProbe("lda").fit(X[:, :3], Y), X_TEST[:, :3])
    with pytest.warns(UserWarning, match="all 300 rows are of one group; rows count by themselves"):
        assert mean_auc_gap(*pairs, Y_TEST, groups=["ann"] * 300) == mean_auc_gap(*pairs, Y_TEST)


def test_the_gap_of_a_probe_to_itself_is_nothing_and_to_another_is_narrower_than_the_two_intervals():
    good, poor = LinearProbe("lda").fit(X, Y), LinearProbe("lda").fit(X[:, :3], Y)
    same = mean_auc_gap((good, X_TEST), (good, X_TEST), Y_TEST)
    assert same == {"gap": 0, "low": 0, "high": 0}
    gap = mean_auc_gap((good, X_TEST), (poor, X_TEST[:, :3]), Y_TEST)
    ours, theirs = mean_auc(good, X_TEST, Y_TEST), mean_auc(poor, X_TEST[:, :3], Y_TEST)
    assert gap["gap"] == pytest.approx(ours["auc"] - theirs["auc"])
    width = lambda found: found["high"] - found["low"]
    assert gap["low"] < gap["gap"] < gap["high"] and width(gap) < width(ours) + width(theirs)


def test_profile_correlation_matches_by_name():
    a = pd.Series([0.6, 0.7, 0.9, 0.8, 0.5], list("abcde"))
    found = profile_correlation(a, a[::-1].iloc[:4] * 2)
    assert found["r"] == pytest.approx(1) and found["n"] == 4
    noisy = profile_correlation(a.to_numpy(), [0.5, 0.8, 0.7, 0.9, 0.6])
    assert noisy["low"] < noisy["r"] < noisy["high"]


def test_rank_correlation_of_profiles_is_spearmans():
    a, b = np.random.default_rng(0).uniform(0.5, 1, (2, 12))
    assert profile_correlation(a, b, ranks=True)["r"] == pytest.approx(spearmanr(a, b).statistic)
    assert profile_correlation(a, a**5, ranks=True)["r"] == pytest.approx(1)


def of_persons(seed, persons=40, each=6):
    """Scores of images, noise of which persons have their share, and labels that belong to persons and mean nothing."""
    rng = np.random.default_rng(seed)
    person = np.repeat(np.arange(persons), each)
    scores = rng.standard_normal(persons)[person] + 0.5 * rng.standard_normal(len(person))
    return scores, (rng.permutation(persons) < persons // 2)[person], person


class Reader:
    """A probe that has decided already."""

    kind, attributes_ = "ridge", [0]

    def decision_function(self, scores):
        return scores[:, None]


@pytest.mark.slow
def test_images_of_one_person_do_not_count_as_many():
    found = {False: [], True: []}
    for seed in range(300):
        scores, truth, person = of_persons(seed)
        for known in found:
            table = probe_scores(Reader(), scores, truth, groups=person if known else None)
            found[known].append((table.p[0] < 0.05, table.auc_low[0] <= 0.5 <= table.auc_high[0]))
    (wrong, covered), (naive_wrong, naive_covered) = (np.mean(found[known], 0) for known in (True, False))
    assert wrong < 0.1 and covered > 0.9
    assert naive_wrong > 0.2 and naive_covered < 0.75


@pytest.mark.slow
def test_a_gap_between_probes_of_persons_is_found_at_the_level():
    rejected = {False: 0, True: 0}
    for seed in range(200):
        (scores, truth, person), (other, _, _) = of_persons(seed), of_persons(seed + 1000)
        for known in rejected:
            pair = (Reader(), scores), (Reader(), other)
            rejected[known] += compare_probes(*pair, truth, person if known else None).p[0] < 0.05
    assert rejected[True] / 200 < 0.1 < rejected[False] / 200


@pytest.mark.parametrize("intervals", [True, "bootstrap"])
def test_copies_under_one_name_leave_an_interval_as_it_is(intervals):
    probe, copies = LinearProbe("ridge").fit(X, Y), np.repeat(np.arange(300), 3)
    once = probe_scores(probe, X_TEST, Y_TEST, intervals)
    thrice = probe_scores(probe, X_TEST[copies], Y_TEST.iloc[copies], intervals, groups=copies)
    width = lambda t: t.auc_high - t.auc_low
    np.testing.assert_allclose(width(thrice) / width(once), 1, atol=0.2 if intervals == "bootstrap" else 0.02)
    alone = probe_scores(probe, X_TEST, Y_TEST, intervals, groups=np.arange(300))
    pd.testing.assert_frame_equal(alone, once)


def test_names_that_repeat_are_an_error():
    with pytest.raises(ValueError, match="Y has several attributes 'Male'; rename or drop one"):
        LinearProbe("ridge").fit(X, Y.rename(columns={"Young": "Male"}))
