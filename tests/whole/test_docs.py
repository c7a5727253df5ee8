"""The documentation is built without a warning, offline; it loads nothing from elsewhere, and every link leads on."""

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote

import matplotlib.pyplot as plt
import pytest

import unelib

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = [path for path in (ROOT / "notebooks").rglob("*.ipynb") if ".ipynb_checkpoints" not in path.parts]
LOADED = re.compile(r'<(?:script|link|img|iframe|source|embed)\b[^>]*?\b(?:src|href)="((?:https?:)?//[^"]*)"')
SMALL = {
    "inversion": {"count": 1, "shown": ((400, 1.0),), "calls": (3,), "exact": 3},
    "gaussianity": {"n": 80, "d": 20, "strengths": (0, 4), "draws": 1},
    "directions": {"n": 100},
    "shared_space": {"n": 200, "k": 6},
    "pullback": {"timesteps": (999,), "k": 1},
    "nulls": {"n": 200},
}


def figures():
    """The script that draws the figures of the concepts."""
    spec = importlib.util.spec_from_file_location("concept_figures", ROOT / "docs" / "figures.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_each_concept_has_a_page_and_a_figure_that_are_there():
    pages = {path.stem for path in (ROOT / "docs" / "concepts").glob("*.md")}
    assert pages == set(figures().FIGURES) == {path.stem for path in (ROOT / "figures" / "concepts").glob("*.png")}
    assert pages == set(SMALL)


@pytest.mark.slow
@pytest.mark.parametrize("name", SMALL)
def test_a_figure_of_a_concept_is_drawn(name, closed):
    figure = figures().FIGURES[name](**SMALL[name])
    assert isinstance(figure, plt.Figure) and len(figure.axes) == 2


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Folder of the pages, {page: its text}; built as `make docs` does."""
    folder = tmp_path_factory.mktemp("docs")
    command = ["-m", "sphinx", "-c", "docs", ".", folder / "html", "-d", folder / "trees", "-q", "-W", "--keep-going"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    made = subprocess.run([sys.executable, *command], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert made.returncode == 0, made.stderr[-3000:]
    html = folder / "html"
    return html, {path.relative_to(html).as_posix(): path.read_text() for path in html.rglob("*.html")}


@pytest.mark.slow
def test_nothing_is_loaded_from_elsewhere(built):
    folder, pages = built
    assert not {(page, address) for page, text in pages.items() for address in LOADED.findall(text)}
    styles = [path.read_text() for path in folder.rglob("*.css")]
    assert not [found for style in styles for found in re.findall(r"@import|url\(\s*['\"]?(?:https?:)?//", style)]


@pytest.mark.slow
def test_every_link_leads_to_a_page_and_a_place_on_it(built):
    folder, pages = built
    places = {page: set(re.findall(r'\bid="([^"]+)"', text)) for page, text in pages.items()}
    for page, text in pages.items():
        for link in set(re.findall(r'<(?:a|img)\b[^>]*?(?:href|src)="([^"]+)"', text)):
            if re.match(r"\w+:|#$|javascript", link):
                continue
            target, _, anchor = unquote(link).partition("#")
            there = (folder / page).parent.joinpath(target).resolve() if target else folder / page
            assert there.exists(), (page, link)
            name = there.relative_to(folder.resolve()).as_posix() if target else page
            assert not anchor or name not in places or anchor in places[name], (page, link)


@pytest.mark.slow
def test_every_notebook_and_every_public_name_has_its_place(built):
    _, pages = built
    for path in NOTEBOOKS:
        assert path.relative_to(ROOT).with_suffix(".html").as_posix() in pages
    stub = (ROOT / "unelib" / "__init__.pyi").read_text()
    for room, name in re.findall(r"from \.(\w+) import (\w+)", stub):
        assert f'id="unelib.{room}.{name}"' in pages[f"docs/api/{room}.html"]
    assert unelib.__version__ and pages["docs/gallery.html"].count('class="thumbnail"') > 50


@pytest.mark.slow
def test_formulas_are_formulas_and_nothing_is_left_of_marks(built):
    _, pages = built
    concepts = {page: text for page, text in pages.items() if page.startswith("docs/concepts/")}
    assert all(text.count("<math") > 4 for text in concepts.values())
    assert not [page for page, text in pages.items() if "<!-- result" in text or 'class="problematic"' in text]
