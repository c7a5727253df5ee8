"""Relative rows are blind to rotation, anchors are spread as promised, a turned view stitches without loss."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import ortho_group
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from unelib.alignment.relative import RelativeRepresentation, choose_anchors, stitched_scores
from unelib.linalg.cosine import unit_rows
from unelib.probing.linear_probe import LinearProbe

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


N = 900
LATENT, (VIEW, ITS_OTHER) = planted_arrays(N, k=6, sizes=(20, 16), noise=0.5, seed=3)
Y = pd.DataFrame(LATENT[:, :3] > 0, columns=list("abc")).astype(int)
LEARN = np.arange(N) < 600
PROBE = LinearProbe("ridge")


def stitched(other, **options):
    """Scores of a probe of VIEW on another view."""
    return stitched_scores(PROBE, VIEW, other, Y, LEARN, ~LEARN, **({"anchors": 60} | options))


@pytest.mark.parametrize("how", HOW)
def test_a_turned_view_stitches_without_loss(how):
    turned = 3 * VIEW @ ortho_group.rvs(20, random_state=1) - 2
    found = stitched(turned, how=how)
    assert found["own"]["auc"] > 0.85
    assert found["stitched"] == pytest.approx(found["own"], abs=1e-9)


def test_a_stretched_view_stitches_with_some_loss_and_an_unrelated_one_not_at_all():
    found = stitched(VIEW * np.linspace(1, 2, 20))
    assert 0.6 < found["stitched"]["auc"] < found["own"]["auc"]
    unrelated = np.random.default_rng(5).standard_normal((N, 16))
    assert abs(stitched(unrelated)["stitched"]["auc"] - 0.5) < 0.06


def test_labels_of_anchors_read_any_view_unless_they_are_kept_from_the_probe():
    knows_nothing = np.random.default_rng(5).standard_normal((N, 300))
    read = lambda **options: stitched_scores(PROBE, knows_nothing, VIEW, Y, LEARN, ~LEARN, 200, **options)
    usual, found = read(train_on_anchors=True), read()
    assert abs(usual["own"]["auc"] - 0.5) < 0.06 and usual["stitched"]["auc"] > 0.75
    assert abs(found["stitched"]["auc"] - 0.5) < 0.15


def test_anchors_may_be_named_and_are_numbered_among_the_training_rows():
    rows = RelativeRepresentation(60).fit(VIEW[LEARN]).anchors_
    assert stitched(ITS_OTHER, anchors=rows) == stitched(ITS_OTHER)
    moved = np.r_[VIEW[~LEARN], VIEW[LEARN]], np.r_[ITS_OTHER[~LEARN], ITS_OTHER[LEARN]]
    labels, learn = pd.concat([Y[~LEARN], Y[LEARN]]), np.r_[LEARN[~LEARN], LEARN[LEARN]]
    assert stitched_scores(PROBE, *moved, labels, learn, ~learn, rows) == stitched(ITS_OTHER)


def test_the_probe_is_left_as_it_was_and_groups_widen_the_intervals():
    probe = clone(PROBE)
    groups = np.arange(N) // 30
    found = stitched_scores(probe, VIEW, ITS_OTHER, Y.to_numpy(), LEARN, ~LEARN, 60, groups=groups)
    assert not hasattr(probe, "coef_")
    plain = stitched(ITS_OTHER)
    assert found["stitched"].keys() == {"auc", "low", "high"}
    assert found["stitched"] != plain["stitched"]


@pytest.mark.parametrize("estimator", [RelativeRepresentation(4, 1, "farthest")])
def test_it_is_a_scikit_learn_estimator(estimator):
    assert clone(estimator).get_params() == estimator.get_params()
    with pytest.raises(NotFittedError):
        estimator.transform(X)


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
        (lambda: stitched(ITS_OTHER[:9]), "X2 has 9 rows"),
        (lambda: stitched(ITS_OTHER, anchors=601), "anchors is 601; X has 600 rows"),
        (lambda: stitched(ITS_OTHER, anchors=600), "all 600 training rows are anchors; take fewer"),
        (lambda: stitched(ITS_OTHER, anchors=[600]), "anchors name rows 600 to 600"),
        (lambda: stitched_scores(PROBE, VIEW, ITS_OTHER, Y[:9], LEARN, ~LEARN, 9), "Y has 9 rows"),
        (lambda: stitched_scores(PROBE, VIEW, ITS_OTHER, Y, LEARN, LEARN, 9), "row 0 is both learnt from and held out"),
        (lambda: stitched_scores(PROBE, VIEW, ITS_OTHER, Y, LEARN[:9], ~LEARN, 9), r"learn has shape \(9,\)"),
        (
            lambda: stitched_scores(PROBE, pd.DataFrame(X), pd.DataFrame(X2[::-1], range(400)[::-1]), Y[:400], LEARN,
                                    ~LEARN, 9),
            "row 0 is image 0 in X and 399 in X2",
        ),
        (
            lambda: stitched_scores(PROBE, pd.DataFrame(VIEW), ITS_OTHER, Y[::-1], LEARN, ~LEARN, 9),
            "row 0 is image 0 in X and 899 in Y",
        ),
    ],
)  # fmt: skip
def test_errors(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.filterwarnings("ignore:Number of distinct clusters")
def test_k_means_of_too_few_different_rows():
    with pytest.raises(ValueError, match="X has 3 rows of different direction, so take 3 at most"):
        choose_anchors(TWICE, 4, "k-means")


def test_row_numbers_are_no_masks():
    with pytest.raises(TypeError, match="learn must be a mask"):
        stitched_scores(PROBE, VIEW, ITS_OTHER, Y, np.arange(9), ~LEARN, 9)


def test_what_one_person_alone_has_is_left_out_of_stitching():
    rng = np.random.default_rng(0)
    X, persons = rng.standard_normal((80, 4)), np.repeat(np.arange(20), 4)
    Y = pd.DataFrame({"common": (X[:, 0] > 0).astype(int), "one": (persons == 1).astype(int)})
    Y.loc[70:71, "one"] = 1  # held out
    learn = np.arange(80) < 60
    found = stitched_scores(LinearProbe(), X, X[:, ::-1], Y, learn, ~learn, 10, groups=persons)
    assert found["own"]["auc"] > 0.8
