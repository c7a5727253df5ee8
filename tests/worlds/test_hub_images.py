"""Hub data sets: columns of attributes or one of vectors, pictures as good as those of files."""

import sys
import types

import datasets
import numpy as np
import pytest
from PIL import Image

from unelib.worlds.celeba import CELEBA_ATTRIBUTES
from unelib.worlds.hub_images import from_hub_rows
from unelib.worlds.image_sets import load_images

from .conftest import picture


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
    with pytest.raises(ValueError, match="row 1: owner/faces cannot be read as an image"):
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


def test_hub_pictures_that_cannot_be_read_are_skipped_if_asked(tmp_path):
    (tmp_path / "a.png").write_text("no picture")
    picture(size=(9, 9)).save(tmp_path / "b.png")
    data = hub_rows(Male=[0, 1]).cast_column("image", datasets.Image())
    data = datasets.Dataset.from_dict({"image": [str(tmp_path / f"{x}.png") for x in "ab"], "Male": [0, 1]})
    data = data.cast_column("image", datasets.Image())
    with pytest.warns(UserWarning, match="owner/faces: 1 pictures are skipped: row 1 .cannot identify"):
        images = from_hub_rows("owner/faces", data, 8, "test", on_error="skip")
    assert list(images.attributes.Male) == [1] and list(images.ids) == ["owner/faces-test-00000001"]
