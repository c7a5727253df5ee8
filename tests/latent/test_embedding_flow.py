"""Codes are Gaussian where rows are not, whitened rows where they are, and lead back."""

import numpy as np
import pytest
from scipy.stats import kurtosis

from unelib.latent import EmbeddingFlow

rng = np.random.default_rng(0)


def clusters(n, seed=0):
    """Two clusters in the plane, four standard deviations apart, turned into ten columns."""
    draws = np.random.default_rng(seed)
    plane = draws.standard_normal((n, 2)) + np.where(draws.random(n) < 0.5, 2.0, -2.0)[:, None] * [1.0, 0.0]
    return plane @ np.random.default_rng(9).standard_normal((2, 10))


def test_the_code_of_gaussian_rows_is_the_whitened_row():
    X = rng.standard_normal((2000, 5)) @ rng.standard_normal((5, 5))
    flow = EmbeddingFlow(4, steps=400).fit(X)
    assert np.corrcoef(flow.code(X).ravel(), flow.whitened(X).ravel())[0, 1] > 0.99


@pytest.fixture(scope="module")
def flow():
    return EmbeddingFlow(2, steps=1500).fit(clusters(3000))


def test_codes_of_clusters_are_gaussian(flow):
    new = clusters(2000, seed=1)
    whitened, code = (np.abs(kurtosis(rows, axis=0)).max() for rows in (flow.whitened(new), flow.code(new)))
    assert whitened > 0.8 and code < 0.35
    assert np.allclose(np.cov(flow.code(new).T), np.eye(2), atol=0.2)


def test_codes_lead_back(flow):
    new = clusters(200, seed=2)
    assert np.abs(flow.from_code(flow.code(new)) - flow.whitened(new)).max() < 0.05


def test_fresh_codes_give_rows_like_those_it_knows(flow):
    made = flow.from_code(rng.standard_normal((2000, 2)))
    assert np.abs(kurtosis(made, axis=0) - kurtosis(flow.whitened(clusters(2000, 3)), axis=0)).max() < 0.4


def test_training_that_does_not_help_is_not_kept():
    flow = EmbeddingFlow(3, steps=60).fit(rng.standard_normal((60, 6)))
    assert flow.losses_[:, 1].argmin() == 0 or flow.losses_[:, 1].min() < flow.losses_[0, 1]


def test_the_same_seed_gives_the_same_code():
    X = clusters(200)
    assert np.array_equal(EmbeddingFlow(2, 30).fit(X).code(X), EmbeddingFlow(2, 30).fit(X).code(X))


def test_what_cannot_be_fitted_is_refused():
    with pytest.raises(ValueError, match="components is 10"):
        EmbeddingFlow(10).fit(rng.standard_normal((60, 10)))
    with pytest.raises(ValueError, match="50"):
        EmbeddingFlow(2).fit(rng.standard_normal((20, 10)))
