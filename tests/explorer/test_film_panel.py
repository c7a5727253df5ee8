"""Films on the page, driven through the traits of their controls."""

import re
import threading

import numpy as np
import pytest

from unelib.editing.edit_state import EditState
from unelib.explorer.film_panel import KINDS_OF_FILM, Films
from unelib.inversion.deterministic import generate
from unelib.inversion.ode import solved_by

from .test_films import moved


class Panel:
    """What a panel hands to its films: a Gaussian world, whose pictures count how often they are asked for."""

    def __init__(self, gen):
        self.gen, self.edit, self.calls = solved_by(gen, 4, "ab2", "karras"), {"right": 2.0}, 0
        self.noises = np.random.default_rng(0).standard_normal((30, 16)).astype(np.float32)
        self.gate = threading.Event()
        self.gate.set()

    def state(self):
        return EditState("gaussian", image="<a>", strengths=self.edit)

    def noise(self):
        return self.noises[:1]

    def others(self, k):
        return self.noises[1 : k + 1], [f"other-{i}" for i in range(k)]

    def draw(self, noises, check):
        self.calls += 1
        self.gate.wait(60)
        check()
        return generate(self.gen, noises)


@pytest.fixture
def panel(gaussian):
    return Panel(gaussian)


@pytest.fixture
def films(panel):
    films = Films(panel.state, panel.noise, moved, panel.others, panel.draw)
    yield films
    panel.gate.set()
    films.close()


def draw(films, kind):
    films.kind.value = kind
    films.button.click()
    assert films.wait(60)
    return films.value


@pytest.mark.parametrize("kind, shape", [("strip", (1, 9)), ("many", (2, 9)), ("morph", (2, 7)), ("walk", (1, 24))])
def test_each_film_is_drawn_whole_with_its_files(films, panel, kind, shape):
    found = draw(films, kind)
    assert found.images.shape[:2] == found.film.noises.shape[:2] == shape
    np.testing.assert_array_equal(
        found.images.reshape(-1, 4, 4, 3), generate(panel.gen, found.film.noises.reshape(-1, 16))
    )
    assert found.sheet.startswith(b"\x89PNG") and found.moving.startswith(b"GIF89a")
    assert films.links.value.count("download=") == 3


def test_pictures_say_what_is_seen_and_names_from_data_are_text(films):
    draw(films, "walk")
    alts = re.findall(r'alt="([^"]*)"', films.view.value)
    assert len(alts) == 2 and all("random walk 0 from image &lt;a&gt;" in alt for alt in alts)
    assert "<a>" not in films.view.value + films.status.value


def test_a_morph_leads_to_the_chosen_image(films, panel):
    films.partner.value = 5
    found = draw(films, "morph")
    np.testing.assert_allclose(found.film.noises[:, -1], panel.noises[[6, 6]], atol=1e-6)
    assert "to image other-5" in found.film.title


def test_the_edit_is_that_of_when_the_button_was_pressed(films, panel):
    panel.gate.clear()
    films.kind.value = "many"
    films.button.click()
    panel.edit = {"up": -1.0}
    panel.gate.set()
    films.wait(60)
    assert films.value.film.title.startswith("right +2")


def test_an_edit_that_moves_nothing_is_told_and_the_film_before_stays(films, panel):
    before = draw(films, "walk")
    panel.edit = {}
    assert draw(films, "strip") is before
    assert "the edit moves nothing" in films.status.value
    assert draw(films, "morph") is not before  # which needs no edit


def test_a_newer_film_ends_the_older_and_so_does_stop(films, panel):
    panel.gate.clear()
    films.kind.value = "walk"
    films.button.click()
    while panel.calls == 0:
        pass
    films.kind.value = "strip"
    films.button.click()
    panel.gate.set()
    films.wait(60)
    assert "from -4 to +4" in films.value.film.title and panel.calls == 1 + 3 + 1
    films.stop()
    films.wait(60)
    assert "from -4 to +4" in films.value.film.title


def test_a_fault_of_the_model_is_told(films, monkeypatch):
    films.draw = lambda *_: 1 / 0
    assert draw(films, "strip") is None
    assert "no film was drawn (ZeroDivisionError" in films.status.value


def test_only_controls_that_the_film_needs_are_shown(films):
    for kind in KINDS_OF_FILM:
        films.kind.value = kind
        assert (films.partner.layout.display is None) == (kind == "morph")
        assert (films.seed.layout.display is None) == (kind == "walk")


def test_on_paper_it_is_the_film_that_is_shown(films, closed):
    with pytest.raises(RuntimeError, match="no film is drawn yet"):
        films.figure()
    draw(films, "strip")
    assert films.figure().axes[0].images


def test_closed_it_leaves_no_thread(panel):
    before = set(threading.enumerate())
    films = Films(panel.state, panel.noise, moved, panel.others, panel.draw)
    films.button.click()
    films.close()
    assert set(threading.enumerate()) <= before
