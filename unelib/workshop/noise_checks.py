"""Checks of the workshop's first part: what comes back from noise, how far off it is found, what it has left."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .answers import Checked, beside


def check_likeness(answer: Any, before: NDArray[np.uint8], after: NDArray[np.uint8]) -> Checked:
    """Whether an answer is the peak signal-to-noise ratio of each picture, in dB.

    Parameters
    ----------
    answer : object
        Anything; right if (n,) numbers 10 log10(255^2 / mean squared difference).
    before, after : ndarray (n, h, w, 3), uint8
        Pictures, row by row.

    Returns
    -------
    Checked
        It tells the mean.
    """
    squared = squared_difference(before, after)
    right = in_decibels(squared)
    return beside(answer, right, likeness_slips(before, after, squared), tell_likeness, "likeness")


def squared_difference(before, after):
    """Mean squared difference (n,) of pictures, in grey levels."""
    return ((before.astype(float) - after.astype(float)) ** 2).mean((1, 2, 3))


def in_decibels(squared, peak=255.0):
    """Peak signal-to-noise ratio of a mean squared difference."""
    return 10 * np.log10(peak**2 / np.maximum(squared, 1e-12))


def likeness_slips(before, after, squared):
    """Usual slips, and what to say of them."""
    whole = (before - after) ** 2  # as uint8, where 3 - 5 is 254
    yield (
        in_decibels(whole.mean((1, 2, 3))),
        "Pictures hold whole numbers from 0 to 255, without a sign, so 3 - 5 gives 254. Turn them into"
        " floats first: `faces.astype(float)`.",
    )
    yield (
        in_decibels(squared.mean()),
        "That is one number for all pictures. One for each is asked for: `mean((1, 2, 3))`.",
    )
    yield in_decibels(squared).mean(), "That is the mean over pictures. One number for each is asked for."
    yield in_decibels(squared, 1.0), "The peak is 255 here, not 1: the pictures run from 0 to 255."
    yield squared, "That is the mean squared difference. Set it beside the peak, 255 squared, and take 10 log10."
    yield in_decibels(squared) / 10, "Decibels are *ten* times the log10 of the ratio."
    yield 10 * np.log(255**2 / squared), "That is the natural logarithm. Decibels take `np.log10`."
    yield -in_decibels(squared), "The ratio is upside down: the peak goes above, the difference below."
    yield in_decibels(squared, np.sqrt(255)), "The peak is not squared yet: 255 ** 2."


def tell_likeness(right):
    """What the right likeness shows."""
    return f"{right.mean():.1f} dB on average. Above 30 dB, differences are hard to see."


def check_missed(answer: Any, found: NDArray[Any], true: NDArray[Any]) -> Checked:
    """Whether an answer says by how much inversion misses each known noise: length of the difference by its length.

    Parameters
    ----------
    answer : object
        Anything; right if (n,) numbers.
    found, true : ndarray (n, d)
        Noise that inversion found, and the noise that the pictures were made of.

    Returns
    -------
    Checked
        It tells the mean.
    """
    error = np.linalg.norm(found - true, axis=1)
    right = error / np.linalg.norm(true, axis=1)
    return beside(answer, right, missed_slips(error, found, true), tell_missed, "ratio of lengths")


def missed_slips(error, found, true):
    """Usual slips, and what to say of them."""
    length = np.linalg.norm(true, axis=1)
    yield (
        (error / length) ** 2,
        "That is squared. Take the root: the *length* of the difference is asked for.",
    )
    yield (
        error / np.linalg.norm(found, axis=1),
        "Divide by the length of the *true* noise.",
    )
    yield error, "That is the length of the difference. Divide it by the length of the true noise."
    yield (error / length).mean(), "That is the mean over pictures. One number for each is asked for: `axis=1`."
    whole = np.linalg.norm(found - true) / np.linalg.norm(true)
    yield whole, "That is one number for all pictures. Take lengths row by row: `axis=1`."
    yield 1 - error / length, "That is 1 less the ratio. By how much it is *missed* is asked for, the ratio itself."
    yield (
        np.abs(found - true).mean(1),
        "That is a mean absolute difference. Take lengths, and divide.",
    )
    lengths = np.linalg.norm(found, axis=1) / length
    yield lengths, "That compares the two lengths, but not the directions. Subtract first, then take the length."


def tell_missed(right):
    """What the right ratio shows."""
    return f"Inversion misses the noise by {right.mean():.0%} of its length, on average."


def check_mean_noise(answer: Any, noise: NDArray[Any]) -> Checked:
    """Whether an answer is the mean noise by its standard error, which is about N(0, 1) for noise of mean zero.

    Parameters
    ----------
    answer : object
        Anything; right if (d,) numbers.
    noise : ndarray (n, d)
        A row a picture.

    Returns
    -------
    Checked
        It tells the share of numbers beyond 2.
    """
    right = noise.mean(0) / (noise.std(0) / np.sqrt(len(noise)))
    return beside(answer, right, mean_noise_slips(noise), tell_mean_noise, "scaled mean")


def mean_noise_slips(noise):
    """Usual slips, and what to say of them."""
    n, mean, spread = len(noise), noise.mean(0), noise.std(0)
    yield mean, "That is the mean. Divide it by its standard error, `std / np.sqrt(n)`."
    yield mean / spread, f"The root of the number of rows, {n}, is missing: the standard error is `std / np.sqrt(n)`."
    yield spread / np.sqrt(n), "That is the standard error. Divide the mean by it."
    yield (
        mean * np.sqrt(n),
        "The spread is missing. It is not 1 for every number: divide by `X.std(0)`.",
    )
    yield mean / spread * n, "The standard error has the *root* of the number of rows: `std / np.sqrt(n)`."
    yield (
        mean * n,
        "That is the sum. Take the mean, and divide it by its standard error, `std / np.sqrt(n)`.",
    )
    yield mean / spread / np.sqrt(n), "The root of the rows divides the spread, so it multiplies the mean."
    yield noise.mean(1) * np.sqrt(noise.shape[1]), "The mean runs over columns. Average over pictures: `mean(0)`."
    yield noise.mean(1), "The mean runs over columns. Average over pictures, `mean(0)`, and scale."
    yield (
        mean / spread * np.sqrt(noise.shape[1]),
        "That is the root of the columns. Take the rows', `len(noise)`.",
    )
    yield mean / noise.std() * np.sqrt(n), "That is the spread of all numbers. Take each number's own: `X.std(0)`."


def tell_mean_noise(right):
    """What the right scaled mean shows."""
    return f"{(np.abs(right) > 2).mean():.0%} of the numbers lie beyond 2; of noise of mean zero it would be 5 %."
