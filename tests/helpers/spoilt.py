"""Data with a fault, for tests of what is said of it."""

import numpy as np


def spoilt(X, row, column, value):
    """A copy of X with a value at some rows and columns."""
    X = X.copy()
    X[row, column] = value
    return X


def faulty_partners(X2):
    """Second views (n, d2), of which X2 (400, d2) is a good one, that none may have as X2, and what is said of each."""
    return [
        (spoilt(X2, 6, 1, np.nan), "X2 holds nan at row 6, column 1"),
        (X2[:10], "X has 400 rows, X2 has 10 rows"),
        (np.zeros((400, 4)), "all rows of X2 are the same"),
        (X2[:, 0], "X2 must be 2-D"),
    ]
