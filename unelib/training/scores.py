"""How well scores tell attributes: AUC of each, and how often the highest of the classes is the right one."""

import numpy as np

from ..stats.roc import auc


def mean_auc(truth, scores):
    """Mean AUC over attributes of scores (n, a)."""
    return float(auc(scores, truth).mean())


def class_accuracy(truth, scores, classes):
    """Share of rows of truth and scores (n, a) whose highest score among the first `classes` is that of their class.

    >>> class_accuracy(np.array([[1, 0, 1], [0, 1, 1]]), np.array([[0.1, 0.0, 0.9], [0.3, 0.2, 0.9]]), 2)
    0.5
    """
    return float((truth[:, :classes].argmax(1) == scores[:, :classes].argmax(1)).mean())


def class_shares(scores, classes):
    """Share (classes,) of rows of scores (n, a) in which each of the first `classes` attributes scores highest."""
    return np.bincount(scores[:, :classes].argmax(1), minlength=classes) / len(scores)
