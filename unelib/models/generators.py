"""Diffusion models behind one contract: pixels -> latent, eps(x, t), latent -> pixels, schedule.

Everything downstream takes this contract and never a pipeline. Weights come from diffusers' own folders and classes,
by preset, local folder or hub id.
"""

import inspect

import numpy as np
import torch
from diffusers import (
    DiffusionPipeline,
    FlowMatchEulerDiscreteScheduler,
    SD3Transformer2DModel,
    UNet2DModel,
    VQModel,
)
from diffusers.models.attention_processor import Attention, AttnProcessor
from diffusers.utils import logging

from ..core.files import value_hash
from ..worlds.picture_files import lacking
from .loading import find_model, first_line, pick_device, pick_dtype, weights_digest
from .noise_schedule import make_schedule, training_sigmas

PIECE = 8  # pictures through an autoencoder at once: faster on a CPU than more, and small beside the denoiser's batch
GENERATORS = {
    "drawn-ldm": "drawn-ldm",
    "drawn-ddpm": "drawn-ddpm",
    "fashion-ddpm": "fashion-ddpm",
    "sd15": "stable-diffusion-v1-5/stable-diffusion-v1-5",
    "sd21": "stabilityai/stable-diffusion-2-1-base",
    "lcm": "SimianLuo/LCM_Dreamshaper_v7",
    "sdxl": "stabilityai/stable-diffusion-xl-base-1.0",
    "sd3": "stabilityai/stable-diffusion-3-medium-diffusers",
    "ddpm-celebahq": "google/ddpm-celebahq-256",
}


