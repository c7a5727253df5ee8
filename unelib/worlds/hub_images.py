"""Images of a data set on the Hugging Face hub."""

import warnings

import numpy as np
import pandas as pd

from .celeba import CELEBA_ATTRIBUTES
from .labelled_images import ImageSet, attribute_table, skipped_in_words
from .picture_files import as_rgb, reading, square


def load_hub(name, n, split, size, on_error="raise"):
    """A hub data set with a column `image` and the attributes in `attributes` (CelebA's order) or in 0/1 columns."""
    try:
        from datasets import load_dataset
    except ImportError as error:
        raise ImportError("hub data sets need the extra: pip install 'unelib[hub]'") from error
    for part in ("valid", "validation") if split == "valid" else (split,):
        try:
            data = load_dataset(name, split=part)
            break
        except Exception as error:
            problem, reason = error, (str(error) or type(error).__name__).splitlines()[0][:200]
    else:
        raise FileNotFoundError(f"hub data set {name!r}, split {split!r}, cannot be had: {reason}") from problem
    return from_hub_rows(name, data, size, split, n, on_error)


def from_hub_rows(name, data, size, split, n=None, on_error="raise"):
    """An `ImageSet` from the first n rows of a `datasets.Dataset` whose pictures can be read."""
    if "image" not in data.column_names:
        raise ValueError(f"{name} has no column 'image'; it has {data.column_names}")
    if "attributes" in data.column_names:
        values, names = np.array(data["attributes"]), CELEBA_ATTRIBUTES
    else:
        names = [c for c in data.column_names if c != "image" and pd.Series(list(data[c])).isin((-1, 0, 1)).all()]
        if not names:
            raise ValueError(f"{name} has no column of 0/1 attributes; it has {data.column_names}")
        values = np.array([data[c] for c in names]).T
    pixels, skipped = hub_pictures(name, data, size, len(data) if n is None else n, on_error)
    if skipped:
        warnings.warn(skipped_in_words(name, skipped), stacklevel=2)
    ids = np.array([f"{name}-{split}-{row:08d}" for row in pixels])
    attributes = attribute_table(values[list(pixels)], names, ids, name, list(pixels))
    return ImageSet(name, ids, np.stack(list(pixels.values())), attributes, split, skipped=skipped)


def hub_pictures(name, data, size, n, on_error):
    """{row: picture (size, size, 3)} of the first n that can be read, and {row in words: why not} of the others."""
    pixels, skipped = {}, {}
    for row in range(len(data)):
        if len(pixels) == n:
            break
        try:
            with reading(name, row):
                pixels[row] = square(as_rgb(data[row]["image"]), size)
        except ValueError as error:
            if on_error == "raise":
                raise
            skipped[f"row {row + 1}"] = str(error.__cause__)
    if not pixels:
        raise FileNotFoundError(f"{name}: no picture of it can be read")
    return pixels, skipped
