"""Likelihood, posterior and noise equal those of dense Gaussians; expectation maximisation climbs to known optima."""

from dataclasses import replace
from itertools import islice, product

import numpy as np
import pytest
from scipy.linalg import block_diag
from scipy.stats import multivariate_normal, ortho_group
from sklearn.decomposition import FactorAnalysis

from unelib.alignment.canonical import CCA
from unelib.latent import linear_gaussian
from unelib.latent.joint_rows import JointRows
from unelib.latent.linear_gaussian import (
    FLOOR,
    Axes,
    Known,
    Model,
    Noise,
    Residual,
    Training,
    axes_of,
    block_root,
    diagonal,
    first_model,
    isotropic,
    largest_eigenpairs,
    loading_alike,
    maximised,
    orthonormal,
    regressed,
    steps_of,
)

from ..helpers.planted import planted

SIZES, RANKS, K = (6, 4, 9), (3, 4, 7), 2  # columns of three views, and of them in coordinates


def random_model(private, seed=0):
    """`Axes` and `Model` of three views with random parameters: one has coordinates fewer than its columns."""
    rng, axes, loadings, noise = np.random.default_rng(seed), [], [], []
    for d, r in zip(SIZES, RANKS):
        axes.append(Axes(rng.standard_normal(d), ortho_group.rvs(d, random_state=d)[:, :r]))
        loadings.append(rng.standard_normal((r, K)))
        noise.append(Noise(np.full(r, rng.uniform(0.5, 2)), rng.standard_normal((r, private)), d - r))
    return axes, Model(loadings, noise)


def dense(axes, model):
    """Mean, loadings (D, k) and own covariance (D, D) of all views' columns."""
    C = np.vstack([a.basis @ c for a, c in zip(axes, model.loadings)])
    own = [n.D[0] * np.eye(len(a.mean)) + a.basis @ n.B @ n.B.T @ a.basis.T for a, n in zip(axes, model.noise)]
    return np.concatenate([a.mean for a in axes]), C, block_diag(*own)


def rows(axes, n=20):
    """Random rows of every view, and what `Axes.coordinates` makes of them."""
    X = [3 * np.random.default_rng(len(a.mean)).standard_normal((n, len(a.mean))) for a in axes]
    return np.hstack(X), *zip(*(a.coordinates(x) for a, x in zip(axes, X)))


@pytest.mark.parametrize("private", [0, 2])
def test_likelihood_is_that_of_the_dense_gaussian(private):
    axes, model = random_model(private)
    X, F, outside = rows(axes)
    mean, C, own = dense(axes, model)
    expected = multivariate_normal(mean, C @ C.T + own).logpdf(X)
    joint, alone = model.log_likelihoods(F, outside)
    np.testing.assert_allclose(joint, expected)
    for v, found in enumerate(alone):
        one = model.of([v]).log_likelihoods(F[v : v + 1], outside[v : v + 1])
        np.testing.assert_allclose(one[0], found)


@pytest.mark.parametrize("private", [0, 2])
def test_posterior_is_bayes_rule(private):
    axes, model = random_model(private)
    X, F, _ = rows(axes)
    mean, C, own = dense(axes, model)
    gain = C.T @ np.linalg.inv(C @ C.T + own)
    found, covariance = model.posterior(F)
    np.testing.assert_allclose(found, (X - mean) @ gain.T, atol=1e-10)
    np.testing.assert_allclose(covariance, np.eye(K) - gain @ C, atol=1e-10)


def test_noise_equals_its_dense_matrix():
    rng = np.random.default_rng(0)
    noise = Noise(rng.uniform(0.1, 2, 5), rng.standard_normal((5, 2)), 0)
    Psi, F = np.diag(noise.D) + noise.B @ noise.B.T, rng.standard_normal((7, 5))
    np.testing.assert_allclose(noise.solve(F.T), np.linalg.solve(Psi, F.T))
    np.testing.assert_allclose(noise.log_determinant(), np.linalg.slogdet(Psi)[1])
    np.testing.assert_allclose(noise.quadratic(F), np.einsum("ij,ij->i", F, np.linalg.solve(Psi, F.T).T))
    np.testing.assert_allclose(sum(noise.variances()), np.trace(Psi))


@pytest.mark.parametrize("noise", ["isotropic", "diagonal"])
@pytest.mark.parametrize("shape", [(50, 6), (6, 50)])
def test_axes_lose_nothing_of_training_rows(shape, noise):
    X = np.random.default_rng(0).standard_normal(shape) + 1
    axes, F = axes_of(X, noise)
    np.testing.assert_allclose(axes.rows(F) + axes.mean, X, atol=1e-10)
    again, outside = axes.coordinates(X)
    np.testing.assert_allclose(again, F, atol=1e-10)
    np.testing.assert_allclose(outside, 0, atol=1e-10)


