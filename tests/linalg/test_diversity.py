"""The Vendi score is that of the kernel matrix, with its bounds; entropy splits into what is within and between."""

import numpy as np
import pytest
from scipy.linalg import eigvalsh

from unelib.linalg import context_gains, group_diversity, vendi_interval, vendi_score
from unelib.linalg.diversity import eigenvalues_of, renyi

RNG = np.random.default_rng(0)
X = RNG.standard_normal((40, 6)) * np.arange(1, 7)
ORDERS = [0.1, 0.5, 1.0, 2.0, np.inf]


def of_kernel(X, q):
    """The score from all eigenvalues of the matrix of cosines, by its definition."""
    U = X / np.linalg.norm(X, axis=1, keepdims=True)
    p = eigvalsh(U @ U.T / len(U))
    p = p[p > 1e-12]
    if q == 1:
        return np.exp(-(p * np.log(p)).sum())
    return 1 / p.max() if np.isinf(q) else (p**q).sum() ** (1 / (1 - q))


@pytest.mark.parametrize("q", ORDERS)
@pytest.mark.parametrize("shape", [(40, 6), (6, 40), (20, 20)])
def test_it_is_that_of_the_kernel_from_either_side(q, shape):
    rows = RNG.standard_normal(shape) + 0.3
    assert vendi_score(rows, q) == pytest.approx(of_kernel(rows, q), rel=1e-9)


@pytest.mark.parametrize("q", [0.0, *ORDERS])
def test_orthogonal_rows_count_all_and_equal_rows_once(q):
    assert vendi_score(np.eye(5) * 3, q) == pytest.approx(5) and vendi_score(np.ones((4, 3)), q) == pytest.approx(1)
    assert vendi_score(np.repeat(np.eye(3), 4, axis=0), q) == pytest.approx(3)


def test_order_two_is_one_over_the_mean_squared_cosine():
    U = X / np.linalg.norm(X, axis=1, keepdims=True)
    assert vendi_score(X, 2) == pytest.approx(1 / ((U @ U.T) ** 2).mean())


def test_it_falls_with_the_order_and_order_zero_counts_directions():
    found = [vendi_score(X, q) for q in (0, *ORDERS)]
    assert (np.diff(found) < 0).all() and found[0] == pytest.approx(6)
    assert vendi_score(X, 1 + 1e-6) == pytest.approx(vendi_score(X), rel=1e-5)


def test_orders_near_one_and_very_large_ones_are_their_limits():
    assert vendi_score(X, 1 + 1e-13) == pytest.approx(vendi_score(X), rel=1e-9)
    assert vendi_score(X, 1 + 2e-8) == pytest.approx(vendi_score(X), rel=1e-6)
    assert vendi_score(X, 1e6) == pytest.approx(vendi_score(X, np.inf), rel=1e-4)
    assert vendi_score(np.eye(5), 2000) == pytest.approx(5)


def test_intervals_end_where_scores_do():
    few = np.random.default_rng(1).standard_normal((4, 50))
    assert 1 <= vendi_interval(few).low < vendi_score(few) < vendi_interval(few).high <= 4


def test_rotations_lengths_repeats_and_the_order_of_rows_change_nothing():
    turn = np.linalg.qr(RNG.standard_normal((6, 6)))[0]
    changed = np.repeat(X * RNG.uniform(1, 3, (40, 1)) @ turn, 2, axis=0)[RNG.permutation(80)]
    assert vendi_score(changed) == pytest.approx(vendi_score(X))


def test_weights_of_rows_are_repeats():
    times = RNG.integers(0, 3, 40)
    for rows in (X, RNG.standard_normal((40, 60))):
        U = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        repeated = eigenvalues_of(np.repeat(U, times, axis=0))
        np.testing.assert_allclose(renyi(eigenvalues_of(U, times), 1), renyi(repeated, 1))
        np.testing.assert_allclose(renyi(eigenvalues_of(U, times, U @ U.T), 1), renyi(repeated, 1))


def test_intervals_are_about_as_wide_as_samples_spread():
    def drawn(seed, d=4):
        return np.random.default_rng(seed).standard_normal((150, d)) * np.arange(1, d + 1)

    spread = np.std([vendi_score(drawn(seed)) for seed in range(300)])
    found = [vendi_interval(drawn(seed)) for seed in range(20)]
    assert np.mean([(one.high - one.low) / 3.92 for one in found]) == pytest.approx(spread, rel=0.2)
    assert found[0].value == pytest.approx(vendi_score(drawn(0))) and vendi_interval(drawn(0)) == found[0]


