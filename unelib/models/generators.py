"""Diffusion models behind one contract: pixels -> latent, eps(x, t), latent -> pixels, schedule.

Everything downstream takes this contract and never a pipeline. Weights come from diffusers' own folders and classes,
by preset, local folder or hub id.
"""

import inspect
from typing import Any, Literal

import numpy as np
import torch
from diffusers import (
    DiffusionPipeline,
    DiTTransformer2DModel,
    FlowMatchEulerDiscreteScheduler,
    FlowMatchHeunDiscreteScheduler,
    PixArtTransformer2DModel,
    SD3Transformer2DModel,
    UNet2DModel,
    VQModel,
)
from diffusers.models.attention_processor import Attention, AttnProcessor
from diffusers.utils import logging
from numpy.typing import ArrayLike, NDArray

from ..core.files import value_hash
from ..worlds.picture_files import lacking
from .gan_generators import load_gan
from .loading import first_line, pick_device, pick_dtype, weights_digest
from .noise_schedule import Schedule, make_schedule, training_sigmas
from .packaged_weights import brought
from .presets import GENERATORS, find_model, is_gan

FLOWS = (FlowMatchEulerDiscreteScheduler, FlowMatchHeunDiscreteScheduler)
TRANSFORMERS = (SD3Transformer2DModel, DiTTransformer2DModel, PixArtTransformer2DModel)
PREDICTIONS = ("epsilon", "v_prediction", "sample")
PIECE = 8  # pictures through an autoencoder at once: faster on a CPU than more, and small beside the denoiser's batch


