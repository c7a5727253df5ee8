"""Steps: what needs what, by metadata and by recipe; circles. And marks: when a step stands (marks, forecast)."""

import nbformat
import pytest

from tests.helpers.projects import notebook
from unelib.core import paths
from unelib.running import Recipe, read_recipe, recipe_steps
from unelib.running.forecast import disk, expected_seconds, outlook, roughly, time_left, way_to_go
from unelib.running.marks import digests, read_mark, why_again, write_mark
from unelib.running.provenance import versions_here
from unelib.running.steps import Step
from unelib.running.twins import same_steps
from unelib.running.workspace import Workspace


@pytest.fixture
def project(tmp_path, monkeypatch):
    """Notebooks: `first` leaves rows, `left` and `right` read them, `last` reads what `right` leaves."""
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    monkeypatch.setenv("UNELIB_ROOT", str(tmp_path))
    (tmp_path / "pyproject.toml").touch()
    for name, says in {
        "first": {"leaves": ["rows"]},
        "left": {"reads": ["rows"]},
        "right": {"reads": ["rows"], "leaves": ["lines"]},
        "last": {"reads": ["lines"]},
        "silent": None,
    }.items():
        notebook(tmp_path / f"{name}.ipynb", "run = 'x'\nsize = 1", "size", says)
    return tmp_path


def needs(*names, **more):
    recipe = read_recipe({"name": "t", "notebooks": [f"{name}.ipynb" for name in names]} | more)
    return {step.stage: {stage for _, stage in step.needs} for step in recipe_steps(recipe)}


def test_what_is_read_is_left_before(project):
    found = needs("first", "left", "right", "last")
    assert found == {"first": set(), "left": {"first"}, "right": {"first"}, "last": {"right"}}
    assert list(needs("last", "right", "first"))[:2] == ["first", "right"], "in whatever order they stand"


def test_a_notebook_that_says_nothing_needs_all_before_it_and_all_after_it_need_it(project):
    assert needs("first", "silent", "left") == {"first": set(), "silent": {"first"}, "left": {"first", "silent"}}


def test_a_recipe_may_say_it(project):
    assert needs("first", "left", "last", needs={"last.ipynb": ["left.ipynb"]})["last"] == {"left"}
    with pytest.raises(ValueError, match="`needs` names 'lefd.ipynb'; did you mean 'left.ipynb'"):
        needs("first", "left", needs={"left.ipynb": ["lefd.ipynb"]})


def test_a_circle_is_named(project):
    with pytest.raises(ValueError, match="need each other: .*left needs right.*|need each other: .*right needs left.*"):
        needs("left", "right", needs={"left.ipynb": ["right.ipynb"], "right.ipynb": ["left.ipynb"]})


def test_two_notebooks_of_one_name_are_refused(project):
    with pytest.raises(ValueError, match="lists left 2 times"):
        needs("left", "left")


def test_a_file_that_is_no_notebook_is_named(project):
    (project / "left.ipynb").write_text("{")
    with pytest.raises(ValueError, match="left.ipynb"):
        needs("left")
    nbformat.write(nbformat.v4.new_notebook(cells=[]), project / "left.ipynb")
    with pytest.raises(ValueError, match="left.ipynb has no parameters; give it a cell tagged"):
        needs("left")


@pytest.mark.parametrize("key", ["image_set", "foreign_set"])
@pytest.mark.parametrize(
    "name, full", [("pictures", True), ("labels.tsv", True), ("drawn-faces", False), ("celeba", False)]
)
def test_an_image_folder_is_named_from_the_working_folder(project, monkeypatch, name, full, key):
    here = project / "elsewhere"
    for folder in ("pictures", "drawn-faces"):
        (here / folder).mkdir(parents=True)
    (here / "labels.tsv").write_text("")
    notebook(project / "seen.ipynb", f"run = 'x'\n{key} = 'drawn-faces'", key, {})
    recipe = read_recipe({"name": "t", "notebooks": ["seen.ipynb"], "parameters": {key: name}})
    monkeypatch.chdir(here)
    (step,) = recipe_steps(recipe)
    assert step.parameters[key] == (str(here / name) if full else name)
    monkeypatch.chdir(project)
    assert recipe_steps(recipe)[0].parameters[key] == name


def test_recipes_before_give_what_is_read(project):
    (project / "before.yaml").write_text("name: b\nnotebooks: [first.ipynb]")
    recipe = read_recipe({"name": "t", "notebooks": ["left.ipynb", "silent.ipynb"], "after": ["before.yaml"]})
    steps = {step.key: step.needs for step in recipe_steps(recipe)}
    assert steps["t", "left"] == (("b", "first"),) and ("b", "first") in steps["t", "silent"]


