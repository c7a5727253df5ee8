"""One edit as a value: which picture, by which method, how far, what is kept, and how the picture is made of noise.

Undo, saving, the command `python -m unelib edit` and code to copy all start from it; `edit_methods` carries it out.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from numbers import Real
from types import MappingProxyType
from typing import Any, Literal, get_args

import numpy as np

from ..core.checks import choice, whole
from ..inversion.choices import PAIRED, Grid, Solver
from .steps import CURVED

Method = Literal[
    "difference of class means",
    "probe weights",
    "probe pattern",
    "others held constant",
    "least change",
    "principal components",
    "text",
    "h-space",
    "pullback vectors",
]
METHODS: tuple[Method, ...] = get_args(Method)
KeepBy = Literal["projection", "covariance", "judge"]
KEEP_BY: tuple[KeepBy, ...] = get_args(KeepBy)
COMPONENTS = 6  # principal components, and vectors of an image, that can be moved along: as the explorer has sliders
NUMBERED = {"principal components": "component", "pullback vectors": "vector"}  # what their directions are called
PATHS = ("straight", *CURVED)
SOLVERS = tuple(name for name in get_args(Solver) if name not in PAIRED)  # those that noise alone leads back by
EXAMPLE = '{"generator": "drawn-ldm", "strengths": {"Smiling": 6}}'


@dataclass(frozen=True)
class EditState:
    """One edit of one picture: pure data, which can be compared, hashed, and written as JSON.

    Attributes
    ----------
    generator : str
        Whose noise is moved: the name of a zoo's view.
    image : str, optional
        Id of the zoo's row that is edited.
    seed : int, optional
        Of a fresh sample, in place of an image. With neither, the edit is of whatever noise it is applied to.
    method : str
        One of `METHODS`: where the direction of an attribute comes from.
    strengths : dict {attribute: float}
        How far to go, in standard deviations of held-out images. Read only; 0 is the same as not named. By text, what
        stands for an attribute is any text; of principal components it is "component 1" and so on, of pullback
        vectors, which are the image's own, "vector 1".
    kept : sequence of str
        Attributes whose own directions are taken out of all others; sorted, each once.
    keep_by : {"projection", "covariance", "judge"}
        By projection, directions become orthogonal to those of what is kept; by covariance, their scores over images
        become uncorrelated with those (`ShrunkCovariance`); the least change keeps scores by itself, in either case. By
        the judge, noise is moved on along the directions of
        what is kept until the judge's probabilities of it are nearly as they were (`kept_by_judge`).
    control : bool
        Whether a step as long in a random direction takes the place of the edit's own: what any step does.
    encoder : str, optional
        Whose texts the method "text" reads: the name of a zoo's view.
    path : {"straight", "norm", "geodesic"}
        As `move` takes it; in h-space, where the noise stays, only "straight".
    steps, solver, grid : optional
        As `generate` takes them; None: as the zoo's noise was made.

    Raises
    ------
    ValueError
        Naming the value that cannot be, and what to give in its place.

    Examples
    --------
    >>> state = EditState("drawn-ldm", image="face-0-20000000", strengths={"Smiling": 6, "Young": 0}, kept=["Male"])
    >>> state == EditState.from_json(state.to_json()), dict(state.strengths), state.with_(seed=3).image
    (True, {'Smiling': 6.0}, None)
    """

    generator: str
    image: str | None = None
    seed: int | None = None
    method: Method = METHODS[0]
    strengths: Mapping[str, float] = field(default_factory=dict)
    kept: tuple[str, ...] = ()
    keep_by: KeepBy = KEEP_BY[0]
    control: bool = False
    encoder: str | None = None
    path: Literal["straight", "norm", "geodesic"] = "straight"
    steps: int | None = None
    solver: Solver | None = None
    grid: Grid | None = None

    def __post_init__(self) -> None:
        check_text(self.generator, "generator", '"drawn-ldm"')
        check_picture(self.image, self.seed)
        choice(self.method, METHODS, "method")
        choice(self.keep_by, KEEP_BY, "keep_by")
        check_control(self.control)
        check_encoder(self.method, self.encoder)
        choice(self.path, PATHS if self.method != "h-space" else PATHS[:1], "path")
        check_way(self.steps, self.solver, self.grid)
        plain = {"strengths": MappingProxyType(checked_strengths(self.strengths)), "kept": checked_kept(self.kept)}
        plain |= {name: int(value) for name in ("seed", "steps") if (value := getattr(self, name)) is not None}
        for name, value in plain.items():
            object.__setattr__(self, name, value)  # as a dataclass that is frozen sets its own
        check_words(self.method, self.strengths, self.kept)
        check_numbered(self.method, self.strengths)

    def __hash__(self) -> int:
        return hash(self.to_json())

    def __reduce__(self) -> Any:
        return EditState.from_json, (self.to_json(),)  # a read-only mapping can be copied by no other way

    @property
    def how(self) -> dict[str, Any]:
        """Those of steps, solver and grid that are named: `generate(gen, noise, **state.how)`."""
        named = {"steps": self.steps, "solver": self.solver, "grid": self.grid}
        return {name: value for name, value in named.items() if value is not None}

    @property
    def needs_judge(self) -> bool:
        """Whether a judge has anything to keep: not of the control, nor where nothing is moved."""
        return self.keep_by == "judge" and bool(self.kept) and bool(self.strengths) and not self.control

    def with_(self, **changes: Any) -> "EditState":
        """The same edit with some of its parts changed; a new image takes the place of a seed, and the other way round.

        >>> EditState("drawn-ldm", seed=1).with_(image="a", strengths={"Young": -6}).seed is None
        True
        """
        for name in changes:
            choice(name, PARTS, "part of an edit")
        for name, other in (("image", "seed"), ("seed", "image")):
            if changes.get(name) is not None:
                changes.setdefault(other, None)
        return replace(self, **changes)

    def as_dict(self) -> dict[str, Any]:
        """Its parts as JSON values, without those that are as by default."""
        parts = {name: getattr(self, name) for name in PARTS}
        parts |= {"strengths": dict(self.strengths), "kept": list(self.kept)}
        return {name: value for name, value in parts.items() if name == "generator" or value != DEFAULTS[name]}

    def to_json(self) -> str:
        """As JSON; equal edits are equal texts.

        >>> EditState("drawn-ldm", seed=1).to_json()
        '{"generator": "drawn-ldm", "seed": 1}'
        """
        return json.dumps(self.as_dict(), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> "EditState":
        """The edit that a JSON text describes; ValueError, naming what is wrong with it and what to write instead."""
        try:
            parts = json.loads(text, object_pairs_hook=each_once)
        except json.JSONDecodeError as error:
            raise ValueError(f"the edit is not JSON ({error}); write it like {EXAMPLE}") from error
        except RecursionError as error:
            raise ValueError(f"the edit is JSON in too many layers; write it like {EXAMPLE}") from error
        if not isinstance(parts, dict):
            raise ValueError(f"the edit is {brief(parts)}, and no JSON object; write it like {EXAMPLE}")
        for name in parts:
            choice(name, PARTS, "key of an edit")
        if "generator" not in parts:
            raise ValueError(f'the edit has no "generator"; name it, as in {EXAMPLE}')
        return cls(**parts)


PARTS = tuple(part.name for part in fields(EditState))
DEFAULTS = {part.name: part.default for part in fields(EditState)} | {"strengths": {}, "kept": []}


def each_once(pairs):
    """A JSON object of its pairs; ValueError if a key is there twice, of which JSON readers would keep the last."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the edit has the key {twice!r} twice; leave one of them")
    return found


