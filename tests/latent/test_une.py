"""A fitted model agrees with Gaussian conditioning, ignores bases and orders, finds what was planted, names errors."""

from functools import cache

import numpy as np
import pandas as pd
import pytest
from scipy.linalg import subspace_angles
from scipy.stats import multivariate_normal, norm, ortho_group
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from unelib.alignment.canonical import CCA
from unelib.latent import selection
from unelib.latent.linear_gaussian import first_model, steps_of
from unelib.latent.une import UNE

from ..helpers.planted import joint, own_covariance, planted
from ..helpers.spoilt import spoilt

DATA = planted(200, private=1)
VIEWS, NEW = DATA.views, planted(31, private=1).views
WIDE, WIDE_NEW = planted(25, 2, (40, 50, 8)).views, planted(9, 2, (40, 50, 8)).views
OPTIONS = {
    "default": (dict(components=2), VIEWS, NEW),
    "none private": (dict(components=2, private=0), VIEWS, NEW),
    "diagonal": (dict(components=2, noise="diagonal", private=2), VIEWS, NEW),
    "pairs": (dict(components=1, sharing="pairs", private=1), VIEWS, NEW),
    "no ridge": (dict(components=2, ridge=0, private=1), VIEWS, NEW),
    "nothing shared": (dict(components=0, private=1), VIEWS, NEW),
    "wide": (dict(components=2, private=1), WIDE, WIDE_NEW),
    "wide diagonal": (dict(components=2, noise="diagonal", private=1), WIDE, WIDE_NEW),
}
SUBSETS = [["a"], ["c"], ["c", "a"], ["a", "b", "c"]]
cases = pytest.mark.parametrize("case", OPTIONS)
subsets = pytest.mark.parametrize("names", SUBSETS, ids="".join)


@cache
def fitted(case):
    options, views, _ = OPTIONS[case]
    return UNE(**options).fit(views)


def given(case, names):
    """New rows of some views, as a dict and side by side."""
    rows = {name: OPTIONS[case][2][name] for name in names}
    return rows, np.hstack(list(rows.values()))


@cases
@subsets
def test_log_likelihood_is_that_of_the_joint_gaussian(case, names):
    fit, (rows, X) = fitted(case), given(case, names)
    mean, covariance, _ = joint(fit, names)
    expected = multivariate_normal(mean, covariance).logpdf(X)
    np.testing.assert_allclose(fit.log_likelihood(rows), expected, rtol=1e-8)
    assert fit.score(rows) == pytest.approx(expected.mean())


@cases
@subsets
def test_latent_is_its_conditional_mean(case, names):
    fit, (rows, X) = fitted(case), given(case, names)
    mean, covariance, C = joint(fit, names)
    weights = np.linalg.solve(covariance, C)
    np.testing.assert_allclose(fit.latent(rows), (X - mean) @ weights, atol=1e-9)
    np.testing.assert_allclose(fit.latent_covariance(names), np.eye(C.shape[1]) - C.T @ weights, atol=1e-9)


@cases
@pytest.mark.parametrize("names", [["a"], ["a", "c"]], ids="".join)
def test_prediction_is_the_conditional_of_the_joint_gaussian(case, names):
    fit, (rows, X) = fitted(case), given(case, names)
    mean, covariance, _ = joint(fit, [*names, "b"])
    seen = X.shape[1]
    weights = np.linalg.solve(covariance[:seen, :seen], covariance[:seen, seen:])
    expected = mean[seen:] + (X - mean[:seen]) @ weights
    left = covariance[seen:, seen:] - covariance[seen:, :seen] @ weights
    found = fit.predict("b", rows, level=0.8)
    np.testing.assert_allclose(fit.predict("b", rows), expected, atol=1e-8)
    np.testing.assert_allclose(found.mean, expected, atol=1e-8)
    np.testing.assert_allclose(found.high - found.mean, np.tile(norm.ppf(0.9) * np.sqrt(np.diag(left)), (len(X), 1)))
    np.testing.assert_allclose(found.mean - found.low, found.high - found.mean)


@cases
def test_gain_is_the_joint_less_the_marginals(case):
    fit, (rows, _) = fitted(case), given(case, ["b", "a", "c"])
    apart = sum(fit.log_likelihood({name: x}) for name, x in rows.items())
    np.testing.assert_allclose(fit.gain(rows), fit.log_likelihood(rows) - apart, atol=1e-9)
    np.testing.assert_allclose(fit.gain({"a": rows["a"]}), 0, atol=1e-9)


