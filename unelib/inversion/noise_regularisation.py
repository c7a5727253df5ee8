"""What ReNoise pulls an estimate of the noise towards: no correlation, and the local moments of a fresh estimate.

Both losses are Garibi et al.'s (2024), the first after pix2pix-zero (Parmar et al., 2023). Each image has its own; the
draws are the same for all, so that batches change nothing.
"""

import numpy as np
import torch
from torch.nn.functional import avg_pool2d

PATCH, SMALLEST, TINY = (
    4,
    8,
    1e-6,
)  # pixels a side of a patch, of the coarsest map that is correlated; added to variances
PAIRS, ROLLS, DIVERGENCE, ROUNDS, STEEPEST = (
    20.0,
    5,
    0.065,
    4,
    100.0,
)  # the authors' weights, repeats, clip of gradients
SIDE = 64  # of the maps that their weights are for


def pair_loss(eps, rng):
    """Sum over scales of squared correlations of noise maps (n, c, h, w) with themselves moved by a random distance."""
    loss, noise = 0.0, eps
    while True:
        shift = int(rng.integers(1, max(noise.shape[-1] // 2, 2)))
        for axis in (2, 3):
            loss = loss + ((noise * noise.roll(shift, axis)).mean((2, 3)) ** 2).sum()
        if min(noise.shape[2:]) <= SMALLEST:
            return loss
        noise = avg_pool2d(noise, 2)


def patch_divergence(eps, reference):
    """Sum over patches and channels of twice KL(N(m0, v0) || N(m1, v1)), the moments those of noise maps in a patch."""
    (m0, v0), (m1, v1) = patch_moments(eps), patch_moments(reference)
    return (((v1 + TINY) / (v0 + TINY)).log() + (v0 + (m0 - m1) ** 2) / (v1 + TINY) - 1).abs().sum()


def patch_moments(maps):
    """Mean and variance of each channel of maps (n, c, h, w) in patches of 4 x 4."""
    mean = avg_pool2d(maps, PATCH)
    size = PATCH**2
    return mean, (avg_pool2d(maps**2, PATCH) - mean**2) * size / (size - 1)


def regularised(eps, reference, seed=0):
    """An estimate eps (n, c, h, w) of the noise after the authors' steps down both losses.

    The gradient of a mean over a map shrinks with its size. So steps down the pair loss are scaled to be as long in a
    map of any size as in the authors'.
    """
    rng, step = np.random.default_rng(seed), PAIRS / ROLLS * eps[0, 0].numel() / SIDE**2
    with torch.inference_mode(False), torch.enable_grad():
        eps, reference = eps.clone(), reference.clone()
        for _ in range(ROUNDS):
            eps = eps - DIVERGENCE * descent(eps, patch_divergence, reference).clamp(-STEEPEST, STEEPEST)
            for _ in range(ROLLS):
                eps = eps - step * descent(eps, pair_loss, rng)
    return eps


def descent(eps, loss, *given):
    """The gradient of a loss at eps."""
    at = eps.detach().requires_grad_()
    return torch.autograd.grad(loss(at, *given), at)[0]