def check_text(value, what, example):
    """ValueError unless a value is a text that is not empty."""
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{what} is {brief(value)}; give a text such as {example}")


def check_picture(image, seed):
    """ValueError unless an image is a text and a seed a whole number, and at most one of them is there."""
    if image is not None:
        check_text(image, "image", 'the id of a zoo\'s row, "face-0-20000000"')
    if seed is not None and not whole(seed, 0):
        raise ValueError(f"seed is {brief(seed)}; give a whole number from 0 on")
    if image is not None and seed is not None:
        raise ValueError(f"both an image ({image!r}) and a seed ({seed}) are named; leave out one of them")


def check_control(control):
    """ValueError unless it is true or false."""
    if not isinstance(control, bool):
        raise ValueError(f"control is {brief(control)}; give true, for a random step as long, or false")


def check_encoder(method, encoder):
    """ValueError unless an encoder is named where texts are read, and nowhere else."""
    if (method == "text") != (encoder is not None):
        told = (
            "names no encoder; give one that reads text," if encoder is None else "needs no encoder; leave it out, or"
        )
        raise ValueError(f'method {method!r} {told} as in "method": "text", "encoder": "drawn-clip"')
    if encoder is not None:
        check_text(encoder, "encoder", '"drawn-clip"')


def check_words(method, strengths, kept):
    """ValueError if a text that is moved along is also the name of what is kept."""
    both = [name for name in kept if name in strengths] if method == "text" else []
    if both:
        raise ValueError(f"{both[0]!r} is both a text and kept; write the text in other words, or do not keep it")


