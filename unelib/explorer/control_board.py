"""The explorer's controls as one `EditState`: read from them, and put back into them."""

from collections.abc import Callable, Sequence
from typing import Any

from ..core.checks import choice
from ..core.extras import needed
from ..editing.edit_state import METHODS, EditState, Method
from ..editing.method_probes import COMPONENTS
from .controls import (
    HEADING,
    control_button,
    image_slider,
    judge_button,
    keep_button,
    menu,
    reset_button,
    seed_box,
    small_button,
    strength_slider,
    text_box,
    title,
)

w: Any = needed("ipywidgets", "explorer")
TEXTS = 2  # that can be moved along at once
AXES = tuple(f"component {number}" for number in range(1, COMPONENTS + 1))
ROW = {"flex_flow": "row wrap", "align_items": "center"}


class ControlBoard:
    """Controls of one edit, which say what they are set to as an `EditState`, and take one.

    Parameters
    ----------
    view : str
        Whose noise is edited.
    ids : sequence of str
        Of the images there are to choose from.
    attributes : sequence of str
        Those that get a slider.
    method : str
        The first one.
    encoder : str, optional
        Whose texts are read; without, there is no method "text".
    judged : bool
        Whether there is a judge, by whom attributes can be kept.

    Attributes
    ----------
    box : VBox
        All of them, as they stand on the page.
    image, seed, method, sliders, axes, texts, keep, by_judge, control, undo, redo, reset, fresh
        The controls themselves.
    """

    def __init__(
        self,
        view: str,
        ids: Sequence[str],
        attributes: Sequence[str],
        method: Method,
        encoder: str | None = None,
        judged: bool = True,
    ) -> None:
        self.ids, self.encoder, self.plain = list(ids), encoder, EditState(view, method=method)
        self.picked: dict[str, Any] = {"image": self.ids[0]}  # what is edited, as parts of an edit; empty for one's own
        self.quiet, self.heard = False, (lambda: None)
        self.make_source()
        self.make_method(method)
        self.sliders = {name: strength_slider(name) for name in attributes}
        self.axes = {name: strength_slider(name) for name in AXES}
        self.texts = [(text_box(number), strength_slider(f"text {number}")) for number in range(1, TEXTS + 1)]
        self.keep = {name: keep_button(name) for name in attributes}
        self.by_judge, self.control = judge_button(), control_button()
        self.box = self.in_lines(judged)
        self.connect()

    def make_source(self):
        """What picture is edited, and the buttons beside it."""
        self.image, self.seed = image_slider(len(self.ids)), seed_box()
        self.undo, self.redo = small_button("undo", "undo"), small_button("redo", "repeat")
        self.reset, self.fresh = reset_button(), small_button("fresh sample", "random")

    def make_method(self, method):
        """The menu of methods."""
        offered = [name for name in METHODS if name != "text" or self.encoder]
        self.method = menu("method", offered, method)

    def in_lines(self, judged):
        """All controls, a line for each that moves, and of the three kinds of lines the one that the method needs."""
        row = w.Layout(**ROW)
        lines = [w.HBox([self.sliders[name], self.keep[name]], layout=row) for name in self.sliders]
        texts = [w.HBox(pair, layout=row) for pair in self.texts]
        self.kinds = [w.VBox(lines), w.VBox(list(self.axes.values())), w.VBox(texts)]
        self.moving = w.VBox([self.kinds[0]])
        first = w.HBox([self.image, self.undo, self.redo, self.reset], layout=row)
        second = w.HBox([self.seed, self.fresh, self.method], layout=row)
        last = w.HBox([self.control, *[self.by_judge] * judged], layout=row)
        return w.VBox([first, second, title(HEADING), self.moving, last])

    def connect(self):
        """What follows from touching each control."""
        self.image.observe(lambda change: self.choose(image=self.ids[change.new]), "value")
        self.seed.observe(lambda change: self.choose(seed=change.new), "value")
        self.fresh.on_click(lambda _: self.next_seed())
        self.reset.on_click(lambda _: self.put_back())
        self.method.observe(self.other_method, "value")
        moving = [*self.sliders.values(), *self.axes.values(), *(part for pair in self.texts for part in pair)]
        for control in (*moving, *self.keep.values(), self.by_judge, self.control):
            control.observe(self.touched, "value")

    def on_change(self, heard: Callable[[], None]) -> None:
        """Have a function called whenever a control was touched."""
        self.heard = heard

    def touched(self, _change=None):
        """Pass on that something changed, unless it is being put."""
        if not self.quiet:
            self.heard()

    def choose(self, **picked: Any) -> None:
        """Take another picture: an image by its id, a seed, or with neither one's own."""
        if not self.quiet:
            self.picked = picked
            self.put(self.state(), also_reset=False)

    @property
    def row(self) -> int | None:
        """The row of the image that is edited; None for a sample and for one's own picture."""
        image = self.picked.get("image")
        return None if image is None else self.ids.index(image)

    def put_back(self):
        """Nothing moved, nothing kept, no control; the picture and the method stay."""
        self.put(EditState(self.plain.generator, method=self.method.value, **self.picked, **self.read_by))

    def next_seed(self):
        """A sample that was not seen yet."""
        self.choose(seed=self.seed.value + ("seed" in self.picked))

    def other_method(self, _change=None):
        """Show the lines of the method that was chosen."""
        self.moving.children = [self.kinds[self.kind(self.method.value)]]
        self.touched()

    @staticmethod
    def kind(method):
        """Which lines a method needs: 0 attributes, 1 components, 2 texts."""
        return {"principal components": 1, "text": 2}.get(method, 0)

    @property
    def read_by(self) -> dict[str, Any]:
        """The encoder, where the method reads texts."""
        return {"encoder": self.encoder} if self.method.value == "text" else {}

    def state(self) -> EditState:
        """The edit that the controls say."""
        method = self.method.value
        moved = [{name: s.value for name, s in group.items()} for group in (self.sliders, self.axes)]
        moved.append({text.value.strip(): s.value for text, s in self.texts if text.value.strip()})
        return EditState(
            self.plain.generator,
            method=method,
            strengths=moved[self.kind(method)],
            kept=tuple(name for name, button in self.keep.items() if button.value),
            keep_by="judge" if self.by_judge.value else "projection",
            control=self.control.value,
            path=self.plain.path,
            **self.picked,
            **self.read_by,
        )

    def check(self, state: EditState) -> None:
        """ValueError, naming it, on a part of an edit for which there is no control here."""
        if state.generator != self.plain.generator:
            raise ValueError(f"the edit is of {state.generator!r}, and these are noises of {self.plain.generator!r}")
        if state.how:
            raise ValueError(f"the edit names {', '.join(state.how)}; here pictures are made as the zoo's noise was")
        if state.image is not None:
            choice(state.image, self.ids, "image")
        choice(state.method, list(self.method.options), "method")
        choice(state.encoder, (None, self.encoder), "encoder")
        names = list((self.sliders, self.axes)[self.kind(state.method)]) if state.method != "text" else None
        for name in state.strengths:
            choice(name, names or state.strengths, "slider; make the explorer with it among its attributes")
        if names is None and len(state.strengths) > TEXTS:
            raise ValueError(f"the edit has {len(state.strengths)} texts; there is room for {TEXTS}")
        for name in state.kept:
            choice(name, list(self.keep), "attribute to keep")
        for name, size in state.strengths.items():
            reach = self.texts[0][1].max
            if abs(size) > reach:
                raise ValueError(f"the strength of {name!r} is {size:g}; the sliders go to {reach:g}")

    def put(self, state: EditState, also_reset: bool = True) -> None:
        """Set the controls to an edit, and pass on once that they changed; ValueError, before any is set, as `check`.

        also_reset  False leaves every control but that of the picture as it is
        """
        self.check(state)
        self.quiet = True
        try:
            self.put_picture(state)
            if also_reset:
                self.plain = self.plain.with_(path=state.path)
                self.put_rest(state)
        finally:
            self.quiet = False
        self.heard()

    def put_picture(self, state):
        """What is edited."""
        self.picked = {part: value for part in ("image", "seed") if (value := getattr(state, part)) is not None}
        if state.image is not None:
            self.image.value = self.ids.index(state.image)
        if state.seed is not None:
            self.seed.value = state.seed

    def put_rest(self, state):
        """How it is edited."""
        self.method.value = state.method
        for group in (self.sliders, self.axes):
            for name, slider in group.items():
                slider.value = state.strengths.get(name, 0.0)
        given = list(state.strengths.items()) if state.method == "text" else []
        for number, (text, slider) in enumerate(self.texts):
            text.value, slider.value = given[number] if number < len(given) else ("", 0.0)
        for name, button in self.keep.items():
            button.value = name in state.kept
        self.by_judge.value, self.control.value = state.keep_by == "judge", state.control
