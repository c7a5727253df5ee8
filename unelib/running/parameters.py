"""Kinds of parameters: what a notebook's parameters may be, checked before it starts.

A parameters cell names the kind of each value, `steps: Count = 10`, where Papermill reads it, too. The kinds, with
their ranges and choices, are here; a recipe's values are checked by them before anything runs (`recipes.plan`), and a
notebook's own by `check_parameters`.
"""

import reprlib
from collections.abc import Mapping
from typing import Annotated, Any, Literal, get_origin

from pydantic import AfterValidator, Field, TypeAdapter, ValidationError

from ..core.checks import choice, file_name
from ..inversion.choices import Grid, Solver  # noqa: F401  (kinds that notebooks name)
from ..models.encoder_names import find_encoder
from ..models.presets import GENERATORS, JUDGES, PROBE, find_model, is_gan
from ..probing.choices import Kind  # noqa: F401
from ..worlds.faces import ATTRIBUTES
from ..worlds.image_sets import find_source
from ..worlds.labelled_images import OnError  # noqa: F401
from .workspace import Workspace

LARGEST = 10**9  # of a count: more rows or steps than anybody has


def generator(name):
    """The name of a generator: a preset, a folder or a hub id, untrained or not; FileNotFoundError if it is none."""
    find_model(name.removeprefix("untrained:"), GENERATORS, "generator")
    return name


def inverted(name):
    """The name of a generator that pictures lead back to; ValueError for a GAN, errors as `generator`."""
    if is_gan(find_model(generator(name).removeprefix("untrained:"), GENERATORS, "generator")):
        raise ValueError(
            f"generator {name!r} is a GAN, which has no way back from a picture to its latent; give a diffusion model,"
            " or run notebooks/depth/known_latent.ipynb, whose latents are drawn"
        )
    return name


def encoder(name):
    """The name of an encoder; errors as `find_encoder`."""
    find_encoder(name)
    return name


def judge(name):
    """The name of a judge, or of an encoder of which one is made; FileNotFoundError if there is neither."""
    if name.startswith(PROBE):
        find_encoder(name.removeprefix(PROBE))
    else:
        find_model(name, JUDGES, "judge")
    return name


def judge_model(name):
    """The name of a judge that is a model of its own; FileNotFoundError if there is none."""
    find_model(name, JUDGES, "judge")
    return name


def image_set(name):
    """The name of an image set; FileNotFoundError if it stands for nothing."""
    find_source(name)
    return name


def drawn_part(name):
    """An attribute of drawn faces; ValueError lists them."""
    return choice(name, ATTRIBUTES, "attribute of drawn faces")


def corners(box):
    """Left, top, right and bottom of a box; ValueError unless it has an inside, in the picture."""
    left, top, right, bottom = box
    if not (0 <= left < right <= 1 and 0 <= top < bottom <= 1):
        raise ValueError(f"the box {list(box)} has no inside; give left < right and top < bottom, each from 0 to 1")
    return box


def field(text, **limits):
    """What a kind is called where a value is none, and its limits."""
    return Field(description=text, strict=True, **limits)


