"""Recipes: checked before anything runs; unchanged steps are skipped."""

import json

import nbformat
import pytest
import yaml
from click.testing import CliRunner

from unelib import runs
from unelib.__main__ import app


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project of two small notebooks, the second of which needs what the first recorded."""
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "recipes").mkdir()
    write = "from pathlib import Path\nfrom unelib.runs import Workspace\nplace = Workspace(run, Path().resolve())\n"
    notebook(tmp_path / "notebooks/01_a.ipynb", "run = 'x'\nsize = 1", write + "place.record('01_a', double=2 * size)")
    notebook(
        tmp_path / "notebooks/02_b.ipynb",
        "run = 'x'",
        write + "place.record('02_b', more=place.result('01_a')['double'] + 1)",
    )
    monkeypatch.setattr(runs, "ROOT", tmp_path)
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


def test_a_run_executes_records_and_skips(project):
    path = recipe(project, parameters={"size": 4})
    report = runs.run(path)
    assert list(report.state) == ["executed", "executed"]
    assert json.loads((project / "data/runs/trial/02_b.json").read_text()) == {"more": 9}
    assert list(runs.run(path).state) == ["skipped", "skipped"]
    again = runs.run(path, {"size": 5})
    assert list(again.state) == ["executed", "executed"]
    assert again.found[1] == "more 11"


def test_a_notebook_of_its_own_parameters(project):
    steps = runs.plan(runs.read_recipe(recipe(project, only={"notebooks/01_a.ipynb": {"size": 7}})))
    assert steps[0][1] == {"run": "trial", "size": 7}
    assert steps[1][1] == {"run": "trial"}


def test_mistakes_are_named_before_anything_runs(project):
    with pytest.raises(ValueError, match="no notebook has a parameter 'sise'; there are run, size"):
        runs.run(recipe(project, parameters={"sise": 3}))
    with pytest.raises(ValueError, match="02_b.ipynb has no parameter 'size'"):
        runs.run(recipe(project, only={"notebooks/02_b.ipynb": {"size": 3}}))
    with pytest.raises(ValueError, match="`only` names 'notebooks/2_b.ipynb'"):
        runs.run(recipe(project, only={"notebooks/2_b.ipynb": {}}))
    with pytest.raises(ValueError, match="unknown key 'notebook'"):
        runs.run(recipe(project, notebook="x"))
    with pytest.raises(FileNotFoundError, match="03_c.ipynb"):
        runs.run(recipe(project, notebooks=["notebooks/03_c.ipynb"]))
    with pytest.raises(FileNotFoundError, match="trial.yaml"):
        recipe(project)
        runs.run(project / "recipes/nothing.yaml")
    with pytest.raises(ValueError, match="at least `name`"):
        runs.run(recipe(project, name=None))
    assert not (project / "data").exists()


def test_results_of_a_stage_that_never_ran(project):
    with pytest.raises(FileNotFoundError, match="no results of 09_z"):
        runs.Workspace("trial", project).result("09_z")


def test_the_command_line(project):
    path = recipe(project)
    done = CliRunner().invoke(app, ["run", str(path), "-p", "size", "6"])
    assert done.exit_code == 0 and "double 12" in done.output
    wrong = CliRunner().invoke(app, ["run", str(path), "-p", "sise", "6"])
    assert wrong.exit_code == 1 and "no notebook has a parameter 'sise'" in wrong.output
    assert CliRunner().invoke(app, ["train", "drawn-cat"]).exit_code == 1


@pytest.mark.parametrize("path", sorted((runs.ROOT / "recipes").glob("*.yaml")), ids=lambda p: p.stem)
def test_every_recipe_fits_its_notebooks(path):
    assert runs.plan(runs.read_recipe(path))
