"""Encoders in ONNX files: what goes in is read from the file, how it is normalised from beside it."""

import json
import warnings
from pathlib import Path

import numpy as np

from ..core.cpus import threads
from ..core.extras import needed
from ..core.files import file_hash, read_json, value_hash
from .encoder_names import onnx_parts
from .loading import first_line
from .picture_encoder import PictureEncoder
from .prepared_pictures import Preparation

SIDE = 224  # pixels, where neither the file nor what lies beside it says
KINDS = {"tensor(float)": np.float32, "tensor(float16)": np.float16, "tensor(uint8)": np.uint8}
TOLD = ("size", *Preparation._fields[1:])  # what metadata and the JSON file may say


def onnx_encoder(name, path, rest, device):
    """A `PictureEncoder` of an ONNX file; errors as `load_encoder`.

    path, rest  where the file lies, and what stood after `onnx:`, an output with it
    """
    session = opened(name, path, device)
    given = session.get_inputs()
    if len(given) != 1:
        raise ValueError(f"encoder {name!r} takes {len(given)} inputs; export it with one, the pictures")
    layout = Layout(name, given[0])
    output = chosen_output(name, session.get_outputs(), onnx_parts(rest)[1])
    prepared = preparation(name, what_is_told(session, Path(path)), layout)

    def rows(pixels):
        x = layout.of(prepared, pixels)
        return np.concatenate([session.run([output], {layout.name: part})[0] for part in layout.batches(x)])[: len(x)]

    how = value_hash([prepared, layout.kind, output])[:16]
    return PictureEncoder(name, rows, {"model": name, "weights": files_digest(Path(path)), "preprocessing": how})


def opened(name, path, device):
    """A session of onnxruntime, with as many threads as this process is to use; ValueError for a file that is none."""
    runtime = needed("onnxruntime", "onnx")
    options = runtime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads, options.log_severity_level = threads(), 1, 3
    there = runtime.get_available_providers()
    wanted = ["CUDAExecutionProvider"] if device.type == "cuda" and "CUDAExecutionProvider" in there else []
    try:
        return runtime.InferenceSession(path, options, providers=[*wanted, "CPUExecutionProvider"])
    except Exception as error:  # of onnxruntime's own kinds
        raise ValueError(
            f"encoder {name!r}: {path} is no ONNX model that onnxruntime can run ({first_line(error)}); export it again"
        ) from error


class Layout:
    """How a file wants its pictures: name and kind of the input, which axis holds colours, and what sizes are fixed."""

    def __init__(self, name, given):
        shape = list(given.shape)
        if given.type not in KINDS or len(shape) != 4 or 3 not in (shape[1], shape[3]):
            raise ValueError(
                f"encoder {name!r} takes {given.type} {shape}; export it for pictures, (n, 3, h, w) or (n, h, w, 3), of"
                f" {', '.join(KINDS)}"
            )
        self.name, self.kind, self.colours_last = given.name, given.type, shape[1] != 3
        self.batch = shape[0] if isinstance(shape[0], int) and shape[0] > 0 else None
        edges = shape[1:3] if self.colours_last else shape[2:]
        self.size = tuple(edges) if all(isinstance(edge, int) and edge > 0 for edge in edges) else None

    def of(self, prepared, pixels):
        """Pictures (n, h, w, 3) uint8 as the input wants them; where it wants uint8, the file normalises."""
        x = prepared.pixels(pixels).transpose(0, 3, 1, 2) if self.kind == "tensor(uint8)" else prepared.values(pixels)
        return np.ascontiguousarray(x.transpose(0, 2, 3, 1) if self.colours_last else x, KINDS[self.kind])

    def batches(self, x):
        """All of it, or in parts of the number that the file fixes, the last filled up with its first picture."""
        if self.batch is None:
            return [x]
        lacking = -len(x) % self.batch
        return np.split(np.concatenate([x, np.repeat(x[:1], lacking, 0)]), (len(x) + lacking) // self.batch)


def what_is_told(session, path):
    """What the file's metadata say of preprocessing, and in its place what a JSON file beside it says."""
    metadata = session.get_modelmeta().custom_metadata_map
    told = {key: parsed(value) for key, value in metadata.items() if key in TOLD}
    beside = path.with_suffix(".onnx.json") if path.with_suffix(".onnx.json").is_file() else path.with_suffix(".json")
    if beside.is_file():
        told |= checked_keys(beside, read_json(beside))
    return told


def parsed(text):
    """A value of metadata, which are texts: JSON, or the text itself."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def checked_keys(path, value):
    """A JSON file's value; ValueError unless it is what `TOLD` may say, by name."""
    unknown = sorted(set(value) - set(TOLD)) if isinstance(value, dict) else [value]
    if unknown:
        raise ValueError(f"{path} says {unknown[0]!r}; it may say {', '.join(TOLD)}, by name")
    return value


def preparation(name, told, layout):
    """The `Preparation` that a file asks for; a warning names what nobody says and is supposed."""
    size = told.get("size", layout.size or SIDE)
    size = (size, size) if isinstance(size, int) else tuple(size)
    if layout.size and size != layout.size:
        raise ValueError(f"encoder {name!r} takes pictures of {layout.size}, and beside it stands {size}; correct that")
    rest = {key: value for key, value in told.items() if key != "size"}
    lists = {key: tuple(np.atleast_1d(value).tolist()) for key, value in rest.items() if key in ("mean", "std")}
    prepared = Preparation(size, **(rest | lists)).checked(f"encoder {name!r}")
    missing = [key for key in ("mean", "std") if key not in told and layout.kind != "tensor(uint8)"]
    missing += [] if layout.size or "size" in told else ["size"]
    if missing:
        supposed = ", ".join(f"{key} {getattr(prepared, key)}" for key in missing)
        warnings.warn(f"encoder {name!r} does not say how pictures are prepared; supposed: {supposed}", stacklevel=4)
    return prepared


def chosen_output(name, outputs, wanted):
    """Name of the output that is asked for, else of the first with a row a picture; ValueError lists them."""
    rows = [output.name for output in outputs if len(output.shape or ()) == 2]
    there = ", ".join(f"{output.name} {output.shape}" for output in outputs)
    if wanted and wanted not in {output.name for output in outputs}:
        raise ValueError(f"encoder {name!r} has no output {wanted!r}; choose one of {there}")
    if not wanted and not rows:
        raise ValueError(
            f"encoder {name!r} has no output of (n, d), a row a picture, but {there}; export pooled features"
        )
    return wanted or rows[0]


def files_digest(path):
    """Hash (16 hex digits) of the file, and of what weights it keeps in files beside it that begin with its name."""
    beside = [other for other in sorted(path.parent.glob(f"{path.name}*")) if other.suffix != ".json"]
    return value_hash([file_hash(file) for file in beside])[:16]
