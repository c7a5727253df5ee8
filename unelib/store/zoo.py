"""NoiseZoo on disk: row-aligned views of the same images, kept in shards that are never made twice.

    folder/index.parquet                    id, sha256 of the pixels, split, group if known, attributes: a row an image
    folder/views/<view>/manifest.json       settings of the view, package versions; never changed once it is there
    folder/views/<view>/00000.safetensors   rows of the view, a thousand a shard, float16 unless asked otherwise
    folder/views/<view>/00000.json          its record: hash, size, rounding error (`shards`)
    folder/views/<view>/progress.json       how far a build is, for whoever waits

Every file is written whole to a temporary name and renamed, and no two writers share one: any number of processes
may build one view, and any of them may be killed. Rows made on another machine, or with another number of threads, may
differ in the last bits of float32, most of which float16 rounds away. This is the only module that knows these paths.
"""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from ..core.files import file_hash, make_folder, read_json, sweep, value_hash, write_json, write_whole
from ..linalg.stored_rows import StoredRows
from . import audit, build
from .image_index import GROUP, attribute_columns, check_same_images, has_groups, index_of, pixels_of
from .locks import Claims
from .manifest import KINDS, check_among, made_for, new_manifest, read_manifest, refuse_other_settings, shard_count
from .npy_layout import open_npy
from .shards import map_shard, record_of, shard_fault

SHARD_ROWS = 1000
FILES = ["index.parquet", "views/*/manifest.json", "views/*/*.safetensors", "views/*/[0-9]*.json"]  # what a zoo is


