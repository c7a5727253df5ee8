"""Where a run keeps its things: its zoo, figures, tables and numbers."""

from dataclasses import dataclass, field
from pathlib import Path

from ..core.files import make_folder, read_json, write_json, write_whole
from ..core.paths import home
from ..store.zoo import NoiseZoo


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
