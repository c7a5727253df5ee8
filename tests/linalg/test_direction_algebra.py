"""The algebra of directions: unit length, projections gone, strengths in standard deviations."""

import numpy as np
import pytest

from unelib.linalg.cosine import unit_rows
from unelib.linalg.covariance import Covariance
from unelib.linalg.direction_algebra import Direction


@pytest.fixture
def rows():
    rng = np.random.default_rng(0)
    return rng.standard_normal((500, 3)) @ np.array([[2.0, 0.5, 0], [0, 1, 0.3], [0, 0, 0.5]])


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
    for one in (other, other.vector, list(other.vector), np.array([other.vector]), (other,), {"b": other}):
        np.testing.assert_array_equal(d.without(one).vector, d.without([other]).vector)


RNG = np.random.default_rng(1)


WIDE = RNG.standard_normal((30, 8)) @ RNG.standard_normal((8, 12)) + 5  # fewer dimensions than columns


FEW = RNG.standard_normal((6, 12))


UNITS = unit_rows(RNG.standard_normal((5, 12)))


TAKEN, OTHERS = Direction("taken", UNITS[0], sigma=2.0), [Direction(str(i), v) for i, v in enumerate(UNITS[1:])]


COVARIANCES = [None, np.cov(WIDE.T), Covariance(WIDE), Covariance(FEW)]


ANY_COVARIANCE = pytest.mark.parametrize("cov", COVARIANCES, ids=["none", "matrix", "operator", "few rows"])


def product(cov, vectors):
    return vectors if cov is None else (cov @ vectors.T).T


@ANY_COVARIANCE
@pytest.mark.parametrize("count", [1, 2, 4])
def test_without_leaves_nothing_of_any_number_of_others(cov, count):
    rest = TAKEN.without(OTHERS[:count], cov)
    np.testing.assert_allclose(product(cov, UNITS[1 : count + 1]) @ rest.vector, 0, atol=1e-8)
    assert np.linalg.norm(rest.vector) == pytest.approx(1)
    assert rest.lost == pytest.approx(1 - rest.kept(TAKEN) ** 2) and 0 < rest.lost < 1


@ANY_COVARIANCE
def test_number_length_and_order_of_the_others_make_no_difference(cov):
    expected = TAKEN.without(OTHERS, cov).vector
    for others in (
        OTHERS[::-1],
        OTHERS + OTHERS,
        [1e6 * UNITS[1], -UNITS[2], 1e-9 * UNITS[3], 3 * UNITS[4]],
        np.vstack([UNITS[1:], UNITS[1:3].sum(0), UNITS[1] - 2 * UNITS[4]]),
        np.vstack([UNITS[1:], np.zeros(12)]),
        np.vstack([UNITS[1:], UNITS[1:] + 1e-13]),
    ):
        np.testing.assert_allclose(TAKEN.without(others, cov).vector, expected, atol=1e-8)


@ANY_COVARIANCE
def test_a_rotation_of_the_view_rotates_what_is_left(cov):
    R = np.linalg.qr(RNG.standard_normal((12, 12)))[0]
    there = None if cov is None else R.T @ (cov @ R)
    turned = Direction("turned", UNITS[0] @ R).without(UNITS[1:] @ R, there)
    np.testing.assert_allclose(turned.vector, TAKEN.without(OTHERS, cov).vector @ R, atol=1e-8)


@ANY_COVARIANCE
def test_removing_what_is_unrelated_changes_nothing(cov):
    rest = TAKEN.without(OTHERS, cov)
    again = rest.without(OTHERS, cov)
    np.testing.assert_allclose(again.vector, rest.vector, atol=1e-10)
    assert again.lost == pytest.approx(rest.lost)
    assert TAKEN.without(np.zeros(12), cov).lost == pytest.approx(0, abs=1e-12)


def test_what_the_data_do_not_vary_along_is_not_taken_out():
    flat = np.linalg.svd(FEW - FEW.mean(0))[2][5:]
    np.testing.assert_allclose(TAKEN.without(flat, Covariance(FEW)).vector, TAKEN.vector, atol=1e-12)


