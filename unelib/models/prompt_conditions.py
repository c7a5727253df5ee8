"""What a conditional denoiser is told beside the state: its prompt as text or class, sizes, and guidance."""

import inspect

import torch
from diffusers import (
    DiTTransformer2DModel,
    FluxTransformer2DModel,
    PixArtTransformer2DModel,
    SanaTransformer2DModel,
    SD3Transformer2DModel,
    UNet2DModel,
)

from .denoiser_families import denoiser_of

GUIDED = {"timestep_cond", "guidance"}  # what a network is told that was distilled to take its guidance as an input


def language_model_in_range(pipeline, dtype):
    """The pipeline, whose T5 (FLUX) or Gemma (SANA) runs in bfloat16, as published, where half precision clips it."""
    parts = {FluxTransformer2DModel: "text_encoder_2", SanaTransformer2DModel: "text_encoder"}
    encoder = getattr(pipeline, parts.get(type(denoiser_of(pipeline)), ""), None)
    if encoder is not None and dtype == torch.float16:
        encoder.to(torch.bfloat16)
    return pipeline


def text_condition(pipeline, prompt, image_size, device, dtype, guidance=1.0):
    """Keyword tensors (1, ...) that a conditional network wants, made once; empty for an unconditional one."""
    if class_count(denoiser_of(pipeline)):
        return {"class_labels": torch.tensor([class_number(pipeline, prompt)], device=device)}
    if getattr(pipeline, "text_encoder", None) is None:
        return {}
    with torch.inference_mode():
        encoded = encode_prompt(pipeline, prompt, device)
    condition = {"encoder_hidden_states": encoded[0].to(device, dtype)}
    if getattr(pipeline, "transformer", None) is not None:
        return condition | transformer_condition(pipeline.transformer, encoded[1:], image_size, device, dtype, guidance)
    if getattr(pipeline, "text_encoder_2", None) is not None:
        sizes = torch.tensor([[image_size, image_size, 0, 0, image_size, image_size]], device=device, dtype=dtype)
        condition |= {"text_embeds": encoded[2].to(device, dtype), "time_ids": sizes}
    width = pipeline.unet.config.get("time_cond_proj_dim")
    if width:
        weight = pipeline.get_guidance_scale_embedding(torch.tensor([guidance - 1.0]), embedding_dim=width)
        condition["timestep_cond"] = weight.to(device, dtype)
    return condition


def transformer_condition(network, encoded, image_size, device, dtype, guidance):
    """What a transformer is told beside the text, by what its pipeline's encoding gave after it."""
    if isinstance(network, FluxTransformer2DModel):
        pooled = {"pooled_projections": encoded[0].to(device, dtype)}
        return pooled | (
            {"guidance": torch.tensor([guidance], device=device)} if network.config.guidance_embeds else {}
        )
    if isinstance(network, SD3Transformer2DModel):
        return {"pooled_projections": encoded[1].to(device, dtype)}
    condition = {"encoder_attention_mask": encoded[0].to(device)}
    if isinstance(network, PixArtTransformer2DModel) and network.use_additional_conditions:
        size = {"resolution": [[image_size, image_size]], "aspect_ratio": [[1.0]]}
        condition |= {key: torch.tensor(value, device=device, dtype=dtype) for key, value in size.items()}
    return condition


def class_number(pipeline, name):
    """Number of a class that a pipeline knows by this name or number; that of no class for the empty name."""
    known, count = getattr(pipeline, "labels", None) or {}, class_count(denoiser_of(pipeline))
    if name.isdecimal() and int(name) < count:
        return int(name)
    if name and name not in known:
        some = ", ".join(list(known)[:5]) or "no names"
        raise ValueError(f"no class {name!r}; give a number from 0 to {count - 1}, or a name ({some} ...)")
    return known.get(name, count)


def class_count(network):
    """How many classes a network knows, 0 to count - 1, beside the number `count`, which stands for none; 0: it cannot.

    That is so in DiT and, by a convention of the workbook's own, in a U-Net: its last embedding stands for no class.
    """
    if isinstance(network, DiTTransformer2DModel):
        return network.config.num_embeds_ada_norm
    return (network.config.num_class_embeds or 1) - 1 if isinstance(network, UNet2DModel) else 0


def class_conditions(pipeline, device):
    """{number or name: keyword tensors} of every class that a network can be told; empty for one that knows none."""
    names = [*map(str, range(class_count(denoiser_of(pipeline)))), *(getattr(pipeline, "labels", None) or {}), ""]
    if not class_count(denoiser_of(pipeline)):
        return {}
    return {name: text_condition(pipeline, name, None, device, None) for name in names}


def negative_condition(pipeline, condition, image_size, device, dtype):
    """The condition that guidance leads away from: the empty prompt, or zeros where the pipeline was trained so."""
    if pipeline.config.get("force_zeros_for_empty_prompt", False):
        return {k: v if k == "time_ids" else torch.zeros_like(v) for k, v in condition.items()}
    return text_condition(pipeline, "", image_size, device, dtype)


def encode_prompt(pipeline, prompt, device):
    """The pipeline's own prompt encoding, without the guidance half.

    SANA reads a prompt, not the empty one, after an instruction that its pipeline has; FLUX.1-schnell, the one that
    takes no guidance, 256 tokens of it.
    """
    known = inspect.signature(pipeline.encode_prompt).parameters
    prompts = {name: prompt for name in known if name in ("prompt", "prompt_2", "prompt_3")}
    arguments = prompts | {"device": device, "num_images_per_prompt": 1, "do_classifier_free_guidance": False}
    if prompt and "complex_human_instruction" in known:
        own = inspect.signature(pipeline.__call__).parameters
        arguments["complex_human_instruction"] = own["complex_human_instruction"].default
    network = denoiser_of(pipeline)
    if isinstance(network, FluxTransformer2DModel) and not network.config.guidance_embeds:
        arguments["max_sequence_length"] = 256
    return pipeline.encode_prompt(**{k: v for k, v in arguments.items() if k in known})
