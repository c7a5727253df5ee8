"""Probes beside scikit-learn's and himalaya's on the same data, beside the cost of their factors, and out of memory."""

import subprocess
import sys
import tempfile
import warnings
from unittest.mock import patch

import numpy as np
import pandas as pd
from himalaya.ridge import RidgeCV
from measured import paired, peak_memory, promised, timed
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from unelib.linalg import stored_rows
from unelib.probing import logistic_solver as solver
from unelib.probing.linear_probe import LinearProbe
from unelib.store.zoo import NoiseZoo

ATTRIBUTES = 40


def view(n, d, seed=0):
    """Unit Gaussian columns (n, d) and noisy linear attributes (n, 40) of unequal frequency."""
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, d))
    margin = X @ rng.standard_normal((d, ATTRIBUTES)) * 2 / np.sqrt(d)
    return X, (margin + rng.logistic(size=margin.shape) > rng.uniform(-2, 2, ATTRIBUTES)).astype(int)


def one_by_one(X, Y, **options):
    """Coefficients (a, d) and intercepts (a,) of scikit-learn's logistic regression, an attribute at a time."""
    fits = [LogisticRegression(**options).fit(X, y) for y in Y.T]
    return np.concatenate([f.coef_ for f in fits]), np.concatenate([f.intercept_ for f in fits])


def logistic(n=20_000, d=500):
    """The batched probe beside scikit-learn's solvers at one penalty, on standardised columns, by CPU time on a thread.

    In float64, and in float32, which a zoo holds and in which scikit-learn computes as well, where it is faster. The
    floor is the bare products of the passes that the probe makes.
    """
    X, Y = view(n, d)
    X = (X - X.mean(0)) / X.std(0)
    exact, _ = one_by_one(X, Y, tol=1e-10, max_iter=10_000)
    print(f"logistic, {ATTRIBUTES} attributes, n = {n}, d = {d}, one penalty, one thread")
    for dtype, asked in (("float64", 8), ("float32", 4)):
        rows = X.astype(dtype)
        fit = lambda: LinearProbe("logistic", penalty=1.0).fit(rows, Y)  # noqa: B023
        with threadpool_limits(1):
            (ours, probe), (theirs, (coef, _)) = paired(fit, lambda: one_by_one(rows, Y))  # noqa: B023
            floor = sum(count * bare_pass(X.astype(name)) for name, count in passes(fit).items())
        beside = {"seconds": ours, "floors": ours / floor, "lbfgs' floors": theirs / floor}
        promised(f"probe/lbfgs, {dtype}", theirs / ours, "x our CPU time, one thread", least=asked, **beside)
        off = apart(probe.coef_, exact)
        promised(f"probe/coefficients, {dtype}", off, "from the minimum", most=1e-3, lbfgs=apart(coef, exact))
    ours, _ = timed(lambda: LinearProbe("logistic", penalty=1.0).fit(X, Y), rounds=5)
    theirs, _ = timed(lambda: one_by_one(X, Y, solver="saga", max_iter=500))
    promised("probe/saga, float64", theirs / ours, "x our time, all threads", least=50, seconds=ours)


def apart(coef, exact):
    """The largest relative distance of an attribute's coefficients (a, d) from the exact ones."""
    return (np.linalg.norm(coef - exact, axis=1) / np.linalg.norm(exact, axis=1)).max()


def passes(fit):
    """How often a fit passes over its features in each precision."""
    watched = (patch.object(solver, name, wraps=getattr(solver, name)) for name in ("evaluate", "hessian_times"))
    with next(watched) as gradients, next(watched) as products:
        fit()
    single = sum(call.args[0].exact[0].dtype == np.float32 for call in gradients.call_args_list)
    return {"float64": gradients.call_count - single, "float32": single + products.call_count}


