"""Controls, as a program sees them: each has a name, and a toggle says what it is. In a browser: `tests/browser`."""

import numpy as np
import pytest

from unelib.explorer.controls import (
    control_button,
    image_slider,
    keep_button,
    strength_slider,
)


def test_a_toggle_goes_back_to_what_it_said():
    button = keep_button("Wearing_Hat")
    off = button.description, button.icon, button.button_style, button.tooltip
    button.value = True
    assert button.description == "kept fixed" and "Takes Wearing Hat's direction" in button.tooltip
    button.value = False
    assert (button.description, button.icon, button.button_style, button.tooltip) == off


def test_a_slider_takes_its_ends_and_nothing_beyond():
    slider = strength_slider("Wearing_Hat")
    slider.value = -8
    slider.value = 8
    for value in (8.5, -9, float("nan")):
        told = f"Wearing Hat goes from -8 to 8 standard deviations, not to {value:g}; set a value between"
        with pytest.raises(ValueError, match=told):
            slider.value = value
    assert slider.value == 8


def test_the_slider_of_images_holds_whole_numbers():
    slider = image_slider(3)
    slider.value = np.int64(2)
    assert slider.value == 2 and isinstance(slider.value, int)
    with pytest.raises(ValueError, match="image goes from 0 to 2, not to 3; set a value between"):
        slider.value = 3
    assert slider.value == 2


def test_a_slider_whose_end_comes_nearer_stays_within():
    slider = image_slider(9)
    slider.value = 8
    slider.max = 4
    assert slider.value == 4


def test_a_control_brings_its_page_along():
    for control in (strength_slider("Young"), image_slider(3), keep_button("Young")):
        assert "export default { render }" in control._esm and "une-" in control._css
        assert "http" not in control._esm + control._css


def test_buttons_that_say_the_same_differ_in_what_they_are_about():
    assert [keep_button(name).about for name in ("Young", "Wearing_Hat")] == ["Young", "Wearing Hat"]
    assert control_button().about == ""
