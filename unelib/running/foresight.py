"""What a recipe's later notebooks will ask for, looked at before its first one starts: images, attributes and noise.

Without it a misspelt attribute is found by the notebook that edits, after every image was inverted.
"""

from ..core import paths
from ..models.encoder_names import UNTRAINED, has_untrained
from ..models.presets import judge_attributes, last_timestep
from ..worlds.image_sets import few_images, is_of_hub
from .marks import read_mark
from .notebooks import makes_own_views, notebook_parameters, says_of_itself
from .parameters import Timestep, Timesteps, named_of_run
from .recipes import near
from .steps import left_by
from .workspace import Workspace

OF_ATTRIBUTES = ("targets", "attributes", "pair", "others")  # parameters that name attributes; the last in one text
SCORED = ("targets", "pair", "others", "asked", "attribute")  # of these, and of others, what a judge is asked about

THIS = "."  # the run itself, among the runs that a notebook looks at
OF_IMAGES = ("image_set", "train_split", "test_split", "n_train", "n_test", "image_size", "on_error")
KINDS = {"noise": "noise", "embeddings": "embedding"}  # what notebooks read, and the kind of such views
NOTHING = {"reads": (), "leaves": ()}  # said by a notebook that says nothing of itself
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
            for name in words_or_names(values.get(key, ())):
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


def words_or_names(value):
    """Names in a parameter's value: the words of a text, or what is listed."""
    return value.split() if isinstance(value, str) else list(value)


def check_own(steps):
    """Raise ValueError where steps, [(notebook, all parameters)], of one run name what it will not have.

    By the kinds of their parameters that is an attribute of its images, a view that neither these steps make nor it
    has, an attribute that the judge does not know, a timestep that the generator's schedule does not have, or another
    generator whose latents are of another shape.
    """
    asked = [(notebook, *one) for notebook, values in steps for one in named_of_run(kinds_of(notebook), values)]
    whats = {what for _, _, what, _ in asked}
    images = next((values for _, values in steps if "image_set" in values), None)
    known = {"attribute": attributes_of(images) if images and "attribute" in whats else None}
    known["view"] = views_to_come(steps) if "view" in whats else None
    for notebook, parameter, what, name in asked:
        if known[what]:
            refuse_unless_known(f"{notebook}: {parameter}", name, known[what], what)
    for notebook, values in steps:
        check_judged(notebook, values)
        check_timesteps(notebook, values)
        check_other(notebook, values)


def kinds_of(notebook):
    """{parameter: kind} of a notebook."""
    return {name: told.kind for name, told in notebook_parameters(paths.ROOT / notebook).items()}


def views_to_come(steps):
    """Names of all views that a run will have in the end; None where a notebook does not tell those that it makes."""
    if any(makes_own_views(notebook) for notebook, _ in steps):
        return None
    makers = [values for notebook, values in steps if {*KINDS} & {*(says_of_itself(notebook) or NOTHING)["leaves"]}]
    return [
        *dict.fromkeys([*(name for values in makers for name in views_left(values)), *views_there(steps[0][1]["run"])])
    ]


def views_left(values):
    """Names of the views that a notebook with these parameters makes, as `views.views_of` gives them."""
    found = [*(generators := values.get("generators", []))]
    for place, name in enumerate(generators):
        found += ["pixels", f"{UNTRAINED}{name}"] if not place else []
        found += [role + (f" of {name}" if place else "") for role in ("clean latent", "leak")]
    encoders = values.get("encoders", [])
    return [*found, *encoders, *(UNTRAINED + name for name in encoders if has_untrained(name))]


def check_judged(notebook, values):
    """Raise ValueError for an attribute that is scored and that the judge, a model that is here, does not know."""
    knows = judge_attributes(values["judge"]) if values.get("judge") else None
    for key in SCORED if knows else ():
        for name in words_or_names(values.get(key, ())):
            if name not in knows:
                told = f"{near(name, knows)}it knows {', '.join(knows)}"
                raise ValueError(
                    f"{notebook}: {key} names {name!r}, which judge {values['judge']!r} does not know; {told}; name"
                    " others, or another judge, such as probe: and an encoder of this run"
                )


def check_timesteps(notebook, values):
    """Raise ValueError for a timestep after the last of the generator's schedule, where its folder is here."""
    last = last_timestep(values["generator"]) if values.get("generator") else None
    for name, kind in kinds_of(notebook).items() if last is not None else ():
        asked = [values[name]] if kind is Timestep else values[name] if kind is Timesteps else []
        if late := [t for t in asked if t > last]:
            raise ValueError(
                f"{notebook}: {name} has timestep {late[0]}, and the schedule of {values['generator']} ends at {last};"
                f" choose 0 to {last}"
            )


def check_other(notebook, values):
    """Raise ValueError for another generator whose latents are of another shape, where both models are here."""
    names = [values.get("generator"), values.get("other")]
    if not all(names):
        return
    from .views import latent_shape  # brings the models' libraries, which take seconds

    one, two = map(latent_shape, names)
    if None not in (one, two) and one != two:
        raise ValueError(
            f"{notebook}: other is {names[1]!r}, with latents of {two}, and {names[0]} has {one}; choose one of that"
            " shape"
        )


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
