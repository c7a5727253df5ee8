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
        Indexed by id, one column an attribute.
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


def from_files(name, folder, files, values, names, size, split, n=None, on_error="raise"):
    """An `ImageSet` of the first `n` files of a folder, all if None; each is looked for before the first is read.

    files     names (m,), of which hidden ones do not count
    values    their attributes (m, a), of these names
    on_error  "raise": FileNotFoundError for a file that is missing. "skip": each picture is read once to see that it
              is sound; those that are not are passed over, with a warning, and told in `skipped`
    """
    choice(on_error, ("raise", "skip"), "on_error")
    seen = [row for row, file in enumerate(files) if not is_hidden(file)]
    rows, skipped = sound(folder, files, seen, n) if on_error == "skip" else (seen[:n], {})
    if skipped:
        warnings.warn(skipped_in_words(name, skipped), stacklevel=2)
    if not rows:
        raise FileNotFoundError(f"{name}: no images of split {split!r} in {folder}")
    lost = [row for row in rows if not (folder / files[row]).is_file()] if on_error == "raise" else []
    if lost:
        more = f", nor are {len(lost) - 1} more, such as {files[lost[1]]}" if len(lost) > 1 else ""
        raise FileNotFoundError(
            f"{name}: row {lost[0] + 1} of the table names {files[lost[0]]}, which is not in {folder}{more}; restore"
            ' it, take the row out, or pass over such pictures with on_error="skip"'
        )
    chosen = [files[row] for row in rows]
    ids = np.array([Path(file).with_suffix("").as_posix() for file in chosen])
    twice = pd.Series(ids)[pd.Series(ids).duplicated()].tolist()
    if twice:
        alike = " and ".join(file for file, known in zip(chosen, ids) if known == twice[0])
        raise ValueError(f"{name}: the image {twice[0]!r} is there twice, as {alike}; keep one")
    attributes = attribute_table(np.asarray(values)[rows], names, ids, name, rows)
    return ImageSet(name, ids, Pictures.of(folder, chosen, size, rows), attributes, split, skipped=skipped)


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
    allowed = np.isin(values, (-1, 0, 1))
    if not allowed.all():
        row, column = np.argwhere(~allowed)[0]
        number = row if rows is None else rows[row]
        raise ValueError(
            f"{source}: row {number + 1}, attribute {names[column]}: {values[row, column]} is not 0/1 or -1/1"
        )
    return pd.DataFrame((values > 0).astype(np.uint8), pd.Index(ids, name="id"), list(names))
