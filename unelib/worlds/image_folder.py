"""A folder of images with a table of attributes, or with a sub-folder a class, as people have them."""

import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from ..core.checks import choice
from .dealt_parts import SHARES, dealt_order, places
from .folder_layout import (
    class_attributes,
    files_below,
    is_picture,
    own_splits,
    split_called,
    told_beside_parts,
    told_of_classes,
    within,
)
from .label_columns import attributes_of_column, attributes_of_table
from .label_tables import as_written, is_table, name_column, read_labels
from .labelled_images import LabelledFiles, from_files

PERSON = ("person", "group", "identity")  # what a column is called that says whom an image shows
ALL = "all"  # the split that is every image


@dataclass(frozen=True, eq=False)
class FolderImages:
    """Labelled files of a folder, and the split (m,) of each; None where the folder has no splits of its own."""

    found: LabelledFiles
    splits: np.ndarray | None

    @property
    def places(self):
        """Where each image lies between 0 and 1, by which they are dealt out to splits."""
        return places(self.found.ids, self.apart)

    @property
    def apart(self):
        """Whom the images show (m,), who is to be on one side; None where that is not known or one person alone."""
        persons = self.found.persons
        return None if persons is None or len(set(persons)) < 2 else persons

    def images(self, n, split, size, on_error="raise"):
        """The `ImageSet` of the first n images of a split, or of "all"; by default of "train" if it has splits."""
        m, split = len(self.found.files), split or (ALL if self.splits is None else "train")
        split = split_called(split) or split
        if split == ALL:
            order = np.arange(m)
        elif self.splits is None:
            order = dealt_order(self.places, choice(split, (ALL, *SHARES), f"split of {self.found.name}"))
            self.tell_how_dealt(order, split, n)
        else:
            order = np.flatnonzero(self.splits == self.nearest_split(split))
        return from_files(self.found, order, size, split, n, on_error)

    def tell_how_dealt(self, order, split, n):
        """Warn where a split that was dealt out has fewer than n images; FileNotFoundError where it has none."""
        m, name = len(self.found.files), self.found.name
        told = f"{name}: {len(order)} of its {m} images are dealt to {split!r}, by {self.dealt_by}"
        way = f'split="{ALL}" gives all, and a column `split` in the table deals them otherwise'
        if not len(order):
            raise FileNotFoundError(f"{told}; {way}")
        if n is not None and len(order) < min(n, m):
            warnings.warn(f"{told}; {way}", stacklevel=4)

    @property
    def dealt_by(self):
        """What decides about the split of an image."""
        return "their names" if self.apart is None else "whom they show"

    def nearest_split(self, split):
        """The split of the folder that is asked for; its "valid" for a "test" that it does not have."""
        there = sorted(set(self.splits) - {""})  # an image beside the parts is of none
        if split == "test" and "test" not in there and "valid" in there:
            warnings.warn(f"{self.found.name} has no split 'test'; its 'valid' is taken", stacklevel=4)
            return "valid"
        return choice(split, (ALL, *there), f"split of {self.found.name}")

    def parts(self, n_train, n_test, size, on_error="raise"):
        """Two `ImageSet`s of images that have no splits: train from the lowest place on, test from the highest down.

        Neither shows whom the other shows. Either may go beyond its share of the images, if the other leaves room.
        """
        persons, order = self.apart, np.argsort(self.places, kind="stable")
        train = from_files(self.found, order, size, "train", n_train, on_error)
        taken = np.isin(self.found.ids, train.ids)
        if persons is not None:
            taken = np.isin(persons, persons[taken])
        rest = order[::-1][~taken[order[::-1]]]
        if not len(rest):
            return train, train[:0]
        return train, from_files(self.found, rest, size, "test", n_test, on_error)


def read_folder(folder, labels=None):
    """`FolderImages` of a folder, by a table of labels (a path, or what lies beside the pictures), else by sub-folders.

    What is not plain from the table's format is told in one warning.
    """
    files = files_below(folder)
    pictures = [file for file in files if is_picture(file)]
    base = within(pictures)
    parts = own_splits(pictures, base)
    starts = list(parts) or [base]
    tables, faults = found_tables(folder, files, starts, base, labels)
    if tables:
        found, splits, told = by_tables(folder, tables, pictures)
        parts = own_splits(pictures, base, classes=False) if splits is None else {}
        told += told_beside_parts(found.files, base, parts)
    else:
        inside = [] if labels else [file for file in pictures if file.startswith(tuple(starts))]
        found, told = by_sub_folders(folder, inside, starts, faults)
        splits, told = None, told_beside_parts(pictures, base, parts) + told_of_classes(pictures, base, parts) + told
    if len(set(parts.values())) > 1:
        of_start = {file: parts[start] for start in parts for file in found.files if file.startswith(start)}
        splits = np.array([of_start.get(file, "") for file in found.files])
    if told:
        warnings.warn(f"{folder.name}: {'; '.join(told)}", stacklevel=4)
    return FolderImages(found, splits)


