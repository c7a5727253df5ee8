"""Accuracy against cost: every solver and grid, beside diffusers' own inverse schedulers, on noise that is known.

Two questions are asked of a method. *Recovery*: known noise is made into a latent by an accurate solver; is it found
again? *Round trip*: a picture's latent is inverted and generated again by the same method; does it come back?
"""

import numpy as np
import pandas as pd
import torch
from diffusers import (
    DDIMInverseScheduler,
    DDIMScheduler,
    DPMSolverMultistepInverseScheduler,
    DPMSolverMultistepScheduler,
)

from .diagnostics import neighbour_correlation, psnr, relative_error
from .invert import compare_noise, from_noise, generate_latents, pick_solver, to_images, to_latents, to_noise

DDIM, DPM = (DDIMInverseScheduler, DDIMScheduler), (DPMSolverMultistepInverseScheduler, DPMSolverMultistepScheduler)
PEERS = {
    "diffusers DDIM": (*DDIM, {"timestep_spacing": "leading"}),
    "diffusers DDIM, trailing": (*DDIM, {"timestep_spacing": "trailing"}),
    "diffusers DPM-Solver++": (*DPM, {"timestep_spacing": "linspace"}),
    "diffusers DPM-Solver++, Karras": (*DPM, {"use_karras_sigmas": True}),
}


def frontier(gen, noise, pixels, methods, steps, exact_steps=100):
    """DataFrame with a row for each method and number of steps; numbers are medians over images.

    noise    known noise (m, *latent_shape) for the recovery; pixels (n, h, w, 3) uint8 for the round trip
    methods  names of `PEERS`, or pairs (solver, grid)
    Columns: method, calls (of the model, to invert one image), `error` (relative, of the recovered noise), `low` and
    `high` (its quartiles), `correlation`, `std` and `neighbour` of the recovered noise (1 and 0 if it is right), `psnr`
    (dB, of the round trip against the autoencoder's own reconstruction), `latent_error` (relative).
    """
    known = generate_latents(gen, noise, exact_steps, "heun", "karras")
    clean = to_latents(gen, pixels)
    best = to_images(gen, clean)
    rows = []
    for method in methods:
        for n in steps:
            invert, back, calls = peer(gen, method, n) if method in PEERS else own(gen, *method, n)
            found, there = invert(known)[0], invert(clean)
            again = back(*there)
            rows.append(
                {"method": label(method), "steps": n, "calls": calls()}
                | recovery_columns(found, noise)
                | {
                    "psnr": np.median(psnr(best, to_images(gen, again))),
                    "latent_error": np.median(relative_error(again, clean)),
                }
            )
    return pd.DataFrame(rows)


def label(method):
    """A method in words."""
    return method if isinstance(method, str) else f"{method[0]}, {method[1]}"


def recovery_columns(found, noise):
    """How well noise was recovered, medians over images."""
    table = compare_noise(found, noise)
    low, middle, high = table.error.quantile([0.25, 0.5, 0.75])
    found = {"error": middle, "low": low, "high": high, "neighbour": float(np.median(neighbour_correlation(found)))}
    return found | {"correlation": table.correlation.median(), "std": table["std"].median()}


def own(gen, solver, grid, steps):
    """(latents -> noise and state before, noise and state before -> latents, calls) of one of our solvers."""
    integrate, schedule, spent = pick_solver(solver), gen.schedule(steps, spacing=grid), []
    tensor = lambda x: None if x is None else torch.from_numpy(x).to(gen.device)

    def invert(latents):
        noise, before, calls = to_noise(gen, tensor(latents), integrate, schedule)
        spent.append(float(calls.double().mean()))
        return noise.cpu().numpy(), None if before is None else before.cpu().numpy()

    def back(noise, before):
        return from_noise(gen, tensor(noise), integrate, schedule, tensor(before)).cpu().numpy()

    return invert, back, lambda: spent[0]


def peer(gen, name, steps):
    """The same of diffusers' inverse scheduler and its forward twin, called as their documentation says."""
    inverse, forward, options = PEERS[name]
    config = {k: v for k, v in gen.scheduler.config.items() if not k.startswith("_")}
    spent = []

    def solve(kind, x):
        scheduler = kind.from_config(config, **options)
        scheduler.set_timesteps(steps)
        x = torch.from_numpy(x).to(gen.device)
        with torch.inference_mode():
            for t in scheduler.timesteps:
                x = scheduler.step(gen.eps(scheduler.scale_model_input(x, t), float(t)), t, x).prev_sample
        spent.append(len(scheduler.timesteps))
        return x.cpu().numpy()

    return lambda z: (solve(inverse, z), None), lambda x, before: solve(forward, x), lambda: spent[0]
