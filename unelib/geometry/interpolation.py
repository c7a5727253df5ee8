"""Paths between two noises, and how smoothly the pictures along them change.

Noises of d columns lie near a shell of radius sqrt(d). A straight path leaves it on the way, an arc does not; a third
path keeps apart what a view shares with others and what it has beside that (`une`).
"""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from ..core.checks import choice, matrix, share, whole
from ..inversion.deterministic import generate
from ..latent.une import UNE
from ..linalg.cosine import unit_rows
from ..models.contracts import EncoderLike, GeneratorLike
from ..stats.intervals import mean_interval

Kind = Literal["linear", "spherical", "shared"]
PATHS = ("linear", "spherical", "shared")
LEAST = 1e-4  # sine of an angle below which arccos is mostly rounding, and an arc its chord to 1e-9
# Of 150 paths of drawn-ldm the median length is the same at steps of 0.01, 0.02 and 0.05, the last with the narrowest
# interval; smaller ones measure the pictures' rounding to 8 bits (at 0.002 2.7 times as much, by drawn-clip).
STEP = 0.05


def interpolate(
    a: ArrayLike,
    b: ArrayLike,
    shares: ArrayLike,
    kind: Kind = "spherical",
    une: UNE | None = None,
    view: str | None = None,
) -> NDArray[np.float32]:
    """Noises on the way from one to another.

    Pairs on one line through the origin have no arc, and move linearly.

    Parameters
    ----------
    a, b : array-like (n, ...)
        Where each of n paths begins and ends.
    shares : array-like (s,) or (s, n)
        Of the way, from 0, which is a exactly, to 1, which is b; (s, n) where each pair has its own.
    kind : {"linear", "spherical", "shared"}
        "linear": (1 - t) a + t b. "spherical": along the arc [1]_, lengths linearly. "shared": what the view's latent
        E[z | view] accounts for linearly, and so that latent itself, the rest spherically.
    une : UNE, optional
        For "shared": fitted, with `view` among its views.
    view : str, optional
        For "shared": the view of these rows.

    Returns
    -------
    ndarray (s, n, ...), float32
        A row a share.

    Raises
    ------
    ValueError
        On noises of other shapes or not finite, shares beyond the ends, an unknown kind, and "shared" without une and
        view.

    References
    ----------
    .. [1] Shoemake, 1985.

    Examples
    --------
    >>> np.linalg.norm(interpolate([[2, 0]], [[0, 2]], [0, 0.5, 1]), axis=2).round(2).tolist()
    [[2.0], [2.0], [2.0]]
    """
    shape, A, B = rows_of_both(a, b)
    t = shares_of_pairs(shares, len(A))
    if choice(kind, PATHS, "kind") == "shared":
        path = shared_path(A, B, t, une, view)
    else:
        path = (linear_path if kind == "linear" else spherical_path)(A, B, t)
    return path.astype(np.float32).reshape(len(t), *shape)


def linear_path(A, B, t):
    """(1 - t) A + t B, (s, n, d), of rows A, B (n, d) and shares t (s, n, 1)."""
    return (1 - t) * A + t * B


def spherical_path(A, B, t):
    """Rows (s, n, d) that turn from A to B (n, d) at constant speed while their lengths change linearly."""
    lengths = [np.linalg.norm(X, axis=1, keepdims=True) for X in (A, B)]
    u, v = unit_rows(A), unit_rows(B)
    angle = np.arccos(np.clip((u * v).sum(1, keepdims=True), -1, 1))
    sine = np.sin(angle)
    straight = (sine < LEAST) | (lengths[0] * lengths[1] == 0)
    arc = (np.sin((1 - t) * angle) * u + np.sin(t * angle) * v) / np.where(straight, 1, sine)
    return np.where(straight, linear_path(A, B, t), linear_path(*lengths, t) * arc)


def shared_path(A, B, t, une, view):
    """Rows (s, n, d) whose latent E[z | view] moves linearly from that of A to that of B, the rest spherically."""
    if une is None or view is None:
        raise ValueError("kind 'shared' needs une, a fitted UNE, and view, the name of the noise's view in it")
    (mean, of_a), (_, of_b) = accounted(A, une, view), accounted(B, une, view)
    return mean + linear_path(of_a, of_b, t) + spherical_path(A - mean - of_a, B - mean - of_b, t)


def accounted(X, une, view):
    """The view's mean (d,), and what rows X (n, d) have of their latent beside it (n, d): E[x | E[z | x]] - mean.

    It is G z with G = C (K C)^-1 for loadings C and z = K (x - mean), so that K G z = z: the rest has the latent 0.
    """
    z, C = une.latent({view: X}), une.loadings_[view]
    moved = une.latent({view: np.vstack([C.T, np.zeros((1, len(C)))])})
    gain = moved[:-1] - moved[-1]  # (K C)': how far the latent moves where the view does by a loading
    (v,) = une.numbers([view])
    return une.axes_[v].mean, z @ np.linalg.pinv(gain, rcond=1e-10) @ C.T


