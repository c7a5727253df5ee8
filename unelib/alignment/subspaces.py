"""Views as clouds of rows that may be rotated or mapped: the angle between them, and their canonical correlations."""

import numpy as np

from ..core.checks import centred
from ..linalg.principal_space import thin


def unit_view(F, name):
    """Centred view of unit norm."""
    F, _ = centred(F, name)
    return F / np.linalg.norm(F)


def directions(F, name, variance=0.99):
    """Orthonormal coordinates (n, k) of the fewest principal components that hold that share of the variance."""
    U, s, _ = thin(centred(F, name)[0])
    before = np.cumsum(s**2) - s**2
    return U[:, before < variance * (s**2).sum()]


def directions_and_loads(X, name):
    """Orthonormal coordinates U (n, r) of a view, and the loads U'X (r, d) of its centred columns on them."""
    U, s, V = thin(centred(X, name)[0])
    return U, (V * s).T


def shuffle_directions(B, order):
    """What `directions_and_loads` makes of the rows in another order."""
    return B[0][order], B[1]


def angle(A, B):
    """arccos of the nuclear norm of A'B."""
    return np.arccos(np.clip(np.linalg.svd(A.T @ B, compute_uv=False).sum(), 0, 1))


def mean_correlation(A, B):
    """Mean canonical correlation of two subspaces with orthonormal coordinates A (n, k) and B (n, k2).

    They are the roots of the eigenvalues of (A'B)(A'B)', whose solver takes any number of correlations of 1.
    """
    P = A.T @ B if A.shape[1] <= B.shape[1] else B.T @ A
    return np.sqrt(np.clip(np.linalg.eigvalsh(P @ P.T), 0, 1)).mean()


def projection_weighted(A, B):
    """Canonical correlations rho_i weighted by a_i = sum_j |<h_i, x_j>|, both as in `pwcca`.

    The variate is h_i = U q_i with q_i an eigenvector of (U'U2)(U'U2)', so <h_i, x_j> is an entry of q_i' (U'X).
    """
    (U, loads), (U2, _) = A, B
    P = U.T @ U2
    squares, Q = np.linalg.eigh(P @ P.T)
    pairs = slice(-min(P.shape), None)
    weights = np.abs(Q[:, pairs].T @ loads).sum(1)
    return np.sqrt(np.clip(squares[pairs], 0, 1)) @ weights / weights.sum()
