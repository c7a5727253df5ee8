"""What an explorer's page has beside its sliders: methods, samples, undo, and the parts that buttons open."""

import base64
import io
import os
import re
import subprocess
import sys

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import expect

from unelib.editing import EditState
from unelib.worlds import load_images

from ..helpers.servers import ROOT
from .conftest import NARROW, SCREENSHOTS, WIDE
from .controls_seen import DRAWN, EXPLORER, SLOW, bars, button, number, slider

pytestmark = pytest.mark.slow
PARTS = ("divider", "gallery", "map", "own photograph", "films", "save, load, code")
FIRST_METHOD = "difference of class means"
# What the Tab key is to reach, in the order of the page: each element gets its number.
NUMBERED = """root => {
    const stops = "input, button, select, textarea, summary, a[href], [tabindex='0']";
    const seen = [...root.querySelectorAll(stops)].filter(e => !e.disabled && e.checkVisibility() && e.tabIndex >= 0);
    seen.forEach((element, place) => element.dataset.place = place);
    seen[0].focus();
    return seen.length;
}"""
PLACE = """() => {
    const now = document.activeElement;
    return now.dataset.place + (now.matches(':focus-visible') ? '' : ' unseen');
}"""


@pytest.fixture(scope="module")
def visit(browser, voila):
    """One visit for all tests."""
    page = browser.new_page(viewport=WIDE)
    page.goto(voila[1], wait_until="commit", timeout=SLOW)
    expect(slider(page, "Smiling")).to_be_visible(timeout=SLOW)
    yield page
    page.close()


@pytest.fixture
def page(visit):
    """The page with all parts closed and nothing moved; which picture is there is left as it was."""
    visit.set_viewport_size(WIDE)
    for title in PARTS:
        closed(visit, title)
    method(visit, FIRST_METHOD)
    button(visit, "reset$").click()
    shown(visit, "not moved")
    return visit


def part_button(page, title):
    """The button that opens a part."""
    return button(page, f"^{title}: ")


def opened(page, *titles):
    """Open parts by their buttons."""
    for title in titles:
        if part_button(page, title).get_attribute("aria-pressed") == "false":
            part_button(page, title).click()
        expect(part_button(page, title)).to_have_attribute("aria-pressed", "true")


def closed(page, title):
    """Close a part by its button."""
    if part_button(page, title).get_attribute("aria-pressed") == "true":
        part_button(page, title).click()


def method(page, name):
    """Choose a method from the menu."""
    page.get_by_label("method", exact=True).select_option(name)


def edited(page):
    """The edited picture, of whatever it is."""
    return page.locator(f"{EXPLORER} img:not([role=listbox] img)").nth(1)


def shown(page, words):
    """Wait until the edited picture is there in full, with these words in its alternative text."""
    expect(edited(page)).to_have_attribute("alt", re.compile(words), timeout=DRAWN)
    expect(page.get_by_text("drawing …")).to_have_count(0, timeout=DRAWN)
    expect(page.get_by_text(re.compile("^(coarse preview|not yet corrected): "))).to_have_count(0, timeout=DRAWN)


def move(page, name, value):
    """Type a slider's value."""
    number(page, name).fill(str(value))
    number(page, name).press("Enter")


def told(page):
    """What the edited picture says of itself."""
    return edited(page).get_attribute("alt")


def thumbnails(page):
    """Those of the gallery."""
    return page.get_by_role("listbox", name="images").get_by_role("option")


def named(thumbnail):
    """Which image a thumbnail is of, as the pictures begin to say it too."""
    return thumbnail.get_attribute("aria-label").split(":")[0]


def filtered(page, attribute):
    """Have the gallery show what lacks an attribute, and wait for it."""
    for which in ("all images", "images that lack"):  # which also leads back to the first page
        page.get_by_label("show", exact=True).select_option(which)
    page.get_by_label("attribute", exact=True).select_option(attribute)
    expect(thumbnails(page).filter(has=page.locator(f"[alt*={attribute}]"))).to_have_count(0)
    expect(page.get_by_text(re.compile(r"^1 to 24 of 1\d\d images$"))).to_be_visible()


