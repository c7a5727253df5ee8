"""Planes: what they must not depend on, and that they tell how little they show."""

import numpy as np
import pandas as pd
import pytest

from unelib.explorer.map_planes import principal_plane, score_plane, shared_plane
from unelib.latent.une import UNE
from unelib.probing.linear_probe import LinearProbe

from ..helpers.planted import planted


@pytest.fixture(scope="module")
def rows():
    """300 rows that vary most along the first two columns."""
    return np.random.default_rng(0).standard_normal((300, 30)) * [6, 3, *[1] * 28] + 5


@pytest.mark.parametrize("columns", [3, 30])
def test_components_are_those_of_the_covariance(rows, columns):
    X = rows[:, :columns]
    points = principal_plane(X).of(X)
    values = np.linalg.eigvalsh(np.cov(X.T, bias=True))[::-1]
    np.testing.assert_allclose(points.mean(0), 0, atol=1e-8)
    np.testing.assert_allclose(np.cov(points.T, bias=True), np.diag(values[:2]), atol=1e-6)


def test_a_rotation_of_the_view_turns_no_point(rows):
    turn = np.linalg.qr(np.random.default_rng(1).standard_normal((30, 30)))[0]
    a, b = principal_plane(rows).of(rows), principal_plane(rows @ turn).of(rows @ turn)
    np.testing.assert_allclose(np.abs(a), np.abs(b), atol=1e-6)


def test_more_columns_than_rows_and_the_same_again(rows):
    wide = np.random.default_rng(0).standard_normal((20, 200))
    one, two = principal_plane(wide), principal_plane(wide)
    np.testing.assert_array_equal(one.weights, two.weights)
    np.testing.assert_allclose(one.weights @ one.weights.T, np.eye(2), atol=1e-8)


def test_variance_is_measured_on_rows_that_were_held_out():
    """Components of white noise hold more of the rows they were found in; of others no more than chance."""
    rng = np.random.default_rng(0)
    X, new = rng.standard_normal((200, 100)), rng.standard_normal((4000, 100))
    assert "shows 2.0 % of the variance; two directions at random would show 2.0 %" in principal_plane(X, new).told
    seen = float(principal_plane(X).told.split("shows ")[1].split(" %")[0])
    assert seen > 4


def test_names_hold_the_share_of_each(rows):
    shares = [float(name.split("(")[1].split(" %")[0]) for name in principal_plane(rows).names]
    np.testing.assert_allclose(shares, 100 * np.array([36, 9]) / (36 + 9 + 28), atol=6)


@pytest.fixture(scope="module")
def probe(rows):
    labels = pd.DataFrame({"Big": rows[:, 0] > 5, "Wide_Hat": rows[:, 1] > 5}).astype(int)
    return LinearProbe("logistic", penalty=1.0).fit(rows, labels)


def test_scores_are_the_probes_own_in_their_spread_and_zero_is_its_boundary(rows, probe):
    points = score_plane(probe, "Big", "Wide_Hat", rows).of(rows)
    np.testing.assert_array_equal(points > 0, probe.predict(rows) == 1)
    np.testing.assert_allclose(points.std(0), 1)
    np.testing.assert_allclose(points, probe.decision_function(rows) / probe.decision_function(rows).std(0))


def test_a_row_between_two_lies_between_their_points(rows, probe):
    for plane in (principal_plane(rows), score_plane(probe, "Big", "Wide_Hat", rows)):
        a, b, middle = plane.of(np.stack([rows[0], rows[1], rows[:2].mean(0)]))
        np.testing.assert_allclose(middle, (a + b) / 2, atol=1e-8)


def test_what_cannot_be_is_told(rows, probe):
    with pytest.raises(ValueError, match="fewer than two dimensions"):
        principal_plane(np.outer(np.arange(20), np.ones(20)))
    with pytest.raises(ValueError, match="at least 3 rows"):
        principal_plane(rows[:2])
    with pytest.raises(ValueError, match="X has 29 columns, and this map is of a view of 30"):
        principal_plane(rows).of(rows[:, 1:])
    with pytest.raises(ValueError, match="both axes are the score of 'Big'; name two"):
        score_plane(probe, "Big", "Big", rows)
    with pytest.raises(ValueError, match="Old"):
        score_plane(probe, "Big", "Old", rows)
    with pytest.raises(ValueError, match="the same for all rows"):
        score_plane(probe, "Big", "Wide_Hat", np.ones((5, 30)))


def test_the_plane_of_a_shared_latent_is_the_latent_as_the_view_tells_it():
    there = planted(600, 3, (8, 6), noise=0.3)
    une, X = UNE(3, private=0, ridge=0).fit(there.views), next(iter(there.views.values()))
    view = next(iter(there.views))
    points, latent = shared_plane(une, view, X).of(X), une.latent({view: X})
    np.testing.assert_allclose(points.mean(0), 0, atol=1e-8)
    np.testing.assert_allclose(points.std(0), 1)
    told = np.linalg.lstsq(latent - latent.mean(0), points, rcond=None)[0]
    np.testing.assert_allclose((latent - latent.mean(0)) @ told, points, atol=1e-6)  # of the latent alone
    main = np.linalg.eigvalsh(np.cov(latent.T, bias=True))[::-1][:2]
    np.testing.assert_allclose(((latent - latent.mean(0)) @ (told / np.linalg.norm(told, axis=0))).var(0), main, 1e-4)
