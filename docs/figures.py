"""Figures of the pages on concepts, in figures/concepts: of planted data, whose truth is known, and of small models.

.venv/bin/python docs/figures.py                  # all of them; or some: docs/figures.py nulls pullback
"""

import sys
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from unelib import CCA, LinearProbe, RidgeMap, invert, load_generator, load_images, local_basis, plots
from unelib.gaussianity import bimodal, normality, pursuit
from unelib.geometry import states_at
from unelib.inversion import generate, generate_latents, recovery
from unelib.latent import parallel_analysis

FOLDER = Path(__file__).resolve().parents[1] / "figures" / "concepts"
WIDTH = 11.5  # inches: a page of the documentation is wider than a column of a notebook
BLUE, RED, GREEN, ORANGE, _, GREY = plots.PALETTE
WAYS = {  # of inversion: solver, grid and colour
    "DDIM, uniform in t": ("ddim", "trailing", GREY),
    "first order, log σ": ("euler", "log-sigma", RED),
    "second order, Karras": ("ab2", "karras", BLUE),
}


def two_panels(height, widths=(1, 1)):
    """A figure with two axes side by side."""
    return plt.subplots(1, 2, figsize=(WIDTH, 1.6 * height), layout="constrained", width_ratios=widths)


def inversion(count=2, shown=((150, 2.0), (400, 1.3), (700, 1.0)), calls=(5, 10, 20, 40), exact=100):
    """Pictures on their way to noise and back; error of the noise found, by solver and cost."""
    figure, (left, right) = two_panels(2.6, (1.25, 1))
    gen, pixels = load_generator("drawn-ddpm"), load_images("drawn-faces", n=count, size=32, split="test").pixels
    noise = invert(gen, pixels, steps=25).noise
    midway = [plots.noise_images(contrast * states_at(gen, noise, t)[0]) for t, contrast in shown]
    rows = np.stack([pixels, *midway, plots.noise_images(noise), generate(gen, noise, steps=25)], axis=1)
    plots.labelled_rows(rows, [""] * count, ["picture", *(f"t={t}" for t, _ in shown), "noise", "back"], ax=left)
    latent = load_generator("drawn-ldm")
    true = np.random.default_rng(0).standard_normal((4, *latent.latent_shape)).astype(np.float32)
    known = generate_latents(latent, true, exact, "heun", "karras")
    for name, (solver, grid, colour) in WAYS.items():
        errors = [recovery(latent, true, steps=n, solver=solver, grid=grid, known=known).error.mean() for n in calls]
        right.loglog(calls, errors, marker="o", color=colour)
        right.annotate(name, (calls[-1], errors[-1]), (6, 0), textcoords="offset points", va="center", color=colour)
    right.set(
        xlabel="calls of the model",
        ylabel="relative error of the noise",
        xlim=(None, calls[-1] * 8),
        xticks=calls,
        xticklabels=calls,
    )
    right.minorticks_off()
    right.set_title("Grid and order, both changed", loc="left")
    return figure


def gaussianity(n=300, d=100, strengths=(0, 1, 2, 3, 4), draws=20):
    """Two clusters, as a random projection shows them and as a direction that was searched for does; power of both."""
    figure, (left, right) = two_panels(2.8)
    X, u = bimodal(2000, d, 3.0), np.random.default_rng(5).standard_normal(d)
    apart = np.linalg.svd(X - X.mean(0), full_matrices=False)[2][0]
    for axis, name, colour in ((u / np.linalg.norm(u), "random projection", GREY), (apart, "the clusters' axis", BLUE)):
        left.hist(X @ axis, 60, histtype="step", density=True, color=colour, lw=2, label=name)
    left.set(xlabel="projection", yticks=[])
    left.set_title("Two clusters at ± 3 σ", loc="left")
    left.legend()
    found = {"random projections": [], "search for directions": []}
    for s in strengths:
        data = [bimodal(n, d, float(s), seed) for seed in range(draws)]
        rates = [normality(x, "anderson", 500).pass_rate[0] for x in data]
        found["random projections"].append(np.mean([rate < 0.93 for rate in rates]))
        found["search for directions"].append(np.mean([pursuit(x).p_adjusted.min() < 0.05 for x in data]))
    for (name, shares), colour in zip(found.items(), (GREY, BLUE)):
        right.plot(strengths, shares, marker="o", color=colour)
        right.annotate(name, (strengths[-1], shares[-1]), (-6, 8), textcoords="offset points", ha="right", color=colour)
    right.axhline(0.05, ls="--", color="0.6", lw=1)
    right.set(xlabel="distance of each cluster from the centre, σ", ylabel="share of data sets told", ylim=(-0.05, 1.2))
    right.set_title("Only a search tells", loc="left")
    return figure


