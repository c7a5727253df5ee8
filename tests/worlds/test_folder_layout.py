"""Which parts and classes a list of files has."""

import os

import pytest

from unelib.worlds.folder_layout import class_attributes, files_below, own_splits, within


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
    ([], "", {}),
])  # fmt: skip
def test_bases_and_parts(files, base, parts):
    assert within(files) == base and own_splits(files, base) == parts


def test_classes_whose_names_become_alike():
    table, lost = class_attributes(["a b/1.jpg", "a-b/1.jpg", "a.b/1.jpg", "1.jpg"], [""])
    assert list(table) == ["a_b", "a-b", "a_b_2"] and lost == ["1.jpg"] and (table.sum(1) == 1).all()


def test_hidden_files_and_circles_are_passed_over(tmp_path):
    (tmp_path / "a" / ".git").mkdir(parents=True)
    for file in ("a/1.jpg", "a/.git/2.jpg", "._a.jpg", "Thumbs.db"):
        (tmp_path / file).write_bytes(b"")
    os.symlink(tmp_path, tmp_path / "a" / "round")
    assert files_below(tmp_path) == ["a/1.jpg"]
