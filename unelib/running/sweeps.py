"""Sweeps: one recipe at many settings, each a run of its own.

`grid` crosses lists of values, `zip` takes them in step, `list` gives settings as they stand; the three are crossed
with one another. A run of a sweep is called by what is special to it: `drawn,steps=5,solver=heun`.
"""

import re
from collections import Counter
from itertools import product
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from ..core.checks import file_name
from ..core.files import value_hash

EMPTY = BeforeValidator(lambda value: {} if value is None else value)
Values = Annotated[list[Any], Field(min_length=1)]
Settings = Annotated[list[dict[str, Any]], BeforeValidator(lambda value: value or [])]
Points = list[dict[str, Any]]
SHORT = 24  # letters of a value in a run's name, at most


class Sweep(BaseModel):
    """Settings of the runs of a sweep.

    Attributes
    ----------
    grid : dict of str to list
        Every combination of these values.
    zip : dict of str to list
        The first values together, then the second ones, ...; lists of one length.
    list : list of dict
        Settings as they stand.

    Examples
    --------
    >>> [point["steps"] for point in Sweep(grid={"steps": [5, 10]}).points()]
    [5, 10]
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    grid: Annotated[dict[str, Values], EMPTY] = Field({}, description="Values by parameter: every combination")
    zip: Annotated[dict[str, Values], EMPTY] = Field(
        {}, description="Values by parameter: the first ones together, ..."
    )
    list: Settings = Field([], description="Settings as they stand, one a run")

    def points(self) -> Points:
        """Parameters of each run, in order; one without any where nothing is swept.

        Raises
        ------
        ValueError
            On a parameter that is given twice or is `run`, on a value given twice, and on lists in `zip` of several
            lengths.
        """
        refuse_twice(self)
        crossed = [dict(zip(self.grid, values)) for values in product(*self.grid.values())]
        together = [dict(zip(self.zip, values)) for values in zip(*self.zip.values())] or [{}]
        found = [{**a, **b, **c} for a, b, c in product(crossed, together, self.list or [{}])]
        for name, times in Counter(map(called, found)).items():
            if times > 1:
                raise ValueError(f"sweep has {name.lstrip(',')} {times} times; leave one")
        return found


def refuse_twice(sweep):
    """ValueError for a parameter that two parts of a `Sweep` set, for `run`, and for lists that are not in step."""
    named = Counter([*sweep.grid, *sweep.zip, *{name for setting in sweep.list for name in setting}])
    for name, times in named.items():
        if times > 1:
            raise ValueError(f"sweep names {name!r} twice; give it in one of grid, zip and list")
    if "run" in named:
        raise ValueError(
            "sweep names 'run'; runs of a sweep are called by their settings, set `run` under `parameters`"
        )
    if len({len(values) for values in sweep.zip.values()}) > 1:
        lengths = ", ".join(f"{name} {len(values)}" for name, values in sweep.zip.items())
        raise ValueError(f"sweep: zip takes lists of one length; these have {lengths}")


def called(point):
    """What a point adds to the name of a run.

    >>> called({"steps": 5, "solver": "heun"})
    ',steps=5,solver=heun'
    """
    return "".join(f",{name}={in_a_name(value)}" for name, value in point.items())


def in_a_name(value):
    """A value as a part of a file's name; what is long or says something else in letters ends in a hash."""
    text = str(value)
    plain = re.sub(r"[^\w.+-]+", "-", text).strip("-.")
    same = plain == text or isinstance(value, list | tuple)
    return plain if same and len(plain) <= SHORT else f"{plain[:SHORT].rstrip('-.')}~{value_hash(value)[:6]}"


def run_of(name, point):
    """Name of the run at a point; ValueError if it is too long for a file."""
    return file_name(f"{name}{called(point)}", "run")