@cases
def test_shares_are_traces(case):
    fit = fitted(case)
    np.testing.assert_allclose(fit.shares_.sum(axis=1), 1)
    for name, (shared, private, noise) in zip(fit.views_, fit.shares_.to_numpy()):
        common, own = (fit.loadings_[name] ** 2).sum(), np.trace(own_covariance(fit, name))
        assert shared == pytest.approx(common / (common + own))
        B = fit.model_.noise[fit.views_.index(name)].B
        assert private == pytest.approx((B**2).sum() / (common + own))
        assert noise == pytest.approx((own - (B**2).sum()) / (common + own))


@cases
def test_shared_is_the_latent_of_training_rows(case):
    fit, (_, views, _) = fitted(case), OPTIONS[case]
    np.testing.assert_allclose(fit.shared_, fit.latent(views))
    assert fit.loadings_["a"].shape == (views["a"].shape[1], fit.shared_.shape[1])


def test_dimensions_are_in_order_of_what_is_known_of_them():
    fit = fitted("default")
    covariance = fit.latent_covariance(VIEWS)
    np.testing.assert_allclose(covariance, np.diag(np.diag(covariance)), atol=1e-12)
    assert (np.diff(np.diag(covariance)) > 0).all()


@pytest.mark.parametrize("noise", ["isotropic", "diagonal"])
def test_the_start_is_as_good_as_random_ones(noise, monkeypatch):
    monkeypatch.setattr(selection, "TOLERANCE", 1e-10)
    found = UNE(2, noise, private=1, ridge=0).fit(VIEWS).likelihood_[-1]

    def at_random(data, model, *rest):
        Z = np.random.default_rng(0).standard_normal((len(data.rows.T[0]), model.k))
        return steps_of(data, first_model(data, Z), *rest)

    monkeypatch.setattr(selection, "steps_of", at_random)
    assert found > UNE(2, noise, private=1, ridge=0).fit(VIEWS).likelihood_[-1] - 1e-3


def test_ridge_gives_up_training_likelihood_for_that_of_new_rows():
    learn, new = (planted(n, 2, (10, 12, 14), noise=2.0).views for n in (60, 2000))
    shrunk, plain = (UNE(2, private=2, ridge=ridge).fit(learn) for ridge in (1, 0))
    assert shrunk.likelihood_[-1] < plain.likelihood_[-1]
    assert shrunk.score(new) > plain.score(new) and shrunk.gain(new).mean() > plain.gain(new).mean()


# what a fit does not depend on


def turned(views):
    """View "b" rotated, scaled and shifted, and the map to its first form."""
    Q = ortho_group.rvs(views["b"].shape[1], random_state=1)
    return {**views, "b": 7 * views["b"] @ Q - 2}, lambda b: (b + 2) @ Q.T / 7


@pytest.mark.slow
@pytest.mark.parametrize("components, private", [(2, 1), ("cv", "cv")])
def test_rotation_scale_and_shift_of_a_view_change_nothing_else(components, private):
    (views, _), (new, back) = turned(VIEWS), turned(NEW)
    fit, other = (UNE(components, private=private).fit(x) for x in (VIEWS, views))
    assert fit.k_ == other.k_ == 2 and fit.private_ == other.private_
    np.testing.assert_allclose(other.gain(new), fit.gain(NEW), atol=1e-6)
    np.testing.assert_allclose(back(other.predict("b", {"a": NEW["a"]})), fit.predict("b", {"a": NEW["a"]}), atol=1e-6)
    np.testing.assert_allclose(other.predict("a", {"b": new["b"]}), fit.predict("a", {"b": NEW["b"]}), atol=1e-6)
    np.testing.assert_allclose(other.shares_, fit.shares_, atol=1e-8)


def test_scales_of_columns_change_nothing_else_where_noise_is_diagonal():
    scale = np.array([1e-3, 1.0, 10.0, 1e3, 1.0])
    fit = UNE(2, "diagonal", private=1, ridge=0).fit(VIEWS)
    other = UNE(2, "diagonal", private=1, ridge=0).fit({**VIEWS, "a": VIEWS["a"] * scale})
    np.testing.assert_allclose(other.gain({**NEW, "a": NEW["a"] * scale}), fit.gain(NEW), atol=0.05)
    np.testing.assert_allclose(
        other.predict("a", {"b": NEW["b"]}) / scale, fit.predict("a", {"b": NEW["b"]}), atol=0.05
    )


