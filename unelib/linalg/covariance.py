"""Covariances that need not be written out: of 16,384 columns a matrix takes 2 GB, its product with a vector none."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..core.checks import matrix
from .moments import column_mean
from .stored_rows import StoredRows, as_rows, blocks

NOTHING = 1e-12  # of a covariance's usual gain: what is less is rounding


class Covariance:
    """Covariance C (d, d) of rows X, divided by n, as an operator: `C @ V` goes through the centred rows.

    X is kept as it is, and made double a block of rows at a time.

    Parameters
    ----------
    X : array-like (n, d) or (n, ...), or StoredRows
        Two rows at least, one an image. It may be stored (`NoiseZoo.stored`), or a large memory map.

    Attributes
    ----------
    X : ndarray (n, d) or StoredRows
        The rows, each made flat.
    mean : ndarray (d,)
        Their mean.
    shape : tuple of int (d, d)
        Of the covariance.

    Raises
    ------
    ValueError
        If all rows are the same, there are fewer than two, or values are not finite.

    Examples
    --------
    >>> X = np.array([[0.0, 1.0], [2.0, 1.0], [4.0, 4.0]])
    >>> bool(np.allclose(Covariance(X) @ np.eye(2), np.cov(X.T, ddof=0)))
    True
    """

    def __init__(self, X: ArrayLike | StoredRows) -> None:
        rows: Any = X
        stored = isinstance(rows, StoredRows | np.memmap)
        self.X = as_rows(rows, rows=2) if stored else matrix(np.reshape(rows, (len(rows), -1)), rows=2, dtype=None)
        self.mean = column_mean(self.X)
        self.shape = self.X.shape[1], self.X.shape[1]

    def __matmul__(self, V: ArrayLike) -> NDArray[np.float64]:
        """C V, in one pass over the rows.

        Parameters
        ----------
        V : array-like (d, m) or (d,)
            Columns, or one vector.

        Returns
        -------
        ndarray (d, m) or (d,)
            The product.

        Raises
        ------
        ValueError
            On another length than d.
        """
        V = np.asarray(V, float)
        if V.ndim == 0 or len(V) != len(self.mean):
            raise ValueError(f"this covariance has {len(self.mean)} columns; what it multiplies has shape {V.shape}")
        away = (block - self.mean for _, block in blocks(self.X))
        return sum(part.T @ (part @ V) for part in away) / len(self.X)


class ShrunkCovariance(Covariance):
    """The covariance of rows, mixed with a multiple m I of the identity that has its trace [1]_: (1 - a) C + a m I.

    Of few rows C says little about most pairs of columns; the share a is the one that brings the mixture nearest to
    the covariance that the rows were drawn from, as they tell it.

    Parameters
    ----------
    X : array-like (n, d) or (n, ...), or StoredRows
        As `Covariance` takes them; once, all are held in double precision, with a matrix of the smaller of n and d.

    Attributes
    ----------
    shrinkage : float
        a, from 0 to 1.
    level : float
        m, the columns' mean variance.

    References
    ----------
    .. [1] Ledoit and Wolf, 2004.

    Examples
    --------
    >>> white = ShrunkCovariance(np.random.default_rng(0).standard_normal((50, 200)))
    >>> white.shrinkage > 0.9
    True
    """

    def __init__(self, X: ArrayLike | StoredRows) -> None:
        super().__init__(X)
        away = np.concatenate([block - self.mean for _, block in blocks(self.X)])
        (n, d), lengths = away.shape, np.einsum("nd,nd->n", away, away)
        gram = away @ away.T if n < d else away.T @ away
        self.level = float(lengths.sum() / (n * d))
        squares = np.sum(gram**2) / n**2  # of C's entries, all added
        error = (np.sum(lengths**2) / n - squares) / n
        spread = squares - d * self.level**2
        self.shrinkage = float(np.clip(error / spread, 0, 1)) if spread > 0 else 1.0

    def __matmul__(self, V: ArrayLike) -> NDArray[np.float64]:
        """The shrunk covariance times V; parameters, result and errors as of `Covariance`."""
        return (1 - self.shrinkage) * super().__matmul__(V) + self.shrinkage * self.level * np.asarray(V, float)


def covaried(cov, V):
    """C V (d, m) of unit columns V (d, m), with zeros for a column on which the data do not vary, up to rounding.

    cov  (d, d), or what has `@`, such as a `Covariance`. ValueError on another width or values that are not finite.
    A sample covariance of fewer rows than columns has many such columns: what rounding leaves of them means nothing.
    """
    cov, d = cov if hasattr(cov, "__matmul__") else np.asarray(cov, float), len(V)
    if getattr(cov, "shape", (d, d)) != (d, d):
        raise ValueError(f"the covariance has shape {cov.shape}; the view has {d} columns, so ({d}, {d}) is needed")
    anywhere = np.random.default_rng(0).standard_normal((d, 1)) / np.sqrt(d)  # tells the covariance's usual gain
    along = matrix(cov @ np.hstack([V, anywhere]), "the covariance's product")
    gains = np.linalg.norm(along, axis=0)
    return along[:, :-1] * (gains[:-1] > NOTHING * gains[-1])


def projected_correlation(cov, A, B):
    """Correlations (a, b) of projections on unit vectors A (a, d) with those on B (b, d); NaN where one is constant."""
    CA, CB = covaried(cov, A.T), covaried(cov, B.T)
    variances = np.outer(np.einsum("ad,da->a", A, CA), np.einsum("bd,db->b", B, CB))
    return np.divide(A @ CB, np.sqrt(variances), out=np.full(variances.shape, np.nan), where=variances > 0)