def test_two_recipes_in_one_run_are_refused_unless_they_ask_for_the_same(project):
    (project / "before.yaml").write_text("name: t\nnotebooks: [first.ipynb]")
    both = {"name": "t", "notebooks": ["first.ipynb", "left.ipynb"], "after": ["before.yaml"]}
    assert len(recipe_steps(read_recipe(both))) == 2
    with pytest.raises(ValueError, match="run 't' would hold first of two recipes"):
        recipe_steps(read_recipe(both | {"parameters": {"size": 2}}))


def test_all_notebooks_of_the_project_say_what_they_read():
    for path in sorted((paths.ROOT / "notebooks").rglob("*.ipynb")):
        if ".ipynb_checkpoints" not in path.parts:
            says = nbformat.read(path, 4).metadata.get("unelib", {})
            assert set(says) == {"reads", "leaves", "seconds"}, path.name
            makes = any(call in path.read_text() for call in ("build_views(", "sample_zoo("))
            assert makes == bool({"noise", "embeddings"} & set(says["leaves"])), path.name


def finished(steps):
    for step in steps:
        Workspace(step.run).folder.mkdir(parents=True, exist_ok=True)
        (Workspace(step.run).folder / f"{step.stage}.ipynb").touch()
        write_mark(step, digests(steps)[step.key], 20.0, step.parameters)


def test_a_step_stands_until_something_that_it_depends_on_changes(project):
    recipe = {"name": "t", "notebooks": ["first.ipynb", "left.ipynb", "right.ipynb"]}
    steps = recipe_steps(read_recipe(recipe))
    assert [why_again(s, digests(steps)[s.key]) for s in steps] == ["not finished before"] * 3
    finished(steps)
    assert not any(outlook(steps).why) and set(outlook(steps, force=True).why) == {"forced"}
    notebook(project / "left.ipynb", "run = 'x'\nsize = 1", "size + 1", {"reads": ["rows"]})
    assert list(outlook(steps).why) == ["", "changed: notebook", ""]
    other = recipe_steps(read_recipe(recipe), {"size": 2})
    assert [why.startswith("changed: parameters") for why in outlook(other).why] == [False] * 3 or all(
        outlook(other).why
    )
    (Workspace("t").folder / "first.done").write_text("{")
    assert outlook(steps).why[0] == "not finished before" and "first before it" in outlook(steps).why[2]


def test_marks_tell_where_results_come_from(project):
    finished(recipe_steps(Recipe(name="t", notebooks=["first.ipynb"])))
    mark = read_mark(Step("t", "first.ipynb", {}))
    assert mark["provenance"] == versions_here() and mark["seconds"] == 20.0 and mark["parameters"] == {"run": "t"}


def test_time_is_foretold_from_the_last_time(project):
    steps = recipe_steps(Recipe(name="t", notebooks=["first.ipynb", "left.ipynb", "right.ipynb"]))
    assert expected_seconds(steps[0]) == 60
    finished(steps)
    assert expected_seconds(Step("another", "first.ipynb", {})) == 20
    seconds = {step.key: 20.0 for step in steps}
    assert way_to_go(steps, seconds)["t", "first"] == 40 and time_left(steps, seconds, 2) == 40
    assert time_left(steps, seconds, 1) == 60 and [roughly(x) for x in (5, 600)] == ["5 s", "10 min"]
    assert disk(steps, lambda values: {"a": 4, "b": None})[1] == ["b"]


def test_the_same_step_at_several_points_has_a_leader_and_so_has_what_needs_it(project):
    notebook(project / "other.ipynb", "run = 'x'\nwidth = 1", "width", {"reads": ["lines"]})
    books = ["first.ipynb", "right.ipynb", "other.ipynb"]
    steps = recipe_steps(read_recipe({"name": "t", "notebooks": books, "sweep": {"grid": {"width": [1, 2]}}}))
    assert same_steps(steps, digests(steps)) == {
        ("t,width=2", stage): ("t,width=1", stage) for stage in ("first", "right")
    }


def test_a_run_by_another_name_depends_on_the_same(project):
    recipe = Recipe(name="t", notebooks=["first.ipynb", "right.ipynb"])
    one, other = (list(digests(recipe_steps(recipe, {"run": run})).values()) for run in "ab")
    assert one == other
