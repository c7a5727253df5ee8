"""How many digits a number has that is told with its interval: as many as the interval's width bears out."""

from collections.abc import Iterable

import numpy as np

DUST = 1e-6  # an end so near 0, in half widths, is 0 but for rounding


def told_with_ends(number: Iterable[float], most: int | None = None) -> str:
    """A number with the ends of its interval, all three with the same number of decimals.

    Parameters
    ----------
    number : Interval, or iterable of three floats
        Value, low and high end, in any unit.
    most : int, optional
        Decimals at most, as on a figure that cannot show more; by default as many as it takes.

    Returns
    -------
    str
        Half the interval's width has two significant digits, and more where an end that is not 0 would look like 0. A
        number without an interval, or with one of no width, stands alone, to three significant digits.

    Raises
    ------
    ValueError
        If there are not three numbers.

    Examples
    --------
    >>> told_with_ends((0.91234, 0.9, 0.93)), told_with_ends((0.0476, 0.00846, 0.227))
    ('0.912 [0.900, 0.930]', '0.05 [0.01, 0.23]')
    >>> told_with_ends((30.0, 30.0, 30.0)), told_with_ends((0.025, 0.0004, 0.25))
    ('30', '0.0250 [0.0004, 0.2500]')
    """
    parts = [float(part) for part in number]
    if len(parts) != 3:
        raise ValueError(f"{parts} has {len(parts)} numbers; give a value, its low end and its high end")
    value, low, high = parts
    if not np.isfinite(parts).all() or low == value == high:
        return f"{value:.3g}"
    places = decimals(parts) if most is None else min(most, decimals(parts))
    return f"{value:z.{places}f} [{low:z.{places}f}, {high:z.{places}f}]"


def decimals(number):
    """Decimals of a number with ends of some width."""
    half = (max(number) - min(number)) / 2
    power = int(f"{half:.1e}".partition("e")[2])  # of ten, after rounding to two digits
    places = max(0, 1 - power)
    ends = [end for end in number[1:] if abs(end) > DUST * half]
    while any(round(end, places) == 0 for end in ends):
        places += 1
    return places
