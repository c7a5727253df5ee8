"""Recipes with values that nobody meant: each is read, or answered with one sentence, and nothing is left behind."""

import copy
import datetime

import numpy as np
import pandas as pd
import pytest
import yaml
from click.testing import CliRunner

from unelib.cli.main import app
from unelib.core import paths
from unelib.running import execute

WORLDS = [yaml.safe_load((paths.ROOT / f"recipes/{name}.yaml").read_text()) for name in ("drawn", "fashion")]
VALUES = [
    None, "", "ten", "3", "../../x", "a/b", "a\0b", "con", "x" * 500,
    "<img src=x>", "celebb", "drawn-lmd", "untrained:",
    "probe:", -1, 0, 1, 2.5, 1e300, 10**30, float("nan"), float("inf"), True, [], [1], ["a"], [None], [[1]], [0.5, -1],
    {}, {"a": 1}, {"a": [1]}, {"Smiling": 2}, {1: 2}, datetime.date(2026, 1, 1), b"bytes", {"noise": [1], "h": "x"},
]  # fmt: skip


def mutated(rng):
    """A recipe of the workbook with one to three mistakes."""
    recipe = copy.deepcopy(WORLDS[rng.integers(len(WORLDS))])
    recipe["notebooks"] = [recipe["notebooks"][i] for i in rng.permutation(len(recipe["notebooks"]))[:3]]
    recipe.pop("only", None)
    known = ["n_train", "steps", "solver", "generators", "image_set", "run", "targets", "judge", "pair", "strengths",
             "seed", "views", "level", "prompts", "on_error", "shared_dimensions", "sise"]  # fmt: skip
    for _ in range(rng.integers(1, 4)):
        value = VALUES[rng.integers(len(VALUES))]
        where = rng.integers(6)
        if where < 4:
            given = recipe.get("parameters")
            recipe["parameters"] = (given if isinstance(given, dict) else {}) | {known[rng.integers(len(known))]: value}
        elif where == 4:
            recipe[["name", "notebooks", "parameters", "only", "after", "more"][rng.integers(6)]] = value
        else:
            first = (recipe["notebooks"] or ["x"])[0] if isinstance(recipe["notebooks"], list) else "x"
            recipe["only"] = {first: {known[rng.integers(len(known))]: value}}
    return recipe


def broken(text, rng):
    """The bytes of a recipe with a few of them changed, left out or put in."""
    raw = bytearray(text.encode())
    for _ in range(rng.integers(1, 4)):
        place = rng.integers(len(raw))
        raw[place : place + rng.integers(0, 3)] = bytes(rng.integers(0, 256, rng.integers(0, 3), np.uint8))
    return bytes(raw)


@pytest.fixture
def answered(tmp_path, monkeypatch):
    """Whether the command line reads a recipe, executing nothing, and that it is one sentence if it does not."""
    root = tmp_path / "root"
    monkeypatch.setenv("UNELIB_ROOT", str(root))
    row = {"notebook": "01", "run": "x", "state": "skipped", "seconds": 0.0, "found": ""}
    monkeypatch.setattr(execute.Bench, "executed", lambda bench: pd.DataFrame([row]))
    monkeypatch.setattr(execute, "digests", lambda steps: {step.key: {} for step in steps})
    monkeypatch.setattr(execute, "why_again", lambda step, digest: "")

    def run(raw):
        path = tmp_path / "recipe.yaml"
        path.write_bytes(raw)
        found = CliRunner().invoke(app, ["run", str(path)])
        told = found.output.strip()
        assert found.exit_code in (0, 1) and not root.exists(), told
        if found.exit_code:
            assert isinstance(found.exception, SystemExit), f"{raw!r}: {found.exception!r}"
            assert told.startswith("Error: ") and "\n" not in told and "Traceback" not in told, raw
        return not found.exit_code

    return run


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_values_that_nobody_meant(answered, seed):
    rng = np.random.default_rng(seed)
    read = [answered(yaml.safe_dump(mutated(rng), allow_unicode=True).encode()) for _ in range(100)]
    assert sum(read) < 60


@pytest.mark.slow
def test_bytes_that_nobody_meant(answered):
    rng, text = np.random.default_rng(3), (paths.ROOT / "recipes/drawn.yaml").read_text()
    read = [answered(broken(text, rng)) for _ in range(100)]
    assert 0 < sum(read) < 100