def bare_pass(Z):
    """CPU seconds of the two products that a pass over rows (n, d) cannot do without, block by block."""
    W = np.ones((Z.shape[1], ATTRIBUTES), Z.dtype)
    blocks = np.array_split(Z, len(Z) // solver.BLOCK)
    (seconds, _), _ = paired(lambda: sum(block.T @ (block @ W) for block in blocks), lambda: None)
    return seconds


def ridge(n=20_000, d=500):
    """Ridge with a penalty an attribute, beside himalaya's on the CPU with 5 folds (ours: leave one out)."""
    X, Y = view(n, d)
    X, grid = (X - X.mean(0)) / X.std(0), np.logspace(0, 7, 15)
    ours, probe = timed(lambda: LinearProbe("ridge", penalty=grid).fit(X, Y), rounds=3)
    theirs, other = timed(lambda: RidgeCV(alphas=grid, fit_intercept=True, cv=5).fit(X, 2.0 * Y - 1))
    same = np.isclose(other.best_alphas_, probe.penalty_).mean()
    far = np.abs(other.predict(X) - probe.decision_function(X)).max()
    promised("ridge/himalaya", theirs / ours, "x our time, all threads", least=1, seconds=ours)
    promised("ridge/scores", far, "from himalaya's", most=1e-4)
    promised("ridge/penalties", 100 * same, "% of attributes as himalaya", least=100)


def ridge_floor(n=3000, d=16_384):
    """Ridge with 20 penalties and leave-one-out, beside one Gram product and one symmetric eigendecomposition."""
    X, Y = view(n, d)
    LinearProbe("ridge").fit(X[:100], Y[:100])
    floor, _ = timed(lambda: np.linalg.eigh(X @ X.T), rounds=3)
    ours, _ = timed(lambda: LinearProbe("ridge", penalty=np.logspace(0, 7, 20)).fit(X, Y), rounds=3)
    promised("ridge/wide views", ours / floor, "x Gram product and eigh", most=1.3, floor=1, seconds=ours)


def synthetic_store(folder, n, d):
    """A zoo with one float16 view (n, d) of noise that carries forty attributes."""
    rng = np.random.default_rng(0)
    directions = rng.standard_normal((ATTRIBUTES, d)).astype(np.float32) / np.sqrt(d)
    truth = rng.random((n, ATTRIBUTES)) < 0.4
    table = pd.DataFrame({"id": [f"{i:06d}" for i in range(n)], "sha256": "", "split": "train"})
    zoo = NoiseZoo(folder).add_index(table.join(pd.DataFrame(truth.astype(int)).add_prefix("a")))

    def rows(parts):
        for shard, part in parts:
            noise = np.random.default_rng(shard).standard_normal((part.stop - part.start, d), np.float32)
            yield shard, noise + 3 * truth[part].astype(np.float32) @ directions

    zoo.fill("noise", rows, {}, progress=False)


def fit_stored(folder):
    """Fit to the stored view, by subspace iteration; prints seconds and peak memory in gigabytes."""
    stored_rows.GRAM_COLUMNS = 0
    zoo = NoiseZoo(folder)
    taken, _ = timed(lambda: LinearProbe("logistic", components=500).fit(zoo.stored("noise"), zoo.attributes))
    print(taken, peak_memory())


def streamed(n=20_000, d=16_384, whole=200_000, narrow=1_024):
    """A logistic probe in 500 components of float16 views that are read block by block, in processes of their own.

    A tenth of the rows at full width, and all of the rows at a sixteenth of it: memory for blocks and components' axes
    grows with the columns, that for components and the solver with the rows, so the two together bound the whole.
    """
    found = {}
    for shape in ((n, d), (whole, narrow)):
        with tempfile.TemporaryDirectory() as folder:
            synthetic_store(folder, *shape)
            taken, memory = map(float, subprocess.check_output([sys.executable, __file__, folder]).split())
        size, found[shape] = 2e-9 * np.prod(shape), (taken, memory)
        print(f"streamed, {shape[0]} x {shape[1]} float16, {ATTRIBUTES} attributes, 500 components, penalties chosen")
        print(f"  {size:.2f} GB in {taken:.0f} s: {taken / size:.0f} s a gigabyte; peak memory {memory:.2f} GB")
    (taken, wide), (_, long) = found.values()
    promised("probe/memory, stored view", wide + long, "GB at most", most=4, minutes=taken * whole / n / 60)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        fit_stored(sys.argv[1])
    else:
        warnings.simplefilter("ignore", ConvergenceWarning)
        for part in (logistic, ridge, ridge_floor, streamed):
            part()
