"""Every source of images, and every way in which one can be wrong."""

import numpy as np
import pytest
from PIL import Image

from unelib.worlds import image_sets
from unelib.worlds.image_sets import joined_pixels, load_images, load_parts, thumbnails
from unelib.worlds.labelled_images import ImageSet
from unelib.worlds.picture_files import Pictures

from .conftest import one, picture, rewrite


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
    with pytest.raises(ValueError, match=r"row 3: 2.png cannot be read as an image"):
        load_images(str(folder))


@pytest.mark.parametrize("size", [None, 16])
def test_a_picture_too_large_to_be_true_is_named(folder, monkeypatch, size):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 20)
    with pytest.raises(ValueError, match="row 1: 0.png cannot be read as an image .*bomb"):
        load_images(str(folder), size=size)


def test_files_that_differ_in_their_ending_alone_are_named(folder):
    picture().save(folder / "0.jpg")
    rewrite(folder / "table.csv", "2.png", "0.jpg")
    with pytest.raises(ValueError, match="the image '0' is there twice, as 0.png and 0.jpg; keep one"):
        load_images(str(folder))


@pytest.mark.parametrize("arguments, kind, message", [
    ({"name": "drawn-faces", "n": 0}, ValueError, "n is 0; ask for at least one"),
    ({"name": "drawn-faces", "n": -3}, ValueError, "n is -3"),
    ({"name": "drawn-faces", "n": 2, "split": "exam"}, ValueError, "unknown split 'exam'; drawn faces have train"),
    ({"name": "drawn-faces", "n": 2, "size": 8}, ValueError, "size 8 is too small"),
    ({"name": "drawn-faces", "n": 2, "attributes": ["Tall"]}, ValueError, r"has no attribute \['Tall'\]; it has"),
    ({"name": "drawn-faces", "labels": "a.csv"}, ValueError, "'drawn-faces' has its own; leave them out"),
    ({"name": "owner/name", "labels": "a.csv"}, ValueError, "'owner/name' has its own"),
    ({"name": "nothing"}, FileNotFoundError, "no image set 'nothing'"),
    ({"name": "./no/where"}, FileNotFoundError, "no image set './no/where'"),
])  # fmt: skip
def test_bad_requests(arguments, kind, message):
    with pytest.raises(kind, match=message):
        load_images(**arguments)


def test_celeba_that_is_not_here_is_told_with_its_files_and_their_place(tmp_path, monkeypatch):
    monkeypatch.setattr(image_sets, "DATA", tmp_path)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FileNotFoundError, match="CelebA is not here.* put img_align_celeba/.* into .*celeba, or give"):
        image_sets.find_source("celeba")


def test_a_name_stands_for_itself_or_for_a_folder(tmp_path):
    (tmp_path / "labels.csv").write_text("file,Odd\n")
    assert [image_sets.find_source(name) for name in ("fashion", "owner/name")] == ["fashion", "owner/name"]
    assert image_sets.find_source(str(tmp_path / "labels.csv")) == tmp_path == image_sets.find_source(str(tmp_path))


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
    with pytest.raises(ValueError, match="row 3: 2.png cannot be read"):
        images.pixels[:]


def test_parts_of_a_plain_folder_share_no_image(folder):
    train, test = load_parts(str(folder), 2, 1)
    assert len(train) == 2 and len(test) == 1 and test.split == "test"
    assert {*train.ids, *test.ids} == {"0", "1", "2"}
    with pytest.raises(ValueError, match="has 3 and 0 images for training and testing, not 3 and 1"):
        load_parts(str(folder), 3, 1)
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
