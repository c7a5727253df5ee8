"""Ranks of all pairs of rows by how far apart they are, over all pairs or among those of one row."""

import numpy as np
from scipy.stats import rankdata

from ..core.checks import constant
from ..linalg.cosine import unit_rows
from .kernels import double_centred

DECIMALS = 12  # of a correlation or cosine; differences past them are rounding, so such pairs are ties


def distance_order(X, name):
    """Places (n, n), equal for ties, of the correlation distances of all pairs, nearest first."""
    flat = np.flatnonzero(constant(X, axis=1))
    if flat.size:
        raise ValueError(f"row {flat[0]} of {name} is constant; a correlation with it has no meaning")
    rows = unit_rows(X - X.mean(1, keepdims=True))
    return np.unique(-(rows @ rows.T).round(DECIMALS), return_inverse=True)[1].reshape(len(X), -1)


def distance_ranks(order, name):
    """Ranks (n, n) of all pairs from their places, ties shared, centred, of unit norm, with an empty diagonal."""
    counts = np.bincount(order[np.triu_indices(len(order), 1)], minlength=order.max() + 1)
    if (counts > 0).sum() < 2:
        raise ValueError(f"all pairs of rows of {name} are equally far apart; there is nothing to compare")
    ranks = (np.cumsum(counts) - counts / 2 - counts.sum() / 2)[order]
    np.fill_diagonal(ranks, 0)
    return ranks / np.linalg.norm(ranks)


def neighbour_ranks(G, name):
    """Ranks (n, n) of all others by each row's centred cosine, from the Gram matrix; each row centred, of unit norm.

    A row to which all others are equally near has no order: its ranks are 0.
    """
    n, G = len(G), double_centred(G)
    length = np.sqrt(np.maximum(np.diag(G), 0))
    cosine = G / np.where(length > 0, length, 1)[:, None] / np.where(length > 0, length, 1)
    cosine = cosine.round(DECIMALS)
    np.fill_diagonal(cosine, np.inf)  # so that its rank, n, is what is left out
    ranks = rankdata(cosine, axis=1) - n / 2
    np.fill_diagonal(ranks, 0)
    if not ranks.any():
        raise ValueError(f"all pairs of rows of {name} are equally near; there is nothing to compare")
    return unit_rows(ranks)


def mean_product(A, B):
    """Mean over rows of the products of the rows of two matrices."""
    return np.vdot(A, B) / len(A)
