"""The store: resumes, refuses what does not belong, finds damage, reads any rows."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from unelib.probing.linear_probe import LinearProbe
from unelib.store.zoo import NoiseZoo, kind_in_words
from unelib.worlds.image_sets import load_images


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
    with pytest.raises(ValueError, match="dtype: 'float16' there, 'float32' now"):
        build(zoo, images, {"steps": 5}, dtype="float32")
    assert zoo.verify().empty


def test_a_models_dtype_does_not_hide_the_stores(zoo, images):
    build(zoo, images, {"dtype": "torch.float32"})
    with pytest.raises(ValueError, match="dtype: 'float16' there, 'float32' now"):
        build(zoo, images, {"dtype": "torch.float32"}, dtype="float32")


def test_two_names_never_share_a_folder(zoo, images):
    zoo.build("a:b", features, pixels_of(images), {}, progress=False)
    with pytest.raises(ValueError, match="view: 'a:b' there, 'a/b' now"):
        zoo.build("a/b", features, pixels_of(images), {}, progress=False)
    with pytest.raises(ValueError, match="view '..' cannot be the name of a file"):
        zoo.build("..", features, pixels_of(images), {}, progress=False)


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


def grouped(images, *groups):
    """The image sets, each with a group for every image, `groups` over and over."""
    return [replace(i, groups=np.resize(np.array(groups), len(i))) for i in images]


def test_groups_are_kept_and_are_no_attribute(tmp_path, zoo, images):
    told = NoiseZoo(tmp_path / "told").add(*grouped(images, "a", "b", "c"))
    assert list(told.groups[:4]) == ["a", "b", "c", "a"] and list(told.groups[25:27]) == ["a", "b"]
    pd.testing.assert_frame_equal(told.attributes, zoo.attributes)
    assert list(zoo.groups) == list(zoo.ids) and told.index_hash() == zoo.index_hash()
    some = NoiseZoo(tmp_path / "some").add(images[0], *grouped(images[1:], "a"))
    assert list(some.groups) == [*images[0].ids, *["a"] * 7]


def test_a_zoo_made_before_groups_were_known_takes_the_same_images(zoo, images):
    build(zoo, images)
    assert zoo.add(*grouped(images, "a")).views == ["view"] and zoo.groups[0] == zoo.ids[0]


def test_other_groups_are_refused(tmp_path, images):
    zoo = NoiseZoo(tmp_path / "told").add(*grouped(images, "a", "b"))
    assert zoo.add(*images).groups[1] == "b"
    with pytest.raises(ValueError, match="row 1 has group b, not c; choose another folder"):
        zoo.add(*grouped(images, "a", "c"))


def test_an_attribute_called_group(tmp_path, zoo, images):
    called = [replace(i, attributes=i.attributes.rename(columns={"Male": "group"})) for i in images]
    with pytest.raises(ValueError, match="an attribute may not be called 'group'; rename it, and choose another"):
        NoiseZoo(tmp_path / "new").add(*called)
    zoo.index.rename(columns={"Male": "group"}).to_parquet(zoo.index_path)  # as zoos were before
    assert "group" in zoo.attributes and list(zoo.groups) == list(zoo.ids)


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
    assert not list(zoo.folder("view").glob("*.safetensors")) and zoo.info().empty


def test_a_view_without_shards_is_no_obstacle_to_other_settings(zoo, images):
    def stopped(pixels):
        raise TypeError("steps is 'ten'")

    make = lambda compute, **settings: zoo.build("view", compute, pixels_of(images), settings, progress=False)
    with pytest.raises(TypeError):
        make(stopped, steps="ten")
    assert zoo.info().empty, "a manifest is written with the first shard"
    make(features, steps=5)
    zoo.shard_path("view", 0).with_suffix(".json").unlink()
    edit_manifest(zoo, versions={"unelib": "0.1.9"})  # left by a kill between manifest and record, long ago
    make(features, steps=10)
    assert zoo.manifest("view")["settings"] == {"steps": 10} and zoo.verify().empty
    with pytest.raises(ValueError, match="made with other settings .steps: 10 there, 5 now"):
        make(features, steps=5)


def test_rare_attributes_are_set_aside_with_what_they_would_take(tmp_path):
    zoo, n = NoiseZoo(tmp_path), np.arange(30)
    labels = {"common": n % 2, "rare": (n == 3) | (n > 26), "absent": n < 25, "everywhere": n >= 0}
    index = {"id": [f"{i:02d}" for i in n], "sha256": "", "split": ["train"] * 20 + ["test"] * 10}
    zoo.add_index(pd.DataFrame(index | labels).astype({name: int for name in labels}))
    assert zoo.rare == {
        "rare": "1 of 20 training images have it; about 40 are needed",
        "everywhere": "20 of 20 training images have it; more than 40 are needed",
        "absent": "20 of 20 training images have it; more than 40 are needed",
    }
    assert list(zoo.labels) == ["common"] and zoo.scorable([]) == [] and zoo.scorable(["common"]) == ["common"]
    with pytest.warns(UserWarning, match="set aside, too rare to be scored: rare: 1 of 20 training images"):
        assert zoo.scorable({"common": 1, "rare": -1}, 1) == {"common": 1}
    with pytest.raises(ValueError, match="0 of rare can be scored .rare: 1 of 20.*name others, or take more images"):
        zoo.scorable(["rare"], 1)
    with pytest.raises(KeyError, match="no attribute 'commen'; there are common, rare"):
        zoo.scorable(["commen"])
    few = NoiseZoo(tmp_path / "few").add_index(pd.DataFrame({"id": ["a"], "sha256": "", "split": ["train"], "b": [1]}))
    with pytest.raises(ValueError, match="no attribute can be scored .b: 1 of 1 training images.*take more images"):
        len(few.labels)


def test_attributes_of_one_person_are_set_aside(tmp_path):
    n = np.arange(40)
    index = pd.DataFrame({"id": [f"{i:02d}" for i in n], "sha256": "", "split": ["train"] * 30 + ["test"] * 10})
    index["group"] = [f"p{i // 3}" for i in n]
    zoo = NoiseZoo(tmp_path).add_index(index.assign(common=n % 2, own=((n < 3) | (n > 36)).astype(int)))
    assert zoo.rare == {"own": "3 of 30 training images have it, of too few persons; more are needed"}
    probe = LinearProbe().fit(np.random.default_rng(0).standard_normal((30, 4)), zoo.labels[:30], zoo.groups[:30])
    assert probe.attributes_ == ["common"]


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


def test_views_have_a_kind_and_an_order(zoo, images):
    for view, kind in (("z", "noise"), ("a", "embedding"), ("m", "control")):
        zoo.build(view, features, pixels_of(images), {}, kind=kind, progress=False)
    assert zoo.views == ["z", "a", "m"]
    assert zoo.views_of("embedding") == ["a"]
    with pytest.raises(ValueError, match="unknown kind of view 'text'"):
        zoo.views_of("text")


def test_controls_are_told_by_what_they_are_and_of_which_view(zoo, images):
    made = lambda view, **what: zoo.build(view, features, pixels_of(images), {}, progress=False, **what)
    for view in ("one", "two"):
        made(view, kind="noise")
        made(f"rest of {view}", kind="control", role="leak", of=view)
    made("small", kind="control")
    made("null", kind="control", role="untrained", of="enc")
    assert zoo.controls("one") == {"leak": "rest of one", "small": "small"}
    assert zoo.controls("enc") == {"small": "small", "untrained": "null"}
    assert zoo.controls("other") == {"small": "small"}
    assert zoo.views_of("noise") == ["one", "two"] and zoo.views_of("embedding") == []
    told = zoo.info().set_index("view").loc[["rest of two", "small", "one"]]
    assert [kind_in_words(row) for row in told.itertuples()] == ["control (leak of two)", "control (small)", "noise"]
    with pytest.raises(ValueError, match="view 'three' is embedding, which has no role: only controls do"):
        made("three", kind="embedding", role="untrained", of="one")
    with pytest.raises(ValueError, match="'small' was made with other settings .*of: None there, 'one' now"):
        made("small", kind="control", of="one")


def test_no_rows_are_no_rows(zoo, images):
    build(zoo, images)
    assert zoo.rows("view", []).shape == (0, 48)


def test_columns_and_slices_come_alone(zoo, images):
    build(zoo, images)
    whole = zoo["view"]
    np.testing.assert_array_equal(zoo.rows("view", columns=slice(5, 9)), whole[:, 5:9])
    np.testing.assert_array_equal(zoo.rows("view", [31, 0, 31], [7, 3]), whole[[31, 0, 31]][:, [7, 3]])
    np.testing.assert_array_equal(zoo.rows("view", slice(None, None, 7), whole[0] > 0.5), whole[::7, whole[0] > 0.5])
    np.testing.assert_array_equal(zoo.rows("view", dtype="float16"), whole.astype(np.float16))


def test_rows_and_columns_beyond_the_view_are_named(zoo, images):
    build(zoo, images)
    with pytest.raises(IndexError, match="rows must be numbers below 32"):
        zoo.rows("view", [32])
    with pytest.raises(IndexError, match="columns must be numbers below 48 or a mask of 48"):
        zoo.rows("view", columns=np.ones(5, bool))


def test_a_stream_is_the_rows_in_order(zoo, images):
    build(zoo, images)
    wanted = [30, 2, 11, 2, 29]
    numbers, blocks = zip(*zoo.stream("view", wanted, block=2))
    assert [len(b) for b in blocks] == [2, 2, 1]
    assert list(np.concatenate(numbers)) == wanted
    np.testing.assert_array_equal(np.concatenate(blocks), zoo["view"][wanted])


def test_reading_maps_the_file_and_holds_no_copy(zoo, images):
    build(zoo, images)
    assert isinstance(zoo.view("view").map(0), np.memmap) and not zoo.view("view").map(0).flags.writeable


def test_the_loss_of_rounding_is_recorded(zoo, images):
    build(zoo, images)
    zoo.build("exact", features, pixels_of(images), {}, dtype="float32", progress=False)
    info = zoo.info().set_index("view")
    whole = features(pixels_of(images))
    parts = [np.linalg.norm(zoo["view"][i : i + 10] - whole[i : i + 10]) / np.linalg.norm(whole[i : i + 10])
             for i in (0, 10, 20, 30)]  # fmt: skip
    assert info.rounding["view"] == pytest.approx(max(parts), rel=1e-2)
    assert info.rounding["exact"] == 0
    assert list(info.done) == [4, 1] and list(info["columns"]) == [48, 48]
    assert "torch" in info.versions["view"][0]


def damaged(zoo, shard):
    path = zoo.shard_path("view", shard)
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    return path


def test_repair_clears_away_what_is_unsound_and_nothing_else(zoo, images):
    build(zoo, images)
    whole, sound = zoo["view"], zoo.shard_path("view", 0).stat().st_mtime_ns
    damaged(zoo, 1)
    zoo.shard_path("view", 2).write_bytes(b"")
    zoo.shard_path("view", 3).with_suffix(".json").write_text("{")
    assert list(zoo.repair().shard) == [1, 2, 3]
    assert set(zoo.verify().problem) == {"not made yet"}
    assert build(zoo, images) == 3
    np.testing.assert_array_equal(zoo["view"], whole)
    assert zoo.shard_path("view", 0).stat().st_mtime_ns == sound


def test_a_shard_of_other_settings_is_found_and_made_again(zoo, images):
    build(zoo, images)
    other = lambda p: features(p) + 1
    zoo.build("other", other, pixels_of(images), {"steps": 9}, shard_rows=10, progress=False)
    for suffix in (".safetensors", ".json"):
        stranger = zoo.shard_path("other", 1).with_suffix(suffix)
        zoo.shard_path("view", 1).with_suffix(suffix).write_bytes(stranger.read_bytes())
    assert list(zoo.verify().problem) == ["made with other settings than the manifest's"]
    assert build(zoo, images) == 1 and zoo.verify().empty


def edit_manifest(zoo, **changes):
    path = zoo.folder("view") / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def test_a_manifest_that_was_edited_is_found_and_no_shard_is_lost(zoo, images):
    build(zoo, images)
    edit_manifest(zoo, settings={"steps": 9})
    assert list(zoo.repair().problem.str.contains("manifest was changed")) == [True]
    edit_manifest(zoo, settings={"steps": 5})
    assert zoo.verify().empty and build(zoo, images) == 0


def test_manifests_of_another_layout_or_damaged_are_refused(zoo, images):
    build(zoo, images)
    edit_manifest(zoo, layout=None)
    with pytest.raises(ValueError, match="kept by another version of unelib; remove it"):
        zoo.views  # noqa: B018
    (zoo.folder("view") / "manifest.json").write_text("{")
    with pytest.raises(ValueError, match="manifest.json is damaged"):
        build(zoo, images)
    assert list(zoo.verify().shard) == [-1]


def test_views_made_of_other_images_are_found(zoo, images):
    build(zoo, images)
    zoo.index_path.unlink()
    zoo.add(images[0][::-1], images[1])
    assert list(zoo.verify().problem) == ["made of other images than the index lists"]
    with pytest.raises(ValueError, match="index: "):
        build(zoo, (images[0][::-1], images[1]), compute=None)


def test_a_damaged_index_says_what_to_do(zoo):
    zoo.index_path.write_bytes(b"PAR1")
    for read in (lambda: zoo.ids, lambda: len(zoo), lambda: zoo.rare):
        with pytest.raises(ValueError, match="index.parquet is damaged"):
            read()


def test_a_view_that_another_version_began_is_not_gone_on_with(zoo, images, monkeypatch):
    monkeypatch.setattr("unelib.store.manifest.__version__", "0.1.9")
    build(zoo, images, share=(1, 2))
    monkeypatch.undo()
    with pytest.raises(ValueError, match="begun by unelib 0.1.9, and this is .* remove the view's folder"):
        build(zoo, images)
    assert len(zoo.verify()) == 2  # those that were not made yet


def test_shards_of_another_version_are_found_and_mended(zoo, images):
    build(zoo, images)
    record = zoo.path / "views" / "view" / "00002.json"
    told = json.loads(record.read_text())
    record.write_text(json.dumps(told | {"versions": told["versions"] | {"unelib": "0.1.9"}}))
    (fault,) = zoo.verify().itertuples()
    assert fault.shard == 2 and "made by unelib 0.1.9, and its view by" in fault.problem
    zoo.repair()
    assert build(zoo, images) == 1 and zoo.verify().empty


def test_a_complete_view_of_another_version_is_read_and_not_made_again(zoo, images, monkeypatch):
    monkeypatch.setattr("unelib.store.manifest.__version__", "0.1.9")
    build(zoo, images)
    monkeypatch.undo()
    assert build(zoo, images, compute=None) == 0 and zoo.verify().empty


def test_the_encoder_that_leads_is_the_one_named_or_a_clip_or_the_first(zoo, images):
    with pytest.raises(ValueError, match="has 0 views of kind 'embedding'"):
        zoo.leading_encoder()
    for name in ("dino", "my-clip"):
        zoo.build(name, features, pixels_of(images), {"steps": 5}, kind="embedding", progress=False)
        assert zoo.leading_encoder() == name
    assert zoo.leading_encoder("dino") == "dino"
    with pytest.raises(ValueError, match="has no embedding 'dinno'; choose one of dino, my-clip"):
        zoo.leading_encoder("dinno")


def test_too_few_views_of_a_kind_are_an_error_with_the_next_step(zoo, images):
    assert zoo.views_of("noise") == []
    with pytest.raises(ValueError, match="has 0 views of kind 'noise' .* needs 1: run notebooks 01 and 02"):
        zoo.views_of("noise", 1)
    build(zoo, images, kind="noise")
    assert zoo.views_of("noise", 1) == ["view"]
