"""Logistic regression of many attributes on shared features: one solver for all of them at once.

Every pass over the features serves all attributes: a margin, its derivatives and their products with the features,
block of rows by block of rows. At one penalty quasi-Newton steps, each of one pass in single precision, lead near the
minimum; truncated Newton steps end there, and follow the penalties where they are chosen. Both are preconditioned by
the Hessian for an even curvature, which all attributes share but for two numbers each. Last gradients are taken in the
features' own precision.
Arrays are NumPy's, or torch's on a GPU if there is one and the problem is large enough to pay for its start.
"""

from numbers import Real
from typing import NamedTuple

import numpy as np

from ..core.arrays import gpu, host, like, module_of, moved
from ..core.checks import in_classes
from ..stats.groups import dealt_groups, shared_groups

SHARES = (
    10.0,
    1.0,
    0.1,
    0.01,
    0.001,
    0.0001,
)  # penalties as shares of the mean squared singular value, from strong to weak
FOLDS = 3
TINY = float(np.finfo(np.float32).tiny)
HIGHEST = 80.0  # log odds whose exponential single precision still holds
BLOCK = 256  # rows at a time, half of it in double precision: a block and its margins stay in the processor's cache
FEW = 4  # rows for each column, up to which a pass over features F A takes much longer by F and A than by F A
GPU_WORTH = 1e9  # features x rows x attributes from which a GPU's start pays


def logistic(space, truth, penalty, groups=None):
    """Weights (r, a), intercepts (a,) and penalties (a,); each attribute has its own penalty, by 3-fold log loss.

    At a penalty that is given the last step is below 1e-3 of the weights, in the metric; at penalties that are chosen,
    where a start is known, below 1e-4.
    """
    problem, start = Logistic.of(space, truth), None
    if len(truth) * len(space.squares) * truth.shape[1] > GPU_WORTH and gpu():
        problem = problem.on(gpu())
    if not isinstance(penalty, Real):
        grid = np.array(SHARES) * space.squares.mean() if isinstance(penalty, str) else np.sort(penalty)[::-1]
        held = stratified_folds(truth, FOLDS) if groups is None else group_folds(truth, FOLDS, groups)
        penalty, start = cross_validated(problem, held, grid)
    penalty = np.full(truth.shape[1], penalty, float)
    problem = problem.penalised(penalty)
    coarse = problem.coarse()
    if start is None:
        weights = host(newton(problem, quasi_newton(coarse), tolerance=1e-3))
    else:
        weights = host(newton(problem, newton(coarse, start, tolerance=0.03)))
    return weights[:-1], weights[-1], penalty


def stratified_folds(truth, folds, seed=0):
    """Held-out rows (n, folds * a), bool: each attribute's classes are dealt out in turn to its own folds."""
    order = np.random.default_rng(seed).permutation(len(truth))
    dealt = np.empty(truth.shape, int)
    dealt[order] = np.where(truth[order], truth[order].cumsum(0), (~truth[order]).cumsum(0)) % folds
    return np.hstack([dealt == fold for fold in range(folds)])


def group_folds(truth, folds, groups):
    """Held-out rows (n, folds * a), bool: whole groups are dealt out, so that none is on both sides."""
    dealt = dealt_groups(groups, folds)
    return np.hstack([np.repeat((dealt == fold)[:, None], truth.shape[1], 1) for fold in range(folds)])


def one_sided(truth, groups):
    """Attributes (a,) bool that have rows of one class only outside some fold of groups: no penalty can be chosen."""
    dealt = dealt_groups(groups, FOLDS)
    ones = np.stack([truth[dealt != fold].sum(0) for fold in range(FOLDS)])
    rows = np.stack([(dealt != fold).sum() for fold in range(FOLDS)])[:, None]
    return ((ones == 0) | (ones == rows)).any(0)


def learnable(Y, groups=None):
    """Attributes of which rows Y (n, a) show both classes twice, and outside every fold of groups (n,), if known."""
    known, codes = in_classes(Y), shared_groups(groups, len(Y))
    if codes is None or not known:
        return known
    return [name for name, lacking in zip(known, one_sided((Y[known] == 1).to_numpy(), codes)) if not lacking]


def cross_validated(problem, held, grid):
    """Penalty (a,) with the least held-out log loss, and weights to start from: the mean over folds at that penalty.

    Every attribute's every fold is a column of one problem: folds differ in which rows they use, not in the rows they
    hold, so that all share the passes. Warm starts lead from strong to weak penalties; single precision is enough.
    """
    folds, weights, losses, found = held.shape[1] // problem.truth.shape[1], None, [], []
    use = like(problem.truth, ~held)
    parts = problem.coarse().turned()._replace(truth=module_of(use).hstack([problem.truth] * folds), use=use)
    left_out = parts._replace(use=1 - use, penalty=like(use, np.zeros(held.shape[1])))
    for penalty in grid:
        weights = newton(parts.penalised(np.full(held.shape[1], penalty)), weights, tolerance=0.03)
        losses.append(host(evaluate(left_out, weights)[0]).reshape(folds, -1).sum(0))
        found.append(host(weights).reshape(len(weights), folds, -1).mean(1))
    best = np.argmin(losses, axis=0)
    return grid[best], np.stack(found)[best, :, np.arange(len(best))].T


