"""Rows are drawn alike alone and among others; what moves the bottleneck does, and zeros beside noise do nothing."""

import numpy as np
import pytest

from unelib.editing.edited_pictures import pictures_of
from unelib.geometry.hspace import HSpace
from unelib.inversion.deterministic import generate
from unelib.linalg.direction_algebra import Direction
from unelib.models.generators import load_generator

STEPS = 3


@pytest.fixture(scope="module")
def gen(model_folder):
    return load_generator(model_folder("ldm"), "cpu")


@pytest.fixture(scope="module")
def noise(gen):
    return np.random.default_rng(0).standard_normal((4, gen.latent_dim)).astype(np.float32)


@pytest.fixture(scope="module")
def space(gen):
    return HSpace(gen, STEPS)


def some(space, length, seed=1):
    move = np.random.default_rng(seed).standard_normal(space.dim)
    return (length * move / np.linalg.norm(move)).astype(np.float32)


def test_noise_alone_and_with_zeros_beside_it_is_generated(gen, noise, space):
    plain = generate(gen, noise, STEPS)
    np.testing.assert_array_equal(pictures_of(gen, noise, steps=STEPS), plain)
    np.testing.assert_array_equal(pictures_of(gen, np.pad(noise, ((0, 0), (0, space.dim))), steps=STEPS), plain)


def test_the_bottleneck_is_moved_as_h_space_moves_it(gen, noise, space):
    move = some(space, 40)
    rows = np.hstack([noise, np.tile(move, (4, 1))])
    wanted = space.walk(noise, Direction("move", move / np.linalg.norm(move), 40.0), [1.0])[0]
    found = pictures_of(gen, rows, steps=STEPS)
    assert np.abs(found.astype(int) - wanted).max() <= 1 and (found != generate(gen, noise, STEPS)).any()


def test_each_row_has_its_own_move_and_depends_on_no_other(gen, noise, space):
    moves = np.stack([some(space, 40), np.zeros(space.dim, "f4"), some(space, 40), some(space, 40, seed=2)])
    rows = np.hstack([noise, moves])
    together = pictures_of(gen, rows, steps=STEPS)
    alone = np.concatenate([pictures_of(gen, row[None], steps=STEPS) for row in rows])
    assert np.abs(together.astype(int) - alone).max() <= 1
    assert np.abs(together[1].astype(int) - generate(gen, noise[1:2], STEPS)[0]).max() <= 1


def test_fewer_steps_take_the_nearest_moves(gen, noise, space):
    rows = np.hstack([noise[:1], some(space, 40)[None]])
    assert (pictures_of(gen, rows, steps=2) != generate(gen, noise[:1], 2)).any()


def test_columns_that_are_no_bottlenecks_are_refused(gen, noise):
    with pytest.raises(ValueError, match=r"the bottleneck moves by 65 values; .* has 64 at each step"):
        pictures_of(gen, np.hstack([noise, np.ones((4, 65), "f4")]))
