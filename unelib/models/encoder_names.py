"""Names of encoders: what `timm:`, `open_clip:`, `onnx:`, `python:` and `untrained:` mean, checked without a model.

Nothing heavy is imported here, but for timm's list of models where a name asks for one of them.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from difflib import get_close_matches
from importlib.machinery import PathFinder
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from ..core.extras import needed
from ..core.paths import MODELS, ROOT, started_in
from .presets import ENCODERS, find_model

UNTRAINED = "untrained:"  # before an encoder's name: the same architecture with fresh weights
SOURCES = {"timm": "timm", "open_clip": "open_clip", "onnx": "onnxruntime", "python": None}  # and the package it needs
WRITTEN = "timm:NAME, open_clip:FOLDER, onnx:FILE.onnx or python:MODULE:FUNCTION"
OPEN_CLIP_CONFIG, OPEN_CLIP_WEIGHTS = "open_clip_config.json", "open_clip_model.safetensors"
RUN_CODE = "UNELIB_RUN_CODE"  # set to 1, the environment allows `python:` names to a process and those it starts
allowed: ContextVar[bool] = ContextVar("allowed", default=False)


class EncoderName(NamedTuple):
    """An encoder's name in parts: whether untrained, of which source ("" for transformers), and what it is there."""

    untrained: bool
    source: str
    rest: str

    @property
    def has_untrained(self):
        """Whether there is the same architecture with fresh weights."""
        return self.source not in ("onnx", "python")


def name_parts(name: str) -> EncoderName:
    """The parts of an encoder's name.

    >>> name_parts("untrained:timm:resnet18")
    EncoderName(untrained=True, source='timm', rest='resnet18')
    >>> name_parts("owner/name").source
    ''
    """
    plain = name.removeprefix(UNTRAINED)
    source, colon, rest = plain.partition(":")
    known = bool(colon) and source in SOURCES
    return EncoderName(plain != name, source if known else "", rest if known else plain)


def has_untrained(name: str) -> bool:
    """Whether an encoder can be had untrained, which the weights of a file and a function cannot.

    >>> has_untrained("drawn-clip"), has_untrained("onnx:mine.onnx")
    (True, False)
    """
    return name_parts(name).has_untrained


def find_encoder(name: str) -> str:
    """Where an encoder's name leads, as far as can be told before it is loaded: a folder, file, hub id or model.

    Raises FileNotFoundError where there is no such thing, ImportError where its package is not installed, ValueError
    for an untrained one that there cannot be, and for a function while code may not run.

    >>> find_encoder("untrained:facebook/dinov2-base")
    'facebook/dinov2-base'
    """
    untrained, source, rest = parts = name_parts(name)
    if untrained and not parts.has_untrained:
        raise ValueError(f"encoder {name!r} cannot be had untrained, since its architecture is not known; leave it out")
    if not source:
        return find_plain(rest)
    package = SOURCES[source]
    if package and find_spec(package) is None:
        needed(package, source.replace("_", "-"))
    found = {"timm": find_timm, "open_clip": find_open_clip, "onnx": find_onnx, "python": find_function}
    return found[source](rest, name)


def find_plain(name):
    """Folder or hub id of a transformers model; errors tell of the other sources as well."""
    try:
        return find_model(name, ENCODERS, "encoder")
    except FileNotFoundError as error:
        if name in ENCODERS:
            raise
        raise FileNotFoundError(f"{error}, or write {WRITTEN}") from error


def place_of(text):
    """A path that lies among the models or is seen from the working folder; None if there is nothing."""
    return next((p for p in (MODELS / text, started_in() / Path(text).expanduser()) if text and p.exists()), None)


def find_timm(rest, name):
    """A folder as timm saves it, a hub id with a "/", or a name that timm knows."""
    folder = place_of(rest)
    if folder is not None and folder.is_dir():
        return str(folder)
    if rest.count("/") == 1 and not rest.startswith((".", "/", "~")):
        return rest
    known = timm_library().list_models() if rest and "/" not in rest else []
    if rest.partition(".")[0] not in known:
        close = get_close_matches(rest, known, 1)
        meant = f"did you mean {close[0]!r}? " if close else ""
        raise FileNotFoundError(
            f"no encoder {name!r}: {rest!r} is neither a folder with config.json and model.safetensors nor a model that"
            f" timm knows nor a hub id like owner/name; {meant}timm.list_models() lists them"
        )
    return rest


def find_open_clip(rest, name):
    """A folder in open_clip's format, or a hub id with a "/"."""
    folder = place_of(rest)
    if folder is not None and folder.is_dir():
        return str(folder)
    if rest.count("/") == 1 and not rest.startswith((".", "/", "~")):
        return rest
    raise FileNotFoundError(
        f"no encoder {name!r}: {rest!r} is neither a folder with {OPEN_CLIP_CONFIG} and {OPEN_CLIP_WEIGHTS} nor a hub"
        " id like owner/name; correct the path"
    )


def timm_library():
    """timm, imported; ImportError also where its torchvision is of another build than torch."""
    try:
        return needed("timm", "timm")
    except RuntimeError as error:
        raise ImportError(
            f"timm cannot be imported ({str(error)[:200]}); install torch and torchvision of one build, both for a CPU"
            " or both for the same CUDA"
        ) from error


def find_onnx(rest, name):
    """The file of `FILE.onnx` or `FILE.onnx:OUTPUT`."""
    path = place_of(onnx_parts(rest)[0])
    if path is None or not path.is_file() or path.suffix.lower() != ".onnx":
        raise FileNotFoundError(
            f"no encoder {name!r}: there is no file {rest!r} that ends in .onnx (looked in {MODELS} and in the working"
            " folder); correct the path"
        )
    return str(path)


def onnx_parts(rest: str) -> tuple[str, str]:
    """File and output ("" where none is named) of what follows `onnx:`.

    >>> onnx_parts("a.onnx:features"), onnx_parts("a.onnx")
    (('a.onnx', 'features'), ('a.onnx', ''))
    """
    file, ending, output = rest.rpartition(".onnx:")
    return (file + ".onnx", output) if ending else (rest, "")


def find_function(rest, name):
    """`MODULE:FUNCTION`, while code may run and there is such a module; nothing is imported."""
    module, _, function = rest.partition(":")
    if not (function.isidentifier() and all(part.isidentifier() for part in module.split("."))):
        raise ValueError(f"encoder {name!r} names no function; write python:MODULE:FUNCTION, such as python:mine:embed")
    if not code_may_run():
        raise ValueError(
            f"encoder {name!r} is a function whose code would run; where you trust it, write run_code: true beside the"
            f" recipe's name, load_encoder(..., run_code=True), or set {RUN_CODE}=1"
        )
    top = module.partition(".")[0]
    if top not in sys.modules and PathFinder.find_spec(top, [*sys.path, str(started_in()), str(ROOT)]) is None:
        raise no_module(name, module)
    return rest


def no_module(name, module):
    """The error for a function's module that is not there."""
    return FileNotFoundError(
        f"encoder {name!r}: there is no module {module!r} (looked in {started_in()} and where Python looks); put its"
        " file there, or install it"
    )


def code_may_run() -> bool:
    """Whether `python:` names may run their code: a recipe, a call or the environment says so, else not."""
    return allowed.get() or os.environ.get(RUN_CODE) == "1"


@contextmanager
def running_code(may: bool) -> Iterator[None]:
    """Inside, `python:` names may run their code if `may`, or if they may already.

    >>> with running_code(True):
    ...     code_may_run()
    True
    """
    before = allowed.set(may or allowed.get())
    try:
        yield
    finally:
        allowed.reset(before)