def check_numbered(method, strengths):
    """ValueError on what is no component or vector, where a method moves along these alone."""
    if method in NUMBERED:
        for name in strengths:
            choice(name, [f"{NUMBERED[method]} {i}" for i in range(1, COMPONENTS + 1)], f"direction of {method!r}")


def check_way(steps, solver, grid):
    """ValueError on steps, a solver or a grid that cannot be; None is as the noise was made."""
    if steps is not None and not whole(steps, 1):
        raise ValueError(f"steps is {brief(steps)}; give a whole number from 1 on, or leave it out")
    if solver is not None:
        choice(solver, SOLVERS, "solver")
    if grid is not None:
        choice(grid, get_args(Grid), "grid")


def checked_strengths(strengths):
    """Strengths by name, in the order of the names, without those of 0; ValueError on what is no finite number."""
    if not isinstance(strengths, Mapping):
        raise ValueError(f'strengths is {brief(strengths)}; give a number for each attribute, such as {{"Smiling": 6}}')
    for name, value in strengths.items():
        check_text(name, "an attribute of strengths", '"Smiling"')
        if not isinstance(value, Real) or isinstance(value, bool) or not np.isfinite(float_of(value)):
            raise ValueError(f"the strength of {name!r} is {brief(value)}; give a finite number of standard deviations")
    return {name: float(strengths[name]) for name in sorted(strengths) if strengths[name] != 0}


def checked_kept(kept):
    """Names of what is kept, sorted, each once; ValueError unless they are a list of texts."""
    if isinstance(kept, str) or not isinstance(kept, (list, tuple, set, frozenset)):
        raise ValueError(f'kept is {brief(kept)}; give a list of attributes, such as ["Young"]')
    for name in kept:
        check_text(name, "an attribute that is kept", '"Young"')
    return tuple(sorted(set(kept)))


def check_held_out(zoo, learn):
    """ValueError unless two images of a zoo at least are held out."""
    if (~learn).sum() < 2:
        raise ValueError(
            f"{zoo.path} holds out {(~learn).sum()} images; strengths count in the standard deviation of held-out"
            " images, so take a zoo with two at least"
        )


def float_of(value):
    """A number as a float; infinite where it is too large for one."""
    try:
        return float(value)
    except OverflowError:
        return float("inf")


def brief(value):
    """A value as it stands in a message: its first letters if it is long."""
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