def directions(n=600):
    """One attribute in two correlated columns: weights that read it, and the pattern that writes it."""
    figure, (left, right) = two_panels(3.2)
    rng = np.random.default_rng(0)
    y = rng.choice([0, 1], n)
    X = rng.multivariate_normal([0, 0], [[1.0, 0.85], [0.85, 1.0]], n) + y[:, None] * [1.5, 0.0]
    probe = LinearProbe("lda").fit(X, y)
    for label, colour, mark in ((0, GREY, "o"), (1, ORANGE, "^")):
        left.scatter(*X[y == label].T, s=8, color=colour, marker=mark, alpha=0.6)
    arrows = {"weights (read)": (probe.coef_[0], BLUE), "pattern (writes)": (probe.pattern_[0], RED)}
    start = X[y == 0].mean(0)
    for name, (vector, colour) in arrows.items():
        end = start + 2.6 * vector / np.linalg.norm(vector)
        left.annotate("", end, start, arrowprops={"arrowstyle": "-|>", "lw": 2.5, "color": colour})
        left.annotate(name, end, (4, -4), textcoords="offset points", color=colour, weight="bold")
        steps = start + np.linspace(0, 3, 30)[:, None] * vector / np.linalg.norm(vector)
        right.plot(np.linspace(0, 3, 30), plausible(steps, X, y), color=colour, lw=2, label=name)
    left.set(xlabel="column 1", ylabel="column 2", aspect="equal")
    left.set_title("Triangles have the attribute", loc="left")
    right.set(xlabel="length of the step", ylabel="distance from the class, σ", ylim=(0, None))
    right.set_title("A step along the weights leaves the data", loc="left")
    right.legend()
    return figure


def plausible(points, X, y):
    """Mahalanobis distance of points from the mean of the rows that have the attribute."""
    rows = X[y == 1]
    apart = points - rows.mean(0)
    return np.sqrt(np.einsum("ni,ij,nj->n", apart, np.linalg.inv(np.cov(rows.T)), apart))


def planted_views(n=600, shared=4, d=20, noise=1.0, seed=0):
    """Three views of one Gaussian latent, each with noise of its own, and the latent."""
    rng = np.random.default_rng(seed)
    Z = rng.standard_normal((n, shared))
    return {name: Z @ rng.standard_normal((shared, d)) + noise * 3 * rng.standard_normal((n, d)) for name in "abc"}, Z


