"""Stochastic latents: x_T and the fresh noise of every step of DDPM, of which a picture is made again exactly.

A state u = x / sqrt(abar) at level sigma is u0 + sigma e (see `models.noise_schedule`). DDPM's step down to a lower
level draws

    u' = mean(u) + sd z,    z ~ N(0, 1)

so that any chain of states which ends at a picture tells the z of each step, and these lead back to the picture
whatever the denoiser is worth. Two chains are known. DPM-Encoder (CycleDiffusion: Wu and De la Torre, 2022) draws it
from the forward process, so that its z are what a sampler would have drawn: of Gaussian pictures of variance v, with
their best denoiser, z are independent and have variance (1 + v / low^2) / (1 + v / high^2) between levels high and low,
which is 1 only where steps are many. Edit-friendly noise (Huberman-Spiegelglas et al., 2024) draws every state by
itself: its z are larger and neighbours correlate negatively, by -0.5 where steps are many. Its authors report that more
of the picture stays where another model decodes them; `depth/latents` puts that to the test.

Between DDPM's steps and the ODE's lie DDIM's with 0 < eta < 1, whose fresh noise is eta times as large. A chain may
also begin below the highest level (`skip`): its first state then holds more of the picture, and another generator that
decodes it changes less.

Latents are flattened, probed and moved as any noise is; `edit.walk(..., decode=stochastic.decode)` makes the pictures.
"""

from math import sqrt
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray

from ..core.checks import choice, share, whole
from ..models.contracts import GeneratorLike
from ..models.noise_schedule import Schedule
from .deterministic import own_names, own_noise
from .ode import Field, batches, check_pixels, settled

GRIDS = ("karras", "log-sigma", "uniform")  # those whose lowest level has some noise, which the last z is a multiple of


def encode(
    gen: GeneratorLike,
    pixels: ArrayLike,
    kind: Literal["dpm-encoder", "edit-friendly"] = "dpm-encoder",
    steps: int | None = None,
    grid: Any = None,
    batch_size: int = 64,
    seed: int = 0,
    own: ArrayLike | None = None,
    skip: int = 0,
    eta: float = 1.0,
) -> NDArray[np.float32]:
    """Stochastic latents (n, steps - skip + 1, *latent_shape) float32 of images (n, h, w, 3) uint8: x_T, a z a step.

    kind  "dpm-encoder" or "edit-friendly": how the chain of states is drawn, each picture's from a seed of its own
    own   n names, such as the pictures' ids, that make these seeds; without, the pixels do. For pictures that a model
          made: another machine may round a pixel of them otherwise, and names keep their draw
    skip  so many of the noisiest steps are left out: in place of x_T stands the state that many levels below
    eta   share of DDPM's fresh noise, above 0 and at most 1, which is DDPM (Song et al., 2021, eq. 16)
    x_T is scaled to what the model sees, near N(0, 1). As in inversion the latent is the state at the lowest level.
    Raises ValueError on a flow, on grids that start from level 0, on another number of names, on `skip` and `eta` out
    of range, and if the latents are not finite.
    """
    pixels, draw, eta = check_pixels(pixels), CHAINS[choice(kind, CHAINS, "kind")], share(eta, "eta", high=1.0)
    steps, _, grid = settled(gen, steps, None, grid)
    schedule, parts = below(noisy_schedule(gen, steps, grid), skip), []
    names = own_names(pixels, own)
    for rows in batches(gen, len(pixels), batch_size):
        clean = gen.to_latent(pixels[rows])
        fresh = own_noise(names[rows], (schedule.steps + 1, *gen.latent_shape), seed)
        fresh = torch.from_numpy(fresh).to(gen.device)
        parts.append(to_stochastic(gen, clean, fresh, schedule, draw, eta).cpu().numpy())
    latents = np.concatenate(parts)
    if not np.isfinite(latents).all():
        raise ValueError(f"{gen.name} gave latents that are not finite; use dtype='float32' or fewer steps")
    return latents


def decode(
    gen: GeneratorLike, latents: ArrayLike, grid: Any = None, batch_size: int = 64, skip: int = 0, eta: float = 1.0
) -> NDArray[np.uint8]:
    """Images (n, h, w, 3) uint8 of stochastic latents (n, steps - skip + 1, *latent_shape), or flat rows of them.

    The generator that encoded them gives back the pictures, where `skip` and `eta` are as they were then; another one
    of the same latent shape translates them.
    """
    return np.concatenate([gen.to_image(clean) for clean in decoded(gen, latents, grid, batch_size, skip, eta)])


def decode_latents(gen, latents, grid=None, batch_size=64, skip=0, eta=1.0):
    """Latents (n, *latent_shape) float32 that `decode` makes images of."""
    return np.concatenate([clean.cpu().numpy() for clean in decoded(gen, latents, grid, batch_size, skip, eta)])


def step_diagnostics(latents: NDArray[np.float32]) -> dict[str, float]:
    """How far the z (n, steps, ...) of stochastic latents (n, steps + 1, ...) are from fresh noise, as a dict.

    std_first, std_last  of the first and the last step's z (1)
    neighbour            mean correlation of one step's z with the next one's, value by value (0)
    """
    z = latents[:, 1:].reshape(len(latents), latents.shape[1] - 1, -1).astype(np.float64)
    pairs = [np.corrcoef(z[:, i].ravel(), z[:, i + 1].ravel())[0, 1] for i in range(z.shape[1] - 1)]
    return {"std_first": z[:, 0].std(), "std_last": z[:, -1].std(), "neighbour": np.mean(pairs)}


