"""Two controls, a p-value and verdicts: right, still to be done, and wrong as it happens."""

import numpy as np
import pytest

from unelib.workshop import check_controls, check_p_value, check_verdicts, claims_to_judge, share_found

CONTROLS = [
    ([0.93, 1.0], "as many as the true ones"),
    ([1.0, 0.05], "wrong order"),
    ([0.05, 0.92], "what the noise finds"),
    ([0.05, 0.05], "still shuffled"),
    ([0.4, 1.0], "of one view only"),
    ([5, 100], "per cent"),
    ([0.05, 0.7], "Small pictures find"),
    (0.05, "Two numbers"),
    ([..., 1.0], "still"),
]
RNG, LEARN = np.random.default_rng(0), np.arange(500) < 300
SMALL = RNG.standard_normal((500, 30))
EMBEDDING = SMALL @ RNG.standard_normal((30, 8))  # small pictures find every row
NULL = np.array([1, 2, 3, 4, 5, 6, 7, 8, 9.0])
P = [
    (2 / 9, "above and below"),
    (3 / 9, "below the line"),
    (2 / 10, "above the line"),
    (8 / 10, "*smaller*"),
    (9 / 10, "*smaller*"),
    (3, "count"),
    (0.77, "above the right one"),
]


@pytest.mark.parametrize("answer, words", [*CONTROLS, (..., "still")])
def test_controls(answer, words):
    found = check_controls(answer, 0.92, SMALL, EMBEDDING, LEARN)
    assert not found and words in found.message
    np.testing.assert_allclose(found.answer, [0.05, 1.0])
    assert check_controls([0.04, 1.0], 0.92, SMALL, EMBEDDING, LEARN)
    assert check_controls((0.11, 0.99), 0.92, SMALL, EMBEDDING, LEARN)


@pytest.mark.parametrize("answer, words", [*P, (..., "still")])
def test_p_value(answer, words):
    assert check_p_value(0.3, NULL, 8) and check_p_value(0.1, NULL, 99)
    found = check_p_value(answer, NULL, 8)
    assert not found and words in found.message


def test_the_own_row_is_found_among_the_nearest():
    true = np.arange(10.0)[:, None]
    assert share_found(true, true, 1) == 1 and share_found(true + 2, true, 1) == pytest.approx(0.1)
    assert share_found(true + 2, true, 5) == 1


@pytest.fixture(scope="module")
def claims():
    return claims_to_judge()


@pytest.fixture(scope="module")
def right(claims):
    return check_verdicts(..., claims).answer


def test_both_worlds_answer_each_of_the_fourteen_claims_that_the_notebook_speaks_of(claims):
    drawn, fashion = (claims[claims.world == world] for world in ("drawn", "fashion"))
    assert len(drawn) == len(fashion) == 14
    assert list(drawn.claim) == list(fashion.claim)


def test_claims_are_of_two_worlds_with_every_kind_of_verdict(claims, right):
    assert set(claims.world) == {"drawn", "fashion"} and set(right) == {"yes", "no", "open"}
    assert len(claims) == len(right) and claims.notna().all(axis=None)


def test_verdicts_follow_from_the_intervals(claims, right):
    for word, row in zip(right, claims.to_dict("records")):
        above, below = row["low"] > row["control high"], row["high"] < row["control low"]
        assert (word == "open") == (not above and not below)
        assert (word == "yes") == (above if row["must be"] == "above" else below)


@pytest.mark.parametrize(
    "kind", [list, tuple, np.array, lambda words: dict(enumerate(words)), lambda x: [w.upper() for w in x]]
)
def test_verdicts_of_any_kind_are_right(kind, claims, right):
    assert check_verdicts(kind(right), claims)


def test_wrong_verdicts_are_told_with_the_numbers_of_their_row(claims, right):
    def message(answer):
        found = check_verdicts(answer, claims)
        assert not found and found.answer == right
        return found.message

    def turned(old, new):
        return [new if word == old else word for word in right]

    assert "still" in message(...) and "still" in message([...] * len(right))
    assert "one text" in message("yes") and "must be a list" in message(3)
    assert "one for each row" in message(right[:-1]) and "Write yes, no or open" in message(["maybe", *right[1:]])
    assert "overlap" in message(turned("open", "yes")) and "lie apart" in message(turned("no", "open"))
    assert "lies *above*" in message(turned("yes", "no")) or "lies *below*" in message(turned("yes", "no"))
    assert f"{right.count('yes')} of {len(right)}" in message(["yes"] * len(right))
