"""The workshop's notebooks: students' are made from the solutions, every exercise has what it needs, and all run on."""

import importlib.util
import re
import subprocess
import sys

import nbformat
import pytest
from nbclient import NotebookClient

from unelib import workshop
from unelib.core.paths import ROOT

FOLDER = ROOT / "notebooks" / "workshop"
SPEC = importlib.util.spec_from_file_location("make_workshop", FOLDER / "make.py")
make = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(make)
PARTS = make.stages()
SOLVED = {name: nbformat.read(FOLDER / "solutions" / f"{name}.ipynb", 4) for name in PARTS}
CHECKS = {name for name in workshop.__all__ if name.startswith("check_")}


def exercises(name):
    """The solved exercise cells of a part, each with the text before it."""
    cells = SOLVED[name].cells
    for place, cell in enumerate(cells):
        if make.is_exercise(cell):
            yield next(c.source for c in reversed(cells[:place]) if c.cell_type == "markdown"), cell


def said(notebook):
    """What the checks of an executed notebook say."""
    data = [output.get("data", {}) for cell in notebook.cells for output in cell.get("outputs", [])]
    return [shown["text/markdown"] for shown in data if "text/markdown" in shown]


def test_there_are_five_parts():
    assert PARTS == ["1_noise", "2_probe", "3_spaces", "4_edit", "5_judge"]


@pytest.mark.parametrize("name", PARTS)
def test_students_notebooks_are_those_that_make_py_makes(name):
    made, committed = make.for_students(SOLVED[name]), nbformat.read(FOLDER / f"{name}.ipynb", 4)
    assert committed == made, "python notebooks/workshop/make.py"


@pytest.mark.parametrize("name", PARTS)
def test_students_see_no_solution_and_no_output_of_it(name):
    cells = make.for_students(SOLVED[name]).cells
    code = [cell for cell in cells if cell.cell_type == "code"]
    first = next(i for i, cell in enumerate(code) if "= ...  # " in cell.source)
    assert not any("SOLUTION" in cell.source for cell in code)
    assert any("image/png" in o.get("data", {}) for cell in code[:first] for o in cell.outputs)
    assert not any(cell.outputs for cell in code[first:])


@pytest.mark.parametrize("name", PARTS)
def test_solutions_are_executed_and_right(name):
    for _, cell in exercises(name):
        (shown,) = [o.data["text/markdown"] for o in cell.outputs if "text/markdown" in o.get("data", {})]
        assert shown.startswith("**Right.**")


def test_every_exercise_has_a_time_a_hint_a_stub_and_its_own_check():
    used = []
    for name in PARTS:
        for text, cell in exercises(name):
            assert re.match(r"### Exercise \d · .*\(\d+ minutes?", text) and "<details><summary>Hint</summary>" in text
            assert "= ...  # " in make.SOLUTION.sub(make.stub, cell.source)
            used += re.findall(r"checked = (check_\w+)\(", cell.source)
            assert cell.source.endswith("\nchecked")
    assert sorted(used) == sorted(CHECKS)


def test_a_stub_keeps_answers_and_their_comments_only():
    source = "a = 1\n### BEGIN SOLUTION\nb = 2\nc = b\nd = b + 1  # one number\n### END SOLUTION\nshow(d)"
    assert make.SOLUTION.sub(make.stub, source) == "a = 1\nd = ...  # one number\nshow(d)"


def test_links_of_solutions_lead_there_from_one_folder_higher():
    cell = nbformat.v4.new_markdown_cell(
        "[a](../../01_a.ipynb) [b](../../../docs/b.md) [c](../../depth/c.ipynb) [d](2_d.ipynb)"
    )
    cell.source += " [the solution](2_d.ipynb)"
    made = make.for_students(nbformat.v4.new_notebook(cells=[cell]))
    expected = "[a](../01_a.ipynb) [b](../../docs/b.md) [c](../depth/c.ipynb) [d](2_d.ipynb)"
    assert made.cells[0].source == expected + " [the solution](solutions/2_d.ipynb)"


@pytest.mark.slow
@pytest.mark.parametrize("name", ["1_noise", "4_edit"])
def test_solutions_that_generate_are_right_wherever_they_run(name):
    """Those of the other parts are compared by nbval."""
    notebook = nbformat.read(FOLDER / "solutions" / f"{name}.ipynb", 4)
    NotebookClient(notebook, timeout=600, resources={"metadata": {"path": str(FOLDER / "solutions")}}).execute()
    told = said(notebook)
    assert len(told) == len(list(exercises(name))) and all(text.startswith("**Right.**") for text in told)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["3_spaces", "5_judge"])
def test_a_notebook_without_answers_runs_to_its_end_and_says_what_is_missing(name):
    notebook = nbformat.read(FOLDER / f"{name}.ipynb", 4)
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(FOLDER)}}).execute()
    told = said(notebook)
    assert len(told) == len(list(exercises(name))) and all(
        re.match(r"\*\*Not yet\.\*\* .*still", text) for text in told
    )


def test_slides_show_pictures_but_no_code_and_nothing_from_the_network(tmp_path, monkeypatch):
    monkeypatch.chdir(ROOT)
    (command,) = re.findall(r"jupyter (nbconvert --to slides .*?)\n\n", (ROOT / "Makefile").read_text(), re.DOTALL)
    words = command.replace("\\\n", "").replace("build/slides", str(tmp_path)).replace("*.ipynb", "1_noise.ipynb")
    subprocess.run([sys.executable, "-m", *words.split()], check=True, capture_output=True)
    page = (tmp_path / "1_noise.slides.html").read_text()
    assert page.count("<section>") > 10 and "image/png;base64" in page and "np.log10(255" not in page
    assert not re.search(r'(src|href)="https?:', page)
