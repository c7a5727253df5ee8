"""Execute recipes by Papermill, and report what their notebooks found.

An executed step is skipped when the notebook, its parameters, the package and all steps before it are unchanged and the
zoo still has what it left there.
"""

import hashlib
import json
import sys
import time
from pathlib import Path
from typing import Any

import pandas as pd

from ..core import paths
from ..core.extras import needed
from ..core.files import make_folder, read_json, write_whole
from .foresight import check_names
from .recipes import earlier, plan, read_recipe, shared_parameters, with_defaults
from .workspace import Workspace

# What a kernel logs is of no use to whoever runs a recipe; a cell's error comes back from the cell.
QUIET = ["--IPKernelApp.log_level=CRITICAL"]


def run(
    recipe: str | Path | dict[str, Any], parameters: dict[str, Any] | None = None, *, force: bool = False
) -> pd.DataFrame:
    """Execute a recipe into data/runs/<name>/; what has not changed is skipped.

    Recipes that it comes after are executed first, as they are.

    Parameters
    ----------
    recipe : str, Path or dict
        A YAML file, or what one holds; see `Recipe`.
    parameters : dict, optional
        In place of this recipe's own.
    force : bool
        Execute also what has not changed.

    Returns
    -------
    DataFrame
        One row a notebook: its name, seconds, whether it was executed or skipped, and the numbers that it found.

    Raises
    ------
    FileNotFoundError, ValueError
        Before anything runs, as `read_recipe`, `plan` and `check_names`.
    papermill.PapermillExecutionError
        From a failing notebook, after its half-executed copy was written.
    """
    read = read_recipe(recipe)
    before = earlier(read)
    for one, given in [*((one, None) for one in before), (read, parameters)]:
        check_names(with_defaults(plan(one, given)))
    package, rows = package_digest(), []  # type: str, list[dict[str, Any]]
    ends = [run_steps(one, None, force, package, rows) for one in before]
    run_steps(read, parameters, force, "".join([package, *ends]), rows)
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
    needed("papermill", "notebooks").execute_notebook(
        str(paths.ROOT / notebook), str(out), values, cwd=str(paths.ROOT), progress_bar=sys.stderr.isatty(),
        kernel_name="python3", log_output=False, extra_arguments=QUIET,
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
    cells = json.loads((paths.ROOT / notebook).read_text())["cells"]
    source = json.dumps([["".join(c["source"]) for c in cells], values, before], sort_keys=True)
    return hashlib.sha256(source.encode()).hexdigest()


def package_digest():
    """Digest of the package's source, in all of its rooms, and of the embedded models' weights.

    What trains the models is left out: it is imported by nothing, and its outcome is the weights.
    """
    package, models = paths.ROOT / "unelib", paths.ROOT / "data" / "models"
    source = [path for path in package.rglob("*.py") if "training" not in path.relative_to(package).parts]
    files = [*sorted(source), *sorted(models.rglob("*.safetensors"))]
    named = [str(path.relative_to(paths.ROOT)).encode() + path.read_bytes() for path in files]
    return hashlib.sha256(b"".join(named)).hexdigest()
