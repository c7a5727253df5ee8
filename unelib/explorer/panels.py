"""The explorer: sliders over the same functions the notebooks call; it computes nothing of its own."""

import io
from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image

from ..core.checks import name_list
from ..core.extras import needed
from ..editing.directions import direction
from ..editing.walks import move
from ..inversion.deterministic import generate
from ..plots.figures import PALETTE, pretty

if TYPE_CHECKING:
    from ..models.contracts import GeneratorLike, JudgeLike
    from ..store.zoo import NoiseZoo

w: Any = needed("ipywidgets", "explorer")
BLUE, GREY = PALETTE[0], "#aaaaaa"
REACH = 8  # standard deviations to either side that a slider goes
SIDE = 512  # pixels of a picture as sent; the page shows it as large as it has room for
COLUMNS, GAP = "repeat(auto-fit, minmax(min(100%, 360px), 1fr))", "8px 24px"  # side by side, or stacked when narrow


class Explorer(w.VBox):
    """Choose an image, move it along directions, and see what the judge sees.

    A program can set the traits of its controls, `.image.value`, `.sliders[name].value` and `.keep[name].value`, and
    press `.reset`; the pictures follow.

    Parameters
    ----------
    zoo : NoiseZoo
        Holds the generator's noise, as the view that bears its name.
    gen : GeneratorLike or str
        Whose noise is edited, or its name.
    probe : LinearProbe
        Fitted on that noise; or anything with `attributes_`, `coef_` and `pattern_`.
    judge : JudgeLike, optional
        Its probabilities are shown as bars.
    attributes : sequence of str, optional
        Names that get a slider; the first six the probe has by default.
    rows : integers, mask or slice, optional
        Rows of the zoo to choose from; held-out ones by default.

    Attributes
    ----------
    image : IntSlider
        Its value is the position in `rows`.
    sliders : dict {name: FloatSlider}
        Values are standard deviations of held-out images, up to 8 to either side.
    keep : dict {name: ToggleButton}
        Where the value is True the direction is projected out of every other.
    reset : Button
        All sliders to zero, nothing kept.
    before, after : ndarray (h, w, 3), uint8
        The pictures.
    directions : dict {name: Direction}
        Along which the sliders move; their `sigma` is measured on held-out images.
    gen : GeneratorLike
        What makes the pictures, solved as the view was.

    Raises
    ------
    ValueError
        If the generator is not the one that made that view, no image is held out, or the probe has no such attribute.
    KeyError
        Listing the views there are, if the zoo has none of that name.
    """

    def __init__(
        self,
        zoo: "NoiseZoo",
        gen: "GeneratorLike | str",
        probe: Any,
        judge: "JudgeLike | None" = None,
        attributes: Sequence[str] | None = None,
        rows: ArrayLike | slice | None = None,
    ) -> None:
        view = gen if isinstance(gen, str) else gen.name
        model: Any = None if gen is view else gen  # whatever keeps the contract; the zoo says if it made the view
        self.gen, self.judge = zoo.generator(view, model), judge
        names = name_list(attributes or list(probe.attributes_)[:6], "attributes")
        unseen = np.flatnonzero(zoo.split != "train")
        rows = unseen if rows is None else rows
        self.noises = zoo.rows(view, rows)
        if len(self.noises) == 0:
            raise ValueError("there is no held-out image to explore; pass rows")
        unit = zoo.rows(view, unseen) if len(unseen) > 1 else self.noises  # rows that the probe did not learn from
        self.directions = {name: direction(probe, name, X=unit) for name in names}
        self.make_controls(names)
        self.make_pictures()
        self.connect()
        halves = w.GridBox([self.controls, self.pictures], layout=w.Layout(grid_template_columns=COLUMNS, grid_gap=GAP))
        super().__init__([halves, self.bars], layout=w.Layout(max_width="1200px"))
        self.show_image()

    def make_controls(self, names):
        """A line a control, in two columns; sliders act when let go, so that a slow machine keeps up."""
        look = {"continuous_update": False, "style": {"description_width": "130px"}}
        wide, narrow = {"layout": w.Layout(flex="1 1 auto", min_width="0")}, {"layout": w.Layout(width="92px")}
        self.image = w.IntSlider(0, 0, len(self.noises) - 1, description="image", **look, **wide)
        self.reset = w.Button(description="reset", icon="undo", tooltip="all sliders to zero, nothing kept", **narrow)
        self.sliders = {
            n: w.FloatSlider(0, min=-REACH, max=REACH, step=0.5, description=pretty(n), **look, **wide) for n in names
        }
        self.keep = {
            n: w.ToggleButton(False, description="keep fixed", tooltip=f"the others leave {pretty(n)} alone", **narrow)
            for n in names
        }
        lines = [w.HBox([self.sliders[n], self.keep[n]]) for n in names]
        self.controls = w.VBox([w.HBox([self.image, self.reset]), title("move by standard deviations"), *lines])

    def make_pictures(self):
        """The two pictures under their titles, and the place of the bars."""
        self.before_view, self.after_view = (w.Image(format="png", layout=w.Layout(width="100%")) for _ in range(2))
        self.status, self.bars = w.HTML(), w.HTML()
        columns = (
            w.VBox([title("before"), self.before_view]),
            w.VBox([w.HBox([title("after"), self.status]), self.after_view]),
        )
        self.pictures = w.GridBox(columns, layout=w.Layout(grid_template_columns="1fr 1fr", grid_gap="8px"))

    def connect(self):
        """What follows from touching each control."""
        self.image.observe(self.show_image, "value")
        self.reset.on_click(self.put_back)
        for button in self.keep.values():
            w.dlink((button, "value"), (button, "button_style"), lambda on: "info" if on else "")
        for control in (*self.sliders.values(), *self.keep.values()):
            control.observe(self.show_edit, "value")

    def moved(self) -> NDArray[np.float32]:
        """The chosen image's noise after every slider, with what is kept projected out.

        Returns
        -------
        ndarray (1, d), float32
            One row.
        """
        noise = self.noises[self.image.value][None]
        for name, slider in self.sliders.items():
            if slider.value:
                kept = [self.directions[o] for o, button in self.keep.items() if button.value and o != name]
                d = self.directions[name]
                noise = move(noise, d.without(kept) if kept else d, slider.value)
        return noise

    def show_image(self, _change=None):
        """Draw another image before its edit, then the edit."""
        self.before = self.draw(self.noises[self.image.value][None])
        self.before_view.value = png(self.before)
        self.show_edit()

    def show_edit(self, _change=None):
        """Draw the edited image and the judge's bars; what no slider moved is not drawn again."""
        noise = self.moved()
        same = np.array_equal(noise[0], self.noises[self.image.value])
        self.after = self.before if same else self.draw(noise)
        self.after_view.value = png(self.after)
        if self.judge is not None:
            self.bars.value = bar_table(self.judge, self.before, self.after)
        self.status.value = ""

    def draw(self, noise):
        """The picture (h, w, 3) uint8 of noise (1, d); the status says so meanwhile."""
        self.status.value = "drawing …"
        return generate(self.gen, noise)[0]

    def put_back(self, _button=None):
        """All sliders to zero and nothing kept, drawn once."""
        for control in (*self.sliders.values(), *self.keep.values()):
            control.unobserve(self.show_edit, "value")
            control.value = False if control in self.keep.values() else 0.0
            control.observe(self.show_edit, "value")
        self.show_edit()


