"""Stores with one file that is not as it was: reading is right or one error that says so, and nothing else is lost."""

import json
import shutil
from functools import partial

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from unelib.cli.main import app
from unelib.store.zoo import NoiseZoo

N, ROWS = 30, 10
X = np.random.default_rng(0).standard_normal((N, 4)).astype(np.float32)
ANSWERS = (ValueError, OSError, KeyError)  # what may come of a damaged file: no other kind of error


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    """A store of two views of three shards each."""
    zoo = NoiseZoo(tmp_path_factory.mktemp("sound") / "zoo")
    index = {"id": [f"{i:02d}" for i in range(N)], "sha256": "", "split": ["train"] * 20 + ["test"] * 10}
    zoo.add_index(pd.DataFrame(index | {"a": np.arange(N) % 2, "b": np.arange(N) % 3 == 0}).astype({"b": int}))
    for name in ("one", "two"):
        fill(zoo, name)
    return zoo.path


def fill(zoo, name):
    results = lambda parts: ((shard, X[rows]) for shard, rows in parts)
    return zoo.fill(name, results, {"steps": 5}, dtype="float32", shard_rows=ROWS, progress=False)


def damage(path, rng):
    """Damage a file in one of the ways that happen; returns which."""
    raw, others = path.read_bytes(), sorted(p for p in path.parent.iterdir() if p.is_file() and p != path)
    place = int(rng.integers(max(len(raw), 1)))
    ways = {
        "cut": lambda: path.write_bytes(raw[:place]),
        "empty": lambda: path.write_bytes(b""),
        "flipped": lambda: path.write_bytes(raw[:place] + bytes([raw[place] ^ 255]) + raw[place + 1 :]),
        "noise": lambda: path.write_bytes(rng.integers(0, 256, len(raw), np.uint8).tobytes()),
        "longer": lambda: path.write_bytes(raw + b"\0" * 8),
        "gone": path.unlink,
        "another's": lambda: shutil.copy(others[rng.integers(len(others))], path) if others else path.unlink(),
        "a folder": lambda: (path.unlink(), path.mkdir()),
        "other JSON": lambda: path.write_text(json.dumps([[], {}, "x", 3, None, {"view": 3}][rng.integers(6)])),
    }
    name = list(ways)[rng.integers(len(ways))]
    ways[name]()
    return name


def answered(call, what):
    """The result of a call, or None if it is answered by an error of the expected kinds with one sentence."""
    try:
        return call()
    except ANSWERS as error:
        assert str(error) and "Traceback" not in str(error), what
        return None


def readings(zoo):
    """What is read of a store, by name."""
    return {
        "length": lambda: len(zoo),
        "ids": lambda: list(zoo.ids),
        "labels": lambda: zoo.labels.sum().to_dict(),
        "views": lambda: list(zoo.views),
        "info": lambda: len(zoo.info()),
        "faults": lambda: len(zoo.verify()),
        "one": lambda: zoo["one"].tolist(),
        "some of two": lambda: zoo.rows("two", [29, 0, 3]).tolist(),
    }


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_a_damaged_file_is_answered_and_mended(sound, tmp_path, seed):
    rng, expected = np.random.default_rng(seed), {name: read() for name, read in readings(NoiseZoo(sound)).items()}
    for case in range(50):
        zoo = NoiseZoo(shutil.copytree(sound, tmp_path / f"{case}"))
        files = sorted(p for p in zoo.path.rglob("*") if p.is_file() and ".locks" not in p.parts)
        path = files[rng.integers(len(files))]
        what = f"seed {seed}, case {case}: {path.name} {damage(path, rng)}"
        others = {p: p.read_bytes() for p in files if p != path and p.is_file()}
        found = {name: answered(read, f"{what}: {name}") for name, read in readings(zoo).items()}
        assert {name for name in ("one", "ids") if found[name] not in (None, expected[name])} == set() or (
            found["faults"] is None or found["faults"] > 0
        ), what
        for command in ("verify", "info"):
            told = CliRunner().invoke(app, ["zoo", command, str(zoo.path)])
            assert told.exception is None or isinstance(told.exception, SystemExit), f"{what}: {told.exception!r}"
        assert {p: p.read_bytes() for p in others} == others, f"{what}: reading changed a file"
        answered(zoo.repair, what)
        for name in ("one", "two"):
            if answered(partial(fill, zoo, name), what) is not None and answered(zoo.verify, what) is not None:
                np.testing.assert_array_equal(zoo[name], X, what)
