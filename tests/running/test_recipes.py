"""Recipes: what one holds is told to people and to editors alike. Mistakes in them: test_workspace."""

import json
from dataclasses import FrozenInstanceError

import jsonschema
import pytest
import yaml
from click.testing import CliRunner
from pydantic import ValidationError

from unelib.cli.main import app
from unelib.core import paths
from unelib.models.encoder_names import RUN_CODE, code_may_run
from unelib.running import read_recipe, recipe_schema, recipe_steps

RECIPES = sorted((paths.ROOT / "recipes").glob("*.yaml"))
NOTEBOOK = "notebooks/01_invert.ipynb"


def test_the_schema_beside_the_recipes_is_the_notebooks_own():
    """After a change: python -m unelib schema > recipes/schema.json."""
    assert json.loads((paths.ROOT / "recipes/schema.json").read_text()) == recipe_schema()
    assert json.loads(CliRunner().invoke(app, ["schema"]).output) == recipe_schema()


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.stem)
def test_every_recipe_names_the_schema_and_fits_it(path):
    text = path.read_text()
    assert text.startswith("# yaml-language-server: $schema=schema.json\n")
    jsonschema.validate(yaml.safe_load(text), recipe_schema())


@pytest.mark.slow
@pytest.mark.parametrize(
    "recipe",
    [
        {"name": "x"},
        {"name": "x", "notebooks": []},
        {"name": "x", "notebooks": [NOTEBOOK], "parameter": {}},
        {"name": "x", "notebooks": [NOTEBOOK], "parameters": {"step": 3}},
        {"name": "x", "notebooks": [NOTEBOOK], "only": {NOTEBOOK: {"step": 3}}},
    ],
)
def test_what_is_no_recipe_fits_no_schema(recipe):
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(recipe, recipe_schema())


def test_a_recipe_stays_as_it_was_read():
    recipe = read_recipe({"name": 7, "notebooks": [NOTEBOOK], "parameters": None, "only": None, "after": None})
    assert (recipe.name, recipe.parameters, recipe.only, recipe.after) == ("7", {}, {}, [])
    with pytest.raises((ValidationError, FrozenInstanceError)):
        recipe.name = "other"


def test_a_recipe_says_whether_functions_may_run(monkeypatch):
    monkeypatch.delenv(RUN_CODE, raising=False)
    says = {"name": "x", "notebooks": ["notebooks/02_encode.ipynb"], "parameters": {"encoders": ["python:json:loads"]}}
    for refused in (says, says | {"run_code": False}):
        with pytest.raises(ValueError, match="02_encode.ipynb: encoders is .*write run_code: true beside the recipe's"):
            recipe_steps(read_recipe(refused))
    assert [step.run_code for step in recipe_steps(read_recipe(says | {"run_code": True}))] == [True]
    assert not code_may_run()
    with pytest.raises(ValueError, match="`run_code` is 'yes'; give true or false"):
        read_recipe(says | {"run_code": "yes"})


@pytest.mark.parametrize("world", ["drawn", "fashion"])
def test_a_world_and_all_of_it_agree_where_they_share_notebooks(world):
    few, every = ({step.key: step for step in recipe_steps(read_recipe(paths.ROOT / f"recipes/{name}.yaml"))}
                  for name in (world, f"{world}-all"))  # fmt: skip
    assert few.keys() < every.keys()
    for key, step in few.items():
        assert step.parameters == every[key].parameters and step.needs == every[key].needs
