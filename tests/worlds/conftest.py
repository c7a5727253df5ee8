"""Pictures in files: a folder with a table, and CelebA in small, in both of its layouts."""

import pandas as pd
import pytest
from PIL import Image

from unelib.worlds.image_sets import load_images


def picture(mode="RGB", size=(20, 20), colour=None):
    return Image.new(mode, size, colour or {"RGB": (200, 10, 10), "L": 77, "CMYK": (0, 255, 255, 0)}.get(mode, 0))


def rewrite(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def one(folder, image, name="a.png"):
    """The pixels that `load_images` makes of one picture."""
    image.save(folder / name) if isinstance(image, Image.Image) else (folder / name).write_bytes(image)
    (folder / "t.csv").write_text(f"file,Male\n{name},1\n")
    return load_images(str(folder)).pixels[0]


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


PERSONS = "000001.jpg 7\n000002.jpg 8\n000003.jpg 9\n000004.jpg 8\n000005.jpg 7\n000006.jpg 9\n"


@pytest.fixture
def persons(celeba):
    """CelebA in small with its persons: 7 and 8 train, 9 and 8 are valid, 7 and 9 test."""
    (celeba / "identity_CelebA.txt").write_text(PERSONS)
    return celeba


@pytest.fixture
def kaggle(celeba):
    """The same as the Kaggle archive has it."""
    labels = [line.split() for line in (celeba / "list_attr_celeba.txt").read_text().splitlines()[1:]]
    parts = (celeba / "list_eval_partition.txt").read_text().replace(" ", ",")
    rows = [["image_id", *labels[0]], *labels[1:]]
    (celeba / "list_attr_celeba.csv").write_text("\n".join(map(",".join, rows)) + "\n")
    (celeba / "list_eval_partition.csv").write_text("image_id,partition\n" + parts)
    (celeba / "list_bbox_celeba.csv").write_text("image_id,x_1,y_1,width,height\n000001.jpg,1,2,3,4\n")
    for old in celeba.glob("*.txt"):
        old.unlink()
    (celeba / "img_align_celeba").rename(celeba / "inner")
    (celeba / "img_align_celeba").mkdir()
    (celeba / "inner").rename(celeba / "img_align_celeba" / "img_align_celeba")
    return celeba
