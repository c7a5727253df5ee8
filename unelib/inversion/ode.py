"""The probability-flow ODE of one batch, and what every caller checks before it: solvers, batches, pixels, noise.

The ODE's state u is what the model sees, divided by the signal's scale (see `models.noise_schedule`); its right-hand
side is the generator's `slope`; the solvers are in `solvers`.
"""

import copy
from functools import partial
from typing import Any, TypeVar

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray

from ..core.checks import at_once, choice
from ..core.loops import told_slices
from ..models import noise_schedule
from ..models.contracts import GeneratorLike
from . import solvers
from .choices import PAIRED, Grid, Solver

Own = TypeVar("Own", bound=GeneratorLike)
SETTINGS: dict[str, dict[str, Any]] = {
    "workbook": {"steps": 25, "solver": "ab2", "grid": "karras"},
    "flow": {"steps": 25, "solver": "ab2", "grid": "uniform"},
    "authors": {"steps": 150, "solver": "ddim", "grid": "leading"},
    "paper": {"steps": 50, "solver": "ddim", "grid": "leading"},
}


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
    """The ODE on one batch of latents, float32, from level `start` to the highest: noise, the second state, calls."""
    field = Field(gen, schedule, len(latent))
    u = integrate(field, latent, schedule, list(range(start, schedule.steps + 1)))
    u, before = u if isinstance(u, tuple) else (u, None)
    scale = schedule.scales[-1]
    return u * scale, None if before is None else before * scale, field.calls


@torch.inference_mode()
def from_noise(gen, noise, integrate, schedule, before=None):
    """The ODE on one batch of noises, float32, from the highest to the lowest level: latents."""
    return latents_along(gen, noise, integrate, schedule, before)


def latents_along(gen, noise, integrate, schedule, before=None):
    """The same as a function that can be differentiated."""
    scale = schedule.scales[-1]
    if before is not None:
        integrate = partial(integrate, before=before.float() / scale)
    field = Field(gen, schedule, len(noise))
    u = integrate(field, noise.float() / scale, schedule, list(range(schedule.steps, -1, -1)))
    return u[0] if isinstance(u, tuple) else u


@torch.inference_mode()
def to_level(gen, x, integrate, schedule, start, end):
    """The ODE on one batch of states x, as the model sees them, from level `start` to a lower one, `end`: states there.

    Solvers with a memory start afresh, so going in two pieces differs from going at once by an error of theirs.
    """
    u = integrate(
        Field(gen, schedule, len(x)), x.float() / schedule.scales[start], schedule, list(range(start, end - 1, -1))
    )
    return (u[0] if isinstance(u, tuple) else u) * schedule.scales[end]


def settled(
    gen: GeneratorLike, steps: int | None = None, solver: str | None = None, grid: str | None = None
) -> tuple[int, str, str]:
    """Steps, solver and grid: as a call names them, else as the generator's own `ode` does, else the workbook's."""
    usual = SETTINGS["workbook"] | getattr(gen, "ode", {})
    asked = {"steps": steps, "solver": solver, "grid": grid}
    found = usual | {name: value for name, value in asked.items() if value is not None}
    return found["steps"], found["solver"], found["grid"]


def solved_by(gen: Own, steps: int, solver: Solver, grid: Grid) -> Own:
    """The same generator, whose ODE is solved so wherever a call does not say otherwise.

    Parameters
    ----------
    gen : GeneratorLike
        It stays as it is.
    steps, solver, grid
        As `invert` takes them.

    Returns
    -------
    GeneratorLike
        Another one with the same networks, and these in `.ode`.

    Examples
    --------
    >>> from unelib.models import ExactGaussian
    >>> solved_by(ExactGaussian(), 50, "ddim", "leading").ode
    {'steps': 50, 'solver': 'ddim', 'grid': 'leading'}
    """
    twin: Any = copy.copy(gen)
    twin.ode = {"steps": steps, "solver": solver, "grid": grid}
    return twin


def noise_settings(
    gen: GeneratorLike, steps: int | None = None, solver: Solver | None = None, grid: Grid | None = None
) -> dict[str, Any]:
    """All that a noise depends on, for a view's manifest: the generator's settings, and the way with its revisions.

    Parameters
    ----------
    gen : GeneratorLike
        Whose noise it is.
    steps, solver, grid : optional
        As `invert` takes them.

    Returns
    -------
    dict
        JSON values; `steps`, `solver`, `grid`, `solver_revision` and `grid_revision` beside the generator's own, which
        are all where pictures are made in one pass.

    Raises
    ------
    ValueError
        On an unknown solver or grid.
    """
    if in_one_pass(gen):
        return gen.settings
    count, way, levels = settled(gen, steps, solver, grid)
    pick_solver(way)
    return gen.settings | {
        "steps": count,
        "solver": way,
        "grid": levels,
        "solver_revision": solvers.REVISIONS[way],
        "grid_revision": noise_schedule.REVISIONS[choice(levels, noise_schedule.GRIDS, "grid")],
    }


def in_one_pass(gen):
    """Whether a generator makes pictures of its noise at once (a GAN): there is no ODE to solve."""
    return getattr(gen, "one_pass", False)


def one_state(solver):
    """The solver's name if noise alone leads back by it; ValueError if it needs a second state, which edits lack."""
    if solver in PAIRED:
        raise ValueError(f"solver {solver!r} needs a second state beside the noise, which an edit lacks; choose 'ab2'")
    return solver


def pick_solver(name):
    """Solver function by name; ValueError lists the names."""
    if name not in solvers.SOLVERS:
        raise ValueError(f"unknown solver {name!r}; choose one of {', '.join(solvers.SOLVERS)}")
    return solvers.SOLVERS[name]


def fitting(batch_size, gen):
    """The batch size, or for "auto" one that fits: by measured memory on a GPU, 65,536 values of latents on a CPU."""
    if batch_size != "auto":
        return at_once(batch_size)
    if torch.device(gen.device).type != "cuda" or in_one_pass(gen):
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


def batches(gen, n, batch_size, *, progress=False, label=""):
    """Slices of at most `batch_size` rows ("auto": what fits into the device's memory), with a bar if asked for."""
    return told_slices(n, fitting(batch_size, gen), label if progress else None)


def check_pixels(pixels: ArrayLike) -> NDArray[np.uint8]:
    """Pixels as (n, h, w, c) uint8, or an error that says what was given."""
    pixels = np.asarray(pixels)
    if pixels.dtype != np.uint8 or pixels.ndim != 4 or pixels.shape[-1] not in (1, 3):
        raise ValueError(f"images must be (n, h, w, 3) uint8, not {pixels.shape} {pixels.dtype}")
    if len(pixels) == 0:
        raise ValueError("no images were given")
    return pixels


def check_noise(gen: GeneratorLike, noise: ArrayLike) -> NDArray[np.float32]:
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
