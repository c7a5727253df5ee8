"""Denoisers of every family give what they give in their own pipelines."""

import numpy as np
import pytest
import torch
from diffusers import AutoencoderDC, DiffusionPipeline, FluxPipeline, FluxTransformer2DModel, SD3Transformer2DModel
from diffusers.models.embeddings import TimestepEmbedding

from unelib.inversion.ode import from_noise, to_noise
from unelib.inversion.solvers import SOLVERS
from unelib.models.denoiser_families import latent_shape_of
from unelib.models.generators import load_generator


@pytest.fixture
def load(model_folder):
    return lambda name, **options: load_generator(model_folder(name), device="cpu", **options)


def test_a_pipeline_without_a_known_denoiser_is_refused(load, monkeypatch):
    monkeypatch.setattr("unelib.models.generators.TRANSFORMERS", (SD3Transformer2DModel,))
    monkeypatch.setattr("unelib.models.denoiser_families.TRANSFORMERS", (SD3Transformer2DModel,))
    with pytest.raises(ValueError, match="DiTPipeline has no denoiser that is known.*of SD3Transformer2DModel; choose"):
        load("dit")


FLOWS = ["sd3", "flux", "flux-guided", "sana", "sana-euler"]


def noise_for(gen, n=2):
    return torch.randn((n, *gen.latent_shape), generator=torch.Generator().manual_seed(0))


def passes_of(pipeline):
    """A list that grows by what a pipeline gives its transformer and what that gives back, with each pass."""
    passes = []
    pipeline.transformer.register_forward_hook(lambda _, args, kw, out: passes.append((kw, out[0])), with_kwargs=True)
    return passes


@pytest.mark.parametrize("name, length", [("flux", 256), ("flux-guided", 512)])
def test_flux_gives_what_it_gives_in_its_own_pipeline(load, model_folder, name, length):
    pipeline = DiffusionPipeline.from_pretrained(model_folder(name))
    gen, passes = load(name, prompt="a face", guidance=3.0 if name == "flux-guided" else 1.0), passes_of(pipeline)
    x = noise_for(gen)
    packed = FluxPipeline._pack_latents(x, 2, 4, 4, 4)
    pipeline(["a face"] * 2, height=16, width=16, num_inference_steps=3, guidance_scale=3.0, latents=packed,
             max_sequence_length=length, output_type="latent")  # fmt: skip
    assert len(passes) == 3
    for given, out in passes:
        state, velocity = (FluxPipeline._unpack_latents(part, 16, 16, 4) for part in (given["hidden_states"], out))
        own = gen.slope(state, 1000 * given["timestep"][0].item())
        torch.testing.assert_close(own, velocity, rtol=1e-4, atol=1e-5)


def test_sana_gives_what_it_gives_in_its_own_pipeline(load, model_folder):
    pipeline = DiffusionPipeline.from_pretrained(model_folder("sana"))
    pipeline.check_inputs = lambda *args: None  # it wants sides of 32 pixels at least
    gen, plain, steps = load("sana", prompt="a face", guidance=3.0), load("sana", prompt="a face"), []
    step = pipeline.scheduler.step
    pipeline.scheduler.step = lambda out, t, x, **options: steps.append((out, t, x)) or step(out, t, x, **options)
    pipeline("a face", height=16, width=16, num_inference_steps=3, guidance_scale=3.0, latents=noise_for(gen),
             num_images_per_prompt=2, use_resolution_binning=False, output_type="latent")  # fmt: skip
    for out, t, x in steps:
        torch.testing.assert_close(gen.slope(x, float(t)), out, rtol=1e-4, atol=1e-5)
    assert len(steps) == 3 and not torch.allclose(plain.slope(x, float(t)), out, atol=1e-3)


def test_sana_s_timesteps_are_scaled_where_it_says_so(load):
    gen = load("sana")
    x, out = noise_for(gen), load("sana").slope(noise_for(gen), 200)
    gen.unet.register_to_config(timestep_scale=0.5)
    torch.testing.assert_close(gen.slope(x, 400), out)


def smooth_in_time(gen):
    """The generator, its time told by slow waves alone: a random network follows fast ones, a trained one does not."""
    for module in gen.unet.modules():
        if isinstance(module, TimestepEmbedding):
            half = module.linear_1.in_features // 2
            fast = torch.arange(half) < half / 2  # frequencies fall from 1 to 1 / 10000 a timestep
            with torch.no_grad():
                module.linear_1.weight[:, fast.repeat(2)] = 0
    return gen


def order_of(errors, steps):
    return -np.polyfit(np.log(steps), np.log(errors), 1)[0]


@pytest.mark.slow
@pytest.mark.parametrize("name", FLOWS)
@pytest.mark.parametrize("solver, order, closing", [("ddim", 1, 1), ("ab2", 2, 2), ("heun", 2, 3)])
def test_orders_of_accuracy_of_flow_transformers_there_and_back(load, name, solver, order, closing):
    gen, steps, integrate = smooth_in_time(load(name)), (10, 20, 40), SOLVERS[solver]
    z = noise_for(gen)
    exact = to_noise(gen, z, SOLVERS["heun"], gen.schedule(100, "uniform"))[0]
    there, back = [], []
    for n in steps:
        noise = to_noise(gen, z, integrate, gen.schedule(n, "uniform"))[0]
        there.append(float((noise - exact).norm()))
        back.append(float((from_noise(gen, noise, integrate, gen.schedule(n, "uniform")) - z).norm()))
    assert abs(order_of(there, steps) - order) < 0.3 and abs(order_of(back, steps) - closing) < 0.3


@pytest.mark.parametrize("name", ["flux", "sana"])
def test_untrained_flow_transformers_differ_and_are_the_same_each_time(model_folder, name):
    folder = model_folder(name)
    trained, one, two = (load_generator(n, "cpu") for n in (folder, f"untrained:{folder}", f"untrained:{folder}"))
    x = noise_for(one)
    assert torch.equal(one.eps(x, 5), two.eps(x, 5)) and not torch.allclose(one.eps(x, 5), trained.eps(x, 5), atol=1e-3)


def test_latents_of_published_transformers_have_the_published_shapes():
    autoencoder = {"sample_size": 1024, "block_out_channels": (128, 256, 512, 512)}
    with torch.device("meta"):
        flux = FluxTransformer2DModel(num_layers=1, num_single_layers=1)
        compressing = AutoencoderDC()
    assert latent_shape_of(flux.config, autoencoder) == (16, 128, 128)
    assert latent_shape_of({"in_channels": 32, "sample_size": 16}, compressing.config) == (32, 16, 16)
