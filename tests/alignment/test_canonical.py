"""Two-view GCCA is CCA, missing rows solve the published problem, stored views equal arrays, errors name rows."""

import numpy as np
import pandas as pd
import pytest
from scipy.linalg import subspace_angles
from scipy.sparse import csr_array
from scipy.stats import ortho_group
from sklearn.base import clone
from sklearn.decomposition import PCA
from sklearn.exceptions import NotFittedError

from unelib.alignment.canonical import CCA, GCCA, correlations, distinct_sets
from unelib.linalg import stored_rows
from unelib.store.zoo import NoiseZoo

from ..helpers.planted import planted_arrays
from ..helpers.spoilt import faulty_partners, spoilt
from ..helpers.stored import stored

TINY = 1e-9
Z, VIEWS = planted_arrays()
X, X2, X3 = VIEWS
ROWS = np.arange(400)
MASKS = [ROWS % 3 > 0, None, ROWS % 5 > 0]
THERE = np.array([np.ones(400, bool) if mask is None else mask for mask in MASKS])
HOLED = [X if mask is None else spoilt(X, ~mask, slice(None), np.nan) for X, mask in zip(VIEWS, MASKS)]


def projection(X, ridge):
    """X (X'X + n ridge v I)^-1 X' of X (n, d) with n > d, centred."""
    X = X - X.mean(0)
    scatter = X.T @ X
    return X @ np.linalg.solve(scatter + ridge * np.trace(scatter) / len(scatter) * np.eye(len(scatter)), X.T)


def published(views, there, ridge):
    """W^-1/2 sum_i K_i P_i K_i W^-1/2 times the number of views, and m / W."""
    total = 0
    for X, mask in zip(views, there):
        whole = np.zeros((len(mask),) * 2)
        whole[np.ix_(mask, mask)] = projection(X[mask], ridge)
        total = total + whole
    counts = there.sum(0)
    return len(views) * total / np.sqrt(np.outer(counts, counts)), len(views) / counts


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
    fit, total = GCCA(3, ridge=0.2).fit(VIEWS), sum(projection(X, 0.2) for X in VIEWS)
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


def test_a_view_given_twice_counts_twice():
    fit, total = GCCA(3).fit([X, X, X2]), 2 * projection(X, 0.1) + projection(X2, 0.1)
    np.testing.assert_allclose(fit.eigenvalues_, np.linalg.eigvalsh(total)[:-4:-1])
    np.testing.assert_allclose(fit.weights_[0], fit.weights_[1])


@pytest.mark.parametrize("ridge", [0.1, TINY])
def test_collinear_columns_are_no_error(ridge):
    collinear = np.hstack([X, X @ np.ones((8, 1)), X[:, :2]])
    fit, total = GCCA(3, ridge).fit([collinear, X2]), projection(collinear, ridge) + projection(X2, ridge)
    np.testing.assert_allclose(fit.eigenvalues_, np.linalg.eigvalsh(total)[:-4:-1], atol=1e-6)
    assert np.abs(fit.weights_[0]).max() < 10
    if ridge == TINY:
        np.testing.assert_allclose(fit.eigenvalues_, GCCA(3, ridge).fit([X, X2]).eigenvalues_, atol=1e-6)


def test_gcca_finds_the_planted_space_in_rows_it_never_saw():
    fit = GCCA(3).fit([v[:300] for v in VIEWS])
    held = [v[300:] for v in VIEWS]
    for given in (held, [None, held[1], held[2]], [held[0], None, None]):
        found = fit.transform(given)
        assert np.cos(subspace_angles(found, Z[300:] - Z[300:].mean(0))).min() > 0.9


def test_wide_views_behave_at_the_default_ridge():
    _, views = planted_arrays(600, k=2, sizes=(150, 120), noise=4.0)
    train, test = slice(0, 200), slice(200, 600)
    held_out = lambda ridge: CCA(2, ridge).fit(*(v[train] for v in views)).score(*(v[test] for v in views)).min()
    assert held_out(0.1) > 0.7 and held_out(0.1) > held_out(1e-8) + 0.1


def test_missing_view_is_left_out_of_the_mean():
    fit = GCCA(2).fit(VIEWS)
    each = [fit.transform([v if i == j else None for j, v in enumerate(VIEWS)]) for i in range(3)]
    np.testing.assert_allclose(fit.transform([X, None, X3]), (each[0] + each[2]) / 2)


