"""Data with a fault, for tests of what is said of it."""


def spoilt(X, row, column, value):
    """A copy of X with a value at some rows and columns."""
    X = X.copy()
    X[row, column] = value
    return X