def test_what_was_lost_is_told_of_the_first_direction():
    assert TAKEN.lost == 0 and TAKEN.scaled_by(WIDE).lost == 0
    axes, d = np.eye(3), Direction("d", np.array([0.6, 0.48, 0.64]))
    once, twice = d.without(axes[0]), d.without(axes[0]).without(axes[1])
    assert once.lost == pytest.approx(0.36) and twice.lost == pytest.approx(0.36 + 0.48**2)
    assert twice.lost == pytest.approx(d.without(axes[:2]).lost)
    assert twice.resized(TAKEN).lost == twice.lost
    there = Direction("x", axes[0]).without(axes[0] + axes[1])
    assert there.lost == pytest.approx(0.5) and there.without(axes[1]).lost == pytest.approx(0)  # back where it was


def test_the_step_length_stays_until_it_is_measured_anew():
    rest = TAKEN.without(OTHERS, Covariance(WIDE))
    assert rest.sigma == TAKEN.sigma
    assert rest.scaled_by(WIDE).sigma == pytest.approx((WIDE @ rest.vector).std())


def test_without_takes_a_covariance_that_is_never_written_out():
    rows, vectors = RNG.standard_normal((20, 16384)), unit_rows(RNG.standard_normal((4, 16384)))
    cov = Covariance(rows)
    rest = Direction("d", vectors[0]).without(vectors[1:], cov)
    np.testing.assert_allclose(vectors[1:] @ (cov @ rest.vector), 0, atol=1e-8)


@pytest.mark.parametrize(
    "vector, message",
    [
        (np.array([2.0, 0]), "long has length 2; a direction is a unit vector, so divide it by that"),
        (np.array([np.nan, 1]), "long has length nan"),
        (np.eye(2), r"long has shape \(2, 2\); a direction is one vector"),
    ],
)
def test_a_direction_is_one_unit_vector(vector, message):
    with pytest.raises(ValueError, match=message):
        Direction("long", vector)


def test_a_direction_equals_itself_and_can_be_a_key():
    d, same = (Direction("d", np.array([0.6, 0.8])) for _ in range(2))
    assert d == d and d != same and {d: 1}[d] == 1


def test_a_random_direction_is_as_long_a_step_and_drawn_by_its_seed():
    d = Direction("Smiling", unit_rows(np.ones((1, 400)))[0], sigma=2.0).aimed(-1)
    one, again, other = d.at_random(1), d.at_random(1), d.at_random(2)
    assert (
        one.sigma == d.sigma and (one.name, one.sign) == (d.name, d.sign) and np.isclose(np.linalg.norm(one.vector), 1)
    )
    assert (one.vector == again.vector).all() and abs(one.kept(d)) < 0.2 and abs(one.kept(other)) < 0.2


def test_errors_of_what_is_taken_out_and_of_strengths():
    d = Direction("Smiling", np.array([0.0, 1, 0]))
    with pytest.raises(ValueError, match="nothing is left"):
        d.without([d])
    with pytest.raises(ValueError, match="covariance has shape .2, 2.; the view has 3 columns"):
        d.without([np.ones(3)], np.eye(2))
    with pytest.raises(ValueError, match="not one view"):
        d.without([np.ones(5)])
    with pytest.raises(ValueError, match="Smiling has 3 columns, the others 2: not one view"):
        d.without([np.ones(3), np.ones(2)])
    for nothing in ([], {}, np.empty((0, 3))):
        assert d.without(nothing) is d and d.without(nothing).lost == 0
    with pytest.raises(ValueError, match="view of 3 columns"):
        d.strength(np.ones((4, 7)))
    with pytest.raises(ValueError, match="Smiling was given no rows"):
        d.strength(np.empty((0, 3)))
    with pytest.raises(ValueError, match="X holds nan at row 1, column 2"):
        d.strength([[1, 2, 3], [1, 2, np.nan]])
    for still in (np.ones((1, 3)), np.full((5, 3), 0.1)):
        with pytest.raises(ValueError, match=f"{len(still)} rows do not vary along Smiling; measure it on two or more"):
            d.scaled_by(still)
    for nothing in ("Male", ["Male"], None, [None]):
        with pytest.raises(TypeError, match="('Male'|None) is no direction; give a Direction or a vector"):
            d.without(nothing)