def test_order_of_rows_and_views_changes_nothing_but_the_folds():
    order = np.random.default_rng(0).permutation(200)
    fit = UNE(2, private=1, steps=8).fit(VIEWS)
    for views in ({name: x[order] for name, x in VIEWS.items()}, {name: VIEWS[name] for name in "cab"}):
        other = UNE(2, private=1, steps=8).fit(views)
        np.testing.assert_allclose(other.gain(NEW), fit.gain(NEW), atol=1e-7)
        np.testing.assert_allclose(other.predict("b", {"a": NEW["a"]}), fit.predict("b", {"a": NEW["a"]}), atol=1e-7)
        np.testing.assert_allclose(other.latent(NEW), fit.latent(NEW), atol=1e-6)
        np.testing.assert_allclose(other.shares_.loc[fit.views_], fit.shares_, atol=1e-8)


@pytest.mark.slow
def test_order_of_rows_and_views_does_not_change_the_dimensions_found():
    order = np.random.default_rng(0).permutation(200)
    for views in ({name: x[order] for name, x in VIEWS.items()}, {name: VIEWS[name] for name in "cab"}):
        assert UNE().fit(views).k_ == 2


def test_order_of_given_views_does_not_matter():
    fit = fitted("default")
    one, other = ({name: NEW[name] for name in names} for names in ("ac", "ca"))
    np.testing.assert_allclose(fit.predict("b", one), fit.predict("b", other))
    np.testing.assert_allclose(fit.log_likelihood(one), fit.log_likelihood(other))


@pytest.mark.slow
def test_a_fit_is_the_same_again():
    fit, again = UNE().fit(VIEWS), UNE().fit(VIEWS)
    np.testing.assert_array_equal(fit.shared_, again.shared_)
    np.testing.assert_array_equal(fit.likelihood_, again.likelihood_)
    pd.testing.assert_frame_equal(fit.selection_, again.selection_)


def test_frames_are_taken_as_arrays_are():
    frames = {name: pd.DataFrame(x, [f"{i:03d}" for i in range(len(x))]) for name, x in VIEWS.items()}
    np.testing.assert_allclose(UNE(2).fit(frames).shared_, UNE(2).fit(VIEWS).shared_, atol=1e-10)


@pytest.mark.slow
def test_it_is_a_scikit_learn_estimator():
    estimator = UNE(3, "diagonal", 2, "pairs", 0.5, 7)
    assert clone(estimator).get_params() == estimator.get_params()
    assert set(clone(UNE()).fit(VIEWS).get_params()) == {
        *("components", "noise", "private", "sharing", "ridge", "seed", "steps"),
    }


# what was planted


@cache
def recovered(n):
    """Planted views with private parts, and the fit to n rows of them."""
    data = planted(n, 3, (20, 25, 30), private=2, noise=2.0)
    return data, UNE(3).fit(data.views)


@pytest.mark.slow
def test_loadings_latents_and_noise_are_found_the_better_the_more_rows():
    errors = []
    for n in (200, 1000, 5000):
        data, fit = recovered(n)
        angles = [subspace_angles(fit.loadings_[v], data.loadings[v]).max() for v in "abc"]
        gram = [np.linalg.norm(fit.loadings_[v] @ fit.loadings_[v].T - C @ C.T) for v, C in data.loadings.items()]
        noise = [abs(np.log(part.D[0] / 4)) for part in fit.model_.noise]
        errors.append([max(angles), max(gram), max(noise)])
    assert (np.diff(errors, axis=0) < 0).all()
    assert errors[-1][0] < 0.2 and errors[-1][2] < 0.02


def test_latents_are_planted_ones_up_to_rotation():
    data, fit = recovered(5000)
    Z = data.Z - data.Z.mean(0)
    correlations = CCA(3, ridge=1e-9).fit(fit.shared_, Z).correlations_
    expected = np.sqrt(1 - np.diag(fit.latent_covariance(list("abc"))))
    np.testing.assert_allclose(correlations, expected, atol=0.02)


def test_shares_are_planted_ones_and_private_variance_is_not_shared():
    data, fit = recovered(5000)
    assert fit.private_ == [5, 5, 5]  # of a view alone: what it shares is among them
    for name in "abc":
        parts = np.array(
            [(data.loadings[name] ** 2).sum(), (data.private[name] ** 2).sum(), 4 * len(data.private[name])]
        )
        np.testing.assert_allclose(fit.shares_.loc[name], parts / parts.sum(), atol=0.02)


