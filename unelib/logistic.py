"""Logistic regression of many attributes on shared features: one truncated Newton solver for all of them at once.

`probe` hands it principal coordinates, in which the problem is well conditioned.
"""

from typing import NamedTuple

import numpy as np
from scipy.special import expit

SHARES = (10.0, 1.0, 0.1, 0.01, 0.001)  # penalties as shares of the mean squared singular value, from strong to weak
FOLDS = 3


def logistic(space, truth, penalty):
    """Logistic regression for all attributes; each has its own penalty, by 3-fold log loss."""
    features = np.column_stack([space.U * space.s, np.ones(len(truth))])
    if penalty == "cv":
        penalty = cross_validated_penalty(features, space.s, truth)
    penalty = np.broadcast_to(penalty, truth.shape[1])
    weights = newton(Logistic(features, truth, np.ones(truth.shape), penalty), tolerance=1e-3)
    return weights[:-1], weights[-1], penalty


def cross_validated_penalty(features, s, truth):
    """The penalty (a,) with the least held-out log loss: every attribute's every fold is a column of one problem.

    Folds differ in which rows they use, not in the rows they hold, so that all share one product; warm starts lead from
    strong to weak penalties. Single precision is enough to choose.
    """
    features, held = features.astype(np.float32), stratified_folds(truth, FOLDS)
    use, truths = (~held).astype(np.float32), np.tile(truth, FOLDS)
    grid, weights, losses = np.array(SHARES) * (s**2).mean(), None, []
    for penalty in grid:
        problem = Logistic(features, truths, use, np.full(truths.shape[1], penalty))
        weights = newton(problem, weights, tolerance=0.03)
        loss = np.where(held, log_loss(features @ weights, truths), 0).sum(0)
        losses.append(loss.reshape(FOLDS, -1).sum(0))
    return grid[np.argmin(losses, axis=0)]


def stratified_folds(truth, folds, seed=0):
    """Held-out rows (n, folds * a), bool: each attribute's classes are dealt out in turn to its own folds."""
    order = np.random.default_rng(seed).permutation(len(truth))
    dealt = np.empty(truth.shape, int)
    dealt[order] = np.where(truth[order], truth[order].cumsum(0), (~truth[order]).cumsum(0)) % folds
    return np.hstack([dealt == fold for fold in range(folds)])


def log_loss(margin, truth):
    """Negative log likelihood of each label."""
    return np.logaddexp(0, margin) - truth * margin


class Logistic(NamedTuple):
    """c penalised logistic regressions on shared features: labels, rows in use (both (n, c)) and penalties (c,)."""

    features: np.ndarray
    truth: np.ndarray
    use: np.ndarray
    penalty: np.ndarray

    def penalised(self, W):
        """Gradient of the penalty, which leaves the last feature, the constant, alone."""
        return np.vstack([W[:-1] * self.penalty, np.zeros_like(W[-1:])]).astype(W.dtype, copy=False)

    def losses(self, margin, W):
        """Penalised negative log likelihood of each column."""
        return (self.use * log_loss(margin, self.truth)).sum(0) + (W * self.penalised(W)).sum(0) / 2

    def columns(self, live):
        """The problem of some of the columns."""
        return Logistic(self.features, self.truth[:, live], self.use[:, live], self.penalty[live])


def newton(problem, W=None, tolerance=1e-3, iterations=50):
    """Weights (r + 1, c): truncated Newton for all columns at once, each leaving when its step is relatively small.

    An iteration costs a few products of the shared features with all live columns, whatever their number.
    """
    W = np.zeros((problem.features.shape[1], problem.truth.shape[1]), problem.features.dtype) if W is None else W.copy()
    square = (problem.features**2).sum(0)[:, None]
    live = np.arange(W.shape[1])
    for _ in range(iterations):
        part, here = problem.columns(live), W[:, live]
        step, metric = newton_step(part, here, square)
        W[:, live] = here + step
        moved, size = (metric * step**2).sum(0), (metric * W[:, live] ** 2).sum(0)
        live = live[moved > tolerance**2 * size]
        if not len(live):
            break
    return W


def newton_step(problem, W, square):
    """Step (r + 1, c) that lowers every column's loss, and the diagonal metric it was found in."""
    margin = problem.features @ W
    p = expit(margin)
    gradient = problem.features.T @ (problem.use * (p - problem.truth)) + problem.penalised(W)
    curvature = problem.use * p * (1 - p)
    metric = np.maximum(square * curvature.mean(0) + problem.penalised(np.ones_like(W)), np.finfo(W.dtype).tiny)
    step = conjugate_gradients(problem, curvature, -gradient, metric)
    return step * shortened(problem, margin, W, step), metric


def conjugate_gradients(problem, curvature, target, metric, tolerance=0.05, iterations=100):
    """Solve H x = target for every column, H = F' diag(curvature) F + penalty, with the metric as preconditioner."""
    tiny = np.finfo(target.dtype).tiny
    x, residual = np.zeros_like(target), target
    direction = residual / metric
    size = (residual * direction).sum(0)
    goal = tolerance**2 * size
    for _ in range(iterations):
        image = problem.features.T @ (curvature * (problem.features @ direction)) + problem.penalised(direction)
        length = size / np.maximum((direction * image).sum(0), tiny)
        x, residual = x + length * direction, residual - length * image
        last, size = size, (residual**2 / metric).sum(0)
        if (size <= goal).all():
            break
        direction = residual / metric + size / np.maximum(last, tiny) * direction
    return x


def shortened(problem, margin, W, step, halvings=12):
    """Length (c,) at most 1 of each column's step, halved until its loss does not rise; 0 if it always does."""
    change, start = problem.features @ step, problem.losses(margin, W)
    length = np.ones(W.shape[1], W.dtype)
    # rounding of the loss must not read as a rise, or a converged column would never leave
    slack = 10 * np.finfo(W.dtype).eps * np.abs(start)
    for _ in range(halvings):
        rising = problem.losses(margin + length * change, W + length * step) > start + slack
        if not rising.any():
            return length
        length = np.where(rising, length / 2, length)
    return np.where(rising, 0, length)
