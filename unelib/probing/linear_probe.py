"""Linear probes for all attributes at once.

Every kind of probe is fitted to features whose Gram matrix is diagonal (`linalg.principal_space`): ridge and
discriminant are closed forms there, the logistic solver is well conditioned, and the cost is in min(n, d). Columns that
hardly correlate are such features as they are, which saves a logistic probe the Gram matrix. The weights `coef_` read
an attribute; `pattern_` (covariance x weights) is the direction that writes it.
"""

from collections.abc import Sequence
from numbers import Integral, Real
from typing import Literal, NamedTuple, Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from ..core.checks import choice, labels, same_columns, share
from ..linalg.moments import column_scale, covariance_along, product
from ..linalg.principal_space import correlatedness, principal, unturned
from ..linalg.ridge_regression import ridge
from ..linalg.stored_rows import StoredRows, as_rows, stored_space, taken, whole_standardised
from ..stats.groups import shared_groups
from ..stats.roc import auc  # noqa: F401  (`probe_scores` goes with a probe)
from .choices import Kind
from .discriminants import SHRINKAGES, authors_lda, lda, mean_difference, plain_difference
from .logistic_solver import logistic, one_sided
from .scores import probe_scores, read  # noqa: F401  (`probe_scores` goes with a probe)

SOLVERS = {
    "logistic": logistic,
    "lda": lda,
    "ridge": ridge,
    "mean-difference": mean_difference,
    "authors": logistic,
    "authors-lda": authors_lda,
}
CHOSEN = ("logistic", "ridge")  # kinds whose penalty may be chosen from a list
WITHOUT = ("mean-difference", "authors-lda")  # kinds that have no penalty
AUTHORS_COMPONENTS = 500
UNCORRELATED = 1.2  # mean squared eigenvalue of the correlations up to which columns are taken as they are


