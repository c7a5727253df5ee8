"""Encoders that are functions of the user's own: `python:MODULE:FUNCTION`, run only where that was allowed."""

import sys
from importlib import import_module
from pathlib import Path

import numpy as np

from ..core.files import file_hash
from .loading import first_line
from .picture_encoder import PictureEncoder


def function_encoder(name, rest):
    """A `PictureEncoder` of a function from pixels (n, h, w, 3) uint8 to rows (n, d); errors as `load_encoder`.

    rest  `MODULE:FUNCTION`; the module is also looked for in the working folder
    """
    module_name, _, function_name = rest.partition(":")
    module = imported(name, module_name)
    function = getattr(module, function_name, None)
    if not callable(function):
        raise ValueError(f"encoder {name!r}: {module_name} has no function {function_name!r}; correct the name")
    source = getattr(module, "__file__", None)
    settings = {"model": name, "code": file_hash(Path(source))[:16] if source else module_name}
    encoder = PictureEncoder(name, function, settings)
    check_alone(encoder)
    return encoder


def imported(name, module):
    """The module, imported; FileNotFoundError if there is none, ValueError with its own error if its code fails."""
    folder = str(Path.cwd())
    sys.path.append(folder)
    try:
        return import_module(module)
    except Exception as error:
        if isinstance(error, ModuleNotFoundError) and error.name and f"{module}.".startswith(f"{error.name}."):
            raise FileNotFoundError(
                f"encoder {name!r}: there is no module {module!r} (looked in {folder} and where Python looks); put"
                " its file there, or install it"
            ) from error
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
