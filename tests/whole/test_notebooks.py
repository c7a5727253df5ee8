"""The notebooks as pages: words that hold in any world, no outputs too large, parameters that say what they are."""

import ast
import importlib
import re
from pathlib import Path

import nbformat
import pytest

from unelib.running.notebooks import notebook_parameters
from unelib.running.parameters import check_value

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted(path for part in (".", "depth") for path in (ROOT / "notebooks" / part).glob("*.ipynb"))
WORKSHOP = sorted((ROOT / "notebooks" / "workshop").rglob("*.ipynb"))
OF_FACES = re.compile(r"\b(faces?|hair|beards?|glasses|smil\w+|skin|drawn-\w+)\b", re.IGNORECASE)


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def notebook(request):
    return nbformat.read(request.param, as_version=4)


def is_parameters(cell):
    return "parameters" in cell.metadata.get("tags", [])


def test_words_hold_for_any_images(notebook):
    if notebook.cells[0].source.startswith("# 00 · A tour"):
        pytest.skip("a page about drawn faces")
    for cell in notebook.cells:
        assert is_parameters(cell) or not OF_FACES.search(cell.source), cell.source


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_parameter_has_a_kind_and_a_comment_that_papermill_reads(path):
    known = notebook_parameters(path)
    cell = next(filter(is_parameters, nbformat.read(path, as_version=4).cells))
    assert list(known) == re.findall(r"^(\w+): \w+ = ", cell.source, re.MULTILINE)
    for name, parameter in known.items():
        assert parameter.comment
        check_value(name, parameter.default, parameter.kind)


def test_parameters_are_checked_first(notebook):
    code = [cell.source for cell in notebook.cells if cell.cell_type == "code" and not is_parameters(cell)]
    tree = ast.parse(code[0]).body
    first = next(node for node in tree if not isinstance(node, (ast.Import, ast.ImportFrom)))
    assert ast.unparse(first) == "check_parameters(globals())"


def test_code_cells_define_nothing_and_are_short(notebook):
    for cell in notebook.cells:
        if cell.cell_type == "code":
            lines = [line for line in cell.source.splitlines() if not (is_parameters(cell) and line.startswith("from"))]
            assert len(lines) <= (31 if is_parameters(cell) else 15)  # parameters stand one a line
            assert not re.search(r"^\s*(def|class|!|%)", cell.source, re.MULTILINE)


def test_what_notebooks_import_is_there(notebook):
    code = ast.parse("\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code"))
    imports = [node for node in code.body if isinstance(node, ast.ImportFrom) and node.module.startswith("unelib")]
    for module, name in ((node.module, alias.name) for node in imports for alias in node.names):
        if not hasattr(importlib.import_module(module), name):
            importlib.import_module(f"{module}.{name}")


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_targets_that_no_image_lacks_are_set_aside(path):
    """Else their share of edited images is that of none, and what is drawn of them fails."""
    code = "".join(cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code")
    assert "lacked_targets(" in code or not {"targets", "judge"} <= notebook_parameters(path).keys()


def test_looking_at_the_explorer_leaves_nothing():
    """It is served as a page, and many look at it at once."""
    code = "".join(c.source for c in nbformat.read(ROOT / "notebooks/06_explore.ipynb", 4).cells)
    assert not re.search(r"\.(figure|table|record|add|build|fill)\(", code)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebooks_are_small_executed_and_without_errors(path):
    cells = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    assert path.stat().st_size < 1.5e6 and any(cell.outputs for cell in cells)
    assert not [output for cell in cells for output in cell.outputs if output.output_type == "error"]


@pytest.mark.parametrize("path", WORKSHOP, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_workshop_notebooks_are_small_short_and_begin_and_end_as_others_do(path):
    """They may speak of faces, have no parameters, and define functions in solutions only."""
    notebook = nbformat.read(path, as_version=4)
    words = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert path.stat().st_size < 1.5e6 and not any(map(is_parameters, code))
    for cell in code:
        lines = [line for line in cell.source.splitlines() if not line.startswith("### ")]
        assert len(lines) <= 15 and not re.search(r"^\s*(class|!|%)", cell.source, re.MULTILINE), cell.source
        assert "BEGIN SOLUTION" in cell.source or not re.search(r"^\s*def", cell.source, re.MULTILINE), cell.source
        assert not [output for output in cell.outputs if output.output_type == "error"]
    assert all(part in words[0] for part in ("*You will be able to say*", "*You need*", "*It takes*"))
    assert "What this does not show" in words[-1] and any(cell.outputs for cell in code)
    assert set(notebook.metadata["unelib"]) == {"reads", "leaves", "seconds"}


CORE = sorted((ROOT / "notebooks").glob("0[0-6]_*.ipynb"))


@pytest.mark.parametrize("path", CORE, ids=lambda path: path.stem)
def test_core_notebooks_are_for_a_reader(path):
    """Few cells, short ones, no code that a newcomer has to decode; what is longer is a function in its room."""
    cells = nbformat.read(path, as_version=4).cells
    code = [cell.source for cell in cells if cell.cell_type == "code" and not is_parameters(cell)]
    lines = [line for source in code for line in source.splitlines() if line.strip()]
    assert len(cells) <= 25 and len(lines) <= 90  # parameters, one a line, are apart
    for node in ast.walk(ast.parse("\n".join(code))):
        assert not isinstance(node, ast.Lambda), "a lambda is a function without a name"
        assert len(getattr(node, "generators", [])) < 2, "a comprehension over two loops"


@pytest.mark.parametrize("path", CORE[:6], ids=lambda path: path.stem)
def test_core_notebooks_open_with_what_one_will_learn_and_end_with_what_holds(path):
    cells = nbformat.read(path, as_version=4).cells
    words = [cell.source for cell in cells if cell.cell_type == "markdown"]
    assert all(part in words[0] for part in ("*You need*", "*It takes*")) and re.search(r"\*You will \w+\*", words[0])
    assert cells[-2].source.endswith(f'what_holds(run, "{path.stem}")') or path.stem == "00_tour"
    assert "does *not* show" in "".join(words[-3:]) or "does not show" in words[-1]
    assert "Exercises" in words[-1] or "Try it yourself" in "".join(words[-2:])


@pytest.mark.parametrize("path", sorted((ROOT / "notebooks" / "depth").glob("*.ipynb")), ids=lambda path: path.stem)
def test_depth_notebooks_open_and_end_alike(path):
    cells = nbformat.read(path, as_version=4).cells
    opening = " ".join(cells[0].source.split())
    assert all(part in opening for part in ("*You will learn*", "*You need*", "*It takes*", "glossary.md"))
    assert cells[1].metadata.get("tags") == ["verdicts"] and "| holds? |" in cells[1].source
    assert cells[-2].source.endswith(f'what_holds(run, "{path.stem}")')
    assert "*What this does not show.*" in cells[-1].source and "**Exercises.**" in cells[-1].source
