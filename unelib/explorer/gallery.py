"""A gallery: thumbnails of images under a filter by attribute, page by page, to choose one from."""

from html import escape
from pathlib import Path
from typing import Any, Literal

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from numpy.typing import ArrayLike, NDArray
from traitlets import Int, List, link, validate

from ..core.checks import choice
from ..core.extras import needed
from ..plots.figures import pretty
from ..plots.pictures import image_grid
from .small_pictures import image_told, thumbnail_uri

w: Any = needed("ipywidgets", "explorer")
any_widget: Any = needed("anywidget", "explorer")
Which = Literal["any", "has", "lacks"]
WHICH = ("any", "has", "lacks")
SHOWN = list(zip(("all images", "images that have", "images that lack"), WHICH))
A_PAGE = 24  # thumbnails
ROW = {"flex_flow": "row wrap", "align_items": "center"}
STYLE = """
.une-thumbnails { display: grid; grid-template-columns: repeat(auto-fill, minmax(64px, 1fr)); gap: 6px;
  padding: 4px; max-width: 900px; }
.une-thumbnails [role=option] { cursor: pointer; padding: 2px; border: 3px solid transparent; border-radius: 4px; }
.une-thumbnails [role=option][aria-selected=true] { border-color: #123f70; background: #123f7022; }
.une-thumbnails [role=option]:focus-visible { outline: 3px solid #d4483b; outline-offset: 1px; }
.une-thumbnails img { display: block; width: 100%; image-rendering: pixelated; }
"""


class Thumbnails(any_widget.AnyWidget):
    """One page of thumbnails; its script is gallery.js.

    Its traits are shared with the page: `cells` are dicts of row, source and what is told; `value` is the row chosen.
    """

    _esm = Path(__file__).with_name("gallery.js")
    _css = STYLE
    cells: Any = List().tag(sync=True)
    value: Any = Int(None, allow_none=True).tag(sync=True)
    page: Any = Int(0).tag(sync=True)
    pages: Any = Int(1).tag(sync=True)


