"""What a run would do and need, and what is missing for it, found before it starts; nothing is written."""

import shutil
import warnings
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ..core.cpus import cores
from ..core.paths import home
from ..models.availability import HERE, MISSING, hub_refusal, whereabouts
from ..models.encoder_names import running_code
from ..store.image_index import rare_attributes
from ..worlds.image_sets import few_images, find_parts, is_of_hub
from .execute import shared_out
from .forecast import disk, outlook, time_left
from .foresight import THIS, check_names, check_own, check_runs
from .models_named import models_to_load
from .notebooks import makes_own_views, with_defaults
from .recipes import read_recipe
from .steps import Step, recipe_steps
from .workspace import Workspace

WRONG = (ValueError, FileNotFoundError, ImportError)
BESIDE = 15.0  # seconds that a notebook takes beside its views: its kernel, what it imports, its checks and figures
SMALLEST = {"drawn-faces": 16, "fashion": 28}  # pixels a side that are drawn soonest: attributes are those of any size


@dataclass
class Prospects:
    """What a run would do: what `dry_run` returns.

    Attributes
    ----------
    notebooks : DataFrame
        One row a step, in order: run, stage, why it would be executed, seconds, needs, parameters.
    models : DataFrame
        kind, name, state ("here", "to be fetched from the hub" or "missing") and where, or what to do.
    images : DataFrame
        run, image_set, train, test (how many images of each) and attributes (how many).
    rare : DataFrame
        run, attribute and why it cannot be scored.
    bytes_needed, bytes_free : int
        That views will take, and that the disk has.
    unknown_sizes : list of str
        Views whose size is not known before their model is loaded.
    seconds : float
        Until all is done.
    estimate : str
        Where that is from.
    notes : list of str
        What is no obstacle and worth knowing.
    missing : list of str
        What has to be done before the run can start; empty if it can.
    """

    notebooks: pd.DataFrame = field(default_factory=pd.DataFrame)
    models: pd.DataFrame = field(default_factory=pd.DataFrame)
    images: pd.DataFrame = field(default_factory=pd.DataFrame)
    rare: pd.DataFrame = field(default_factory=pd.DataFrame)
    bytes_needed: int = 0
    bytes_free: int = 0
    unknown_sizes: list[str] = field(default_factory=list)
    seconds: float = 0.0
    estimate: str = ""
    notes: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """The same as lists and dicts, without the parameters of notebooks."""
        plain = {key: value for key, value in asdict(self).items() if not isinstance(value, pd.DataFrame)}
        tables = {"notebooks": self.notebooks.drop(columns="parameters", errors="ignore"), "models": self.models,
                  "images": self.images, "rare": self.rare}  # fmt: skip
        return {"can_start": not self.missing} | {k: t.to_dict("records") for k, t in tables.items()} | plain


def dry_run(
    recipe: str | Path | dict[str, Any],
    parameters: dict[str, Any] | None = None,
    *,
    force: bool = False,
    jobs: int | None = None,
    share: tuple[int, int] = (1, 1),
    trial: bool = True,
) -> Prospects:
    """What `run` would do with a recipe, what it needs, and what is missing; nothing is written.

    Parameters
    ----------
    recipe : str, Path or dict
        A YAML file, or what one holds; see `Recipe`.
    parameters : dict, optional
        In place of this recipe's own.
    force, jobs, share
        As for `run`.
    trial : bool
        Whether to invert and embed two images, to say how long all will take. It is left out as well while a model is
        not here.

    Returns
    -------
    Prospects
        All that was found, with what is missing as sentences.

    Raises
    ------
    ValueError
        On a share that there is not.

    Examples
    --------
    >>> found = dry_run({"name": "new", "notebooks": ["notebooks/01_invert.ipynb"]}, trial=False)
    >>> found.missing, found.images[["image_set", "train", "test"]].values.tolist()
    ([], [['drawn-faces', 350, 150]])
    """
    found = Prospects()
    try:
        steps = shared_out(recipe_steps(read_recipe(recipe), parameters), share)
    except WRONG as error:
        found.missing.append(str(error))
        return found
    look_at_all(found, steps, force, jobs or cores(), trial)
    return found


