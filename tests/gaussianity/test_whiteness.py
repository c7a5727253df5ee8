"""White data are white: norms, correlations and neighbours have the law they should; what is not white is seen."""

import numpy as np
import pytest

from unelib.gaussianity.alternatives import correlated
from unelib.gaussianity.whiteness import coordinate_correlation, norm_concentration, spatial_correlation


@pytest.mark.parametrize("n, d", [(40, 150), (150, 40)])
def test_schott_is_standard_normal_under_the_null(n, d):
    rng = np.random.default_rng(n)
    z = [coordinate_correlation(rng.standard_normal((n, d)) * np.geomspace(1, 9, d) + 3).z for _ in range(400)]
    assert np.mean(z) == pytest.approx(0, abs=4 / np.sqrt(400))
    assert np.std(z) == pytest.approx(1, abs=4 / np.sqrt(800))


def test_schott_by_its_formula_and_by_blocks():
    X = np.random.default_rng(0).standard_normal((1500, 1100)).astype(np.float32)
    (a, b), m = np.triu_indices(1100, 1), 1499
    squares = np.corrcoef(X.T)[a, b] ** 2
    expected = (squares.sum() - len(a) / m) / np.sqrt(2 * len(a) * (m - 1) / (m**2 * (m + 2)))
    for view in (X, X.astype(np.float64) * 1e3):
        assert coordinate_correlation(view).z == pytest.approx(expected, abs=0.02)


def test_correlated_columns_are_seen_and_measured():
    found = coordinate_correlation(correlated(500, 300, 0.3))
    assert found.p < 1e-6 and found.rms == pytest.approx(np.sqrt(2 * 0.3**2 / (1 - 0.3**2) / 300), rel=0.1)


def test_truth_values_are_numbers():
    X = np.random.default_rng(3).random((60, 30)) < 0.5
    for test in (coordinate_correlation, norm_concentration):
        assert test(X).equals(test(X.astype(np.uint8)))


@pytest.mark.slow
def test_norms_follow_the_chi_law_only_at_unit_variance():
    rng, scale = np.random.default_rng(1), np.geomspace(0.1, 1, 50)
    p = [norm_concentration(rng.standard_normal((60, 500))).p for _ in range(200)]
    assert np.mean(np.less_equal(p, 0.05)) == pytest.approx(0.05, abs=4 * np.sqrt(0.05 * 0.95 / 200))
    assert norm_concentration(1.1 * rng.standard_normal((60, 500))).mean_ratio == pytest.approx(1.1, abs=0.01)
    uneven = scale / np.sqrt((scale**2).mean()) * rng.standard_normal((400, 50))
    assert norm_concentration(uneven).spread_ratio > 1.3 and norm_concentration(uneven).p < 0.05


def test_neighbours_of_white_maps_correlate_by_chance_only():
    rng = np.random.default_rng(2)
    p = [spatial_correlation(rng.standard_normal((30, 2, 6, 6)))["p"] for _ in range(100)]
    assert np.mean(np.less_equal(p, 0.05)) < 0.05 + 4 * np.sqrt(0.05 * 0.95 / 100)
    white = rng.standard_normal((100, 2, 8, 8))
    smooth = spatial_correlation((white + np.roll(white, 1, -1)) / np.sqrt(2))
    assert smooth.low > smooth.null_high and smooth["mean"] == pytest.approx(0.25, abs=0.05) and smooth.p < 1e-9


NORMAL = np.random.default_rng(0).standard_normal((30, 4))


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: norm_concentration(NORMAL[:10]), "at least 20 rows"),
        (lambda: norm_concentration(NORMAL * [1, np.inf, 1, 1]), "column 1"),
        (lambda: coordinate_correlation(NORMAL[:, :1]), "one column"),
        (lambda: coordinate_correlation(NORMAL * [1, 1, 0, 0]), r"column 2 of X is constant \(2 in all\)"),
        (lambda: spatial_correlation(NORMAL), r"\(30, 4\); it must be \(n, c, h, w\)"),
        (lambda: spatial_correlation(NORMAL.reshape(30, 1, 1, 4)), "at least 2"),
        (lambda: spatial_correlation(np.zeros((5, 1, 2, 2))), "at least 20 rows"),
    ],
)
def test_errors(call, message):
    with pytest.raises(ValueError, match=message):
        call()
