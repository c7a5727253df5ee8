"""A view's pass rate against its Gaussian twins': exact at any covariance; projections are blunt, coordinates less."""

import numpy as np
import pytest

from unelib.gaussianity.pass_rates import pass_rate_test, rotated, sampled_axes, twin_pass_rates
from unelib.gaussianity.univariate import AXES


@pytest.mark.slow
@pytest.mark.parametrize("axes", ["projections", "coordinates"])
@pytest.mark.parametrize("spread", [1.0, 0.8 ** np.arange(60)], ids=["identity", "unequal"])
def test_true_gaussians_are_rejected_at_the_level(axes, spread):
    rng, options = np.random.default_rng(0), {"axes": axes, "count": 30, "rows": 50, "simulations": 39}
    p = [pass_rate_test(rng.standard_normal((80, 60)) * spread, **options, seed=i)["p"] for i in range(200)]
    # ties of a share of 30 take p up, never down
    assert np.mean(np.less_equal(p, 0.05)) < 0.05 + 4 * np.sqrt(0.05 * 0.95 / 200)
    assert 0.5 < np.mean(p) < 0.65


def test_projections_of_a_view_of_few_dimensions_scatter_more():
    X = np.random.default_rng(1).standard_normal((200, 60))
    wide, narrow = (twin_pass_rates(X * spread, count=90, rows=200) for spread in (1, 0.5 ** np.arange(60)))
    assert narrow.std() > 2 * wide.std()
    assert narrow.mean() == pytest.approx(0.95, abs=0.03) and wide.mean() == pytest.approx(0.95, abs=0.01)


@pytest.mark.slow
def test_coordinates_see_what_projections_do_not():
    X = np.random.default_rng(2).uniform(-1, 1, (300, 400))
    assert not pass_rate_test(X)["rejected"] and pass_rate_test(X, "coordinates")["rejected"]


def test_a_known_null_is_used_as_it_is():
    X = np.random.default_rng(3).standard_normal((100, 50))
    own, given = pass_rate_test(X), pass_rate_test(X, null=twin_pass_rates(X))
    assert own == given
    assert pass_rate_test(X, null=np.ones(99))["p"] == pytest.approx(0.01 if own["statistic"] < 1 else 1)


def test_twins_keep_the_covariance_and_nothing_else():
    S = sampled_axes(np.random.default_rng(4).exponential(size=(90, 40)), "coordinates", 20, 0)
    twin = rotated(np.linalg.qr(S, mode="r"), 90, np.random.default_rng(0))
    np.testing.assert_allclose(twin.T @ twin, S.T @ S, atol=1e-8)
    np.testing.assert_allclose(twin.sum(0), 0, atol=1e-8)


def test_many_rows_are_sampled_and_constant_columns_left_out():
    X = np.random.default_rng(5).standard_normal((2500, 6))
    X[:, 2] = 4
    assert sampled_axes(X, "coordinates", 10, 0).shape == (2000, 5)
    assert sampled_axes(X, "projections", 10, 0).shape == (2000, 10)


def test_a_small_level_gets_the_twins_it_needs():
    X = np.random.default_rng(6).standard_normal((60, 4))
    assert [len(twin_pass_rates(X, level=level)) for level in (0.05, 0.005)] == [99, 199]
    assert [len(twin_pass_rates(X, level=0.05, simulations=s)) for s in (19, 30)] == [19, 30]


def test_truth_values_are_numbers():
    X = np.random.default_rng(7).random((80, 30)) < 0.5
    for axes in AXES:
        assert pass_rate_test(X, axes, 10) == pass_rate_test(X.astype(np.uint8), axes, 10)


NOISE = 1 + 1e-14 * np.random.default_rng(0).standard_normal((50, 3))  # constant up to rounding
LONELY = np.zeros((1000, 3)) + (np.arange(1000) == 7)[:, None]  # one row in a thousand differs


@pytest.mark.parametrize("axes", AXES)
@pytest.mark.parametrize(
    "X, options, message",
    [
        (np.ones((50, 3)), {}, "every column of X is constant"),
        (NOISE, {}, "every column of X is constant"),
        (np.eye(50), {"count": 0}, "count=0 and rows=250; at least 1 axis and 20 rows"),
        (np.eye(50), {"rows": 19}, "count=100 and rows=19"),
        (np.eye(50), {"simulations": 18}, "simulations=18 cannot reject at 0.05; ask for 19 or more"),
    ],
)
def test_errors_of_either_kind_of_axes_with_twins_or_without(axes, X, options, message):
    for call in (pass_rate_test, twin_pass_rates):
        with pytest.raises(ValueError, match=message):
            call(X, axes, **options)


@pytest.mark.parametrize(
    "X, options, message",
    [
        (np.ones((39, 3)), {}, "at least 40 rows"),
        (LONELY, {"rows": 20, "count": 1}, "every sample is constant"),
        (LONELY, {"rows": 20, "axes": "coordinates"}, "every sample is constant"),
        (np.eye(50), {"null": np.ones(9)}, "simulations=9 cannot reject at 0.05"),
        (np.eye(50), {"axes": "rows"}, "unknown axes 'rows'"),
        (np.eye(50), {"level": 1}, "level is 1"),
        (np.full((50, 2), np.inf), {}, "inf at row 0, column 0"),
    ],
)
def test_errors(X, options, message):
    with pytest.raises(ValueError, match=message):
        pass_rate_test(X, **options)