class Generator:
    """A diffusion model and what surrounds it.

    name          as asked for
    latent_shape  (c, h, w) of the space that is diffused; `latent_dim` is its size
    image_size    pixels a side
    device, dtype where and in what precision the networks run; what they return is float32
    prompt        the text it is conditioned on; empty for an unconditional model
    """

    def __init__(self, name, pipeline, device, dtype, prompt="", guidance=1.0):
        self.name, self.device, self.dtype, self.guidance = name, device, dtype, float(guidance)
        self.unet, self.scheduler = denoiser_of(pipeline), pipeline.scheduler
        self.vae = getattr(pipeline, "vae", None) or getattr(pipeline, "vqvae", None)
        config = self.unet.config
        side = config.sample_size
        self.latent_shape = (config.in_channels, *((side, side) if isinstance(side, int) else side))
        self.latent_dim = int(np.prod(self.latent_shape))
        self.image_size = self.latent_shape[-1] * (self.vae_factor if self.vae else 1)
        self.flow = isinstance(self.scheduler, FlowMatchEulerDiscreteScheduler)
        self.prediction = "flow" if self.flow else self.scheduler.config.get("prediction_type", "epsilon")
        if self.prediction not in ("epsilon", "v_prediction", "flow"):
            raise ValueError(f"{name} predicts {self.prediction!r}; epsilon, v_prediction and flows are supported")
        self.levels = training_levels(self.scheduler)
        self.condition = text_condition(pipeline, prompt, self.image_size, device, dtype, self.guidance)
        self.prompt = prompt if self.condition else ""
        self.negative = None
        if self.guidance != 1 and self.condition and "timestep_cond" not in self.condition:
            self.negative = negative_condition(pipeline, self.condition, self.image_size, device, dtype)

    def __repr__(self):
        return f"Generator({self.name!r}, latent {self.latent_shape}, image {self.image_size}, {self.dtype})"

    @property
    def settings(self):
        """What a noise depends on besides the solver, for a view's manifest."""
        return {
            "model": self.name,
            "weights": weights_digest(self.unet, self.vae),
            "dtype": str(self.dtype),
            "prompt": self.prompt,
            "guidance": self.guidance,
            "prediction": self.prediction,
            "levels": value_hash(self.levels.astype(np.float32).tolist())[:16],
        }

    @property
    def vae_factor(self):
        """How many pixels a side one latent cell stands for."""
        return 2 ** (len(self.vae.config.block_out_channels) - 1)

    def schedule(self, steps, spacing="trailing"):
        """Noise levels for `steps` steps; see `noise_schedule.make_schedule` for the spacings."""
        return make_schedule(self.levels, steps, spacing, self.flow)

    @torch.inference_mode()
    def to_latent(self, pixels):
        """Pixels (n, h, w, 3) uint8 -> latents (n, *latent_shape) float32, the posterior's mean, in the model's scale.

        Grey is repeated or colour becomes luminance as the networks' channels want it. Of pictures that are no square
        the middle is taken. Pictures of another size are framed in black if they lack one or two pixels on each side,
        else resized: by area when shrinking, bicubic when growing.
        """
        x = torch.from_numpy(np.ascontiguousarray(pixels)).to(self.device).permute(0, 3, 1, 2).float() / 127.5 - 1
        x = resize(x, self.image_size)
        if self.vae is None:
            return match_channels(x, self.latent_shape[0])
        mean = torch.cat([self.encoded(part) for part in match_channels(x, self.vae.config.in_channels).split(PIECE)])
        return (mean.float() - self.shift) * self.vae.config.scaling_factor

    def encoded(self, x):
        """The autoencoder's latents of a few pictures (n, c, h, w) in -1..1, in its own scale."""
        code = self.vae.encode(self.fit(x, self.vae.dtype))
        return code.latents if isinstance(self.vae, VQModel) else code.latent_dist.mean

    @torch.inference_mode()
    def to_image(self, latent):
        """Latents (n, *latent_shape) -> pixels (n, h, w, 3) uint8."""
        x = latent.float()
        if self.vae is not None:
            code = x / self.vae.config.scaling_factor + self.shift
            x = torch.cat(
                [self.vae.decode(self.fit(part, self.vae.dtype)).sample.float() for part in code.split(PIECE)]
            )
        x = ((x.clamp(-1, 1) + 1) * 127.5).round().to(torch.uint8)
        return match_channels(x, 3).permute(0, 2, 3, 1).cpu().numpy()

    @property
    def shift(self):
        """What the autoencoder's latents are centred by (0 for most)."""
        return self.vae.config.get("shift_factor", None) or 0.0

    def eps(self, x, t):
        """The noise eps (n, *latent_shape) float32 that the model sees in x at timestep t (a float).

        x is as the model sees it: sqrt(abar) z0 + sqrt(1 - abar) eps, or (1 - t) z0 + t eps of a flow.
        """
        out = self.guided(x, t)
        if self.flow:
            return x + (1 - t / len(self.levels)) * out
        if self.prediction == "v_prediction":
            abar = float(1 / (1 + self.sigma_at(t) ** 2))
            out = abar**0.5 * out + (1 - abar) ** 0.5 * x
        return out

    def slope(self, x, t):
        """The ODE's right-hand side (n, *latent_shape) at timestep t: eps, or the velocity eps - z0 of a flow."""
        return self.guided(x, t) if self.flow else self.eps(x, t)

    def guided(self, x, t):
        """The network's output in float32, led away from the empty prompt; without guidance one pass of it."""
        out = self.predict(x, t, self.condition)
        if self.negative is None:
            return out
        plain = self.predict(x, t, self.negative)
        return plain + self.guidance * (out - plain)

    def predict(self, x, t, condition):
        """The network's own output in float32 under one condition."""
        n = len(x)
        time = torch.full((n,), float(t), device=self.device, dtype=torch.float32)
        extra = {key: value.expand(n, *value.shape[1:]) for key, value in condition.items()}
        text, weight = extra.pop("encoder_hidden_states", None), extra.pop("timestep_cond", None)
        kwargs = {} if text is None else {"encoder_hidden_states": text}
        kwargs |= {} if weight is None else {"timestep_cond": weight}
        if "pooled_projections" in extra:
            return self.unet(self.fit(x), timestep=time, **kwargs, **extra).sample.float()
        kwargs |= {"added_cond_kwargs": extra} if extra else {}
        return self.unet(self.fit(x), time, **kwargs).sample.float()

    def fit(self, x, dtype=None):
        """A tensor in the networks' precision and memory layout."""
        return x.to(dtype or self.dtype).contiguous(memory_format=torch.channels_last)

    def sigma_at(self, t):
        """Noise level of a timestep that need not be whole: linear in t on log sigma."""
        return np.exp(np.interp(t, np.arange(len(self.levels)), np.log(self.levels)))


