"""Shared dimensions found, private variance taken for shared, claims of shuffled views, coverage, and what it costs."""

import time
from concurrent.futures import ProcessPoolExecutor

import numpy as np
from measured import promised, timed
from threadpoolctl import threadpool_limits

from unelib.latent.dimension import parallel_analysis
from unelib.latent.une import UNE

COLUMNS, VIEWS, PRIVATE = 100, "abc", 8
SEEDS, SHUFFLES = 10, 100
WIDE = {"ldm": 3072, "ddpm": 3072, "dino": 64, "clip": 128}  # columns


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
                asked = SEEDS if name == "held-out gain" else None
                row, beside = f"une/{name}, k {k}, private {private}", {"from": found.min(), "to": found.max()}
                close = int((abs(found - k) <= 1).sum())
                promised(row, close, f"of {SEEDS} within 1", least=asked, seconds=taken, **beside)


def claims(n=1000, k=4):
    """How often each method claims any dimension of views whose rows were shuffled."""
    for private in (0, PRIVATE):
        rng, views = np.random.default_rng(0), planted(n, k, private, 0)
        drawn = [shuffled(views, rng) for _ in range(SHUFFLES)]
        for name, count in METHODS.items():
            wrong = (counts(count, drawn) > 0).sum()
            promised(f"une/claims, {name}, private {private}", int(wrong), f"of {SHUFFLES} shuffles", most=5)


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
        off = 100 * max(abs(share - 0.9) for share in held.values())
        promised(f"une/coverage, private {private}", off, "% from 90, at most", most=2, **held)


def all_choices(n=350, k=14):
    """What it costs to choose dimensions, ridge and steps for views of many columns, beside what no fit goes without.

    That is one eigendecomposition (n, n) for each view. Seconds are by the clock, and of all cores together.
    """
    rng = np.random.default_rng(0)
    Z, views = rng.standard_normal((n, k)), {}
    for name, d in WIDE.items():
        own = rng.standard_normal((n, 20)) @ mixing(d, 20, rng).T
        views[name] = Z @ mixing(d, k, rng).T + own + 0.3 * rng.standard_normal((n, d))
    floor, _ = timed(lambda: [np.linalg.eigh(x @ x.T) for x in views.values()], 5)
    began = time.process_time()
    taken, fit = timed(lambda: UNE(components="cv", ridge="cv").fit(views))
    beside = {"CPU seconds": time.process_time() - began, "floors": taken / floor, "dimensions": fit.k_}
    promised("une/all choices, four views of 350 rows", taken, "s on all cores", most=10, **beside)


HIDDEN = {  # variances of the shared part by view, the private one, noise by view, a column; k; what is special
    "weak beside strong private": ((0.16, 0.16, 0.16), 50.0, (1, 1, 1), 4, {}),
    "unequal noise": ((1, 1, 1), 3.0, (0.25, 1, 9), 4, {}),
    "a hundredfold variance": ((1, 1, 1), 12.0, (1, 1, 1), 4, {"scale": 10}),
    "heavy tails": ((1, 1, 1), 7.0, (1, 1, 1), 4, {"heavy": True}),
    "pairs": ((1.4, 1.4, 1.4), 12.0, (1, 1, 1), 6, {"pairs": True}),
}


def hidden(n, shared, own, noise, k, seed, scale=1, heavy=False, pairs=False, d=50):
    """Views (n, d) of which three private dimensions each vary much, and the true share of shared variance in each.

    With pairs every two views share k / 3 dimensions of their own, and nothing is common to three.
    """
    rng, views, truth = np.random.default_rng([seed, n]), {}, {}
    draw = (lambda *size: rng.standard_t(4, size) / np.sqrt(2)) if heavy else (lambda *size: rng.standard_normal(size))
    Z, groups = draw(n, k), np.array_split(np.arange(k), 3)
    for v, name in enumerate(VIEWS):
        there = np.concatenate([group for i, group in enumerate(groups) if i != v]) if pairs else np.arange(k)
        C, B = mixing(d, len(there), rng) * np.sqrt(shared[v]), mixing(d, 3, rng) * np.sqrt(own)
        X = Z[:, there] @ C.T + draw(n, 3) @ B.T + np.sqrt(noise[v]) * draw(n, d)
        views[name], truth[name] = X * (scale if v == 0 else 1), shared[v] / (shared[v] + own + noise[v])
    return views, truth


def told_apart(case):
    """Dimensions found, and the furthest that a view's share of shared variance lies from the truth."""
    n, name, seed, ridge = case
    *sizes, special = HIDDEN[name]
    views, truth = hidden(n, *sizes, seed, **special)
    with threadpool_limits(1):
        fit = UNE(ridge=ridge).fit(views)
    return fit.k_, max(abs(fit.shares_.shared[view] - share) for view, share in truth.items())


def private_parts(seeds=3):
    """Private variance that is taken for shared, with the ridge given and chosen."""
    for name, (_, _, _, k, _) in HIDDEN.items():
        for n in (200, 1000, 5000):
            for ridge in (1.0, 0.1, "cv"):
                with ProcessPoolExecutor() as pool:
                    found = list(pool.map(told_apart, [(n, name, seed, ridge) for seed in range(seeds)]))
                asked = 0.05 if ridge == "cv" and n >= 1000 else None
                off, wrong = max(gap for _, gap in found), max(abs(size - k) for size, _ in found)
                promised(f"une/shares, {name}, n {n}, ridge {ridge}", off, "off at most", most=asked, dimensions=wrong)


if __name__ == "__main__":
    for part in (all_choices, private_parts, coverage, claims, dimensions):
        part()
