"""Making a view: killed, doubled, shared out, out of space; the bytes are the same in the end."""

import errno
import json
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from unelib.core import files
from unelib.core.loops import told_slices
from unelib.store import progress
from unelib.store.npy_layout import export_npy
from unelib.store.zoo import NoiseZoo
from unelib.worlds.image_sets import load_images

ROWS, SHARDS = 60, 6
IMAGES = load_images("drawn-faces", n=ROWS, size=16)


def features(pixels):
    return pixels.reshape(len(pixels), -1)[:, :192].astype(np.float32) / 255


def build(zoo, compute=features, pixels=IMAGES.pixels, **options):
    options = {"shard_rows": ROWS // SHARDS, "progress": False} | options
    return zoo.build("view", compute, pixels, {"steps": 5}, **options)


def contents(zoo):
    """Bytes of every file that counts, by its name."""
    return {p.name: p.read_bytes() for p in zoo.folder("view").iterdir() if p.is_file() and "progress" not in p.name}


@pytest.fixture
def zoo(tmp_path):
    return NoiseZoo(tmp_path / "zoo").add(IMAGES)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """What an undisturbed build leaves."""
    zoo = NoiseZoo(tmp_path_factory.mktemp("whole")).add(IMAGES)
    build(zoo)
    return contents(zoo)


DIES = """
import os, signal, sys, time
from tests.store.test_build import IMAGES, NoiseZoo, build, features
folder, step = sys.argv[1], int(sys.argv[2])
calls, fsync = [], os.fsync
def dying(descriptor):
    calls.append(1)
    if len(calls) == step:
        os.kill(os.getpid(), signal.SIGKILL)
    fsync(descriptor)
os.fsync = dying
print("ready", flush=True)
build(NoiseZoo(folder), lambda p: (time.sleep(0.05 * (step == 0)), features(p))[1])
"""


def dying(zoo, step):
    return subprocess.Popen([sys.executable, "-c", DIES, str(zoo.path), str(step)], stdout=subprocess.PIPE)


@pytest.mark.slow
@pytest.mark.parametrize("step", [1, 2, 7, 8, 9, 10])
def test_killed_at_any_step_of_writing_the_next_run_ends_with_the_same_bytes(zoo, whole, step):
    """The manifest's file, its name, a shard's file, its name, its record's file, the record's name."""
    process = dying(zoo, step)
    assert process.wait(60) == -signal.SIGKILL
    assert build(zoo) >= SHARDS - 2
    assert contents(zoo) == whole


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [0.08, 0.21])
def test_killed_at_any_time_the_next_run_ends_with_the_same_bytes(zoo, whole, seconds):
    process = dying(zoo, 0)
    process.stdout.readline()
    time.sleep(seconds)
    process.kill()
    assert process.wait(60) == -signal.SIGKILL
    assert build(zoo) >= 1
    assert contents(zoo) == whole


def test_two_builds_at_once_make_each_shard_once(zoo, whole):
    made, meet = [], threading.Barrier(2)

    def slow(pixels):
        if len(made) < 2:
            meet.wait(10)
        made.append(1)
        time.sleep(0.02)
        return features(pixels)

    with ThreadPoolExecutor(2) as pool:
        counts = list(pool.map(lambda _: build(NoiseZoo(zoo.path), slow), range(2)))
    assert sum(counts) == len(made) == SHARDS and min(counts) >= 1
    assert contents(zoo) == whole


def test_a_build_takes_over_what_another_lets_fall(zoo, whole):
    begun, fall = threading.Event(), threading.Event()

    def falls(pixels):
        begun.set()
        fall.wait(10)
        raise MemoryError

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(build, NoiseZoo(zoo.path), falls)
        begun.wait(10)
        second = pool.submit(build, NoiseZoo(zoo.path))
        time.sleep(0.2)
        assert not second.done()
        fall.set()
        with pytest.raises(MemoryError):
            first.result()
        assert second.result() == SHARDS
    assert contents(zoo) == whole


