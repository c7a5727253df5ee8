"""The explorer: sliders over the same functions the notebooks call; it computes nothing of its own."""

import io

import ipywidgets as w
import numpy as np
from PIL import Image

from .directions import direction
from .edit import move
from .invert import generate
from .plots import PALETTE, pretty


class Explorer(w.VBox):
    """Choose an image, move it along directions, and see what the judge sees.

    zoo        NoiseZoo that holds the generator's noise
    gen        generator whose noise is edited
    probe      `LinearProbe` fitted on that noise, with `attributes_`
    judge      optional `Judge`; its probabilities are shown as bars
    attributes names that get a slider; the first six the probe has by default
    rows       rows of the zoo to choose from; held-out ones by default

    Traits that a program can set: `.image.value` (position in `rows`), `.sliders[name].value` (standard deviations),
    `.keep[name].value` (True: the direction is projected out of every other). `.before`, `.after` hold the pictures.
    """

    def __init__(self, zoo, gen, probe, judge=None, attributes=None, rows=None, steps=16):
        self.gen, self.judge, self.steps = gen, judge, steps
        names = list(attributes or list(probe.attributes_)[:6])
        self.noises = zoo.rows(gen.name, rows if rows is not None else np.flatnonzero(zoo.split != "train"))
        if len(self.noises) == 0:
            raise ValueError("there is no held-out image to explore; pass rows")
        self.directions = {name: direction(probe, name, X=self.noises) for name in names}
        self.make_controls(names)
        super().__init__([self.image, w.HBox([self.controls, self.pictures, self.bars])])
        self.show_image()

    def make_controls(self, names):
        """Widgets and their wiring; sliders act when let go, so that a slow machine keeps up."""
        self.image = w.IntSlider(0, 0, len(self.noises) - 1, description="image", continuous_update=False)
        look = {"style": {"description_width": "120px"}, "layout": w.Layout(width="330px")}
        self.sliders = {
            n: w.FloatSlider(0, min=-4, max=4, step=0.25, description=pretty(n), continuous_update=False, **look)
            for n in names
        }
        self.keep = {n: w.ToggleButton(False, description="keep", layout=w.Layout(width="60px")) for n in names}
        self.reset = w.Button(description="back to the original", icon="undo")
        self.status = w.HTML()
        lines = [w.HBox([self.sliders[n], self.keep[n]]) for n in names]
        self.controls = w.VBox([*lines, w.HBox([self.reset, self.status])])
        self.before_view, self.after_view = (w.Image(format="png", width=192, height=192) for _ in range(2))
        titled = [
            w.VBox([w.HTML(f"<b>{t}</b>"), v]) for t, v in (("before", self.before_view), ("after", self.after_view))
        ]
        self.pictures, self.bars = w.HBox(titled), w.HTML()
        self.image.observe(self.show_image, "value")
        self.reset.on_click(self.put_back)
        for control in (*self.sliders.values(), *self.keep.values()):
            control.observe(self.show_edit, "value")

    def moved(self):
        """The chosen image's noise (1, d) after every slider, with what is kept projected out."""
        noise = self.noises[self.image.value][None]
        for name, slider in self.sliders.items():
            if slider.value:
                kept = [self.directions[o] for o, button in self.keep.items() if button.value and o != name]
                d = self.directions[name]
                noise = move(noise, d.without(kept) if kept else d, slider.value)
        return noise

    def show_image(self, _change=None):
        """Draw another image before its edit, then the edit."""
        self.before = generate(self.gen, self.noises[self.image.value][None], steps=self.steps)[0]
        self.before_view.value = png(self.before)
        self.show_edit()

    def show_edit(self, _change=None):
        """Draw the edited image and the judge's bars."""
        self.status.value = "drawing ..."
        self.after = generate(self.gen, self.moved(), steps=self.steps)[0]
        self.after_view.value = png(self.after)
        if self.judge is not None:
            self.bars.value = bar_table(self.judge, self.before, self.after)
        self.status.value = ""

    def put_back(self, _button=None):
        """All sliders to zero."""
        for slider in self.sliders.values():
            slider.value = 0.0


def png(image):
    """A picture (h, w, 3) uint8 as PNG bytes, enlarged without blur."""
    stream = io.BytesIO()
    factor = max(192 // image.shape[0], 1)
    Image.fromarray(image).resize((image.shape[1] * factor, image.shape[0] * factor), Image.Resampling.NEAREST).save(
        stream, "PNG"
    )
    return stream.getvalue()


def bar_table(judge, before, after):
    """The judge's probabilities before (grey) and after (blue), as a small HTML table."""
    p, q = judge.probabilities(np.stack([before, after]))
    bar = "<div style='background:{};width:{:.0f}px;height:5px;margin:1px 0'></div>"
    row = "<tr style='line-height:12px'><td style='font-weight:{};padding-right:8px'>{}</td><td>{}</td></tr>"
    rows = []
    for name, a, b in zip(judge.attributes, p, q):
        weight = "bold" if (a > 0.5) != (b > 0.5) else "normal"
        rows.append(row.format(weight, pretty(name), bar.format("#aaaaaa", 100 * a) + bar.format(PALETTE[0], 100 * b)))
    return f"<table style='font-size:11px;border-spacing:0'>{''.join(rows)}</table>"
