"""The best of many views: a planted one is found, nothing is found where there is nothing, and shuffles are exact."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import Ridge
from sklearn.metrics import roc_auc_score

from unelib.alignment.view_search import best_view
from unelib.stats.groups import dealt_groups


def noise_views(n=120, count=8, d=5, seed=0):
    rng = np.random.default_rng(seed)
    return {(block, t): rng.standard_normal((n, d)) for block in range(count // 2) for t in (10, 500)}, rng


def planted(n=120, seed=0):
    """Views of noise, of which one alone holds three attributes, and these."""
    views, rng = noise_views(n, seed=seed)
    Y = pd.DataFrame(rng.random((n, 3)) < 0.4, columns=list("abc"))
    views[2, 500][:, :3] += 2 * Y
    return views, Y


def test_the_view_that_alone_holds_the_attributes_is_found_and_no_other_is_significant():
    views, Y = planted()
    found = best_view(views, Y)
    assert found.name == (2, 500) and found.p == 0.01 and found.value > 0.85 > found.by_chance
    assert found.table.loc[[(2, 500)], "p"].item() == 0.01 and (found.table.p <= 0.05).sum() == 1
    assert list(found.table.index) == list(views) and len(found.maxima) == 99


def test_the_view_that_alone_predicts_numbers_is_found():
    views, rng = noise_views()
    Z = views[1, 10][:, :2] @ rng.standard_normal((2, 6)) + rng.standard_normal((120, 6))
    found = best_view(views, Z, "r2")
    assert found.name == (1, 10) and found.p == 0.01 and (found.table.p <= 0.05).sum() == 1


@pytest.mark.slow
@pytest.mark.parametrize("measure", ["auc", "r2"])
def test_where_nothing_is_to_be_found_the_best_view_is_significant_as_often_as_the_level_says(measure):
    """Without the choice counted, the best of eight views would be so in about a third of the cases."""
    p, alone = [], []
    for seed in range(120):
        views, rng = noise_views(60, seed=seed)
        target = rng.random((60, 2)) < 0.5 if measure == "auc" else rng.standard_normal((60, 2))
        found = best_view(views, target, measure, permutations=39, seed=seed)
        p.append(found.p)
        alone.append(best_view({0: views[found.name]}, target, measure, permutations=39, seed=seed).p)
    assert np.mean(np.array(p) <= 0.05) <= 0.11 and 0.4 < np.mean(p) < 0.62  # 0.05 + three standard errors
    assert np.mean(np.array(alone) <= 0.05) > 0.15


def test_values_are_those_of_ridge_regressions_fold_by_fold():
    views, Y = planted()
    X, n, penalty = views[2, 500], len(Y), 0.3
    Z = X[:, :2] + np.random.default_rng(5).standard_normal((n, 2))
    dealt, right, pairs, errors = dealt_groups(np.arange(n), 4, 3), 0, 0, 0
    for fold in range(4):
        rest, out = dealt != fold, dealt == fold
        mean, sd = X[rest].mean(0), X[rest].std(0)
        S = (X - mean) / sd
        alpha = penalty * (np.linalg.svd(S[rest], compute_uv=False) ** 2).mean()
        said = Ridge(alpha=alpha).fit(S[rest], Y[rest]).predict(S[out])
        count = np.array([y.sum() * (~y).sum() for y in Y[out].to_numpy().T])
        right += count * [roc_auc_score(y, s) for y, s in zip(Y[out].to_numpy().T, said.T)]
        pairs += count
        errors += ((Z[out] - Ridge(alpha=alpha).fit(S[rest], Z[rest]).predict(S[out])) ** 2).sum()
    options = {"permutations": 0, "folds": 4, "seed": 3, "penalty": penalty}
    assert best_view({"x": X}, Y, **options).value == pytest.approx((right / pairs).mean(), abs=1e-5)
    r2 = 1 - errors / ((Z - Z.mean(0)) ** 2).sum()
    assert best_view({"x": X}, Z, "r2", **options).value == pytest.approx(r2, abs=1e-5)


def test_shuffles_are_searches_of_targets_in_that_order():
    views, Y = planted(60)
    found = best_view(views, Y, permutations=3, seed=4)
    rng = np.random.default_rng(4)
    for maximum in found.maxima:
        shuffled = Y.iloc[rng.permutation(60)].to_numpy()
        assert best_view(views, shuffled, permutations=0, seed=4).value == pytest.approx(maximum, abs=1e-6)


def test_scale_shift_and_turns_of_the_target_and_names_change_nothing():
    views, Y = planted()
    plain = best_view(views, Y, permutations=5)
    scaled = best_view({str(name): 7 * X - 3 for name, X in views.items()}, Y.to_numpy(), permutations=5)
    np.testing.assert_allclose(scaled.table.value, plain.table.value, atol=1e-5)
    assert scaled.name == "(2, 500)"
    Z = views[2, 500] + 1.0
    turn = np.linalg.qr(np.random.default_rng(0).standard_normal((5, 5)))[0]
    one, other = (best_view(views, target, "r2", permutations=5) for target in (Z, 3 * Z @ turn - 1))
    np.testing.assert_allclose(one.table.value, other.table.value, atol=1e-4)
    np.testing.assert_allclose(one.maxima, other.maxima, atol=1e-4)


def test_blocks_of_shuffles_change_nothing(monkeypatch):
    views, Y = planted(60)
    whole = best_view(views, Y, permutations=7)
    monkeypatch.setattr("unelib.alignment.view_search.AT_ONCE", 4)
    np.testing.assert_allclose(best_view(views, Y, permutations=7).maxima, whole.maxima, atol=1e-6)


def test_missing_labels_count_for_nothing():
    views, Y = planted()
    gaps = Y.astype(float)
    gaps.iloc[:30, 0] = np.nan
    found = best_view(views, gaps, permutations=19)
    assert found.name == (2, 500) and np.isfinite(found.maxima).all()
    other = gaps.fillna(-1)
    np.testing.assert_array_equal(best_view(views, other, permutations=19).table, found.table)


def test_groups_stay_together_where_rows_of_one_are_copies():
    """Rows of one person tell their labels to one another: only whole people left out and shuffled show no more."""
    rng = np.random.default_rng(0)
    people = np.repeat(np.arange(30), 4)
    X, Y = rng.standard_normal((30, 20))[people], rng.random((30, 2))[people] < 0.5
    assert best_view({"x": X}, Y).p == 0.01
    kept = best_view({"x": X}, Y, groups=people)
    assert kept.p > 0.05 and abs(kept.value - 0.5) < 0.2


def test_without_shuffles_a_view_is_chosen_and_nothing_tested():
    views, Y = planted()
    found = best_view(views, Y, permutations=0)
    assert found.name == (2, 500) and found.p == 1 and found.by_chance == np.inf


def test_errors():
    views, Y = planted()
    with pytest.raises(ValueError, match="no views were given"):
        best_view({}, Y)
    with pytest.raises(ValueError, match="unknown measure 'f1'; choose one of auc, r2"):
        best_view(views, Y, "f1")
    for name, value in {"folds": 1, "permutations": -1, "penalty": 0.0}.items():
        with pytest.raises(ValueError, match=f"{name} is {value!r}"):
            best_view(views, Y, **{name: value})
    with pytest.raises(ValueError, match="folds is 5; choose 2 to the number of rows or groups, 3"):
        best_view(views, Y, groups=np.arange(120) % 3)
    with pytest.raises(ValueError, match="row-aligned"):
        best_view(views | {"short": np.zeros((3, 2))}, Y)
    with pytest.raises(ValueError, match="row-aligned"):
        best_view(views, Y[:50])
    with pytest.raises(ValueError, match="row-aligned"):
        best_view(views, np.zeros((50, 2)), "r2")
    with pytest.raises(ValueError, match="all rows of flat are the same"):
        best_view({"flat": np.ones((120, 2))}, Y)
    with pytest.raises(ValueError, match="all rows of the target are the same"):
        best_view(views, np.ones((120, 2)), "r2")
