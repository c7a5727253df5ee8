"""A folder of images with a table or sub-folders, as people have them, and all that can be wrong with it."""

import json
import shutil
import warnings

import numpy as np
import pandas as pd
import pytest

from unelib.worlds.image_sets import few_images, find_images, load_images, load_parts

from .conftest import picture, rewrite


def filled(folder, files):
    """A folder with these pictures, each of its own colour."""
    for i, file in enumerate(files):
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        picture(colour=(i % 256, 10, 10)).save(folder / file)
    return folder


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
    with pytest.warns(UserWarning, match="3 pictures have no row in table.csv and are left out"):
        assert list(load_images(str(folder)).ids) == ["a/1", "b/1"]


@pytest.mark.parametrize("old, new, message", [
    ("1.png", "0.png", "the image '0' is there twice, as 0.png and 0.png; keep one"),
    ("file,Male,Young", "Male", "needs a column of file names"),
])  # fmt: skip
@pytest.mark.filterwarnings("ignore:.*no row in")
def test_bad_table(folder, old, new, message):
    if new == "Male":
        (folder / "table.csv").write_text("file\n0.png\n")
    else:
        rewrite(folder / "table.csv", old, new)
    with pytest.raises(ValueError, match=message):
        load_images(str(folder))


def test_missing_values_stay_missing_and_odd_columns_are_left_out_by_name(folder):
    rewrite(folder / "table.csv", "1.png,-1,1", "1.png,,yes")
    images = load_images(str(folder))
    np.testing.assert_array_equal(images.attributes, np.float32([[1, 0], [np.nan, 1], [1, 0]]))
    rewrite(folder / "table.csv", "0.png,1,0", "0.png,31,0")
    with pytest.warns(UserWarning, match="left out: Male .row 1 holds '31', neither 0/1, -1/1 nor yes/no"):
        assert list(load_images(str(folder)).attributes) == ["Young"]
    (folder / "table.csv").write_text("file,age\n0.png,31\n1.png,40\n2.png,50\n")
    with pytest.raises(ValueError, match="no column of attributes .age: row 1 holds '31'.* write 1 and 0, yes and no"):
        load_images(str(folder))


@pytest.mark.parametrize("ending", ["csv", "tsv", "parquet", "jsonl"])
@pytest.mark.parametrize("way", [str, lambda file: f"./{file}", lambda file: file[:-4], lambda file: f"/x/{file}"])
def test_tables_of_every_kind_by_any_column(tmp_path, ending, way):
    filled(tmp_path, ["pics/007.png", "pics/012.png", "pics/100.png"])
    table = pd.DataFrame({"age": ["31", "40", "55"], "Male": ["yes", "no", "yes"],
                          "image": [way(f"{name}.png") for name in ("100", "007", "012")]})  # fmt: skip
    if ending == "parquet":
        table.to_parquet(tmp_path / "labels.parquet")
    elif ending == "jsonl":
        table.to_json(tmp_path / "labels.jsonl", orient="records", lines=True)
    else:
        table.to_csv(tmp_path / f"labels.{ending}", sep=";" if ending == "csv" else "\t", index=False)
    with pytest.warns(UserWarning, match=f"labels.{ending} names the pictures in its column 'image'; left out: age"):
        images = load_images(str(tmp_path))
    assert list(images.ids) == ["pics/100", "pics/007", "pics/012"] and list(images.attributes.Male) == [1, 0, 1]
    assert images.pixels[:, 0, 0, 0].tolist() == [2, 0, 1]


def test_pictures_by_number(tmp_path):
    filled(tmp_path, ["000001.jpg", "000002.jpg"])
    (tmp_path / "l.csv").write_text("id,a\n2,1\n1,0\n")
    assert list(load_images(str(tmp_path)).ids) == ["000002", "000001"]