class Logistic(NamedTuple):
    """c penalised logistic regressions on shared features F A, F (n, m) and A (m, r), of columns about orthogonal.

    exact, fast    (F, A) as given, and in single precision; A is None for the identity
    truth, use     labels (n, c) as 0 or 1, and weights of the rows (n, c), None if all count, single precision
    squares        squared norms (r,) of the columns of F A, in the precision of the result
    penalty        (c,)
    """

    exact: tuple
    fast: tuple
    truth: np.ndarray
    use: np.ndarray
    squares: np.ndarray
    penalty: np.ndarray

    @staticmethod
    def of(space, truth):
        """The unpenalised problem of a `Space` and labels (n, c) bool."""
        exact = space.rows, space.axes
        fast = tuple(None if part is None else part.astype(np.float32, copy=False) for part in exact)
        return Logistic(exact, fast, truth.astype(np.float32), None, space.squares, None)

    def on(self, device):
        """The same with its arrays on a device of torch's."""

        def pair(parts):
            return tuple(moved(part, device) for part in parts)

        arrays = [moved(part, device) for part in self[2:]]
        return Logistic(pair(self.exact), pair(self.fast), *arrays)

    def penalised(self, penalty):
        """The same with these penalties (c,)."""
        return self._replace(penalty=like(self.squares, penalty))

    def coarse(self):
        """The same with its features in single precision throughout."""
        return self._replace(exact=self.fast)

    def turned(self):
        """The same with features that are made once, where rows are so `FEW` that many passes are to pay for it."""
        F, axes = self.fast
        if axes is None or len(F) > FEW * len(axes):
            return self
        features = F @ axes, None
        return self._replace(exact=features, fast=features)

    def columns(self, live):
        """The problem of some of the columns."""
        use = None if self.use is None else self.use[:, live]
        return self._replace(truth=self.truth[:, live], use=use, penalty=self.penalty[live])


def quasi_newton(problem, tolerance=0.01, iterations=12):
    """Weights (r + 1, c) near each column's minimum, the last row the intercepts, at one pass over the features a step.

    All columns step together until each one's step would be relatively small. That last step is taken unseen: a look
    at where it leads would cost a pass. Columns that need more iterations than these are left on their way.
    """
    W = started(problem)
    here, past = evaluate(problem, W), []
    for _ in range(iterations):
        step, moving = quasi_newton_step(problem, W, here, past, tolerance)
        if not moving.any():
            return W + step
        last, before = W, here
        W, here = descend(problem, W, step, here)
        past.append((W - last, here[1] - before[1]))
    return W


def quasi_newton_step(problem, W, here, past, tolerance):
    """Step (r + 1, c) towards each column's minimum, and which columns (c,) bool it moves by more than the tolerance.

    BFGS by two loops over all (step, change of the gradient) in the past (Nocedal, 1980), from the metric.
    """
    metric, target, shares = metric_of(problem, here[2]), -here[1], []
    for moved_by, change in reversed(past):
        shares.append((moved_by * target).sum(0) / (moved_by * change).sum(0).clip(TINY))
        target = target - shares[-1] * change
    step = target / metric
    for (moved_by, change), share in zip(past, reversed(shares)):
        step = step + (share - (change * step).sum(0) / (moved_by * change).sum(0).clip(TINY)) * moved_by
    return step, longer(step, W, metric, tolerance)


def newton(problem, start=None, tolerance=1e-4, iterations=50):
    """Weights (r + 1, c) as `quasi_newton` gives them: each column leaves after a step that is relatively small.

    Each step cuts the error several-fold, so that what is left is below the tolerance. A step that is not small is
    halved until the column's loss does not rise, so that separable classes converge too.
    """
    W = started(problem, start)
    live, part, here = np.arange(W.shape[1]), problem, evaluate(problem, W)
    for _ in range(iterations):
        step, moving = newton_step(part, W[:, live], here, tolerance)
        W[:, live[~moving]] += step[:, ~moving]
        if not moving.any():
            break
        if not moving.all():
            live, step, part = live[moving], step[:, moving], part.columns(moving)
            here = [value[..., moving] for value in here]
        W[:, live], here = descend(part, W[:, live], step, here)
    return W


def started(problem, start=None):
    """Weights (r + 1, c) to start from: these, or nothing but the intercepts."""
    if start is not None:
        return like(problem.squares, start) + 0
    W = like(problem.squares, np.zeros((len(problem.squares) + 1, problem.truth.shape[1])))
    W[-1] = log_odds(problem)
    return W


def log_odds(problem):
    """Intercepts (c,) at which every column predicts its own share of ones."""
    use = 1 + 0 * problem.truth if problem.use is None else problem.use
    ones, rows = (use * problem.truth).sum(0), use.sum(0)
    return module_of(ones).log(ones / (rows - ones))


