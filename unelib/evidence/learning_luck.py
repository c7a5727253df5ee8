"""What the luck of the images that learn does to a measure: it is taken again without each block of them."""

import numpy as np

from ..alignment.similarity_null import jackknife_interval
from ..latent.dimension import dealt
from ..stats.groups import dealt_groups, shared_groups
from ..stats.intervals import Interval

BLOCKS = 8  # of images that are left out in turn


def dealt_blocks(n, groups=None, seed=0):
    """Block (n,) of each row, `BLOCKS` of them if there are as many rows; whole groups lie in one."""
    codes = shared_groups(groups, n)
    if codes is not None:
        return dealt_groups(codes, min(BLOCKS, codes.max() + 1), seed)
    return np.argmax(dealt(n, min(BLOCKS, n), seed), axis=0)


def luck_interval(values):
    """`Interval` of a measure of all images from the same without each of J blocks, values (1 + J,), by the jackknife.

    Were images drawn with return instead, what is learnt from them would be learnt from fewer.

    >>> luck_interval(np.array([2.0, 1.0, 2.0, 3.0])).value
    2.0
    """
    value, without = float(values[0]), np.atleast_2d(values[1:])
    return Interval(value, *jackknife_interval(value, without, (-np.inf, np.inf)).values())
