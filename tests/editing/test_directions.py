"""Directions: unit length, projections gone, strengths in standard deviations."""

import numpy as np
import pandas as pd
import pytest

from unelib.editing.directions import Direction, carried, direction, partial_directions, removal
from unelib.editing.walks import move
from unelib.latent.une import UNE
from unelib.linalg.cosine import unit_rows
from unelib.linalg.covariance import Covariance
from unelib.probing.linear_probe import LinearProbe
from unelib.worlds.faces import ATTRIBUTES, sample_factors

from ..helpers.planted import planted


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


def test_uncorrelated_with_what_reads_is_orthogonal_to_what_writes(rows):
    probe = LinearProbe("ridge").fit(rows, rows[:, :2] + 0.3 * RNG.standard_normal((500, 2)) > 0)
    d, read, write = Direction("d", np.eye(3)[2]), direction(probe, 0, kind="read"), direction(probe, 0)
    np.testing.assert_allclose(d.without(read, Covariance(rows)).vector, d.without(write).vector, atol=1e-6)


@pytest.mark.parametrize("cov", [np.cov(WIDE.T), Covariance(WIDE)])
def test_orthogonal_vectors_still_have_correlated_projections(cov):
    orthogonal, uncorrelated = removal(TAKEN, OTHERS, cov, by="cosine"), removal(TAKEN, OTHERS, cov)
    assert list(orthogonal.index) == [o.name for o in OTHERS]
    np.testing.assert_allclose(orthogonal.cosine_after, 0, atol=1e-12)
    np.testing.assert_allclose(uncorrelated.correlation_after, 0, atol=1e-8)
    assert orthogonal.correlation_after.abs().max() > 0.1 and uncorrelated.cosine_after.abs().max() > 0.01
    pd.testing.assert_frame_equal(orthogonal.filter(like="before"), uncorrelated.filter(like="before"))
    both = np.corrcoef((WIDE @ np.vstack([UNITS, TAKEN.without(OTHERS).vector]).T).T)
    np.testing.assert_allclose(orthogonal.cosine_before, UNITS[1:] @ UNITS[0])
    np.testing.assert_allclose(orthogonal.correlation_before, both[0, 1:5])
    np.testing.assert_allclose(orthogonal.correlation_after, both[5, 1:5], atol=1e-10)


def test_removal_tells_of_vectors_without_names_by_number():
    for others, index in (([OTHERS[2], 5 * UNITS[1]], ["2", 1]), (OTHERS[0], ["0"]), (list(UNITS[1]), [0])):
        table = removal(TAKEN, others, np.eye(12))
        assert list(table.index) == index
        np.testing.assert_allclose(table.correlation_before, table.cosine_before)
    flat = np.diag([0.0, *np.ones(11)])
    assert np.isnan(removal(TAKEN, np.eye(12)[0], flat).correlation_before).all()


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


def test_a_direction_of_length_nothing_leads_nowhere():
    for path in ("straight", "norm", "geodesic"):
        np.testing.assert_array_equal(move(np.ones((3, 2)), Direction("nowhere", np.zeros(2)), 5, path), 1)


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
    with pytest.raises(ValueError, match="covariance has shape .2, 2.; the view has 3 columns"):
        d.without([np.ones(3)], np.eye(2))
    with pytest.raises(ValueError, match="unknown measure 'angle'; choose one of correlation, cosine"):
        removal(d, [np.ones(3)], np.eye(3), by="angle")
    with pytest.raises(ValueError, match="not one view"):
        d.without([np.ones(5)])
    with pytest.raises(ValueError, match="Smiling has 3 columns, the others 2: not one view"):
        d.without([np.ones(3), np.ones(2)])
    for nothing in ([], {}, np.empty((0, 3))):
        assert d.without(nothing) is d and d.without(nothing).lost == 0
        with pytest.raises(ValueError, match="nothing to take out of Smiling was given; name one direction"):
            removal(d, nothing, np.eye(3))
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


EFFECTS = np.random.default_rng(2).standard_normal((3, 8))
NAMES = ["Young", "Gray_Hair", "Male"]


def confounded(n=4000, noise=0.5, seed=0):
    """Rows (n, 8) that move by `EFFECTS` with three attributes of which the first two mostly exclude one another."""
    rng = np.random.default_rng(seed)
    young = rng.random(n) < 0.5
    grey, male = rng.random(n) < np.where(young, 0.1, 0.8), rng.random(n) < 0.4
    Y = np.stack([young, grey, male], 1).astype(int)
    return Y @ EFFECTS + noise * rng.standard_normal((n, 8)), pd.DataFrame(Y, columns=NAMES)


def vectors(found):
    return np.stack([d.vector for d in found.values()])


def mean_differences(X, Y):
    return unit_rows(np.stack([X[y == 1].mean(0) - X[y == 0].mean(0) for y in np.asarray(Y).T]))


def test_partial_directions_find_effects_that_class_means_mix():
    X, Y = confounded()
    found, truth = partial_directions(X, Y), unit_rows(EFFECTS)
    assert list(found) == NAMES == [d.name for d in found.values()]
    off, mixed = (1 - (v * truth).sum(1) for v in (vectors(found), mean_differences(X, Y)))
    assert (off < 1e-3).all() and (mixed[:2] > 0.02).all() and mixed[1] > 0.05
    exact, _ = confounded(noise=0)
    np.testing.assert_allclose(vectors(partial_directions(exact, Y)), truth, atol=1e-9)