def test_entropy_within_and_between_groups():
    groups = RNG.integers(0, 3, 40)
    found = group_diversity(X, groups, repeats=19)
    assert found.total == pytest.approx(vendi_score(X)) == pytest.approx(found.within_groups * found.between_groups)
    sizes = np.bincount(groups) / 40
    within = sum(size * np.log(vendi_score(X[groups == g])) for g, size in enumerate(sizes))
    assert found.within_groups == pytest.approx(np.exp(within))
    assert 1 <= found.between_groups <= found.most == pytest.approx(np.exp(-(sizes * np.log(sizes)).sum()))


def test_groups_that_are_alike_and_groups_that_share_nothing():
    alike = group_diversity(np.tile(X, (2, 1)), np.repeat(["a", "b"], 40), repeats=19)
    assert alike.between_groups == pytest.approx(1) and alike.share == pytest.approx(0, abs=1e-12) and alike.p == 1
    apart = np.zeros((80, 12))
    apart[:40, :6] = apart[40:, 6:] = X
    found = group_diversity(apart, np.repeat(["a", "b"], 40), repeats=19)
    assert found.between_groups == pytest.approx(2) and found.share == pytest.approx(1) and found.p == 0.05
    assert found.share > found.chance_high > found.by_chance > found.chance_low > 0


def test_groups_at_random_are_found_as_often_as_promised():
    p = [
        group_diversity(X, np.random.default_rng(seed).integers(0, 2, 40), repeats=19, seed=seed).p
        for seed in range(200)
    ]
    assert np.mean(np.array(p) <= 0.05) < 0.1


def test_errors():
    with pytest.raises(ValueError, match="row 1 of X is 0 and has no direction; drop it"):
        vendi_score([[1.0], [0.0]])
    with pytest.raises(ValueError, match="q is -1; the order is a number from 0 to infinity"):
        vendi_score(X, -1)
    with pytest.raises(ValueError, match="q is nan"):
        vendi_interval(X, float("nan"))
    with pytest.raises(ValueError, match="draws is 1; it must be a whole number from 2 on"):
        vendi_interval(X, draws=1)
    with pytest.raises(ValueError, match="repeats is 0; it must be a whole number from 1 on"):
        group_diversity(X, np.arange(40) % 2, repeats=0)
    with pytest.raises(ValueError, match="X has 40 rows, groups has 3 rows"):
        group_diversity(X, [0, 1, 1])
    with pytest.raises(ValueError, match="at least two are needed"):
        group_diversity(X, np.zeros(40))
    with pytest.raises(ValueError, match="samples has shape"):
        context_gains(X[:1], X)
    with pytest.raises(ValueError, match="context has 5 columns"):
        context_gains(X, X[:, :5])
    with pytest.raises(ValueError, match="beta is -1; the weight of the context is a number from 0 on"):
        context_gains(X, X, beta=-1)


def test_gains_are_differences_of_scores_with_and_without_a_row():
    samples, context = X[:6], X[6:]
    found = context_gains(samples, context, beta=0.5, q=2)
    assert found.to_samples[2] == pytest.approx(vendi_score(samples, 2) - vendi_score(np.delete(samples, 2, 0), 2))
    assert found.to_context[2] == pytest.approx(vendi_score(np.vstack([context, X[2]]), 2) - vendi_score(context, 2))
    np.testing.assert_allclose(found.score, found.to_samples - 0.5 * found.to_context)


def test_copies_add_least_to_samples_and_rows_unlike_any_real_one_most_to_the_context():
    context = RNG.standard_normal((50, 8)) * [3, 2, 1, 1, 0, 0, 0, 0]
    samples = np.vstack([RNG.standard_normal((10, 8)) * [3, 2, 1, 1, 0, 0, 0, 0], np.eye(8)[7]])
    samples[1:4] = samples[0]
    found = context_gains(samples, context)
    assert found.to_samples[:4].max() < found.to_samples[4:].min() and found.to_context.argmax() == 10
    assert context_gains(samples, context, beta=10).score.argmin() == 10
