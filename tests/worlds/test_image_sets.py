"""Every source of images, and every way in which one can be wrong."""

import sys
import types

import datasets
import numpy as np
import pandas as pd
import pytest
from PIL import Image

from unelib.worlds.image_sets import (  # fmt: skip
    CELEBA_ATTRIBUTES,
    ImageSet,
    from_hub_rows,
    joined_pixels,
    load_images,
    load_parts,
    thumbnails,
)
from unelib.worlds.picture_files import Pictures


def picture(mode="RGB", size=(20, 20), colour=None):
    return Image.new(mode, size, colour or {"RGB": (200, 10, 10), "L": 77, "CMYK": (0, 255, 255, 0)}.get(mode, 0))


@pytest.fixture
def folder(tmp_path):
    """A folder of three pictures and a table with -1/1 and 0/1 columns."""
    for i in range(3):
        picture(colour=(80 * i, 10, 10), size=(20 + i, 24)).save(tmp_path / f"{i}.png")
    table = pd.DataFrame({"file": ["0.png", "1.png", "2.png"], "Male": [1, -1, 1], "Young": [0, 1, 0]})
    table.to_csv(tmp_path / "table.csv", index=False)
    return tmp_path


@pytest.fixture
def celeba(tmp_path):
    """CelebA's published layout in small: six images, two to a split."""
    (tmp_path / "img_align_celeba").mkdir()
    names = [f"{i:06d}.jpg" for i in range(1, 7)]
    rows = [f"{name} {1 if i % 2 else -1}  1 -1" for i, name in enumerate(names)]
    (tmp_path / "list_attr_celeba.txt").write_text("\n".join(["6", "Male Young Smiling", *rows]) + "\n")
    (tmp_path / "list_eval_partition.txt").write_text("\n".join(f"{n} {i // 2}" for i, n in enumerate(names)) + "\n")
    for name in names:
        picture(size=(18, 22)).save(tmp_path / "img_align_celeba" / name)
    return tmp_path


