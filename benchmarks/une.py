"""Shared dimensions found, shuffled views in which some are claimed, and coverage of predictions, on planted views."""

import time
from concurrent.futures import ProcessPoolExecutor

import numpy as np
from threadpoolctl import threadpool_limits

from unelib.latent.dimension import parallel_analysis
from unelib.latent.une import UNE

COLUMNS, VIEWS, PRIVATE = 100, "abc", 8
SEEDS, SHUFFLES = 10, 100


def mixing(d, k, rng):
    """Loadings (d, k) of total variance d, that of unit noise."""
    C = rng.standard_normal((d, k))
    return C * np.sqrt(d / (C**2).sum())


def planted(n, k, private, seed):
    """Views (n, d) of k shared dimensions, private ones, and noise; each part that there is has the same variance."""
    rng, d = np.random.default_rng([seed, k, private]), COLUMNS
    Z, views = rng.standard_normal((n, k)), {}
    for name in VIEWS:
        views[name] = Z @ mixing(d, k, rng).T + rng.standard_normal((n, d))
        if private:
            views[name] += rng.standard_normal((n, private)) @ mixing(d, private, rng).T
    return views


def shuffled(views, rng):
    """The views, each with its rows in an order of its own."""
    return {name: x[rng.permutation(len(x))] for name, x in views.items()}


def held_out_gain(views):
    """Shared dimensions by cross-validation."""
    with threadpool_limits(1):
        return UNE().fit(views).k_


def parallel(views):
    """Shared dimensions by parallel analysis."""
    with threadpool_limits(1):
        return parallel_analysis(views)["count"]


METHODS = {"held-out gain": held_out_gain, "parallel analysis": parallel}


def counts(count, drawn):
    """What a method finds in each of many sets of views, one a core at a time."""
    with ProcessPoolExecutor() as pool:
        return np.array(list(pool.map(count, drawn)))


def dimensions(n=4000):
    """How often each method finds the planted number of dimensions, but for one."""
    for k in (4, 16, 64):
        for private in (0, PRIVATE):
            drawn = [planted(n, k, private, seed) for seed in range(SEEDS)]
            for name, count in METHODS.items():
                began = time.perf_counter()
                found = counts(count, drawn)
                taken = time.perf_counter() - began
                print(
                    f"une: {name}, k = {k}, private {private}: {(abs(found - k) <= 1).sum()} of {SEEDS} within 1 "
                    f"(asked: all); found {found.min()} to {found.max()}, in {taken:.0f} s"
                )


def claims(n=1000, k=4):
    """How often each method claims any dimension of views whose rows were shuffled."""
    for private in (0, PRIVATE):
        rng, views = np.random.default_rng(0), planted(n, k, private, 0)
        drawn = [shuffled(views, rng) for _ in range(SHUFFLES)]
        for name, count in METHODS.items():
            wrong = (counts(count, drawn) > 0).sum()
            print(f"une: {name}, private {private}: claims in {wrong} of {SHUFFLES} shuffles (asked: 5 at most)")


def coverage(n=4000, k=16):
    """How many values of a view lie in the interval that is predicted from the others, on rows that were held out."""
    for private in (0, PRIVATE):
        views = planted(2 * n, k, private, 0)
        learn, test = ({name: x[rows] for name, x in views.items()} for rows in (slice(n), slice(n, None)))
        fit = UNE(k).fit(learn)
        held = {}
        for name in VIEWS:
            found = fit.predict(name, {other: test[other] for other in VIEWS if other != name}, level=0.9)
            held[name] = ((found.low <= test[name]) & (test[name] <= found.high)).mean()
        told = ", ".join(f"{share:.1%}" for share in held.values())
        print(
            f"une: 90% intervals, private {private}: {told} of values of each view from the others (asked: 88 to 92%)"
        )


if __name__ == "__main__":
    for part in (coverage, claims, dimensions):
        part()
