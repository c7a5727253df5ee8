"""Whether views are sound: every byte of every shard, and what it was made for."""

from .manifest import begun_by, shard_rows_of
from .shards import OTHER_SETTINGS, record_of


def view_faults(view, index):
    """What is wrong with a `ViewFolder`: a list of (view, shard, problem, first row, last row), shard -1 for the whole.

    index  hash of the images that it should be made of
    """
    done, manifest = view.done, view.manifest
    everything = (0, manifest["images"] - 1)
    if manifest["index"] != index:
        return [(view.name, -1, "made of other images than the index lists", *everything)]
    found = view.faults(range(view.count))
    if done and all(found[s] == OTHER_SETTINGS for s in done):
        problem = "its manifest was changed after its shards were made; restore it, or remove the view's folder"
        return [(view.name, -1, problem, *everything)]
    found |= {s: other_version(view, s) for s in done if found[s] is None}
    rows = {shard: shard_rows_of(manifest, shard) for shard in found}
    return [(view.name, s, problem, rows[s].start, rows[s].stop - 1) for s, problem in found.items() if problem]


def other_version(view, shard):
    """What is wrong with a sound shard that another version of the package made than began its view, or None."""
    made, begun = begun_by(view.record(shard)), begun_by(view.manifest)
    return None if made == begun else f"made by unelib {made}, and its view by {begun}"


def clear(view, shard):
    """Remove a shard if it is unsound: its record, which goes first, and its rows."""
    path = view.shard_path(shard)
    files = record_of(path), path
    if any(file.exists() for file in files):
        with view.claims(shard):
            if view.faulty([shard]) or other_version(view, shard):  # else another process has just made it
                for file in files:
                    file.unlink(missing_ok=True)
