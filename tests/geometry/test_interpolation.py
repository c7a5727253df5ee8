"""Paths end where they should and bend as they say; measures of smoothness have their closed forms."""

import numpy as np
import pytest

from unelib.geometry.interpolation import (
    PATHS,
    accounted,
    changes,
    interpolate,
    istd,
    middle_norm,
    path_length,
    path_lengths,
    pictures,
    smoothness,
)
from unelib.inversion import stochastic
from unelib.inversion.deterministic import generate
from unelib.latent.une import UNE

from ..helpers.planted import joint, planted

DATA = planted(300, 3, (8, 6), private=1)
SHARED = {"une": UNE(3, private=1).fit(DATA.views), "view": "a"}
A, B = DATA.views["a"][:20].astype(np.float32), DATA.views["a"][20:40].astype(np.float32)
THERE = np.linspace(0, 1, 5)
every_kind = pytest.mark.parametrize("kind", PATHS)


def lengths(path):
    """Lengths (s, n) of noises (s, n, ...)."""
    return np.linalg.norm(path.reshape(*path.shape[:2], -1).astype(float), axis=2)


def paint(gen, noise, gain=1.0):
    """A linear generator: noises (n, 3) as the three channels of one pixel, times a gain."""
    return np.round(gain * noise).astype(np.uint8).reshape(-1, 1, 1, 3)


class Pixels:
    """A linear encoder: pixels, as they are."""

    def embed(self, pixels):
        return pixels.reshape(len(pixels), -1).astype(np.float32)


@pytest.fixture
def noises():
    return np.random.default_rng(0).standard_normal((2, 6, 1, 4, 4)).astype(np.float32)


# paths


@every_kind
def test_both_ends_are_exact(kind):
    path = interpolate(A, B, [0, 1, 0.3, 0], kind, **SHARED)
    assert path.shape == (4, 20, 8) and path.dtype == np.float32
    for row, end in ((0, A), (1, B), (3, A)):
        np.testing.assert_array_equal(path[row], end)


@every_kind
def test_the_way_back_is_the_same_way(kind):
    there, back = interpolate(A, B, THERE, kind, **SHARED), interpolate(B, A, 1 - THERE, kind, **SHARED)
    np.testing.assert_allclose(there, back, atol=1e-5)


@every_kind
def test_pairs_are_taken_by_themselves_and_keep_their_shape(kind):
    path = interpolate(A, B, THERE, kind, **SHARED)
    np.testing.assert_allclose(interpolate(A[5:6], B[5:6], THERE, kind, **SHARED), path[:, 5:6], atol=1e-6)
    maps = interpolate(A.reshape(20, 2, 2, 2), B.reshape(20, 2, 2, 2), THERE, kind, **SHARED)
    np.testing.assert_array_equal(maps, path.reshape(5, 20, 2, 2, 2))


@every_kind
def test_each_pair_may_have_its_own_share(kind):
    path, own = interpolate(A, B, THERE, kind, **SHARED), np.arange(20) % 5
    found = interpolate(A, B, THERE[[own, 4 - own]], kind, **SHARED)
    np.testing.assert_array_equal(found[0], path[own, np.arange(20)])
    np.testing.assert_array_equal(found[1], path[4 - own, np.arange(20)])


def test_an_arc_keeps_the_length_and_turns_at_constant_speed(noises):
    a, b = (x / lengths(x[None])[0][:, None, None, None] * 5 for x in noises)
    path = interpolate(a, b, np.linspace(0, 1, 9))
    np.testing.assert_allclose(lengths(path), 5, rtol=1e-6)
    steps = np.arccos((path[1:] * path[:-1]).sum((2, 3, 4)).astype(float) / 25)
    np.testing.assert_allclose(steps, np.broadcast_to(steps.mean(0), steps.shape), rtol=1e-3)


def test_lengths_on_an_arc_change_linearly():
    np.testing.assert_allclose(lengths(interpolate([[1, 0]], [[0, 3]], THERE))[:, 0], 1 + 2 * THERE, rtol=1e-6)