def test_a_view_that_shares_nothing_is_not_said_to():
    views = {**VIEWS, "c": np.random.default_rng(1).standard_normal((200, 7))}
    fit = UNE(2).fit(views)
    assert fit.shares_.loc["c", "shared"] < 0.02 and fit.shares_.loc[["a", "b"], "shared"].min() > 0.3
    np.testing.assert_allclose(
        fit.predict("a", {"c": views["c"]}), VIEWS["a"].mean(0).repeat(200).reshape(5, 200).T, atol=1
    )


@pytest.mark.slow
def test_pairs_share_what_is_common_to_two_alone():
    rng = np.random.default_rng(0)
    Z, noise = rng.standard_normal((3, 2000)), lambda: 0.5 * rng.standard_normal((2000, 8))
    of = lambda *pairs: sum(np.outer(Z[i], rng.standard_normal(8)) for i in pairs) + noise()
    views = {"a": of(0, 1), "b": of(0, 2), "c": of(1, 2)}
    fit = UNE(1, sharing="pairs", private=0).fit(views)
    found = np.abs(np.corrcoef(fit.shared_.T, Z)[:3, 3:])
    assert np.diag(found).min() > 0.9 and (found - np.diag(np.diag(found))).max() < 0.15
    assert fit.likelihood_[-1] > UNE(1, private=0).fit(views).likelihood_[-1] + 1
    assert not fit.loadings_["a"][:, 2].any() and not fit.loadings_["c"][:, 0].any()


@pytest.mark.slow
@pytest.mark.parametrize("noise", ["isotropic", "diagonal"])
@pytest.mark.parametrize("ridge", [0, 1.0])
def test_pairs_of_views_that_share_one_latent_are_fitted_too(noise, ridge):
    fit = UNE(2, noise, 1, "pairs", ridge).fit(planted(300, noise=0.2).views)
    assert np.isfinite(fit.likelihood_).all() and np.isfinite(fit.shares_).to_numpy().all()


@pytest.mark.parametrize("noise", ["isotropic", "diagonal"])
@pytest.mark.parametrize("ridge", [0, 1.0])
def test_a_view_given_twice_is_predicted_from_itself(noise, ridge):
    views = {"a": VIEWS["a"], "same": VIEWS["a"].copy()}
    fit = UNE(5, noise, 0, ridge=ridge).fit(views)
    residual = fit.predict("same", {"a": VIEWS["a"]}) - VIEWS["a"]
    assert (residual**2).mean() < 0.01 * VIEWS["a"].var()
    assert np.isfinite(fit.likelihood_).all() and fit.shares_["shared"].min() > 0.98


@pytest.mark.slow
@pytest.mark.parametrize("ridge", [0, 1.0])
@pytest.mark.parametrize("private", [0, 1, "cv"])
def test_a_column_that_does_not_vary_is_fitted_too(private, ridge):
    views = {**VIEWS, "a": spoilt(VIEWS["a"], slice(None), 1, 0.1)}
    fit = UNE(2, "diagonal", private, ridge=ridge).fit(views)
    assert np.isfinite(fit.likelihood_).all()
    np.testing.assert_allclose(fit.predict("a", {"b": NEW["b"]})[:, 1], 0.1)


@pytest.mark.parametrize("noise", ["isotropic", "diagonal"])
def test_a_view_of_low_rank_is_fitted_too(noise):
    fit = UNE(2, noise).fit({**VIEWS, "a": VIEWS["a"] @ np.random.default_rng(0).standard_normal((5, 20))})
    assert fit.private_[0] == 5 and np.isfinite(fit.likelihood_).all()


@pytest.mark.slow
@pytest.mark.parametrize("n", [5, 8, 12, 20])
def test_few_rows_are_fitted_too(n):
    fit = UNE().fit(planted(n, 2, (30, 4, 1)).views)
    assert fit.k_ <= 1 and np.isfinite(fit.likelihood_).all()


@pytest.mark.slow
def test_private_rank_beyond_the_rank_of_a_fold_is_cut():
    assert UNE("cv", private=17).fit(planted(20, 2, (50, 60)).views).k_ <= 15


# draws


def copies(rows, n):
    """One row of every view, n times."""
    return {name: np.repeat(x[:1], n, axis=0) for name, x in rows.items()}


