"""Controls give what chance, no training, fewer rows and fewer components must give, and leak nothing between rows."""

import numpy as np
import pandas as pd
import pytest

from unelib.probing.controls import (
    auc_of_views,
    dimension_curve,
    learning_curve,
    random_features,
    selectivity,
    shuffled_scores,
    variance_share,
)
from unelib.probing.linear_probe import LinearProbe
from unelib.probing.scores import mean_auc, probe_scores

from ..probing.test_linear_probe import NAMES, X_TEST, Y_TEST, X, Y

PIXELS = np.random.default_rng(0).random((40, 6, 6, 3))


def test_shuffled_labels_read_at_chance():
    null = shuffled_scores(LinearProbe("ridge"), X, Y, X_TEST, Y_TEST, repeats=10)
    assert null.shape == (10, 4) and list(null.columns) == NAMES
    assert abs(null.to_numpy().mean() - 0.5) < 0.05
    pd.testing.assert_frame_equal(null, shuffled_scores(LinearProbe("ridge"), X, Y, X_TEST, Y_TEST, repeats=10))


def test_test_rows_without_a_label_do_not_count_in_the_null():
    missing = Y_TEST[:200].reindex(Y_TEST.index)
    options = LinearProbe("ridge"), X, Y, X_TEST
    pd.testing.assert_frame_equal(
        shuffled_scores(*options, missing), shuffled_scores(*options[:3], X_TEST[:200], Y_TEST[:200])
    )


def test_shuffling_needs_a_label_a_row():
    with pytest.raises(ValueError, match="X has 300 rows, Y has 20"):
        shuffled_scores(LinearProbe("ridge"), X, Y[:20], X_TEST, Y_TEST)


def test_selectivity_is_what_is_above_the_null():
    probe = LinearProbe("ridge")
    scores = probe_scores(probe.fit(X, Y), X_TEST, Y_TEST)
    null = shuffled_scores(probe, X, Y, X_TEST, Y_TEST, repeats=9)
    found = selectivity(scores, null[NAMES[::-1]])
    np.testing.assert_allclose(found.selectivity, scores.auc - null.mean())
    assert list(found.index) == NAMES and (found.p == 0.1).all()


def test_a_draw_of_the_null_is_uniformly_placed_in_it():
    draws = pd.DataFrame(np.random.default_rng(0).random((20, 400)))
    found = selectivity(pd.DataFrame({"auc": draws.iloc[0]}), draws[1:])
    assert abs(found.selectivity.mean()) < 0.06
    assert abs((found.p <= 0.25).mean() - 0.25) < 0.1 and found.p.min() == 0.05


def test_selectivity_needs_one_set_of_attributes():
    scores = pd.DataFrame({"auc": [0.7]}, ["Male"])
    with pytest.raises(ValueError, match=r"scores are of \['Male'\], the null of \['Young'\]"):
        selectivity(scores, pd.DataFrame({"Young": [0.5]}))


def test_random_features_are_of_each_row_alone():
    whole = random_features(PIXELS, 50)
    assert whole.shape == (40, 50) and whole.dtype == np.float32 and whole.min() == 0
    np.testing.assert_allclose(random_features(PIXELS[7:9], 50), whole[7:9], atol=1e-6)
    np.testing.assert_allclose(random_features(PIXELS[::-1], 50), whole[::-1], atol=1e-6)


def test_random_features_are_fixed_by_their_seed_and_more_only_add():
    few, many = random_features(PIXELS, 10), random_features(PIXELS, 30)
    np.testing.assert_allclose(few, many[:, :10], atol=1e-6)
    assert (random_features(PIXELS, 10, seed=1) != few).any()
    assert (many.max(0) > 0).mean() > 0.8


def test_random_features_take_pictures_flat_rows_and_bytes_alike():
    pictures = (PIXELS * 255).round().astype(np.uint8)
    whole = random_features(pictures, 20)
    np.testing.assert_allclose(random_features(pictures.reshape(40, -1) / 255, 20), whole, atol=1e-6)


def test_random_features_have_the_kernel_of_cho_and_saul():
    features = random_features(PIXELS[:2], 200_000).astype(float)
    z = np.column_stack([np.sqrt(12 / 108) * (PIXELS[:2].reshape(2, -1) - 0.5), np.ones(2)])
    length = np.linalg.norm(z, axis=1)
    angle = np.arccos(z[0] @ z[1] / length.prod())
    kernel = length.prod() / (2 * np.pi) * (np.sin(angle) + (np.pi - angle) * np.cos(angle))
    assert (features[0] * features[1]).mean() == pytest.approx(kernel, rel=0.02)


@pytest.mark.parametrize(
    "X, columns, message",
    [
        (PIXELS - 0.5, 5, "X holds values from -0.49.* pass pixels in 0..1, or uint8"),
        (255 * PIXELS, 5, "to 25.*; pass pixels"),
        (PIXELS * np.nan, 5, "X holds nan at row 0, column 0"),
        (PIXELS, 0, "columns is 0"),
    ],
)
def test_errors_of_random_features(X, columns, message):
    with pytest.raises(ValueError, match=message):
        random_features(X, columns)


def test_a_learning_curve_rises_to_the_score_of_all_rows():
    curve = learning_curve(X, Y, X_TEST, Y_TEST, [40, 120, 300], kind="lda")
    assert list(curve) == [40, 120, 300]
    assert curve[40]["auc"] < curve[120]["auc"] < curve[300]["auc"]
    assert curve[300] == pytest.approx(mean_auc(LinearProbe("lda").fit(X, Y), X_TEST, Y_TEST))


