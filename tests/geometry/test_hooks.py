"""The bottleneck: what the mid block gives, read without running further, replaced, and never left with a hook."""

import threading

import numpy as np
import pytest
import torch
from diffusers import DDIMScheduler, LDMPipeline, UNet2DModel

from unelib.geometry.hooks import at_bottleneck, bottleneck, mid_block, output_given
from unelib.models.generators import Generator, load_generator

from ..helpers.tiny_models import autoencoder, unconditional_unet

NAMES = ["sd", "sd2", "lcm", "sdxl", "ldm", "flow", "ddpm"]
TEXT = {"prompt": "a hat", "guidance": 3.0}


@pytest.fixture(scope="module")
def load(model_folder):
    return lambda name, **options: load_generator(model_folder(name), "cpu", **options)


def states(gen, n=2):
    return torch.randn((n, *gen.latent_shape), generator=torch.Generator().manual_seed(0))


def caught(module):
    """A list that grows by a module's output with each call of it."""
    outputs = []
    module.register_forward_hook(lambda module, given, output: outputs.append(output))
    return outputs


def without_mid_block():
    unet = UNet2DModel(4, 4, 4, block_out_channels=(8,), norm_num_groups=4, mid_block_type=None,
                       down_block_types=("DownBlock2D",), up_block_types=("UpBlock2D",))  # fmt: skip
    return Generator("bare", LDMPipeline(autoencoder(), unet, DDIMScheduler()), torch.device("cpu"), torch.float32)


@pytest.mark.parametrize("name", NAMES)
def test_it_is_the_mid_blocks_output_and_nothing_runs_after_it(load, name):
    gen = load(name, **TEXT)
    x = states(gen)
    found, after = caught(gen.unet.mid_block), caught(gen.unet.up_blocks[0])
    gen.predict(x, 300.5, gen.condition)
    h = bottleneck(gen, x, 300.5)
    assert len(after) == 1 and h.dtype == torch.float32
    torch.testing.assert_close(h, found[0], rtol=0, atol=0)


@pytest.mark.parametrize("name", NAMES)
def test_it_has_a_gradient_under_every_condition(load, name):
    gen = load(name, **TEXT)
    x = states(gen).requires_grad_()
    bottleneck(gen, x, 300).square().sum().backward()
    assert x.grad.abs().min() > 0


@pytest.mark.parametrize("name", NAMES)
def test_in_its_own_place_it_changes_nothing(load, name):
    gen = load(name, **TEXT)
    x, plain = states(gen), gen.predict(states(gen), 300, gen.condition)
    h = bottleneck(gen, x, 300)
    assert torch.equal(output_given(gen, x, 300, h), plain)
    with at_bottleneck(gen, lambda h: None):
        assert torch.equal(gen.predict(x, 300, gen.condition), plain)
    assert (output_given(gen, x, 300, h + 1) - plain).abs().max() > 1e-3


def test_guidance_passes_it_twice_the_condition_first(load):
    gen, passes = load("sd", **TEXT), []
    x = states(gen)
    with at_bottleneck(gen, passes.append):
        gen.eps(x, 300)
    assert len(passes) == 2 and (passes[0] - passes[1]).abs().max() > 1e-6
    torch.testing.assert_close(bottleneck(gen, x, 300), passes[0])


def test_rows_do_not_depend_on_one_another(load):
    gen = load("ldm")
    x = states(gen, 5)
    torch.testing.assert_close(bottleneck(gen, x, 100)[3:4], bottleneck(gen, x[3:4], 100))


def test_no_hook_is_left_even_after_errors(load):
    gen = load("ldm")
    x, hooks = states(gen), gen.unet.mid_block._forward_hooks
    bottleneck(gen, x, 300)
    output_given(gen, x, 300, bottleneck(gen, x, 300))
    assert not hooks
    with pytest.raises(ZeroDivisionError), at_bottleneck(gen, lambda h: 1 / 0):
        gen.eps(x, 300)
    assert not hooks
    with pytest.raises(RuntimeError):
        bottleneck(gen, x[:, :1], 300)
    with pytest.raises(RuntimeError):
        output_given(gen, x, 300, torch.zeros(2, 3))
    assert not hooks


@pytest.mark.slow
def test_a_compiled_network_is_read_and_changed_too(load):
    gen = load("ldm")
    x = states(gen)
    h, moved = bottleneck(gen, x, 300), output_given(gen, x, 300, torch.ones(2, 16, 2, 2))
    gen.unet.compile(backend="eager")
    gen.eps(x, 300)
    torch.testing.assert_close(bottleneck(gen, x, 300), h)
    torch.testing.assert_close(output_given(gen, x, 300, torch.ones(2, 16, 2, 2)), moved)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_half_precision_returns_float32_near_full_precision(load, dtype):
    half, full = load("ldm", dtype=dtype), load("ldm")
    x = states(full)
    h = bottleneck(half, x, 300)
    assert h.dtype == torch.float32 and 0 < (h - bottleneck(full, x, 300)).abs().max() < 0.05
    assert torch.equal(output_given(half, x, 300, h), half.predict(x, 300, {}))


def test_latents_need_not_be_square():
    wide = LDMPipeline(autoencoder(), unconditional_unet((4, 8)), DDIMScheduler())
    gen = Generator("wide", wide, torch.device("cpu"), torch.float32)
    assert bottleneck(gen, states(gen, 3), 10).shape == (3, 16, 2, 4)


def test_networks_without_one_are_named(load, gaussian):
    for gen in (load("sd3"), load("flux"), load("sana"), without_mid_block(), gaussian):
        with pytest.raises(ValueError, match=f"{gen.name} has no mid block, so it has no h-space; choose a U-Net"):
            mid_block(gen)
        with pytest.raises(ValueError, match="no mid block"):
            bottleneck(gen, torch.zeros(1, *gen.latent_shape), 10)


def test_a_mid_block_that_is_not_run_is_reported(load, monkeypatch):
    gen = load("ldm")
    monkeypatch.setattr(gen, "predict", lambda x, t, condition: x)
    with pytest.raises(RuntimeError, match="the mid block was not run"):
        bottleneck(gen, states(gen), np.float64(3))


def test_another_thread_that_asks_the_same_network_meets_no_hook(load):
    gen = load("ldm")
    x = torch.zeros(1, *gen.latent_shape)
    plain, found = gen.eps(x, 500.0), []
    with at_bottleneck(gen, lambda h: h + 100):
        other = threading.Thread(target=lambda: found.append(gen.eps(x, 500.0)))
        other.start()
        other.join()
        assert (gen.eps(x, 500.0) != plain).any()
    assert torch.equal(found[0], plain)