def test_partial_directions_have_unit_length_and_the_spread_of_the_rows():
    X, Y = confounded(300)
    for name, d in partial_directions(X, Y).items():
        assert np.linalg.norm(d.vector) == pytest.approx(1) and d.sigma == pytest.approx(d.strength(X)), name


def test_attributes_without_correlation_have_the_differences_of_their_means():
    Y = np.array([[i & 1, i >> 1 & 1, i >> 2 & 1] for i in range(8)] * 25)
    X = RNG.standard_normal((200, 6)) + Y @ RNG.standard_normal((3, 6))
    np.testing.assert_allclose(vectors(partial_directions(X, Y)), mean_differences(X, Y), atol=1e-9)
    one = partial_directions(*(part[:150] for part in (X, Y[:, :1])))
    np.testing.assert_allclose(vectors(one), mean_differences(X[:150], Y[:150, :1]), atol=1e-9)


def test_partial_directions_turn_with_the_view_and_ignore_where_it_lies():
    X, Y = confounded(400)
    R, found = np.linalg.qr(RNG.standard_normal((8, 8)))[0], partial_directions(X, Y)
    turned = partial_directions(3 * X @ R + 100, Y)
    np.testing.assert_allclose(vectors(turned), vectors(found) @ R, atol=1e-8)
    np.testing.assert_allclose([d.sigma for d in turned.values()], [3 * d.sigma for d in found.values()])


def test_rows_and_attributes_may_come_in_any_order():
    X, Y = confounded(400)
    order, back = RNG.permutation(400), NAMES[::-1]
    found, other = partial_directions(X, Y), partial_directions(X[order], Y.iloc[order][back])
    assert list(other) == back
    np.testing.assert_allclose(vectors({name: other[name] for name in NAMES}), vectors(found), atol=1e-9)


def test_the_opposite_attribute_has_the_opposite_direction():
    X, Y = confounded(400)
    turned = partial_directions(X, Y.assign(Young=1 - Y.Young))
    np.testing.assert_allclose(turned["Young"].vector, -partial_directions(X, Y)["Young"].vector, atol=1e-9)
    np.testing.assert_allclose(turned["Male"].vector, partial_directions(X, Y)["Male"].vector, atol=1e-9)


@pytest.mark.parametrize("n", [500, 8000])
def test_attributes_that_depend_on_one_another_exactly_take_the_shortest_solution(n):
    """A head is bald or has one colour of hair, so that five columns add to 1."""
    Y = sample_factors(range(n)).attributes
    effects = RNG.standard_normal((len(ATTRIBUTES), 30))
    found = partial_directions(Y @ effects, pd.DataFrame(Y, columns=ATTRIBUTES))
    tied = [ATTRIBUTES.index(name) for name in ("Bald", "Black_Hair", "Blond_Hair", "Brown_Hair", "Gray_Hair")]
    effects[tied] -= effects[tied].mean(0)
    np.testing.assert_allclose(vectors(found), unit_rows(effects), atol=1e-8)


def test_repeated_attributes_share_their_direction():
    X, Y = confounded(400)
    found = partial_directions(X, Y.assign(Again=Y.Male))
    np.testing.assert_allclose(found["Again"].vector, found["Male"].vector, atol=1e-9)
    np.testing.assert_allclose(found["Male"].vector, partial_directions(X, Y)["Male"].vector, atol=1e-9)


@pytest.mark.parametrize("missing", [-1, np.nan])
def test_rows_that_lack_a_label_are_left_out(missing):
    X, Y = confounded(400)
    holes = Y.astype(float)
    holes.iloc[:50, 0], holes.iloc[40:90, 2] = missing, missing
    found, expected = partial_directions(X, holes), partial_directions(X[90:], Y[90:])
    np.testing.assert_allclose(vectors(found), vectors(expected), atol=1e-9)
    assert [d.sigma for d in found.values()] == pytest.approx([d.sigma for d in expected.values()])


def test_pictures_of_noise_are_taken_as_rows():
    X, Y = confounded(400)
    shaped = partial_directions(X.reshape(400, 2, 2, 2), Y.to_numpy())
    np.testing.assert_array_equal(vectors(shaped), vectors(partial_directions(X, Y)))
    assert list(shaped) == [0, 1, 2]


def gaps_apart(Y):
    """Labels of which every row lacks one or the other."""
    holes = Y.astype(float)
    holes.iloc[::2, 0], holes.iloc[1::2, 1] = np.nan, np.nan
    return holes


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    "spoilt, message",
    [
        (lambda X, Y: (X, Y.assign(Male=1)), "attribute 'Male' has 100 ones and 0 zeros"),
        (lambda X, Y: (X, Y[:50]), "X has 100 rows, Y has 50 rows"),
        (lambda X, Y: (X * np.nan, Y), "X holds nan at row 0, column 0"),
        (lambda X, Y: (X, gaps_apart(Y)), "attribute 'Young' has 0 ones and 0 zeros"),
        (lambda X, Y: (0 * X + 0.1, Y), "nothing moves with 'Young' alone; leave it out"),
        (lambda X, Y: (Y[["Young", "Gray_Hair"]].to_numpy(), Y), "nothing moves with 'Male' alone; leave it out"),
    ],
)
def test_errors_of_partial_directions(spoilt, message):
    with pytest.raises(ValueError, match=message):
        partial_directions(*spoilt(*confounded(100)))


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