class LinearProbe(BaseEstimator):
    """Linear classifiers of a attributes from X (n, d), fitted together.

    Columns are standardised first (save for the authors' kinds, and for the mean difference without `components`, which
    stays the plain difference of class means), so penalties count in standard deviations; a constant column gets the
    coefficient 0. With fewer rows than columns the weights lie in the span of the rows, exactly where the penalised
    optimum is. X may be larger than memory (`NoiseZoo.stored`, or a large memory map): its `components` are then found
    in a few passes, and must be named.

    Parameters
    ----------
    kind : {"logistic", "lda", "ridge", "mean-difference", "authors", "authors-lda"}
        "logistic": L2-penalised logistic regression. "ridge": least squares on -1/+1. "lda": Fisher's discriminant with
        shrunk covariance. "mean-difference": difference of class means, midpoint intercept. "authors" and
        "authors-lda": as published, logistic regression with penalty 1 and the class-mean difference with identity
        covariance, both in 500 components (or `components`) of the columns as they are.
    components : int, optional
        Keep this many principal components, each scaled to unit variance; all, unscaled, if None. They are found on all
        rows, also on those that are held out to choose a penalty: with nearly as many components as rows the choice is
        then no longer honest, and tends to weak penalties.
    penalty : "cv", "oas", float or list of float
        "cv": chosen from the data, for each attribute (logistic: 3 folds by log loss; ridge: leave one out) or for all
        (lda: Ledoit and Wolf; "oas": oracle approximating). A list of numbers: to choose from (logistic, ridge). A
        number: lambda = 1 / C of scikit-learn for logistic, lambda for ridge, the share of shrinkage in (0, 1] for lda.
        Mean differences have none.

    Attributes
    ----------
    coef_ : ndarray (a, d)
        Weights that read each attribute, in the space of X, as all that is fitted.
    intercept_ : ndarray (a,)
        Added to X coef'.
    pattern_ : ndarray (a, d)
        Covariance x weights: the direction that writes each attribute; of the plain mean difference, that itself.
    attributes_ : list (a,)
        Names of the attributes, or 0, 1, ... for arrays.
    penalty_ : ndarray (a,)
        Penalties that were used. One at an end of its grid says that the best one may lie beyond.
    n_features_in_ : int
        Columns d of X.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> X = rng.standard_normal((200, 5))
    >>> probe = LinearProbe("ridge").fit(X, X[:, :2] > 0)
    >>> probe.coef_.shape, float((probe.predict(X) == (X[:, :2] > 0)).mean()) > 0.9
    ((2, 5), True)
    """

    def __init__(
        self,
        kind: Kind = "logistic",
        components: int | None = None,
        penalty: Literal["cv", "oas"] | float | Sequence[float] = "cv",
    ) -> None:
        self.kind = kind
        self.components = components
        self.penalty = penalty

    def fit(self, X: ArrayLike | StoredRows, Y: ArrayLike | pd.DataFrame, groups: ArrayLike | None = None) -> Self:
        """Fit to rows and their labels.

        Rows whose label is missing (-1, NaN) are left out for that attribute; attributes that miss the same rows are
        fitted together.

        Parameters
        ----------
        X : array-like (n, d)
            One row an image, n >= 10; or a stored view.
        Y : DataFrame or array-like (n, a) or (n,) of 0/1
            Labels; the columns of a DataFrame name the attributes.
        groups : array-like (n,), optional
            Rows of one group (a person) are held out together where penalties are chosen by holding rows out.

        Returns
        -------
        LinearProbe
            Itself, fitted.

        Raises
        ------
        TypeError
            On sparse X, or X that holds no real numbers.
        ValueError
            On an unknown kind, or on components, penalties, rows, labels or groups that cannot be fitted to; it names
            what is wrong and where.
        """
        choice(self.kind, SOLVERS, "kind of probe")
        check_penalty(self.kind, self.penalty)
        if not (self.components is None or isinstance(self.components, Integral)):
            raise ValueError(f"components is {self.components!r}; it must be a whole number, or None for all")
        X = as_rows(X, rows=10)
        truth, known, names = labels(Y, len(X))
        people = shared_groups(groups, len(X))
        shape = len(names), X.shape[1]
        fitted = Fitted(np.empty(shape), np.empty(shape[0]), np.empty(shape[0]), np.empty(shape))
        for columns, rows in known_together(known):
            part, group = (X, people) if rows.all() else (taken(X, rows), None if people is None else people[rows])
            here = truth[rows][:, columns]
            check_folds(self, here, group, [names[i] for i in columns])
            for whole, found in zip(fitted, fit_known(self, part, here, group)):
                whole[columns] = found
        self.coef_, self.intercept_, self.penalty_, self.pattern_ = fitted
        self.attributes_, self.n_features_in_ = names, X.shape[1]
        return self

    def decision_function(self, X: ArrayLike | StoredRows) -> NDArray[np.floating]:
        """X coef' + intercept: positive where the attribute is read as present.

        Parameters
        ----------
        X : array-like (n, d)
            One row an image.

        Returns
        -------
        ndarray (n, a)
            Log odds for logistic and lda, and the authors' two.

        Raises
        ------
        ValueError
            On another number of columns than it was fitted to.
        """
        check_is_fitted(self)
        X = as_rows(X)
        same_columns(X, self.n_features_in_)
        return product(X, self.coef_) + self.intercept_

    def predict(self, X: ArrayLike | StoredRows) -> NDArray[np.int_]:
        """Attributes as 0/1.

        Parameters
        ----------
        X : array-like (n, d)
            One row an image.

        Returns
        -------
        ndarray (n, a) of 0/1
            1 where the attribute is read as present.
        """
        return (self.decision_function(X) > 0).astype(int)

    def score(self, X: ArrayLike | StoredRows, Y: ArrayLike | pd.DataFrame) -> float:
        """AUC averaged over attributes, for scikit-learn's model selection.

        Parameters
        ----------
        X : array-like (n, d)
            One row an image.
        Y : DataFrame or array-like (n, a) or (n,) of 0/1
            Labels, as in `probe_scores`.

        Returns
        -------
        float
            0 to 1; 0.5 is chance.
        """
        scores, found = read(self, X, Y)
        return float(auc(scores, found.truth, found.known).mean())


