"""The explorer's controls: each has a name, is reached by keyboard, and says to a screen reader what it is set to.

Sliders and toggles have pages of their own (`slider.js`, `toggle.js`, `controls.css`), because ipywidgets 8.1 gives the
handle of a slider no name and a toggle button no `aria-pressed`.
"""

from pathlib import Path
from typing import Any

from traitlets import Bool, CFloat, CInt, Unicode, observe, validate

from ..core.extras import needed
from ..plots.figures import pretty

w: Any = needed("ipywidgets", "explorer")
AnyWidget: Any = needed("anywidget", "explorer").AnyWidget
HERE = Path(__file__).parent
REACH = 8  # standard deviations to either side that a slider goes
UNIT = "standard deviations"
WIDE = {"flex": "1 1 260px", "min_width": "0"}  # beside a button, or above it where there is no room
HEADING = f"move by up to {REACH} standard deviations of held-out images"
STRENGTH_TIP = "{}, in standard deviations of held-out images. A double click sets it to zero."
KEEP_TIP = "Takes {0}'s direction out of the others' directions. {0} may change all the same; the bars say when it did."
KEEP_BY_TIP = (
    "What is kept fixed: by projection, directions become orthogonal to its own; by covariance, uncorrelated with it;"
    " by the judge, the picture is corrected until the judge sees it as before, which draws more pictures."
)
CONTROL_TIP = "Instead of the sliders' step, one as long in a random direction: what a step without meaning does."


class Slider(AnyWidget):
    """A slider with a number field; it refuses what a program sets beyond its ends, and tells a visitor who types it.

    value, min, max  where it is, and its ends
    step             of the handle and the arrow keys; any number can be typed
    description      its name, which is shown
    unit             of its value, in words
    """

    _esm, _css = HERE / "slider.js", HERE / "controls.css"
    value = CFloat(0).tag(sync=True)
    min = CFloat(0).tag(sync=True)
    max = CFloat(1).tag(sync=True)
    step = CFloat(0.1).tag(sync=True)
    description = Unicode().tag(sync=True)
    unit = Unicode().tag(sync=True)
    whole = Bool(False).tag(sync=True)
    disabled = Bool(False).tag(sync=True)

    @validate("value")
    def _validate_value(self, proposal):
        value = proposal["value"]
        if not self.min <= value <= self.max:
            told = f"{self.description} goes from {self.min:g} to {self.max:g} {self.unit}".rstrip()
            raise ValueError(f"{told}, not to {value:g}; set a value between")
        return value

    @observe("min", "max")
    def _stay_between(self, _change):
        self.value = min(max(self.value, self.min), self.max)


class WholeSlider(Slider):
    """A slider over whole numbers."""

    value = CInt(0).tag(sync=True)
    min = CInt(0).tag(sync=True)
    max = CInt(1).tag(sync=True)
    step = CInt(1).tag(sync=True)
    whole = Bool(True).tag(sync=True)


class Toggle(AnyWidget):
    """A button that is on or off, of which a screen reader tells as well.

    description, icon, button_style  its words, sign and colour, as of ipywidgets' ToggleButton
    about                            what it is for where its words alone do not say it; read out after them
    """

    _esm, _css = HERE / "toggle.js", HERE / "controls.css"
    value = Bool(False).tag(sync=True)
    disabled = Bool(False).tag(sync=True)
    description = Unicode().tag(sync=True)
    about = Unicode().tag(sync=True)
    icon = Unicode().tag(sync=True)
    button_style = Unicode().tag(sync=True)


class WorkingPart(w.VBox):
    """A part of the explorer whose `worker`, a `LatestOnly`, works in a thread of its own."""

    worker: Any = None

    def wait(self, timeout: float | None = None) -> bool:
        """Block until what was asked for last is shown; False after `timeout` seconds."""
        return self.worker.wait(timeout)

    def close(self) -> None:
        """End the work and its thread, and take the widget off the page."""
        if self.worker is not None:
            self.worker.close()
        super().close()


def image_slider(count):
    """Which of `count` images."""
    tip = "position of the image among those there are to choose from"
    return WholeSlider(max=count - 1, description="image", tooltip=tip, layout=w.Layout(**WIDE))


def strength_slider(name):
    """How far along an attribute's direction."""
    look = {"layout": w.Layout(**WIDE), "tooltip": STRENGTH_TIP.format(pretty(name)), "unit": UNIT}
    return Slider(min=-REACH, max=REACH, step=0.5, description=pretty(name), **look)


def keep_button(name):
    """Whether an attribute's direction is taken out of the others."""
    return toggle("keep fixed", "kept fixed", KEEP_TIP.format(pretty(name)), width="110px", about=pretty(name))


def control_button():
    """Whether a random step takes the place of the sliders' step."""
    return toggle("random direction (control)", "random direction (control): on", CONTROL_TIP, width="250px")


def reset_button():
    """All back."""
    tip = "All sliders to zero, nothing kept, no random direction."
    return w.Button(description="reset", icon="undo", tooltip=tip, layout=w.Layout(width="110px"))


def keep_menu(ways):
    """How what is kept is kept."""
    options = [("the judge" if way == "judge" else way, way) for way in ways]
    return menu("keep by", options, ways[0], KEEP_BY_TIP)


def part_button(words, about):
    """Whether a part of the explorer is open."""
    return toggle(words, words, about, width="auto", about=about)


def small_button(words, icon):
    """A button that does one thing."""
    return w.Button(description=words, icon=icon, layout=w.Layout(width="auto"))


def seed_box():
    """Which fresh sample."""
    look = {"style": {"description_width": "60px"}, "layout": w.Layout(width="150px")}
    return w.BoundedIntText(0, 0, 2**31 - 1, description="seed", tooltip="of a fresh sample", **look)


def menu(words, options, value, tip=None):
    """One of several."""
    look = {"style": {"description_width": "60px"}, "layout": w.Layout(width="auto", max_width="100%")}
    return w.Dropdown(options=options, value=value, description=words, tooltip=tip, **look)


def text_box(number):
    """A text that stands in an attribute's place; it counts once it is finished."""
    look = {"style": {"description_width": "60px"}, "layout": w.Layout(flex="1 1 200px", min_width="0")}
    words = {"description": f"text {number}", "placeholder": "such as: a face with glasses"}
    return w.Text("", continuous_update=False, **words, **look)


def toggle(off, on, tip, width, about=""):
    """A toggle whose words, sign, colour and tooltip say whether it is on."""
    button = Toggle(about=about, layout=w.Layout(width=width, max_width="100%"))

    def tell(_change=None):
        """What it is now."""
        state = (on, "check", "info", "On") if button.value else (off, "", "", "Off")
        button.description, button.icon, button.button_style = state[:3]
        button.tooltip = f"{state[3]}. {tip}"

    button.observe(tell, "value")
    tell()
    return button


def title(text):
    """A small heading above a part of the explorer."""
    return w.HTML(f"<b>{text}</b>")


def close_below(box):
    """Close a widget and all inside it, with their looks, which would otherwise stay in ipywidgets' own list."""
    for child in getattr(box, "children", ()):
        close_below(child)
    for part in (getattr(box, "style", None), box.layout):
        if part is not None:
            part.close()
    w.Widget.close(box)