def load_generator(name, device="auto", dtype="auto", prompt="", guidance=1.0, revision=None, compile=False):
    """A generator by preset (`GENERATORS`), local diffusers folder or hub id.

    device    "auto" takes a GPU if there is one
    dtype     "auto" is float32 on a CPU and float16 on a GPU; or "float32", "float16", "bfloat16". At 25 calls of
              `drawn-ldm` float16 moves the noise by 0.13 % of its length, less than the solver errs (0.33 %); bfloat16
              by 1.7 %, so it is never chosen for you (`benchmarks/inversion.py` measures it)
    prompt    text the model is conditioned on, encoded once; ignored by unconditional models
    guidance  classifier-free guidance against the empty prompt; 1 means one pass of the network a call, and so does
              any guidance of a model that was distilled to take it as an input (latent consistency)
    compile   let torch compile the denoiser: the first call takes a minute, the others less than before
    Raises FileNotFoundError, naming where it looked and what to do, if the model cannot be had. `untrained:` before a
    name gives the same architecture with fresh weights (seed 0): the null model.
    """
    device, untrained = pick_device(device), name.startswith("untrained:")
    source = find_model(name.removeprefix("untrained:"), GENERATORS, "generator")
    dtype = pick_dtype(dtype, device)
    pipeline = open_pipeline(name, source, dtype, revision)
    if denoiser_of(pipeline) is None:
        raise ValueError(
            f"{name}: {type(pipeline).__name__} has no U-Net; choose a U-Net pipeline such as {list(GENERATORS)}"
        )
    if untrained:
        forget(denoiser_of(pipeline))
    for part in (p for p in pipeline.components.values() if isinstance(p, torch.nn.Module)):
        part.to(device=device).eval().requires_grad_(False)
    for part in filter(None, (denoiser_of(pipeline), getattr(pipeline, "vae", None), getattr(pipeline, "vqvae", None))):
        part.to(memory_format=torch.channels_last)
    if device.type == "cpu" and is_small(denoiser_of(pipeline)):
        plain_attention(pipeline.unet)
    keep_autoencoder_finite(getattr(pipeline, "vae", None), dtype)
    if compile:
        denoiser_of(pipeline).compile()
    return Generator(name, pipeline, device, dtype, prompt, guidance)


def open_pipeline(name, source, dtype, revision):
    """The diffusers pipeline at a folder or hub id, safetensors only; one clear error if it cannot be had."""
    told = logging.get_verbosity()
    logging.set_verbosity_error()  # diffusers remarks on an autoencoder of a kind it did not expect in this pipeline
    try:
        return DiffusionPipeline.from_pretrained(
            source, dtype=dtype, revision=revision, use_safetensors=True, low_cpu_mem_usage=False
        )
    except (OSError, ValueError, KeyError, ConnectionError) as error:
        raise FileNotFoundError(
            f"generator {name!r}: no diffusers model at {str(source)!r} ({first_line(error)}); put a diffusers folder"
            " there, or connect to the hub once so that it is cached, or choose one of " + ", ".join(GENERATORS)
        ) from error
    finally:
        logging.set_verbosity(told)


def denoiser_of(pipeline):
    """The network that denoises: a U-Net, or Stable Diffusion 3's transformer; None if it is of another kind."""
    transformer = getattr(pipeline, "transformer", None)
    return transformer if isinstance(transformer, SD3Transformer2DModel) else getattr(pipeline, "unet", None)


def training_levels(scheduler):
    """Levels (T,) float64 the model was trained on, rising: sigmas, or t in (0, 1] of a flow."""
    if isinstance(scheduler, FlowMatchEulerDiscreteScheduler):
        return np.sort(scheduler.sigmas.double().numpy()[scheduler.sigmas.numpy() > 0])
    return training_sigmas(scheduler.betas.double().numpy())


