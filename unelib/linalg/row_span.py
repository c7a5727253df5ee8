"""Rows of many columns in coordinates of their own span: as many as there are rows, and nothing is lost.

Products and distances of centred rows stay what they were, and so does all that is made of them: ridge maps, mean
differences, cosines. A view of 196,608 columns and 2,000 images has 1,999.
"""

from typing import NamedTuple

import numpy as np
from scipy.fft import dct

from .principal_space import eigenvalues_above

BLOCK = 4096  # columns at a time
TURNS = 2  # that mix the coordinates


class RowSpan(NamedTuple):
    """Coordinates of rows X (n, d) in their span.

    Attributes
    ----------
    rows : ndarray (n, r)
        Less their mean, in an orthonormal basis that has no order: columns vary about alike, as those of X may do and
        principal coordinates never do, so standardising them is no whitening.
    weights : ndarray (n, r)
        The basis is X' weights, (d, r): the weights of each of its vectors add up to 0, so X need not be centred.
    """

    rows: np.ndarray
    weights: np.ndarray

    def back(self, X, D):
        """Vectors D (m, r) of the span in the columns of X, (m, d)."""
        mixed = D @ self.weights.T
        return np.hstack([mixed @ block for block in column_blocks(X)])


def span_of(X, seed=0):
    """`RowSpan` of X (n, d), read by blocks of columns; the basis is turned at random.

    >>> X = np.random.default_rng(0).standard_normal((5, 100))
    >>> span, away = span_of(X), X - X.mean(0)
    >>> span.rows.shape, np.allclose(span.rows @ span.rows.T, away @ away.T)
    ((5, 4), True)
    >>> np.allclose(span.back(X, span.rows), away)
    True
    """
    gram = np.zeros((len(X), len(X)))
    for block in column_blocks(X):
        away = block - block.mean(0)
        gram += away @ away.T
    squares, vectors = eigenvalues_above(gram, max(X.shape))
    signs = np.random.default_rng(seed).choice([-1.0, 1.0], (TURNS, len(squares)))
    s = np.sqrt(squares)
    return RowSpan(mixed_columns(vectors * s, signs), mixed_columns(vectors / s, signs))


def column_blocks(X):
    """Yields the columns of X, some at a time, in double precision."""
    for start in range(0, X.shape[1], BLOCK):
        yield np.asarray(X[:, start : start + BLOCK], np.float64)


def mixed_columns(A, signs):
    """Rows A (n, r) turned by an orthogonal matrix that mixes all columns, the same for the same signs."""
    for sign in signs:
        A = dct(A * sign, norm="ortho", axis=1)
    return A
