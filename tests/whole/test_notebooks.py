"""The notebooks as pages: words that hold in any world, no outputs too large, parameters that say what they are."""

import ast
import importlib
import re
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = [*sorted((ROOT / "notebooks").glob("*.ipynb")), *sorted((ROOT / "notebooks/methods").glob("*.ipynb"))]
OF_FACES = re.compile(r"\b(faces?|hair|beards?|glasses|smil\w+|skin|drawn-\w+)\b", re.IGNORECASE)


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def notebook(request):
    return nbformat.read(request.param, as_version=4)


def is_parameters(cell):
    return "parameters" in cell.metadata.get("tags", [])


def test_words_hold_for_any_images(notebook):
    for cell in notebook.cells:
        assert is_parameters(cell) or not OF_FACES.search(cell.source), cell.source


def test_every_parameter_has_a_comment(notebook):
    (cell,) = filter(is_parameters, notebook.cells)
    given = re.findall(r"^(?:\w+ = .*|[\]}].*)(?<![\[{])$", cell.source, re.MULTILINE)
    assert given and all("  # " in line for line in given)


def test_code_cells_define_nothing_and_are_short(notebook):
    for cell in notebook.cells:
        if cell.cell_type == "code":
            most = 30 if is_parameters(cell) else 15  # parameters stand one a line
            assert len(cell.source.splitlines()) <= most and not re.search(
                r"^\s*(def|class|!|%)", cell.source, re.MULTILINE
            )


def test_what_notebooks_import_is_there(notebook):
    code = ast.parse("\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code"))
    imports = [node for node in code.body if isinstance(node, ast.ImportFrom) and node.module.startswith("unelib")]
    for module, name in ((node.module, alias.name) for node in imports for alias in node.names):
        if not hasattr(importlib.import_module(module), name):
            importlib.import_module(f"{module}.{name}")


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebooks_are_small_executed_and_without_errors(path):
    cells = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    assert path.stat().st_size < 1.5e6 and any(cell.outputs for cell in cells)
    assert not [output for cell in cells for output in cell.outputs if output.output_type == "error"]