@pytest.mark.parametrize("case", ["default", "diagonal", "wide", "pairs"])
def test_draws_have_the_moments_of_the_conditional(case):
    fit, (rows, X) = fitted(case), given(case, ["a"])
    mean, covariance, _ = joint(fit, ["a", "b"])
    seen, n = X.shape[1], 20_000
    weights = np.linalg.solve(covariance[:seen, :seen], covariance[:seen, seen:])
    left = covariance[seen:, seen:] - covariance[seen:, :seen] @ weights
    drawn, spread = fit.sample("b", copies(rows, n)), np.sqrt(np.diag(left))
    np.testing.assert_allclose((drawn.mean(0) - fit.predict("b", rows)[0]) / spread, 0, atol=5 / np.sqrt(n))
    np.testing.assert_allclose((np.cov(drawn.T) - left) / np.outer(spread, spread), 0, atol=7 / np.sqrt(n))


@pytest.mark.parametrize("case", ["default", "diagonal", "nothing shared"])
def test_a_view_drawn_after_another_has_the_joint_law(case):
    fit = UNE(**OPTIONS[case][0]).fit({name: x[:, :5] for name, x in VIEWS.items()})  # draws are of one width
    a = fit.sample("a", n=20_000)
    mean, covariance, _ = joint(fit, ["a", "b"])
    drawn, spread = np.hstack([a, fit.sample("b", {"a": a})]), np.sqrt(np.diag(covariance))
    np.testing.assert_allclose((drawn.mean(0) - mean) / spread, 0, atol=5 / np.sqrt(20_000))
    np.testing.assert_allclose((np.cov(drawn.T) - covariance) / np.outer(spread, spread), 0, atol=0.05)


def test_draws_depend_on_their_seed_and_not_on_later_rows():
    fit, rows = fitted("default"), {"a": NEW["a"]}
    drawn = fit.sample("b", rows, seed=3)
    np.testing.assert_array_equal(fit.sample("b", rows, seed=3), drawn)
    assert np.abs(fit.sample("b", rows, seed=4) - drawn).min() > 0
    np.testing.assert_allclose(fit.sample("b", {"a": NEW["a"][:7]}, seed=3), drawn[:7], atol=1e-12)
    np.testing.assert_array_equal(fit.sample("b", n=50)[:7], fit.sample("b", n=7))


def test_intervals_hold_as_many_values_as_they_say():
    data = planted(6000, 3, (10, 15, 20), private=3, noise=1.5)
    fit, test = UNE(3).fit(data.rows(slice(4000))), data.rows(slice(4000, None))
    for names in (["a"], ["a", "c"]):
        found = fit.predict("b", {name: test[name] for name in names}, level=0.9)
        assert ((found.low < test["b"]) & (test["b"] < found.high)).mean() == pytest.approx(0.9, abs=0.02)


# how many dimensions


@pytest.mark.slow
def test_cross_validation_finds_four_dimensions_and_none_in_shuffled_rows():
    data = planted(600, 4, (20, 20, 20), noise=2.0)
    fit = UNE().fit(data.views)
    assert fit.k_ == 4 and fit.selection_.loc[4, "gain"] > 1
    rng = np.random.default_rng(0)
    assert UNE().fit({name: x[rng.permutation(600)] for name, x in data.views.items()}).k_ == 0


def test_of_several_sizes_the_likeliest_is_taken_and_ranks_may_be_given_by_view():
    data = planted(300, 3, (20, 25, 30), private=2, noise=1.5)
    fit = UNE([1, 3, 9], private=[2, 3, 2]).fit(data.views)
    assert fit.k_ == 3 and list(fit.selection_.index) == [1, 3, 9] and fit.private_ == [2, 3, 2]
    for wrong in (dict(components=[]), dict(components=[1, 99]), dict(private=[1, 2]), dict(private=[1, 2, -1])):
        with pytest.raises(ValueError, match=f"{next(iter(wrong))} is .*; these views allow 0 to"):
            UNE(**({"components": 1, "private": 0} | wrong)).fit(data.views)


@pytest.mark.slow
def test_cross_validation_finds_sixteen_dimensions():
    assert UNE().fit(planted(1500, 16, (40, 40, 40), noise=4.0).views).k_ in (15, 16, 17)


def weights(rng, rank, scale, d=50):
    """Loadings (d, rank) of a common scale."""
    return scale * rng.standard_normal((d, rank))