def shared_space(n=600, k=12, permutations=99):
    """Canonical correlations in training and on held-out rows; eigenvalues of GCCA beside those of shuffled rows."""
    figure, (left, right) = two_panels(2.8)
    views, _ = planted_views(n)
    learn, held_out, order = slice(0, n // 2), slice(n // 2, n), np.random.default_rng(1).permutation(n // 2)
    a, b = views["a"], views["b"]
    fitted, mixed = CCA(k).fit(a[learn], b[learn]), CCA(k).fit(a[learn], b[learn][order])
    curves = {
        "training": (fitted.correlations_, GREEN, "s"),
        "held out": (fitted.score(a[held_out], b[held_out]), BLUE, "o"),
        "shuffled, training": (mixed.correlations_, GREY, "x"),
    }
    for name, (values, colour, mark) in curves.items():
        left.plot(range(1, k + 1), values, marker=mark, color=colour, label=name)
    left.set(xlabel="pair", ylabel="canonical correlation")
    left.set_title("CCA: four dimensions were planted", loc="left")
    left.legend()
    found = parallel_analysis(views, most=k, permutations=permutations)
    right.plot(range(1, k + 1), found["eigenvalues"], marker="o", color=BLUE, label="three views")
    right.axhline(found["critical"], color=GREY, ls="--", label="shuffled rows, 1 % level")
    right.set(xlabel="dimension", ylabel="eigenvalue")
    right.set_title(f"GCCA: {found['count']} lie above chance", loc="left")
    right.legend()
    return figure


def pullback(timesteps=(999, 300), k=4):
    """First basis vectors of one state at two timesteps beside a random direction; their singular values."""
    figure, (left, right) = two_panels(2.8, (1.6, 1))
    gen = load_generator("drawn-ddpm")
    noise = invert(gen, load_images("drawn-faces", n=1, size=32, split="test").pixels, steps=25).noise
    rows, rng = [], np.random.default_rng(0)
    for t, colour in zip(timesteps, (BLUE, RED)):
        basis = local_basis(gen, states_at(gen, noise, t)[0], t, k=3 * k, tolerance=1e-2)
        shown = np.concatenate([basis.v[:k], rng.standard_normal((1, gen.latent_dim))])
        shown /= 0.6 * np.abs(shown).max(1, keepdims=True)
        rows.append(plots.noise_images(3 * 0.6 * shown.reshape(-1, *gen.latent_shape)))
        right.plot(range(1, 3 * k + 1), basis.sigma / basis.sigma[0], marker="o", color=colour, label=f"t = {t}")
    names = [*(f"v{i + 1}" for i in range(k)), "random"]
    plots.labelled_rows(np.stack(rows), [f"t = {t}" for t in timesteps], names, ax=left)
    right.set(xlabel="rank", ylabel="relative singular value", ylim=(0, 1.05))
    right.set_title("The spectrum falls slowly", loc="left")
    right.legend()
    return figure


def planted_worlds(n=1200, seed=0):
    """Two worlds of picture, noise and embedding: in one a latent is behind all, in the other the picture alone."""
    rng = np.random.default_rng(seed)
    of = lambda cause, d, own: cause @ rng.standard_normal((cause.shape[1], d)) + own * rng.standard_normal((n, d))  # noqa: E731
    Z, P = rng.standard_normal((n, 6)), rng.standard_normal((n, 30))
    return {
        "a latent behind all": {"picture": of(Z, 30, 8.0), "noise": of(Z, 40, 3.0), "embedding": of(Z, 20, 2.0)},
        "only the picture": {"picture": P, "noise": of(P, 40, 6.0), "embedding": of(P, 20, 4.0)},
    }


def nulls(n=1200):
    """How well noise predicts the embedding in two planted worlds, beside a null of chance and one of the picture."""
    figure, panels = two_panels(2.2)
    rng, half = np.random.default_rng(0), n // 2
    for ax, (world, views) in zip(panels, planted_worlds(n).items()):
        given = {
            "noise": views["noise"],
            "shuffled rows": views["noise"][rng.permutation(n)],
            "small picture": views["picture"],
        }
        rows = {name: explained(X, views["embedding"], half) for name, X in given.items()}
        table = pd.DataFrame(rows, index=["value", "low", "high"]).T
        plots.dot_plot(table, ax=ax, control=["shuffled rows", "small picture"], xlabel="R² of the embedding, held out")
        ax.set_title(f"World: {world}", loc="left")
        ax.set_xlim(-0.05, 0.75)
    return figure


def explained(X, Y, half, repeats=200):
    """Share of the variance of held-out Y that a ridge map from X explains, with its 95 % interval over rows."""
    fitted = RidgeMap().fit(X[:half], Y[:half])
    apart, rest = Y[half:] - fitted.predict(X[half:]), Y[half:] - Y[:half].mean(0)
    rng, lost, all_of = np.random.default_rng(0), (apart**2).sum(1), (rest**2).sum(1)
    drawn = [rng.integers(0, len(lost), len(lost)) for _ in range(repeats)]
    shares = [1 - lost[rows].sum() / all_of[rows].sum() for rows in drawn]
    return 1 - lost.sum() / all_of.sum(), *np.quantile(shares, [0.025, 0.975])


FIGURES = {f.__name__: f for f in (inversion, gaussianity, directions, shared_space, pullback, nulls)}


def main(*names):
    """Draw figures by name, all if none is named, and keep each with few colours."""
    plots.style()
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in names or FIGURES:
        FIGURES[name]().savefig(FOLDER / f"{name}.png", dpi=100)
        print(FOLDER / f"{name}.png")


if __name__ == "__main__":
    main(*sys.argv[1:])
