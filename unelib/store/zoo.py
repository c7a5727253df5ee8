"""NoiseZoo on disk: row-aligned views of the same images, kept in shards that are never made twice.

    folder/index.parquet                    id, sha256 of the pixels, split, group if known, attributes: a row an image
    folder/views/<view>/manifest.json       settings of the view, package versions; never changed once it is there
    folder/views/<view>/00000.safetensors   rows of the view, a thousand a shard, float16 unless asked otherwise
    folder/views/<view>/00000.json          its record: hash, size, rounding error (`shards`)
    folder/views/<view>/progress.json       how far a build is, for whoever waits

Every file is written whole to a temporary name and renamed, and no two writers share one: any number of processes
may build one view, and any of them may be killed. Rows made on another machine, or with another number of threads, may
differ in the last bits of float32, most of which float16 rounds away. Other rooms know no paths in it.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
from numpy.typing import ArrayLike, NDArray

from ..core.checks import file_name
from ..core.files import file_hash, sweep, value_hash, write_json, write_whole
from ..linalg.stored_rows import StoredRows
from .audit import clear, view_faults
from .build import computed, fill
from .image_index import (
    GROUP,
    attribute_columns,
    check_same_images,
    has_groups,
    index_of,
    pixels_of,
    rare_attributes,
    without_rare,
)
from .locks import Claims
from .manifest import KINDS, check_among, new_manifest, read_manifest, refuse_other_settings
from .npy_layout import open_npy
from .own_arrays import arrays_index, own_folder, rows_digest, views_of_arrays
from .view_folder import ViewFolder, picked

if TYPE_CHECKING:
    from ..models.generators import Generator
    from ..worlds.labelled_images import ImageSet

SHARD_ROWS = 1000
Kind = Literal["noise", "embedding", "control"]
Named = TypeVar("Named", list[str], dict[str, Any])
Dtype = Literal["float16", "float32"]
FILES = ["index.parquet", "views/*/manifest.json", "views/*/*.safetensors", "views/*/[0-9]*.json"]  # what a zoo is


class NoiseZoo:
    """Views (n, d) of n images, with their ids, split and attributes.

    `zoo[view]` is a whole view, `zoo.rows` a part of it, `zoo.stream` block by block, and `zoo.stored` to be read when
    a probe asks for it. Its length is the number of images.

    Parameters
    ----------
    path : str or Path
        Its folder; it is made when the first images are added.

    Attributes
    ----------
    views : list of str
        Names of the complete views, in the order in which they were begun.
    ids, split, groups : ndarray (n,) of str
        Of each image: its name, its part, and whom or what it shows (its own id where that is not known).
    attributes : DataFrame (n, a) of 0/1
        By id.
    path : Path
        As given.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> from unelib import load_images
    >>> images = load_images("drawn-faces", n=4, size=16)
    >>> zoo = NoiseZoo(mkdtemp()).add(images)
    >>> zoo.build("grey", lambda p: p.mean(3), images.pixels, {"side": 16}, kind="control", progress=False)
    1
    >>> zoo.views, zoo["grey"].shape, zoo.controls("drawn-ldm")
    (['grey'], (4, 256), {'grey': 'grey'})
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)

    @classmethod
    def from_arrays(
        cls,
        views: Mapping[str, ArrayLike],
        attributes: pd.DataFrame | ArrayLike,
        ids: ArrayLike | None = None,
        persons: ArrayLike | None = None,
        split: ArrayLike | None = None,
        kinds: Mapping[str, str] | None = None,
        path: str | Path | None = None,
        held_out: float = 0.3,
        seed: int = 0,
    ) -> "NoiseZoo":
        """A zoo of arrays that are at hand: what needs neither pictures nor a generator runs on it.

        Parameters
        ----------
        views : dict {str: array-like (n, d)}
            By name, row = image in all of them. The first is noise, and the others are embeddings, unless `kinds` says
            otherwise.
        attributes : DataFrame (n, a) or array-like
            0/1 or -1/1, in the order of the rows.
        ids : array-like (n,), optional
            Names of the images; by default the table's index, or numbers.
        persons : array-like (n,), optional
            Whom each image shows: nobody is on both sides of the split, and intervals are over persons.
        split : array-like (n,) of "train" and "test", optional
            Which images are learnt from; by default a share is held out at random.
        kinds : dict {view: str}, optional
            "noise", "embedding", or the role of a control: "pixels" for small pictures, "leak", "untrained", ...
        path : str or Path, optional
            Its folder; by default a new one among temporary files.
        held_out : float
            Share that is held out, where there is no `split`.
        seed : int
            Of the draw.

        Returns
        -------
        NoiseZoo
            Rows are kept as float32.

        Raises
        ------
        ValueError
            On numbers of rows that differ, values that are not finite, attributes that are not 0/1 or -1/1, an image
            that is there twice, and a folder that holds another zoo.

        Examples
        --------
        >>> rng = np.random.default_rng(0)
        >>> z = rng.standard_normal((200, 8))
        >>> zoo = NoiseZoo.from_arrays({"z": z, "mine": z @ rng.standard_normal((8, 5))}, {"smile": z[:, 0] > 0})
        >>> zoo.views_of("noise"), zoo.views_of("embedding"), int((zoo.split == "test").sum())
        (['z'], ['mine'], 60)
        """
        made = views_of_arrays(views, kinds)
        if not made:
            raise ValueError("views is empty; give arrays by name, {'z': Z, 'mine': E}")
        zoo = cls(own_folder(path))
        zoo.add_index(arrays_index(len(made[0][1]), attributes, ids, persons, split, held_out, seed))
        for name, rows, how in made:
            results = partial(computed, np.asarray, rows.__getitem__)
            zoo.fill(name, results, {"array": rows_digest(rows)}, progress=False, dtype="float32", **how)
        return zoo

    def __repr__(self) -> str:
        return f"NoiseZoo({str(self.path)!r}, {len(self)} images, views {self.views})"

    def __len__(self) -> int:
        if not self.has_index:
            return 0
        with self.reading_index():
            return pq.read_metadata(self.index_path).num_rows

    def __getitem__(self, view: str) -> NDArray[Any]:
        return self.rows(view)

    # the index

    @property
    def index_path(self) -> Path:
        """Where the index lies."""
        return self.path / "index.parquet"

    @property
    def has_index(self) -> bool:
        """Whether images were added yet."""
        return self.index_path.is_file()

    @property
    def index(self) -> pd.DataFrame:
        """The index as a DataFrame; FileNotFoundError if nothing was added yet."""
        return self.index_columns(None)

    @property
    def ids(self) -> NDArray[np.str_]:
        """Ids (n,) str of the images."""
        return self.index_columns(["id"])["id"].to_numpy(str)

    @property
    def split(self) -> NDArray[np.str_]:
        """Split (n,) str of each image."""
        return self.index_columns(["split"])["split"].to_numpy(str)

    @property
    def attributes(self) -> pd.DataFrame:
        """Attributes, a DataFrame (n, a) of 0/1 by id."""
        index = self.index
        return index.set_index("id")[attribute_columns(index)]

    @property
    def rare(self) -> dict[str, str]:
        """{attribute: why} of those too rare to be scored: fewer than two images have it, or lack it, in a part.

        Also those of which too few persons have it, or lack it, to choose a penalty by others, where persons are known.
        """
        return rare_attributes(self.attributes, self.split, self.groups)

    @property
    def labels(self) -> pd.DataFrame:
        """The attributes without those that are too rare to be scored; ValueError if all of them are."""
        attributes, rare = self.attributes, self.rare
        if len(rare) == attributes.shape[1]:
            told = "; ".join(f"{name}: {why}" for name, why in list(rare.items())[:3]) or "there is none"
            raise ValueError(f"no attribute can be scored ({told}); take more images")
        return attributes.drop(columns=list(rare))

    def scorable(self, named: Named, least: int = 0) -> Named:
        """Those of some attributes, a list or a dict by name, that are not too rare, with a warning for the others.

        ValueError if fewer than `least` are left, KeyError for a name that no attribute has.
        """
        return without_rare(named, self.rare, list(self.attributes), least)

    @property
    def groups(self) -> NDArray[np.str_]:
        """Whom or what each image shows, (n,) str: its own id where that is not known."""
        index = self.index
        return index[GROUP if has_groups(index) else "id"].to_numpy(str)

    def index_columns(self, names):
        """Some columns of the index, all if None."""
        if not self.has_index:
            raise FileNotFoundError(f"no NoiseZoo at {self.path}; run notebook 01_invert first, or zoo.add(images)")
        with self.reading_index():
            return pd.read_parquet(self.index_path, columns=names)

    @contextmanager
    def reading_index(self):
        """Inside, what goes wrong with the index becomes a ValueError that says what to do."""
        try:
            yield
        except (OSError, ValueError, KeyError) as error:
            raise ValueError(
                f"{self.index_path} is damaged ({error}); remove that file and add the same images again"
            ) from error

    def index_hash(self):
        """Hash of the ids and pixel hashes, by which a view knows the images it was made of."""
        return value_hash(self.index_columns(["id", "sha256"]).to_numpy(str).tolist())

    def add(self, *image_sets: "ImageSet") -> "NoiseZoo":
        """Write the index of these image sets, in this order; a zoo of other images is refused."""
        return self.add_index(index_of(image_sets))

    def add_index(self, table: pd.DataFrame) -> "NoiseZoo":
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

    # the views

    @property
    def views(self) -> list[str]:
        """Names of the views that are complete, in the order in which they were begun."""
        return [view.name for view in self.complete()]

    def views_of(self, kind: Kind, at_least: int = 0) -> list[str]:
        """Names of the complete views of one kind; ValueError lists the kinds, or says that there are too few."""
        check_among("kind of view", kind, KINDS)
        found = [view.name for view in self.complete() if view.kind == kind]
        if len(found) < at_least:
            has = f"{self.path} has {len(found)} views of kind {kind!r} that are complete, and this needs {at_least}"
            raise ValueError(f"{has}: run notebooks 01 and 02 for this run first, or `python -m unelib zoo build`")
        return found

    def leading_encoder(self, name: str = "") -> str:
        """The embedding that leads where one is asked for: `name`, or if that is empty a CLIP's, else the first.

        ValueError lists the embeddings there are, if none is called so or there is none.
        """
        there = self.views_of("embedding", 1)
        if name and name not in there:
            raise ValueError(f"{self.path} has no embedding {name!r}; choose one of {', '.join(there)}")
        return name or next((view for view in there if "clip" in view), there[0])

    def controls(self, view: str) -> dict[str, str]:
        """{role: name} of the complete controls of a view: its own, and those that are of every view."""
        found = [m for other in self.complete() if (m := other.manifest)["of"] in (view, None)]
        return {m["role"]: m["view"] for m in found if m["kind"] == "control"}

    def begun(self) -> list[ViewFolder]:
        """`ViewFolder` of every view, complete or not, in the order in which they were begun."""
        found = [self.view_at(path.parent) for path in self.manifest_paths()]
        return sorted(found, key=lambda view: (view.manifest["order"], view.name))

    def complete(self) -> list[ViewFolder]:
        """Those of them that are complete."""
        return [view for view in self.begun() if view.is_complete]

    def view(self, name: str) -> ViewFolder:
        """`ViewFolder` of a complete view; KeyError lists the views there are."""
        folder = self.folder(name)
        found = self.view_at(folder) if (folder / "manifest.json").is_file() else None
        if found is None or not found.is_complete:
            raise KeyError(f"no complete view {name!r} in {self.path}; it has {self.views or 'none'}")
        return found

    def view_at(self, folder):
        """The view in a folder; ValueError if its manifest is another view's."""
        found = ViewFolder(folder)
        if self.folder(found.name) != folder:
            raise ValueError(
                f"{folder / 'manifest.json'} is the manifest of view {found.name!r}; a view's folder keeps its name"
            )
        return found

    def manifest(self, view: str) -> dict[str, Any]:
        """Settings and versions of a complete view; KeyError lists the views there are."""
        return self.view(view).manifest

    def info(self) -> pd.DataFrame:
        """DataFrame, one row a view: shards and how many are done, columns, dtype, size, rounding error, settings.

        role, of  of a control: what it is, and of which view ("": of all)
        rounding  the largest relative error that keeping a shard in this dtype made
        versions  every set of package versions that made a shard of the view
        """
        return pd.DataFrame([told(view) for view in self.begun()])

    # reading

    def rows(self, view: str, rows: Any = None, columns: Any = None, dtype: Dtype = "float32") -> NDArray[Any]:
        """Rows of a view, memory-mapped: only what is asked for is read.

        Parameters
        ----------
        view : str
            A complete view.
        rows, columns : integers, mask or slice, optional
            Which; all by default.
        dtype : {"float32", "float16"}
            float16 takes them as most are kept.

        Returns
        -------
        ndarray (m, d)
            In the order asked for.

        Raises
        ------
        KeyError
            Listing the views there are, if it has no such view.
        IndexError
            Where there are no such rows or columns.
        """
        found = self.view(view)
        return found.rows(picked(found.manifest["images"], rows, "rows"), columns, dtype)

    def stream(
        self, view: str, rows: Any = None, columns: Any = None, block: int = SHARD_ROWS, dtype: Dtype = "float32"
    ) -> Iterator[tuple[NDArray[np.int_], NDArray[Any]]]:
        """Yields (row numbers (m,), their rows (m, d) float32), at most `block` at a time, in the order asked for."""
        found = self.view(view)
        wanted = picked(found.manifest["images"], rows, "rows")
        for start in range(0, len(wanted), block):
            part = wanted[start : start + block]
            yield part, found.rows(part, columns, dtype)

    def stored(self, view: str, rows: Any = None) -> StoredRows:
        """`StoredRows` (m, d) of a view, for a `LinearProbe` or `GCCA` where the view is larger than memory."""
        found = self.view(view)
        wanted = picked(found.manifest["images"], rows, "rows")
        return StoredRows(found.rows, wanted, found.width, ids=self.ids[wanted])

    # models

    def generator(
        self, view: str, model: "Generator | str | None" = None, device: Any = "auto", dtype: Any = "auto"
    ) -> "Generator":
        """The generator that made a view's noise, which makes pictures of it by the same steps, solver and grid.

        Parameters
        ----------
        view : str
            Noise.
        model : Generator or str, optional
            A loaded one, or the preset, folder or hub id where its weights lie now; by default what the view itself
            names.
        device, dtype
            As `load_generator` takes them.

        Returns
        -------
        Generator
            Solved as the view was: `generate(zoo.generator(view), zoo[view])` needs no steps.

        Raises
        ------
        ValueError
            Naming what differs, for other weights or another prompt, guidance, prediction or noise levels than the
            view's settings have, where this version's solver is another one than made the view, and for a view that
            does not say how it was made.
        KeyError
            Listing the views there are, if it has no such view.
        """
        from .origin import generator_of  # torch and diffusers take seconds, and reading a zoo needs neither

        return generator_of(self.manifest(view), model, device, dtype)

    # making

    def build(
        self,
        view: str,
        compute: Callable[[Any], Any],
        pixels: Any,
        settings: dict[str, Any],
        kind: Kind = "noise",
        role: str | None = None,
        of: str | None = None,
        dtype: Dtype = "float16",
        shard_rows: int = SHARD_ROWS,
        *,
        progress: bool = True,
        share: tuple[int, int] = (1, 1),
    ) -> int:
        """Make a view: each of its shards that is not there yet.

        Parameters
        ----------
        view : str
            Its name.
        compute : callable
            Of pixels: their rows (m, d).
        pixels : (n, h, w, 3), uint8
            Of all images of the index, in its order, or anything of that length that gives them by slice or by row
            numbers; each shard's are read while the one before is computed, and checked against the index.
        settings : dict
            What the view depends on (model, steps, solver, ...), JSON values.
        kind : {"noise", "embedding", "control"}
            What later stages take it for.
        role, of : str, optional
            Of a control: what it is ("untrained", "leak", "clean latent", "pixels", or a name of your own; the view's
            name by default), and of which view; None: of all.
        dtype : {"float16", "float32"}
            As it is kept.
        shard_rows : int
            Rows of a shard.
        progress : bool
            Whether to show a bar, or lines where nobody watches.
        share : (int, int)
            (i, n): only every n-th shard, from the i-th on; for job arrays.

        Returns
        -------
        int
            How many shards were made. Those that another process is making are waited for.

        Raises
        ------
        ValueError
            Where an existing view was made with other settings, naming what differs; for images that are not those of
            the index; and for rows that are not one an image, not finite, or too large for the dtype.
        """
        results = partial(computed, compute, self.checked_pixels(pixels))
        made_of = {"kind": kind, "role": role, "of": of, "dtype": dtype, "shard_rows": shard_rows}
        return self.fill(view, results, settings, progress=progress, share=share, **made_of)

    def checked_pixels(self, pixels):
        """`rows -> pixels`, which raises ValueError for images that are not those of the index."""
        index = self.index_columns(["id", "sha256"])
        if len(pixels) != len(index):
            raise ValueError(f"{len(pixels)} images were given for an index of {len(index)}")
        read = partial(pixels_of, index, pixels)
        read(np.unique(np.linspace(0, len(index) - 1, 8).astype(int)))  # all others when their shard is made
        return read

    def fill(
        self,
        view: str,
        results: Callable[..., Iterator[tuple[int, Any]]],
        settings: dict[str, Any],
        *,
        progress: bool = True,
        share: tuple[int, int] = (1, 1),
        **made_of: Any,
    ) -> int:
        """As `build`, from `results(parts)`: yields (shard, rows (m, d)), in any order, for (shard, slice of rows).

        made_of  kind, role, of, dtype and shard_rows, as `build` takes them
        """
        opened = self.open_view(view, settings, **made_of)
        return fill(opened, results, lambda row: self.ids[row], progress=progress, share=share)

    def open_view(self, view, settings, **made_of):
        """`ViewFolder` of a view, new or as it stands if the settings agree; a view without shards is a new one."""
        wanted = new_manifest(view, settings, len(self), self.index_hash(), **made_of)
        found = self.with_shards(self.folder(view))
        if found is None:
            return ViewFolder(self.folder(view), wanted, partial(self.begin_view, wanted))
        refuse_other_settings(found.manifest, wanted)
        return found

    def begin_view(self, wanted):
        """Write the manifest of a view unless it stands; ValueError if another process began it otherwise."""
        path = self.folder(wanted["view"]) / "manifest.json"
        with self.alone():
            found = self.with_shards(path.parent)
            if found is not None:
                refuse_other_settings(found.manifest, wanted)
            elif not path.is_file() or any(read_manifest(path)[key] != wanted[key] for key in wanted):
                order = 1 + max((v.manifest["order"] for v in self.begun()), default=-1)
                write_json(path, wanted | {"order": order})
                sweep(path)

    def with_shards(self, folder):
        """`ViewFolder` of a view that has shards, else None."""
        found = self.view_at(folder) if (folder / "manifest.json").is_file() else None
        return found if found is not None and found.done else None

    def import_npy(
        self,
        view: str,
        file: str | Path,
        settings: dict[str, Any] | None = None,
        kind: Kind = "noise",
        role: str | None = None,
        of: str | None = None,
        dtype: Dtype = "float16",
        *,
        progress: bool = True,
    ) -> "NoiseZoo":
        """Take a view from an .npy file (n, ...), one row an image in the order of the index, memory-mapped.

        Refused: files with pickled objects, other row counts, values that are not finite.
        """
        if not self.has_index:
            raise FileNotFoundError(
                f"no NoiseZoo at {self.path} to take {file} into; add the images first, or their labels with --celeba"
            )
        values = open_npy(file, len(self))
        settings = (settings or {}) | {"imported": Path(file).name, "sha256": file_hash(file)}
        results = partial(computed, np.asarray, values.__getitem__)
        self.fill(view, results, settings, progress=progress, kind=kind, role=role, of=of, dtype=dtype)
        return self

    # checking

    def verify(self) -> pd.DataFrame:
        """DataFrame of everything wrong with the views: view, shard, problem, first and last row; empty if sound.

        Every byte is read. A fault of the view as a whole has shard -1.
        """
        faults, index = [], self.index_hash()
        for folder in (path.parent for path in self.manifest_paths()):
            try:
                faults += view_faults(self.view_at(folder), index)
            except ValueError as error:
                faults.append((folder.name, -1, str(error), 0, len(self) - 1))
        return pd.DataFrame(faults, columns=["view", "shard", "problem", "first_row", "last_row"])

    def repair(self) -> pd.DataFrame:
        """Remove the shards that `verify` finds unsound, so that the next build makes just those; returns its table."""
        faults = self.verify()
        for view, shard in faults[faults.shard >= 0][["view", "shard"]].itertuples(index=False):
            clear(self.view_at(self.folder(view)), shard)
        return faults

    # where things lie

    def folder(self, view: str) -> Path:
        """Folder of a view; ValueError for a name that is none."""
        plain = view.replace("/", "--").replace("\\", "--").replace(":", "--")
        return self.path / "views" / file_name(plain, "view")

    def shard_path(self, view, shard):
        """Where the rows of a shard lie."""
        return ViewFolder(self.folder(view)).shard_path(shard)

    def manifest_paths(self):
        """Where the manifests of all views lie."""
        return sorted(self.path.glob("views/*/manifest.json"))


def kind_in_words(row):
    """What a view, a row of `info`, is: its kind, and of a control what it is and whose."""
    return f"{row.kind} ({row.role}{f' of {row.of}' if row.of else ''})" if row.role else row.kind


def told(view):
    """One row of `NoiseZoo.info`, of a `ViewFolder`."""
    own = {key: view.manifest[key] or "" for key in ("view", "kind", "role", "of", "dtype")}
    done = view.done
    records = [view.record(shard) for shard in done]
    return own | {
        "settings": view.manifest["settings"],
        "shards": view.count,
        "done": len(done),
        "columns": records[0]["columns"] if records else 0,
        "megabytes": sum(r["bytes"] for r in records) / 1e6,
        "rounding": max((r["rounding"] for r in records), default=0.0),
        "versions": sorted({", ".join(f"{k} {v}" for k, v in r["versions"].items()) for r in records}),
    }
