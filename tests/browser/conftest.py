"""Debian's Chromium, or another one that is there, driven through Playwright; without one, these tests are skipped."""

import os
import shutil
import sys
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from ..helpers.servers import free_port, served

ROOT = Path(__file__).resolve().parents[2]
SCREENSHOTS = ROOT / "build" / "screenshots"
NAMES = ("chromium", "chromium-browser", "google-chrome")
IDLE = 15  # seconds that a closed page is kept
WIDE, NARROW = {"width": 1280, "height": 720}, {"width": 390, "height": 844}


@pytest.fixture(scope="package")
def browser():
    """A browser without a window. It ends with this package, since other tests cannot start an event loop beside it."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.skip("no Chromium on this machine; on Debian, `apt-get install chromium` brings one")
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=found, args=["--no-sandbox"] * (os.geteuid() == 0))
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def voila(browser, tmp_path_factory):
    """The server of the page, its address, and its folder for temporary files; one for all files of a process."""
    folder, port = tmp_path_factory.mktemp("voila"), free_port()
    command = [sys.executable, "-m", "unelib", "explore", "--no-browser", f"--idle={IDLE}", f"--port={port}"]
    with served(command, port, folder / "log", TMPDIR=str(folder)) as server:
        yield server, f"http://localhost:{port}", folder


@pytest.fixture
def screenshot(page):
    """Keep what is seen now, as build/screenshots/NAME-WIDTH.png."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)

    def keep(name, **how):
        page.screenshot(path=SCREENSHOTS / f"{name}-{page.viewport_size['width']}.png", **how)

    return keep