class Generator:
    """A diffusion model and what surrounds it: what `load_generator` returns.

    Parameters
    ----------
    name : str
        As asked for.
    pipeline : DiffusionPipeline
        diffusers' pipeline, with a U-Net or a transformer of `TRANSFORMERS`.
    device, dtype : torch.device, torch.dtype
        Where and in what precision the networks run; what they return is float32.
    prompt : str
        The text it is conditioned on; of a model that knows classes (DiT) a class, by its number or a name that the
        pipeline has for it, and the empty one for none.
    guidance : float
        Classifier-free guidance against the empty prompt; 1 is none.

    Attributes
    ----------
    latent_shape : tuple of int (c, h, w)
        Shape of the space that is diffused.
    latent_dim : int
        Its size, c x h x w.
    image_size : int
        Pixels a side.
    prompt : str
        The text it is conditioned on; empty for an unconditional model.
    prediction : {"epsilon", "v_prediction", "sample", "flow"}
        What the network predicts.
    flow : bool
        Whether it is a flow-matching model.
    levels : ndarray (T,), float64
        Noise levels it was trained on, rising: sigmas, or t in (0, 1] of a flow.
    ode : dict
        Steps, solver and grid of its ODE where a call does not name them, as `inversion.solved_by` sets them; empty:
        the workbook's own, `inversion.SETTINGS["workbook"]`.
    name, device, dtype, guidance
        As given.

    Raises
    ------
    ValueError
        On a model that predicts anything but epsilon, v, the clean sample or a flow's velocity, whose noise levels are
        not known, or that takes pictures beside the noise.

    Notes
    -----
    A network that also gives its variance (twice the channels: guided diffusion, IF, DiT) is asked for the mean alone.
    What samplers do beside the ODE, clipping and dynamic thresholding, is not done, nor are their own timesteps used.

    Examples
    --------
    >>> from unelib import load_generator, load_images
    >>> generator = load_generator("drawn-ddpm")
    >>> generator.latent_shape, generator.image_size, generator.prediction
    ((3, 32, 32), 32, 'v_prediction')
    >>> latents = generator.to_latent(load_images("drawn-faces", n=2).pixels)
    >>> latents.shape, generator.to_image(latents).shape
    (torch.Size([2, 3, 32, 32]), (2, 32, 32, 3))
    """

    def __init__(
        self,
        name: str,
        pipeline: DiffusionPipeline,
        device: torch.device,
        dtype: torch.dtype,
        prompt: str = "",
        guidance: float = 1.0,
    ) -> None:
        self.name, self.device, self.dtype, self.guidance = name, device, dtype, float(guidance)
        self.ode: dict[str, Any] = {}
        self.unet, self.scheduler = denoiser_of(pipeline), pipeline.scheduler
        self.vae: Any = getattr(pipeline, "vae", None) or getattr(pipeline, "vqvae", None)
        config = self.unet.config
        self.latent_shape = latent_shape_of(config)
        self.latent_dim = int(np.prod(self.latent_shape))
        self.image_size = self.latent_shape[-1] * (self.vae_factor if self.vae else 1)
        self.flow = isinstance(self.scheduler, FLOWS)
        self.prediction = "flow" if self.flow else self.scheduler.config.get("prediction_type", "epsilon")
        if self.prediction not in (*PREDICTIONS, "flow"):
            raise ValueError(f"{name} predicts {self.prediction!r}; {', '.join(PREDICTIONS)} and flows are supported")
        if config.out_channels not in (None, config.in_channels, 2 * config.in_channels):
            raise ValueError(
                f"{name} takes {config.in_channels} channels and gives {config.out_channels}: it wants a picture beside"
                " the noise, which has no way back; choose a model without (no inpainting, no editing, no upscaling)"
            )
        self.levels = training_levels(name, self.scheduler)
        self.condition = text_condition(pipeline, prompt, self.image_size, device, dtype, self.guidance)
        self.prompt = prompt if self.condition else ""
        self.negative = None
        if self.guidance != 1 and self.condition and "timestep_cond" not in self.condition:
            self.negative = negative_condition(pipeline, self.condition, self.image_size, device, dtype)

    def __repr__(self) -> str:
        return f"Generator({self.name!r}, latent {self.latent_shape}, image {self.image_size}, {self.dtype})"

    @property
    def settings(self) -> dict[str, Any]:
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
    def vae_factor(self) -> int:
        """How many pixels a side one latent cell stands for."""
        return 2 ** (len(self.vae.config.block_out_channels) - 1)

    def schedule(
        self,
        steps: int,
        grid: Literal["karras", "log-sigma", "uniform", "trailing", "leading"] = "trailing",
        *,
        spacing: str | None = None,
    ) -> Schedule:
        """Noise levels for a number of steps.

        Parameters
        ----------
        steps : int
            Steps of a solver, 1 to T - 1.
        grid : {"karras", "log-sigma", "uniform", "trailing", "leading"}
            See `noise_schedule.make_schedule`.
        spacing : str, optional
            What `grid` was called before version 0.2.

        Returns
        -------
        Schedule
            Levels and timesteps, each (steps + 1,), from the image to the noise.

        Raises
        ------
        ValueError
            On an unknown grid or steps out of range.

        Examples
        --------
        >>> load_generator("drawn-ddpm").schedule(25, "karras").steps
        25
        """
        return make_schedule(self.levels, steps, spacing or grid, flow=self.flow)

    @torch.inference_mode()
    def to_latent(self, pixels: NDArray[np.uint8]) -> torch.Tensor:
        """Latents of images: the posterior's mean, in the model's scale.

        Grey is repeated or colour becomes luminance as the networks' channels want it. Of pictures that are no square
        the middle is taken. Pictures of another size are framed in black if they lack one or two pixels on each side,
        else resized: by area when shrinking, bicubic when growing.

        Parameters
        ----------
        pixels : ndarray (n, h, w, 3), uint8
            Images, 0 to 255. One grey channel, (n, h, w, 1), is taken as well.

        Returns
        -------
        Tensor (n, *latent_shape), float32
            On the model's device.
        """
        x = torch.from_numpy(np.ascontiguousarray(pixels)).to(self.device).permute(0, 3, 1, 2).float() / 127.5 - 1
        x = resize(x, self.image_size)
        if self.vae is None:
            return match_channels(x, self.latent_shape[0])
        mean = torch.cat([self.encoded(part) for part in match_channels(x, self.vae.config.in_channels).split(PIECE)])
        return (mean.float() - self.shift) * self.vae.config.scaling_factor

    def encoded(self, x: torch.Tensor) -> torch.Tensor:
        """The autoencoder's latents of a few pictures (n, c, h, w) in -1..1, in its own scale."""
        code = self.vae.encode(self.fit(x, self.vae.dtype))
        return code.latents if isinstance(self.vae, VQModel) else code.latent_dist.mean

    @torch.inference_mode()
    def to_image(self, latent: torch.Tensor) -> NDArray[np.uint8]:
        """Images of latents.

        Parameters
        ----------
        latent : Tensor (n, *latent_shape)
            Clean latents in the model's scale, on its device.

        Returns
        -------
        ndarray (n, h, w, 3), uint8
            Images, 0 to 255.
        """
        x = ((self.unclipped(latent).clamp(-1, 1) + 1) * 127.5).round().to(torch.uint8)
        return match_channels(x, 3).permute(0, 2, 3, 1).cpu().numpy()

    def unclipped(self, latent: torch.Tensor) -> torch.Tensor:
        """Pictures (n, channels, h, w) float32 of latents before they are cut to -1..1 and rounded: differentiable."""
        if self.vae is None:
            return latent.float()
        code = latent.float() / self.vae.config.scaling_factor + self.shift
        parts = [self.vae.decode(self.fit(part, self.vae.dtype)).sample.float() for part in code.split(PIECE)]
        return torch.cat(parts)

    @property
    def shift(self) -> float:
        """What the autoencoder's latents are centred by (0 for most)."""
        return self.vae.config.get("shift_factor", None) or 0.0

    def eps(self, x: torch.Tensor, t: float) -> torch.Tensor:
        """The noise eps that the model sees in x at a timestep.

        Parameters
        ----------
        x : Tensor (n, *latent_shape)
            As the model sees it: sqrt(abar) z0 + sqrt(1 - abar) eps, or (1 - t) z0 + t eps of a flow.
        t : float
            The timestep; need not be whole.

        Returns
        -------
        Tensor (n, *latent_shape), float32
            The noise.
        """
        out = self.guided(x, t)
        if self.flow:
            return x + (1 - t / len(self.levels)) * out
        abar = float(1 / (1 + self.sigma_at(t) ** 2))
        if self.prediction == "v_prediction":
            return abar**0.5 * out + (1 - abar) ** 0.5 * x
        return (x - abar**0.5 * out) / (1 - abar) ** 0.5 if self.prediction == "sample" else out

    def slope(self, x: torch.Tensor, t: float) -> torch.Tensor:
        """The ODE's right-hand side at a timestep: eps, or the velocity eps - z0 of a flow.

        Parameters
        ----------
        x : Tensor (n, *latent_shape)
            As the model sees it; see `eps`.
        t : float
            The timestep; need not be whole.

        Returns
        -------
        Tensor (n, *latent_shape), float32
            The slope.
        """
        return self.guided(x, t) if self.flow else self.eps(x, t)

    def guided(self, x: torch.Tensor, t: float) -> torch.Tensor:
        """The network's output in float32, led away from the empty prompt; without guidance one pass of it."""
        out = self.predict(x, t, self.condition)
        if self.negative is None:
            return out
        plain = self.predict(x, t, self.negative)
        return plain + self.guidance * (out - plain)

    def predict(self, x: torch.Tensor, t: float, condition: dict[str, torch.Tensor]) -> torch.Tensor:
        """The network's own output in float32 under one condition, without the variance that some give after it."""
        n = len(x)
        time = torch.full((n,), float(t), device=self.device, dtype=torch.float32)
        extra = {key: value.expand(n, *value.shape[1:]) for key, value in condition.items()}
        text, weight = extra.pop("encoder_hidden_states", None), extra.pop("timestep_cond", None)
        kwargs: dict[str, Any] = {} if text is None else {"encoder_hidden_states": text}
        kwargs |= {} if weight is None else {"timestep_cond": weight}
        if isinstance(self.unet, TRANSFORMERS):
            if isinstance(self.unet, PixArtTransformer2DModel):
                kwargs["added_cond_kwargs"] = {key: extra.pop(key, None) for key in ("resolution", "aspect_ratio")}
            out = self.unet(self.fit(x), timestep=time, **kwargs, **extra).sample
        else:
            kwargs |= {"added_cond_kwargs": extra} if extra else {}
            out = self.unet(self.fit(x), time, **kwargs).sample
        return out[:, : len(x[0])].float()

    def fit(self, x: torch.Tensor, dtype: torch.dtype | None = None) -> torch.Tensor:
        """A tensor in the networks' precision and memory layout."""
        return x.to(dtype or self.dtype).contiguous(memory_format=torch.channels_last)

    def sigma_at(self, t: ArrayLike) -> NDArray[np.float64] | np.float64:
        """Noise level of a timestep that need not be whole: linear in t on log sigma."""
        return np.exp(np.interp(np.asarray(t, float), np.arange(len(self.levels)), np.log(self.levels)))


