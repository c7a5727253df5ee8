"""CelebA on a disk, in the published layout or as the Kaggle archive has it, whole or in part.

Published: list_attr_celeba.txt, list_eval_partition.txt, identity_CelebA.txt, pictures in img_align_celeba/. The
archive: list_attr_celeba.csv, list_eval_partition.csv, pictures in img_align_celeba/img_align_celeba/. Each file is
looked for in a folder and in those below it, so that either may lie inside the other, or as the drive has them (Anno/,
Eval/, Img/).
"""

import os
import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from ..core.checks import choice
from .labelled_images import LabelledFiles, from_files

CELEBA_SPLITS = {"train": 0, "valid": 1, "test": 2}
LABELS, PARTITION, PICTURES = "list_attr_celeba", "list_eval_partition", "img_align_celeba"
IDENTITIES = "identity_CelebA.txt"
DEPTH = 3  # folders below the one that is named
CELEBA_ATTRIBUTES = (  # noqa: SIM905
    "5_o_Clock_Shadow Arched_Eyebrows Attractive Bags_Under_Eyes Bald Bangs Big_Lips Big_Nose Black_Hair Blond_Hair "
    "Blurry Brown_Hair Bushy_Eyebrows Chubby Double_Chin Eyeglasses Goatee Gray_Hair Heavy_Makeup High_Cheekbones "
    "Male Mouth_Slightly_Open Mustache Narrow_Eyes No_Beard Oval_Face Pale_Skin Pointy_Nose Receding_Hairline "
    "Rosy_Cheeks Sideburns Smiling Straight_Hair Wavy_Hair Wearing_Earrings Wearing_Hat Wearing_Lipstick "
    "Wearing_Necklace Wearing_Necktie Young"
).split()


def is_celeba(folder):
    """Whether a folder, or one below it, has CelebA's table of attributes."""
    return find_table(folder, LABELS) is not None


def load_celeba(folder, n, split, size, on_error="raise"):
    """The `ImageSet` of the first n images of a split of CelebA, as far as its pictures are there.

    With identity_CelebA.txt among the files, `groups` says who is who.
    """
    labels = celeba_labels(folder, split)
    pictures = picture_folder(folder)
    there = set(os.listdir(pictures))
    known = labels[labels.index.isin(there)]
    if 0 < len(known) < len(labels):
        warnings.warn(
            f"celeba: {len(known):,} of the {len(labels):,} pictures of split {split!r} are in {pictures}; the others"
            " are left out",
            stacklevel=2,
        )
    if known.empty:
        raise FileNotFoundError(none_of_split(labels, split, pictures))
    found = LabelledFiles("celeba", pictures, known.index.tolist(), known, np.arange(len(known)))
    images = from_files(found, range(len(known)), size, split, n, on_error)
    return replace(images, groups=identities(folder, images.ids))


def none_of_split(labels, split, pictures):
    """What is said where no picture of a split is there: which they would be, and how to go on without."""
    there = sum(name.endswith((".jpg", ".png")) for name in os.listdir(pictures))
    return (
        f"celeba: no images of split {split!r} among the {there:,} pictures in {pictures}; by the published partition"
        f" that split is {labels.index[0]} to {labels.index[-1]}: add some of them, or take both parts from a split"
        " that is there (train_split and test_split alike, such as train), whose next pictures are then held out"
    )


def celeba_labels(folder, split):
    """Attributes of a split of CelebA as its table has them, a DataFrame by file name.

    ValueError for an unknown split and for tables that do not match, FileNotFoundError for one that is missing.
    """
    choice(split, CELEBA_SPLITS, "split of CelebA")
    labels, parts = (read_table(table_of(folder, name)) for name in (LABELS, PARTITION))
    lost = labels.index.difference(parts.index, sort=False)
    if len(lost):
        raise ValueError(
            f"CelebA's two tables differ: {lost[0]} has no row in {table_of(folder, PARTITION)}; download that again,"
            f" or take the {len(lost):,} such rows out of {table_of(folder, LABELS)}"
        )
    if len(labels) < len(parts):
        warnings.warn(
            f"{table_of(folder, LABELS)} has {len(labels):,} of the {len(parts):,} pictures of {PARTITION}; the others"
            " have no attributes and are left out",
            stacklevel=2,
        )
    return labels[(parts.iloc[:, 0].reindex(labels.index) == str(CELEBA_SPLITS[split])).to_numpy()]


