"""Pictures of what an edit made: of noise, and of noise whose bottleneck is moved on its way to the image."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..geometry.hspace import HSpace
from ..inversion.deterministic import generate
from ..linalg.direction_algebra import Direction
from ..models.contracts import GeneratorLike


def pictures_of(gen: GeneratorLike, rows: ArrayLike, **how: Any) -> NDArray[np.uint8]:
    """Images of the rows that `apply` returns.

    Parameters
    ----------
    gen : GeneratorLike
        Best what `NoiseZoo.generator` gives: the one that made the noise, solved as it was.
    rows : array-like (n, d) or (n, d + D)
        Noise of d columns. Further columns say how far the bottleneck moves at each step, as a row of `HSpace` has them
        side by side; solved in fewer steps, the nearest ones are taken.
    **how
        What `generate` takes beside the noise: steps, solver, grid, batch_size.

    Returns
    -------
    ndarray (n, h, w, 3), uint8
        One an image.

    Raises
    ------
    ValueError
        As `generate` and `HSpace`, and on rows whose further columns are no whole number of bottlenecks.

    Examples
    --------
    >>> from unelib.models import ExactGaussian
    >>> pictures_of(ExactGaussian(), np.zeros((2, 16)), steps=3).shape
    (2, 4, 4, 3)
    """
    given, d = np.asarray(rows, np.float32), gen.latent_dim
    noise, moves = given[:, :d], given[:, d:]
    if not moves.any():
        return generate(gen, noise, **how)
    kinds, which = np.unique(moves, axis=0, return_inverse=True)
    found: dict[int, Any] = {}
    for kind, move in enumerate(kinds):
        own = np.flatnonzero(which.ravel() == kind)
        found |= zip(own.tolist(), generate(moved_by(gen, move, how.get("grid")), noise[own], **how))
    return np.stack([found[row] for row in range(len(given))])


def moved_by(gen, move, grid=None):
    """The generator with its bottleneck moved (D,) at every step of as many as there are bottlenecks in it."""
    length = float(np.linalg.norm(move))
    if not length:
        return gen
    width = HSpace(gen, 1, grid=grid).width
    steps, rest = divmod(len(move), width)
    if rest:
        raise ValueError(f"the bottleneck moves by {len(move)} values; {gen.name}'s has {width} at each step")
    return HSpace(gen, steps, grid=grid).steered(Direction("move", move / length, length), 1.0)