def test_a_table_elsewhere_or_one_of_several(tmp_path):
    pictures = filled(tmp_path / "pictures", ["a.png", "b.png"])
    (tmp_path / "labels.tsv").write_text("file\tMale\na.png\t1\nb.png\t0\n")
    assert list(load_images(str(tmp_path / "labels.tsv")).ids) == ["pictures/a", "pictures/b"]
    assert list(load_images(str(pictures), labels=tmp_path / "labels.tsv").attributes.Male) == [1, 0]
    train, test = load_parts(str(pictures), 1, 1, labels=tmp_path / "labels.tsv")
    assert {*train.ids, *test.ids} == {"a", "b"}
    shutil.copy(tmp_path / "labels.tsv", pictures / "one.tsv")
    shutil.copy(tmp_path / "labels.tsv", pictures / "two.tsv")
    with pytest.raises(ValueError, match=r"holds 2 tables that name its pictures \(one.tsv, two.tsv\); keep one, or"):
        load_images(str(pictures))
    assert len(load_images(str(pictures / "two.tsv"))) == 2
    with pytest.raises(FileNotFoundError, match="there is no file .*none.csv; name a table"):
        load_images(str(pictures), labels="none.csv")
    with pytest.raises(ValueError, match="x.txt is no table of labels; give a file that ends in one of .csv, .tsv"):
        load_images(str(pictures), labels="x.txt")


def test_folder_needs_one_table_or_classes(folder, tmp_path_factory):
    (folder / "more.csv").write_text("file,Male\nz.png,1\n")
    assert len(load_images(str(folder))) == 3, "a table that names none of the pictures does not count"
    with pytest.raises(FileNotFoundError, match="neither a table of labels, .* nor a sub-folder a class; it has 0"):
        load_images(str(tmp_path_factory.mktemp("empty")))
    (folder / "table.csv").unlink()
    with pytest.raises(FileNotFoundError, match="no column of .*more.csv names a picture: its column 'file' holds 'z"):
        load_images(str(folder))
    (folder / "more.csv").unlink()
    for text, message in (
        ("file,Male\n", "at least one row"),
        ("", "is not a table"),
        ("a,b\n1,2\n1,2,3\n", "is not a table"),
    ):
        (folder / "table.csv").write_text(text)
        with pytest.raises(ValueError, match=message):
            load_images(str(folder))


def test_a_sub_folder_a_class(tmp_path):
    filled(tmp_path, ["black cat/1.jpg", "black cat/deep/2.jpg", "dog/1.jpg", "stray.jpg"])
    with pytest.warns(UserWarning, match="1 pictures lie in no sub-folder and are left out, such as stray.jpg"):
        images = load_images(str(tmp_path))
    assert list(images.ids) == ["black cat/1", "black cat/deep/2", "dog/1"]
    assert images.attributes.to_dict("list") == {"black_cat": [1, 1, 0], "dog": [0, 0, 1]}
    (tmp_path / "dog" / "1.jpg").write_bytes(b"no picture")
    with pytest.raises(ValueError, match="^1.jpg cannot be read as an image .*; replace it in .*dog, or pass over"):
        load_images(str(tmp_path), size=8)


def test_pictures_beside_the_parts_are_of_none_and_it_is_said(tmp_path):
    filled(
        tmp_path, [f"{part}/{kind}/{i}.png" for part in ("train", "test") for kind in ("cat", "dog") for i in (1, 2)]
    )
    filled(tmp_path, ["extra/1.png", "preview.png"])
    with pytest.warns(UserWarning, match="2 pictures lie beside its parts test/, train/ and belong to none, such as e"):
        train, test = load_parts(str(tmp_path), 4, 4)
    assert list(train.attributes) == ["cat", "dog"] and len(train) == len(test) == 4
    assert all(part in name for part, images in (("train", train), ("test", test)) for name in images.ids)


def test_a_table_may_name_pictures_beside_the_parts(tmp_path):
    files = ["train/1.png", "train/2.png", "test/3.png", "extra/4.png"]
    filled(tmp_path, files)
    (tmp_path / "labels.csv").write_text("file,a\n" + "".join(f"{file},{i % 2}\n" for i, file in enumerate(files)))
    with pytest.warns(UserWarning, match="1 pictures lie beside its parts test/, train/ and belong to none, .*4.png"):
        load_images(str(tmp_path))
    assert [len(load_images(str(tmp_path), split=split)) for split in ("train", "test", "all")] == [2, 1, 4]
    with pytest.raises(ValueError, match="unknown split of .* 'valid'; choose one of all, test, train"):
        load_images(str(tmp_path), split="valid")