def covariance(d=6, seed=0):
    """A random covariance (d, d)."""
    A = np.random.default_rng(seed).standard_normal((d, 3 * d))
    return A @ A.T / (3 * d)


def residual(R):
    """A `Residual` covariance of which nothing was taken."""
    return Residual(R, np.zeros((len(R), 0)), np.zeros((len(R), 0)))


def gaussian_likelihood(Psi, R):
    """Log likelihood of a covariance per row, less a constant, where rows have covariance R."""
    return -0.5 * (np.linalg.slogdet(Psi)[1] + np.trace(np.linalg.solve(Psi, R)))


def whole(noise):
    """Psi of `Noise` without dimensions beyond its coordinates."""
    return np.diag(noise.D) + noise.B @ noise.B.T


@pytest.mark.parametrize("private", [0, 1, 3, 5])
def test_isotropic_noise_is_most_likely(private):
    R, rng = covariance(), np.random.default_rng(0)
    noise = isotropic(residual(R), private, len(R))
    best = gaussian_likelihood(whole(noise), R)
    for size in (0.3, 0.01):
        for _ in range(20):
            B = noise.B + size * rng.standard_normal(noise.B.shape)
            other = replace(noise, B=B, D=noise.D * np.exp(size * rng.standard_normal()))
            assert gaussian_likelihood(whole(other), R) < best


def test_isotropic_noise_of_full_private_rank_is_any_covariance():
    R = covariance()
    np.testing.assert_allclose(whole(isotropic(residual(R), len(R) - 1, len(R))), R, atol=1e-12)


def test_isotropic_noise_spreads_over_columns_beyond_the_coordinates():
    R = covariance(4)
    noise = isotropic(residual(R), 0, 10)
    assert noise.rest == 6 and noise.D[0] == pytest.approx(np.trace(R) / 10)
    assert sum(noise.variances()) == pytest.approx(np.trace(R))


def test_diagonal_noise_never_gets_less_likely():
    R, noise, found = covariance(), None, []
    for _ in range(60):
        noise = diagonal(residual(R), 2, len(R), noise)
        found.append(gaussian_likelihood(whole(noise), R))
    assert np.diff(found).min() > -1e-12
    np.testing.assert_allclose(np.diag(whole(noise)), np.diag(R))


@pytest.mark.parametrize("kind", [isotropic, diagonal])
def test_private_dimensions_below_the_edge_are_noise(kind):
    R = np.diag([9.0, 1.5, 1, 1, 1, 1])
    assert kind(residual(R), 2, 6, Noise(np.ones(6), np.zeros((6, 0)), 0), edge=2.0).B.shape == (6, 1)
    assert kind(residual(R), 2, 6, Noise(np.ones(6), np.zeros((6, 0)), 0)).B.shape == (6, 2)


@pytest.mark.parametrize("kind", [isotropic, diagonal])
def test_noise_has_a_floor_of_the_views_variance(kind):
    S = np.diag([4.0, 1.0, 0.0])
    D = kind(Residual(S, np.sqrt(S), -np.sqrt(S)), 1, 3).D
    assert (D >= 1e-8 * FLOOR).all() and D[0] >= FLOOR and D.max() < 1e-6


def test_leading_takes_no_more_than_there_are():
    R = residual(np.eye(3))
    assert largest_eigenpairs(R, 5)[0].shape == (3,) and largest_eigenpairs(R, 0)[1].shape == (3, 0)


@pytest.mark.parametrize("apart", [1.0, 1e-3, 1e-9, 0.0])
def test_columns_are_made_orthonormal_however_close(apart):
    Y = np.random.default_rng(0).standard_normal((30, 4)) * [1e-9, 1, 1e3, 1]
    Y[:, 3] = Y[:, 1] + apart * Y[:, 3]
    Q = orthonormal(Y)
    np.testing.assert_allclose(Q.T @ Q, np.eye(4), atol=1e-11)
    np.testing.assert_allclose(Q @ (Q.T @ Y), Y, atol=1e-9 * np.abs(Y).max(0).min(), rtol=1e-7)


def test_near_vectors_turn_to_the_largest_and_never_explain_less():
    R, rng = residual(covariance(40)), np.random.default_rng(0)
    values, vectors = largest_eigenpairs(R, 3)
    near, sums = np.linalg.qr(rng.standard_normal((40, 3)))[0], []
    for _ in range(200):
        found, near = largest_eigenpairs(R, 3, near)
        sums.append(found.sum())
    assert np.diff(sums).min() > -1e-12
    np.testing.assert_allclose(found, values, rtol=1e-6)
    np.testing.assert_allclose(np.abs(near.T @ vectors), np.eye(3), atol=1e-2)


