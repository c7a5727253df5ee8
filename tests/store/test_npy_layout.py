"""The published layout and tables: in and out again, and everything that is not what it says is refused."""

import numpy as np
import pandas as pd
import pytest
from datasets import load_dataset

from unelib.store import npy_layout
from unelib.store.npy_layout import add_celeba, export_npy
from unelib.store.parquet_export import export_table
from unelib.store.zoo import NoiseZoo
from unelib.worlds.image_sets import load_images

PARTS = {"train": 10, "valid": 6, "test": 4}
NOISE = np.random.default_rng(0).standard_normal((20, 4, 3, 3)).astype(np.float32)


@pytest.fixture
def zoo(tmp_path):
    images = load_images("drawn-faces", n=16, size=16), load_images("drawn-faces", n=4, split="test", size=16)
    return NoiseZoo(tmp_path / "zoo").add(*images)


@pytest.fixture
def celeba(tmp_path):
    """CelebA's label files in small: 20 images in three parts, attribute A of image i is i's last bit."""
    folder, names = tmp_path / "celeba", [f"{i:06d}.jpg" for i in range(1, 21)]
    folder.mkdir()
    labels = [f"{name} {1 if i % 2 else -1} -1" for i, name in enumerate(names, 1)]
    (folder / "list_attr_celeba.txt").write_text("\n".join(["20", "A B", *labels]))
    numbers = np.repeat([0, 1, 2], list(PARTS.values()))
    (folder / "list_eval_partition.txt").write_text("\n".join(f"{n} {p}" for n, p in zip(names, numbers)))
    return folder


def npy(folder, values, name="noises_sd15.npy", **options):
    np.save(folder / name, values, **options)
    return folder / name


def test_npy_import(zoo, tmp_path):
    zoo.import_npy("theirs", npy(tmp_path, NOISE))
    np.testing.assert_allclose(zoo["theirs"], NOISE.reshape(20, -1), atol=2e-3)
    assert zoo.manifest("theirs")["settings"]["imported"] == "noises_sd15.npy"


def test_another_file_of_the_same_name_never_mixes(zoo, tmp_path):
    zoo.import_npy("theirs", npy(tmp_path, NOISE))
    with pytest.raises(ValueError, match="sha256"):
        zoo.import_npy("theirs", npy(tmp_path, NOISE + 1))


@pytest.mark.parametrize(
    "values, reason",
    [
        (np.array([{}, []], dtype=object), "pickled objects are never read"),
        (NOISE[:19], "20 rows are needed"),
        (np.zeros(20), "numbers .images, columns. are needed"),
        (np.full((20, 2), "a"), "numbers .images, columns. are needed"),
        (np.where(np.arange(20) == 7, np.nan, 0)[:, None], "is not finite"),
    ],
    ids=["objects", "rows", "shape", "text", "nan"],
)
def test_what_is_no_view_is_refused(zoo, tmp_path, values, reason):
    with pytest.raises(ValueError, match=reason):
        zoo.import_npy("theirs", npy(tmp_path, values))
    assert zoo.views == []


def test_files_that_are_missing_or_no_npy_are_named(zoo, tmp_path):
    with pytest.raises(FileNotFoundError, match="there is no file .*nothing.npy"):
        zoo.import_npy("theirs", tmp_path / "nothing.npy")
    (tmp_path / "text.npy").write_text("hello")
    np.savez(tmp_path / "several.npz", NOISE)
    (tmp_path / "empty.npy").touch()
    (tmp_path / "cut.npy").write_bytes(npy(tmp_path, NOISE).read_bytes()[:-1])
    for name in ("text.npy", "several.npz", "empty.npy", "cut.npy"):
        with pytest.raises(ValueError, match=f"{name} is not a plain .npy array"):
            zoo.import_npy("theirs", tmp_path / name)


def test_a_zoo_without_images_takes_no_file(tmp_path):
    with pytest.raises(FileNotFoundError, match="no NoiseZoo at .*; add the images first, or their labels with"):
        NoiseZoo(tmp_path / "zoo").import_npy("theirs", npy(tmp_path, NOISE))


def test_an_import_tells_how_far_it_is(zoo, tmp_path, caplog):
    with caplog.at_level("INFO", "unelib"):
        zoo.import_npy("theirs", npy(tmp_path, NOISE))
    assert caplog.messages[-1].startswith("theirs: 20 of 20 images")


def test_a_published_file_gets_celebas_labels_in_their_order(tmp_path, celeba):
    file = npy(tmp_path, NOISE[:6])
    zoo = add_celeba(NoiseZoo(tmp_path / "zoo"), celeba, file).import_npy("sd15", file)
    assert list(zoo.ids) == [f"{i:06d}" for i in range(11, 17)]
    assert list(zoo.attributes["A"]) == [1, 0, 1, 0, 1, 0]
    assert list(zoo.split) == ["train"] * 5 + ["test"]


