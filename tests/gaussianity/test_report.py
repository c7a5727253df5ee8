"""Alternatives are what they say, and the tests with teeth see them where the published one does not."""

from functools import partial

import numpy as np
import pandas as pd
import pytest

from unelib.gaussianity.alternatives import bimodal, correlated, heavy_tailed, leaky
from unelib.gaussianity.pass_rates import twin_pass_rates
from unelib.gaussianity.report import gaussian_report, power_curve, standard_report
from unelib.gaussianity.univariate import AXES


@pytest.mark.slow
@pytest.mark.parametrize("alternative", [bimodal, heavy_tailed, correlated, partial(leaky, clean=np.ones((900, 9)))])
def test_strength_zero_is_standard_normal(alternative):
    X = alternative(900, 9, 0.0)
    assert X.shape == (900, 9) and np.array_equal(X, alternative(900, 9, 0.0))
    assert (standard_report(X).p > 0.001).all() and (gaussian_report(X, 5).p > 0.001).all()


def test_alternatives_have_the_moments_they_say():
    assert np.linalg.eigvalsh(np.cov(bimodal(20000, 5, 3.0).T))[-1] == pytest.approx(10, rel=0.03)
    assert heavy_tailed(50000, 4, 0.2).var() == pytest.approx(1, abs=0.05)
    X = correlated(20000, 6, -0.4)
    assert np.corrcoef(X.T)[0, :3] == pytest.approx([1, -0.4, 0.16], abs=0.03) and X.var() == pytest.approx(1, abs=0.02)
    clean = np.random.default_rng(0).exponential(size=(300, 40))
    X = leaky(300, 40, 0.5, clean=clean)
    assert X.mean() == pytest.approx(0.5 * clean.mean(), abs=0.05)


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: heavy_tailed(9, 2, 0.5), "strength=0.5 is out of range"),
        (lambda: correlated(9, 2, 1.0), "strength=1.0 is out of range"),
        (lambda: leaky(9, 2, -0.1, clean=np.ones((9, 2))), "strength=-0.1"),
        (lambda: leaky(9, 3, 0.1, clean=np.ones((9, 2))), "clean has 2 columns; d=3"),
        (lambda: leaky(9, 2, 0.1, clean=np.ones((8, 2))), "at least 9 rows"),
    ],
)
def test_errors_of_alternatives(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.slow
def test_teeth():
    n, d = 300, 100
    nulls = {axes: twin_pass_rates(bimodal(n, d, 0), axes) for axes in AXES}
    tests = lambda X: gaussian_report(X, nulls=nulls).set_index("test").p
    curves = {a.__name__: power_curve(tests, a, [s], n, d, repeats=20) for a, s in ((bimodal, 4.0), (correlated, 0.5))}
    power = curves["bimodal"].set_index("test").power
    assert power["projections"] < 0.5 and (power[["pursuit", "Henze-Zirkler"]] > 0.9).all()
    # correlated columns are Gaussian all the same
    assert (curves["correlated"].low < 0.05 + 0.05).all()
    heavy = power_curve(tests, heavy_tailed, [0.1], n, d, repeats=20).set_index("test").power
    assert (heavy[["radius", "Mardia kurtosis", "Mardia skewness"]] > 0.9).all()


@pytest.mark.slow
def test_power_has_an_interval_and_rises_with_strength():
    norms = lambda X: standard_report(X).set_index("test").p
    table = power_curve(norms, heavy_tailed, [0, 0.02, 0.2], n=100, d=60, repeats=25)
    assert list(table) == ["strength", "test", "power", "low", "high"] and len(table) == 6
    assert ((table.low <= table.power) & (table.power <= table.high)).all()
    power = table[table.test == "norms"].power.to_numpy()
    assert power[0] <= 0.2 < 0.9 < power[2] and power[0] <= power[1] <= power[2]


def test_of_fewer_columns_than_components_all_are_tested_jointly():
    X = np.random.default_rng(0).standard_normal((80, 4))
    few = {"simulations": 50, "axes": 4}
    pd.testing.assert_frame_equal(gaussian_report(X, 10, **few), gaussian_report(X, 4, **few))
