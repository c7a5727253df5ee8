"""What a notebook says of itself: its parameters, with their kinds, and in its metadata what it reads and leaves."""

import ast
import json
from functools import lru_cache
from typing import Annotated, Any, NamedTuple

from pydantic import Field

from ..core import paths
from ..core.extras import needed
from .parameters import kind_called


class Parameter(NamedTuple):
    """A parameter of a notebook: its value there, its kind (`parameters`), and what its comment says."""

    default: Any
    kind: Any
    comment: str


def notebook_parameters(path):
    """The `Parameter` of each name in a notebook's parameters cell; one without a kind may be anything, or any list."""
    return dict(parameters_cell(path, path.stat().st_mtime_ns))


@lru_cache(256)
def parameters_cell(path, changed):
    """The same of a file as it was when it was last changed: read once, however many runs a sweep has."""
    found = {}
    try:
        read_cell = needed("papermill", "notebooks").inspect_notebook(str(path))
    except (ValueError, KeyError, AttributeError) as error:
        raise ValueError(f"{path.name} is no notebook; restore it, or save it again from JupyterLab") from error
    if not read_cell:
        raise ValueError(f"{path.name} has no parameters; give it a cell tagged `parameters` with one at least, `run`")
    for name, read in read_cell.items():
        default, kind = ast.literal_eval(read["default"]), kind_called(read["inferred_type_name"])
        found[name] = Parameter(default, kind or kind_like(default), read["help"] or "")
    return found


def kind_like(default):
    """The kind of a parameter that names none: any list for a list, empty only if the default is, else anything."""
    example = ", ".join(map(str, default or ["a", "b"])) if isinstance(default, list) else ""
    limits = Field(description=f"a list, such as [{example}]", min_length=1 if default else 0)
    return Annotated[list[Any], limits] if example else Any


def with_defaults(steps):
    """Steps with every parameter of their notebooks: the given value, or that of the notebook."""
    known = [notebook_parameters(paths.ROOT / notebook) for notebook, _ in steps]
    return [
        (notebook, {name: parameter.default for name, parameter in parameters.items()} | given)
        for (notebook, given), parameters in zip(steps, known)
    ]


def says_of_itself(notebook):
    """What a notebook says it `reads` and `leaves`, lists by these names; None if it says nothing."""
    path = paths.ROOT / notebook
    says = metadata(path, path.stat().st_mtime_ns).get("unelib")
    return None if says is None else {"reads": list(says.get("reads", [])), "leaves": list(says.get("leaves", []))}


def makes_own_views(notebook):
    """Whether a notebook leaves views that no parameters tell: neither `generators` nor `encoders` name them.

    >>> makes_own_views("notebooks/depth/known_latent.ipynb"), makes_own_views("notebooks/01_invert.ipynb")
    (True, False)
    """
    leaves = (says_of_itself(notebook) or {"leaves": ()})["leaves"]
    told = {"generators", "encoders"} & set(notebook_parameters(paths.ROOT / notebook))
    return bool({"noise", "embeddings"} & set(leaves)) and not told


@lru_cache(64)
def metadata(path, changed):
    """A notebook's metadata; read again once the file has changed."""
    return json.loads(path.read_text()).get("metadata", {})
