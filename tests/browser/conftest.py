"""Debian's Chromium, or another one that is there, driven through Playwright; without one, these tests are skipped."""

import os
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[2]
SCREENSHOTS = ROOT / "build" / "screenshots"
NAMES = ("chromium", "chromium-browser", "google-chrome")
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


@pytest.fixture
def screenshot(page):
    """Keep what is seen now, as build/screenshots/NAME-WIDTH.png."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)

    def keep(name, **how):
        page.screenshot(path=SCREENSHOTS / f"{name}-{page.viewport_size['width']}.png", **how)

    return keep
