"""The house: every room tells its idea, offers what it lists, and holds files that are found by their idea and tested.

Which room may import which is held by import-linter (`[tool.importlinter]` in pyproject.toml), in `make test`.
"""

import ast
import importlib
import inspect
import json
import re
from importlib.util import resolve_name
from pathlib import Path

import pytest

import unelib

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "unelib"
ROOMS = sorted(path.parent.name for path in PACKAGE.glob("*/__init__.pyi"))
FILES = sorted(path for room in ROOMS for path in (PACKAGE / room).glob("*.py") if path.stem != "__init__")
NOTEBOOKS = sorted((ROOT / "notebooks").rglob("*.ipynb"))
SURFACE = [name for name in unelib.__all__ if name not in ROOMS and not name.startswith("__")]
# What the package offered before it had rooms, and what other work relies on since.
KEPT = (  # noqa: SIM905
    "load_images load_generator load_encoder load_judge generate NoiseZoo normality LinearProbe probe_scores RidgeMap "
    "ridge_maps Procrustes CCA GCCA RelativeRepresentation choose_anchors stitched_scores UNE direction carried "
    "partial_directions walk score_edit HSpace local_basis interpolate Explorer invert load_parts Workspace run"
).split()


def names_in(path):
    """Names that a file defines at its top."""
    tree = ast.parse(path.read_text())
    targets = [target for node in tree.body if isinstance(node, ast.Assign) for target in node.targets]
    targets += [node.target for node in tree.body if isinstance(node, ast.AnnAssign)]
    assigned = {node.id for target in targets for node in ast.walk(target) if isinstance(node, ast.Name)}
    return assigned | {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)}


def test_all_code_lies_in_rooms():
    assert {path.name for path in PACKAGE.glob("*.py")} == {"__init__.py", "__main__.py"}
    assert {path.parent.name for path in PACKAGE.rglob("*.py")} == {"unelib", "training", *ROOMS}


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_no_file_bears_the_name_of_something_in_it(path):
    assert path.stem not in names_in(path)


@pytest.mark.parametrize("name", ROOMS)
def test_a_room_lists_what_it_offers_and_offers_what_it_lists(name):
    room = importlib.import_module(f"unelib.{name}")
    idea, listed = room.__doc__.split("Public names, by file:")
    assert len(re.findall(r"[.:](?=\s)", idea)) >= 2
    assert set(re.findall(r"\w+", re.sub(r"`\w+`:", "", listed))) == set(room.__all__)
    assert all(hasattr(room, name) for name in room.__all__) and set(room.__all__) <= set(dir(room))


@pytest.mark.parametrize("name", ROOMS)
def test_a_room_says_where_its_names_are(name):
    room = importlib.import_module(f"unelib.{name}")
    for line in room.__doc__.split("Public names, by file:")[1].replace("\n  ", " ").splitlines():
        if line.strip():
            file, listed = re.fullmatch(r"- `(\w+)`: (.*)", line).groups()
            assert set(listed.split(", ")) <= names_in(PACKAGE / name / f"{file}.py")


@pytest.mark.parametrize("name", sorted(set(ROOMS) - {"training"}))
def test_a_room_names_each_of_its_files(name):
    told = importlib.import_module(f"unelib.{name}").__doc__
    inside = {path.stem for path in (PACKAGE / name).glob("*.py")} - {"__init__"}
    assert inside == set(re.findall(r"^- `(\w+)`:", told, re.MULTILINE))


def test_one_word_has_one_meaning():
    """Functions and classes of different files bear different names; commands may bear those of what they call."""
    seen = {}
    for path in FILES:
        if path.parent.name != "cli":
            for node in ast.parse(path.read_text()).body:
                if isinstance(node, ast.FunctionDef | ast.ClassDef):
                    seen.setdefault(node.name, []).append(f"{path.parent.name}/{path.stem}")
    assert {name: files for name, files in seen.items() if len(files) > 1} == {}


def test_the_package_keeps_what_it_offered():
    assert set(KEPT) <= set(SURFACE) and set(unelib.__all__) <= set(dir(unelib))
    assert all(callable(getattr(unelib, name)) for name in SURFACE)


def test_a_name_that_there_is_not_is_an_attribute_error():
    with pytest.raises(AttributeError, match="nothing"):
        _ = unelib.nothing


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_file_has_its_test_file_or_is_named_in_one(path):
    tests = ROOT / "tests" / path.parent.name
    text = "\n".join(test.read_text() for test in tests.glob("test_*.py"))
    assert (tests / f"test_{path.stem}.py").is_file() or re.search(rf"\b{path.stem}\b", text)


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_every_import_of_the_package_leads_somewhere_also_those_inside_functions(path):
    room = ".".join(path.relative_to(ROOT).parent.parts)
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.level:
            name = resolve_name("." * node.level + (node.module or ""), room)
            module = importlib.import_module(name)
            for alias in node.names:
                assert hasattr(module, alias.name) or importlib.import_module(f"{name}.{alias.name}")


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebooks_import_from_rooms_or_from_the_package(path):
    cells = json.loads(path.read_text())["cells"]
    code = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    modules = set(re.findall(r"^from (unelib[\w.]*) import", code, re.MULTILINE))
    assert modules and modules <= {"unelib", *(f"unelib.{room}" for room in ROOMS)}


@pytest.mark.parametrize("name", [name for name in SURFACE if inspect.isfunction(getattr(unelib, name))])
def test_the_page_of_a_public_function_has_every_part(name):
    function = getattr(unelib, name)
    page, told = inspect.getdoc(function), inspect.signature(function)
    parts = ["Parameters", "Returns", *([] if name == "run" else ["Examples"])]
    assert [part for part in parts if f"\n{part}\n---" not in page] == []
    listed = page.split("\nParameters\n")[1].split("\n\nReturns\n")[0]
    assert [p for p in told.parameters if not re.search(rf"(?m)^[\w*, ]*(?<!\w){p}\b", listed)] == []
    assert all(p.annotation is not p.empty for p in told.parameters.values()) and told.return_annotation is not None