def test_sizes_are_nested_and_do_not_depend_on_one_another():
    both = learning_curve(X, Y, X_TEST, Y_TEST, [40, 120], kind="ridge")
    assert learning_curve(X, Y, X_TEST, Y_TEST, [120], kind="ridge") == {120: both[120]}
    np.testing.assert_equal(learning_curve(X, Y.to_numpy(), X_TEST, Y_TEST.to_numpy(), [40], "ridge")[40], both[40])


@pytest.mark.parametrize(
    "options, message",
    [
        ({"sizes": [100, 301]}, "sizes holds 301; X has 300 rows, so take 10 to 300"),
        ({"sizes": [9]}, "sizes holds 9"),
        ({"sizes": [100], "kind": "svm"}, "unknown kind of probe 'svm'"),
    ],
)
def test_errors_of_learning_curves(options, message):
    with pytest.raises(ValueError, match=message):
        learning_curve(X, Y, X_TEST, Y_TEST, **options)
    with pytest.raises(ValueError, match="X has 300 rows, Y has 20"):
        learning_curve(X, Y[:20], X_TEST, Y_TEST, [100])


def test_an_attribute_too_rare_for_the_smallest_size_is_left_out_of_all():
    rare = Y.assign(Male=np.arange(300) < 3)
    with pytest.warns(UserWarning, match="left out, too rare in the smallest size, 10 rows: Male"):
        curve = learning_curve(X, rare, X_TEST, Y_TEST, [10, 100])
    assert curve == learning_curve(X, Y.drop(columns="Male"), X_TEST, Y_TEST.drop(columns="Male"), [10, 100])
    with pytest.raises(ValueError, match="the smallest size, 10 rows, holds too few .* of Male; take"):
        learning_curve(X, rare[["Male"]], X_TEST, Y_TEST[["Male"]], [10])


def test_a_dimension_curve_ends_at_all_components_and_all_variance():
    curve = dimension_curve(X, Y, X_TEST, Y_TEST, [2, 10, 20], kind="lda")
    assert curve[2]["auc"] < curve[10]["auc"] < curve[20]["auc"]
    assert curve[20]["variance"] == pytest.approx(1)
    values = np.linalg.eigvalsh(np.corrcoef(X.T))[::-1]
    assert curve[10]["variance"] == pytest.approx(values[:10].sum() / 20)
    expected = mean_auc(LinearProbe("lda", 10).fit(X, Y), X_TEST, Y_TEST)
    assert {key: curve[10][key] for key in expected} == pytest.approx(expected)


@pytest.mark.parametrize("k", [0, 21])
def test_errors_of_dimension_curves(k):
    with pytest.raises(ValueError, match=f"components holds {k}; X is of rank 20, so take 1 to 20"):
        dimension_curve(X, Y, X_TEST, Y_TEST, [5, k])


def with_covariance(variances, n=500):
    """Rows whose covariance is exactly diag(variances)."""
    Q = np.linalg.qr(np.column_stack([np.ones(n), np.random.default_rng(0).standard_normal((n, len(variances)))]))[0]
    return Q[:, 1:] * np.sqrt(n * np.array(variances))


def test_variance_shares_of_a_known_covariance():
    probe = LinearProbe("ridge").fit(X[:, :3], Y["Male"])
    probe.coef_, probe.pattern_ = np.array([[0.0, 2.0, 2.0]]), np.array([[0.0, 0.0, -5.0]])
    share = variance_share(probe, with_covariance([6, 3, 1]) + 100).loc["Male"]
    np.testing.assert_allclose(share[["weights", "pattern", "random", "leading"]], [0.2, 0.1, 1 / 3, 0.6])


def test_variance_shares_do_not_change_with_rotation_or_length():
    rotation = np.linalg.qr(np.random.default_rng(1).standard_normal((20, 20)))[0]
    probe, turned = LinearProbe("lda").fit(X, Y), LinearProbe("lda").fit(X, Y)
    turned.coef_, turned.pattern_ = 3 * probe.coef_ @ rotation, -probe.pattern_ @ rotation
    pd.testing.assert_frame_equal(variance_share(turned, 7 * X @ rotation), variance_share(probe, X))
    assert (variance_share(probe, X)[["weights", "pattern"]].max(axis=1) <= variance_share(probe, X).leading).all()


def test_a_probe_that_found_nothing_lies_along_no_variance():
    probe = LinearProbe("ridge").fit(X, Y)
    probe.coef_[1] = 0
    assert variance_share(probe, X).weights["Male"] == 0


def test_errors_of_variance_shares():
    probe = LinearProbe("ridge").fit(X, Y)
    with pytest.raises(ValueError, match="X has 5 columns; the fit was made on 20"):
        variance_share(probe, X[:, :5])
    with pytest.raises(ValueError, match="all rows of X are the same"):
        variance_share(probe, np.ones((10, 20)))


def test_the_views_of_one_attribute_and_what_shuffled_labels_give():
    learn = np.arange(len(X) + len(X_TEST)) < len(X)
    rows, labels = np.vstack([X, X_TEST]), np.concatenate([np.asarray(Y)[:, 0], np.asarray(Y_TEST)[:, 0]])
    blind = np.random.default_rng(0).standard_normal(rows.shape)
    table = auc_of_views({"seen": rows, "blind": blind}, labels, learn, ~learn, repeats=3)
    assert list(table.index) == ["seen", "blind", "shuffled labels"]
    assert table.low["seen"] > table.high["shuffled labels"] and table.low["blind"] < 0.5 < table.high["blind"]
    own = probe_scores(LinearProbe().fit(X, labels[learn]), X_TEST, labels[~learn]).iloc[0]
    assert table.loc["seen"].tolist() == own[["auc", "auc_low", "auc_high"]].tolist()
