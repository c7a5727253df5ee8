"""The explorer in JupyterLab: notebook 06, run by a reader."""

import re
import shutil
import sys

import pytest
from playwright.sync_api import expect

from ..helpers.servers import ROOT, free_port, kernels_of, served
from .conftest import WIDE
from .controls_seen import DRAWN, SLOW, bars, button, shows, slider
from .test_parts import opened, png_file, shown

pytestmark = pytest.mark.slow
TOKEN = "only-here"


@pytest.fixture(scope="module")
def lab(browser, tmp_path_factory):
    """A server of JupyterLab over a copy of the notebook, with settings of its own."""
    folder, port = tmp_path_factory.mktemp("lab"), free_port()
    shutil.copy(ROOT / "notebooks" / "06_explore.ipynb", folder)
    options = ["--no-browser", "--allow-root", f"--port={port}", f"--IdentityProvider.token={TOKEN}"]
    homes = ("JUPYTER_CONFIG_DIR", "JUPYTERLAB_SETTINGS_DIR", "JUPYTERLAB_WORKSPACES_DIR", "JUPYTER_RUNTIME_DIR")
    homes = {name: str(folder / name) for name in homes}
    quiet = folder / "JUPYTERLAB_SETTINGS_DIR" / "@jupyterlab" / "apputils-extension"
    quiet.mkdir(parents=True)
    (quiet / "notification.jupyterlab-settings").write_text('{"fetchNews": "false"}')  # else it asks, over the page
    with served([sys.executable, "-m", "jupyterlab", folder, *options], port, folder / "log", **homes) as server:
        yield server, f"http://localhost:{port}/lab/tree/06_explore.ipynb?token={TOKEN}"


@pytest.fixture(scope="module")
def page(browser, lab):
    """The notebook, run from its first cell to its last."""
    page = browser.new_page(viewport=WIDE)
    page.goto(lab[1], wait_until="commit", timeout=SLOW)
    expect(page.get_by_role("heading", name="06 · Explore")).to_be_visible(timeout=SLOW)
    expect(page.get_by_role("button", name="| Idle")).to_be_visible(timeout=SLOW)  # else what is run now may be lost
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    expect(page.get_by_text("back at the original: True").last).to_be_visible(timeout=SLOW)
    yield page
    page.close()


def test_the_notebook_runs_and_its_sliders_move_the_picture(page, lab, screenshot):
    slider(page, "Smiling").scroll_into_view_if_needed()
    numbers = bars(page)
    slider(page, "Smiling").press("End")
    shows(page, "Smiling +8 ")
    assert bars(page) != numbers and len(kernels_of(lab[0])) == 1
    button(page, "fixed: Male").click()
    shows(page, "Male kept fixed")
    screenshot("lab")


def test_films_and_ones_own_photograph_are_drawn_there_too(page, tmp_path):
    opened(page, "films", "own photograph")
    button(page, "draw$").click()
    expect(page.get_by_role("img", name=re.compile("all pictures in rows$"))).to_be_visible(timeout=SLOW)
    button(page, "reset$").click()
    page.get_by_label(re.compile("^your own photograph")).set_input_files(png_file(tmp_path))
    shown(page, "^your own picture, not moved")
    expect(page.get_by_role("rowheader", name="round trip, PSNR in dB")).to_be_visible(timeout=DRAWN)
