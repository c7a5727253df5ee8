"""GCCA beside cca-zoo's on the same views, and of stored views that are larger than memory."""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
from cca_zoo.linear import GCCA as Reference

from unelib.canonical import GCCA
from unelib.zoo import NoiseZoo

SHARED = 32  # dimensions that the views have in common
STRENGTH = np.linspace(0.2, 0.02, SHARED)  # of each, beside a view's own noise: from clear to lost


def views(n, widths, seed=0):
    """Views (n, d) of one latent: noise of their own, and mixtures of what they share."""
    rng = np.random.default_rng(seed)
    Z = rng.standard_normal((n, SHARED)) * STRENGTH
    return [rng.standard_normal((n, d)) + Z @ rng.standard_normal((SHARED, d)) for d in widths]


def timed(work, rounds=1):
    """Median seconds over rounds, and the last result."""
    taken = []
    for _ in range(rounds):
        began = time.perf_counter()
        result = work()
        taken.append(time.perf_counter() - began)
    return float(np.median(taken)), result


def difference(n=200, widths=(8, 10, 12, 9), k=3):
    """Largest difference between weights of cca-zoo's GCCA, which has no ridge, and ours with next to none."""
    X = views(n, widths)
    ours, theirs = GCCA(k, ridge=1e-12).fit(X), Reference(k).fit(X)
    pairs = [(w * np.sqrt((n - 1) / n), v) for w, v in zip(ours.weights_, theirs.weights_)]  # n - 1 there, n here
    return max(np.abs(w - v * np.sign((w * v).sum(0))).max() for w, v in pairs)


def compared(n=2000, d=500, m=4, k=10):
    """Agreement on a small problem and time on a larger one."""
    print(f"gcca: weights at most {difference():.1e} from cca-zoo's (asked: 1e-6)")
    X = views(n, [d] * m)
    GCCA(k).fit(X), Reference(k).fit([x[:50] for x in X])  # what is slow only once
    ours, _ = timed(lambda: GCCA(k).fit(X), rounds=5)
    theirs, _ = timed(lambda: Reference(k).fit(X), rounds=3)
    print(f"gcca: {m} views, n = {n}, d = {d}, k = {k}: cca-zoo's takes {theirs / ours:.1f} x our time (asked: 10)")


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
    fit = GCCA(min(k, components), components=components)
    taken, _ = timed(lambda: fit.fit([zoo.stored(view) for view in zoo.views]))
    print(taken, peak_memory(), fit.eigenvalues_[0], fit.eigenvalues_[-1])


def peak_memory():
    """The most memory that this process has held, in gigabytes (Linux); that of its parent does not count."""
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(status["VmHWM"].split()[0]) / 1e6


def streamed(n=20_000, d=16_384, m=6):
    """GCCA of float16 views that are read block by block, in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        synthetic_store(folder, n, d, m)
        told = subprocess.check_output([sys.executable, __file__, folder])
    taken, memory, first, last = map(float, told.split())
    size = 2e-9 * n * d * m
    print(f"gcca, stored: {m} views, {n} x {d} float16, 500 components, k = 64; eigenvalues {first:.2f} to {last:.2f}")
    print(f"  {size:.2f} GB in {taken:.0f} s: {taken / size:.0f} s a gigabyte; peak memory {memory:.2f} GB (asked: 4)")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        fit_stored(sys.argv[1])
    else:
        for part in (compared, streamed):
            part()
