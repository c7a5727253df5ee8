"""Relative rows are blind to rotation, and anchors are spread as promised."""

import numpy as np
import pytest
from scipy.stats import ortho_group
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from unelib.alignment.relative import RelativeRepresentation, choose_anchors
from unelib.linalg.cosine import unit_rows

from ..helpers.planted import planted_arrays
from ..helpers.spoilt import spoilt

X, X2, X3 = planted_arrays()[1]
TURNED = 0.1 * X @ ortho_group.rvs(8, random_state=1) + 9
HOW = ["random", "k-means", "farthest"]


@pytest.mark.parametrize("how", HOW)
def test_relative_rows_ignore_rotation_shift_and_scale(how):
    relative = RelativeRepresentation(20, how=how)
    first = relative.fit(X).transform(X)
    np.testing.assert_allclose(relative.fit(TURNED).transform(TURNED), first, atol=1e-9)
    assert first.shape == (400, 20) and np.abs(first).max() <= 1 + 1e-12


def test_relative_anchors_are_like_themselves():
    rows = [5, 3, 77]
    similar = RelativeRepresentation(rows).fit(X).transform(X)
    np.testing.assert_allclose(similar[rows].diagonal(), 1)


def test_seed_draws_the_same_anchors_in_every_view():
    one, other = (RelativeRepresentation(9, seed=2).fit(view).anchors_ for view in (X, X2))
    np.testing.assert_array_equal(one, other)
    np.testing.assert_array_equal(one, choose_anchors(X, 9, seed=2))


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("k", [1, 7, 400])
def test_anchors_are_different_rows_the_same_each_time(how, k):
    rows = choose_anchors(X, k, how)
    assert rows.shape == np.unique(rows).shape == (k,) and rows.min() >= 0 and rows.max() < 400
    np.testing.assert_array_equal(rows, choose_anchors(X, k, how))
    np.testing.assert_array_equal(rows, RelativeRepresentation(k, how=how).fit(X).anchors_)


def test_k_means_has_an_anchor_in_the_middle_of_each_cluster():
    rng = np.random.default_rng(0)
    centres = 10 * ortho_group.rvs(8, random_state=0)[:4]
    member = np.repeat(np.arange(4), [40, 30, 20, 10])
    clusters = centres[member] + 0.5 * rng.standard_normal((100, 8))
    rows = choose_anchors(clusters, 4, "k-means")
    assert member[rows].tolist() == [0, 1, 2, 3]
    unit = unit_rows(clusters - clusters.mean(0))
    for i, row in enumerate(rows):
        away = np.linalg.norm(unit[member == i] - unit[member == i].mean(0), axis=1)
        assert row == np.flatnonzero(member == i)[away.argmin()]


def test_farthest_anchors_are_each_the_farthest_from_those_before():
    unit = unit_rows(X - X.mean(0))
    distance = 1 - unit @ unit.T
    rows = choose_anchors(X, 12, "farthest")
    assert rows[0] == distance.sum(0).argmin()
    for i in range(1, 12):
        assert distance[rows[i], rows[:i]].min() == pytest.approx(distance[:, rows[:i]].min(1).max())


def test_farthest_anchors_are_spread_wider_than_random_ones():
    least = lambda how: np.triu(1 - (r := unit_rows((X - X.mean(0))[choose_anchors(X, 9, how)])) @ r.T, 1)
    assert least("farthest")[np.triu_indices(9, 1)].min() > least("random")[np.triu_indices(9, 1)].min() + 0.1


def test_a_row_at_the_mean_is_an_anchor_once_at_most():
    square = np.array([[1.0, 0], [0, 1], [-1, 0], [0, -1], [0, 0]])
    assert sorted(choose_anchors(square, 5, "farthest").tolist()) == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("estimator", [RelativeRepresentation(4, 1, "farthest")])
def test_it_is_a_scikit_learn_estimator(estimator):
    assert clone(estimator).get_params() == estimator.get_params()
    with pytest.raises(NotFittedError):
        estimator.transform(X)


def test_anchors_of_a_pool_are_its_rows_about_its_own_mean():
    pool = X[:50] + 3
    fitted = RelativeRepresentation([4, 40]).fit(X, pool=pool)
    expected = unit_rows(X - X.mean(0)) @ unit_rows(pool - pool.mean(0))[[4, 40]].T
    np.testing.assert_allclose(fitted.transform(X), expected)
    np.testing.assert_array_equal(RelativeRepresentation(9).fit(X, pool=pool).anchors_, choose_anchors(pool, 9))
    with pytest.raises(ValueError, match="pool has 10 columns; the fit was made on 8"):
        RelativeRepresentation(3).fit(X, pool=X2)
    with pytest.raises(ValueError, match="anchors is 51; X has 50 rows"):
        RelativeRepresentation(51).fit(X, pool=pool)


TWICE = np.repeat(X[:3], 5, axis=0)


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda: RelativeRepresentation(401).fit(X), "anchors is 401; X has 400 rows"),
        (lambda: RelativeRepresentation(2.5).fit(X), "anchors is 2.5; X has 400 rows"),
        (lambda: RelativeRepresentation([1, 400]).fit(X), "anchors name rows 1 to 400"),
        (lambda: RelativeRepresentation([0.5]).fit(X), "row indices"),
        (lambda: RelativeRepresentation(3).fit(X).transform(X2), "X has 10 columns"),
        (lambda: RelativeRepresentation(3, how="best").fit(X), "unknown way to choose anchors 'best'; .*farthest"),
        (lambda: RelativeRepresentation(3).fit(spoilt(X, 4, 2, np.nan)), "X holds nan at row 4, column 2"),
        (lambda: choose_anchors(X, 0), "anchors is 0"),
        (lambda: choose_anchors(X, 3, "best"), "unknown way to choose anchors 'best'"),
        (lambda: choose_anchors(np.ones((5, 2)), 3), "all rows of X are the same"),
        (lambda: choose_anchors(TWICE, 4, "farthest"), "X has 3 rows of different direction, so take 3 at most"),
    ],
)  # fmt: skip
def test_errors(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.filterwarnings("ignore:Number of distinct clusters")
def test_k_means_of_too_few_different_rows():
    with pytest.raises(ValueError, match="X has 3 rows of different direction, so take 3 at most"):
        choose_anchors(TWICE, 4, "k-means")
