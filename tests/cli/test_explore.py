"""`python -m unelib explore`, up to where Voila starts."""

import subprocess

import nbformat
import pytest
from click.testing import CliRunner

from unelib.cli.explore import notebook_of
from unelib.cli.main import app
from unelib.running.workspace import Workspace


def source_of(text):
    return "\n".join(cell.source for cell in nbformat.reads(text, 4).cells)


def test_the_tour_is_served_as_it_stands():
    assert 'run = "tour"' in source_of(notebook_of("tour"))


def test_a_run_without_a_zoo_is_named_with_those_that_have_one(monkeypatch, tmp_path):
    monkeypatch.setenv("UNELIB_ROOT", str(tmp_path))
    answer = CliRunner().invoke(app, ["explore", "--run", "tuor"])
    assert answer.exit_code == 1
    assert "no run 'tuor' has a zoo; there are: tour" in answer.output


def test_a_run_that_executed_the_notebook_is_served_with_its_parameters(monkeypatch, tmp_path):
    monkeypatch.setenv("UNELIB_ROOT", str(tmp_path))
    monkeypatch.setattr("unelib.cli.explore.runs_with_zoo", lambda: ["mine"])
    assert 'run = "mine"' in source_of(notebook_of("mine"))
    folder = Workspace("mine").folder
    folder.mkdir(parents=True)
    (folder / "06_explore.ipynb").write_text("as it was executed")
    assert notebook_of("mine") == "as it was executed"


@pytest.mark.parametrize(("status", "told"), [(0, False), (130, False), (3, True)])
def test_a_page_that_fails_is_an_error_and_one_that_is_stopped_is_none(monkeypatch, status, told):
    def served(command, check):
        assert command[2] == "voila" and not check
        return subprocess.CompletedProcess(command, status)

    monkeypatch.setattr("unelib.cli.explore.subprocess.run", served)
    answer = CliRunner().invoke(app, ["explore", "--port", "8931", "--no-browser"])
    assert answer.exit_code == told
    assert ("exit status 3" in answer.output) == told
