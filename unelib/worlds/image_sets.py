"""Image sets: drawn faces, Fashion-MNIST, CelebA, a folder of pictures, a hub data set; images, attributes, split.

Whatever the source, the result is an `ImageSet`: square RGB pictures of one size, one row of 0/1 attributes each.
Every file is looked for before the first one is read, so nothing is ever half-loaded.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.checks import name_list
from ..core.paths import DATA
from .celeba import IDENTITIES, is_celeba, load_celeba
from .faces import ATTRIBUTES, draw_faces, sample_factors
from .fashion import ATTRIBUTES as FASHION_ATTRIBUTES
from .fashion import fashion_attributes, fashion_ids, fashion_rows, holds_fashion
from .hub_images import load_hub
from .image_folder import read_folder
from .label_tables import is_table
from .labelled_images import ImageSet, OnError, attribute_table
from .picture_files import Pictures, grey_as_rgb

SPLIT_START = {"train": 0, "valid": 10_000_000, "test": 20_000_000, "models": 30_000_000}
DRAWN_OR_KEPT = ("drawn-faces", "fashion")  # names that stand for no folder
AT_ONCE = 2 * 10**9  # bytes of pixels that are read at once; larger sets of files are read slice by slice


def load_images(
    name: str,
    n: int | None = 2000,
    split: str | None = None,
    seed: int = 0,
    size: int | None = None,
    attributes: Sequence[str] | None = None,
    *,
    correlated: bool = True,
    on_error: OnError = "raise",
    labels: str | Path | None = None,
) -> ImageSet:
    """An `ImageSet` of the first images of a split.

    Parameters
    ----------
    name : str
        "drawn-faces"; "fashion" or a folder with Fashion-MNIST's published files; "celeba" (looked for in data/celeba)
        or a folder with CelebA in its published layout or the Kaggle archive's; a folder of pictures with a table of
        attributes beside them, or with a sub-folder a class; such a table itself, with the pictures in its folder or
        below; or a hub data set `owner/name`.
    n : int or None
        How many images. None: all of them; 2,000 drawn faces.
    split : str, optional
        "train", which is the default, "valid" or "test", and "models" for drawn faces and fashion, on which the
        workbook's own models are trained. Fashion's "valid" and "models" need the published files (see
        `fashion.fashion_rows`). A folder of pictures has the splits of its sub-folders (train, validation, test) or of
        the column `split` of its table. Else its images are dealt out, 70 %, 10 % and 20 %, by a hash of their names,
        or of whom they show where the table has a column `person`, so that more images move none. Every image of a
        folder is its split "all", which is the default where it has no splits of its own.
    seed : int
        The world that is drawn; for drawn faces only.
    size : int, optional
        Pixels a side; by default 64 for drawn faces, 28 for fashion, 512 for CelebA and the hub, for a folder its
        smallest side. Pictures are resampled to it, but fashion's at 30 and 32 are framed in black.
    attributes : sequence of str, optional
        Names to keep, in this order; all by default.
    correlated : bool
        Whether the attributes of drawn faces are correlated, as among real portraits. False makes them independent,
        each at its own rate, but for hair's rules (one colour, none on a bald head).
    on_error : {"raise", "skip"}
        What to do about a file that is missing or no whole picture: stop, or take the next one instead, which reads
        each picture once more, beforehand. What was passed over is told in a warning and in `.skipped`. Hidden files,
        such as `._a.png`, never count.
    labels : str or Path, optional
        The table of a folder's attributes, where it lies elsewhere or beside others: CSV, TSV, Parquet or JSONL.

    Returns
    -------
    ImageSet
        Square RGB pictures of one size, one row of 0/1 attributes each.

    Raises
    ------
    FileNotFoundError
        Where something is missing; it names the file and the row.
    ValueError
        For a picture that cannot be read, and where counts, values or names do not match.
    ImportError
        For a hub data set, where the extra `unelib[hub]` is not installed.

    Examples
    --------
    >>> faces = load_images("drawn-faces", n=2, attributes=["Smiling", "Eyeglasses"])
    >>> faces.pixels.shape, faces.attributes.shape
    ((2, 64, 64, 3), (2, 2))
    """
    how = {"correlated": correlated, "on_error": on_error, "labels": labels}
    return read_together(find_images(name, n, split, seed, size, attributes, **how))[0]


def find_images(
    name, n=2000, split=None, seed=0, size=None, attributes=None, *, correlated=True, on_error="raise", labels=None
):
    """What `load_images` returns, with pictures in files not read yet."""
    name, labels = folder_and_table(name, labels)
    asked, split = split, split or "train"
    if n is not None and n < 1:
        raise ValueError(f"n is {n}; ask for at least one image")
    if labels is not None and (name in DRAWN_OR_KEPT or is_of_hub(name)):
        raise ValueError(f"labels are a folder's, and {name!r} has its own; leave them out")
    source = find_source(name)
    if name == "drawn-faces":
        images = drawn_faces(n or 2000, split, seed, size or 64, correlated)
    elif name == "fashion":
        images = load_fashion(None, n, split, size or 28)
    elif isinstance(source, Path):
        images = from_folder(source, n, asked, size, on_error, labels)
    else:
        images = load_hub(name, n, split, size or 512, on_error)
    return images if attributes is None else keep_attributes(images, attributes)


def find_source(name):
    """What an image set's name stands for: itself, or the folder with its pictures; nothing is read or fetched.

    FileNotFoundError if it stands for nothing.
    """
    name, _ = folder_and_table(name, None)
    folder = None if name in DRAWN_OR_KEPT else image_folder(name)
    if folder is None and name == "celeba":
        raise FileNotFoundError(
            "CelebA is not here, and is not downloaded by itself: put img_align_celeba/, list_attr_celeba.txt and"
            f" list_eval_partition.txt, from its own page or Kaggle's archive, into {DATA / name}, or give its folder's"
            " full path"
        )
    if folder is None and name not in DRAWN_OR_KEPT and not is_of_hub(name):
        raise FileNotFoundError(
            f"no image set {name!r}: it is neither 'drawn-faces' nor 'fashion' nor a folder or a table of labels"
            f" (looked in {Path.cwd()} and {DATA}) nor a hub id owner/name; give its full path"
        )
    return folder or name


def load_parts(
    name: str,
    n_train: int,
    n_test: int,
    train_split: str = "train",
    test_split: str = "test",
    *,
    by_group: bool = False,
    **options: Any,
) -> tuple[ImageSet, ImageSet]:
    """Training and held-out `ImageSet`s that share no image, called "train" and "test".

    Where both come from one split of the source, its first `n_train` images train and the next `n_test` are held out.
    A folder without splits of its own gives as many as are asked for, whatever the shares of `load_images` are; nobody
    is on both sides where its table has a column `person`.

    Parameters
    ----------
    name : str
        As in `load_images`.
    n_train, n_test : int
        How many images for training and for testing.
    train_split, test_split : str
        Splits of the source, as in `load_images`.
    by_group : bool
        Pass over images for testing that show the same person as an image for training does.
    **options
        seed, size, attributes, correlated, on_error and labels, as in `load_images`.

    Returns
    -------
    train, test : ImageSet
        Of n_train and of n_test images.

    Raises
    ------
    FileNotFoundError
        As `load_images`.
    ValueError
        Where there are fewer images than that, or where `by_group` is asked for and the source does not say who is who;
        and as `load_images`.

    Examples
    --------
    >>> train, test = load_parts("drawn-faces", 2, 1, size=32)
    >>> len(train), len(test), set(train.ids) & set(test.ids)
    (2, 1, set())
    """
    train, test = read_together(*find_parts(name, n_train, n_test, train_split, test_split, by_group, **options))
    return replace(train, split="train"), replace(test, split="test")


def find_parts(name, n_train, n_test, train_split="train", test_split="test", by_group=False, **options):
    """What `load_parts` returns, with pictures in files not read yet, and each part called as in its source."""
    if by_group and find_images(name, 1, train_split, **options).groups is None:
        raise ValueError(
            f"{name} does not say whom its images show, so they cannot be kept apart; leave by_group False, or "
            f"download {IDENTITIES} into CelebA's folder"
        )
    if train_split == test_split:
        both = find_images(name, None if by_group else n_train + n_test, train_split, **options)
        train, test = both[:n_train], both[n_train:]
    elif (parts := parts_as_dealt(name, n_train, n_test, (train_split, test_split), **options)) is not None:
        train, test = parts
    else:
        train = find_images(name, n_train, train_split, **options)
        test = find_images(name, None if by_group else n_test, test_split, **options)
    test = of_others(test, train)[:n_test] if by_group else test
    if len(train) < n_train or len(test) < n_test:
        raise ValueError(
            f"{name} has {len(train)} and {len(test)} images for training and testing"
            f"{' on others than train' if by_group else ''}, not {n_train} and {n_test}; ask for fewer, or other splits"
        )
    return of_one_size(train, test)


def parts_as_dealt(name, n_train, n_test, called, *, size=None, attributes=None, on_error="raise", labels=None, **_):
    """Both parts of a folder of pictures without splits of its own, called train and test; else None."""
    found = dealt_folder(name, labels) if called == ("train", "test") else None
    if found is None:
        return None
    parts = found.parts(n_train, n_test, size, on_error)
    return parts if attributes is None else [keep_attributes(part, attributes) for part in parts]


def dealt_folder(name, labels=None):
    """`FolderImages` of a folder of pictures without splits of its own; None for any other image set."""
    name, labels = folder_and_table(name, labels)
    folder = None if name in DRAWN_OR_KEPT else image_folder(name)
    found = read_folder(folder, labels) if is_plain(folder) else None
    return None if found is None or found.splits is not None else found


def of_one_size(*image_sets):
    """Image sets with their unread pictures at the smallest size among them."""
    unread = [isinstance(images.pixels, Pictures) for images in image_sets]
    side = min((images.pixels.size for images, lazy in zip(image_sets, unread) if lazy), default=None)
    return [
        replace(images, pixels=replace(images.pixels, size=side)) if lazy else images
        for images, lazy in zip(image_sets, unread)
    ]


def folder_and_table(name, labels):
    """The name of an image set and the table of its labels: a table that is named itself lies in its folder."""
    if labels is None and is_table(name):
        for path in (Path(name).expanduser(), DATA / name):
            if path.is_file():
                return str(path.parent), path
    return name, labels


def of_others(images, known):
    """Those of the images that show nobody whom the known `ImageSet` shows."""
    return images[~np.isin(images.groups, known.groups)]


def read_together(*image_sets):
    """The image sets with their pictures read from files, if all of them together are few enough for memory."""
    unread = [isinstance(images.pixels, Pictures) for images in image_sets]
    size = sum(np.prod(images.pixels.shape, dtype=np.int64) for images, lazy in zip(image_sets, unread) if lazy)
    if size > AT_ONCE:
        return list(image_sets)
    return [replace(images, pixels=images.pixels[:]) for images in image_sets]


def joined_pixels(*image_sets: ImageSet) -> Any:
    """Pixels of several image sets as one: an array, or `Pictures` if any of them are."""
    pixels = [images.pixels for images in image_sets]
    return Pictures.joined(pixels) if any(isinstance(p, Pictures) for p in pixels) else np.concatenate(pixels)


def image_folder(name):
    """The folder that a name stands for, or None."""
    for folder in (Path(name).expanduser(), DATA / name):
        if folder.is_dir():
            return folder
    return None


def is_of_hub(name):
    """Whether an image set's name is a hub data set's, `owner/name`: that of no folder and no table of labels."""
    is_id = name.count("/") == 1 and not name.startswith((".", "/", "~"))
    return is_id and not is_table(name) and image_folder(name) is None


def few_images(name, n, split="train", **options):
    """`find_images` of a split, to look at; where all of a plain folder's images are dealt elsewhere, some of those."""
    try:
        return find_images(name, n, split, **options)
    except FileNotFoundError:
        if dealt_folder(name, options.get("labels")) is None:
            raise
        return find_images(name, n, **options)


