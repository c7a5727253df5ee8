"""The folded parts of an explorer: made when opened, they choose what is edited and show what is drawn."""

import io

import numpy as np
import pytest
from PIL import Image

from unelib.explorer.panels import Explorer
from unelib.probing.linear_probe import LinearProbe
from unelib.running.workspace import Workspace


@pytest.fixture(scope="module")
def explorer():
    zoo = Workspace("tour").zoo
    learn = np.flatnonzero(zoo.split == "train")[:300]
    probe = LinearProbe("mean-difference").fit(zoo.rows("drawn-ldm", learn), zoo.labels.iloc[learn])
    explorer = Explorer(zoo, "drawn-ldm", probe, attributes=["Smiling", "Young"], rows=zoo.split == "test")
    yield explorer
    explorer.close()


def part(explorer, words):
    """The part whose title has these words."""
    return explorer.parts.part(next(title for title in explorer.parts.titles if words in title))


def test_a_part_is_made_when_it_is_opened_and_once(explorer):
    assert all(not child.children for child in explorer.parts.children) or explorer.parts.made
    index = [*explorer.parts.makers].index("choose an image")
    explorer.parts.selected_index = index
    gallery = explorer.parts.children[index].children[0]
    explorer.parts.selected_index = None
    explorer.parts.selected_index = index
    assert explorer.parts.children[index].children[0] is gallery is part(explorer, "choose an image")


def test_an_image_is_chosen_in_the_gallery(explorer):
    gallery = part(explorer, "choose an image").filter("Smiling", "lacks")
    row = int(gallery.rows[2])
    gallery.value = row
    assert explorer.state.image == explorer.ids[row] and explorer.image.value == row


def test_an_image_is_chosen_on_the_map_and_the_edit_is_drawn_there(explorer):
    latent_map = part(explorer, "map")
    latent_map.value = 7
    assert explorer.state.image == explorer.ids[7] and explorer.image.value == 7
    explorer.sliders["Young"].value = 4
    explorer.wait()
    start, end = latent_map.path
    np.testing.assert_allclose(start, latent_map.plane.of(explorer.noises[[7]])[0], atol=1e-6)
    assert np.hypot(*np.subtract(end, start)) > 0.01
    explorer.reset.click()
    explorer.wait()
    assert latent_map.path[0] == latent_map.path[1]


def test_the_divider_follows_what_is_drawn(explorer):
    swipe = part(explorer, "one place")
    explorer.sliders["Smiling"].value = 3
    explorer.wait()
    assert swipe.after_told.endswith("Smiling +3 standard deviations") and swipe.before != swipe.after
    explorer.reset.click()
    explorer.wait()
    assert swipe.after_told.endswith("not moved") and swipe.before == swipe.after


def test_ones_own_photograph_is_edited(explorer):
    stream = io.BytesIO()
    pixels = np.random.default_rng(0).integers(0, 255, (8, 8, 3), np.uint8)
    Image.fromarray(pixels).resize((80, 96)).save(stream, "PNG")
    upload = part(explorer, "your own photograph")
    upload.take(stream.getvalue(), "mine.png")
    assert upload.wait(60) and "Far from what the model knows" in upload.status.value
    assert explorer.state.image is None and explorer.state.seed is None
    np.testing.assert_array_equal(explorer.before, upload.value.round_trip)
    assert "your own picture" in explorer.before_view.value
    explorer.undo.click()
    assert explorer.state.image is not None


def test_a_film_is_of_the_present_edit(explorer):
    explorer.sliders["Young"].value = 4
    explorer.wait()
    films = part(explorer, "films")
    films.kind.value = "strip"
    films.ask()
    assert films.wait(120)
    np.testing.assert_array_equal(films.value.images[0, -1], explorer.after)
    np.testing.assert_array_equal(films.value.images[0, 4], explorer.before)
