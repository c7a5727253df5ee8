"""What arrays must be at the borders: finite matrices with one row an image, views of one length, 0/1 labels."""

import re
import warnings
from numbers import Integral, Real
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import issparse

FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')  # in names of files, on one system or another
RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)  # as names of devices
LONGEST = 120  # bytes of a name, so that endings have room
Rows = ArrayLike | pd.DataFrame  # (n, d), a row an image; DataFrames are compared by their index
ROWS = 64  # at a time, where all values are looked at


def matrix(X: Any, name: str = "X", rows: int = 1, dtype: Any = np.float64, numbers: Any = None) -> NDArray[Any]:
    """X as a finite (n, d) array of `dtype` (None: its own, save that bool, which has no differences, becomes uint8).

    rows     how many it must have at least
    numbers  (n,) what its rows are called in errors, where X is a part of more; 0, 1, ... if None
    Errors name the first bad value.

    >>> matrix([[1, 2], [3, 4]]).dtype
    dtype('float64')
    """
    dense(X, name)
    if hasattr(X, "read") and hasattr(X, "take"):
        raise TypeError(f"{name} is stored, and is not read block by block here; pass the rows themselves, {name}[:]")
    X = np.asarray(X)
    if X.dtype.kind not in "fiub":
        raise TypeError(f"{name} must hold real numbers, not {X.dtype}")
    if X.ndim != 2:
        raise ValueError(f"{name} must be 2-D with one row an image, not of shape {X.shape}; flatten it by rows first")
    if len(X) < rows or X.shape[1] == 0:
        raise ValueError(f"{name} has shape {X.shape}; at least {rows} rows and one column are needed")
    for start in range(0, len(X), ROWS):  # in blocks: a mask of all of a large X would cost a quarter of it again
        finite = np.isfinite(X[start : start + ROWS])
        if not finite.all():
            row, column = np.unravel_index(finite.argmin(), finite.shape)
            found, at = X[start + row, column], start + row if numbers is None else numbers[start + row]
            raise ValueError(f"{name} holds {found} at row {at}, column {column}; drop or repair that row")
    if dtype is None:
        return X.view(np.uint8) if X.dtype == bool else X
    return X.astype(dtype, copy=False)


def dense(X: Any, name: str = "X") -> None:
    """Raise TypeError if X is sparse."""
    if issparse(X):
        raise TypeError(f"{name} is sparse, and sparse input is not supported; pass {name}.toarray()")


def constant(X: NDArray[Any], axis: int = 0) -> NDArray[np.bool_]:
    """Which columns (axis 0) or rows (axis 1) of X hold one value up to rounding, whatever their scale."""
    low, high = (end(X, axis).astype(np.float64) for end in (np.min, np.max))  # integers may not hold the difference
    return high - low <= 1e-12 * np.maximum(np.abs(low), np.abs(high))


def centred(X: NDArray[Any], name: str = "X") -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """X less its mean row, and that row; ValueError if all rows are the same.

    >>> centred(np.array([[1.0, 5.0], [3.0, 5.0]]))[0].tolist()
    [[-1.0, 0.0], [1.0, 0.0]]
    """
    if constant(X).all():
        raise ValueError(f"all rows of {name} are the same; take a view whose rows differ")
    mean = X.mean(0)
    return X - mean, mean


def centred_views(views, names):
    """Each view as float64, centred, with its mean; ValueError, naming the view, also where images differ.

    >>> [(_, mean), _] = centred_views([[[1, 5], [3, 5]], [[0], [1]]], ["X", "X2"])
    >>> mean.tolist()
    [2.0, 5.0]
    """
    matrices = [matrix(X, name, rows=2) for X, name in zip(views, names)]
    same_images(*zip(names, views))
    return [centred(X, name) for X, name in zip(matrices, names)]


def same_rows(*views):
    """Raise ValueError unless all views, given as (name, array), have one row for each image."""
    lengths = {name: len(view) for name, view in views}
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"{name} has {length} rows" for name, length in lengths.items())
        raise ValueError(f"{told}; views must be row-aligned, one row an image")


def same_images(*views):
    """Raise ValueError unless all views, (name, array, DataFrame or stored), have a row for each image, in one order.

    DataFrames are compared by their index, stored views by their ids; the error names the first row whose ids differ.
    """
    same_rows(*views)
    known = [(name, ids) for name, view in views if (ids := image_ids(view)) is not None]
    for name, ids in known[1:]:
        first, reference = known[0]
        differ = np.flatnonzero(ids != reference)
        if differ.size:
            row = differ[0]
            raise ValueError(
                f"row {row} is image {reference.tolist()[row]!r} in {first} and {ids.tolist()[row]!r} in {name}; bring"
                f" the views into one order, DataFrames say with {name}.loc[{first}.index]"
            )


def image_ids(view):
    """The ids (n,) of a DataFrame's or a stored view's images, or None."""
    return view.index.to_numpy() if isinstance(view, pd.DataFrame) else getattr(view, "ids", None)


