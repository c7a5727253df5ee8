"""The explorer's controls as one `EditState`: read from them, and put back into them."""

import threading
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from typing import Any

from ..core.checks import choice
from ..core.extras import needed
from ..editing.edit_state import COMPONENTS, KEEP_BY, METHODS, EditState, Method
from .controls import (
    HEADING,
    control_button,
    image_slider,
    keep_button,
    keep_menu,
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
VECTORS = tuple(f"vector {number}" for number in range(1, COMPONENTS + 1))
KINDS_OF_LINES = {"principal components": 1, "text": 2, "pullback vectors": 3}  # all other methods move attributes, 0
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
    image, seed, method, sliders, axes, vectors, texts, keep, keep_by, control, undo, redo, reset, fresh
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
        self.ids, self.encoder, self.judged = list(ids), encoder, judged
        self.plain = EditState(view, method=method)
        self.picked: dict[str, Any] = {"image": self.ids[0]}  # what is edited, as parts of an edit; empty for one's own
        self.quiet, self.heard = False, (lambda: None)
        self.turn = threading.RLock()  # an upload chooses a picture from a thread of its own
        self.make_source()
        self.make_method(method)
        self.sliders = {name: strength_slider(name) for name in attributes}
        self.axes = {name: strength_slider(name) for name in AXES}
        self.vectors = {name: strength_slider(name) for name in VECTORS}
        self.texts = [(text_box(number), strength_slider(f"text {number}")) for number in range(1, TEXTS + 1)]
        self.keep = {name: keep_button(name) for name in attributes}
        self.keep_by, self.control = keep_menu(KEEP_BY if judged else KEEP_BY[:-1]), control_button()
        self.box = self.in_lines()
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

    def in_lines(self):
        """All controls, a line for each that moves, and of the four kinds of lines the one that the method needs."""
        row = w.Layout(**ROW)
        lines = [w.HBox([self.sliders[name], self.keep[name]], layout=row) for name in self.sliders]
        texts = [w.HBox(pair, layout=row) for pair in self.texts]
        axes, vectors = ([w.HBox([one], layout=row) for one in part.values()] for part in (self.axes, self.vectors))
        self.kinds = [w.VBox(part) for part in (lines, axes, texts, vectors)]
        self.moving = w.VBox([self.kinds[0]])
        first = w.HBox([self.image, self.undo, self.redo, self.reset], layout=row)
        second = w.HBox([self.seed, self.fresh, self.method], layout=row)
        last = w.HBox([self.control, self.keep_by], layout=row)
        return w.VBox([first, second, title(HEADING), self.moving, last])

    def connect(self):
        """What follows from touching each control."""
        self.image.observe(lambda change: self.choose(image=self.ids[change.new]), "value")
        self.seed.observe(lambda change: self.choose(seed=change.new), "value")
        self.fresh.on_click(lambda _: self.next_seed())
        self.reset.on_click(lambda _: self.put_back())
        self.method.observe(self.other_method, "value")
        moving = [slider for group in self.groups for slider in group.values()]
        texts = [part for pair in self.texts for part in pair]
        for control in (*moving, *texts, *self.keep.values(), self.keep_by, self.control):
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
        with self.turn:
            if not self.quiet:
                self.picked = picked
                self.put_picture_only()

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

    @property
    def groups(self):
        """Sliders by name, of each kind but texts."""
        return self.sliders, self.axes, self.vectors

    @staticmethod
    def kind(method):
        """Which lines a method needs."""
        return KINDS_OF_LINES.get(method, 0)

    def sliders_of(self, method):
        """{name: slider} of what a method moves, but of texts."""
        return {1: self.axes, 3: self.vectors}.get(self.kind(method), self.sliders)

    @property
    def read_by(self) -> dict[str, Any]:
        """The encoder, where the method reads texts."""
        return {"encoder": self.encoder} if self.method.value == "text" else {}

    def state(self) -> EditState:
        """The edit that the controls say; ValueError where they say none."""
        method = self.method.value
        moved: Any = self.sliders_of(method) if method != "text" else self.sliders_of_texts()
        return EditState(
            self.plain.generator,
            method=method,
            strengths={name: slider.value for name, slider in moved.items()},
            kept=tuple(name for name, button in self.keep.items() if button.value),
            keep_by=self.keep_by.value,
            control=self.control.value,
            path=self.plain.path if method != "h-space" else "straight",
            **self.picked,
            **self.read_by,
        )

    def sliders_of_texts(self):
        """{text: its slider} of the texts that are moved along; ValueError if one is missing or there twice."""
        moved = [(text.value.strip(), slider) for text, slider in self.texts if slider.value]
        if any(not text for text, _ in moved):
            raise ValueError("a slider is moved and has no text; type one beside it, and press Enter")
        if len({text for text, _ in moved}) < len(moved):
            raise ValueError(f"the text {moved[0][0]!r} is there twice; change one of them")
        return dict(moved)

    def check(self, state: EditState) -> None:
        """ValueError, naming it, on a part of an edit for which there is no control here."""
        view = self.plain.generator
        if state.generator != view:
            raise ValueError(f"the edit is of {state.generator!r}, and these are noises of {view!r}; name that one")
        if state.how:
            named = " and ".join(state.how)
            raise ValueError(f"the edit names {named}; leave that out: here pictures are made as the zoo's noise was")
        if state.image is not None and state.image not in self.ids:
            ends = f"{self.ids[0]!r} to {self.ids[-1]!r}"
            raise ValueError(f"there is no image {state.image!r} to choose here; their ids go from {ends}")
        if state.seed is not None and state.seed > self.seed.max:
            raise ValueError(f"seed is {state.seed}; give one up to {self.seed.max}")
        choice(state.method, list(self.method.options), "method")
        choice(state.encoder, (None, self.encoder), "encoder")
        self.check_strengths(state)
        for name in state.kept:
            choice(name, list(self.keep), "attribute to keep")
        if state.keep_by == "judge" and not self.judged:
            raise ValueError('there is no judge here to keep by; make the explorer with one, or keep by "projection"')

    def check_strengths(self, state):
        """ValueError on a strength that has no slider, or is beyond its ends."""
        if state.method == "text":
            if len(state.strengths) > TEXTS:
                raise ValueError(f"the edit has {len(state.strengths)} texts; there is room for {TEXTS}")
        else:
            names = list(self.sliders_of(state.method))
            for name in state.strengths:
                choice(name, names, "slider; make the explorer with it among its attributes")
        reach = self.texts[0][1].max
        for name, size in state.strengths.items():
            if abs(size) > reach:
                raise ValueError(f"the strength of {name!r} is {size:g}; the sliders go to {reach:g}")

    def put(self, state: EditState) -> None:
        """Set the controls to an edit, and pass on once that they changed; before any is set, ValueError as `check`."""
        self.check(state)
        with self.turn, self.silence():
            self.put_picture(state)
            self.plain = self.plain.with_(path=state.path)
            self.put_rest(state)
        self.heard()

    def put_picture_only(self):
        """Show by the controls what picture was picked, leave the others as they are, and pass that on once."""
        with self.silence():
            self.put_picture(EditState(self.plain.generator, **self.picked))
        self.heard()

    @contextmanager
    def silence(self):
        """Inside, touching controls is not passed on."""
        self.quiet = True
        try:
            yield
        finally:
            self.quiet = False

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
        for group in self.groups:
            for name, slider in group.items():
                slider.value = state.strengths.get(name, 0.0)
        given = list(state.strengths.items()) if state.method == "text" else []
        for number, (text, slider) in enumerate(self.texts):
            text.value, slider.value = given[number] if number < len(given) else ("", 0.0)
        for name, button in self.keep.items():
            button.value = name in state.kept
        self.keep_by.value, self.control.value = state.keep_by, state.control
