"""What a run would need is printed as lines or as JSON, and the status says whether it could start."""

import json

import pytest
import yaml

from ..helpers.commands import said_by

BOOKS = ["notebooks/01_invert.ipynb", "notebooks/02_encode.ipynb"]
RECIPE = {"name": "mine", "notebooks": BOOKS, "parameters": {"n_train": 12, "n_test": 6}}


@pytest.fixture
def recipe(tmp_path, monkeypatch):
    """A recipe of twelve drawn faces and six others, whose runs lie elsewhere."""
    monkeypatch.setenv("UNELIB_ROOT", str(tmp_path))
    path = tmp_path / "recipe.yaml"
    path.write_text(yaml.safe_dump(RECIPE))
    return path


def test_lines_say_what_it_takes(recipe):
    told = said_by("run", recipe, "--dry-run", "--no-trial")
    assert "mine/01_invert: about" in told and "12 to learn from and 6 held out, 24 attributes" in told
    assert "too rare to be scored in mine: Bald: " in told and " of 12 training images have it; " in told
    assert "generator drawn-ldm: here, " in told and "GB free" in told and told.endswith("it can start\n")


def test_a_program_reads_the_same_as_json(recipe):
    found = json.loads(said_by("run", recipe, "--dry-run", "--no-trial", "--json"))
    assert found["can_start"] and [row["stage"] for row in found["notebooks"]] == ["01_invert", "02_encode"]
    assert found["images"][0]["train"] == 12 and {row["state"] for row in found["models"]} == {"here"}


def test_what_is_missing_is_listed_and_the_status_is_1(recipe):
    told = said_by("run", recipe, "--dry-run", "-p", "seed", "-1", status=1)
    assert "it cannot start; missing:\n  - " in told and "seed is -1" in told
    refused = said_by("run", recipe, "--dry-run", "--json", "-p", "image_set", "nowhere", status=1)
    assert not json.loads(refused)["can_start"]


def test_options_that_go_with_a_dry_run_alone(recipe):
    assert "go with --dry-run" in said_by("run", recipe, "--json", status=2)
