"""Attributes that pixels give where nobody has labelled a picture: brightness, contrast, hue, sharpness, light."""

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

LUMINANCE = np.array([0.299, 0.587, 0.114], np.float32)  # Rec. 601
TO_ANGLE = np.array([[2, -1, -1], [0, 3**0.5, -(3**0.5)]], np.float32)  # red points to 0 degrees, yellow to 60
BLOCK = 500  # pictures at once


def picture_statistics(pixels: ArrayLike) -> pd.DataFrame:
    """Numbers that say how a picture looks.

    Parameters
    ----------
    pixels : array-like (n, h, w, 3), uint8
        Images, 0 to 255, of two pixels a side or more.

    Returns
    -------
    DataFrame (n, 8)
        Of the luminance: its mean, `Bright`; standard deviation, `Contrasty`; the mean size of its Laplacian over that
        deviation, `Sharp`; how much brighter the left half is than the right, `Lit_Left`, the upper than the lower,
        `Lit_Above`, and the middle than the rim, `Lit_Middle`. Of the mean colour: its angle from red towards yellow in
        degrees, `Yellow_Hue`, and its distance from grey, `Colourful`.

    Raises
    ------
    ValueError
        On pixels of another shape or kind.

    Examples
    --------
    >>> picture_statistics(np.full((1, 4, 4, 3), 51, np.uint8)).round(3).loc[0, ["Bright", "Contrasty"]].tolist()
    [0.2, 0.0]
    """
    images = np.asarray(pixels)
    if images.dtype != np.uint8 or images.ndim != 4 or images.shape[-1] != 3 or min(images.shape[1:3]) < 2:
        raise ValueError(
            f"images must be (n, h, w, 3) uint8 of 2 pixels a side or more, not {images.shape} {images.dtype}"
        )
    blocks = [looks_of(images[start : start + BLOCK] / np.float32(255)) for start in range(0, len(images), BLOCK)]
    return pd.concat(blocks, ignore_index=True)


def looks_of(x):
    """`picture_statistics` of a few pictures, 0 to 1."""
    grey, (along, across) = x @ LUMINANCE, (x.mean((1, 2)) @ TO_ANGLE.T).T
    height, width = grey.shape[1:]
    middle = np.zeros((height, width), bool)
    middle[height // 4 : -(-3 * height // 4), width // 4 : -(-3 * width // 4)] = True
    spread = grey.std((1, 2))
    return pd.DataFrame(
        {
            "Bright": grey.mean((1, 2)),
            "Contrasty": spread,
            "Sharp": np.abs(laplacian(grey)).mean((1, 2)) / np.maximum(spread, 1e-6),
            "Yellow_Hue": np.degrees(np.arctan2(across, along)),
            "Colourful": np.hypot(along, across),
            "Lit_Left": grey[:, :, : width // 2].mean((1, 2)) - grey[:, :, -(width // 2) :].mean((1, 2)),
            "Lit_Above": grey[:, : height // 2].mean((1, 2)) - grey[:, -(height // 2) :].mean((1, 2)),
            "Lit_Middle": grey[:, middle].mean(1) - grey[:, ~middle].mean(1),
        },
        dtype=np.float64,
    )


def laplacian(grey):
    """Sum of the four neighbours less four times the pixel, (n, h, w), the rim repeated."""
    framed = np.pad(grey, [(0, 0), (1, 1), (1, 1)], mode="edge")
    around = framed[:, 2:, 1:-1] + framed[:, :-2, 1:-1] + framed[:, 1:-1, 2:] + framed[:, 1:-1, :-2]
    return around - 4 * grey


def above_median(statistics: pd.DataFrame, learn: NDArray[np.bool_]) -> pd.DataFrame:
    """Numbers as attributes: 1 where one is above the median of the images that are learnt from.

    Parameters
    ----------
    statistics : DataFrame (n, a)
        What `picture_statistics` returns.
    learn : ndarray (n,) of bool
        Which images are learnt from: the others have no part in the median.

    Returns
    -------
    DataFrame (n, a) of 0/1, uint8
        Half of the images that are learnt from have each attribute.

    Raises
    ------
    ValueError
        Where `learn` marks no image.

    Examples
    --------
    >>> above_median(pd.DataFrame({"Bright": [0.1, 0.2, 0.3]}), np.array([True, True, False])).Bright.tolist()
    [0, 1, 1]
    """
    if not np.any(learn):
        raise ValueError("learn marks no image; the median is that of images that are learnt from")
    return (statistics > statistics[np.asarray(learn)].median()).astype(np.uint8)