def load_generator(
    name: str,
    device: str | torch.device = "auto",
    dtype: Literal["auto", "float32", "float16", "bfloat16"] = "auto",
    prompt: str = "",
    guidance: float = 1.0,
    revision: str | None = None,
    *,
    compile: bool = False,
) -> Generator:
    """A generator by preset, local folder or hub id.

    Parameters
    ----------
    name : str
        A preset (`GENERATORS`), a local diffusers folder or a hub id. `untrained:` before a name gives the same
        architecture with fresh weights (seed 0): the null model. A folder that `save_gan` wrote, and the preset
        "known-latent", give a `GanGenerator`: it makes pictures of latents that are known, and inverts none.
    device : str or torch.device
        "auto" takes a GPU if there is one; or "cpu", "cuda", "cuda:1", "mps".
    dtype : {"auto", "float32", "float16", "bfloat16"}
        Precision of the networks. "auto" is float32 on a CPU and float16 on a GPU. At 25 calls of `drawn-ldm` float16
        moves the noise by 0.13 % of its length, less than the solver errs (0.33 %); bfloat16 by 1.7 %, so it is never
        chosen for you (`benchmarks/inversion.py` measures it).
    prompt : str
        Text the model is conditioned on, encoded once; ignored by unconditional models.
    guidance : float
        Classifier-free guidance against the empty prompt. 1 means one pass of the network a call, and so does any
        guidance of a model that was distilled to take it as an input (latent consistency).
    revision : str, optional
        Branch, tag or commit of a hub id.
    compile : bool
        Let torch compile the denoiser: the first call takes a minute, the others less than before.

    Returns
    -------
    Generator
        The model behind the contract that everything downstream takes.

    Raises
    ------
    FileNotFoundError
        If the model, or the package that its weights come in, cannot be had; it says what to do.
    ValueError
        If a GAN's files disagree, if diffusers does not ship the pipeline's class, if it has no U-Net or supported
        transformer, as `Generator` does, on an unknown dtype, or on a device that this machine lacks.

    Examples
    --------
    >>> from unelib import load_generator
    >>> load_generator("drawn-ddpm").latent_shape
    (3, 32, 32)
    """
    place, untrained = pick_device(device), name.startswith("untrained:")
    source = brought(find_model(name.removeprefix("untrained:"), GENERATORS, "generator"))
    precision = pick_dtype(dtype, place)
    if is_gan(source):  # keeps the contract, which is what callers take
        return load_gan(name, source, place, precision, untrained)
    pipeline = open_pipeline(name, source, precision, revision)
    if denoiser_of(pipeline) is None:
        raise ValueError(
            f"{name}: {type(pipeline).__name__} has no denoiser that is known here, a U-Net or a transformer of"
            f" {', '.join(kind.__name__ for kind in TRANSFORMERS)}; choose a pipeline such as {list(GENERATORS)}"
        )
    if untrained:
        forget(denoiser_of(pipeline))
    for part in (p for p in pipeline.components.values() if isinstance(p, torch.nn.Module)):
        part.to(device=place).eval().requires_grad_(False)
    for part in filter(None, (denoiser_of(pipeline), getattr(pipeline, "vae", None), getattr(pipeline, "vqvae", None))):
        part.to(memory_format=torch.channels_last)
    if place.type == "cpu" and is_small(denoiser_of(pipeline)):
        plain_attention(pipeline.unet)
    keep_autoencoder_finite(getattr(pipeline, "vae", None), precision)
    if compile:
        denoiser_of(pipeline).compile()
    return Generator(name, pipeline, place, precision, prompt, guidance)


