"""How far noise maps are from white Gaussian noise, and how far a picture that came back is from the one that left."""

import numpy as np
import pandas as pd
from scipy.ndimage import gaussian_filter

PATCH, TOP = 8, 20  # pixels a side of a patch; strongest correlations that are averaged
SSIM_SIGMA, SSIM_SHARES = 1.5, (0.01, 0.03)  # Wang et al. (2004): width of the window, K1 and K2


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


def relative_error(found, true):
    """Length (n,) of the difference of two sets of arrays (n, ...), relative to the second's."""
    lengths = [np.linalg.norm(np.reshape(x, (len(true), -1)), axis=1) for x in (found - true, true)]
    return lengths[0] / lengths[1]


def psnr(a, b):
    """Peak signal-to-noise ratio (n,) in dB between two sets of uint8 images; 99 for equal ones."""
    error = ((a.astype(np.float64) - b) ** 2).reshape(len(a), -1).mean(1)
    return decibels(error)


def decibels(error):
    """Peak signal-to-noise ratio in dB of mean squared errors in grey levels; 99 for none, NaN stays NaN."""
    return np.minimum(10 * np.log10(255**2 / np.maximum(error, 1e-12)), 99.0)


def ssim(a, b):
    """Structural similarity (n,) of two sets of uint8 images (n, h, w, c) (Wang et al., 2004), mean over channels."""
    return ssim_map(a, b).mean((1, 2, 3))


def ssim_map(a, b, where=None):
    """Structural similarity (n, h, w, c) around every pixel.

    where  (n, h, w) bool: pixels that count. Windows reach five pixels far; what they hold of others is left out, so
           that others make no difference where `where` is true. Where it is not, the map says nothing
    """
    a, b = a.astype(np.float64), b.astype(np.float64)
    window = lambda x: gaussian_filter(x, (0, SSIM_SIGMA, SSIM_SIGMA, 0), truncate=3.5)
    shown = np.ones((1, *a.shape[1:3], 1)) if where is None else where[..., None].astype(np.float64)
    weight = np.maximum(window(shown), 1e-12)
    blur = lambda x: window(x * shown) / weight
    c1, c2 = ((share * 255) ** 2 for share in SSIM_SHARES)
    mean_a, mean_b = blur(a), blur(b)
    var_a, var_b, cov = blur(a * a) - mean_a**2, blur(b * b) - mean_b**2, blur(a * b) - mean_a * mean_b
    likeness = (2 * mean_a * mean_b + c1) * (2 * cov + c2)
    return likeness / ((mean_a**2 + mean_b**2 + c1) * (var_a + var_b + c2))
