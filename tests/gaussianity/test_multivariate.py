"""Tests of joint normality keep their level whatever the covariance, equal plain formulas, and see what they should."""

from functools import partial

import numpy as np
import pytest

from unelib.gaussianity.alternatives import bimodal, heavy_tailed
from unelib.gaussianity.multivariate import (
    STATISTICS,
    henze_zirkler,
    mardia_kurtosis,
    mardia_skewness,
    multivariate_normality,
    null_statistics,
    radius,
    tail_index,
    whitened_scores,
)

from ..helpers.spoilt import spoilt

LEVEL, REPEATS = 0.05, 300
WITHIN = 4 * np.sqrt(LEVEL * (1 - LEVEL) / REPEATS)  # four standard errors of a rate


def p_values(X, **options):
    return multivariate_normality(X, **options).set_index("test").p


@pytest.fixture
def skewed():
    return whitened_scores(np.random.default_rng(0).exponential(size=(70, 4)), 3)


@pytest.mark.slow
@pytest.mark.parametrize("n, d", [(60, 200), (200, 30)])
@pytest.mark.parametrize("spread", [np.ones_like, lambda j: 0.9**j], ids=["identity", "unequal"])
def test_true_gaussians_are_rejected_at_the_level(n, d, spread):
    scale, rng = spread(np.arange(d, dtype=float)), np.random.default_rng(d)
    found = [p_values(7 + rng.standard_normal((n, d)) * scale, components=5) for _ in range(REPEATS)]
    np.testing.assert_allclose(np.less_equal(found, LEVEL).mean(0), LEVEL, atol=WITHIN)
    np.testing.assert_allclose(np.mean(found, 0), 0.5, atol=4 * np.sqrt(1 / 12 / REPEATS))


@pytest.mark.slow
def test_whitened_scores_of_any_gaussian_have_one_law():
    rng, first = np.random.default_rng(1), []
    for spread in (1.0, np.linspace(1, 30, 90) ** 2):
        first.append([whitened_scores(rng.standard_normal((40, 90)) * spread, 2)[0, 0] ** 2 for _ in range(400)])
    # the first row's share of a unit vector orthogonal to the ones: the mean of its square is 1 / n, times n
    np.testing.assert_allclose(np.mean(first, 1), 39 / 40, atol=4 * np.sqrt(2 / 400))
    np.testing.assert_allclose(np.mean(first[0]), np.mean(first[1]), atol=5 * np.sqrt(2 * 2 / 400))


def test_statistics_do_not_change_with_any_affine_map():
    rng = np.random.default_rng(2)
    X = rng.standard_t(5, (120, 6))
    moved = X @ rng.standard_normal((6, 6)) + rng.standard_normal(6)
    a, b = (multivariate_normality(x, components=6).set_index("test").statistic for x in (X, moved))
    np.testing.assert_allclose(a.drop("tail index"), b.drop("tail index"), rtol=1e-6)


def test_statistics_do_not_change_with_scale_shift_and_rotation():
    rng = np.random.default_rng(3)
    X = rng.standard_t(5, (120, 30)) * np.linspace(1, 4, 30)
    moved = 1e-3 * X @ np.linalg.qr(rng.standard_normal((30, 30)))[0] + 5
    a, b = (multivariate_normality(x) for x in (X, moved))
    np.testing.assert_allclose(a.statistic, b.statistic, rtol=1e-6)
    np.testing.assert_array_equal(a.p, b.p)


def test_mardia_by_its_formula(skewed):
    inner = skewed @ skewed.T
    assert mardia_skewness(skewed) == pytest.approx((inner**3).mean(), rel=1e-10)
    assert mardia_kurtosis(skewed) == pytest.approx((np.diag(inner) ** 2).mean(), rel=1e-10)


