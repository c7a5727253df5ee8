"""Fashion-MNIST: the committed subset, published files and all that can be wrong with them, models of grey pictures."""

import gzip
import struct

import numpy as np
import pytest

from unelib.inversion.deterministic import generate, invert
from unelib.inversion.round_trips import round_trip
from unelib.models.encoders import load_encoder
from unelib.models.generators import load_generator
from unelib.worlds import fashion
from unelib.worlds.fashion import (
    ATTRIBUTES,
    CLASSES,
    FOLDERS,
    GROUPS,
    PARTS,
    SPLITS,
    find_pair,
    first_of_each_class,
    make_subset,
    read_pair,
    read_subset,
)
from unelib.worlds.image_sets import load_images, load_parts

TOTAL = {"train": 60_000, "test": 10_000}
PUBLISHED = all(find_pair(part, FOLDERS) for part in PARTS)


def idx(values):
    """The bytes of an IDX file."""
    return bytes((0, 0, 8, values.ndim)) + struct.pack(f">{values.ndim}I", *values.shape) + values.tobytes()


def write_pair(folder, pixels, labels, part="train"):
    """A pair of files as published."""
    for name, values in zip(PARTS[part], (pixels, labels)):
        (folder / f"{name}.gz").write_bytes(gzip.compress(idx(values), 1))


@pytest.fixture
def nowhere(monkeypatch):
    """No published files are found."""
    monkeypatch.setattr(fashion, "FOLDERS", (fashion.SUBSET.parent / "none",))


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A folder with files as published whose rows are the subset's where it has any, and else black."""
    folder = tmp_path_factory.mktemp("fashion")
    for part, total in TOTAL.items():
        known = read_subset(part)
        last = [np.flatnonzero(known.labels == label)[-1] for label in range(10)]
        pixels, labels = np.zeros((total, 28, 28), np.uint8), np.full(total, np.argmin(last), np.uint8)
        pixels[known.numbers], labels[known.numbers] = known.pixels, known.labels
        write_pair(folder, pixels, labels, part)
    return folder


@pytest.fixture
def small(tmp_path):
    """A pair of files of five rows, as arrays and in a folder."""
    pixels = np.random.default_rng(0).integers(0, 256, (5, 28, 28), np.uint8)
    labels = np.array([3, 0, 9, 3, 1], np.uint8)
    write_pair(tmp_path, pixels, labels)
    return tmp_path, pixels, labels


