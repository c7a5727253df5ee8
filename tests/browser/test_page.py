"""The explorer as a page: `python -m unelib explore` in a browser, as a visitor uses it."""

import re
import subprocess
import sys

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from ..helpers.servers import kernels_of, until
from .conftest import NARROW, WIDE
from .controls_seen import EXPLORER, SLOW, after, bars, before, button, number, shows, slider

pytestmark = pytest.mark.slow
# Whether the keyboard is at a part of the explorer where it was not yet, and that shows.
REACHED = """part => {
    const now = document.activeElement, first = !now.dataset.reached;
    now.dataset.reached = true;
    return first && now.closest(part) !== null && now.matches(':focus-visible');
}"""
# Has a kernel run code.
TELL = """
import sys
from jupyter_client import BlockingKernelClient
kernel = BlockingKernelClient()
kernel.load_connection_file(sys.argv[1])
kernel.start_channels()
print(kernel.execute(sys.argv[2], reply=True, timeout=60)["content"]["status"])
"""


@pytest.fixture(scope="module")
def visit(browser, voila):
    """One visit for all tests: the page, and the addresses elsewhere that it asked for and got."""
    page, fetched = browser.new_page(viewport=WIDE), []
    page.on("requestfinished", lambda request: fetched.append(request.url))
    page.goto(voila[1], wait_until="commit", timeout=SLOW)
    expect(slider(page, "Smiling")).to_be_visible(timeout=SLOW)
    yield page, fetched
    page.close()


@pytest.fixture
def page(visit):
    """The page as it is at first."""
    page = visit[0]
    page.set_viewport_size(WIDE)
    button(page, "reset").click()
    shows(page, "not moved")
    return page


