"""The store: resumes, refuses what does not belong, finds damage, reads any rows."""

import numpy as np
import pandas as pd
import pytest

from unelib.images import load_images
from unelib.zoo import NoiseZoo


@pytest.fixture
def images():
    return load_images("drawn-faces", n=25, size=16), load_images("drawn-faces", n=7, split="test", size=16)


@pytest.fixture
def zoo(tmp_path, images):
    return NoiseZoo(tmp_path / "zoo").add(*images)


def pixels_of(images):
    return np.concatenate([i.pixels for i in images])


def features(pixels):
    return pixels.reshape(len(pixels), -1)[:, :48].astype(np.float32) / 255


def build(zoo, images, settings=None, compute=features, **options):
    return zoo.build(
        "view", compute, pixels_of(images), settings or {"steps": 5}, shard_rows=10, progress=False, **options
    )


def test_index_is_the_images(zoo, images):
    assert len(zoo) == 32
    assert list(zoo.split) == ["train"] * 25 + ["test"] * 7
    assert list(zoo.ids) == [*images[0].ids, *images[1].ids]
    pd.testing.assert_frame_equal(zoo.attributes, pd.concat([i.attributes for i in images]), check_index_type=False)


def test_a_view_comes_back(zoo, images):
    assert build(zoo, images) == 4
    assert zoo.views == ["view"]
    np.testing.assert_allclose(zoo["view"], features(pixels_of(images)), atol=1e-3)
    np.testing.assert_array_equal(zoo.rows("view", [30, 2, 11]), zoo["view"][[30, 2, 11]])
    np.testing.assert_array_equal(zoo.rows("view", zoo.split == "test"), zoo["view"][25:])


def test_nothing_is_made_twice(zoo, images):
    build(zoo, images)
    assert build(zoo, images, compute=None) == 0


def test_only_what_is_missing_is_made_again(zoo, images):
    build(zoo, images)
    whole = zoo["view"]
    zoo.shard_path("view", 2).unlink()
    assert list(zoo.verify().problem) == ["missing"]
    assert build(zoo, images) == 1
    np.testing.assert_array_equal(zoo["view"], whole)


def test_a_kill_between_shards_loses_one_shard(zoo, images):
    calls = []

    def dies(pixels):
        calls.append(len(pixels))
        if len(calls) == 3:
            raise KeyboardInterrupt
        return features(pixels)

    with pytest.raises(KeyboardInterrupt):
        build(zoo, images, compute=dies)
    assert zoo.views == []
    assert build(zoo, images) == 2
    assert zoo.verify().empty


def test_verify_finds_a_flipped_byte(zoo, images):
    build(zoo, images)
    path = zoo.shard_path("view", 1)
    data = bytearray(path.read_bytes())
    data[-3] ^= 1
    path.write_bytes(bytes(data))
    fault = zoo.verify().iloc[0]
    assert (fault.shard, fault.first_row, fault.last_row) == (1, 10, 19)
    assert "damaged" in fault.problem


def test_a_truncated_shard_cannot_be_read(zoo, images):
    build(zoo, images)
    path = zoo.shard_path("view", 0)
    path.write_bytes(path.read_bytes()[:50])
    with pytest.raises(FileNotFoundError, match="shard 0 of view 'view'"):
        zoo["view"]


def test_other_settings_never_mix(zoo, images):
    build(zoo, images)
    with pytest.raises(ValueError, match="steps: 5 there, 9 now"):
        build(zoo, images, {"steps": 9})
    with pytest.raises(ValueError, match="dtype"):
        build(zoo, images, dtype="float32")
    assert zoo.verify().empty


def test_other_images_are_refused(zoo, images):
    zoo.add(*images)
    with pytest.raises(ValueError, match="holds 32 images, not 25"):
        zoo.add(images[0])
    with pytest.raises(ValueError, match="row 0 has id"):
        zoo.add(images[0][::-1], images[1])
    changed = images[0].pixels.copy()
    changed[0] = 0
    with pytest.raises(ValueError, match="its pixels differ"):
        zoo.build("view", features, np.concatenate([changed, images[1].pixels]), {}, progress=False)


def test_the_same_image_twice_is_refused(tmp_path, images):
    with pytest.raises(ValueError, match="given twice"):
        NoiseZoo(tmp_path).add(images[0], images[0])


def test_rows_that_are_not_finite_are_not_written(zoo, images):
    def broken(pixels):
        values = features(pixels)
        values[4, 2] = np.nan
        return values

    with pytest.raises(ValueError, match=f"image {zoo.ids[4]} is not finite"):
        build(zoo, images, compute=broken)
    assert not zoo.shard_path("view", 0).exists()


def test_values_beyond_half_precision_are_refused(zoo, images):
    with pytest.raises(ValueError, match="float32"):
        build(zoo, images, compute=lambda p: features(p) * 1e6)


def test_wrong_row_counts_are_refused(zoo, images):
    with pytest.raises(ValueError, match="9 rows came back for 10"):
        build(zoo, images, compute=lambda p: features(p)[:-1])


def test_unknown_view_and_empty_folder(zoo, tmp_path):
    with pytest.raises(KeyError, match="no complete view 'nothing'"):
        zoo["nothing"]
    with pytest.raises(FileNotFoundError, match="01_invert"):
        NoiseZoo(tmp_path / "empty").ids  # noqa: B018


def test_npy_import(zoo, tmp_path):
    values = np.random.default_rng(0).standard_normal((32, 4, 3, 3)).astype(np.float32)
    np.save(tmp_path / "noises.npy", values)
    zoo.import_npy("theirs", tmp_path / "noises.npy")
    np.testing.assert_allclose(zoo["theirs"], values.reshape(32, -1), atol=2e-3)


def test_npy_with_objects_or_other_rows_is_refused(zoo, tmp_path):
    np.save(tmp_path / "objects.npy", np.array([{}, []], dtype=object), allow_pickle=True)
    with pytest.raises(ValueError, match="pickled objects are never read"):
        zoo.import_npy("theirs", tmp_path / "objects.npy")
    np.save(tmp_path / "short.npy", np.zeros((31, 5)))
    with pytest.raises(ValueError, match="32 rows are needed"):
        zoo.import_npy("theirs", tmp_path / "short.npy")
    assert zoo.views == []


def test_views_have_a_kind_and_an_order(zoo, images):
    for view, kind in (("z", "noise"), ("a", "embedding"), ("m", "control")):
        zoo.build(view, features, pixels_of(images), {}, kind=kind, progress=False)
    assert zoo.views == ["z", "a", "m"]
    assert zoo.views_of("embedding") == ["a"]
    with pytest.raises(ValueError, match="unknown kind of view 'text'"):
        zoo.views_of("text")


def test_no_rows_are_no_rows(zoo, images):
    build(zoo, images)
    assert zoo.rows("view", []).shape == (0, 48)
