"""Where in another picture is the same part? The place whose feature is most like that of a point, and how far off."""

from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch.nn.functional import grid_sample
from torch.nn.functional import interpolate as interpolate_maps

from ..stats.intervals import RESAMPLES, percentiles, rate_interval

PAIRS = 8  # at once, so that upsampled maps fit into memory
BILINEAR: Any = {"mode": "bilinear", "align_corners": False}


def match_points(source: ArrayLike, target: ArrayLike, points: ArrayLike, size: int) -> NDArray[np.float64]:
    """The place in another picture whose feature has the largest cosine with that of a point [1]_.

    Maps are upsampled to the picture's pixels first, bilinearly; so is the feature of a point between pixels.

    Parameters
    ----------
    source, target : array-like (n, d, h, w)
        Maps of features of n pictures with the points and of n others, row by row: of `block_maps`, `layer_maps` or
        `patch_maps`.
    points : array-like (n, p, 2)
        Column and row in pixels, 0, 0 in the middle of the first one; between pixels as well. NaN where there is none.
    size : int
        Of the pictures, in pixels: `size` x `size`.

    Returns
    -------
    ndarray (n, p, 2), float64
        Column and row of a pixel; NaN where the point is.

    Raises
    ------
    ValueError
        On arrays of other shapes or other numbers of pictures or channels, a size below 1, maps that are not finite,
        and points outside the picture.

    References
    ----------
    .. [1] Tang et al., "Emergent Correspondence from Image Diffusion", 2023.

    Examples
    --------
    >>> maps = np.eye(16).reshape(1, 16, 4, 4)  # each place has a feature of its own
    >>> match_points(maps, np.roll(maps, 1, axis=3), [[[0, 0], [2, 3]]], size=4)[0].tolist()
    [[1.0, 0.0], [3.0, 3.0]]
    """
    one, other = checked_maps(source, "source"), checked_maps(target, "target")
    if one.shape[:2] != other.shape[:2]:
        raise ValueError(f"source has maps of shape {one.shape}, target of {other.shape}; give as many, of as many d")
    where = checked_points(points, len(one), size)
    found = [
        best_places(upsampled(one[rows], size), upsampled(other[rows], size), where[rows], size)
        for rows in few_at_once(len(one))
    ]
    return np.concatenate(found)


def few_at_once(n):
    """Slices of n rows, a few each."""
    return [slice(start, start + PAIRS) for start in range(0, n, PAIRS)]


def upsampled(maps, size):
    """Maps (n, d, h, w) as a tensor (n, d, size, size)."""
    return interpolate_maps(torch.from_numpy(maps), size=(size, size), **BILINEAR)


