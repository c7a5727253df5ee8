"""Inversion's own cost above the denoiser's, and its accuracy beside plain DDIM and diffusers' inverse schedulers."""

import time

import numpy as np
import pandas as pd
import torch
from measured import promised

from unelib import load_generator, load_images
from unelib.inversion.cost_accuracy import PEERS, frontier
from unelib.inversion.deterministic import generate_latents, invert
from unelib.inversion.ode import to_noise
from unelib.inversion.solvers import SOLVERS
from unelib.models.closed_form import ExactGaussian
from unelib.worlds.fidelity import relative_error

GRIDS = ["ab2, karras", "ab2, log-sigma", "ab2, uniform", "bdia, karras", "bdia, log-sigma"]
OTHERS = ["heun, karras", "fixed-point, karras", "ddim, trailing", "ddim, leading", "euler, karras"]
STEPS = [12, 25, 50]
SHOWN = ["method", "steps", "calls", "error", "low", "high", "correlation", "psnr", "latent_error", "std", "neighbour"]


def overhead(gen, pixels, steps=25, rounds=9):
    """Wall time of inversion over that of as many bare calls at the same batch: median of pairs."""
    x, ratios = gen.fit(gen.to_latent(pixels)), []
    t = torch.full((len(x),), 500.0)
    for _ in range(rounds):
        began = time.perf_counter()
        with torch.inference_mode():
            for _ in range(steps):
                gen.unet(x, t)
        bare = time.perf_counter() - began
        began = time.perf_counter()
        invert(gen, pixels, steps=steps, batch_size=len(pixels))
        ratios.append((time.perf_counter() - began) / bare)
    return float(np.median(ratios))


def against_ddim(gen, noise, pixels):
    """Ratios of plain DDIM's errors to the workbook's setting: recovery at 50 against 25 calls, round trip at 100."""
    ours = frontier(gen, noise, pixels, ["ab2, karras"], [25]).iloc[0]
    ddim = frontier(gen, noise, pixels, ["ddim, trailing"], [50, 100]).set_index("steps")
    more, times = ddim.latent_error[100] / ours.latent_error, ddim.error[50] / ours.error
    promised(f"inversion/recovery, {gen.name}", ours.error, "relative error at 25 calls", most=0.02)
    promised(f"inversion/DDIM's recovery, {gen.name}", times, "x that at 50 calls", least=10)
    print(f"{gen.name}: round trip {ours.psnr:.1f} dB, latent error {ours.latent_error:.4f} at 25 calls")
    print(f"{gen.name}: plain DDIM's round trip at 100 calls {ddim.psnr[100]:.1f} dB, {more:.1f} x the latent error")


def orders(steps=(40, 80, 160, 320)):
    """Order of accuracy of every solver on the exact Gaussian: minus the slope of log error over log steps."""
    gen = ExactGaussian()
    latent = gen.to_latent(np.random.default_rng(0).integers(30, 226, (16, 4, 4, 1), np.uint8)).double()
    for name, solver in SOLVERS.items():
        found = [to_noise(gen, latent, solver, gen.schedule(n, "log-sigma"))[0] for n in steps]
        errors = [float((x - gen.noise_of(latent)).norm()) for x in found]
        print(f"order of {name}: {-np.polyfit(np.log(steps), np.log(errors), 1)[0]:.2f}")


def precision(name, noise):
    """How far half precision moves the noise, beside the solver's own error at 25 calls."""
    gen = load_generator(name, dtype="float32")
    latents = generate_latents(gen, noise, 100, "heun")
    invert = lambda gen: to_noise(gen, torch.from_numpy(latents), SOLVERS["ab2"], gen.schedule(25, "karras"))[0].numpy()
    full = invert(gen)
    print(f"{name}: error of the solver {np.median(relative_error(full, noise)):.4f}")
    for dtype in ("float16", "bfloat16"):
        moved = np.median(relative_error(invert(load_generator(name, dtype=dtype)), full))
        print(f"{name}: {dtype} moves the noise by {moved:.4f}")


def compare(gen, noise, pixels):
    """The frontier as a table: every solver and grid, and the peers."""
    print(frontier(gen, noise, pixels, [*GRIDS, *OTHERS, *PEERS], STEPS)[SHOWN].round(4).to_string(index=False))


if __name__ == "__main__":
    pd.set_option("display.width", 160, "display.max_columns", 20)
    orders()
    rng = np.random.default_rng(0)
    compare(
        ExactGaussian(), rng.standard_normal((16, 1, 4, 4), np.float32), rng.integers(30, 226, (16, 4, 4, 3), np.uint8)
    )
    pixels = load_images("drawn-faces", n=32, split="test").pixels
    for name in ("drawn-ldm", "drawn-ddpm"):
        gen = load_generator(name)
        noise = rng.standard_normal((16, *gen.latent_shape), np.float32)
        promised(f"inversion/overhead, {name}", overhead(gen, pixels), "x bare denoiser calls", most=1.05, floor=1)
        against_ddim(gen, noise, pixels[:16])
        precision(name, noise)
        compare(gen, noise[:6], pixels[:6])
