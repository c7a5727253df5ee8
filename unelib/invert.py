"""Inversion and generation: the probability-flow ODE solved from image to noise and back.

The ODE's state u is what the model sees, divided by the signal's scale (see `schedule`); its right-hand side is the
generator's `slope`; the solvers are in `solvers`.
"""

import hashlib
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
import torch
from tqdm.auto import tqdm

from .diagnostics import noise_diagnostics, psnr, relative_error, ssim
from .schedule import abar_of
from .solvers import SOLVERS

SETTINGS = {
    "workbook": {"steps": 25, "solver": "ab2", "grid": "karras"},
    "flow": {"steps": 25, "solver": "ab2", "grid": "uniform"},
    "authors": {"steps": 150, "solver": "ddim", "grid": "leading"},
    "paper": {"steps": 50, "solver": "ddim", "grid": "leading"},
}


@dataclass
class Inversion:
    """Noise (n, *latent_shape) float32 of n images, and one row of diagnostics an image.

    before  the state one level below the noise, which the exactly invertible solver needs to come back; None for others
    """

    noise: np.ndarray
    diagnostics: pd.DataFrame
    before: np.ndarray | None = None

    def __len__(self):
        return len(self.noise)


def invert(gen, pixels, steps=25, solver="ab2", grid="karras", batch_size=64, progress=False, forward=0):
    """Noise that the generator assigns to images: the ODE from the image to the highest noise level.

    pixels      (n, h, w, 3) uint8
    batch_size  images at once; "auto" takes what fits into the device's memory
    forward     skip this many of the first, least noisy steps: the image is given fresh noise of that level instead
                ("There and Back Again", 2024), drawn from a seed that is the picture's own hash
    `SETTINGS` names settings: `invert(gen, pixels, **SETTINGS["authors"])`.
    Returns an `Inversion`; `.noise` is scaled to the model's own x_T, near N(0, 1); `.diagnostics` has the columns of
    `noise_diagnostics` and `calls`, how often the model was asked about each image.
    Raises ValueError on an unknown solver or grid, on pixels of another kind, or if the noise is not finite.
    """
    pixels = check_pixels(pixels)
    integrate, schedule = pick_solver(solver), gen.schedule(steps, spacing=grid)
    check_forward(forward, schedule)
    parts = []
    for rows in batches(gen, len(pixels), batch_size, progress, f"inverting with {gen.name}"):
        latent = gen.to_latent(pixels[rows])
        start = diffused(latent, schedule, forward, pixels[rows]) if forward else latent
        parts.append(to_noise(gen, start, integrate, schedule, forward))
    noise, before, calls = (None if p[0] is None else np.concatenate([x.cpu().numpy() for x in p]) for p in zip(*parts))
    if not np.isfinite(noise).all():
        raise ValueError(f"{gen.name} gave noise that is not finite; use dtype='float32' or fewer steps")
    return Inversion(noise, noise_diagnostics(noise).assign(calls=calls), before)


def generate(gen, noise, steps=25, solver="ab2", grid="karras", batch_size=64, progress=False, before=None):
    """Images (n, h, w, 3) uint8 that the generator makes of noise (n, *latent_shape): the ODE run backwards.

    before  `Inversion.before` of an exactly invertible solver; an edit moves both by the same step
    """
    parts = []
    for latent in generated(gen, noise, steps, solver, grid, batch_size, progress, before):
        parts.append(gen.to_image(latent))
    return np.concatenate(parts)


def generate_latents(gen, noise, steps=25, solver="ab2", grid="karras", batch_size=64, before=None):
    """Latents (n, *latent_shape) float32 that `generate` makes images of."""
    parts = generated(gen, noise, steps, solver, grid, batch_size, False, before)
    return np.concatenate([latent.cpu().numpy() for latent in parts])


def generated(gen, noise, steps, solver, grid, batch_size, progress, before):
    """Latents, batch after batch."""
    noise = check_noise(gen, noise)
    integrate, schedule = pick_solver(solver), gen.schedule(steps, spacing=grid)
    if before is not None:
        before = check_noise(gen, before)
        if solver != "bdia":
            raise ValueError(f"solver {solver!r} takes no state `before` the noise; 'bdia' does")
    for rows in batches(gen, len(noise), batch_size, progress, f"generating with {gen.name}"):
        start = torch.from_numpy(noise[rows]).to(gen.device)
        pair = None if before is None else torch.from_numpy(before[rows]).to(gen.device)
        yield from_noise(gen, start, integrate, schedule, pair)


