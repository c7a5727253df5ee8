"""Measures ignore rotation, shift and scale, equal their definitions, and nulls tell related from unrelated views."""

import numpy as np
import pytest
from scipy.spatial import procrustes
from scipy.spatial.distance import pdist
from scipy.stats import ortho_group, spearmanr

from unelib.similarity import MEASURES, cka, mutual_knn, permutation_null, procrustes_distance, rsa

RNG = np.random.default_rng(0)
X = RNG.standard_normal((80, 6))
X2 = X @ RNG.standard_normal((6, 9)) + 0.5 * RNG.standard_normal((80, 9))
ROTATION = ortho_group.rvs(6, random_state=0)
ALIKE = {cka: 1, rsa: 1, mutual_knn: 1, procrustes_distance: 0}


@pytest.mark.parametrize("measure", MEASURES)
def test_a_view_is_like_itself_whatever_the_scale(measure):
    assert measure(X, 3 * X) == pytest.approx(ALIKE[measure], abs=1e-6)


@pytest.mark.parametrize("measure", [cka, mutual_knn, procrustes_distance])
def test_rotation_and_shift_do_not_matter(measure):
    moved = 0.1 * X @ ROTATION + np.arange(6)
    assert measure(X, moved) == pytest.approx(ALIKE[measure], abs=1e-6)
    assert measure(moved, X2) == pytest.approx(measure(X, X2), abs=1e-9)


@pytest.mark.parametrize("measure", MEASURES)
def test_order_of_views_and_of_rows_does_not_matter(measure):
    order = RNG.permutation(len(X))
    assert measure(X2, X) == pytest.approx(measure(X, X2), abs=1e-10)
    assert measure(X[order], X2[order]) == pytest.approx(measure(X, X2), abs=1e-10)


def test_cka_is_that_of_the_feature_products():
    A, B = X - X.mean(0), X2 - X2.mean(0)
    expected = np.linalg.norm(A.T @ B) ** 2 / np.linalg.norm(A.T @ A) / np.linalg.norm(B.T @ B)
    assert cka(X, X2) == pytest.approx(expected)


def unbiased_hsic(K, L):
    """Song et al.'s estimator as published."""
    n, K, L = len(K), K - np.diag(np.diag(K)), L - np.diag(np.diag(L))
    middle = K.sum() * L.sum() / ((n - 1) * (n - 2))
    return (np.trace(K @ L) + middle - 2 / (n - 2) * K.sum(0) @ L.sum(0)) / (n * (n - 3))


def test_debiased_cka_is_the_published_estimator():
    K, L = X @ X.T, X2 @ X2.T
    expected = unbiased_hsic(K, L) / np.sqrt(unbiased_hsic(K, K) * unbiased_hsic(L, L))
    assert cka(X, X2, debiased=True) == pytest.approx(expected)


def test_debiased_cka_of_unrelated_wide_views_is_zero_where_plain_is_not():
    A, B = RNG.standard_normal((2, 100, 400))
    assert cka(A, B) > 0.7
    assert abs(cka(A, B, debiased=True)) < 0.05


def test_rsa_is_the_rank_correlation_of_distances():
    expected = spearmanr(pdist(X, "correlation"), pdist(X2, "correlation")).statistic
    assert rsa(X, X2) == pytest.approx(expected)


def test_rsa_of_two_columns_sees_no_more_than_which_is_larger():
    two = X[:, :2]
    larger = np.where(two[:, :1] > two[:, 1:], [[1.0, 0.0]], [[0.0, 1.0]])
    assert rsa(two, larger) == pytest.approx(1)
    assert rsa(two, X2[:, :2]) == pytest.approx(rsa(larger, 1e-3 * X2[:, :2] + 7), abs=1e-9)


def test_procrustes_is_scipys_disparity():
    wider = np.column_stack([X, np.zeros((80, 3))])
    disparity = procrustes(wider, X2)[2]
    assert np.sin(procrustes_distance(X, X2)) ** 2 == pytest.approx(disparity)


