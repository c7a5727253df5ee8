"""The explorer: sliders over the same functions the notebooks call; it computes nothing of its own."""

import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..core.checks import name_list
from ..core.extras import needed
from ..editing.directions import Direction, direction
from ..editing.walks import shifted
from ..store.view_folder import picked
from .captions import edit_told, failure_told, labels_told, length_told, usual_lengths
from .controls import control_button, image_slider, in_lines, keep_button, reset_button, strength_slider, title
from .judge_bars import bar_table
from .pictures import Darkroom, figure_html
from .worker import Cancelled, LatestOnly

if TYPE_CHECKING:
    from ..models.contracts import GeneratorLike, JudgeLike
    from ..store.zoo import NoiseZoo

w: Any = needed("ipywidgets", "explorer")
COLUMNS, GAP = "repeat(auto-fit, minmax(min(100%, 360px), 1fr))", "8px 24px"  # side by side, or stacked when narrow
RESTED = 0.06  # seconds after which a control counts as let go: its picture is drawn at once in full
SMALL = 4096  # columns of noise up to which a model is drawn with one thread: `drawn-ldm`, measured in `LatestOnly`
SEED = 0  # of the random direction


@dataclass(frozen=True)
class Asked:
    """What the controls say, and when (seconds of a clock that only goes forward)."""

    image: int
    strengths: dict[str, float]
    kept: tuple[str, ...]
    by_chance: bool
    when: float


