"""Making the shards of a view: claimed, computed, checked and written, each by one process and never twice."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import numpy as np

from ..core.files import sweep
from ..core.loops import listening
from ..core.prefetch import ahead
from .manifest import made_for, refuse_other_version, shard_rows_of, versions
from .progress import Progress
from .shards import stored, write_shard


def computed(compute, read, parts):
    """Yields (shard, compute(read(rows))) for each (shard, rows); the next rows are read while one is computed."""
    with closing(ahead((shard, read(rows)) for shard, rows in parts)) as blocks:
        for shard, block in blocks:
            yield shard, compute(block)


def fill(view, results, id_of, *, progress=True, share=(1, 1)):
    """Make those of a view's shards, or of a share (i, n) of them, that are not sound; returns how many were made.

    view     its `ViewFolder`
    results  of `parts`, an iterator of (shard, slice of rows): yields (shard, rows (m, d)) for each, in any order.
             A shard that is drawn from `parts` is this process's to make
    id_of    of a row's number: what errors call its image
    """
    mine = share_of(range(view.count), share)
    left = view.faulty(mine)
    if not left:
        view.begin()  # a manifest that was lost is written anew beside sound shards
        return 0
    refuse_other_version(view.manifest)
    images = sum(rows.stop - rows.start for rows in (shard_rows_of(view.manifest, shard) for shard in mine))
    counted = len(mine), len(mine) - len(left), view.manifest["shard_rows"], images
    shown = Progress(view.name, *counted, view.progress_path(share), show=progress)
    with view.claims() as claims, shown, listening(shown.advance):
        while left:
            held = fill_free(view, left, results, id_of, claims, shown)
            claims.wait(held)
            left = view.faulty(held)
            shown.found(len(held) - len(left))
    return shown.made


def fill_free(view, shards, results, id_of, claims, shown):
    """Make those shards that no other process is making, and return the others.

    The rows of one shard are written in a thread while those of the next are computed.
    """
    held = []

    def parts():
        for shard in shards:
            if not claims.take(shard):
                held.append(shard)
            elif view.faulty([shard]):
                yield shard, shard_rows_of(view.manifest, shard)
            else:  # another process finished it a moment ago
                claims.drop(shard)
                shown.found(1)

    with ThreadPoolExecutor(1) as thread, closing(results(parts())) as made:
        writing = None
        for shard, values in made:
            rows, values = kept_rows(view.manifest, shard, values, id_of)
            if writing:
                writing.result()
            writing = thread.submit(write, view, shard, rows, values, claims, shown)
        if writing:
            writing.result()
    return held


def kept_rows(manifest, shard, values, id_of):
    """The rows of a shard as they are kept, and as they were computed, both (m, d).

    ValueError if they are not one for each image, not finite, or too large for the view's dtype.
    """
    view, wanted = f"view {manifest['view']!r}", shard_rows_of(manifest, shard)
    values = np.asarray(values)
    values = values.reshape(len(values), -1)
    if len(values) != wanted.stop - wanted.start:
        raise ValueError(f"{view}: {len(values)} rows came back for {wanted.stop - wanted.start} images")
    finite = np.isfinite(values).all(1)
    if not finite.all():
        bad = id_of(wanted.start + int(np.argmin(finite)))
        raise ValueError(f"{view}: the row of image {bad} is not finite; nothing was written for its shard")
    return stored(values, manifest["dtype"], view), values


def write(view, shard, rows, values, claims, shown):
    """Write one shard, the manifest before the first; clear away what a process that died has left; let go of it."""
    path = view.shard_path(shard)
    view.begin()
    write_shard(path, rows, values, {"made_for": made_for(view.manifest), "versions": versions()})
    sweep(path)
    claims.drop(shard)
    shown.step(len(rows))


def share_of(shards, share):
    """Every n-th shard from the i-th on, for a share (i, n); ValueError unless 1 <= i <= n."""
    i, n = share
    if not 1 <= i <= n:
        raise ValueError(f"there is no share {i}/{n} of the shards: write I/N with I from 1 to N, such as 1/4")
    return shards[i - 1 :: n]
