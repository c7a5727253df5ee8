"""Measures ignore what they should, equal their definitions, and nulls and intervals are right as often as they say."""

from functools import partial

import numpy as np
import pandas as pd
import pytest
from scipy.spatial import procrustes
from scipy.spatial.distance import pdist, squareform
from scipy.stats import ortho_group, spearmanr

from unelib.alignment import similarity
from unelib.alignment.similarity import (
    MEASURES,
    STANDARD,
    cka,
    mutual_knn,
    permutation_null,
    procrustes_distance,
    pwcca,
    rank_agreement,
    rsa,
    similarity_table,
    svcca,
)
from unelib.alignment.similarity_null import (
    against_null,
    deleted_scores,
    jackknife_interval,
    measures_of_shuffled,
    shuffled_people,
)
from unelib.stats.p_values import holm

from ..helpers.spoilt import spoilt

RNG = np.random.default_rng(0)
X = RNG.standard_normal((80, 6))
X2 = X @ RNG.standard_normal((6, 9)) + 0.5 * RNG.standard_normal((80, 9))
ROTATION = ortho_group.rvs(6, random_state=0)
INVERTIBLE = RNG.standard_normal((6, 6)) + 2 * np.eye(6)
rbf_cka = partial(cka, kernel="rbf")
debiased_cka = partial(cka, debiased=True)
EVERY = [*MEASURES, debiased_cka, rbf_cka, partial(rbf_cka, debiased=True), partial(svcca, variance=1.0)]
SMOOTH = [measure for measure in EVERY if measure is not rsa]


def alike(measure):
    return 0 if measure is procrustes_distance else 1


@pytest.mark.parametrize("measure", EVERY)
def test_a_view_is_like_itself_whatever_the_scale(measure):
    assert measure(X, 3 * X) == pytest.approx(alike(measure), abs=1e-6)


@pytest.mark.parametrize("measure", SMOOTH)
def test_rotation_and_shift_do_not_matter(measure):
    moved = 0.1 * X @ ROTATION + np.arange(6)
    assert measure(X, moved) == pytest.approx(alike(measure), abs=1e-6)
    assert measure(X2, moved) == pytest.approx(measure(X2, X), abs=1e-9)
    if measure is not pwcca:
        assert measure(moved, X2) == pytest.approx(measure(X, X2), abs=1e-9)


def test_rsa_does_not_see_what_is_added_to_a_row_but_sees_rotation():
    assert rsa(X + np.arange(80)[:, None], X2) == pytest.approx(rsa(X, X2))
    assert abs(rsa(X @ ROTATION, X2) - rsa(X, X2)) > 0.01


@pytest.mark.parametrize("measure", EVERY)
def test_order_of_rows_does_not_matter(measure):
    order = RNG.permutation(len(X))
    assert measure(X[order], X2[order]) == pytest.approx(measure(X, X2), abs=1e-10)


@pytest.mark.parametrize("measure", [measure for measure in EVERY if measure is not pwcca])
def test_order_of_views_does_not_matter(measure):
    assert measure(X2, X) == pytest.approx(measure(X, X2), abs=1e-10)


@pytest.mark.parametrize("measure", [pwcca, partial(svcca, variance=1.0)])
def test_canonical_correlations_do_not_see_an_invertible_map(measure):
    assert measure(X2, X @ INVERTIBLE) == pytest.approx(measure(X2, X), abs=1e-9)
    assert measure(X, X @ INVERTIBLE) == pytest.approx(1)


def test_weights_of_pwcca_are_the_first_views_in_its_own_columns():
    assert abs(pwcca(X2, X) - pwcca(X, X2)) > 0.01
    mapped = X * np.array([100, 1, 1, 1, 1, 1])
    assert abs(pwcca(mapped, X2) - pwcca(X, X2)) > 0.001
    assert pwcca(-2 * X[:, ::-1] + 5, X2) == pytest.approx(pwcca(X, X2))


def test_cka_is_that_of_the_feature_products():
    A, B = X - X.mean(0), X2 - X2.mean(0)
    expected = np.linalg.norm(A.T @ B) ** 2 / np.linalg.norm(A.T @ A) / np.linalg.norm(B.T @ B)
    assert cka(X, X2) == pytest.approx(expected)


def hsic(K, L):
    """Gretton et al.'s estimator as published."""
    H = np.eye(len(K)) - 1 / len(K)
    return np.trace(K @ H @ L @ H) / (len(K) - 1) ** 2