def evaluate(problem, W):
    """Penalised loss (c,), its gradient (r + 1, c), and the curvature p (1 - p) of each row (n, c).

    Each block's share is in the precision of the features, and is added up in that of the weights.
    """
    F, axes = problem.exact
    w, intercept = like(F, W[:-1] if axes is None else like(W, axes) @ W[:-1]), like(F, W[-1])
    weighted = bool((w != 0).any())  # where a search starts, they are not
    loss, outer, inner, curvature = 0 * W[-1], 0 * W[-1], like(W, 0 * w), module_of(W).empty_like(problem.truth)
    size = BLOCK * 4 // F.dtype.itemsize
    for start in range(0, len(F), size):
        rows = slice(start, start + size)
        block, y = F[rows], problem.truth[rows]
        margin = block @ w + intercept if weighted else 0 * y + intercept
        losses, residual, bend = derivatives(margin, y)
        if problem.use is not None:
            use = problem.use[rows]
            losses, residual, bend = use * losses, use * residual, use * bend
        loss, outer, curvature[rows] = loss + losses.sum(0), outer + residual.sum(0), bend
        inner += block.T @ residual
    inner = (inner if axes is None else like(W, axes).T @ inner) + problem.penalty * W[:-1]
    loss = loss + problem.penalty * (W[:-1] ** 2).sum(0) / 2
    return [loss, module_of(W).vstack([inner, outer[None]]), curvature]


def derivatives(margin, y):
    """Loss log(1 + exp(m)) - y m of each margin m, its derivative p - y, and its second, p (1 - p)."""
    side = 1 - 2 * y
    margin *= side
    odds = margin.clip(None, HIGHEST)
    margin -= odds
    odds = module_of(odds).exp(odds)
    q = 1 / (1 + odds)
    losses = margin - module_of(q).log(q)
    odds *= q
    return losses, odds * side, odds * q


def metric_of(problem, curvature):
    """The Hessian's diagonal (r + 1, c) where all rows had their column's mean curvature: the preconditioner."""
    even = curvature.mean(0).clip(TINY)
    inner = problem.squares[:, None] * even + problem.penalty
    return module_of(inner).vstack([inner, len(curvature) * like(inner, even)[None]])


def longer(step, W, metric, tolerance):
    """Columns (c,) bool whose step (r + 1, c) is longer in the metric than the tolerance x their weights."""
    return host((metric * step**2).sum(0) > tolerance**2 * (metric * W**2).sum(0))


def newton_step(problem, W, here, tolerance):
    """Step (r + 1, c) as `quasi_newton_step` gives it, by the true Hessian at these weights."""
    _, gradient, curvature = here
    metric = metric_of(problem, curvature)
    step = conjugate_gradients(problem, curvature, -gradient, metric)
    return step, longer(step, W, metric, tolerance)


def conjugate_gradients(problem, curvature, target, metric, tolerance=0.2, iterations=100):
    """Solve H x = target for every column, H = (F A)' diag(curvature) (F A) + penalty, preconditioned by the metric."""
    x, residual = 0 * target, target
    direction = residual / metric
    size = (residual * direction).sum(0)
    goal = tolerance**2 * size
    for _ in range(iterations):
        image = hessian_times(problem, curvature, direction)
        length = size / (direction * image).sum(0).clip(TINY)
        x, residual = x + length * direction, residual - length * image
        last, size = size, (residual**2 / metric).sum(0)
        if (size <= goal).all():
            break
        direction = residual / metric + size / last.clip(TINY) * direction
    return x


def hessian_times(problem, curvature, V):
    """H V (r + 1, c) for V of that shape: one pass over the features in single precision."""
    F, axes = problem.fast
    narrow = like(F, V)
    v = narrow[:-1] if axes is None else axes @ narrow[:-1]
    inner, outer = 0 * v, 0 * narrow[-1]
    for start in range(0, len(F), BLOCK):
        rows = slice(start, start + BLOCK)
        image = F[rows] @ v
        image += narrow[-1]
        image *= curvature[rows]
        inner += F[rows].T @ image
        outer += image.sum(0)
    inner = like(V, inner if axes is None else axes.T @ inner) + problem.penalty * V[:-1]
    return module_of(V).vstack([inner, like(V, outer)[None]])


def descend(problem, W, step, here, halvings=12):
    """W plus as much of each column's step as lowers its loss, halved from all of it to none, and `evaluate` there."""
    length, before = 1 + 0 * here[0], here[0]
    # rounding of the loss must not read as a rise, or a converged column would never leave
    slack = 10 * np.finfo(str(problem.exact[0].dtype).split(".")[-1]).eps * abs(before)
    for halving in range(halvings + 1):
        there = evaluate(problem, W + length * step)
        rising = there[0] > before + slack
        if not rising.any():
            break
        length = module_of(W).where(rising, 0 if halving == halvings - 1 else length / 2, length)
    return W + length * step, there
