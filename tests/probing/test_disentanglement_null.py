"""Beside random axes and shuffled factors: what is planted stands out, noise does not, and intervals hold."""

import numpy as np
import pytest

from unelib.probing import infomec, infomec_table
from unelib.probing.disentanglement_null import halves_ends, in_random_axes, measures

RNG = np.random.default_rng(0)
FACTORS = RNG.integers(0, 2, (200, 3))
PLANTED = FACTORS + 0.3 * RNG.standard_normal((200, 3))


@pytest.fixture(scope="module")
def table():
    turn = np.linalg.qr(np.random.default_rng(3).standard_normal((3, 3)))[0]
    views = {"planted": PLANTED, "mixed": PLANTED @ turn, "noise": np.random.default_rng(4).standard_normal((200, 3))}
    return infomec_table(views, FACTORS, shuffles=3, deals=2).set_index(["view", "measure"])


def test_values_are_infomecs_and_lie_in_their_intervals(table):
    for name, value in zip(("modularity", "explicitness", "compactness"), infomec(PLANTED, FACTORS)):
        row = table.loc[("planted", name)]
        assert row.value == pytest.approx(value) and row.low <= row.value <= row.high <= 1


def test_planted_axes_stand_out_and_mixed_ones_do_not(table):
    for name in ("modularity", "compactness"):
        assert table.p["planted", name] == 0.05 and table.value["planted", name] > table.rotated_high["planted", name]
        assert table.p["mixed", name] > 0.05 and table.p["noise", name] > 0.05


def test_what_can_be_read_stands_out_from_shuffled_factors_alone(table):
    assert table.value["mixed", "explicitness"] > 0.5 > table.shuffled_high["mixed", "explicitness"]
    assert table.value["noise", "explicitness"] < 0.1
    assert np.isnan(table.rotated["mixed", "explicitness"]) and np.isnan(table.p["mixed", "explicitness"])


def test_rotations_keep_lengths_and_differ():
    one, other = in_random_axes(PLANTED, 2, 0)
    lengths = np.linalg.norm(PLANTED - PLANTED.mean(0), axis=1)
    np.testing.assert_allclose(np.linalg.norm(one, axis=1), lengths)
    assert np.abs(one - other).max() > 0.1


@pytest.mark.slow
def test_intervals_are_about_as_wide_as_samples_spread():
    def drawn(seed):
        rng = np.random.default_rng(seed)
        S = rng.integers(0, 2, (200, 3))
        return S + 0.5 * rng.standard_normal((200, 3)), S

    spread = np.std([measures(*drawn(seed), 0) for seed in range(40)], 0)
    ends = [halves_ends(*drawn(seed), 8, 0) for seed in range(100, 106)]
    widths = np.mean([(found["high"] - found["low"]) / 2 for found in ends], 0) / 2.306
    assert ((widths / spread > 0.6) & (widths / spread < 1.7)).all()


def test_a_factor_that_a_half_lacks_has_no_part_in_the_interval():
    rare = FACTORS.copy()
    rare[:, 0] = 0
    rare[:2, 0] = 1
    assert np.isfinite(infomec_table({"a": PLANTED}, rare, repeats=1, shuffles=1, deals=3).low).all()


@pytest.mark.filterwarnings("error")
def test_halves_without_two_factors_have_no_interval():
    rare = np.zeros((200, 2), int)
    rare[0] = 1
    low, high = halves_ends(PLANTED, rare, 2, 0).values()
    assert np.isnan(low).all() and np.isnan(high).all()


def test_errors():
    with pytest.raises(ValueError, match="a holds whole numbers, which are classes and have no other axes"):
        infomec_table({"a": FACTORS}, FACTORS)
    for what, value in (("repeats", 0), ("shuffles", 0), ("deals", 1)):
        with pytest.raises(ValueError, match=f"{what} is {value}; it must be a whole number from"):
            infomec_table({"a": PLANTED}, FACTORS, **{what: value})
    with pytest.raises(ValueError, match="a has 200 rows, factors has 10"):
        infomec_table({"a": PLANTED}, FACTORS[:10])
