"""Means and spreads of a view's columns, for all rows or for the rows of each class; rows are read block by block."""

import numpy as np

from .stored_rows import blocks


def column_scale(X):
    """Mean and standard deviation (d,) of the columns; infinite for a constant column, which makes its weight 0."""
    near, total, squares = X[:1000].mean(0, dtype=float), 0, 0
    for _, block in blocks(X):
        away = block - near
        total, squares = total + away.sum(0), squares + np.einsum("ij,ij->j", away, away)
    mean = near + total / len(X)
    sd = np.sqrt(np.maximum(squares / len(X) - (mean - near) ** 2, 0))
    constant = sd <= 1e-12 * np.abs(mean)
    if constant.all():
        raise ValueError("every column of X is constant; there is nothing to read an attribute from")
    return mean, np.where(constant, np.inf, sd)


def column_mean(X, name="X"):
    """Mean (d,) of the columns; ValueError if all rows are the same."""
    near, total, differ = X[:1].mean(0, dtype=float), 0, False
    for _, block in blocks(X):
        away = block - near
        total, differ = total + away.sum(0), differ or bool((np.abs(away) > 1e-12 * np.abs(near)).any())
    if not differ:
        raise ValueError(f"all rows of {name} are the same; take a view whose rows differ")
    return near + total / len(X)


def class_means(X, truth):
    """Means (a, d) of the rows with each attribute, and of those without."""
    count, total, ones = truth.sum(0)[:, None], 0, 0
    for rows, block in blocks(X):
        here = truth[rows].T.astype(block.dtype) @ block
        total, ones = total + block.sum(0, dtype=float), ones + here.astype(float)
    return ones / count, (total - ones) / (len(X) - count)


def covariance_along(X, coef, mean):
    """Covariance (a, d) of X coef' with each column of X (n, d), whose mean is (d,): coef x covariance of X."""
    away = (block - mean for _, block in blocks(X))
    return sum((coef @ block.T) @ block for block in away) / len(X)


def product(X, coef):
    """X coef', (n, a)."""
    return np.concatenate([block @ coef.T for _, block in blocks(X)])
