"""Pairs of directions hold on other rows where views share something, and not where their rows were shuffled."""

import numpy as np
import pytest

from unelib.alignment import CCA, pairs_and_chance

LEARN = np.arange(400) < 300
ORDERS = [np.random.default_rng(i).permutation(300) for i in range(3)]


@pytest.fixture
def views():
    rng = np.random.default_rng(0)
    Z = rng.standard_normal((400, 2))
    return [Z @ rng.standard_normal((2, d)) + 0.3 * rng.standard_normal((400, d)) for d in (8, 5)]


def test_shared_pairs_lie_beyond_every_shuffle(views):
    found, chance = pairs_and_chance(*views, LEARN, ~LEARN, 4, ORDERS)
    assert found.shape == (4,) and chance.shape == (3, 4)
    assert (found[:2] > chance.max()).all() and (found[2:] < found[1]).all()


def test_the_true_order_is_what_cca_scores(views):
    found, chance = pairs_and_chance(*views, LEARN, ~LEARN, 3, [np.arange(300)])
    X, X2 = views
    np.testing.assert_allclose(found, CCA(3, ridge=1).fit(X[LEARN], X2[LEARN]).score(X[~LEARN], X2[~LEARN]))
    np.testing.assert_allclose(chance[0], found)


def test_too_many_pairs_are_refused(views):
    with pytest.raises(ValueError, match="k"):
        pairs_and_chance(*views, LEARN, ~LEARN, 6, ORDERS)