def decoded(gen, latents, grid, batch_size, skip, eta):
    """Clean latents, batch after batch."""
    latents, eta = check_latents(gen, latents), share(eta, "eta", high=1.0)
    steps = latents.shape[1] - 1
    full = noisy_schedule(gen, steps + skip if whole(skip, 0) else steps, settled(gen, grid=grid)[2])
    schedule = below(full, skip)
    for rows in batches(gen, len(latents), batch_size):
        yield from_stochastic(gen, torch.from_numpy(latents[rows]).to(gen.device), schedule, eta)


def below(schedule, skip):
    """The schedule without its noisiest steps; ValueError unless one is left."""
    if not whole(skip, 0, schedule.steps - 1):
        raise ValueError(f"skip is {skip!r}; choose 0 to {schedule.steps - 1}, less than the steps")
    end = schedule.steps + 1 - skip
    return Schedule(schedule.levels[:end], schedule.timesteps[:end], schedule.flow)


def bridge_mean(u, clean, high, low, eta=1.0):
    """Mean of q(u' | u, u0), the state at level low between that at high and the clean one (Song et al., 2021, eq. 7).

    With eta = 1 it is DDPM's (Ho et al., 2020, eq. 7): clean + (low / high)^2 (u - clean).
    """
    return clean + old_noise(high, low, eta) / high * (u - clean)


def reverse_mean(u, eps, high, low, eta=1.0):
    """The same where the model says what is clean, u0 = u - high eps (Song et al., 2021, eq. 12)."""
    return u - (high - old_noise(high, low, eta)) * eps


def deviation(high, low, eta=1.0):
    """Standard deviation of both: eta times the square root of beta-tilde (Song et al., 2021, eq. 16)."""
    return eta * low * sqrt(1 - (low / high) ** 2)


def old_noise(high, low, eta):
    """How much of level low is the old noise: with eta = 1, low^2 / high; with eta = 0, where none is fresh, all."""
    return low * sqrt(1 - eta**2 * (1 - (low / high) ** 2))


def from_posterior(u, clean, fresh, high, low, eta=1.0):
    """DPM-Encoder's next state: drawn from q(u' | u, u0) (Wu and De la Torre, 2022)."""
    return bridge_mean(u, clean, high, low, eta) + deviation(high, low, eta) * fresh


def from_picture(u, clean, fresh, high, low, eta=1.0):
    """The next state of edit-friendly noise: drawn from q(u' | u0), whatever u is (Huberman-Spiegelglas, 2024)."""
    return clean + low * fresh


CHAINS = {"dpm-encoder": from_posterior, "edit-friendly": from_picture}


@torch.inference_mode()
def to_stochastic(gen, clean, fresh, schedule, draw, eta=1.0):
    """Stochastic latents of one batch of clean latents, the chain drawn with `fresh` noise, of a level a column.

    The chain goes on from the state that the rounded z leads to, so that rounding does not add up over the steps.
    """
    field, added, scale = Field(gen, schedule, len(clean)), levels_added(schedule), float(schedule.scales[-1])
    found = [scale * (clean + added[-1] * fresh[:, -1])]
    u = found[0] / scale
    for t in range(schedule.steps, 0, -1):
        mean, sd = reverse(field, u, schedule, t, eta)
        found.append((draw(u, clean, fresh[:, t - 1], added[t], added[t - 1], eta) - mean) / sd)
        u = mean + sd * found[-1]
    return torch.stack(found, 1)


@torch.inference_mode()
def from_stochastic(gen, latents, schedule, eta=1.0):
    """Clean latents of one batch of stochastic ones: DDPM's steps with their z, or those of DDIM with some eta."""
    field, u = Field(gen, schedule, len(latents)), latents[:, 0] / float(schedule.scales[-1])
    for column, t in enumerate(range(schedule.steps, 0, -1), 1):
        mean, sd = reverse(field, u, schedule, t, eta)
        u = mean + sd * latents[:, column]
    return u


def reverse(field, u, schedule, t, eta):
    """Mean, and standard deviation as a number, of the step from level t to the one below."""
    high, low = float(schedule.levels[t]), float(schedule.levels[t - 1])
    return reverse_mean(u, field(u, t, t), high, low, eta), deviation(high, low, eta)


def levels_added(schedule):
    """The noise that each level has beyond the lowest, where the latent is: 0 there, so that chains end at it."""
    return np.sqrt(schedule.levels**2 - schedule.levels[0] ** 2).tolist()


def noisy_schedule(gen, steps, grid):
    """The generator's schedule; ValueError for a flow, and where the lowest level has no noise."""
    if gen.flow:
        raise ValueError(f"{gen.name} is a flow, which has no DDPM steps; take its noise from invert, or a U-Net's")
    schedule = gen.schedule(steps, grid)
    if schedule.levels[0] == 0:
        raise ValueError(
            f"grid {grid!r} starts from level 0, and no noise leads there exactly; choose one of {', '.join(GRIDS)}"
        )
    return schedule


def check_latents(gen, latents):
    """Stochastic latents as (n, steps + 1, *latent_shape) float32, also from flat rows; an error names the shape."""
    latents = given = np.asarray(latents, np.float32)
    if len(given) == 0:
        raise ValueError("no latents were given")
    if given.ndim == 2 and given.shape[1] % gen.latent_dim == 0:
        latents = given.reshape(len(given), -1, *gen.latent_shape)
    if latents.shape[2:] != tuple(gen.latent_shape) or latents.shape[1] < 2:
        expected = ", ".join(map(str, gen.latent_shape))
        raise ValueError(
            f"{gen.name} takes stochastic latents of shape (n, steps + 1, {expected}), not {given.shape}; make them"
            " with stochastic.encode, or decode plain noise with generate"
        )
    if not np.isfinite(latents).all():
        raise ValueError("the latents hold values that are not finite")
    return np.ascontiguousarray(latents)
