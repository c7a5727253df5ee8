"""Continuous factors that drawn pictures are known to be made of: pose, colours, proportions."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from ..core.checks import name_list
from .faces import NUISANCES
from .labelled_images import ImageSet

HAIR_LENGTH = "hair_length"


def continuous_factors(*parts: ImageSet, names: Sequence[str] = ()) -> pd.DataFrame:
    """Continuous factors of drawn pictures, part below part.

    Parameters
    ----------
    *parts : ImageSet
        Of one world, such as the two of `load_parts`.
    names : sequence of str
        Those to keep, in this order; all where none is named.

    Returns
    -------
    DataFrame (n, m) of float64
        By id; -1 to 1, and 0 to 1 for the length of hair. Without columns where pictures were not drawn, whatever is
        named.

    Raises
    ------
    ValueError
        On names that there are not.

    Examples
    --------
    >>> from unelib import load_images
    >>> continuous_factors(load_images("drawn-faces", n=2, size=16), names=["x", "turn"]).shape
    (2, 2)
    """
    known, wanted = [*NUISANCES, HAIR_LENGTH], name_list(names, "names")
    if unknown := [name for name in wanted if name not in known]:
        raise ValueError(f"unknown factor {unknown[0]!r}; drawn pictures have {', '.join(known)}")
    tables = []
    for part in parts:
        columns = [] if part.factors is None else [*part.factors.nuisance.T, part.factors.hair_length]
        rows = np.array(columns, float).T if columns else np.empty((len(part), 0))
        tables.append(pd.DataFrame(rows, part.ids, known if columns else []))
    table = pd.concat(tables)
    return table[wanted] if wanted and table.shape[1] else table
