"""A zoo of one's own arrays: their index, and what each of them is."""

import hashlib
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import numpy as np
import pandas as pd

from ..core.checks import matrix
from ..stats.groups import shared_groups, split_by_group
from ..worlds.image_folder import PERSON
from ..worlds.labelled_images import attribute_table
from .image_index import index_rows

PARTS = ("train", "test")


def arrays_index(n, attributes, ids, persons, split, held_out, seed):
    """The index of n images that were never seen, by their attributes; persons share no part of the split.

    ids      row numbers where None and the table's own index says no more
    split    "train" or "test" by row; None to hold out a share, whole persons where they are known
    """
    table = pd.DataFrame(attributes)
    named = ids is not None or not isinstance(table.index, pd.RangeIndex)
    ids = np.asarray(table.index if ids is None else ids).astype(str) if named else [f"row-{i}" for i in range(n)]
    for what, rows in {"attributes": table, "ids": ids, "persons": persons, "split": split}.items():
        if rows is not None and len(rows) != n:
            raise ValueError(f"{what} have {len(rows)} rows, and the views {n}; one row an image is needed")
    known = attribute_table(table.to_numpy(), [str(name) for name in table], list(ids), "attributes")
    people = None if persons is None else np.asarray(persons).astype(str)
    if split is None:
        apart = ids if people is None or shared_groups(people, n) is None else people  # of one person: row by row
        split = np.where(split_by_group(apart, held_out, seed), "test", "train")
    if odd := set(map(str, split)) - set(PARTS):
        raise ValueError(f"split holds {sorted(odd)[0]!r}; each row is 'train' or 'test'")
    return index_rows(list(ids), "", np.asarray(split).astype(str), known, people)


def add_labels(zoo: Any, file: str | Path, held_out: float = 0.3, seed: int = 0) -> Any:
    """Give a new zoo the images of a CSV: the first column names them, and the others are attributes.

    A column `split` of "train" and "test" says which images are learnt from, one called `person`, `group` or `identity`
    whom each shows; without the first a share `held_out` is, whole persons where they are known.

    Raises FileNotFoundError or ValueError on what is no such table, and as `NoiseZoo.from_arrays`.
    """
    try:
        table = pd.read_csv(file, index_col=0)
    except FileNotFoundError as error:
        raise FileNotFoundError(f"there is no file {file}; name a CSV with ids, then attributes") from error
    except ValueError as error:
        raise ValueError(f"{file} is not a table ({error}); it needs a heading and one row an image") from error
    split = table.pop("split").to_numpy(str) if "split" in table else None
    people = [table.pop(name) for name in PERSON if name in table and name != table.index.name]
    if table.empty or not table.shape[1]:
        raise ValueError(f"{file} needs a column of ids, one of attributes or more, and at least one row")
    persons = people[0].to_numpy(str) if people else None
    return zoo.add_index(arrays_index(len(table), table, None, persons, split, held_out, seed))


def views_of_arrays(views, kinds):
    """[(name, rows (n, d) float32, what it is made as)]: by default the first is noise, and all others are embeddings.

    kinds  {view: "noise", "embedding", or the role of a control, such as "pixels" or "leak"}
    """
    kinds, names = dict(kinds or {}), list(views)
    if unknown := [name for name in kinds if name not in views]:
        raise ValueError(f"kinds names {unknown[0]!r}; the views are {', '.join(names)}")
    found, first = [], None
    for name in names:
        rows = matrix(np.reshape(views[name], (len(views[name]), -1)), name)
        if first is not None and len(rows) != first:
            raise ValueError(f"view {name!r} has {len(rows)} rows, and {names[0]!r} has {first}; row = image in all")
        first, kind = len(rows), kinds.get(name, "embedding" if found else "noise")
        made = {"kind": kind} if kind in ("noise", "embedding") else {"kind": "control", "role": kind}
        found.append((name, rows.astype(np.float32), made))
    return found


def rows_digest(rows):
    """Sixteen characters that change with the rows."""
    return hashlib.sha256(np.ascontiguousarray(rows).tobytes()).hexdigest()[:16]


def own_folder(path):
    """The folder that was asked for, or a new one among temporary files."""
    return Path(path or mkdtemp(prefix="zoo-"))