def unbiased_hsic(K, L):
    """Song et al.'s estimator as published."""
    n, K, L = len(K), K - np.diag(np.diag(K)), L - np.diag(np.diag(L))
    middle = K.sum() * L.sum() / ((n - 1) * (n - 2))
    return (np.trace(K @ L) + middle - 2 / (n - 2) * K.sum(0) @ L.sum(0)) / (n * (n - 3))


def gaussian(X, bandwidth):
    distances = pdist(X)
    return np.exp(-(squareform(distances) ** 2) / (2 * (bandwidth * np.median(distances)) ** 2))


@pytest.mark.parametrize("estimator, debiased", [(hsic, False), (unbiased_hsic, True)])
@pytest.mark.parametrize("bandwidth", [None, 0.3, 1.0])
def test_cka_is_the_published_estimator(estimator, debiased, bandwidth):
    K, L = (A @ A.T if bandwidth is None else gaussian(A, bandwidth) for A in (X, X2))
    expected = estimator(K, L) / np.sqrt(estimator(K, K) * estimator(L, L))
    options = {} if bandwidth is None else {"kernel": "rbf", "bandwidth": bandwidth}
    assert cka(X, X2, debiased=debiased, **options) == pytest.approx(expected)


@pytest.mark.parametrize("debiased", [False, True])
def test_a_very_wide_gaussian_is_the_linear_kernel(debiased):
    assert cka(X, X2, debiased=debiased, kernel="rbf", bandwidth=1e5) == pytest.approx(
        cka(X, X2, debiased=debiased), abs=1e-8
    )


def test_debiased_cka_of_unrelated_wide_views_is_zero_where_plain_is_not():
    pairs = np.random.default_rng(0).standard_normal((20, 2, 60, 240))
    for kernel in ("linear", "rbf"):
        assert np.mean([cka(A, B, kernel=kernel) for A, B in pairs]) > 0.7
        assert abs(np.mean([cka(A, B, debiased=True, kernel=kernel) for A, B in pairs])) < 0.02


def test_rsa_is_the_rank_correlation_of_distances():
    expected = spearmanr(pdist(X, "correlation"), pdist(X2, "correlation")).statistic
    assert rsa(X, X2) == pytest.approx(expected)


def test_rsa_of_two_columns_sees_no_more_than_which_is_larger():
    two = X[:, :2]
    larger = np.where(two[:, :1] > two[:, 1:], [[1.0, 0.0]], [[0.0, 1.0]])
    assert rsa(two, larger) == pytest.approx(1)
    assert rsa(two, X2[:, :2]) == pytest.approx(rsa(larger, 1e-3 * X2[:, :2] + 7), abs=1e-9)


def cosines_of_row(X, i):
    """Centred cosines of row i with all others, rounded so that ties are ties."""
    moved = X - X.mean(0)
    moved = moved / np.linalg.norm(moved, axis=1, keepdims=True)
    return np.delete(moved @ moved[i], i).round(9)


@pytest.mark.parametrize("columns", [1, 2, 6])
def test_rank_agreement_is_the_mean_of_spearmans_correlations(columns):
    A = X[:, :columns]
    expected = [spearmanr(cosines_of_row(A, i), cosines_of_row(X2, i)).statistic for i in range(80)]
    assert rank_agreement(A, X2) == pytest.approx(np.mean(expected))


def test_a_row_without_an_order_adds_nothing_to_rank_agreement():
    corners = np.array([[1.0, 0], [-1, 0], [0, 1], [0, -1], [0, 0]])
    assert rank_agreement(corners, corners) == pytest.approx(4 / 5)


def test_procrustes_is_scipys_disparity():
    wider = np.column_stack([X, np.zeros((80, 3))])
    disparity = procrustes(wider, X2)[2]
    assert np.sin(procrustes_distance(X, X2)) ** 2 == pytest.approx(disparity)


def test_procrustes_obeys_the_triangle_inequality():
    views = [RNG.standard_normal((30, d)) for d in (2, 5, 8, 40)]
    between = {(i, j): procrustes_distance(a, b) for i, a in enumerate(views) for j, b in enumerate(views)}
    for i, j, k in np.ndindex(4, 4, 4):
        assert between[i, k] <= between[i, j] + between[j, k] + 1e-7


