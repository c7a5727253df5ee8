"""Checks of the workshop's third part: a linear map between two views, what it explains, and what chance explains."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .answers import Checked, alike, beside, read_numbers

FEW = 5  # shuffles at least


def check_map(answer: Any, X: NDArray[Any], Y: NDArray[Any], learn: NDArray[np.bool_], penalty: float) -> Checked:
    """Whether an answer is the ridge map of one view to another, of centred rows to learn from.

    Parameters
    ----------
    answer : object
        Anything; right if (d, e) numbers, (A'A + penalty I)^-1 A'B of the centred rows A and B.
    X : ndarray (n, d)
        The view that is given.
    Y : ndarray (n, e)
        The view that is predicted.
    learn : ndarray (n,), bool
        Rows to learn from.
    penalty : float
        On squared entries.

    Returns
    -------
    Checked
        It tells the map's shape.
    """
    right = ridge_map_of(X[learn], Y[learn], penalty)
    return beside(answer, right, map_slips(X, Y, learn, penalty), tell_map, "map")


def ridge_map_of(X, Y, penalty, centre=True):
    """Ridge regression of rows Y on rows X, each less its mean."""
    A, B = (X - X.mean(0), Y - Y.mean(0)) if centre else (X, Y)
    return np.linalg.solve(A.T @ A + penalty * np.eye(A.shape[1]), A.T @ B)


def map_slips(X, Y, learn, penalty):
    """Usual slips, and what to say of them."""
    right = ridge_map_of(X[learn], Y[learn], penalty)
    yield right.T, "It is transposed: rows of noise times the map are to give rows of the embedding."
    yield (
        ridge_map_of(X[learn], Y[learn], penalty, False),
        "Nothing is centred. Subtract both means.",
    )
    A = X[learn] - X[learn].mean(0)
    half = np.linalg.solve(A.T @ A + penalty * np.eye(A.shape[1]), X[learn].T @ (Y[learn] - Y[learn].mean(0)))
    yield half, "One factor is not centred. Use the centred rows everywhere."
    yield ridge_map_of(X, Y, penalty), "All rows were used, the unseen ones too. Learn from the rows of `learn` only."
    yield ridge_map_of(X[~learn], Y[~learn], penalty), "Those are the unseen rows. Learn from the rows of `learn`."
    neither = "Nothing is centred, and there is no penalty. Subtract both means, and add penalty * `np.eye(columns)`."
    yield ridge_map_of(X[learn], Y[learn], 1e-9, False), neither
    yield ridge_map_of(X[learn], Y[learn], 1e-9), "The penalty is missing: A'A + penalty * `np.eye(columns)`."
    yield (
        ridge_map_of(X[learn], Y[learn], penalty * learn.sum()),
        "Do not multiply the penalty by the rows.",
    )
    yield A.T @ (Y[learn] - Y[learn].mean(0)), "That is A'B alone. Solve with A'A + penalty I: `np.linalg.solve`."
    back = "It leads from the embedding to the noise. Turn it round: noise is given, the embedding predicted."
    yield ridge_map_of(Y[learn], X[learn], penalty), back


def tell_map(right):
    """What the right map is."""
    return f"{right.shape[0]} numbers of noise go in, {right.shape[1]} numbers of an embedding come out."


def check_explained(answer: Any, predicted: NDArray[Any], true: NDArray[Any], mean: NDArray[Any]) -> Checked:
    """Whether an answer is R^2: the share of the squared distance to the mean row that a prediction explains.

    Parameters
    ----------
    answer : object
        Anything; right if one number, 1 - |true - predicted|^2 / |true - mean|^2.
    predicted, true : ndarray (n, e)
        Rows that a map gives, and the rows themselves.
    mean : ndarray (e,)
        The mean row of those that were learnt from.

    Returns
    -------
    Checked
        It tells R^2.
    """
    right = explained(predicted, true, mean)
    return beside(answer, right, explained_slips(predicted, true, mean), tell_explained, "R²")


def explained(predicted, true, mean):
    """R^2 of all columns together."""
    return float(1 - ((true - predicted) ** 2).sum() / ((true - mean) ** 2).sum())


def explained_slips(predicted, true, mean):
    """Usual slips, and what to say of them."""
    missed = ((true - predicted) ** 2).sum(0)
    yield ((true - predicted) ** 2).mean(), "That is the mean squared error. Divide by that of the mean row."
    yield missed.sum() / ((true - mean) ** 2).sum(), "That is the share that is *not* explained. Take 1 less that."
    yield 1 - missed / ((true - mean) ** 2).sum(0), "That is R² of each column. Sum over all columns before you divide."
    by_column = 1 - missed / ((true - mean) ** 2).sum(0)
    yield by_column.mean(), "That is the mean of the columns' R². Sum over all columns before you divide."
    yield (
        explained(predicted, true, 0),
        "You compared with 0. Compare with the mean row.",
    )
    own = explained(predicted, true, true.mean(0))
    yield (
        own,
        "That is the unseen rows' mean, which nobody knows beforehand. Take the mean of those learnt from.",
    )
    yield (
        explained(predicted, true, predicted.mean(0)),
        "That is the predictions' mean. Take `mean`.",
    )
    yield (
        np.corrcoef(predicted.ravel(), true.ravel())[0, 1] ** 2,
        "A squared correlation forgives a wrong scale.",
    )
    yield (
        np.corrcoef(predicted.ravel(), true.ravel())[0, 1],
        "A correlation forgives a wrong scale. R² does not.",
    )
    yield (
        missed.sum(),
        "That is the squared error. Divide by the mean row's, and take 1 less that.",
    )
    yield explained(predicted - mean, true, mean), "The mean row is missing in the prediction: add it back."


def tell_explained(right):
    """What the right share shows."""
    return f"R² on unseen faces is {right:.2f}. 0 would be as good as the mean row, 1 would be perfect."


def check_lost_pairs(
    answer: Any, X: NDArray[Any], Y: NDArray[Any], learn: NDArray[np.bool_], penalty: float
) -> Checked:
    """Whether an answer holds R^2 of maps that learnt from pairs in shuffled order, on unseen rows.

    Parameters
    ----------
    answer : object
        Anything; right if five numbers at least, such as that shuffling gives.
    X, Y : ndarray (n, d), (n, e)
        The view that is given, and the view that is predicted.
    learn : ndarray (n,), bool
        Rows to learn from.
    penalty : float
        On squared entries.

    Returns
    -------
    Checked
        It tells the largest; its `answer` has five shuffles of the workshop's own.
    """
    values = read_numbers(answer, "null")
    null = Shuffled(X, Y, learn, penalty)
    own = np.array([null.rows(seed) for seed in range(FEW)])
    problem = values if isinstance(values, str) else lost_pairs_problem(values, own, null)
    if isinstance(values, str) or problem:
        return Checked(False, str(problem), own)
    told = f"The largest of {values.size} is {values.max():.2f}, true pairs give {null.true():.2f}."
    return Checked(True, told, values)


class Shuffled:
    """R^2 of a map after one thing or another was shuffled; the map's inverse is worked out once.

    >>> rng = np.random.default_rng(0)
    >>> X = rng.standard_normal((100, 3))
    >>> null = Shuffled(X, X @ rng.standard_normal((3, 2)), np.arange(100) < 50, 1.0)
    >>> null.true() > 0.9, null.rows(0) < 0.5
    (True, True)
    """

    def __init__(self, X, Y, learn, penalty):
        self.mean, self.embedding, self.target = Y[learn].mean(0), Y[learn] - Y[learn].mean(0), Y[~learn]
        A = X[learn] - X[learn].mean(0)
        inverse = np.linalg.solve(A.T @ A + penalty * np.eye(A.shape[1]), A.T)
        self.unseen, self.seen = (X[~learn] - X[learn].mean(0)) @ inverse, A @ inverse

    def true(self):
        """With nothing shuffled."""
        return explained(self.mean + self.unseen @ self.embedding, self.target, self.mean)

    def rows(self, seed):
        """With the rows of the embedding in another order, as is asked for."""
        shuffled = np.random.default_rng(seed).permutation(self.embedding)
        return explained(self.mean + self.unseen @ shuffled, self.target, self.mean)

    def columns(self, seed):
        """With the columns in another order: faces still belong to their embeddings."""
        shuffled = np.random.default_rng(seed).permutation(self.embedding, axis=1)
        return explained(self.mean + self.unseen @ shuffled, self.target, self.mean)

    def learnt(self, seed):
        """As `rows`, judged on what was learnt from."""
        shuffled = np.random.default_rng(seed).permutation(self.embedding)
        return explained(self.seen @ shuffled, shuffled, 0)

    def judged(self, seed):
        """With the true map, and the unseen rows in another order."""
        order = np.random.default_rng(seed).permutation(len(self.target))
        return explained(self.mean + self.unseen @ self.embedding, self.target[order], self.mean)


def lost_pairs_problem(values, own, null):
    """What is wrong with R^2 that is to be chance, or None."""
    if values.ndim != 1 or values.size < FEW:
        return f"A list of {FEW} or more R² is asked for, and this has shape {values.shape}."
    if alike(values, np.full(values.shape, null.true())):
        return (
            "All are the R² of the true pairs. Was nothing shuffled, or were both views shuffled alike?"
            " Shuffle the rows of one of them only."
        )
    if np.ptp(values) < 1e-9:
        return "All are the same. Shuffle anew each time; the generator is made once, before the loop."
    usual = {"rows": own} | {name: drawn(null, name) for name in ("columns", "learnt", "judged")}
    nearest = min(usual, key=lambda name: abs(values.mean() - usual[name].mean()))
    if abs(values.mean() - usual[nearest].mean()) > max(0.05, 6 * usual[nearest].std()):
        return f"Their mean is {values.mean():.2f}, where shuffled rows give {own.mean():.2f}. Is the map fitted anew?"
    return SHUFFLED_OTHERWISE.get(nearest)


OTHER_THING = "So it is if columns are shuffled, or the unseen faces. Shuffle the *rows* that the map learns from."
SHUFFLED_OTHERWISE = {
    "columns": OTHER_THING,
    "judged": OTHER_THING,
    "learnt": "They were judged on the rows they learnt from, where so many columns fit anything. Take `~learn`.",
}


def drawn(null, name):
    """A few draws of one way to shuffle."""
    return np.array([getattr(null, name)(seed) for seed in range(FEW)])
