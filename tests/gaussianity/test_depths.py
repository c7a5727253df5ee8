"""Depth is the largest distance less the mean; its test finds what lies further out, and errs as often as promised."""

import numpy as np
import pytest
from scipy.spatial.distance import cdist
from scipy.stats import rankdata, ranksums

from unelib.gaussianity import depth, depth_test
from unelib.gaussianity.depths import BLOCK, LARGEST

RNG = np.random.default_rng(0)
X = RNG.standard_normal((60, 7)) + 0.5
Y = RNG.standard_normal((25, 7))


def pairs(A, B, distance):
    """Distances of all pairs, straight from their definition."""
    cosine = cdist(A, B, "cosine")
    unit = [R / np.linalg.norm(R, axis=1, keepdims=True) for R in (A, B)]
    return {"cosine": cosine, "chord": cdist(*unit), "angular": np.arccos(np.clip(1 - cosine, -1, 1))}[distance]


@pytest.mark.parametrize("distance", LARGEST)
def test_it_is_the_largest_distance_less_the_mean_over_the_others(distance):
    own = pairs(X, X, distance)
    np.fill_diagonal(own, 0)
    np.testing.assert_allclose(depth(X, distance=distance), LARGEST[distance] - own.sum(1) / (len(X) - 1), atol=1e-12)
    to_others = LARGEST[distance] - pairs(Y, X, distance).mean(1)
    np.testing.assert_allclose(depth(Y, X, distance), to_others, atol=1e-12)


@pytest.mark.parametrize("distance", LARGEST)
def test_blocks_change_nothing(distance):
    many = RNG.standard_normal((2 * BLOCK + 3, 3))
    own = pairs(many, many, distance)
    np.fill_diagonal(own, 0)
    found = depth(many, distance=distance)
    np.testing.assert_allclose(found, LARGEST[distance] - own.sum(1) / (len(many) - 1), atol=1e-10)
    whole = depth(many, many, distance)  # each row is at the distance 0 from itself
    np.testing.assert_allclose((LARGEST[distance] - whole) * len(many), own.sum(1), atol=1e-4)


@pytest.mark.parametrize("distance", LARGEST)
def test_lengths_rotations_and_the_order_of_rows_change_nothing(distance):
    turn, order = np.linalg.qr(RNG.standard_normal((7, 7)))[0], RNG.permutation(60)
    changed = (X * RNG.uniform(1, 3, (60, 1)) @ turn)[order]
    np.testing.assert_allclose(depth(changed, distance=distance), depth(X, distance=distance)[order], atol=1e-12)


@pytest.mark.parametrize("distance", LARGEST)
def test_one_point_has_all_depth_and_opposite_ones_none(distance):
    assert depth(np.ones((3, 2)), distance=distance) == pytest.approx([LARGEST[distance]] * 3, abs=1e-7)
    assert depth([[1.0, 0], [-1, 0]], distance=distance) == pytest.approx([0, 0], abs=1e-7)


def test_around_a_direction_the_nearer_is_the_deeper():
    angle = np.linspace(0, 1, 5)
    rows = np.column_stack([np.cos(angle), np.sin(angle)])
    for distance in LARGEST:
        assert (np.diff(depth(rows, X[:, :1] ** 2 * [1, 0] + [1, 0], distance)) < 0).all()


def test_the_test_is_liu_and_singhs_and_wilcoxons():
    test, inside, outside = depth_test(X, Y), depth(X), depth(Y, X)
    assert test.q == pytest.approx((inside[:, None] < outside).mean()) and test.low < test.q < test.high
    assert test.p == pytest.approx(ranksums(inside, outside).pvalue, rel=0.05)  # without its correction for continuity
    ranks = rankdata(np.concatenate([inside, outside]))
    pooled = np.mean([(ranks < rank).mean() for rank in ranks[60:]])  # among both sets, as published code counts
    assert pooled == pytest.approx((60 * test.q + (25 - 1) / 2) / 85)
    assert (test.depth, test.depth_others) == (np.median(inside), np.median(outside))


def test_what_lies_further_out_is_found_and_what_lies_further_in_too():
    rows = RNG.standard_normal((300, 7)) + 0.5
    outlying = depth_test(rows[:100], RNG.standard_normal((100, 7)), rows[100:])
    central = depth_test(rows[:100], RNG.standard_normal((100, 7)) + 2, rows[100:])
    assert outlying.high < 0.5 < central.low and max(outlying.p, central.p) < 1e-3


@pytest.mark.parametrize("shift", [0.0, 0.5])
def test_with_a_reference_it_errs_as_often_as_promised(shift):
    def drawn(seed):
        rows = np.random.default_rng(seed).standard_normal((120, 40)) + shift
        return depth_test(rows[:40], rows[40:80], rows[80:])

    tests = [drawn(seed) for seed in range(400)]
    assert 0.02 < np.mean([test.p < 0.05 for test in tests]) < 0.08
    assert 0.91 < np.mean([test.low <= 0.5 <= test.high for test in tests]) <= 0.99


def test_without_one_it_errs_too_often_where_there_is_no_mean_direction():
    def drawn(seed):
        rows = np.random.default_rng(seed).standard_normal((80, 40))
        return depth_test(rows[:40], rows[40:]).p

    assert np.mean([drawn(seed) < 0.05 for seed in range(400)]) > 0.08


def test_errors():
    with pytest.raises(ValueError, match="unknown distance 'l2'; choose one of cosine, chord, angular"):
        depth(X, distance="l2")
    with pytest.raises(ValueError, match="row 2 of X is 0 and has no direction; drop it"):
        depth([[1.0, 0], [0, 1], [0, 0]])
    with pytest.raises(ValueError, match="row 0 of reference is 0"):
        depth(X, np.zeros((1, 7)))
    with pytest.raises(ValueError, match="X has 7 columns"):
        depth(X, Y[:, :3])
    with pytest.raises(ValueError, match="at least 2 rows"):
        depth(X[:1])
    with pytest.raises(ValueError, match="others has shape .*at least 2 rows"):
        depth_test(X, Y[:1])
