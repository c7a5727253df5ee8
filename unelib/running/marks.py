"""Marks: what an executed step leaves beside its notebook, by which it is known to be finished and unchanged.

A step stands while its notebook, its parameters, the package, the models' weights and all steps that it needs are those
of its mark, and the zoo still has what it left there.
"""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

from ..core import paths
from ..core.files import make_folder, value_hash, write_json
from .provenance import versions_here
from .steps import Step
from .workspace import Workspace


def digests(steps: list[Step]) -> dict[tuple[str, str], dict[str, Any]]:
    """What each step depends on, as hashes by name; steps in order, each after those it needs."""
    package, found = package_digest(), {}  # type: str, dict[tuple[str, str], dict[str, Any]]
    for step in steps:
        given = {name: value for name, value in step.parameters.items() if name != "run"}
        found[step.key] = {
            "notebook": source_hash(step.notebook),
            "parameters": value_hash(json.loads(json.dumps(given, sort_keys=True, default=str))),
            "package": package,
            "needs": {seen_from(step, key): value_hash(found[key]) for key in step.needs},
        }
    return found


def seen_from(step, key):
    """How a step is called among those of another one's run, whatever that is called, or from a run beside it."""
    run, stage = key
    return stage if run == step.run else f"{run}/{stage}"


def source_hash(notebook):
    """Hash of a notebook's cells without their outputs."""
    cells = json.loads((paths.ROOT / notebook).read_text())["cells"]
    return value_hash(["".join(cell["source"]) for cell in cells])


def package_digest():
    """Digest of the package's source, in all of its rooms, and of the embedded models' weights.

    What trains the models is left out: it is imported by nothing, and its outcome is the weights. So is the command
    line, which no notebook knows.
    """
    package, models = paths.ROOT / "unelib", paths.ROOT / "data" / "models"
    apart = {"training", "cli"}
    source = [path for path in package.rglob("*.py") if not apart & set(path.relative_to(package).parts)]
    files = [*sorted(source), *sorted(models.rglob("*.safetensors"))]
    named = [str(path.relative_to(paths.ROOT)).encode() + path.read_bytes() for path in files]
    return hashlib.sha256(b"".join(named)).hexdigest()


def mark_path(step):
    """Where a step's mark lies."""
    return Workspace(step.run).folder / f"{step.stage}.done"


def read_mark(step: Step) -> dict[str, Any]:
    """A step's mark, empty if it has none that can be read."""
    try:
        found = json.loads(mark_path(step).read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def write_mark(step: Step, digest: dict[str, Any], seconds: float, parameters: dict[str, Any], **more: Any) -> None:
    """Say that a step is finished: on what it depends, what its zoo has now, and where it comes from."""
    place = Workspace(step.run)
    make_folder(place.folder)
    value = {
        "digest": digest,
        "zoo": contents(place.zoo),
        "seconds": round(seconds, 2),
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
        "notebook": step.notebook,
        "parameters": json.loads(json.dumps(parameters, default=str)),
    }
    write_json(mark_path(step), value | {"provenance": versions_here()} | more)


def why_again(step: Step, digest: dict[str, Any]) -> str:
    """Why a step is to be executed, in words; empty if it stands."""
    mark = read_mark(step)
    if not mark or not mark_path(step).with_suffix(".ipynb").is_file():
        return "not finished before"
    then = mark.get("digest", {})
    changed = [name for name in ("notebook", "parameters", "package") if then.get(name) != digest[name]]
    changed += [
        f"{name} before it" for name, value in digest["needs"].items() if then.get("needs", {}).get(name) != value
    ]
    if changed:
        return f"changed: {', '.join(changed)}"
    gone = sorted(set(mark.get("zoo", [])) - set(contents(Workspace(step.run).zoo)))
    return f"the zoo lost {', '.join(gone)}" if gone else ""


def contents(zoo):
    """What a step may leave in a zoo: the hash of its images and the names of its complete views."""
    return [zoo.index_hash(), *zoo.views] if zoo.has_index else []
