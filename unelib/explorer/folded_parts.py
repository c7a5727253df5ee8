"""What an explorer has folded away below its pictures; each part is made when it is first opened."""

from collections.abc import Callable
from html import escape
from typing import Any

import numpy as np

from ..core.extras import needed
from ..plots.figures import pretty
from .controls import close_below, menu, part_button, title
from .film_panel import Films
from .gallery import Gallery
from .latent_map import MOST_POINTS, LatentMap
from .map_planes import principal_plane, score_plane, shared_plane
from .own_picture import TRIPS
from .start_pictures import StartPictures, known_faces
from .swipe import Swipe
from .upload import Upload

w: Any = needed("ipywidgets", "explorer")
FRAME = {"border": "1px solid #bbb", "padding": "8px", "margin": "4px 0 0"}
ABOUT = {
    "divider": "before and after on one place, with a divider between them",
    "gallery": "choose an image from thumbnails, by what it has or lacks",
    "map": "all images on a plane, with the way of the edit",
    "own photograph": "edit a photograph of your own",
    "films": "a strip, this edit on nine images, a morph, a random walk",
    "save, load, code": "this edit as a file, and as Python to copy",
}


class FoldedParts(w.VBox):
    """Parts of an explorer, each behind a button that opens and closes it.

    Parameters
    ----------
    explorer : Explorer
        Whose parts they are.

    Attributes
    ----------
    buttons : dict {title: toggle}
        Where the value is True the part is on the page.
    made : dict {title: widget}
        Those that were opened, or asked for by `part`.
    """

    def __init__(self, explorer: Any) -> None:
        self.explorer = explorer
        self.makers: dict[str, Callable[[Any], Any]] = {
            "divider": swipe_of,
            "gallery": gallery_of,
            "map": map_of,
            "own photograph": upload_of,
            "films": films_of,
            "save, load, code": lambda explorer: explorer.data,
        }
        self.made: dict[str, Any] = {}
        self.frames: dict[str, Any] = {}
        self.buttons = {title: part_button(title, ABOUT[title]) for title in self.makers}
        for button in self.buttons.values():
            button.observe(self.arrange, "value")
        self.shelf = w.VBox()
        line = w.HBox([title("more:"), *self.buttons.values()], layout=w.Layout(flex_flow="row wrap", grid_gap="2px"))
        super().__init__([line, self.shelf])
        self.add_class("une-parts")

    def arrange(self, _change=None):
        """Put the parts that are open onto the page, making those that were not open yet."""
        self.shelf.children = [self.framed(title) for title, button in self.buttons.items() if button.value]

    def framed(self, title):
        """A part in its frame, or why it cannot be made; it is tried again when it is next opened."""
        if title in self.made and title in self.frames:
            return self.frames[title]
        try:
            inside = self.part(title)
        except Exception as error:  # of one part, which takes no other with it
            told = f"This part cannot be made ({type(error).__name__}: {str(error)[:200]}); open it again to try."
            return w.HTML(f"<div role='alert'>{escape(told)}</div>")
        self.frames[title] = w.VBox([inside], layout=w.Layout(**FRAME))
        return self.frames[title]

    def part(self, title: str) -> Any:
        """The part under a title, made if it was not opened yet."""
        if title not in self.made:
            self.made[title] = self.makers[title](self.explorer)
            self.mark()
        return self.made[title]

    def mark(self) -> None:
        """Have the gallery and the map mark the image that is edited, or none; called where a control was touched."""
        for part in self.made.values():
            if isinstance(part, Gallery):
                mark_image(part, self.explorer)
            if isinstance(part, MapOfPlanes):
                mark_image(part.map, self.explorer)

    def follow(self) -> None:
        """Have the parts that were opened show the explorer's present pictures."""
        for part in self.made.values():
            if isinstance(part, Swipe):
                show_both(part, self.explorer)
            if isinstance(part, MapOfPlanes):
                part.follow()

    def stop(self) -> None:
        """End what the parts are drawing, and their threads."""
        for part in self.made.values():
            if hasattr(part, "worker"):
                part.worker.close()

    def close(self) -> None:
        """Take all parts off the page, those that are not open now as well."""
        self.stop()
        for part in (*self.made.values(), *self.frames.values(), self):
            close_below(part)


def swipe_of(explorer):
    """A divider between before and after."""
    swipe = Swipe()
    show_both(swipe, explorer)
    return swipe


def show_both(swipe, explorer):
    """The explorer's present pictures with what they are."""
    if explorer.there is not None:
        asked, drawn = explorer.there
        which, edit = explorer.told(asked.state)
        swipe.show(drawn.before, drawn.after, f"{which}, before", f"{which}, {edit}")


