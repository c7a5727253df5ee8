"""Edits of one part of a picture: what moves the posterior mean inside a mask, and leaves it alone outside.

The Jacobian of the posterior mean is taken apart by the mask. Its leading right singular vectors inside, less their
part in those outside, are the directions (LOCO Edit: Chen et al., 2024).
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch
from numpy.typing import ArrayLike, NDArray

from ..core.checks import whole
from ..linalg.cosine import unit_rows
from ..models.contracts import GeneratorLike
from .denoised import denoised_mean
from .jacobian import Jacobian
from .state_walks import check_state, check_timestep

LOST = 1e-6  # length that is left of a unit vector, below which it lies in the space that was taken from it


@dataclass(frozen=True, eq=False)
class LocalDirections:
    """Directions of one state that move a part of its picture: what `local_directions` returns.

    Attributes
    ----------
    v : ndarray (k, d)
        Unit rows in the state's space, orthogonal to what moves the rest of the picture most.
    inside : ndarray (k, d)
        The same before that was taken from them: right singular vectors of the Jacobian inside the mask.
    sigma : ndarray (k,)
        Their singular values, falling.
    kept : ndarray (k,)
        Length, 0 to 1, that was left of each.
    t : float
        Timestep of the state.
    """

    v: NDArray[np.float64]
    inside: NDArray[np.float64]
    sigma: NDArray[np.float64]
    kept: NDArray[np.float64]
    t: float


def local_directions(
    gen: GeneratorLike,
    state: ArrayLike,
    t: float,
    mask: ArrayLike,
    k: int = 1,
    outside: int = 10,
    tolerance: float = 0.02,
    seed: int = 0,
) -> LocalDirections:
    """Directions of one state that move its posterior mean inside a mask and leave it alone outside.

    With J the Jacobian of E[z0 | x_t], they are the k leading right singular vectors of its rows inside the mask,
    projected on the orthogonal complement of the `outside` leading ones of its other rows (LOCO Edit [1]_).

    Parameters
    ----------
    gen : GeneratorLike
        A denoiser at any noise level.
    state : array-like (1, *latent_shape) or (*latent_shape,)
        One state, as the model sees it at t, such as `states_at` gives.
    t : float
        Timestep, within the schedule.
    mask : array-like (h, w) of bool
        The part that is to change, in pixels of a picture of any size. A cell of the latent is inside where any of its
        pixels is.
    k : int
        How many.
    outside : int
        Directions that are kept still, of those that move the rest most; 0 for none.
    tolerance : float
        On the residuals of singular vectors, of the largest singular value.
    seed : int
        Of the first block.

    Returns
    -------
    LocalDirections
        Of unit length; a step's sign means nothing.

    Raises
    ------
    ValueError
        On a timestep outside the schedule, several states, a mask that is not two-dimensional, is empty or full in the
        latent's cells, on k or `outside` out of range, and if nothing is left of a direction.

    References
    ----------
    .. [1] Chen et al., "Exploring low-dimensional subspaces in diffusion models for controllable image editing", 2024.

    Examples
    --------
    >>> from unelib.models import ExactGaussian
    >>> mask = np.zeros((4, 4), bool)
    >>> mask[0, 0] = True
    >>> found = local_directions(ExactGaussian(), np.zeros(16), 500, mask)
    >>> np.abs(found.v[0]).round(2).tolist()[:4]
    [1.0, 0.0, 0.0, 0.0]
    """
    t, point = check_timestep(gen, t), torch.from_numpy(check_state(gen, state)).to(gen.device)
    cells = torch.from_numpy(masked_cells(mask, gen.latent_shape)).to(gen.device)
    for what, number, least in (("k", k, 1), ("outside", outside, 0)):
        if not whole(number, least, gen.latent_dim - 1):
            raise ValueError(f"{what} is {number!r}; choose a whole number from {least} to {gen.latent_dim - 1}")
    own = Jacobian(lambda x: denoised_mean(gen, x, t)[..., cells], point)
    if k > own.rows:
        raise ValueError(f"k is {k}; the mask holds {own.rows} values of the latent, so choose at most as many")
    found = own.triples(k, tolerance, gen.dtype, seed=seed)
    others = np.zeros((0, gen.latent_dim))
    if outside:
        rest = Jacobian(lambda x: denoised_mean(gen, x, t)[..., ~cells], point)
        others = rest.triples(min(outside, rest.rows), tolerance, gen.dtype, seed=seed).v
    left = found.v - found.v @ others.T @ others
    kept = np.linalg.norm(left, axis=1)
    if kept.min() < LOST:
        raise ValueError(f"direction {int(kept.argmin())} moves nothing but what `outside` keeps still; lower outside")
    return LocalDirections(unit_rows(left), found.v, found.sigma, kept, t)


def masked_cells(mask, latent_shape):
    """Which cells (h, w) bool of a latent hold a pixel of a mask; ValueError unless there are some, and others."""
    mask, shape = np.asarray(mask), tuple(latent_shape[-2:])
    if mask.ndim != 2 or mask.dtype != bool:
        raise ValueError(f"mask has shape {mask.shape} and type {mask.dtype}; give one picture's, (h, w) of bool")
    pooled = torch.nn.functional.adaptive_max_pool2d(torch.from_numpy(mask[None].astype(np.float32)), shape)
    cells = pooled[0].numpy() > 0
    if not cells.any() or cells.all():
        raise ValueError(f"mask holds {cells.sum()} of {cells.size} cells of the latent; some must be in, others out")
    return cells


def changes_inside(before: ArrayLike, after: ArrayLike, mask: ArrayLike) -> pd.DataFrame:
    """How much pictures changed inside a mask, and how much outside.

    Parameters
    ----------
    before, after : array-like (n, h, w, c), uint8
        Pictures, 0 to 255.
    mask : array-like (h, w) or (n, h, w) of bool
        Of all pictures, or of each its own.

    Returns
    -------
    DataFrame (n rows)
        `inside`, `outside`: root mean square change of a value there, of 0 to 1; `share`: that of the squared change
        which lies inside, NaN where nothing changed; `area`: the mask's share of the picture, which is what `share` is
        of a change that is the same everywhere.

    Raises
    ------
    ValueError
        On pictures or masks of shapes that do not fit, and on a mask that holds no pixel or all of them.

    Examples
    --------
    >>> before = np.zeros((1, 2, 2, 3), np.uint8)
    >>> after, mask = before.copy(), np.array([[True, False], [False, False]])
    >>> after[0, 0, 0] = 255
    >>> changes_inside(before, after, mask).values.tolist()
    [[1.0, 0.0, 1.0, 0.25]]
    """
    before, after, mask = np.asarray(before), np.asarray(after), np.asarray(mask, bool)
    if before.ndim != 4 or before.shape != after.shape or mask.shape not in (before.shape[1:3], before.shape[:3]):
        raise ValueError(
            f"pictures are {before.shape} before and {after.shape} after, the mask {mask.shape}; pictures are"
            " (n, h, w, c) both times, and the mask is (h, w) or (n, h, w)"
        )
    squares = ((after.astype(np.float64) - before) / 255) ** 2
    squares, mask = squares.mean(3), np.broadcast_to(mask, before.shape[:3])
    area = mask.mean((1, 2))
    if area.min() == 0 or area.max() == 1:
        raise ValueError(f"a mask holds {area.min():.0%} to {area.max():.0%} of a picture; it must hold a part of it")
    own, whole_change = (squares * mask).mean((1, 2)), squares.mean((1, 2))
    share = np.divide(own, whole_change, out=np.full(len(own), np.nan), where=whole_change > 0)
    rest = np.maximum(whole_change - own, 0) / (1 - area)
    return pd.DataFrame({"inside": np.sqrt(own / area), "outside": np.sqrt(rest), "share": share, "area": area})
