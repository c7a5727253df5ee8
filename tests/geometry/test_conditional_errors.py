"""Errors of told denoisers are those of a world whose class densities are known, pair by pair the same for all."""

import numpy as np
import pytest
import torch

from unelib.geometry.conditional_errors import (
    Questions,
    denoising_errors,
    error_encoder,
    even_places,
    noised_to,
    pair_errors,
)
from unelib.geometry.diffusion_classifier import classify
from unelib.models.closed_form import ExactClasses, ExactFlow, ExactGaussian
from unelib.models.generators import load_generator
from unelib.store.zoo import NoiseZoo
from unelib.worlds.image_sets import load_images

CLASSES = ["0", "1", "2"]


def drawn(gen, n=200):
    """Latents of a mixture's classes in turn, and their classes."""
    rng, y = np.random.default_rng(0), np.arange(n) % len(gen.classes)
    z = rng.standard_normal((n, *gen.latent_shape)) * gen.variance[y].sqrt().numpy() + gen.mean[y].numpy()
    return z.astype(np.float32), y


def centred_rows(X):
    return X - X.mean(1, keepdims=True)


def test_differences_of_errors_over_log_sigma_are_those_of_log_densities():
    gen = ExactClasses()
    z, y = drawn(gen)
    known = gen.log_p(torch.from_numpy(z)).numpy()
    errors = denoising_errors(gen, z, CLASSES, 1000, "log-sigma", batch_size=200)
    found = -errors * gen.latent_dim * np.log(gen.levels[-1] / gen.levels[0])
    off, spread = (centred_rows(part).std() for part in (found - known, known))
    assert off < 0.05 * spread
    assert (found.argmax(1) == known.argmax(1)).mean() > 0.97
    assert abs((found.argmax(1) == y).mean() - (known.argmax(1) == y).mean()) < 0.02


def test_half_of_the_levels_do_not_give_the_densities():
    gen = ExactClasses()
    z, _ = drawn(gen)
    known = gen.log_p(torch.from_numpy(z)).numpy()
    errors = denoising_errors(gen, z, CLASSES, 500, "log-sigma", (0.5, 1.0), batch_size=200)
    found = -errors * gen.latent_dim * np.log(gen.levels[-1] / gen.levels[0]) / 2
    assert centred_rows(found - known).std() > 0.2 * centred_rows(known).std()


def test_conditions_share_their_pairs_so_that_their_order_is_that_of_columns():
    gen, order = ExactClasses(), [2, 0, 1]
    z, _ = drawn(gen, 20)
    errors, turned = (pair_errors(gen, z, names, 6) for names in (CLASSES, [CLASSES[i] for i in order]))
    np.testing.assert_array_equal(turned, errors[:, order])


def test_neither_batches_nor_more_pairs_change_an_error():
    gen = ExactClasses()
    z, _ = drawn(gen, 10)
    errors = pair_errors(gen, z, CLASSES, 8)
    np.testing.assert_allclose(pair_errors(gen, z, CLASSES, 8, batch_size=3), errors, rtol=1e-6)
    np.testing.assert_array_equal(pair_errors(gen, z, CLASSES, 3), errors[..., :3])
    np.testing.assert_array_equal(denoising_errors(gen, z, CLASSES, 8), errors.mean(2))
    assert np.abs(pair_errors(gen, z, CLASSES, 8, seed=1) - errors).max() > 0.1


def test_the_error_of_the_untold_denoiser_is_least_on_average():
    """E[eps | x] is the best guess of all where the class is not known."""
    gen = ExactClasses()
    z, _ = drawn(gen, 600)
    asked = Questions(gen, CLASSES, 20, "log-sigma", (0.0, 1.0), 0)
    asked.told.append(gen)
    clean = torch.from_numpy(z)
    mean = np.array([[asked.errors(clean, pair, c).mean() for c in range(4)] for pair in range(20)]).mean(0)
    assert mean[3] < mean[:3].min()


@pytest.mark.parametrize("n", [5, 8, 13, 40])
def test_the_first_places_are_spread_evenly_too(n):
    gaps = np.diff(np.sort(even_places(n)), prepend=0, append=1)
    assert gaps.max() < 2.7 / n


