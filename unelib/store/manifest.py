"""What a view is: its settings, written once and never changed, so that nothing made otherwise can be mixed in."""

import json
import platform
from importlib.metadata import version

from .. import __version__
from ..core.files import read_json, value_hash

LAYOUT = 3
KINDS = ("noise", "embedding", "control")
DTYPES = ("float16", "float32")
ANY = {"role": (str, type(None)), "of": (str, type(None)), "images": int, "shard_rows": int}
MUST_AGREE = ("view", "kind", "role", "of", "dtype", "shard_rows", "images", "index")


def new_manifest(view, settings, images, index, kind="noise", role=None, of=None, dtype="float16", shard_rows=1000):
    """The manifest of a view; ValueError for a kind or dtype that there is not, and for a role without a control.

    settings  JSON values that the view depends on
    index     hash of the images it is made of
    role, of  what a control is, its own name if None, and the view that it is a control of, None for one of all views
    """
    check_among("kind of view", kind, KINDS)
    check_among("dtype to keep", dtype, DTYPES)
    if kind == "control":
        role = role or view
    elif role or of:
        raise ValueError(f"view {view!r} is {kind}, which has no role: only controls do; leave role and of out")
    wanted = {"view": view, "kind": kind, "role": role, "of": of, "settings": settings, "dtype": dtype}
    wanted |= {"shard_rows": shard_rows, "images": images, "index": index, "layout": LAYOUT, "versions": versions()}
    return json.loads(json.dumps(wanted))


def read_manifest(path):
    """A view's manifest; ValueError if it is damaged or of another layout."""
    manifest = read_json(path)
    if not isinstance(manifest, dict) or manifest.get("layout") != LAYOUT:
        raise ValueError(f"{path.parent} was kept by another version of unelib; remove it and build the view again")
    kinds = ANY | {
        "kind": str,
        "dtype": str,
        "index": str,
        "settings": dict,
        "order": int,
        "view": str,
        "versions": dict,
    }
    for key, kind in kinds.items():
        if key not in manifest or not isinstance(manifest[key], kind):
            raise ValueError(
                f"{path} is damaged: its {key!r} is {manifest.get(key)!r}; restore it or remove its folder"
            )
    if manifest["kind"] not in KINDS or manifest["dtype"] not in DTYPES or manifest["shard_rows"] < 1:
        raise ValueError(f"{path} is damaged: no view is like this; restore it or remove its folder")
    return manifest


def refuse_other_settings(manifest, wanted):
    """ValueError naming every setting in which a manifest and what is wanted differ."""
    old, new = manifest["settings"], wanted["settings"]
    differ = [(k, manifest[k], wanted[k]) for k in MUST_AGREE if manifest[k] != wanted[k]]
    differ += [(k, old.get(k), new.get(k)) for k in sorted(old | new) if old.get(k) != new.get(k)]
    if differ:
        differ = "; ".join(f"{key}: {there!r} there, {now!r} now" for key, there, now in differ)
        raise ValueError(
            f"view {wanted['view']!r} was made with other settings ({differ}); name it otherwise or remove it"
        )


def refuse_other_version(manifest):
    """ValueError unless a view, of which shards are to be made, was begun by this version of the package."""
    begun = begun_by(manifest)
    if begun != __version__:
        raise ValueError(
            f"view {manifest['view']!r} was begun by unelib {begun}, and this is {__version__}: shards of two versions"
            " are not mixed; go on with that version, or remove the view's folder and build it anew"
        )


def begun_by(manifest):
    """The version of the package that a manifest, or the record of a shard, was written by."""
    return manifest.get("versions", {}).get("unelib", "before 0.2.0")


def versions():
    """Versions of Python, of this package and of those that a view's values depend on."""
    packages = {name: version(name) for name in ("torch", "diffusers", "transformers", "numpy")}
    return {"python": platform.python_version(), "unelib": __version__} | packages


def shard_count(manifest):
    """Number of shards of a view."""
    return -(-manifest["images"] // manifest["shard_rows"])


def shard_rows_of(manifest, shard):
    """The slice of the view's rows that a shard holds."""
    first = shard * manifest["shard_rows"]
    return slice(first, min(first + manifest["shard_rows"], manifest["images"]))


def made_for(manifest):
    """Hash of what a view's shards are made for: its settings and its images."""
    return value_hash({key: manifest[key] for key in (*MUST_AGREE, "settings")})


def check_among(what, value, allowed):
    """ValueError unless a value is among the allowed ones."""
    if value not in allowed:
        raise ValueError(f"unknown {what} {value!r}; choose one of {', '.join(allowed)}")