def is_plain(folder):
    """Whether a folder (or None) is one of pictures, not of CelebA's or Fashion-MNIST's published layout."""
    return folder is not None and not (is_celeba(folder) or holds_fashion(folder))


def from_folder(folder, n, split, size, on_error, labels=None):
    """The `ImageSet` of a folder by its layout."""
    if labels is not None or is_plain(folder):
        return read_folder(folder, labels).images(n, split, size, on_error)
    if is_celeba(folder):
        return load_celeba(folder, n, split or "train", size or 512, on_error)
    return load_fashion(folder, n, split or "train", size or 28)


def keep_attributes(images, names):
    """The image set with only these attributes; ValueError names those it lacks."""
    names = name_list(names, "attributes")
    missing = [name for name in names if name not in images.attributes]
    if missing:
        raise ValueError(f"{images.name} has no attribute {missing}; it has {list(images.attributes)}")
    return replace(images, attributes=images.attributes[names])


def drawn_faces(n, split, seed, size, correlated):
    """n drawn faces of a split; splits never share a face."""
    if split not in SPLIT_START:
        raise ValueError(f"unknown split {split!r}; drawn faces have {', '.join(SPLIT_START)}")
    indices = np.arange(n) + SPLIT_START[split]
    factors = sample_factors(indices, seed, correlated)
    ids = np.array([f"{'' if correlated else 'free-'}face-{seed}-{i:08d}" for i in indices])
    attributes = attribute_table(factors.attributes, ATTRIBUTES, ids, "drawn-faces")
    return ImageSet("drawn-faces", ids, draw_faces(factors, size), attributes, split, factors)


