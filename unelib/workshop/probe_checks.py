"""Checks of the workshop's second part: a direction, how well it reads, a fairer reader, and chance."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..stats.roc import auc
from .answers import Checked, alike, beside, read_numbers

FEWEST = 10  # shuffles that say anything of chance


def check_difference(answer: Any, X: NDArray[Any], has: NDArray[np.bool_], learn: NDArray[np.bool_]) -> Checked:
    """Whether an answer is the difference of class means of the rows to learn from.

    Parameters
    ----------
    answer : object
        Anything; right if (d,) numbers.
    X : ndarray (n, d)
        A view, a row a picture.
    has, learn : ndarray (n,), bool
        Pictures with the attribute, and those to learn from.

    Returns
    -------
    Checked
        It tells the direction's length.
    """
    right = means_apart(X[learn], has[learn])
    return beside(answer, right, difference_slips(X, has, learn), tell_difference, "direction")


def means_apart(X, has):
    """Mean of the rows that have the attribute, less that of those that lack it."""
    return X[has].mean(0) - X[~has].mean(0)


def difference_slips(X, has, learn):
    """Usual slips, and what to say of them."""
    A, y = X[learn], has[learn]
    right = means_apart(A, y)
    yield -right, "It points away from the attribute: those that have it come first, those that lack it are subtracted."
    yield A[y].mean(0), "That is the mean of those that have it. Did you subtract the mean of those that lack it?"
    yield A[y].mean(0) - A.mean(0), "You subtracted the mean of *all*. Subtract the mean of those that lack it, `~has`."
    yield means_apart(X, has), "All rows were used, the unseen ones too. Learn from the rows of `learn` only."
    yield means_apart(X[~learn], has[~learn]), "Those are the unseen rows. Learn from the rows of `learn` only."
    yield right / np.linalg.norm(right), "The right way, but you divided by the length. Leave it as it is here."
    yield A[y].sum(0) - A[~y].sum(0), "Those are sums. Take means, or the larger class decides."
    yield np.median(A[y], 0) - np.median(A[~y], 0), "Those are medians. Take means."
    yield A[y].mean() - A[~y].mean(), "That is one number. Average over pictures only: `mean(0)`."


def tell_difference(right):
    """What the right difference shows."""
    return f"{right.size} numbers, of length {np.linalg.norm(right):.2f}. Does it read faces it has not seen?"


def pairs_won(scores, has):
    """The AUC of one attribute's scores, a number."""
    return float(auc(np.asarray(scores, float)[:, None], np.asarray(has)[:, None])[0])


def check_auc(
    answer: Any, X: NDArray[Any], direction: NDArray[Any], has: NDArray[np.bool_], learn: NDArray[np.bool_]
) -> Checked:
    """Whether an answer is the AUC of weighted sums on the unseen rows: the share of pairs in the right order.

    Parameters
    ----------
    answer : object
        Anything; right if one number.
    X : ndarray (n, d)
        A view, a row a picture.
    direction : ndarray (d,)
        The weights.
    has, learn : ndarray (n,), bool
        Pictures with the attribute, and those that were learnt from.

    Returns
    -------
    Checked
        It tells the AUC.
    """
    scores = X @ np.asarray(direction, float)
    right = pairs_won(scores[~learn], has[~learn])
    return beside(answer, right, auc_slips(scores, has, learn), tell_auc, "AUC")


def auc_slips(scores, has, learn):
    """Usual slips, and what to say of them."""
    unseen, truth = scores[~learn], has[~learn]
    right, pairs = pairs_won(unseen, truth), int(truth.sum() * (~truth).sum())
    yield (
        pairs_won(scores[learn], has[learn]),
        "Those are the rows that it learnt from. Take the unseen ones, `~learn`.",
    )
    yield (
        pairs_won(scores, has),
        "You judged it on all rows, those that it learnt from too. Take the unseen ones, `~learn`.",
    )
    yield 1 - right, "The pairs are turned round: count those where the face that *has* it gets the larger sum."
    yield right * pairs, "That is the number of pairs. Divide it by how many there are: take the mean."
    yield right * 100, "That is in per cent. A share from 0 to 1 is asked for."
    for cut in (0.0, unseen.mean(), np.median(unseen), scores[learn].mean()):
        yield ((unseen > cut) == truth).mean(), "That is the accuracy at one threshold. Compare every pair instead."
    yield unseen[truth].mean() - unseen[~truth].mean(), "That is how far the means lie apart. Count pairs."
    yield (
        (unseen[truth] > unseen[~truth].mean()).mean(),
        "You compared with a mean. Compare every pair.",
    )


def tell_auc(right):
    """What the right AUC shows."""
    return f"The AUC on unseen faces is {right:.2f}. Guessing gives 0.5."


