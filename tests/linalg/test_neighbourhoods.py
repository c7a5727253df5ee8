"""Density and coverage have ends that no law changes; samples that lack a group cover that group less, and no other."""

import numpy as np
import pandas as pd
import pytest

from unelib.linalg import density_among, group_coverage

RNG = np.random.default_rng(0)
REFERENCE, OTHERS = RNG.standard_normal((2, 200, 3))
PLACES = np.repeat(["a", "b", "c"], [100, 60, 40])


def apart(places, seed):
    """Rows about one middle for each place."""
    middles = {"a": [0, 0, 0], "b": [20, 0, 0], "c": [0, 20, 0]}
    return np.array([middles[p] for p in places]) + np.random.default_rng(seed).standard_normal((len(places), 3))


def expected_coverage(n, m, k):
    """Of n rows by m others of the same law: that the k nearest of all are not all reference rows."""
    return 1 - np.prod([(n - i) / (m + n - i) for i in range(1, k + 1)])


@pytest.mark.parametrize("law", ["normal", "cauchy"])
def test_real_rows_have_density_one_and_the_known_coverage_whatever_their_law(law):
    draw = {"normal": lambda r, n: r.standard_normal((n, 3)), "cauchy": lambda r, n: r.standard_cauchy((n, 3))}[law]
    density, coverage = [], []
    for seed in range(30):
        rows = draw(np.random.default_rng(seed), 180)
        density.append(density_among(rows[:40], rows[40:140], k=3).mean())
        found = group_coverage(rows[:40], rows[40:140], np.arange(100) % 2, rows[140:], k=3, repeats=9)
        coverage.append(found.coverage)
    assert np.mean(density) == pytest.approx(1, abs=4 * np.std(density) / np.sqrt(30))
    means, spread = np.mean(coverage, axis=0), np.std(coverage, axis=0) / np.sqrt(30)
    assert (abs(means - expected_coverage(100, 40, 3)) < 4 * spread).all()


def test_density_by_its_definition():
    reference = np.array([[0.0], [1.0], [3.0]])  # neighbourhoods of k = 1 reach 1, 1 and 2
    assert density_among([[-1.0], [0.5], [1.5], [4.5], [9.0]], reference, k=1).tolist() == [1, 2, 2, 1, 0]


def test_moves_scales_and_the_order_of_rows_change_nothing():
    turn = np.linalg.qr(RNG.standard_normal((3, 3)))[0]
    moved = lambda X: 3 * X @ turn + 7  # noqa: E731
    np.testing.assert_array_equal(density_among(OTHERS, REFERENCE), density_among(moved(OTHERS), moved(REFERENCE)))
    mix = RNG.permutation(200)
    ways = [
        group_coverage(OTHERS[:50], REFERENCE, PLACES, OTHERS[50:], repeats=49),
        group_coverage(moved(OTHERS[:50]), moved(REFERENCE)[mix], PLACES[mix], moved(OTHERS[50:]), repeats=49),
    ]
    pd.testing.assert_frame_equal(*ways)


def test_samples_that_lack_a_group_score_low_there_only():
    reference, real = apart(PLACES, 1), apart(np.tile(PLACES[::2], 2), 2)
    samples = apart(RNG.choice(["a", "b"], 60, p=[0.7, 0.3]), 3)
    found = group_coverage(samples, reference, PLACES, real)
    assert found.index.tolist() == ["all", "a", "b", "c"] and found.rows.tolist() == [200, 100, 60, 40]
    assert found.coverage["c"] == 0 < found.real_low["c"] and found.p_holm["c"] == pytest.approx(0.003)
    assert found.high["c"] < found.real_low["c"] and found.coverage["c"] < found.chance_low["c"]
    assert (found.p[["a", "b"]] > 0.1).all() and (found.high > found.real)[["a", "b"]].all()


def test_groups_may_overlap_and_a_name_a_row_is_a_column_a_group():
    columns = pd.DataFrame({p: p == PLACES for p in "abc"})
    named = group_coverage(OTHERS[:50], REFERENCE, PLACES, OTHERS[50:], repeats=9)
    pd.testing.assert_frame_equal(named, group_coverage(OTHERS[:50], REFERENCE, columns, OTHERS[50:], repeats=9))
    both = group_coverage(OTHERS[:50], REFERENCE, columns.assign(d=1), OTHERS[50:], repeats=9)
    assert (
        both.loc["d", "coverage"]
        == both.loc["all", "coverage"]
        == pytest.approx(np.average(named.coverage[1:], weights=named.rows[1:]))
    )


@pytest.mark.slow
def test_the_test_errs_as_often_as_promised_and_intervals_hold():
    p, held = [], []
    for seed in range(150):
        rows = np.random.default_rng(seed).standard_normal((210, 6))
        found = group_coverage(rows[:30], rows[30:130], np.arange(100) % 3 == 0, rows[130:], repeats=99, seed=seed)
        p.append(found.p)
        held.append((found.low < expected_coverage(100, 30, 5)) & (found.high > expected_coverage(100, 30, 5)))
    assert (np.mean(np.array(p) <= 0.05, axis=0) < 0.11).all()
    assert (np.mean(held, axis=0) > 0.9).all()


def test_errors():
    def cover(samples=OTHERS[:50], groups=PLACES, real=OTHERS[50:], **more):
        return group_coverage(samples, REFERENCE, groups, real, **more)

    with pytest.raises(ValueError, match="k is 200; reference has 200 rows, so k must be a whole number from 1 to 199"):
        density_among(OTHERS, REFERENCE, k=200)
    with pytest.raises(ValueError, match="samples has 2 columns"):
        cover(samples=OTHERS[:50, :2])
    with pytest.raises(ValueError, match="real holds nan at row 0"):
        cover(real=OTHERS * np.nan)
    with pytest.raises(ValueError, match="real has 10 rows, samples 50; give as many real rows at least"):
        cover(real=OTHERS[:10])
    with pytest.raises(ValueError, match="repeats is 0; it must be a whole number from 1 on"):
        cover(repeats=0)
    with pytest.raises(ValueError, match="reference has 200 rows, groups has 3 rows"):
        cover(groups=["a", "b", "a"])
    with pytest.raises(ValueError, match="at least two are needed"):
        cover(groups=["a"] * 200)
    with pytest.raises(ValueError, match="no row is of group 'none'; drop that column"):
        cover(groups=pd.DataFrame({"some": PLACES == "a", "none": 0}))
    with pytest.raises(ValueError, match="groups holds other values than 0 and 1"):
        cover(groups=pd.DataFrame({"some": np.arange(200)}))
    with pytest.raises(ValueError, match="a group is named 'all', which stands for all rows; give it another name"):
        cover(groups=pd.DataFrame({"all": PLACES == "a"}))