def test_a_few_of_very_many_are_found_by_products_alone(monkeypatch):
    rng = np.random.default_rng(0)
    L = rng.standard_normal((500, 4))
    R = Residual(rng.uniform(1, 9, 500), -L / 9, L)
    values, vectors = np.linalg.eigh(R.whole())
    for _ in range(2):
        found, near = largest_eigenpairs(R, 20)
        np.testing.assert_allclose(found, values[-20:], rtol=1e-10)
        np.testing.assert_allclose(np.abs((near * vectors[:, -20:]).sum(0)), 1, atol=1e-6)
        monkeypatch.setattr(linear_gaussian, "by_iteration", lambda *_: None)  # as where it fails


@pytest.mark.parametrize("full", [True, False])
def test_a_residual_equals_its_dense_matrix(full):
    rng = np.random.default_rng(0)
    S = covariance() if full else rng.uniform(1, 2, 6)
    L, V, root = rng.standard_normal((6, 2)), rng.standard_normal((6, 4)), rng.uniform(1, 2, 6)
    R = Residual(S, L, L @ covariance(2))
    dense = (S if full else np.diag(S)) + L @ R.M.T
    np.testing.assert_allclose(R.whole(), dense)
    np.testing.assert_allclose(R.times(V), dense @ V)
    np.testing.assert_allclose(R.variances(), np.diag(dense))
    np.testing.assert_allclose(R.scaled(root).whole(), dense / np.outer(root, root))
    noise = Noise(rng.uniform(0.1, 2, 6), rng.standard_normal((6, 2)), 0)
    dense = S if full else np.diag(S)
    np.testing.assert_allclose(noise.trace(S), np.trace(np.linalg.solve(whole(noise), dense)))


def test_regression_is_least_squares_and_shrinks_what_is_not_known():
    rng = np.random.default_rng(0)
    Z, noise = rng.standard_normal((500, 3)), Noise(np.ones(40), np.zeros((40, 0)), 0)
    C = rng.standard_normal((40, 3)) * [1, 0.2, 0]
    X = Z @ C.T + rng.standard_normal((500, 40))
    products, Szz = X.T @ Z / 500, Z.T @ Z / 500
    plain = regressed(products, Szz, 500)
    np.testing.assert_allclose(plain, np.linalg.lstsq(Z, X, rcond=None)[0].T)
    shrunk = regressed(products, Szz, 500, noise)
    assert ((shrunk - C) ** 2).sum() < ((plain - C) ** 2).sum()
    assert (shrunk[:, 2] ** 2).sum() < 0.2 * (plain[:, 2] ** 2).sum()
    np.testing.assert_allclose(shrunk[:, 0], plain[:, 0], atol=0.02)


def test_dimensions_are_alike_where_the_same_views_load():
    loads = np.array([[1, 1, 0], [1, 1, 1], [0, 0, 1]], bool)
    np.testing.assert_array_equal(loading_alike(loads), [[1, 1, 0], [1, 1, 0], [0, 0, 1]])
    L = block_root(covariance(3), loads)
    np.testing.assert_allclose(L @ L.T, covariance(3) * loading_alike(loads))


def training(views, kind="isotropic", private=0, ridge=0.0, k=2, pairs=False):
    """`Training` and a first guess of z, any."""
    axes, F = zip(*(axes_of(x, kind) for x in views))
    groups = [(0, 1), (0, 2), (1, 2)] if pairs else [range(len(views))]
    loads = np.repeat([[v in group for group in groups] for v in range(len(views))], k, axis=1)
    rows = JointRows(list(F), len(F[0]), kind == "isotropic")
    data = Training(rows, [x.shape[1] for x in views], kind, [private] * len(F), ridge, loads)
    return axes, data, np.random.default_rng(0).standard_normal((len(F[0]), loads.shape[1]))


def fitted(views, steps=3000, tolerance=1e-13, **options):
    """Axes, model and likelihoods at convergence."""
    axes, data, Z = training(views, **options)
    made = list(islice(steps_of(data, first_model(data, Z), tolerance), steps))
    return axes, made[-1].model, np.array([known.likelihood for known in made])


DATA = planted(noise=0.5, private=1)


@pytest.mark.parametrize("kind, private, pairs", product(["isotropic", "diagonal"], [0, 2], [False, True]))
def test_maximum_likelihood_never_falls(kind, private, pairs):
    _, _, likelihood = fitted(list(DATA.views.values()), 150, kind=kind, private=private, pairs=pairs)
    assert len(likelihood) > 2 and np.diff(likelihood).min() > -1e-10


