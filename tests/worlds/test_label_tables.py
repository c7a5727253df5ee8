"""Tables are read as they stand, and the column that names the pictures is found by its values."""

import pandas as pd
import pytest

from unelib.worlds.label_tables import name_column, read_labels

FILES = ["a/0001.jpg", "a/0002.jpg", "b/0003.jpg", "b/x.y.png"]


@pytest.mark.parametrize("cells, found", [
    (["a/0002.jpg", "b/x.y.png"], [1, 3]),
    ([r".\a\0002.jpg".replace("\\", "/"), "b/x.y.png"], [1, 3]),
    ([r"a\0002.jpg", r"b\x.y.png"], [1, 3]),
    (["/home/me/0002.jpg", "x.y.png"], [1, 3]),
    (["a/0002", "b/x.y"], [1, 3]),
    (["0002", "x.y"], [1, 3]),
    ([2, 3], [1, 2]),
    (["0002", "nothing"], [1, None]),
])  # fmt: skip
def test_names_with_and_without_folder_and_ending(cells, found):
    table = pd.DataFrame({"Male": [1, 0], "what": ["q", "r"], "id": cells})
    assert name_column(table, FILES) == ("id", [None if i is None else FILES[i] for i in found])


def test_names_of_two_files_name_neither():
    assert name_column(pd.DataFrame({"f": ["1", "2"], "a": [0, 1]}), ["a/1.jpg", "b/1.jpg"]) == (None, [])
    assert name_column(pd.DataFrame({"a": [0, 1]}), ["1.jpg"]) == ("a", [None, "1.jpg"]), "if no other is there"
    assert name_column(pd.DataFrame({"f": ["p", "q"], "a": [0, 1]}), ["1.jpg"]) == (None, [])


@pytest.mark.parametrize("files", [["2.jpg", "0.jpg", "1.jpg"], ["2.jpg", "0.jpg", "gone.jpg"]])
def test_numbers_of_rows_do_not_name_files_in_place_of_a_column_that_does(files):
    table = pd.DataFrame({"": ["0", "1", "2"], "file": files, "a": [1, 0, 1]})
    there = ["0.jpg", "1.jpg", "2.jpg"]
    assert name_column(table, there) == ("file", [file if file in there else None for file in files])


def test_headings_that_differ_by_a_blank_alone_are_told_apart(tmp_path):
    (tmp_path / "t.csv").write_text("file,A, A\n1.jpg,0,1\n")
    assert list(read_labels(tmp_path / "t.csv")) == ["file", "A", "A_2"]


def test_a_long_table_of_which_few_files_are_there():
    table = pd.DataFrame({"f": [f"{i:06d}.jpg" for i in range(5000)], "a": 1})
    column, named = name_column(table, ["000007.jpg"])
    assert column == "f" and named.count(None) == 4999 and named[7] == "000007.jpg"


@pytest.mark.parametrize("ending, text, shape", [
    ("csv", "\ufefffile, Male\n001,1\n", (1, 2)),
    ("csv", "file;Male;x\n001;1;2,5\n", (1, 3)),
    ("tsv", "file\tMale\n001\t1\n", (1, 2)),
    ("jsonl", '{"file": "001", "Male": 1}\n\n{"file": "002", "old": true}\n', (2, 3)),
])  # fmt: skip
def test_texts(tmp_path, ending, text, shape):
    (tmp_path / f"t.{ending}").write_text(text, encoding="utf-8")
    table = read_labels(tmp_path / f"t.{ending}")
    assert table.shape == shape and list(table)[:2] == ["file", "Male"] and table["file"][0] == "001"


@pytest.mark.parametrize("ending, content", [
    ("csv", b"\xff\xfe\x00"), ("jsonl", b"{"), ("parquet", b"no"), ("csv", b"a,b\n1,2\n1,2,3\n"), ("tsv", b""),
    ("csv", b"a,b\n1,2,\n1,2,\n"),
])  # fmt: skip
def test_what_is_no_table(tmp_path, ending, content):
    (tmp_path / f"t.{ending}").write_bytes(content)
    with pytest.raises(ValueError, match="is not a table .*; it needs a heading and one row an image"):
        read_labels(tmp_path / f"t.{ending}")