Text = Annotated[str, field("text, in quotes if need be")]
Run = Annotated[Text, AfterValidator(lambda name: file_name(name, "run")), field("the name of a run, a text")]
RunOrThis = Annotated[Literal["."] | Run, Field(description='the name of a run, or "." for this one')]
Runs = Annotated[list[Run], Field(description="a list of two runs or more", min_length=2)]
Seed = Annotated[int, field("a whole number from 0 to 4,294,967,295", ge=0, le=2**32 - 1)]
Count = Annotated[int, field(f"a whole number from 1 to {LARGEST:,}", ge=1, le=LARGEST)]
Counts = Annotated[list[Count], Field(description="a list of whole numbers, 1 or more", min_length=1)]
Timestep = Annotated[int, field("a timestep, a whole number from 0 on", ge=0, le=LARGEST)]
Timesteps = Annotated[list[Timestep], Field(description="a list of timesteps, whole numbers from 0 on", min_length=1)]
Number = Annotated[float, field("a number", allow_inf_nan=False)]
Numbers = Annotated[list[Number], Field(description="a list of numbers", min_length=1)]
Positive = Annotated[float, field("a number above 0", gt=0, allow_inf_nan=False)]
Share = Annotated[float, field("a number above 0 and below 1", gt=0, lt=1)]
Shares = Annotated[
    list[Annotated[float, field("a share", gt=0, le=1)]],
    Field(description="a list of shares, above 0 and up to 1", min_length=1),
]
Dimensions = Annotated[Count | Literal["cv"], Field(description='a whole number, 1 or more, or "cv"')]
Names = Annotated[list[Text], Field(description="a list of names, such as [a, b]; [] for all")]
Chosen = Annotated[list[Text], Field(description="a list of names, one at least, such as [a, b]", min_length=1)]
Texts = Annotated[list[Text], Field(description="a list of texts, such as [a man, a woman]")]
Pair = Annotated[tuple[()] | tuple[Text, Text], Field(description="two names, such as [a, b], or [] for none")]
ViewSets = Annotated[dict[Text, Chosen], Field(description="sets of views by name, such as {both: [a, b]}")]
Attribute = Annotated[Text, field("the name of an attribute, a text")]
DrawnPart = Annotated[Text, AfterValidator(drawn_part), field("an attribute of drawn faces, a text")]
Box = Annotated[
    tuple[Number, Number, Number, Number],
    AfterValidator(corners),
    Field(description="left, top, right and bottom as shares of the picture, such as [0.3, 0.6, 0.7, 0.8]"),
]
ViewName = Annotated[Text, field("the name of a view that the run has, a text")]
ViewNames = Annotated[list[Text], Field(description="views that the run has, such as [a, b]; [] for all")]
ImageSetName = Annotated[Text, AfterValidator(image_set), field("the name of an image set, a text")]
GeneratorName = Annotated[Text, AfterValidator(generator), field("the name of a generator, a text")]
Inverted = Annotated[Text, AfterValidator(inverted), field("the name of a generator, a text")]
GeneratorNames = Annotated[list[Inverted], Field(description="a list of generators' names", min_length=1)]
EncoderName = Annotated[Text, AfterValidator(encoder), field("the name of an encoder, a text")]
EncoderNames = Annotated[list[EncoderName], Field(description="a list of encoders' names", min_length=1)]
EmbeddingName = Annotated[Text, AfterValidator(encoder), field("the name of an encoder whose embeddings the run has")]
EmbeddingNames = Annotated[
    list[EmbeddingName], Field(description="names of encoders whose embeddings the run has", min_length=1)
]
JudgeName = Annotated[Text, AfterValidator(judge), field("the name of a judge, a text")]
Scorer = Annotated[Literal[""] | JudgeName, Field(description='the name of a judge, or "" for nobody')]
JudgeModel = Annotated[Text, AfterValidator(judge_model), field("the name of a judge that is a model, a text")]
OtherGenerator = Annotated[Literal[""] | GeneratorName, Field(description='the name of a generator, or "" for none')]
Targets = Annotated[
    dict[Text, Literal[1, -1]],
    Field(description="attributes with 1 (to have) or -1 (to lack), such as {Smiling: 1}", min_length=1),
]
TextPairs = Annotated[
    dict[Text, tuple[Text, Text]],
    Field(description="two texts an attribute, such as {Smiling: [a smiling face, a serious face]}", min_length=1),
]
Strengths = Annotated[
    dict[Literal["noise", "h", "state"], Annotated[list[Positive], Field(min_length=1)]],
    Field(description="numbers above 0 for each of noise, h and state", min_length=3),
]
Trials = Annotated[
    dict[RunOrThis, tuple[Literal[""] | GeneratorName, Scorer, Dimensions]],
    Field(description='generator, judge ("" for neither) and shared dimensions by run', min_length=1),
]
Edits = Annotated[dict[RunOrThis, Targets], Field(description="targets by run, such as {drawn: {Smiling: 1}}")]

