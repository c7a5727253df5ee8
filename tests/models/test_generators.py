"""Every kind of pipeline behind the one contract."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch
from diffusers import AutoencoderKL, DDIMScheduler, DiffusionPipeline, UNet2DConditionModel

from unelib.inversion.deterministic import generate, invert
from unelib.models.generators import Generator, load_generator
from unelib.models.loading import first_line, pick_device

LATENT = ["sd", "sd2", "lcm", "sdxl", "sd3", "ldm", "ldm-vq", "flow", "dit", "pixart", "flux", "flux-guided", "sana",
          "sana-euler", "zero-snr"]  # fmt: skip
PIXEL = ["ddpm", "ddim", "learned-variance", "sample"]
TEXT = ["sd", "sd2", "lcm", "sdxl", "sd3", "pixart", "flux", "flux-guided", "sana"]


@pytest.fixture
def load(model_folder):
    return lambda name, **options: load_generator(model_folder(name), device="cpu", **options)


def count_calls(module):
    """A list that grows by one with each call of a network."""
    calls = []
    module.register_forward_pre_hook(lambda *_: calls.append(1))
    return calls


def noise_for(gen, n=2):
    return torch.randn((n, *gen.latent_shape), generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("name", LATENT + PIXEL)
def test_shapes_and_types(load, faces, name):
    gen = load(name)
    latent = gen.to_latent(faces)
    assert gen.latent_shape == ((4, 4, 4) if name in LATENT else (3, 16, 16))
    assert gen.latent_dim == np.prod(gen.latent_shape) and gen.image_size == 16 and "latent" in repr(gen)
    assert latent.shape == (8, *gen.latent_shape) and latent.dtype == torch.float32
    eps = gen.eps(noise_for(gen), 500.5)
    assert eps.shape == (2, *gen.latent_shape) and eps.dtype == torch.float32 and eps.isfinite().all()
    image = gen.to_image(latent)
    assert image.shape == (8, 16, 16, 3) and image.dtype == np.uint8


@pytest.mark.parametrize("name", ["sd", "sdxl", "ldm", "ddpm"])
def test_half_precision_returns_float32_near_full_precision(load, faces, name):
    half, full = load(name, dtype="bfloat16"), load(name)
    assert half.unet.dtype == torch.bfloat16
    x = noise_for(full)
    assert half.eps(x, 300).dtype == half.to_latent(faces).dtype == torch.float32
    assert (half.eps(x, 300) - full.eps(x, 300)).abs().max() < 0.1


@pytest.mark.slow
@pytest.mark.parametrize("name", LATENT + PIXEL)
def test_same_eps_whatever_the_batch(load, name):
    gen = load(name)
    x = noise_for(gen, 5)
    whole, parts = gen.eps(x, 250), torch.cat([gen.eps(x[:2], 250), gen.eps(x[2:], 250)])
    torch.testing.assert_close(whole, parts, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", TEXT)
def test_prompt_is_encoded_once(load, monkeypatch, name):
    encoded, encode = [], DiffusionPipeline.from_pretrained

    def counting(*args, **options):
        pipeline = encode(*args, **options)
        encoded.append(count_calls(pipeline.text_encoder))
        return pipeline

    monkeypatch.setattr(DiffusionPipeline, "from_pretrained", counting)
    gen = load(name, prompt="a face")
    for t in (1, 500):
        gen.eps(noise_for(gen), t)
    assert len(encoded[0]) == 1


def test_prompt_matters(load):
    x = torch.randn(1, 4, 4, 4)
    a, b = (load("sd", prompt=p).eps(x, 500) for p in ("a face", "hat"))
    assert not torch.allclose(a, b)


@pytest.mark.slow
@pytest.mark.parametrize(
    "name, passes",
    [
        ("sd", 2),
        ("sd2", 2),
        ("sdxl", 2),
        ("sd3", 2),
        ("flux", 2),
        ("flux-guided", 1),
        ("sana", 2),
        ("lcm", 1),
        ("ldm", 1),
        ("ddpm", 1),
    ],
)
def test_passes_of_the_network(load, name, passes):
    for guidance, expected in ((1, 1), (3, passes)):
        gen = load(name, prompt="a face", guidance=guidance)
        calls = count_calls(gen.unet)
        gen.eps(noise_for(gen), 500)
        assert len(calls) == expected


@pytest.mark.slow
@pytest.mark.parametrize("name", ["sd", "flux", "sana"])
def test_guidance_leads_away_from_the_empty_prompt(load, name):
    empty, face, guided = load(name), load(name, prompt="face"), load(name, prompt="face", guidance=3)
    x = noise_for(empty)
    expected = empty.eps(x, 400) + 3 * (face.eps(x, 400) - empty.eps(x, 400))
    torch.testing.assert_close(guided.eps(x, 400), expected, rtol=1e-4, atol=1e-5)


def test_pixel_space_round_trip_is_exact(load, faces):
    small = faces[:, ::4, ::4]
    gen = load("ddpm")
    assert np.array_equal(gen.to_image(gen.to_latent(small)), small)


def test_one_picture_of_a_reversed_array_is_taken(load, faces):
    gen = load("ddpm")
    torch.testing.assert_close(gen.to_latent(faces[::-1][:1]), gen.to_latent(faces[-1:].copy()))


def test_v_prediction_becomes_the_scheduler_s_own_epsilon(load):
    gen, t = load("sd2"), 321
    x = noise_for(gen)
    v = gen.predict(x, t, gen.condition)
    abar = gen.scheduler.alphas_cumprod[t]
    torch.testing.assert_close(gen.eps(x, t), abar.sqrt() * v + (1 - abar).sqrt() * x, rtol=1e-4, atol=1e-5)
    step = gen.scheduler
    step.set_timesteps(1000)
    clean = step.step(v, t, x).pred_original_sample
    torch.testing.assert_close((x - abar.sqrt() * clean) / (1 - abar).sqrt(), gen.eps(x, t), rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("name", ["sd3", "flow", "flux", "sana-euler"])
def test_a_flow_s_slope_is_the_scheduler_s_own_step(load, name):
    gen = load(name)
    x, scheduler = noise_for(gen), gen.scheduler
    scheduler.set_timesteps(4)
    t, (now, after) = scheduler.timesteps[1], scheduler.sigmas[1:3]
    step = scheduler.step(gen.slope(x, float(t)), t, x).prev_sample
    torch.testing.assert_close(step, x + (after - now) * gen.slope(x, float(t)), rtol=1e-4, atol=1e-5)
    clean = x - now * gen.slope(x, float(t))
    torch.testing.assert_close(gen.eps(x, float(t)), (x - (1 - now) * clean) / now, rtol=1e-3, atol=1e-4)


def test_a_flow_s_levels_end_in_pure_noise(load):
    schedule = load("sd3").schedule(10, "karras")
    assert schedule.levels[-1] == 1 and np.isinf(schedule.sigmas[-1]) and schedule.timesteps[-1] == 1000
    assert (schedule.scales == 1).all() and load("flow").schedule(7, "trailing").levels[0] == 0


@pytest.mark.parametrize("name", ["sd", "ddpm", "grey"])
@pytest.mark.parametrize("shape", [(2, 16, 16, 1), (2, 17, 31, 3), (2, 9, 9, 3), (1, 33, 20, 1)])
def test_grey_and_odd_sizes(load, name, shape):
    gen = load(name)
    pixels = np.random.default_rng(0).integers(0, 256, shape, np.uint8)
    latent = gen.to_latent(pixels)
    assert latent.shape == (shape[0], *gen.latent_shape) and latent.isfinite().all()
    assert gen.to_image(latent).shape == (shape[0], 16, 16, 3)


@pytest.mark.parametrize("name", ["ldm", "ddpm", "sd", "sd3", "flow", "flux", "sana"])
def test_inverts_and_generates(load, faces, name):
    gen = load(name)
    result = invert(gen, faces[:3], steps=3)
    assert result.noise.shape == (3, *gen.latent_shape) and result.noise.dtype == np.float32 and len(result) == 3
    assert generate(gen, result.noise, steps=3).shape == (3, 16, 16, 3)


def test_untrained_differs_and_is_the_same_each_time(model_folder):
    folder, x = model_folder("ddpm"), torch.randn(1, 3, 16, 16)
    state = torch.get_rng_state()
    trained, one, two = (load_generator(n, "cpu") for n in (folder, f"untrained:{folder}", f"untrained:{folder}"))
    assert torch.equal(torch.get_rng_state(), state)
    assert torch.equal(one.eps(x, 5), two.eps(x, 5)) and not torch.allclose(one.eps(x, 5), trained.eps(x, 5), atol=1e-3)
    assert one.name.startswith("untrained:")


@pytest.mark.parametrize("name", ["no-such-model", "./nowhere", "owner/model"])
def test_missing_model_says_which_and_what_to_do(name):
    with pytest.raises(FileNotFoundError) as error:
        load_generator(name, "cpu")
    message = str(error.value)
    assert repr(name) in message and "choose one of" in message and "\n" not in message and ". " not in message


def test_missing_preset_names_its_folder_and_the_command(monkeypatch, tmp_path):
    monkeypatch.setattr("unelib.models.presets.MODELS", tmp_path)
    with pytest.raises(FileNotFoundError, match=r"'drawn-ldm' is missing \(looked in .*make it with.*train drawn-ldm"):
        load_generator("drawn-ldm", "cpu")


def test_folder_without_a_model(tmp_path):
    with pytest.raises(FileNotFoundError, match="no diffusers model at"):
        load_generator(str(tmp_path), "cpu")


def test_a_folder_of_a_class_that_diffusers_does_not_ship_is_refused(tmp_path):
    (tmp_path / "model_index.json").write_text('{"_class_name": "MyPipeline", "_diffusers_version": "0.30.0"}')
    with pytest.raises(ValueError, match=r"does not ship a class .*MyPipeline.*; load it by its own class") as error:
        load_generator(str(tmp_path), "cpu")
    assert "Generator(" in str(error.value) and ". " not in str(error.value) and "\n" not in str(error.value)


def test_of_mean_and_variance_the_mean_is_taken(load):
    gen = load("learned-variance")
    x = noise_for(gen)
    both = gen.unet(x, 300.0).sample
    assert both.shape[1] == 6
    torch.testing.assert_close(gen.eps(x, 300), both[:, :3])


def test_a_predicted_picture_becomes_the_noise_that_leads_from_it(load):
    gen = load("sample")
    x, picture = noise_for(gen), gen.unet(noise_for(gen), 300.0).sample
    abar = float(gen.scheduler.alphas_cumprod[300])
    torch.testing.assert_close(abar**0.5 * picture + (1 - abar) ** 0.5 * gen.eps(x, 300), x)


def test_a_model_that_wants_a_picture_beside_the_noise_is_refused(load):
    with pytest.raises(ValueError, match="takes 9 channels and gives 4: it wants a picture beside the noise"):
        load("inpainting")


@pytest.mark.parametrize("options, message", [
    ({"dtype": "int8"}, "unknown dtype 'int8'"), ({"device": "abacus"}, "unknown device 'abacus'"),
    ({"device": "mps" if torch.cuda.is_available() else "cuda"}, "is not on this machine"),
])  # fmt: skip
def test_unknown_device_or_dtype(model_folder, options, message):
    with pytest.raises(ValueError, match=message):
        load_generator(model_folder("ddpm"), **options)


@pytest.mark.slow
def test_stable_diffusion_at_full_size_has_the_published_shapes():
    unet = {
        "sample_size": 64, "cross_attention_dim": 768, "attention_head_dim": 8,
        "block_out_channels": (320, 640, 1280, 1280),
    }  # fmt: skip
    blocks = {
        "down_block_types": ("DownEncoderBlock2D",) * 4, "up_block_types": ("UpDecoderBlock2D",) * 4,
        "block_out_channels": (128, 256, 512, 512), "layers_per_block": 2, "latent_channels": 4, "sample_size": 512,
    }  # fmt: skip
    with torch.device("meta"):
        parts = SimpleNamespace(unet=UNet2DConditionModel(**unet), vae=AutoencoderKL(**blocks))
    parts.scheduler = DDIMScheduler(beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear")
    gen = Generator("sd15", parts, torch.device("meta"), torch.float32)
    gen.condition = {"encoder_hidden_states": torch.empty(1, 77, 768, device="meta")}
    assert sum(p.numel() for p in gen.unet.parameters()) == 859_520_964
    assert gen.latent_shape == (4, 64, 64) and gen.latent_dim == 16_384 and gen.image_size == 512
    assert gen.to_latent(np.zeros((2, 512, 512, 3), np.uint8)).shape == (2, 4, 64, 64)
    assert gen.eps(torch.empty(2, 4, 64, 64, device="meta"), 500).shape == (2, 4, 64, 64)


def test_compiling_is_asked_of_torch(load, monkeypatch):
    asked = []
    monkeypatch.setattr(torch.nn.Module, "compile", lambda module: asked.append(type(module).__name__))
    load("ldm", compile=True)
    assert asked == ["UNet2DModel"]


@pytest.mark.slow
def test_settings_name_whatever_a_noise_depends_on(load):
    gen = load("sd", prompt="a face")
    assert gen.settings == load("sd", prompt="a face").settings and gen.settings["prompt"] == "a face"
    assert gen.settings != load("sd", prompt="hat").settings and gen.settings != load("sd").settings
    levels = gen.settings["levels"]
    gen.levels = gen.levels * 1.01
    assert gen.settings["levels"] != levels
    assert load("sd2").settings["prediction"] == "v_prediction" and load("flow").settings["prediction"] == "flow"


def test_an_unconditional_model_has_no_prompt(load):
    assert load("ldm", prompt="a face").settings == load("ldm").settings


def test_devices_that_torch_knows_but_this_machine_has_not(monkeypatch):
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    assert pick_device("cuda:1") == torch.device("cuda:1") and pick_device("cpu") == torch.device("cpu")
    with pytest.raises(ValueError, match="device 'cuda:7' is not on this machine; choose auto or cpu"):
        pick_device("cuda:7")
    with pytest.raises(ValueError, match="unknown device 'meta'; choose auto"):
        pick_device("meta")


@pytest.mark.parametrize("error, line", [
    (OSError("  one\ntwo"), "one"), (OSError(), "OSError"), (ValueError("\n"), "ValueError"),
    (OSError("a" * 300), "a" * 200),
])  # fmt: skip
def test_first_line_of_an_error(error, line):
    assert first_line(error) == line
