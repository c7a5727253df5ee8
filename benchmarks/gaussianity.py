"""Time of `normality` beside a plain loop over SciPy's tests, and the statistics of both on the same samples."""

import numpy as np
from measured import promised, timed
from scipy import stats

from unelib.gaussianity.univariate import TESTS, normality

PROJECTIONS, ROWS, COLUMNS = 5000, 250, 16384
LOOPED = 100  # projections that the loop does; its time is scaled to all
IMAGES = 4000


def sample(X, rng):
    """One projection as the loop makes it: its own rows, its own unit vector."""
    rows, w = rng.choice(len(X), ROWS, replace=False), rng.standard_normal(X.shape[1])
    return X[rows] @ (w / np.linalg.norm(w))


def scipy_tests(s):
    """SciPy's statistics of one sample: Anderson-Darling as A*^2, D'Agostino-Pearson, Shapiro-Wilk."""
    small = 1 + 0.75 / ROWS + 2.25 / ROWS**2
    anderson = stats.anderson(s, method="interpolate").statistic * small
    return anderson, stats.normaltest(s).statistic, stats.shapiro(s).statistic


def difference(X, rng):
    """Largest relative difference between SciPy's statistics and ours, on the same samples in float64."""
    S = np.column_stack([sample(X, rng) for _ in range(LOOPED)]).astype(np.float64)
    ours = np.array([test(S)[0] for test in TESTS.values()])
    theirs = np.array([scipy_tests(s) for s in S.T]).T
    return np.abs(ours / theirs - 1).max()


if __name__ == "__main__":
    rng = np.random.default_rng(0)
    X = rng.standard_normal((IMAGES, COLUMNS), np.float32)
    scipy_tests(sample(X, rng)), normality(X, projections=1)  # what is slow only once
    ours, _ = timed(lambda: normality(X, projections=PROJECTIONS, rows=ROWS), rounds=3)
    loop, _ = timed(lambda: [scipy_tests(sample(X, rng)) for _ in range(LOOPED)])
    loop *= PROJECTIONS / LOOPED
    print(f"gaussianity: {PROJECTIONS} projections x {ROWS} rows x {COLUMNS} columns, three tests")
    promised("gaussianity/time", loop / ours, "x our time takes SciPy's loop", least=30, seconds=ours)
    promised("gaussianity/statistics", difference(X, rng), "of their value from SciPy's", most=1e-6)
