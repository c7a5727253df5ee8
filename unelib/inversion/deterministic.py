"""Inversion and generation: the probability-flow ODE solved from image to noise and back.

The ODE's state u is what the model sees, divided by the signal's scale (see `models.noise_schedule`); its right-hand
side is the generator's `slope`; `ode` solves one batch, `solvers` holds the ways to.
"""

import hashlib
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
import torch
from numpy.typing import ArrayLike, NDArray

from ..gaussianity.noise_maps import noise_diagnostics
from ..models.contracts import GeneratorLike
from ..models.noise_schedule import abar_of
from .choices import PAIRED, Grid, Solver
from .ode import batches, check_noise, check_pixels, from_noise, in_one_pass, pick_solver, settled, to_noise


@dataclass(eq=False)
class Inversion:
    """Noise of n images, and one row of diagnostics an image: what `invert` returns.

    Its length is n.

    Attributes
    ----------
    noise : ndarray (n, *latent_shape), float32
        The noise, scaled to the model's own x_T, near N(0, 1).
    diagnostics : DataFrame (n rows)
        The columns of `noise_diagnostics`, and `calls`: how often the model was asked about each image.
    before : ndarray (n, *latent_shape), float32, or None
        The second state of an exactly invertible solver, which needs it to come back; None for others. Of "bdia" and
        "belm" it is the state one level below the noise, of "edict" that of the second chain.

    Examples
    --------
    >>> from unelib import invert, load_generator, load_images
    >>> pixels = load_images("drawn-faces", n=2, size=32).pixels
    >>> found = invert(load_generator("drawn-ddpm"), pixels, steps=3)
    >>> len(found), found.noise.shape, found.before is None
    (2, (2, 3, 32, 32), True)
    """

    noise: NDArray[np.float32]
    diagnostics: pd.DataFrame
    before: NDArray[np.float32] | None = None

    def __len__(self) -> int:
        return len(self.noise)


def invert(
    gen: GeneratorLike,
    pixels: ArrayLike,
    steps: int | None = None,
    solver: Solver | None = None,
    grid: Grid | None = None,
    batch_size: int | Literal["auto"] = 64,
    *,
    progress: bool = False,
    forward: int = 0,
) -> Inversion:
    """Noise that the generator assigns to images: the ODE from the image to the highest noise level.

    Parameters
    ----------
    gen : GeneratorLike
        What `load_generator` or `NoiseZoo.generator` returns, or any model with the same contract.
    pixels : array-like (n, h, w, 3), uint8
        Images, 0 to 255. One grey channel, (n, h, w, 1), is taken as well.
    steps : int, optional
        Steps of the solver. What is left out of steps, solver and grid is as the generator's noise was made, where a
        zoo gave it (`NoiseZoo.generator`), else 25, "ab2" and "karras".
    solver : {"ab2", "heun", "ddim", "euler", "fixed-point", "renoise", "bdia", "belm", "edict", ...}, optional
        How the ODE is solved; see `inversion.solvers`.
    grid : {"karras", "log-sigma", "uniform", "trailing", "leading"}, optional
        Where the noise levels lie; see `models.make_schedule`. `SETTINGS` names settings of steps, solver and grid:
        `invert(gen, pixels, **SETTINGS["authors"])`.
    batch_size : int or "auto"
        Images at once; "auto" takes what fits into the device's memory.
    progress : bool
        Whether to show a bar.
    forward : int
        Skip this many of the first, least noisy steps: the image is given fresh noise of that level instead [1]_,
        drawn from a seed that is the picture's own hash.

    Returns
    -------
    Inversion
        `.noise` (n, *latent_shape) is scaled to the model's own x_T, near N(0, 1). `.diagnostics` has the columns of
        `noise_diagnostics` and `calls`, how often the model was asked about each image.

    Raises
    ------
    ValueError
        On an unknown solver or grid, on steps, `forward` or a batch size out of range, on pixels of another kind, if
        the noise is not finite, or for a GAN, which has no way back.

    References
    ----------
    .. [1] "There and Back Again", 2024.

    Examples
    --------
    >>> from unelib import invert, load_generator, load_images
    >>> pixels = load_images("drawn-faces", n=2, size=32).pixels
    >>> found = invert(load_generator("drawn-ddpm"), pixels, steps=3)
    >>> found.noise.shape, found.diagnostics.calls.tolist()
    ((2, 3, 32, 32), [3, 3])
    """
    pixels = check_pixels(pixels)
    count, way, levels = settled(gen, steps, solver, grid)
    integrate, schedule = pick_solver(way), gen.schedule(count, levels)
    check_forward(forward, schedule)
    parts = []
    for rows in batches(gen, len(pixels), batch_size, progress=progress, label=f"inverting with {gen.name}"):
        latent = gen.to_latent(pixels[rows])
        start = diffused(latent, schedule, forward, pixels[rows]) if forward else latent
        parts.append(to_noise(gen, start, integrate, schedule, forward))
    noise, before, calls = zip(*parts)
    found = joined(noise)
    if not np.isfinite(found).all():
        raise ValueError(f"{gen.name} gave noise that is not finite; use dtype='float32' or fewer steps")
    diagnostics = noise_diagnostics(found).assign(calls=joined(calls))
    return Inversion(found, diagnostics, None if before[0] is None else joined(before))


