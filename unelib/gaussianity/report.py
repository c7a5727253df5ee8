"""All tests of one view in one table, and how often they reject what they should: power."""

import numpy as np
import pandas as pd

from ..stats.intervals import wilson
from .multivariate import multivariate_normality
from .pass_rates import pass_rate_test
from .projection_pursuit import pursuit
from .univariate import AXES
from .whiteness import coordinate_correlation, norm_concentration


def gaussian_report(X, components=10, simulations=400, axes=100, level=0.05, seed=0, nulls=None):
    """Tests that X (n, d) is N(m, S) for some m and S, a row each, with the columns of `multivariate_normality`.

    Pass rates on random projections, as published, and on coordinates (`pass_rate_test`), the tests of
    `multivariate_normality`, and `pursuit` (the least p of its directions, adjusted for their number).
    components  that are tested jointly, or all columns where there are fewer
    axes        projections and coordinates looked at for the pass rates
    nulls       pass rates {"projections": (s,), "coordinates": (s,)} of twins where they are known
    Raises ValueError on what any of the tests refuses: values that are not finite, repeated rows, too few of them.

    >>> gaussian_report(np.random.default_rng(0).standard_normal((200, 40))).test.tolist()[:3]
    ['projections', 'coordinates', 'Mardia skewness']
    """
    nulls = nulls or {}
    passing = [pass_rate_test(X, a, axes, level=level, seed=seed, null=nulls.get(a)) for a in AXES]
    components = min(components, X.shape[1])
    joint = multivariate_normality(X, components, simulations, level, seed)
    best = pursuit(X, components, seed=seed).sort_values("p_adjusted").iloc[0]
    chased = {
        "test": "pursuit",
        "statistic": best.statistic,
        "p": best.p_adjusted,
        "rejected": best.p_adjusted <= level,
    }
    return pd.concat([pd.DataFrame(passing), joint, pd.DataFrame([chased])], ignore_index=True)


def standard_report(X):
    """What N(0, I) asks of X (n, d) beyond being Gaussian, a row each: test, statistic, p.

    `norm_concentration` and `coordinate_correlation`, with their errors.

    >>> standard_report(np.random.default_rng(0).standard_normal((100, 40))).test.tolist()
    ['norms', 'correlations']
    """
    norms, correlation = norm_concentration(X), coordinate_correlation(X)
    rows = [("norms", norms.statistic, norms.p), ("correlations", correlation.z, correlation.p)]
    return pd.DataFrame(rows, columns=["test", "statistic", "p"])


def power_curve(tests, alternative, strengths, n, d, repeats=40, level=0.05, seed=0):
    """How often each test rejects an alternative, by its strength: a DataFrame strength, test, power, low, high.

    tests        X (n, d) -> p-values by test: a dict or a Series
    alternative  (n, d, strength, seed) -> X, as in `unelib.gaussianity.alternatives`
    low, high    Wilson's 95 % interval over `repeats` draws; draws are the same at every strength

    >>> from unelib.gaussianity import heavy_tailed
    >>> norms = lambda X: {"norms": norm_concentration(X).p}
    >>> power_curve(norms, heavy_tailed, [0, 0.3], n=100, d=50, repeats=20).power.tolist()
    [0.0, 1.0]
    """
    rows = []
    for strength in strengths:
        p = pd.DataFrame([dict(tests(alternative(n, d, strength, seed + i))) for i in range(repeats)])
        for test, rejections in (p <= level).sum().items():
            rows.append((strength, test, rejections / repeats, *wilson(rejections, repeats)))
    return pd.DataFrame(rows, columns=["strength", "test", "power", "low", "high"]).astype({"strength": np.float64})
