"""Recipes: YAML that says which notebooks to execute, with which parameters; names are checked before work starts."""

from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from ..core import paths
from ..core.checks import file_name
from ..models.encoder_names import running_code
from .notebooks import notebook_parameters
from .parameters import check_value
from .sweeps import Sweep, run_of

NOTHING_SWEPT = Sweep.model_validate({})
EMPTY = BeforeValidator(lambda value: {} if value is None else value)  # a key of YAML with nothing after it
Parameters = Annotated[dict[str, Any], EMPTY]
TOLD = {  # pydantic's kinds of mistake, in a recipe's words
    "list_type": "give a list of paths",
    "string_type": "give a list of paths",
    "dict_type": "give names with their values, one a line",
    "bool_type": "give true or false",
}


class Recipe(BaseModel):
    """Which notebooks are executed, with which parameters.

    Attributes
    ----------
    name : str
        Name of the run, unless its parameters have a `run`.
    notebooks : list of str
        Paths in the project, in order.
    parameters : dict
        For every notebook that has them.
    only : dict
        Notebook -> parameters of its own.
    after : list of str
        Recipes whose results its notebooks read; they run first, as they are.
    needs : dict
        Notebook -> notebooks of this recipe that come before it; in place of what the notebook says of itself.
    sweep : Sweep
        Many settings, each a run of its own.
    run_code : bool
        Whether encoders that are functions, `python:MODULE:FUNCTION`, may run their code.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, BeforeValidator(str)] = Field(description="Name of the run, unless a parameter `run` is given")
    notebooks: list[str] = Field(min_length=1, description="Paths in the project, in the order of execution")
    parameters: Parameters = Field({}, description="Parameters for every notebook that has them")
    only: Annotated[dict[str, Parameters], EMPTY] = Field({}, description="Notebook -> parameters of its own")
    after: Annotated[list[str], BeforeValidator(lambda value: value or [])] = Field(
        [], description="Recipes whose results are read; they run first, as they are"
    )
    needs: Annotated[dict[str, list[str]], EMPTY] = Field({}, description="Notebook -> notebooks that come before it")
    sweep: Annotated[Sweep, EMPTY] = Field(NOTHING_SWEPT, description="Many settings, each a run of its own")
    run_code: bool = Field(
        False, strict=True, description="Whether python:MODULE:FUNCTION may run: true only for code that you trust"
    )


def read_recipe(recipe: str | Path | dict[str, Any]) -> Recipe:
    """A recipe with every key and file checked.

    Parameters
    ----------
    recipe : str, Path or dict
        A YAML file, or what one holds.

    Returns
    -------
    Recipe
        What it says, nothing left out.

    Raises
    ------
    FileNotFoundError
        If there is no such recipe, or it names a file that there is not.
    ValueError
        If it is not YAML, or not a recipe; the error says where and why.

    Examples
    --------
    >>> read_recipe({"name": "mine", "notebooks": ["notebooks/01_invert.ipynb"]}).after
    []
    """
    if isinstance(recipe, dict):
        return checked_recipe(recipe, "the recipe")
    path = Path(recipe)
    if not path.is_file():
        raise FileNotFoundError(
            f"no recipe {path}; "
            + paths.next_step(f"there are {sorted(p.name for p in (paths.ROOT / 'recipes').glob('*.yaml'))}")
        )
    return checked_recipe(read_yaml(path.read_bytes(), path.name), path.name)


def read_yaml(text, source):
    """The value of a YAML text; ValueError says where it came from and what is wrong with it."""
    try:
        return yaml.safe_load(text)
    except (yaml.YAMLError, ValueError) as error:
        reason = " ".join(str(error).split())
        raise ValueError(f"{source} is not YAML ({reason}); correct it, or put text in quotes") from error


def checked_recipe(value, source):
    """The `Recipe` that a value from `source` is; ValueError or FileNotFoundError says what is wrong."""
    if not isinstance(value, dict) or not value.get("name") or not value.get("notebooks"):
        raise ValueError(f"{source} needs at least `name` and `notebooks`")
    try:
        recipe = Recipe.model_validate(value)
    except ValidationError as error:
        raise ValueError(f"{source}: {mistake_in_words(error.errors()[0], value)}") from None
    try:
        recipe.sweep.points()
    except ValueError as error:
        raise ValueError(f"{source}: {error}") from None
    listed_files(recipe.notebooks, f"{source}: `notebooks`")
    listed_files(recipe.after, f"{source}: `after`")
    return recipe


def mistake_in_words(mistake, value):
    """What pydantic found wrong in a recipe's value, in a sentence."""
    key, *inside = mistake["loc"]
    if mistake["type"] == "extra_forbidden":
        kind, unknown = (Sweep if inside else Recipe), mistake["loc"][-1]
        known = ", ".join(kind.model_fields)
        return f"unknown key {unknown!r}; {near(unknown, kind.model_fields)}a {kind.__name__.lower()} has {known}"
    whose = f"`{key}`" + (f" of {inside[0]}" if inside and isinstance(inside[0], str) else "")
    found = value[key] if mistake["type"] == "string_type" else mistake["input"]
    return f"{whose} is {found!r}; {TOLD.get(mistake['type'], mistake['msg'])}"