def pictures(
    gen: GeneratorLike, path: NDArray[np.float32], decode: Callable[..., NDArray[np.uint8]] = generate, **how: Any
) -> NDArray[np.uint8]:
    """Images of noises on a path.

    Parameters
    ----------
    gen : GeneratorLike
        Best what `NoiseZoo.generator` gives: the one that made the noise, solved as it was.
    path : ndarray (s, n, ...), float32
        Noises, such as `interpolate` gives: a row a share.
    decode : callable
        What makes the images, as in `walk`: `generate`, or `stochastic.decode` of stochastic latents.
    **how
        What it takes beside the noise; of `generate` steps, solver, grid, batch_size.

    Returns
    -------
    ndarray (s, n, h, w, 3), uint8
        A row a share.

    Raises
    ------
    ValueError
        As `generate`, on noise of another shape, on values that are not finite, and on an unknown solver or grid.

    Examples
    --------
    >>> from unelib.models import ExactGaussian
    >>> a, b = np.random.default_rng(0).standard_normal((2, 4, 16))
    >>> pictures(ExactGaussian(), interpolate(a, b, [0, 0.5, 1]), steps=3).shape
    (3, 4, 4, 4, 3)
    """
    made = decode(gen, path.reshape(-1, *path.shape[2:]), **how)
    return made.reshape(*path.shape[:2], *made.shape[1:])


def changes(frames):
    """Euclidean distance (s - 1, n), pixels from 0 to 1, of neighbouring frames (s, n, h, w, c) uint8."""
    flat = frames.reshape(*frames.shape[:2], -1)
    moved = (after - before.astype(np.float64) for before, after in pairwise(flat))
    return np.stack([np.linalg.norm(difference, axis=1) for difference in moved]) / 255


def istd(frames):
    """Interpolation standard deviation (n,) of frames (s, n, h, w, c) uint8 on paths of equal steps; 0 is smoothest.

    std_i |f_{i+1} - f_i|, over the steps of one path, of `changes` (Guo et al., 2024, section 4.1, who average it over
    pairs and do not say their pixels' range). A path that changes twice as much has twice as much of it.

    >>> grey = np.array([0, 51, 255], np.uint8).reshape(3, 1, 1, 1, 1)
    >>> istd(grey).round(3).tolist()
    [0.3]
    """
    frames = np.asarray(frames)
    if frames.dtype != np.uint8 or frames.ndim != 5 or len(frames) < 3 or frames.shape[1] == 0:
        raise ValueError(
            f"frames must be (s, n, h, w, c) uint8 with at least 3 frames a path, not {frames.shape} {frames.dtype}"
        )
    return changes(frames).std(0)


def path_length(gen, a, b, encoder, kind="spherical", step=STEP, seed=0, une=None, view=None, **how):
    """Perceptual path length between noises a and b (n, ...): `Interval` of the mean over pairs.

    |g(t + step) - g(t)|^2 / step^2 for g the encoder's embedding of the picture at a random share t of each path
    (Karras et al., 2019, with the encoder in place of LPIPS). It counts in squares of the embedding: compare paths and
    generators by one encoder. The few pairs whose picture jumps carry much of the mean, so that intervals are wide.
    step  share of the path between the two pictures
    how   what `generate` takes: steps, solver, grid, batch_size; or `decode`, as in `walk`
    """
    return mean_interval(path_lengths(gen, a, b, encoder, kind, step, seed, une, view, **how))


def path_lengths(gen, a, b, encoder, kind="spherical", step=STEP, seed=0, une=None, view=None, **how):
    """The same for each pair, (n,); a pair's random share does not change with the pairs after it."""
    starts = np.random.default_rng(seed).uniform(0, 1 - share(step, "step", high=1.0), len(a))
    ends = np.minimum(starts + step, 1)
    path = interpolate(a, b, np.stack([starts, ends]), kind, une, view)
    before, after = (encoder.embed(images).astype(np.float64) for images in pictures(gen, path, **how))
    return ((after - before) ** 2).sum(1) / step**2