def test_a_straight_path_leaves_the_shell():
    a, b = np.random.default_rng(0).standard_normal((2, 50, 4000))
    assert middle_norm(a, b, "linear") == pytest.approx(0.5**0.5, abs=0.01)
    assert middle_norm(a, b, "spherical") == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("a, b", [
    ([1.0, 2, 3], [1.0, 2, 3]), ([1.0, 2, 3], [2.0, 4, 6]), ([1.0, 2, 3], [-1.0, -2, -3]),
    ([0.0, 0, 0], [1.0, 2, 3]), ([0.0, 0, 0], [0.0, 0, 0]), ([1.0, 0, 0], [1.0, 5e-5, 0]),
])  # fmt: skip
def test_pairs_on_one_line_move_linearly(a, b):
    found = interpolate([a], [b], THERE)
    np.testing.assert_allclose(found, interpolate([a], [b], THERE, "linear"), atol=1e-7)


def test_just_off_a_line_arc_and_chord_agree():
    a, b = [[1.0, 0, 0]], [[1.0, 2e-4, 0]]
    np.testing.assert_allclose(interpolate(a, b, THERE), interpolate(a, b, THERE, "linear"), atol=1e-7)


def test_a_shared_latent_moves_linearly_and_the_rest_spherically():
    une, path = SHARED["une"], interpolate(A, B, THERE, "shared", **SHARED)
    z = np.stack([une.latent({"a": frame}) for frame in path])
    np.testing.assert_allclose(z, z[0] + THERE[:, None, None] * (z[-1] - z[0]), atol=1e-5)
    arc = np.stack([une.latent({"a": frame}) for frame in interpolate(A, B, THERE, **SHARED)])
    assert np.abs(arc - z).max() > 0.05
    rest = [frame - sum(accounted(frame.astype(float), une, "a")) for frame in path]
    far = np.linalg.norm(rest, axis=2)
    np.testing.assert_allclose(far, far[0] + THERE[:, None] * (far[-1] - far[0]), atol=1e-5)


def test_what_a_latent_accounts_for_is_the_view_s_regression_on_it():
    une, rows = SHARED["une"], DATA.views["a"]
    mean, of_latent = accounted(rows, une, "a")
    z = une.latent({"a": rows})
    np.testing.assert_allclose(une.latent({"a": mean + of_latent}), z, atol=1e-8)
    cov = joint(une, ["a"])[1]
    solved = np.linalg.solve(cov, une.loadings_["a"])  # z = solved' (x - mean), so Cov(x, z) = loadings
    gain = une.loadings_["a"] @ np.linalg.inv(solved.T @ cov @ solved)
    np.testing.assert_allclose(of_latent, z @ gain.T, atol=1e-8)


def test_where_nothing_is_shared_the_whole_is_turned_about_the_mean():
    une = UNE(0, private=1).fit(DATA.views)
    mean = DATA.views["a"].mean(0)
    found = interpolate(A, B, THERE, "shared", une, "a")
    np.testing.assert_allclose(found, interpolate(A - mean, B - mean, THERE) + mean, atol=1e-5)


def test_a_view_that_one_dimension_leaves_out_moves_by_the_others():
    une = UNE(1, private=0, sharing="pairs", ridge=0, steps=20).fit(planted(300, 2, (6, 6, 6)).views)
    a, b = np.random.default_rng(0).standard_normal((2, 4, 6)).astype(np.float32)
    path = interpolate(a, b, THERE, "shared", une, "a")
    z = np.stack([une.latent({"a": frame}) for frame in path])
    np.testing.assert_allclose(z, z[0] + THERE[:, None, None] * (z[-1] - z[0]), atol=1e-5)
    np.testing.assert_array_equal(path[[0, -1]], [a, b])


# measures


def test_istd_has_its_closed_form_and_grows_with_the_picture():
    grey = np.array([0, 10, 40, 45], np.uint8)
    frames = np.broadcast_to(grey[:, None, None, None, None], (4, 2, 3, 3, 1))
    np.testing.assert_allclose(changes(frames), 3 / 255 * np.array([[10, 10], [30, 30], [5, 5]]))
    np.testing.assert_allclose(istd(frames), 3 / 255 * np.std([10, 30, 5]))


