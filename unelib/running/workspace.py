"""Where a run keeps its things: its zoo, figures, tables and numbers."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Union

import numpy as np
import pandas as pd

from ..core.checks import file_name
from ..core.files import make_folder, read_json, write_json, write_whole
from ..core.paths import ROOT, home
from ..store.zoo import NoiseZoo

if TYPE_CHECKING:  # not at run time: it brings scipy.stats, and recipes are to start at once
    from ..stats.intervals import Interval

STAGE = "UNELIB_STAGE"  # environment variable: the notebook that a kernel executes for a recipe
Estimate = Union[float, "Interval", Mapping[str, Any], pd.Series]
COLUMNS = ["value", "low", "high"]
TOUR = "tour"  # the run whose small zoo is part of the repository: see recipes/tour.yaml


def runs_with_zoo() -> list[str]:
    """Names of the runs that have a zoo.

    Returns
    -------
    list of str
        Sorted; those whose images are indexed in data/zoo/<run>, of the project or UNELIB_ROOT.
    """
    return sorted(path.name for path in (home() / "data" / "zoo").glob("*") if NoiseZoo(path).has_index)


@dataclass(frozen=True)
class Workspace:
    """Where a run keeps its things: `.zoo`, `.figure`, `.table` and `.record` to leave them, `.result` to read them.

    Attributes
    ----------
    run : str
        Its name.
    root : Path
        Under which its folders lie; the project, or UNELIB_ROOT.
    zoo : NoiseZoo
        The run's, in data/zoo/<run>; the project's own for "tour".
    folder : Path
        data/runs/<run>, where its executed notebooks and numbers lie.

    Raises
    ------
    ValueError
        On a name that cannot be that of a folder.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> place = Workspace("mine", Path(mkdtemp()))
    >>> place.record("01_invert", error=0.5)
    >>> place.result("01_invert")
    {'error': 0.5}
    """

    run: str
    root: Path = field(default_factory=home)

    def __post_init__(self) -> None:
        file_name(self.run, "run")

    @property
    def zoo(self) -> NoiseZoo:
        """The run's `NoiseZoo`; that of "tour" comes along, wherever the runs are kept."""
        return NoiseZoo((ROOT if self.run == TOUR else self.root) / "data" / "zoo" / self.run)

    @property
    def folder(self) -> Path:
        """Where its executed notebooks and numbers lie."""
        return self.root / "data" / "runs" / self.run

    def figure(self, figure: Any, name: str) -> Path:
        """Save a figure as figures/<run>/<name>.png.

        Parameters
        ----------
        figure : matplotlib.figure.Figure
            What is saved, with its own dots an inch, without margins.
        name : str
            Of the file, without its ending.

        Returns
        -------
        Path
            Of the file, from `root` on.

        Raises
        ------
        ValueError
            On a name that cannot be that of a file.
        """
        path = self.root / "figures" / self.run / f"{file_name(name, 'figure')}.png"
        make_folder(path.parent)
        write_whole(path, lambda part: figure.savefig(part, format="png", dpi="figure", bbox_inches="tight"))
        return self.left(path)

    def table(self, table: pd.DataFrame, name: str) -> Path:
        """Save a DataFrame as data/runs/<run>/<name>.parquet, its index with it.

        Parameters
        ----------
        table : DataFrame
            What is saved.
        name : str
            Of the file, without its ending.

        Returns
        -------
        Path
            Of the file, from `root` on.

        Raises
        ------
        ValueError
            On a name that cannot be that of a file.
        """
        make_folder(self.folder)
        path = self.folder / f"{file_name(name, 'table')}.parquet"
        write_whole(path, plain_names(table).to_parquet)
        return self.left(path)

    def left(self, path):
        """A file's path from `root` on, noted among what the notebook that runs here leaves."""
        if stage := os.environ.get(STAGE):
            make_folder(self.folder)
            with open(self.folder / f"{stage}.left", "a") as file:
                file.write(f"{path.relative_to(self.root).as_posix()}\n")
        return path.relative_to(self.root)

    def record(self, stage: str, **numbers: Estimate) -> None:
        """Keep the checked numbers of a stage as data/runs/<run>/<stage>.json.

        Parameters
        ----------
        stage : str
            Name of the notebook, without its ending.
        **numbers : float, Interval, mapping or Series
            By name; kept to six decimals, without those that are not finite. One with a `low` and a `high` keeps them:
            its value is its first entry. They take the place of what the stage had recorded before.

        Raises
        ------
        ValueError
            On a stage that cannot be the name of a file.
        """
        make_folder(self.folder)
        found = {name: estimate(number) for name, number in numbers.items()}
        write_json(
            self.folder / f"{file_name(stage, 'stage')}.json",
            {name: as_json(number) for name, number in found.items() if np.isfinite(number[0])},
        )

    def result(self, stage: str) -> dict[str, float]:
        """The numbers that an earlier stage recorded, ends of intervals as numbers of their own.

        Parameters
        ----------
        stage : str
            Name of the notebook, without its ending.

        Returns
        -------
        dict of str to float
            As `record` was given them, to six decimals; `gain` of an interval is beside `gain_low` and `gain_high`.

        Raises
        ------
        FileNotFoundError
            Saying which notebook to run, if it has recorded none.
        """
        found: dict[str, float] = {}
        for name, ends in self.estimates(stage).iterrows():
            found[str(name)] = float(ends.value)
            found |= {f"{name}_{end}": float(ends[end]) for end in ("low", "high") if np.isfinite(ends[end])}
        return found

    def estimates(self, stage: str) -> pd.DataFrame:
        """The numbers that an earlier stage recorded, with their intervals.

        Parameters
        ----------
        stage : str
            Name of the notebook, without its ending.

        Returns
        -------
        DataFrame
            One row a number, with columns `value`, `low` and `high`; the last two are NaN where none was recorded.

        Raises
        ------
        FileNotFoundError
            Saying which notebook to run, if it has recorded none.
        ValueError
            On results that are damaged or cut short.
        """
        path = self.folder / f"{stage}.json"
        if not path.is_file():
            raise FileNotFoundError(f"run {self.run!r} has no results of {stage}; execute that notebook first")
        found = read_json(path)
        if not isinstance(found, dict):
            raise ValueError(f"{path} is damaged (no numbers by name); execute that notebook again")
        rows = [number if isinstance(number, dict) else {"value": number} for number in found.values()]
        return pd.DataFrame(rows, list(found), COLUMNS, float)


def estimate(number):
    """Value, low and high of a number; NaN for ends that it comes without."""
    if isinstance(number, tuple):  # an Interval
        return tuple(map(float, number))
    if isinstance(number, (Mapping, pd.Series)):
        known = dict(number)
        first = known["value"] if "value" in known else next(iter(known.values()))
        return float(first), float(known["low"]), float(known["high"])
    return float(number), np.nan, np.nan


def as_json(number):
    """What `estimate` gives as JSON, to six decimals: a number alone where it has no ends."""
    value, *ends = (round(part, 6) for part in number)
    return dict(zip(COLUMNS, (value, *ends))) if np.isfinite(ends).all() else value


def plain_names(table):
    """A table whose columns are named by text, as Parquet wants it: "a, b" for ("a", "b")."""
    told = [", ".join(map(str, name)) if isinstance(name, tuple) else str(name) for name in table.columns]
    return table.set_axis(told, axis=1)