@pytest.mark.slow
def test_a_build_takes_over_from_one_that_is_killed_beside_it(zoo, whole):
    process = dying(zoo, 0)
    process.stdout.readline()
    with ThreadPoolExecutor(1) as pool:
        beside = pool.submit(build, NoiseZoo(zoo.path), lambda p: (time.sleep(0.03), features(p))[1])
        time.sleep(0.1)
        process.kill()
        assert 1 <= beside.result() <= SHARDS
    assert process.wait(60) == -signal.SIGKILL
    assert contents(zoo) == whole


def test_of_two_first_builds_with_different_settings_one_is_refused(zoo):
    with ThreadPoolExecutor(2) as pool:
        runs = [pool.submit(NoiseZoo(zoo.path).build, "view", features, IMAGES.pixels, {"steps": s}, progress=False)
                for s in (1, 2)]  # fmt: skip
    assert sorted(type(run.exception()) is ValueError for run in runs) == [False, True]
    assert zoo.verify().empty


def test_a_repair_beside_a_build_takes_nothing_from_it(zoo, whole):
    begun, go_on = threading.Event(), threading.Event()

    def slow(pixels):
        begun.set()
        go_on.wait(10)
        return features(pixels)

    build(zoo, share=(1, 2))
    damaged = zoo.shard_path("view", 0)
    damaged.write_bytes(b"")
    with ThreadPoolExecutor(2) as pool:
        making = pool.submit(build, NoiseZoo(zoo.path), slow)
        begun.wait(10)
        mending = pool.submit(NoiseZoo(zoo.path).repair)
        time.sleep(0.3)
        go_on.set()
        assert list(mending.result().shard) == [0, 1, 3, 5]
        making.result()
    assert contents(zoo) == whole and zoo.verify().empty


def test_shares_of_a_job_array_add_up(zoo, whole):
    assert [build(zoo, share=(i, 4)) for i in (3, 1, 4, 2)] == [1, 2, 1, 2]
    assert contents(zoo) == whole
    with pytest.raises(ValueError, match="no share 5/4"):
        build(zoo, share=(5, 4))


class Decoded:
    """Pictures that are decoded when they are asked for; row `gone` cannot be."""

    def __init__(self, gone=None):
        self.gone, self.asked = gone, []

    def __len__(self):
        return ROWS

    def __getitem__(self, rows):
        rows = np.arange(ROWS)[rows]
        self.asked.append(len(rows))
        if self.gone in rows and len(self.asked) > 1:
            raise FileNotFoundError(f"row {self.gone}: its image is gone")
        return IMAGES.pixels[rows]


def test_pictures_are_decoded_a_shard_at_a_time(zoo, whole):
    pixels = Decoded()
    build(zoo, pixels=pixels)
    assert max(pixels.asked[1:]) == ROWS // SHARDS
    assert contents(zoo) == whole


def test_an_image_that_is_gone_leaves_an_intact_store(zoo, whole):
    with pytest.raises(FileNotFoundError, match="row 33: its image is gone"):
        build(zoo, pixels=Decoded(gone=33))
    assert set(zoo.verify().problem) == {"not made yet"}
    build(zoo)
    assert contents(zoo) == whole


def test_an_image_that_has_changed_is_found_before_its_shard_is_made(zoo):
    changed = IMAGES.pixels.copy()
    changed[47, 0, 0] ^= 1
    with pytest.raises(ValueError, match=f"image {IMAGES.ids[47]} .row 47. is not the one that was indexed"):
        build(zoo, pixels=changed)
    assert not zoo.shard_path("view", 4).exists()


def full(monkeypatch, after, code=errno.ENOSPC):
    """The disk is full (or worse) from the `after`-th file on."""
    calls, sync = [], files.sync

    def failing(path):
        calls.append(path)
        if len(calls) > after and path.suffix == ".part":
            raise OSError(code, os.strerror(code))
        sync(path)

    monkeypatch.setattr(files, "sync", failing)


@pytest.mark.parametrize("after", [0, 3, 6, 9])
def test_a_full_disk_is_one_sentence_and_an_intact_store(zoo, whole, monkeypatch, after):
    with monkeypatch.context() as patch, pytest.raises(OSError, match="No space left.*free some space") as caught:
        full(patch, after)
        build(zoo)
    assert caught.value.errno == errno.ENOSPC
    assert not list(zoo.path.rglob("*.part"))
    assert set(zoo.verify().problem) <= {"not made yet"}
    build(zoo)
    assert contents(zoo) == whole


