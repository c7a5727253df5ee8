"""Whether a zoo is sound: every byte of every shard, and what it was made for."""

import pandas as pd

from ..core.files import read_json
from .manifest import begun_by, shard_count, shard_rows_of
from .shards import OTHER_SETTINGS, record_of


def verify(zoo):
    """DataFrame of everything wrong with the views: view, shard (-1: the view as a whole), problem, first, last row."""
    faults, index = [], zoo.index_hash()
    for path in zoo.manifest_paths():
        try:
            faults += view_faults(zoo, zoo.manifest_at(path), index)
        except ValueError as error:
            faults.append((path.parent.name, -1, str(error), 0, len(zoo) - 1))
    return pd.DataFrame(faults, columns=["view", "shard", "problem", "first_row", "last_row"])


def view_faults(zoo, manifest, index):
    """Rows of `verify` for one view."""
    view, done = manifest["view"], zoo.done(manifest)
    if manifest["index"] != index:
        return [(view, -1, "made of other images than the index lists", 0, manifest["images"] - 1)]
    found = zoo.faults(manifest, range(shard_count(manifest)))
    if done and all(found[s] == OTHER_SETTINGS for s in done):
        problem = "its manifest was changed after its shards were made; restore it, or remove the view's folder"
        return [(view, -1, problem, 0, manifest["images"] - 1)]
    found |= {s: other_version(zoo, manifest, s) for s in done if found[s] is None}
    rows = {shard: shard_rows_of(manifest, shard) for shard in found}
    return [(view, s, problem, rows[s].start, rows[s].stop - 1) for s, problem in found.items() if problem]


def other_version(zoo, manifest, shard):
    """What is wrong with a sound shard that another version of the package made than began its view, or None."""
    made, begun = begun_by(read_json(record_of(zoo.shard_path(manifest["view"], shard)))), begun_by(manifest)
    return None if made == begun else f"made by unelib {made}, and its view by {begun}"


def repair(zoo):
    """Remove the shards that `verify` finds unsound, so that the next build makes just those; returns its table."""
    faults = verify(zoo)
    for view, shard in faults[faults.shard >= 0][["view", "shard"]].itertuples(index=False):
        files = files_of(zoo, view, shard)
        if any(file.exists() for file in files):
            with zoo.claims(view, shard):
                manifest = zoo.manifest_at(zoo.folder(view) / "manifest.json")
                if zoo.faulty(manifest, [shard]) or other_version(
                    zoo, manifest, shard
                ):  # else another process has just made it
                    for file in files:
                        file.unlink(missing_ok=True)
    return faults


def files_of(zoo, view, shard):
    """The record of a shard, which goes first, and its rows."""
    path = zoo.shard_path(view, shard)
    return record_of(path), path
