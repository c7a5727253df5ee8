"""A GAN makes pictures of latents that are known, alone or many at once, and refuses what needs noise levels."""

import json

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from unelib import HSpace, generate, invert, load_generator, local_basis, walk
from unelib.geometry import left_open, log_likelihood
from unelib.inversion import encode, generate_latents, recovery, round_trip
from unelib.linalg import Direction
from unelib.models import GanGenerator, save_gan
from unelib.models.gan_generators import Dcgan, as_begun

Z = np.random.default_rng(0).standard_normal((5, 6, 1, 1)).astype(np.float32)


@pytest.fixture
def folder(tmp_path):
    return save_gan(tmp_path / "gan", as_begun(Dcgan(6, [8, 4], 3), seed=1).state_dict())


@pytest.fixture
def gan(folder):
    return load_generator(str(folder), "cpu")


def test_sizes_are_those_of_the_tensors(gan):
    assert isinstance(gan, GanGenerator)
    assert (gan.latent_shape, gan.latent_dim, gan.image_size) == ((6, 1, 1), 6, 16)


def test_a_picture_is_the_networks_own(gan):
    with torch.no_grad():
        made = gan.network(torch.from_numpy(Z)).permute(0, 2, 3, 1).numpy()
    assert np.abs(generate(gan, Z).astype(float) - (made + 1) * 127.5).max() <= 0.51


def test_a_picture_does_not_depend_on_the_batch_or_on_steps(gan):
    whole = generate(gan, Z)
    assert whole.shape == (5, 16, 16, 3) and whole.dtype == np.uint8 and whole.std() > 1
    for how in ({"batch_size": 1}, {"batch_size": "auto"}, {"steps": 3, "solver": "heun"}):
        assert np.abs(generate(gan, Z[:, :, 0, 0], **how).astype(int) - whole).max() <= 1


def test_its_latents_are_the_noise(gan):
    np.testing.assert_array_equal(generate_latents(gan, Z), Z)


def test_grey_pictures_have_three_equal_channels(tmp_path):
    gan = load_generator(str(save_gan(tmp_path, as_begun(Dcgan(6, [4], 1)).state_dict())))
    pixels = generate(gan, Z)
    assert pixels.shape == (5, 8, 8, 3) and (pixels == pixels[..., :1]).all()


def test_walks_need_no_inversion(gan):
    assert walk(gan, Z, Direction("x", np.eye(6)[0]), [0, 1]).shape == (2, 5, 16, 16, 3)


def test_untrained_is_another_network_with_pictures_that_differ(folder, gan):
    one, two = (load_generator(f"untrained:{folder}") for _ in range(2))
    pictures = generate(one, Z)
    np.testing.assert_array_equal(pictures, generate(two, Z))
    assert one.settings["weights"] != gan.settings["weights"] and pictures.std(0).mean() > 1


PIXELS = np.zeros((2, 16, 16, 3), np.uint8)


@pytest.mark.parametrize(
    "ask",
    [
        lambda gan: invert(gan, PIXELS),
        lambda gan: recovery(gan, Z),
        lambda gan: round_trip(gan, PIXELS),
        lambda gan: encode(gan, PIXELS),
        lambda gan: gan.schedule(10, "karras"),
        lambda gan: gan.eps(torch.from_numpy(Z), 1.0),
        lambda gan: gan.slope(torch.from_numpy(Z), 1.0),
        lambda gan: gan.to_latent(PIXELS),
        lambda gan: log_likelihood(gan, Z),
        lambda gan: left_open(gan, Z),
        lambda gan: gan.unet,
    ],
)
def test_what_needs_noise_levels_or_a_way_back_is_refused_in_a_sentence(gan, ask):
    with pytest.raises((ValueError, AttributeError), match="is a GAN") as told:
        ask(gan)
    assert "has no" in str(told.value) and "\n" not in str(told.value)


@pytest.mark.parametrize("ask", [HSpace, lambda gan: local_basis(gan, Z, 500, 2)])
def test_there_is_no_bottleneck_to_move(gan, ask):
    with pytest.raises(ValueError, match="has no mid block, so it has no h-space"):
        ask(gan)


@pytest.mark.parametrize(
    "config, told",
    [
        ({"latent_dim": 6, "channels": 3}, "lacks widths"),
        ({"latent_dim": 6, "widths": [], "channels": 3}, "None among its sizes"),
        ({"latent_dim": 6.5, "widths": [4], "channels": 3}, "6.5 among its sizes"),
        ({"latent_dim": 6, "widths": [4], "channels": 2}, "2 channels"),
        ({"latent_dim": 7, "widths": [8, 4], "channels": 3}, "size mismatch"),
    ],
)
def test_a_config_that_does_not_fit_is_refused(folder, config, told):
    (folder / "config.json").write_text(json.dumps(config))
    with pytest.raises(ValueError, match=told):
        load_generator(str(folder))


def test_a_folder_without_a_config_says_what_is_missing(folder):
    (folder / "config.json").unlink()
    with pytest.raises(ValueError, match="lacks latent_dim, widths, channels"):
        load_generator(str(folder))


@pytest.mark.parametrize(
    "tensors, told", [({}, "0 kernels"), ({f"main.{i}.weight": torch.zeros(2, 2, 3, 3) for i in (0, 3)}, "not a DCGAN")]
)
def test_what_is_no_such_stack_is_not_saved(tmp_path, tensors, told):
    with pytest.raises(ValueError, match=told):
        save_gan(tmp_path / "new", tensors)
    assert not (tmp_path / "new").exists()


def test_weights_that_lack_a_tensor_are_refused(folder):
    file = folder / "generator.safetensors"
    tensors = load_file(file)
    del tensors["main.0.weight"]
    save_file(tensors, file)
    with pytest.raises(ValueError, match="Missing key"):
        load_generator(str(folder))
