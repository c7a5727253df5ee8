"""Noise levels as float64 arrays: which levels a solver visits, and the timestep the model knows each by.

A variance-preserving model (epsilon or v) sees x = sqrt(abar) z0 + sqrt(1 - abar) e. Its level is sigma =
sqrt((1 - abar) / abar), the noise's size relative to the signal's; in it, the probability-flow ODE reads
d(x / sqrt(abar)) / d(sigma) = eps (Song et al., 2021; Karras et al., 2022). A flow-matching model (rectified flow:
Liu et al., 2023; Esser et al., 2024) sees x = (1 - t) z0 + t e, its level is t, and the ODE is dx / dt = v.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import xlogy


@dataclass(frozen=True, eq=False)
class Schedule:
    """Noise levels from the image to the noise.

    Attributes
    ----------
    levels : ndarray (steps + 1,), float64
        What the ODE is integrated over: sigma, or t of a flow.
    timesteps : ndarray (steps + 1,), float64
        What the model knows the levels by; need not be whole.
    flow : bool
        Whether the model is a flow.

    Raises
    ------
    ValueError
        Unless the levels rise.

    Examples
    --------
    >>> Schedule(np.array([0.1, 1.0, 10.0]), np.array([0.0, 500.0, 999.0])).steps
    2
    """

    levels: NDArray[np.float64]
    timesteps: NDArray[np.float64]
    flow: bool = False

    def __post_init__(self):
        if not (np.diff(self.levels) > 0).all():
            raise ValueError("noise levels must rise from the image to the noise; take fewer steps")

    @property
    def steps(self) -> int:
        """Number of steps between the levels."""
        return len(self.levels) - 1

    @property
    def sigmas(self) -> NDArray[np.float64]:
        """The noise's size relative to the signal's at each level; infinite where a flow has no signal left."""
        if not self.flow:
            return self.levels
        with np.errstate(divide="ignore"):
            return self.levels / (1 - self.levels)

    @property
    def scales(self) -> NDArray[np.float64]:
        """What the ODE's state is multiplied by to be what the model sees: sqrt(abar), or 1 for a flow."""
        return np.ones_like(self.levels) if self.flow else np.sqrt(abar_of(self.levels))

    @property
    def clock(self) -> NDArray[np.float64]:
        """A variable in which slopes bend little: log sigma (-inf at a clean image), or t of a flow."""
        with np.errstate(divide="ignore"):
            return self.levels if self.flow else np.log(self.levels)

    def step(self, here, there):
        """How far it is from one level to another."""
        return float(self.levels[there] - self.levels[here])

    def moment(self, here, there):
        """Integral over the levels, from one to another, of how far the clock has moved since the first."""
        s, t = self.levels[here], self.levels[there]
        return (t - s) ** 2 / 2 if self.flow else xlogy(t, t / s) - (t - s)


HIGHEST, NO_SIGNAL = 80.0, 1e-8  # Karras et al.'s highest sigma; abar below which a timestep has no signal left


def training_sigmas(betas):
    """sigma (T,) float64 of each training timestep from the forward variances `betas` (T,).

    A schedule that ends without any signal (zero terminal SNR: Lin et al., 2024) has no last sigma. It ends at
    `HIGHEST`, where all but 1 / 80 of the state is noise: beyond, the state changes by less than solvers err, and steps
    spent there are missing elsewhere (25 calls recover noise to 0.8 % with this end, to 3 to 8 % without).
    """
    abar = np.cumprod(1 - np.asarray(betas, np.float64))
    sigmas = np.sqrt((1 - abar) / np.maximum(abar, 1e-12))
    return sigmas[sigmas <= HIGHEST] if abar[-1] < NO_SIGNAL else sigmas


def abar_of(sigmas):
    """abar = 1 / (1 + sigma^2), the signal's share of the variance."""
    return 1 / (1 + np.asarray(sigmas, np.float64) ** 2)


def timesteps_of(sigmas, table):
    """Timesteps, not rounded, of noise levels: linear in log sigma between the training levels `table` (T,)."""
    log = np.log(np.maximum(np.asarray(sigmas, np.float64), table[0]))
    return np.interp(log, np.log(table), np.arange(len(table), dtype=np.float64))


def karras_sigmas(low, high, steps, rho=7.0):
    """Levels (steps + 1,) with sigma^(1/rho) evenly spaced (Karras et al., 2022, eq. 5), rising."""
    return np.linspace(low ** (1 / rho), high ** (1 / rho), steps + 1) ** rho


def log_sigmas(low, high, steps):
    """Levels (steps + 1,) with log sigma evenly spaced, rising."""
    return np.geomspace(low, high, steps + 1)


def uniform_timesteps(total, steps):
    """Timesteps (steps + 1,) evenly spaced from 0 to the last, not rounded."""
    return np.linspace(0, total - 1, steps + 1)


def trailing_timesteps(total, steps):
    """Timesteps (steps,) counted back from the last one in strides of total / steps (Lin et al., 2024)."""
    return np.round(np.arange(total, 0, -total / steps))[::-1] - 1


def leading_timesteps(total, steps, offset=1):
    """Timesteps (steps,) counted up from `offset` in whole strides; the last one falls short of the noise."""
    return np.minimum(np.arange(steps) * (total // steps) + offset, total - 1).astype(np.float64)


GRIDS = ("karras", "log-sigma", "uniform", "trailing", "leading")
# Raise a grid's number when its levels change beyond rounding: noise that was made on the old ones is then known.
REVISIONS = {"karras": 1, "log-sigma": 1, "uniform": 1, "trailing": 1, "leading": 1}


def make_schedule(table: NDArray[np.float64], steps: int, grid: str = "karras", *, flow: bool = False) -> Schedule:
    """Schedule of `steps` steps over the training levels `table` (T,): sigmas, or t in (0, 1] of a flow.

    grid  "karras", "log-sigma", "uniform": from the lowest training level, which stands for the clean image, to the
          highest; "trailing", "leading": diffusers' timesteps, starting from a clean image at level 0.
    """
    if grid not in GRIDS:
        raise ValueError(f"unknown grid {grid!r}; choose one of {', '.join(GRIDS)}")
    if not 1 <= steps < len(table):
        raise ValueError(f"steps is {steps}; choose 1 to {len(table) - 1}")
    if grid in ("trailing", "leading"):
        picked = (trailing_timesteps if grid == "trailing" else leading_timesteps)(len(table), steps)
        levels = np.concatenate([[0.0], table[picked.astype(int)]])
        timesteps = np.concatenate([[0.0], picked])
    elif grid == "uniform":
        timesteps = uniform_timesteps(len(table), steps)
        levels = np.exp(np.interp(timesteps, np.arange(len(table)), np.log(table)))
    else:
        levels = (karras_sigmas if grid == "karras" else log_sigmas)(table[0], table[-1], steps)
        timesteps = timesteps_of(levels, table)
    return Schedule(levels, levels * len(table) if flow else timesteps, flow)
