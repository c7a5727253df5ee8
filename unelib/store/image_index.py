"""Which images a zoo is about: the rows of its index, and whether given pixels are those that were indexed."""

import hashlib
import warnings

import numpy as np
import pandas as pd

from ..core.checks import name_list
from ..probing.logistic_solver import one_sided
from ..stats.groups import shared_groups

GROUP = "group"  # whom or what an image shows; only where that is known
OWN_COLUMNS = ("id", "sha256", "split", GROUP)


def index_of(image_sets):
    """The index of image sets, one after the other; where only some have groups, the others' images are their own."""
    parts = [(i.ids.astype(str), pixel_hashes(i.pixels), i.split, i.attributes, i.groups) for i in image_sets]
    table = pd.concat([index_rows(*part) for part in parts], ignore_index=True)
    return table.fillna({GROUP: table["id"]})


def index_rows(ids, sha256, split, attributes, groups=None):
    """Rows of an index: id, sha256, split, group if known, attributes (n, a) in the order of the ids.

    ValueError for an attribute that is called like one of the others.
    """
    for name in OWN_COLUMNS:
        if name in attributes:
            raise ValueError(f"an attribute may not be called {name!r}; rename it, and choose another folder or run")
    own = {"id": ids, "sha256": sha256, "split": split} | ({} if groups is None else {GROUP: groups})
    return pd.DataFrame(own).join(attributes.reset_index(drop=True))


def attribute_columns(index):
    """The names of an index's attributes. A column `group` of numbers is one: zoos had no other before."""
    return [name for name in index if name not in OWN_COLUMNS or name == GROUP and not has_groups(index)]


def rare_attributes(attributes, split, groups=None, least=2):
    """{attribute: why} of attributes (n, a) of 0/1 that too few images have, or too few lack, to be scored.

    Fewer than `least` of either class among the training or the held-out images; the reason says how many there are,
    and about how many images it would take at that rate. Where images show the same persons, groups (n,), also those of
    which a fold of the training images' persons has all of a class: then no penalty can be chosen by the others.
    """
    found = {}
    for part, called in (("train", "training"), ("test", "held-out")):
        rows = attributes[np.asarray(split) == part]
        ones, known = (rows == 1).sum(), rows.notna().sum()
        fewer_of = np.minimum(ones, known - ones)
        for name in rows.columns[(fewer_of < least) & (len(rows) > 0)]:
            need = f"{'about' if fewer_of[name] else 'more than'} {least * len(rows)} are needed"
            of = len(rows) if known[name] == len(rows) else f"{known[name]} that it is known of among {len(rows)}"
            found.setdefault(name, f"{ones[name]} of {of} {called} images have it; {need}")
    return found | in_one_fold(attributes.drop(columns=list(found)), np.asarray(split) == "train", groups)


def in_one_fold(attributes, learn, groups):
    """{attribute: why} of those of which one fold of the training images' persons has all of a class."""
    codes = None if groups is None or not learn.any() else shared_groups(groups[learn], learn.sum())
    if codes is None or not attributes.shape[1]:
        return {}
    truth = (attributes[learn] == 1).to_numpy()
    why = f"{{}} of {len(truth)} training images have it, of too few persons; more are needed"
    return {
        name: why.format(column.sum())
        for name, column, lost in zip(attributes, truth.T, one_sided(truth, codes))
        if lost
    }


def without_rare(named, rare, known, least):
    """What `NoiseZoo.scorable` gives: names, or a dict by name, without those that are too rare."""
    names = name_list(named, "attributes")
    if missing := [name for name in names if name not in known]:
        raise KeyError(f"no attribute {missing[0]!r}; there are {', '.join(known)}")
    told = "; ".join(f"{name}: {rare[name]}" for name in names if name in rare)
    left = [name for name in names if name not in rare]
    if len(left) < least:
        raise ValueError(f"{len(left)} of {', '.join(names)} can be scored ({told}); name others, or take more images")
    if told:
        warnings.warn(f"set aside, too rare to be scored: {told}", stacklevel=3)
    return {name: named[name] for name in left} if isinstance(named, dict) else left


def has_groups(index):
    """Whether an index says whom its images show."""
    return GROUP in index and not pd.api.types.is_numeric_dtype(index[GROUP])


def pixel_hashes(pixels):
    """SHA-256 of each picture's bytes, read one by one."""
    return [hashlib.sha256(np.ascontiguousarray(p).tobytes()).hexdigest() for p in pixels]


def check_same_images(old, new, path):
    """ValueError, naming the first difference, unless two indices list the same images with the same pixels.

    Where the old one never saw the pixels (its hash is empty), the id has to do. Groups count where both have them.
    """
    if len(old) != len(new):
        raise ValueError(f"{path} holds {len(old)} images, not {len(new)}; choose another folder or remove it")
    for name in [name for name in OWN_COLUMNS if name in old and name in new]:
        differs = np.flatnonzero((old[name].to_numpy() != new[name].to_numpy()) & (old[name] != ""))
        if len(differs):
            row = differs[0]
            raise ValueError(
                f"{path}: row {row} has {name} {old[name][row]}, not {new[name][row]}; choose another folder"
            )
    old, new = (table[attribute_columns(table)] for table in (old, new))
    if list(old.columns) != list(new.columns) or not old.equals(new.astype(old.dtypes)):
        raise ValueError(f"{path} has other attributes than these images; choose another folder or remove it")


def pixels_of(index, pixels, rows):
    """Pixels of some rows of the index; ValueError if they are not the ones that were indexed."""
    block = pixels[rows]
    for row, found in zip(np.arange(len(index))[rows], pixel_hashes(block)):
        if index["sha256"][row] not in (found, ""):
            raise ValueError(f"image {index['id'][row]} (row {row}) is not the one that was indexed: its pixels differ")
    return block
