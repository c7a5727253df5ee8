"""Solvers beside diffusers' own inverse schedulers, on a tiny model of the real class."""

import numpy as np
import pytest
from diffusers import DDIMScheduler

from unelib.inversion.cost_accuracy import PEERS, frontier, peer
from unelib.models.generators import load_generator

from ..helpers.tiny_models import SCALED_LINEAR


@pytest.fixture
def gen(model_folder):
    return load_generator(model_folder("ddim"), device="cpu")


@pytest.mark.slow
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


@pytest.mark.parametrize("name", PEERS)
def test_peers_are_told_that_they_are_given_epsilon(gaussian, name):
    latent, found = np.random.default_rng(0).standard_normal((2, 1, 4, 4)).astype(np.float32), []
    for prediction in ("epsilon", "v_prediction"):
        gaussian.scheduler = DDIMScheduler(**SCALED_LINEAR, prediction_type=prediction)
        found.append(peer(gaussian, name, 6)[0](latent)[0])
    np.testing.assert_array_equal(*found)


def test_methods_that_cannot_be_are_refused_before_any_work(gaussian, gaussian_flow):
    noise, pixels = np.ones((2, 1, 4, 4), np.float32), np.full((2, 4, 4, 3), 90, np.uint8)
    for method, message in (
        ("foo", "unknown method 'foo'; choose one of 'diffusers DDIM', .*, or 'solver, grid' such as 'ab2, karras'"),
        ("foo, karras", "unknown solver 'foo'"),
        ("ab2, foo", "unknown grid 'foo'"),
    ):
        with pytest.raises(ValueError, match=message):
            frontier(gaussian, noise, pixels, ["ab2, karras", method], [4])
    with pytest.raises(ValueError, match="gaussian is a flow, which 'diffusers DDIM' cannot solve; choose 'solver"):
        frontier(gaussian_flow, noise, pixels, ["ab2, uniform", "diffusers DDIM"], [4])
    assert gaussian.calls == gaussian_flow.calls == 0
