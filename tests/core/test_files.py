"""Files are there whole or not at all, equal values are equal bytes, and errors say what to do."""

import errno

import pytest

from unelib.core.files import file_hash, make_folder, read_json, sweep, value_hash, write_json, write_whole, writing


def test_a_value_comes_back_and_equal_values_are_equal_bytes(tmp_path):
    write_json(tmp_path / "a.json", {"x": 1, "y": [2]})
    write_json(tmp_path / "b.json", {"y": [2], "x": 1})
    assert read_json(tmp_path / "a.json") == {"x": 1, "y": [2]}
    assert file_hash(tmp_path / "a.json") == file_hash(tmp_path / "b.json")
    assert value_hash({"x": 1, "y": 2}) == value_hash({"y": 2, "x": 1}) != value_hash({"x": 2, "y": 1})


def test_a_writer_that_fails_leaves_what_was_there(tmp_path):
    path = tmp_path / "a.json"
    write_json(path, 1)

    def half(part):
        part.write_text("2")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_whole(path, half)
    assert read_json(path) == 1 and [p.name for p in tmp_path.iterdir()] == ["a.json"]


def test_what_killed_writers_left_is_swept_and_nothing_else(tmp_path):
    for name in (".a.json.1f.part", ".b.json.1f.part", "a.json"):
        (tmp_path / name).touch()
    sweep(tmp_path / "a.json")
    assert sorted(p.name for p in tmp_path.iterdir()) == [".b.json.1f.part", "a.json"]


def test_errors_name_the_file_and_the_next_step(tmp_path):
    (tmp_path / "a.json").write_text("{")
    with pytest.raises(ValueError, match="a.json is damaged .* restore it or remove its folder"):
        read_json(tmp_path / "a.json")
    with pytest.raises(OSError, match="cannot be written"):
        make_folder(tmp_path / "a.json" / "below")
    with pytest.raises(OSError, match="free some space and start again"), writing("a"):
        raise OSError(errno.ENOSPC, "No space left on device")
