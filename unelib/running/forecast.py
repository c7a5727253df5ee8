"""How long steps will take and how much disk their views, before anything runs: from earlier runs, or not at all."""

from collections.abc import Callable, Mapping, Sequence

import pandas as pd

from ..core import paths
from ..core.paths import home
from .marks import digests, read_mark, seen_from, why_again
from .notebooks import metadata, notebook_parameters
from .steps import Step
from .workspace import Workspace

UNKNOWN = 60.0  # seconds of a notebook that never ran here and does not say
Key = tuple[str, str]


def expected_seconds(step: Step) -> float:
    """Seconds that a step took last, in its own run, in the latest other one, or by its notebook's metadata."""
    own = read_mark(step).get("seconds")
    if own is not None:
        return float(own)
    marks = sorted((home() / "data" / "runs").glob(f"*/{step.stage}.done"), key=lambda path: -path.stat().st_mtime)
    for path in marks[:1]:
        if seconds := read_mark(Step(path.parent.name, step.notebook, {})).get("seconds"):
            return float(seconds)
    path = paths.ROOT / step.notebook
    says = metadata(path, path.stat().st_mtime_ns).get("unelib") or {}
    return float(says.get("seconds", UNKNOWN))


def way_to_go(steps: Sequence[Step], seconds: Mapping[Key, float]) -> dict[Key, float]:
    """Seconds from each step's start to the end of the last that needs it, directly or not."""
    found: dict[Key, float] = {}
    for step in reversed(steps):
        behind = [found[other.key] for other in steps if step.key in other.needs]
        found[step.key] = seconds[step.key] + max(behind, default=0.0)
    return found


def time_left(steps: Sequence[Step], left: Mapping[Key, float], jobs: int) -> float:
    """Seconds until all of these steps are done, so many at once: the longest way, or all of the work shared out.

    left  seconds of work that each still needs, 0 for a finished one
    """
    return max([sum(left.values()) / jobs, *way_to_go(steps, left).values()], default=0.0)


def roughly(seconds: float) -> str:
    """A time, roughly.

    >>> roughly(48), roughly(290), roughly(9000)
    ('48 s', '5 min', '2.5 h')
    """
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def outlook(steps: Sequence[Step], force: bool = False) -> pd.DataFrame:
    """What a run would do: one row a step.

    Returns
    -------
    DataFrame
        Columns `run`, `stage`, `why` it would be executed (empty: it would be skipped), `seconds` expected, `needs`,
        and `parameters`, {name: (value, where it comes from)}.
    """
    depends, again, rows = digests(list(steps)), set(), []
    for step in steps:
        why = "forced" if force else why_again(step, depends[step.key])
        why = why or ", ".join(f"{seen_from(step, key)} before it" for key in step.needs if key in again)
        if why:
            again.add(step.key)
        needs = ", ".join(seen_from(step, key) for key in step.needs)
        seconds = expected_seconds(step) if why else 0.0
        rows.append((step.run, step.stage, why, seconds, needs, whence(step)))
    return pd.DataFrame(rows, columns=["run", "stage", "why", "seconds", "needs", "parameters"])


def whence(step):
    """Every parameter of a step: its value, and whether the recipe gives it or the notebook."""
    known = notebook_parameters(paths.ROOT / step.notebook)
    given = step.parameters
    return {
        name: (given[name], "given") if name in given else (parameter.default, "notebook")
        for name, parameter in known.items()
    }


def disk(steps: Sequence[Step], sizes: Callable[[dict], Mapping[str, int | None]]) -> tuple[int, list[str]]:
    """Bytes that the views of these steps will take beside those there are, and the views whose size is not known.

    sizes  {view: bytes an image, None if not known} of a step's parameters
    """
    total, unknown, seen = 0, [], set()
    for step in steps:
        values = {name: value for name, (value, _) in whence(step).items()} | step.parameters
        zoo = Workspace(step.run).zoo
        there = set(zoo.views) if zoo.has_index else set()
        for view, size in sizes(values).items():
            if view in there or (step.run, view) in seen:
                continue
            seen.add((step.run, view))
            if size is None:
                unknown.append(view)
            else:
                total += size * (values.get("n_train", 0) + values.get("n_test", 0))
    return total, unknown