class Gallery(w.VBox):
    """Thumbnails of images, all or those that have or lack an attribute, to choose one from.

    Its trait `value` is the row number of the image chosen, None before there is one. A program may set it, and may
    call `filter`. What is chosen stays chosen when a filter hides it.

    Parameters
    ----------
    pixels : (n, h, w, 3), uint8
        Images, or anything that gives them by their number, such as pictures in files.
    ids : sequence of str (n,)
        Their names.
    labels : DataFrame (n, a) of 0, 1 or NaN
        Attributes to filter by. Where a label is not known, an image neither has nor lacks it.

    Attributes
    ----------
    which, attribute : Dropdown
        The filter: "any", "has" or "lacks", and of what.
    thumbnails : Thumbnails
        The page that is shown.
    rows : ndarray (m,) of int
        Those that pass the filter.

    Raises
    ------
    ValueError
        If there is no image, or if pixels, ids and labels are not of the same images; and for a `value` that is no row.
    """

    value: Any = Int(None, allow_none=True)

    def __init__(self, pixels: Any, ids: ArrayLike, labels: pd.DataFrame) -> None:
        check_same_length(pixels, ids, labels)
        self.pixels, self.ids, self.labels = pixels, list(np.asarray(ids)), labels
        self.rows = np.arange(len(pixels))
        self.make_filter()
        self.thumbnails, self.chosen = Thumbnails(), w.HTML()
        super().__init__([self.line, self.thumbnails, self.chosen])
        link((self, "value"), (self.thumbnails, "value"))
        for control in (self.which, self.attribute):
            control.observe(self.refilter, "value")
        self.thumbnails.observe(self.fill, "page")
        self.observe(self.show_chosen, "value")
        self.refilter()
        self.show_chosen()

    def make_filter(self):
        """The line above: the filter, how many pass it, and the buttons that turn the page."""
        slim, options = {"description_width": "initial"}, [(pretty(name), name) for name in self.labels]
        layout = w.Layout(width="auto", max_width="100%")
        self.which = w.Dropdown(options=SHOWN, description="show", disabled=not options, style=slim, layout=layout)
        self.attribute = w.Dropdown(options=options, description="attribute", style=slim, layout=layout)
        self.back, self.forth = (w.Button(description=d, layout=layout) for d in ("earlier images", "further images"))
        self.back.on_click(lambda _: self.turn(-1))
        self.forth.on_click(lambda _: self.turn(1))
        self.status = w.HTML()
        line = [self.which, self.attribute, self.back, self.forth, self.status]
        self.line = w.HBox(line, layout=w.Layout(**ROW))

    @validate("value")
    def _a_row(self, proposal):
        return checked_row(proposal["value"], len(self.ids))

    def filter(self, attribute: str | None = None, which: Which = "has") -> "Gallery":
        """Show images that have an attribute, or lack it; all images without one.

        Raises ValueError, listing what there is, on an unknown attribute or another word.
        """
        choice(which, WHICH, "filter")
        if attribute is not None:
            choice(attribute, list(self.labels), "attribute")
            self.attribute.value = attribute
        self.which.value = "any" if attribute is None else which
        return self

    def figure(self) -> Figure:
        """The first page under the present filter as a figure, for paper."""
        return first_page(self.pixels, self.labels, self.attribute.value, self.which.value)

    def refilter(self, _change=None):
        """Show the first page of what passes the filter."""
        self.attribute.disabled = self.which.value == "any"
        self.rows = rows_where(self.labels, self.attribute.value, self.which.value)
        self.thumbnails.pages = max(-(-len(self.rows) // A_PAGE), 1)
        self.thumbnails.page = 0
        self.fill()

    def turn(self, step):
        """So many pages on, where there are any."""
        self.thumbnails.page = min(max(self.thumbnails.page + step, 0), self.thumbnails.pages - 1)

    def fill(self, _change=None):
        """Put the thumbnails of the page up, and say which they are."""
        start = self.thumbnails.page * A_PAGE
        shown = self.rows[start : start + A_PAGE]
        self.thumbnails.cells = [
            {"row": int(row), "source": thumbnail_uri(self.pixels[int(row)]), "told": self.told(row)} for row in shown
        ]
        self.back.disabled, self.forth.disabled = start == 0, start + A_PAGE >= len(self.rows)
        name, told = pretty(self.attribute.value), f"{start + 1} to {start + len(shown)} of {len(self.rows)} images"
        none = f"no image {self.which.value} {name}; choose another filter"
        self.say(self.status, told if len(shown) else none)

    def show_chosen(self, _change=None):
        """Say which image is chosen, and turn to its page if it passes the filter."""
        self.say(self.chosen, "no image is chosen" if self.value is None else f"chosen: {self.told(self.value)}")
        place = np.flatnonzero(self.rows == self.value)
        if len(place):
            self.thumbnails.page = int(place[0]) // A_PAGE

    def told(self, row):
        """An image in words."""
        return image_told(self.ids[row], self.labels.iloc[row])

    def say(self, where, text):
        """A sentence that screen readers read out."""
        where.value = f"<span role='status'>{escape(text)}</span>"


def first_page(
    pixels: Any, labels: pd.DataFrame, attribute: str | None = None, which: Which = "any", title: str | None = None
) -> Figure:
    """A figure of the first 24 images that pass a filter: the gallery on paper.

    Parameters
    ----------
    pixels, labels
        As `Gallery` takes them.
    attribute : str, optional
        What the images are to have or lack.
    which : {"any", "has", "lacks"}
        Which of it.
    title : str, optional
        By default what is shown, and of how many.

    Returns
    -------
    Figure
        Without pictures, and with a title that says so, if no image passes.

    Raises
    ------
    ValueError
        Listing what there is, on an unknown attribute or filter.
    """
    rows = rows_where(labels, attribute, which)
    told = "images" if which == "any" else f"images that {'have' if which == 'has' else 'lack'} {pretty(attribute)}"
    title = title or f"The first {min(A_PAGE, len(rows))} of {len(rows)} {told}"
    if len(rows) == 0:
        figure = plt.figure()
        figure.add_subplot().set_axis_off()
        figure.axes[0].set_title(title, loc="left")
        return figure
    sheet: Any = image_grid(np.stack([pixels[int(row)] for row in rows[:A_PAGE]]), title=title)
    return sheet.figure


def rows_where(labels: pd.DataFrame, attribute: str | None, which: Which) -> NDArray[np.int_]:
    """Numbers of the rows of labels (n, a) of 0, 1 or NaN that have an attribute, or lack it, or of all.

    >>> table = pd.DataFrame({"Smiling": [1, 0, float("nan"), 1]})
    >>> rows_where(table, "Smiling", "has").tolist(), rows_where(table, "Smiling", "lacks").tolist()
    ([0, 3], [1])
    """
    if choice(which, WHICH, "filter") == "any":
        return np.arange(len(labels))
    wanted = 1 if which == "has" else 0
    return np.flatnonzero(labels[choice(attribute, list(labels), "attribute")] == wanted)


def checked_row(row, count):
    """A row of `count`, or None; ValueError otherwise."""
    if row is not None and not 0 <= row < count:
        raise ValueError(f"there is no image {row}; choose a row from 0 to {count - 1}, or None")
    return row


def check_same_length(pixels, ids, labels):
    """ValueError unless there are images, and as many pixels, ids and labels."""
    if len(pixels) == 0:
        raise ValueError("there is no image to show; give one at least")
    if not len(pixels) == len(np.asarray(ids)) == len(labels):
        raise ValueError(
            f"{len(pixels)} images, {len(np.asarray(ids))} ids and {len(labels)} rows of labels were given; give one of"
            " each an image"
        )
