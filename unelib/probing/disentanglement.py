"""InfoMEC: does each column of a view tell of one factor, each factor show in one column, and can all be read linearly.

Modularity, explicitness and compactness, by the information that columns hold about known factors (Hsu et al., 2023).
"""

import warnings
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.preprocessing import OneHotEncoder

from ..core.checks import Rows, constant
from .factor_information import checked, information


class InfoMEC(NamedTuple):
    """How far columns and factors stand for each other: at most 1 each.

    Attributes
    ----------
    modularity : float
        InfoM: of a column's information, the share about the one factor that it tells most of; the mean over columns,
        scaled so that 0 is equal shares.
    explicitness : float
        InfoE: share of the factors' entropy that logistic regressions on all columns remove, on the rows that they were
        fitted to.
    compactness : float
        InfoC: of the information about a factor, the share that one column holds; the mean over factors, scaled so that
        0 is equal shares.
    information : DataFrame (m, d)
        Mutual information of each factor and each column, divided by the factor's entropy; NaN for columns that hardly
        vary and do not count.
    """

    modularity: float
    explicitness: float
    compactness: float
    information: pd.DataFrame


def infomec(latents: Rows, factors: Rows, seed: int = 0) -> InfoMEC:
    """Modularity, explicitness and compactness of a view's columns, by information about known factors [1]_.

    Parameters
    ----------
    latents : array-like (n, d)
        Rows of a view. Columns of integers are taken as classes; others as continuous, and only those count whose range
        is above a twentieth of the widest's.
    factors : array-like (n, m)
        The class of each row by each factor, two factors at least; bring continuous ones into classes with
        `equal_bins`.
    seed : int
        Of the noise, 1e-10 standard deviations, that tells equal values of continuous columns apart.

    Returns
    -------
    InfoMEC
        Of these rows. A column that tells of no factor at all has no part in modularity, a factor of which nothing is
        told none in compactness (where the published code gives NaN).

    Raises
    ------
    ValueError
        On other lengths or ids, values that are missing or not finite, fewer than two factors or columns that count,
        and factors of one class or with more classes than half the rows.

    References
    ----------
    .. [1] Hsu, Dorrell, Whittington, Wu and Finn, "Disentanglement via latent quantization", 2023.

    Examples
    --------
    >>> factors = np.tile([[0, 0], [0, 1], [1, 0], [1, 1]], (50, 1))
    >>> found = infomec(factors[:, ::-1], factors)
    >>> round(found.modularity, 6), round(found.compactness, 6), found.explicitness > 0.99
    (1.0, 1.0, True)
    """
    X, classes = checked(latents, factors)
    told = information(X, classes, seed)
    m, c = ratios(told)
    rows, columns = (list(A.columns) if isinstance(A, pd.DataFrame) else None for A in (factors, latents))
    return InfoMEC(m, explicitness(X, classes), c, pd.DataFrame(told, rows, columns))


def ratios(told):
    """InfoM and InfoC of information (m, d), whose NaN columns do not count."""
    told = told[:, ~np.isnan(told).all(0)]
    return largest_share(told.T), largest_share(told)


def largest_share(told):
    """(mean over rows of max / sum - 1 / k) / (1 - 1 / k) of (r, k); rows of zeros have no part.

    NaN where all rows are zeros, or k is 1 and all shares are the largest.
    """
    rows, k = told[told.sum(1) > 0], told.shape[1]
    if not len(rows) or k == 1:
        return float("nan")
    return float(((rows.max(1) / rows.sum(1)).mean() - 1 / k) / (1 - 1 / k))


def explicitness(X, classes):
    """InfoE: mean over factors of 1 - H(s | z) / log(classes), by balanced logistic regressions without a penalty.

    Regressions stop after 100 steps, as the published ones do: where classes can be separated there is no optimum.
    """
    Z: Any = OneHotEncoder().fit_transform(X) if X.dtype.kind == "i" else (X - X.mean(0)) / spread_of(X)
    left = [left_open_by_regression(Z, s) / np.log(s.max() + 1) for s in classes.T]
    return float(1 - np.mean(left))


def spread_of(X):
    """Standard deviations (d,) of columns; 1 where a column is constant."""
    return np.where(constant(X), 1, X.std(0))


def left_open_by_regression(Z, s):
    """Cross-entropy in nats of classes (n,) under a logistic regression on Z (n, d), on the same rows."""
    model = LogisticRegression(C=np.inf, class_weight="balanced")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return log_loss(s, model.fit(Z, s).predict_proba(Z))