@pytest.mark.parametrize("kind, private", product(["isotropic", "diagonal"], [0, 2]))
def test_likelihood_by_step_is_that_of_the_rows(kind, private):
    views = list(DATA.views.values())
    axes, model, likelihood = fitted(views, 5, kind=kind, private=private)
    F, outside = zip(*(a.coordinates(x) for a, x in zip(axes, views)))
    assert model.log_likelihoods(F, outside)[0].mean() == pytest.approx(likelihood[-1])


def test_two_views_of_full_private_rank_are_probabilistic_cca():
    X, X2 = planted(300, 3, (4, 4), private=2, noise=0.7).views.values()
    _, model, _ = fitted([X, X2], private=3)
    whiteners = [np.linalg.inv(np.linalg.cholesky(C @ C.T + whole(n))) for C, n in zip(model.loadings, model.noise)]
    C, C2 = (W @ C for W, C in zip(whiteners, model.loadings))
    implied = np.linalg.svd(C @ C2.T, compute_uv=False)
    np.testing.assert_allclose(implied[:2], CCA(2, ridge=1e-9).fit(X, X2).correlations_, atol=1e-4)
    np.testing.assert_allclose(implied[2:], 0, atol=1e-8)


def test_diagonal_noise_without_private_parts_is_factor_analysis():
    X = np.hstack(list(planted(400, 2, (5, 6), noise=0.8).views.values()))
    new = np.hstack(list(planted(401, 2, (5, 6), noise=0.8).views.values()))
    axes, model, _ = fitted([X[:, :5], X[:, 5:]], kind="diagonal")
    theirs = FactorAnalysis(2, tol=1e-10, max_iter=5000, svd_method="lapack").fit(X)
    F, outside = zip(*(a.coordinates(x) for a, x in zip(axes, [new[:, :5], new[:, 5:]])))
    np.testing.assert_allclose(model.log_likelihoods(F, outside)[0], theirs.score_samples(new), atol=1e-3)


def test_views_of_equal_noise_are_probabilistic_pca():
    X, X2 = planted(300, 2, (5, 5)).views.values()
    X, X2 = np.vstack([X, X2]), np.vstack([X2, X])  # the views' parts in the covariance are now the same
    axes, model, _ = fitted([X, X2])
    F = [a.coordinates(x)[0] for a, x in zip(axes, (X, X2))]
    S = np.cov(np.hstack(F).T, bias=True)
    expected = whole(isotropic(residual(S), 2, len(S)))
    C = np.vstack(model.loadings)
    found = C @ C.T + block_diag(*map(whole, model.noise))
    np.testing.assert_allclose(found, expected, atol=1e-4)


def test_without_shared_dimensions_views_are_fitted_apart():
    views = list(DATA.views.values())
    _, model, _ = fitted(views, k=0, private=2)
    for x, noise in zip(views, model.noise):
        F = axes_of(x, "isotropic")[1]
        S = F.T @ F / len(F)
        np.testing.assert_allclose(whole(noise), whole(isotropic(residual(S), 2, len(S))), atol=1e-12)


def test_ridge_keeps_directions_of_much_variance():
    x = planted(30, sizes=(5, 40)).views
    _, data, _ = training(list(x.values()), ridge=1.0)
    for s, kept in zip(data.rows.S, data.keep()):
        assert (np.diff(kept[np.argsort(s)]) >= 0).all() and kept.min() > 0 and kept.max() < 1
    assert all((kept == 1).all() for kept in data._replace(ridge=0.0).keep())


def test_ridge_shrinks_loadings_of_directions_of_little_variance():
    _, data, Z = training(list(planted(30, sizes=(5, 40)).views.values()), ridge=1.0)
    model, keep = first_model(data, Z), data.keep()
    expected, as_it_is = Known(data, model).expectations(), [np.ones(len(s)) for s in data.rows.S]
    shrunk, plain = (maximised(data, model, kept, *expected) for kept in (keep, as_it_is))
    for found, other, kept in zip(shrunk.loadings, plain.loadings, keep):
        np.testing.assert_allclose(found, other * kept[:, None])


@pytest.mark.parametrize("kind", ["isotropic", "diagonal"])
def test_a_start_explains_no_more_than_there_is(kind):
    data = planted(300, noise=0.2)
    _, pairs, _ = training(list(data.views.values()), kind=kind, pairs=True)
    model = first_model(pairs, np.tile(data.Z, 3))  # what is common to all is what each pair shares
    for s, C in zip(pairs.rows.S, model.loadings):
        s = np.diag(s) if s.ndim == 1 else s
        assert np.linalg.eigvalsh(s - C @ C.T).min() > -0.1 * np.trace(s) / len(s)
        assert np.trace(s - C @ C.T) > 0