def smoothness(
    gen: GeneratorLike,
    a: ArrayLike,
    b: ArrayLike,
    encoder: EncoderLike,
    kinds: Sequence[Kind] = ("linear", "spherical"),
    frames: int = 11,
    une: UNE | None = None,
    view: str | None = None,
    step: float = STEP,
    seed: int = 0,
    **how: Any,
) -> pd.DataFrame:
    """How smoothly the pictures change between noises.

    Two measures of each path: `istd`, the interpolation standard deviation of its frames [1]_, and `path_length`, the
    perceptual path length [2]_ with the encoder in place of LPIPS. The second counts in squares of the embedding:
    compare paths and generators by one encoder.

    Parameters
    ----------
    gen : GeneratorLike
        Makes the pictures.
    a, b : array-like (n, ...)
        Where each of n paths begins and ends.
    encoder : EncoderLike
        Its embeddings measure the path length.
    kinds : sequence of {"linear", "spherical", "shared"}
        Paths, of `interpolate`; "shared" needs une and view.
    frames : int
        Pictures a path, its ends among them, 3 at least (11: [1]_).
    une : UNE, optional
        For "shared": fitted, with `view` among its views.
    view : str, optional
        For "shared": the view of these rows.
    step : float
        Share of the path, above 0 and at most 1, between the two pictures of the path length.
    seed : int
        Draws the share of each path at which they lie.
    **how
        What `generate` takes: steps, solver, grid, batch_size; or `decode`, as in `walk`.

    Returns
    -------
    DataFrame
        A row a kind of path. Columns: `istd` and `path_length`, means over pairs with the ends of their 95 % intervals
        `_low`, `_high`; `_gap`, how much more that is than along the first kind, pair by pair, with its own ends; and
        `middle_norm`, the length of the middle noise relative to that of the ends.

    Raises
    ------
    ValueError
        On frames or a step out of range, and as `interpolate` and `generate`.

    References
    ----------
    .. [1] Guo et al., 2024.
    .. [2] Karras et al., 2019.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> from unelib.models import ExactGaussian
    >>> a, b = np.random.default_rng(0).standard_normal((2, 4, 16))
    >>> encoder = SimpleNamespace(embed=lambda pixels: pixels.reshape(len(pixels), -1) / 255)
    >>> table = smoothness(ExactGaussian(), a, b, encoder, frames=3, steps=3)
    >>> table.middle_norm.round(2).to_dict()
    {'linear': 0.64, 'spherical': 1.0}
    """
    if not whole(frames, 3):
        raise ValueError(f"frames is {frames!r}; it must be a whole number from 3, of pictures a path")
    share(step, "step", high=1.0)
    shares = np.linspace(0, 1, frames)
    paths = {kind: interpolate(a, b, shares, kind, une, view) for kind in kinds}  # all before any is generated
    found = {
        kind: {
            "istd": istd(pictures(gen, path, **how)),
            "path_length": path_lengths(gen, a, b, encoder, kind, step, seed, une, view, **how),
        }
        for kind, path in paths.items()
    }
    rows = {kind: means_and_gaps(measures, found[kinds[0]]) for kind, measures in found.items()}
    return pd.DataFrame.from_dict(rows, orient="index").assign(
        middle_norm=[middle_norm(a, b, kind, une, view) for kind in kinds]
    )


def means_and_gaps(measures, first):
    """Columns of measures {name: (n,)}: means over pairs, and of the differences from the first kind's."""
    row = {}
    for name, by_pair in measures.items():
        row |= ends_of(name, mean_interval(by_pair))
        row |= ends_of(f"{name}_gap", mean_interval(by_pair - first[name]))
    return row


def middle_norm(a, b, kind, une=None, view=None):
    """Length of the noise half way between a and b (n, ...), relative to the mean of their lengths; mean over pairs."""
    start, middle, end = (
        np.linalg.norm(x.reshape(len(x), -1), axis=1) for x in interpolate(a, b, [0, 0.5, 1], kind, une, view)
    )
    return float((2 * middle / (start + end)).mean())


def ends_of(name, interval):
    """An interval as columns: {name, name_low, name_high}."""
    return {name: interval.value, f"{name}_low": interval.low, f"{name}_high": interval.high}


def rows_of_both(a, b):
    """The shape (n, ...) of two noises, and both as finite rows (n, d) float64; ValueError if their shapes differ."""
    a, b = (np.asarray(x, np.float32) for x in (a, b))
    if a.shape != b.shape or a.ndim < 2 or len(a) == 0:
        raise ValueError(f"a and b must be noises (n, ...) of one shape, not {a.shape} and {b.shape}")
    return a.shape, *(matrix(x.reshape(len(x), -1), name) for name, x in (("a", a), ("b", b)))


def shares_of_pairs(shares, n):
    """Shares (s,) or (s, n) as (s, n or 1, 1) float64; ValueError on others than 0 to 1."""
    t = np.asarray(shares, np.float64)
    if t.size == 0 or t.ndim == 0 or t.shape[1:] not in ((), (n,)) or not ((t >= 0) & (t <= 1)).all():
        raise ValueError(
            f"shares must be numbers from 0 (a) to 1 (b), (s,) or (s, {n}), not {shares}; what leads beyond a pair is"
            " an edit, see edit.walk"
        )
    return t.reshape(len(t), -1, 1)
