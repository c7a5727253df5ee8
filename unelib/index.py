"""Which images a zoo is about: the rows of its index, and whether given pixels are those that were indexed."""

import hashlib

import numpy as np
import pandas as pd

OWN_COLUMNS = ("id", "sha256", "split")


def index_rows(images):
    """The index's rows for one image set."""
    for name in OWN_COLUMNS:
        if name in images.attributes:
            raise ValueError(f"an attribute may not be called {name!r}")
    own = {"id": images.ids.astype(str), "sha256": pixel_hashes(images.pixels), "split": images.split}
    return pd.DataFrame(own).join(images.attributes.reset_index(drop=True))


def pixel_hashes(pixels):
    """SHA-256 of each picture's bytes, read one by one."""
    return [hashlib.sha256(np.ascontiguousarray(p).tobytes()).hexdigest() for p in pixels]


def check_same_images(old, new, path):
    """ValueError, naming the first difference, unless two indices list the same images with the same pixels.

    Where the old one never saw the pixels (its hash is empty), the id has to do.
    """
    if len(old) != len(new):
        raise ValueError(f"{path} holds {len(old)} images, not {len(new)}; choose another folder or remove it")
    for name in OWN_COLUMNS:
        differs = np.flatnonzero((old[name].to_numpy() != new[name].to_numpy()) & (old[name] != ""))
        if len(differs):
            row = differs[0]
            raise ValueError(
                f"{path}: row {row} has {name} {old[name][row]}, not {new[name][row]}; choose another folder"
            )
    old, new = (table.drop(columns="sha256") for table in (old, new))
    if list(old.columns) != list(new.columns) or not old.equals(new.astype(old.dtypes)):
        raise ValueError(f"{path} has other attributes than these images; choose another folder or remove it")


def pixels_of(index, pixels, rows):
    """Pixels of some rows of the index; ValueError if they are not the ones that were indexed."""
    block = pixels[rows]
    for row, found in zip(np.arange(len(index))[rows], pixel_hashes(block)):
        if index["sha256"][row] not in (found, ""):
            raise ValueError(f"image {index['id'][row]} (row {row}) is not the one that was indexed: its pixels differ")
    return block
