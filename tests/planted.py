"""Views of one latent, for tests of what finds it."""

import numpy as np


def planted(n=400, k=3, sizes=(8, 10, 12), noise=0.3, seed=0):
    """A shared latent (n, k) and views of it: random mixtures and noise of their own, shifted."""
    rng = np.random.default_rng(seed)
    Z = rng.standard_normal((n, k))
    return Z, [Z @ rng.standard_normal((k, d)) + noise * rng.standard_normal((n, d)) + 5 for d in sizes]
