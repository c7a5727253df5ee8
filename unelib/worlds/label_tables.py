"""Tables of labels, CSV, TSV, Parquet or JSON lines, and which of their columns names the pictures."""

import json
from pathlib import Path, PurePosixPath

import numpy as np
import pandas as pd

from .label_columns import told_apart

TABLES = (".csv", ".tsv", ".parquet", ".jsonl")
TRIED = 200  # rows by which a column is chosen


def is_table(file):
    """Whether a file is a table of labels, by the ending of its name."""
    return Path(file).suffix.lower() in TABLES


def read_labels(path):
    """A table of labels as a DataFrame, texts of CSV as they stand; FileNotFoundError and ValueError say what to do."""
    if not is_table(path):
        raise ValueError(f"{path} is no table of labels; give a file that ends in one of {', '.join(TABLES)}")
    try:
        table = read_by_ending(Path(path))
    except FileNotFoundError as error:
        raise FileNotFoundError(f"there is no file {path}; name a table of labels") from error
    except (ValueError, OSError) as error:
        why = str(error).strip()
        raise ValueError(f"{path} is not a table ({why}); it needs a heading and one row an image") from error
    if table.empty or table.shape[1] < 2:
        raise ValueError(f"{path} needs a column of file names, one of attributes or more, and at least one row")
    return table.set_axis(told_apart(str(name).strip() for name in table), axis=1)


def read_by_ending(path):
    """What a file of one of the endings of `TABLES` holds."""
    if path.suffix.lower() == ".parquet":
        return pd.read_parquet(path).reset_index(drop=True)
    if path.suffix.lower() == ".jsonl":
        lines = path.read_text(encoding="utf-8-sig").splitlines()
        return pd.DataFrame([json.loads(line) for line in lines if line.strip()])
    with open(path, encoding="utf-8-sig") as file:
        heading = file.readline()
    comma = "\t" if path.suffix.lower() == ".tsv" else max(",;\t", key=heading.count)
    table = pd.read_csv(path, sep=comma, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    if not isinstance(table.index, pd.RangeIndex):  # pandas takes the first cells as names of rows
        raise ValueError("its rows have more cells than its heading")
    return table


def name_column(table, files):
    """Which column of a table names files of a list, and the file of each of its rows, None where none is.

    The column of which most values are files: as a path, as a file name, either without its ending, or by number alone
    (1 for 000001.jpg). One with its ending counts for two without: a table's own row numbers, which may be files' names
    as well, do not name them in place of a column that does. (None, []) where no column names any.

    >>> name_column(pd.DataFrame({"Male": [1, 0], "image": ["a", "b"]}), ["x/a.png", "x/b.png", "x/c.png"])
    ('image', ['x/a.png', 'x/b.png'])
    """
    known = {way: unique_names({file: of_file(file) for file in files}) for way, (of_file, _) in WAYS.items()}
    for rows in (np.unique(np.linspace(0, len(table) - 1, TRIED).astype(int)), slice(None)):
        best = most_files(table.iloc[rows], known)
        if best[0]:
            _, column, way = best
            return column, [known[way].get(key) for key in map(WAYS[way][1], map(as_written, table[column]))]
    return None, []


def most_files(table, known):
    """(Weight, column, way) of the column and the way by which most files are named; the first of equals.

    A column of 0 and 1 alone names none, though there may be a 1.png, unless it is the first and no other names any.
    """
    cells = {column: {as_written(value) for value in table[column] if may_name(value)} for column in table}
    plain = {column: values for column, values in cells.items() if not values <= {"0", "1", "-1", ""}}
    for columns in (plain, dict(list(cells.items())[:1])):
        best = (0, None, None)
        for column, values in columns.items():
            for way, files in known.items():
                count = len({files.get(WAYS[way][1](value)) for value in values} - {None})
                count *= 1 if "without" in way or way == "number" else 2
                best = (count, column, way) if count > best[0] else best
        if best[0]:
            break
    return best


def may_name(value):
    """Whether a cell is a text or a whole number."""
    return isinstance(value, (str, int, np.integer)) and not isinstance(value, bool)


def unique_names(names):
    """{name: file} of {file: name} without names that two files share."""
    table = pd.Series(names, dtype=object).dropna()
    table = table[~table.duplicated(keep=False)]
    return dict(zip(table, table.index))


def as_written(value):
    """A cell as the path that it may be."""
    return str(value).strip().replace("\\", "/").removeprefix("./")


def as_number(text):
    """A whole number without leading zeros, as text; None for what is none."""
    return str(int(text)) if text.isdecimal() else None


WAYS = {  # what a file is called, and what a cell says
    "path": (str, str),
    "name": (lambda file: PurePosixPath(file).name, lambda cell: PurePosixPath(cell).name),
    "path without ending": (lambda file: PurePosixPath(file).with_suffix("").as_posix(), str),
    "name without ending": (lambda file: PurePosixPath(file).stem, lambda cell: PurePosixPath(cell).name),
    "number": (lambda file: as_number(PurePosixPath(file).stem), lambda cell: as_number(cell)),
}
