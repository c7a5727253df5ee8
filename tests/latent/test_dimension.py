"""The smallest adequate number of dimensions of known curves, planted dimensions and ranks, none in shuffled rows."""

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from unelib.alignment.canonical import GCCA
from unelib.latent.dimension import (
    across,
    dealt,
    parallel_analysis,
    private_rank,
    rank_likelihoods,
    smallest_adequate,
    standard_error,
)
from unelib.linalg.principal_space import thin
from unelib.linalg.whitening import whitened

from ..helpers.planted import planted
from ..helpers.spoilt import spoilt


def curve(mean, sd=1.0, n=400):
    """Gains by k of a given mean curve, with noise that is the same for every k."""
    noise = sd * np.random.default_rng(0).standard_normal(n)
    return lambda k: np.zeros(n) if k == 0 else mean(k) + noise - noise.mean()


@pytest.mark.parametrize("peak", [1, 2, 3, 7, 16, 30, 64])
def test_a_peak_is_found(peak):
    assert smallest_adequate(curve(lambda k: 10 - abs(np.log2(k / peak)), sd=0.1), 64)[0] == peak


@pytest.mark.parametrize("knee", [1, 4, 13, 64])
def test_the_knee_of_a_curve_that_stays_flat_is_found(knee):
    assert smallest_adequate(curve(lambda k: min(k, knee)), 64)[0] == knee


def test_fewest_within_one_standard_error():
    found, table = smallest_adequate(curve(lambda k: 1 - 2.0**-k, sd=2.0), 64)
    best = table.gain.max()
    assert 1 - 2.0**-found >= best - 0.1 > 1 - 2.0 ** (1 - found)


@pytest.mark.parametrize("mean", [lambda k: 0.0, lambda k: -0.1 * k, lambda k: 0.1, lambda k: 1e-9])
def test_nothing_is_found_in_noise(mean):
    assert smallest_adequate(curve(mean), 64)[0] == 0


def test_gains_without_spread_count_unless_they_are_rounding():
    assert smallest_adequate(curve(lambda k: 0.1, sd=0), 8)[0] == 1
    assert smallest_adequate(curve(lambda k: 1e-9, sd=0), 8)[0] == 0


def test_no_more_dimensions_are_tried_than_allowed():
    found, table = smallest_adequate(curve(lambda k: k), 11)
    assert found == 11 and table.index.max() == 11
    assert smallest_adequate(curve(lambda k: k), 0)[0] == 0


def test_the_table_has_what_was_tried_once():
    tried = []
    gains = curve(lambda k: min(k, 5))
    _, table = smallest_adequate(lambda k: tried.append(k) or gains(k), 64)
    assert sorted(tried) == list(table.index) and len(tried) < 15
    assert table.loc[5, "gain"] == pytest.approx(5)
    assert table.loc[5, "se"] == pytest.approx(standard_error(gains(5)))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("k, private", [(0, 0), (0, 3), (2, 0), (5, 3)])
def test_parallel_analysis_finds_planted_dimensions(k, private, seed):
    views = planted(500, k, (12, 15, 18), private, 1.5, seed).views
    assert parallel_analysis(views)["count"] == k


@pytest.mark.slow
def test_parallel_analysis_finds_nothing_in_shuffled_views():
    views, rng = planted(300, 4, (12, 15)).views, np.random.default_rng(0)
    shuffled = lambda: {name: x[rng.permutation(300)] for name, x in views.items()}
    found = [parallel_analysis(shuffled(), most=1, permutations=19, level=0.05)["count"] for _ in range(60)]
    assert np.mean(found) <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / 60)


def test_parallel_analysis_has_the_eigenvalues_of_gcca():
    views = planted(300, 4, (12, 12)).views
    found = parallel_analysis(views, permutations=99)
    np.testing.assert_allclose(found["eigenvalues"], GCCA(12, ridge=12 / 300).fit(list(views.values())).eigenvalues_)
    assert found["null"].shape == (99,) and found["critical"] == found["null"].max()
    np.testing.assert_allclose(parallel_analysis(views, most=3)["eigenvalues"], found["eigenvalues"][:3])


def test_parallel_analysis_ignores_scale_shift_and_seed():
    views = planted(300, 2, (8, 9)).views
    found, moved = (parallel_analysis(v, seed=s) for v, s in ((views, 0), ({**views, "b": 5 - 3 * views["b"]}, 1)))
    np.testing.assert_allclose(found["eigenvalues"], moved["eigenvalues"])
    assert found["count"] == moved["count"] == 2


@pytest.mark.parametrize("n, d, rank", [(400, 20, 0), (400, 20, 1), (400, 20, 6), (120, 200, 3)])
def test_private_rank_finds_planted_rank(n, d, rank):
    rng = np.random.default_rng(0)
    X = 1.5 * rng.standard_normal((n, rank)) @ rng.standard_normal((rank, d)) + rng.standard_normal((n, d))
    assert private_rank(X, 50) == rank
    assert private_rank(X, 2) == min(rank, 2)


