"""One view on disk: what it is, its shards with their records, and who is making them.

The zoo opens it, `build` fills it and `audit` reads every byte of it; none of them needs the other.
"""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np

from .locks import Claims
from .manifest import made_for, read_manifest, shard_count
from .shards import map_shard, read_record, record_of, shard_fault


class ViewFolder:
    """A view that was begun, as its folder holds it, or one that is to be.

    path      the folder: manifest.json, shards and records
    manifest  what it says of itself (`manifest.new_manifest`), read from the folder if None; ValueError if it is
              damaged or of another layout
    begin     called before a shard is written: sees to it that the folder has this manifest
    name, kind, count  its name, what it is taken for, and the number of its shards
    """

    def __init__(self, path, manifest=None, begin=None):
        self.path = Path(path)
        self.manifest = read_manifest(self.path / "manifest.json") if manifest is None else manifest
        self.begin = begin or (lambda: None)
        self.name, self.kind, self.count = self.manifest["view"], self.manifest["kind"], shard_count(self.manifest)

    def shard_path(self, shard):
        """Where the rows of a shard lie."""
        return self.path / f"{shard:05d}.safetensors"

    def progress_path(self, share):
        """File with the progress of a build of the view, or of a share of it."""
        return self.path / ("progress.json" if share == (1, 1) else f"progress-{share[0]}-of-{share[1]}.json")

    def claims(self, *first):
        """Locks on the shards."""
        return Claims(self.path / ".locks", *first)

    @property
    def done(self):
        """Numbers of the shards that have a record."""
        there = set(self.path.iterdir()) if self.path.is_dir() else set()
        return [shard for shard in range(self.count) if record_of(self.shard_path(shard)) in there]

    @property
    def is_complete(self):
        """Whether every shard has a record."""
        return len(self.done) == self.count

    def record(self, shard):
        """The record of a shard: hash, size, rounding error, what it was made for and with."""
        return read_record(self.shard_path(shard))

    # reading

    def map(self, shard):
        """One shard (rows, d) as stored, memory-mapped; FileNotFoundError if it cannot be read."""
        try:
            return map_shard(self.shard_path(shard))
        except (OSError, ValueError, LookupError, TypeError) as error:
            raise FileNotFoundError(
                f"shard {shard} of view {self.name!r} cannot be read ({error}); build the view again"
            ) from error

    @property
    def width(self):
        """Columns of the view."""
        return self.map(0).shape[1]

    def rows(self, wanted, columns=None, dtype="float32"):
        """Rows `wanted` (m,) in that order, shard by shard; columns as integers, a mask or a slice, all if None."""
        size = self.manifest["shard_rows"]
        width = self.map(int(wanted[0]) // size if len(wanted) else 0).shape[1]
        columns = columns if isinstance(columns, slice) else picked(width, columns, "columns")
        out = np.empty((len(wanted), len(np.arange(width)[columns])), dtype)
        order = np.argsort(wanted, kind="stable")
        for here in np.split(order, np.flatnonzero(np.diff(wanted[order] // size)) + 1):
            shard, local = divmod(wanted[here], size)
            if len(here):
                out[here] = part_of(self.map(int(shard[0])), local, columns)
        return out

    # checking

    def faults(self, shards):
        """What is wrong with each of these shards, or None, by its number; hashed by several threads."""
        check = partial(shard_fault, made_for=made_for(self.manifest))
        with ThreadPoolExecutor() as pool:
            return dict(zip(shards, pool.map(check, map(self.shard_path, shards))))

    def faulty(self, shards):
        """Those of the shards that are missing or unsound."""
        return [shard for shard, fault in self.faults(shards).items() if fault]


def picked(n, wanted, what):
    """Row or column numbers (m,) of `n` for integers, a mask or a slice, all if None; IndexError says what there is."""
    if wanted is None or isinstance(wanted, slice):
        return np.arange(n)[wanted if wanted is not None else slice(None)]
    wanted = np.asarray(wanted)
    try:
        return np.arange(n)[wanted if wanted.size else wanted.astype(int)]
    except IndexError as error:
        raise IndexError(f"{what} must be numbers below {n} or a mask of {n} values ({error})") from error


def part_of(block, rows, columns):
    """Some rows and columns of a memory-mapped block."""
    return block[:, columns][rows] if isinstance(columns, slice) else block[np.ix_(rows, columns)]
