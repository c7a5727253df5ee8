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


def part(explorer, title):
    """The part under a title, opened as a visitor opens it."""
    explorer.parts.buttons[title].value = True
    return explorer.parts.made[title]


def test_a_part_is_made_when_it_is_opened_and_once(explorer):
    gallery = part(explorer, "gallery")
    explorer.parts.buttons["gallery"].value = False
    assert not any(gallery in frame.children for frame in explorer.parts.shelf.children)
    assert part(explorer, "gallery") is gallery and gallery in explorer.parts.shelf.children[0].children


def test_an_image_is_chosen_in_the_gallery(explorer):
    gallery = part(explorer, "gallery").filter("Smiling", "lacks")
    row = int(gallery.rows[2])
    gallery.value = row
    assert explorer.state.image == explorer.ids[row] and explorer.image.value == row


def test_gallery_and_map_mark_the_image_that_is_edited_and_lead_back_from_a_sample(explorer):
    gallery, page = part(explorer, "gallery"), part(explorer, "map")
    explorer.image.value = 5
    assert gallery.value == page.map.value == 5
    explorer.fresh.click()
    assert gallery.value is None and page.map.value is None and explorer.state.seed is not None
    gallery.value = 5
    assert explorer.state.image == explorer.ids[5] and page.map.value == 5


def test_an_image_is_chosen_on_the_map_and_the_edit_is_drawn_there(explorer):
    page = part(explorer, "map")
    planes = ["scores of Smiling and Young", "principal components", "shared with encoders"]
    assert list(page.plane.options) == planes
    page.map.value = 7
    assert explorer.state.image == explorer.ids[7] and explorer.image.value == 7
    explorer.sliders["Young"].value = 4
    explorer.wait()
    start, end = page.map.path
    np.testing.assert_allclose(start, page.map.plane.of(explorer.noises[[7]])[0], atol=1e-6)
    assert end[1] - start[1] > 2 * abs(end[0] - start[0])
    page.plane.value = "principal components"
    assert "two directions at random would show" in page.map.plane.told and np.shape(page.map.path) == (2, 2)
    page.plane.value = "shared with encoders"
    assert page.map.plane.names[0] == "1st shared dimension, standard deviations"
    explorer.reset.click()
    explorer.wait()
    assert page.map.path[0] == page.map.path[1]


def test_in_h_space_the_noise_stays_where_it_is_on_the_map(explorer):
    page = part(explorer, "map")
    explorer.method.value, explorer.sliders["Smiling"].value = "h-space", 6
    explorer.wait()
    assert (explorer.after != explorer.before).any() and page.map.path[0] == page.map.path[1]
    explorer.method.value = "pullback vectors"
    explorer.board.vectors["vector 1"].value = 6
    explorer.wait()
    assert page.map.path[0] != page.map.path[1]
    explorer.method.value = "difference of class means"


def test_the_divider_follows_what_is_drawn(explorer):
    swipe = part(explorer, "divider")
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
    upload = part(explorer, "own photograph")
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


def test_identity_falls_the_further_an_edit_goes(explorer):
    explorer.board.choose(image=str(explorer.ids[3]))
    found = []
    for strength in (0.5, 3, 8):
        explorer.sliders["Young"].value = strength
        explorer.wait()
        found.append(explorer.alike(explorer.state))
    assert 1 > found[0] > max(found[1:]) > 0 and found[0] > 0.7
    assert f"Identity: {found[2]:.2f} (cosine by drawn-clip)" in explorer.facts.value
