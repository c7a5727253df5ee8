"""Films as noise: where they start, that they go where they say, and what does not change along them."""

import numpy as np
import pytest

from unelib.editing.edit_state import EditState
from unelib.explorer.films import TURN, many_film, morph_film, strip_film, walk_film
from unelib.geometry.interpolation import interpolate
from unelib.latent.une import UNE

RIGHT, UP = np.eye(16, dtype=np.float32)[:2]


def moved(state, noises):
    """An edit along two columns, in standard deviations of 1."""
    return noises + state.strengths.get("right", 0) * RIGHT + state.strengths.get("up", 0) * UP


@pytest.fixture
def noise():
    return np.random.default_rng(0).standard_normal((9, 16)).astype(np.float32)


def test_rows_that_move_the_bottleneck_stand_beside_noise(noise):
    wider = lambda state, noises: np.hstack([noises, np.full((len(noises), 4), state.strengths["right"], "f4")])
    film = strip_film(EditState("g", strengths={"right": 2}), noise[:1], wider)
    assert film.noises.shape == (1, 9, 20)
    np.testing.assert_array_equal(film.noises[0, :, :16], np.tile(noise[:1], (9, 1)))
    np.testing.assert_array_equal(film.noises[0, :, -1], np.linspace(-4, 4, 9))
    assert many_film(EditState("g", strengths={"right": 2}), noise, list("abcdefghi"), wider).noises.shape == (2, 9, 20)


@pytest.mark.parametrize("size", [6, -2, 0.5])
def test_a_strip_goes_from_minus_to_plus_four_and_passes_the_start_exactly(noise, size):
    film = strip_film(EditState("g", strengths={"right": size}), noise[:1], moved)
    steps = film.noises[0] - noise[0]
    np.testing.assert_allclose(steps @ RIGHT, np.arange(-4, 5), atol=1e-5)
    assert np.array_equal(film.noises[0, 4], noise[0])
    assert film.columns == ["-4", "-3", "-2", "-1", "0", "+1", "+2", "+3", "+4"]


def test_in_a_strip_the_other_strengths_go_in_proportion(noise):
    film = strip_film(EditState("g", strengths={"right": 2, "up": -4}), noise[:1], moved)
    steps = film.noises[0] - noise[0]
    np.testing.assert_allclose(steps @ RIGHT, -0.5 * (steps @ UP), atol=1e-5)
    assert film.title == "up from -4 to +4 standard deviations, the other strengths in proportion"


def test_one_edit_on_many_images_is_before_and_after(noise):
    state = EditState("g", strengths={"right": 3})
    film = many_film(state, noise, list("abcdefghi"), moved, "right +3")
    assert np.array_equal(film.noises[0], noise) and np.array_equal(film.noises[1], moved(state, noise))
    assert film.along == "rows" and film.title == "right +3, on 9 images"


def test_an_edit_that_moves_nothing_has_no_film(noise):
    with pytest.raises(ValueError, match="the edit moves nothing.*set a strength first"):
        strip_film(EditState("g"), noise[:1], moved)
    with pytest.raises(ValueError, match="the edit moves nothing"):
        many_film(EditState("g"), noise, list("abcdefghi"), moved)


def test_a_morph_follows_each_path_from_end_to_end(noise):
    a, b = noise[:1], noise[1:2]
    film = morph_film(a, b, ("this", "that"))
    assert film.noises.shape == (2, 7, 16) and film.title == "from this to that, 2 ways"
    for path, kind in zip(film.noises, ("linear", "spherical")):
        np.testing.assert_array_equal(path, interpolate(a, b, np.linspace(0, 1, 7), kind)[:, 0])
        np.testing.assert_allclose(path[[0, -1]], noise[:2], atol=1e-6)


def test_the_third_way_is_that_of_a_shared_space():
    rng = np.random.default_rng(0)
    z = rng.standard_normal((200, 2))
    views = {name: z @ rng.standard_normal((2, 16)) + rng.standard_normal((200, 16)) for name in ("noise", "clip")}
    une = UNE(components=2).fit(views)
    a, b = (views["noise"][[row]].astype(np.float32) for row in (0, 1))
    film = morph_film(a, b, ("this", "that"), (une, "noise"))
    shares = np.linspace(0, 1, 7)
    np.testing.assert_array_equal(film.noises[2], interpolate(a, b, shares, "shared", une, "noise")[:, 0])
    assert film.title.endswith("3 ways") and len(film.rows) == 3


def test_a_walk_stays_on_the_shell_and_turns_by_the_same_angle(noise):
    rows = walk_film(noise[:1], 3, "this", 50).noises[0].astype(float)
    lengths = np.linalg.norm(rows, axis=1)
    np.testing.assert_allclose(lengths, lengths[0], rtol=1e-6)
    cosines = (rows[1:] * rows[:-1]).sum(1) / lengths[0] ** 2
    np.testing.assert_allclose(np.rad2deg(np.arccos(cosines)), TURN, rtol=1e-4)
    assert np.array_equal(rows[0], noise[0])


def test_a_walk_is_smooth_and_its_beginning_does_not_depend_on_its_length(noise):
    long, short = walk_film(noise[:1], 3, "this", 50).noises[0], walk_film(noise[:1], 3, "this", 7).noises[0]
    np.testing.assert_array_equal(long[:7], short)
    steps = np.diff(long, axis=0)
    steps /= np.linalg.norm(steps, axis=1, keepdims=True)
    assert (steps[1:] * steps[:-1]).sum(1).min() > 0.5
    assert not np.array_equal(walk_film(noise[:1], 4, "this", 7).noises, walk_film(noise[:1], 3, "this", 7).noises)