def open_pipeline(name, source, dtype, revision):
    """The diffusers pipeline at a folder or hub id, safetensors only; one clear error if it cannot be had.

    FileNotFoundError where there is none; ValueError where it is of a class that diffusers does not ship.
    """
    told = logging.get_verbosity()
    logging.set_verbosity_error()  # diffusers remarks on an autoencoder of a kind it did not expect in this pipeline
    try:
        return DiffusionPipeline.from_pretrained(
            source, dtype=dtype, revision=revision, use_safetensors=True, low_cpu_mem_usage=False
        )
    except AttributeError as error:
        raise ValueError(
            f"generator {name!r}: diffusers does not ship a class that {str(source)!r} names ({first_line(error)});"
            f" load it by its own class and give it to unelib.models.Generator({name!r}, pipeline, device, dtype)"
        ) from error
    except (OSError, ValueError, KeyError, ConnectionError) as error:
        raise FileNotFoundError(
            f"generator {name!r}: no diffusers model at {str(source)!r} ({first_line(error)}); put a diffusers folder"
            " there, or connect to the hub once so that it is cached, or choose one of " + ", ".join(GENERATORS)
        ) from error
    finally:
        logging.set_verbosity(told)


def denoiser_of(pipeline):
    """The network that denoises: a U-Net, or a transformer of `TRANSFORMERS`; None if it is of another kind."""
    transformer = getattr(pipeline, "transformer", None)
    return transformer if isinstance(transformer, TRANSFORMERS) else getattr(pipeline, "unet", None)


