"""Densities are those of the Gaussian, and agreement is what was planted: of scores, of a third one, of nothing."""

import numpy as np
import pytest
from scipy.stats import multivariate_normal, spearmanr

from unelib.gaussianity.typicality import GaussianDensity, typical_alike

RNG = np.random.default_rng(0)
X = RNG.standard_normal((400, 5)) @ RNG.standard_normal((5, 5)) + 3


def test_densities_are_those_of_the_shrunk_gaussian():
    density = GaussianDensity(X)
    C = density.covariance @ np.eye(5)
    wanted = multivariate_normal(density.covariance.mean, C).logpdf(X[:20])
    np.testing.assert_allclose(density.log_p(X[:20]), wanted)


def test_fewer_rows_than_columns_have_a_density_everywhere():
    few, new = RNG.standard_normal((12, 40)), RNG.standard_normal((6, 40))
    density = GaussianDensity(few)
    wanted = multivariate_normal(few.mean(0), density.covariance @ np.eye(40)).logpdf(new)
    np.testing.assert_allclose(density.log_p(new), wanted)


def test_a_rotation_and_a_shift_change_no_density():
    turn, new = np.linalg.qr(RNG.standard_normal((5, 5)))[0], X[:30] + 1
    np.testing.assert_allclose(GaussianDensity(X @ turn + 2).log_p(new @ turn + 2), GaussianDensity(X).log_p(new))


def test_what_varies_on_a_line_alone_has_a_density_there_and_none_beside_it():
    line = GaussianDensity([[1.0, 0], [-1, 0]] * 5)
    on, off = line.log_p([[0.5, 0], [0.5, 1e-3]])
    assert on == pytest.approx(multivariate_normal(0, 1).logpdf(0.5)) and off == -np.inf


def scores(n=300, common=1.0):
    z, rng = RNG.standard_normal(n), np.random.default_rng(1)
    return z, common * z + rng.standard_normal(n), common * z + rng.standard_normal(n)


def test_agreement_is_spearmans_and_finds_what_is_planted():
    _, a, b = scores()
    found = typical_alike(a, b)
    assert found.r == pytest.approx(spearmanr(a, b).statistic) and found.low < found.r < found.high
    assert found.p < 0.01 and found.shared > found.by_chance > 0.1
    again = typical_alike(np.exp(a), b**3)  # ranks alone count
    np.testing.assert_allclose(again.to_numpy(), found.to_numpy())
    assert typical_alike(-a, b).r == pytest.approx(-found.r)


def test_what_both_follow_is_taken_out():
    z, a, b = scores()
    assert abs(typical_alike(a, b, given=z).r) < 0.15 < typical_alike(a, b).r
    assert typical_alike(a, b, given=RNG.standard_normal(300)).r == pytest.approx(typical_alike(a, b).r, abs=0.05)


def test_unrelated_scores_agree_as_often_as_promised():
    found = [typical_alike(*RNG.standard_normal((2, 80)), draws=200) for _ in range(200)]
    assert np.mean([row.p < 0.05 for row in found]) < 0.1
    assert 0.9 < np.mean([row.low < 0 < row.high for row in found]) <= 0.99
    assert np.mean([row.shared > row.by_chance for row in found]) <= 0.05


def test_a_score_that_the_third_one_determines_has_nothing_left():
    a = RNG.standard_normal(50)
    found = typical_alike(a, a, given=a)
    assert np.isnan(found.r) and np.isnan(found.p)


def test_errors():
    with pytest.raises(ValueError, match="X has 3 columns"):
        GaussianDensity(X).log_p(X[:, :3])
    with pytest.raises(ValueError, match="at least 10 rows"):
        typical_alike(np.arange(5.0), np.arange(5.0))
    with pytest.raises(ValueError, match="tail 0.01 of 20 rows holds none; take a larger share"):
        typical_alike(np.arange(20.0), np.arange(20.0), tail=0.01)
