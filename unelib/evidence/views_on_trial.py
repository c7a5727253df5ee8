"""A view as a trial has it: its rows, or where it has very many columns their coordinates in the span of all of them.

Every claim but one asks for products of rows, which the span keeps. Whether columns are Gaussian is asked of some of
the columns themselves, and what moves a picture is brought back to all of them.
"""

from functools import partial
from typing import NamedTuple

import numpy as np

from ..linalg.row_span import span_of

TESTED = 100  # columns of a wide view that stay as they are


class ViewOnTrial(NamedTuple):
    """X (n, d) and nothing else; or of a wide view coordinates X (n, r), and what they leave out.

    columns  d
    plain    (n, m): some of the columns
    lift     vectors (m, r) in these coordinates -> (m, d)
    """

    X: np.ndarray
    columns: int | None = None
    plain: np.ndarray | None = None
    lift: partial | None = None


def view_on_trial(zoo, view, rows, most_columns, seed=0):
    """`ViewOnTrial` of some rows of a zoo's view, by number.

    It enters by coordinates if it has more than `most_columns` columns and more than twice as many as there are rows.
    """
    X = zoo[view][rows]
    d = X.shape[1]
    if d <= max(most_columns, 2 * len(rows)):
        return ViewOnTrial(X.astype(np.float64))
    span = span_of(X, seed)
    chosen = np.random.default_rng(seed).choice(d, min(TESTED, d), replace=False)
    return ViewOnTrial(span.rows, d, X[:, chosen], partial(lifted, zoo, view, rows, span))


def lifted(zoo, view, rows, span, D):
    """Vectors D (m, r) of the `RowSpan` of some rows of a view, in its columns."""
    return span.back(zoo[view][rows], D)
