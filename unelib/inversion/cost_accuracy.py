"""Accuracy against cost: every solver and grid, beside diffusers' own inverse schedulers, on noise that is known.

Two questions are asked of a method. *Recovery*: known noise is made into a latent by an accurate solver; is it found
again? *Round trip*: a picture's latent is inverted and generated again by the same method; does it come back?
"""

from collections.abc import Sequence
from inspect import signature

import numpy as np
import pandas as pd
import torch
from diffusers import (
    DDIMInverseScheduler,
    DDIMScheduler,
    DPMSolverMultistepInverseScheduler,
    DPMSolverMultistepScheduler,
)
from numpy.typing import ArrayLike, NDArray

from ..core.checks import name_list
from ..gaussianity.noise_maps import noise_diagnostics
from ..models.contracts import GeneratorLike
from ..worlds.fidelity import psnr, relative_error, ssim
from .deterministic import generate_latents, to_images, to_latents
from .ode import from_noise, pick_solver, to_noise
from .round_trips import compare_noise

DDIM, DPM = (DDIMInverseScheduler, DDIMScheduler), (DPMSolverMultistepInverseScheduler, DPMSolverMultistepScheduler)
PEERS = {
    "diffusers DDIM": (*DDIM, {"timestep_spacing": "leading"}),
    "diffusers DDIM, trailing": (*DDIM, {"timestep_spacing": "trailing"}),
    "diffusers DPM-Solver++": (*DPM, {"timestep_spacing": "linspace"}),
    "diffusers DPM-Solver++, Karras": (*DPM, {"use_karras_sigmas": True}),
}


def frontier(
    gen: GeneratorLike,
    noise: NDArray[np.float32],
    pixels: ArrayLike,
    methods: Sequence[str],
    steps: Sequence[int],
    exact_steps: int = 100,
) -> pd.DataFrame:
    """DataFrame with a row for each method and number of steps; numbers are medians over images.

    noise    known noise (m, *latent_shape) for the recovery; pixels (n, h, w, 3) uint8 for the round trip
    methods  names of `PEERS`, or a solver and its grid as text: "ab2, karras"
    Columns: method, steps, calls (of the model, to invert one image);
    of the recovery, `error` (relative), `low` and `high` (its quartiles) and `correlation`;
    of the round trip, `psnr` and `ssim` (against the autoencoder's own reconstruction) and `latent_error` (relative);
    of the pictures' noise, the columns of `noise_diagnostics`.
    Raises ValueError, before anything is computed, on a method that is neither, or a peer on a flow.
    """
    ways = [(method, n, *way(gen, method, n)) for method in name_list(methods, "methods") for n in steps]
    known = generate_latents(gen, noise, exact_steps, "heun", "karras")
    clean = to_latents(gen, pixels)
    best = to_images(gen, clean)
    rows = []
    for method, n, invert, back, calls in ways:
        found, there = invert(known)[0], invert(clean)
        row = {"method": method, "steps": n, "calls": calls()} | recovery_columns(found, noise)
        row |= round_trip_columns(gen, back(*there), clean, best)
        rows.append(row | noise_diagnostics(there[0]).median().to_dict())
    return pd.DataFrame(rows)


def recovery_columns(found, noise):
    """How well noise was recovered, medians over images."""
    table = compare_noise(found, noise)
    low, middle, high = table.error.quantile([0.25, 0.5, 0.75])
    return {"error": middle, "low": low, "high": high, "correlation": table.correlation.median()}


def round_trip_columns(gen, again, clean, best):
    """How well latents came back, and the pictures made of them; medians over images."""
    pictures = to_images(gen, again)
    errors = {"psnr": psnr(best, pictures), "ssim": ssim(best, pictures), "latent_error": relative_error(again, clean)}
    return {name: np.median(values) for name, values in errors.items()}


def way(gen, method, steps):
    """`own` or `peer` for a method by name; ValueError lists the names."""
    if method in PEERS:
        return peer(gen, method, steps)
    solver, comma, grid = method.partition(", ")
    if not comma:
        known = ", ".join(map(repr, PEERS))
        raise ValueError(f"unknown method {method!r}; choose one of {known}, or 'solver, grid' such as 'ab2, karras'")
    return own(gen, solver, grid, steps)


def own(gen, solver, grid, steps):
    """(latents -> noise and second state, noise and second state -> latents, calls) of one of our solvers."""
    integrate, schedule, spent = pick_solver(solver), gen.schedule(steps, grid), []

    def tensor(x):
        return None if x is None else torch.from_numpy(x).to(gen.device)

    def invert(latents):
        noise, before, calls = to_noise(gen, tensor(latents), integrate, schedule)
        spent.append(float(calls.double().mean()))
        return noise.cpu().numpy(), None if before is None else before.cpu().numpy()

    def back(noise, before):
        return from_noise(gen, tensor(noise), integrate, schedule, tensor(before)).cpu().numpy()

    return invert, back, lambda: spent[0]


def peer(gen, name, steps):
    """The same of diffusers' inverse scheduler and its forward twin, called as their documentation says."""
    if gen.flow:
        raise ValueError(
            f"{gen.name} is a flow, which {name!r} cannot solve; choose 'solver, grid' such as 'ab2, uniform'"
        )
    inverse, forward, options = PEERS[name]
    options = options | {"prediction_type": "epsilon"}  # what `gen.eps` gives, whatever the model predicts
    spent = []

    def solve(kind, x):
        known = {k: v for k, v in gen.scheduler.config.items() if k in signature(kind).parameters}
        scheduler = kind.from_config(known, **options)
        scheduler.set_timesteps(steps)
        x = torch.from_numpy(x).to(gen.device)
        with torch.inference_mode():
            for t in scheduler.timesteps:
                x = scheduler.step(gen.eps(scheduler.scale_model_input(x, t), float(t)), t, x).prev_sample
        spent.append(len(scheduler.timesteps))
        return x.cpu().numpy()

    return lambda z: (solve(inverse, z), None), lambda x, before: solve(forward, x), lambda: spent[0]
