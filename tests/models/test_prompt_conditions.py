"""What networks are told: classes, sizes, guidance."""

from types import SimpleNamespace

import pytest
import torch
from diffusers import DiffusionPipeline

from unelib.models.generators import load_generator
from unelib.models.prompt_conditions import class_number


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