def test_istd_is_zero_for_equal_steps_and_the_same_on_the_way_back():
    grey = np.arange(0, 250, 25, dtype=np.uint8)[:, None, None, None, None]
    np.testing.assert_allclose(istd(np.broadcast_to(grey, (10, 3, 4, 4, 3))), 0, atol=1e-12)
    frames = np.random.default_rng(0).integers(0, 256, (6, 5, 4, 4, 3), np.uint8)
    np.testing.assert_allclose(istd(frames[::-1]), istd(frames))
    np.testing.assert_allclose(istd(np.flip(frames, 3)), istd(frames))
    np.testing.assert_allclose(istd(frames[:, :2]), istd(frames)[:2])


def test_a_straight_path_s_length_is_the_squared_distance():
    a, b = np.array([[10.0, 20, 30], [0, 200, 50]]), np.array([[110.0, 20, 80], [200, 0, 50]])
    found = path_lengths(None, a, b, Pixels(), "linear", step=0.1, decode=paint)
    np.testing.assert_allclose(found, ((b - a) ** 2).sum(1), rtol=1e-6)
    half = path_lengths(None, a, b, Pixels(), "linear", step=0.2, decode=paint, gain=0.5)
    np.testing.assert_allclose(half, found / 4, rtol=1e-6)
    whole = path_length(None, a, b, Pixels(), "linear", step=1.0, decode=paint)
    assert whole.value == pytest.approx(found.mean()) and whole.low <= whole.value <= whole.high


def test_an_arc_s_length_is_the_chord_of_the_angle():
    a, b = np.array([[250.0, 0, 0]]), np.array([[0, 250.0, 0]])
    found = path_lengths(None, a, b, Pixels(), step=0.1, decode=paint)
    assert found[0] == pytest.approx((2 * 250 * np.sin(np.pi / 40) / 0.1) ** 2, rel=0.06)


def test_a_pair_s_place_is_its_own_whatever_comes_after_it(gaussian, noises):
    a, b = noises
    found = path_lengths(gaussian, a, b, Pixels(), steps=5)
    np.testing.assert_allclose(path_lengths(gaussian, a[:3], b[:3], Pixels(), steps=5, batch_size=2), found[:3])
    assert (path_lengths(gaussian, a, b, Pixels(), seed=1, steps=5) != found).any()


@every_kind
def test_pictures_of_a_path_are_those_of_its_noises(gaussian, noises, kind):
    a, b = noises
    views = {"a": np.random.default_rng(1).standard_normal((60, 16)), "b": np.random.default_rng(2).random((60, 3))}
    path = interpolate(a, b, THERE, kind, UNE(1, private=0, steps=2).fit(views), "a")
    made = pictures(gaussian, path, steps=5)
    assert made.shape == (5, 6, 4, 4, 3)
    np.testing.assert_array_equal(made[2], generate(gaussian, path[2], steps=5))


def test_stochastic_latents_are_interpolated_too(gaussian):
    pixels = np.random.default_rng(1).integers(30, 226, (4, 4, 4, 1), np.uint8).repeat(3, 3)
    latents = stochastic.encode(gaussian, pixels, steps=6)
    path = interpolate(latents[:2], latents[2:], THERE)
    made = pictures(gaussian, path, decode=stochastic.decode)
    np.testing.assert_array_equal(made[[0, -1]], [pixels[:2], pixels[2:]])


def test_smoothness_has_a_row_a_kind(gaussian, noises):
    a, b = noises
    table = smoothness(gaussian, a, b, Pixels(), frames=5, steps=6)
    assert list(table.index) == ["linear", "spherical"]
    parts = ["istd", "path_length"]
    ends = [gap + end for gap in ("", "_gap") for end in ("", "_low", "_high")]
    assert list(table) == [part + end for part in parts for end in ends] + ["middle_norm"]
    for part in parts:
        assert (table[f"{part}_low"] <= table[part]).all() and (table[part] <= table[f"{part}_high"]).all()
    frames = generate(gaussian, interpolate(a, b, THERE, "linear").reshape(30, 1, 4, 4), steps=6)
    assert table.loc["linear", "istd"] == pytest.approx(istd(frames.reshape(5, 6, 4, 4, 3)).mean())
    assert table.loc["linear", "path_length"] == path_length(gaussian, a, b, Pixels(), "linear", steps=6).value
    assert table.loc["linear", "middle_norm"] < 0.9 < table.loc["spherical", "middle_norm"]
    for part in parts:
        gap = table[f"{part}_gap"]
        assert gap["linear"] == 0 and gap["spherical"] == pytest.approx(table[part].diff()["spherical"])
        assert (table[f"{part}_gap_low"] <= gap).all() and (gap <= table[f"{part}_gap_high"]).all()