def hard(n, k=4, private=3, shared=0.5, own=1.5, noise=(1, 1, 1), scale=1.0, heavy=False, pairs=0):
    """Views (n, 50) "abc" whose private parts may be far stronger than what they share, and the true shared shares."""
    rng, found, shares = np.random.default_rng(0), {}, {}
    draw = (lambda *size: rng.standard_t(4, size) / np.sqrt(2)) if heavy else (lambda *size: rng.standard_normal(size))
    Z, own_of_pairs = draw(n, k), {pair: draw(n, pairs) for pair in ("ab", "ac", "bc")}
    for name, s in zip("abc", noise):
        C, B = weights(rng, k, shared), weights(rng, private, own)
        parts = [(Z, C), *((W, weights(rng, pairs, shared)) for pair, W in own_of_pairs.items() if name in pair)]
        common = sum(float((L**2).sum()) for _, L in parts)
        X = sum(W @ L.T for W, L in parts) + draw(n, private) @ B.T + s * draw(n, 50)
        found[name] = X * (scale if name == "a" else 1)
        shares[name] = common / (common + (B**2).sum() + 50 * s**2)
    return found, shares


HARD = {
    "weak beside strong private": (dict(shared=0.2, own=4.0), 4),
    "unequal noise": (dict(own=1.0, noise=(0.5, 1, 3)), 4),
    "a hundredfold variance": (dict(own=2.0, scale=10.0), 4),
    "heavy tails": (dict(heavy=True), 4),
    "pairs": (dict(k=0, pairs=2, shared=0.6, own=2.0), 6),
}


@pytest.mark.slow
@pytest.mark.parametrize("n", [200, 400, 5000])
@pytest.mark.parametrize("case", HARD)
def test_private_variance_is_not_taken_for_shared(case, n):
    options, k = HARD[case]
    views, truth = hard(n, **options)
    fit = UNE().fit(views)
    assert abs(fit.k_ - k) <= 1
    assert all(abs(fit.shares_.shared[name] - truth[name]) < 0.05 for name in truth)


def test_a_strong_ridge_takes_strong_private_variance_for_shared():
    views, _ = hard(400, shared=0.2, own=4.0)
    strong, chosen = UNE(13, ridge=0.1).fit(views), UNE(4).fit(views)
    assert strong.shares_.shared.min() > 0.5 and chosen.shares_.shared.max() < 0.05 and chosen.ridge_ < 0.1


def test_more_dimensions_than_a_fold_has_are_fitted_too():
    fit = UNE(5, private=0).fit({"a": A[:7], "b": B[:7]})
    assert fit.k_ == 5 and fit.selection_.index[0] < 5 and fit.steps_ in selection.MARKS


def test_nothing_is_tried_where_all_is_given():
    assert UNE(2, private=1, ridge=1, steps=3).fit(VIEWS).selection_ is None
    assert UNE(2, private=1, ridge=0).fit(VIEWS).selection_ is None


# errors

FIT = UNE(2, private=1).fit(VIEWS)
A, B = VIEWS["a"], VIEWS["b"]


def framed(ids):
    """View "b" with ids."""
    return {"a": pd.DataFrame(A, [f"{i:03d}" for i in range(200)]), "b": pd.DataFrame(B, ids)}


SWAPPED = [f"{i:03d}" for i in range(200)]
SWAPPED[4], SWAPPED[5] = SWAPPED[5], SWAPPED[4]


@pytest.mark.parametrize(
    "views, message",
    [
        ({"a": A}, "1 views were given; what they share needs two at least"),
        ({}, "0 views were given"),
        ({"a": A, "b": np.zeros((200, 4))}, "all rows of b are the same"),
        ({"a": A, "b": spoilt(B, 6, 1, np.nan)}, "b holds nan at row 6, column 1"),
        ({"a": A, "b": B[:10]}, "a has 200 rows, b has 10 rows; views must be row-aligned"),
        ({"a": A, "b": B[:, 0]}, "b must be 2-D"),
        (framed(SWAPPED), "row 4 is image '004' in a and '005' in b; bring the views into one order"),
        ({"a": A[:4], "b": B[:4]}, "components is 'cv', but too few of the 4 rows of a differ for 5 folds; give comp"),
        ({"a": A, "rare": np.eye(200)[:, :1]}, "components is 'cv', but too few of the 200 rows of rare differ"),
    ],
)
def test_errors_of_views(views, message):
    with pytest.raises(ValueError, match=message):
        UNE().fit(views)


@pytest.mark.parametrize("views", [[A, B], A, None])
def test_views_have_names(views):
    for make in (lambda: UNE(2).fit(views), lambda: FIT.latent(views), lambda: FIT.predict("a", views)):
        with pytest.raises(TypeError, match="views must be a dict"):
            make()


