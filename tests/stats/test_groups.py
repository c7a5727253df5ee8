"""Splits keep groups whole, come as near the wanted share as groups allow, and say what is wrong with groups."""

from itertools import combinations

import numpy as np
import pytest

from unelib.stats.groups import group_codes, nearest_subset, overlap, split_by_group, without_groups

PERSONS = np.random.default_rng(0).choice([f"p{i}" for i in range(60)], 500)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("held_out", [0.01, 0.2, 0.5, 0.93])
def test_no_group_is_on_both_sides_and_the_share_is_near(held_out, seed):
    held = split_by_group(PERSONS, held_out, seed)
    assert not set(PERSONS[held]) & set(PERSONS[~held])
    assert abs(held.mean() - held_out) < 1 / 500 + 1e-12 and held.any() and not held.all()
    assert overlap(PERSONS, ~held, held) == 0


def test_the_share_is_the_nearest_that_whole_groups_can_make():
    for seed in range(30):
        rng = np.random.default_rng(seed)
        sizes, target = rng.integers(1, 12, rng.integers(2, 8)), rng.uniform(0, 40)
        sums = [sum(c) for k in range(1, len(sizes)) for c in combinations(sizes, k)]
        found = nearest_subset(sizes, target)
        assert len(set(found)) == len(found)
        assert abs(sizes[found].sum() - target) == pytest.approx(min(abs(np.array(sums) - target)))


def test_a_row_a_group_is_a_plain_random_split():
    held = [split_by_group(np.arange(100), 0.3, seed) for seed in range(200)]
    assert (np.sum(held, 1) == 30).all()
    assert np.abs(np.mean(held, 0) - 0.3).max() < 4.5 * np.sqrt(0.21 / 200)


def test_a_seed_is_a_split_and_names_of_groups_do_not_matter():
    first = split_by_group(PERSONS, seed=3)
    np.testing.assert_array_equal(first, split_by_group(group_codes(PERSONS), seed=3))
    assert (first != split_by_group(PERSONS, seed=4)).any()


def test_taking_held_out_groups_away_leaves_no_overlap():
    held = np.random.default_rng(1).random(500) < 0.02
    learn = ~held
    expected = sum(person in PERSONS[learn] for person in PERSONS[held])
    assert overlap(PERSONS, learn, held) == expected > 0
    clean = without_groups(learn, PERSONS, held)
    assert overlap(PERSONS, clean, held) == 0 and not (clean & ~learn).any()
    assert set(PERSONS[learn & ~clean]) <= set(PERSONS[held])


MASK = np.array([True, False, False])


@pytest.mark.parametrize(
    "groups, message",
    [
        (["ann"] * 5, "there are 1 groups in 5 rows"),
        ([], "there are 0 groups in 0 rows"),
        (["ann", None, "bob"], "the group of row 1 is missing"),
        ([1.0, 2.0, np.nan], "the group of row 2 is missing"),
        ([[1, 2], [3, 4]], r"groups must be \(n,\), one a row, not of shape \(2, 2\)"),
    ],
)
def test_errors_of_groups(groups, message):
    with pytest.raises(ValueError, match=message):
        split_by_group(groups)


@pytest.mark.parametrize("held_out", [0, -0.1, 1, 1.5, "half"])
def test_errors_of_the_share(held_out):
    with pytest.raises(ValueError, match=f"held_out is {held_out!r}"):
        split_by_group(["ann", "bob"], held_out)


def test_errors_of_masks():
    with pytest.raises(ValueError, match="groups has 2 rows, learn has 3 rows, held_out has 3 rows"):
        overlap(["ann", "bob"], MASK, ~MASK)
    with pytest.raises(ValueError, match="held_out has 2 rows"):
        without_groups(MASK, ["ann", "bob", "ann"], MASK[:2])
    with pytest.raises(TypeError, match="learn must be a mask of True and False, a value a row, not int64"):
        overlap(["ann", "bob", "ann"], np.array([0, 1, 2]), MASK)
