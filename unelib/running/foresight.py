"""What a recipe's later notebooks will ask for, looked at before its first one starts: images, attributes and noise.

Without it a misspelt attribute is found by the notebook that edits, after every image was inverted.
"""

from ..worlds.image_sets import few_images, is_of_hub
from .marks import read_mark
from .notebooks import says_of_itself
from .recipes import near
from .steps import left_by
from .workspace import Workspace

OF_ATTRIBUTES = ("targets", "attributes", "pair", "others")  # parameters that name attributes; the last in one text

THIS = "."  # the run itself, among the runs that a notebook looks at
OF_IMAGES = ("image_set", "train_split", "test_split", "n_train", "n_test", "image_size", "on_error")
KINDS = {"noise": "noise", "embeddings": "embedding"}  # what notebooks read, and the kind of such views
MAKERS = {"noise": "notebooks/01_invert.ipynb", "embeddings": "notebooks/02_encode.ipynb"}


def check_names(steps):
    """Raise an error for what steps, [(notebook, all parameters)], name and will not find.

    ValueError for an attribute that the image set does not have, FileNotFoundError for an image set that is not there,
    ValueError for noise that neither these steps make nor the run has.
    """
    made = {name for _, values in steps for key in ("generators", "encoders") for name in values.get(key, [])}
    known = next((attributes_of(values) for _, values in steps if "image_set" in values), None)
    for notebook, values in steps:
        for key in OF_ATTRIBUTES if known else ():
            names = values.get(key, ())
            for name in names.split() if isinstance(names, str) else names:
                refuse_unless_known(f"{notebook}: {key}", name, known, "attribute")
        for name in values.get("edits", {}).get(THIS, ()) if known else ():
            refuse_unless_known(f"{notebook}: edits", name, known, "attribute")
        if made and "generator" in values:
            views = made | set(views_there(values["run"]))
            refuse_unless_known(f"{notebook}: generator", values["generator"], sorted(views), "view")
        if made and (tried := values.get("trials", {}).get(THIS, [""])[0]):  # empty: nothing is edited
            refuse_unless_known(f"{notebook}: trials", tried, sorted(made | set(views_there(values["run"]))), "view")
        if made and values.get("leading_encoder"):  # empty: whichever there is
            views = made | set(views_there(values["run"]))
            refuse_unless_known(f"{notebook}: leading_encoder", values["leading_encoder"], sorted(views), "view")


def attributes_of(values):
    """Names of an image set's attributes; None for one of a hub, which would have to be fetched first."""
    name = values["image_set"]
    if is_of_hub(name):
        return None
    return list(few_images(name, 1, values["train_split"], on_error=values.get("on_error", "raise")).attributes)


def views_there(run):
    """Views that a run's zoo has by now."""
    zoo = Workspace(run).zoo
    return zoo.views if zoo.has_index else []


def refuse_unless_known(parameter, name, known, what):
    """Raise ValueError, with the nearest name there is, unless a name that a parameter gives is known."""
    if name not in known:
        told = f"{near(name, known)}there are {', '.join(known)}"
        raise ValueError(f"{parameter} names {name!r}, and there is no such {what}; {told}")


def check_runs(steps, values):
    """Raise ValueError where a run cannot take these steps: it holds other images, or lacks what they read.

    values  [(notebook, all parameters)] of the steps
    """
    run = steps[0].run
    for step, (_, wanted) in zip(steps, values):
        held = read_mark(step).get("parameters", {})
        other = [name for name in OF_IMAGES if name in held and held[name] != wanted.get(name)]
        if other and Workspace(run).zoo.has_index:
            told = ", ".join(f"{name} {held[name]}, not {wanted.get(name)}" for name in other)
            raise ValueError(f"run {run!r} holds other images ({told}); name another run: -p run NAME")
    left = set().union(*map(left_by, steps))
    for step, (_, wanted) in zip(steps, values):
        if not step.needs:
            check_reads(step, wanted, left)


def check_reads(step, wanted, left):
    """Raise ValueError for views that a step reads, which no step of its run leaves and the runs it looks at lack."""
    others = list(wanted.get("worlds", ())) or list(wanted.get("trials", ()))
    zoos = {run: Workspace(run).zoo for run in (step.run if name == THIS else name for name in others or [THIS])}
    for name in (says_of_itself(step.notebook) or {"reads": ()})["reads"]:
        lacking = [run for run, zoo in zoos.items() if not (zoo.has_index and zoo.views_of(KINDS.get(name, "noise")))]
        if name in KINDS and name not in left and lacking:
            raise ValueError(
                f"{step.notebook} reads {name}, which no notebook of this recipe leaves and run {lacking[0]!r} does not"
                f" have; list the notebook that does, such as {MAKERS[name]}"
            )