@pytest.mark.parametrize(
    "options, message",
    [
        (dict(components=6), "components is 6; these views allow 0 to 5, or 'cv'"),
        (dict(components=-1), "components is -1"),
        (dict(components=2.5), "components is 2.5"),
        (dict(components="best"), "components is 'best'"),
        (dict(private=5), "private is 5; these views allow 0 to 4, or 'cv'"),
        (dict(private=-1), "private is -1"),
        (dict(private=None), "private is None"),
        (dict(ridge=-1), "ridge is -1; it must be a number, 0 .* or above, or 'cv'"),
        (dict(ridge=np.nan), "ridge is nan"),
        (dict(ridge=np.inf), "ridge is inf"),
        (dict(ridge="auto"), "ridge is 'auto'"),
        (dict(noise="full"), "unknown noise 'full'; choose one of isotropic, diagonal"),
        (dict(sharing="some"), "unknown sharing 'some'; choose one of all, pairs"),
        (dict(components=True), "components is True"),
        (dict(ridge=True), "ridge is True"),
        (dict(seed=-1), "seed is -1; it must be a whole number, 0 or above"),
        (dict(steps=0), "steps is 0; it must be a whole number above 0, or 'cv'"),
        (dict(steps=2.0), "steps is 2.0"),
    ],
)
def test_errors_of_options(options, message):
    with pytest.raises(ValueError, match=message):
        UNE(**{"components": 2, **options}).fit(VIEWS)


@pytest.mark.parametrize("k, fails", [(3, False), (4, True)])
def test_components_are_at_most_the_smallest_rank(k, fails):
    views = {"a": A, "b": B[:, :3] @ np.random.default_rng(0).standard_normal((3, 9))}
    if not fails:
        assert UNE(k).fit(views).k_ == k
        return
    with pytest.raises(ValueError, match="components is 4; these views allow 0 to 3"):
        UNE(k).fit(views)


def test_steps_are_chosen_by_folds_that_there_are():
    with pytest.raises(
        ValueError, match="steps is 'cv', but too few of the 4 rows of a differ for 5 folds; give steps"
    ):
        UNE(1, private=0).fit({"a": A[:4], "b": B[:4]})
    assert UNE(1, private=0, ridge=1, steps=4).fit({"a": A[:4], "b": B[:4]}).k_ == 1


def test_names_are_whole_and_a_fit_comes_first():
    np.testing.assert_array_equal(FIT.latent_covariance("a"), FIT.latent_covariance(["a"]))
    with pytest.raises(NotFittedError):
        UNE(1).predict("a", {"b": B})


