"""Controls: each has a name, and a toggle says what it is."""

import pytest

from unelib.explorer.controls import (
    control_button,
    image_slider,
    in_lines,
    keep_button,
    reset_button,
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
        with pytest.raises(ValueError, match=f"Wearing Hat goes from -8 to 8 .* not to {value:g}"):
            slider.value = value
    assert slider.value == 8 and slider.continuous_update


def test_every_attribute_has_a_line_of_its_own():
    sliders, buttons = ({n: make(n) for n in "ab"} for make in (strength_slider, keep_button))
    first = [image_slider(3), reset_button()]
    page = in_lines(first, sliders, buttons, control_button())
    lines = [line.children for line in page.children if hasattr(line, "children")]
    assert lines == [tuple(first), *((sliders[n], buttons[n]) for n in "ab")]
    assert first[0].max == 2