class Field:
    """The ODE's right-hand side as solvers ask for it, and how often each image was asked about (`.calls`)."""

    def __init__(self, gen, schedule, n):
        self.gen, self.scales, self.timesteps = gen, schedule.scales.tolist(), schedule.timesteps.tolist()
        self.calls = torch.zeros(n, dtype=torch.int64)

    def __call__(self, u, level, told, rows=slice(None)):
        """Slope at states u of noise level `level`, the model being told the timestep of level `told`."""
        self.calls[rows.cpu() if isinstance(rows, torch.Tensor) else rows] += 1
        return self.gen.slope(u * self.scales[level], self.timesteps[told])


@torch.inference_mode()
def to_noise(gen, latent, integrate, schedule, start=0):
    """The ODE on one batch of latents, float32, from level `start` to the highest: noise, the state before, calls."""
    field = Field(gen, schedule, len(latent))
    u = integrate(field, latent, schedule, list(range(start, schedule.steps + 1)))
    u, before = u if isinstance(u, tuple) else (u, None)
    scale = schedule.scales[-1]
    return u * scale, None if before is None else before * scale, field.calls


@torch.inference_mode()
def from_noise(gen, noise, integrate, schedule, before=None):
    """The ODE on one batch of noises, float32, from the highest to the lowest level: latents."""
    scale = schedule.scales[-1]
    if before is not None:
        integrate = partial(integrate, before=before.float() / scale)
    field = Field(gen, schedule, len(noise))
    u = integrate(field, noise.float() / scale, schedule, list(range(schedule.steps, -1, -1)))
    return u[0] if isinstance(u, tuple) else u


@torch.inference_mode()
def between(gen, x, integrate, schedule, start, end):
    """The ODE on one batch of states x, as the model sees them, from level `start` to a lower one, `end`: states there.

    Solvers with a memory start afresh, so going in two pieces differs from going at once by an error of theirs.
    """
    u = integrate(
        Field(gen, schedule, len(x)), x.float() / schedule.scales[start], schedule, list(range(start, end - 1, -1))
    )
    return (u[0] if isinstance(u, tuple) else u) * schedule.scales[end]


def diffused(latent, schedule, level, pixels):
    """The state at a level that fresh noise leads to."""
    fresh = torch.from_numpy(own_noise(pixels, latent.shape[1:])).to(latent.device)
    level = float(schedule.levels[level])
    return (1 - level) * latent + level * fresh if schedule.flow else latent + level * fresh


def check_forward(forward, schedule):
    """ValueError unless some steps of the ODE are left."""
    if not 0 <= forward < schedule.steps:
        raise ValueError(f"forward is {forward}; choose 0 to {schedule.steps - 1}, less than the steps")


def one_state(solver):
    """The solver's name if noise alone leads back by it; ValueError if it needs the state before, which edits lack."""
    if solver == "bdia":
        raise ValueError("solver 'bdia' needs the state before the noise, which an edit does not have; choose 'ab2'")
    return solver


def pick_solver(name):
    """Solver function by name; ValueError lists the names."""
    if name not in SOLVERS:
        raise ValueError(f"unknown solver {name!r}; choose one of {', '.join(SOLVERS)}")
    return SOLVERS[name]


