"""Push and pull, with a folder in place of the hub."""

import shutil
from fnmatch import fnmatch
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from unelib.store.hub import data_card, pull, push
from unelib.store.zoo import NoiseZoo
from unelib.worlds.image_sets import load_images


class Hub:
    """What `push` and `pull` use of `huggingface_hub.HfApi`, kept in a folder."""

    def __init__(self, root):
        self.root = root

    def create_repo(self, repo, repo_type, private, exist_ok):
        (self.root / repo).mkdir(parents=True, exist_ok=exist_ok)

    def upload_folder(self, repo_id, repo_type, folder_path, allow_patterns):
        copy(Path(folder_path), self.root / repo_id, allow_patterns)
        return f"https://hub/{repo_id}"

    def snapshot_download(self, repo_id, repo_type, revision, local_dir, allow_patterns):
        copy(self.root / repo_id, Path(local_dir), allow_patterns)


def copy(source, target, patterns):
    for path in source.rglob("*"):
        name = path.relative_to(source).as_posix()
        if path.is_file() and any(fnmatch(name, pattern) for pattern in patterns):
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target / name)


@pytest.fixture
def zoo(tmp_path):
    images = load_images("drawn-faces", n=12, size=16)
    zoo = NoiseZoo(tmp_path / "zoo").add(images)
    zoo.build("a:view", lambda p: p.reshape(len(p), -1)[:, :9], images.pixels, {"steps": 5}, shard_rows=5)
    return zoo


@pytest.fixture
def hub(tmp_path):
    return Hub(tmp_path / "hub")


def test_what_is_pulled_is_what_was_pushed(zoo, hub, tmp_path):
    assert push(zoo, "me/faces", api=hub) == "https://hub/me/faces"
    again = pull("me/faces", tmp_path / "again", api=hub)
    assert again.views == ["a:view"]
    np.testing.assert_array_equal(again["a:view"], zoo["a:view"])
    assert again.attributes.equals(zoo.attributes)
    card = (again.path / "README.md").read_text()
    assert "| a:view | noise | 9 | float16 |" in card and "steps 5" in card and "12 train" in card


def test_what_comes_from_data_is_no_markup_in_the_card(tmp_path):
    zoo = NoiseZoo(tmp_path / "zoo")
    name = "<img src=x onerror=alert(1)>\n# `b` | [c](d)"
    index = {"id": ["a"], "sha256": [""], "split": ["train"], name: [1]}
    zoo.add_index(pd.DataFrame(index))
    zoo.fill("v", lambda parts: ((s, [[1.0]]) for s, _ in parts), {"prompt": name}, progress=False)
    card = data_card(zoo, "me/faces")
    told = r"&lt;img src=x onerror=alert(1)&gt; \# \`b\` \| \[c\](d)"
    assert card.count(told) >= 1 and "<img" not in card and f"prompt {told} |" in card


def test_only_the_zoos_own_files_travel(zoo, hub):
    (zoo.path / "secret.txt").write_text("x")
    push(zoo, "me/faces", api=hub)
    names = {p.name for p in (hub.root / "me/faces").rglob("*") if p.is_file()}
    shards = {f"{s:05d}{suffix}" for s in range(3) for suffix in (".safetensors", ".json")}
    assert names == {"README.md", "index.parquet", "manifest.json"} | shards


def test_an_unsound_zoo_is_not_pushed(zoo, hub):
    zoo.shard_path("a:view", 2).unlink()
    with pytest.raises(ValueError, match="1 faults, first view 'a:view', shard 2: missing; push it after"):
        push(zoo, "me/faces", api=hub)
    assert not hub.root.exists()


def test_what_was_damaged_on_the_way_is_never_used(zoo, hub, tmp_path):
    push(zoo, "me/faces", api=hub)
    path = next((hub.root / "me/faces").rglob("00001.safetensors"))
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    with pytest.raises(ValueError, match="shard 1: damaged.*pull it again"):
        pull("me/faces", tmp_path / "again", api=hub)
    assert not (tmp_path / "again").exists()


def test_a_folder_that_is_there_and_a_repository_that_is_no_zoo_are_refused(zoo, hub, tmp_path):
    with pytest.raises(ValueError, match="pull into a new folder"):
        pull("me/faces", zoo.path, api=hub)
    (hub.root / "me/other").mkdir(parents=True)
    with pytest.raises(ValueError, match="me/other is no NoiseZoo"):
        pull("me/other", tmp_path / "again", api=hub)
