"""Image sets: drawn faces, Fashion-MNIST, CelebA, a folder with a CSV, a hub data set; images, attributes, split.

Whatever the source, the result is an `ImageSet`: square RGB pictures of one size, one row of 0/1 attributes each.
Every file is looked for before the first one is read, so nothing is ever half-loaded.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from ..core.paths import DATA
from .faces import ATTRIBUTES, Factors, draw_faces, sample_factors
from .fashion import ATTRIBUTES as FASHION_ATTRIBUTES
from .fashion import fashion_attributes, fashion_ids, fashion_rows, holds_fashion
from .picture_files import Pictures, as_rgb, grey_as_rgb, reading, square

SPLIT_START = {"train": 0, "valid": 10_000_000, "test": 20_000_000, "models": 30_000_000}
AT_ONCE = 2 * 10**9  # bytes of pixels that are read at once; larger sets of files are read slice by slice
CELEBA_SPLITS = {"train": 0, "valid": 1, "test": 2}
IDENTITIES = "identity_CelebA.txt"


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

    Examples
    --------
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

    def __len__(self) -> int:
        return len(self.ids)

    def __getitem__(self, which: int | slice | ArrayLike) -> "ImageSet":
        rows = np.atleast_1d(np.arange(len(self))[which])  # type: ignore[index]
        factors, groups = (None if known is None else known[rows] for known in (self.factors, self.groups))
        pixels = self.pixels.take(rows) if isinstance(self.pixels, Pictures) else self.pixels[rows]
        return ImageSet(self.name, self.ids[rows], pixels, self.attributes.iloc[rows], self.split, factors, groups)


def load_images(
    name: str,
    n: int | None = 2000,
    split: str = "train",
    seed: int = 0,
    size: int | None = None,
    attributes: Sequence[str] | None = None,
    *,
    correlated: bool = True,
) -> ImageSet:
    """An `ImageSet` of the first images of a split.

    Parameters
    ----------
    name : str
        "drawn-faces"; "fashion" or a folder with Fashion-MNIST's published files; "celeba" (looked for in data/celeba)
        or a folder in CelebA's published layout; a folder of images with one CSV of attributes; or a hub data set
        `owner/name`.
    n : int or None
        How many images. None: all of them; 2,000 drawn faces.
    split : str
        "train", "valid" or "test", and "models" for drawn faces and fashion, on which the workbook's own models are
        trained. Fashion's "valid" and "models" need the published files (see `fashion.fashion_rows`). A plain folder
        has one split, whatever it is called.
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

    Returns
    -------
    ImageSet
        Square RGB pictures of one size, one row of 0/1 attributes each.

    Raises
    ------
    FileNotFoundError
        Where something is missing or cannot be read; it names the file and the row.
    ValueError
        Where counts, values or names do not match.
    ImportError
        For a hub data set, where the extra `unelib[hub]` is not installed.

    Examples
    --------
    >>> faces = load_images("drawn-faces", n=2, attributes=["Smiling", "Eyeglasses"])
    >>> faces.pixels.shape, faces.attributes.shape
    ((2, 64, 64, 3), (2, 2))
    """
    return read_together(find_images(name, n, split, seed, size, attributes, correlated=correlated))[0]


def find_images(name, n=2000, split="train", seed=0, size=None, attributes=None, *, correlated=True):
    """What `load_images` returns, with pictures in files not read yet."""
    if n is not None and n < 1:
        raise ValueError(f"n is {n}; ask for at least one image")
    if name == "drawn-faces":
        images = drawn_faces(n or 2000, split, seed, size or 64, correlated)
    elif name == "fashion":
        images = load_fashion(None, n, split, size or 28)
    elif (folder := image_folder(name)) is not None:
        images = from_folder(folder, n, split, size)
    elif name.count("/") == 1 and not name.startswith((".", "/", "~")):
        images = load_hub(name, n, split, size or 512)
    else:
        raise FileNotFoundError(
            f"no image set {name!r}: it is neither 'drawn-faces' nor 'fashion' nor a folder nor a hub id owner/name"
        )
    return images if attributes is None else keep_attributes(images, attributes)


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

    Where both come from one split of the source, its first `n_train` images train and the next `n_test` are held out;
    a plain folder has one split, whatever they are called.

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
        seed, size, attributes and correlated, as in `load_images`.

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
    if by_group and find_images(name, 1, train_split, **options).groups is None:
        raise ValueError(
            f"{name} does not say whom its images show, so they cannot be kept apart; leave by_group False, or "
            f"download {IDENTITIES} into CelebA's folder"
        )
    if train_split == test_split or name not in ("drawn-faces", "fashion") and is_plain(image_folder(name)):
        both = find_images(name, None if by_group else n_train + n_test, train_split, **options)
        train, test = both[:n_train], both[n_train:]
    else:
        train = find_images(name, n_train, train_split, **options)
        test = find_images(name, None if by_group else n_test, test_split, **options)
    test = of_others(test, train)[:n_test] if by_group else test
    if len(train) < n_train or len(test) < n_test:
        raise ValueError(
            f"{name} has {len(train)} and {len(test)} images for training and testing"
            f"{' on others than train' if by_group else ''}, not {n_train} and {n_test}; ask for fewer, or other splits"
        )
    train, test = read_together(train, test)
    return replace(train, split="train"), replace(test, split="test")


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


def is_plain(folder):
    """Whether a folder (or None) is one of images and a CSV, not of CelebA's or Fashion-MNIST's published layout."""
    return folder is not None and not (is_celeba(folder) or holds_fashion(folder))


def is_celeba(folder):
    """Whether a folder has CelebA's published layout."""
    return (folder / "list_attr_celeba.txt").is_file()


