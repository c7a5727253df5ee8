"""How well a denoiser that is told a condition finds the noise that was added to a picture, condition by condition.

Each picture is asked about at pairs (t, eps) of a noise level and a noise, the same for all conditions and pictures, so
that what one condition's error exceeds another's by is not a matter of which noise either had.
"""

from collections.abc import Sequence
from typing import Literal

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray

from ..core.checks import choice, name_list, whole
from ..inversion.ode import batches
from ..models.contracts import ConditionalLike
from ..models.picture_encoder import PictureEncoder
from .denoiser_blocks import pictures_or_latents

Spread = Literal["uniform", "log-sigma", "karras"]
SPREADS = ("uniform", "log-sigma", "karras")
GOLDEN = (np.sqrt(5) - 1) / 2


def denoising_errors(
    gen: ConditionalLike,
    images: ArrayLike,
    conditions: Sequence[str],
    pairs: int = 16,
    grid: Spread = "uniform",
    span: tuple[float, float] = (0.0, 1.0),
    seed: int = 0,
    batch_size: int | Literal["auto"] = 64,
    *,
    progress: bool = False,
) -> NDArray[np.float64]:
    """The mean squared error of the noise that is found in pictures under each condition.

    It is E ||eps - eps_c(x_t, t)||^2 / d over pairs (t, eps), d being the latent's size [1]_. On the grid "log-sigma",
    whose levels are even in log sigma, differences of it between conditions c are those of -log p(image | c), over the
    span of log sigma and d: the mean is an exact bound's integral, estimated by the pairs [2]_.

    Parameters
    ----------
    gen : ConditionalLike
        A generator with `told`: of classes, or of texts that it was loaded with (`load_generator(conditions=...)`).
        Without guidance: guided noise is further from what was added, and is no bound's.
    images : array-like (n, h, w, 3), uint8, or (n, *latent_shape)
        Pictures, or their clean latents.
    conditions : sequence of str
        What it is told; c of them.
    pairs : int
        How often it is asked about each picture under each condition: c times as many calls. The first pairs of many
        are those of few.
    grid : {"uniform", "log-sigma", "karras"}
        How noise levels are spread: evenly in timesteps, as the paper does, in log sigma, or in sigma^(1/7).
    span : (float, float)
        The part of the grid that levels are taken from, 0 to 1: from the clean image to the noise.
    seed : int
        Of the noises.
    batch_size : int or "auto"
        Images at once.
    progress : bool
        Whether to show a bar.

    Returns
    -------
    ndarray (n, c), float64
        A row an image, a column a condition.

    Raises
    ------
    ValueError
        On fewer conditions than two, one that is there twice or is not known, fewer pairs than one, an unknown grid, a
        span that is none, a generator that cannot be told anything or finds noise that is not finite, and images as
        `invert`.

    References
    ----------
    .. [1] Li et al., "Your Diffusion Model is Secretly a Zero-Shot Classifier", ICCV 2023, eq. 6.
    .. [2] Kingma et al., "Variational Diffusion Models", 2021, eq. 15; Kong et al., 2023, eq. 9.

    Examples
    --------
    >>> from unelib.models import ExactClasses
    >>> latents = np.zeros((5, 1, 4, 4), np.float32)
    >>> denoising_errors(ExactClasses(), latents, ["0", "1", "2"], pairs=4).shape
    (5, 3)
    """
    return pair_errors(gen, images, conditions, pairs, grid, span, seed, batch_size, progress=progress).mean(2)


def pair_errors(
    gen: ConditionalLike,
    images: ArrayLike,
    conditions: Sequence[str],
    pairs: int = 16,
    grid: Spread = "uniform",
    span: tuple[float, float] = (0.0, 1.0),
    seed: int = 0,
    batch_size: int | Literal["auto"] = 64,
    *,
    progress: bool = False,
) -> NDArray[np.float64]:
    """The squared error of each pair, whose mean over pairs is `denoising_errors`.

    Parameters
    ----------
    gen, images, conditions, pairs, grid, span, seed, batch_size, progress
        As `denoising_errors` takes them.

    Returns
    -------
    ndarray (n, c, pairs), float64
        In the order in which `classify` asks.

    Raises
    ------
    ValueError
        As `denoising_errors`.

    Examples
    --------
    >>> from unelib.models import ExactClasses
    >>> pair_errors(ExactClasses(), np.zeros((5, 1, 4, 4), np.float32), ["0", "1"], pairs=4).shape
    (5, 2, 4)
    """
    asked, given = Questions(gen, conditions, pairs, grid, span, seed), pictures_or_latents(gen, images)
    found = np.empty((len(given), len(asked.told), pairs))
    for rows in batches(gen, len(given), batch_size, progress=progress, label=f"asking {gen.name}"):
        clean = asked.clean(given[rows])
        for pair in range(pairs):
            for condition in range(len(asked.told)):
                found[rows, condition, pair] = asked.errors(clean, pair, condition)
    return found


