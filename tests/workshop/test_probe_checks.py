"""A direction, its AUC, a null and ridge weights: right, still to be done, and wrong as it happens."""

import numpy as np
import pytest

from unelib import Workspace
from unelib.workshop import check_auc, check_difference, check_shuffles, check_weights

from ..helpers.ridges import predicted

RNG = np.random.default_rng(0)
N, D = 240, 60
HAS = RNG.random(N) < 0.4
LEARN = np.arange(N) < 160
X = RNG.standard_normal((N, D)) + 0.2 + 0.35 * HAS[:, None] * (np.arange(D) < 20)


def apart(X, has):
    return X[has].mean(0) - X[~has].mean(0)


def area(sums, has):
    return (sums[has][:, None] > sums[~has][None]).mean()


RIGHT = apart(X[LEARN], HAS[LEARN])
DIFFERENCE = [
    (-RIGHT, "points away"),
    (X[LEARN & HAS].mean(0), "Did you subtract the mean"),
    (X[LEARN & HAS].mean(0) - X[LEARN].mean(0), "mean of *all*"),
    (apart(X, HAS), "All rows were used"),
    (apart(X[~LEARN], HAS[~LEARN]), "unseen rows"),
    (RIGHT / np.linalg.norm(RIGHT), "divided by the length"),
    (X[LEARN & HAS].sum(0) - X[LEARN & ~HAS].sum(0), "sums"),
    (3 * RIGHT, "3 times as large"),
    (RIGHT + 0.3 * np.linalg.norm(RIGHT) * np.eye(D)[0], "0.3 from the right one"),
]
SUMS = X @ RIGHT
SEEN, UNSEEN = area(SUMS[LEARN], HAS[LEARN]), area(SUMS[~LEARN], HAS[~LEARN])
AUC = [
    (SEEN, "learnt from"),
    (area(SUMS, HAS), "all rows"),
    (1 - UNSEEN, "turned round"),
    (100 * UNSEEN, "per cent"),
    (((SUMS[~LEARN] > SUMS[~LEARN].mean()) == HAS[~LEARN]).mean(), "accuracy"),
    (SUMS[~LEARN & HAS].mean() - SUMS[~LEARN & ~HAS].mean(), "Count pairs"),
    (0.123, "below the right one"),
]
A, B = X[LEARN] - X[LEARN].mean(0), HAS[LEARN] - HAS[LEARN].mean()


def ridge(A, b, penalty=5.0):
    return np.linalg.solve(A.T @ A + penalty * np.eye(D), A.T @ b)


WEIGHTS = [
    (ridge(X[LEARN], HAS[LEARN].astype(float)), "Nothing is centred"),
    (ridge(X[LEARN], B), "rows are not centred"),
    (ridge(A, B, 0), "penalty is missing"),
    (ridge(A, B, 25), "squared"),
    (-ridge(A, B), "sign"),
    (A.T @ B, "X'y alone"),
    (X[LEARN].T @ HAS[LEARN], "not centred"),
    (np.linalg.solve(A.T @ A + 5.0, A.T @ B), "on the diagonal"),
]


def null(times=20, judged=~LEARN, own=False, rng=None):
    rng, found = rng or np.random.default_rng(1), []
    for _ in range(times):
        order = rng.permutation(HAS[LEARN])
        sums = X[judged] @ apart(X[LEARN], order)
        found.append(area(sums, order if own else HAS[judged]))
    return np.array(found)


SHUFFLES = [
    (np.full(20, UNSEEN), "true labels"),
    (np.full(20, 0.52), "All are the same"),
    (null(judged=LEARN, own=True), "learnt from"),
    (100 * null(), "between 0 and 1"),
    (null(3), "A list of 10 or more"),
    (null() / 3 + 0.5, "chance is 0.5"),
    ([], "empty"),
]


@pytest.mark.parametrize("answer, words", [*DIFFERENCE, (..., "still")])
def test_difference_of_means(answer, words):
    assert check_difference(RIGHT, X, HAS, LEARN)
    found = check_difference(answer, X, HAS, LEARN)
    assert not found and words in found.message
    np.testing.assert_allclose(found.answer, RIGHT)


@pytest.mark.parametrize("answer, words", [*AUC, (..., "still")])
def test_auc(answer, words):
    assert check_auc(UNSEEN, X, RIGHT, HAS, LEARN)
    found = check_auc(answer, X, RIGHT, HAS, LEARN)
    assert not found and words in found.message and found.answer == pytest.approx(UNSEEN)


@pytest.mark.parametrize("answer, words", [*WEIGHTS, (..., "still")])
def test_ridge_weights(answer, words):
    assert check_weights(ridge(A, B), X[LEARN], HAS[LEARN], 5.0)
    found = check_weights(answer, X[LEARN], HAS[LEARN], 5.0)
    assert not found and words in found.message


@pytest.mark.parametrize("answer, words", [*SHUFFLES, (..., "still")])
def test_shuffles(answer, words):
    found = check_shuffles(answer, X, HAS, LEARN, UNSEEN)
    assert not found and words in found.message and len(found.answer) == 20


@pytest.mark.parametrize("seed", range(10))
def test_shuffles_of_any_seed_are_right(seed):
    own = null(rng=np.random.default_rng(seed))
    found = check_shuffles(list(own), X, HAS, LEARN, UNSEEN)
    assert found and f"{own.max():.2f}" in found.message


@pytest.mark.parametrize("view, penalty", [("drawn-ldm", 1000), ("pixels", 0.3)])
@pytest.mark.slow
def test_penalties_of_the_notebook_are_those_that_folds_of_the_rows_to_learn_from_choose(view, penalty):
    zoo = Workspace("tour").zoo
    rows = zoo.split == "train"
    V, has = zoo[view][rows].astype(float), zoo.attributes["Smiling"].to_numpy()[rows] == 1
    fold, target = np.arange(len(V)) % 5, has[:, None].astype(float)
    around = [penalty / 10, penalty / 3, penalty, penalty * 3, penalty * 10]
    folds = [[area(one[:, 0], has[fold == k]) for one in predicted(V, target, fold == k, around)] for k in range(5)]
    assert around[np.mean(folds, 0).argmax()] == penalty
