"""The tests equal SciPy's column by column; true Gaussians pass at the level; controls and errors do what they say."""

import tracemalloc

import numpy as np
import pytest
from scipy import stats

from unelib.gaussianity.alternatives import bimodal
from unelib.gaussianity.univariate import (
    TESTS,
    anderson_statistic,
    bimodal_control,
    dagostino_statistic,
    factor,
    gaussian_control,
    normality,
    samples,
    shapiro_statistic,
    shapiro_weights,
    varying,
)

from ..helpers.spoilt import spoilt

SHAPES = [(20, 7), (250, 9), (1001, 5)]


def mixed_sample(n, m):
    """Gaussian, uniform, exponential and heavy-tailed columns in turn."""
    rng = np.random.default_rng(n)
    draws = [rng.standard_normal, rng.random, rng.standard_exponential, lambda n: rng.standard_t(3, n)]
    return np.column_stack([3 + 5 * draws[i % 4](n) for i in range(m)])


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(
    "ours, theirs, within",
    [
        (shapiro_statistic, stats.shapiro, [{"atol": 1e-6}, {"atol": 1e-4}]),
        (dagostino_statistic, stats.normaltest, [{"rtol": 1e-10}, {"rtol": 1e-8}]),
    ],
    ids=["shapiro", "dagostino"],
)
def test_statistics_and_p_equal_scipys(ours, theirs, within, shape):
    S = mixed_sample(*shape)
    for found, expected, near in zip(ours(S), np.array([theirs(column) for column in S.T]).T, within):
        np.testing.assert_allclose(found, expected, **near)


@pytest.mark.filterwarnings("ignore")  # SciPy announces a change of its own result object
@pytest.mark.parametrize("shape", SHAPES)
def test_anderson_equals_scipy(shape):
    S = mixed_sample(*shape)
    n = len(S)
    A, _ = anderson_statistic(S)
    expected = [stats.anderson(column).statistic for column in S.T]
    np.testing.assert_allclose(A / (1 + 0.75 / n + 2.25 / n**2), expected, rtol=1e-8)


def test_anderson_p_meets_the_published_critical_values_and_falls():
    from unelib.gaussianity.univariate import anderson_p

    published = {0.10: 0.631, 0.05: 0.752, 0.025: 0.873, 0.01: 1.035}
    for p, critical in published.items():
        assert anderson_p(np.array([critical]))[0] == pytest.approx(p, rel=0.05)
    assert (np.diff(anderson_p(np.linspace(0.05, 30, 2000))) <= 2e-3).all()
    assert anderson_p(np.array([500.0]))[0] < 1e-20


def test_statistics_do_not_change_with_scale_shift_or_order():
    S = mixed_sample(60, 8)
    other = np.random.default_rng(0).permutation(S) * 1e-3 + 40
    for statistic in (anderson_statistic, dagostino_statistic, shapiro_statistic):
        np.testing.assert_allclose(statistic(other)[0], statistic(S)[0], rtol=1e-6)


def test_shapiro_weights_are_antisymmetric_and_of_unit_length():
    weights = shapiro_weights(250)
    np.testing.assert_allclose(weights, -weights[::-1], atol=1e-12)
    assert weights @ weights == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("axes", ["projections", "coordinates"])
def test_true_gaussians_pass_at_the_level(axes):
    X = np.random.default_rng(1).standard_normal((4000, 1000)).astype(np.float32)
    table = normality(X, projections=1000, rows=100, axes=axes)
    assert list(table.test) == ["anderson", "dagostino", "shapiro"]
    assert (table.n_tests == 1000).all() and (table.rows == 100).all()
    # four standard errors of a share of 1000, and half a point for the small-sample size of the tests themselves
    np.testing.assert_allclose(table.pass_rate, 0.95, atol=4 * np.sqrt(0.95 * 0.05 / 1000) + 0.005)
    assert ((table.low < table.pass_rate) & (table.pass_rate < table.high)).all()


def test_controls_differ_and_keep_the_shape():
    X = np.zeros((600, 80))
    gaussian, bimodal = gaussian_control(X, seed=3), bimodal_control(X, seed=3)
    assert gaussian.shape == bimodal.shape == X.shape
    pass_rate = lambda X: normality(X, tests="anderson", projections=500).pass_rate[0]
    assert pass_rate(gaussian) > 0.9
    assert pass_rate(bimodal) < 0.25
    np.testing.assert_array_equal(bimodal, bimodal_control(X, seed=3))
    assert not np.array_equal(bimodal, bimodal_control(X, seed=4))


def test_coordinates_see_what_projections_do_not():
    X = np.random.default_rng(2).uniform(-1, 1, (1000, 400))
    projected, coordinates = (
        normality(X, tests="anderson", projections=400, axes=a) for a in ("projections", "coordinates")
    )
    assert projected.pass_rate[0] > 0.9 and coordinates.pass_rate[0] < 0.1


def test_seed_decides_and_shift_and_scale_do_not():
    X = np.random.default_rng(4).standard_normal((300, 12))
    first = normality(X, projections=300, seed=1)
    assert first.equals(normality(X, projections=300, seed=1))
    assert not first.equals(normality(X, projections=300, seed=2))
    np.testing.assert_allclose(first.pass_rate, normality(5 * X + 2, projections=300, seed=1).pass_rate, atol=0.011)


def test_single_precision_products_leave_the_statistics_alone():
    rng = np.random.default_rng(6)
    X, W = rng.standard_t(4, (250, 4096)).astype(np.float32), rng.standard_normal((4096, 40), np.float32)
    exact, quick = X.astype(np.float64) @ W, (X - X.mean(0)) @ W
    for statistic in TESTS.values():
        np.testing.assert_allclose(statistic(quick)[0], statistic(exact)[0], rtol=1e-4)


