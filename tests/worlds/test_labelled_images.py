"""Pictures that are missing or damaged stop a load, or are passed over and told; hidden files never count."""

import warnings

import numpy as np
import pandas as pd
import pytest

from unelib.worlds.image_sets import load_images, load_parts
from unelib.worlds.labelled_images import skipped_in_words

from .conftest import picture, rewrite


@pytest.fixture
def odd(tmp_path):
    """Eight rows, of which 1, 3, 4 and 6 cannot be used."""
    for i in (0, 2, 5, 7):
        picture(colour=(30 * i, 10, 10)).save(tmp_path / f"{i}.png")
    (tmp_path / "1.png").write_bytes((tmp_path / "0.png").read_bytes()[:60])
    (tmp_path / "3.png").write_bytes(b"")
    (tmp_path / "4.png").write_text("no picture")
    names = [f"{i}.png" for i in range(8)]
    pd.DataFrame({"file": names, "Male": [0, 1] * 4}).to_csv(tmp_path / "table.csv", index=False)
    return tmp_path


def test_the_next_good_pictures_are_taken_and_the_others_told(odd):
    with pytest.warns(UserWarning, match="3 pictures are skipped: 1.png .*, 3.png .*, 4.png .cannot identify") as told:
        images = load_images(str(odd), n=3, on_error="skip")
    assert len(told) == 1 and list(images.ids) == ["0", "2", "5"] and list(images.attributes.Male) == [0, 0, 1]
    assert list(images.skipped) == ["1.png", "3.png", "4.png"] and list(images[:1].skipped) == list(images.skipped)
    assert images.pixels[:, 0, 0, 0].tolist() == [0, 60, 150]
    with pytest.warns(UserWarning, match="4 pictures are skipped: .* and 1 more; `.skipped` has them all"):
        assert load_images(str(odd), on_error="skip").skipped["6.png"] == "missing"
    with warnings.catch_warnings(action="error"):
        assert load_images(str(odd), n=1, on_error="skip").skipped == {}


def test_parts_share_no_picture_where_some_are_skipped(odd):
    with pytest.warns(UserWarning, match="are skipped"):
        train, test = load_parts(str(odd), 2, 2, on_error="skip")
    assert len(train) == len(test) == 2 and {*train.ids, *test.ids} == {"0", "2", "5", "7"}
    with pytest.warns(UserWarning), pytest.raises(ValueError, match="has 3 and 1 images .* not 3 and 2"):
        load_parts(str(odd), 3, 2, on_error="skip")


def test_by_default_the_first_bad_one_stops_and_says_how_to_go_on(odd):
    with pytest.raises(FileNotFoundError, match='row 7 of the table names 6.png.*on_error="skip"'):
        load_images(str(odd))
    with pytest.raises(ValueError, match='row 2: 1.png cannot be read as an image .*on_error="skip"'):
        load_images(str(odd), n=2, size=8)
    with pytest.raises(ValueError, match="unknown on_error 'ignore'; choose one of raise, skip"):
        load_images(str(odd), on_error="ignore")


def test_nothing_good_is_an_error(tmp_path):
    (tmp_path / "a.png").write_bytes(b"")
    (tmp_path / "t.csv").write_text("file,Male\na.png,1\n")
    with pytest.warns(UserWarning), pytest.raises(FileNotFoundError, match="no images of split"):
        load_images(str(tmp_path), on_error="skip")


@pytest.mark.parametrize("name", ["._0.png", ".DS_Store", "Thumbs.db", "sub/._x.png", "desktop.ini"])
@pytest.mark.parametrize("on_error", ["raise", "skip"])
def test_hidden_files_never_count(folder, name, on_error):
    (folder / "sub").mkdir()
    (folder / name).write_bytes(b"what a system leaves")
    (folder / "._table.csv").write_bytes(b"\0\5\26\7")
    whole = load_images(str(folder))
    rewrite(folder / "table.csv", "1.png,", f"{name},1,1\n1.png,")
    with warnings.catch_warnings(action="error"):
        images = load_images(str(folder), on_error=on_error)
    assert images.attributes.equals(whole.attributes) and images.skipped == {}
    np.testing.assert_array_equal(images.pixels, whole.pixels)


def test_a_folder_of_which_all_is_hidden(folder):
    (folder / "table.csv").write_text("file,Male\n.DS_Store,yes\n")
    with pytest.raises(FileNotFoundError, match="no column of .*table.csv names a picture"):
        load_images(str(folder))


def test_what_was_skipped_in_words():
    assert skipped_in_words("x", {"a": "missing"}) == "x: 1 pictures are skipped: a (missing); `.skipped` has them all"