def test_procrustes_obeys_the_triangle_inequality():
    views = [RNG.standard_normal((30, d)) for d in (2, 5, 8, 40)]
    between = {(i, j): procrustes_distance(a, b) for i, a in enumerate(views) for j, b in enumerate(views)}
    for i, j, k in np.ndindex(4, 4, 4):
        assert between[i, k] <= between[i, j] + between[j, k] + 1e-7


def test_mutual_knn_of_all_others_is_one():
    assert mutual_knn(X, RNG.standard_normal((80, 3)), k=79) == 1


@pytest.mark.parametrize("measure", MEASURES)
def test_null_is_what_shuffled_rows_give(measure):
    found = permutation_null(measure, X, X2, permutations=20, seed=5)
    orders = np.random.default_rng(5)
    null = [measure(X, X2[orders.permutation(80)]) for _ in range(20)]
    assert found["null_mean"] == pytest.approx(np.mean(null))
    assert found["value"] == pytest.approx(measure(X, X2))


@pytest.mark.parametrize("measure", MEASURES)
def test_null_tells_related_from_unrelated(measure):
    related = permutation_null(measure, X, X2, permutations=39)
    assert related["p"] == pytest.approx(1 / 40) and related["effect"] > 4
    other = np.random.default_rng(9).standard_normal(X2.shape)
    unrelated = permutation_null(measure, X, other, permutations=39)
    assert unrelated["p"] > 0.025 and abs(unrelated["effect"]) < 4


def test_null_takes_options_and_any_function():
    assert permutation_null(mutual_knn, X, X2, permutations=2, k=79)["null_mean"] == 1
    first_columns = lambda X, X2: float(np.corrcoef(X[:, 0], X2[:, 0])[0, 1])
    assert permutation_null(first_columns, X, X, permutations=19)["p"] == 0.05


def test_unrelated_views_reject_at_the_level():
    draw = np.random.default_rng(1).standard_normal
    p = [permutation_null(cka, draw((20, 3)), draw((20, 3)), permutations=19, seed=i)["p"] for i in range(200)]
    assert 0.01 <= np.mean(np.array(p) <= 0.05) <= 0.11


WITH_NAN = X.copy()
WITH_NAN[5, 2] = np.nan
ONE_CONSTANT_ROW = X.copy()
ONE_CONSTANT_ROW[4] = 2


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize(
    "bad, message", [(WITH_NAN, "X2 holds nan at row 5, column 2"), (X[:40], "X2 has 40 rows"), (X[:, 0], "2-D")]
)
def test_errors(measure, bad, message):
    with pytest.raises(ValueError, match=message):
        measure(X, bad)


@pytest.mark.parametrize("measure", [cka, mutual_knn, procrustes_distance])
@pytest.mark.parametrize("row", [[1, 1, 1], [0, 0, 0], [0.1, 1e9, 1e-9]])
def test_repeated_row_is_an_error(measure, row):
    with pytest.raises(ValueError, match="all rows of X2 are the same"):
        measure(X, np.tile(np.array(row, float), (80, 1)))


@pytest.mark.parametrize("measure", MEASURES)
def test_small_numbers_are_no_constants(measure):
    assert measure(X, 1e-20 * X2) == pytest.approx(measure(X, X2))


def test_errors_of_one_measure():
    with pytest.raises(ValueError, match="k is 80"):
        mutual_knn(X, X2, k=80)
    with pytest.raises(ValueError, match="row 4 of X is constant"):
        rsa(ONE_CONSTANT_ROW, X2)
    with pytest.raises(ValueError, match="equally far apart"):
        rsa(X, np.tile([1.0, 2.0], (80, 1)))
    with pytest.raises(ValueError, match="permutations is 1"):
        permutation_null(cka, X, X2, permutations=1)
