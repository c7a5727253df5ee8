"""Activations of blocks: means of what the network gives, the same in any batch, of every kind of model."""

import numpy as np
import pytest
import torch
from diffusers import DDIMScheduler, LDMPipeline

from unelib.geometry.denoiser_blocks import (
    block_activations,
    block_names,
    over_positions,
    under_noise,
    what_blocks_give,
)
from unelib.geometry.hooks import bottleneck
from unelib.inversion.deterministic import own_noise, to_latents
from unelib.models.generators import Generator, load_generator

from ..helpers.tiny_models import autoencoder, unconditional_unet

BLOCKS = ["down_blocks.0", "down_blocks.1", "mid_block", "up_blocks.0", "up_blocks.1"]
TEXT = {"prompt": "a hat", "guidance": 3.0}


@pytest.fixture(scope="module")
def load(model_folder):
    return lambda name, **options: load_generator(model_folder(name), "cpu", **options)


@pytest.fixture(scope="module")
def pixels():
    return np.random.default_rng(0).integers(0, 256, (5, 16, 16, 3), dtype=np.uint8)


def noise_for(gen, n=2):
    return torch.randn((n, *gen.latent_shape), generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("name", ["sd", "sd2", "lcm", "sdxl", "ldm", "flow", "ddpm", "grey"])
def test_every_kind_of_u_net_gives_all_blocks_at_all_timesteps(load, pixels, name):
    gen = load(name, **TEXT)
    found = block_activations(gen, pixels, [10, 300.5], batch_size=2)
    assert list(found) == [(block, t) for t in (10, 300.5) for block in BLOCKS] and block_names(gen) == BLOCKS
    assert [rows.shape for rows in found.values()] == [(5, d) for d in (8, 16, 16, 16, 8)] * 2
    assert all(rows.dtype == np.float32 and np.isfinite(rows).all() for rows in found.values())


@pytest.mark.parametrize("name, width", [("sd3", 32), ("dit", 8), ("pixart", 16), ("sana", 16)])
def test_transformers_give_the_mean_of_their_image_tokens(load, pixels, name, width):
    found = block_activations(load(name), pixels, [100])
    assert {key: rows.shape for key, rows in found.items()} == {("transformer_blocks.0", 100): (5, width)}
    assert np.ptp(found["transformer_blocks.0", 100], 0).min() > 0


def test_flux_gives_its_blocks_of_both_kinds(load, pixels):
    gen = load("flux")
    found = block_activations(gen, pixels, [100])
    assert [name for name, _ in found] == block_names(gen) == ["transformer_blocks.0", "single_transformer_blocks.0"]
    assert all(rows.shape == (5, 16) and np.ptp(rows, 0).min() > 0 for rows in found.values())
    x, tokens = noise_for(gen), []
    gen.unet.norm_out.register_forward_pre_hook(lambda _, given: tokens.append(given[0].mean(1)))
    gen.predict(x, 100, gen.condition)
    last = what_blocks_give(gen, x, 100, ["single_transformer_blocks.0"], over_positions)
    torch.testing.assert_close(last["single_transformer_blocks.0"], tokens[0])


@pytest.mark.parametrize("name", ["sd", "ldm", "ddpm", "flux", "sana"])
@pytest.mark.parametrize("as_latents", [False, True])
def test_a_row_does_not_depend_on_batches_or_on_other_images(load, pixels, name, as_latents):
    gen = load(name)
    given = to_latents(gen, pixels) if as_latents else pixels
    whole, parts = block_activations(gen, given, [50, 500]), block_activations(gen, given, [50, 500], batch_size=2)
    turned = block_activations(gen, given[[3, 1]], [50, 500])
    for key, rows in whole.items():
        np.testing.assert_allclose(parts[key], rows, atol=1e-5)
        np.testing.assert_allclose(turned[key], rows[[3, 1]], atol=1e-5)


@pytest.mark.parametrize("name", ["sd", "flow", "ddpm"])
def test_the_mid_block_is_the_bottleneck_of_the_noised_latent(load, pixels, name):
    gen = load(name, **TEXT)
    z, e = torch.from_numpy(to_latents(gen, pixels)), torch.from_numpy(own_noise(pixels, gen.latent_shape, 7))
    t = 400.0
    level = t / 1000 if gen.flow else float(gen.sigma_at(t))
    x = (1 - level) * z + level * e if gen.flow else (z + level * e) / (1 + level**2) ** 0.5
    torch.testing.assert_close(under_noise(gen, z, e, t), x, rtol=1e-4, atol=1e-5)
    found = block_activations(gen, pixels, [t], ["mid_block"], seed=7)["mid_block", t]
    np.testing.assert_allclose(found, bottleneck(gen, x, t).mean((2, 3)), atol=1e-4)
    assert np.abs(block_activations(gen, pixels, [t], ["mid_block"], seed=8)["mid_block", t] - found).max() > 1e-4


def test_some_blocks_are_the_same_as_among_all_and_the_network_runs_no_further(load, pixels):
    gen, ran = load("ldm"), []
    everything = block_activations(gen, pixels, [200])
    gen.unet.up_blocks[0].register_forward_hook(lambda *given: ran.append(1))
    inner = "down_blocks.1.resnets.0"
    some = block_activations(gen, pixels, [200], ["mid_block", inner, "mid_block"])
    assert list(some) == [("mid_block", 200), (inner, 200)] and not ran
    np.testing.assert_array_equal(some["mid_block", 200], everything["mid_block", 200])


def test_flat_latents_are_taken_and_no_hook_is_left(load, pixels):
    gen = load("ldm")
    z = to_latents(gen, pixels)
    one, other = (block_activations(gen, given, [9], ["mid_block"]) for given in (z, z.reshape(5, -1)))
    np.testing.assert_array_equal(one["mid_block", 9], other["mid_block", 9])
    assert not any(module._forward_hooks for module in gen.unet.modules())


def test_errors(load, pixels, gaussian):
    gen = load("ldm")
    with pytest.raises(ValueError, match="has no block 'up_blocks.9'; its blocks are down_blocks.0, "):
        block_activations(gen, pixels, [10], ["up_blocks.9"])
    with pytest.raises(TypeError, match="blocks is 'mid_block'; give a list"):
        block_activations(gen, pixels, [10], "mid_block")
    for wanted in ({"timesteps": []}, {"timesteps": [10], "blocks": []}):
        with pytest.raises(ValueError, match="no block or no timestep was asked for"):
            block_activations(gen, pixels, **wanted)
    with pytest.raises(ValueError, match="timestep 1001 is outside the schedule"):
        block_activations(gen, pixels, [1001])
    with pytest.raises(ValueError, match="takes noise of shape"):
        block_activations(gen, np.zeros((2, 3)), [10])
    with pytest.raises(ValueError, match=f"{gaussian.name} has no blocks; choose a U-Net or a transformer"):
        block_names(gaussian)
    with pytest.raises(RuntimeError, match="'x' gives no array of channels and positions"):
        over_positions(gen, "x", (None, ()))


def test_a_block_that_is_not_run_is_reported(pixels, monkeypatch):
    gen = Generator("own", LDMPipeline(autoencoder(), unconditional_unet(), DDIMScheduler()), torch.device("cpu"),
                    torch.float32)  # fmt: skip
    monkeypatch.setattr(gen, "predict", lambda x, t, condition: x)
    with pytest.raises(RuntimeError, match="own: block 'mid_block' was not run"):
        what_blocks_give(gen, torch.zeros(1, *gen.latent_shape), 10, ["mid_block"], over_positions)