def forget(network, seed=0):
    """Give a network fresh weights: a null model."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        network.load_state_dict(type(network).from_config(network.config).state_dict())


def is_small(denoiser):
    """Whether a denoiser is an unconditional U-Net of few positions."""
    return isinstance(denoiser, UNet2DModel) and np.max(denoiser.config.sample_size) <= 32


def plain_attention(denoiser):
    """The denoiser with attention as plain matrix products: on a CPU and few positions faster than the fused kernel."""
    for module in denoiser.modules():
        if isinstance(module, Attention):
            module.set_processor(AttnProcessor())
    return denoiser


def keep_autoencoder_finite(vae, dtype):
    """Autoencoders that overflow in half precision (Stable Diffusion XL's) run in float32, as in diffusers."""
    if vae is not None and dtype == torch.float16 and vae.config.get("force_upcast", False):
        vae.to(torch.float32)


def text_condition(pipeline, prompt, image_size, device, dtype, guidance=1.0):
    """Keyword tensors (1, ...) that a conditional U-Net wants, made once; empty for an unconditional one."""
    if getattr(pipeline, "text_encoder", None) is None:
        return {}
    with torch.inference_mode():
        encoded = encode_prompt(pipeline, prompt, device)
    condition = {"encoder_hidden_states": encoded[0].to(device, dtype)}
    if getattr(pipeline, "transformer", None) is not None:
        return condition | {"pooled_projections": encoded[2].to(device, dtype)}
    if getattr(pipeline, "text_encoder_2", None) is not None:
        sizes = torch.tensor([[image_size, image_size, 0, 0, image_size, image_size]], device=device, dtype=dtype)
        condition |= {"text_embeds": encoded[2].to(device, dtype), "time_ids": sizes}
    width = pipeline.unet.config.get("time_cond_proj_dim")
    if width:
        weight = pipeline.get_guidance_scale_embedding(torch.tensor([guidance - 1.0]), embedding_dim=width)
        condition["timestep_cond"] = weight.to(device, dtype)
    return condition


def negative_condition(pipeline, condition, image_size, device, dtype):
    """The condition that guidance leads away from: the empty prompt, or zeros where the pipeline was trained so."""
    if pipeline.config.get("force_zeros_for_empty_prompt", False):
        return {k: v if k == "time_ids" else torch.zeros_like(v) for k, v in condition.items()}
    return text_condition(pipeline, "", image_size, device, dtype)


def encode_prompt(pipeline, prompt, device):
    """The pipeline's own prompt encoding, without the guidance half."""
    known = inspect.signature(pipeline.encode_prompt).parameters
    prompts = {name: prompt for name in known if name in ("prompt", "prompt_2", "prompt_3")}
    arguments = prompts | {"device": device, "num_images_per_prompt": 1, "do_classifier_free_guidance": False}
    return pipeline.encode_prompt(**{k: v for k, v in arguments.items() if k in known})


def resize(x, side):
    """Images (n, c, h, w) as squares of `side`: the middle one, framed in black, area-averaged or bicubic."""
    short = min(x.shape[-2:])
    top, left = (x.shape[-2] - short) // 2, (x.shape[-1] - short) // 2
    x = x[..., top : top + short, left : left + short]
    border = lacking(short, side)
    if border is not None:
        return torch.nn.functional.pad(x, [border] * 4, value=-1.0)
    mode = {"mode": "area"} if short > side else {"mode": "bicubic", "align_corners": False, "antialias": True}
    return torch.nn.functional.interpolate(x, size=(side, side), **mode).clamp(-1, 1)


def match_channels(x, channels):
    """Grey to colour by repeating, colour to grey by luminance (Rec. 601; exact for grey), equal counts as they are."""
    if x.shape[1] == channels:
        return x
    if x.shape[1] == 1:
        return x.expand(-1, channels, -1, -1)
    red, green, blue = x.float().split(1, 1)
    return (green + 0.299 * (red - green) + 0.114 * (blue - green)).expand(-1, channels, -1, -1)
