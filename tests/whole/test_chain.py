"""A recipe of the drawn world by Papermill, at smoke size: what it leaves is what the command line makes.

`make notebooks` has all notebooks, and both worlds.
"""

import json

import pytest
import yaml

from unelib.core import paths
from unelib.running import execute, workspace
from unelib.running.views import build_recipe

SIZES = {"n_train": 30, "n_test": 20, "steps": 2, "n_check": 4}
MADE = ["01_invert", "02_encode"]


@pytest.mark.slow
def test_the_drawn_recipe_makes_the_views_that_the_command_line_makes(tmp_path, monkeypatch):
    monkeypatch.setenv("UNELIB_ROOT", str(tmp_path))
    place = workspace.Workspace("smoke")
    recipe = yaml.safe_load((paths.ROOT / "recipes" / "drawn.yaml").read_text())
    recipe |= {"name": "smoke", "notebooks": [name for name in recipe["notebooks"] if name[10:-6] in MADE]}
    report = execute.run(recipe, SIZES, force=True)
    assert dict(zip(report.notebook, report.state)) == dict.fromkeys(MADE, "executed")
    for stage in MADE:
        assert json.loads((place.folder / f"{stage}.json").read_text())
    assert place.zoo.verify().empty
    made = build_recipe(recipe, SIZES)
    assert list(made.view) == place.zoo.views and made.made.sum() == 0, "the command line makes what notebooks make"
    assert {"drawn-ldm", "drawn-ddpm", "drawn-clip", "drawn-dino"} <= set(place.zoo.views)
    assert (tmp_path / "figures" / "smoke" / "round_trip.png").stat().st_size > 10_000