def look_at_all(found, steps, force, jobs, trial):
    """All that steps need and lack, in an order in which nothing long is done before what is quickly known."""
    found.notebooks = outlook(steps, force)
    pending = [step for step, why in zip(steps, found.notebooks.why) if why]
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        look_at_images(found, pending)
        look_at_names(found, steps)
        look_at_models(found, pending)
        look_at_disk(found, pending)
    found.notes += dict.fromkeys(str(one.message) for one in told if issubclass(one.category, UserWarning))
    look_at_time(found, steps, pending, jobs, trial)
    found.missing = list(dict.fromkeys(found.missing))


def valued(step: Step) -> dict[str, Any]:
    """All parameters of a step, its notebook's defaults included."""
    return with_defaults([(step.notebook, step.parameters)])[0][1]


def by_run(steps):
    """{run: its steps}, in order."""
    found: dict[str, list[Step]] = {}
    for step in steps:
        found.setdefault(step.run, []).append(step)
    return found


def look_at_names(found, steps):
    """What notebooks name and would not find, as `run` checks it."""
    for mine in by_run(steps).values():
        own = with_defaults([(step.notebook, step.parameters) for step in mine])
        for check, given in ((check_names, (own,)), (check_own, (own,)), (check_runs, (mine, own))):
            try:
                check(*given)
            except WRONG as error:
                found.missing.append(str(error))


def look_at_images(found, steps):
    """How many images each run has, and which attributes are too rare; what is wrong with them."""
    rows, rare, known = [], [], {}
    for run, mine in by_run(steps).items():
        values = next((v for v in map(valued, mine) if {"image_set", "n_train", "n_test"} <= set(v)), None)
        try:
            labels, split, groups = labels_of(run, values, found.notes, known)
        except WRONG as error:
            found.missing.append(str(error))
            continue
        if labels is None:
            continue
        name = values["image_set"] if values else f"zoo of {run}"
        rows.append((run, name, int((split == "train").sum()), int((split == "test").sum()), labels.shape[1]))
        lost = rare_attributes(labels, split, groups)
        rare += [(run, attribute, why) for attribute, why in lost.items()]
        found.missing += too_rare(run, mine, list(labels), lost)
    found.images = pd.DataFrame(rows, columns=["run", "image_set", "train", "test", "attributes"])
    found.rare = pd.DataFrame(rare, columns=["run", "attribute", "why"])


def labels_of(run, values, notes, known):
    """Attributes (n, a), split (n,) and groups of a run's images; (None, None, None) where they cannot be seen yet.

    values  parameters that name the images; None where the run's zoo is to be there
    known   what was found for earlier runs, by the parameters that say it
    """
    if values is None:
        zoo = Workspace(run).zoo
        return (zoo.attributes, zoo.split, zoo.groups) if zoo.has_index else (None, None, None)
    name = values["image_set"]
    if is_of_hub(name):
        if refused := hub_refusal(name, "dataset"):
            raise FileNotFoundError(f"image set {name!r}: {refused}")
        notes.append(f"{name} is fetched from the hub first; its images and attributes are not looked at")
        return None, None, None
    asked = {key: values[key] for key in ("n_train", "n_test", "train_split", "test_split", "on_error")}
    key = (name, values["image_size"], *asked.values())
    if key not in known:
        few_images(name, 1, values["train_split"], size=values["image_size"], on_error=values["on_error"])
        train, test = find_parts(name, **asked, size=SMALLEST.get(name, values["image_size"]))
        groups = None if train.groups is None else np.concatenate([train.groups, test.groups])
        split = np.repeat(["train", "test"], [len(train), len(test)])
        known[key] = pd.concat([train.attributes, test.attributes]), split, groups
    return known[key]