def listed_files(listed, what):
    """FileNotFoundError for a file that a part of a recipe lists and the project does not have."""
    for path in listed:
        if not (paths.ROOT / path).is_file():
            raise FileNotFoundError(
                f"{what} names {path}, which is not in the project; {paths.next_step('correct the path')}"
            )


def earlier(recipe: Recipe) -> list[Recipe]:
    """The recipes that a recipe comes after, checked.

    ValueError if one has an `after` of its own, so that there is no circle.
    """
    found = [read_recipe(paths.ROOT / path) for path in recipe.after]
    for path, before in zip(recipe.after, found):
        if before.after:
            raise ValueError(f"`after` names {path}, which has an `after` of its own; name those recipes instead")
        plan(before)
    return found


def shared_parameters(recipe, overrides=None):
    """Parameters for every notebook of a checked recipe; `run`, as text, is the recipe's name unless it is given."""
    shared = {"run": recipe.name} | recipe.parameters | (overrides or {})
    return shared | {"run": file_name(shared["run"], "run")}


def plan(recipe: Recipe, overrides: dict[str, Any] | None = None) -> list[tuple[str, dict[str, Any]]]:
    """The steps of a recipe: each notebook with its parameters.

    Parameters
    ----------
    recipe : Recipe
        What `read_recipe` gives.
    overrides : dict, optional
        Parameters in place of the recipe's.

    Returns
    -------
    list of (str, dict)
        Notebook, a path in the project, and its parameters.

    Raises
    ------
    ValueError
        Naming a parameter that there is not, or a value that is none of the parameter's kind.
    FileNotFoundError
        On the name of a model that there is not.
    """
    shared, only = shared_parameters(recipe, overrides), recipe.only
    refuse_namesakes(recipe.notebooks)
    known = {notebook: notebook_parameters(paths.ROOT / notebook) for notebook in recipe.notebooks}
    everywhere = sorted(set().union(*known.values()))
    for name in shared:
        if name not in everywhere:
            raise ValueError(
                f"no notebook has a parameter {name!r}; {near(name, everywhere)}there are {', '.join(everywhere)}"
            )
    for notebook in only:
        if notebook not in known:
            told = f"{near(notebook, known)}the recipe's notebooks are {', '.join(known)}"
            raise ValueError(f"`only` names {notebook!r}; {told}")
    steps = []
    for notebook, parameters in known.items():
        own = only.get(notebook, {})
        if "run" in own:
            raise ValueError(f"`only` gives {notebook} a run of its own; set `run` under `parameters`, for all of them")
        for name in own:
            if name not in parameters:
                told = f"{near(name, parameters)}it has {', '.join(sorted(parameters))}"
                raise ValueError(f"{notebook} has no parameter {name!r}; {told}")
        steps.append((notebook, {k: v for k, v in shared.items() if k in parameters} | own))
    with running_code(recipe.run_code):
        refuse_values(steps, known)
    return steps


def refuse_values(steps, known):
    """Raise one error for all values that are none of their parameter's kind; each is named once.

    known  {notebook: its parameters}
    """
    wrong = {}
    for notebook, values in steps:
        for name, value in values.items():
            try:
                check_value(f"{notebook}: {name}", value, known[notebook][name].kind)
            except FileNotFoundError as error:
                wrong.setdefault((name, repr(value)), FileNotFoundError(f"{notebook}: {name}: {error}"))
            except ValueError as error:
                wrong.setdefault((name, repr(value)), error)
    if wrong:
        raise type(next(iter(wrong.values())))("; ".join(map(str, wrong.values())))


def near(name, known):
    """A question for the nearest name there is, or nothing.

    >>> near("stpes", ["steps", "seed"]), near("stpes", ["size"])
    ("did you mean 'steps'? ", '')
    """
    found = get_close_matches(str(name), map(str, known), 1)
    return f"did you mean {found[0]!r}? " if found else ""


def refuse_namesakes(notebooks):
    """ValueError for notebooks of one name: what they leave would lie in one place."""
    stages = [Path(notebook).stem for notebook in notebooks]
    for stage in stages:
        if stages.count(stage) > 1:
            raise ValueError(f"`notebooks` lists {stage} {stages.count(stage)} times; a name may stand there once")


def swept(recipe: Recipe, overrides: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    """Overrides for `plan`, one a run of a recipe: those that were given with the settings of each point of its sweep.

    Parameters
    ----------
    recipe : Recipe
        What `read_recipe` gives.
    overrides : dict, optional
        Parameters in place of the recipe's.

    Returns
    -------
    list of dict
        One, of what was given alone, where nothing is swept.

    Raises
    ------
    ValueError
        As `Sweep.points`, and on a parameter that is both swept and given.
    """
    given, name = overrides or {}, shared_parameters(recipe, overrides)["run"]
    points = recipe.sweep.points()
    for parameter in points[0]:
        if parameter in given:
            raise ValueError(f"{parameter!r} is given and swept by the recipe; leave one out")
        if any(parameter in own for own in recipe.only.values()):
            raise ValueError(f"`only` and `sweep` both set {parameter!r}; leave one out")
    return [{**given, **point, "run": run_of(name, point)} for point in points]
