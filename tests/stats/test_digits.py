"""A number and its ends have the same digits, as many as the interval's width bears out."""

import numpy as np
import pytest

from unelib.stats import Interval, told_with_ends


@pytest.mark.parametrize(
    "number, told",
    [
        ((0.047619, 0.008456, 0.226694), "0.05 [0.01, 0.23]"),
        ((0.801252, 0.786163, 0.819237), "0.801 [0.786, 0.819]"),
        ((46.204833, 43.390268, 48.912971), "46.2 [43.4, 48.9]"),
        ((1340.0, 1180.0, 1502.0), "1340 [1180, 1502]"),
        ((-0.095576, -0.114885, -0.072409), "-0.096 [-0.115, -0.072]"),
        ((1.0, 0.862024, 1.0), "1.000 [0.862, 1.000]"),
        ((0.5, 0.4, 0.6), "0.50 [0.40, 0.60]"),
    ],
)
def test_half_the_width_has_two_digits(number, told):
    assert told_with_ends(number) == told == told_with_ends(Interval(*number))


def test_value_and_ends_have_as_many_decimals():
    rng = np.random.default_rng(0)
    for low, value, high in np.sort(rng.standard_normal((200, 3)) * 10 ** rng.uniform(-5, 4, (200, 1))):
        parts = told_with_ends((value, low, high)).replace("[", "").replace("]", "").split()
        places = {len(part.strip(",").partition(".")[2]) for part in parts}
        assert len(places) == 1
        unit = 10.0 ** -places.pop()
        assert unit == 1 or (high - low) / 2 >= 9.9 * unit or min(abs(low), abs(high)) < 10 * unit


@pytest.mark.parametrize("low, shown", [(0.0004, "0.0004"), (-0.0004, "-0.0004"), (0.0, "0.00"), (1e-12, "0.00")])
def test_an_end_that_is_not_0_does_not_look_like_0(low, shown):
    assert told_with_ends((0.1, low, 0.3)).split()[1] == f"[{shown},"


def test_there_are_no_more_decimals_than_asked_for():
    assert told_with_ends((-2e-6, -2e-5, 1.9e-5), most=3) == "0.000 [0.000, 0.000]"
    assert told_with_ends((46.2, 43.4, 48.9), most=3) == "46.2 [43.4, 48.9]"


def test_no_zero_has_a_minus():
    assert told_with_ends((-0.0001, -0.03, 0.03)) == "0.000 [-0.030, 0.030]"


@pytest.mark.parametrize(
    "number, told",
    [((30.0, 30.0, 30.0), "30"), ((0.91234, np.nan, np.nan), "0.912"), ((np.nan, np.nan, np.nan), "nan")],
)
def test_without_an_interval_a_number_stands_alone(number, told):
    assert told_with_ends(number) == told


def test_an_interval_beside_its_value_is_told():
    assert told_with_ends((0.8, 0.9, 0.9)) == "0.800 [0.900, 0.900]"


def test_three_numbers_are_asked_for():
    with pytest.raises(ValueError, match=r"\[0.5, 0.4\] has 2 numbers; give a value"):
        told_with_ends((0.5, 0.4))