@pytest.fixture
def small_disk(tmp_path):
    """A file system of its own, 400 kB; `mount(options)` mounts it otherwise."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = lambda *options: subprocess.run(["mount", *options, str(folder)], capture_output=True).returncode == 0
    if sys.platform != "linux" or os.geteuid() != 0 or not mount("-t", "tmpfs", "-o", "size=400k", "tmpfs"):
        pytest.skip("mounting a small file system needs root")
    yield folder, mount
    subprocess.run(["umount", str(folder)], check=True)


def test_a_disk_that_fills_up_and_grows(small_disk):
    folder, mount = small_disk
    zoo = NoiseZoo(folder / "zoo").add(IMAGES)
    wide = lambda pixels: np.repeat(features(pixels), 40, axis=1)
    with pytest.raises(OSError, match="No space left"):
        build(zoo, wide)
    assert set(zoo.verify().problem) == {"not made yet"}
    assert mount("-o", "remount,size=4m")
    assert 1 <= build(zoo, wide) <= SHARDS - 1
    np.testing.assert_allclose(zoo["view"], wide(IMAGES.pixels), atol=1e-3)


def test_an_export_to_a_full_disk_is_one_sentence(small_disk, zoo):
    folder, _ = small_disk
    zoo.build("wide", lambda p: np.repeat(features(p), 40, axis=1), IMAGES.pixels, {}, progress=False)
    with pytest.raises(OSError, match="noises_wide.npy cannot be written .No space left.*free some space"):
        export_npy(zoo, "wide", folder)
    assert not [path for path in (folder / "data").iterdir()]


def test_a_read_only_folder_is_read_and_never_written(small_disk):
    folder, mount = small_disk
    zoo = NoiseZoo(folder / "zoo").add(IMAGES)
    build(zoo)
    assert mount("-o", "remount,ro")
    assert build(zoo) == 0 and zoo.verify().empty and len(zoo["view"]) == ROWS
    with pytest.raises(OSError, match="Read-only.*choose a folder that can be written to"):
        zoo.build("another", features, IMAGES.pixels, {}, progress=False)
    with pytest.raises(OSError, match="Read-only"):
        NoiseZoo(folder / "new").add(IMAGES)
    with pytest.raises(OSError, match="numbers.json cannot be written .Read-only.*choose a folder"):
        files.write_json(folder / "numbers.json", 1)


def test_a_build_that_nobody_watches_tells_now_and_then(zoo, caplog, monkeypatch):
    monkeypatch.setattr(progress, "EVERY", 0.0)
    with caplog.at_level(logging.INFO, "unelib"):
        build(zoo, progress=True)
    assert len(caplog.messages) == SHARDS
    assert caplog.messages[-1].startswith("view: 60 of 60 images,") and caplog.messages[-1].endswith("00:00 left")
    state = json.loads((zoo.folder("view") / "progress.json").read_text())
    assert (state["done"], state["shards"], state["seconds_left"]) == (6, 6, 0) and state["rows_per_second"] > 0
    assert (state["images_done"], state["images"]) == (60, 60)


def test_the_bar_counts_images_with_every_batch_and_ends_at_all_of_them(zoo, monkeypatch):
    seen, real = [], progress.Progress.advance

    def advance(self, images):
        real(self, images)
        seen.append(self.bar.n)

    monkeypatch.setattr(progress.Progress, "advance", advance)
    monkeypatch.setattr(progress, "in_notebook", lambda: True)
    loops = lambda pixels: np.concatenate([features(pixels[rows]) for rows in told_slices(len(pixels), 4)])
    build(zoo, loops, progress=True, share=(1, 2))
    assert seen == [4, 8, 10, 14, 18, 20, 24, 28, 30]
    build(zoo, loops, progress=True)
    assert seen[9:] == [34, 38, 40, 44, 48, 50, 54, 58, 60]
