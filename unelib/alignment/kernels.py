"""How alike all pairs of rows of a view are: Gram matrices and Gaussian kernels (n, n), centred and of unit norm."""

import numpy as np

from ..core.checks import centred, choice, share

KERNELS = ("linear", "rbf")
FLAT = 1e-12  # share of a matrix's size below which what is left of it is rounding


def gram(X, name):
    """Products (n, n) of all pairs of centred rows."""
    X, _ = centred(X, name)
    return X @ X.T


def gram_for_kernel(X, name, *, debiased=False, kernel="linear", bandwidth=1.0):
    """`gram`, once the options of `kernel_matrix` are known to be good."""
    choice(kernel, KERNELS, "kernel")
    share(bandwidth, "bandwidth (in median distances)")
    return gram(X, name)


def kernel_matrix(G, name, *, debiased=False, kernel="linear", bandwidth=1.0):
    """Centred kernel matrix of unit norm, from a Gram matrix G of some rows."""
    K = gaussian_kernel(G, name, bandwidth) if kernel == "rbf" else G
    centre = u_centred(K) if debiased else double_centred(K)
    if np.linalg.norm(centre) <= FLAT * np.linalg.norm(K):
        advice = f"; take a bandwidth other than {bandwidth:g}" if kernel == "rbf" else ""
        raise ValueError(f"all pairs of rows of {name} are equally alike, so there is nothing to compare{advice}")
    return centre / np.linalg.norm(centre)


def gaussian_kernel(G, name, bandwidth):
    """exp(-D^2 / 2 s^2) - 1 of the distances D, s being `bandwidth` times their median.

    Centring takes the 1 away again; without it, the small differences of a wide kernel keep their digits.
    """
    size = np.diag(G)
    squares = np.maximum(size[:, None] + size - 2 * G, 0)
    np.fill_diagonal(squares, 0)
    median = np.median(np.sqrt(squares[np.triu_indices(len(G), 1)]))
    if median**2 <= FLAT * squares.max():
        raise ValueError(f"half of the pairs of rows of {name} are alike: their median distance is 0; drop copies")
    return np.expm1(squares / (-2 * (bandwidth * median) ** 2))


def double_centred(K):
    """K (n, n) less the means of its rows and columns."""
    row = K.mean(1)
    return K - row[:, None] - row + row.mean()


def u_centred(K):
    """K (n, n) with a diagonal of 0, less what makes all rows sum to 0 (Székely and Rizzo, 2014, definition 2)."""
    n, K = len(K), K.copy()
    np.fill_diagonal(K, 0)
    row = K.sum(1) / (n - 2)
    K += K.sum() / ((n - 1) * (n - 2)) - row[:, None] - row
    np.fill_diagonal(K, 0)
    return K


def inner_product(A, B):
    """Sum of the products of all entries."""
    return np.vdot(A, B)


def take_pairs(B, rows):
    """The entries (m, m) of an n x n matrix between the rows named, in their order."""
    return B.take(rows, 0).take(rows, 1)
