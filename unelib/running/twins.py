"""Steps of a sweep that are the same at several points: executed once, then copied, views by hard links."""

import os
import shutil
from contextlib import suppress
from pathlib import Path

from ..core.files import make_folder
from .steps import Step
from .workspace import Workspace


def same_steps(steps, digests):
    """{key: key of the first step that depends on exactly the same}, for all but that first one; one run has none."""
    first, found = {}, {}
    for step in steps:
        leader = first.setdefault((step.notebook, repr(digests[step.key])), step)
        if leader is not step and leader.run != step.run:
            found[step.key] = leader.key
    return found


def copy_step(twin: Step, step: Step) -> None:
    """Bring everything that a finished step left into another run: notebook, numbers, figures, tables, views."""
    there, here = Workspace(twin.run), Workspace(step.run)
    make_folder(here.folder)
    copy_views(there.zoo.path, here.zoo.path)
    left = there.folder / f"{step.stage}.left"
    for name in left.read_text().splitlines() if left.is_file() else []:
        *kind, _, file = Path(name).parts  # figures/RUN/file or data/runs/RUN/file
        copy(there.root / name, here.root.joinpath(*kind, step.run, file))
    for ending in ("json", "left", "ipynb"):
        if (there.folder / f"{step.stage}.{ending}").is_file():
            copy(there.folder / f"{step.stage}.{ending}", here.folder / f"{step.stage}.{ending}")


def copy_views(there, here):
    """Bring a zoo's index and views into another; a shard is one file in both, where the disk can do that."""
    for path in sorted(there.rglob("*")) if there.is_dir() else []:
        inside = path.relative_to(there)
        if path.is_file() and ".locks" not in inside.parts and not path.name.endswith(".part"):
            copy(path, here / inside, link=True)


def copy(path, to, link=False):
    """Copy a file, or link it; what is there by then goes. Files of a run are replaced whole, never written into."""
    if to.exists() and os.path.samefile(path, to):
        return
    make_folder(to.parent)
    to.unlink(missing_ok=True)
    if link:
        with suppress(OSError):
            os.link(path, to)
            return
    shutil.copy2(path, to)
