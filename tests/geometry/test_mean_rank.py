"""Ranks are those of spectra known in closed form; an estimate from few products is near the exact one."""

import numpy as np
import pytest

from unelib.geometry.denoised import noise_level
from unelib.geometry.mean_rank import (
    estimated_rank,
    exact_rank,
    gaussian_rank,
    mean_jacobian,
    mean_ranks,
    nodes,
    numerical_rank,
    quantile_rank,
)
from unelib.geometry.posterior import lanczos
from unelib.geometry.state_walks import states_at
from unelib.linalg.grassmann import random_subspace
from unelib.models.closed_form import ExactGaussian, ExactMixture
from unelib.models.generators import load_generator

HOW = {"steps": 12, "grid": "karras", "solver": "ab2"}


def noise_of(gen, n=2):
    return np.random.default_rng(0).standard_normal((n, *gen.latent_shape)).astype(np.float32)


def test_a_rank_counts_what_holds_the_energy_whatever_order_and_scale():
    s = np.array([3.0, 2.0, 1.0, 0.5, 0.0])
    assert [numerical_rank(s, e) for e in (0.5, 0.9, 0.97, 0.995, 0.999)] == [1, 2, 3, 4, 4]
    assert numerical_rank(7 * s[::-1], 0.9) == 2 and numerical_rank(np.zeros(3)) == 0


@pytest.mark.parametrize("asked", [0, 300, 999])
def test_a_gaussian_of_full_rank_has_the_rank_of_its_closed_form(asked):
    gen = ExactGaussian()
    found = mean_ranks(gen, noise_of(gen), [asked], "exact", **HOW)
    sigma = noise_level(gen, found.t[0])
    assert (found["rank"] == gaussian_rank(gen.variance.numpy().ravel(), sigma)).all()
    assert (found.share == found["rank"] / 16).all() and found.image.tolist() == [0, 1]


def test_a_mixture_has_the_rank_of_one_subspace_at_low_noise():
    gen = ExactMixture([3, 3, 3], side=6)
    found = mean_ranks(gen, noise_of(gen), [20], "exact", **HOW)
    assert found["rank"].tolist() == [3, 3]
    estimated = mean_ranks(gen, noise_of(gen), [20], 64, 8, **HOW)
    np.testing.assert_allclose(estimated["rank"], 3, atol=1)  # 3 of 36: a mean of chi squares


class Diagonal:
    """The products of a map that scales each coordinate."""

    def __init__(self, values):
        self.values, self.columns, self.rows = np.asarray(values), len(values), len(values)

    def forward(self, V):
        return V * self.values

    backward = forward


@pytest.mark.parametrize("values", [np.ones(300), np.linspace(0, 1, 300) ** 2, np.geomspace(1e-3, 1, 300)])
def test_few_products_estimate_the_rank(values):
    J, signs = Diagonal(values), np.random.default_rng(0).choice([-1.0, 1.0], (8, 300))
    found = [quantile_rank(*nodes(a, b), 300, 0.99) for a, b in zip(*lanczos(J, signs, 25))]
    assert exact_rank(J, 0.99) == numerical_rank(values)
    assert np.mean(found) == pytest.approx(numerical_rank(values), rel=0.12)


@pytest.mark.parametrize("rank", [4, 100])
def test_estimates_scatter_by_the_root_of_two_over_rank_and_probes(rank):
    class Projection(Diagonal):
        def forward(self, V):
            return V @ U.T @ U

        backward = forward

    rng = np.random.default_rng(0)
    U, J = random_subspace(rank, 1000, rng), Projection(np.ones(1000))
    found = [estimated_rank(J, rng.choice([-1.0, 1.0], (2, 1000)), 4, 0.999) for _ in range(100)]
    assert np.std(found) / rank == pytest.approx(np.sqrt(2 / (rank * 2)), rel=0.25)


@pytest.mark.parametrize("name", ["sd", "flow"])
def test_any_generator_has_ranks(model_folder, name):
    gen = load_generator(model_folder(name), "cpu", prompt="a hat")
    found = mean_ranks(gen, noise_of(gen, 1), [700], "exact", steps=3)
    estimated = mean_ranks(gen, noise_of(gen, 1), [700], 8, 20, steps=3)
    states, t = states_at(gen, noise_of(gen, 1), 700, steps=3)
    J = mean_jacobian(gen, states, t)
    written = np.concatenate([J.forward(np.eye(J.columns)[i : i + 16]) for i in range(0, J.columns, 16)])
    assert found["rank"][0] == numerical_rank(np.linalg.svd(written)[1]) and found.t[0] == t
    assert estimated["rank"][0] == pytest.approx(found["rank"][0], rel=0.25)


@pytest.mark.parametrize("options, message", [
    ({"probes": 0}, "probes is 0"), ({"probes": "all"}, "probes is 'all'"), ({"depth": 0}, "depth is 0"),
    ({"energy": 1.0}, "energy is 1"), ({"energy": 0}, "energy is 0"), ({"timesteps": [1000]}, "outside the schedule"),
    ({"noise": np.zeros((1, 5))}, "takes noise"),
])  # fmt: skip
def test_what_cannot_be_asked_is_refused(gaussian, options, message):
    with pytest.raises(ValueError, match=message):
        mean_ranks(**{"gen": gaussian, "noise": np.zeros((1, 16)), "timesteps": [500]} | options)
    with pytest.raises(ValueError, match="below 0"):
        gaussian_rank([1.0, -1.0], 1.0)
    with pytest.raises(ValueError, match="sigma must be a list"):
        numerical_rank([np.nan])
