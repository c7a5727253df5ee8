"""How far noise maps are from white Gaussian noise, and how far a picture that came back is from the one that left."""

import numpy as np
import pandas as pd

PATCH, TOP = 8, 20  # pixels a side of a patch; strongest correlations that are averaged


def noise_diagnostics(noise):
    """One row an image: how far each noise map (c, h, w) is from white Gaussian noise.

    mean, std        of its values (0 and 1)
    norm_z           its norm in standard deviations of the chi distribution (0 +- 1)
    neighbour        correlation of horizontally and vertically neighbouring values (0)
    low_power        power in the lower half of the spatial frequencies, against white noise (1)
    kurtosis         excess kurtosis of its values (0)
    """
    flat = noise.reshape(len(noise), -1).astype(np.float64)
    d = flat.shape[1]
    centred = flat - flat.mean(1, keepdims=True)
    radius, power = radial_spectrum(noise)
    return pd.DataFrame(
        {
            "mean": flat.mean(1),
            "std": flat.std(1),
            "norm_z": (np.linalg.norm(flat, axis=1) - np.sqrt(d - 0.5)) * np.sqrt(2),
            "neighbour": neighbour_correlation(noise),
            "low_power": power[:, radius <= 0.25].mean(1),
            "kurtosis": (centred**4).mean(1) / centred.var(1) ** 2 - 3,
        }
    )


def neighbour_correlation(noise):
    """Correlation (n,) of neighbouring values within each channel, rows and columns pooled."""
    x = noise.astype(np.float64)
    x = x - x.mean((2, 3), keepdims=True)
    along = (x[..., 1:] * x[..., :-1]).mean((1, 2, 3)) + (x[:, :, 1:] * x[:, :, :-1]).mean((1, 2, 3))
    return along / 2 / x.var((1, 2, 3))


def radial_spectrum(noise):
    """Power spectrum of noise (n, c, h, w) by spatial frequency: frequencies (k,) in cycles a pixel, power (n, k).

    Averaged over channels and over rings one frequency step wide, without the mean; white noise of unit variance has 1
    everywhere.
    """
    h, w = noise.shape[-2:]
    power = (np.abs(np.fft.fft2(noise.astype(np.float64))) ** 2).mean(1) / (h * w)
    frequency = np.hypot(np.fft.fftfreq(h)[:, None], np.fft.fftfreq(w))
    ring = np.round(frequency * max(h, w)).astype(int).ravel()
    rings = np.arange(1, max(h, w) // 2 + 1)
    member = (ring[:, None] == rings).astype(float)
    return rings / max(h, w), power.reshape(len(noise), -1) @ member / member.sum(0)


def patch_correlation(noise, patch=PATCH, top=TOP):
    """Mean of the `top` strongest correlations |r| between places of a patch x patch square, over all squares of a set.

    The measure of "There and Back Again" (2024). It is biased upward by chance: compare it with white noise of the same
    shape. Noise (n, c, h, w) smaller than a patch is one square.
    """
    n, c, h, w = noise.shape
    a, b = min(patch, h), min(patch, w)
    cut = noise[..., : h // a * a, : w // b * b].reshape(n, c, h // a, a, w // b, b)
    squares = cut.transpose(0, 1, 2, 4, 3, 5).reshape(-1, a * b)
    if len(squares) < 3:
        raise ValueError(f"{len(squares)} squares are too few for a correlation; pass more noise maps")
    pairs = np.abs(np.corrcoef(squares.T)[np.triu_indices(a * b, 1)])
    return float(np.sort(pairs)[-top:].mean())
