"""NoiseZoo on disk: row-aligned views of the same images, kept in shards that are never made twice.

    folder/index.parquet                    id, sha256 of the pixels, split, attributes: one row an image
    folder/views/<view>/manifest.json       settings of the view, package versions, and the hash of every shard
    folder/views/<view>/00000.safetensors   rows of the view, a thousand a shard, float16 unless asked otherwise

Every file is written whole to a temporary name and renamed. A shard whose hash stands in the manifest is done; a
view made with other settings is refused, never mixed. This is the only module that knows these paths.
"""

import hashlib
import json
import os
import platform
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file
from tqdm.auto import tqdm

SHARD_ROWS = 1000
OWN_COLUMNS = ("id", "sha256", "split")
KINDS = ("noise", "embedding", "control")


class NoiseZoo:
    """Views (n, d) of n images, with their ids, split and attributes.

    zoo.views            names of the finished views, in the order in which they were begun
    zoo.views_of(kind)   those of one kind: "noise", "embedding" or "control"
    zoo["drawn-ldm"]     (n, d) float32
    zoo.ids, zoo.split   (n,) str; zoo.attributes DataFrame (n, a) of 0/1 by id
    """

    def __init__(self, path):
        self.path = Path(path)

    def __repr__(self):
        return f"NoiseZoo({str(self.path)!r}, {len(self)} images, views {self.views})"

    def __len__(self):
        return len(self.index) if self.has_index else 0

    @property
    def has_index(self):
        return (self.path / "index.parquet").is_file()

    @property
    def index(self):
        """The index as a DataFrame; FileNotFoundError if nothing was added yet."""
        if not self.has_index:
            raise FileNotFoundError(f"no NoiseZoo at {self.path}; run notebook 01_invert first, or zoo.add(images)")
        return pd.read_parquet(self.path / "index.parquet")

    @property
    def ids(self):
        return self.index["id"].to_numpy(str)

    @property
    def split(self):
        return self.index["split"].to_numpy(str)

    @property
    def attributes(self):
        table = self.index.set_index("id")
        return table.drop(columns=[c for c in OWN_COLUMNS if c in table])

    @property
    def views(self):
        """Names of the views that are complete, in the order in which they were begun."""
        return [m["view"] for m in self.manifests() if len(m["shards"]) == self.shard_count(m["shard_rows"])]

    def views_of(self, kind):
        """Names of the complete views of one kind; ValueError lists the kinds."""
        check_kind(kind)
        return [view for view in self.views if self.manifest(view)["kind"] == kind]

    def manifests(self):
        """Manifests of all views, begun or complete."""
        found = [read_json(p) for p in self.path.glob("views/*/manifest.json")]
        return sorted(found, key=lambda m: (m["order"], m["view"]))

    def shard_count(self, shard_rows=SHARD_ROWS):
        return -(-len(self) // shard_rows)

    def add(self, *image_sets):
        """Write the index of these image sets, in this order; a zoo of other images is refused."""
        rows = [index_rows(images) for images in image_sets]
        table = pd.concat(rows, ignore_index=True)
        if table["id"].duplicated().any():
            raise ValueError(f"the image {table['id'][table['id'].duplicated()].iloc[0]!r} was given twice")
        if self.has_index:
            check_same_images(self.index, table, self.path)
            return self
        self.path.mkdir(parents=True, exist_ok=True)
        write_whole(self.path / "index.parquet", lambda part: table.to_parquet(part, index=False))
        return self

    def build(
        self, view, compute, pixels, settings, kind="noise", dtype="float16", shard_rows=SHARD_ROWS, progress=True
    ):
        """Make a view: `compute(pixels) -> (rows, d)` for each shard that is not there yet.

        pixels    (n, h, w, 3) uint8 of all images of the index, in its order (checked against their hashes)
        settings  what the view depends on (model, steps, solver, ...), JSON values; other settings than those of an
                  existing view are a ValueError that names what differs
        kind      what later stages take it for: "noise", "embedding" or "control"
        Returns the number of shards that were made.
        """
        manifest = self.open_manifest(view, settings, kind, dtype, shard_rows)
        check_pixels_of(self.index, pixels)
        missing = [s for s in range(self.shard_count(shard_rows)) if not self.shard_done(view, s, manifest)]
        for shard in tqdm(missing, desc=view, unit="shard", disable=not progress):
            rows = slice(shard * shard_rows, min((shard + 1) * shard_rows, len(self)))
            self.write_shard(view, shard, np.asarray(compute(pixels[rows])), rows.stop - rows.start, manifest)
        return len(missing)

    def open_manifest(self, view, settings, kind, dtype, shard_rows):
        """The manifest of a view, new or as it stands if the settings agree."""
        check_kind(kind)
        wanted = {"view": view, "kind": kind, "settings": settings, "dtype": dtype, "shard_rows": shard_rows}
        wanted = json.loads(json.dumps(wanted | {"images": len(self)}))
        path = self.folder(view) / "manifest.json"
        if path.is_file():
            manifest = read_json(path)
            refuse_other_settings(view, manifest, wanted)
            return manifest
        path.parent.mkdir(parents=True, exist_ok=True)
        manifest = wanted | {"order": len(self.manifests()), "versions": versions(), "shards": {}}
        write_json(path, manifest)
        return manifest

    def write_shard(self, view, shard, values, rows, manifest):
        """Check, convert and write one shard, then note its hash in the manifest."""
        values = values.reshape(len(values), -1)
        if len(values) != rows:
            raise ValueError(f"view {view!r}: {len(values)} rows came back for {rows} images")
        if not np.isfinite(values).all():
            bad = self.ids[shard * manifest["shard_rows"] + int(np.argwhere(~np.isfinite(values))[0, 0])]
            raise ValueError(f"view {view!r}: the row of image {bad} is not finite; nothing was written for its shard")
        with np.errstate(over="ignore"):
            stored = values.astype(manifest["dtype"])
        if not np.isfinite(stored).all():
            raise ValueError(f"view {view!r} does not fit {manifest['dtype']}; build it with dtype='float32'")
        path = self.shard_path(view, shard)
        write_whole(path, lambda part: save_file({"rows": np.ascontiguousarray(stored)}, part))
        manifest["shards"][str(shard)] = file_hash(path)
        write_json(self.folder(view) / "manifest.json", manifest)

    def shard_done(self, view, shard, manifest):
        """Whether a shard is on disk with the hash that the manifest names."""
        known, path = manifest["shards"].get(str(shard)), self.shard_path(view, shard)
        return known is not None and path.is_file() and file_hash(path) == known

    def __getitem__(self, view):
        return self.rows(view)

    def rows(self, view, rows=None):
        """Rows (m, d) float32 of a view: all, or those of an integer or boolean array, reading only their shards."""
        manifest = self.manifest(view)
        wanted = np.arange(len(self))
        if rows is not None:
            rows = np.asarray(rows)
            wanted = wanted[rows if rows.size else rows.astype(int)]
        size, out = manifest["shard_rows"], np.empty((len(wanted), self.read_shard(view, 0).shape[1]), np.float32)
        for shard in np.unique(wanted // size):
            here = np.flatnonzero(wanted // size == shard)
            out[here] = self.read_shard(view, int(shard))[wanted[here] - shard * size]
        return out

    def read_shard(self, view, shard):
        """One shard (rows, d) as stored."""
        path = self.shard_path(view, shard)
        try:
            with safe_open(path, "np") as file:
                return file.get_tensor("rows")
        except (SafetensorError, OSError) as error:
            raise FileNotFoundError(
                f"shard {shard} of view {view!r} cannot be read ({error}); build the view again"
            ) from error

    def manifest(self, view):
        """Settings, versions and shard hashes of a complete view; KeyError lists the views there are."""
        if view not in self.views:
            raise KeyError(f"no complete view {view!r} in {self.path}; it has {self.views or 'none'}")
        return read_json(self.folder(view) / "manifest.json")

    def verify(self):
        """DataFrame of everything wrong with the shards: view, shard, problem, first and last row; empty if sound."""
        faults = []
        for manifest in self.manifests():
            for shard in range(self.shard_count(manifest["shard_rows"])):
                problem = self.shard_fault(manifest["view"], shard, manifest)
                if problem:
                    first = shard * manifest["shard_rows"]
                    last = min(first + manifest["shard_rows"], len(self)) - 1
                    faults.append((manifest["view"], shard, problem, first, last))
        return pd.DataFrame(faults, columns=["view", "shard", "problem", "first_row", "last_row"])

    def shard_fault(self, view, shard, manifest):
        """What is wrong with a shard, or None."""
        known, path = manifest["shards"].get(str(shard)), self.shard_path(view, shard)
        if not path.is_file():
            return "missing" if known else "not made yet"
        if known is None:
            return "not in the manifest"
        return None if file_hash(path) == known else "damaged: its hash is not the manifest's"

    def import_npy(self, view, file, settings=None, kind="noise", dtype="float16"):
        """Take a view from an .npy file (n, ...), one row an image in the order of the index, memory-mapped.

        Refused: files with pickled objects, other row counts, values that are not finite.
        """
        try:
            values = np.load(file, mmap_mode="r", allow_pickle=False)
        except (ValueError, OSError) as error:
            raise ValueError(f"{file} is not a plain .npy array ({error}); pickled objects are never read") from error
        if values.ndim < 2 or len(values) != len(self):
            raise ValueError(
                f"{file} holds {values.shape}; the index has {len(self)} images, so {len(self)} rows are needed"
            )
        settings = settings or {"imported": Path(file).name}
        manifest = self.open_manifest(view, settings, kind, dtype, SHARD_ROWS)
        for shard in range(self.shard_count()):
            if not self.shard_done(view, shard, manifest):
                part = values[shard * SHARD_ROWS : (shard + 1) * SHARD_ROWS]
                self.write_shard(view, shard, np.asarray(part), len(part), manifest)
        return self

    def folder(self, view):
        return self.path / "views" / view.replace("/", "--").replace(":", "--")

    def shard_path(self, view, shard):
        return self.folder(view) / f"{shard:05d}.safetensors"


def check_kind(kind):
    """ValueError unless `kind` is one of `KINDS`."""
    if kind not in KINDS:
        raise ValueError(f"unknown kind of view {kind!r}; choose one of {', '.join(KINDS)}")


def index_rows(images):
    """The index's rows for one image set."""
    for name in OWN_COLUMNS:
        if name in images.attributes:
            raise ValueError(f"an attribute may not be called {name!r}")
    own = {"id": images.ids.astype(str), "sha256": pixel_hashes(images.pixels), "split": images.split}
    return pd.DataFrame(own).join(images.attributes.reset_index(drop=True))


def pixel_hashes(pixels):
    """SHA-256 of each picture's bytes."""
    return [hashlib.sha256(np.ascontiguousarray(p).tobytes()).hexdigest() for p in pixels]


def check_same_images(old, new, path):
    """ValueError, naming the first difference, unless two indices list the same images with the same pixels."""
    if len(old) != len(new):
        raise ValueError(f"{path} holds {len(old)} images, not {len(new)}; choose another folder or remove it")
    for name in ("id", "sha256", "split"):
        differs = np.flatnonzero(old[name].to_numpy() != new[name].to_numpy())
        if len(differs):
            row = differs[0]
            raise ValueError(
                f"{path}: row {row} has {name} {old[name][row]}, not {new[name][row]}; choose another folder"
            )
    if list(old.columns) != list(new.columns) or not old.equals(new.astype(old.dtypes)):
        raise ValueError(f"{path} has other attributes than these images; choose another folder or remove it")


def check_pixels_of(index, pixels):
    """ValueError unless the pixels are those of the index, row for row (ends and a sample are hashed)."""
    if len(pixels) != len(index):
        raise ValueError(f"{len(pixels)} images were given for an index of {len(index)}")
    sample = np.unique(np.linspace(0, len(index) - 1, 64).astype(int))
    for row, found in zip(sample, pixel_hashes(pixels[sample])):
        if found != index["sha256"][row]:
            raise ValueError(f"image {index['id'][row]} (row {row}) is not the one that was indexed: its pixels differ")


def refuse_other_settings(view, manifest, wanted):
    """ValueError naming every setting in which a manifest and what is wanted differ."""
    old, new = manifest | manifest["settings"], wanted | wanted["settings"]
    keys = sorted(set(manifest["settings"]) | set(wanted["settings"]) | {"kind", "dtype", "shard_rows", "images"})
    differ = [f"{k}: {old.get(k)!r} there, {new.get(k)!r} now" for k in keys if old.get(k) != new.get(k)]
    if differ:
        raise ValueError(
            f"view {view!r} was made with other settings ({'; '.join(differ)}); name it otherwise or remove it"
        )


def versions():
    """Versions of the packages a view depends on."""
    return {"python": platform.python_version()} | {
        p: version(p) for p in ("torch", "diffusers", "transformers", "numpy")
    }


def file_hash(path):
    """SHA-256 of a file."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_whole(path, write):
    """Call `write(temporary path)` and rename: the file is there whole or not at all."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        write(part)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def write_json(path, value):
    """Write a value as JSON, whole or not at all."""
    write_whole(path, lambda part: part.write_text(json.dumps(value, indent=1, sort_keys=True)))


def read_json(path):
    """The value of a JSON file."""
    return json.loads(path.read_text())
