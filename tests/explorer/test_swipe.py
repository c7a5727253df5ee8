"""Before and after on one place, driven through its traits."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from unelib.explorer.swipe import Swipe


@pytest.fixture
def swipe():
    swipe = Swipe()
    yield swipe
    swipe.close()


def test_both_pictures_are_shown_with_what_they_are(swipe):
    pictures = np.random.default_rng(0).integers(0, 256, (2, 8, 8, 3), np.uint8)
    swipe.show(*pictures, "image a, round trip", "image a, Smiling +3")
    for uri, picture in zip((swipe.before, swipe.after), pictures):
        shown = np.asarray(Image.open(io.BytesIO(base64.b64decode(uri.split(",")[1]))))
        np.testing.assert_array_equal(shown[::64, ::64], picture)
    assert (swipe.before_told, swipe.after_told) == ("image a, round trip", "image a, Smiling +3")


def test_the_divider_has_a_name_and_stays_between_the_ends(swipe):
    assert swipe.label and swipe.value == 50
    swipe.value = 100
    for beyond in (-1, 101):
        with pytest.raises(ValueError, match=f"cannot stand at {beyond} %; set a whole number from 0 to 100"):
            swipe.value = beyond
    assert swipe.value == 100


def test_all_traits_go_to_the_page_and_its_script_is_there(swipe):
    sent = swipe.get_state()
    assert {"value", "label", "before", "after", "before_told", "after_told"} <= set(sent)
    assert 'setAttribute("role", "slider")' in sent["_esm"] and "http" not in sent["_esm"]
