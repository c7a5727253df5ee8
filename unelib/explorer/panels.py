"""The explorer: controls over the same functions the notebooks call; it computes nothing of its own."""

import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..core.checks import name_list
from ..core.extras import needed
from ..editing.directions import direction
from ..editing.edit_state import EditState
from ..linalg.cosine import unit_rows
from ..models.encoders import load_encoder, reads_text
from ..store.view_folder import picked
from .captions import edit_told, effects_told, facts_told, failure_told, length_told, source_told, usual_lengths
from .common_ground import shared_latent
from .control_board import ControlBoard
from .controls import close_below, title
from .edit_data import EditData
from .folded_parts import FoldedParts
from .history import History
from .judge_bars import bar_table
from .noise_editor import NoiseEditor
from .perfect_edits import perfect_edit
from .pictures import Darkroom, figure_html
from .worker import Cancelled, LatestOnly

if TYPE_CHECKING:
    from ..models.contracts import GeneratorLike, JudgeLike
    from ..store.zoo import NoiseZoo

w: Any = needed("ipywidgets", "explorer")
COLUMNS, GAP = "repeat(auto-fit, minmax(min(100%, 360px), 1fr))", "8px 24px"  # side by side, or stacked when narrow
PAIR = "repeat(auto-fit, minmax(140px, 1fr))"  # two pictures, or three
RESTED = 0.06  # seconds after which a control counts as let go: its picture is drawn at once in full
FIRST = 10.0  # seconds that an explorer waits for its first pictures; a slower model's come later
SMALL = 4096  # columns of noise up to which a model is drawn with one thread: `drawn-ldm`, measured in `LatestOnly`
LEARNING = "learning the directions of this method from images, once …"
PERFECT = "what a perfect edit makes (drawn, not generated)"


@dataclass(frozen=True)
class Asked:
    """What the controls say, and when (seconds of a clock that only goes forward)."""

    state: EditState
    when: float


@dataclass(frozen=True)
class BeforeAfter:
    """Pictures (h, w, 3) before and after, the row that `apply` makes, and what is still to come: words, or nothing."""

    before: NDArray[np.uint8]
    after: NDArray[np.uint8]
    noise: NDArray[np.float32]
    unfinished: str = ""


