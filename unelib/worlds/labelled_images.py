"""Labelled images: pictures, 0/1 attributes and what else is known of them, row by row; from files, sound ones only."""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from ..core.checks import choice
from .faces import Factors
from .picture_files import Pictures, picture_fault

OnError = Literal["raise", "skip"]
HIDDEN = ("thumbs.db", "desktop.ini")  # with names that begin with a dot: what systems leave among pictures


@dataclass(frozen=True, eq=False)
class ImageSet:
    """n pictures and what is known of them; slicing keeps rows together.

    Its length is n. Row numbers, a slice or a mask, `images[rows]`, give the `ImageSet` of those rows.

    Attributes
    ----------
    name : str
        The source.
    ids : ndarray (n,) of str
        Unique names of the pictures.
    pixels : ndarray (n, h, w, 3), uint8
        0 to 255: an array, or `Pictures` that are read when they are sliced, if they are many.
    attributes : DataFrame (n, a) of 0/1
        Indexed by id, one column an attribute; NaN where it is not known.
    split : str
        Which part of the source they are.
    factors : faces.Factors or None
        The true factors where the pictures were drawn, else None.
    groups : ndarray (n,) of str, or None
        Whom or what each picture shows, where the source says so (CelebA's persons), else None.
    skipped : dict
        {file: why} of the pictures that were passed over, with `on_error="skip"`.

    Examples
    --------
    >>> from unelib import load_images
    >>> faces = load_images("drawn-faces", n=2, size=32)
    >>> len(faces), faces.pixels.shape, faces[:1].ids.tolist()
    (2, (2, 32, 32, 3), ['face-0-00000000'])
    """

    name: str
    ids: NDArray[np.str_]
    pixels: NDArray[np.uint8] | Pictures
    attributes: pd.DataFrame
    split: str
    factors: Factors | None = None
    groups: NDArray[np.str_] | None = None
    skipped: Mapping[str, str] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.ids)

    def __getitem__(self, which: int | slice | ArrayLike) -> "ImageSet":
        rows = np.atleast_1d(np.arange(len(self))[which])  # type: ignore[index]
        factors, groups = (None if known is None else known[rows] for known in (self.factors, self.groups))
        pixels = self.pixels.take(rows) if isinstance(self.pixels, Pictures) else self.pixels[rows]
        labels, known = self.attributes.iloc[rows], (self.split, factors, groups, self.skipped)
        return ImageSet(self.name, self.ids[rows], pixels, labels, *known)


@dataclass(frozen=True, eq=False)
class LabelledFiles:
    """Pictures in files with their labels, none of which was looked at yet.

    files    names (m,) from the folder on
    labels   their attributes (m, a), as `attribute_table` takes them
    numbers  of their rows in a table (m,), for messages; None where no table names them
    persons  whom each shows (m,), where that is known
    """

    name: str
    folder: Path
    files: list[str]
    labels: pd.DataFrame
    numbers: np.ndarray | None = None
    persons: np.ndarray | None = None

    @property
    def ids(self):
        """Names (m,) of the images: the files' without their ending."""
        return np.array([Path(file).with_suffix("").as_posix() for file in self.files])


def from_files(found, order, size, split, n=None, on_error="raise"):
    """An `ImageSet` of the first `n` of some labelled files, all if None; each is looked for before the first is read.

    order     their rows, from the first that is taken on; hidden files do not count. The images keep the files' order
    on_error  "raise": FileNotFoundError for a file that is missing. "skip": each picture is read once to see that it
              is sound; those that are not are passed over, with a warning, and told in `skipped`
    """
    choice(on_error, ("raise", "skip"), "on_error")
    name, folder, files = found.name, found.folder, found.files
    seen = [row for row in order if not is_hidden(files[row])]
    rows, skipped = sound(folder, files, seen, n) if on_error == "skip" else (seen[:n], {})
    if skipped:
        warnings.warn(skipped_in_words(name, skipped), stacklevel=2)
    if not rows:
        raise FileNotFoundError(f"{name}: no images of split {split!r} in {folder}")
    rows = np.sort(rows)
    numbers = np.full(len(rows), -1) if found.numbers is None else found.numbers[rows]
    if on_error == "raise":
        refuse_missing(found, rows, numbers)
    ids = found.ids[rows]
    refuse_alike(name, ids, [files[row] for row in rows])
    labels = found.labels.iloc[rows]
    attributes = attribute_table(labels.to_numpy(), list(labels), ids, name, numbers)
    pictures = Pictures.of(folder, [files[row] for row in rows], size, numbers)
    groups = None if found.persons is None else found.persons[rows]
    return ImageSet(name, ids, pictures, attributes, split, groups=groups, skipped=skipped)


