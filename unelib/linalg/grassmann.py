"""Subspaces as points of the Grassmannian: how far two are apart, and the Frechet mean of several.

A subspace of k dimensions is given by orthonormal rows (k, m).
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import subspace_angles

from ..core.checks import matrix

TOLERANCE, SMALLEST = 1e-8, 1e-6  # of the mean tangent, and the smallest share of a step that is tried


def grassmann_distance(A: NDArray[np.float64], B: NDArray[np.float64]) -> float:
    """Geodesic distance of two subspaces, the root of the sum of their squared principal angles.

    It is at most sqrt(k) pi / 2, that of orthogonal ones, and independent random ones of few dimensions are nearly as
    far apart.

    Parameters
    ----------
    A, B : ndarray (k, m)
        Orthonormal rows.

    Returns
    -------
    float
        Radians, 0 to sqrt(k) pi / 2.

    Raises
    ------
    ValueError
        On subspaces of spaces or dimensions that differ.

    Examples
    --------
    >>> round(grassmann_distance(np.eye(3)[:2], np.eye(3)[1:]), 4)  # they share a line
    1.5708
    """
    A, B = matrix(A, "A"), matrix(B, "B")
    if A.shape != B.shape:
        raise ValueError(f"subspaces of shapes {A.shape} and {B.shape}; both must have one number of rows and columns")
    return float(np.linalg.norm(subspace_angles(A.T, B.T)))


def frechet_mean(bases: Sequence[NDArray[Any]]) -> NDArray[np.float64]:
    """The subspace whose squared geodesic distances to the given ones have the least sum.

    Steps along the mean tangent [1]_ from the leading k dimensions of all of them together, halved while they raise the
    sum; of subspaces far apart it is a least sum near that start.

    Parameters
    ----------
    bases : sequence of ndarray (k, m)
        Orthonormal rows of each subspace.

    Returns
    -------
    ndarray (k, m)
        Orthonormal rows of the mean.

    Raises
    ------
    ValueError
        On subspaces of spaces or dimensions that differ, or none.

    References
    ----------
    .. [1] Karcher, 1977.

    Examples
    --------
    >>> lines = [np.array([[np.cos(angle), np.sin(angle)]]) for angle in (0.0, 0.2)]
    >>> round(grassmann_distance(frechet_mean(lines), lines[0]), 4)
    0.1
    """
    shapes = sorted({np.shape(basis) for basis in bases})
    if len(shapes) != 1:
        raise ValueError(f"bases have shapes {shapes}; all must have one number of rows and columns")
    stacked = matrix(np.concatenate(bases), "the bases")
    turn = np.linalg.qr(stacked.T)[0]  # the mean lies in the span of all, which may be far smaller than the space
    points = [basis @ turn for basis in bases]
    mean, rate = np.linalg.svd(np.concatenate(points))[2][: len(bases[0])], 1.0
    tangents = [logarithm(mean, point) for point in points]
    while rate > SMALLEST and np.linalg.norm(np.mean(tangents, 0)) > TOLERANCE:
        further = exponential(mean, rate * np.mean(tangents, 0))
        found = [logarithm(further, point) for point in points]
        if np.linalg.norm(found) < np.linalg.norm(tangents):
            mean, tangents = further, found
        else:
            rate /= 2
    return mean @ turn.T


def logarithm(A, B):
    """The tangent (k, m) at A that leads to B by the shortest way."""
    left, cosines, right = np.linalg.svd(A @ B.T)
    across = right @ B - cosines[:, None] * (left.T @ A)  # of the principal vectors of B, what A lacks
    sines = np.linalg.norm(across, axis=1)  # arccos would lose half the digits of small angles
    return left @ ((np.arctan2(sines, cosines) / np.maximum(sines, 1e-12))[:, None] * across)


def exponential(A, tangent):
    """The subspace (k, m) to which a tangent (k, m) at A leads."""
    left, angles, right = np.linalg.svd(tangent, full_matrices=False)
    turned = np.cos(angles)[:, None] * (left.T @ A) + np.sin(angles)[:, None] * right
    return np.linalg.qr(turned.T)[0].T


def random_subspace(k: int, m: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """A subspace whose direction is uniform: what distances are compared with.

    Parameters
    ----------
    k, m : int
        Its dimensions, and those of the space.
    rng : numpy.random.Generator
        What it is drawn with.

    Returns
    -------
    ndarray (k, m)
        Orthonormal rows.

    Examples
    --------
    >>> rows = random_subspace(2, 5, np.random.default_rng(0))
    >>> np.allclose(rows @ rows.T, np.eye(2))
    True
    """
    return np.linalg.qr(rng.standard_normal((m, k)))[0].T