class Explorer(w.VBox):
    """Choose an image, move it by one of several methods, and see what the judge sees.

    All that the controls say is one `EditState`: `.state`, which can be set. A program can also set the traits of the
    controls, such as `.image.value`, `.sliders[name].value` and `.keep[name].value`, and press `.reset`; the pictures
    follow. They are drawn in a thread of its own, a coarse one first while a control is moved, and what is newer ends
    what is older. Who reads `.before` or `.after` waits for the pictures that were asked for; what is on the page, such
    as `.bars.value`, is up to date after `wait()`.

    Parameters
    ----------
    zoo : NoiseZoo
        Holds the generator's noise, as the view that bears its name.
    gen : GeneratorLike or str
        Whose noise is edited, or its name.
    probe : LinearProbe
        Fitted on that noise; or anything with `attributes_`, `coef_` and `pattern_`. The first method moves by it;
        others learn from the zoo's training images when they are first chosen.
    judge : JudgeLike, optional
        Its probabilities are shown as bars, and attributes can be kept by it.
    attributes : sequence of str, optional
        Names that get a slider; the first six the probe has by default.
    rows : integers, mask or slice, optional
        Rows of the zoo to choose from; held-out ones by default.
    encoder : str, optional
        A view of the zoo whose encoder reads text: then texts can be moved along as well, and the encoder says how
        alike both pictures are. By default the first view that is one; None for none.
    run : str or Path, optional
        What the code to copy names: a run, or the zoo's folder, which is the default.

    Attributes
    ----------
    state : EditState
        What the controls say. Setting it sets all of them, or raises ValueError where one cannot be.
    history : History
        Of edits whose picture was drawn in full; `.undo` and `.redo` are its buttons.
    image, seed : controls
        The position in `rows`, and the seed of a fresh sample; `.fresh` is the button that takes the next one.
    method : Dropdown
        Where directions come from.
    sliders : dict {name: slider}
        Values are standard deviations of held-out images, up to 8 to either side.
    keep : dict {name: toggle}
        Where the value is True the direction is taken out of every other. That lowers what the others do to the
        attribute and does not rule it out: the bars name it where its verdict turns all the same.
    keep_by : Dropdown
        How: by projection, by covariance, or by the judge, where the edit is corrected until the judge sees what is
        kept as before (`kept_by_judge`).
    control : toggle
        Where its value is True, a step as long in a random direction takes the place of the edit's step.
    reset : Button
        All sliders to zero, nothing kept, no random direction.
    before, after : ndarray (h, w, 3), uint8
        The pictures; "before" is the image's round trip through the model. RuntimeError says why where they could not
        be drawn.
    directions : dict {name: Direction}
        Along which the sliders move by the first method; their `sigma` is measured on held-out images.
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
        encoder: str | None = "auto",
        run: str | Path | None = None,
    ) -> None:
        view = gen if isinstance(gen, str) else gen.name
        model: Any = None if gen is view else gen  # whatever keeps the contract; the zoo says if it made the view
        self.zoo, self.gen, self.judge = zoo, zoo.generator(view, model), judge
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
        self.editor = NoiseEditor(zoo, self.gen, view, probe, judge, unit)
        self.encoder, self.identity = first_of_texts(zoo) if encoder == "auto" else encoder, None
        self.latent: Any = ...  # not yet asked for
        self.latent_turn = threading.Lock()
        self.make_board(view, names)
        self.make_pictures()
        self.data = EditData(self.load, Path(zoo.path) if run is None else run, getattr(judge, "name", None))
        self.connect()
        beside = w.Layout(grid_template_columns=COLUMNS, grid_gap=GAP)
        halves = w.GridBox([self.pictures, self.board.box], layout=beside)  # a narrow page has the pictures first
        self.parts = FoldedParts(self)
        super().__init__([halves, self.bars, self.parts], layout=w.Layout(max_width="1200px"))
        self.ask()
        self.wait(FIRST)  # a page that is just fetching its controls may miss what changes meanwhile

    def make_board(self, view, names):
        """The controls, which are also reached by their own names."""
        self.board = ControlBoard(view, self.ids, names, self.editor.method, self.encoder, self.judge is not None)
        for name in ("image", "seed", "fresh", "method", "sliders", "keep", "keep_by", "control"):
            setattr(self, name, getattr(self.board, name))
        self.reset, self.undo, self.redo = self.board.reset, self.board.undo, self.board.redo

    def make_pictures(self):
        """The pictures under their titles, what is to be said about them, and the place of the bars."""
        names = ("before_view", "after_view", "perfect_view", "effects", "facts", "status", "bars")
        for name in names:
            setattr(self, name, w.HTML())
        self.columns = [
            w.VBox([title("before (round trip)"), self.before_view]),
            w.VBox([title("after"), self.after_view]),
            w.VBox([title("perfect"), self.perfect_view]),
        ]
        self.shown = w.GridBox(self.columns[:2], layout=w.Layout(grid_template_columns=PAIR, grid_gap="8px"))
        self.pictures = w.VBox([self.shown, self.effects, self.facts, self.status])

    def connect(self):
        """What follows from touching each control, and who draws."""
        self.darkroom, self.drawn, self.error = Darkroom(self.gen), None, None
        self.wanted = self.finished = None  # what was asked for last, and what was drawn in full last
        self.there = None  # what was drawn in full last, with its pictures, as one value for other threads
        self.turn = threading.RLock()  # of the history
        self.history = History(self.board.state())
        small = self.gen.latent_dim <= SMALL
        self.worker = LatestOnly(self.draw, self.show, self.failed, threads=1 if small else None)
        self.board.on_change(self.ask)
        self.undo.on_click(lambda _: self.step_back())
        self.redo.on_click(lambda _: self.go(self.history.redone()))
        self.tell_history()

    def ask(self):
        """Have the pictures drawn that the controls ask for."""
        try:
            self.wanted = Asked(self.board.state(), time.monotonic())
        except ValueError as error:  # the controls together say no edit
            self.say(f"{error}.")
            return
        self.worker.ask(self.wanted)
        self.parts.mark()

    @property
    def state(self) -> EditState:
        """What the controls say."""
        return self.board.state()

    @state.setter
    def state(self, state: EditState) -> None:
        self.board.put(state)

    def load(self, state: EditState) -> None:
        """Set all controls to an edit; one that names no picture is of the picture that is there."""
        here = {} if state.image is not None or state.seed is not None else self.board.picked
        self.board.put(state.with_(**here))

    def wait(self, timeout: float | None = None) -> bool:
        """Block until the pictures that were asked for are drawn and shown; False after `timeout` seconds."""
        return self.worker.wait(timeout)

    def close(self) -> None:
        """End the drawing and its thread, and take the controls off the page."""
        if worker := getattr(self, "worker", None):
            worker.close()
            self.parts.close()
            for box in (self, self.data, *self.board.kinds, *self.columns):  # some are off the page now
                close_below(box)
        else:
            super().close()

    @property
    def before(self) -> NDArray[np.uint8]:
        """The chosen image's round trip (h, w, 3), once it is drawn."""
        return self.latest().before

    @property
    def after(self) -> NDArray[np.uint8]:
        """The edited picture (h, w, 3), once it is drawn."""
        return self.latest().after

    def latest(self):
        """Both pictures of what was asked for last; RuntimeError if they could not be drawn."""
        self.wait()
        if self.error is not None:
            raise RuntimeError(failure_told(self.error)) from self.error
        if self.worker.closed and self.finished is not self.wanted:
            raise RuntimeError("the explorer was closed before this picture was drawn; make another one")
        return self.drawn

    def moved(self) -> NDArray[np.float32]:
        """The chosen image's noise after the edit, before the judge has a word.

        Returns
        -------
        ndarray (1, d), or of h-space (1, d + D), float32
            One row, as `editing.apply` makes it.
        """
        return self.editor.moved(self.state)

    @property
    def shared(self) -> Any:
        """The `shared_latent` of the noise and the zoo's encoders, or None; fitted when it is first asked for."""
        with self.latent_turn:  # of its own: it takes a second, and nobody is to wait for undo meanwhile
            if self.latent is Ellipsis:
                self.latent = shared_latent(self.zoo, self.editor.view)
            return self.latent

    def others(self, count):
        """Noises (k, d) and ids of the first images there are to choose from."""
        return self.noises[:count], [str(name) for name in self.ids[:count]]

    # in the worker's thread

    def draw(self, asked, check):
        """Yield `BeforeAfter`: coarse pictures first while a control is moving, those kept by the judge last."""
        moving = self.is_moving(asked)
        self.say("drawing …" if self.editor.knows(asked.state) else LEARNING)
        noises = self.editor.start(asked.state), self.editor.moved(asked.state)
        if moving and not all(map(self.darkroom.has, noises)):
            with suppress(Cancelled):  # not for a newer request: else a steady hand on a slider would see nothing
                yield BeforeAfter(*map(self.sketch, noises), noises[1], "coarse preview: ")
        before, after = (self.darkroom.picture(noise, check) for noise in noises)
        if asked.state.needs_judge:
            yield BeforeAfter(before, after, noises[1], "not yet corrected: ")
            kept = self.editor.kept(asked.state, lambda rows: self.in_full(rows, check))
            noises, after = (noises[0], kept), self.darkroom.picture(kept, check)
        yield BeforeAfter(before, after, noises[1])

    def in_full(self, noises, check):
        """Full pictures (n, h, w, 3) of noise (n, d), one after the other."""
        return np.stack([self.darkroom.picture(noise[None], check) for noise in noises])

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
        state = asked.state
        self.drawn, self.error, self.finished = drawn, None, None if drawn.unfinished else asked
        which, edit = self.told(state)
        trip = f"{which}, as the model gives it back from its noise"
        self.before_view.value = figure_html(drawn.before, trip, trip)
        self.after_view.value = figure_html(drawn.after, f"{which}, {edit}", drawn.unfinished + edit)
        self.show_judged(state, drawn)
        noises = self.editor.start(state)[0], self.noise_alone(drawn)
        self.say("drawing …" if drawn.unfinished else length_told(*noises, self.usual))
        self.show_perfect(state, which)
        self.facts.value = ""
        if not drawn.unfinished:
            self.show_finished(asked)

    def noise_alone(self, drawn):
        """The moved noise (d,) of a picture, without what moved the bottleneck."""
        return drawn.noise[0, : self.gen.latent_dim]

    def show_judged(self, state, drawn):
        """What the judge sees, in a sentence and in bars."""
        if self.judge is None:
            return
        before, after = self.judge.probabilities(np.stack([drawn.before, drawn.after]))
        self.effects.value = small_print(effects_told(self.judge.attributes, before, after, state))
        self.bars.value = bar_table(self.judge.attributes, before, after, () if state.control else state.kept)

    def show_perfect(self, state, which):
        """What a perfect edit makes, beside the others where it is known."""
        perfect = perfect_edit(state, len(self.drawn.before))
        if perfect is not None:
            self.perfect_view.value = figure_html(perfect, f"{which}: {PERFECT}", PERFECT)
        self.shown.children = self.columns[: 2 if perfect is None else 3]

    def show_finished(self, asked):
        """What comes only with the full pictures: the history, the edit as data, open parts, and what else is known."""
        with self.turn:
            self.there = asked, self.drawn
            if asked is self.wanted:  # else somebody has gone on, or back, meanwhile
                self.history = self.history.then(asked.state)
            self.tell_history()
        self.data.show(asked.state)
        self.parts.follow()
        alike = self.alike(asked.state)
        self.facts.value = small_print(facts_told(self.noise_alone(self.drawn), self.usual, alike, self.encoder or ""))

    def alike(self, state):
        """How alike both pictures are to the encoder; None without one, and where nothing was moved."""
        if self.encoder is None or not state.strengths:
            return None
        if self.identity is None:  # loaded with the first edit
            self.identity = identity_by(self.encoder, self.zoo)
        return self.identity(self.drawn.before, self.drawn.after)

    def told(self, state):
        """Which picture is edited, and how, in words."""
        labels = None if state.image is None else self.labels.iloc[self.board.ids.index(state.image)]
        return source_told(state, labels), edit_told(state)

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
        self.board.put_back()

    def step_back(self):
        """To the last edit that was drawn, or from there to the one before it."""
        with self.turn:
            self.go(self.history.undone() if self.board.state() == self.history.present else self.history)

    def go(self, history):
        """Take a history and show its present edit."""
        with self.turn:
            self.history = history
            self.board.put(history.present)
            self.tell_history()

    def forget_own(self):
        """Leave out of the history what was of an earlier picture of one's own, which is gone."""
        with self.turn:
            kept = (state for state in self.history.past if state.image is not None or state.seed is not None)
            self.history = History(self.history.present, tuple(kept))

    def tell_history(self):
        """Whether there is anything to undo and to redo."""
        self.undo.disabled, self.redo.disabled = not self.history.can_undo, not self.history.can_redo


def first_of_texts(zoo):
    """The first view of a zoo whose encoder reads text, or None."""
    return next((view for view in zoo.views_of("embedding") if reads_text(view)), None)


def identity_by(encoder, zoo):
    """How alike two pictures are to an encoder, as a function: the cosine of embeddings less their mean in training.

    It gives None where the encoder cannot be had.
    """
    try:
        loaded = load_encoder(encoder)
    except (OSError, ValueError, ImportError):
        return lambda before, after: None
    mean = zoo.rows(encoder, zoo.split == "train").mean(0)

    def identity(before, after):
        """The cosine of two pictures (h, w, 3)."""
        a, b = unit_rows(loaded.embed(np.stack([before, after])) - mean)
        return float(a @ b)

    return identity


def small_print(text):
    """A sentence in small letters, as HTML."""
    return f"<div style='font-size:12px;line-height:16px'>{escape(text)}</div>" if text else ""