@pytest.mark.parametrize("ridge", [0.1, 2])
def test_missing_rows_solve_the_published_eigenproblem(ridge):
    fit = GCCA(3, ridge).fit(HOLED, MASKS)
    M, balance = published(VIEWS, THERE, ridge)
    np.testing.assert_allclose(fit.eigenvalues_, np.linalg.eigvalsh(M)[:-4:-1])
    U = fit.shared_ / np.sqrt(balance * len(X))[:, None]
    np.testing.assert_allclose(M @ U, U * fit.eigenvalues_, atol=1e-10)
    np.testing.assert_allclose(U.T @ U, np.eye(3), atol=1e-10)


def test_where_nothing_is_missing_masks_change_nothing():
    plain, masked = GCCA(3).fit(VIEWS), GCCA(3).fit(VIEWS, [np.ones(400, bool), None, np.ones(400, bool)])
    np.testing.assert_array_equal(plain.shared_, masked.shared_)
    np.testing.assert_array_equal(plain.transform(VIEWS), masked.transform(VIEWS, [None] * 3))


def test_what_stands_in_a_missing_row_is_ignored():
    noise = [spoilt(X, ~mask, slice(None), 1e6) for X, mask in zip(VIEWS, THERE)]
    one, other = GCCA(3).fit(HOLED, MASKS), GCCA(3).fit(noise, MASKS)
    np.testing.assert_array_equal(one.shared_, other.shared_)
    np.testing.assert_array_equal(one.transform(HOLED, MASKS), other.transform(noise, MASKS))


def test_scores_of_rows_with_gaps_are_means_over_the_views_that_have_them():
    fit = GCCA(3).fit(HOLED, MASKS)
    np.testing.assert_allclose(fit.transform(HOLED, MASKS), fit.shared_ * fit.eigenvalues_ / 3, atol=1e-10)
    each = [fit.transform([v if i == j else None for j, v in enumerate(VIEWS)]) for i in range(3)]
    expected = (np.array(each) * THERE[..., None]).sum(0) / THERE.sum(0)[:, None]
    np.testing.assert_allclose(fit.transform(HOLED, MASKS), expected)


def test_the_planted_space_is_found_where_a_third_of_the_rows_lack_a_view():
    fit = GCCA(3).fit([v[:300] for v in HOLED], [mask[:300] for mask in THERE])
    found = fit.transform([v[300:] for v in HOLED], list(THERE[:, 300:]))
    assert np.cos(subspace_angles(found, Z[300:] - Z[300:].mean(0))).min() > 0.9


def test_rows_may_come_in_any_order():
    order = np.random.default_rng(0).permutation(400)
    fit, other = GCCA(3).fit(HOLED, MASKS), GCCA(3).fit([X[order] for X in HOLED], list(THERE[:, order]))
    np.testing.assert_allclose(fit.shared_[order], other.shared_, atol=1e-10)


def test_components_are_what_principal_components_would_give():
    fit = GCCA(3, components=5).fit(VIEWS)
    pcas = [PCA(5).fit(X) for X in VIEWS]
    scores = [pca.transform(X) for pca, X in zip(pcas, VIEWS)]
    other = GCCA(3).fit(scores)
    np.testing.assert_allclose(fit.shared_, other.shared_, atol=1e-10)
    np.testing.assert_allclose(fit.transform(VIEWS), other.transform(scores), atol=1e-10)
    for weights, inner, pca in zip(fit.weights_, other.weights_, pcas):
        np.testing.assert_allclose(weights, pca.components_.T @ inner, atol=1e-10)


@pytest.mark.parametrize("views", [VIEWS, [v[:9] for v in VIEWS]], ids=["long", "short"])
def test_more_components_than_there_are_are_all(views):
    np.testing.assert_allclose(GCCA(3, components=99).fit(views).shared_, GCCA(3).fit(views).shared_, atol=1e-8)


