"""Diffusion models behind one contract: pixels -> latent, eps(x, t), latent -> pixels, schedule.

Everything downstream takes this contract and never a pipeline. Weights come from diffusers' own folders and classes,
by preset, local folder or hub id.
"""

import copy
from collections.abc import Sequence
from functools import partial
from typing import Any, Literal

import numpy as np
import torch
from diffusers import DiffusionPipeline
from diffusers.utils import logging
from numpy.typing import ArrayLike, NDArray

from ..core.files import value_hash
from .autoencoder_kinds import code_of, kept_finite, pixels_a_cell
from .denoiser_families import (
    TRANSFORMERS,
    denoiser_of,
    forget,
    is_small,
    latent_shape_of,
    network_output,
    plain_attention,
)
from .gan_generators import load_gan
from .loading import first_line, pick_device, pick_dtype, weights_digest
from .noise_schedule import Schedule, make_schedule
from .packaged_weights import brought
from .presets import GENERATORS, find_model, is_gan
from .prompt_conditions import (
    GUIDED,
    class_conditions,
    language_model_in_range,
    negative_condition,
    text_condition,
)
from .scheduler_levels import is_flow, training_levels
from .square_pictures import eight_bits, match_channels, resize

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
        The text it is conditioned on; of a model that knows classes (DiT, and a U-Net with embeddings of classes, the
        last of which stands for none) a class, by its number or a name that the pipeline has for it, and the empty one
        for none.
    guidance : float
        Classifier-free guidance against the empty prompt; 1 is none.
    conditions : sequence of str
        Other texts that `told` is to know; they are encoded at once, so that no language model is kept.

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
    conditions : dict of str to dict
        What `told` knows: the texts it was given, or every class of a model of classes.
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
        conditions: Sequence[str] = (),
    ) -> None:
        self.name, self.device, self.dtype, self.guidance = name, device, dtype, float(guidance)
        self.ode: dict[str, Any] = {}
        self.unet, self.scheduler = denoiser_of(pipeline), pipeline.scheduler
        self.vae: Any = getattr(pipeline, "vae", None) or getattr(pipeline, "vqvae", None)
        config = self.unet.config
        self.latent_shape = latent_shape_of(config, self.vae and self.vae.config)
        self.latent_dim = int(np.prod(self.latent_shape))
        self.image_size = self.latent_shape[-1] * (self.vae_factor if self.vae else 1)
        self.flow = is_flow(self.scheduler)
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
        as_told = partial(text_condition, pipeline, image_size=self.image_size, device=device, dtype=dtype)
        encoded = {text: as_told(text, guidance=self.guidance) for text in conditions}
        if encoded and not self.condition:
            raise ValueError(f"{name} is unconditional and cannot be told {list(conditions)}; leave conditions out")
        self.conditions = class_conditions(pipeline, device) | encoded
        self.negative = None
        if self.guidance != 1 and self.condition and not GUIDED & self.condition.keys():
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

    def told(self, condition: str) -> "Generator":
        """The same networks under another condition.

        Parameters
        ----------
        condition : str
            One of `conditions`; of a model of classes a class, by its number or name, or the empty text for none.

        Returns
        -------
        Generator
            Another one, which shares all else.

        Raises
        ------
        ValueError
            On a condition that it was not loaded with, or that names no class.

        Examples
        --------
        >>> load_generator("fashion-cond-ddpm").told("7").prompt
        '7'
        """
        if condition not in self.conditions:
            known = ", ".join(map(repr, list(self.conditions)[:12])) or "none"
            raise ValueError(
                f"{self.name} cannot be told {condition!r}; it knows {known}; give others to load_generator("
                f"{self.name!r}, conditions=[...]), where the model reads text"
            )
        twin = copy.copy(self)
        twin.prompt, twin.condition = condition, self.conditions[condition]
        return twin

    @property
    def vae_factor(self) -> int:
        """How many pixels a side one latent cell stands for."""
        return pixels_a_cell(self.vae.config)

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
        x = torch.from_numpy(np.array(pixels, order="C")).to(self.device).permute(0, 3, 1, 2).float() / 127.5 - 1
        x = resize(x, self.image_size)
        if self.vae is None:
            return match_channels(x, self.latent_shape[0])
        mean = torch.cat([self.encoded(part) for part in match_channels(x, self.vae.config.in_channels).split(PIECE)])
        return (mean.float() - self.shift) * self.vae.config.scaling_factor

    def encoded(self, x: torch.Tensor) -> torch.Tensor:
        """The autoencoder's latents of a few pictures (n, c, h, w) in -1..1, in its own scale."""
        return code_of(self.vae, self.fit(x, self.vae.dtype))

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

        Raises
        ------
        ValueError
            On pictures that are not finite, which half precision makes of large values.
        """
        return eight_bits(self.unclipped(latent), self.name)

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
        time = torch.full((len(x),), float(t), device=self.device, dtype=torch.float32)
        told = {key: value.expand(len(x), *value.shape[1:]) for key, value in condition.items()}
        return network_output(self.unet, self.fit(x), time, told)[:, : len(x[0])].float()

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
    conditions: Sequence[str] = (),
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
        Text the model is conditioned on, encoded once as its own pipeline does (SANA's after an instruction that comes
        with it); ignored by unconditional models.
    guidance : float
        Classifier-free guidance against the empty prompt. 1 means one pass of the network a call, and so does any
        guidance of a model that was distilled to take it as an input (latent consistency, FLUX.1-dev).
    revision : str, optional
        Branch, tag or commit of a hub id.
    conditions : sequence of str
        Texts that `Generator.told` is to know beside the prompt. A model of classes knows its classes without.
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
    kept_finite(getattr(pipeline, "vae", None), precision)
    language_model_in_range(pipeline, precision)
    if compile:
        denoiser_of(pipeline).compile()
    return Generator(name, pipeline, place, precision, prompt, guidance, conditions)


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