def error_encoder(
    gen: ConditionalLike,
    conditions: Sequence[str],
    pairs: int = 4,
    grid: Spread = "uniform",
    span: tuple[float, float] = (0.0, 1.0),
    seed: int = 0,
) -> PictureEncoder:
    """An encoder whose embedding of a picture is its denoising errors, a column a condition: a view for a zoo.

    Parameters
    ----------
    gen, conditions, pairs, grid, span, seed
        As `denoising_errors` takes them.

    Returns
    -------
    PictureEncoder
        Its `.settings` are what a view depends on. Conditions differ in the third digit of an error, so that the view
        is to be kept as float32.

    Raises
    ------
    ValueError
        As `denoising_errors`.

    Examples
    --------
    >>> from unelib import load_generator
    >>> enc = error_encoder(load_generator("fashion-cond-ddpm"), ["0", "7"], pairs=1)
    >>> enc.embed(np.zeros((2, 28, 28, 3), np.uint8)).shape
    (2, 2)
    """
    Questions(gen, conditions, pairs, grid, span, seed)  # errors before any work
    how = {"conditions": list(conditions), "pairs": pairs, "grid": grid, "span": list(span), "seed": seed}
    return PictureEncoder(
        f"errors of {gen.name}",
        lambda pixels: denoising_errors(gen, pixels, conditions, pairs, grid, span, seed),
        gen.settings | how,
    )


class Questions:
    """What a generator is asked: pairs (t, eps), the same for all conditions and pictures. `.told` is it under each."""

    def __init__(self, gen, conditions, pairs, grid, span, seed):
        self.told = told_each(gen, conditions)
        if not whole(pairs, 1):
            raise ValueError(f"pairs is {pairs!r}; choose a whole number from 1")
        low, high = checked_span(span)
        self.gen, self.seed = gen, seed
        self.schedule = gen.schedule(len(gen.levels) - 1, choice(grid, SPREADS, "grid"))
        places = low + (high - low) * even_places(pairs)
        self.levels = np.round(places * self.schedule.steps).astype(int)

    def clean(self, images):
        """Clean latents of images, or of latents themselves, as a tensor."""
        return self.gen.to_latent(images) if images.dtype == np.uint8 else torch.from_numpy(images).to(self.gen.device)

    def noise(self, pair):
        """eps (1, *latent_shape) of a pair."""
        drawn = np.random.default_rng([self.seed, pair]).standard_normal((1, *self.gen.latent_shape), np.float32)
        return torch.from_numpy(drawn).to(self.gen.device)

    @torch.inference_mode()
    def errors(self, clean, pair, condition):
        """Mean squared errors (n,) float64 of the noise found in clean latents (n, ...) at a pair."""
        level, noise = self.levels[pair], self.noise(pair)
        x, t = noised_to(self.schedule, level, clean, noise), float(self.schedule.timesteps[level])
        off = self.told[condition].eps(x, t) - noise
        found = off.double().square().flatten(1).mean(1).cpu().numpy()
        if not np.isfinite(found).all():
            raise ValueError(f"{self.gen.name} finds noise that is not finite at timestep {t:g}; use dtype='float32'")
        return found


def noised_to(schedule, level, clean, noise):
    """The state at a level of a schedule: sqrt(abar) (z0 + sigma e), or (1 - t) z0 + t e of a flow."""
    amount = float(schedule.levels[level])
    if schedule.flow:
        return (1 - amount) * clean + amount * noise
    return float(schedule.scales[level]) * (clean + amount * noise)


def even_places(n):
    """Places (n,) in 0..1 of which the first few, too, are spread evenly: multiples of the golden ratio, modulo 1.

    >>> np.sort(even_places(5)).round(2).tolist()
    [0.12, 0.35, 0.5, 0.74, 0.97]
    """
    return (0.5 + GOLDEN * np.arange(n)) % 1


def told_each(gen, conditions):
    """The generator under each condition; ValueError on fewer than two, one that is twice, and where it takes none."""
    names = name_list(conditions, "conditions")
    if len(names) < 2 or len(set(names)) < len(names):
        raise ValueError(f"conditions are {names}; give two at least, each once")
    if not hasattr(gen, "told"):
        raise ValueError(f"{gen.name} cannot be told a condition; choose a generator of classes or texts")
    return [gen.told(name) for name in names]


def checked_span(span):
    """Both ends of a part of 0..1, or a ValueError."""
    ends = np.asarray(span, np.float64)
    if ends.shape != (2,) or not 0 <= ends[0] < ends[1] <= 1:
        raise ValueError(f"span is {span!r}; give two numbers, 0 <= low < high <= 1")
    return ends