@pytest.mark.parametrize("columns", [4096, 4])
@pytest.mark.parametrize("present", [None, MASKS])
def test_stored_views_give_what_arrays_do(columns, present, monkeypatch):
    monkeypatch.setattr(stored_rows, "GRAM_COLUMNS", columns)  # 4: by subspace iteration
    monkeypatch.setattr(stored_rows, "BLOCK", 90)
    views, asked = VIEWS if present is None else HOLED, []
    there = GCCA(3, components=6).fit(views, present)
    here = GCCA(3, components=6).fit([stored(X, asked) for X in views], present)
    np.testing.assert_allclose(here.eigenvalues_, there.eigenvalues_, rtol=1e-4)
    np.testing.assert_allclose(here.shared_, there.shared_, atol=5e-3)
    np.testing.assert_allclose(
        here.transform([stored(X, asked) for X in views], present), here.transform(views, present), atol=1e-4
    )
    assert max(asked) <= 90


def test_a_memory_map_is_read_block_by_block_and_mixes_with_arrays(tmp_path, monkeypatch):
    np.save(tmp_path / "x.npy", X.astype(np.float32))
    mapped = np.load(tmp_path / "x.npy", mmap_mode="r")
    expected = GCCA(3, components=8).fit(VIEWS)
    monkeypatch.setattr(stored_rows, "IN_MEMORY", 1000)
    fit = GCCA(3, components=8).fit([mapped, X2, X3])
    np.testing.assert_allclose(fit.shared_, expected.shared_, atol=1e-4)
    np.testing.assert_allclose(fit.transform([mapped, None, None]), fit.transform([X, None, None]), atol=1e-4)


def test_views_of_the_store(tmp_path):
    table = pd.DataFrame({"id": [f"{i:03d}" for i in ROWS], "sha256": "", "split": "train"})
    zoo = NoiseZoo(tmp_path).add_index(table)
    for name, view in zip("abc", VIEWS):
        zoo.fill(name, lambda parts, view=view: ((s, view[p]) for s, p in parts), {}, shard_rows=150, progress=False)
    fit = GCCA(3, components=8).fit([zoo.stored(name) for name in "abc"])
    expected = GCCA(3, components=8).fit([zoo[name] for name in "abc"])
    np.testing.assert_allclose(fit.shared_, expected.shared_, atol=1e-4)
    assert [weights.shape for weights in fit.weights_] == [(8, 3), (10, 3), (12, 3)]
    with pytest.raises(ValueError, match="row 2 is image '002' in view 0 and '003' in view 1"):
        GCCA(3, components=8).fit([zoo.stored("a", ROWS[:300]), zoo.stored("b", np.r_[:2, 3:301])])


@pytest.mark.parametrize("fit", [lambda k, *views: CCA(k).fit(*views), lambda k, *views: GCCA(k).fit(views)])
def test_k_is_at_most_the_smallest_rank(fit):
    rng = np.random.default_rng(0)
    low, full = rng.standard_normal((100, 2)) @ rng.standard_normal((2, 5)), rng.standard_normal((100, 5))
    fit(2, low, full)
    with pytest.raises(ValueError, match=r"k is 5; these views, of ranks \[2, 5\], allow 1 to 2"):
        fit(5, low, full)


@pytest.mark.parametrize(
    "sets, kept",
    [
        ({"all": "ab", "encoders": "bc", "same": "ba"}, ["all", "encoders"]),
        ({"one": "a", "none": "", "all": "abc", "some": "ab"}, ["all", "some"]),
        ({"twice": "aa"}, []),
    ],
)
def test_sets_are_distinct_if_no_earlier_one_has_their_views(sets, kept):
    assert distinct_sets(sets) == {name: list(sets[name]) for name in kept}


def test_small_numbers_are_no_constants():
    small = CCA(2).fit(1e-20 * X, X2)
    np.testing.assert_allclose(small.correlations_, CCA(2).fit(X, X2).correlations_)


@pytest.mark.parametrize("estimator, views", [(CCA(3, 0.2), X), (GCCA(3, 0.2, 5), VIEWS)])
def test_they_are_scikit_learn_estimators(estimator, views):
    assert clone(estimator).get_params() == estimator.get_params()
    with pytest.raises(NotFittedError):
        estimator.transform(views)


