"""A map of images in two dimensions of a view, coloured by an attribute or a score, to look at and to choose from."""

from html import escape
from pathlib import Path
from textwrap import fill
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from numpy.typing import ArrayLike, NDArray
from traitlets import Dict, Int, List, Unicode, link, validate

from ..core.extras import needed
from ..plots.figures import axes_for, pretty
from .gallery import check_same_length, checked_row
from .map_planes import Plane
from .small_pictures import image_told, thumbnail_uri

w: Any = needed("ipywidgets", "explorer")
any_widget: Any = needed("anywidget", "explorer")
MOST_POINTS = 2000
MAP_STYLE = """
.une-map { position: relative; max-width: 680px; }
.une-map:focus-visible { outline: 3px solid #d4483b; outline-offset: -3px; }
.une-map svg { display: block; cursor: pointer; font-size: 12px; fill: currentColor; }
.une-map .une-sign { stroke: #000; stroke-width: 0.6; }
.une-map .une-marks { pointer-events: none; }
.une-look { position: absolute; max-width: 180px; padding: 6px; background: #fff; color: #000; border: 1px solid #000;
  font-size: 12px; line-height: 15px; pointer-events: none; overflow-wrap: anywhere; }
.une-look[hidden] { display: none; }
.une-look img { display: block; width: 96px; image-rendering: pixelated; }
"""


class MapSign(NamedTuple):
    """How a class of images is drawn, and what it is; `marker` is matplotlib's name of the sign."""

    colour: str
    sign: str
    told: str

    @property
    def marker(self):
        """The sign, as matplotlib calls it."""
        return {"circle": "o", "square": "s", "diamond": "D"}[self.sign]


FIFTHS = ("#fbe3b5", "#e3a438", "#d4483b", "#7a3f98", "#0c2b4e")  # from light to dark, also in grey
PLAIN = "nothing"


class MapView(any_widget.AnyWidget):
    """The map as a page shows it; its script is latent_map.js, and its traits are shared with it.

    `points` and `path` are lists of [x, y], `looks` the number of each point's class among `classes`. `looked` is the
    row that the pointer or the keys are at, `value` the one chosen, `shown` what is told of the row looked at.
    """

    _esm = Path(__file__).with_name("latent_map.js")
    _css = MAP_STYLE
    label: Any = Unicode("map of images").tag(sync=True)
    names: Any = List(["", ""]).tag(sync=True)
    points: Any = List().tag(sync=True)
    looks: Any = List().tag(sync=True)
    classes: Any = List().tag(sync=True)
    path: Any = List().tag(sync=True)
    value: Any = Int(None, allow_none=True).tag(sync=True)
    looked: Any = Int(None, allow_none=True).tag(sync=True)
    shown: Any = Dict().tag(sync=True)


class LatentMap(w.VBox):
    """Images as signs on a `Plane`, coloured by a label or a score.

    Its trait `value` is the row number of the image chosen, None before there is one; `path` is a list of points
    [x, y], such as `draw_path` sets. A program may set both.

    Parameters
    ----------
    plane : Plane
        As `principal_plane` or `score_plane` makes it.
    X : array-like (n, d)
        Rows of the view that the plane is of, 2,000 at most.
    pixels : (n, h, w, 3), uint8
        Their pictures, or anything that gives them by their number.
    ids : sequence of str (n,)
        Their names.
    labels : DataFrame (n, a) of 0, 1 or NaN
        Attributes to colour by.
    scores : DataFrame (n, b), optional
        Scores of a probe to colour by, in fifths of the rows.

    Attributes
    ----------
    colour : Dropdown
        What colours the signs: "nothing", "label NAME" or "score NAME".
    view : MapView
        The map itself.

    Raises
    ------
    ValueError
        If there is no image or there are too many, if the parts are not of the same images, or for rows of another view
        and a `value` that is no row.
    """

    value: Any = Int(None, allow_none=True)
    path: Any = List()

    def __init__(
        self,
        plane: Plane,
        X: ArrayLike,
        pixels: Any,
        ids: ArrayLike,
        labels: pd.DataFrame,
        scores: pd.DataFrame | None = None,
    ) -> None:
        check_same_length(pixels, ids, labels)
        self.points = few_points(plane, X, len(labels))
        self.plane, self.pixels, self.ids, self.labels = plane, pixels, list(np.asarray(ids)), labels
        self.scores = pd.DataFrame(index=labels.index) if scores is None else scores
        self.view = MapView(names=list(plane.names), points=self.points.round(4).tolist())
        self.make_choice()
        super().__init__([self.colour, self.view, self.legend, self.told])
        link((self, "value"), (self.view, "value"))
        link((self, "path"), (self.view, "path"))
        self.view.observe(self.look, "looked")
        self.colour.observe(self.paint, "value")
        self.paint()

    def make_choice(self):
        """What colours the signs, its legend, and how much the map shows."""
        labels, scores = ([(f"{kind} {pretty(n)}", f"{kind} {n}") for n in table] for kind, table in self.tables())
        slim = {"style": {"description_width": "initial"}, "layout": w.Layout(width="auto", max_width="320px")}
        self.colour = w.Dropdown(options=[(PLAIN, PLAIN), *labels, *scores], description="coloured by", **slim)
        self.legend, self.told = w.HTML(), w.HTML(f"<div style='line-height:18px'>{escape(self.plane.told)}</div>")

    def tables(self):
        """What there is to colour by."""
        return ("label", self.labels), ("score", self.scores)

    @validate("value")
    def _a_row(self, proposal):
        return checked_row(proposal["value"], len(self.ids))

    def draw_path(self, X: ArrayLike) -> None:
        """Draw the path through rows (m, d) of the same view, such as noise along an edit."""
        self.path = self.plane.of(X).tolist()

    def figure(self) -> Any:
        """The map as it is coloured now as a figure, for paper."""
        looks, classes = self.classes()
        ax: Any = paper_map(self.points, looks, classes, self.plane, np.array(self.path).reshape(-1, 2))
        return ax.figure

    def classes(self):
        """The number of each image's class, and the classes, by what colours them."""
        kind, _, name = self.colour.value.partition(" ")
        if kind == "label":
            return label_classes(self.labels[name], pretty(name))
        return score_classes(self.scores[name], pretty(name)) if kind == "score" else plain_classes(len(self.ids))

    def paint(self, _change=None):
        """Colour the signs, and say what the colours are."""
        looks, classes = self.classes()
        with self.view.hold_sync():
            self.view.classes = [look._asdict() for look in classes]
            self.view.looks = looks.tolist()
        self.legend.value = legend_html(classes) if len(classes) > 1 else ""

    def look(self, change):
        """Show the thumbnail of the image that is looked at, and tell which it is."""
        row = change["new"]
        if row is None or not 0 <= row < len(self.ids):
            self.view.shown = {}
        else:
            told = image_told(self.ids[row], self.labels.iloc[row])
            self.view.shown = {"row": row, "source": thumbnail_uri(self.pixels[row]), "told": told}