def fitting(batch_size, gen):
    """The batch size, or for "auto" one that fits: by measured memory on a GPU, 65,536 values of latents on a CPU."""
    if batch_size != "auto":
        return batch_size
    if torch.device(gen.device).type != "cuda":
        return max(1, 2**16 // gen.latent_dim)
    one, two = (peak_memory(gen, n) for n in (1, 2))
    free = torch.cuda.mem_get_info(gen.device)[0]
    return max(1, int(0.7 * free / max(two - one, 1)))


def peak_memory(gen, n):
    """Bytes that a GPU holds at most while the model looks at n latents, and makes and encodes their pictures."""
    torch.cuda.reset_peak_memory_stats(gen.device)
    latent = torch.zeros(n, *gen.latent_shape, device=gen.device)
    with torch.inference_mode():
        gen.slope(latent, 500.0)
    gen.to_latent(gen.to_image(latent))
    return torch.cuda.max_memory_allocated(gen.device)


def batches(gen, n, batch_size, progress=False, label=""):
    """Slices of at most `batch_size` rows ("auto": what fits into the device's memory), with a bar if asked for."""
    batch_size = fitting(batch_size, gen)
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


def reconstruct(gen, pixels, batch_size=64):
    """Images (n, h, w, 3) uint8 through the generator's autoencoder alone: the best that any round trip can show."""
    return to_images(gen, to_latents(gen, pixels, batch_size), batch_size)


def leak(latents, sigma, seed=0):
    """The leak control: clean latents (n, ...) under fresh noise at level sigma, sqrt(abar) z0 + sqrt(1 - abar) e.

    No inversion was made, so whatever a probe reads from it is signal that the highest noise level leaves standing.
    """
    abar = float(abar_of(sigma))
    return np.sqrt(abar) * latents + np.sqrt(1 - abar) * own_noise(latents, latents.shape[1:], seed)


def own_noise(arrays, shape, seed=0):
    """White noise (n, *shape) float32, each array's seeded by its own bytes, so that batches change nothing."""
    seeds = [hashlib.sha256(np.ascontiguousarray(a).tobytes()).digest()[:8] for a in arrays]
    rngs = [np.random.default_rng([seed, int.from_bytes(s, "little")]) for s in seeds]
    return np.stack([rng.standard_normal(shape, np.float32) for rng in rngs])


def to_latents(gen, pixels, batch_size=64):
    """Clean latents (n, *latent_shape) float32 of images (n, h, w, 3) uint8: what inversion starts from."""
    pixels = check_pixels(pixels)
    parts = [gen.to_latent(pixels[r]).cpu().numpy() for r in batches(gen, len(pixels), batch_size)]
    return np.concatenate(parts)


def to_images(gen, latents, batch_size=64):
    """Images (n, h, w, 3) uint8 of latents (n, *latent_shape)."""
    parts = batches(gen, len(latents), batch_size)
    return np.concatenate([gen.to_image(torch.from_numpy(latents[r]).to(gen.device)) for r in parts])


def recovery(gen, noise, through="latent", steps=25, solver="ab2", grid="karras", batch_size=64, known=None):
    """Known noise (n, *latent_shape), made into an image by an accurate solver and inverted by the one asked for.

    through  "latent": the generated latent itself is inverted, so that the error is the solvers' alone; "image": it is
             made into an 8-bit picture and encoded again, as any picture from elsewhere would be
    known    the latents that an accurate solver makes of the noise, if at hand; else Heun makes them in 200 calls
    Returns a DataFrame, one row an image: see `compare_noise`.
    """
    if through not in ("latent", "image"):
        raise ValueError(f"through is {through!r}; choose 'latent' or 'image'")
    noise, integrate, schedule = check_noise(gen, noise), pick_solver(solver), gen.schedule(steps, spacing=grid)
    latents = generate_latents(gen, noise, 100, "heun", "karras", batch_size) if known is None else known
    found = []
    for rows in batches(gen, len(noise), batch_size):
        latent = torch.from_numpy(latents[rows]).to(gen.device)
        latent = gen.to_latent(gen.to_image(latent)) if through == "image" else latent
        found.append(to_noise(gen, latent, integrate, schedule)[0].cpu().numpy())
    return compare_noise(np.concatenate(found), noise)


def compare_noise(found, true):
    """One row an image: relative `error` of the noise found, its `correlation` with the true one, its `std`."""
    flat, known = (x.reshape(len(x), -1) for x in (found, true))
    correlation = [np.corrcoef(a, b)[0, 1] for a, b in zip(flat, known)]
    return pd.DataFrame({"error": relative_error(flat, known), "correlation": correlation, "std": flat.std(1)})


def round_trip(gen, pixels, steps=25, solver="ab2", grid="karras", batch_size=64):
    """Images -> noise -> images, against what the autoencoder alone keeps: one row an image.

    Columns: `psnr` in dB, `ssim`, and `latent_error`, the relative error of the latent that came back.
    """
    how = {"steps": steps, "solver": solver, "grid": grid, "batch_size": batch_size}
    found = invert(gen, pixels, **how)
    latents = generate_latents(gen, found.noise, **how, before=found.before)
    back, clean = to_images(gen, latents, batch_size), to_latents(gen, pixels, batch_size)
    best, error = to_images(gen, clean, batch_size), relative_error(latents, clean)
    return pd.DataFrame({"psnr": psnr(best, back), "ssim": ssim(best, back), "latent_error": error})