class Explorer(w.VBox):
    """Choose an image, move it along directions, and see what the judge sees.

    A program can set the traits of its controls, `.image.value`, `.sliders[name].value` and `.keep[name].value`, and
    press `.reset`; the pictures follow. They are drawn in a thread of its own, a coarse one first while a control is
    moved, and what is newer ends what is older. Who reads `.before` or `.after` waits for the pictures that were asked
    for; what is on the page, such as `.bars.value`, is up to date after `wait()`.

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
        Where the value is True the direction is projected out of every other. That lowers what the others do to the
        attribute and does not rule it out: the bars name it where its verdict turns all the same.
    control : ToggleButton
        Where its value is True, a step as long in a random direction takes the place of the sliders' step.
    reset : Button
        All sliders to zero, nothing kept, no random direction.
    before, after : ndarray (h, w, 3), uint8
        The pictures; "before" is the image's round trip through the model. RuntimeError says why where they could not
        be drawn.
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
        chosen = picked(len(zoo), unseen if rows is None else rows, "rows")
        self.noises = zoo.rows(view, chosen)
        if len(self.noises) == 0:
            raise ValueError("there is no held-out image to explore; pass rows")
        unit = zoo.rows(view, unseen) if len(unseen) > 1 else self.noises  # rows that the probe did not learn from
        self.directions = {name: direction(probe, name, X=unit) for name in names}
        self.ids, self.labels = zoo.ids[chosen], zoo.attributes.filter(names).iloc[chosen]
        self.usual = usual_lengths(unit)
        self.make_controls(names)
        self.make_pictures()
        self.connect()
        halves = w.GridBox([self.controls, self.pictures], layout=w.Layout(grid_template_columns=COLUMNS, grid_gap=GAP))
        super().__init__([halves, self.bars], layout=w.Layout(max_width="1200px"))
        self.ask()

    def make_controls(self, names):
        """The controls, by what they are of."""
        self.image, self.reset, self.control = image_slider(len(self.noises)), reset_button(), control_button()
        self.sliders = {name: strength_slider(name) for name in names}
        self.keep = {name: keep_button(name) for name in names}
        self.controls = in_lines([self.image, self.reset], self.sliders, self.keep, self.control)

    def make_pictures(self):
        """The two pictures under their titles, what is to be said about them, and the place of the bars."""
        self.before_view, self.after_view, self.status, self.bars = (w.HTML() for _ in range(4))
        columns = (
            w.VBox([title("before (round trip)"), self.before_view]),
            w.VBox([title("after"), self.after_view]),
        )
        grid = w.Layout(grid_template_columns="minmax(0, 1fr) minmax(0, 1fr)", grid_gap="8px")
        self.pictures = w.VBox([w.GridBox(columns, layout=grid), self.status])

    def connect(self):
        """What follows from touching each control, and who draws."""
        self.darkroom, self.drawn, self.error = Darkroom(self.gen), None, None
        self.wanted = self.finished = None  # what was asked for last, and what was drawn in full last
        small = self.gen.latent_dim <= SMALL
        self.worker = LatestOnly(self.draw, self.show, self.failed, threads=1 if small else None)
        self.switches = [self.control, *self.keep.values()]
        self.reset.on_click(self.put_back)
        for control in (self.image, *self.sliders.values(), *self.switches):
            control.observe(self.ask, "value")

    def asked(self):
        """What the controls say now."""
        strengths = {name: slider.value for name, slider in self.sliders.items()}
        kept = tuple(name for name, button in self.keep.items() if button.value)
        return Asked(self.image.value, strengths, kept, self.control.value, time.monotonic())

    def ask(self, _change=None):
        """Have the pictures drawn that the controls ask for."""
        self.wanted = self.asked()
        self.worker.ask(self.wanted)

    def wait(self, timeout: float | None = None) -> bool:
        """Block until the pictures that were asked for are drawn and shown; False after `timeout` seconds."""
        return self.worker.wait(timeout)

    def close(self) -> None:
        """End the drawing and its thread, and take the controls off the page."""
        if worker := getattr(self, "worker", None):
            worker.close()
            close_below(self)
        else:
            super().close()

    @property
    def before(self) -> NDArray[np.uint8]:
        """The chosen image's round trip (h, w, 3), once it is drawn."""
        return self.latest()[0]

    @property
    def after(self) -> NDArray[np.uint8]:
        """The edited picture (h, w, 3), once it is drawn."""
        return self.latest()[1]

    def latest(self):
        """Both pictures of what was asked for last; RuntimeError if they could not be drawn."""
        self.wait()
        if self.error is not None:
            raise RuntimeError(failure_told(self.error)) from self.error
        if self.worker.closed and self.finished is not self.wanted:
            raise RuntimeError("the explorer was closed before this picture was drawn; make another one")
        return self.drawn

    def moved(self) -> NDArray[np.float32]:
        """The chosen image's noise after every slider, with what is kept projected out, or after the random step.

        Returns
        -------
        ndarray (1, d), float32
            One row.
        """
        return self.edited_noise(self.asked())

    def edited_noise(self, asked):
        """The noise (1, d) that is asked for."""
        start = noise = self.noises[asked.image][None]
        for name, strength in asked.strengths.items():
            if strength:
                d = self.directions[name].without([self.directions[o] for o in asked.kept if o != name])
                noise = shifted(noise, d, strength)
        return random_step(start, noise) if asked.by_chance else noise

    # in the worker's thread

    def draw(self, asked, check):
        """Yield pictures (before, after, whether they are coarse): coarse ones first while a control is moving."""
        self.say("drawing …")
        noises = self.noises[asked.image][None], self.edited_noise(asked)
        if self.is_moving(asked) and not all(map(self.darkroom.has, noises)):
            with suppress(Cancelled):  # not for a newer request: else a steady hand on a slider would see nothing
                yield *(self.sketch(noise) for noise in noises), True
        yield *(self.darkroom.picture(noise, check) for noise in noises), False

    def is_moving(self, asked):
        """Whether a coarse picture is worth its time: a control was touched just now, and nobody waits for the end."""
        fresh = time.monotonic() - asked.when < RESTED
        return fresh and not self.worker.awaited and self.darkroom.coarse < self.darkroom.full

    def sketch(self, noise):
        """The full picture of noise (1, d) where it is remembered, else a coarse one, given up once somebody waits."""
        return self.darkroom.picture(noise, self.unhurried, None if self.darkroom.has(noise) else self.darkroom.coarse)

    def unhurried(self):
        """Raise `Cancelled` where a coarse picture would only keep somebody waiting."""
        if self.worker.awaited or self.worker.closed:
            raise Cancelled

    def show(self, asked, drawn):
        """Put pictures, what they are, and the judge's bars onto the page."""
        before, after, coarse = drawn
        self.drawn, self.error, self.finished = (before, after), None, None if coarse else asked
        known, edit = labels_told(self.labels.iloc[asked.image]), self.told(asked)
        which = f"image {self.ids[asked.image]}" + f" ({known})" * bool(known)
        trip = f"{which}, as the model gives it back from its noise"
        self.before_view.value = figure_html(before, trip, trip)
        self.after_view.value = figure_html(after, f"{which}, {edit}", f"coarse preview: {edit}" if coarse else edit)
        if self.judge is not None:
            self.bars.value = bar_table(self.judge, before, after, () if asked.by_chance else asked.kept)
        self.say("drawing …" if coarse else self.warning(asked))

    def told(self, asked):
        """The edit in words."""
        return edit_told(asked.strengths, asked.kept, asked.by_chance)

    def warning(self, asked):
        """What to know of the edited noise, if anything."""
        return length_told(self.noises[asked.image], self.edited_noise(asked)[0], self.usual)

    def failed(self, _asked, error):
        """Say why there is no picture."""
        self.error = error
        self.say(failure_told(error))

    def say(self, text):
        """A sentence under the pictures, which screen readers read out; empty to take it away."""
        self.status.value = f"<div role='status' style='line-height:20px'>{escape(text)}</div>" if text else ""

    # in the thread of who touches the controls

    def put_back(self, _button=None):
        """All sliders to zero, nothing kept and no random direction, drawn once."""
        moved = (*self.sliders.values(), *self.switches)
        for control in moved:
            control.unobserve(self.ask, "value")
            control.value = False if control in self.switches else 0.0
            control.observe(self.ask, "value")
        self.ask()


def random_step(start, moved):
    """Noise (1, d) as far from `start` as `moved` is, in a random direction that is always the same."""
    step = (moved - start)[0].astype(float)
    length = float(np.linalg.norm(step))
    if length == 0:
        return moved
    return shifted(start, Direction("the sliders' step", step / length, length).at_random(SEED), 1.0)


def close_below(box):
    """Close a widget and all inside it, with their looks, which would otherwise stay in ipywidgets' own list."""
    for child in getattr(box, "children", ()):
        close_below(child)
    for part in (getattr(box, "style", None), box.layout):
        if part is not None:
            part.close()
    w.Widget.close(box)
