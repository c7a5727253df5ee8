"""How any answer is read, and set beside the right one and beside the slips that are usual."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

CLOSE = 1e-3  # of the right answer's length: rounding, float32, another order of summing
Slips = Iterable[tuple[Any, str]]


@dataclass(frozen=True, eq=False)
class Checked:
    """What a check says of an answer: a sentence that a notebook shows, true if the answer is right.

    Attributes
    ----------
    right : bool
        Whether it is.
    message : str
        What there is to know if it is right, and what is probably wrong if it is not.
    answer : object
        The right answer, to go on with.

    Examples
    --------
    >>> Checked(False, "It is still `...`.", 1.0)
    Not yet: It is still `...`.
    >>> bool(Checked(True, "The AUC is 0.76.", 0.76))
    True
    """

    right: bool
    message: str
    answer: Any

    def __bool__(self) -> bool:
        return self.right

    def __repr__(self) -> str:
        return f"{'Right' if self.right else 'Not yet'}: {self.message}"

    def _repr_markdown_(self) -> str:
        return f"**{'Right' if self.right else 'Not yet'}.** {self.message}"


def beside(answer: Any, right: Any, slips: Slips, found: Callable[[Any], str], what: str) -> Checked:
    """An answer beside the right one: the first slip that gives the same is named, otherwise how far off it is.

    right  a number or an array
    slips  pairs of what a slip gives and what to say of it, worked out only if they are needed
    found  says what the right answer shows
    what   is asked for, as a noun: "direction"
    """
    right = np.asarray(right, float)
    given = right if right.ndim else float(right)
    values = read_numbers(answer, what)
    if isinstance(values, str):
        return Checked(False, values, given)
    if alike(values, right):
        return Checked(True, found(given), given)
    hints = (hint for wrong, hint in slips if alike(values, np.asarray(wrong, float)))
    return Checked(False, next(hints, None) or how_far(values, right, what), given)


def read_numbers(answer: Any, what: str) -> NDArray[np.float64] | str:
    """An answer as finite numbers, or what is wrong with it."""
    if answer is Ellipsis:
        return f"The {what} is still `...`. Put your own code in its place, then run the cell again."
    if answer is None:
        return f"The {what} is None. Does the line end in a call that gives nothing back?"
    if callable(answer):
        return f"The {what} is a function. Call it: do its brackets miss?"
    unread = f"The {what} must be numbers, and it is a {type(answer).__name__}: look at it with `print`."
    if isinstance(answer, str):
        return unread
    try:
        values = np.asarray(answer, float)
    except (TypeError, ValueError, RuntimeError):
        return unread
    if values.size == 0:
        return f"The {what} is empty. Does the mask choose any row?"
    if not np.isfinite(values).all():
        lost = (~np.isfinite(values)).sum()
        return f"{lost} of the {what}'s {values.size} numbers are not finite. A division by 0, or the mean of no rows?"
    return values


def alike(values: NDArray[Any], other: NDArray[Any]) -> bool:
    """Whether two arrays have one shape and agree up to rounding.

    >>> alike(np.array([1.0, 2.0]), np.array([1.0, 2.001])), alike(np.ones(2), np.ones((2, 1)))
    (True, False)
    """
    if values.shape != other.shape:
        return False
    return bool(np.linalg.norm(values - other) <= CLOSE * max(float(np.linalg.norm(other)), 1e-12))


def how_far(values: NDArray[Any], right: NDArray[Any], what: str) -> str:
    """In which way an answer differs, where no slip explains it.

    >>> how_far(np.array(0.7), np.array(0.9), "AUC")
    'The AUC is 0.7, which is 0.2 below the right one.'
    """
    if values.shape != right.shape:
        return of_other_shape(values.shape, right.shape, what)
    if right.ndim == 0:
        side = "above" if values > right else "below"
        return f"The {what} is {values:.3g}, which is {abs(values - right):.2g} {side} the right one."
    lengths = np.linalg.norm(values), max(float(np.linalg.norm(right)), 1e-12)
    cosine = float((values * right).sum() / max(lengths[0] * lengths[1], 1e-12))
    if cosine > 1 - CLOSE:
        times = lengths[0] / lengths[1]
        return f"The {what} is right but for its size: it is {times:.3g} times as large as it should be."
    if cosine < CLOSE - 1:
        return f"The {what} points the opposite way. Is something subtracted the wrong way round?"
    distance = np.linalg.norm(values - right) / lengths[1]
    if distance > 10:
        return f"The {what} is far off: {distance:.2g} times the right length. A sum in place of a mean, or no scale?"
    return (
        f"The {what} is {distance:.2g} from the right one, where 0 is the same and 1 is as far as nothing at all"
        f" (cosine {cosine:.2f}). Look at the hint."
    )


def of_other_shape(shape: tuple[int, ...], asked: tuple[int, ...], what: str) -> str:
    """What a wrong shape is a sign of.

    >>> of_other_shape((96, 1024), (1024, 96), "map")
    'The map has shape (96, 1024), and (1024, 96) is asked for: transpose it, `.T`.'
    """
    if shape == asked[::-1] and len(shape) > 1:
        return f"The {what} has shape {shape}, and {asked} is asked for: transpose it, `.T`."
    wanted = "one number" if asked == () else f"shape {asked}"
    given = "one number" if shape == () else f"shape {shape}"
    return f"The {what} is {given}, and {wanted} is asked for. Over which axis was the mean or the sum taken?"
