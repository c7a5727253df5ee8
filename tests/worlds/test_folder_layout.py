"""Which parts and classes a list of files has."""

import os

import pytest

from unelib.worlds.folder_layout import class_attributes, files_below, own_splits, told_of_classes, within


@pytest.mark.parametrize("files, base, parts", [
    (["a.jpg", "b.jpg"], "", {}),
    (["cat/1.jpg", "dog/1.jpg"], "", {}),
    (["cat/1.jpg"], "", {}),
    (["set/cat/1.jpg", "set/dog/1.jpg"], "set/", {}),
    (["train/1.jpg", "test/1.jpg"], "", {"train/": "train", "test/": "test"}),
    (["x/y/train/cat/1.jpg", "x/y/val/cat/1.jpg"], "x/y/", {"x/y/train/": "train", "x/y/val/": "valid"}),
    (["train/cat/1.jpg", "train/dog/1.jpg"], "", {"train/": "train"}),
    (["train/1.jpg", "bus/1.jpg"], "", {}),
    (["train/1.jpg", "1.jpg"], "", {}),
    (["train/cat/1.jpg", "test/cat/2.jpg", "extra/3.jpg"], "", {"train/": "train", "test/": "test"}),
    (["x/train/cat/1.jpg", "x/val/cat/2.jpg", "x/3.jpg"], "x/", {"x/train/": "train", "x/val/": "valid"}),
    (["train/1.jpg", "test/2.jpg", "extra/3.jpg"], "", {}),
    (["train/cat/1.jpg", "cat/2.jpg"], "", {}),
    ([], "", {}),
])  # fmt: skip
def test_bases_and_parts(files, base, parts):
    assert within(files) == base and own_splits(files, base) == parts


def test_beside_a_table_folders_are_no_classes_and_so_parts():
    files = ["train/1.jpg", "test/2.jpg", "extra/3.jpg"]
    assert own_splits(files, "", classes=False) == {"train/": "train", "test/": "test"}
    assert own_splits(files[::2], "", classes=False) == {}


@pytest.mark.parametrize("files, told", [
    (["train/cat/1.jpg", "cat/2.jpg"], ["train/ beside other folders: each is taken for a class; if they are parts,"]),
    (["train/1.jpg", "test/2.jpg", "bus/3.jpg"], ["test/, train/ beside other folders: each is taken for a class;"]),
    (["train/1.jpg", "bus/1.jpg"], []),
    (["cat/1.jpg", "dog/1.jpg"], []),
])  # fmt: skip
def test_parts_by_name_that_are_taken_for_classes_are_told(files, told):
    found = told_of_classes(files, "", own_splits(files, ""))
    assert len(found) == len(told) and all(one.startswith(part) for one, part in zip(found, told))


def test_classes_whose_names_become_alike():
    table, lost = class_attributes(["a b/1.jpg", "a-b/1.jpg", "a.b/1.jpg", "1.jpg"], [""])
    assert list(table) == ["a_b", "a-b", "a_b_2"] and lost == ["1.jpg"] and (table.sum(1) == 1).all()


def test_hidden_files_and_circles_are_passed_over(tmp_path):
    (tmp_path / "a" / ".git").mkdir(parents=True)
    for file in ("a/1.jpg", "a/.git/2.jpg", "._a.jpg", "Thumbs.db"):
        (tmp_path / file).write_bytes(b"")
    os.symlink(tmp_path, tmp_path / "a" / "round")
    assert files_below(tmp_path) == ["a/1.jpg"]
