"""Pictures moved at random and what is known of places in them: a control of what knows where things mostly are."""

import numpy as np
from numpy.typing import ArrayLike, NDArray


def displaced(
    pixels: ArrayLike, points: ArrayLike, most: int, seed: int = 0
) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    """Each picture moved by a random whole number of pixels in either direction; points go with it.

    Parameters
    ----------
    pixels : array-like (n, h, w, 3), uint8
        Pictures. What comes in at an edge goes on as the edge was.
    points : array-like (n, p, 2)
        Column and row in pixels; NaN where there is none.
    most : int
        Pixels, 0 and up: moves are drawn evenly from -most to most, for columns and rows apart.
    seed : int
        Of the moves; those of a picture depend on its row as well.

    Returns
    -------
    pixels : ndarray (n, h, w, 3), uint8
        The moved pictures.
    points : ndarray (n, p, 2), float64
        Where the points are now; NaN where they have left the picture.

    Raises
    ------
    ValueError
        On arrays of other shapes, and on a move below 0 or as long as a side.

    Examples
    --------
    >>> pictures, places = displaced(np.zeros((1, 8, 8, 3), np.uint8), [[[4, 4]]], most=2)
    >>> pictures.shape, bool((abs(places - 4) <= 2).all())
    ((1, 8, 8, 3), True)
    """
    pixels, points = np.asarray(pixels), np.asarray(points, float)
    if pixels.ndim != 4 or points.ndim != 3 or len(points) != len(pixels) or points.shape[2] != 2:
        told = f"pixels are of shape {pixels.shape}, points of shape {points.shape}"
        raise ValueError(f"{told}; give (n, h, w, 3) and (n, p, 2)")
    height, width = pixels.shape[1:3]
    if not 0 <= most < min(height, width):
        raise ValueError(f"most is {most!r}; give 0 to {min(height, width) - 1} pixels")
    moves = np.array([np.random.default_rng([seed, row]).integers(-most, most + 1, 2) for row in range(len(pixels))])
    moves = moves.reshape(-1, 2)
    rows = np.clip(np.arange(height) - moves[:, 1:], 0, height - 1)
    columns = np.clip(np.arange(width) - moves[:, :1], 0, width - 1)
    shown = pixels[np.arange(len(pixels))[:, None, None], rows[:, :, None], columns[:, None, :]]
    now = points + moves[:, None]
    inside = ((now >= -0.5) & (now <= np.array([width, height]) - 0.5)).all(-1, keepdims=True)
    return shown, np.where(inside, now, np.nan)
