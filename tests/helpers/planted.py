"""Views of one Gaussian latent whose parameters are known, and the joint law that a fitted model gives its views."""

from typing import NamedTuple

import numpy as np
from scipy.linalg import block_diag


class Planted(NamedTuple):
    """z (n, k), views {name: (n, d)}, and their true loadings and private parts {name: (d, k)}, {name: (d, p)}."""

    Z: np.ndarray
    views: dict
    loadings: dict
    private: dict

    def rows(self, part):
        """Some rows of every view."""
        return {name: x[part] for name, x in self.views.items()}


def planted(n=400, k=2, sizes=(5, 6, 7), private=0, noise=1.0, seed=0):
    """Views "a", "b", ... of as many columns: loadings and private parts of unit entries, noise of this deviation."""
    fixed, rng = np.random.default_rng(seed), np.random.default_rng([seed, n])
    names = "abcdefgh"[: len(sizes)]
    loadings = {name: fixed.standard_normal((d, k)) for name, d in zip(names, sizes)}
    own = {name: fixed.standard_normal((d, private)) for name, d in zip(names, sizes)}
    Z, views = rng.standard_normal((n, k)), {}
    for name, d in zip(names, sizes):
        e = rng.standard_normal((n, private)) @ own[name].T + noise * rng.standard_normal((n, d))
        views[name] = Z @ loadings[name].T + e + 3
    return Planted(Z, views, loadings, own)


def planted_arrays(n=400, k=3, sizes=(8, 10, 12), noise=0.3, seed=0):
    """z (n, k) and a list of its views, without their names, loadings and private parts."""
    found = planted(n, k, sizes, noise=noise, seed=seed)
    return found.Z, list(found.views.values())


def own_covariance(fit, name):
    """Covariance (d, d) of what a fitted model says is a view's own."""
    v = fit.views_.index(name)
    axes, noise = fit.axes_[v], fit.model_.noise[v]
    inside = noise.B @ noise.B.T + np.diag(noise.D)
    if axes.basis is None:
        return inside
    outside = np.eye(len(axes.basis)) - axes.basis @ axes.basis.T
    return axes.basis @ inside @ axes.basis.T + noise.D[0] * outside


def joint(fit, names):
    """Mean (D,), covariance (D, D) and loadings (D, k) of some views side by side under a fitted model."""
    C = np.vstack([fit.loadings_[name] for name in names])
    mean = np.concatenate([fit.axes_[fit.views_.index(name)].mean for name in names])
    return mean, C @ C.T + block_diag(*[own_covariance(fit, name) for name in names]), C
