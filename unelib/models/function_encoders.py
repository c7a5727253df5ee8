"""Encoders that are functions of the user's own: `python:MODULE:FUNCTION`, run only where that was allowed."""

import sys
from importlib import import_module, reload
from pathlib import Path
from types import ModuleType

import numpy as np

from ..core.files import file_hash
from ..core.paths import started_in
from .encoder_names import no_module
from .loading import first_line
from .picture_encoder import PictureEncoder

RUN: dict[str, tuple[ModuleType, str]] = {}  # modules as they were imported, with the digest of each one's file


def function_encoder(name, rest):
    """A `PictureEncoder` of a function from pixels (n, h, w, 3) uint8 to rows (n, d); errors as `load_encoder`.

    rest  `MODULE:FUNCTION`; the module is also looked for in the working folder
    """
    module_name, _, function_name = rest.partition(":")
    module, digest = imported(name, module_name)
    function = getattr(module, function_name, None)
    if not callable(function):
        raise ValueError(f"encoder {name!r}: {module_name} has no function {function_name!r}; correct the name")
    encoder = PictureEncoder(name, function, {"model": name, "code": digest})
    check_alone(encoder)
    return encoder


def imported(name, module):
    """(Module, digest of its file), imported; again if its file was changed since.

    FileNotFoundError if there is none, ValueError with its own error if its code fails.
    """
    folder = str(started_in())
    sys.path.append(folder)
    try:
        found = import_module(module)
        file = getattr(found, "__file__", None)
        digest = file_hash(Path(file))[:16] if file else module
        known, before = RUN.get(module, (None, ""))
        RUN[module] = (reload(found) if found is known and digest != before else found), digest
        return RUN[module]
    except Exception as error:
        if isinstance(error, ModuleNotFoundError) and error.name and f"{module}.".startswith(f"{error.name}."):
            raise no_module(name, module) from error
        raise ValueError(f"encoder {name!r}: {module} cannot be imported ({first_line(error)}); correct it") from error
    finally:
        sys.path.remove(folder)


def check_alone(encoder):
    """ValueError unless a picture's row is the same beside others as alone."""
    pictures = np.random.default_rng(0).integers(0, 256, (3, 64, 64, 3), np.uint8)
    together, alone = encoder.embed(pictures), encoder.embed(pictures, batch_size=1)
    if not np.allclose(together, alone, rtol=1e-3, atol=1e-4 * np.abs(together).max()):
        raise ValueError(
            f"encoder {encoder.name!r} gives a picture another row beside others than alone; a row must depend on its"
            " own picture only"
        )