def test_private_rank_of_coordinates_is_that_of_the_columns():
    rng = np.random.default_rng(0)
    X = rng.standard_normal((60, 3)) @ rng.standard_normal((3, 200)) + rng.standard_normal((60, 200))
    U, s, _ = thin(X - X.mean(0))
    for d in (200, 400):
        assert private_rank(U * s, 50, columns=d) == private_rank(np.pad(X, ((0, 0), (0, d - 200))), 50)


@pytest.mark.parametrize("n, d", [(60, 8), (9, 12)])
def test_rank_likelihoods_are_those_of_dense_gaussians(n, d):
    X, held_out = planted(n, 2, (d,)).views["a"], planted(n + 1, 2, (d,)).views["a"]
    values, vectors = np.linalg.eigh(np.cov(X.T, bias=True))
    found, expected = rank_likelihoods(X, held_out, 6, d), []
    for rank in range(7):
        spread = np.where(np.arange(d) < d - rank, values[: d - rank].mean(), values)
        expected.append(multivariate_normal(X.mean(0), vectors * spread @ vectors.T).logpdf(held_out).sum())
    np.testing.assert_allclose(np.diff(found), np.diff(expected), rtol=1e-6)


def test_rank_likelihoods_beyond_the_rank_are_none():
    X = np.random.default_rng(0).standard_normal((50, 3)) @ np.random.default_rng(1).standard_normal((3, 9))
    found = rank_likelihoods(X[:40], X[40:], 5, X.shape[1])
    assert np.isfinite(found[:4]).all() and (found[4:] == -np.inf).all()
    assert private_rank(X, 5) == 3


def test_folds_hold_out_every_row_once():
    masks = dealt(23, 5, seed=1)
    np.testing.assert_array_equal(np.sum(masks, axis=0), 1)
    assert {int(mask.sum()) for mask in masks} == {4, 5}
    assert not np.array_equal(masks, dealt(23, 5, seed=2))


A, B = planted(60, 2, (5, 6)).views.values()


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda: parallel_analysis({"a": A}), "1 views were given; what they share needs two at least"),
        (lambda: parallel_analysis({"a": A, "b": B[:9]}), "a has 60 rows, b has 9 rows"),
        (lambda: parallel_analysis({"a": A, "b": np.ones((60, 2))}), "all rows of b are the same"),
        (lambda: parallel_analysis({"a": A, "b": spoilt(B, 2, 3, np.nan)}), "b holds nan at row 2, column 3"),
        (
            lambda: parallel_analysis({"a": A, "b": B}, permutations=98),
            "permutations=98 cannot reject at 0.01; ask for",
        ),
        (lambda: parallel_analysis({"a": A, "b": B}, level=0), "level is 0"),
        (lambda: parallel_analysis({"a": A, "b": B}, most=0), "most is 0; it must be a whole number above 0"),
        (lambda: parallel_analysis({"a": A, "b": B}, most=2.5), "most is 2.5"),
        (lambda: parallel_analysis({"a": A, "b": B}, permutations=99.5), "permutations is 99.5"),
        (lambda: private_rank(A, -1), "most is -1; it must be a whole number, 0 or above"),
        (lambda: private_rank(np.ones((9, 2)), 1), "all rows of X are the same"),
        (lambda: private_rank(A[:2], 3), "X has shape .2, 5.; at least 3 rows"),
        (lambda: private_rank(spoilt(A, 2, 3, np.inf), 3), "X holds inf at row 2, column 3"),
    ],
)
def test_errors(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_views_have_names():
    with pytest.raises(TypeError, match="views must be a dict"):
        parallel_analysis([A, B])


def test_what_is_beside_some_columns_keeps_its_products_in_fewer_rows():
    rng = np.random.default_rng(0)
    X = rng.standard_normal((50, 8))
    factor, G = whitened(X - X.mean(0), 0.1), np.linalg.qr(rng.standard_normal((50, 5)))[0]
    left = factor.rows - G @ (G.T @ factor.rows)
    found = across(factor, G).rows
    assert found.shape == (45, 8)
    np.testing.assert_allclose(found.T @ found, left.T @ left, atol=1e-10)
    assert across(factor, G[:, :0]) is factor


@pytest.mark.slow
@pytest.mark.parametrize("k", [8, 32])
def test_parallel_analysis_counts_many_dimensions_of_few_rows(k):
    rng = np.random.default_rng(k)
    Z = rng.standard_normal((300, k))
    views = {name: Z @ rng.standard_normal((k, 100)) / np.sqrt(k) + rng.standard_normal((300, 100)) for name in "abc"}
    assert parallel_analysis(views)["count"] == k
    assert parallel_analysis({name: x[rng.permutation(300)] for name, x in views.items()})["count"] == 0
