"""Films on the page: a choice of them, a button that draws, the result, and links that save it."""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray
from PIL import Image
from traitlets import Instance

from ..core.extras import needed
from ..editing.edit_state import EditState
from ..plots.pictures import labelled_rows
from .captions import edit_told, source_told
from .controls import WorkingPart
from .film_files import film_png, gif_bytes, moving_frames, sheet_png
from .films import Film, Moved, as_wide, many_film, morph_film, strip_film, walk_film
from .small_pictures import data_uri
from .worker import LatestOnly

w: Any = needed("ipywidgets", "explorer")
Draw = Callable[[NDArray[np.float32], Callable[[], None]], NDArray[np.uint8]]
KINDS_OF_FILM = {
    "strip": "strip from -4 to +4",
    "many": "this edit on nine images",
    "morph": "morph to another image",
    "walk": "random walk",
}
MANY, PARTNERS = 9, 24  # images beside the present one: for the edit on many, and to morph to
SLOW, QUICK = 700, 120  # milliseconds a frame, of two frames and of more
READABLE = 900  # pixels: a sheet is shown no narrower, so that its letters are read; a narrow page scrolls it
AT_ONE_TIME = 3  # pictures, after which it is told how many there are


@dataclass(frozen=True, eq=False)
class Drawn:
    """A film with its pictures.

    Attributes
    ----------
    film : Film
        What was asked for.
    images : ndarray (r, c, h, w, 3), uint8
        Of its noises.
    sheet, moving, pair : bytes
        A PNG of all, a GIF, and a PNG of the present image before and after the present edit.
    """

    film: Film
    images: NDArray[np.uint8]
    sheet: bytes
    moving: bytes
    pair: bytes


@dataclass(frozen=True, eq=False)
class FilmAsked:
    """What the controls say, and of what: the present edit and noise; `partner` is a row among the other images."""

    kind: str
    partner: int | None
    seed: int
    state: EditState
    start: NDArray[np.float32]


