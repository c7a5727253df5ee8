"""A folder of images with one CSV of attributes."""

import pandas as pd

from .labelled_images import from_files, is_hidden


def load_folder(folder, n, split, size, on_error="raise"):
    """A folder with images and one CSV: its first column is the file name, the others are 0/1 (or -1/1) attributes."""
    tables = [path for path in sorted(folder.glob("*.csv")) if not is_hidden(path)]
    if len(tables) != 1:
        raise FileNotFoundError(
            f"{folder} holds {len(tables)} CSV files; an image folder needs one, with file name and attributes"
        )
    try:
        table = pd.read_csv(tables[0])
    except ValueError as error:
        raise ValueError(f"{tables[0]} is not a table ({error}); it needs a heading and one row an image") from error
    if table.empty or table.shape[1] < 2:
        raise ValueError(f"{tables[0]} needs a column of file names, one of attributes or more, and at least one row")
    files = table.iloc[:, 0].astype(str).tolist()
    values, names = table.iloc[:, 1:].to_numpy(), list(table.columns[1:])
    return from_files(folder.name, folder, files, values, names, size, split, n, on_error)
