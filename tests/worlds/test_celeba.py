"""CelebA in both of its layouts, one inside the other, in part, and with every fault its tables can have."""

import shutil
import warnings

import numpy as np
import pytest

from unelib.store.npy_layout import celeba_index
from unelib.worlds.image_sets import load_images, load_parts

from .conftest import rewrite


@pytest.mark.parametrize("split, ids", [("train", ["000001", "000002"]), ("valid", ["000003", "000004"]),
                                        ("test", ["000005", "000006"])])  # fmt: skip
def test_celeba(celeba, split, ids):
    images = load_images(str(celeba), split=split)
    assert images.name == "celeba" and list(images.ids) == ids and images.pixels.shape == (2, 512, 512, 3)
    np.testing.assert_array_equal(images.attributes, [[0, 1, 0], [1, 1, 0]])
    assert load_images(str(celeba), n=1, split=split, size=16).pixels.shape == (1, 16, 16, 3)


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


def test_celeba_is_found_in_the_project_s_data(celeba, monkeypatch):
    monkeypatch.setattr("unelib.worlds.image_sets.DATA", celeba.parent)
    assert load_images(celeba.name, size=8).name == "celeba"


@pytest.mark.parametrize("file, old, new, message", [
    ("list_attr_celeba.txt", "000002.jpg 1  1 -1", "000002.jpg 1  1", "row 2 of list_attr_celeba.txt has 2 values"),
    ("list_attr_celeba.txt", "000002.jpg 1  1", "000002.jpg 1  7", "row 2, attribute Young: 7.0 is not"),
    ("list_eval_partition.txt", "000003.jpg 1\n", "", "differ: 000003.jpg has no row in .*list_eval_partition.txt"),
    ("list_eval_partition.txt", "000006.jpg 2\n", "", "differ: 000006.jpg has no row in .*list_eval"),
])  # fmt: skip
def test_celeba_tables_that_do_not_match(celeba, file, old, new, message):
    rewrite(celeba / file, old, new)
    with pytest.raises(ValueError, match=message):
        load_images(str(celeba))


def test_celeba_that_is_not_whole(celeba):
    (celeba / "list_eval_partition.txt").unlink()
    with pytest.raises(FileNotFoundError, match="needs list_eval_partition.txt or list_eval_partition.csv in"):
        load_images(str(celeba))
    (celeba / "list_attr_celeba.txt").write_text("6\n")
    with pytest.raises(ValueError, match="was not downloaded whole"):
        load_images(str(celeba))
    (celeba / "list_attr_celeba.txt").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ValueError, match="list_attr_celeba.txt is no text"):
        load_images(str(celeba))


def test_a_part_of_the_pictures_is_used_as_far_as_it_goes(celeba):
    (celeba / "img_align_celeba" / "000001.jpg").unlink()
    with pytest.warns(UserWarning, match=r"celeba: 1 of the 2 pictures of split 'train' are in .*; the others are"):
        assert list(load_images(str(celeba), size=8).ids) == ["000002"]
    with warnings.catch_warnings(action="error"):
        assert len(load_images(str(celeba), size=8, split="test")) == 2
    (celeba / "img_align_celeba" / "000002.jpg").unlink()
    told = "among the 4 pictures .* that split is 000001.jpg to 000002.jpg: add some of them, or take both parts from"
    with pytest.raises(FileNotFoundError, match=f"no images of split 'train' {told}"):
        load_images(str(celeba))
    train, test = load_parts(str(celeba), 1, 1, "valid", "valid", size=8)
    assert list(train.ids) == ["000003"] and list(test.ids) == ["000004"]
    shutil.rmtree(celeba / "img_align_celeba")
    with pytest.raises(FileNotFoundError, match="CelebA needs its pictures"):
        load_images(str(celeba))


def test_a_wrong_count_is_told_and_none_is_needed(celeba):
    expected = load_images(str(celeba), size=8)
    rewrite(celeba / "list_attr_celeba.txt", "6\n", "7\n")
    with pytest.warns(UserWarning, match="promises 7 rows and holds 6, which are taken"):
        assert load_images(str(celeba), size=8).attributes.equals(expected.attributes)
    rewrite(celeba / "list_attr_celeba.txt", "7\n", "")
    with warnings.catch_warnings(action="error"):
        assert load_images(str(celeba), size=8).attributes.equals(expected.attributes)


def test_attributes_of_a_part_of_the_images_are_enough(celeba):
    rewrite(celeba / "list_attr_celeba.txt", "000006.jpg 1  1 -1\n", "")
    with pytest.warns(UserWarning) as told:
        assert list(load_images(str(celeba), split="test", size=8).ids) == ["000005"]
    assert "promises 6 rows and holds 5" in str(told[0].message) and "5 of the 6 pictures" in str(told[1].message)


@pytest.mark.parametrize("split", ["train", "valid", "test"])
def test_the_archive_gives_what_the_published_layout_gives(request, split):
    celeba = request.getfixturevalue("celeba")
    published, index = load_images(str(celeba), split=split, size=8), celeba_index(celeba, split)
    kaggle = request.getfixturevalue("kaggle")
    archive = load_images(str(kaggle), split=split, size=8)
    assert archive.attributes.equals(published.attributes) and list(archive.ids) == list(published.ids)
    np.testing.assert_array_equal(archive.pixels, published.pixels)
    assert celeba_index(kaggle, split).equals(index)


def test_either_layout_inside_a_folder_or_spread_over_some(kaggle, tmp_path_factory):
    outer = tmp_path_factory.mktemp("data")
    shutil.copytree(kaggle, outer / "archive")
    assert len(load_images(str(outer), size=8)) == 2
    drive = tmp_path_factory.mktemp("drive")
    for file, place in (("list_attr_celeba.csv", "Anno"), ("list_eval_partition.csv", "Eval")):
        (drive / place).mkdir()
        shutil.copy(kaggle / file, drive / place)
    shutil.copytree(kaggle / "img_align_celeba", drive / "Img" / "img_align_celeba")
    assert len(load_images(str(drive), size=8)) == 2
    train, test = load_parts(str(drive), 2, 2, size=8)
    assert list(train.ids) == ["000001", "000002"] and list(test.ids) == ["000005", "000006"]


def test_unknown_celeba_split(celeba):
    with pytest.raises(ValueError, match="unknown split of CelebA 'exam'; choose one of train, valid, test"):
        load_images(str(celeba), split="exam")