def rewrite(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def one(folder, image, name="a.png"):
    """The pixels that `load_images` makes of one picture."""
    image.save(folder / name) if isinstance(image, Image.Image) else (folder / name).write_bytes(image)
    (folder / "t.csv").write_text(f"file,Male\n{name},1\n")
    return load_images(str(folder)).pixels[0]


def test_drawn_faces():
    images = load_images("drawn-faces", n=5, size=32, attributes=["Smiling", "Male"])
    assert len(images) == 5 and images.pixels.shape == (5, 32, 32, 3) and images.pixels.dtype == np.uint8
    assert list(images.attributes) == ["Smiling", "Male"] and list(images.attributes.index) == list(images.ids)
    assert set(np.unique(images.attributes)) <= {0, 1} and len(images.factors) == 5
    other = load_images("drawn-faces", n=5, size=32, split="test")
    assert not set(images.ids) & set(other.ids) and not np.array_equal(images.pixels, other.pixels)
    assert not np.array_equal(images.pixels, load_images("drawn-faces", n=5, size=32, seed=1).pixels)


def test_slicing_keeps_rows_together():
    images = load_images("drawn-faces", n=6, size=32)
    for rows in (slice(2, 5), [4, 1], np.arange(6) > 3, 3):
        part = images[rows]
        which = np.atleast_1d(np.arange(6)[rows])
        assert isinstance(part, ImageSet) and list(part.ids) == list(images.ids[which]) == list(part.attributes.index)
        np.testing.assert_array_equal(part.pixels, images.pixels[which])
        np.testing.assert_array_equal(part.factors.scores, images.factors.scores[which])


def test_folder(folder):
    images = load_images(str(folder))
    assert images.pixels.shape == (3, 20, 20, 3) and list(images.ids) == ["0", "1", "2"] and images.factors is None
    np.testing.assert_array_equal(images.attributes, [[1, 0], [0, 1], [1, 0]])
    assert load_images(str(folder), n=2, size=8).pixels.shape == (2, 8, 8, 3)
    assert list(load_images(str(folder), attributes=["Young"]).attributes) == ["Young"]
    np.testing.assert_array_equal(images.pixels[1, 5, 5], [80, 10, 10])
    assert len(images[:2]) == 2


def test_same_file_name_in_two_folders(folder):
    for part in "ab":
        (folder / part).mkdir()
        picture().save(folder / part / "1.png")
    (folder / "table.csv").write_text("file,Male\na/1.png,1\nb/1.png,0\n")
    assert list(load_images(str(folder)).ids) == ["a/1", "b/1"]


@pytest.mark.parametrize("split, ids", [("train", ["000001", "000002"]), ("valid", ["000003", "000004"]),
                                        ("test", ["000005", "000006"])])  # fmt: skip
def test_celeba(celeba, split, ids):
    images = load_images(str(celeba), split=split)
    assert images.name == "celeba" and list(images.ids) == ids and images.pixels.shape == (2, 512, 512, 3)
    np.testing.assert_array_equal(images.attributes, [[0, 1, 0], [1, 1, 0]])
    assert load_images(str(celeba), n=1, split=split, size=16).pixels.shape == (1, 16, 16, 3)


PERSONS = "000001.jpg 7\n000002.jpg 8\n000003.jpg 9\n000004.jpg 8\n000005.jpg 7\n000006.jpg 9\n"


@pytest.fixture
def persons(celeba):
    """CelebA in small with its persons: 7 and 8 train, 9 and 8 are valid, 7 and 9 test."""
    (celeba / "identity_CelebA.txt").write_text(PERSONS)
    return celeba


def test_who_is_who_in_celeba_stays_with_the_images(persons):
    images = load_images(str(persons), split="valid", size=8, attributes=["Young"])
    assert list(images.groups) == ["9", "8"] and list(images[::-1].groups) == ["8", "9"]
    (persons / "identity_CelebA.txt").unlink()
    assert load_images(str(persons), size=8).groups is None


@pytest.mark.parametrize("old, new, message", [
    ("000002.jpg 8\n", "", "000002 is not in .*identity_CelebA.txt; download that file again, or remove it"),
    ("000003.jpg 9", "000003.jpg", "line 3 is '000003.jpg', not like `000001.jpg 2880`"),
    ("000003.jpg 9", "000003.jpg nine", "line 3 is '000003.jpg nine', not like"),
])  # fmt: skip
def test_persons_that_cannot_be_read(persons, old, new, message):
    rewrite(persons / "identity_CelebA.txt", old, new)
    with pytest.raises(ValueError, match=message):
        load_images(str(persons), size=8)


def test_nobody_who_trains_is_held_out(persons):
    train, test = load_parts(str(persons), 2, 1, test_split="valid", by_group=True, size=8)
    assert list(train.ids) == ["000001", "000002"] and list(test.ids) == ["000003"] and test.split == "test"
    train, test = load_parts(str(persons), 1, 1, test_split="test", by_group=True, size=8)
    assert list(test.ids) == ["000006"], "an image of person 7 is passed over"
    with pytest.raises(ValueError, match="has 2 and 1 images for training and testing on others than train, not 2 and"):
        load_parts(str(persons), 2, 2, test_split="valid", by_group=True, size=8)


def test_nobody_who_trains_is_held_out_of_the_same_split(persons):
    rewrite(persons / "list_eval_partition.txt", " 1\n", " 0\n")
    parts = lambda n_train, n_test, **how: [
        list(part.ids) for part in load_parts(str(persons), n_train, n_test, "train", "train", size=8, **how)
    ]
    assert parts(2, 1) == [["000001", "000002"], ["000003"]] == parts(2, 1, by_group=True)
    assert parts(1, 2, by_group=True) == [["000001"], ["000002", "000003"]]
    assert parts(3, 1) == [["000001", "000002", "000003"], ["000004"]]
    with pytest.raises(ValueError, match="has 3 and 0 images .* on others than train, not 3 and 1; ask for fewer, or"):
        parts(3, 1, by_group=True)


def test_persons_are_kept_apart_only_where_they_are_known(celeba):
    for name in ("drawn-faces", str(celeba)):
        with pytest.raises(ValueError, match="does not say whom its images show.*download identity_CelebA.txt"):
            load_parts(name, 1, 1, by_group=True)


def test_celeba_is_found_in_the_project_s_data(celeba, monkeypatch):
    monkeypatch.setattr("unelib.worlds.image_sets.DATA", celeba.parent)
    assert load_images(celeba.name, size=8).name == "celeba"


def test_pictures_of_every_mode(tmp_path):
    np.testing.assert_array_equal(one(tmp_path, picture("L"))[0, 0], [77, 77, 77])
    np.testing.assert_array_equal(one(tmp_path, picture("RGBA", colour=(9, 9, 9, 0)))[0, 0], [255, 255, 255])
    np.testing.assert_array_equal(one(tmp_path, picture("RGBA", colour=(9, 8, 7, 255)))[0, 0], [9, 8, 7])
    red = one(tmp_path, picture("CMYK"), "a.jpg")[0, 0].astype(int)
    assert red[0] > 200 and red[1] < 60
    np.testing.assert_array_equal(one(tmp_path, picture("1", colour=1))[0, 0], [255, 255, 255])
    deep = Image.fromarray(np.full((20, 20), 77 * 257, np.uint16))
    np.testing.assert_array_equal(one(tmp_path, deep)[0, 0], [77, 77, 77])


def test_rotation_in_exif_is_applied(tmp_path):
    image = picture(size=(20, 20), colour=(0, 0, 0))
    image.paste((255, 255, 255), (0, 0, 20, 5))
    exif = Image.Exif()
    exif[0x0112] = 6  # stored turned; shown a quarter clockwise
    image.save(tmp_path / "a.png", exif=exif)
    (tmp_path / "t.csv").write_text("file,Male\na.png,1\n")
    shown = load_images(str(tmp_path)).pixels[0]
    assert shown[10, -2].min() > 200 and shown[1, 2].max() < 60


def test_the_middle_square_is_kept(tmp_path):
    image = picture(size=(40, 20), colour=(0, 0, 0))
    image.paste((255, 255, 255), (10, 0, 30, 20))
    assert one(tmp_path, image).min() == 255


def test_missing_file_is_named_with_its_row(folder):
    (folder / "1.png").unlink()
    with pytest.raises(FileNotFoundError, match=r"row 2 of the table names 1.png, which is not in"):
        load_images(str(folder))


@pytest.mark.parametrize("content", [b"", b"no image", None])
def test_unreadable_file_is_named_with_its_row(folder, content):
    whole = (folder / "2.png").read_bytes()
    (folder / "2.png").write_bytes(whole[: len(whole) // 2] if content is None else content)
    with pytest.raises(FileNotFoundError, match=r"row 3: 2.png cannot be read as an image"):
        load_images(str(folder))


@pytest.mark.parametrize("size", [None, 16])
def test_a_picture_too_large_to_be_true_is_named(folder, monkeypatch, size):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 20)
    with pytest.raises(FileNotFoundError, match="row 1: 0.png cannot be read as an image .*bomb"):
        load_images(str(folder), size=size)


def test_files_that_differ_in_their_ending_alone_are_named(folder):
    picture().save(folder / "0.jpg")
    rewrite(folder / "table.csv", "2.png", "0.jpg")
    with pytest.raises(ValueError, match="the image '0' is there twice, as 0.png and 0.jpg; keep one"):
        load_images(str(folder))


@pytest.mark.parametrize("old, new, message", [
    ("0.png,1,0", "0.png,2,0", "row 1, attribute Male: 2.0 is not 0/1 or -1/1"),
    ("1.png,-1,1", "1.png,,1", "row 2, attribute Male: nan is not"),
    ("0.png,1,0", "0.png,yes,0", "attributes must be numbers"),
    ("1.png", "0.png", "the image '0' is there twice, as 0.png and 0.png; keep one"),
    ("file,Male,Young", "Male", "needs a column of file names"),
])  # fmt: skip
def test_bad_table(folder, old, new, message):
    if new == "Male":
        (folder / "table.csv").write_text("file\n0.png\n")
    else:
        rewrite(folder / "table.csv", old, new)
    with pytest.raises(ValueError, match=message):
        load_images(str(folder))


def test_folder_needs_one_table(folder, tmp_path_factory):
    (folder / "more.csv").write_text("file,Male\n")
    with pytest.raises(FileNotFoundError, match="holds 2 CSV files; an image folder needs one"):
        load_images(str(folder))
    with pytest.raises(FileNotFoundError, match="holds 0 CSV files"):
        load_images(str(tmp_path_factory.mktemp("empty")))
    (folder / "more.csv").unlink()
    for text, message in (
        ("file,Male\n", "at least one row"),
        ("", "is not a table"),
        ("a,b\n1,2\n1,2,3\n", "is not a table"),
    ):
        (folder / "table.csv").write_text(text)
        with pytest.raises(ValueError, match=message):
            load_images(str(folder))


@pytest.mark.parametrize("file, old, new, message", [
    ("list_attr_celeba.txt", "6\n", "7\n", "promises 7 rows and holds 6"),
    ("list_attr_celeba.txt", "000002.jpg 1  1 -1", "000002.jpg 1  1", "row 2 of list_attr_celeba.txt has 2 values"),
    ("list_attr_celeba.txt", "000002.jpg 1  1", "000002.jpg 1  7", "row 2, attribute Young: 7.0 is not"),
    ("list_eval_partition.txt", "000003.jpg 1\n", "", "differ at row 3 of list_eval_partition.txt"),
    ("list_eval_partition.txt", "000006.jpg 2\n", "", "differ at row 6"),
    ("list_eval_partition.txt", "000006.jpg 2\n", "000006.jpg 2\n000007.jpg 2\n", "differ at row 7"),
])  # fmt: skip
def test_celeba_tables_that_do_not_match(celeba, file, old, new, message):
    rewrite(celeba / file, old, new)
    with pytest.raises(ValueError, match=message):
        load_images(str(celeba))


def test_celeba_that_is_not_whole(celeba):
    (celeba / "img_align_celeba" / "000002.jpg").unlink()
    with pytest.raises(FileNotFoundError, match="celeba: row 2 of the table names 000002.jpg"):
        load_images(str(celeba))
    rewrite(celeba / "list_eval_partition.txt", " 2\n", " 1\n")
    with pytest.raises(FileNotFoundError, match="no images of split 'test'"):
        load_images(str(celeba), split="test")
    (celeba / "list_eval_partition.txt").unlink()
    with pytest.raises(FileNotFoundError, match="needs list_eval_partition.txt"):
        load_images(str(celeba))
    (celeba / "list_attr_celeba.txt").write_text("6\n")
    with pytest.raises(ValueError, match="was not downloaded whole"):
        load_images(str(celeba))


def hub_rows(**columns):
    columns = {"image": [picture() for _ in range(2)]} | columns
    return datasets.Dataset.from_dict(columns, features=datasets.Features({
        k: datasets.Image() if k == "image" else datasets.Value("string") if isinstance(v[0], str)
        else datasets.List(datasets.Value("int64")) if isinstance(v[0], list) else datasets.Value("int64")
        for k, v in columns.items()
    }))  # fmt: skip


def test_hub_rows_with_attribute_columns():
    data = hub_rows(Male=[1, -1], Young=[0, 1], name=["a", "b"], celeb_id=[10, 20], box=[[1, 2], [3, 4]])
    images = from_hub_rows("owner/faces", data, 16, "test")
    assert list(images.attributes) == ["Male", "Young"] and images.pixels.shape == (2, 16, 16, 3)
    np.testing.assert_array_equal(images.attributes, [[1, 0], [0, 1]])
    assert images.ids[1] == "owner/faces-test-00000001"


def test_hub_pictures_are_read_as_those_of_files(tmp_path):
    clear, deep = picture("RGBA", colour=(9, 9, 9, 0)), Image.fromarray(np.full((20, 20), 77 * 257, np.uint16))
    turned, exif = picture(colour=(0, 0, 0)), Image.Exif()
    turned.paste((255, 255, 255), (0, 0, 20, 5))
    exif[0x0112] = 6  # stored turned; shown a quarter clockwise
    for name, image in (("clear", clear), ("deep", deep), ("turned", turned)):
        image.save(tmp_path / f"{name}.png", exif=exif if name == "turned" else None)
    files = sorted(tmp_path.glob("*.png"))
    shown = from_hub_rows("owner/faces", hub_rows(image=[str(f) for f in files], Male=[0, 1, 0]), 20, "train").pixels
    assert (shown[0] == 255).all() and (shown[1] == 77).all()
    assert shown[2][10, -2].min() > 200 and shown[2][1, 2].max() < 60


def test_a_hub_picture_that_is_damaged_is_named_with_its_row(tmp_path):
    (tmp_path / "a.png").write_bytes(b"no image")
    with pytest.raises(FileNotFoundError, match="row 1: owner/faces cannot be read as an image"):
        from_hub_rows("owner/faces", hub_rows(image=[str(tmp_path / "a.png")], Male=[1]), 16, "train")


def test_hub_rows_with_an_attribute_vector():
    data = hub_rows(attributes=[[1] * 40, [0] * 40])
    images = from_hub_rows("owner/faces", data, 16, "train")
    assert list(images.attributes) == CELEBA_ATTRIBUTES and images.attributes.iloc[0].all()


@pytest.mark.parametrize("data, message", [
    (hub_rows(attributes=[[1], [0]]), r"attributes are \(2, 1\)"),
    (hub_rows(name=["a", "b"]), "no column of 0/1 attributes"),
    (hub_rows(Male=[1, 0]).rename_column("image", "jpg"), "has no column 'image'"),
])  # fmt: skip
def test_hub_rows_that_do_not_fit(data, message):
    with pytest.raises(ValueError, match=message):
        from_hub_rows("owner/faces", data, 16, "train")


def test_hub_data_set_by_name(monkeypatch):
    asked = []

    def load_dataset(name, split):
        asked.append(split)
        if split == "valid":
            raise ValueError('Unknown split "valid"')
        return hub_rows(Male=[1, 0])

    monkeypatch.setattr(datasets, "load_dataset", load_dataset)
    images = load_images("owner/faces", n=1, split="valid", size=8)
    assert asked == ["valid", "validation"] and images.split == "valid" and len(images) == 1
    assert len(load_images("owner/faces", n=None, size=8)) == 2


def test_hub_that_cannot_be_reached():
    with pytest.raises(FileNotFoundError, match="hub data set 'owner/faces', split 'train', cannot be had: "):
        load_images("owner/faces")


def test_hub_without_its_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "datasets", types.ModuleType("datasets"))
    with pytest.raises(ImportError, match=r"pip install 'unelib\[hub\]'"):
        load_images("owner/faces")


@pytest.mark.parametrize("arguments, kind, message", [
    ({"name": "drawn-faces", "n": 0}, ValueError, "n is 0; ask for at least one"),
    ({"name": "drawn-faces", "n": -3}, ValueError, "n is -3"),
    ({"name": "drawn-faces", "n": 2, "split": "exam"}, ValueError, "unknown split 'exam'; drawn faces have train"),
    ({"name": "drawn-faces", "n": 2, "size": 8}, ValueError, "size 8 is too small"),
    ({"name": "drawn-faces", "n": 2, "attributes": ["Tall"]}, ValueError, r"has no attribute \['Tall'\]; it has"),
    ({"name": "nothing"}, FileNotFoundError, "no image set 'nothing'"),
    ({"name": "./no/where"}, FileNotFoundError, "no image set './no/where'"),
])  # fmt: skip
def test_bad_requests(arguments, kind, message):
    with pytest.raises(kind, match=message):
        load_images(**arguments)


def test_unknown_celeba_split(celeba):
    with pytest.raises(ValueError, match="unknown split 'exam'; CelebA has train, valid, test"):
        load_images(str(celeba), split="exam")


@pytest.fixture
def lazy(monkeypatch):
    """Sets of files are never read at once."""
    monkeypatch.setattr("unelib.worlds.image_sets.AT_ONCE", 0)


def test_many_pictures_are_read_when_they_are_sliced(folder, monkeypatch):
    whole = load_images(str(folder))
    monkeypatch.setattr("unelib.worlds.image_sets.AT_ONCE", 0)
    images = load_images(str(folder))
    assert isinstance(images.pixels, Pictures) and images.pixels.shape == whole.pixels.shape
    np.testing.assert_array_equal(images.pixels[1:], whole.pixels[1:])
    np.testing.assert_array_equal(images.pixels[[2, 0]], whole.pixels[[2, 0]])
    np.testing.assert_array_equal(images.pixels[np.array([True, False, True])], whole.pixels[[0, 2]])
    np.testing.assert_array_equal(np.stack(list(images.pixels)), whole.pixels)
    assert isinstance(images[:2].pixels, Pictures) and list(images[1:].ids) == ["1", "2"]


def test_parts_of_pictures_in_files_are_joined_unread(celeba, lazy):
    parts = load_parts(str(celeba), 2, 2, size=16)
    both = joined_pixels(*parts)
    assert isinstance(both, Pictures) and both.shape == (4, 16, 16, 3)
    np.testing.assert_array_equal(both[2:], parts[1].pixels[:])
    other = load_images(str(celeba), size=8)
    with pytest.raises(ValueError, match="of one size"):
        joined_pixels(parts[0], other)


def test_a_damaged_picture_is_named_when_it_is_read(folder, lazy):
    whole = (folder / "2.png").read_bytes()
    (folder / "2.png").write_bytes(whole[: len(whole) - 30])
    images = load_images(str(folder))
    assert images.pixels[:2].shape == (2, 20, 20, 3)
    with pytest.raises(FileNotFoundError, match="row 3: 2.png cannot be read"):
        images.pixels[:]


def test_parts_of_a_plain_folder_share_no_image(folder):
    train, test = load_parts(str(folder), 2, 1)
    assert list(train.ids) == ["0", "1"] and list(test.ids) == ["2"] and test.split == "test"
    np.testing.assert_array_equal(joined_pixels(train, test), load_images(str(folder)).pixels)
    with pytest.raises(ValueError, match="has 2 and 1 images for training and testing, not 2 and 2"):
        load_parts(str(folder), 2, 2)


def test_both_parts_are_read_at_once_or_neither(celeba, monkeypatch):
    monkeypatch.setattr("unelib.worlds.image_sets.AT_ONCE", 2 * 16 * 16 * 3)
    train, test = load_parts(str(celeba), 2, 1, size=16)
    assert isinstance(train.pixels, Pictures) and isinstance(test.pixels, Pictures)
    assert joined_pixels(train, test).shape == (3, 16, 16, 3)
    train, test = load_parts(str(celeba), 1, 1, size=16)
    assert joined_pixels(train, test).dtype == np.uint8 and not isinstance(train.pixels, Pictures)


def test_thumbnails_are_means_over_areas():
    pixels = np.random.default_rng(0).integers(0, 256, (2, 12, 8, 3), np.uint8)
    blocks = pixels.reshape(2, 4, 3, 4, 2, 3).mean((2, 4)) / 255
    np.testing.assert_allclose(thumbnails(pixels, 4), blocks.reshape(2, -1), rtol=1e-6)
    for side in (1, 5, 7, 16):
        small = thumbnails(pixels, side)
        assert small.shape == (2, side * side * 3) and small.dtype == np.float32
        np.testing.assert_allclose(thumbnails(np.full_like(pixels, 51), side), 0.2, rtol=1e-6)
    np.testing.assert_allclose(thumbnails(pixels, 5)[0, :3], pixels[0, :2, :1].mean((0, 1)) / 255, rtol=1e-6)
    with pytest.raises(ValueError, match="side is 0; it must be at least 1"):
        thumbnails(pixels, 0)
