"""What a recipe's later notebooks will ask for, looked at before its first one starts: images, attributes and noise.

Without it a misspelt attribute is found by the notebook that edits, after every image was inverted.
"""

from difflib import get_close_matches

from ..worlds.image_sets import find_images
from .workspace import Workspace

OF_ATTRIBUTES = ("targets", "attributes", "pair", "others")  # parameters that name attributes; the last in one text


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
        if made and "generator" in values:
            views = made | set(views_there(values["run"]))
            refuse_unless_known(f"{notebook}: generator", values["generator"], sorted(views), "view")


def attributes_of(values):
    """Names of an image set's attributes; None for one of a hub, which would have to be fetched first."""
    name = values["image_set"]
    if name.count("/") == 1 and not name.startswith((".", "/", "~")):
        return None
    return list(find_images(name, 1, values["train_split"], on_error=values.get("on_error", "raise")).attributes)


def views_there(run):
    """Views that a run's zoo has by now."""
    zoo = Workspace(run).zoo
    return zoo.views if zoo.has_index else []


def refuse_unless_known(parameter, name, known, what):
    """Raise ValueError, with the nearest name there is, unless a name that a parameter gives is known."""
    if name not in known:
        near = get_close_matches(str(name), map(str, known), 1)
        meant = f"did you mean {near[0]!r}? " if near else ""
        raise ValueError(
            f"{parameter} names {name!r}, and there is no such {what}; {meant}there are {', '.join(known)}"
        )
