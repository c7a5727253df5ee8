"""The published layout: `data/noises_<model>.npy`, one row an image, in the order of CelebA's labels."""

from pathlib import Path
from typing import Any

import numpy as np

from ..core.files import make_folder, write_whole
from ..worlds.celeba import CELEBA_ATTRIBUTES, CELEBA_SPLITS, celeba_labels, identities
from ..worlds.labelled_images import attribute_table
from .image_index import index_rows

CELEBA_ROWS = {"train": 162_770, "valid": 19_867, "test": 19_962}


def open_npy(file, images=None):
    """An .npy file of numbers (images, ...), memory-mapped; ValueError for anything else; pickles are never read."""
    try:
        values = np.lib.format.open_memmap(file, "r")
    except FileNotFoundError as error:
        raise FileNotFoundError(f"there is no file {file}") from error
    except (ValueError, OSError) as error:
        raise ValueError(f"{file} is not a plain .npy array ({error}); pickled objects are never read") from error
    if values.dtype.kind not in "fiu" or values.ndim < 2:
        raise ValueError(f"{file} holds {values.dtype} of shape {values.shape}; numbers (images, columns) are needed")
    if images is not None and len(values) != images:
        raise ValueError(
            f"{file} holds {values.shape}{celeba_part(len(values))}; the index has {images} images"
            f"{celeba_part(images)}, so {images} rows are needed"
        )
    return values


def celeba_part(rows):
    """What a number of rows says about the part of CelebA that it belongs to."""
    return "".join(f" (as many as CelebA's {split} part)" for split, count in CELEBA_ROWS.items() if count == rows)


def celeba_index(source, split, held_out=0.2):
    """The index of a part of CelebA from its labels alone: no image is read, so their hashes stay empty.

    source    folder with CelebA's label files, and identity_CelebA.txt for `group`, or a hub data set such as
              eurecom-ds/celeba
    held_out  the last of its rows, in the published order, that are called "test"; the others are "train"
    """
    folder = Path(source)
    labels = folder_labels(folder, split) if folder.is_dir() else hub_labels(str(source), split)
    groups = identities(folder, labels.index) if folder.is_dir() else None
    learn = round(len(labels) * (1 - held_out))
    part = np.where(np.arange(len(labels)) < learn, "train", "test")
    return index_rows(labels.index.to_numpy(str), "", part, labels, groups)


def hub_labels(name, split):
    """Attributes (n, 40) of a part of CelebA by id, from the column `attributes` of a hub data set."""
    try:
        from datasets import load_dataset

        part = "validation" if split == "valid" else split
        rows = load_dataset(name, split=part, streaming=True, columns=["attributes"])
        values = [row["attributes"] for row in rows]
    except ImportError as error:
        raise ImportError("hub data sets need the extra: pip install 'unelib[hub]'") from error
    except (OSError, ValueError) as error:
        raise FileNotFoundError(f"{name} is no folder, and as a hub data set it cannot be had ({error})") from error
    ids = np.array([f"{name}-{split}-{i:08d}" for i in range(len(values))])
    return attribute_table(values, CELEBA_ATTRIBUTES, ids, name)


def folder_labels(folder, split):
    """Attributes (n, a) of a part of CelebA by id, from its label files."""
    labels = celeba_labels(folder, split)
    ids = np.array([Path(file).stem for file in labels.index])
    return attribute_table(labels.to_numpy(), list(labels.columns), ids, "celeba")


def add_celeba(zoo: Any, source: str | Path, file: str | Path, split: str | None = None) -> None:
    """Give a zoo CelebA's labels for an .npy file: those of the split asked for, or of the one with as many rows.

    source  as for `celeba_index`

    ValueError if the file's rows are not the split's: noise of the training part with labels of another part would
    be silently wrong.
    """
    rows = len(open_npy(file))
    tables = {name: celeba_index(source, name) for name in ([split] if split else CELEBA_SPLITS)}
    fitting = [name for name, table in tables.items() if len(table) == rows]
    if not fitting:
        counts = ", ".join(f"{name} has {len(table):,}" for name, table in tables.items())
        raise ValueError(f"{file} holds {rows:,} rows{celeba_part(rows)}, but of {source} {counts}; name its own split")
    return zoo.add_index(tables[fitting[0]])


def export_npy(zoo: Any, view: str, folder: str | Path) -> Path:
    """Write a view as `folder/data/noises_<view>.npy`, as it is stored, with its labels beside it; returns the path."""
    manifest = zoo.manifest(view)
    path = Path(folder) / "data" / f"noises_{zoo.folder(view).name}.npy"
    make_folder(path.parent)

    def write(part):  # written, not mapped: on a full disk a mapping ends the program
        shape = (len(zoo), zoo.rows(view, [0]).shape[1])
        header = {"descr": np.dtype(manifest["dtype"]).str, "fortran_order": False, "shape": shape}
        with open(part, "wb") as file:
            np.lib.format.write_array_header_1_0(file, header)
            for _, block in zoo.stream(view, dtype=manifest["dtype"]):
                file.write(block)

    write_whole(path, write)
    labels = zoo.index.drop(columns="sha256")
    write_whole(path.parent / "labels.csv", lambda part: labels.to_csv(part, index=False))
    return path