class Fitted(NamedTuple):
    """Coefficients (a, d), intercepts (a,), penalties (a,) and patterns (a, d) of some attributes."""

    coef: np.ndarray
    intercept: np.ndarray
    penalty: np.ndarray
    pattern: np.ndarray


def fit_known(probe, X, truth, groups):
    """`Fitted` of attributes truth (n, a) whose labels are all known."""
    if probe.kind == "mean-difference" and probe.components is None:
        coef, intercept = plain_difference(X, truth)
        return Fitted(coef, intercept, 0.0, coef)
    (mean, scale), penalty, components, cut = column_scale(X), probe.penalty, probe.components, False
    if probe.kind.startswith("authors"):
        scale = np.where(np.isinf(scale), np.inf, 1.0)
        penalty = 1.0 if isinstance(penalty, str) else penalty
        components, cut = AUTHORS_COMPONENTS if components is None else components, components is None
    if isinstance(X, StoredRows):
        space = stored_space(X, mean, scale, components, cut)
    else:
        few = few_steps_do(probe, X, mean, scale)
        Z = whole_standardised(X, mean, scale, np.float32 if few else np.float64)
        space = unturned(Z) if few else principal(Z, components, cut)
    weights, intercept, penalty = SOLVERS[probe.kind](space, truth, penalty, groups)
    coef = (space.back(weights) / scale[:, None]).T
    return Fitted(coef, intercept - coef @ mean, penalty, covariance_along(X, coef, mean))


def few_steps_do(probe, X, mean, scale):
    """Whether a probe needs no principal space: a logistic one at one penalty, of columns that hardly correlate.

    A Gram matrix and its eigenvectors cost several passes over X, and save more where columns correlate, where there
    are few rows for the columns, and where penalties or components are to be found. So well conditioned, columns are
    kept in single precision.
    """
    one = probe.kind == "logistic" and probe.components is None and isinstance(probe.penalty, Real)
    return one and correlatedness(X, mean, scale) < UNCORRELATED


def known_together(known):
    """Yields (columns, rows) for each set of attributes that are known (n, a) in the same rows."""
    patterns = {}
    for column, rows in enumerate(known.T):
        patterns.setdefault(rows.tobytes(), []).append(column)
    for columns in patterns.values():
        yield columns, known[:, columns[0]]


def check_penalty(kind, penalty):
    """Raise ValueError unless the penalty is "cv" or in the kind's range."""
    if kind in WITHOUT and penalty != "cv":
        raise ValueError(f"penalty is {penalty!r}, and {kind} has none; leave it out")
    if isinstance(penalty, str) and penalty in (SHRINKAGES if kind == "lda" else ("cv",)):
        return
    listed = np.ndim(penalty) == 1 and len(penalty) > 0
    if listed and kind not in CHOSEN:
        raise ValueError(f"penalty is {penalty!r}; {' and '.join(CHOSEN)} choose from a list, {kind} takes one number")
    for value in penalty if listed else [penalty]:
        share(value, "penalty (or 'cv')", high=1.0 if kind == "lda" else np.inf)


def check_folds(probe, truth, groups, names):
    """Raise ValueError, naming the attribute, where folds of groups would leave a logistic fit one class."""
    if groups is None or probe.kind != "logistic" or isinstance(probe.penalty, Real):
        return
    lacking = np.flatnonzero(one_sided(truth, groups))
    if lacking.size:
        raise ValueError(
            f"attribute {names[lacking[0]]!r} has one class only outside a fold of groups; leave it out, or name a"
            " penalty"
        )