def joined(parts):
    """Tensors of several batches as one array."""
    return np.concatenate([part.cpu().numpy() for part in parts])


def generate(
    gen: GeneratorLike,
    noise: ArrayLike,
    steps: int | None = None,
    solver: Solver | None = None,
    grid: Grid | None = None,
    batch_size: int | Literal["auto"] = 64,
    *,
    progress: bool = False,
    before: ArrayLike | None = None,
) -> NDArray[np.uint8]:
    """Images that the generator makes of noise: the ODE run backwards.

    Parameters
    ----------
    gen : GeneratorLike
        What `load_generator` or `NoiseZoo.generator` returns, or any model with the same contract.
    noise : array-like (n, *latent_shape)
        Noise near N(0, 1), such as `Inversion.noise`. Flat rows, (n, latent_dim), are taken as well.
    steps, solver, grid, batch_size, progress
        As in `invert`. A GAN takes one pass, whatever steps are asked for.
    before : array-like (n, *latent_shape), optional
        `Inversion.before` of an exactly invertible solver, "bdia", "belm" or "edict". An edit moves both by the same
        step.

    Returns
    -------
    ndarray (n, h, w, 3), uint8
        Images, 0 to 255.

    Raises
    ------
    ValueError
        On an unknown solver or grid, on steps or a batch size out of range, on noise of another shape or with values
        that are not finite, or on `before` with a solver that takes none.

    Examples
    --------
    >>> from unelib import generate, load_generator
    >>> noise = np.random.default_rng(0).standard_normal((2, 3, 32, 32))
    >>> images = generate(load_generator("drawn-ddpm"), noise, steps=3)
    >>> images.shape, images.dtype
    ((2, 32, 32, 3), dtype('uint8'))
    """
    parts = []
    for latent in generated(gen, noise, steps, solver, grid, batch_size, progress, before):
        parts.append(gen.to_image(latent))
    return np.concatenate(parts)


def generate_latents(
    gen: GeneratorLike,
    noise: ArrayLike,
    steps: int | None = None,
    solver: Solver | None = None,
    grid: Grid | None = None,
    batch_size: int | Literal["auto"] = 64,
    before: ArrayLike | None = None,
) -> NDArray[np.float32]:
    """Latents (n, *latent_shape) float32 that `generate` makes images of."""
    parts = generated(gen, noise, steps, solver, grid, batch_size, False, before)
    return np.concatenate([latent.cpu().numpy() for latent in parts])


