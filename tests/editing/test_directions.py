"""Directions of attributes: read and written, with others held, and carried to another view."""

import numpy as np
import pandas as pd
import pytest

from unelib.editing.directions import carried, direction, partial_directions, removal
from unelib.editing.walks import move
from unelib.latent.une import UNE
from unelib.linalg.cosine import unit_rows
from unelib.linalg.covariance import Covariance
from unelib.linalg.direction_algebra import Direction
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


RNG = np.random.default_rng(1)


WIDE = RNG.standard_normal((30, 8)) @ RNG.standard_normal((8, 12)) + 5  # fewer dimensions than columns


UNITS = unit_rows(RNG.standard_normal((5, 12)))


TAKEN, OTHERS = Direction("taken", UNITS[0], sigma=2.0), [Direction(str(i), v) for i, v in enumerate(UNITS[1:])]


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


def test_a_direction_of_length_nothing_leads_nowhere():
    for path in ("straight", "norm", "geodesic"):
        np.testing.assert_array_equal(move(np.ones((3, 2)), Direction("nowhere", np.zeros(2)), 5, path), 1)


def test_errors():
    with pytest.raises(ValueError, match="no probe for 'Hat'"):
        direction(Fitted, "Hat")
    with pytest.raises(ValueError, match="unknown kind 'both'"):
        direction(Fitted, "Smiling", kind="both")
    with pytest.raises(ValueError, match="weights are zero"):
        direction(Fitted, "Male", kind="read")
    d = direction(Fitted, "Smiling")
    with pytest.raises(ValueError, match="unknown measure 'angle'; choose one of correlation, cosine"):
        removal(d, [np.ones(3)], np.eye(3), by="angle")
    for nothing in ([], {}, np.empty((0, 3))):
        with pytest.raises(ValueError, match="nothing to take out of Smiling was given; name one direction"):
            removal(d, nothing, np.eye(3))


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