def test_henze_zirkler_by_its_formula(skewed):
    n, k = skewed.shape
    b2 = (((2 * k + 1) * n / 4) ** (1 / (k + 4)) / np.sqrt(2)) ** 2
    pairs = sum(np.exp(-b2 / 2 * ((a - b) ** 2).sum()) for a in skewed for b in skewed) / n**2
    single = sum(np.exp(-b2 / (2 + 2 * b2) * (a @ a)) for a in skewed) / n
    direct = n * (pairs - 2 * (1 + b2) ** (-k / 2) * single + (1 + 2 * b2) ** (-k / 2))
    assert henze_zirkler(skewed) == pytest.approx(direct, rel=1e-9)


def test_the_radius_follows_its_law_and_the_tail_its_exponent():
    null = null_statistics(100, 5, 400, 0)
    # Anderson and Darling's 5 % point for a law that is known is 2.49; whitening ties the radii, which lowers it
    assert np.quantile(null[:, list(STATISTICS).index("radius")], 0.95) < 2.49
    uniform = np.random.default_rng(4).standard_normal((1000, 5))
    uniform *= np.sqrt(5) / np.linalg.norm(uniform, axis=1, keepdims=True)
    assert radius(uniform) > 100
    pareto = np.random.default_rng(5).random((40000, 2)) ** -0.5
    assert tail_index(pareto) == pytest.approx(0.5, abs=4 * 0.5 / np.sqrt(1600))


@pytest.mark.slow
@pytest.mark.parametrize(
    "alternative, seen",
    [
        (partial(bimodal, strength=3.0), ["Henze-Zirkler"]),
        (partial(heavy_tailed, strength=0.2), ["Mardia skewness", "Mardia kurtosis", "radius"]),
        (lambda n, d, seed: np.random.default_rng(seed).exponential(size=(n, d)), ["Mardia skewness", "tail index"]),
        (lambda n, d, seed: np.random.default_rng(seed).standard_t(3, (n, d)), list(STATISTICS)[1:]),
    ],
    ids=["two clusters", "heavy norms", "skewed", "heavy tails"],
)
def test_power_on_clear_alternatives(alternative, seen):
    rejected = [p_values(alternative(400, 12, seed=i)) <= LEVEL for i in range(30)]
    assert (np.mean(rejected, 0)[[list(STATISTICS).index(test) for test in seen]] > 0.9).all(), np.mean(rejected, 0)


def test_the_table_agrees_with_itself():
    table = multivariate_normality(heavy_tailed(300, 20, 0.1), simulations=400)
    assert list(table.test) == list(STATISTICS)
    outside = (table.statistic < table.null_low) | (table.statistic > table.null_high)
    np.testing.assert_array_equal(outside, table.rejected)
    assert ((table.null_low < table.null_median) & (table.null_median < table.null_high)).all()
    assert (table.p >= 1 / 401).all()
    assert table.equals(multivariate_normality(heavy_tailed(300, 20, 0.1), simulations=400))


NORMAL = np.random.default_rng(0).standard_normal((60, 12))


@pytest.mark.parametrize(
    "X, options, message",
    [
        (NORMAL[:, 0], {}, "2-D"),
        (NORMAL[:29], {}, "X has 29 rows; components=10 need at least 30"),
        (NORMAL[:, :4], {}, "components=10; ask for 1 to 4"),
        (NORMAL, {"components": 0}, "components=0"),
        (spoilt(NORMAL, 7, 2, np.nan), {}, "nan at row 7, column 2"),
        (spoilt(NORMAL, 5, slice(None), NORMAL[2]), {}, "rows 2 and 5 of X are the same"),
        (spoilt(NORMAL, slice(None), slice(4, None), 1.0), {}, "rank of X is below components=10"),
        (NORMAL @ NORMAL[:12, :3] @ NORMAL[:3], {}, "rank of X is below components=10"),
        (NORMAL, {"level": 0}, "level is 0"),
        (NORMAL, {"simulations": 30}, "simulations=30 cannot reject at 0.05; ask for 39 or more"),
    ],
)
def test_errors(X, options, message):
    with pytest.raises(ValueError, match=message):
        multivariate_normality(X, **options)