def generated(gen, noise, steps, solver, grid, batch_size, progress, before):
    """Latents, batch after batch."""
    noise = check_noise(gen, noise)
    if in_one_pass(gen) and before is None:  # whatever steps are asked for, there are none
        for rows in batches(gen, len(noise), batch_size, progress=progress, label=f"generating with {gen.name}"):
            yield torch.from_numpy(noise[rows]).to(gen.device)
        return
    steps, solver, grid = settled(gen, steps, solver, grid)
    integrate, schedule = pick_solver(solver), gen.schedule(steps, grid)
    if before is not None:
        before = check_noise(gen, before)
        if solver not in PAIRED:
            raise ValueError(f"solver {solver!r} takes no second state `before`; one of {', '.join(PAIRED)} does")
    for rows in batches(gen, len(noise), batch_size, progress=progress, label=f"generating with {gen.name}"):
        start = torch.from_numpy(noise[rows]).to(gen.device)
        pair = None if before is None else torch.from_numpy(before[rows]).to(gen.device)
        yield from_noise(gen, start, integrate, schedule, pair)


def diffused(latent, schedule, level, pixels):
    """The state at a level that fresh noise leads to."""
    fresh = torch.from_numpy(own_noise(pixels, latent.shape[1:])).to(latent.device)
    return noised(latent, fresh, schedule, level)


def noised(latent, fresh, schedule, level):
    """The ODE's state where noise `fresh` is added to latents up to a level of the schedule."""
    level = float(schedule.levels[level])
    return (1 - level) * latent + level * fresh if schedule.flow else latent + level * fresh


def check_forward(forward, schedule):
    """ValueError unless some steps of the ODE are left."""
    if not 0 <= forward < schedule.steps:
        raise ValueError(f"forward is {forward}; choose 0 to {schedule.steps - 1}, less than the steps")


def reconstruct(gen: GeneratorLike, pixels: ArrayLike, batch_size: int = 64) -> NDArray[np.uint8]:
    """Images (n, h, w, 3) uint8 through the generator's autoencoder alone: the best that any round trip can show."""
    return to_images(gen, to_latents(gen, pixels, batch_size), batch_size)


def leak(
    latents: NDArray[np.float32], sigma: float, seed: int = 0, pixels: NDArray[np.uint8] | None = None
) -> NDArray[np.float32]:
    """The leak control: clean latents (n, ...) under fresh noise at level sigma, sqrt(abar) z0 + sqrt(1 - abar) e.

    No inversion was made, so whatever a probe reads from it is signal that the highest noise level leaves standing.
    pixels  the images (n, ...) of the latents, whose bytes seed the noise of each; by default the latents do,
            which differ between machines by rounding
    """
    abar, images = float(abar_of(sigma)), latents if pixels is None else pixels
    return np.sqrt(abar) * latents + np.sqrt(1 - abar) * own_noise(images, latents.shape[1:], seed)


def own_names(rows, own=None):
    """What seeds each row's own noise: names (n,), or the rows themselves; ValueError on another number of names."""
    names = rows if own is None else np.atleast_1d(np.asarray(own, str))
    if len(names) != len(rows):
        raise ValueError(f"{len(names)} names in own for {len(rows)} pictures; give each its own")
    return names


def own_noise(arrays, shape, seed=0):
    """White noise (n, *shape) float32, each array's seeded by its own bytes, so that batches change nothing."""
    seeds = [hashlib.sha256(np.ascontiguousarray(a).tobytes()).digest()[:8] for a in arrays]
    rngs = [np.random.default_rng([seed, int.from_bytes(s, "little")]) for s in seeds]
    return np.stack([rng.standard_normal(shape, np.float32) for rng in rngs])


def to_latents(gen: GeneratorLike, pixels: ArrayLike, batch_size: int = 64) -> NDArray[np.float32]:
    """Clean latents (n, *latent_shape) float32 of images (n, h, w, 3) uint8: what inversion starts from."""
    pixels = check_pixels(pixels)
    parts = [gen.to_latent(pixels[r]).cpu().numpy() for r in batches(gen, len(pixels), batch_size)]
    return np.concatenate(parts)


def to_images(
    gen: GeneratorLike, latents: NDArray[np.floating], batch_size: int | Literal["auto"] = 64
) -> NDArray[np.uint8]:
    """Images (n, h, w, 3) uint8 of latents (n, *latent_shape)."""
    parts = batches(gen, len(latents), batch_size)
    return np.concatenate([gen.to_image(torch.from_numpy(latents[r]).to(gen.device)) for r in parts])