class NoiseZoo:
    """Views (n, d) of n images, with their ids, split and attributes.

    zoo.views            names of the finished views, in the order in which they were begun
    zoo.views_of(kind)   those of one kind: "noise", "embedding" or "control"
    zoo.controls(view)   {role: name} of the controls of a view, such as "untrained" or "leak"
    zoo["drawn-ldm"]     (n, d) float32; zoo.rows(view, rows, columns) a part of it; zoo.stream(view) block by block;
                         zoo.stored(view, rows) to be read when a probe asks for it
    zoo.ids, zoo.split   (n,) str; zoo.attributes DataFrame (n, a) of 0/1 by id; zoo.groups (n,) str
    zoo.generator(view)  the generator that made a view's noise, which takes noise back by the same steps
    zoo.info()           DataFrame: what each view is and how far; zoo.verify(), zoo.repair()
    """

    def __init__(self, path):
        self.path = Path(path)

    def __repr__(self):
        return f"NoiseZoo({str(self.path)!r}, {len(self)} images, views {self.views})"

    def __len__(self):
        return pq.read_metadata(self.index_path).num_rows if self.has_index else 0

    def __getitem__(self, view):
        return self.rows(view)

    # the index

    @property
    def index_path(self):
        """Where the index lies."""
        return self.path / "index.parquet"

    @property
    def has_index(self):
        """Whether images were added yet."""
        return self.index_path.is_file()

    @property
    def index(self):
        """The index as a DataFrame; FileNotFoundError if nothing was added yet."""
        return self.index_columns(None)

    @property
    def ids(self):
        """Ids (n,) str of the images."""
        return self.index_columns(["id"])["id"].to_numpy(str)

    @property
    def split(self):
        """Split (n,) str of each image."""
        return self.index_columns(["split"])["split"].to_numpy(str)

    @property
    def attributes(self):
        """Attributes, a DataFrame (n, a) of 0/1 by id."""
        index = self.index
        return index.set_index("id")[attribute_columns(index)]

    @property
    def groups(self):
        """Whom or what each image shows, (n,) str: its own id where that is not known."""
        index = self.index
        return index[GROUP if has_groups(index) else "id"].to_numpy(str)

    def index_columns(self, names):
        """Some columns of the index, all if None."""
        if not self.has_index:
            raise FileNotFoundError(f"no NoiseZoo at {self.path}; run notebook 01_invert first, or zoo.add(images)")
        try:
            return pd.read_parquet(self.index_path, columns=names)
        except (OSError, ValueError) as error:
            raise ValueError(
                f"{self.index_path} is damaged ({error}); remove that file and add the same images again"
            ) from error

    def index_hash(self):
        """Hash of the ids and pixel hashes, by which a view knows the images it was made of."""
        return value_hash(self.index_columns(["id", "sha256"]).to_numpy(str).tolist())

    def add(self, *image_sets):
        """Write the index of these image sets, in this order; a zoo of other images is refused."""
        return self.add_index(index_of(image_sets))

    def add_index(self, table):
        """Write an index: id, sha256 of the pixels ("" if never seen), split, group if known, then 0/1 attributes."""
        if table["id"].duplicated().any():
            raise ValueError(f"the image {table['id'][table['id'].duplicated()].iloc[0]!r} was given twice")
        if not self.has_index:
            with self.alone():
                if not self.has_index:
                    write_whole(self.index_path, lambda part: table.to_parquet(part, index=False))
                    sweep(self.index_path)
        check_same_images(self.index, table, self.path)
        return self

    def alone(self):
        """A lock on what belongs to the whole zoo: its index, and which views there are."""
        return Claims(self.path / ".locks", "zoo")

    def claims(self, view, *first):
        """Locks on the shards of a view."""
        return Claims(self.folder(view) / ".locks", *first)

    # the views

    @property
    def views(self):
        """Names of the views that are complete, in the order in which they were begun."""
        return [m["view"] for m in self.manifests() if self.is_complete(m)]

    def views_of(self, kind):
        """Names of the complete views of one kind; ValueError lists the kinds."""
        check_among("kind of view", kind, KINDS)
        return [m["view"] for m in self.manifests() if m["kind"] == kind and self.is_complete(m)]

    def controls(self, view):
        """{role: name} of the complete controls of a view: its own, and those that are of every view."""
        found = [m for m in self.manifests() if m["kind"] == "control" and m["of"] in (view, None)]
        return {m["role"]: m["view"] for m in found if self.is_complete(m)}

    def manifests(self):
        """Manifests of all views, begun or complete."""
        found = [self.manifest_at(path) for path in self.manifest_paths()]
        return sorted(found, key=lambda m: (m["order"], m["view"]))

    def manifest(self, view):
        """Settings and versions of a complete view; KeyError lists the views there are."""
        path = self.folder(view) / "manifest.json"
        manifest = self.manifest_at(path) if path.is_file() else None
        if manifest is None or not self.is_complete(manifest):
            raise KeyError(f"no complete view {view!r} in {self.path}; it has {self.views or 'none'}")
        return manifest

    def manifest_at(self, path):
        """The manifest in a view's folder; ValueError if it is another view's."""
        manifest = read_manifest(path)
        if self.folder(manifest["view"]) != path.parent:
            raise ValueError(f"{path} is the manifest of view {manifest['view']!r}; a view's folder keeps its name")
        return manifest

    def is_complete(self, manifest):
        """Whether every shard of a view has a record."""
        return len(self.done(manifest)) == shard_count(manifest)

    def done(self, manifest):
        """Numbers of the shards that have a record."""
        view, there = manifest["view"], set(self.folder(manifest["view"]).iterdir())
        return [s for s in range(shard_count(manifest)) if record_of(self.shard_path(view, s)) in there]

    def info(self):
        """DataFrame, one row a view: shards and how many are done, columns, dtype, size, rounding error, settings.

        rounding  the largest relative error that keeping a shard in this dtype made
        versions  every set of package versions that made a shard of the view
        """
        return pd.DataFrame([self.view_info(m) for m in self.manifests()])

    def view_info(self, manifest):
        """One row of `info`."""
        view, done = manifest["view"], self.done(manifest)
        records = [read_json(record_of(self.shard_path(view, s))) for s in done]
        own = {key: manifest[key] or "" for key in ("view", "kind", "role", "of", "dtype")}
        own["settings"] = manifest["settings"]
        return own | {
            "shards": shard_count(manifest),
            "done": len(done),
            "columns": records[0]["columns"] if records else 0,
            "megabytes": sum(r["bytes"] for r in records) / 1e6,
            "rounding": max((r["rounding"] for r in records), default=0.0),
            "versions": sorted({", ".join(f"{k} {v}" for k, v in r["versions"].items()) for r in records}),
        }

    # reading

    def rows(self, view, rows=None, columns=None, dtype="float32"):
        """Rows (m, d) of a view, memory-mapped: only what is asked for is read.

        rows, columns  integers, a mask or a slice; all by default. IndexError where there are none such
        dtype          float32, or float16 to take them as they are kept
        """
        manifest = self.manifest(view)
        return self.read(manifest, picked(manifest["images"], rows, "rows"), columns, dtype)

    def stream(self, view, rows=None, columns=None, block=SHARD_ROWS, dtype="float32"):
        """Yields (row numbers (m,), their rows (m, d) float32), at most `block` at a time, in the order asked for."""
        manifest = self.manifest(view)
        wanted = picked(manifest["images"], rows, "rows")
        for start in range(0, len(wanted), block):
            part = wanted[start : start + block]
            yield part, self.read(manifest, part, columns, dtype)

    def stored(self, view, rows=None):
        """`StoredRows` (m, d) of a view, for a `LinearProbe` or `GCCA` where the view is larger than memory."""
        manifest = self.manifest(view)
        width = self.map(view, 0).shape[1]
        read = lambda wanted: self.read(manifest, wanted, None, "float32")
        wanted = picked(manifest["images"], rows, "rows")
        return StoredRows(read, wanted, width, ids=self.ids[wanted])

    def read(self, manifest, wanted, columns, dtype):
        """Rows `wanted` (m,) of a view, shard by shard."""
        view, size = manifest["view"], manifest["shard_rows"]
        width = self.map(view, int(wanted[0]) // size if len(wanted) else 0).shape[1]
        columns = slice(None) if columns is None else columns
        columns = columns if isinstance(columns, slice) else picked(width, columns, "columns")
        out = np.empty((len(wanted), len(np.arange(width)[columns])), dtype)
        order = np.argsort(wanted, kind="stable")
        for here in np.split(order, np.flatnonzero(np.diff(wanted[order] // size)) + 1):
            shard, local = divmod(wanted[here], size)
            if len(here):
                out[here] = part_of(self.map(view, int(shard[0])), local, columns)
        return out

    def map(self, view, shard):
        """One shard (rows, d) as stored, memory-mapped."""
        try:
            return map_shard(self.shard_path(view, shard))
        except (OSError, ValueError, LookupError, TypeError) as error:
            raise FileNotFoundError(
                f"shard {shard} of view {view!r} cannot be read ({error}); build the view again"
            ) from error

    # models

    def generator(self, view, model=None, device="auto", dtype="auto"):
        """The generator that made a view's noise, which makes pictures of it by the same steps, solver and grid.

        model          a loaded generator, or the preset, folder or hub id where its weights lie now; by default what
                       the view itself names
        device, dtype  as `load_generator` takes them
        Raises ValueError, naming what differs, for other weights or another prompt, guidance, prediction or noise
        levels than the view's settings have, where this version's solver is another one than made the view, and for a
        view that does not say how it was made.
        """
        from .origin import generator_of  # torch and diffusers take seconds, and reading a zoo needs neither

        return generator_of(self.manifest(view), model, device, dtype)

    # making

    def build(self, view, compute, pixels, settings, kind="noise", role=None, of=None, dtype="float16",
              shard_rows=SHARD_ROWS, progress=True, share=(1, 1)):  # fmt: skip
        """Make a view: `compute(pixels) -> (rows, d)` for each shard that is not there yet.

        pixels    (n, h, w, 3) uint8 of all images of the index, in its order, or anything of that length that gives
                  them by slice or by row numbers; each shard's are read while the one before is computed, and checked
                  against the index
        settings  what the view depends on (model, steps, solver, ...), JSON values; other settings than those of an
                  existing view are a ValueError that names what differs
        kind      what later stages take it for: "noise", "embedding" or "control"
        role, of  of a control: what it is ("untrained", "leak", "clean latent", "pixels", or a name of your own; the
                  view's name by default), and of which view; None: of all
        share     (i, n): only every n-th shard, from the i-th on; for job arrays
        Returns the number of shards that were made. Shards that another process is making are waited for.
        """
        results = partial(build.computed, compute, self.checked_pixels(pixels))
        made_of = {"kind": kind, "role": role, "of": of, "dtype": dtype, "shard_rows": shard_rows}
        return self.fill(view, results, settings, progress, share, **made_of)

    def checked_pixels(self, pixels):
        """`rows -> pixels`, which raises ValueError for images that are not those of the index."""
        index = self.index_columns(["id", "sha256"])
        if len(pixels) != len(index):
            raise ValueError(f"{len(pixels)} images were given for an index of {len(index)}")
        read = partial(pixels_of, index, pixels)
        read(np.unique(np.linspace(0, len(index) - 1, 8).astype(int)))  # all others when their shard is made
        return read

    def fill(self, view, results, settings, progress=True, share=(1, 1), **made_of):
        """As `build`, from `results(parts)`: yields (shard, rows (m, d)), in any order, for (shard, slice of rows).

        made_of  kind, role, of, dtype and shard_rows, as `build` takes them
        """
        manifest = self.open_view(view, settings, **made_of)
        return build.fill(self, manifest, results, progress, share)

    def open_view(self, view, settings, **made_of):
        """The manifest of a view, new or as it stands if the settings agree."""
        wanted = new_manifest(view, settings, len(self), self.index_hash(), **made_of)
        path = self.folder(view) / "manifest.json"
        if not path.is_file():
            with self.alone():
                if not path.is_file():
                    make_folder(path.parent)
                    order = 1 + max((m["order"] for m in self.manifests()), default=-1)
                    write_json(path, wanted | {"order": order})
                    sweep(path)
        manifest = read_manifest(path)
        refuse_other_settings(manifest, wanted)
        return manifest

    def import_npy(self, view, file, settings=None, kind="noise", role=None, of=None, dtype="float16", progress=True):
        """Take a view from an .npy file (n, ...), one row an image in the order of the index, memory-mapped.

        Refused: files with pickled objects, other row counts, values that are not finite.
        """
        if not self.has_index:
            raise FileNotFoundError(
                f"no NoiseZoo at {self.path} to take {file} into; add the images first, or their labels with --celeba"
            )
        values = open_npy(file, len(self))
        settings = (settings or {}) | {"imported": Path(file).name, "sha256": file_hash(file)}
        results = partial(build.computed, np.asarray, values.__getitem__)
        self.fill(view, results, settings, progress, kind=kind, role=role, of=of, dtype=dtype)
        return self

    # checking

    def verify(self):
        """DataFrame of everything wrong with the views: view, shard, problem, first and last row; empty if sound.

        Every byte is read. A fault of the view as a whole has shard -1.
        """
        return audit.verify(self)

    def repair(self):
        """Remove the shards that `verify` finds unsound, so that the next build makes just those; returns its table."""
        return audit.repair(self)

    def faults(self, manifest, shards):
        """What is wrong with each of these shards, or None, by its number; hashed by several threads."""
        check = lambda shard: shard_fault(self.shard_path(manifest["view"], shard), made_for(manifest))
        with ThreadPoolExecutor() as pool:
            return dict(zip(shards, pool.map(check, shards)))

    def faulty(self, manifest, shards):
        """Those of the shards that are missing or unsound."""
        return [shard for shard, fault in self.faults(manifest, shards).items() if fault]

    # where things lie

    def folder(self, view):
        """Folder of a view; ValueError for a name that is none."""
        if not view.strip(". "):
            raise ValueError(f"a view cannot be called {view!r}")
        return self.path / "views" / view.replace("/", "--").replace("\\", "--").replace(":", "--")

    def shard_path(self, view, shard):
        """Where the rows of a shard lie."""
        return self.folder(view) / f"{shard:05d}.safetensors"

    def progress_path(self, view, share):
        """File with the progress of a build of a view, or of a share of it."""
        return self.folder(view) / ("progress.json" if share == (1, 1) else f"progress-{share[0]}-of-{share[1]}.json")

    def manifest_paths(self):
        """Where the manifests of all views lie."""
        return sorted(self.path.glob("views/*/manifest.json"))


def kind_in_words(row):
    """What a view, a row of `info`, is: its kind, and of a control what it is and whose."""
    return f"{row.kind} ({row.role}{f' of {row.of}' if row.of else ''})" if row.role else row.kind


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
