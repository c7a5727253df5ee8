"""Recipes -> Papermill -> report: which notebooks to execute, with which parameters, and what they found.

A recipe is YAML: `name`, `notebooks` (paths in order), `parameters` (for every notebook that has them) and
optionally `only` (notebook -> parameters of its own) and `after` (recipes whose results its notebooks read; they run
first). An executed step is skipped when the notebook, its parameters,
the package and all steps before it are unchanged and the zoo still has what it left there.
"""

import ast
import hashlib
import json
import os
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
import papermill
import yaml

from .files import make_folder, read_json, write_json, write_whole
from .zoo import NoiseZoo

ROOT = Path(__file__).resolve().parent.parent
KEYS = ("name", "after", "notebooks", "parameters", "only")


def home():
    """Where all runs keep their things: the folder that the environment variable UNELIB_ROOT names, else the project.

    Notebooks, recipes and models are the project's in any case.
    """
    return Path(os.environ.get("UNELIB_ROOT") or ROOT)


def runs_with_zoo():
    """Names of the runs that have a zoo."""
    return sorted(path.name for path in (home() / "data" / "zoo").glob("*") if NoiseZoo(path).has_index)


@dataclass(frozen=True)
class Workspace:
    """Where a run keeps its things: `.zoo`, `.figure`, `.table` and `.record` to leave them, `.result` to read them."""

    run: str
    root: Path = field(default_factory=home)

    @property
    def zoo(self):
        """The run's `NoiseZoo`."""
        return NoiseZoo(self.root / "data" / "zoo" / self.run)

    @property
    def folder(self):
        """Where its executed notebooks and numbers lie."""
        return self.root / "data" / "runs" / self.run

    def figure(self, figure, name):
        """Save a figure as figures/<run>/<name>.png; returns its path from there on."""
        path = self.root / "figures" / self.run / f"{name}.png"
        make_folder(path.parent)
        write_whole(path, lambda part: figure.savefig(part, format="png", dpi=110, bbox_inches="tight"))
        return path.relative_to(self.root)

    def table(self, table, name):
        """Save a DataFrame as data/runs/<run>/<name>.parquet, its index with it; returns its path from there on."""
        make_folder(self.folder)
        write_whole(self.folder / f"{name}.parquet", table.to_parquet)
        return (self.folder / f"{name}.parquet").relative_to(self.root)

    def record(self, stage, **numbers):
        """Keep the checked numbers of a stage as data/runs/<run>/<stage>.json."""
        make_folder(self.folder)
        write_json(self.folder / f"{stage}.json", {key: round(float(value), 6) for key, value in numbers.items()})

    def result(self, stage):
        """The numbers an earlier stage recorded; FileNotFoundError says which notebook to run."""
        path = self.folder / f"{stage}.json"
        if not path.is_file():
            raise FileNotFoundError(f"run {self.run!r} has no results of {stage}; execute that notebook first")
        return read_json(path)


def read_recipe(recipe):
    """A recipe, a path or a dict, as a dict with every key and notebook checked and nothing left out."""
    if isinstance(recipe, dict):
        return checked(recipe, "the recipe")
    path = Path(recipe)
    if not path.is_file():
        raise FileNotFoundError(
            f"no recipe {path}; there are {sorted(p.name for p in (ROOT / 'recipes').glob('*.yaml'))}"
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
        "after": [earlier(path, source) for path in paths(recipe.get("after") or [], f"{source}: `after`")],
        "notebooks": paths(recipe["notebooks"], f"{source}: `notebooks`"),
        "parameters": mapping(recipe.get("parameters"), f"{source}: `parameters`"),
        "only": {notebook: mapping(own, f"{source}: `only` of {notebook}") for notebook, own in only.items()},
    }


def paths(value, what):
    """A part of a recipe that lists files of the project; ValueError or FileNotFoundError if it does not."""
    if not (isinstance(value, list) and all(isinstance(path, str) for path in value)):
        raise ValueError(f"{what} is {value!r}; give a list of paths")
    for path in value:
        if not (ROOT / path).is_file():
            raise FileNotFoundError(f"{what} names {path}, which is not in the project")
    return value