def test_too_many_classes_are_persons(tmp_path, monkeypatch):
    monkeypatch.setattr("unelib.worlds.folder_layout.MOST_CLASSES", 1)
    with pytest.raises(ValueError, match="2 sub-folders would be as many attributes; where they are persons, give a"):
        load_images(str(filled(tmp_path, ["ann/1.jpg", "bob/1.jpg"])))


@pytest.mark.parametrize("held_out, called", [("test", "test"), ("validation", "validation"), ("val", "val")])
@pytest.mark.parametrize("outer", ["", "archive/"])
def test_imagefolder_with_classes(tmp_path, held_out, called, outer):
    files = [f"{outer}{part}/{kind}/{i}.jpg" for part in ("train", called) for kind in ("cat", "dog") for i in range(2)]
    filled(tmp_path, [*files, f"{outer}{called}/emu/1.jpg"])
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        train, test = load_parts(str(tmp_path), 4, 5)
    assert [("no split 'test'; its 'valid' is taken" in str(t.message)) for t in told] == [True] * (held_out != "test")
    assert list(train.attributes) == list(test.attributes) == ["cat", "dog", "emu"]
    assert train.ids[0] == f"{outer}train/cat/0" and test.attributes.emu.sum() == 1
    assert set(train.ids) == set(load_images(str(tmp_path)).ids) and len(load_images(str(tmp_path), split="all")) == 9
    with pytest.raises(ValueError, match="unknown split of .* 'exam'; choose one of all, t"):
        load_images(str(tmp_path), split="exam")


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet"])
@pytest.mark.parametrize("one", [True, False])
def test_imagefolder_with_metadata(tmp_path, ending, one):
    filled(tmp_path, [f"{part}/{i}.png" for part in ("train", "test") for i in range(3)])
    rows = [("train", [1, 0, 1], "dark red dark"), ("test", [0, 0, 1], "red red grey")]
    tables = {part: pd.DataFrame({"file_name": [f"{i}.png" for i in range(3)], "Male": male, "hair": hair.split()})
              for part, male, hair in rows}  # fmt: skip
    if one:
        whole = pd.concat([t.assign(file_name=[f"{p}/{f}" for f in t.file_name]) for p, t in tables.items()])
        tables = {".": whole}
    for part, table in tables.items():
        path = tmp_path / part / f"metadata.{ending}"
        if ending == "jsonl":
            path.write_text("".join(json.dumps(row) + "\n" for row in table.to_dict("records")))
        else:
            table.to_csv(path, index=False) if ending == "csv" else table.to_parquet(path)
    train, test = (load_images(str(tmp_path), split=part) for part in ("train", "test"))
    assert list(train.ids) == ["train/0", "train/1", "train/2"] and list(test.attributes.Male) == [0, 0, 1]
    assert train.attributes.hair_dark.tolist() == [1, 0, 1] and test.attributes.hair_grey.tolist() == [0, 0, 1]


def dealt(folder, **how):
    return [set(load_images(str(folder), None, part, size=8, **how).ids) for part in ("train", "valid", "test")]