class Films(WorkingPart):
    """A strip, one edit on nine images, a morph or a random walk, drawn when its button is pressed.

    Its trait `value` is the `Drawn` film that is shown, None before there is one. The edit is the present one
    when the button is pressed. A thread of its own draws; a newer request ends it, and so do `stop()` and `close()`.

    Parameters
    ----------
    state : callable
        `state()`: the present `EditState`.
    noise : callable
        `noise()`: the present image's noise (1, d), not moved.
    moved : callable
        `moved(state, noises)`: noises (n, d) after an edit, as `editing.apply` makes them.
    others : callable
        `others(k)`: noises (k, d) of other images and their ids.
    draw : callable
        `draw(noises, check)`: pictures (n, h, w, 3) uint8; it calls `check` wherever it may be given up.
    shared : callable, optional
        `shared()`: what `morph_film` takes, (UNE, str) or None; called when a morph is first drawn.
    threads : int, optional
        As `LatestOnly` takes it.

    Attributes
    ----------
    kind, partner : Dropdown
        Which film, and what a morph leads to.
    seed : BoundedIntText
        Of the random walk.
    button : Button
        Draws.
    status : HTML
        What is going on, or why there is no film.
    """

    value: Any = Instance(Drawn, None, allow_none=True)

    def __init__(
        self,
        state: Callable[[], EditState],
        noise: Callable[[], NDArray[np.float32]],
        moved: Moved,
        others: Callable[[int], tuple[NDArray[np.float32], Sequence[str]]],
        draw: Draw,
        shared: Callable[[], tuple[Any, str] | None] | None = None,
        threads: int | None = None,
    ) -> None:
        self.state, self.noise, self.moved, self.others, self.draw = state, noise, moved, others, draw
        self.shared = shared
        self.worker = LatestOnly(self.work, self.show, self.failed, threads)
        self.make_film_controls()
        self.status, self.view, self.links = w.HTML(), w.HTML(), w.HTML()
        super().__init__([self.line, self.status, self.view, self.links])
        self.kind.observe(self.show_controls, "value")
        self.button.on_click(self.ask)
        self.show_controls()

    def make_film_controls(self):
        """The line of controls."""
        options = [(told, kind) for kind, told in KINDS_OF_FILM.items()]
        self.kind = w.Dropdown(options=options, description="film", **slim_look())
        self.partners = self.others(PARTNERS)
        options = [(f"image {name}", i) for i, name in enumerate(self.partners[1])]
        self.partner = w.Dropdown(options=options, description="to", **slim_look())
        self.seed = w.BoundedIntText(0, min=0, max=2**31 - 1, description="seed", **slim_look())
        self.button = w.Button(description="draw", icon="film", layout=w.Layout(width="90px"))
        controls = [self.kind, self.partner, self.seed, self.button]
        self.line = w.HBox(controls, layout=w.Layout(flex_flow="row wrap", align_items="center"))

    def show_controls(self, _change=None):
        """Show those controls that the chosen film needs."""
        self.partner.layout.display = None if self.kind.value == "morph" else "none"
        self.seed.layout.display = None if self.kind.value == "walk" else "none"

    def ask(self, _button=None):
        """Have the film drawn that the controls ask for."""
        controls = self.kind.value, self.partner.value, self.seed.value
        try:
            self.worker.ask(FilmAsked(*controls, self.state(), self.noise()))
        except ValueError as error:  # the edit is not one, or of no picture
            self.say(str(error))

    def stop(self) -> None:
        """End what is being drawn; what is shown stays."""
        self.worker.ask(None)

    def figure(self) -> Figure:
        """The film that is shown as a figure, for paper; RuntimeError before there is one."""
        if self.value is None:
            raise RuntimeError("no film is drawn yet; press its button, or call ask() and wait()")
        film = self.value.film
        sheet: Any = labelled_rows(self.value.images, film.rows, film.columns, title=film.title)
        return sheet.figure

    # in the worker's thread

    def work(self, asked, check):
        """Yield the film that is asked for, with its files."""
        if asked is None:
            self.say("")
            return
        film = self.film(asked)
        state, start = asked.state, asked.start
        ends = np.concatenate(as_wide([start, self.moved(state, start) if state.strengths else start]))
        images = self.pictures(film.noises.reshape(-1, film.noises.shape[2]), check)
        images = images.reshape(*film.noises.shape[:2], *images.shape[1:])
        yield with_files(film, images, self.draw(ends, check), f"{source_told(state)}, {edit_told(state)}")

    def film(self, asked):
        """The noises of a film, and its captions."""
        state, start, name = asked.state, asked.start, source_told(asked.state)
        if asked.kind == "strip":
            return strip_film(state, start, self.moved)
        if asked.kind == "many":
            return many_film(state, *self.others(MANY), self.moved, edit_told(state))
        if asked.kind == "walk":
            return walk_film(start, asked.seed, name)
        if asked.partner is None:
            raise ValueError("there is no other image to morph to; choose another film")
        noises, ids = self.partners
        if ids[asked.partner] == state.image:
            raise ValueError(f"image {state.image} would become itself; choose another one to morph to")
        partner = noises[asked.partner : asked.partner + 1]
        return morph_film(start, partner, (name, f"image {ids[asked.partner]}"), self.shared and self.shared())

    def pictures(self, noises, check):
        """Pictures of noises (n, d), a few at a time, telling how many there are."""
        parts = []
        for begin in range(0, len(noises), AT_ONE_TIME):
            self.say(f"drawing picture {begin + 1} of {len(noises)} …")
            parts.append(self.draw(noises[begin : begin + AT_ONE_TIME], check))
        return np.concatenate(parts)

    def show(self, _asked, found):
        """Put a film onto the page."""
        files = {"film.png": found.sheet, "film.gif": found.moving, "before-and-after.png": found.pair}
        self.view.value = film_html(found)
        self.links.value = "save as " + ", ".join(link_html(name, data) for name, data in files.items())
        self.say(found.film.title)
        self.value = found

    def failed(self, _asked, error):
        """Say why there is no film."""
        known = isinstance(error, ValueError)
        self.say(str(error) if known else f"no film was drawn ({type(error).__name__}: {str(error)[:200]}); draw again")

    def say(self, text):
        """A sentence that screen readers read out."""
        self.status.value = f"<div role='status' style='line-height:20px'>{escape(text)}</div>" if text else ""


def slim_look():
    """A control as narrow as its words."""
    return {"style": {"description_width": "initial"}, "layout": w.Layout(width="auto", max_width="100%")}


def with_files(film, images, pair, told):
    """A film with its pictures and files."""
    frames = moving_frames(film, images)
    moving = gif_bytes(frames, SLOW if len(frames) == 2 else QUICK)
    return Drawn(film, images, film_png(film, images), moving, sheet_png(pair[None], told, [""], ["before", "after"]))


def film_html(found):
    """A film on the page: its sheet, which a narrow page scrolls, and folded away the moving picture."""
    title, wide = escape(found.film.title), min(Image.open(io.BytesIO(found.sheet)).width, READABLE)
    sheet, moving = data_uri(found.sheet, "png"), data_uri(found.moving, "gif")
    return (
        "<div role='region' tabindex='0' aria-label='film' style='overflow-x:auto'>"
        f'<img alt="{title}: all pictures in rows" src="{sheet}" style="max-width:100%;min-width:{wide}px"></div>'
        "<details><summary>as a moving picture</summary>"
        f'<img alt="{title}: a moving picture" src="{moving}" style="max-width:100%"></details>'
    )


def link_html(name, data):
    """A link that saves bytes under a name."""
    address = data_uri(data, name.split(".")[-1])
    return f'<a download="{name}" style="text-decoration:underline" href="{address}">{name}</a>'