def told(page, folder, code):
    """Have the page's kernel run code, as no visitor can."""
    kernel = page.locator("#jupyter-config-data").evaluate("script => JSON.parse(script.textContent).kernelId")
    (file,) = folder.glob(f"voila_*/kernel-{kernel}.json")
    done = subprocess.run([sys.executable, "-c", TELL, file, code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "ok"


def test_two_pictures_and_what_they_show_stand_there_at_first(page, visit, screenshot):
    for picture in (before(page), after(page)):
        expect(picture).to_be_in_viewport()
        assert re.match(r"image \S+ \(Smiling: ", picture.get_attribute("alt"))
    assert "not moved" in after(page).get_attribute("alt") and "Smiling" in bars(page)
    assert [url for url in visit[1] if not re.match("http://localhost|data:|blob:", url)] == []
    screenshot("first")


def test_keys_move_the_picture_and_the_bars(page, screenshot):
    picture, numbers = after(page).get_attribute("src"), bars(page)
    slider(page, "Smiling").focus()
    for _ in range(12):
        page.keyboard.press("ArrowRight")
    shows(page, "Smiling +6 ")
    assert slider(page, "Smiling").get_attribute("aria-valuetext") == "6 standard deviations"
    assert number(page, "Smiling").input_value() == "6"
    assert after(page).get_attribute("src") != picture and bars(page) != numbers
    screenshot("moved")
    page.keyboard.press("Home")
    shows(page, "Smiling -8 ")


def test_a_hand_drags_a_slider_and_a_double_click_lets_it_go(page):
    box = slider(page, "Young").bounding_box()
    middle, height = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(middle, height)
    page.mouse.down()
    for share in range(1, 11):
        page.mouse.move(middle + share * box["width"] / 40, height)
    expect(after(page)).to_have_attribute("alt", re.compile(r"Young \+4"))  # while the button is still down
    page.mouse.up()
    shows(page, f"Young +{number(page, 'Young').input_value()} ")
    slider(page, "Young").dblclick()
    shows(page, "not moved")


@pytest.mark.parametrize(
    ("name", "asked", "value", "said"),
    [
        ("Young", "9", "8", "Young goes from -8 to 8; 9 became 8."),
        ("Young", "", "0", "Young goes from -8 to 8; type a number."),
        ("Young", "2.3", "2.3", ""),
        ("image", "1.7", "2", "image goes from 0 to 199 in whole numbers; 1.7 became 2."),
    ],
)
def test_a_typed_number_is_taken_or_told(page, name, asked, value, said):
    old = number(page, name).input_value()
    number(page, name).fill(asked)
    number(page, name).press("Enter")
    expect(number(page, name)).to_have_value(value)
    line = page.locator(".une-slider").filter(has=slider(page, name)).get_by_role("status")
    expect(line).to_have_text(said)
    slider(page, name).press("ArrowLeft")
    expect(line).to_be_empty()
    number(page, name).fill(old)
    number(page, name).press("Enter")


def test_another_image_takes_the_place_of_both(page):
    first = before(page).get_attribute("alt")
    slider(page, "image").press("ArrowRight")
    expect(before(page)).not_to_have_attribute("alt", first)
    slider(page, "image").press("ArrowLeft")
    expect(before(page)).to_have_attribute("alt", first)


def test_toggles_tell_whether_they_are_on_and_reset_turns_them_off(page):
    slider(page, "Smiling").press("End")
    for name, words in (("fixed: Male", "Male kept fixed"), ("random direction", "a step in a random direction")):
        expect(button(page, name)).to_have_attribute("aria-pressed", "false")
        button(page, name).press("Space")
        expect(button(page, name)).to_have_attribute("aria-pressed", "true")
        shows(page, words)
    button(page, "reset").click()
    shows(page, "not moved")
    expect(page.locator("[aria-pressed=true]")).to_have_count(0)
    assert number(page, "Smiling").input_value() == "0"


def test_a_picture_that_cannot_be_drawn_is_told_and_the_next_one_is_drawn(page, voila):
    told(page, voila[2], "import unelib.explorer.pictures as made; whole, made.pictures_of = made.pictures_of, None")
    slider(page, "Bangs").press("End")
    expect(page.get_by_text("This edit could not be drawn (TypeError")).to_be_visible()
    expect(page.get_by_text("drawing …")).to_have_count(0)
    told(page, voila[2], "made.pictures_of = whole")
    slider(page, "Bangs").press("ArrowLeft")
    shows(page, "Bangs +7.5 ")
    expect(page.get_by_text("could not be drawn")).to_have_count(0)


def test_every_control_is_reached_by_tab_and_seen_to_be(page):
    wanted = page.locator(f"{EXPLORER} :is(input, button, select, textarea):not([disabled]):visible").count()
    slider(page, "image").focus()
    page.keyboard.press("Shift+Tab")  # back and forth, as by keyboard from the start
    for _ in range(wanted):
        page.keyboard.press("Tab")
        assert page.evaluate(REACHED, EXPLORER)
    assert wanted >= 22


def test_a_narrow_screen_needs_no_scrolling_sideways(page, screenshot):
    page.set_viewport_size(NARROW)
    number(page, "Young").fill("99")
    number(page, "Young").press("Enter")
    shows(page, "Young +8 ")
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    page.set_viewport_size(NARROW | {"height": 2000})
    screenshot("narrow")


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_axe_finds_nothing_serious(page, size):
    page.set_viewport_size(size)
    button(page, "fixed: Male").click()
    number(page, "Young").fill("99")
    number(page, "Young").press("Enter")
    shows(page, "Male kept fixed")
    found = Axe().run(page, EXPLORER).response["violations"]
    assert [(one["id"], one["nodes"]) for one in found if one["impact"] in ("serious", "critical")] == []


def test_a_closed_page_leaves_no_kernel(page, voila):
    """The last of the tests: one kernel waits for the next visitor, and none beside it."""
    server = voila[0]
    until(lambda: len(kernels_of(server)) == 2, 60)
    page.close()
    until(lambda: len(kernels_of(server)) == 1, 60)
