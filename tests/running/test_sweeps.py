"""Sweeps: which runs they make, how these are called, and what is refused."""

import pytest
import yaml
from pydantic import ValidationError

from unelib.core import paths
from unelib.running import Sweep, read_recipe, recipe_steps, swept
from unelib.running.sweeps import run_of

BOOKS = ["notebooks/01_invert.ipynb", "notebooks/03_probe.ipynb"]


def recipe(**more):
    return read_recipe({"name": "trial", "notebooks": BOOKS} | more)


def test_nothing_swept_is_one_run():
    assert swept(recipe()) == [{"run": "trial"}] and Sweep().points() == [{}]


def test_grids_are_crossed_zips_go_in_step_and_lists_stand():
    sweep = Sweep(grid={"a": [1, 2], "b": [3, 4]}, zip={"c": [5, 6], "d": [7, 8]}, list=[{"e": 0}, {"e": 1, "f": 2}])
    points = sweep.points()
    assert len(points) == 16 and points[0] == {"a": 1, "b": 3, "c": 5, "d": 7, "e": 0}
    assert {(p["c"], p["d"]) for p in points} == {(5, 7), (6, 8)} and points[-1]["f"] == 2


def test_runs_are_called_by_their_settings():
    names = [point["run"] for point in swept(recipe(sweep={"grid": {"steps": [5, 10], "solver": ["heun"]}}))]
    assert names == ["trial,steps=5,solver=heun", "trial,steps=10,solver=heun"]
    assert run_of("x", {"generators": ["a/b", "c"]}) == "x,generators=a-b-c" or "~" in run_of(
        "x", {"generators": ["a/b"]}
    )
    apart = {run_of("x", {"model": name}) for name in ("a/b", "a-b", "a:b", "a" * 60, "a" * 61)}
    assert len(apart) == 5, "values that differ only in what no file may be called"


@pytest.mark.parametrize(
    "sweep, message",
    [
        ({"grid": {"steps": [5]}, "list": [{"steps": 6}]}, "names 'steps' twice"),
        ({"grid": {"run": ["a", "b"]}}, "names 'run'"),
        ({"zip": {"steps": [5, 6], "seed": [1]}}, "lists of one length; these have steps 2, seed 1"),
        ({"grid": {"steps": [5, 5]}}, "steps=5 2 times"),
        ({"grid": {"steps": []}}, "sweep"),
        ({"grid": {"steps": 5}}, "sweep"),
        ({"gird": {"steps": [5]}}, "unknown key 'gird'; did you mean 'grid'"),
        ({"grid": {"stesp": [5]}}, "no notebook has a parameter 'stesp'; did you mean 'steps'"),
        ({"grid": {"steps": [5, "ten"]}}, "01_invert.ipynb: steps is 'ten'; give a whole number"),
    ],
)
def test_what_no_sweep_is(sweep, message):
    with pytest.raises(ValueError, match=message):
        recipe_steps(recipe(sweep=sweep))


def test_the_error_names_the_file(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text(yaml.safe_dump({"name": "x", "notebooks": BOOKS, "sweep": {"grid": {"run": ["a"]}}}))
    with pytest.raises(ValueError, match="^mine.yaml: sweep names 'run'"):
        read_recipe(path)


def test_a_parameter_is_swept_or_given():
    swept_steps = recipe(sweep={"grid": {"steps": [5, 10]}})
    with pytest.raises(ValueError, match="'steps' is given and swept"):
        swept(swept_steps, {"steps": 7})
    with pytest.raises(ValueError, match="`only` and `sweep` both set 'steps'"):
        swept(recipe(sweep={"grid": {"steps": [5]}}, only={BOOKS[0]: {"steps": 6}}))


def test_a_sweep_is_pure_data():
    with pytest.raises(ValidationError):
        Sweep().grid = {}


def test_every_run_has_every_notebook():
    steps = recipe_steps(recipe(sweep={"grid": {"steps": [5, 10]}}))
    assert len(steps) == 4 and len({step.run for step in steps}) == 2
    assert {step.parameters["steps"] for step in steps if step.stage == "01_invert"} == {5, 10}
    assert (paths.ROOT / steps[0].notebook).is_file()
