"""The explorer's controls: each has a name, and a toggle says in words whether it is on.

ipywidgets 8.1 gives the handle of a slider no name of its own, and a toggle button no `aria-pressed`. So the visible
label stands before the one, and the words on the other change.
"""

from typing import Any

from traitlets import validate

from ..core.extras import needed
from ..plots.figures import pretty

w: Any = needed("ipywidgets", "explorer")
REACH = 8  # standard deviations to either side that a slider goes
WIDE = {"flex": "1 1 300px", "min_width": "0"}  # beside a button, or above it where there is no room
LOOK = {"continuous_update": True, "style": {"description_width": "130px"}}
HEADING = f"move by up to {REACH} standard deviations of held-out images"
STRENGTH_TIP = "{0}, in standard deviations of held-out images; a typed number beyond {1} becomes {1}."
KEEP_TIP = "Takes {0}'s direction out of the others' directions. {0} may change all the same; the bars say when it did."
CONTROL_TIP = "Instead of the sliders' step, one as long in a random direction: what a step without meaning does."


class StrengthSlider(w.FloatSlider):
    """A slider that refuses what a program sets beyond its ends, where ipywidgets would silently take the end."""

    @validate("value")
    def _validate_value(self, proposal):
        value = proposal["value"]
        if not self.min <= value <= self.max:
            told = f"{self.description} goes from {self.min:g} to {self.max:g} standard deviations"
            raise ValueError(f"{told}, not to {value:g}; set a value between")
        return value


def image_slider(count):
    """Which of `count` images."""
    tip = "position of the image among those there are to choose from"
    return w.IntSlider(0, 0, count - 1, description="image", tooltip=tip, **LOOK, layout=w.Layout(**WIDE))


def strength_slider(name):
    """How far along an attribute's direction."""
    look = {**LOOK, "layout": w.Layout(**WIDE), "tooltip": STRENGTH_TIP.format(pretty(name), REACH)}
    return StrengthSlider(0, min=-REACH, max=REACH, step=0.5, description=pretty(name), **look)


def keep_button(name):
    """Whether an attribute's direction is taken out of the others."""
    return toggle("keep fixed", "kept fixed", KEEP_TIP.format(pretty(name)), width="110px")


def control_button():
    """Whether a random step takes the place of the sliders' step."""
    return toggle("random direction (control)", "random direction (control): on", CONTROL_TIP, width="250px")


def reset_button():
    """All back."""
    tip = "All sliders to zero, nothing kept, no random direction."
    return w.Button(description="reset", icon="undo", tooltip=tip, layout=w.Layout(width="110px"))


def toggle(off, on, tip, width):
    """A toggle button whose words, sign, colour and tooltip say whether it is on."""
    button = w.ToggleButton(False, layout=w.Layout(width=width, max_width="100%"))

    def tell(_change=None):
        """What it is now."""
        state = (on, "check", "info", "On") if button.value else (off, "", "", "Off")
        button.description, button.icon, button.button_style = state[:3]
        button.tooltip = f"{state[3]}. {tip}"

    button.observe(tell, "value")
    tell()
    return button


def in_lines(first, sliders, buttons, last):
    """All controls: a line each, of a slider and its button, and a heading above those that move."""
    row = w.Layout(flex_flow="row wrap")
    lines = [w.HBox([sliders[name], buttons[name]], layout=row) for name in sliders]
    return w.VBox([w.HBox(first, layout=row), title(HEADING), *lines, last])


def title(text):
    """A small heading above a part of the explorer."""
    return w.HTML(f"<b>{text}</b>")
