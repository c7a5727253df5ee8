"""The scripts of the widgets: each belongs to one, asks nothing of the net, and leaves no listener behind."""

import re
from pathlib import Path

import pytest

from unelib.explorer import controls, gallery, latent_map, swipe, upload

FOLDER = Path(gallery.__file__).parent
SCRIPTS = sorted(FOLDER.glob("*.js"))
WIDGETS = [controls.Slider, controls.Toggle, gallery.Thumbnails, upload.FilePicker, swipe.Swipe, latent_map.MapView]


def test_each_script_is_a_widgets_and_is_read_from_its_file():
    found = {}
    for kind in WIDGETS:
        widget = kind()
        found[widget.get_state()["_esm"]] = kind
        widget.close()
    assert set(found) == {path.read_text(encoding="utf-8") for path in SCRIPTS} and len(SCRIPTS) == len(WIDGETS)


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_a_script_works_offline_and_puts_no_markup_from_data_into_the_page(path):
    text = path.read_text(encoding="utf-8")
    addresses = set(re.findall(r"https?://[^\s\"']+", text)) - {"http://www.w3.org/2000/svg"}
    assert not addresses and not re.search(r"\bimport\b|innerHTML|insertAdjacentHTML|\beval\b", text)


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_what_a_script_observes_it_lets_go(path):
    text = path.read_text(encoding="utf-8")
    on, off = (re.findall(rf"model\.{word}\((.*)\);", text) for word in ("on", "off"))
    assert on and sorted(on) == sorted(off)


@pytest.mark.parametrize("kind", WIDGETS, ids=lambda kind: kind.__name__)
def test_a_script_reads_only_traits_that_its_widget_shares(kind):
    widget = kind()
    shared = set(widget.get_state())
    text = widget.get_state()["_esm"]
    widget.close()
    listed = re.findall(r"const SHOWN = \[(.*)\]", text)
    used = {a or b for a, b in re.findall(r'model\.get\("(\w+)"\)|save\("(\w+)"', text)}
    used |= set(re.findall(r'"(\w+)"', "".join(listed)))
    assert used and used <= shared
