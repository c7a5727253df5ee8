"""What arrays must be at the borders: `matrix` and `constant` for every kind of number."""

import numpy as np
import pandas as pd
import pytest

from unelib.core.checks import at_once, constant, file_name, in_both_classes, matrix, name_list, same_images, share

from ..helpers.stored import stored

BITS = np.array([[True, False], [False, True], [True, True]])


def test_truth_values_become_whole_numbers():
    X = matrix(BITS[::2], dtype=None)
    assert X.dtype == np.uint8 and X.tolist() == [[1, 0], [1, 1]]
    assert matrix(BITS).dtype == np.float64


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.int8, np.int64, np.uint8])
def test_other_numbers_keep_their_kind(dtype):
    X = np.eye(3, dtype=dtype)
    assert matrix(X, dtype=None) is X


@pytest.mark.parametrize("scale", [1e-30, 1, 1e30])
def test_constant_is_up_to_rounding_at_any_scale(scale):
    noise = np.random.default_rng(0).standard_normal(20)
    X = scale * np.column_stack([np.zeros(20), 1 + 0 * noise, -1 + 1e-14 * noise, 1 + 1e-9 * noise, noise])
    assert constant(X).tolist() == constant(X.T, axis=1).tolist() == [True, True, True, False, False]


@pytest.mark.parametrize("dtype", [bool, np.int8, np.uint8, np.float16])
def test_constant_in_any_type_of_number(dtype):
    """127 and -128 differ by -1 in int8, and bool has no difference."""
    low, high = (0, 1) if dtype is bool else (-128, 127) if dtype is np.int8 else (0, 200)
    X = np.array([[low, high], [high, high]], dtype)
    assert constant(X).tolist() == [False, True]


def test_stored_rows_are_no_matrix():
    with pytest.raises(TypeError, match=r"noise is stored, .*; pass the rows themselves, noise\[:\]"):
        matrix(stored(np.eye(3)), "noise")


@pytest.mark.parametrize("value", [np.inf, np.nan, 0, "1", None])
def test_a_share_is_a_finite_number(value):
    with pytest.raises(ValueError, match="ridge is .*; it must be a number above 0 and finite"):
        share(value, "ridge")


def test_views_of_the_same_images_pass_with_or_without_ids():
    frame = pd.DataFrame(np.eye(3), ["a", "b", "c"])
    same_images(("one", frame), ("two", np.eye(3)), ("three", 2 * frame))


def test_views_of_other_images_are_refused_by_the_first_id_that_differs():
    one, two = (pd.DataFrame(np.eye(3), ids) for ids in (["a", "b", "c"], ["a", "c", "b"]))
    with pytest.raises(ValueError, match=r"row 1 is image 'b' in one and 'c' in two; .*two.loc\[one.index\]"):
        same_images(("one", one), ("none", np.eye(3)), ("two", two))
    with pytest.raises(ValueError, match="one has 3 rows, two has 2 rows"):
        same_images(("one", one), ("two", two[:2]))


@pytest.mark.parametrize("name", ["drawn", "drawn-ldm 2", "untrained--x", ".hidden", "Zoë", 2026, "a.b"])
def test_names_that_every_system_stores_stay_as_they_are(name):
    assert file_name(name, "run") == str(name)


LEAD = [
    "",
    " ",
    ".",
    "..",
    "../../x",
    "/etc/x",
    "a\\b",
    "a:b",
    "a\0b",
    "a\nb",
    "nul",
    "COM1.txt",
    "x.",
    " x",
    "a" * 121,
    "ä" * 61,
]


@pytest.mark.parametrize("name", LEAD)
def test_names_that_lead_elsewhere_or_nowhere_are_refused(name):
    with pytest.raises(ValueError, match="cannot be the name of a file or a folder; take letters"):
        file_name(name, "run")


def test_a_text_is_no_list_of_names():
    assert name_list(("a", "b"), "attributes") == ["a", "b"] and name_list([], "attributes") == []
    for text in ("Smiling", b"Smiling", ""):
        with pytest.raises(TypeError, match="attributes is .*; give a list of names, such as"):
            name_list(text, "attributes")


@pytest.mark.parametrize("wrong", [0, -1, 2.5, "ten", True, None])
def test_so_many_images_at_once_cannot_be(wrong):
    assert at_once(3) == 3 and at_once("auto", 64) == 64
    with pytest.raises(ValueError, match="batch_size is .*; give a whole number from 1 on"):
        at_once(wrong, 64)


def test_columns_with_two_rows_of_either_class():
    table = pd.DataFrame({"a": [1, 1, 0, 0], "b": [1, 0, 0, 0], "c": [1, -1, 0, 0], "d": [True, True, False, False]})
    with pytest.warns(UserWarning, match="left out, too rare in these, 4 rows: b, c"):
        assert list(in_both_classes(table, "these")) == ["a", "d"]
    with pytest.raises(ValueError, match="these, 4 rows, holds too few of either class of b; take more rows"):
        in_both_classes(table[["b"]], "these")