def test_celebas_persons_come_with_its_labels(tmp_path, celeba):
    (celeba / "identity_CelebA.txt").write_text("\n".join(f"{i:06d}.jpg {i % 3}" for i in range(1, 21)))
    file = npy(tmp_path, NOISE[:6])
    zoo = add_celeba(NoiseZoo(tmp_path / "zoo"), celeba, file)
    assert list(zoo.groups) == ["2", "0", "1", "2", "0", "1"] and list(zoo.attributes) == ["A", "B"]
    assert list(zoo.split) == ["train"] * 5 + ["test"], "the published order, whoever is shown"
    (celeba / "identity_CelebA.txt").write_text("000001.jpg 1\n000002.jpg 1\n")
    with pytest.raises(ValueError, match="000011 is not in .*identity_CelebA.txt"):
        npy_layout.celeba_index(celeba, "valid")


def test_noise_of_another_split_than_the_labels_is_refused(tmp_path, celeba, monkeypatch):
    monkeypatch.setattr(npy_layout, "CELEBA_ROWS", PARTS)
    file = npy(tmp_path, NOISE[:10])
    with pytest.raises(ValueError, match="holds 10 rows .as many as CelebA's train part., but of .* valid has 6"):
        add_celeba(NoiseZoo(tmp_path / "zoo"), celeba, file, "valid")
    zoo = add_celeba(NoiseZoo(tmp_path / "zoo"), celeba, npy(tmp_path, NOISE[:6], "noises_lcm.npy"))
    with pytest.raises(ValueError, match="train part.; the index has 6 images .as many as CelebA's valid part"):
        zoo.import_npy("sd15", file)


def test_images_join_labels_that_came_without_them(tmp_path, celeba):
    file = npy(tmp_path, NOISE[:6])
    zoo = add_celeba(NoiseZoo(tmp_path / "zoo"), celeba, file, "valid").import_npy("sd15", file)
    pixels = np.random.default_rng(0).integers(0, 255, (6, 4, 4, 3), np.uint8)
    zoo.build("mean", lambda p: p.mean((1, 2)), pixels, {}, kind="embedding", progress=False)
    assert zoo.views == ["sd15", "mean"]
    table = zoo.index.assign(sha256="seen now")
    assert zoo.add_index(table).views == ["sd15", "mean"]
    with pytest.raises(ValueError, match="row 2 has id 000013, not 9"):
        zoo.add_index(table.replace({"id": {"000013": "9"}}))


def test_labels_come_from_the_hub_as_well(tmp_path, monkeypatch):
    rows = [{"attributes": [i % 2] * 40} for i in range(6)]
    monkeypatch.setattr("datasets.load_dataset", lambda name, split, **options: rows if split == "validation" else [])
    zoo = add_celeba(NoiseZoo(tmp_path / "zoo"), "owner/celeba", npy(tmp_path, NOISE[:6]), "valid")
    assert list(zoo.attributes["Smiling"]) == [0, 1, 0, 1, 0, 1]
    assert zoo.ids[1] == "owner/celeba-valid-00000001"


def test_labels_from_nowhere_are_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match="owner/nothing is no folder, and as a hub data set"):
        add_celeba(NoiseZoo(tmp_path / "zoo"), "owner/nothing", npy(tmp_path, NOISE[:6]), "valid")


def test_npy_export_is_what_import_takes(zoo, tmp_path):
    zoo.import_npy("theirs", npy(tmp_path, NOISE))
    path = export_npy(zoo, "theirs", tmp_path / "out")
    assert path == tmp_path / "out" / "data" / "noises_theirs.npy"
    again = np.load(path, allow_pickle=False)
    assert again.dtype == np.float16
    np.testing.assert_array_equal(again, zoo["theirs"])
    labels = pd.read_csv(path.parent / "labels.csv")
    assert list(labels["id"]) == list(zoo.ids) and list(labels["Smiling"]) == list(zoo.attributes["Smiling"])


def test_a_table_is_read_by_datasets(zoo, tmp_path):
    zoo.import_npy("theirs", npy(tmp_path, NOISE))
    export_table(zoo, tmp_path / "out")
    table = load_dataset(str(tmp_path / "out"), cache_dir=str(tmp_path / "cache"))
    assert {name: len(rows) for name, rows in table.items()} == {"train": 16, "test": 4}
    rows = table["test"].with_format("numpy")[:]
    np.testing.assert_array_equal(np.stack(rows["theirs"]).astype(np.float32), zoo["theirs"][16:])
    assert list(rows["id"]) == list(zoo.ids[16:])
