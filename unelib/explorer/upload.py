"""A button that takes one's own photograph, and what is to be known of it."""

from html import escape
from pathlib import Path
from textwrap import fill
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray
from traitlets import Dict, Instance, Int, Unicode

from ..core.extras import needed
from ..models.contracts import GeneratorLike
from ..plots.pictures import image_grid
from .controls import WorkingPart
from .own_picture import FIGURES, MOST_BYTES, OwnPicture, inverted_picture, picture_of, usual_figures
from .pictures import figure_html
from .worker import LatestOnly

w: Any = needed("ipywidgets", "explorer")
any_widget: Any = needed("anywidget", "explorer")
LABEL = f"your own photograph (PNG or JPEG, at most {MOST_BYTES / 1e6:.0f} MB) "
BESIDE = {"grid_template_columns": "repeat(2, minmax(0, 180px))", "grid_gap": "8px"}


class FilePicker(any_widget.AnyWidget):
    """A button that sends one file; its script is upload.js. `given` is a dict of name, size and content, or empty."""

    _esm = Path(__file__).with_name("upload.js")
    _css = (
        ".une-file { display: flex; flex-wrap: wrap; gap: 4px 8px; padding: 4px 0; } .une-file input { width: 240px; }"
    )
    label: Any = Unicode(LABEL).tag(sync=True)
    most: Any = Int(MOST_BYTES).tag(sync=True)
    given: Any = Dict().tag(sync=True)


class Upload(WorkingPart):
    """A picture from a file becomes noise, and is compared with images that the model knows.

    Its trait `value` is the `OwnPicture` of the last file that could be used, None before there is one. The work is
    done in a thread of its own; a newer file ends it, and `close()` too.

    Parameters
    ----------
    gen : GeneratorLike
        Solved as the zoo's noise was made (`NoiseZoo.generator`).
    noises : ndarray (n, d), float32
        Of held-out images: what is usual.
    pixels : (m, h, w, 3), uint8, or None
        Pictures of the first m of them, at the size that the model makes. Without, round trips are not compared, and
        the generator says by `image_size` how large its pictures are.
    threads : int, optional
        As `LatestOnly` takes it.

    Attributes
    ----------
    picker : FilePicker
        The button.
    status : HTML
        What is going on, or why a file was not taken.
    usual : DataFrame or None
        Figures of the held-out images; measured once, with the first file.
    """

    value: Any = Instance(OwnPicture, None, allow_none=True)

    def __init__(
        self,
        gen: GeneratorLike,
        noises: NDArray[np.float32],
        pixels: NDArray[np.uint8] | None,
        threads: int | None = None,
    ) -> None:
        self.gen, self.noises, self.pixels, self.usual = gen, noises, pixels, None
        self.picker = FilePicker()
        self.status, self.before, self.after, self.table = (w.HTML() for _ in range(4))
        self.worker = LatestOnly(self.draw, self.show, self.failed, threads)
        pair = w.GridBox([self.before, self.after], layout=w.Layout(**BESIDE))
        super().__init__([self.picker, self.status, pair, self.table])
        self.picker.observe(self.received, "given")

    def take(self, data: bytes, name: str = "the file") -> None:
        """Have a file's bytes looked at, as if it were chosen on the page."""
        self.worker.ask((name, data))

    def figure(self) -> Figure:
        """The picture and its round trip as a figure, for paper; RuntimeError before there is one."""
        if self.value is None:
            raise RuntimeError("no picture was taken yet; choose a file, or call take() and wait()")
        pair = np.stack([self.value.pixels, self.value.round_trip])
        told = fill(self.value.told, 40)
        sheet: Any = image_grid(pair, columns=2, title=told)
        return sheet.figure

    def received(self, change):
        """A file came from the page."""
        if given := change["new"]:
            self.picker.given = {}  # a file is not kept
            if given["size"] > MOST_BYTES:
                size, most = given["size"] / 1e6, MOST_BYTES / 1e6
                self.say(f"{given['name']} has {size:.1f} MB; give a picture of at most {most:.0f} MB")
            else:
                self.take(bytes(given["content"]), given["name"])

    # in the worker's thread

    def draw(self, asked, check):
        """Yield the picture of a file."""
        name, data = asked
        self.say(f"looking at {name} …")
        pixels = picture_of(data, self.gen.image_size if self.pixels is None else np.shape(self.pixels)[1])
        if self.usual is None:
            self.say(f"looking at {name} …; first, once: what is usual among held-out images")
            self.usual = usual_figures(self.gen, self.noises, self.pixels, check)
        yield inverted_picture(self.gen, pixels, self.usual, check)

    def show(self, asked, found):
        """Put the picture, its round trip and its figures onto the page, and tell who observes `value`."""
        name = asked[0]
        self.before.value = figure_html(found.pixels, f"{name}, the middle square", name)
        trip = f"round trip, {found.figures.value['psnr']:.1f} dB"
        self.after.value = figure_html(found.round_trip, f"{name}, as the model gives it back from its noise", trip)
        self.table.value = figures_html(found)
        self.say(found.told)
        self.value = found

    def failed(self, asked, error):
        """Say why a file was not taken; the one before stays."""
        known = isinstance(error, ValueError)
        reason = str(error) if known else f"{type(error).__name__}: {str(error)[:200]}; give another picture"
        self.say(f"{asked[0]} was not taken: {reason}")

    def say(self, text):
        """A sentence that screen readers read out."""
        self.status.value = f"<div role='status' style='line-height:20px;overflow-wrap:anywhere'>{escape(text)}</div>"


def figures_html(picture: OwnPicture) -> str:
    """The figures of one's own picture beside those of held-out images, as an HTML table."""
    titles = ("here", "held-out images", "of them below")
    head = "<td></td>" + "".join(f"<th scope='col' style='text-align:left'>{title}</th>" for title in titles)
    rows = "".join(figure_row(FIGURES[str(name)], row) for name, row in picture.figures.iterrows())
    return f"<table style='border-spacing:8px 2px;line-height:18px'><tr>{head}</tr>{rows}</table>"


def figure_row(name, row):
    """One figure: its name, the value, the mean and standard deviation of held-out images, and its percentile."""
    value = f"<b>{row.value:.3g} (far)</b>" if row.far else f"{row.value:.3g}"
    known = np.isfinite(row["mean"])
    usual = (f"{row['mean']:.3g} ± {row.sd:.2g}", f"{row.percentile:.0f} %") if known else ("not known", "")
    cells = (value, *usual)
    return f"<tr><th scope='row' style='text-align:left;font-weight:normal'>{name}</th>{told_cells(cells)}</tr>"


def told_cells(cells):
    """Cells of a row as HTML."""
    return "".join(f"<td>{cell}</td>" for cell in cells)
