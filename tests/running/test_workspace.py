"""Recipes: checked before anything runs; unchanged steps are skipped."""

import json
import shutil
from datetime import date

import nbformat
import pandas as pd
import pytest
import yaml
from click.testing import CliRunner

from unelib.cli.main import app
from unelib.core import paths
from unelib.running import execute, marks, recipes, workspace
from unelib.running.views import build_recipe, build_views


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project of two small notebooks, the second of which needs what the first recorded."""
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "recipes").mkdir()
    write = "from unelib import Workspace\nplace = Workspace(run)\n"
    notebook(tmp_path / "notebooks/01_a.ipynb", "run = 'x'\nsize = 1", write + "place.record('01_a', double=2 * size)")
    notebook(
        tmp_path / "notebooks/02_b.ipynb",
        "run = 'x'",
        write + "place.record('02_b', more=place.result('01_a')['double'] + 1)",
    )
    (tmp_path / "pyproject.toml").touch()  # a clone, as this one is
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    monkeypatch.setenv("UNELIB_ROOT", str(tmp_path))
    return tmp_path


def notebook(path, parameters, code):
    cells = [nbformat.v4.new_code_cell(parameters, metadata={"tags": ["parameters"]}), nbformat.v4.new_code_cell(code)]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), path)


def recipe(project, **changes):
    value = {"name": "trial", "notebooks": ["notebooks/01_a.ipynb", "notebooks/02_b.ipynb"]} | changes
    path = project / "recipes" / "trial.yaml"
    path.write_text(yaml.safe_dump(value))
    return path


@pytest.mark.slow
def test_a_run_executes_records_and_skips(project):
    path = recipe(project, parameters={"size": 4})
    report = execute.run(path)
    assert list(report.state) == ["executed", "executed"]
    assert json.loads((project / "data/runs/trial/02_b.json").read_text()) == {"more": 9}
    assert list(execute.run(path).state) == ["skipped", "skipped"]
    again = execute.run(path, {"size": 5})
    assert list(again.state) == ["executed", "executed"]
    assert again.found[1] == "more 11"


@pytest.mark.slow
def test_a_step_whose_zoo_has_lost_something_is_executed_again(project):
    place = workspace.Workspace("trial")
    make = "import pandas as pd\nplace.zoo.add_index(pd.DataFrame({'id': ['a'], 'sha256': [''], 'split': ['train']}))\n"
    make += "place.zoo.fill('v', lambda parts: ((s, [[1.0]]) for s, _ in parts), {}, progress=False)"
    path, book = recipe(project, notebooks=["notebooks/01_a.ipynb"]), project / "notebooks/01_a.ipynb"
    notebook(book, "run = 'x'", f"from unelib import Workspace\nplace = Workspace(run)\n{make}")
    assert list(execute.run(path).state) == ["executed"] and place.zoo.views == ["v"]
    shutil.copytree(place.zoo.folder("v"), place.zoo.folder("of a later step"))
    edit = place.zoo.folder("of a later step") / "manifest.json"
    edit.write_text(edit.read_text().replace('"v"', '"of a later step"'))
    assert place.zoo.views == ["of a later step", "v"] and list(execute.run(path).state) == ["skipped"]
    shutil.rmtree(place.zoo.folder("v"))
    assert list(execute.run(path).state) == ["executed"] and "v" in place.zoo.views
    shutil.rmtree(place.zoo.path)
    assert list(execute.run(path).state) == ["executed"] and place.zoo.views == ["v"]


def test_runs_lie_where_the_environment_says(tmp_path, monkeypatch):
    monkeypatch.delenv("UNELIB_ROOT", raising=False)
    assert workspace.Workspace("x").root == paths.ROOT
    monkeypatch.setenv("UNELIB_ROOT", str(tmp_path))
    workspace.Workspace("x").record("01_a", found=1)
    assert (tmp_path / "data/runs/x/01_a.json").is_file() and workspace.Workspace("x").result("01_a") == {"found": 1}


def test_a_table_is_kept_beside_the_numbers(tmp_path):
    table = pd.DataFrame({"value": [0.5], "data": ["other data"]}, pd.Index(["a"], name="view"))
    path = workspace.Workspace("x", tmp_path).table(table, "09_rates")
    assert str(path) == "data/runs/x/09_rates.parquet"
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / path), table)


def test_nothing_is_kept_outside_its_folder(tmp_path, project):
    with pytest.raises(ValueError, match="run '../../x' cannot be the name"):
        workspace.Workspace("../../x", tmp_path)
    place = workspace.Workspace("x", tmp_path)
    for keep in (
        lambda: place.record("../y", found=1),
        lambda: place.table(pd.DataFrame({"a": [1]}), "../y"),
        lambda: place.figure(None, "a/b"),
    ):
        with pytest.raises(ValueError, match="cannot be the name of a file or a folder"):
            keep()
    wrong = CliRunner().invoke(app, ["run", str(recipe(project)), "-p", "run", "../../x"])
    assert wrong.exit_code == 1 and "run '../../x' cannot be the name" in wrong.output
    assert not list((project / "data").rglob("*.ipynb")) and not list(tmp_path.rglob("y*"))


def test_damaged_numbers_are_named(tmp_path):
    place = workspace.Workspace("x", tmp_path)
    place.record("01_a", found=1)
    (place.folder / "01_a.json").write_text("{")
    for read in (place.result, lambda stage: execute.recorded(place, stage)):
        with pytest.raises(ValueError, match="01_a.json is damaged"):
            read("01_a")


@pytest.mark.parametrize("wanted, name", [({}, "trial"), ({"run": "other"}, "other"), ({"run": 7}, "7")])
def test_a_run_is_called_as_its_parameter_says(project, wanted, name):
    value = recipes.read_recipe(recipe(project, notebooks=["notebooks/01_a.ipynb"], parameters=wanted))
    assert recipes.shared_parameters(value)["run"] == recipes.plan(value)[0][1]["run"] == name
    assert recipes.shared_parameters(value, {"run": date(2026, 1, 1)})["run"] == "2026-01-01"


@pytest.mark.slow
def test_the_run_of_a_recipes_parameters_is_where_everything_goes(project):
    execute.run(recipe(project, notebooks=["notebooks/01_a.ipynb"], parameters={"run": "other"}))
    assert [path.name for path in (project / "data/runs").iterdir()] == ["other"]
    assert {"01_a.ipynb", "01_a.json", "01_a.done"} <= {path.name for path in (project / "data/runs/other").iterdir()}


def test_a_notebook_of_its_own_parameters(project):
    steps = recipes.plan(recipes.read_recipe(recipe(project, only={"notebooks/01_a.ipynb": {"size": 7}})))
    assert steps[0][1] == {"run": "trial", "size": 7}
    assert steps[1][1] == {"run": "trial"}


def test_mistakes_are_named_before_anything_runs(project):
    with pytest.raises(ValueError, match="no notebook has a parameter 'sise'; did you mean 'size'"):
        execute.run(recipe(project, parameters={"sise": 3}))
    with pytest.raises(ValueError, match="02_b.ipynb has no parameter 'size'"):
        execute.run(recipe(project, only={"notebooks/02_b.ipynb": {"size": 3}}))
    with pytest.raises(ValueError, match="`only` names 'notebooks/2_b.ipynb'"):
        execute.run(recipe(project, only={"notebooks/2_b.ipynb": {}}))
    with pytest.raises(ValueError, match="unknown key 'notebook'"):
        execute.run(recipe(project, notebook="x"))
    with pytest.raises(FileNotFoundError, match="03_c.ipynb"):
        execute.run(recipe(project, notebooks=["notebooks/03_c.ipynb"]))
    with pytest.raises(FileNotFoundError, match="trial.yaml"):
        recipe(project)
        execute.run(project / "recipes/nothing.yaml")
    with pytest.raises(ValueError, match="at least `name`"):
        execute.run(recipe(project, name=None))
    with pytest.raises(ValueError, match="`notebooks` is 'notebooks/01_a.ipynb'; give a list"):
        execute.run(recipe(project, notebooks="notebooks/01_a.ipynb"))
    with pytest.raises(ValueError, match="`parameters` is .'a'.; give names with their values"):
        execute.run(recipe(project, parameters=["a"]))
    with pytest.raises(ValueError, match="`only` of notebooks/01_a.ipynb is 3"):
        execute.run(recipe(project, only={"notebooks/01_a.ipynb": 3}))
    with pytest.raises(ValueError, match="`only` gives notebooks/01_a.ipynb a run of its own"):
        execute.run(recipe(project, only={"notebooks/01_a.ipynb": {"run": "other"}}))
    with pytest.raises(ValueError, match="the recipe needs at least `name` and `notebooks`"):
        execute.run({"name": "trial"})
    with pytest.raises(ValueError, match="trial.yaml is not YAML .while parsing"):
        recipe(project).write_text("name: [trial")
        execute.run(project / "recipes/trial.yaml")
    with pytest.raises(ValueError, match="trial.yaml is not YAML"):
        (project / "recipes/trial.yaml").write_bytes(b"name: \xff")
        execute.run(project / "recipes/trial.yaml")
    assert not (project / "data").exists()


@pytest.mark.slow
def test_a_recipe_after_others_runs_them_first_and_again_when_they_change(project):
    (project / "recipes/first.yaml").write_text(
        yaml.safe_dump({"name": "first", "notebooks": ["notebooks/01_a.ipynb"]})
    )
    path = recipe(project, after=["recipes/first.yaml"], notebooks=["notebooks/01_a.ipynb"])
    report = execute.run(path, {"size": 3})
    assert list(report.found) == ["double 2", "double 6"], "parameters given are for the recipe itself"
    assert list(execute.run(path, {"size": 3}).state) == ["skipped", "skipped"]
    assert list(execute.run(project / "recipes/first.yaml").state) == ["skipped"]
    shutil.rmtree(project / "data/runs/first")
    first = {"name": "first", "notebooks": ["notebooks/01_a.ipynb"], "parameters": {"size": 5}}
    (project / "recipes/first.yaml").write_text(yaml.safe_dump(first))
    assert list(execute.run(path, {"size": 3}).state) == ["executed", "executed"]


def test_a_recipe_after_itself_is_refused(project):
    with pytest.raises(ValueError, match="trial.yaml, which has an `after` of its own"):
        execute.run(recipe(project, after=["recipes/trial.yaml"]))
    with pytest.raises(FileNotFoundError, match="`after` names recipes/none.yaml"):
        execute.run(recipe(project, after=["recipes/none.yaml"]))
    with pytest.raises(ValueError, match="`after` is 'recipes/trial.yaml'; give a list"):
        execute.run(recipe(project, after="recipes/trial.yaml"))
    (project / "recipes/first.yaml").write_text("name: first\nnotebooks: [notebooks/01_a.ipynb]\nparameters: {sise: 1}")
    with pytest.raises(ValueError, match="no notebook has a parameter 'sise'"):
        execute.run(recipe(project, after=["recipes/first.yaml"]))
    assert not (project / "data").exists()


def test_what_a_recipe_leaves_empty_is_nothing(project):
    value = recipes.read_recipe(
        recipe(project, name=date(2026, 1, 1), parameters=None, only={"notebooks/01_a.ipynb": None})
    )
    assert recipes.plan(value) == [(notebook, {"run": "2026-01-01"}) for notebook in value.notebooks]


def test_lists_are_lists_and_empty_only_where_the_notebooks_are(project):
    notebook(project / "notebooks/01_a.ipynb", "run = 'x'\nmodels = ['m', 'n']\nviews = []", "")
    plan = lambda **given: recipes.plan(recipes.read_recipe(recipe(project)), given)
    assert plan(models=["a"], views=[])[0][1] == {"run": "trial", "models": ["a"], "views": []}
    for wrong in ("a", [], None):
        with pytest.raises(ValueError, match=r"01_a.ipynb: models is .*; give a list, such as \[m, n\]"):
            plan(models=wrong)
    with pytest.raises(ValueError, match="views is 'a'; give a list"):
        plan(views="a")


def test_results_of_a_stage_that_never_ran(project):
    with pytest.raises(FileNotFoundError, match="no results of 09_z"):
        workspace.Workspace("trial", project).result("09_z")


@pytest.mark.slow
def test_the_command_line(project):
    path = recipe(project)
    done = CliRunner().invoke(app, ["run", str(path), "-p", "size", "6"])
    assert done.exit_code == 0 and "double 12" in done.output
    wrong = CliRunner().invoke(app, ["run", str(path), "-p", "sise", "6"])
    assert wrong.exit_code == 1 and "no notebook has a parameter 'sise'" in wrong.output
    broken = CliRunner().invoke(app, ["run", str(path), "-p", "size", "[6"])
    assert broken.exit_code == 1 and "-p size [6 is not YAML" in broken.output


@pytest.mark.parametrize("path", sorted((paths.ROOT / "recipes").glob("*.yaml")), ids=lambda p: p.stem)
def test_every_recipe_fits_its_notebooks(path):
    assert recipes.plan(recipes.read_recipe(path))


def test_the_digest_of_the_package_sees_every_room_and_not_the_trainings(project):
    files = {name: project / "unelib" / name for name in ("__init__.py", "core/files.py", "training/loop.py")}
    for file in files.values():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("")
    found = [marks.package_digest()]
    for name in ("core/files.py", "__init__.py", "training/loop.py"):
        files[name].write_text("changed = True\n")
        found.append(marks.package_digest())
    files["core/files.py"].rename(project / "unelib" / "core" / "others.py")
    assert len({*found[:3], marks.package_digest()}) == 4 and found[3] == found[2]


@pytest.mark.slow
def test_a_step_is_executed_again_after_a_change_in_a_room(project):
    room = project / "unelib" / "core"
    room.mkdir(parents=True)
    (room / "files.py").write_text("")
    notebook(project / "notebooks/01_a.ipynb", "run = 'x'", "size = 1")
    path = recipe(project, notebooks=["notebooks/01_a.ipynb"])
    execute.run(path)
    assert list(execute.run(path).state) == ["skipped"]
    (room / "files.py").write_text("changed = True\n")
    assert list(execute.run(path).state) == ["executed"]


def test_the_tours_zoo_comes_along_wherever_runs_are_kept(tmp_path, monkeypatch):
    monkeypatch.setenv("UNELIB_ROOT", str(tmp_path))
    zoo = workspace.Workspace("tour").zoo
    assert zoo.verify().empty and (zoo.split == "train").sum() == 1500
    assert zoo.views == ["drawn-ldm", "pixels", "drawn-clip"] and zoo.generator("drawn-ldm").name == "drawn-ldm"
    workspace.Workspace("tour").record("00_tour", a=1.0)
    assert (tmp_path / "data/runs/tour/00_tour.json").exists()


def test_only_the_views_that_are_asked_for_are_made(tmp_path, monkeypatch):
    monkeypatch.setenv("UNELIB_ROOT", str(tmp_path))
    sizes = {"n_train": 12, "n_test": 10, "generators": ["drawn-ldm"]}
    one = {"name": "t", "notebooks": ["notebooks/01_invert.ipynb"], "parameters": sizes}
    assert list(build_recipe(one, views=["pixels"]).view) == ["pixels"] == workspace.Workspace("t").zoo.views
    with pytest.raises(ValueError, match="no view 'pixel'; did you mean 'pixels'"):
        build_recipe(one, views=["pixel"])


@pytest.mark.parametrize(
    "asked, lacks",
    [
        (
            {"generators": ["drawn-ldm"]},
            "views of generators need steps, solver, grid, batch_size as well; .* steps=25",
        ),
        ({"generators": ["drawn-ldm"], "steps": 5, "solver": "ab2", "grid": "karras"}, "need batch_size as well"),
        ({"encoders": ["drawn-clip"]}, "views of encoders need batch_size as well; give for example batch_size=8"),
    ],
)
def test_views_that_are_not_fully_asked_for_are_refused_in_one_sentence(asked, lacks):
    with pytest.raises(ValueError, match=lacks):
        build_views(None, None, **asked)
