"""Inversion and generation: the probability-flow ODE solved from image to noise and back.

With u = x / sqrt(abar) and sigma = sqrt((1 - abar) / abar) the ODE is du / dsigma = eps(x, t). A solver is a function
of one contract: a field `slope(u, i)`, the schedule's levels, and a direction; it never looks anything up.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch
from tqdm.auto import tqdm

from .schedule import abar_of


@dataclass
class Inversion:
    """Noise (n, *latent_shape) float32 of n images, and one row of diagnostics an image."""

    noise: np.ndarray
    diagnostics: pd.DataFrame

    def __len__(self):
        return len(self.noise)


def euler(slope, u, sigmas, path):
    """First order, with the slope at the level the step starts from."""
    for here, there in zip(path, path[1:]):
        u = u + (sigmas[there] - sigmas[here]) * slope(u, here, here)
    return u


def ddim(slope, u, sigmas, path):
    """DDIM as it is usually written: the model is always told the noisier level's timestep (Song et al., 2021)."""
    for here, there in zip(path, path[1:]):
        u = u + (sigmas[there] - sigmas[here]) * slope(u, here, max(here, there))
    return u


def ab2(slope, u, sigmas, path):
    """Two-step Adams-Bashforth for unequal steps: second order with one call a step."""
    before, last = None, None
    for here, there in zip(path, path[1:]):
        step, now = sigmas[there] - sigmas[here], slope(u, here, here)
        if before is None:
            u = u + step * now
        else:
            ratio = step / (2 * before)
            u = u + step * ((1 + ratio) * now - ratio * last)
        before, last = step, now
    return u


def heun(slope, u, sigmas, path):
    """Heun's method: second order with two calls a step."""
    for here, there in zip(path, path[1:]):
        step = sigmas[there] - sigmas[here]
        first = slope(u, here, here)
        second = slope(u + step * first, there, there)
        u = u + step * 0.5 * (first + second)
    return u


def fixed_point(slope, u, sigmas, path, iterations=5):
    """The exact inverse of a DDIM step, by iteration: the slope is taken where the noisier end lies (AIDI, ReNoise)."""
    for here, there in zip(path, path[1:]):
        step = sigmas[there] - sigmas[here]
        if there < here:
            u = u + step * slope(u, here, here)
            continue
        end = u
        for _ in range(iterations):
            end = u + step * slope(end, there, there)
        u = end
    return u


SOLVERS = {"ab2": ab2, "heun": heun, "ddim": ddim, "euler": euler, "fixed-point": fixed_point}
CALLS = {"ab2": 1, "heun": 2, "ddim": 1, "euler": 1, "fixed-point": 5}


def invert(gen, pixels, steps=25, solver="ab2", grid="karras", batch_size=64, progress=False):
    """Noise that the generator assigns to images: the ODE from the image to the highest noise level.

    pixels  (n, h, w, 3) uint8. Returns an `Inversion`; `.noise` is scaled to the model's own x_T, near N(0, 1).
    Raises ValueError on an unknown solver or grid, on pixels of another kind, or if the noise is not finite.
    """
    pixels = check_pixels(pixels)
    integrate, schedule = pick_solver(solver), gen.schedule(steps, spacing=grid)
    parts = []
    for rows in batches(len(pixels), batch_size, progress, f"inverting with {gen.name}"):
        parts.append(to_noise(gen, gen.to_latent(pixels[rows]), integrate, schedule).cpu().numpy())
    noise = np.concatenate(parts)
    if not np.isfinite(noise).all():
        raise ValueError(f"{gen.name} gave noise that is not finite; use dtype='float32' or fewer steps")
    return Inversion(noise, noise_diagnostics(noise))


def generate(gen, noise, steps=25, solver="ab2", grid="karras", batch_size=64, progress=False):
    """Images (n, h, w, 3) uint8 that the generator makes of noise (n, *latent_shape): the ODE run backwards."""
    noise = check_noise(gen, noise)
    integrate, schedule = pick_solver(solver), gen.schedule(steps, spacing=grid)
    parts = []
    for rows in batches(len(noise), batch_size, progress, f"generating with {gen.name}"):
        start = torch.from_numpy(noise[rows]).to(gen.device)
        parts.append(gen.to_image(from_noise(gen, start, integrate, schedule)))
    return np.concatenate(parts)


@torch.inference_mode()
def to_noise(gen, latent, integrate, schedule):
    """The ODE on one batch of latents, float32, from the lowest to the highest level."""
    path = list(range(schedule.steps + 1))
    u = integrate(slope_field(gen, schedule), latent, schedule.sigmas.tolist(), path)
    return u * float(np.sqrt(abar_of(schedule.sigmas[-1])))


@torch.inference_mode()
def from_noise(gen, noise, integrate, schedule):
    """The ODE on one batch of noises, float32, from the highest to the lowest level."""
    path = list(range(schedule.steps, -1, -1))
    u = noise.float() / float(np.sqrt(abar_of(schedule.sigmas[-1])))
    return integrate(slope_field(gen, schedule), u, schedule.sigmas.tolist(), path)


def slope_field(gen, schedule):
    """`slope(u, level, told)`: eps at u of noise level `level`, the model being told the timestep of level `told`."""
    scales = np.sqrt(abar_of(schedule.sigmas)).tolist()
    timesteps = schedule.timesteps.tolist()

    def slope(u, level, told):
        return gen.eps(u * scales[level], timesteps[told])

    return slope


def pick_solver(name):
    """Solver function by name; ValueError lists the names."""
    if name not in SOLVERS:
        raise ValueError(f"unknown solver {name!r}; choose one of {', '.join(SOLVERS)}")
    return SOLVERS[name]