def test_components_are_fewer_than_rows():
    with pytest.raises(ValueError, match="components is 5; these views allow 0 to 4"):
        UNE(5, private=0).fit({"a": A[:5], "b": B[:5]})


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda: FIT.predict("d", {"a": A}), "unknown view 'd'; choose one of a, b, c"),
        (lambda: FIT.predict("a", {"d": A}), "unknown view 'd'"),
        (lambda: FIT.predict("a", {"a": A, "b": B}), "view 'a' is among those given; ask for another"),
        (lambda: FIT.predict("a", {}), "no view was given; give rows of one at least of a, b, c"),
        (lambda: FIT.predict("a", {"b": A}), "b has 5 columns; the fit was made on 6"),
        (lambda: FIT.predict("a", {"b": spoilt(B, 3, 2, np.inf)}), "b holds inf at row 3, column 2"),
        (lambda: FIT.predict("c", {"a": A, "b": B[:9]}), "a has 200 rows, b has 9 rows"),
        (lambda: FIT.predict("a", {"b": B}, level=1.1), "level is 1.1; it must be a number above 0 and at most 1"),
        (lambda: FIT.predict("a", {"b": B}, level=0), "level is 0"),
        (lambda: FIT.predict("a", {"b": B}, level="high"), "level is 'high'"),
        (lambda: FIT.latent({}), "no view was given"),
        (lambda: FIT.latent_covariance(["a", "d"]), "unknown view 'd'"),
        (lambda: FIT.score({"d": A}), "unknown view 'd'"),
        (lambda: FIT.gain({}), "no view was given"),
        (lambda: FIT.log_likelihood({"a": A[:, :2]}), "a has 2 columns"),
        (lambda: FIT.sample("a", {"b": B}, n=5), "give either rows of other views, or n"),
        (lambda: FIT.sample("a"), "give either rows of other views, or n"),
        (lambda: FIT.sample("a", {}), "no view was given"),
        (lambda: FIT.sample("a", {"a": A}), "view 'a' is among those given"),
        (lambda: FIT.sample("d", n=5), "unknown view 'd'"),
        (lambda: FIT.sample("a", n=0), "n is 0; it must be a whole number above 0"),
        (lambda: FIT.sample("a", n=2.0), "n is 2.0"),
    ],
)
def test_errors_of_what_is_asked(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_new_rows_of_other_images_are_refused():
    with pytest.raises(ValueError, match="row 4 is image '004' in a and '005' in b"):
        FIT.latent(framed(SWAPPED))


def test_what_is_chosen_for_each_view_is_taken_when_it_is_given():
    rng = np.random.default_rng(3)
    counts = rng.multinomial(20, np.full(6, 1 / 6), 80) / 20.0  # rows that add up to one: rank 5 of 6
    views = {"wide": rng.standard_normal((80, 40)), "narrow": counts}
    free = UNE(1, private="cv", ridge=1.0, steps=4).fit(views)
    for private in (free.private_, [3, 5]):  # 5 is all that varies in the narrow view
        given = UNE(1, private=private, ridge=1.0, steps=4).fit(views)
        assert given.private_ == private
    with pytest.raises(ValueError, match=r"private is \[3, 6\]; these views allow 0 to \[40, 5\], one a view, or 'cv'"):
        UNE(1, private=[3, 6]).fit(views)


def test_coordinates_of_many_columns_stand_for_all_of_them():
    """Rows in an orthonormal basis of what varies, and the number of columns, make the model of all columns."""
    whole = UNE(2, private=1).fit(WIDE)
    basis = np.linalg.svd(np.vstack([WIDE["b"], WIDE_NEW["b"]]), full_matrices=False)[2].T
    turned = {**WIDE, "b": WIDE["b"] @ basis}, {**WIDE_NEW, "b": WIDE_NEW["b"] @ basis}
    fit = UNE(2, private=1).fit(turned[0], {"b": 50})
    np.testing.assert_allclose(fit.log_likelihood(turned[1]), whole.log_likelihood(WIDE_NEW), rtol=1e-8)
    np.testing.assert_allclose(fit.latent(turned[1]), whole.latent(WIDE_NEW), atol=1e-8)
    pd.testing.assert_frame_equal(fit.shares_, whole.shares_)


@pytest.mark.parametrize("columns", [{"b": 49}, {"b": "many"}, {"b": 60.5}])
def test_columns_are_no_fewer_than_there_are(columns):
    with pytest.raises(ValueError, match="columns of b is .*; its rows have 50"):
        UNE(2).fit(WIDE, columns)
    with pytest.raises(ValueError, match="columns of b"):
        UNE(2, noise="diagonal", private=0).fit(WIDE, {"b": 60})
    with pytest.raises(ValueError, match="view"):
        UNE(2).fit(WIDE, {"d": 60})


@pytest.mark.parametrize("options", [{}, {"sharing": "pairs"}, {"components": 0, "private": 0}, {"private": 0}])
def test_a_wide_view_keeps_fewer_axes_and_says_the_same(options, monkeypatch):
    options = {"components": 2, "private": 1} | options
    whole = UNE(**options).fit(WIDE)
    monkeypatch.setattr("unelib.latent.une.WIDE", 30)
    fit = UNE(**options).fit(WIDE)
    assert fit.axes_[0].basis.shape[1] < whole.axes_[0].basis.shape[1]
    np.testing.assert_allclose(fit.log_likelihood(WIDE_NEW), whole.log_likelihood(WIDE_NEW), rtol=1e-9)
    np.testing.assert_allclose(fit.gain(WIDE_NEW), whole.gain(WIDE_NEW), atol=1e-8)
    np.testing.assert_allclose(fit.latent(WIDE_NEW), whole.latent(WIDE_NEW), atol=1e-9)
    np.testing.assert_allclose(fit.loadings_["a"], whole.loadings_["a"], atol=1e-9)
    rows = {"c": WIDE_NEW["c"]}
    for found, expected in zip(fit.predict("a", rows, level=0.9), whole.predict("a", rows, level=0.9)):
        np.testing.assert_allclose(found, expected, atol=1e-9)
    np.testing.assert_allclose(fit.sample("a", rows, seed=3).var(), whole.sample("a", rows, seed=3).var(), rtol=0.2)
    pd.testing.assert_frame_equal(fit.shares_, whole.shares_)