def canonical_pairs(A, B):
    """Correlations and the first view's variates, of unit norm, by QR (Björck and Golub, 1973)."""
    QA, QB = np.linalg.qr(A - A.mean(0))[0], np.linalg.qr(B - B.mean(0))[0]
    U, rho, _ = np.linalg.svd(QA.T @ QB, full_matrices=False)
    return rho, QA @ U


@pytest.mark.parametrize("variance", [0.5, 0.9, 1.0])
def test_svcca_is_the_mean_correlation_of_leading_components(variance):
    def leading(A):
        U, s, _ = np.linalg.svd(A - A.mean(0), full_matrices=False)
        shares = np.cumsum(s**2) / (s**2).sum()
        k = next(k for k in range(1, len(s) + 1) if shares[k - 1] >= variance - 1e-12)
        return U[:, :k] * s[:k]

    expected = canonical_pairs(leading(X), leading(X2))[0].mean()
    assert svcca(X, X2, variance) == pytest.approx(expected)


@pytest.mark.parametrize("first, second", [(X, X2), (X2, X)])
def test_pwcca_weights_each_correlation_by_all_columns_of_the_first_view(first, second):
    rho, variates = canonical_pairs(first, second)
    columns = (first - first.mean(0)).T
    weights = [sum(abs(h @ x) for x in columns) for h in variates.T]
    assert pwcca(first, second) == pytest.approx(np.average(rho, weights=weights))


@pytest.mark.parametrize("measure, options", [(svcca, {"variance": 1.0}), (pwcca, {})])
def test_canonical_correlations_of_wide_views_are_one_and_the_null_says_so(measure, options):
    A, B = np.random.default_rng(3).standard_normal((2, 30, 40))
    found = permutation_null(measure, A, B, permutations=19, **options)
    assert found["value"] == pytest.approx(1) and found["null_mean"] == pytest.approx(1)
    assert found["p"] == 1 and found["effect"] == 0
    assert found["high"] - found["low"] < 1e-6


def test_canonical_correlations_that_must_be_one_are_one():
    A, B = np.random.default_rng(3).standard_normal((2, 30, 20))
    assert (canonical_pairs(A, B)[0] > 1 - 1e-9).sum() == 20 + 20 - 29


def test_mutual_knn_of_all_others_is_one():
    assert mutual_knn(X, RNG.standard_normal((80, 3)), k=79) == 1


def test_mutual_knn_is_the_share_of_common_neighbours():
    nearest = [[set(np.argsort(-np.insert(cosines_of_row(A, i), i, -2))[:7]) for i in range(80)] for A in (X, X2)]
    assert mutual_knn(X, X2, k=7) == pytest.approx(np.mean([len(a & b) / 7 for a, b in zip(*nearest)]))


@pytest.mark.parametrize("measure", EVERY)
def test_null_is_what_shuffled_rows_give(measure):
    found = permutation_null(measure, X, X2, permutations=20, seed=5)
    orders = np.random.default_rng(5)
    null = [measure(X, X2[orders.permutation(80)]) for _ in range(20)]
    assert found["null_mean"] == pytest.approx(np.mean(null))
    assert found["value"] == pytest.approx(measure(X, X2))


@pytest.mark.parametrize("measure", EVERY)
def test_null_tells_related_from_unrelated(measure):
    related = permutation_null(measure, X, X2, permutations=39)
    assert related["p"] == pytest.approx(1 / 40) and related["effect"] > 4
    other = np.random.default_rng(9).standard_normal(X2.shape)
    unrelated = permutation_null(measure, X, other, permutations=39)
    assert unrelated["p"] > 0.025 and abs(unrelated["effect"]) < 4


def test_null_takes_options_and_any_function():
    assert permutation_null(mutual_knn, X, X2, permutations=2, k=79)["null_mean"] == 1
    first_columns = lambda X, X2, power=1: float(np.corrcoef(X[:, 0], X2[:, 0])[0, 1] ** power)
    found = permutation_null(first_columns, X, X, permutations=19)
    assert found["p"] == 0.05 and found["low"] == pytest.approx(1)
    assert permutation_null(first_columns, X, -X, permutations=19)["value"] == pytest.approx(-1)
    assert permutation_null(first_columns, X, -X, permutations=19, power=2)["value"] == pytest.approx(1)


def test_partial_of_the_distance_is_still_a_distance():
    plain, wrapped = (permutation_null(m, X, X2, 19) for m in (procrustes_distance, partial(procrustes_distance)))
    assert plain == wrapped and plain["p"] == 0.05