def batches(n, batch_size, progress, label):
    """Slices of at most `batch_size` rows, with a bar if asked for."""
    if batch_size < 1:
        raise ValueError(f"batch_size is {batch_size}; it must be at least 1")
    starts = range(0, n, batch_size)
    return (slice(i, i + batch_size) for i in tqdm(starts, desc=label, disable=not progress))


def check_pixels(pixels):
    """Pixels as (n, h, w, c) uint8, or an error that says what was given."""
    pixels = np.asarray(pixels)
    if pixels.dtype != np.uint8 or pixels.ndim != 4 or pixels.shape[-1] not in (1, 3):
        raise ValueError(f"images must be (n, h, w, 3) uint8, not {pixels.shape} {pixels.dtype}")
    if len(pixels) == 0:
        raise ValueError("no images were given")
    return pixels


def check_noise(gen, noise):
    """Noise as (n, *latent_shape) float32, also from flat rows; an error names the shape that is expected."""
    noise = np.asarray(noise, np.float32)
    if noise.ndim == 2 and noise.shape[1] == gen.latent_dim:
        noise = noise.reshape(-1, *gen.latent_shape)
    if noise.shape[1:] != tuple(gen.latent_shape):
        raise ValueError(
            f"{gen.name} takes noise of shape (n, {', '.join(map(str, gen.latent_shape))}), not {noise.shape}"
        )
    if len(noise) == 0:
        raise ValueError("no noise was given")
    if not np.isfinite(noise).all():
        raise ValueError("the noise holds values that are not finite")
    return np.ascontiguousarray(noise)


def noise_diagnostics(noise):
    """One row an image: how far each noise map is from white Gaussian noise.

    mean, std        of its values (0 and 1)
    norm_z           its norm in standard deviations of the chi distribution (0 +- 1)
    neighbour        correlation of horizontally and vertically neighbouring values (0)
    kurtosis         excess kurtosis of its values (0)
    """
    flat = noise.reshape(len(noise), -1).astype(np.float64)
    d = flat.shape[1]
    centred = flat - flat.mean(1, keepdims=True)
    variance = centred.var(1)
    chi_mean = np.sqrt(d - 0.5)
    return pd.DataFrame(
        {
            "mean": flat.mean(1),
            "std": flat.std(1),
            "norm_z": (np.linalg.norm(flat, axis=1) - chi_mean) * np.sqrt(2),
            "neighbour": neighbour_correlation(noise),
            "kurtosis": (centred**4).mean(1) / variance**2 - 3,
        }
    )


def neighbour_correlation(noise):
    """Correlation (n,) of neighbouring values within each channel, rows and columns pooled."""
    x = noise.astype(np.float64)
    x = x - x.mean((2, 3), keepdims=True)
    along = (x[..., 1:] * x[..., :-1]).mean((1, 2, 3)) + (x[:, :, 1:] * x[:, :, :-1]).mean((1, 2, 3))
    return along / 2 / x.var((1, 2, 3))


def reconstruct(gen, pixels, batch_size=64):
    """Images (n, h, w, 3) uint8 through the generator's autoencoder alone: the best that any round trip can show."""
    pixels = check_pixels(pixels)
    return np.concatenate([gen.to_image(gen.to_latent(pixels[r])) for r in batches(len(pixels), batch_size, False, "")])


def leak(latents, sigma, seed=0):
    """The leak control: clean latents (n, ...) under fresh noise at level sigma, sqrt(abar) z0 + sqrt(1 - abar) e.

    No inversion was made, so whatever a probe reads from it is signal that the highest noise level leaves standing.
    """
    abar, rng = float(abar_of(sigma)), np.random.default_rng(seed)
    return np.sqrt(abar) * latents + np.sqrt(1 - abar) * rng.standard_normal(latents.shape, np.float32)


def to_latents(gen, pixels, batch_size=64):
    """Clean latents (n, *latent_shape) float32 of images (n, h, w, 3) uint8: what inversion starts from."""
    pixels = check_pixels(pixels)
    parts = [gen.to_latent(pixels[r]).cpu().numpy() for r in batches(len(pixels), batch_size, False, "")]
    return np.concatenate(parts)


def recovery_error(gen, noise, through="latent", steps=25, solver="ab2", grid="karras", batch_size=64):
    """Relative error (n,) of known noise after generation by Heun in 100 calls and inversion by the solver asked for.

    through  "latent": the generated latent itself is inverted, so that the error is the solvers' alone; "image": it is
             made into an 8-bit picture and encoded again, as any picture from elsewhere would be
    """
    if through not in ("latent", "image"):
        raise ValueError(f"through is {through!r}; choose 'latent' or 'image'")
    noise, integrate, schedule = check_noise(gen, noise), pick_solver(solver), gen.schedule(steps, spacing=grid)
    found = []
    for rows in batches(len(noise), batch_size, False, ""):
        latent = from_noise(gen, torch.from_numpy(noise[rows]).to(gen.device), heun, gen.schedule(50, spacing="karras"))
        latent = gen.to_latent(gen.to_image(latent)) if through == "image" else latent
        found.append(to_noise(gen, latent, integrate, schedule).cpu().numpy())
    found = np.concatenate(found)
    lengths = [np.linalg.norm(x.reshape(len(noise), -1), axis=1) for x in (found - noise, noise)]
    return lengths[0] / lengths[1]


def psnr(a, b):
    """Peak signal-to-noise ratio (n,) in dB between two sets of uint8 images; 99 for equal ones."""
    error = ((a.astype(np.float64) - b) ** 2).reshape(len(a), -1).mean(1)
    return np.minimum(10 * np.log10(255**2 / np.maximum(error, 1e-12)), 99.0)