def row_mask(values: ArrayLike, n: int, name: str) -> NDArray[np.bool_]:
    """Values as a bool array (n,), else a TypeError or ValueError.

    >>> row_mask([True, False], 2, "learn").tolist()
    [True, False]
    """
    values = np.asarray(values)
    if values.dtype != bool:
        raise TypeError(f"{name} must be a mask of True and False, a value a row, not {values.dtype}")
    if values.shape != (n,):
        raise ValueError(f"{name} has shape {values.shape}; a mask of {n} values is needed, one a row")
    return values


def per_row(values: ArrayLike, n: int, name: str) -> NDArray[np.float64]:
    """A number, or one a row, as (n,) float64; ValueError on another count or values that are not finite.

    >>> per_row(2, 3, "strength").tolist()
    [2.0, 2.0, 2.0]
    """
    values = np.asarray(values, np.float64).reshape(-1)
    if len(values) not in (1, n):
        raise ValueError(f"{name} has {len(values)} values; give one number, or one for each of the {n} rows")
    if not np.isfinite(values).all():
        raise ValueError(f"{name} is {values[~np.isfinite(values)][0]}; it must be a finite number")
    return np.broadcast_to(values, n)


def finite_list(values: ArrayLike, name: str) -> NDArray[np.float64]:
    """A list of numbers as (s,) float64; ValueError if it is none, is empty, or holds values that are not finite.

    >>> finite_list([1, 2], "strengths").tolist()
    [1.0, 2.0]
    """
    values = np.asarray(values, np.float64)
    if values.ndim != 1 or not values.size or not np.isfinite(values).all():
        raise ValueError(f"{name} must be a list of finite numbers, not {values}")
    return values


def strength_table(strengths: ArrayLike, n: int) -> NDArray[np.float64]:
    """Strengths (s,) that all n images have alike, or (s, n), each image's own, as (s, n) float64.

    Raises ValueError, as `finite_list`, and on strengths of another number of images.

    >>> strength_table([1, 2], 3).tolist(), strength_table([[1, 2, 3]], 3).tolist()
    ([[1.0, 1.0, 1.0], [2.0, 2.0, 2.0]], [[1.0, 2.0, 3.0]])
    """
    table = np.asarray(strengths, np.float64)
    if table.ndim != 2:
        return np.repeat(finite_list(table, "strengths")[:, None], n, 1)
    if table.shape[1] != n:
        raise ValueError(f"strengths are of {table.shape[1]} images, and there are {n}; give (s,), or (s, {n})")
    finite_list(table.ravel(), "strengths")
    return table


def flat_rows(X: Any, columns: int, name: str = "X") -> NDArray[np.float64]:
    """Rows X (n, ...) as a finite (n, columns) float64 array; ValueError on another width."""
    X = matrix(np.reshape(X, (len(X), -1)), name)
    same_columns(X, columns, name)
    return X


def as_given(X: ArrayLike, rows: NDArray[Any]) -> NDArray[Any]:
    """Rows (n, d) in the shape of X (n, ...) and in its precision, float32 at least.

    >>> as_given(np.zeros((1, 2, 2), np.float16), np.ones((1, 4))).dtype
    dtype('float32')
    """
    X = np.asarray(X)
    return rows.astype(np.promote_types(X.dtype, np.float32)).reshape(X.shape)


def named_views(views: Any) -> dict[str, NDArray[np.float64]]:
    """{name: (n, d) float64} of {name: array or DataFrame by id}, of one length and order; errors name the view."""
    if not hasattr(views, "items"):
        raise TypeError(f"views must be a dict {{name: rows}}, not {type(views).__name__}")
    same_images(*views.items())
    return {name: matrix(x, name) for name, x in views.items()}


def two_views(views):
    """Raise ValueError on fewer than two views."""
    if len(views) < 2:
        raise ValueError(f"{len(views)} views were given; what they share needs two at least")


def same_columns(X, columns, name="X"):
    """Raise ValueError unless X has as many columns as what was fitted."""
    if X.shape[1] != columns:
        raise ValueError(f"{name} has {X.shape[1]} columns; the fit was made on {columns}")


def labels(Y: Any, n: int, name: str = "Y") -> "Labels":
    """`Labels` of n rows; arrays get the names 0, 1, ...

    Y  DataFrame, Series, (n, a) or (n,) of 0/1, with -1, NaN or None where a label is missing. Raises ValueError that
    names the attribute and the row of any other value, or the attribute and its counts where either class has fewer
    than two known rows.
    """
    if np.ndim(Y) not in (1, 2):
        raise ValueError(f"{name} must be (n,) or (n, a), not of shape {np.shape(Y)}")
    table = pd.DataFrame(Y)
    names = list(table.columns)
    same_rows(("X", range(n)), (name, table))
    if not table.columns.is_unique:
        raise ValueError(
            f"{name} has several attributes {names[table.columns.duplicated().argmax()]!r}; rename or drop one"
        )
    # `to_numeric` turns text into NaN too, so that only what was missing before may count as missing
    numeric = all(dtype.kind in "biuf" for dtype in table.dtypes)
    numbers = table if numeric else table.apply(pd.to_numeric, errors="coerce")
    values = numbers.to_numpy(float, na_value=np.nan)
    missing = table.isna().to_numpy() | (values == -1)
    wrong = ~missing & (values != 0) & (values != 1)
    if wrong.any():
        row, column = np.argwhere(wrong)[0]
        raise ValueError(
            f"attribute {names[column]!r} is {table.iloc[row, column]!r} at row {row}; labels are 0 or 1, and -1 "
            "or NaN where missing"
        )
    found = Labels(~missing & (values == 1), ~missing, names)
    two_classes(found)
    return found


