"""Ways of stepping: nothing for 0, back where they came from, norms kept, and no way past the pole."""

import numpy as np
import pytest

from unelib.editing.steps import NORM_SD, geodesic_reach, norm_reach, stepped
from unelib.editing.walks import move
from unelib.linalg.cosine import unit_rows
from unelib.linalg.direction_algebra import Direction

PATHS = ("straight", "norm", "geodesic")
CURVED = PATHS[1:]
RNG = np.random.default_rng(0)
D = Direction("d", unit_rows(RNG.standard_normal((1, 1024)))[0], sigma=1.5)
X = RNG.standard_normal((20, 1024))
noise = X.astype(np.float32).reshape(20, 4, 16, 16)


def norms(X):
    return np.linalg.norm(X.reshape(len(X), -1), axis=1)


def reach(path, x, d):
    p = x @ d.vector
    rest = np.linalg.norm(x - p[:, None] * d.vector, axis=1)
    return [end / d.sigma for end in (norm_reach if path == "norm" else geodesic_reach)(p, rest)]


@pytest.mark.parametrize("path", PATHS)
def test_a_strength_of_zero_changes_nothing(path):
    special = noise.copy()
    special[0], special[1, 0, 0, :3], special[2] = 0, [0, 1e-12, -0.0], 3 * D.vector.reshape(4, 16, 16)
    np.testing.assert_array_equal(move(special, D, 0, path), special)
    own = np.where(np.arange(20) < 5, 0, 2)
    np.testing.assert_array_equal(move(special, D, own, path)[:5], special[:5])


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("strength", [0.01, 1, 4])
def test_there_and_back(path, strength):
    for sign in (1, -1):
        there = move(noise, D, sign * strength, path)
        assert np.abs(there - noise).max() > 1e-4
        np.testing.assert_allclose(move(there, D, -sign * strength, path), noise, atol=1e-5)


@pytest.mark.parametrize("path", PATHS)
def test_each_image_has_its_own_strength(path):
    own = np.linspace(-4, 4, 20)
    each = [move(noise[[i]], D, s, path)[0] for i, s in enumerate(own)]
    np.testing.assert_allclose(move(noise, D, own, path), each, atol=1e-6)


@pytest.mark.parametrize("path", PATHS)
def test_a_rotation_of_the_view_rotates_the_step(path):
    R, few = np.linalg.qr(RNG.standard_normal((12, 12)))[0], RNG.standard_normal((5, 12))
    d = Direction("d", unit_rows(RNG.standard_normal((1, 12)))[0])
    turned = Direction("d", d.vector @ R)
    np.testing.assert_allclose(stepped(few @ R, turned, 0.7, path), stepped(few, d, 0.7, path) @ R)


@pytest.mark.parametrize("path", CURVED)
def test_curved_steps_keep_the_norm_and_what_is_off_the_direction(path):
    after = stepped(X, D, 4, path)
    np.testing.assert_allclose(norms(after), norms(X))
    off = [x - (x @ D.vector)[:, None] * D.vector for x in (X, after)]
    np.testing.assert_allclose(*map(unit_rows, off), atol=1e-12)


@pytest.mark.parametrize("path", ("straight", "norm"))
def test_the_projection_moves_by_as_many_standard_deviations(path):
    np.testing.assert_allclose((stepped(X, D, 3, path) - X) @ D.vector, 3 * D.sigma)


@pytest.mark.parametrize("strength", [3.0, -3.0])
def test_an_arc_has_the_length_of_the_step_and_leads_towards_the_direction(strength):
    after = stepped(X, D, strength, "geodesic")
    between = np.arccos((unit_rows(X) * unit_rows(after)).sum(1))
    np.testing.assert_allclose(between * norms(X), 3 * D.sigma)
    angle = lambda x: np.arccos(unit_rows(x) @ D.vector)
    np.testing.assert_allclose((angle(X) - angle(after)) * norms(X), strength * D.sigma)


@pytest.mark.parametrize("path", PATHS)
def test_two_steps_are_one(path):
    np.testing.assert_allclose(stepped(stepped(X, D, 1, path), D, 2.5, path), stepped(X, D, 3.5, path), atol=1e-12)


@pytest.mark.parametrize("path", CURVED)
def test_a_step_may_come_near_the_pole_and_back_but_not_pass_it(path):
    for end in reach(path, X, D):
        near = stepped(X, D, 0.99 * end, path)
        np.testing.assert_allclose(stepped(near, D, -0.99 * end, path), X, atol=1e-10)
        pole = stepped(X, D, end, path)
        np.testing.assert_allclose(np.abs(pole @ D.vector), norms(X))
        with pytest.raises(ValueError, match=f"image 0 cannot go .* along d with path='{path}'"):
            stepped(X, D, 1.01 * end, path)


def test_the_error_names_image_number_and_the_strengths_that_are_possible():
    rows = np.array([[3.0, 4.0], [1.0, 0.5]])
    d = Direction("smile", np.array([1.0, 0.0]), sigma=0.5)
    told = "image 1 cannot go 2 standard deviations along smile .* projection is 1 .* norm, 1.118; .* -4.236 to 0.2361"
    with pytest.raises(ValueError, match=told):
        stepped(rows, d, [0, 2], "norm")
    with pytest.raises(ValueError, match="image 1 cannot go 2 .* -5.988 to 1.037"):
        stepped(rows, d, [1, 2], "geodesic")


@pytest.mark.parametrize("path", CURVED)
def test_from_the_pole_there_is_no_way(path):
    on = (2 * D.vector[None]).astype(np.float32)
    for strength in (1, -1):
        with pytest.raises(ValueError, match="image 0 cannot go .* can take are -?0 to -?0"):
            move(on, D, strength, path)
        with pytest.raises(ValueError, match="image 0 cannot go"):
            move(0 * on, D, strength, path)


def test_the_norm_of_gaussian_noise_varies_as_is_said():
    for d in (100, 1000):
        assert norms(RNG.standard_normal((4000, d))).std() == pytest.approx(NORM_SD, rel=0.05)


@pytest.mark.parametrize(
    "strength, path, message",
    [
        (1, "curved", "unknown path 'curved'; choose one of straight, norm, geodesic"),
        (np.inf, "straight", "strength is inf; it must be a finite number"),
        ([1, np.nan] * 10, "norm", "strength is nan"),
        ([1, 2, 3], "straight", "strength has 3 values; give one number, or one for each of the 20 rows"),
    ],
)
def test_errors(strength, path, message):
    with pytest.raises(ValueError, match=message):
        move(noise, D, strength, path)


def test_noise_that_is_not_finite_is_named():
    spoilt = noise.copy()
    spoilt[3, 0, 0, 2] = np.nan
    with pytest.raises(ValueError, match="noise holds nan at row 3, column 2"):
        move(spoilt, D, 1)
