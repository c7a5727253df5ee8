"""What networks are told: classes, sizes, guidance."""

from inspect import signature
from types import SimpleNamespace

import pytest
import torch
from diffusers import DiffusionPipeline

from unelib.models.generators import load_generator
from unelib.models.prompt_conditions import class_number, language_model_in_range


@pytest.fixture
def load(model_folder):
    return lambda name, **options: load_generator(model_folder(name), device="cpu", **options)


def noise_for(gen, n=2):
    return torch.randn((n, *gen.latent_shape), generator=torch.Generator().manual_seed(0))


def test_sdxl_is_told_its_sizes_and_has_an_empty_negative(load):
    gen = load("sdxl", prompt="face", guidance=2)
    assert gen.condition["time_ids"].tolist() == [[16, 16, 0, 0, 16, 16]]
    assert gen.condition["encoder_hidden_states"].shape[-1] == 32 and gen.condition["text_embeds"].shape == (1, 16)
    assert not gen.negative["encoder_hidden_states"].any() and gen.negative["time_ids"].any()


@pytest.mark.slow
@pytest.mark.parametrize("guidance", [1.0, 8.0])
def test_latent_consistency_is_told_its_guidance(load, model_folder, guidance):
    gen = load("lcm", guidance=guidance)
    pipeline = DiffusionPipeline.from_pretrained(model_folder("lcm"))
    expected = pipeline.get_guidance_scale_embedding(torch.tensor([guidance - 1]), embedding_dim=8)
    torch.testing.assert_close(gen.condition["timestep_cond"], expected)
    seen = []
    gen.unet.register_forward_pre_hook(lambda _, args, kw: seen.append(kw["timestep_cond"]), with_kwargs=True)
    gen.eps(noise_for(gen, 3), 10)
    torch.testing.assert_close(seen[0], expected.expand(3, -1))


def test_a_model_of_classes_takes_one_as_its_prompt(load):
    none, second, named = load("dit"), load("dit", prompt="2"), load("dit", prompt="1", guidance=3.0)
    labels = [g.condition["class_labels"].item() for g in (none, second, named)]
    assert labels == [4, 2, 1] and named.negative["class_labels"].item() == 4
    x = noise_for(none)
    guided = none.eps(x, 300) + 3 * (load("dit", prompt="1").eps(x, 300) - none.eps(x, 300))
    torch.testing.assert_close(named.eps(x, 300), guided)
    pipeline = SimpleNamespace(transformer=none.unet, labels={"cat": 3})
    assert class_number(pipeline, "cat") == 3
    with pytest.raises(ValueError, match="no class 'dog'; give a number from 0 to 3, or a name .cat"):
        class_number(pipeline, "dog")
    with pytest.raises(ValueError, match="no class '4'"):
        load("dit", prompt="4")


def test_a_u_net_of_classes_takes_one_as_its_prompt_and_its_last_one_for_none(load):
    none, named = load("classes"), load("classes", prompt="1", guidance=3.0)
    assert none.condition["class_labels"].item() == 3 and named.condition["class_labels"].item() == 1
    assert named.negative["class_labels"].item() == 3 and named.prompt == "1"
    x = noise_for(none)
    guided = none.eps(x, 300) + 3 * (load("classes", prompt="1").eps(x, 300) - none.eps(x, 300))
    torch.testing.assert_close(named.eps(x, 300), guided)
    with pytest.raises(ValueError, match="no class '3'; give a number from 0 to 2"):
        load("classes", prompt="3")


@pytest.mark.parametrize("name, prompt", [("classes", "2"), ("dit", "2"), ("sd", "a cat"), ("sdxl", "a cat")])
def test_a_generator_that_is_told_is_one_that_was_loaded_so(load, name, prompt):
    texts = {} if name in ("classes", "dit") else {"conditions": [prompt]}
    gen = load(name, guidance=2.0, **texts)
    told, loaded, x = gen.told(prompt), load(name, prompt=prompt, guidance=2.0), noise_for(gen)
    torch.testing.assert_close(told.eps(x, 300), loaded.eps(x, 300))
    assert told.unet is gen.unet and told.settings == loaded.settings and gen.prompt == ""


def test_only_known_conditions_can_be_told(load):
    with pytest.raises(ValueError, match=r"cannot be told 'dog'; it knows 'cat'; .*conditions=\["):
        load("sd", conditions=["cat"]).told("dog")
    with pytest.raises(ValueError, match="cannot be told '3'; it knows '0', '1', '2', ''"):
        load("classes").told("3")
    with pytest.raises(ValueError, match="cannot be told 'a cat'; it knows none"):
        load("ddpm").told("a cat")
    with pytest.raises(ValueError, match=r"is unconditional and cannot be told \['cat'\]"):
        load("ddpm", conditions=["cat"])


@pytest.mark.parametrize("name, part", [("flux", "text_encoder_2"), ("sana", "text_encoder")])
def test_language_models_leave_half_precision(load, model_folder, name, part):
    pipeline = DiffusionPipeline.from_pretrained(model_folder(name), dtype=torch.float16)
    encoder = getattr(language_model_in_range(pipeline, torch.float16), part)
    assert encoder.dtype == torch.bfloat16 and pipeline.transformer.dtype == torch.float16
    half, full = load(name, prompt="a face", dtype="float16"), load(name, prompt="a face")
    x = noise_for(full)
    assert half.condition["encoder_hidden_states"].dtype == torch.float16
    assert (half.slope(x, 300) - full.slope(x, 300)).abs().max() < 0.05


def test_sana_reads_a_prompt_after_the_instruction_of_its_pipeline_and_the_empty_one_alone(load, model_folder):
    pipeline, own = DiffusionPipeline.from_pretrained(model_folder("sana")), load("sana", prompt="a face", guidance=2.0)
    told = signature(pipeline.__call__).parameters["complex_human_instruction"].default
    with torch.inference_mode():
        face = pipeline.encode_prompt("a face", False, complex_human_instruction=told)[0]
        empty = pipeline.encode_prompt("", False)[0]
    torch.testing.assert_close(own.condition["encoder_hidden_states"], face)
    torch.testing.assert_close(own.negative["encoder_hidden_states"], empty)


@pytest.mark.parametrize("name, tokens", [("flux", 256), ("flux-guided", 512)])
def test_flux_is_told_its_guidance_where_it_was_distilled_to_take_it(load, name, tokens):
    gen = load(name, prompt="a face", guidance=3.5)
    assert gen.condition["encoder_hidden_states"].shape[1] == tokens
    assert ("guidance" in gen.condition) == (gen.negative is None) == (name == "flux-guided")
    if gen.negative is None:
        assert gen.condition["guidance"].tolist() == [3.5]
        x = noise_for(gen)
        assert not torch.allclose(gen.eps(x, 500), load(name, prompt="a face").eps(x, 500), atol=1e-4)