def image_map(page):
    """The map."""
    return page.get_by_role("application", name=re.compile("map of images"))


def edit_text(page):
    """The edit as JSON, which a visitor may change."""
    return page.get_by_role("textbox", name="edit", exact=True)


def saved(page, link):
    """The bytes that a link saves."""
    with page.expect_download() as waiting:
        page.get_by_role("link", name=link).click()
    return waiting.value.path().read_bytes()


def pixels_of(picture):
    """The picture (64, 64, 3) that an image on the page holds, enlarged without blur."""
    data = base64.b64decode(picture.get_attribute("src").split(",")[1])
    large = np.array(Image.open(io.BytesIO(data)).convert("RGB"))
    return large[:: len(large) // 64, :: len(large) // 64]


def kept_picture(place, name):
    """Keep what is seen of a place as a small PNG: among the screenshots, or with UNELIB_README=1 in figures/."""
    folder = ROOT / "figures" if os.environ.get("UNELIB_README") else SCREENSHOTS
    folder.mkdir(parents=True, exist_ok=True)
    Image.open(io.BytesIO(place.screenshot())).convert("RGB").quantize(128).save(folder / name, optimize=True)
    assert (folder / name).stat().st_size < 200_000


def png_file(folder):
    """A drawn face that no model has seen, as a file."""
    Image.fromarray(load_images("drawn-faces", n=1, split="test", seed=7).pixels[0]).save(folder / "mine.png")
    return folder / "mine.png"


def test_an_image_is_picked_in_the_gallery_by_a_click_and_by_keys(page):
    opened(page, "gallery")
    filtered(page, "Smiling")
    thumbnails(page).nth(3).click()
    shown(page, rf"^{named(thumbnails(page).nth(3))} \(Smiling: no")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(thumbnails(page).nth(4)).to_have_attribute("aria-selected", "true")
    shown(page, named(thumbnails(page).nth(4)))


def test_a_fresh_sample_is_taken_and_the_gallery_leads_back(page):
    opened(page, "gallery")
    thumbnails(page).nth(2).click()
    image = named(thumbnails(page).nth(2))
    shown(page, image)
    button(page, "fresh sample$").click()
    shown(page, "^a fresh sample, seed 0, not moved")
    button(page, "fresh sample$").click()
    shown(page, "^a fresh sample, seed 1, not moved")
    expect(page.get_by_text("no image is chosen")).to_be_visible()
    thumbnails(page).nth(2).click()
    shown(page, image)


def test_an_image_is_picked_on_the_map_and_the_edit_is_a_line_there(page):
    opened(page, "map")
    place = image_map(page)
    place.scroll_into_view_if_needed()
    before = told(page)
    place.locator("path.une-sign").nth(11).click(force=True)
    expect(edited(page)).not_to_have_attribute("alt", before)
    shown(page, "^image ")
    line, nowhere = place.locator("polyline").first, re.compile(r"^(\S+) \1$")  # from a place to itself
    expect(line).to_have_attribute("points", nowhere)
    slider(page, "Smiling").press("End")
    shown(page, r"Smiling \+8")
    expect(line).not_to_have_attribute("points", nowhere)
    before = told(page)
    place.press("ArrowRight")
    place.press("Enter")
    expect(edited(page)).not_to_have_attribute("alt", before)


def test_a_method_is_chosen_and_moves_the_picture_by_its_own_sliders(page):
    method(page, "principal components")
    expect(slider(page, "Smiling")).to_have_count(0)
    slider(page, "component 1").press("End")
    shown(page, r"component 1 \+8")
    method(page, "text")
    page.get_by_role("textbox", name="text 1", exact=True).fill("a face with a hat")
    page.get_by_role("textbox", name="text 1", exact=True).press("Enter")
    move(page, "text 1", 6)
    shown(page, r"a face with a hat \+6")
    method(page, "pullback vectors")
    move(page, "vector 2", 6)
    shown(page, r"vector 2 \+6")
    method(page, "probe weights")
    move(page, "Smiling", 3)
    shown(page, r"Smiling \+3")


def test_the_bottleneck_is_moved_in_place_of_the_noise(page):
    method(page, "h-space")
    move(page, "Smiling", 4)
    expect(page.get_by_text("learning the directions of this method")).to_have_count(0, timeout=SLOW)
    shown(page, r"Smiling \+4")


def test_a_step_is_undone_and_done_again(page):
    move(page, "Young", 4)
    shown(page, r"Young \+4")
    move(page, "Male", -2)
    shown(page, r"Male -2, Young \+4")
    button(page, "undo$").click()
    expect(number(page, "Male")).to_have_value("0")
    shown(page, r"(?<!Male -2), Young \+4 standard")
    button(page, "redo$").click()
    shown(page, r"Male -2, Young \+4")
    expect(number(page, "Male")).to_have_value("-2")
    expect(button(page, "redo$")).to_be_disabled()


def test_the_judge_keeps_an_attribute(page):
    move(page, "Smiling", 6)
    button(page, "fixed: Young").click()
    shown(page, "Young kept fixed$")
    numbers = bars(page)
    page.get_by_label("keep by").select_option("the judge")
    shown(page, "Young kept fixed by the judge$")
    assert bars(page) != numbers


def test_the_divider_is_moved_by_keys(page):
    opened(page, "divider")
    move(page, "Bangs", 5)
    shown(page, r"Bangs \+5")
    divider = page.get_by_role("slider", name="divider between before and after")
    expect(page.locator(".une-swipe img.une-after")).to_have_attribute("alt", re.compile(r"Bangs \+5"))
    for key, percent in (("Home", 0), ("ArrowRight", 1), ("Shift+ArrowRight", 11), ("ArrowLeft", 10), ("End", 100)):
        divider.press(key)
        expect(divider).to_have_attribute("aria-valuetext", f"{percent} % before, {100 - percent} % after")
    divider.press("Home")
    expect(page.locator(".une-swipe img.une-after")).to_have_css("clip-path", re.compile(r"inset\(0(px)?( 0px)* 0%?"))


def test_a_file_that_is_no_picture_is_told_and_a_photograph_is_edited(page, tmp_path):
    opened(page, "own photograph")
    picker = page.get_by_label(re.compile("^your own photograph"))
    (tmp_path / "notes.txt").write_text("no picture")
    before = told(page)
    picker.set_input_files(tmp_path / "notes.txt")
    line = page.get_by_role("status").filter(has_text="notes.txt was not taken: ")
    expect(line).to_be_visible(timeout=DRAWN)
    assert line.inner_text().count(". ") == 0 and told(page) == before
    picker.set_input_files(png_file(tmp_path))
    shown(page, "^your own picture, not moved")
    expect(page.get_by_role("img", name="mine.png, as the model gives it back from its noise")).to_be_visible()
    expect(page.get_by_role("rowheader", name="round trip, PSNR in dB")).to_be_visible()
    slider(page, "Smiling").press("End")
    shown(page, r"^your own picture, Smiling \+8")


def test_pictures_of_the_readme(page):
    """An edit with the judge's bars, and the map with the edit's way and an image that is looked at."""
    page.set_viewport_size(WIDE | {"height": 1600})
    opened(page, "gallery")
    filtered(page, "Smiling")
    thumbnails(page).nth(8).click()
    shown(page, named(thumbnails(page).nth(8)))
    closed(page, "gallery")
    move(page, "Smiling", 5)
    shown(page, r"\(Smiling: no.*Smiling \+5")
    kept_picture(page.locator(EXPLORER), "explorer.png")
    opened(page, "map", "gallery")
    page.get_by_label("coloured by", exact=True).select_option("label Smiling")
    expect(thumbnails(page)).to_have_count(24)
    for key in ("ArrowLeft", "ArrowDown"):  # to where the thumbnail does not cover the line
        image_map(page).press(key)
    expect(page.locator(".une-look img")).to_be_visible()
    kept_picture(page.locator(".une-parts"), "explorer_map.png")


def test_a_film_is_drawn_and_saved(page):
    opened(page, "films")
    move(page, "Smiling", 4)
    shown(page, r"Smiling \+4")
    button(page, "draw$").click()
    expect(page.get_by_role("img", name=re.compile("all pictures in rows$"))).to_be_visible(timeout=SLOW)
    files = {name: Image.open(io.BytesIO(saved(page, name))) for name in ("film.png", "film.gif")}
    assert files["film.png"].format == "PNG" and files["film.gif"].n_frames > 8
    expect(page.get_by_role("link", name="before-and-after.png")).to_have_attribute("download", "before-and-after.png")


def test_an_edit_is_saved_and_a_changed_one_loaded(page):
    opened(page, "save, load, code")
    button(page, "fresh sample$").click()
    move(page, "Eyeglasses", 5)
    shown(page, r"^a fresh sample, .*Eyeglasses \+5")
    state = EditState.from_json(saved(page, "save it as edit.json").decode())
    assert state.seed is not None and dict(state.strengths) == {"Eyeglasses": 5}
    assert edit_text(page).input_value() == state.to_json()
    edit_text(page).fill(state.with_(seed=3, strengths={"Young": -2}, kept=["Male"]).to_json())
    button(page, "load this edit$").click()
    shown(page, "^a fresh sample, seed 3, Young -2 standard deviations, Male kept fixed")
    assert number(page, "Eyeglasses").input_value() == "0"


@pytest.mark.parametrize(
    ("text", "said"),
    [("{", "JSON"), ('{"generator": "drawn-ldm", "strengths": {"Beard": 1}}', "Beard"), ('{"generator": "a"}', "'a'")],
)
def test_a_wrong_edit_is_told_in_one_sentence(page, text, said):
    opened(page, "save, load, code")
    edit_text(page).fill(text)
    button(page, "load this edit$").click()
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text(said)
    assert re.search(r"[.!] ", alert.inner_text()) is None
    expect(edited(page)).to_have_attribute("alt", re.compile("not moved"))


def test_the_copied_code_makes_the_pixels_of_the_page(page, tmp_path):
    opened(page, "save, load, code")
    move(page, "Smiling", 6)
    button(page, "fixed: Young").click()
    page.get_by_label("keep by").select_option("the judge")
    shown(page, "by the judge$")
    page.get_by_label("Python code of this edit").click()  # which marks all of it
    code = page.evaluate("getSelection().toString()")
    (tmp_path / "copied.py").write_text(f"{code}\nnp.save('after.npy', after)\n")
    known = os.environ | {"PYTHONPATH": str(ROOT), "MPLBACKEND": "agg", "OMP_NUM_THREADS": "1"}
    done = subprocess.run([sys.executable, "copied.py"], cwd=tmp_path, capture_output=True, text=True, env=known)
    assert done.returncode == 0, done.stderr
    np.testing.assert_array_equal(np.load(tmp_path / "after.npy"), pixels_of(edited(page)))


def test_tab_reaches_every_part_in_the_order_of_the_page(page):
    opened(page, *PARTS)
    expect(page.get_by_role("listbox", name="images")).to_be_visible()
    count = page.locator(EXPLORER).evaluate(NUMBERED)
    places = [page.evaluate(PLACE)]
    for _ in range(count - 1):
        page.keyboard.press("Tab")
        places.append(page.evaluate(PLACE))
    assert places[1:] == [str(place) for place in range(1, count)]


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_all_parts_together_fit_and_axe_finds_nothing_serious(page, size, screenshot):
    page.set_viewport_size(size)
    opened(page, *PARTS)
    button(page, "fresh sample$").click()
    move(page, "Smiling", 99)
    shown(page, r"Smiling \+8")
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    found = Axe().run(page, EXPLORER).response["violations"]
    assert [(one["id"], one["nodes"]) for one in found if one["impact"] in ("serious", "critical")] == []
    page.set_viewport_size(size | {"height": 3600})
    screenshot("parts")