def table_of(folder, name):
    """Where a table of CelebA lies; FileNotFoundError says what to do if it is nowhere."""
    found = find_table(folder, name)
    if found is None:
        raise FileNotFoundError(
            f"CelebA needs {name}.txt or {name}.csv in {folder}; download it from the data set's page"
        )
    return found


def find_table(folder, name):
    """The first table of a name in a folder or those below it, or None."""
    for depth in range(DEPTH):
        for ending in ("txt", "csv"):
            found = sorted(Path(folder).glob(f"{'*/' * depth}{name}.{ending}"))
            if found:
                return found[0]
    return None


def picture_folder(folder):
    """The folder with CelebA's pictures, in a folder or below it; FileNotFoundError if there is none."""
    for depth in range(DEPTH + 1):
        for found in sorted(Path(folder).glob(f"{'*/' * depth}{PICTURES}")):
            if found.is_dir() and any(name.endswith((".jpg", ".png")) for name in os.listdir(found)):
                return found
    raise FileNotFoundError(
        f"CelebA needs its pictures, 000001.jpg and so on, in {PICTURES}/ in {folder}; download and unpack them"
    )


def read_table(path):
    """A table of CelebA as text, a DataFrame by file name; ValueError names a row that is not like the others."""
    rows = [line.replace(",", " ").split() for line in read_lines(path)]
    names, rows = (["part"], rows) if (path.stem, path.suffix) == (PARTITION, ".txt") else with_heading(path, rows)
    for number, row in enumerate(rows):
        if len(row) != len(names) + 1:
            raise ValueError(
                f"row {number + 1} of {path.name} has {len(row) - 1} values for {len(names)} columns; it was not"
                " downloaded whole"
            )
    table = pd.DataFrame([row[1:] for row in rows], [row[0] for row in rows], names)
    if not table.index.is_unique:
        raise ValueError(f"{path} has {table.index[table.index.duplicated()][0]} twice; download it again")
    return table


def with_heading(path, rows):
    """Names of a table's columns and its rows; warns where the count that the published table begins with is wrong."""
    if path.suffix == ".csv":
        return rows[0][1:], rows[1:]
    count = rows.pop(0)[0] if len(rows[0]) == 1 else str(len(rows) - 1)
    names, rows = rows[0], rows[1:]
    if count != str(len(rows)):
        warnings.warn(f"{path} promises {count} rows and holds {len(rows)}, which are taken", stacklevel=2)
    return names, rows


def identities(folder, ids):
    """Persons (n,) str that these images of CelebA show, by identity_CelebA.txt; None where there is no such file.

    ValueError names a line that is not `file number`, or an image that has no line.
    """
    path = find_table(folder, Path(IDENTITIES).stem)
    if path is None:
        return None
    lines = [line.split() for line in read_lines(path)]
    for row, line in enumerate(lines):
        if len(line) != 2 or not line[1].isdigit():
            raise ValueError(
                f"{path}: line {row + 1} is {' '.join(line)!r}, not like `000001.jpg 2880`; download "
                "that file again, or remove it"
            )
    persons = {Path(file).stem: person for file, person in lines}
    missing = [name for name in ids if name not in persons]
    if missing:
        raise ValueError(f"{missing[0]} is not in {path}; download that file again, or remove it")
    return np.array([persons[name] for name in ids])


def read_lines(path):
    """Lines of a text file that are not empty; ValueError if there are fewer than two, or if it is no text."""
    try:
        lines = [line for line in path.read_text(encoding="utf-8-sig").splitlines() if line.strip()]
    except UnicodeDecodeError as error:
        raise ValueError(f"{path} is no text ({error}); download it again") from error
    if len(lines) < 2:
        raise ValueError(f"{path} holds {len(lines)} lines; it was not downloaded whole")
    return lines
