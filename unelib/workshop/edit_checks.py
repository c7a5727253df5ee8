"""Checks of the workshop's fourth part: a step, its control, what it changed, and what else it changed."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .answers import Checked, beside, read_numbers

ASIDE = 0.2  # cosine that two vectors of a thousand numbers do not reach by chance


def check_step(
    answer: Any, noise: NDArray[Any], direction: NDArray[Any], unseen: NDArray[Any], strength: float
) -> Checked:
    """Whether an answer is noise after a step of so many standard deviations along a direction.

    Parameters
    ----------
    answer : object
        Anything; right if (n, d) numbers, noise + strength * sigma * unit vector.
    noise : ndarray (n, d)
        What is moved.
    direction : ndarray (d,)
        Where to, of any length.
    unseen : ndarray (m, d)
        Rows whose projection on the unit vector has the standard deviation sigma.
    strength : float
        In those standard deviations.

    Returns
    -------
    Checked
        It tells the step's length beside the noise's.
    """
    unit = direction / np.linalg.norm(direction)
    step = strength * np.std(unseen @ unit) * unit
    length, own = np.linalg.norm(step), np.linalg.norm(noise, axis=1).mean()

    def tell(right):
        after = np.linalg.norm(right, axis=1).mean()
        return f"The step has length {length:.1f}; the noise had {own:.1f} before and has {after:.1f} after it."

    return beside(answer, noise + step, step_slips(noise, direction, unseen, strength, step), tell, "moved noise")


def step_slips(noise, direction, unseen, strength, step):
    """Usual slips, and what to say of them."""
    length = np.linalg.norm(direction)
    unit = direction / length
    sigma = np.std(unseen @ unit)
    for alone in (step, np.broadcast_to(step, noise.shape)):
        yield alone, "That is the step alone. Add it to the noise."
    yield noise - step, "The step goes the other way: add it."
    yield noise + strength * unit, "The standard deviation is missing: strength * sigma * unit vector."
    yield (
        noise + strength * direction,
        "Not a unit vector yet, and no sigma: strength * sigma * unit vector.",
    )
    long = np.std(unseen @ direction)
    yield noise + strength * long * direction, "The direction is not a unit vector. Divide it by its length first."
    yield (
        noise + strength * long * unit,
        "Use the unit vector twice: sigma is measured along it, and the step goes along it.",
    )
    yield noise + sigma * unit, "The strength is missing."
    yield (
        noise + strength * unseen.std() * unit,
        "That is the spread of all numbers. Take `unseen @ unit`'s.",
    )
    yield noise + strength * sigma**2 * unit, "That is the variance. Take the standard deviation."
    yield noise * (1 + step), "The noise was multiplied. A step is added."


def check_random_step(answer: Any, steps: NDArray[Any]) -> Checked:
    """Whether an answer holds steps of no meaning, a fresh one for each picture, that are as long as others.

    Parameters
    ----------
    answer : object
        Anything; right if (n, d) numbers: rows as long as those of `steps`, not along them, nor along one another.
    steps : ndarray (n, d)
        The steps whose control they are, a row a picture.

    Returns
    -------
    Checked
        It tells the largest cosine of a row with its step.
    """
    lengths = np.linalg.norm(steps, axis=1, keepdims=True)
    own = np.random.default_rng(0).standard_normal(steps.shape)
    own *= lengths / np.linalg.norm(own, axis=1, keepdims=True)
    values = read_numbers(answer, "array of random steps")
    problem = values if isinstance(values, str) else random_step_problem(values, steps)
    if isinstance(values, str) or problem:
        return Checked(False, str(problem), own)
    cosine = np.abs((values * steps).sum(1) / lengths[:, 0] ** 2).max()
    told = f"Each is as long as the step, {lengths.mean():.1f}, and leads elsewhere"
    return Checked(True, f"{told}: no cosine with it is beyond {np.ceil(cosine * 100) / 100:.2f}.", values)


def random_step_problem(values, steps):
    """What is wrong with steps that are to be random and as long as others, or None."""
    if values.shape == steps.shape[1:]:
        return "That is one direction for all faces, a single draw. Draw a fresh row for each face."
    if values.shape != steps.shape:
        return f"It has shape {values.shape}; a random step for each face is asked for, {steps.shape}."
    lengths, asked = np.linalg.norm(values, axis=1), np.linalg.norm(steps, axis=1)
    if lengths.min() < 1e-9:
        return "At least one row is 0 everywhere."
    units = values / lengths[:, None]
    cosine, even = (units * steps).sum(1) / asked, units.sum(1) / np.sqrt(values.shape[1])
    if np.abs(cosine).max() > ASIDE:
        return (
            f"They lead along the step itself (cosine {cosine[np.abs(cosine).argmax()]:.2f})."
            " Draw them anew: `rng.standard_normal(steps.shape)`."
        )
    if np.abs(even).max() > ASIDE:
        return "Its numbers are not spread around 0, so it makes everything brighter or darker. Draw normal numbers."
    if np.abs(np.triu(units @ units.T, 1)).max() > ASIDE:
        return "Two rows lead the same way, which is one draw and not two. Draw a fresh row for each face."
    if np.allclose(np.linalg.norm(values), asked, rtol=1e-3):
        return "You divided by the length of all rows together. Take each row's: `axis=1, keepdims=True`."
    if np.abs(lengths / asked - 1).max() > 1e-3:
        return (
            f"Their lengths are {lengths.min():.1f} to {lengths.max():.1f}, and the step's is {asked.mean():.1f}. A"
            " longer step changes more, wherever it leads: divide each row by its length, times the step's."
        )
    return None


def check_gained(answer: Any, before: NDArray[np.bool_], after: NDArray[np.bool_]) -> Checked:
    """Whether an answer is the share of the faces that lacked the attribute which have it after the step.

    Parameters
    ----------
    answer : object
        Anything; right if one number, the mean of `after` where `before` is False.
    before, after : ndarray (n,), bool
        The judge's verdicts.

    Returns
    -------
    Checked
        It tells the share.
    """
    right = after[~before].mean()
    told = f"{right:.0%} of the {(~before).sum()} faces that lacked it."
    return beside(answer, right, gained_slips(before, after), lambda _: told, "share")


def gained_slips(before, after):
    """Usual slips, and what to say of them."""
    right = after[~before].mean()
    yield after.mean(), "That counts faces that had it before. Ask only those that lacked it: `after[~before]`."
    yield (after & ~before).mean(), "You divided by all faces. Divide by those that lacked it: `after[~before].mean()`."
    yield (
        after[before].mean() if before.any() else -1,
        "Those are faces that had it. Ask the others: `~before`.",
    )
    yield (after != before).mean(), "That counts every change, losses too, and divides by all faces."
    yield (after & ~before).sum(), "That is how many. Divide by the number of faces that lacked it."
    yield after.sum(), "That is how many have it now. Divide, and only among those that lacked it."
    yield 1 - right, "That is the share that still lacks it."
    yield right * 100, "That is in per cent. A share from 0 to 1 is asked for."
    yield after.mean() - before.mean(), "That is the difference of two shares of all faces. Ask those that lacked it."


def check_beside(answer: Any, before: NDArray[np.bool_], after: NDArray[np.bool_], target: int) -> Checked:
    """Whether an answer is how many verdicts beside the target changed, per face on average.

    Parameters
    ----------
    answer : object
        Anything; right if one number.
    before, after : ndarray (n, a), bool
        The judge's verdicts, a column an attribute.
    target : int
        Column of the attribute that was to change.

    Returns
    -------
    Checked
        It tells the number.
    """
    others = np.arange(before.shape[1]) != target
    right = (before != after)[:, others].sum(1).mean()
    told = f"{right:.1f} of {others.sum()} other attributes change in a face, on average."
    return beside(answer, right, beside_slips(before, after, others), lambda _: told, "number")


def beside_slips(before, after, others):
    """Usual slips, and what to say of them."""
    changed = before != after
    yield changed.sum(1).mean(), "The target is counted too. Leave its column out."
    yield (
        changed[:, others].mean(),
        "That is a share. Count in each face, `sum(1)`, then take the mean.",
    )
    yield changed.mean(), "That is the share of verdicts, the target's among them. Count them in each face."
    yield changed[:, others].sum(), "That is the sum over all faces. Divide by the number of faces."
    yield changed[:, others].sum(1), "That is the number in each face. Take the mean over faces."
    yield (
        (after & ~before)[:, others].sum(1).mean(),
        "Those are gains alone. Losses are changes too: `!=`.",
    )
    signed = after[:, others].astype(float) - before[:, others]
    yield signed.sum(1).mean(), "Gains and losses cancel there. Count every change: `before != after`."
    yield (~changed)[:, others].sum(1).mean(), "That is how many stayed. Count those that changed."


def check_without(answer: Any, direction: NDArray[Any], other: NDArray[Any]) -> Checked:
    """Whether an answer is a direction with another projected out.

    Parameters
    ----------
    answer : object
        Anything; right if (d,) numbers, direction - (direction . u) u with u = other / |other|.
    direction, other : ndarray (d,)
        Of any length.

    Returns
    -------
    Checked
        It tells how much was taken out.
    """
    unit = other / np.linalg.norm(other)
    right = direction - (direction @ unit) * unit
    lost = 1 - (np.linalg.norm(right) / np.linalg.norm(direction)) ** 2
    told = f"Its cosine with the other is 0 now, and {lost:.0%} of its squared length is gone."
    return beside(answer, right, without_slips(direction, other), lambda _: told, "direction")


def without_slips(direction, other):
    """Usual slips, and what to say of them."""
    unit = other / np.linalg.norm(other)
    along = (direction @ unit) * unit
    yield direction, "Nothing was taken out."
    yield along, "That is the part to be taken out. Subtract it from the direction."
    yield direction + along, "The part along the other was added. Subtract it."
    yield along - direction, "The sign is turned: direction less the part along the other."
    yield direction - (direction @ other) * other, "The other is not a unit vector: divide it by its length first."
    yield direction - (direction @ unit) * other, "Multiply by the *unit* vector, the second time too."
    yield direction - other, "You subtracted the whole other. Take out only the part along it."
    yield direction - unit, "You subtracted the unit vector. Take (direction . unit) times of it."
    yield (
        direction - (direction @ unit),
        "That subtracts a number. Multiply it by the unit vector first.",
    )
