"""`python -m unelib explore`, up to where Voila starts."""

import os
import signal
import subprocess
import sys
import time

import nbformat
import pytest
from click.testing import CliRunner

from unelib.cli.explore import notebook_of, served
from unelib.cli.main import app
from unelib.running.workspace import Workspace


def source_of(text):
    return "\n".join(cell.source for cell in nbformat.reads(text, 4).cells)


def test_the_tour_is_served_as_it_stands():
    assert 'run = "tour"' in source_of(notebook_of("tour"))


def test_a_page_ends_with_the_explorer():
    """What the notebook draws for its readers costs more than the explorer does."""
    cells = [cell.source for cell in nbformat.reads(notebook_of("tour"), 4).cells]
    assert cells[-1] == "explorer" and any("explorer = Explorer(" in cell for cell in cells)


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
    given = {"run": "mine", "generator": "fashion-ddpm"}
    older = nbformat.v4.new_notebook(metadata={"papermill": {"parameters": given}})
    nbformat.write(older, folder / "06_explore.ipynb")
    served_now = source_of(notebook_of("mine"))
    assert 'generator = "fashion-ddpm"' in served_now and "Explorer(" in served_now  # of today, with the run's values


@pytest.mark.parametrize(("code", "status"), [("pass", 0), ("raise SystemExit(3)", 3)])
def test_a_page_tells_its_exit_status(code, status):
    assert served([sys.executable, "-c", code]) == status


def test_a_page_that_fails_is_an_error(monkeypatch):
    monkeypatch.setattr("unelib.cli.explore.served", lambda command: 3)
    answer = CliRunner().invoke(app, ["explore", "--port", "8931", "--no-browser"])
    assert answer.exit_code == 1 and "the page ended with exit status 3" in answer.output


def test_a_program_that_is_stopped_stops_its_page(tmp_path):
    deaf = "import os, signal, time; signal.signal(signal.SIGINT, signal.SIG_IGN)"  # as what runs in the background is
    page = f"{deaf}; open({str(tmp_path / 'pid')!r}, 'w').write(str(os.getpid())); time.sleep(60)"
    here = f"from unelib.cli.explore import served; import sys; served([sys.executable, '-c', {page!r}])"
    program = subprocess.Popen([sys.executable, "-c", here])
    deadline = time.monotonic() + 30
    while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    program.send_signal(signal.SIGTERM)
    assert program.wait(15) == 0
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)
