"""A map between two views, what it explains, and a null of lost pairs: right, still to be done, and wrong."""

import numpy as np
import pytest

from unelib import RidgeMap, Workspace
from unelib.workshop import check_explained, check_lost_pairs, check_map

from ..helpers.ridges import predicted

RNG = np.random.default_rng(0)
LEARN = np.arange(200) < 140
HIDDEN = RNG.standard_normal((200, 6))
X = HIDDEN @ RNG.standard_normal((6, 60)) + RNG.standard_normal((200, 60)) + 0.5
Y = (HIDDEN @ RNG.standard_normal((6, 9)) + RNG.standard_normal((200, 9))) * np.linspace(1, 2, 9) + 2
PENALTY = 20.0


def ridge(X, Y, penalty=PENALTY):
    return np.linalg.solve(X.T @ X + penalty * np.eye(X.shape[1]), X.T @ Y)


def less_mean(V, rows=LEARN):
    return V[rows] - V[rows].mean(0)


MAP = ridge(less_mean(X), less_mean(Y))
EVERY = np.ones(200, bool)
MAPS = [
    (MAP.T, "transposed"),
    (ridge(X[LEARN], Y[LEARN]), "Nothing is centred"),
    (ridge(less_mean(X, EVERY), less_mean(Y, EVERY)), "All rows"),
    (ridge(less_mean(X, ~LEARN), less_mean(Y, ~LEARN)), "unseen rows"),
    (ridge(less_mean(X), less_mean(Y), 0), "penalty is missing"),
    (less_mean(X).T @ less_mean(Y), "A'B alone"),
    (ridge(less_mean(Y), less_mean(X)), "Turn it round"),
    (ridge(X[LEARN], Y[LEARN], 0), "there is no penalty"),
    (MAP + 0.1, " the right one"),
]
MEAN = Y[LEARN].mean(0)
PREDICTED, TRUE = MEAN + (X[~LEARN] - X[LEARN].mean(0)) @ MAP, Y[~LEARN]


def r2(predicted, mean=MEAN, true=TRUE):
    return 1 - ((true - predicted) ** 2).sum() / ((true - mean) ** 2).sum()


CORRELATION = np.corrcoef(PREDICTED.ravel(), TRUE.ravel())[0, 1]
BY_COLUMN = 1 - ((TRUE - PREDICTED) ** 2).sum(0) / ((TRUE - MEAN) ** 2).sum(0)
EXPLAINED = [
    (1 - r2(PREDICTED), "*not* explained"),
    (r2(PREDICTED, 0), "compared with 0"),
    (r2(PREDICTED, TRUE.mean(0)), "unseen rows' mean"),
    (BY_COLUMN, "each column"),
    (BY_COLUMN.mean(), "mean of the columns"),
    (CORRELATION**2, "squared correlation"),
    (CORRELATION, "forgives"),
    (((TRUE - PREDICTED) ** 2).sum(), "squared error"),
    (((TRUE - PREDICTED) ** 2).mean(), "mean squared error"),
    (r2(PREDICTED - MEAN), "add it back"),
]


def null(times=5, seed=0, axis=0, judged=False, seen=False):
    rng, found = np.random.default_rng(seed), []
    for _ in range(times):
        shuffled = less_mean(Y) if judged else rng.permutation(less_mean(Y), axis=axis)
        W = ridge(less_mean(X), shuffled)
        if seen:
            found.append(r2(less_mean(X) @ W, 0, shuffled))
        else:
            true = rng.permutation(TRUE) if judged else TRUE
            found.append(r2(MEAN + (X[~LEARN] - X[LEARN].mean(0)) @ W, MEAN, true))
    return np.array(found)


LOST = [
    (np.full(5, r2(PREDICTED)), "nothing shuffled"),
    (np.full(5, -0.2), "All are the same"),
    (null(axis=1), "Shuffle the *rows*"),
    (null(seen=True), "learnt from"),
    (null(judged=True), "Shuffle the *rows*"),
    (null(2), "A list of 5 or more"),
    (null() - 5, "fitted anew"),
]


@pytest.mark.parametrize("answer, words", [*MAPS, (..., "still")])
def test_map(answer, words):
    assert check_map(RidgeMap(PENALTY).fit(X[LEARN], Y[LEARN]).coef_.T, X, Y, LEARN, PENALTY)
    found = check_map(answer, X, Y, LEARN, PENALTY)
    assert not found and words in found.message
    np.testing.assert_allclose(found.answer, MAP)


@pytest.mark.parametrize("answer, words", [*EXPLAINED, (..., "still")])
def test_explained(answer, words):
    assert check_explained(r2(PREDICTED), PREDICTED, TRUE, MEAN)
    found = check_explained(answer, PREDICTED, TRUE, MEAN)
    assert not found and words in found.message


@pytest.mark.parametrize("answer, words", [*LOST, (..., "still")])
def test_lost_pairs(answer, words):
    found = check_lost_pairs(answer, X, Y, LEARN, PENALTY)
    assert not found and words in found.message and len(found.answer) == 5


@pytest.mark.parametrize("seed", range(8))
def test_lost_pairs_of_any_seed_are_right(seed):
    assert check_lost_pairs(list(null(seed=seed)), X, Y, LEARN, PENALTY)


@pytest.mark.parametrize("view, aim, penalty", [("drawn-ldm", "drawn-clip", 300), ("pixels", "drawn-clip", 0.3)])
@pytest.mark.slow
def test_penalties_of_the_notebooks_are_those_that_folds_of_the_rows_to_learn_from_choose(view, aim, penalty):
    zoo = Workspace("tour").zoo
    rows = zoo.split == "train"
    V, E = zoo[view][rows].astype(float), zoo[aim][rows].astype(float)
    fold = np.arange(len(V)) % 5
    around = [penalty / 10, penalty / 3, penalty, penalty * 3, penalty * 10]
    errors = [[((E[fold == k] - one) ** 2).sum() for one in predicted(V, E, fold == k, around)] for k in range(5)]
    assert around[np.sum(errors, 0).argmin()] == penalty
