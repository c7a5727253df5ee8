"""Projection pursuit: directions chosen on half of the rows for looking non-Gaussian, tested on the other half."""

import warnings

import numpy as np
import pandas as pd
from sklearn.decomposition import FastICA
from sklearn.exceptions import ConvergenceWarning

from ..stats.p_values import holm
from .multivariate import MARGIN, varying_rows, whitening_pca
from .univariate import anderson_statistic

DIRECTIONS = 5  # that are tested, of as many components or more
ITERATIONS = 40  # of FastICA; it settles sooner where there is something to find, and elsewhere magnifies rounding


def pursuit(X, components=10, directions=None, seed=0):
    """Anderson-Darling tests of X (n, d) along its least Gaussian directions; one row a direction.

    Columns: direction, p_chosen (on the half that chose: small for any data, never to be quoted), statistic (A*^2), p
    and p_adjusted (Holm) on the held-out half, which are exact: its rows had no say. `directions` are five, or as many
    as there are components, unless it is given. ValueError as `projected_halves`.

    >>> X = np.random.default_rng(0).standard_normal((400, 50))
    >>> X[:, 0] += 6 * np.random.default_rng(1).choice([-1, 1], 400)
    >>> bool(pursuit(X).p_adjusted.min() < 1e-6)
    True
    """
    chosen, held_out = projected_halves(X, components, directions, seed)
    (_, p_chosen), (statistic, p) = anderson_statistic(chosen), anderson_statistic(held_out)
    columns = {"p_chosen": p_chosen, "statistic": statistic, "p": p, "p_adjusted": holm(p)}
    return pd.DataFrame({"direction": np.arange(1, len(p) + 1)} | columns)


def projected_halves(X, components=10, directions=None, seed=0):
    """Projections of X (n, d) on directions chosen by half of its rows: of that half (n1, m), of the other (n2, m).

    FastICA (Hyvarinen, 1999) on the choosing half's whitened leading components; of its directions the m =
    `directions` (five, or as many as there are components) with the largest Anderson-Darling statistic there, largest
    first. Scaled to the choosing half's standard deviation. Raises ValueError on values that are not finite, repeated
    rows, fewer than 2 (components + 20) rows, or more directions than components.
    """
    X = varying_rows(X, components, 2 * (components + MARGIN))
    directions = min(DIRECTIONS, components) if directions is None else directions
    if not 1 <= directions <= components:
        raise ValueError(f"directions={directions}; ask for 1 to {components}, the components")
    rows = np.random.default_rng(seed).permutation(len(X))
    first, second = X[rows[::2]], X[rows[1::2]]
    pca = whitening_pca(first, components, seed)
    ica = FastICA(whiten=False, max_iter=ITERATIONS, random_state=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        ica.fit(pca.transform(first))
    chosen, held_out = (pca.transform(half) @ ica.components_.T for half in (first, second))
    best = np.argsort(-anderson_statistic(chosen)[0])[:directions]
    return chosen[:, best], held_out[:, best]