@pytest.mark.parametrize("world, grid", [(ExactGaussian, "karras"), (ExactFlow, "uniform")])
def test_states_hold_picture_and_noise_in_the_schedules_shares(world, grid):
    schedule = world().schedule(10, grid)
    one, none = torch.ones(1, 1, 4, 4), torch.zeros(1, 1, 4, 4)
    signal, noise = (float(noised_to(schedule, 5, *pair)[0, 0, 0, 0]) for pair in ((one, none), (none, one)))
    assert np.isclose(noise / signal, schedule.sigmas[5])
    assert np.isclose(signal + noise if schedule.flow else signal**2 + noise**2, 1)


def test_texts_are_conditions_too(model_folder):
    gen = load_generator(model_folder("sd"), "cpu", conditions=["a cat", "a dog", "an owl"])
    pixels = np.random.default_rng(0).integers(0, 256, (3, 16, 16, 3), np.uint8)
    errors = denoising_errors(gen, pixels, ["a cat", "a dog"], 3)
    assert errors.shape == (3, 2) and (errors[:, 0] != errors[:, 1]).all()
    alone = load_generator(model_folder("sd"), "cpu", prompt="a dog")
    asked = Questions(gen, ["a cat", "a dog"], 1, "uniform", (0.0, 1.0), 0)
    asked.told[0] = alone
    clean = asked.clean(pixels)
    np.testing.assert_allclose(asked.errors(clean, 0, 0), asked.errors(clean, 0, 1), rtol=1e-6)


@pytest.mark.parametrize("name, conditions", [("sd3", ["cat", "dog"]), ("dit", ["0", "3"])])
def test_flows_and_transformers_of_classes_are_asked_alike(name, conditions, model_folder):
    gen = load_generator(model_folder(name), "cpu", conditions=[] if name == "dit" else conditions)
    pixels = np.random.default_rng(0).integers(0, 256, (2, 16, 16, 3), np.uint8)
    assert np.isfinite(denoising_errors(gen, pixels, conditions, 2)).all()


def test_errors_are_a_view_of_a_zoo(tmp_path):
    gen, images = load_generator("fashion-cond-ddpm", "cpu"), load_images("fashion", n=4, split="test")
    enc = error_encoder(gen, ["0", "1", "7"], pairs=2, span=(0.1, 0.6))
    zoo = NoiseZoo(tmp_path).add(images)
    zoo.build("errors", enc.embed, images.pixels, enc.settings, "embedding", dtype="float32", progress=False)
    wanted = denoising_errors(gen, images.pixels, ["0", "1", "7"], 2, span=(0.1, 0.6))
    np.testing.assert_allclose(zoo["errors"], wanted, rtol=1e-5)
    assert zoo.manifest("errors")["settings"]["conditions"] == ["0", "1", "7"]


@pytest.mark.parametrize(
    "changes, message",
    [
        ({"conditions": ["0"]}, "conditions are .'0'.; give two at least, each once"),
        ({"conditions": ["0", "1", "0"]}, "each once"),
        ({"conditions": ["0", "9"]}, "no class '9'; choose 0 to 2"),
        ({"pairs": 0}, "pairs is 0; choose a whole number from 1"),
        ({"grid": "trailing"}, "unknown grid 'trailing'; choose one of uniform, log-sigma, karras"),
        ({"span": (0.5, 0.5)}, "span is .0.5, 0.5.; give two numbers, 0 <= low < high <= 1"),
        ({"span": (0.0, 1.5)}, "span is"),
        ({"span": 0.5}, "span is 0.5"),
        ({"gen": ExactGaussian()}, "gaussian cannot be told a condition"),
        ({"images": np.zeros((2, 3, 4), np.float32)}, "takes noise of shape"),
    ],
)
def test_what_cannot_be_asked_is_said_before_work(changes, message):
    asked = {"gen": ExactClasses(), "images": np.zeros((2, 1, 4, 4), np.float32), "conditions": CLASSES} | changes
    with pytest.raises(ValueError, match=message):
        denoising_errors(**asked)


def test_noise_that_is_not_finite_is_no_error_of_nought():
    gen = ExactClasses()
    gen.classes[1].mean = gen.classes[1].mean * np.nan
    latents = np.zeros((2, 1, 4, 4), np.float32)
    for ask in (denoising_errors, classify):
        with pytest.raises(ValueError, match="mixture finds noise that is not finite at timestep .*float32"):
            ask(gen, latents, CLASSES, 4)


def test_a_text_is_no_list_of_conditions():
    with pytest.raises(TypeError, match="conditions is '012'; give a list"):
        denoising_errors(ExactClasses(), np.zeros((2, 1, 4, 4), np.float32), "012")
