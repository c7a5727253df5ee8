"""Steps: notebooks with their parameters, and which of them need what others leave.

A notebook says in its metadata what it reads and what it leaves, by names such as `noise` and `embeddings`:
`"unelib": {"reads": ["noise"], "leaves": ["embeddings"]}`; its results lie under its own name. It needs those notebooks
of its run that leave what it reads, else those of the recipes before. One that says nothing needs all before it, and
all after it need it. A recipe's `needs` takes the place of both.
"""

from dataclasses import dataclass, field, replace
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any

from ..core import paths
from ..worlds.image_sets import DRAWN_OR_KEPT
from .notebooks import says_of_itself
from .recipes import Recipe, earlier, near, plan, swept


@dataclass(frozen=True)
class Step:
    """One notebook of one run.

    Attributes
    ----------
    run : str
        Where it leaves its things.
    notebook : str
        A path in the project.
    parameters : dict
        Those that are given, by name.
    needs : tuple of (str, str)
        Run and stage of the steps that come before it.
    run_code : bool
        Whether encoders that are functions may run their code in it.
    """

    run: str
    notebook: str
    parameters: dict[str, Any] = field(compare=False)
    needs: tuple[tuple[str, str], ...] = ()
    run_code: bool = field(default=False, compare=False)

    @property
    def stage(self) -> str:
        """Name of the notebook, without folder and ending."""
        return Path(self.notebook).stem

    @property
    def key(self) -> tuple[str, str]:
        """Its run and its stage."""
        return self.run, self.stage


def recipe_steps(recipe: Recipe, overrides: dict[str, Any] | None = None) -> list[Step]:
    """Every step of a recipe at all points of its sweep, and of the recipes before it, each after what it needs.

    Parameters
    ----------
    recipe : Recipe
        What `read_recipe` gives.
    overrides : dict, optional
        Parameters in place of this recipe's own.

    Returns
    -------
    list of Step
        In an order in which they can be executed.

    Raises
    ------
    ValueError, FileNotFoundError
        As `plan` and `swept`; ValueError also where notebooks need each other in a circle.
    """
    found = {step.key: step for one in earlier(recipe) for step in recipe_steps(one)}
    before = list(found.values())
    for point in swept(recipe, overrides):
        for step in steps_of_run(recipe, plan(recipe, point), before):
            if found.setdefault(step.key, step).parameters != step.parameters:
                raise ValueError(
                    f"run {step.run!r} would hold {step.stage} of two recipes; give this one a `name` of its own"
                )
    return in_order(list(found.values()))


def steps_of_run(recipe, planned, before):
    """The `Step` of each notebook of one run; `before` are those of earlier recipes."""
    mine = [Step(values["run"], notebook, values) for notebook, values in with_runs(recipe, planned)]
    for notebook, names in recipe.needs.items():
        for name in (notebook, *names):
            refuse_unlisted(name, recipe.notebooks)
    return [
        replace(step, needs=needed_by(step, mine[:place], mine, before, recipe.needs), run_code=recipe.run_code)
        for place, step in enumerate(mine)
    ]


def with_runs(recipe, planned):
    """Steps of `plan`, each with its run, also where a notebook has no such parameter."""
    run = next((values["run"] for _, values in planned if "run" in values), recipe.name)
    return [(notebook, {"run": run} | seen_from_the_project(values)) for notebook, values in planned]


def seen_from_the_project(values):
    """Parameters with the full paths of image sets' folders or tables that are named from the working folder.

    Notebooks are executed in the project's folder, where such a name would lead elsewhere.
    """
    named = {key: values[key] for key in ("image_set", "foreign_set") if key in values and Path.cwd() != paths.ROOT}
    there = {key: Path(name) for key, name in named.items() if name not in DRAWN_OR_KEPT and Path(name).exists()}
    return values | {key: str(path.resolve()) for key, path in there.items()}


def refuse_unlisted(notebook, listed):
    """ValueError for a notebook of `needs` that the recipe does not list."""
    if notebook not in listed:
        raise ValueError(
            f"`needs` names {notebook!r}; {near(notebook, listed)}the recipe's notebooks are {', '.join(listed)}"
        )


def needed_by(step, above, mine, before, told):
    """Keys of the steps that one needs: among `above` and all others of its run (`mine`), else those of `before`."""
    if step.notebook in told:
        return tuple(other.key for other in mine if other.notebook in told[step.notebook])
    says = says_of_itself(step.notebook)
    if says is None:
        return tuple(other.key for other in [*before, *above])
    needs = [other.key for other in above if says_of_itself(other.notebook) is None]
    for name in says["reads"]:
        own = [other.key for other in mine if name in left_by(other) and other is not step]
        needs += own or [other.key for other in before if name in left_by(other)]
    return tuple(dict.fromkeys(needs))


def left_by(step):
    """Names under which a step leaves things: its own, and those it says."""
    return {step.stage, *(says_of_itself(step.notebook) or {"leaves": ()})["leaves"]}


def in_order(steps):
    """Steps, each after those it needs, else as they stand; ValueError names a circle."""
    sorter = TopologicalSorter({step.key: step.needs for step in steps})
    try:
        sorter.prepare()
    except CycleError as error:
        circle = " needs ".join(stage for _, stage in reversed(error.args[1]))
        raise ValueError(f"notebooks need each other: {circle}; take one out, or correct `needs`") from None
    by_key, order = {step.key: step for step in steps}, []
    places = {step.key: place for place, step in enumerate(steps)}
    while sorter.is_active():
        ready = sorted((key for key in sorter.get_ready() if key in by_key), key=places.get)
        order += [by_key[key] for key in ready]
        sorter.done(*ready)
    return order