NAMED = {  # kinds by what they name of the run's own
    "attribute": (Attribute,),
    "view": (ViewName, ViewNames, ViewSets, EmbeddingName, EmbeddingNames),
}


def kind_called(text: str) -> Any:
    """The kind that a parameters cell writes as `text`, such as "Count" or "int"; None if it is not known here."""
    plain = {kind.__name__: kind for kind in (int, float, str, bool, list, dict)}
    found = globals().get(text)
    return found if get_origin(found) in (Annotated, Literal) else plain.get(text)


def check_value(name: str, value: Any, kind: Any) -> None:
    """Raise ValueError unless a parameter's value is of its kind; FileNotFoundError if it names a model there is not.

    Parameters
    ----------
    name : str
        Of the parameter, for the error.
    value : object
        What it has been given.
    kind : type
        `Count` or another of this file's, or any that pydantic can check.

    Examples
    --------
    >>> check_value("steps", "ten", Count)
    Traceback (most recent call last):
    ValueError: steps is 'ten'; give a whole number from 1 to 1,000,000,000
    """
    checked = TypeAdapter(kind)
    try:
        checked.validate_python(value)
    except ValidationError as error:
        raise ValueError(f"{name} is {reprlib.repr(value)}; {wanted(checked, error.errors()[0])}") from None


def wanted(kind, mistake):
    """What to give instead of a value in which pydantic found a mistake."""
    if mistake["type"] == "value_error":  # one of ours, which says it itself
        return str(mistake["ctx"]["error"])
    schema = kind.json_schema()
    if "enum" in schema:
        return f"choose one of {', '.join(schema['enum'])}"
    places = [part for part in mistake["loc"] if isinstance(part, int) or part in mistake["loc"][:1]]
    where = "".join(f"[{part!r}]" for part in places) if schema.get("type") in ("array", "object") else ""
    return f"give {schema.get('description') or schema.get('type')}" + (f" (look at {where})" if where else "")


def check_parameters(namespace: Mapping[str, Any]) -> None:
    """Check a notebook's parameters by the kinds that its parameters cell gives them: the first call of a notebook.

    Attributes and views that they name are looked for in the zoo of its run, if that is there already.

    Parameters
    ----------
    namespace : mapping
        `globals()` of the notebook.

    Raises
    ------
    ValueError, FileNotFoundError
        As `check_value`, for the first that is wrong.

    Examples
    --------
    >>> check_parameters({"seed": 0, "__annotations__": {"seed": Seed}})
    """
    kinds = {name: kind for name, kind in namespace.get("__annotations__", {}).items() if name in namespace}
    for name, kind in kinds.items():
        check_value(name, namespace[name], kind)
    zoo = Workspace(namespace["run"]).zoo if "run" in kinds else None
    if zoo is None or not zoo.has_index:
        return
    for parameter, what, named in named_of_run(kinds, namespace):
        known = list(map(str, zoo.attributes)) if what == "attribute" else zoo.views
        if named not in known:
            raise ValueError(f"{parameter} is {named!r}, and {zoo.path} has no such {what}; it has {', '.join(known)}")


def named_of_run(kinds, values):
    """What parameters name of their run's own: (parameter, "attribute" or "view", name) of each, by their kinds.

    A notebook that nobody judges makes no pictures, and asks for no encoder by which to compare them.
    """
    found = []
    for parameter, kind in kinds.items():
        what = next((what for what, among in NAMED.items() if any(kind is one for one in among)), None)
        if what and not (kind is EmbeddingName and values.get("judge") == ""):
            found += [(parameter, what, name) for name in listed(values[parameter])]
    return found


def listed(value):
    """Names in a parameter's value: one, a list of them, or lists by name."""
    if isinstance(value, dict):
        return [name for names in value.values() for name in names]
    return [value] if isinstance(value, str) else list(value)