def earlier(path, source):
    """The checked recipe that `after` names; ValueError if it has an `after` of its own, so that there is no circle."""
    value = read_yaml((ROOT / path).read_bytes(), path)
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
    known = {notebook: notebook_defaults(ROOT / notebook) for notebook in recipe["notebooks"]}
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
    found = papermill.inspect_notebook(str(path))
    return {name: ast.literal_eval(parameter["default"]) for name, parameter in found.items()}


def run(recipe, parameters=None, force=False):
    """Execute a recipe (a path or a dict) into data/runs/<name>/; returns a DataFrame, one row a notebook.

    Recipes that it comes after are executed first, as they are: `parameters` are this recipe's. A failing notebook
    raises `papermill.PapermillExecutionError` after its half-executed copy was written.
    """
    recipe = read_recipe(recipe)
    plan(recipe, parameters)
    package, rows = package_digest(), []
    ends = [run_steps(one, None, force, package, rows) for one in recipe["after"]]
    run_steps(recipe, parameters, force, "".join([package, *ends]), rows)
    return pd.DataFrame(rows)


def run_steps(recipe, parameters, force, before, rows):
    """Execute the steps of a checked recipe and add a row each; returns the digest of them all."""
    place = Workspace(shared_parameters(recipe, parameters)["run"])
    make_folder(place.folder)
    for notebook, values in plan(recipe, parameters):
        before = step_digest(notebook, values, before)
        rows.append(run_step(place, notebook, values, before, force))
    return before


def run_step(place, notebook, values, digest, force):
    """Execute one notebook unless it was, with this digest and all that it left; returns its row of the report."""
    stage = Path(notebook).stem
    out, mark = place.folder / f"{stage}.ipynb", place.folder / f"{stage}.done"
    if not force and out.is_file() and mark.is_file() and stands(place.zoo, digest, mark.read_text()):
        print(f"{stage}: unchanged, skipped", flush=True)
        return {"notebook": stage, "seconds": 0.0, "state": "skipped"} | numbers_of(place, stage)
    mark.unlink(missing_ok=True)
    print(f"{stage}: executing", flush=True)
    began = time.perf_counter()
    papermill.execute_notebook(
        str(ROOT / notebook), str(out), values, cwd=str(ROOT), progress_bar=sys.stderr.isatty(),
        kernel_name="python3", log_output=False,
    )  # fmt: skip
    write_whole(mark, lambda part: part.write_text("\n".join([digest, *contents(place.zoo)])))
    row = {"notebook": stage, "seconds": round(time.perf_counter() - began, 1), "state": "executed"}
    return row | numbers_of(place, stage)


def stands(zoo, digest, mark):
    """Whether the mark of an executed step has this digest, and the zoo still has what it had when it was written."""
    then, *left = mark.split("\n")
    return then == digest and set(left) <= set(contents(zoo))


def contents(zoo):
    """What a step may leave in a zoo: the hash of its images and the names of its complete views."""
    return [zoo.index_hash(), *zoo.views] if zoo.has_index else []


def numbers_of(place, stage):
    """The numbers a stage recorded, as one cell of the report."""
    path = place.folder / f"{stage}.json"
    found = read_json(path) if path.is_file() else {}
    return {"found": ", ".join(f"{k} {v:.3g}" for k, v in found.items())}


def step_digest(notebook, values, before):
    """Digest of a step: its notebook's source, its parameters, and everything before it."""
    cells = json.loads((ROOT / notebook).read_text())["cells"]
    source = json.dumps([["".join(c["source"]) for c in cells], values, before], sort_keys=True)
    return hashlib.sha256(source.encode()).hexdigest()


def package_digest():
    """Digest of the package's source and of the embedded models' weights."""
    files = sorted((ROOT / "unelib").glob("*.py"))
    weights = sorted((ROOT / "data" / "models").rglob("*.safetensors"))
    return hashlib.sha256(b"".join(f.read_bytes() for f in [*files, *weights])).hexdigest()