def check_weights(answer: Any, X: NDArray[Any], has: NDArray[np.bool_], penalty: float) -> Checked:
    """Whether an answer has the weights of ridge regression of the centred labels on the centred rows.

    Parameters
    ----------
    answer : object
        Anything; right if (d,) numbers, (A'A + penalty I)^-1 A'b of the centred rows A and labels b.
    X : ndarray (n, d)
        Rows to learn from.
    has : ndarray (n,), bool
        Which of them have the attribute.
    penalty : float
        On squared weights.

    Returns
    -------
    Checked
        It tells how much the weights differ from the difference of means.
    """
    A, b = X - X.mean(0), has - has.mean()
    right = solved(A, b, penalty)

    def tell(right):
        apart = means_apart(X, has)
        cosine = right @ apart / np.linalg.norm(right) / np.linalg.norm(apart)
        return f"Its cosine with the difference of means is {cosine:.2f}: another direction altogether."

    return beside(answer, right, weight_slips(X, has, penalty), tell, "vector of weights")


def solved(A, b, penalty):
    """Ridge regression of b on A: (A'A + penalty I)^-1 A'b."""
    return np.linalg.solve(A.T @ A + penalty * np.eye(A.shape[1]), A.T @ b)


def weight_slips(X, has, penalty):
    """Usual slips, and what to say of them."""
    A, b = X - X.mean(0), has - has.mean()
    yield -solved(A, b, penalty), "The sign is turned: the labels are 1 for those that have it."
    yield (
        solved(X, has.astype(float), penalty),
        "Nothing is centred. Subtract both means.",
    )
    yield solved(X, b, penalty), "The rows are not centred. Subtract the mean row: `X - X.mean(0)`."
    yield X.T @ has.astype(float), "That is X'y alone, and not centred. Solve with A'A + penalty I on the other side."
    yield (X - X.mean(0)).T @ b, "That is X'y alone. Solve with X'X + penalty I on the other side: `np.linalg.solve`."
    yield solved(A, b, penalty * len(X)), "The penalty was multiplied by the number of rows. Add it as it is."
    yield solved(A, b, penalty**2), "The penalty was squared. Add it as it is."
    yield solved(A, b, 1e-9), "The penalty is missing: X'X + penalty * `np.eye(columns)`."
    everywhere = A.T @ A + penalty
    yield (
        np.linalg.lstsq(everywhere, A.T @ b, rcond=None)[0],
        "The penalty goes on the diagonal: `* np.eye(columns)`.",
    )


def check_shuffles(
    answer: Any, X: NDArray[Any], has: NDArray[np.bool_], learn: NDArray[np.bool_], found: float
) -> Checked:
    """Whether an answer holds AUCs of directions that learnt from shuffled labels.

    Parameters
    ----------
    answer : object
        Anything; right if ten numbers at least, such as that shuffling gives.
    X : ndarray (n, d)
        A view, a row a picture.
    has, learn : ndarray (n,), bool
        Pictures with the attribute, and those to learn from.
    found : float
        The AUC with the true labels.

    Returns
    -------
    Checked
        It tells the largest; its `answer` has twenty shuffles of the workshop's own.
    """
    own = np.array([auc_by_chance(X, has, learn, seed) for seed in range(20)])
    values = read_numbers(answer, "null")
    problem = values if isinstance(values, str) else shuffles_problem(values, own, found, X, has, learn)
    if isinstance(values, str) or problem:
        return Checked(False, str(problem), own)
    return Checked(
        True, f"The largest of {values.size} is {values.max():.2f}, with the true labels {found:.2f}.", values
    )


def auc_by_chance(X, has, learn, seed, judged=None):
    """AUC on the unseen rows (or others) of a difference of means whose labels were shuffled."""
    judged = ~learn if judged is None else judged
    order = np.random.default_rng(seed).permutation(has[learn])
    return pairs_won(X[judged] @ means_apart(X[learn], order), has[judged])


def shuffles_problem(values, own, found, X, has, learn):
    """What is wrong with AUCs that are to be chance, or None."""
    if values.ndim != 1 or values.size < FEWEST:
        return f"A list of {FEWEST} or more AUCs is asked for, and this has shape {values.shape}."
    if alike(values, np.full(values.shape, found)):
        return "All are the AUC of the true labels. Was the shuffled copy used, or the labels themselves?"
    if np.ptp(values) < 1e-9:
        return "All are the same. Shuffle anew each time; the generator is made once, before the loop."
    if values.max() > 1 or values.min() < 0:
        return "AUCs lie between 0 and 1. Are those per cent, or sums?"
    if abs(values.mean() - 0.5) <= 6 * own.std() / np.sqrt(values.size) + 0.02:
        return None
    seen = np.mean([own_rows_auc(X, has, learn, seed) for seed in range(5)])
    if abs(values.mean() - seen) < 0.03:
        return "They were judged on the very rows and labels they learnt from. Judge on the unseen rows, `~learn`."
    return f"Their mean is {values.mean():.2f}, and chance is 0.5. Is anything left of the true labels in learning?"


def own_rows_auc(X, has, learn, seed):
    """AUC of a direction of shuffled labels on the rows, and the shuffled labels, that it learnt from."""
    order = np.random.default_rng(seed).permutation(has[learn])
    return pairs_won(X[learn] @ means_apart(X[learn], order), order)
