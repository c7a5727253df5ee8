"""Maps of features: what `block_activations` and `layer_activations` average, place by place, the same in any batch."""

import numpy as np
import pytest
import torch

from unelib.geometry.denoiser_blocks import block_activations, clean_and_fresh, under_noise
from unelib.geometry.encoder_layers import PATCHES, layer_activations
from unelib.geometry.feature_maps import as_square, block_maps, layer_maps, patch_maps, state_maps
from unelib.geometry.hooks import bottleneck
from unelib.models.encoders import load_encoder
from unelib.models.generators import load_generator


@pytest.fixture(scope="module")
def load(model_folder):
    return lambda name, **options: load_generator(model_folder(name), "cpu", **options)


@pytest.fixture(scope="module")
def pixels():
    return np.random.default_rng(0).integers(0, 256, (3, 16, 16, 3), dtype=np.uint8)


@pytest.mark.parametrize("name", ["sd", "ddpm", "dit", "flux"])
def test_maps_have_the_means_that_block_activations_gives(load, pixels, name):
    gen = load(name)
    maps, means = (get(gen, pixels, [50, 400.5], seed=3) for get in (block_maps, block_activations))
    assert list(maps) == list(means)
    for key, h in maps.items():
        assert h.ndim == 4 and h.dtype == np.float32
        np.testing.assert_allclose(h.mean((2, 3)), means[key], atol=1e-5)


@pytest.mark.parametrize("name", ["sd", "ldm"])
def test_a_map_does_not_depend_on_batches_or_on_other_pictures(load, pixels, name):
    gen = load(name)
    whole, parts = (block_maps(gen, pixels, [50], ["up_blocks.1"], batch_size=n)["up_blocks.1", 50] for n in (3, 2))
    np.testing.assert_allclose(parts, whole, atol=1e-5)
    turned = block_maps(gen, pixels[[2, 0]], [50], ["up_blocks.1"])["up_blocks.1", 50]
    np.testing.assert_allclose(turned, whole[[2, 0]], atol=1e-5)


def test_maps_of_noised_states_are_those_of_the_pictures_and_of_the_bottleneck(load, pixels):
    gen = load("ldm")
    x = under_noise(gen, *clean_and_fresh(gen, pixels, 0), 300)
    found = state_maps(gen, x, 300, ["mid_block", "up_blocks.0"], batch_size=2)
    given = block_maps(gen, pixels, [300], ["mid_block", "up_blocks.0"])
    for name, h in found.items():
        np.testing.assert_allclose(h, given[name, 300], atol=1e-5)
    np.testing.assert_allclose(found["mid_block"], bottleneck(gen, x, 300).detach(), atol=1e-5)


def test_tokens_are_laid_out_row_by_row():
    tokens = torch.arange(6 * 6 * 2.0).reshape(1, 36, 2)
    np.testing.assert_array_equal(as_square(tokens, "x")[0, 0], 2 * np.arange(36).reshape(6, 6))
    with pytest.raises(RuntimeError, match="x gives 35 tokens, which are no square"):
        as_square(tokens[:, 1:], "x")


@pytest.mark.parametrize("name", ["clip", "siglip", "dinov2-registers"])
def test_maps_of_layers_have_the_means_of_their_patches(model_folder, faces, name):
    encoder = load_encoder(model_folder(name), "cpu")
    maps, means = layer_maps(encoder, faces, batch_size=3), layer_activations(encoder, faces)
    assert list(maps) == [1, 2] and list(layer_maps(encoder, faces, [2, 0, 2])) == [2, 0]
    for layer, h in maps.items():
        np.testing.assert_allclose(h.mean((2, 3)), means[layer, PATCHES], atol=1e-5)


def test_patches_are_the_pixels_about_each_place(pixels):
    maps = patch_maps(pixels, 3).reshape(3, 3, 3, 3, 16, 16)  # colours, rows and columns of the patch, places
    colours = pixels.transpose(0, 3, 1, 2) / 127.5 - 1
    np.testing.assert_allclose(maps[:, :, 1, 1], colours, atol=1e-6)
    np.testing.assert_allclose(maps[:, :, 0, 2, 1:, :-1], colours[:, :, :-1, 1:], atol=1e-6)
    np.testing.assert_allclose(maps[:, :, 2, 1, -1], colours[:, :, -1], atol=1e-6)  # the edge goes on
    coarse = patch_maps(pixels, 1, every=2)
    np.testing.assert_allclose(coarse, colours.reshape(3, 3, 8, 2, 8, 2).mean((3, 5)), atol=1e-6)


def test_errors(load, pixels, model_folder, faces):
    gen, encoder = load("ldm"), load_encoder(model_folder("clip"), "cpu")
    with pytest.raises(ValueError, match="has no block 'up_blocks.9'; its blocks are"):
        block_maps(gen, pixels, [10], ["up_blocks.9"])
    with pytest.raises(ValueError, match="no block was asked for"):
        state_maps(gen, np.zeros((1, *gen.latent_shape)), 10, [])
    with pytest.raises(ValueError, match="timestep 1001 is outside the schedule"):
        state_maps(gen, np.zeros((1, *gen.latent_shape)), 1001, ["mid_block"])
    with pytest.raises(ValueError, match="takes noise of shape"):
        state_maps(gen, np.zeros((1, 3)), 10, ["mid_block"])
    with pytest.raises(ValueError, match="layer 7 of .* was asked for; choose from 0 to 2"):
        layer_maps(encoder, faces, [1, 7])
    with pytest.raises(ValueError, match="no layer of .* was asked for"):
        layer_maps(encoder, faces, [])
    with pytest.raises(ValueError, match="does not show its layers"):
        layer_maps(gen, faces)
    for side in (4, 0):
        with pytest.raises(ValueError, match=f"side is {side}; give an odd number of pixels"):
            patch_maps(pixels, side)
    with pytest.raises(ValueError, match="every is 3, which does not divide pictures of 16 x 16"):
        patch_maps(pixels, 3, every=3)
