"""How near pictures, or arrays, are to others: relative error, PSNR, SSIM."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

SSIM_SIGMA, SSIM_SHARES = 1.5, (0.01, 0.03)  # Wang et al. (2004): width of the window, K1 and K2


def relative_error(found: NDArray[Any], true: NDArray[Any]) -> NDArray[np.float64]:
    """Length (n,) of the difference of two sets of arrays (n, ...), relative to the second's."""
    lengths = [np.linalg.norm(np.reshape(x, (len(true), -1)), axis=1) for x in (found - true, true)]
    return lengths[0] / lengths[1]


def psnr(a: NDArray[np.uint8], b: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Peak signal-to-noise ratio (n,) in dB between two sets of uint8 images; 99 for equal ones."""
    error = ((a.astype(np.float64) - b) ** 2).reshape(len(a), -1).mean(1)
    return decibels(error)


def decibels(error):
    """Peak signal-to-noise ratio in dB of mean squared errors in grey levels; 99 for none, NaN stays NaN."""
    return np.minimum(10 * np.log10(255**2 / np.maximum(error, 1e-12)), 99.0)


def ssim(a: NDArray[np.uint8], b: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Structural similarity (n,) of two sets of uint8 images (n, h, w, c) (Wang et al., 2004), mean over channels."""
    return ssim_map(a, b).mean((1, 2, 3))


def ssim_map(a, b, where=None):
    """Structural similarity (n, h, w, c) around every pixel.

    where  (n, h, w) bool: pixels that count. Windows reach five pixels far; what they hold of others is left out, so
           that others make no difference where `where` is true. Where it is not, the map says nothing
    """
    a, b = a.astype(np.float64), b.astype(np.float64)

    def window(x):
        return gaussian_filter(x, (0, SSIM_SIGMA, SSIM_SIGMA, 0), truncate=3.5)

    shown = np.ones((1, *a.shape[1:3], 1)) if where is None else where[..., None].astype(np.float64)
    weight = np.maximum(window(shown), 1e-12)

    def blur(x):
        return window(x * shown) / weight

    c1, c2 = ((share * 255) ** 2 for share in SSIM_SHARES)
    mean_a, mean_b = blur(a), blur(b)
    var_a, var_b, cov = blur(a * a) - mean_a**2, blur(b * b) - mean_b**2, blur(a * b) - mean_a * mean_b
    likeness = (2 * mean_a * mean_b + c1) * (2 * cov + c2)
    return likeness / ((mean_a**2 + mean_b**2 + c1) * (var_a + var_b + c2))
