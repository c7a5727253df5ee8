"""What a picture leaves open of its noise: against the closed form, and bounds that hold and meet."""

import numpy as np
import pytest
import torch

from unelib.geometry import left_open
from unelib.geometry.posterior import bounds, lanczos
from unelib.models import ExactGaussian

GEN = ExactGaussian()
NOISE = np.random.default_rng(0).standard_normal((2, 16))
HOW = {"steps": 60, "solver": "heun", "grid": "karras"}


def exact(error):
    """The mean of 1 / (1 + growth^-2 / s^2): J is diagonal, and one over what noise grows by from the latent."""
    slope = GEN.noise_of(torch.ones(1, 1, 4, 4, dtype=torch.float64)) - GEN.noise_of(torch.zeros(1, 1, 4, 4).double())
    return float((1 / (1 + slope**-2 / error**2)).mean())


@pytest.mark.parametrize("error", [0.05, 0.5, 2.0])
def test_it_is_the_closed_form_where_that_is_known(error):
    found = left_open(GEN, NOISE, [error], probes=3, depth=16, **HOW)
    assert np.allclose(found.least, exact(error), atol=0.01) and np.allclose(found.most, found.least, atol=1e-3)


class Map:
    """A linear map with given singular values, by the products that `Jacobian` gives."""

    def __init__(self, values, seed=0):
        rng = np.random.default_rng(seed)
        self.A = (
            np.linalg.qr(rng.standard_normal((40, 40)))[0] * values @ np.linalg.qr(rng.standard_normal((40, 40)))[0]
        )

    def forward(self, V):
        return V @ self.A.T

    def backward(self, U):
        return U @ self.A


@pytest.mark.parametrize("depth", [2, 5, 12])
def test_bounds_hold_the_truth_for_every_probe(depth):
    J = Map(np.geomspace(1e-3, 3, 40))
    starts = np.random.default_rng(1).choice([-1.0, 1.0], (6, 40))
    unit = starts / np.sqrt(40)
    truth = np.einsum("pd,de,pe->p", unit, np.linalg.inv(np.eye(40) + J.A.T @ J.A / 0.1**2), unit)
    for known, alpha, beta in zip(truth, *lanczos(J, starts, depth)):
        low, high = bounds(alpha, beta, 0.1)
        assert low - 1e-9 <= known <= high + 1e-9
        assert depth < 12 or high - low < 0.2


def test_a_map_of_low_rank_leaves_the_rest_open():
    J = Map(np.where(np.arange(40) < 10, 1.0, 0.0))
    each = [bounds(a, b, 1e-3) for a, b in zip(*lanczos(J, np.random.default_rng(2).choice([-1.0, 1.0], (50, 40)), 5))]
    assert abs(np.mean(each) - 0.75) < 0.03 and np.allclose(*zip(*each))


def test_more_exact_pictures_leave_less_open():
    found = left_open(GEN, NOISE[:1], [0.01, 0.1, 1.0], probes=2, depth=16, **HOW)
    assert (np.diff(found.most) > 0).all() and (found.low <= found.least).all() and (found.high >= found.most).all()


def test_what_cannot_be_asked_is_refused():
    with pytest.raises(ValueError, match="depth is 0"):
        left_open(GEN, NOISE, depth=0)
    with pytest.raises(ValueError, match="above 0"):
        left_open(GEN, NOISE, [0.0])
