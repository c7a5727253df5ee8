"""Ridge regressions of one part of the rows on another, all penalties from one decomposition."""

from unelib.linalg.principal_space import thin
from unelib.linalg.ridge_regression import ridge_weights


def predicted(X, Y, left, penalties):
    """Yields rows of Y (m, t) that are left, as a regression of the others on X (n, d) has them, by each penalty."""
    mean, centre = X[~left].mean(0), Y[~left].mean(0)
    U, s, V = thin(X[~left] - mean)
    seen = (X[left] - mean) @ V
    for penalty in penalties:
        yield seen @ ridge_weights(U, s, Y[~left] - centre, penalty) + centre
