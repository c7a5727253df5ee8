"""Attributes kept as a judge sees them: an edit is measured on its picture and corrected until they are as before."""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import logit

from ..core.checks import choice
from ..linalg.direction_algebra import Direction
from ..models.contracts import JudgeLike

ROUNDS = 4  # corrections at most
GAIN, LEAST, MOST = 1.0, 0.3, 4.0  # logits that a standard deviation moves: expected at first, and bounds later
FAR = 3.0  # standard deviations that one correction goes at most
SURE = 1e-4  # probabilities nearer to 0 or 1 are taken as this near
NEAR = 0.1  # logits of a difference that counts as none: 2 % of probability at most


def kept_by_judge(
    draw: Callable[[NDArray[np.float32]], NDArray[np.uint8]],
    judge: JudgeLike,
    start: ArrayLike,
    moved: ArrayLike,
    kept: Mapping[str, Direction],
    rounds: int = ROUNDS,
) -> NDArray[np.float32]:
    """Moved noise, corrected along the directions of what is kept until a judge sees it as before.

    Taking a direction out of another one holds the noise, not the picture. So the picture is drawn and judged, and the
    noise goes on along each kept attribute's own direction by what its logit is off, a secant step a round; of all
    rounds the one whose picture is the least off is taken. The judge that is asked decides: another one may disagree.

    Parameters
    ----------
    draw : callable
        Noise (n, d) to pictures (n, h, w, 3), such as `generate` of a model.
    judge : JudgeLike
        Whose probabilities are to stay.
    start, moved : array-like (n, d)
        Noise before and after the edit.
    kept : dict {attribute: Direction}
        What is to stay, and along what it is corrected; steps count in the direction's `sigma`.
    rounds : int
        Corrections, each of which draws every image whose attributes are still off.

    Returns
    -------
    ndarray (n, d), float32
        Rows that were never off are `moved` itself. An image's result depends on no other image.

    Raises
    ------
    ValueError
        On an attribute that the judge does not know.

    Examples
    --------
    >>> class Mean:
    ...     attributes = ["bright"]
    ...     def probabilities(self, pixels):
    ...         return 1 / (1 + np.exp(-pixels.mean((1, 2, 3), keepdims=True)[:, :, 0, 0]))
    >>> draw = lambda noise: noise[:, None, :, None]
    >>> bright = Direction("bright", np.array([0.0, 1.0]), sigma=1.0)
    >>> kept_by_judge(draw, Mean(), [[0.0, 0.0]], [[2.0, 0.0]], {"bright": bright}).round(1).tolist()
    [[2.0, -2.0]]
    """
    columns = [judge.attributes.index(choice(name, judge.attributes, "attribute to keep")) for name in kept]
    rows = best = np.array(moved, np.float32)
    if not columns:
        return best
    steps = np.stack([d.sigma * d.vector for d in kept.values()])

    def see(noise):
        """The judge's logits (n, k) of what is kept, of the pictures of noise (n, d)."""
        return logits(judge, draw(noise), columns)

    wanted = see(np.asarray(start, np.float32))
    off = see(rows) - wanted
    fault, gain = np.abs(off).max(1), np.full(off.shape, GAIN)
    for _ in range(rounds):
        open_ = np.flatnonzero(fault > NEAR)
        if not len(open_):
            break
        size = np.clip(-off[open_] / gain[open_], -FAR, FAR)
        tried = rows[open_] + (size @ steps).astype(np.float32)
        now = see(tried) - wanted[open_]
        gain[open_] = secant(size, now - off[open_], gain[open_])
        rows, off = replaced(rows, open_, tried), replaced(off, open_, now)
        better = np.abs(now).max(1) < fault[open_]
        best = replaced(best, open_[better], tried[better])
        fault[open_[better]] = np.abs(now[better]).max(1)
    return best


def logits(judge, pixels, columns):
    """The judge's logits (n, k) of some of its attributes."""
    return logit(np.clip(judge.probabilities(pixels)[:, columns].astype(float), SURE, 1 - SURE))


def secant(size, change, gain):
    """Logits a standard deviation as seen in the last correction; where that was small, as before."""
    seen = np.abs(size) > NEAR
    return np.where(seen, np.clip(change / np.where(seen, size, 1), LEAST, MOST), gain)


def replaced(values, rows, by):
    """A copy with some rows replaced."""
    copy = values.copy()
    copy[rows] = by
    return copy
