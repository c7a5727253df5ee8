"""Ray: a worker killed in the middle changes nothing of the result."""

import os
import signal
import time
from functools import partial

import numpy as np
import pytest

from unelib.running.ray_workers import on_ray
from unelib.store.zoo import NoiseZoo
from unelib.worlds.image_sets import load_images

ray = pytest.importorskip("ray")
pytestmark = pytest.mark.slow
IMAGES = load_images("drawn-faces", n=80, size=16)
SHARD_ROWS, WORKERS = 8, 2  # each takes some ten seconds to start


def features(pixels):
    return pixels.reshape(len(pixels), -1)[:, :48].astype(np.float32) / 255


def load(marks, deaths):
    """A worker's compute, which leaves a mark for each shard, and of which some die of the fourth; and its pixels."""
    (marks / f"worker {os.getpid()}").touch()
    return partial(mortal, marks, deaths), IMAGES.pixels.__getitem__


def mortal(marks, deaths, pixels):
    made = marks / f"shard {time.time_ns()}"
    made.touch()
    if len(list(marks.glob("shard *"))) >= 4 and len(list(marks.glob("died *"))) < deaths:
        (marks / f"died {os.getpid()}").touch()
        os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(0.1)
    return features(pixels)


def refuses(pixels):
    raise ValueError("these pixels will not do")


def contents(zoo):
    return {p.name: p.read_bytes() for p in zoo.folder("view").iterdir() if p.is_file()}


@pytest.fixture
def zoos(tmp_path):
    return [NoiseZoo(tmp_path / name).add(IMAGES) for name in ("alone", "together")]


@pytest.fixture
def marks(tmp_path):
    (tmp_path / "marks").mkdir()
    return tmp_path / "marks"


@pytest.fixture(scope="module", autouse=True)
def disconnect():
    yield
    ray.shutdown()


def fill(zoo, load, workers=WORKERS):
    results = on_ray(load, "local", workers)
    return zoo.fill("view", results, {"steps": 5}, shard_rows=SHARD_ROWS, progress=False)


@pytest.mark.slow
def test_several_workers_with_one_killed_give_the_bytes_of_one_process(zoos, marks):
    alone, together = zoos
    alone.build("view", features, IMAGES.pixels, {"steps": 5}, shard_rows=SHARD_ROWS, progress=False)
    assert fill(together, partial(load, marks, 1)) == 10
    assert contents(together) == contents(alone)
    assert len(list(marks.glob("died *"))) == 1
    assert len(list(marks.glob("worker *"))) == WORKERS + 1, "each worker loads once, the one that died is replaced"
    assert len(list(marks.glob("shard *"))) == 11, "only the shard it was making is made again"


def test_a_shard_that_kills_every_worker_is_an_error_and_leaves_an_intact_store(zoos, marks):
    with pytest.raises(OSError, match="3 workers died of shard"):
        fill(zoos[0], partial(load, marks, 1000), 1)
    assert set(zoos[0].verify().problem) == {"not made yet"}


def test_an_error_in_a_worker_comes_back_as_it_was(zoos):
    with pytest.raises(ValueError, match="^these pixels will not do$"):
        fill(zoos[0], lambda: (refuses, IMAGES.pixels.__getitem__), 1)


@pytest.mark.slow
def test_a_model_that_cannot_be_loaded_there_says_so(zoos):
    def fails():
        raise FileNotFoundError("no weights here")

    with pytest.raises(FileNotFoundError, match="^no weights here$"):
        fill(zoos[0], fails, 1)


def nobody(address, temp_dir):
    raise ConnectionError("Could not find any running Ray instance")


@pytest.mark.parametrize("address", ["127.0.0.1:9", "auto", "127.0.0.1:port"])
def test_a_cluster_that_is_not_there_is_told_at_once(zoos, address, monkeypatch):
    ray.shutdown()
    if address == "auto":  # and another process of the tests may have a cluster just now
        monkeypatch.setattr("ray._private.services.get_ray_address_from_environment", nobody)
    with pytest.raises(ConnectionError, match=f"no Ray cluster at '{address}'.*ray start --head"):
        zoos[0].fill("view", on_ray(lambda: None, address), {}, progress=False)


def test_more_workers_than_there_is_room_for_are_refused(zoos):
    results = on_ray(lambda: None, "local", 10_000)
    with pytest.raises(ValueError, match="not for 10000"):
        zoos[0].fill("view", results, {}, progress=False)