def load_fashion(folder, n, split, size):
    """Fashion-MNIST, grey repeated as colour; from a folder, or (None) from where it is looked for."""
    rows = fashion_rows(split, n, folder)
    ids = fashion_ids(split, rows.numbers)
    attributes = attribute_table(fashion_attributes(rows.labels), FASHION_ATTRIBUTES, ids, "fashion")
    return ImageSet("fashion", ids, grey_as_rgb(rows.pixels, size), attributes, split)


def thumbnails(pixels: NDArray[np.uint8], side: int) -> NDArray[Any]:
    """Pictures (n, h, w, c) uint8 shrunk by area to `side` and flattened, (n, side * side * c) float32 in 0..1.

    Each value is the mean of a block of whole pixels; blocks differ by a pixel where `side` does not divide the size.
    """
    if side < 1:
        raise ValueError(f"side is {side}; it must be at least 1")
    for axis in (1, 2):
        pixels = block_means(pixels, side, axis)
    return (pixels / 255).reshape(len(pixels), -1)


def block_means(pixels, side, axis):
    """Means, float32, of `side` blocks along an axis; pixels are repeated where there are fewer than blocks."""
    starts = np.arange(side) * pixels.shape[axis] // side
    counts = np.maximum(np.diff(starts, append=pixels.shape[axis]), 1)
    sums = np.add.reduceat(pixels, starts, axis, dtype=np.float32)
    return sums / np.expand_dims(counts, tuple(range(1, pixels.ndim - axis))).astype(np.float32)