def latent_shape_of(config):
    """Shape (c, h, w) of what a denoiser of this configuration diffuses."""
    side = config["sample_size"]
    return config["in_channels"], *((side, side) if isinstance(side, int) else side)


def training_levels(name, scheduler):
    """Levels (T,) float64 the model was trained on, rising: sigmas, or t in (0, 1] of a flow."""
    if isinstance(scheduler, FLOWS):
        return np.sort(scheduler.sigmas.double().numpy()[scheduler.sigmas.numpy() > 0])
    if getattr(scheduler, "betas", None) is None:
        raise ValueError(
            f"{name} has a {type(scheduler).__name__}, whose noise levels are not known here; put the scheduler's"
            " config into the model's folder as a DDIMScheduler's or a FlowMatchEulerDiscreteScheduler's"
        )
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
    """Keyword tensors (1, ...) that a conditional network wants, made once; empty for an unconditional one."""
    if isinstance(denoiser_of(pipeline), DiTTransformer2DModel):
        return {"class_labels": torch.tensor([class_number(pipeline, prompt)], device=device)}
    if getattr(pipeline, "text_encoder", None) is None:
        return {}
    with torch.inference_mode():
        encoded = encode_prompt(pipeline, prompt, device)
    condition = {"encoder_hidden_states": encoded[0].to(device, dtype)}
    if isinstance(denoiser_of(pipeline), PixArtTransformer2DModel):
        condition |= {"encoder_attention_mask": encoded[1].to(device)}
        if pipeline.transformer.use_additional_conditions:
            size = {"resolution": [[image_size, image_size]], "aspect_ratio": [[1.0]]}
            condition |= {key: torch.tensor(value, device=device, dtype=dtype) for key, value in size.items()}
        return condition
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


def class_number(pipeline, name):
    """Number of a class that a pipeline knows by this name or number; that of no class for the empty name."""
    known, count = getattr(pipeline, "labels", None) or {}, denoiser_of(pipeline).config.num_embeds_ada_norm
    if name.isdecimal() and int(name) < count:
        return int(name)
    if name and name not in known:
        some = ", ".join(list(known)[:5]) or "no names"
        raise ValueError(f"no class {name!r}; give a number from 0 to {count - 1}, or a name ({some} ...)")
    return known.get(name, count)


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