def test_smoothness_of_what_is_shared():
    a, b = A[:, :3] + 20, B[:, :3] + 100
    views = {"a": DATA.views["a"][:, :3] + 50, "b": DATA.views["b"]}
    une = UNE(1, private=0).fit(views)
    table = smoothness(None, a, b, Pixels(), PATHS, frames=3, une=une, view="a", decode=paint)
    assert list(table.index) == list(PATHS) and np.isfinite(table).all(None)


# errors


@pytest.mark.parametrize("a, b, options, message", [
    (A, B, {"kind": "cubic"}, "unknown kind 'cubic'; choose one of linear, spherical, shared"),
    (A, B[:5], {}, r"noises \(n, ...\) of one shape, not \(20, 8\) and \(5, 8\)"),
    (A[0], B[0], {}, r"not \(8,\) and \(8,\)"), (A[:0], B[:0], {}, r"not \(0, 8\)"),
    (A, np.where(np.arange(8) == 3, np.nan, B), {}, "b holds nan at row 0, column 3"),
    (A, B, {"shares": [0, 1.1]}, r"from 0 \(a\) to 1 \(b\), \(s,\) or \(s, 20\), not \[0, 1.1\]; .* edit.walk"),
    (A, B, {"shares": [-0.1]}, "shares must be"), (A, B, {"shares": [np.nan]}, "shares must be"),
    (A, B, {"shares": []}, "shares must be"), (A, B, {"shares": 0.5}, "shares must be"),
    (A, B, {"shares": np.zeros((2, 7))}, "shares must be"), (A, B, {"shares": np.zeros((2, 20, 1))}, "shares must be"),
    (A, B, {"kind": "shared"}, "kind 'shared' needs une"),
    (A, B, {"kind": "shared", "une": SHARED["une"]}, "and view, the name"),
    (A, B, {"kind": "shared", "une": SHARED["une"], "view": "c"}, "unknown view 'c'; choose one of a, b"),
    (A, B, {"kind": "shared", "une": SHARED["une"], "view": "b"}, "b has 8 columns; the fit was made on 6"),
])  # fmt: skip
def test_paths_that_cannot_be(a, b, options, message):
    with pytest.raises(ValueError, match=message):
        interpolate(a, b, **{"shares": THERE} | options)


@pytest.mark.parametrize("frames", [
    np.zeros((2, 1, 4, 4, 3), np.uint8), np.zeros((3, 4, 4, 3), np.uint8), np.zeros((3, 1, 4, 4, 3)),
    np.zeros((3, 0, 4, 4, 3), np.uint8),
])  # fmt: skip
def test_frames_that_cannot_be(frames):
    with pytest.raises(ValueError, match=r"frames must be \(s, n, h, w, c\) uint8 with at least 3"):
        istd(frames)


def test_measures_that_cannot_be_are_refused_before_anything_is_generated(gaussian, noises):
    a, b = noises
    for options, message in (
        ({"frames": 2}, "frames is 2; it must be a whole number from 3"),
        ({"kinds": ["linear", "cubic"]}, "unknown kind 'cubic'"),
        ({"kinds": ["linear", "shared"]}, "kind 'shared' needs une"),
        ({"step": 0}, "step is 0; it must be a number above 0 and at most 1"),
        ({"step": 1.5}, "step is 1.5"),
    ):
        with pytest.raises(ValueError, match=message):
            smoothness(gaussian, a, b, Pixels(), **options)
    assert gaussian.calls == 0