def numbered(folder, n, heading="file,a", row="{0}.png,{1}"):
    files = [f"{i}.png" for i in range(n)]
    filled(folder, files)
    (folder / "t.csv").write_text("\n".join([heading, *(row.format(i, i % 2, i // 4) for i in range(n))]) + "\n")
    return folder


def test_parts_are_dealt_by_name_and_stay_when_images_come(tmp_path):
    few = dealt(numbered(tmp_path, 60))
    many = dealt(numbered(tmp_path, 80))
    assert sum(map(len, many)) == 80 == len(set.union(*many)) and all(a <= b for a, b in zip(few, many))
    assert len(many[0]) > 40 and len(many[2]) > 8
    assert len(load_images(str(tmp_path), size=8)) == 80
    assert set(load_images(str(tmp_path), split="validation", size=8).ids) == many[1]
    with pytest.warns(UserWarning, match=r"of its 80 images are dealt to 'test', by their names; split=\"all\""):
        load_images(str(tmp_path), n=70, split="test", size=8)
    train, test = load_parts(str(tmp_path), 10, 5, size=8)
    assert set(train.ids) < many[0] and set(test.ids) < many[2], "what both functions call test is test"
    train, test = load_parts(str(tmp_path), 40, 40, size=8)
    assert set(train.ids) < many[0] and not set(train.ids) & set(test.ids)
    assert [int(i) for i in train.ids] == sorted(int(i) for i in train.ids), "in the table's order"
    with pytest.raises(ValueError, match="has 60 and 20 images for training and testing, not 60 and 21"):
        load_parts(str(tmp_path), 60, 21, size=8)


def test_a_part_without_images_says_how_to_have_some(tmp_path):
    numbered(tmp_path, 1)
    with pytest.raises(FileNotFoundError, match=r"0 of its 1 images are dealt to '.*split=\"all\" gives all"):
        dealt(tmp_path)


def test_few_images_are_there_to_look_at_where_all_are_dealt_elsewhere(tmp_path):
    numbered(tmp_path, 8, "file,a,person", "{0}.png,{1},p{2}")
    with pytest.raises(FileNotFoundError, match="0 of its 8 images are dealt to 'valid', by whom they show"):
        find_images(str(tmp_path), 2, "valid")
    assert few_images(str(tmp_path), 2, "valid").ids.tolist() == ["0", "1"]
    rewrite(tmp_path / "t.csv", "person", "split")
    for old, new in (("p0", "train"), ("p1", "test")):
        rewrite(tmp_path / "t.csv", old, new)
    with pytest.raises(ValueError, match="unknown split of .* 'valid'; choose one of all, test, train"):
        few_images(str(tmp_path), 2, "valid")


def test_a_column_split_says_who_is_held_out(tmp_path):
    numbered(tmp_path, 4, "file,a,split", "{0}.png,{1},train")
    rewrite(tmp_path / "t.csv", "3.png,1,train", "3.png,1,Testing")
    assert list(load_images(str(tmp_path), split="train").ids) == ["0", "1", "2"]
    assert list(load_images(str(tmp_path), split="test").ids) == ["3"]
    assert list(load_images(str(tmp_path)).attributes) == ["a"]
    rewrite(tmp_path / "t.csv", "Testing", "later")
    with pytest.raises(ValueError, match="row 4, split: 'later' is none of train, valid and test"):
        load_images(str(tmp_path))


def test_a_person_is_on_one_side(tmp_path):
    numbered(tmp_path, 100, "file,a,person", "{0}.png,{1},p{2}")
    parts = [load_images(str(tmp_path), split=split, size=8) for split in ("train", "test")]
    parts += load_parts(str(tmp_path), 40, 30, size=8)
    for train, test in (parts[:2], parts[2:]):
        assert not set(train.groups) & set(test.groups) and list(train.attributes) == ["a"]
    rewrite(tmp_path / "t.csv", ",p0", ",")
    assert load_images(str(tmp_path), size=8).groups[0] == "0.png"
    rewrite(tmp_path / "t.csv", "person", "subject")
    with pytest.warns(UserWarning, match="left out: subject"):
        assert load_images(str(tmp_path), size=8).groups is None


def test_headings_in_capitals_are_known_too(tmp_path):
    numbered(tmp_path, 20, "File,A,Person", "{0}.png,{1},p{2}")
    images = load_images(str(tmp_path), split="all", size=8)
    assert list(images.attributes) == ["A"] and images.groups is not None


def test_persons_that_are_a_question_of_yes_and_no_are_an_attribute(tmp_path):
    numbered(tmp_path, 8, "file,a,person", "{0}.png,{1},{1}")
    images = load_images(str(tmp_path))
    assert list(images.attributes) == ["a", "person"] and images.groups is None
