"""One shard of a view: its rows as safetensors, memory-mapped when read, and beside them a record of what they are.

    00000.safetensors   tensor `rows` (m, d)
    00000.json          sha256 and bytes of that file, rows, columns, rounding error, what it was made for and with

The record is written after the rows, so a shard is done when its record is there and agrees.
"""

import hashlib
import json
import os

import numpy as np
from safetensors.numpy import save

from ..core.files import file_hash, read_json, write_json, write_whole

OTHER_SETTINGS = "made with other settings than the manifest's"
RECORD = {"sha256": str, "bytes": int, "rows": int, "columns": int, "rounding": (int, float), "made_for": str,
          "versions": dict}  # fmt: skip
DTYPES = {"F16": "<f2", "F32": "<f4"}


def stored(values, dtype, name):
    """Rows (m, d) as they are kept; ValueError if a value does not fit the dtype."""
    with np.errstate(over="ignore"):
        rows = np.ascontiguousarray(values, dtype)
    if not np.isfinite(rows).all():
        raise ValueError(f"{name} does not fit {dtype}; build it with dtype='float32'")
    return rows


def rounding_error(rows, values):
    """|rows - values| / |values| over a whole shard, in float64 and to three digits: what keeping it lost."""
    lost = sum(np.square(r.astype(np.float64) - v).sum() for r, v in zip(rows, values))
    whole = sum(np.square(v, dtype=np.float64).sum() for v in values)
    return float(f"{np.sqrt(lost / whole) if whole else 0.0:.2e}")


def write_shard(path, rows, values, origin):
    """Write the rows of a shard, then its record; `values` are the rows before rounding, `origin` what made them."""
    data = save({"rows": rows})
    write_whole(path, lambda part: part.write_bytes(data))
    record = {
        "sha256": hashlib.sha256(data).hexdigest(),
        "bytes": len(data),
        "rows": len(rows),
        "columns": rows.shape[1],
        "rounding": rounding_error(rows, values),
    }
    write_json(record_of(path), record | origin)


def record_of(path):
    """Where the record of a shard lies."""
    return path.with_suffix(".json")


def read_record(path):
    """The record of a shard; ValueError if it is damaged."""
    record = read_json(record_of(path))
    if not fits(record, RECORD):
        raise ValueError(
            f"{record_of(path)} is damaged: it is no record of a shard; run `zoo repair`, then build again"
        )
    return record


def fits(value, kinds):
    """Whether a value read from JSON is a dict that has values of these kinds, {key: type or types}."""
    return isinstance(value, dict) and all(isinstance(value.get(key), kind) for key, kind in kinds.items())


def shard_fault(path, made_for):
    """What is wrong with a shard that should have been made for these settings, or None; the whole file is read."""
    if not record_of(path).is_file():
        return "not made yet"
    try:
        record = read_record(path)
    except ValueError:
        return "damaged: its record cannot be read"
    size = record["bytes"]
    if record["made_for"] != made_for:
        return OTHER_SETTINGS
    if not path.is_file():
        return "missing"
    if path.stat().st_size != size:
        return f"truncated: {path.stat().st_size} bytes, not {size}"
    return None if file_hash(path) == record["sha256"] else "damaged: its hash is not the recorded one"


def map_shard(path):
    """Rows (m, d) of a shard as stored, memory-mapped and read-only; ValueError if the file is not whole."""
    size = os.path.getsize(path)
    with open(path, "rb") as file:
        begin = 8 + int.from_bytes(file.read(8), "little")
        if begin > size:
            raise ValueError(f"its header is longer than its {size} bytes")
        tensor = json.loads(file.read(begin - 8))["rows"]
    if size != begin + tensor["data_offsets"][1]:
        raise ValueError(f"it has {size} bytes, not {begin + tensor['data_offsets'][1]}")
    return np.memmap(path, DTYPES[tensor["dtype"]], "r", begin + tensor["data_offsets"][0], tuple(tensor["shape"]))
