"""A folder of images with one CSV, and all that can be wrong with the table."""

import numpy as np
import pytest

from unelib.worlds.image_sets import load_images

from .conftest import picture, rewrite


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
