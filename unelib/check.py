"""What arrays must be at the borders: finite matrices with one row an image, views of one length, 0/1 labels."""

from numbers import Real

import numpy as np
import pandas as pd


def matrix(X, name="X", rows=1, dtype=np.float64):
    """X as a finite (n, d) array of `dtype` (None: its own) with at least `rows` rows; errors name the first bad value.

    >>> matrix([[1, 2], [3, 4]]).dtype
    dtype('float64')
    """
    X = np.asarray(X)
    if X.dtype.kind not in "fiub":
        raise TypeError(f"{name} must hold real numbers, not {X.dtype}")
    if X.ndim != 2:
        raise ValueError(f"{name} must be 2-D with one row an image, not of shape {X.shape}; flatten it by rows first")
    if len(X) < rows or X.shape[1] == 0:
        raise ValueError(f"{name} has shape {X.shape}; at least {rows} rows and one column are needed")
    finite = np.isfinite(X)
    if not finite.all():
        row, column = np.unravel_index(finite.argmin(), X.shape)
        raise ValueError(f"{name} holds {X[row, column]} at row {row}, column {column}; drop or repair that row")
    return X if dtype is None else X.astype(dtype, copy=False)


def constant(X, axis=0):
    """Which columns (axis 0) or rows (axis 1) of X hold one value up to rounding, whatever their scale."""
    return np.ptp(X, axis) <= 1e-12 * np.abs(X).max(axis)


def centred(X, name="X"):
    """X less its mean row, and that row; ValueError if all rows are the same.

    >>> centred(np.array([[1.0, 5.0], [3.0, 5.0]]))[0].tolist()
    [[-1.0, 0.0], [1.0, 0.0]]
    """
    if constant(X).all():
        raise ValueError(f"all rows of {name} are the same; take a view whose rows differ")
    mean = X.mean(0)
    return X - mean, mean


def same_rows(*views):
    """Raise ValueError unless all views, given as (name, array), have one row for each image."""
    lengths = {name: len(view) for name, view in views}
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"{name} has {length} rows" for name, length in lengths.items())
        raise ValueError(f"{told}; views must be row-aligned, one row an image")


def same_columns(X, columns, name="X"):
    """Raise ValueError unless X has as many columns as what was fitted."""
    if X.shape[1] != columns:
        raise ValueError(f"{name} has {X.shape[1]} columns; the fit was made on {columns}")


def labels(Y, n, name="Y"):
    """Labels as bool (n, a) and the list of attribute names; arrays get the names 0, 1, ...

    Y  DataFrame, Series, (n, a) or (n,) of 0/1. Raises ValueError that names the attribute and the row of a value that
    is neither, or the attribute and its counts where either class has fewer than two rows.
    """
    if np.ndim(Y) not in (1, 2):
        raise ValueError(f"{name} must be (n,) or (n, a), not of shape {np.shape(Y)}")
    table = pd.DataFrame(Y)
    names = list(table.columns)
    same_rows(("X", range(n)), (name, table))
    # `to_numeric` turns text and missing values of any kind into NaN, which the next test finds
    values = table.apply(pd.to_numeric, errors="coerce").to_numpy(float, na_value=np.nan)
    wrong = (values != 0) & (values != 1)
    if wrong.any():
        row, column = np.argwhere(wrong)[0]
        raise ValueError(f"attribute {names[column]!r} is {table.iloc[row, column]!r} at row {row}; labels are 0 or 1")
    two_classes(values, names)
    return values.astype(bool), names


def two_classes(values, names):
    """Raise ValueError for the first attribute with fewer than two rows of either class."""
    ones = values.sum(0).astype(int)
    rare = np.flatnonzero(np.minimum(ones, len(values) - ones) < 2)
    if rare.size:
        i = rare[0]
        raise ValueError(
            f"attribute {names[i]!r} has {ones[i]} ones and {len(values) - ones[i]} zeros; "
            "at least two of each are needed, so leave it out or take more rows"
        )


def choice(value, allowed, what):
    """The value if it is one of the allowed ones, else a ValueError that lists them."""
    if value not in allowed:
        raise ValueError(f"unknown {what} {value!r}; choose one of {', '.join(map(str, allowed))}")
    return value


def share(value, what, low=0.0, high=np.inf):
    """A number strictly above `low` and at most `high`, else a ValueError."""
    if not isinstance(value, Real) or not low < value <= high:
        raise ValueError(f"{what} is {value!r}; it must be a number above {low:g} and at most {high:g}")
    return float(value)