def from_folder(folder, n, split, size):
    """The `ImageSet` of a folder by its layout."""
    if is_celeba(folder):
        return load_celeba(folder, n, split, size or 512)
    if holds_fashion(folder):
        return load_fashion(folder, n, split, size or 28)
    return load_folder(folder, n, split, size)


def keep_attributes(images, names):
    """The image set with only these attributes; ValueError names those it lacks."""
    missing = [name for name in names if name not in images.attributes]
    if missing:
        raise ValueError(f"{images.name} has no attribute {missing}; it has {list(images.attributes)}")
    return replace(images, attributes=images.attributes[list(names)])


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


def load_celeba(folder, n, split, size):
    """CelebA in its published layout: img_align_celeba/, list_attr_celeba.txt, list_eval_partition.txt.

    With identity_CelebA.txt beside them, `groups` says who is who.
    """
    if split not in CELEBA_SPLITS:
        raise ValueError(f"unknown split {split!r}; CelebA has {', '.join(CELEBA_SPLITS)}")
    count, names, *rows = [line.split() for line in read_lines(folder / "list_attr_celeba.txt")]
    if count != [str(len(rows))]:
        raise ValueError(f"{folder / 'list_attr_celeba.txt'} promises {' '.join(count)} rows and holds {len(rows)}")
    for row, values in enumerate(rows):
        if len(values) != len(names) + 1:
            raise ValueError(
                f"row {row + 1} of list_attr_celeba.txt has {len(values) - 1} values for {len(names)} attributes"
            )
    parts = [line.split() for line in read_lines(folder / "list_eval_partition.txt")]
    if [p[0] for p in parts] != [r[0] for r in rows]:
        bad = next(i for i, (p, r) in enumerate(zip(parts + [[None]], rows + [[None]])) if p[0] != r[0])
        raise ValueError(f"CelebA's two tables differ at row {bad + 1} of list_eval_partition.txt")
    chosen = [r for r, p in zip(rows, parts) if p[1:] == [str(CELEBA_SPLITS[split])]][:n]
    files, values = [r[0] for r in chosen], [r[1:] for r in chosen]
    images = from_files("celeba", folder / "img_align_celeba", files, values, names, size, split)
    return replace(images, groups=identities(folder, images.ids))


def identities(folder, ids):
    """Persons (n,) str that these images of CelebA show, by identity_CelebA.txt; None where the folder lacks it.

    ValueError names a line that is not `file number`, or an image that has no line.
    """
    if not (folder / IDENTITIES).is_file():
        return None
    lines = [line.split() for line in read_lines(folder / IDENTITIES)]
    for row, line in enumerate(lines):
        if len(line) != 2 or not line[1].isdigit():
            raise ValueError(
                f"{folder / IDENTITIES}: line {row + 1} is {' '.join(line)!r}, not like `000001.jpg 2880`; download "
                "that file again, or remove it"
            )
    persons = {Path(file).stem: person for file, person in lines}
    missing = [name for name in ids if name not in persons]
    if missing:
        raise ValueError(f"{missing[0]} is not in {folder / IDENTITIES}; download that file again, or remove it")
    return np.array([persons[name] for name in ids])


def load_folder(folder, n, split, size):
    """A folder with images and one CSV: its first column is the file name, the others are 0/1 (or -1/1) attributes."""
    tables = sorted(folder.glob("*.csv"))
    if len(tables) != 1:
        raise FileNotFoundError(
            f"{folder} holds {len(tables)} CSV files; an image folder needs one, with file name and attributes"
        )
    try:
        table = pd.read_csv(tables[0]).iloc[:n]
    except ValueError as error:
        raise ValueError(f"{tables[0]} is not a table ({error}); it needs a heading and one row an image") from error
    if table.empty or table.shape[1] < 2:
        raise ValueError(f"{tables[0]} needs a column of file names, one of attributes or more, and at least one row")
    files = table.iloc[:, 0].astype(str).tolist()
    return from_files(folder.name, folder, files, table.iloc[:, 1:].to_numpy(), list(table.columns[1:]), size, split)


