"""What an explorer has folded away below its pictures; each part is made when it is first opened."""

from collections.abc import Callable
from typing import Any

import numpy as np

from ..core.extras import needed
from .film_panel import Films
from .gallery import Gallery
from .latent_map import MOST_POINTS, LatentMap
from .map_planes import principal_plane
from .own_picture import TRIPS
from .start_pictures import StartPictures
from .swipe import Swipe
from .upload import Upload

w: Any = needed("ipywidgets", "explorer")


class FoldedParts(w.Accordion):
    """Parts of an explorer under their titles.

    Parameters
    ----------
    explorer : Explorer
        Whose parts they are.

    Attributes
    ----------
    made : dict {title: widget}
        Those that were opened, or asked for by `part`.
    """

    def __init__(self, explorer: Any) -> None:
        self.explorer = explorer
        self.makers: dict[str, Callable[[Any], Any]] = {
            "before and after on one place": swipe_of,
            "choose an image": gallery_of,
            "a map of the images": map_of,
            "your own photograph": upload_of,
            "films: a strip, nine images, a morph, a random walk": films_of,
            "this edit, to save, load and copy as code": lambda explorer: explorer.data,
        }
        self.made: dict[str, Any] = {}
        super().__init__([w.VBox() for _ in self.makers], titles=tuple(self.makers))
        self.observe(self.opened, "selected_index")

    def opened(self, change):
        """Make the part that was opened."""
        if change["new"] is not None:
            self.part(self.titles[change["new"]])

    def part(self, title: str) -> Any:
        """The part under a title, made if it was not opened yet."""
        if title not in self.made:
            self.made[title] = self.makers[title](self.explorer)
            self.children[self.titles.index(title)].children = [self.made[title]]
        return self.made[title]

    def follow(self) -> None:
        """Have the parts that were opened show the explorer's present pictures."""
        for part in self.made.values():
            if isinstance(part, Swipe):
                show_both(part, self.explorer)
            if isinstance(part, LatentMap):
                show_way(part, self.explorer)

    def stop(self) -> None:
        """End what the parts are drawing, and their threads."""
        for part in self.made.values():
            if hasattr(part, "worker"):
                part.worker.close()


def swipe_of(explorer):
    """A divider between before and after."""
    swipe = Swipe()
    if explorer.finished is not None:
        show_both(swipe, explorer)
    return swipe


def show_both(swipe, explorer):
    """The explorer's present pictures with what they are."""
    which, edit = explorer.told(explorer.finished.state)
    swipe.show(explorer.drawn.before, explorer.drawn.after, f"{which}, before", f"{which}, {edit}")


def gallery_of(explorer):
    """Thumbnails of the images there are to choose from."""
    pictures = StartPictures(explorer.gen, explorer.noises, explorer.ids)
    gallery = Gallery(pictures, explorer.ids, explorer.labels)
    gallery.observe(lambda change: explorer.board.choose(image=str(explorer.ids[change["new"]])), "value")
    return gallery


def map_of(explorer):
    """All images there are to choose from in two principal components of their noise, with the edit's way."""
    zoo, view = explorer.zoo, explorer.editor.view
    plane = principal_plane(zoo.rows(view, zoo.split == "train"), explorer.editor.unit)
    shown = slice(0, MOST_POINTS)
    pictures = StartPictures(explorer.gen, explorer.noises[shown], explorer.ids[shown])
    latent_map = LatentMap(plane, explorer.noises[shown], pictures, explorer.ids[shown], explorer.labels[shown])
    latent_map.observe(lambda change: explorer.board.choose(image=str(explorer.ids[change["new"]])), "value")
    show_way(latent_map, explorer)
    return latent_map


def show_way(latent_map, explorer):
    """The edit's way on the map, from the noise before to the noise after."""
    if explorer.finished is not None:
        latent_map.draw_path(np.concatenate([explorer.editor.start(explorer.finished.state), explorer.drawn.noise]))


def upload_of(explorer):
    """A photograph of one's own, which is then edited."""
    pictures = StartPictures(explorer.gen, explorer.noises[:TRIPS], explorer.ids[:TRIPS])
    upload = Upload(explorer.gen, explorer.noises, pictures[:], explorer.worker.threads)
    upload.observe(lambda change: take_own(explorer, change["new"]), "value")
    return upload


def take_own(explorer, picture):
    """Edit the picture that was uploaded."""
    explorer.editor.own = picture.noise
    explorer.board.choose()


def films_of(explorer):
    """Films of the present edit."""
    editor, room = explorer.editor, explorer.darkroom

    def draw(noises, check):
        """Pictures of noise (n, d), each drawn once."""
        return np.stack([room.picture(noise[None], check) for noise in noises])

    return Films(
        state=lambda: explorer.state,
        noise=lambda: editor.start(explorer.state),
        moved=editor.applied,
        others=explorer.others,
        draw=draw,
        threads=explorer.worker.threads,
    )