def gallery_of(explorer):
    """Thumbnails of the images there are to choose from."""
    pictures = StartPictures(explorer.gen, explorer.noises, explorer.ids)
    gallery = Gallery(pictures, explorer.ids, explorer.labels)
    gallery.observe(lambda change: choose_row(explorer, change["new"]), "value")
    return gallery


def mark_image(part, explorer):
    """Mark the image that is edited in a part that has a row for it; no image where it has none."""
    row = explorer.board.row
    part.value = row if row is not None and row < len(part.ids) else None


def choose_row(explorer, row):
    """Edit the image of a row, unless it is the one that is edited or there is none."""
    if row not in (None, explorer.board.row):
        explorer.board.choose(image=str(explorer.ids[row]))


class MapOfPlanes(w.VBox):
    """The images there are to choose from on a plane that is chosen, with the edit's way drawn on it.

    `plane` is the menu of planes, `map` the present `LatentMap`.
    """

    def __init__(self, explorer: Any) -> None:
        self.explorer, self.planes = explorer, planes_of(explorer)
        self.map: Any = None
        self.plane = menu("plane", list(self.planes), next(iter(self.planes)))
        self.plane.layout.align_self = "flex-start"
        self.plane.observe(self.make, "value")
        super().__init__([self.plane])
        self.make()

    def make(self, _change=None):
        """The map on the plane that is chosen."""
        explorer, shown = self.explorer, slice(0, MOST_POINTS)
        noises, ids, labels = explorer.noises[shown], explorer.ids[shown], explorer.labels[shown]
        if self.map is not None:
            close_below(self.map)
        plane, pictures = self.planes[self.plane.value](), StartPictures(explorer.gen, noises, ids)
        self.map = LatentMap(plane, noises, pictures, ids, labels)
        mark_image(self.map, explorer)
        self.map.observe(lambda change: choose_row(explorer, change["new"]), "value")
        self.children = [self.plane, self.map]
        self.follow()

    def follow(self) -> None:
        """Draw the edit's way, from the noise before to the noise after."""
        if self.explorer.there is not None:
            asked, drawn = self.explorer.there
            ends = self.explorer.editor.start(asked.state), self.explorer.noise_alone(drawn)[None]
            self.map.draw_path(np.concatenate(ends))


def planes_of(explorer):
    """What makes each plane: two scores of the first method's probe, if it has scores, components, what is shared."""
    editor, zoo = explorer.editor, explorer.zoo
    (probe, _), names = editor.learnt[editor.method], list(explorer.sliders)[:2]
    training = zoo.split == "train"
    found = {"principal components": lambda: principal_plane(zoo.rows(editor.view, training), editor.unit)}
    if zoo.views_of("embedding"):
        found["shared with encoders"] = lambda: shared_plane(explorer.shared, editor.view, editor.unit)
    if len(names) == 2 and hasattr(probe, "intercept_"):
        told = f"scores of {pretty(names[0])} and {pretty(names[1])}"
        return {told: lambda: score_plane(probe, names[0], names[1], editor.unit)} | found
    return found


def map_of(explorer):
    """A map of the images there are to choose from."""
    return MapOfPlanes(explorer)


def upload_of(explorer):
    """A photograph of one's own, which is then edited."""
    pictures = known_faces(explorer.gen, explorer.ids[:TRIPS])  # of others only the model's own pictures are at hand
    upload = Upload(explorer.gen, explorer.noises, pictures, explorer.worker.threads)
    upload.observe(lambda change: take_own(explorer, change["new"]), "value")
    return upload


def take_own(explorer, picture):
    """Edit the picture that was uploaded."""
    explorer.editor.own = picture.noise
    explorer.forget_own()
    explorer.board.choose()


def films_of(explorer):
    """Films of the present edit."""
    editor, room = explorer.editor, explorer.darkroom

    def draw(noises, check):
        """Pictures of noise (n, d), each drawn once."""
        return np.stack([room.picture(noise[None], check) for noise in noises])

    def moved(state, noises):
        """Noises (n, d) after an edit, as the explorer makes them."""
        return editor.kept_rows(state, noises, lambda rows: draw(rows, films.worker.check))

    films = Films(
        state=lambda: explorer.state,
        noise=lambda: editor.start(explorer.state),
        moved=moved,
        others=explorer.others,
        draw=draw,
        shared=lambda: explorer.shared and (explorer.shared, editor.view),
        threads=explorer.worker.threads,
    )
    return films
