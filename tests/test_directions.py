"""Directions: unit length, projections gone, strengths in standard deviations."""

import numpy as np
import pytest

from unelib.directions import Direction, direction


class Fitted:
    """What `direction` needs of a probe."""

    attributes_ = ["Smiling", "Male"]
    coef_ = np.array([[3.0, 4.0, 0.0], [0.0, 0.0, 0.0]])
    pattern_ = np.array([[0.0, 2.0, 0.0], [1.0, 1.0, 0.0]])


@pytest.fixture
def rows():
    rng = np.random.default_rng(0)
    return rng.standard_normal((500, 3)) @ np.array([[2.0, 0.5, 0], [0, 1, 0.3], [0, 0, 0.5]])


def test_reading_and_writing_are_told_apart():
    np.testing.assert_allclose(direction(Fitted, "Smiling", kind="read").vector, [0.6, 0.8, 0])
    np.testing.assert_allclose(direction(Fitted, "Smiling").vector, [0, 1, 0])


def test_strength_is_the_spread_of_the_projection(rows):
    d = direction(Fitted, "Smiling", X=rows)
    assert d.sigma == pytest.approx(rows[:, 1].std())


def test_without_is_orthogonal(rows):
    d, other = Direction("a", np.array([1.0, 0, 0])), Direction("b", np.array([0.6, 0.8, 0]))
    rest = d.without([other])
    assert rest.vector @ other.vector == pytest.approx(0, abs=1e-12)
    assert np.linalg.norm(rest.vector) == pytest.approx(1)
    assert rest.kept(d) == pytest.approx(0.8)


def test_without_under_a_covariance_decorrelates_the_projections(rows):
    cov = np.cov(rows.T)
    d, other = Direction("a", np.array([1.0, 0, 0])), Direction("b", np.array([0.6, 0.8, 0]))
    rest = d.without([other], cov=cov)
    assert rest.vector @ cov @ other.vector == pytest.approx(0, abs=1e-12)
    assert abs(np.corrcoef(rows @ rest.vector, rows @ other.vector)[0, 1]) < 1e-10


def test_errors(rows):
    with pytest.raises(ValueError, match="no probe for 'Hat'"):
        direction(Fitted, "Hat")
    with pytest.raises(ValueError, match="unknown kind 'both'"):
        direction(Fitted, "Smiling", kind="both")
    with pytest.raises(ValueError, match="weights are zero"):
        direction(Fitted, "Male", kind="read")
    d = direction(Fitted, "Smiling")
    with pytest.raises(ValueError, match="nothing is left"):
        d.without([d])
    with pytest.raises(ValueError, match="not one view"):
        d.without([np.ones(5)])
    with pytest.raises(ValueError, match="view of 3 columns"):
        d.strength(np.ones((4, 7)))