def too_rare(run, steps, names, lost):
    """Sentences about what is too rare: all attributes, or all that a notebook is to edit."""
    if len(lost) == len(names):
        told = "; ".join(f"{name}: {why}" for name, why in list(lost.items())[:3]) or "there is none"
        return [f"run {run!r}: no attribute can be scored ({told}); take more images"]
    found = []
    for step in steps:
        values = valued(step)
        aims = {"targets": values.get("targets", {}), "edits": values.get("edits", {}).get(THIS, {})}
        for parameter, named in aims.items():
            if named and all(name in lost for name in named):
                told = "; ".join(f"{name}: {lost[name]}" for name in named)
                found.append(
                    f"{step.notebook}: none of its {parameter} can be scored ({told}); name others, or take more images"
                )
    return found


def look_at_models(found, steps):
    """Where each model is that steps will load; missing as well where one of them may not run a function's code."""
    known = {}
    for model, code in dict.fromkeys((model, step.run_code) for step in steps for model in models_to_load([step])):
        with running_code(code):
            where = whereabouts(*model)
        if model not in known or where.state == MISSING:
            known[model] = where
    rows = [(*model, *where) for model, where in known.items()]
    found.models = pd.DataFrame(rows, columns=["kind", "name", "state", "where"])
    found.missing += found.models["where"][found.models.state == MISSING].tolist()


def look_at_disk(found, steps):
    """How much the views will take, and how much is free."""
    from .views import view_sizes  # brings the models' libraries, which take seconds

    found.bytes_needed, found.unknown_sizes = disk(steps, view_sizes)
    for stage in dict.fromkeys(step.stage for step in steps if makes_own_views(step.notebook)):
        found.notes.append(
            f"{stage} makes its views itself: no size of them is told here, and `zoo build` does not make them"
        )
    place = next(path for path in (home() / "data", *(home() / "data").parents) if path.is_dir())
    found.bytes_free = shutil.disk_usage(place).free
    if found.bytes_needed > found.bytes_free:
        needed, free = (f"{size / 1e9:.1f} GB" for size in (found.bytes_needed, found.bytes_free))
        found.missing.append(f"views will take {needed}, and {place} has {free} free; make room, or take fewer images")


def look_at_time(found, steps, pending, jobs, trial):
    """How long all will take: views by a trial of two images, the rest as it took before or as notebooks say."""
    found.estimate = "as long as notebooks took before, or say that they take"
    if trial and not found.missing and (found.models.state == HERE).all():
        try:
            with warnings.catch_warnings(action="ignore"):  # told before, about all images
                tried = tried_seconds(pending)
        except (*WRONG, OSError, RuntimeError) as error:  # of the memory, too
            found.missing.append(f"the trial of two images failed: {error}")
            tried = {}
        for place, step in enumerate(steps):
            if step.key in tried:
                found.notebooks.loc[place, "seconds"] = tried[step.key]
        if tried:
            found.estimate = f"views by a trial of two images; the rest {found.estimate}"
    elif (found.models.state != HERE).any():
        found.estimate += " of small models; those that are not here may take many times as long"
        if trial:
            found.notes.append("no trial of two images: not all models are here")
    left = dict(zip([step.key for step in steps], found.notebooks.seconds))
    found.seconds = time_left(steps, left, jobs)


def tried_seconds(steps):
    """{key: seconds} of those steps that make views, by two of their own images."""
    from .two_images import view_seconds
    from .views import views_of

    found, known, made = {}, {}, {}
    for step in steps:
        values = valued(step)
        if not {"image_set", "n_train", "n_test"} <= set(values) or not {"generators", "encoders"} & set(values):
            continue
        zoo = Workspace(step.run).zoo
        there = made.setdefault(step.run, set(zoo.views) if zoo.has_index else set())
        key = repr([sorted(there), step.run_code, {name: value for name, value in values.items() if name != "run"}])
        if key not in known:
            how = {"size": values["image_size"], "on_error": values["on_error"]}
            images = few_images(values["image_set"], 2, values["train_split"], **how)
            with running_code(step.run_code):
                known[key] = view_seconds(values, images.pixels[:2], there)
        loading, each = known[key]
        if each:
            found[step.key] = BESIDE + loading + each * (values["n_train"] + values["n_test"])
        there |= {view.name for view in views_of(values)}
    return found
