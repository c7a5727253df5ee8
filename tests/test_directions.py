"""Directions: unit length, projections gone, strengths in standard deviations."""

import numpy as np
import pytest

from unelib.directions import Direction, carried, direction
from unelib.une import UNE

from .planted import planted


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


def test_without_takes_out_alike_directions_once(rows):
    d, first = Direction("d", np.array([0.6, 0, 0.8, 0])), np.array([1.0, 0, 0, 0])
    for others in ([first, first], [first, 1e-9 * first], [first, -first, 0 * first]):
        np.testing.assert_allclose(d.without(others).vector, [0, 0, 1, 0], atol=1e-12)
    orthogonal = np.array([0, 1.0, 0, 0])
    np.testing.assert_allclose(d.without([orthogonal, orthogonal]).vector, d.vector)
    cov = np.diag([1.0, 2, 3, 4])
    np.testing.assert_allclose(d.without([first, first], cov=cov).vector, [0, 0, 1, 0], atol=1e-12)


def test_without_takes_short_vectors_as_directions_too():
    d = Direction("d", np.array([0.6, 0, 0.8]))
    np.testing.assert_allclose(d.without([[0, 1.0, 0], [1e-20, 0, 0]]).vector, [0, 0, 1], atol=1e-12)


def test_without_takes_one_direction_or_vector():
    d, other = Direction("a", np.array([1.0, 0, 0])), Direction("b", np.array([0.6, 0.8, 0]))
    for one in (other, other.vector, list(other.vector), np.array([other.vector]), (other,)):
        np.testing.assert_array_equal(d.without(one).vector, d.without([other]).vector)


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
    with pytest.raises(ValueError, match="Smiling has 3 columns, the others 2: not one view"):
        d.without([np.ones(3), np.ones(2)])
    for nothing in ([], np.empty((0, 3))):
        with pytest.raises(ValueError, match="nothing to take out of Smiling was given; name one direction"):
            d.without(nothing)
    with pytest.raises(ValueError, match="view of 3 columns"):
        d.strength(np.ones((4, 7)))


VIEWS = planted(500, 3, (8, 6), noise=0.3)
MODEL = UNE(3, private=0, ridge=0).fit(VIEWS.views)


def test_writing_is_carried_as_the_target_is_expected_to_move():
    d = Direction("d", np.eye(8)[2])
    there = lambda x: MODEL.predict("b", given={"a": x[None]})[0]
    step = there(VIEWS.views["a"][0] + d.vector) - there(VIEWS.views["a"][0])
    found = carried(d, MODEL, "a", "b", X=VIEWS.views["b"])
    np.testing.assert_allclose(found.vector, step / np.linalg.norm(step), atol=1e-8)
    assert found.name == "d from a" and found.sigma == pytest.approx(np.std(VIEWS.views["b"] @ found.vector))


def test_reading_is_carried_as_the_target_moves_with_the_score():
    w = np.random.default_rng(0).standard_normal(8)
    score = VIEWS.views["a"] @ w
    truth = VIEWS.views["b"].T @ (score - score.mean())
    found = carried(w, MODEL, "a", "b", kind="read").vector
    assert found @ truth / np.linalg.norm(truth) > 0.99


def test_what_is_carried_ignores_the_length_of_the_direction():
    w = np.arange(8.0)
    for kind in ("read", "write"):
        first, longer = (carried(c * w, MODEL, "a", "b", kind).vector for c in (1, 50))
        np.testing.assert_allclose(first, longer, atol=1e-8)


@pytest.mark.parametrize(
    "asked, message",
    [
        ((np.ones(8), "a", "none"), "unknown view 'none'"),
        ((np.ones(7), "a", "b"), "a has 7 columns; the fit was made on 8"),
        ((np.ones(7), "a", "b", "read"), "a has 7 columns; the fit was made on 8"),
        ((np.ones(8), "a", "b", "both"), "unknown kind 'both'"),
        ((np.zeros(8), "a", "b"), "nothing of this direction of a is shared with b"),
    ],
)
def test_errors_of_carrying(asked, message):
    d, *rest = asked
    with pytest.raises(ValueError, match=message):
        carried(d, MODEL, *rest)