def by_sub_folders(folder, pictures, starts, faults):
    """`LabelledFiles` of pictures by their sub-folders, and what is to be told of it.

    Without any, the first fault of the folder's tables, or a FileNotFoundError.
    """
    attributes, lost = class_attributes(pictures, starts)
    if attributes.empty and faults:
        raise faults[0]
    if attributes.empty:
        raise FileNotFoundError(
            f"{folder} holds neither a table of labels, a CSV, TSV, Parquet or JSONL file that names its pictures, nor"
            f" a sub-folder a class; it has {len(pictures)} pictures"
        )
    told = [f"{len(lost)} pictures lie in no sub-folder and are left out, such as {lost[0]}"] if lost else []
    return LabelledFiles(folder.name, folder, list(attributes.index), attributes), told + list(map(str, faults))


def found_tables(folder, files, starts, base, labels):
    """The tables that name pictures, [(path, table, column, file of each row)], and what is wrong with the others.

    One a part of the folder, else one for all of it.
    """
    if labels is not None:
        return tables_that_name([Path(labels)], "", files)
    wrong = []
    for starts_of in (starts, [base], [""]):
        hits = []
        for start in starts_of:
            paths = [folder / f for f in files if is_table(f) and f.startswith(start) and "/" not in f[len(start) :]]
            named, faults = tables_that_name(paths, start, files)
            hits, wrong = hits + named, wrong + [fault for fault in faults if str(fault) not in map(str, wrong)]
        if hits:
            return hits, wrong
    return [], wrong


def tables_that_name(paths, start, files):
    """Those of some tables that name files below a start, and the errors of the others; ValueError for two that do."""
    hits, faults = [], []
    inner = [file[len(start) :] for file in files if file.startswith(start) and not is_table(file)]
    for path in paths:
        try:
            table = read_labels(path)
        except ValueError as error:
            faults.append(error)
            continue
        column, named = name_column(table, inner)
        if column is None:
            faults.append(names_none(path, table, inner))
        else:
            written = (as_written(value) for value in table[column])
            hits.append((path, table, column, [start + (file or cell) for file, cell in zip(named, written)]))
    if len(hits) > 1:
        raise ValueError(
            f"{paths[0].parent} holds {len(hits)} tables that name its pictures"
            f" ({', '.join(path.name for path, *_ in hits)}); keep one, or say which by labels="
        )
    return hits, faults


def names_none(path, table, files):
    """The error for a table of which no column names a file."""
    shown = next((file for file in files if is_picture(file)), "no picture")
    column = table.columns[0]
    return FileNotFoundError(
        f"no column of {path} names a picture: its column {column!r} holds {str(table[column].iloc[0])!r}, and the"
        f" folder has {shown}; a column is to hold file names, with or without ending or folder"
    )


def by_tables(folder, tables, pictures):
    """`LabelledFiles` and splits of tables as `found_tables` has them, and what is to be told of it."""
    rest = known_headings(pd.concat([table.drop(columns=column) for _, table, column, _ in tables], ignore_index=True))
    files = [file for *_, named in tables for file in named]
    numbers = np.concatenate([np.arange(len(table)) for _, table, _, _ in tables])
    path = tables[0][0]
    splits, persons = split_column(rest, path), person_column(rest, files)
    attributes, left = attributes_of_table(rest)
    if not attributes.shape[1]:
        why = "; ".join(f"{name}: {reason}" for name, reason in left.items()) or "it has no other column"
        raise ValueError(f"{path} has no column of attributes ({why}); write 1 and 0, yes and no, or a few words")
    found = LabelledFiles(folder.name, folder, files, attributes, numbers, persons)
    return found, splits, told_of_tables(tables, left, len(set(pictures) - set(files)))


def known_headings(table):
    """The table with `Split`, `Person` and the like as they are known, in small letters, unless both are there."""
    small = {name: str(name).lower() for name in table if str(name).lower() in ("split", *PERSON)}
    return table.rename(columns={name: known for name, known in small.items() if known not in table})


def told_of_tables(tables, left, unnamed):
    """What is to be told of tables: an unexpected column of names, columns left out, pictures without a row."""
    found = [
        f"{path.name} names the pictures in its column {column!r}"
        for path, table, column, _ in tables
        if column != table.columns[0]
    ]
    if left:
        found.append(f"left out: {', '.join(f'{name} ({why})' for name, why in left.items())}")
    if unnamed:
        found.append(f"{unnamed} pictures have no row in {tables[0][0].name} and are left out")
    return found


def split_column(table, path):
    """The column `split` of a table, taken out of it, as "train", "valid" and "test"; None where it has none."""
    if "split" not in table:
        return None
    column = table.pop("split")
    found = column.map(split_called)
    if found.isna().any():
        row = int(found.isna().argmax())
        raise ValueError(f"{path}: row {row + 1}, split: {str(column[row])!r} is none of train, valid and test")
    return found.to_numpy(str)


def person_column(table, files):
    """Whom each picture shows, of the column that says so, taken out of a table; its own file where that is empty."""
    for name in PERSON:
        if name in table and not is_attribute(name, table[name]):
            persons = table.pop(name).map(str, na_action="ignore").str.strip()
            return np.where(persons.isna() | (persons == ""), files, persons).astype(str)
    return None


def is_attribute(name, column):
    """Whether a column says yes or no."""
    found = attributes_of_column(name, column)
    return not isinstance(found, str) and list(found) == [name]
