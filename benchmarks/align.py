"""GCCA beside cca-zoo's on the same views, and of stored views that are larger than memory."""

import subprocess
import sys
import tempfile

import numpy as np
import pandas as pd
from cca_zoo.linear import GCCA as Reference
from measured import peak_memory, promised, timed

from unelib.alignment.canonical import GCCA, RIDGE
from unelib.store.zoo import NoiseZoo

SHARED = 32  # dimensions that the views have in common
STRENGTH = np.linspace(0.2, 0.02, SHARED)  # of each, beside a view's own noise: from clear to lost
NONE = 1e-12  # next to no ridge


def views(n, widths, seed=0):
    """Views (n, d) of one latent: noise of their own, and mixtures of what they share."""
    rng = np.random.default_rng(seed)
    Z = rng.standard_normal((n, SHARED)) * STRENGTH
    return [rng.standard_normal((n, d)) + Z @ rng.standard_normal((SHARED, d)) for d in widths]


def same_problem(X, ridge):
    """cca-zoo's settings for our ridge: its covariance (1 - c) S + c I is (1 - c) (S + ridge v I), weighed by 1 - c."""
    added = [ridge * x.var(0, ddof=1).sum() / x.shape[1] for x in X]
    shrinkage = [p / (1 + p) for p in added]
    return {"shrinkage": shrinkage, "view_weights": [1 - c for c in shrinkage]}


def difference(ridge, n=200, widths=(8, 10, 12, 9), k=3):
    """Largest difference between weights of cca-zoo's GCCA and ours, made its size: n - 1 there, n here."""
    X = views(n, widths)
    settings, pairs = same_problem(X, ridge), []
    ours, theirs = GCCA(k, ridge).fit(X), Reference(k, **settings).fit(X)
    for w, v, weight in zip(ours.weights_, theirs.weights_, settings["view_weights"]):
        w = w * np.sqrt((n - 1) / n) / weight
        pairs.append((w, v * np.sign((w * v).sum(0))))
    return max(np.abs(w - v).max() for w, v in pairs)


def compared(n=2000, d=500, m=4, k=10):
    """Agreement on a small problem and time on a larger one, each with our ridge and with next to none."""
    X = views(n, [d] * m)
    GCCA(k).fit(X), Reference(k).fit([x[:50] for x in X])  # what is slow only once
    for ridge, asked in ((RIDGE, 10), (NONE, None)):
        promised(f"gcca/weights, ridge {ridge:g}", difference(ridge), "from cca-zoo's, at most", most=1e-6)
        settings = same_problem(X, ridge)
        ours, _ = timed(lambda: GCCA(k, ridge).fit(X), rounds=5)  # noqa: B023
        theirs, _ = timed(lambda: Reference(k, **settings).fit(X), rounds=3)  # noqa: B023
        promised(f"gcca/time, ridge {ridge:g}", theirs / ours, "x our time takes cca-zoo", least=asked, seconds=ours)


def synthetic_store(folder, n, d, m):
    """A zoo with m float16 views (n, d) of noise that share a latent."""
    rng = np.random.default_rng(0)
    Z = rng.standard_normal((n, SHARED)) * STRENGTH
    zoo = NoiseZoo(folder).add_index(pd.DataFrame({"id": [f"{i:06d}" for i in range(n)], "sha256": "", "split": ""}))
    for view in range(m):
        mixture = rng.standard_normal((SHARED, d))

        def rows(parts, view=view, mixture=mixture):
            for shard, part in parts:
                noise = np.random.default_rng((view, shard)).standard_normal((part.stop - part.start, d), np.float32)
                yield shard, noise + (Z[part] @ mixture).astype(np.float32)

        zoo.fill(f"noise-{view}", rows, {}, progress=False)


def fit_stored(folder, k=64, components=500):
    """Fit to all stored views; prints seconds, peak memory in gigabytes and the eigenvalues' ends."""
    zoo = NoiseZoo(folder)
    fit = GCCA(k, components=components)
    taken, _ = timed(lambda: fit.fit([zoo.stored(view) for view in zoo.views]))
    print(taken, peak_memory(), fit.eigenvalues_[0], fit.eigenvalues_[-1])


def streamed(n=20_000, d=16_384, m=6):
    """GCCA of float16 views that are read block by block, in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        synthetic_store(folder, n, d, m)
        told = subprocess.check_output([sys.executable, __file__, folder])
    taken, memory, first, last = map(float, told.split())
    size = 2e-9 * n * d * m
    print(f"gcca, stored: {m} views, {n} x {d} float16, 500 components, k = 64; eigenvalues {first:.2f} to {last:.2f}")
    promised("gcca/memory, stored views", memory, "GB at most", most=4, gigabytes=size, seconds=taken)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        fit_stored(sys.argv[1])
    else:
        for part in (compared, streamed):
            part()
