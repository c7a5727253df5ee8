"""Fashion-MNIST: photographs of clothes, shoes and bags, grey, 28 x 28, ten classes (Xiao, Rasul and Vollgraf, 2017).

The published files are read where there are any, in `FOLDERS` or in a folder that is named; else a committed subset of
them: of each class the first 600 training and the first 200 test pictures. These rows are the split `train` and the
first of the split `test` in either case, so results of both can be compared.
"""

import gzip
import lzma
import math
import zlib
from pathlib import Path
from typing import NamedTuple

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save

from ..core.files import make_folder, write_whole
from ..core.paths import DATA, next_step

SIZE = 28
CLASSES = (
    "T-shirt", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle_boot"
)  # fmt: skip
# what several classes share; an edit can lead in or out; shirts, whose sleeves are long or short, have no Long_sleeves
GROUPS = {
    "Clothing": ("T-shirt", "Trouser", "Pullover", "Dress", "Coat", "Shirt"),
    "Upper_body": ("T-shirt", "Pullover", "Coat", "Shirt"),
    "Long_sleeves": ("Pullover", "Coat"),
    "Footwear": ("Sandal", "Sneaker", "Ankle_boot"),
    "Closed_shoe": ("Sneaker", "Ankle_boot"),
}
ATTRIBUTES = (*CLASSES, *GROUPS)
PARTS = {
    "train": ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"),
    "test": ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"),
}
SPLITS = {"train": "train", "valid": "train", "test": "test", "models": "train"}  # split: part that its rows are from
VALID = 4000  # the last rows of the published training part
PER_CLASS = {"train": 600, "test": 200}
SUBSET = DATA / "fashion" / "fashion-subset.safetensors.xz"
FOLDERS = (SUBSET.parent, Path("/usr/share/datasets/fashion-mnist"))  # the second is Debian's dataset-fashion-mnist
WHERE = "they are at github.com/zalandoresearch/fashion-mnist and in Debian's package dataset-fashion-mnist"
DAMAGED = (OSError, EOFError, ValueError, zlib.error, lzma.LZMAError, SafetensorError)


class Rows(NamedTuple):
    """Some rows of a published part: their numbers (n,) int, pictures (n, 28, 28) uint8 and labels (n,) uint8."""

    numbers: np.ndarray
    pixels: np.ndarray
    labels: np.ndarray

    def take(self, places):
        """The rows at these places."""
        return Rows(*(values[places] for values in self))


def fashion_rows(split, n=None, folder=None):
    """`Rows` of a split, the first `n` of them; no picture is in two splits.

    train   the 6,000 training pictures of the subset
    test    the 2,000 test pictures of the subset, then, with the published files, the other 8,000
    valid   the last 4,000 training pictures as published; needs the published files
    models  the 50,000 other training pictures, on which models are trained; needs the published files
    Raises ValueError on an unknown split and on files that are damaged or not Fashion-MNIST's, FileNotFoundError on
    a missing file.
    """
    if split not in SPLITS:
        raise ValueError(f"unknown split {split!r}; fashion has {', '.join(SPLITS)}")
    part, folders = SPLITS[split], FOLDERS if folder is None else (Path(folder),)
    pair = find_pair(part, folders)
    if pair is not None:
        whole, subset = read_pair(*pair), read_subset(part)
        check_published(whole, subset, *pair)
        return whole.take(split_numbers(split, subset.numbers, len(whole.numbers))[:n])
    if split != part:
        images, labels = PARTS[part]
        looked = ", ".join(map(str, folders))
        raise FileNotFoundError(
            f"split {split!r} of fashion needs {images}.gz and {labels}.gz (looked in {looked}); {WHERE};"
            " without them there are the splits train and test"
        )
    return read_subset(part).take(slice(n))


def fashion_ids(split, numbers):
    """Ids (n,) str such as fashion-train-00012: the published part and its row."""
    return np.array([f"fashion-{SPLITS[split]}-{number:05d}" for number in numbers])


def fashion_attributes(labels):
    """Attributes (n, a) uint8 in the order of `ATTRIBUTES`: the ten classes one against the rest, then the groups."""
    members = [(name,) for name in CLASSES] + list(GROUPS.values())
    table = np.array([[name in group for group in members] for name in CLASSES], np.uint8)
    return table[labels]


def split_numbers(split, known, total):
    """Row numbers of a split in its part of `total` rows, `known` of which are the subset's."""
    rest = np.setdiff1d(np.arange(total), known)
    if split in PARTS:
        return known if split == "train" else np.concatenate([known, rest])
    return rest[-VALID:] if split == "valid" else rest[:-VALID]


def holds_fashion(folder):
    """Whether a folder holds any published file, or the subset."""
    names = [SUBSET.name, *(f"{name}{end}" for pair in PARTS.values() for name in pair for end in (".gz", ""))]
    return any((folder / name).is_file() for name in names)