def load_hub(name, n, split, size):
    """A hub data set with a column `image` and the attributes in `attributes` (CelebA's order) or in 0/1 columns."""
    try:
        from datasets import load_dataset
    except ImportError as error:
        raise ImportError("hub data sets need the extra: pip install 'unelib[hub]'") from error
    for part in ("valid", "validation") if split == "valid" else (split,):
        try:
            data = load_dataset(name, split=part)
            break
        except Exception as error:
            problem, reason = error, (str(error) or type(error).__name__).splitlines()[0][:200]
    else:
        raise FileNotFoundError(f"hub data set {name!r}, split {split!r}, cannot be had: {reason}") from problem
    return from_hub_rows(name, data.select(range(min(n or len(data), len(data)))), size, split)


def from_hub_rows(name, data, size, split):
    """An `ImageSet` from the rows of a `datasets.Dataset`."""
    if "image" not in data.column_names:
        raise ValueError(f"{name} has no column 'image'; it has {data.column_names}")
    if "attributes" in data.column_names:
        values, names = np.array(data["attributes"]), CELEBA_ATTRIBUTES
    else:
        names = [c for c in data.column_names if c != "image" and pd.Series(list(data[c])).isin((-1, 0, 1)).all()]
        if not names:
            raise ValueError(f"{name} has no column of 0/1 attributes; it has {data.column_names}")
        values = np.array([data[c] for c in names]).T
    ids = np.array([f"{name}-{split}-{i:08d}" for i in range(len(data))])
    attributes = attribute_table(values, names, ids, name)
    pixels = np.stack([hub_picture(name, data, row, size) for row in range(len(data))])
    return ImageSet(name, ids, pixels, attributes, split)


def hub_picture(name, data, row, size):
    """The picture (size, size, 3) of one row of a `datasets.Dataset`."""
    with reading(name, row):
        return square(as_rgb(data[row]["image"]), size)


def from_files(name, folder, files, values, names, size, split):
    """An `ImageSet` from files of a folder; every one is looked for before the first is read."""
    if not files:
        raise FileNotFoundError(f"{name}: no images of split {split!r} in {folder}")
    for row, file in enumerate(files):
        if not (folder / file).is_file():
            raise FileNotFoundError(f"{name}: row {row + 1} of the table names {file}, which is not in {folder}")
    ids = np.array([Path(file).with_suffix("").as_posix() for file in files])
    twice = pd.Series(ids)[pd.Series(ids).duplicated()].tolist()
    if twice:
        alike = " and ".join(file for file, known in zip(files, ids) if known == twice[0])
        raise ValueError(f"{name}: the image {twice[0]!r} is there twice, as {alike}; keep one")
    attributes = attribute_table(values, names, ids, name)
    return ImageSet(name, ids, Pictures.of(folder, files, size), attributes, split)


def attribute_table(values, names, ids, source):
    """Attributes as a DataFrame of 0/1 uint8 by id; -1/1 becomes 0/1; anything else is refused with its row."""
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
        raise ValueError(
            f"{source}: row {row + 1}, attribute {names[column]}: {values[row, column]} is not 0/1 or -1/1"
        )
    return pd.DataFrame((values > 0).astype(np.uint8), pd.Index(ids, name="id"), list(names))


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


def read_lines(path):
    """Lines of a text file that are not empty; FileNotFoundError says what the file is for."""
    if not path.is_file():
        raise FileNotFoundError(f"CelebA needs {path.name} in {path.parent}; download it from the data set's page")
    lines = [line for line in path.read_text().splitlines() if line.strip()]
    if len(lines) < 2:
        raise ValueError(f"{path} holds {len(lines)} lines; it was not downloaded whole")
    return lines


CELEBA_ATTRIBUTES = (  # noqa: SIM905
    "5_o_Clock_Shadow Arched_Eyebrows Attractive Bags_Under_Eyes Bald Bangs Big_Lips Big_Nose Black_Hair Blond_Hair "
    "Blurry Brown_Hair Bushy_Eyebrows Chubby Double_Chin Eyeglasses Goatee Gray_Hair Heavy_Makeup High_Cheekbones "
    "Male Mouth_Slightly_Open Mustache Narrow_Eyes No_Beard Oval_Face Pale_Skin Pointy_Nose Receding_Hairline "
    "Rosy_Cheeks Sideburns Smiling Straight_Hair Wavy_Hair Wearing_Earrings Wearing_Hat Wearing_Lipstick "
    "Wearing_Necklace Wearing_Necktie Young"
).split()
