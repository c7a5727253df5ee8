"""Recipes: YAML that says which notebooks to execute, with which parameters; every name is checked before work starts.

A recipe has `name`, `notebooks` (paths in order), `parameters` (for every notebook that has them) and optionally `only`
(notebook -> parameters of its own) and `after` (recipes whose results its notebooks read; they run first).
"""

import ast
from pathlib import Path

import yaml

from ..core import paths
from ..core.extras import needed

KEYS = ("name", "after", "notebooks", "parameters", "only")


def read_recipe(recipe):
    """A recipe, a path or a dict, as a dict with every key and notebook checked and nothing left out."""
    if isinstance(recipe, dict):
        return checked(recipe, "the recipe")
    path = Path(recipe)
    if not path.is_file():
        raise FileNotFoundError(
            f"no recipe {path}; "
            + paths.next_step(f"there are {sorted(p.name for p in (paths.ROOT / 'recipes').glob('*.yaml'))}")
        )
    return checked(read_yaml(path.read_bytes(), path.name), path.name)


def read_yaml(text, source):
    """The value of a YAML text; ValueError says where it came from and what is wrong with it."""
    try:
        return yaml.safe_load(text)
    except (yaml.YAMLError, ValueError) as error:
        reason = " ".join(str(error).split())
        raise ValueError(f"{source} is not YAML ({reason}); correct it, or put text in quotes") from error


def checked(recipe, source):
    """A recipe with all of `KEYS`, its name as text; ValueError or FileNotFoundError says what is wrong in `source`."""
    if not isinstance(recipe, dict) or not recipe.get("name") or not recipe.get("notebooks"):
        raise ValueError(f"{source} needs at least `name` and `notebooks`")
    unknown = [key for key in recipe if key not in KEYS]
    if unknown:
        raise ValueError(f"{source}: unknown key {unknown[0]!r}; a recipe has {', '.join(KEYS)}")
    only = mapping(recipe.get("only"), f"{source}: `only`")
    return {
        "name": str(recipe["name"]),
        "after": [earlier(path, source) for path in listed_files(recipe.get("after") or [], f"{source}: `after`")],
        "notebooks": listed_files(recipe["notebooks"], f"{source}: `notebooks`"),
        "parameters": mapping(recipe.get("parameters"), f"{source}: `parameters`"),
        "only": {notebook: mapping(own, f"{source}: `only` of {notebook}") for notebook, own in only.items()},
    }


def listed_files(value, what):
    """A part of a recipe that lists files of the project; ValueError or FileNotFoundError if it does not."""
    if not (isinstance(value, list) and all(isinstance(path, str) for path in value)):
        raise ValueError(f"{what} is {value!r}; give a list of paths")
    for path in value:
        if not (paths.ROOT / path).is_file():
            raise FileNotFoundError(
                f"{what} names {path}, which is not in the project; {paths.next_step('correct the path')}"
            )
    return value


def earlier(path, source):
    """The checked recipe that `after` names; ValueError if it has an `after` of its own, so that there is no circle."""
    value = read_yaml((paths.ROOT / path).read_bytes(), path)
    if isinstance(value, dict) and value.get("after"):
        raise ValueError(f"{source}: `after` names {path}, which has an `after` of its own; name those recipes instead")
    recipe = checked(value, path)
    plan(recipe)
    return recipe


def mapping(value, what):
    """A part of a recipe as a dict, empty if None; ValueError if it is something else."""
    if not isinstance(value, dict | None):
        raise ValueError(f"{what} is {value!r}; give names with their values, one a line")
    return value or {}


def shared_parameters(recipe, overrides=None):
    """Parameters for every notebook of a checked recipe; `run`, as text, is the recipe's name unless it is given."""
    shared = {"run": recipe["name"]} | recipe["parameters"] | (overrides or {})
    return shared | {"run": str(shared["run"])}


def plan(recipe, overrides=None):
    """[(notebook, parameters)] of a checked recipe; ValueError names a parameter that there is not, or is no list."""
    shared, only = shared_parameters(recipe, overrides), recipe["only"]
    known = {notebook: notebook_defaults(paths.ROOT / notebook) for notebook in recipe["notebooks"]}
    everywhere = sorted(set().union(*known.values()))
    for name in shared:
        if name not in everywhere:
            raise ValueError(f"no notebook has a parameter {name!r}; there are {', '.join(everywhere)}")
    for notebook in only:
        if notebook not in known:
            raise ValueError(f"`only` names {notebook!r}; the recipe's notebooks are {', '.join(known)}")
    steps = []
    for notebook, defaults in known.items():
        own = only.get(notebook, {})
        if "run" in own:
            raise ValueError(f"`only` gives {notebook} a run of its own; set `run` under `parameters`, for all of them")
        for name in own:
            if name not in defaults:
                raise ValueError(f"{notebook} has no parameter {name!r}; it has {', '.join(sorted(defaults))}")
        steps.append((notebook, {k: v for k, v in shared.items() if k in defaults} | own))
        check_lists(*steps[-1], defaults)
    return steps


def check_lists(notebook, values, defaults):
    """ValueError unless what is a list in the notebook is one here, and not empty if it is not empty there."""
    for name, value in values.items():
        default = defaults[name]
        if isinstance(default, list) and not (isinstance(value, (list, tuple)) and (value or not default)):
            example = ", ".join(map(str, default or ["a", "b"]))
            raise ValueError(f"{notebook}: {name} is {value!r}; give a list, such as [{example}]")


def notebook_defaults(path):
    """A notebook's parameters with the values they have in it."""
    found = needed("papermill", "notebooks").inspect_notebook(str(path))
    return {name: ast.literal_eval(parameter["default"]) for name, parameter in found.items()}