def find_pair(part, folders):
    """Paths of the pictures and labels of a part in the first folder that has any of them, or None."""
    for folder in folders:
        found = [next(filter(Path.is_file, (folder / f"{name}.gz", folder / name)), None) for name in PARTS[part]]
        if all(found):
            return found
        if any(found):
            here, missing = next(filter(None, found)), PARTS[part][found.index(None)]
            raise FileNotFoundError(f"{here} is there and {missing}.gz is not; put both into one folder; {WHERE}")
    return None


def read_pair(images, labels):
    """All `Rows` of a published pair of files; ValueError names both where either is damaged or they do not match."""
    try:
        pixels, classes = read_idx(images, 3), read_idx(labels, 1)
        if pixels.shape[1:] != (SIZE, SIZE):
            raise ValueError(f"the pictures are {pixels.shape[1]} x {pixels.shape[2]}, not {SIZE} x {SIZE}")
        if len(pixels) != len(classes):
            raise ValueError(f"there are {len(pixels)} pictures and {len(classes)} labels")
        if len(classes) and classes.max() >= len(CLASSES):
            raise ValueError(f"row {classes.argmax()} has label {classes.max()}; labels are 0 to {len(CLASSES) - 1}")
    except DAMAGED as error:
        raise ValueError(f"{images} and {labels.name} are no sound pair: {error}; get both again: {WHERE}") from error
    return Rows(np.arange(len(classes)), pixels, classes)


def read_idx(path, ndim):
    """The array of bytes, of `ndim` axes, in an IDX file, gzipped or not; ValueError if it is not whole.

    Four bytes of magic (0, 0, 8 for unsigned bytes, the number of axes), the length of each axis as a big-endian int32,
    then the values, the last axis fastest (LeCun and Cortes, 1998).
    """
    raw = path.read_bytes()
    try:
        raw = gzip.decompress(raw) if path.suffix == ".gz" else raw
    except DAMAGED as error:
        raise ValueError(f"{path.name} cannot be unpacked ({error})") from error
    magic, header = bytes((0, 0, 8, ndim)), 4 + 4 * ndim
    if raw[:4] != magic or len(raw) < header:
        raise ValueError(f"{path.name} starts with {raw[:4].hex() or 'nothing'}, not with a header {magic.hex()} ...")
    shape = np.frombuffer(raw[4:header], ">u4").tolist()
    if len(raw) - header != math.prod(shape):
        promised = " x ".join(map(str, shape))
        raise ValueError(f"{path.name} promises {promised} bytes and holds {len(raw) - header}")
    return np.frombuffer(raw, np.uint8, offset=header).reshape(shape)


def check_published(whole, subset, images, labels):
    """ValueError unless the files hold the subset's rows where they belong."""
    if len(whole.numbers) > subset.numbers[-1]:
        rows = whole.take(subset.numbers)
        differs = (rows.labels != subset.labels) | (rows.pixels != subset.pixels).any((1, 2))
        if not differs.any():
            return
        problem = f"row {subset.numbers[differs.argmax()]} is another than published"
    else:
        problem = f"{len(whole.numbers)} rows are fewer than published"
    raise ValueError(
        f"{images} and {labels.name} are not Fashion-MNIST's: {problem}; other data sets, such as MNIST's digits, have"
        f" files of the same names; {WHERE}"
    )


def read_subset(part):
    """The committed `Rows` of a part."""
    try:
        stored = load(lzma.decompress(SUBSET.read_bytes()))
        return Rows(*(stored[f"{part}-{name}"] for name in Rows._fields))
    except FileNotFoundError as error:
        raise FileNotFoundError(f"{SUBSET} is missing; {next_step('restore it from the repository')}") from error
    except (*DAMAGED, KeyError) as error:
        raise ValueError(f"{SUBSET} is damaged ({error}); restore it from the repository") from error


def make_subset(folder=None, path=SUBSET):
    """Make the committed file from the published ones: of each class the first 600 and 200 rows, as published."""
    stored = {}
    for part in PARTS:
        pair = find_pair(part, FOLDERS if folder is None else (Path(folder),))
        if pair is None:
            raise FileNotFoundError(f"the published files of {part} are missing; {WHERE}")
        whole = read_pair(*pair)
        rows = whole.take(first_of_each_class(whole.labels, PER_CLASS[part]))
        stored |= {f"{part}-{name}": values for name, values in rows._asdict().items()}
    make_folder(path.parent)
    write_whole(path, lambda part: part.write_bytes(lzma.compress(save(stored), preset=9 | lzma.PRESET_EXTREME)))


def first_of_each_class(labels, n):
    """Rising row numbers of the first n rows of each class.

    >>> first_of_each_class(np.array([1, 0, 1, 1, 0]), 2).tolist()
    [0, 1, 2, 4]
    """
    return np.sort(np.concatenate([np.flatnonzero(labels == label)[:n] for label in np.unique(labels)]))
