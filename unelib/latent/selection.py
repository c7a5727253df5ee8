"""What held-out rows choose: shared dimensions, ridge and steps of the fit.

Every choice is fitted to four fifths of the rows, in turn, and judged by the rest. Ridge and steps are those that make
the held-out rows likeliest, all views jointly; dimensions are chosen by gain, what rows gain by being taken together.
"""

from concurrent.futures import ThreadPoolExecutor
from itertools import combinations, islice
from typing import NamedTuple

import numpy as np
from threadpoolctl import threadpool_limits

from ..core.cpus import threads
from ..linalg.principal_space import Space
from ..linalg.whitening import leading_left, of_space, whitened
from .dimension import ROUNDING, gains_table, smallest_adequate
from .joint_rows import JointRows, compressed
from .linear_gaussian import Training, axes_of, first_model, steps_of

FOLDS = 5
MARKS = (1, 2, 4, 8, 16, 32, 64)  # steps of expectation maximisation held against one another, with a ridge
WORSE = 3  # marks one after another that are no better than one before, or hopeless: no further step is made
RIDGES = (1.0, 0.1, 0.01)  # ridges held against one another
STEPS = 200  # without a ridge, at most
TOLERANCE = 1e-6  # nats a column a step, at which it stops
FEWER = "take fewer shared dimensions, or fewer steps"


class Fit:
    """Training rows of some views, ready to be fitted with any number of shared dimensions.

    F       coordinates of centred rows, one (n, r_v) a view, as `axes_of` gives them
    widths  columns of each view
    """

    def __init__(self, une, F, widths):
        self.une, self.n, self.T, self.widths = une, len(F[0]), compressed(list(F)), widths
        self.rows = JointRows(self.T, self.n, une.noise == "isotropic")
        whitening = principal_factor if une.noise == "isotropic" else whitened
        self.factors = [whitening(T, d / self.n) for T, d in zip(self.T, widths)]
        self.most = min(factor.rank() for factor in self.factors)
        self.led, self.first = {}, {}  # by group of views, leading dimensions; the last k, where its paths begin

    def path(self, k, ridge, steps):
        """Yields what is `Known` with k shared dimensions, or k for each pair, by step: `steps` at most.

        Walk it with one thread: its matrices are small, and SciPy's and NumPy's threads take the cores from each other.
        """
        views = range(len(self.T))
        groups = [tuple(views)] if self.une.sharing == "all" else list(combinations(views, 2))
        loads = np.repeat([[v in group for group in groups] for v in views], k, axis=1)
        data = self.training(ridge, loads)
        if (k, ridge > 0) not in self.first:  # all ridges begin alike
            Z = np.hstack([np.zeros((len(self.T[0]), 0)), *(self.leading(group, k) for group in groups if k)])
            self.first = {(k, ridge > 0): first_model(data, Z * np.sqrt(self.n))}
        return islice(steps_of(data, self.first[k, ridge > 0], TOLERANCE), steps)

    def leading(self, group, k):
        """The k leading dimensions (m, k) of some views by ridge GCCA, among the most that were asked for so far."""
        if group not in self.led or self.led[group].shape[1] < k:
            self.led[group] = leading_left([self.factors[v] for v in group], k)[0]
        return self.led[group][:, :k]

    def training(self, ridge, loads=None):
        """`Training` with a ridge, and which dimensions views load on, which the likelihood does not ask."""
        return Training(self.rows, self.widths, self.une.noise, self.une.private_, ridge, loads)

    def walked(self, k, ridge, steps):
        """The last `Model` of a path, and the log likelihoods by step; ValueError if it breaks off before."""
        found = []
        try:
            with threadpool_limits(1):
                for known in self.path(k, ridge, steps):
                    found.append(known.likelihood)
        except np.linalg.LinAlgError:
            raise ValueError(
                f"the fit of {k} dimensions breaks off after {len(found)} of {steps} steps; {FEWER}"
            ) from None
        return known.model, np.array(found)


def principal_factor(T, ridge):
    """`whitened` rows (m, r) whose columns are orthogonal, as principal coordinates are."""
    squares = (T**2).sum(0)
    return of_space(Space(T, None, squares, len(squares), lambda weights: weights), ridge, len(squares))


