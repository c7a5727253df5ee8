"""Where a run keeps its things: its zoo, figures, tables and numbers."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ..core.checks import file_name
from ..core.files import make_folder, read_json, write_json, write_whole
from ..core.paths import home
from ..store.zoo import NoiseZoo


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
        The run's, in data/zoo/<run>.
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
        """The run's `NoiseZoo`."""
        return NoiseZoo(self.root / "data" / "zoo" / self.run)

    @property
    def folder(self) -> Path:
        """Where its executed notebooks and numbers lie."""
        return self.root / "data" / "runs" / self.run

    def figure(self, figure: Any, name: str) -> Path:
        """Save a figure as figures/<run>/<name>.png.

        Parameters
        ----------
        figure : matplotlib.figure.Figure
            What is saved, at 110 dots an inch, without margins.
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
        write_whole(path, lambda part: figure.savefig(part, format="png", dpi=110, bbox_inches="tight"))
        return path.relative_to(self.root)

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
        write_whole(self.folder / f"{file_name(name, 'table')}.parquet", table.to_parquet)
        return (self.folder / f"{name}.parquet").relative_to(self.root)

    def record(self, stage: str, **numbers: float) -> None:
        """Keep the checked numbers of a stage as data/runs/<run>/<stage>.json.

        Parameters
        ----------
        stage : str
            Name of the notebook, without its ending.
        **numbers : float
            By name; kept to six decimals, without those that are not finite. They take the place of what the stage had
            recorded before.

        Raises
        ------
        ValueError
            On a stage that cannot be the name of a file.
        """
        make_folder(self.folder)
        write_json(
            self.folder / f"{file_name(stage, 'stage')}.json",
            {key: round(float(v), 6) for key, v in numbers.items() if np.isfinite(v)},
        )

    def result(self, stage: str) -> dict[str, float]:
        """The numbers that an earlier stage recorded.

        Parameters
        ----------
        stage : str
            Name of the notebook, without its ending.

        Returns
        -------
        dict of str to float
            As `record` was given them, to six decimals.

        Raises
        ------
        FileNotFoundError
            Saying which notebook to run, if it has recorded none.
        """
        path = self.folder / f"{stage}.json"
        if not path.is_file():
            raise FileNotFoundError(f"run {self.run!r} has no results of {stage}; execute that notebook first")
        return read_json(path)