def few_points(plane, X, count):
    """Points (n, 2) of rows; ValueError if there are too many or not as many as images."""
    points = plane.of(X)
    if len(points) != count:
        raise ValueError(f"{len(points)} rows of the view and {count} images were given; give a row an image")
    if count > MOST_POINTS:
        raise ValueError(f"{count} images are more than the {MOST_POINTS} that a map shows; give fewer rows")
    return points


def plain_classes(count):
    """All in one class."""
    return np.zeros(count, int), [MapSign("#8aa2bd", "circle", "image")]


def label_classes(values, name):
    """Classes of a label's values: lacks, has, not known.

    >>> label_classes(pd.Series([0, 1, float("nan")]), "Young")[0].tolist()
    [0, 1, 2]
    """
    looks = np.select([values == 0, values == 1], [0, 1], 2)
    classes = [
        MapSign("#f3cd8a", "square", f"lacks {name}"),
        MapSign("#123f70", "circle", f"has {name}"),
        MapSign("#ffffff", "diamond", "not known"),
    ]
    return looks, classes if (looks == 2).any() else classes[:2]


def score_classes(values, name):
    """Classes of a score's values: fifths of the rows, from the lowest to the highest.

    >>> score_classes(pd.Series([0.1, 0.5, 0.2, 0.4, 0.3]), "Young")[0].tolist()
    [0, 4, 1, 3, 2]
    """
    ranks = values.rank(method="first").to_numpy() - 1
    looks = (5 * ranks // len(values)).astype(int)
    ends = ["lowest fifth of the score of " + name, "", "", "", "highest fifth"]
    return looks, [MapSign(colour, "circle", told) for colour, told in zip(FIFTHS, ends)]


def legend_html(classes):
    """What the signs mean, as HTML."""
    glyphs = {"circle": "●", "square": "■", "diamond": "◆"}
    look = "text-shadow:0 0 1px #000,0 0 1px #000"
    signs = [
        f"<span style='color:{c.colour};{look}' aria-hidden='true'>{glyphs[c.sign]}</span> {escape(c.told)}"
        for c in classes
    ]
    return f"<div style='line-height:18px'>{' &ensp;'.join(signs)}</div>"


def paper_map(
    points: NDArray[np.float64],
    looks: NDArray[np.int_],
    classes: list[MapSign],
    plane: Plane,
    path: NDArray[np.float64],
    ax: Axes | None = None,
) -> Axes:
    """The map on paper: points (n, 2) of a plane, the number of each one's class, and a path (m, 2)."""
    ax = axes_for(ax, height=4.5)
    for number, look in enumerate(classes):
        here = points[looks == number]
        dots = {"color": look.colour, "marker": look.marker, "label": look.told or "_", "markeredgecolor": "black"}
        ax.plot(here[:, 0], here[:, 1], ls="", ms=4, mew=0.3, **dots)
    if len(path):
        ax.plot(*path.T, color="white", lw=4, zorder=3)
        ax.plot(*path.T, color="black", lw=1.5, zorder=3)
        ax.plot(*path[-1], "o", mfc="white", mec="black", zorder=4)
    ax.set(xlabel=plane.names[0], ylabel=plane.names[1])
    ax.set_title(fill(plane.told, 48), loc="left")
    if len(classes) > 1:
        ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.2), ncols=3)
    return ax
