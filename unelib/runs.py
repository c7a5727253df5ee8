"""Recipes -> Papermill -> report: which notebooks to execute, with which parameters, and what they found.

A recipe is YAML: `name`, `notebooks` (paths in order), `parameters` (for every notebook that has them) and
optionally `only` (notebook -> parameters of its own). An executed step is skipped when the notebook, its parameters,
the package and all steps before it are unchanged.
"""

import ast
import hashlib
import json
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
import papermill
import yaml

from .files import write_whole
from .zoo import NoiseZoo

ROOT = Path(__file__).resolve().parent.parent
KEYS = ("name", "notebooks", "parameters", "only")


@dataclass(frozen=True)
class Workspace:
    """Where a run keeps its things: `.zoo`, `.figure(figure, name)`, `.record(stage, **numbers)`, `.result(stage)`."""

    run: str
    root: Path = field(default_factory=lambda: ROOT)

    @property
    def zoo(self):
        return NoiseZoo(self.root / "data" / "zoo" / self.run)

    @property
    def folder(self):
        return self.root / "data" / "runs" / self.run

    def figure(self, figure, name):
        """Save a figure as figures/<run>/<name>.png; returns its path within the project."""
        path = self.root / "figures" / self.run / f"{name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, lambda part: figure.savefig(part, format="png", dpi=110, bbox_inches="tight"))
        return path.relative_to(self.root)

    def record(self, stage, **numbers):
        """Keep the checked numbers of a stage as data/runs/<run>/<stage>.json."""
        self.folder.mkdir(parents=True, exist_ok=True)
        plain = {key: round(float(value), 6) for key, value in numbers.items()}
        write_whole(self.folder / f"{stage}.json", lambda part: part.write_text(json.dumps(plain, indent=1)))

    def result(self, stage):
        """The numbers an earlier stage recorded; FileNotFoundError says which notebook to run."""
        path = self.folder / f"{stage}.json"
        if not path.is_file():
            raise FileNotFoundError(f"run {self.run!r} has no results of {stage}; execute that notebook first")
        return json.loads(path.read_text())


def read_recipe(path):
    """A recipe as a dict, every key and notebook checked."""
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(
            f"no recipe {path}; there are {sorted(p.name for p in (ROOT / 'recipes').glob('*.yaml'))}"
        )
    recipe = yaml.safe_load(path.read_text())
    if not isinstance(recipe, dict) or not recipe.get("name") or not recipe.get("notebooks"):
        raise ValueError(f"{path.name} needs at least `name` and `notebooks`")
    unknown = [key for key in recipe if key not in KEYS]
    if unknown:
        raise ValueError(f"{path.name}: unknown key {unknown[0]!r}; a recipe has {', '.join(KEYS)}")
    for notebook in recipe["notebooks"]:
        if not (ROOT / notebook).is_file():
            raise FileNotFoundError(f"{path.name} names {notebook}, which is not in the project")
    return recipe


def plan(recipe, overrides=None):
    """[(notebook, parameters)] of a recipe; a parameter that no notebook has is a ValueError with those there are."""
    shared = {"run": recipe["name"]} | (recipe.get("parameters") or {}) | (overrides or {})
    only = recipe.get("only") or {}
    known = {notebook: notebook_parameters(ROOT / notebook) for notebook in recipe["notebooks"]}
    everywhere = sorted(set().union(*known.values()))
    for name in shared:
        if name not in everywhere:
            raise ValueError(f"no notebook has a parameter {name!r}; there are {', '.join(everywhere)}")
    for notebook in only:
        if notebook not in known:
            raise ValueError(f"`only` names {notebook!r}; the recipe's notebooks are {', '.join(known)}")
    steps = []
    for notebook, names in known.items():
        own = only.get(notebook, {})
        for name in own:
            if name not in names:
                raise ValueError(f"{notebook} has no parameter {name!r}; it has {', '.join(sorted(names))}")
        steps.append((notebook, {k: v for k, v in shared.items() if k in names} | own))
    return steps


def notebook_parameters(path):
    """Names of a notebook's parameters."""
    return set(papermill.inspect_notebook(str(path)))


def notebook_defaults(path):
    """A notebook's parameters with the values they have in it."""
    found = papermill.inspect_notebook(str(path))
    return {name: ast.literal_eval(parameter["default"]) for name, parameter in found.items()}


def run(recipe, parameters=None, force=False):
    """Execute a recipe (a path or a dict) into data/runs/<name>/; returns a DataFrame, one row a notebook.

    A failing notebook raises `papermill.PapermillExecutionError` after its half-executed copy was written.
    """
    recipe = recipe if isinstance(recipe, dict) else read_recipe(recipe)
    steps, place = plan(recipe, parameters), Workspace((parameters or {}).get("run", recipe["name"]))
    place.folder.mkdir(parents=True, exist_ok=True)
    before, rows = package_digest(), []
    for notebook, values in steps:
        before = step_digest(notebook, values, before)
        rows.append(run_step(place, notebook, values, before, force))
    return pd.DataFrame(rows)


def run_step(place, notebook, values, digest, force):
    """Execute one notebook unless its digest says that nothing changed; returns its row of the report."""
    stage = Path(notebook).stem
    out, mark = place.folder / f"{stage}.ipynb", place.folder / f"{stage}.done"
    if not force and out.is_file() and mark.is_file() and mark.read_text() == digest:
        print(f"{stage}: unchanged, skipped", flush=True)
        return {"notebook": stage, "seconds": 0.0, "state": "skipped"} | numbers_of(place, stage)
    mark.unlink(missing_ok=True)
    print(f"{stage}: executing", flush=True)
    began = time.perf_counter()
    papermill.execute_notebook(
        str(ROOT / notebook), str(out), values, cwd=str(ROOT), progress_bar=sys.stderr.isatty(),
        kernel_name="python3", log_output=False,
    )  # fmt: skip
    mark.write_text(digest)
    row = {"notebook": stage, "seconds": round(time.perf_counter() - began, 1), "state": "executed"}
    return row | numbers_of(place, stage)


def numbers_of(place, stage):
    """The numbers a stage recorded, as one cell of the report."""
    path = place.folder / f"{stage}.json"
    found = json.loads(path.read_text()) if path.is_file() else {}
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
