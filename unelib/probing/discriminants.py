"""Discriminants from class means: Fisher's with shrunk covariance, the plain difference, and the authors' own."""

import numpy as np

from ..linalg.moments import class_means


def lda(space, truth, shrinkage, groups=None):
    """Fisher's discriminant: weights S^-1 (m1 - m0), S = (1 - g) within-class covariance + g mean variance x identity.

    S differs from A = (1 - g) total covariance + g mean variance x identity by a rank-one term along the mean
    difference, so by Sherman and Morrison S^-1 delta = A^-1 delta / (1 - c delta' A^-1 delta), c = (1 - g) p (1 - p):
    all attributes share A, which is diagonal here. The share g is chosen for the total covariance.
    """
    R, total = space.features(), space.squares / len(space.rows)
    g = SHRINKAGES[shrinkage](R, total, space.columns) if isinstance(shrinkage, str) else shrinkage
    ones, zeros = class_means(R, truth)
    prior, delta = truth.mean(0), (ones - zeros).T
    weights = delta / ((1 - g) * total + g * total.sum() / space.columns)[:, None]
    within = 1 - (1 - g) * prior * (1 - prior) * (delta * weights).sum(0)
    weights = weights / np.maximum(within, np.finfo(float).eps)
    midpoint = (weights.T * (ones + zeros)).sum(1) / 2
    return weights, log_prior(truth) - midpoint, g


def ledoit_wolf(R, total, columns):
    """Ledoit and Wolf's (2004) share of shrinkage, from principal coordinates R (n, r) of `columns` columns."""
    n, mean_variance = len(R), total.sum() / columns
    squared = (total**2).sum()
    spread = squared - columns * mean_variance**2
    noise = ((np.einsum("ij,ij->i", R, R, dtype=float) ** 2).mean() - squared) / n
    return float(min(noise, spread) / spread) if spread > 0 else 1.0


def oracle_approximating(R, total, columns):
    """The oracle-approximating share (Chen, Wiesel, Eldar and Hero, 2010), in scikit-learn's form."""
    squared, mean_variance = (total**2).sum() / columns**2, total.sum() / columns
    spread = (len(R) + 1) * (squared - mean_variance**2 / columns)
    return float(min(1.0, (squared + mean_variance**2) / spread)) if spread > 0 else 1.0


SHRINKAGES = {"cv": ledoit_wolf, "oas": oracle_approximating}


def plain_difference(X, truth):
    """Difference of class means (a, d) and the intercept (a,) that puts the boundary halfway."""
    ones, zeros = class_means(X, truth)
    return ones - zeros, -((ones - zeros) * (ones + zeros)).sum(1) / 2


def mean_difference(space, truth, penalty, groups=None):
    """Class-mean difference in whitened components: Fisher's direction for equal covariance in that subspace."""
    coef, intercept = plain_difference(space.features(), truth)
    return coef.T, intercept, 0.0


def authors_lda(space, truth, penalty, groups=None):
    """The published "LDA": class-mean difference with identity covariance and the log odds of the classes.

    The within-class variance in standardised components is below 1, so the log odds weigh too much beside the means.
    """
    weights, intercept, penalty = mean_difference(space, truth, penalty)
    return weights, intercept + log_prior(truth), penalty


def log_prior(truth):
    """Log odds (a,) of the classes."""
    prior = truth.mean(0)
    return np.log(prior / (1 - prior))