def best_places(source, target, points, size):
    """`match_points` of maps that are upsampled already."""
    there = np.isfinite(points).all(-1)[..., None]
    grid = (2 * torch.from_numpy(np.where(there, points, 0.0)).float() + 1) / size - 1
    asked = grid_sample(source, grid[:, None], padding_mode="border", **BILINEAR)[:, :, 0]
    places = target.flatten(2)
    cosine = asked.transpose(1, 2) @ places / places.norm(dim=1, keepdim=True).clamp_min(1e-12)
    best = cosine.argmax(-1).numpy()  # the length of what is asked for changes no order
    return np.where(there, np.stack([best % size, best // size], -1), np.nan)


def match_errors(maps: ArrayLike, points: ArrayLike, size: int) -> NDArray[np.float64]:
    """How far from the true part the match of each point is, in pixels, between neighbouring pictures.

    Pictures 0 and 1 are a pair, 2 and 3, and so on, so that no picture is in two. Each is matched with the other both
    ways. Intervals then draw pairs, as columns: `rate_interval`, `gap_interval`, `mean_interval`.

    Parameters
    ----------
    maps : array-like (n, d, h, w)
        Features of n pictures, as in `match_points`; an odd last one is left out.
    points : array-like (n, p, 2)
        True positions of p parts in each, as in `match_points`, such as of `part_positions`.
    size : int
        Of the pictures, in pixels.

    Returns
    -------
    ndarray (2 * p, n // 2), float64
        A column a pair; the first p rows are from its first picture to its second, then back. NaN where a part is
        lacking in either.

    Raises
    ------
    ValueError
        As `match_points`, and on fewer than two pictures.

    Examples
    --------
    >>> maps = np.eye(16).reshape(1, 16, 4, 4)
    >>> pair = np.concatenate([maps, np.roll(maps, 1, axis=3)])
    >>> match_errors(pair, [[[0, 0], [2, 3]], [[1, 0], [3, 1]]], size=4).ravel().tolist()
    [0.0, 2.0, 0.0, 2.0]
    """
    known = checked_maps(maps, "maps")
    where = checked_points(points, len(known), size)
    (one, other), (here, there), onto_second, onto_first = in_pairs(known), in_pairs(where), [], []
    for rows in few_at_once(len(one)):
        first, second = upsampled(one[rows], size), upsampled(other[rows], size)
        onto_second.append(best_places(first, second, here[rows], size))
        onto_first.append(best_places(second, first, there[rows], size))
    return place_errors(np.concatenate(onto_second), np.concatenate(onto_first), where)


def place_errors(onto_second: ArrayLike, onto_first: ArrayLike, points: ArrayLike) -> NDArray[np.float64]:
    """Errors of places that are said by any other means, such as nulls: the same position, a random place.

    Parameters
    ----------
    onto_second, onto_first : array-like (n // 2, p, 2)
        Where the parts of the first picture of each pair are said to be in the second, and those of the second in the
        first.
    points : array-like (n, p, 2)
        Where they are.

    Returns
    -------
    ndarray (2 * p, n // 2), float64
        As `match_errors`.

    Raises
    ------
    ValueError
        On arrays of other shapes.

    Examples
    --------
    >>> points = np.array([[[0.0, 0.0]], [[3.0, 4.0]]])
    >>> place_errors(points[::2], points[1::2], points).tolist()
    [[5.0], [5.0]]
    """
    here, there = in_pairs(np.asarray(points, float))
    said = [np.asarray(onto_second, float), np.asarray(onto_first, float)]
    for places in said:
        if places.shape != here.shape:
            raise ValueError(
                f"places are of shape {places.shape}; points of shape {np.shape(points)} need {here.shape}"
            )
    known = np.isfinite(here).all(-1) & np.isfinite(there).all(-1)
    errors = [
        np.where(known, np.linalg.norm(places - true, axis=-1), np.nan) for places, true in zip(said, (there, here))
    ]
    return np.concatenate([part.T for part in errors])


def hits(errors: ArrayLike, within: float) -> NDArray[np.float64]:
    """Whether each match is near enough: what PCK, the percentage of correct keypoints, is the mean of.

    Parameters
    ----------
    errors : array-like (t, n)
        Pixels, a column a pair of pictures; NaN where nothing was matched.
    within : float
        Pixels that a match may be off: alpha times the picture's size.

    Returns
    -------
    ndarray (t, n), float64
        1, 0, or NaN where the error is; for `rate_interval`, and two of them for `gap_interval`.

    Raises
    ------
    ValueError
        If `within` is not above 0.

    Examples
    --------
    >>> hits([[1.0, 5.0, np.nan]], within=3.2).tolist()
    [[1.0, 0.0, nan]]
    """
    if not within > 0:
        raise ValueError(f"within is {within!r}; give pixels above 0, such as 0.05 times the picture's size")
    errors = np.asarray(errors, float)
    return np.where(np.isnan(errors), np.nan, errors <= within)


def match_scores(errors: ArrayLike, within: float) -> dict[str, float]:
    """PCK with its interval over pairs of pictures, and the median error with its own.

    Parameters
    ----------
    errors, within
        As in `hits`.

    Returns
    -------
    dict
        "pck", "low", "high": the share of matches within so many pixels, pairs drawn whole; "median", "low of median",
        "high of median": of errors in pixels.

    Raises
    ------
    ValueError
        As `hits`, and where nothing was matched.

    Examples
    --------
    >>> found = match_scores([[1.0, 2.0, 9.0, 2.0]], within=3.2)
    >>> found["pck"], found["median"]
    (0.75, 2.0)
    """
    found, errors = rate_interval(hits(errors, within)), np.asarray(errors, float)
    if not np.isfinite(errors).any():
        raise ValueError("nothing was matched: no pair of pictures has a part in common; give more pictures")
    return {"pck": found.value, **found.ends, **median_error(errors)}


def median_error(errors):
    """The median of errors (t, n) with the ends of its percentile interval, columns drawn whole."""
    n = errors.shape[1]
    draws = np.random.default_rng(0).integers(0, n, (RESAMPLES, n))
    ends = percentiles([np.nanmedian(errors[:, rows]) for rows in draws])
    return {"median": float(np.nanmedian(errors))} | {f"{end} of median": value for end, value in ends.items()}


def in_pairs(rows):
    """The first and the second of each pair of neighbours; ValueError on fewer than two."""
    if len(rows) < 2:
        raise ValueError(f"{len(rows)} pictures are given; a pair needs two")
    even = len(rows) // 2 * 2
    return rows[:even:2], rows[1:even:2]


def checked_maps(maps, name):
    """Maps (n, d, h, w) float32; ValueError on other shapes, none, or values that are not finite."""
    maps = np.asarray(maps, np.float32)
    if maps.ndim != 4 or not maps.size:
        raise ValueError(f"{name} must be maps (n, d, h, w), not of shape {maps.shape}; take those of block_maps")
    if not np.isfinite(maps).all():
        raise ValueError(f"{name} has values that are not finite; load the model in float32")
    return maps


def checked_points(points, n, size):
    """Points (n, p, 2) float64 in pictures of a size; ValueError on other shapes and on points outside."""
    points = np.asarray(points, float)
    if size < 1:
        raise ValueError(f"size is {size!r}; give the pictures' height in pixels")
    if points.ndim != 3 or points.shape[2] != 2 or len(points) != n:
        raise ValueError(f"points must be ({n}, p, 2), one row a picture, not of shape {points.shape}")
    outside = (points < -0.5) | (points > size - 0.5)
    if outside.any():
        row, part, _ = np.argwhere(outside)[0]
        told = points[row, part].tolist()
        raise ValueError(f"point {part} of picture {row}, {told}, is outside {size} x {size} pixels; make it NaN")
    return points