class Labels(NamedTuple):
    """Labels of n rows: which have each attribute, which are known (both bool (n, a)), and the attributes' names."""

    truth: NDArray[np.bool_]
    known: NDArray[np.bool_]
    names: list[Any]


def two_classes(labels):
    """Raise ValueError for the first attribute with fewer than two known rows of either class."""
    ones = labels.truth.sum(0)
    zeros = labels.known.sum(0) - ones
    rare = np.flatnonzero(np.minimum(ones, zeros) < 2)
    if rare.size:
        i, missing = rare[0], (~labels.known).sum(0)[rare[0]]
        absent = f" and {missing} missing (-1 or NaN; where -1 means absent, pass Y > 0)" if missing else ""
        raise ValueError(
            f"attribute {labels.names[i]!r} has {ones[i]} ones and {zeros[i]} zeros{absent}; "
            "at least two of each are needed, so leave it out or take more rows"
        )


def in_classes(table):
    """The columns of labels (n, a) of which two rows at least are 1 and two 0."""
    return [name for name in table if min((table[name] == 1).sum(), (table[name] == 0).sum()) >= 2]


def in_both_classes(table: pd.DataFrame, what: str, least: int = 2) -> pd.Index:
    """The columns of labels (n, a) of which `least` rows at least are 1 and as many 0, with a warning for the others.

    what  the rows, for messages; ValueError if no column is left.

    >>> list(in_both_classes(pd.DataFrame({"a": [0, 1, 0, 1]}), "all rows"))
    ['a']
    """
    enough = np.asarray(np.minimum((table == 1).sum(), (table == 0).sum())) >= least
    lost = ", ".join(map(str, table.columns[~enough]))
    if not enough.any():
        raise ValueError(f"{what}, {len(table)} rows, holds too few of either class of {lost}; take more rows")
    if lost:
        warnings.warn(f"left out, too rare in {what}, {len(table)} rows: {lost}", stacklevel=3)
    return table.columns[enough]


def file_name(name: Any, what: str) -> str:
    """A name, as text, that every system can store as one part of a path; ValueError for any other.

    >>> file_name("drawn-ldm 2", "run")
    'drawn-ldm 2'
    """
    text = str(name)
    storable = text == text.strip() and not text.endswith(".") and 0 < len(text.encode()) <= LONGEST
    if not storable or FORBIDDEN.search(text) or RESERVED.match(text):
        raise ValueError(
            f"{what} {text!r} cannot be the name of a file or a folder; take letters, digits, spaces, -, _ and .,"
            f" without a / or \\, up to {LONGEST} of them"
        )
    return text


def name_list(names: Any, what: str) -> list[Any]:
    """Names as a list; TypeError for a text, whose letters would be taken for names.

    >>> name_list(("Smiling", "Young"), "attributes")
    ['Smiling', 'Young']
    """
    if isinstance(names, (str, bytes)):
        raise TypeError(f"{what} is {names!r}; give a list of names, such as [{names!r}]")
    return list(names)


def at_once(batch_size: Any, automatic: int | None = None) -> int:
    """How many images at once: a whole number from 1 on, or what "auto" stands for; else a ValueError."""
    if batch_size == "auto" and automatic is not None:
        return automatic
    if not whole(batch_size, 1):
        raise ValueError(f'batch_size is {batch_size!r}; give a whole number from 1 on, or "auto"')
    return int(batch_size)


def choice(value, allowed, what):
    """The value if it is one of the allowed ones, else a ValueError that lists them."""
    if value not in allowed:
        raise ValueError(f"unknown {what} {value!r}; choose one of {', '.join(map(str, allowed))}")
    return value


def whole(value, low, high=np.inf):
    """Whether a value is a whole number from low to high; True and False are none.

    >>> whole(3, 1), whole(3.0, 1), whole(True, 0)
    (True, False, False)
    """
    return isinstance(value, Integral) and not isinstance(value, bool) and low <= value <= high


def share(value, what, low=0.0, high=np.inf):
    """A number strictly above `low` and at most `high`, else a ValueError."""
    if not isinstance(value, Real) or not low < value <= high or np.isinf(value):
        most = "finite" if np.isinf(high) else f"at most {high:g}"
        raise ValueError(f"{what} is {value!r}; it must be a number above {low:g} and {most}")
    return float(value)
