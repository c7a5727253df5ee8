"""Solvers beside diffusers' own inverse schedulers, on a tiny model of the real class."""

import numpy as np
import pytest

from unelib.frontier import PEERS, frontier
from unelib.generators import load_generator


@pytest.fixture
def gen(model_folder):
    return load_generator(model_folder("ddim"), device="cpu")


def test_every_method_has_a_row_for_each_number_of_steps(gen, faces):
    noise = np.random.default_rng(0).standard_normal((2, *gen.latent_shape)).astype(np.float32)
    table = frontier(gen, noise, faces[:2], ["ab2, karras", "bdia, log-sigma", *PEERS], [4, 8], exact_steps=20)
    assert list(table.method[::2]) == ["ab2, karras", "bdia, log-sigma", *PEERS]
    assert (table.calls[:4] == [4, 8, 4, 8]).all() and (table.calls <= table.steps).all()
    assert np.isfinite(table.drop(columns="method").to_numpy()).all()
    assert (table.low <= table.error).all() and (table.error <= table.high).all()


def test_the_exact_solver_s_round_trip_is_exact(gaussian):
    noise, pixels = np.ones((2, 1, 4, 4), np.float32), np.random.default_rng(0).integers(0, 256, (3, 4, 4, 3), np.uint8)
    table = frontier(gaussian, noise + pixels[0, :, :, 0] / 255, pixels, ["bdia, karras", "ddim, karras"], [6])
    assert table.latent_error[0] < 1e-4 < table.latent_error[1]


def test_a_better_solver_recovers_better(gaussian):
    noise = 0.2 * np.random.default_rng(0).standard_normal((3, 1, 4, 4)).astype(np.float32)
    pixels = np.full((2, 4, 4, 3), 90, np.uint8)
    table = frontier(gaussian, noise, pixels, ["ab2, karras", "ddim, trailing"], [25])
    assert table.error[0] < table.error[1] / 10 and table.psnr[0] > table.psnr[1]
