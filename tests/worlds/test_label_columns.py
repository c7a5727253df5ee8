"""Columns of tables become attributes, or are left out with a reason."""

import numpy as np
import pandas as pd
import pytest

from unelib.worlds.label_columns import attributes_of_column, attributes_of_table, safe_name

NAN = float("nan")


@pytest.mark.parametrize("column, values", [
    (["1", "-1", "1"], [1, 0, 1]),
    ([1, 0, 1], [1, 0, 1]),
    ([True, False, None], [1, 0, NAN]),
    (["TRUE", "false", "n/a"], [1, 0, NAN]),
    (["Yes", "no", ""], [1, 0, NAN]),
    ([1.0, NAN, -1.0], [1, NAN, 0]),
    (["0", "0", "0"], [0, 0, 0]),
    (["y", "N", "?"], [1, 0, NAN]),
    (pd.array([1, None, 0], "Int64"), [1, NAN, 0]),
])  # fmt: skip
def test_yes_and_no(column, values):
    found = attributes_of_column("a", pd.Series(column))
    assert list(found) == ["a"]
    np.testing.assert_array_equal(found["a"], values)


@pytest.mark.parametrize("column, why", [
    (["31", "1", "0"], "row 1 holds '31', neither 0/1, -1/1 nor yes/no"),
    (["1", "0", "x"], "row 3 holds 'x'"),
    (["1", "0", "-1"], "it holds -1 and 0; leave the cell empty"),
    (["", None, "nan"], "empty"),
    (["a", "a", "A"], "'a' throughout"),
    (["a", "b", "c"], "3 different words in 3 rows; up to 20 that repeat"),
    ([str(i) + "x" for i in range(21)] * 4, "21 different words in 84 rows"),
    ([{"a": 1}, [2], "x"], "3 different words"),
])  # fmt: skip
def test_neither(column, why):
    assert why in attributes_of_column("a", pd.Series(column))


def test_words_become_attributes_of_their_own():
    found, left = attributes_of_table(pd.DataFrame({
        "hair": ["light brown", "Grey", "grey", "", "light brown", "grey"],
        "hair_Grey": [1, 0, 1, 0, 1, 0], "age": range(6)
    }))  # fmt: skip
    assert list(found) == ["hair_light_brown", "hair_Grey", "hair_Grey_2"] and list(left) == ["age"]
    np.testing.assert_array_equal(found["hair_Grey"], [0, 1, 1, NAN, 0, 1])


def test_names_that_a_zoo_keeps_for_itself_are_changed():
    assert [safe_name(name) for name in ("split", "a/b", "..", "naïve")] == ["split_", "a_b", "_", "naïve"]