def test_a_factor_projects_as_explicit_directions_do():
    rng = np.random.default_rng(7)
    P = rng.standard_t(4, (60, 500))
    F, h = factor(P), rng.standard_normal((60, 30))
    w = np.linalg.lstsq(P - P.mean(0), F @ h, rcond=None)[0]  # the directions that F h stands for
    for statistic in TESTS.values():
        np.testing.assert_allclose(statistic(F @ h)[0], statistic(P @ w)[0], rtol=1e-4)


@pytest.mark.parametrize("columns", [3, 400])
def test_samples_are_subsets_of_their_own_along_directions_of_their_own(columns):
    X = np.random.default_rng(8).standard_normal((300, columns)) + 50
    (S,) = samples(X, 200, 40, "projections", np.random.default_rng(0))
    assert S.shape == (40, 200) and S.dtype == np.float64
    spread = S.std(0, ddof=1) / np.sqrt(columns)
    assert spread.mean() == pytest.approx(1, abs=0.15) and np.ptp(spread) > 0.1
    assert np.abs(np.corrcoef(S.T)[np.triu_indices(200, 1)]).max() < 1 - 1e-6


@pytest.mark.parametrize("quantum", [0, 1])
def test_repeated_rows_are_projected_too(quantum):
    X = np.repeat(np.random.default_rng(9).standard_normal((30, 500)), 3, axis=0)
    X = X.round() if quantum else X  # whole numbers have no rounding, and their Gram matrix no factor of Cholesky's
    (S,) = samples(X, 50, 90, "projections", np.random.default_rng(0))
    assert (np.ptp(S.reshape(30, 3, 50), axis=1) < 0.01 * S.std(0)).all()


def test_a_large_array_is_not_copied(tmp_path):
    path, shape = tmp_path / "views.npy", (6000, 2000)
    X = np.lib.format.open_memmap(path, "w+", np.float16, shape)
    X[:] = np.random.default_rng(0).standard_normal(shape, np.float32)
    tracemalloc.start()
    assert normality(X, tests="anderson", projections=100, rows=100).pass_rate[0] > 0.85
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < X.nbytes / 2


def test_fewer_rows_than_asked_for_uses_them_all():
    table = normality(np.random.default_rng(0).standard_normal((40, 3)), projections=10, rows=250)
    assert (table.rows == 40).all()


def test_constant_samples_are_dropped_and_counted():
    X = np.random.default_rng(0).standard_normal((4000, 3))
    X[1:, 2] = 0
    table = normality(X, tests="anderson", axes="coordinates", rows=20, seed=0)
    assert table.n_tests[0] == 2 and table.attrs["dropped"] == 1


def test_samples_that_are_all_constant_are_an_error():
    X = np.zeros((4000, 2))
    X[0] = 1
    with pytest.raises(ValueError, match="every sample is constant"):
        normality(X, axes="coordinates", rows=20, seed=0)


@pytest.mark.parametrize("value", [0, 5, 1 + 1e-14 * np.random.default_rng(0).standard_normal(50)])
def test_what_is_called_constant_is_what_varying_drops(value):
    X = np.column_stack([NORMAL[:, :3], np.broadcast_to(value, 50), NORMAL[:, 3]])
    with pytest.raises(ValueError, match="column 3 of X is constant .* drop such columns with `varying`"):
        normality(X, axes="coordinates")
    np.testing.assert_array_equal(varying(X), NORMAL)
    assert normality(varying(X), axes="coordinates").n_tests.tolist() == [4, 4, 4]


@pytest.mark.parametrize("axes", ["projections", "coordinates"])
def test_truth_values_are_numbers(axes):
    X = np.random.default_rng(11).random((60, 30)) < 0.5
    table = normality(varying(X), axes=axes, projections=50)
    assert table.equals(normality(X.astype(np.uint8), axes=axes, projections=50))


def test_the_bimodal_control_is_the_alternative_at_its_separation():
    np.testing.assert_array_equal(bimodal_control(np.zeros((50, 16)), 3), bimodal(50, 16, 24.0, 3))


NORMAL = np.random.default_rng(0).standard_normal((50, 4))


@pytest.mark.parametrize(
    "X, options, message",
    [
        (NORMAL[:, 0], {}, "2-D"),
        (NORMAL[:19], {}, "at least 20 rows"),
        (spoilt(NORMAL, 7, 2, np.nan), {}, "nan at row 7, column 2"),
        (spoilt(NORMAL, 3, 1, -np.inf), {}, "-inf at row 3, column 1"),
        (spoilt(NORMAL, slice(None), 3, 5.0), {"axes": "coordinates"}, "column 3 of X is constant"),
        (np.ones((30, 4)), {}, "every column"),
        (NORMAL, {"tests": ["lilliefors"]}, "unknown test 'lilliefors'; choose one of anderson, dagostino, shapiro"),
        (NORMAL, {"axes": "rows"}, "unknown axes 'rows'"),
        (NORMAL, {"rows": 10}, "20 rows"),
        (NORMAL, {"projections": 0}, "projections=0"),
        (NORMAL, {"level": 0}, "level is 0"),
        (np.tile(NORMAL, (110, 1)), {"rows": 5500}, "12 to 5000"),
    ],
)
def test_errors(X, options, message):
    with pytest.raises(ValueError, match=message):
        normality(X, **options)


def test_text_is_a_type_error():
    with pytest.raises(TypeError, match="real numbers"):
        normality(NORMAL.astype(str))