def test_nothing_is_made_of_differences_by_rounding():
    found = against_null(1 - 1e-15, 1 + 1e-15 * np.arange(-9, 10), 1)
    assert found["p"] == 1 and found["effect"] == 0


def shuffled_p(measure, A, B, seed):
    """The p-value alone."""
    parts, options = similarity.measure_of(measure, {})
    whole = {
        name: parts.prepare(parts.known(view, name, **options), name, **options) for name, view in zip("AB", (A, B))
    }
    null = measures_of_shuffled(parts, whole, [("A", "B")], len(A), 19, seed)[:, 0]
    return against_null(parts.score(whole["A"], whole["B"]), null, parts.sign)["p"]


@pytest.mark.slow
@pytest.mark.parametrize("measure", [*MEASURES, debiased_cka, rbf_cka])
def test_unrelated_views_reject_at_the_level(measure):
    draw = np.random.default_rng(1).standard_normal
    p = [shuffled_p(measure, draw((20, 3)), draw((20, 3)), seed) for seed in range(300)]
    assert 0.02 <= np.mean(np.array(p) <= 0.05) <= 0.09
    assert 0.4 <= np.mean(p) <= 0.66  # ties, of few neighbours, raise p


@pytest.mark.parametrize("measure", EVERY)
def test_deletions_are_the_measure_without_those_rows(measure):
    parts, options = similarity.measure_of(measure, {})
    known = {name: parts.known(view, name, **options) for name, view in (("X", X), ("X2", X2))}
    found, deletions = [], []
    parts = parts._replace(take=lambda B, rows, take=parts.take: deletions.append(rows) or take(B, rows))
    found = deleted_scores(parts, options, known, [("X", "X2")], 80, 3)
    assert found.shape[0] * (found.shape[1] - 1) >= 19
    for value, rows in zip(found.ravel()[:4], deletions[::2]):
        assert value == pytest.approx(measure(X[rows], X2[rows]), abs=1e-9)
    left = 80 - np.array([len(rows) for rows in deletions])
    assert (left == 80 // found.shape[1]).all()


def test_jackknife_of_a_mean_is_the_interval_of_a_mean():
    sums = np.random.default_rng(0).standard_normal(20)
    deleted = (sums.sum() - sums) / 19
    low, high = jackknife_interval(sums.mean(), deleted[None], (-np.inf, np.inf)).values()
    half = 2.0930 * sums.std(ddof=1) / np.sqrt(20)
    assert (low, high) == pytest.approx((sums.mean() - half, sums.mean() + half), rel=1e-4)
    assert jackknife_interval(sums.mean(), deleted[None], (sums.mean(), high))["low"] == sums.mean()


@pytest.mark.parametrize("measure", EVERY)
def test_interval_holds_the_value_within_the_range(measure):
    for views in ((X, X2), (X, X), (X, np.random.default_rng(2).standard_normal((80, 3)))):
        found = permutation_null(measure, *views, permutations=2)
        low, high = 0 if measure in (mutual_knn, cka) else -1, np.pi / 2 if measure is procrustes_distance else 1
        assert low <= found["low"] <= found["value"] <= found["high"] <= high
        assert found == permutation_null(measure, *views, permutations=2)


def planted(seed, n):
    """Two views (n, 6) and (n, 9) of five shared Gaussian dimensions with noise."""
    rng, fixed = np.random.default_rng(seed), np.random.default_rng(99)
    Z, maps = rng.standard_normal((n, 5)), [fixed.standard_normal((5, d)) for d in (6, 9)]
    return [Z @ A + 0.5 * rng.standard_normal((n, A.shape[1])) for A in maps]


# `svcca` at variance 1: where a cut falls between components, its values are in two heaps, which no interval can tell
@pytest.mark.slow
@pytest.mark.parametrize("measure", [measure for measure in EVERY if measure is not svcca])
def test_intervals_cover_what_is_expected_at_their_n(measure):
    found = pd.DataFrame([permutation_null(measure, *planted(seed, 100), permutations=2) for seed in range(100)])
    expected = found.value.mean()
    assert 0.88 <= ((found.low <= expected) & (expected <= found.high)).mean() <= 1
    spread = (found.high - found.low).median() / 2 / 2.09
    assert 0.75 <= spread / found.value.std() <= 1.4


def planted_people(seed, sizes, related=True):
    """Two views (n, 5) and (n, 6), alike within people (n,), who have so many images each and may share a latent."""
    rng, fixed = np.random.default_rng(seed), np.random.default_rng(99)
    people, Z, maps = np.repeat(range(len(sizes)), sizes), rng.standard_normal((2, len(sizes), 3)), []
    for d, z in zip((5, 6), Z[[0, 0]] if related else Z):
        view = z @ fixed.standard_normal((3, d)) + rng.standard_normal((len(sizes), d))
        maps.append(view[people] + 0.5 * rng.standard_normal((len(people), d)))
    return *maps, people


@pytest.mark.slow
@pytest.mark.parametrize("measure", [debiased_cka, procrustes_distance, mutual_knn])
def test_intervals_of_clustered_views_cover_what_is_expected_if_they_count_people(measure):
    covered = {}
    for counted in (True, False):
        draws = (planted_people(seed, [5] * 40) for seed in range(60))
        found = [permutation_null(measure, A, B, 2, groups=people if counted else None) for A, B, people in draws]
        found = pd.DataFrame(found)
        expected = found.value.mean()
        covered[counted] = ((found.low <= expected) & (expected <= found.high)).mean()
    assert covered[True] >= 0.88 and covered[False] < 0.85


@pytest.mark.slow
@pytest.mark.parametrize("sizes", [[5] * 40, [1, 2, 3, 4, 5, 6, 7] * 6], ids=["equal", "unequal"])
@pytest.mark.parametrize("measure", [debiased_cka, procrustes_distance, mutual_knn])
def test_unrelated_clustered_views_reject_at_the_level_if_people_are_shuffled(measure, sizes):
    draws = [planted_people(seed, sizes, related=False) for seed in range(60)]
    rejected = lambda groups: [permutation_null(measure, A, B, 19, groups=groups(p))["p"] <= 0.05 for A, B, p in draws]
    assert np.mean(rejected(lambda people: people)) <= 0.13
    assert np.mean(rejected(lambda people: None)) > 0.5


def test_people_who_have_as_many_images_change_places_and_keep_their_images_together():
    people = np.random.default_rng(0).permutation(np.repeat(range(12), [1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 9]))
    moved = set()
    for seed in range(20):
        order = shuffled_people(people, np.random.default_rng(seed))
        assert sorted(order) == list(range(len(people)))
        for person in range(12):
            (other,) = set(people[order[people == person]])
            np.testing.assert_array_equal(order[people == person], np.flatnonzero(people == other))
            moved.add((person, other))
    assert {other for person, other in moved if person == 4} == {3, 4, 5}
    assert {other for person, other in moved if person == 11} == {11}


@pytest.mark.parametrize("measure", [cka, mutual_knn, svcca])
def test_people_with_an_image_each_are_images(measure):
    alone = permutation_null(measure, X, X2, 5, 3)
    assert permutation_null(measure, X, X2, 5, 3, groups=[f"p{i}" for i in range(80)]) == alone
    assert permutation_null(measure, X, X2, 5, 3, groups=np.arange(80) // 2) != alone
    assert similarity_table(VIEWS, measures={"m": measure}, permutations=5, groups=range(80)).equals(
        similarity_table(VIEWS, measures={"m": measure}, permutations=5)
    )


def test_a_table_of_people_is_that_of_its_pairs():
    people = np.arange(80) // 4
    table = similarity_table(VIEWS, measures={"cka": cka}, permutations=5, seed=2, groups=people)
    for row in table.itertuples():
        alone = permutation_null(cka, VIEWS[row.view], VIEWS[row.other], 5, 2, people)
        assert {name: getattr(row, name) for name in alone} == pytest.approx(alone)


@pytest.mark.parametrize("measure", EVERY)
def test_whole_people_are_left_out(measure):
    parts, options = similarity.measure_of(measure, {})
    known, people, kept = {"X": parts.known(X, "X", **options)}, np.arange(80) // 8, []
    parts = parts._replace(take=lambda B, rows, take=parts.take: kept.append(rows) or take(B, rows))
    found = deleted_scores(parts, options, known, [("X", "X")], 80, 3, people)
    assert found.shape[1] == min(parts.groups, 5)
    for rows in kept:
        assert not set(people[rows]) & set(np.delete(people, rows))


@pytest.mark.parametrize("k, n", [(10, 59), (3, 17)])
def test_too_few_rows_for_halves_of_neighbours_have_no_interval(k, n):
    found = permutation_null(mutual_knn, X[:n], X2[:n], 19, k=k)
    assert np.isnan([found["low"], found["high"]]).all() and found["p"] == 0.05
    found = permutation_null(mutual_knn, X[: n + 1], X2[: n + 1], 2, k=k)
    assert found["low"] <= found["value"] <= found["high"]


VIEWS = {"noise": X, "clip": X2, "dino": X2[:, :4] + 1}


@pytest.mark.slow
def test_table_has_each_pair_by_each_measure():
    table = similarity_table(VIEWS, permutations=5, seed=2)
    assert len(table) == 3 * len(STANDARD)
    assert table.groupby(["view", "other"], sort=False).size().index.tolist() == [
        ("noise", "clip"), ("noise", "dino"), ("clip", "dino"),
    ]  # fmt: skip
    for row in table.itertuples():
        alone = permutation_null(STANDARD[row.measure], VIEWS[row.view], VIEWS[row.other], 5, 2)
        assert {name: getattr(row, name) for name in alone} == pytest.approx(alone)
    np.testing.assert_allclose(table.p_holm, holm(table.p))


def test_table_of_some_pairs_and_measures():
    asked = {"k=3": partial(mutual_knn, k=3), "pwcca": pwcca}
    table = similarity_table(VIEWS, [("dino", "noise"), ["noise", "dino"]], asked, permutations=3)
    assert table[["view", "measure"]].to_numpy().tolist() == [
        ["dino", "k=3"], ["dino", "pwcca"], ["noise", "k=3"], ["noise", "pwcca"],
    ]  # fmt: skip
    assert table.value[0] == mutual_knn(X, VIEWS["dino"], k=3)
    assert table.value[3] == pytest.approx(pwcca(X, VIEWS["dino"]))


def test_table_prepares_each_view_once_and_once_a_group(monkeypatch):
    made = []
    parts = MEASURES[cka]
    counted = parts._replace(
        known=lambda X, name, **options: made.append(name) or parts.known(X, name, **options),
        prepare=lambda G, name, **options: made.append("prepared") or parts.prepare(G, name, **options),
    )
    monkeypatch.setitem(MEASURES, cka, counted)
    similarity_table(VIEWS | {"unused": X}, [("noise", "clip"), ("clip", "dino")], {"cka": cka}, permutations=9)
    assert sorted(set(made)) == ["clip", "dino", "noise", "prepared"]
    assert made.count("clip") == 1 and made.count("prepared") == 3 * (1 + 20)


def identified(view, ids=range(80)):
    return pd.DataFrame(view, [f"img{i}" for i in ids])


@pytest.mark.parametrize("measure", MEASURES)
def test_frames_are_compared_where_they_are_of_the_same_images(measure):
    for frames in ((identified(X), identified(X2)), (identified(X), X2)):
        assert measure(*frames) == pytest.approx(measure(X, X2))
    swapped = identified(X2, [1, 0, *range(2, 80)])
    with pytest.raises(ValueError, match="row 0 is image 'img0' in X and 'img1' in X2; bring"):
        measure(identified(X), swapped)
    with pytest.raises(ValueError, match="row 0 is image 'img0' in X and 'img1' in X2; bring"):
        permutation_null(measure, identified(X), swapped)


def test_table_of_frames_of_other_images_is_refused():
    with pytest.raises(ValueError, match="row 2 is image 'img2' in a and 'img3' in b"):
        similarity_table({"a": identified(X), "b": identified(X2, [0, 1, *range(3, 81)])})


WITH_NAN = spoilt(X, 5, 2, np.nan)


@pytest.mark.parametrize("measure", EVERY)
@pytest.mark.parametrize(
    "bad, message",
    [
        (WITH_NAN, "X2 holds nan at row 5, column 2; drop or repair"),
        (X[:40], "X has 80 rows, X2 has 40 rows; views must be row-aligned"),
        (X[:, 0], "X2 must be 2-D .* flatten"),
        (X[:3], r"X2 has shape \(3, 6\); at least 4 rows"),
    ],
)
def test_errors(measure, bad, message):
    with pytest.raises(ValueError, match=message):
        measure(X, bad)


@pytest.mark.parametrize("measure", SMOOTH)
@pytest.mark.parametrize("row", [[1, 1, 1], [0, 0, 0], [0.1, 1e9, 1e-9]])
def test_repeated_row_is_an_error(measure, row):
    with pytest.raises(ValueError, match="all rows of X2 are the same; take a view whose rows differ"):
        measure(X, np.tile(np.array(row, float), (80, 1)))


@pytest.mark.parametrize("measure", EVERY)
def test_small_numbers_are_no_constants(measure):
    assert measure(X, 1e-20 * X2) == pytest.approx(measure(X, X2))


SIMPLEX = np.eye(12)  # rows all equally far apart
HALF_COPIES = np.vstack([np.ones((60, 6)), X[:20]])


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: mutual_knn(X, X2, k=80), "k is 80; X has 80 rows, so k must be a whole number from 1 to 79"),
        (lambda: mutual_knn(X, X2, k=0), "k is 0; X has 80 rows"),
        (lambda: mutual_knn(X, X2, k=2.5), "k is 2.5; X has 80 rows, so k must be a whole number from 1 to 79"),
        (lambda: mutual_knn(X, X2, k=True), "k is True; X has 80 rows"),
        (lambda: rsa(spoilt(X, 4, slice(None), 2), X2), "row 4 of X is constant; a correlation with it"),
        (lambda: rsa(X, np.tile([1.0, 2.0], (80, 1))), "all pairs of rows of X2 are equally far apart"),
        (lambda: rank_agreement(SIMPLEX, X[:12]), "all pairs of rows of X are equally near"),
        (lambda: cka(X[:12], SIMPLEX, debiased=True), "all pairs of rows of X2 are equally alike"),
        (lambda: cka(X, X2, debiased=True, kernel="rbf", bandwidth=1e-3), "take a bandwidth other than 0.001"),
        (lambda: cka(X, X2, kernel="poly"), "unknown kernel 'poly'; choose one of linear, rbf"),
        (lambda: cka(X, X2, kernel="rbf", bandwidth=0), "bandwidth .* is 0; it must be a number above 0"),
        (lambda: cka(X, X2, kernel="rbf", bandwidth=np.nan), "bandwidth .* is nan"),
        (lambda: cka(X, HALF_COPIES, kernel="rbf"), "half of the pairs of rows of X2 are alike.*; drop copies"),
        (lambda: svcca(X, X2, variance=0), "variance is 0; it must be a number above 0 and at most 1"),
        (lambda: svcca(X, X2, variance=99), "variance is 99; it must be a number above 0 and at most 1"),
        (lambda: permutation_null(cka, X, X2, permutations=1), "permutations is 1; .* 2 at least"),
        (lambda: permutation_null(cka, X, X2, permutations=2.5), "permutations is 2.5; a whole number is needed"),
        (lambda: permutation_null(cka, X, X2, permutations=True), "permutations is True"),
        (lambda: permutation_null(cka, X, X2, groups=range(79)), "X has 80 rows, groups has 79 rows"),
        (lambda: permutation_null(cka, X, X2, groups=np.arange(80) // 30), "there are 3 groups; an interval over"),
        (lambda: similarity_table(VIEWS, groups=["ann", None] * 40), "the group of row 1 is missing"),
        (lambda: permutation_null(cka, X[:9], X2[:9]), "X has shape .*; at least 10 rows"),
        (lambda: permutation_null(mutual_knn, X, X2, k=80), "k is 80"),
        (lambda: permutation_null(rbf_cka, X, X2, bandwidth=-1), "bandwidth .* is -1"),
        (lambda: similarity_table({"a": X}), "no pair to compare among the views a; give two views or more"),
        (lambda: similarity_table(VIEWS, [("noise", "cilp")]), "unknown view 'cilp'; choose one of noise, clip, dino"),
        (lambda: similarity_table(VIEWS, permutations=0), "permutations is 0"),
        (lambda: similarity_table(VIEWS | {"dino": WITH_NAN}), "dino holds nan at row 5, column 2"),
        (lambda: similarity_table(VIEWS, measures={"knn": partial(mutual_knn, k=99)}), "k is 99; noise has 80 rows"),
    ],
)  # fmt: skip
def test_errors_of_options(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_view_of_few_different_rows_says_what_was_left_out():
    almost = np.vstack([np.ones((79, 3)), np.arange(3)])
    with pytest.raises(ValueError, match="all pairs of rows of X2 without 4 of its rows are equally alike"):
        permutation_null(cka, X, almost)
