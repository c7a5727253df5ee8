"""How pictures lie in a folder: which files there are, in parts of its own (train/, test/), in a folder a class."""

import os
from pathlib import Path, PurePosixPath

import numpy as np
import pandas as pd

from .label_columns import safe_name, told_apart
from .labelled_images import is_hidden

ENDINGS = (".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".gif", ".bmp", ".webp", ".tif", ".tiff", ".ppm", ".pgm", ".pbm",
           ".avif", ".heic", ".heif")  # fmt: skip
SPLIT_WORDS = {
    "train": ("train", "training"),
    "valid": ("valid", "validation", "val", "dev"),
    "test": ("test", "testing", "eval", "evaluation"),
}
MOST_CLASSES = 1000


def files_below(folder):
    """Paths, from a folder on, of all files in it and below, sorted, without hidden ones."""
    found, seen = [], set()
    for place, folders, files in os.walk(folder, followlinks=True):
        real = os.path.realpath(place)
        folders[:] = [] if real in seen else sorted(name for name in folders if not name.startswith((".", "__MACOSX")))
        start = Path(place).relative_to(folder)
        found += [] if real in seen else [(start / file).as_posix() for file in files if not is_hidden(file)]
        seen.add(real)
    return sorted(found)


def is_picture(file):
    """Whether a file is a picture, by the ending of its name."""
    return file.lower().endswith(ENDINGS)


def split_called(word):
    """ "train", "valid" or "test" for what people call them, else None.

    >>> split_called("Validation"), split_called("cats")
    ('valid', None)
    """
    word = str(word).strip().lower()
    return next((split for split, words in SPLIT_WORDS.items() if word in words), None)


def within(files):
    """The folder, "" or a path with / at its end, below which all pictures lie, above their classes and splits."""
    base = ""
    while True:
        tops = {file[len(base) :].split("/", 1)[0] if "/" in file[len(base) :] else "" for file in files}
        inner = f"{base}{next(iter(tops))}/" if len(tops) == 1 else ""
        is_class = all("/" not in file[len(inner) :] for file in files)
        if not inner.strip("/") or is_class or split_called(inner.rstrip("/").rsplit("/")[-1]):
            return base
        base = inner


def own_splits(files, base, classes=True):
    """{folder: split} of the sub-folders that are parts of a whole, if all pictures lie in such, else {}.

    Beside other sub-folders they are parts if there are two at least, such as train/ and test/, which have sub-folders
    themselves: else they could be `classes`, where no table says what pictures show.
    """
    found = splits_by_name(files, base)
    if None not in found.values():
        return found
    parts = {start: split for start, split in found.items() if split and (has_folders(files, start) or not classes)}
    return parts if len(set(parts.values())) > 1 else {}


def splits_by_name(files, base):
    """{folder: split, None if its name is none} of the folders below a base; of "/" for pictures that lie in none."""
    tops = {file[len(base) :].partition("/")[0] if "/" in file[len(base) :] else "" for file in files}
    return {f"{base}{top}/": split_called(top) for top in sorted(tops)}


def has_folders(files, start):
    """Whether all pictures of a folder lie in sub-folders of it."""
    return all("/" in file[len(start) :] for file in files if file.startswith(start))


def told_beside_parts(files, base, parts):
    """A sentence, in a list, about pictures that lie beside the parts of a folder; nothing where none do."""
    beside = [file for file in files if not file.startswith(tuple(parts))] if parts else []
    if not beside:
        return []
    told = ", ".join(start.removeprefix(base) for start in parts)
    return [f"{len(beside)} pictures lie beside its parts {told} and belong to none, such as {beside[0]}"]


def told_of_classes(files, base, parts):
    """A sentence, in a list, about folders that are called as parts are and are classes; nothing where that is plain.

    One folder of pictures called train, beside one called bus, is a class and no more is said.
    """
    like = [start for start, split in splits_by_name(files, base).items() if split]
    if parts or not like or (len(like) == 1 and not has_folders(files, like[0])):
        return []
    told = ", ".join(start.removeprefix(base) for start in like)
    return [f"{told} beside other folders: each is taken for a class; if they are parts, put all classes into them"]


def class_attributes(files, starts):
    """Attributes (n, a) of pictures by their sub-folder, one a class, and the files that lie in none.

    starts  folders above the classes; ValueError for more classes than can be attributes
    """
    classes = np.array([class_of(file, starts) for file in files], object)
    names = sorted(set(classes) - {""})
    if len(names) > MOST_CLASSES:
        raise ValueError(
            f"{len(names):,} sub-folders would be as many attributes; where they are persons, give a table with columns"
            " file, person and attributes"
        )
    values = (classes[:, None] == np.array(names, object)).astype(float)
    table = pd.DataFrame(values, columns=told_apart(map(safe_name, names)))
    return table[classes != ""].set_axis(np.array(files, object)[classes != ""]), list(np.array(files)[classes == ""])


def class_of(file, starts):
    """The first folder of a path below the folder that it starts with, "" if there is none."""
    start = max((start for start in starts if file.startswith(start)), key=len)
    parts = PurePosixPath(file[len(start) :]).parts
    return parts[0] if len(parts) > 1 else ""