def title(text):
    """A small heading above a part of the explorer."""
    return w.HTML(f"<b>{text}</b>")


def png(image):
    """A picture (h, w, 3) uint8 as PNG bytes, enlarged without blur."""
    stream, factor = io.BytesIO(), max(SIDE // image.shape[0], 1)
    size = image.shape[1] * factor, image.shape[0] * factor
    Image.fromarray(image).resize(size, Image.Resampling.NEAREST).save(stream, "PNG")
    return stream.getvalue()


def bar_table(judge, before, after):
    """The judge's probabilities before (grey) and after (blue) as HTML, in as many columns as the page has room for."""
    p, q = judge.probabilities(np.stack([before, after]))
    rows = [bar_row(pretty(name), a, b) for name, a, b in zip(judge.attributes, p, q)]
    key = "".join(f" &emsp;<span style='color:{c}'>■</span> {t}" for c, t in ((GREY, "before"), (BLUE, "after")))
    return (
        f"<div style='line-height:28px'><b>the judge's probabilities, %</b>{key} &emsp;<b>bold</b> verdict turned</div>"
        f"<div style='columns:4 260px;column-gap:28px;font-size:12px;line-height:20px'>{''.join(rows)}</div>"
    )


def bar_row(name, a, b):
    """One attribute: its name, two bars, and the numbers where they differ."""
    weight = "bold" if (a > 0.5) != (b > 0.5) else "normal"
    number = f"{100 * b:.0f}" if round(100 * a) == round(100 * b) else f"{100 * a:.0f} → {100 * b:.0f}"
    bars = "".join(f"<div style='background:{c};width:{x:.1%};height:6px'></div>" for c, x in ((GREY, a), (BLUE, b)))
    return (
        f"<div style='display:grid;grid-template-columns:122px 1fr 58px;gap:6px;align-items:center;"
        f"break-inside:avoid;font-weight:{weight}'><span>{escape(name)}</span>"
        f"<div style='background:#8882'>{bars}</div><span style='text-align:right'>{number}</span></div>"
    )