@pytest.mark.parametrize("ridge", [TINY, 0.1, 1])
def test_gcca_equals_cca_zoos(ridge):
    """Its covariance is (1 - c) S + c I, that is (1 - c) (S + ridge v I), which weights of 1 - c make up for."""
    linear = pytest.importorskip("cca_zoo.linear")
    added = [ridge * v.var(0, ddof=1).sum() / v.shape[1] for v in VIEWS]
    shrinkage = [p / (1 + p) for p in added]
    theirs = linear.GCCA(3, shrinkage=shrinkage, view_weights=[1 - c for c in shrinkage]).fit(VIEWS)
    ours, size = GCCA(3, ridge).fit(VIEWS), np.sqrt(399 / 400)
    for found, own, c in zip(theirs.weights_, ours.weights_, shrinkage):
        own = size * own / (1 - c)
        np.testing.assert_allclose(found * np.sign((found * own).sum(0)), own, atol=1e-6)


SWAPPED = pd.DataFrame(X2, np.r_[1, 0, ROWS[2:]])
FRAME, GOOD = pd.DataFrame(X), GCCA(2).fit(VIEWS)
COLLINEAR = np.hstack([X[:, :4], X[:, :2] @ [[1.0, 2], [3, 5]]])


@pytest.mark.parametrize(
    "work",
    [
        lambda: CCA(2).fit(FRAME, SWAPPED),
        lambda: CCA(2).fit(X, X2).transform(FRAME, SWAPPED),
        lambda: CCA(2).fit(X, X2).score(FRAME, SWAPPED),
        lambda: GCCA(2).fit([FRAME, SWAPPED]),
        lambda: GOOD.transform([FRAME, SWAPPED, None]),
        lambda: GCCA(2, components=3).fit([stored(X, ids=ROWS), stored(X2, ids=np.r_[1, 0, ROWS[2:]])]),
        lambda: GCCA(2, components=3).fit([FRAME, stored(X2, ids=np.r_[1, 0, ROWS[2:]])]),
        lambda: GOOD.transform([stored(X, ids=ROWS), stored(X2, ids=ROWS[::-1] % 398), None]),
    ],
)
def test_views_of_other_images_are_refused(work):
    with pytest.raises(ValueError, match="row 0 is image 0 in .* and 1 in"):
        work()


def test_frames_of_the_same_images_are_arrays():
    frames = [pd.DataFrame(X).rename("im{}".format).add_prefix("c") for X in HOLED]
    np.testing.assert_allclose(GCCA(2).fit(frames, MASKS).shared_, GCCA(2).fit(HOLED, MASKS).shared_, atol=1e-10)


@pytest.mark.parametrize("bad, message", faulty_partners(X2))
def test_errors_of_pairs(bad, message):
    with pytest.raises(ValueError, match=message):
        CCA(2).fit(X, bad)


@pytest.mark.parametrize(
    "views, message",
    [
        ([X], "1 views were given"),
        ([X, spoilt(X2, 6, 1, np.nan)], "view 1 holds nan at row 6"),
        ([X, X2[:10]], "view 0 has 400 rows, view 1 has 10 rows"),
        ([X, np.full((400, 3), 0.1), X3], "all rows of view 1 are the same"),
        ([X, np.zeros((400, 3))], "all rows of view 1 are the same"),
        ([X, None], "view 1 has 0 rows; at least 2"),
        ([X, X2[:, 0]], "view 1 must be 2-D"),
        ([stored(X), stored(X2)], "view 0 is read block by block; set components"),
        ([X, stored(X2)], "view 1 is read block by block; set components"),
    ],
)
def test_errors_of_gcca(views, message):
    with pytest.raises(ValueError, match=message):
        GCCA(2).fit(views)


@pytest.mark.parametrize(
    "view, mask, message",
    [
        (spoilt(X2, 306, 1, np.inf), None, "view 1 holds inf at row 306, column 1"),
        (spoilt(X2, 306, 1, np.inf), ROWS > 200, "view 1 holds inf at row 306, column 1"),
        (np.zeros((400, 3)), None, "all rows of view 1 are the same"),
        (np.full((400, 3), 0.1), ROWS > 200, "all rows of view 1 are the same"),
    ],
)
@pytest.mark.parametrize("kind", [stored, np.asarray])
def test_errors_of_stored_views_and_missing_rows_name_what_was_given(view, mask, message, kind):
    with pytest.raises(ValueError, match=message):
        GCCA(2, components=3).fit([X, kind(view)], [None, mask])


def test_a_fault_of_the_last_view_is_met_before_the_first_is_worked_on():
    asked = []
    with pytest.raises(ValueError, match="view 1 holds nan at row 399"):
        GCCA(2, components=3).fit([stored(X, asked), stored(spoilt(X2, 399, 0, np.nan))])
    assert sum(asked) == 1 + len(X)  # the mean, about the first row