@pytest.mark.parametrize("split, n", [("train", 6000), ("test", 2000)])
def test_the_committed_subset(nowhere, split, n):
    images = load_images("fashion", n=None, split=split)
    assert len(images) == n and images.pixels.shape == (n, 28, 28, 3) and images.pixels.dtype == np.uint8
    assert images.name == "fashion" and images.split == split and images.factors is None
    assert (images.pixels == images.pixels[..., :1]).all() and len(set(images.ids)) == n
    assert list(images.attributes) == list(ATTRIBUTES) and list(images.attributes.index) == list(images.ids)
    assert (images.attributes[list(CLASSES)].sum() == n // 10).all()
    assert list(load_images("fashion", n=7, split=split).ids) == list(images.ids[:7])


def test_the_subset_is_small():
    assert fashion.SUBSET.stat().st_size < 4e6
    assert "Copyright (c) 2017 Zalando SE" in (fashion.SUBSET.parent / "README.md").read_text()


def test_ids_are_rows_of_the_published_files(nowhere):
    images, known = load_images("fashion", n=None), read_subset("train")
    assert images.ids[12] == f"fashion-train-{known.numbers[12]:05d}" and images.ids[0] == "fashion-train-00000"
    assert load_images("fashion", n=1, split="test").ids[0] == "fashion-test-00000"
    assert (np.diff(known.numbers) > 0).all()


def test_attributes_are_the_classes_and_groups_of_them(nowhere):
    images, labels = load_images("fashion", n=300), read_subset("train").labels[:300]
    for name in ATTRIBUTES:
        members = [CLASSES.index(c) for c in GROUPS.get(name, (name,))]
        np.testing.assert_array_equal(images.attributes[name], np.isin(labels, members))
    columns = images.attributes.to_numpy().T
    signed = [tuple(c) for c in (*columns, *(1 - columns))]
    assert len(set(signed)) == 2 * len(ATTRIBUTES)  # none is another one, or what is left of it
    assert list(load_images("fashion", n=5, attributes=["Footwear"]).attributes) == ["Footwear"]


def test_at_32_pixels_pictures_are_framed_in_black(nowhere):
    published, framed = (load_images("fashion", n=20, size=size).pixels for size in (28, 32))
    np.testing.assert_array_equal(framed[:, 2:-2, 2:-2], published)
    assert framed.sum(dtype=int) == published.sum(dtype=int)
    assert load_images("fashion", n=2, size=64).pixels.shape == (2, 64, 64, 3)


@pytest.mark.slow
def test_splits_share_no_picture_and_are_the_published_set(whole):
    splits = {split: load_images(str(whole), n=None, split=split) for split in SPLITS}
    assert {name: len(s) for name, s in splits.items()} == dict(train=6000, valid=4000, test=10_000, models=50_000)
    ids = np.concatenate([images.ids for images in splits.values()])
    assert set(ids) == {f"fashion-{part}-{row:05d}" for part, total in TOTAL.items() for row in range(total)}
    assert len(ids) == 70_000 and splits["valid"].ids[-1] == "fashion-train-59999"
    assert splits["valid"].pixels.max() == 0  # outside the subset this folder is black
    assert len(load_images(str(whole), n=30, split="models")) == 30


@pytest.mark.slow
@pytest.mark.parametrize("split, n", [("train", 6000), ("test", 2000)])
def test_the_subset_s_rows_are_the_same_with_the_published_files(whole, monkeypatch, split, n):
    monkeypatch.setattr(fashion, "FOLDERS", (whole,))
    full = load_images("fashion", n=n, split=split)
    monkeypatch.setattr(fashion, "FOLDERS", ())
    subset = load_images("fashion", n=n, split=split)
    assert list(full.ids) == list(subset.ids) and full.attributes.equals(subset.attributes)
    np.testing.assert_array_equal(full.pixels, subset.pixels)


@pytest.mark.slow
def test_parts_keep_their_splits(whole, nowhere):
    for name in ("fashion", str(whole)):
        train, test = load_parts(name, 20, 10)
        assert train.ids[0].startswith("fashion-train") and test.ids[0].startswith("fashion-test")
    train, test = load_parts("fashion", 20, 10, "train", "train")
    assert not set(train.ids) & set(test.ids)
    with pytest.raises(ValueError, match="has 20 and 2000 images for training and testing, not 20 and 3000"):
        load_parts("fashion", 20, 3000)


@pytest.mark.skipif(not PUBLISHED, reason="the published files are not here")
def test_the_subset_is_made_of_the_published_files(tmp_path):
    make_subset(path=tmp_path / "new" / "subset.xz")
    made = fashion.lzma.decompress((tmp_path / "new" / "subset.xz").read_bytes())
    assert made == fashion.lzma.decompress(fashion.SUBSET.read_bytes())


@pytest.mark.slow
def test_the_subset_is_made_again_from_its_own_rows(whole, tmp_path, monkeypatch):
    compress = fashion.lzma.compress
    monkeypatch.setattr(
        fashion.lzma, "compress", lambda rows, preset: compress(rows, preset=1)
    )  # in a tenth of the time
    make_subset(whole, tmp_path / "subset.xz")
    expected = [read_subset(part) for part in PARTS]
    monkeypatch.setattr(fashion, "SUBSET", tmp_path / "subset.xz")
    for old, new in zip(expected, map(read_subset, PARTS)):
        for a, b in zip(old, new):
            np.testing.assert_array_equal(a, b)
    with pytest.raises(FileNotFoundError, match="the published files of train are missing"):
        make_subset(tmp_path)


def test_the_first_of_each_class():
    labels = np.random.default_rng(0).integers(0, 10, 500)
    rows = first_of_each_class(labels, 20)
    assert (np.bincount(labels[rows]) == 20).all() and (np.diff(rows) > 0).all()
    for label in range(10):
        assert set(rows[labels[rows] == label]) == set(np.flatnonzero(labels == label)[:20])


def test_reads_idx_gzipped_or_not(small):
    folder, pixels, labels = small
    for plain in (False, True):
        pair = find_pair("train", (folder / "none", folder))
        rows = read_pair(*pair)
        np.testing.assert_array_equal(rows.pixels, pixels)
        np.testing.assert_array_equal(rows.labels, labels)
        assert rows.numbers.tolist() == [0, 1, 2, 3, 4] and all(plain == (path.suffix != ".gz") for path in pair)
        for path in [] if plain else pair:
            path.with_suffix("").write_bytes(gzip.decompress(path.read_bytes()))
            path.unlink()


def damaged(whole, how):
    """The bytes of an IDX file after an accident."""
    return {
        "magic": lambda: gzip.compress(b"\0\0\x0d" + whole[3:]),
        "axes": lambda: gzip.compress(b"\0\0\x08\2" + whole[4:]),
        "empty": lambda: gzip.compress(b""),
        "header": lambda: gzip.compress(whole[:6]),
        "short": lambda: gzip.compress(whole[:-3]),
        "long": lambda: gzip.compress(whole + b"\0"),
        "count": lambda: gzip.compress(whole[:4] + b"\xff\xff\xff\xff" + whole[8:]),
        "cut": lambda: gzip.compress(whole)[:-12],
        "no gzip": lambda: b"<html>not found</html>",
        "crc": lambda: gzip.compress(whole)[:-8] + b"\0" * 8,
        "nothing": lambda: b"",
    }[how]()


@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize("how, message", [
    ("magic", "starts with 00000d0., not with a header 0000080"),
    ("axes", "starts with 00000802, not with a header 0000080"),
    ("empty", "starts with nothing"),
    ("header", "not with a header"),
    ("short", "promises 5.* bytes and holds"),
    ("long", "promises 5.* bytes and holds"),
    ("count", "promises 4294967295.* bytes and holds"),
    ("cut", "cannot be unpacked"),
    ("no gzip", "cannot be unpacked"),
    ("crc", "cannot be unpacked"),
    ("nothing", "starts with nothing"),
])  # fmt: skip
def test_a_damaged_file_is_refused_with_both_names(small, which, how, message):
    folder, *arrays = small
    (folder / f"{PARTS['train'][which]}.gz").write_bytes(damaged(idx(arrays[which]), how))
    images, labels = PARTS["train"]
    culprit = PARTS["train"][which]
    with pytest.raises(ValueError, match=f"{images}.gz and {labels}.gz are no sound pair: {culprit}.*{message}"):
        load_images(str(folder))


@pytest.mark.parametrize("change, message", [
    (lambda x, y: (x, y[:-1]), "there are 5 pictures and 4 labels"),
    (lambda x, y: (x[:3], y), "there are 3 pictures and 5 labels"),
    (lambda x, y: (x[:, :27], y), "the pictures are 27 x 28, not 28 x 28"),
    (lambda x, y: (x, y + 4), "row 2 has label 13; labels are 0 to 9"),
])  # fmt: skip
def test_a_pair_that_does_not_match_is_refused_with_both_names(small, change, message):
    folder, pixels, labels = small
    write_pair(folder, *change(pixels, labels))
    with pytest.raises(ValueError, match=f"train-images.* and train-labels-idx1-ubyte.gz are no sound pair: {message}"):
        load_images(str(folder))


@pytest.mark.parametrize("n, problem", [(5, "5 rows are fewer than published"), (0, "0 rows are fewer"),
                                        (60_000, "row 0 is another than published")])  # fmt: skip
def test_files_of_another_data_set_are_refused(tmp_path, n, problem):
    write_pair(tmp_path, np.zeros((n, 28, 28), np.uint8), np.zeros(n, np.uint8))
    with pytest.raises(ValueError, match=f"train-images.* and train-labels.* are not Fashion-MNIST's: {problem}"):
        load_images(str(tmp_path))


def test_one_file_of_a_pair_is_not_enough(small):
    folder, *_ = small
    (folder / "train-labels-idx1-ubyte.gz").unlink()
    with pytest.raises(FileNotFoundError, match="images-idx3-ubyte.gz is there and train-labels-idx1-ubyte.gz is not"):
        load_images(str(folder))
    assert load_images(str(folder), split="test", n=3).ids[0] == "fashion-test-00000"


@pytest.mark.parametrize("split", ["valid", "models"])
def test_splits_that_need_the_published_files_say_so(nowhere, split):
    message = f"split '{split}' of fashion needs train-images-idx3-ubyte.gz and train-labels.*dataset-fashion-mnist"
    with pytest.raises(FileNotFoundError, match=message):
        load_images("fashion", split=split)


def test_an_unknown_split(nowhere):
    with pytest.raises(ValueError, match="unknown split 'exam'; fashion has train, valid, test, models"):
        load_images("fashion", split="exam")


@pytest.mark.parametrize("content", [b"", b"no xz", "half"])
def test_a_damaged_subset_is_named(nowhere, tmp_path, monkeypatch, content):
    content = fashion.SUBSET.read_bytes()[:100_000] if content == "half" else content
    monkeypatch.setattr(fashion, "SUBSET", tmp_path / "subset.xz")
    with pytest.raises(FileNotFoundError, match="subset.xz is missing; restore it"):
        load_images("fashion")
    (tmp_path / "subset.xz").write_bytes(content)
    with pytest.raises(ValueError, match="subset.xz is damaged .*; restore it"):
        load_images("fashion")


@pytest.fixture(scope="module")
def clothes():
    """Six pictures (6, 28, 28, 3) uint8."""
    return load_images("fashion", n=6, split="test").pixels


@pytest.mark.parametrize("name, shape", [("grey-28", (1, 28, 28)), ("grey-32", (1, 32, 32)), ("grey-ldm", (4, 8, 8)),
                                         ("grey", (1, 16, 16)), ("ddpm", (3, 16, 16)), ("sd", (4, 4, 4))])  # fmt: skip
def test_generators_take_small_grey_pictures(model_folder, clothes, name, shape):
    gen = load_generator(model_folder(name), device="cpu")
    assert gen.latent_shape == shape
    found = invert(gen, clothes, steps=4)
    assert found.noise.shape == (6, *shape) and found.noise.dtype == np.float32
    again = generate(gen, found.noise, steps=4)
    assert again.shape == (6, gen.image_size, gen.image_size, 3) and again.dtype == np.uint8
    one = invert(gen, clothes[..., :1], steps=4)
    np.testing.assert_array_equal(one.noise, found.noise)


@pytest.mark.parametrize("name, size", [("grey-28", 28), ("grey-32", 32)])
def test_no_pixel_is_resampled_on_the_way_through_a_grey_model(model_folder, clothes, name, size):
    gen = load_generator(model_folder(name), device="cpu")
    framed = load_images("fashion", n=6, split="test", size=size).pixels
    np.testing.assert_array_equal(gen.to_image(gen.to_latent(clothes)), framed)
    np.testing.assert_array_equal(gen.to_latent(clothes), gen.to_latent(framed))
    assert round_trip(gen, clothes, steps=10, solver="bdia").psnr.min() > 40  # exact, whatever the weights


@pytest.mark.parametrize("name", ["clip", "siglip", "dinov2", "dinov2-registers", "dinov3", "mae"])
def test_encoders_take_small_grey_pictures(model_folder, clothes, name):
    encoder = load_encoder(model_folder(name), device="cpu")
    X = encoder.embed(clothes)
    assert X.shape == (6, encoder.dim) and np.isfinite(X).all() and np.abs(X[0] - X[1]).max() > 1e-4
    np.testing.assert_array_equal(encoder.embed(clothes[..., :1]), X)
