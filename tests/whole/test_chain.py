"""The chain from images to edits by Papermill, at smoke size; `make notebooks` has all notebooks and both worlds."""

import json

import pytest

from unelib.core import paths
from unelib.running import execute, workspace
from unelib.running.views import build_recipe

SIZES = {"n_train": 120, "n_test": 60, "steps": 4, "n_check": 10, "n_edit": 12, "components": 8}
SMALL = {"run": "smoke"} | SIZES


@pytest.mark.slow
def test_the_drawn_recipe_runs_from_images_to_edits(tmp_path, monkeypatch):
    monkeypatch.setenv("UNELIB_ROOT", str(tmp_path))
    place = workspace.Workspace("smoke")
    report = execute.run(paths.ROOT / "recipes" / "drawn.yaml", SMALL, force=True)
    assert (report.state == "executed").all()
    for stage in report.notebook[report.notebook != "06_explore"]:  # which leaves nothing
        assert json.loads((place.folder / f"{stage}.json").read_text())
    assert place.zoo.verify().empty
    made = build_recipe(paths.ROOT / "recipes" / "drawn.yaml", SMALL)
    assert list(made.view) == place.zoo.views and made.made.sum() == 0, "the command line makes what notebooks make"
    assert {"drawn-ldm", "drawn-ddpm", "drawn-clip", "drawn-dino"} <= set(place.zoo.views)
    assert (tmp_path / "figures" / "smoke" / "walks.png").stat().st_size > 10_000