class Fold(Fit):
    """A fit to all but some rows, and those rows in its coordinates."""

    def __init__(self, une, F, widths, held_out):
        axes, train = zip(*(axes_of(f[~held_out], une.noise) for f in F))
        super().__init__(une, train, widths)
        self.test = list(zip(*(a.coordinates(f[held_out]) for a, f in zip(axes, F))))

    def scores(self, k, ridge, marks):
        """Yields joint log likelihood (m,) and gain (m,) of the held-out rows, at each mark that the path reaches."""
        step, path, model = 0, self.path(k, ridge, marks[-1]), None
        for mark in marks:
            try:
                made = list(islice(path, mark - step))  # none is left once it has settled
                step, model = mark, made[-1].model if made else model
                joint, alone = model.log_likelihoods(*self.test)
            except np.linalg.LinAlgError:
                return
            yield joint, joint - sum(alone)


class Tried(NamedTuple):
    """Held-out rows under one choice: mean joint log likelihood, gain (n,), and the choice; or no row was reached."""

    joint: float
    gain: np.ndarray | None
    ridge: float
    steps: int


class Search:
    """Held-out rows of all folds under every k that is asked for, with the ridge and steps that make them likeliest."""

    def __init__(self, folds, ridges, marks):
        self.folds, self.ridges, self.marks, self.found = folds, ridges, marks, {}
        self.near = ridges[len(ridges) // 2]
        self.pool = ThreadPoolExecutor(min(FOLDS, threads()), initializer=threadpool_limits, initargs=(1,))

    def gains(self, k):
        """How much likelier (n,) the held-out rows are under k shared dimensions than as independent views.

        Less what they lose, jointly, against fewer dimensions: where too many describe single views badly, views gain
        by one another what each of them had lost.
        """
        found = self.climbed(k)
        if found.gain is None:
            raise ValueError(f"the fit of {k} dimensions breaks off before step {self.marks[0]} in a fold; {FEWER}")
        fewer = max((other.joint for size, other in self.found.items() if size < k), default=-np.inf)
        self.found[k], self.near = found, found.ridge
        return found.gain - max(fewer - found.joint, 0)

    def climbed(self, k):
        """The best `Tried`, from the ridge that was best for the k before to either side while that is better."""
        start = self.ridges.index(self.near)
        best = self.along(k, self.near)
        for others in (self.ridges[start + 1 :], self.ridges[:start][::-1]):
            for ridge in others:
                found = self.along(k, ridge, best.joint)
                if found.joint <= best.joint:
                    break
                best = found
            if best.ridge in others:
                break
        return best

    def along(self, k, ridge, asked=-np.inf):
        """The best `Tried` of the marks that all folds reach, till `WORSE` of them one after another are no better.

        asked  joint log likelihood that another ridge has reached: the path ends after `WORSE` marks where it would not
               come to as much if it gained by every mark to come what it gained by the last
        """
        best, worse, before = Tried(-np.inf, None, ridge, 0), 0, -np.inf
        paths = [fold.scores(k, ridge, self.marks) for fold in self.folds]
        for left, mark in zip(reversed(range(len(self.marks))), self.marks):
            folds = list(self.pool.map(lambda path: next(path, None), paths))
            if None in folds:
                break
            joint, gain = (np.concatenate(rows) for rows in zip(*folds))
            mean, seen = joint.mean(), len(self.marks) - left
            better = mean > best.joint + ROUNDING
            best, worse = (Tried(mean, gain, ridge, mark), 0) if better else (best, worse + 1)
            hopeless = seen >= WORSE and mean + left * max(mean - before, 0) < asked
            if worse == WORSE or hopeless:
                break
            before = mean
        return best

    def best(self, k):
        """k, where it is "cv" or a list, ridge, steps, and the table of what was tried (see `UNE`)."""
        most = min(fold.most for fold in self.folds)
        with threadpool_limits(1), self.pool:
            if k == "cv":
                k, table = smallest_adequate(self.gains, most)
            else:
                sizes = k if isinstance(k, list) else [k]
                table = gains_table({size: self.gains(size) for size in sorted({min(size, most) for size in sizes})})
                k = max(sizes, key=lambda size: self.found[min(size, most)].joint)
        tried = [self.found[size] for size in table.index]
        table["gain"] = [t.gain.mean() for t in tried]
        table["ridge"], table["steps"] = ([getattr(t, what) for t in tried] for what in ("ridge", "steps"))
        table["beyond"] = [t.joint - tried[0].joint for t in tried]
        chosen = self.found[min(k, most)]
        return k, chosen.ridge, chosen.steps, table
