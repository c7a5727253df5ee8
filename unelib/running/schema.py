"""The JSON schema of recipes, by which editors complete and check them: their keys, all notebooks' parameters."""

from typing import Any

from pydantic import TypeAdapter

from ..core import paths
from .notebooks import notebook_parameters
from .recipes import Recipe


def recipe_schema() -> dict[str, Any]:
    """JSON schema of recipes, for editors: their keys, and every parameter of every notebook of the project."""
    schema, own, everywhere = Recipe.model_json_schema(), {}, {}  # type: dict[str, Any], dict[str, Any], dict[str, Any]
    notebooks = paths.ROOT / "notebooks"
    for path in sorted({*notebooks.rglob("*.ipynb")} - {*notebooks.glob("workshop/**/*.ipynb")}):  # these have none
        known = {name: parameter_schema(parameter) for name, parameter in notebook_parameters(path).items()}
        own[path.relative_to(paths.ROOT).as_posix()] = of_notebook(known)
        for name, value in known.items():  # a shared parameter is to suit every notebook that has it
            first = everywhere.setdefault(name, value)
            others = [other for other in (first, *first.get("allOf", [])) if same_kind(other, value)]
            everywhere[name] = first if others else first | {"allOf": [*first.get("allOf", []), value]}
    schema["properties"]["parameters"] |= of_notebook(everywhere)
    schema["properties"]["only"] |= {"properties": own, "additionalProperties": False}
    lists = {name: {"type": "array", "items": value, "minItems": 1} for name, value in everywhere.items()}
    swept_in = schema["$defs"]["Sweep"]["properties"]
    swept_in["grid"] |= of_notebook(lists)
    swept_in["zip"] |= of_notebook(lists)
    swept_in["list"]["items"] = of_notebook(everywhere)
    return schema


def same_kind(one, other):
    """Whether two JSON schemas allow the same, whatever they say of it."""
    told = ("description", "default", "allOf")
    return all(one.get(key) == other.get(key) for key in {*one, *other} - {*told})


def parameter_schema(parameter):
    """JSON schema of a `Parameter`."""
    schema = TypeAdapter(parameter.kind).json_schema()
    told = [parameter.comment, schema.pop("description", "")]
    return schema | {"description": ": ".join(filter(None, told)), "default": parameter.default}


def of_notebook(parameters):
    """JSON schema of parameters, and no others, or nothing, by name."""
    return {"type": ["object", "null"], "properties": parameters, "additionalProperties": False}
