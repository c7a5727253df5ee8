"""What runs found, as data: one row a number, over runs and sweeps, with its interval and where it comes from."""

from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pandas as pd

from ..core.files import make_folder, write_whole
from ..core.paths import home
from .marks import read_mark
from .recipes import near
from .steps import Step
from .workspace import Workspace

WRITERS = {".csv": "to_csv", ".parquet": "to_parquet", ".json": "to_json"}


def results(*runs: str) -> pd.DataFrame:
    """Every number that runs recorded.

    Parameters
    ----------
    *runs : str
        Names, or patterns of names such as "drawn,*"; all runs if none is given.

    Returns
    -------
    DataFrame
        One row a number: `run`, `stage`, `name`, `value`, `low`, `high`; then `revision` of git and whether it was
        `dirty`, `finished`, `seconds`, `unelib`, `machine`, `zoo` (hash of the images), empty where a notebook was
        executed by hand; then every parameter in which the notebooks of these runs differ.

    Raises
    ------
    FileNotFoundError
        On a name or pattern that fits no run.
    ValueError
        On results that are damaged.
    """
    rows = [row for run in runs_called(*runs) for row in numbers_of(run)]
    if not rows:
        return pd.DataFrame(columns=["run", "stage", "name", "value", "low", "high"])
    table = pd.DataFrame(rows)
    parameters = pd.DataFrame(list(table.pop("parameters")), table.index)
    varied = [name for name in parameters if parameters[name].dropna().map(repr).nunique() > 1]
    differ = [name for name in varied if name not in ("run", *table)]
    told = parameters[differ].map(as_cell)
    return table.join(told)


def runs_called(*patterns):
    """Names of the runs that fit any of these patterns, in order; all runs if there are none."""
    there = sorted(path.name for path in (home() / "data" / "runs").glob("*") if any(path.glob("*.json")))
    found = {}
    for pattern in patterns or ("*",):
        fitting = [name for name in there if name == pattern or fnmatchcase(name, pattern)]
        if not fitting and patterns:
            told = f"{near(pattern, there)}there are {', '.join(there)}" if there else "execute a recipe first"
            raise FileNotFoundError(f"no run {pattern!r} has results; {told}")
        found |= dict.fromkeys(fitting)
    return list(found)


def stages_of(run: str) -> list[str]:
    """Notebooks that recorded numbers in a run, by name."""
    return sorted(path.stem for path in Workspace(run).folder.glob("*.json"))


def numbers_of(run):
    """One dict a number of a run: its row of `results`, with all parameters of its notebook under `parameters`."""
    place = Workspace(run)
    for stage in stages_of(run):
        mark = read_mark(Step(run, stage, {}))
        origin = mark.get("provenance", {})
        whence = {
            "revision": origin.get("revision"),
            "dirty": origin.get("dirty"),
            "finished": mark.get("finished"),
            "seconds": mark.get("seconds"),
            "unelib": origin.get("unelib"),
            "machine": origin.get("machine"),
            "zoo": next(iter(mark.get("zoo", [])), None),
        }
        for name, ends in place.estimates(stage).iterrows():
            number = {"run": run, "stage": stage, "name": name, **ends.to_dict()}
            yield {**number, **whence, "parameters": mark.get("parameters", {})}


def as_cell(value: Any) -> Any:
    """A parameter as a cell of a table: numbers and text as they are, all else as text."""
    return value if isinstance(value, int | float | str | bool) or value is None else repr(value)


def tables_of(run: str) -> dict[str, pd.DataFrame]:
    """Tables that the notebooks of a run left, by name; ValueError names one that is damaged."""
    found = {}
    for path in sorted(Workspace(run).folder.glob("*.parquet")):
        try:
            found[path.stem] = pd.read_parquet(path)
        except (OSError, ValueError) as error:
            raise ValueError(f"{path} is damaged ({error}); execute its notebook again") from error
    return found


def write_table(table: pd.DataFrame, path: Path) -> None:
    """Write a table as its file's ending says; ValueError for any but .csv, .parquet and .json."""
    if path.suffix not in WRITERS:
        raise ValueError(f"{path.name}: write to a file that ends in {', '.join(WRITERS)}")
    options: dict[str, Any] = {"orient": "records", "indent": 1} if path.suffix == ".json" else {"index": False}
    make_folder(path.parent)
    write_whole(path, lambda part: getattr(table, WRITERS[path.suffix])(part, **options))


def beyond_intervals(first: str, second: str) -> pd.DataFrame:
    """The numbers of two runs side by side.

    Parameters
    ----------
    first, second : str
        Names of runs.

    Returns
    -------
    DataFrame
        One row a number that both have with an interval: `stage`, `name`, the two values, their `difference`
        (second - first) with `low` and `high`, and whether it is `beyond` both intervals, which are taken for
        independent and symmetric. Runs on the same images are not independent; then this is too careful.

    Raises
    ------
    FileNotFoundError
        As `results`.
    """
    pair = [results(run).set_index(["stage", "name"])[["value", "low", "high"]] for run in (first, second)]
    both = pair[0].join(pair[1], how="inner", lsuffix="_1", rsuffix="_2").dropna()
    difference = both.value_2 - both.value_1
    half = (((both.high_1 - both.low_1) / 2) ** 2 + ((both.high_2 - both.low_2) / 2) ** 2) ** 0.5
    found = pd.DataFrame({first: both.value_1, second: both.value_2, "difference": difference})
    if first == second:
        found = pd.DataFrame({first: both.value_1, f"{second} again": both.value_2, "difference": difference})
    return found.assign(low=difference - half, high=difference + half, beyond=difference.abs() > half).reset_index()
