"""Accuracy by attribute: its mean over images, and what remains when the majority rate is taken out."""

import numpy as np
import pandas as pd
import pytest

from unelib.probing.linear_probe import LinearProbe
from unelib.probing.profiles import (
    mean_accuracy,
    mean_accuracy_gap,
    partial_correlation,
    profile_correlation,
    profile_gap,
    remaining,
)


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def test_mean_accuracy_is_the_mean_over_attributes_whatever_their_order(rng):
    X = rng.standard_normal((300, 4))
    Y = pd.DataFrame(X[:, :2] + rng.standard_normal((300, 2)) > 0, columns=["a", "b"])
    probe = LinearProbe("ridge").fit(X[:100], Y[:100])
    found = mean_accuracy(probe, X[100:], Y[100:])
    assert found["accuracy"] == pytest.approx((probe.predict(X[100:]) == Y[100:]).to_numpy().mean())
    assert found == mean_accuracy(probe, X[100:], Y.iloc[100:, ::-1])
    half = 1.96 * np.sqrt(0.75 * 0.25 / 200 / 2)  # of independent answers, about 3 in 4 of them right
    assert found["high"] - found["low"] == pytest.approx(2 * half, rel=0.3)
    with pytest.raises(ValueError, match=r"lacks the probe's attributes \['b'\]"):
        mean_accuracy(probe, X, Y[["a"]])


def test_profiles_that_share_only_the_majority_rate_do_not_correlate_without_it(rng):
    majority = rng.uniform(0.5, 1, 200)
    a, b = majority + 0.02 * rng.standard_normal((2, 200))
    assert np.corrcoef(a, b)[0, 1] > 0.95
    found = partial_correlation(a, b, majority)
    assert found["low"] < 0 < found["high"] and found["n"] == 200


def test_partial_correlation_is_the_textbooks(rng):
    a, b, c = rng.standard_normal((3, 40)) + rng.standard_normal(40)
    ab, ac, bc = (np.corrcoef(pair)[0, 1] for pair in ((a, b), (a, c), (b, c)))
    r = (ab - ac * bc) / np.sqrt((1 - ac**2) * (1 - bc**2))
    assert partial_correlation(a, b, c)["r"] == pytest.approx(r)
    assert partial_correlation(pd.Series(2 * a + 3 * c), -b, 5 * c - 1)["r"] == pytest.approx(-r)


def test_what_remains_is_not_correlated_with_what_was_taken_out(rng):
    a, given = rng.standard_normal((2, 30))
    rest = remaining(a, given)
    assert abs(rest.mean()) < 1e-12 and abs(np.corrcoef(rest, given)[0, 1]) < 1e-12
    np.testing.assert_allclose(remaining(a, np.ones(30)), a - a.mean())


def test_short_profiles_say_nothing():
    for compare in (lambda: profile_correlation([1.0, 2.0, 4.0], [1.0, 2.0, 2.0]),
                    lambda: profile_correlation([1.0, 2.0, 4.0, 3.0], [1.0] * 4),
                    lambda: partial_correlation([1, 2, 3, 4], [1, 2, 2, 4], [0, 1, 0, 1])):  # fmt: skip
        with pytest.warns(UserWarning, match="profiles share . values; a correlation needs (four|five)"):
            found = compare()
        assert np.isnan([found["r"], found["low"], found["high"]]).all() and found["n"] in (3, 4)


@pytest.mark.parametrize("a, b, given, message", [
    ([1, 2, 3, 4, 5], [1, 2, 2, 4, 1], [2, 4, 6, 8, 10], "nothing of a profile remains"),
    ([1, 2, 3, 4, 5], [1, 1, 1, 1, 1], [1, 0, 3, 0, 2], "nothing of a profile remains"),
    ([1, 2, 3, 4, 5], [1, 2, 2, 4, 1, 3], [2, 4, 6, 8, 10], "a has 5 rows, b has 6"),
    ([1, 2, 3, 4, np.nan], [1, 2, 2, 4, 1], [2, 4, 6, 8, 1], "holds nan"),
])  # fmt: skip
def test_profiles_that_cannot_be_compared(a, b, given, message):
    with pytest.raises(ValueError, match=message):
        partial_correlation(a, b, given)


