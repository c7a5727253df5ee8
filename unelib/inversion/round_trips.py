"""Is known noise found again, and does a picture come back? What a way of inversion loses."""

from typing import Any, Literal

import numpy as np
import pandas as pd
import torch
from numpy.typing import ArrayLike, NDArray

from ..models.contracts import GeneratorLike
from ..worlds.fidelity import psnr, relative_error, ssim
from .deterministic import generate_latents, invert, to_images, to_latents
from .ode import batches, check_noise, pick_solver, settled, to_noise


def recovery(
    gen: GeneratorLike,
    noise: ArrayLike,
    through: Literal["latent", "image"] = "latent",
    steps: int | None = None,
    solver: Any = None,
    grid: Any = None,
    batch_size: int = 64,
    known: NDArray[np.float32] | None = None,
) -> pd.DataFrame:
    """Known noise (n, *latent_shape), made into an image by an accurate solver and inverted by the one asked for.

    through  "latent": the generated latent itself is inverted, so that the error is the solvers' alone; "image": it is
             made into an 8-bit picture and encoded again, as any picture from elsewhere would be
    known    the latents that an accurate solver makes of the noise, if at hand; else Heun makes them in 200 calls
    Returns a DataFrame, one row an image: see `compare_noise`.
    """
    if through not in ("latent", "image"):
        raise ValueError(f"through is {through!r}; choose 'latent' or 'image'")
    steps, solver, grid = settled(gen, steps, solver, grid)
    noise, integrate, schedule = check_noise(gen, noise), pick_solver(solver), gen.schedule(steps, grid)
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


def round_trip(
    gen: GeneratorLike,
    pixels: ArrayLike,
    steps: int | None = None,
    solver: Any = None,
    grid: Any = None,
    batch_size: int = 64,
) -> pd.DataFrame:
    """Images -> noise -> images, against what the autoencoder alone keeps: one row an image.

    Columns: `psnr` in dB, `ssim`, and `latent_error`, the relative error of the latent that came back.
    """
    how: dict[str, Any] = {"steps": steps, "solver": solver, "grid": grid, "batch_size": batch_size}
    found = invert(gen, pixels, **how)
    latents = generate_latents(gen, found.noise, **how, before=found.before)
    back, clean = to_images(gen, latents, batch_size), to_latents(gen, pixels, batch_size)
    best, error = to_images(gen, clean, batch_size), relative_error(latents, clean)
    return pd.DataFrame({"psnr": psnr(best, back), "ssim": ssim(best, back), "latent_error": error})