@pytest.mark.parametrize(
    "present, message",
    [
        ([ROWS != 7, ROWS != 7, None][:2], r"row 7 is in no view \(1 such rows in all\)"),
        ([None], r"present has 1 entries for 2 views"),
        ([None, np.ones(5, bool)], r"present\[1\] has shape \(5,\); a mask of 400 values"),
        ([None, ROWS == 3], "view 1 has 1 rows; at least 2 are needed"),
        ([None, ROWS < 3], r"k is 3; these views, of ranks at most \[399, 2\], allow 1 to 2"),
    ],
)
def test_errors_of_missing_rows(present, message):
    with pytest.raises(ValueError, match=message):
        GCCA(3).fit([X, X2], present)


@pytest.mark.parametrize(
    "work, message",
    [
        (lambda: GCCA(2).fit([X, X2], [None, ROWS[:200]]), r"present\[1\] must be a mask of True and False"),
        (lambda: GCCA(2).fit([X, csr_array(X2)]), r"view 1 is sparse"),
        (lambda: GCCA(2).fit([X, X2.astype(str)]), "view 1 must hold real numbers"),
        (lambda: GCCA(2).fit({"clip": X, "ldm": X2}), r"views must be a list; pass \['clip', 'ldm'\] in this order"),
        (lambda: CCA(2).fit(X, stored(X2)), r"X2 is stored, .*; pass the rows themselves, X2\[:\]"),
    ],
)
def test_wrong_types(work, message):
    with pytest.raises(TypeError, match=message):
        work()


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda: CCA(9).fit(X, X2), "k is 9; .* allow 1 to 8"),
        (lambda: GCCA(9).fit(VIEWS), "k is 9; .* allow 1 to 8"),
        (lambda: GCCA(0).fit(VIEWS), "k is 0"),
        (lambda: GCCA(2.5).fit(VIEWS), "k is 2.5"),
        (lambda: GCCA(6).fit([v[:5] for v in VIEWS]), r"k is 6; .* at most \[4, 4, 4\], allow 1 to 4"),
        (lambda: GCCA(6, components=5).fit(VIEWS), "k is 6; .* allow 1 to 5"),
        (lambda: GCCA(2, components=0).fit(VIEWS), "components is 0; it must be a whole number above 0"),
        (lambda: GCCA(2, components="all").fit(VIEWS), "components is 'all'"),
        (lambda: CCA(2, ridge=0).fit(X, X2), "ridge is 0"),
        (lambda: GCCA(2, ridge=-1).fit(VIEWS), "ridge is -1"),
        (lambda: GCCA(2, ridge=np.inf).fit(VIEWS), "ridge is inf; it must be a number above 0 and finite"),
        (lambda: CCA(6).fit(COLLINEAR, X), r"k is 6; these views, of ranks \[4, 8\], allow 1 to 4"),
        (lambda: CCA(2).fit(X, X2).score(X, np.tile(X2[0], (400, 1))), "all rows of X2 are the same"),
        (lambda: CCA(2).fit(X, X2).score(np.tile(X[0], (400, 1)), X2), "all rows of X are the same"),
        (lambda: CCA(2).fit(X, X2).transform(X, X3), "X2 has 12 columns"),
        (lambda: CCA(2).fit(X, X2).score(X, X2[:5]), "X2 has 5 rows"),
        (lambda: GOOD.transform(VIEWS[:2]), "2 views were given for 3; put None"),
        (lambda: GOOD.transform([None] * 3), "every view is missing"),
        (lambda: GOOD.transform([X, X2[:5], None]), "view 1 has 5 rows"),
        (lambda: GOOD.transform([X2, None, None]), "view 0 has 10 columns"),
        (lambda: GOOD.transform([stored(X2), None, None]), "view 0 has 10 columns"),
        (lambda: GOOD.transform([X, None, None], [ROWS < 300, None, None]), r"row 300 is in no view \(100 such rows"),
        (lambda: GOOD.transform([spoilt(X, 9, 0, np.nan), X2, X3], [ROWS > 5, None, None]), "nan at row 9, column 0"),
    ],
)
def test_errors(make, message):
    with pytest.raises(ValueError, match=message):
        make()