def test_missing_labels_are_left_out_of_the_mean_accuracy(rng):
    X = rng.standard_normal((300, 4))
    Y = pd.DataFrame((X[:, :2] + rng.standard_normal((300, 2)) > 0).astype(float), columns=["a", "b"])
    probe = LinearProbe("ridge").fit(X, Y)
    Y.loc[50:, "b"] = np.nan
    right = probe.predict(X) == Y
    expected = (right.a.mean() + right.b[:50].mean()) / 2
    found = mean_accuracy(probe, X, Y)
    assert found["accuracy"] == pytest.approx(expected)
    separate = (right.a.var() / 300 + right.b[:50].var() / 50) / 4
    assert found["high"] - found["low"] == pytest.approx(2 * 1.96 * np.sqrt(separate), rel=0.15)


def test_copies_under_one_name_leave_the_interval_of_the_mean_accuracy_as_it_is(rng):
    X = rng.standard_normal((200, 3))
    Y = X[:, :2] + rng.standard_normal((200, 2)) > 0
    probe, copies = LinearProbe("ridge").fit(X, Y), np.repeat(np.arange(200), 4)
    once, often = mean_accuracy(probe, X, Y), mean_accuracy(probe, X[copies], Y[copies], groups=copies)
    assert often == pytest.approx(once)


def test_the_accuracy_gap_is_paired_and_turns_with_its_sides(rng):
    X = rng.standard_normal((400, 3))
    Y = pd.DataFrame(X[:, :2] + rng.standard_normal((400, 2)) > 0, columns=["a", "b"])
    probe = LinearProbe("ridge").fit(X[:100], Y[:100])
    held = (probe, X[100:]), (probe, X[100:] + 0.1 * rng.standard_normal((300, 3)))
    found, turned = mean_accuracy_gap(*held, Y[100:]), mean_accuracy_gap(*held[::-1], Y[100:])
    one, other = (mean_accuracy(*pair, Y[100:]) for pair in held)
    assert found["gap"] == pytest.approx(one["accuracy"] - other["accuracy"])
    assert turned["gap"] == -found["gap"] and turned["low"] == pytest.approx(-found["high"])
    assert found["high"] - found["low"] < (one["high"] - one["low"]) / 2
    assert mean_accuracy_gap(held[0], held[0], Y[100:]) == {"gap": 0, "low": 0, "high": 0}


def test_the_interval_of_the_accuracy_gap_covers_it(rng):
    n, hits = 150, []
    Z, W = rng.standard_normal((2, 20000, 2))
    Y = Z + rng.standard_normal(Z.shape) > 0
    probe = LinearProbe("ridge").fit(Z[:500], Y[:500])
    truth = mean_accuracy_gap((probe, Z), (probe, Z + W), Y)["gap"]
    for rows in np.split(rng.permutation(20000)[: 120 * n], 120):
        found = mean_accuracy_gap((probe, Z[rows]), (probe, (Z + W)[rows]), Y[rows])
        hits.append(found["low"] <= truth <= found["high"])
    assert np.mean(hits) > 0.89


def test_copies_under_one_name_leave_the_accuracy_gap_as_it_is(rng):
    X = rng.standard_normal((200, 3))
    Y = X[:, :2] + rng.standard_normal((200, 2)) > 0
    probe, copies = LinearProbe("ridge").fit(X, Y), np.repeat(np.arange(200), 4)
    once = mean_accuracy_gap((probe, X), (probe, X**2), Y)
    often = mean_accuracy_gap((probe, X[copies]), (probe, X[copies] ** 2), Y[copies], groups=copies)
    assert often == pytest.approx(once)


def test_the_interval_of_a_rank_correlation_covers_it(rng):
    rho, hits = 0.8, []
    truth = 6 / np.pi * np.arcsin(rho / 2)
    for _ in range(600):
        a, e = rng.standard_normal((2, 24))
        found = profile_correlation(a, rho * a + np.sqrt(1 - rho**2) * e, ranks=True)
        hits.append(found["low"] <= truth <= found["high"])
    assert np.mean(hits) > 0.935


@pytest.mark.slow
def test_a_profile_nearer_the_reference_has_a_gap_above_nothing(rng):
    reference = pd.Series(rng.standard_normal(40))
    near, far = reference + 0.3 * rng.standard_normal(40), reference + 3 * rng.standard_normal(40)
    found = profile_gap(near, far, reference)
    assert 0 < found["low"] < found["gap"] < found["high"]
    turned = profile_gap(far, near, reference)
    assert turned["gap"] == pytest.approx(-found["gap"]) and turned["low"] == pytest.approx(-found["high"])
    with pytest.warns(UserWarning, match="profiles share 3 values; a correlation needs four"):
        assert np.isnan(list(profile_gap(near[:3], far, reference).values())).all()