def refuse_missing(found, rows, numbers):
    """FileNotFoundError for files that are not there: the first, by its number in the table, and how many more."""
    lost = [i for i, row in enumerate(rows) if not (found.folder / found.files[row]).is_file()]
    if lost:
        names = [found.files[rows[i]] for i in lost]
        more = f", nor are {len(lost) - 1} more, such as {names[1]}" if len(lost) > 1 else ""
        raise FileNotFoundError(
            f"{found.name}: row {numbers[lost[0]] + 1} of the table names {names[0]}, which is not in"
            f' {found.folder}{more}; restore it, take the row out, or pass over such pictures with on_error="skip"'
        )


def refuse_alike(name, ids, files):
    """ValueError for two files that give one image."""
    twice = pd.Series(ids)[pd.Series(ids).duplicated()].tolist()
    if twice:
        alike = " and ".join(file for file, known in zip(files, ids) if known == twice[0])
        raise ValueError(f"{name}: the image {twice[0]!r} is there twice, as {alike}; keep one")


def is_hidden(file):
    """Whether a file is one that systems leave among pictures, such as ._a.png, .DS_Store or Thumbs.db."""
    name = Path(file).name
    return name.startswith(".") or name.lower() in HIDDEN


def sound(folder, files, rows, n):
    """The first n of these rows, all if None, whose pictures can be read; and {file: why not} of those before them."""
    kept, skipped = [], {}
    for row in rows:
        if len(kept) == n:
            break
        fault = picture_fault(folder / files[row])
        if fault is None:
            kept.append(row)
        else:
            skipped[files[row]] = fault
    return kept, skipped


def skipped_in_words(name, skipped):
    """How many pictures were passed over, and the first of them with what is wrong."""
    shown = ", ".join(f"{file} ({why})" for file, why in list(skipped.items())[:3])
    more = f" and {len(skipped) - 3} more" if len(skipped) > 3 else ""
    return f"{name}: {len(skipped)} pictures are skipped: {shown}{more}; `.skipped` has them all"


def attribute_table(values, names, ids, source, rows=None):
    """Attributes as a DataFrame of 0/1 uint8 by id; -1/1 becomes 0/1; anything else is refused with its row.

    A missing value, NaN, stays missing; the column is then float32.

    rows  their numbers in the source's table, for messages; 0, 1, ... if None
    """
    try:
        values = np.asarray(values, float)
    except ValueError as error:
        raise ValueError(f"{source}: attributes must be numbers ({error})") from error
    if values.shape != (len(ids), len(names)):
        raise ValueError(
            f"{source}: attributes are {values.shape}; {len(ids)} images and {len(names)} names were given"
        )
    if len(set(ids)) != len(ids):
        twice = pd.Series(ids)[pd.Series(ids).duplicated()].iloc[0]
        raise ValueError(f"{source}: the image {twice!r} is there twice")
    missing = np.isnan(values)
    allowed = missing | np.isin(values, (-1, 0, 1))
    if not allowed.all():
        row, column = np.argwhere(~allowed)[0]
        number = row if rows is None else rows[row]
        raise ValueError(
            f"{source}: row {number + 1}, attribute {names[column]}: {values[row, column]} is not 0/1 or -1/1"
        )
    table = pd.DataFrame(np.where(missing, np.nan, values > 0), pd.Index(ids, name="id"), list(names))
    return table.astype({n: np.float32 if lost else np.uint8 for n, lost in zip(names, missing.any(0))})
