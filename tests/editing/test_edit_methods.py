"""Every method moves what it says: class means, weights, effects with the others held, scores, or nothing at all."""

import warnings

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

from unelib.editing.directions import direction, partial_directions
from unelib.editing.edit_methods import apply, directions_of, noise_of
from unelib.editing.edit_state import KEEP_BY, METHODS, EditState
from unelib.editing.edited_pictures import pictures_of
from unelib.editing.method_probes import MEASURED, bottleneck_effects, probe_for
from unelib.editing.minimal_edits import least_change
from unelib.editing.walks import move
from unelib.geometry.hspace import HSpace
from unelib.geometry.pullback import local_basis
from unelib.inversion.deterministic import generate
from unelib.models.generators import load_generator

from .test_method_probes import small_zoo

NAMES = ["up", "left", "round"]
LEARNT = METHODS[:5]  # of attributes; components and texts: test_method_probes
HOW = {"steps": 8, "solver": "ab2", "grid": "karras"}


@pytest.fixture(scope="module")
def rows():
    """Noise (300, 16) of training images, (80, 16) of others, and correlated attributes of the first."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((380, 16)) * np.linspace(0.5, 1.5, 16)
    scores = X[:, :3] + 0.6 * X[:, [1, 2, 0]] + 0.3 * rng.standard_normal((380, 3))
    return X[:300], X[300:], pd.DataFrame(scores[:300] > 0, columns=NAMES).astype(int)


@pytest.fixture(scope="module")
def probes(rows):
    return {method: probe_for(method, rows[0], rows[2]) for method in LEARNT}


def edit(method=METHODS[0], kept=(), **strengths):
    return EditState("gaussian", method=method, strengths=strengths, kept=kept)


@pytest.mark.parametrize("method", LEARNT)
def test_noise_moves_as_far_as_asked_and_back(method, rows, probes, gaussian):
    _, unit, _ = rows
    ways = directions_of(edit(method, up=2, left=-1), probes[method], unit)
    assert list(ways) == ["left", "up"]
    step = apply(edit(method, up=2), gaussian, probes[method], unit[:5], unit) - unit[:5]
    alone = directions_of(edit(method, up=2), probes[method], unit)["up"]
    np.testing.assert_allclose(step, np.tile(2 * alone.sigma * alone.vector, (5, 1)), atol=1e-5)
    there = apply(edit(method, up=2), gaussian, probes[method], unit[:5], unit)
    np.testing.assert_allclose(apply(edit(method, up=-2), gaussian, probes[method], there, unit), unit[:5], atol=1e-5)
    np.testing.assert_array_equal(apply(edit(method), gaussian, probes[method], unit[:5], unit), unit[:5].astype("f4"))


@pytest.mark.parametrize("method", LEARNT)
def test_an_image_is_moved_alike_alone_and_among_others_flat_or_not(method, rows, probes, gaussian):
    _, unit, _ = rows
    state = edit(method, kept=["round"], up=2, left=-1)
    together = apply(state, gaussian, probes[method], unit[:6].reshape(6, *gaussian.latent_shape), unit)
    alone = np.concatenate([apply(state, gaussian, probes[method], row[None], unit) for row in unit[:6]])
    np.testing.assert_array_equal(together, alone)
    assert together.dtype == np.float32


def test_directions_are_those_that_the_methods_are_named_for(rows, probes):
    X, unit, Y = rows
    means = X[Y.up == 1].mean(0) - X[Y.up == 0].mean(0)
    held = partial_directions(X, Y)["up"].vector
    weights = probes["probe weights"].coef_[0]
    pattern = np.cov(X.T) @ weights
    wanted = dict(zip(METHODS, (means, weights, pattern, held, weights)))
    for method, vector in wanted.items():
        d = directions_of(edit(method, up=1), probes[method], unit)["up"]
        np.testing.assert_allclose(d.vector, vector / np.linalg.norm(vector), atol=1e-8)
        assert d.sigma == pytest.approx(np.std(unit @ d.vector))


def test_kept_is_projected_out_as_the_explorer_does_it(rows, probes, gaussian):
    _, unit, _ = rows
    probe = probes[METHODS[0]]
    up, left, round_ = (direction(probe, name, X=unit) for name in NAMES)
    state = edit(kept=["left", "round"], up=2, left=-1)
    by_hand = move(unit, left.without([round_]), -1.0)  # what is kept may be moved itself
    by_hand = move(by_hand, up.without([left, round_]), 2.0)
    np.testing.assert_allclose(apply(state, gaussian, probe, unit, unit), by_hand, atol=1e-6)
    step = apply(edit(kept=["left"], up=2), gaussian, probe, unit, unit) - unit
    assert abs(step @ left.vector).max() < 1e-5 < abs(step @ up.vector).min()


def test_kept_by_covariance_is_uncorrelated_with_what_is_kept(rows, probes):
    unit = np.random.default_rng(1).standard_normal((2000, 16)) @ np.tri(16)  # correlated, and many
    probe = probes[METHODS[0]]
    left = direction(probe, "left").vector
    plain, cov = (directions_of(edit(kept=["left"], up=1).with_(keep_by=by), probe, unit)["up"] for by in KEEP_BY[:2])
    scores = unit @ np.stack([plain.vector, cov.vector, left]).T
    by_projection, by_covariance, _ = np.corrcoef(scores.T)[2]
    assert abs(by_covariance) < 0.05 * abs(by_projection)
    assert abs(plain.vector @ left) < 1e-8 < abs(cov.vector @ left)
    judged = directions_of(edit(kept=["left"], up=1).with_(keep_by="judge"), probe, unit)["up"]
    np.testing.assert_array_equal(judged.vector, plain.vector)


def test_the_least_change_moves_scores_by_their_spread_and_keeps_others(rows, probes, gaussian):
    _, unit, _ = rows
    probe = probes["least change"]
    before, spread = probe.decision_function(unit), probe.decision_function(unit).std(0)
    after = apply(edit("least change", kept=["round"], up=2, left=-1), gaussian, probe, unit, unit)
    wanted = before + spread * [2, -1, 0]
    np.testing.assert_allclose(probe.decision_function(after), wanted, atol=1e-3)
    targets = dict(zip(NAMES, wanted.T))
    np.testing.assert_allclose(after, least_change(unit, probe, targets), atol=1e-4)


@pytest.mark.parametrize("path", ["straight", "norm"])
def test_the_control_is_as_long_and_the_same_every_time(path, rows, probes, gaussian):
    _, unit, _ = rows
    state, probe = edit(kept=["round"], up=0.5, left=0.4).with_(path=path), probes[METHODS[0]]
    asked, by_chance, again = (
        apply(one, gaussian, probe, unit[:5], unit) - unit[:5].astype("f4")
        for one in (state, state.with_(control=True), state.with_(control=True))
    )
    rtol = 1e-5 if path == "straight" else 0.1  # brought back to its length
    np.testing.assert_allclose(np.linalg.norm(by_chance, axis=1), np.linalg.norm(asked, axis=1), rtol=rtol)
    if path == "norm":
        np.testing.assert_allclose(np.linalg.norm(unit[:5] + by_chance, axis=1), np.linalg.norm(unit[:5], axis=1), 1e-5)
        return
    np.testing.assert_array_equal(by_chance, again)
    directions = by_chance / np.linalg.norm(by_chance, axis=1, keepdims=True)
    np.testing.assert_allclose(directions, np.tile(directions[0], (5, 1)), atol=1e-5)
    assert abs(asked[0] @ directions[0]) < 0.8 * np.linalg.norm(asked[0])
    back = apply(state.with_(control=True, strengths={"up": -0.5}), gaussian, probe, unit[:5], unit) - unit[:5]
    assert (back @ directions[0] < 0).all()  # against it
    still = edit().with_(control=True)
    np.testing.assert_array_equal(apply(still, gaussian, probe, unit[:5], unit), unit[:5].astype("f4"))


class BrightJudge:
    """Sees how bright a picture is, and how bright its left half."""

    name, attributes = "bright", ["up", "left"]

    def probabilities(self, pixels):
        light = pixels.astype(float).mean(3)
        return expit((np.stack([light.mean((1, 2)), light[:, :, :2].mean((1, 2))], 1) - 127) / 4)


def test_what_is_kept_by_the_judge_stays_as_the_judge_saw_it(rows, probes, gaussian):
    _, unit, _ = rows
    state, judge, probe = edit(kept=["left"], up=2), BrightJudge(), probes[METHODS[0]]
    plain, held = (apply(one, gaussian, probe, unit[:6], unit, judge) for one in (state, state.with_(keep_by="judge")))
    before, free, kept = (judge.probabilities(generate(gaussian, x))[:, 1] for x in (unit[:6], plain, held))
    assert np.abs(kept - before).mean() < 0.5 * np.abs(free - before).mean()
    left = direction(probe, "left").vector
    beside = (held - plain) - np.outer((held - plain) @ left, left)
    np.testing.assert_allclose(beside, 0, atol=1e-5)  # corrected along its own direction and no other
    alone = apply(state.with_(keep_by="judge"), gaussian, probe, unit[3:4], unit, judge)
    np.testing.assert_allclose(held[3:4], alone, atol=1e-5)
    with pytest.raises(ValueError, match="keeps attributes by a judge, and none is given; pass judge"):
        apply(state.with_(keep_by="judge"), gaussian, probe, unit[:6], unit)


def test_curved_paths_keep_the_norm(rows, probes, gaussian):
    _, unit, _ = rows
    state = edit(up=0.5, left=-0.5).with_(path="norm")
    moved = apply(state, gaussian, probes[METHODS[0]], unit[:4], unit)
    np.testing.assert_allclose(np.linalg.norm(moved, axis=1), np.linalg.norm(unit[:4], axis=1), rtol=1e-5)


def test_steps_that_only_together_leave_the_shell_are_told(rows, probes, gaussian):
    _, unit, _ = rows
    still, probe = np.full((1, 16), 0.5), probes[METHODS[0]]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for name in NAMES:
            apply(edit(**{name: 1.8}), gaussian, probe, still, unit)
        apply(edit(up=1.8, left=1.8, round=1.8).with_(path="norm"), gaussian, probe, 3 * still, unit)
    with pytest.warns(
        UserWarning, match=r"the edit \(left \+1.8, round \+1.8, up \+1.8 .* leads an image off its shell"
    ):
        apply(edit(up=1.8, left=1.8, round=1.8), gaussian, probe, still, unit)


def test_mistakes_are_named(rows, probes, gaussian):
    X, unit, Y = rows
    with pytest.raises(
        ValueError, match="takes its directions from 'logistic', and this probe is 'mean-difference'; make"
    ):
        directions_of(edit("probe weights", up=1), probes[METHODS[0]], unit)
    with pytest.raises(ValueError, match="no probe for 'down'; there are probes for"):
        directions_of(edit(down=1), probes[METHODS[0]], unit)
    with pytest.raises(ValueError, match="gaussian takes noise of shape"):
        apply(edit(up=1), gaussian, probes[METHODS[0]], unit[:, :8], unit)
    with pytest.raises(ValueError, match="unknown method 'magic'"):
        probe_for("magic", X, Y)
    with pytest.raises(ValueError, match="'h-space' has no probe of noise; make its directions by bottleneck_effects"):
        probe_for("h-space", X, Y)


STEPS = {"steps": 3}


@pytest.fixture(scope="module")
def ldm(model_folder):
    return load_generator(model_folder("ldm"), "cpu")


@pytest.fixture(scope="module")
def noises(ldm):
    """Noise (60, d) of a model with a bottleneck, and attributes of it."""
    X = np.random.default_rng(0).standard_normal((60, ldm.latent_dim)).astype("f4")
    return X, pd.DataFrame({"up": X[:, 0] > 0, "left": X[:, 1] > 0, "rare": np.arange(60) == 0}).astype(int)


@pytest.fixture(scope="module")
def h_space(ldm, noises):
    X, Y = noises
    return bottleneck_effects(ldm, X[:40], Y[:40], X[40:], **STEPS)


def h_edit(**parts):
    return EditState("ldm", method="h-space", **({"strengths": {"up": 3}} | STEPS | parts))


def test_in_h_space_the_bottleneck_moves_by_class_means_and_the_noise_stays(ldm, noises, h_space):
    (probe, unit), (X, Y) = h_space, noises
    H = HSpace(ldm, **STEPS).rows(X)
    assert probe.attributes_ == ["up", "left"] and len(unit) == min(20, MEASURED)  # too few have what is rare
    means = H[:40][Y.up[:40] == 1].mean(0) - H[:40][Y.up[:40] == 0].mean(0)
    unit_mean = means / np.linalg.norm(means)
    rows = apply(h_edit(), ldm, probe, X[:2], unit)
    np.testing.assert_array_equal(rows[:, : ldm.latent_dim], X[:2])
    wanted = 3 * np.std(H[40:] @ unit_mean) * unit_mean
    np.testing.assert_allclose(rows[:, ldm.latent_dim :], np.tile(wanted, (2, 1)), atol=1e-4)
    assert (pictures_of(ldm, rows, **STEPS) != generate(ldm, X[:2], **STEPS)).any()


def test_in_h_space_the_control_is_as_long_and_kept_attributes_are_taken_out(ldm, noises, h_space):
    (probe, unit), X, d = h_space, noises[0], ldm.latent_dim
    rows, by_chance = (apply(h_edit(control=on), ldm, probe, X[:2], unit) for on in (False, True))
    np.testing.assert_array_equal(by_chance[:, :d], X[:2])
    lengths = [np.linalg.norm(one[:, d:], axis=1) for one in (rows, by_chance)]
    np.testing.assert_allclose(*lengths, rtol=1e-4)
    assert abs(rows[0, d:] @ by_chance[0, d:]) < 0.5 * lengths[0][0] ** 2
    left = direction(probe, "left").vector
    kept = apply(h_edit(kept=["left"]), ldm, probe, X[:2], unit)
    assert abs(kept[0, d:] @ left) < 1e-3 < abs(rows[0, d:] @ left)
    with pytest.raises(ValueError, match="unknown path 'norm'; choose one of straight"):
        h_edit(path="norm")


def test_in_h_space_the_judge_corrects_the_bottleneck(ldm, noises, h_space):
    (probe, unit), X, d = h_space, noises[0], ldm.latent_dim
    state = h_edit(strengths={"up": 6}, kept=["left"], keep_by="judge")
    plain, held = (apply(one, ldm, probe, X[:3], unit, BrightJudge()) for one in (h_edit(strengths={"up": 6}), state))
    np.testing.assert_array_equal(held[:, :d], X[:3])
    assert held.shape == plain.shape


def test_pullback_vectors_are_each_images_own_and_move_its_bottleneck_most(ldm, noises):
    X, Y = noises
    probe = probe_for("pullback vectors", X[:40], Y[["up", "left"]][:40])
    state = EditState("ldm", method="pullback vectors", strengths={"vector 1": 2})
    rows = apply(state, ldm, probe, X[:2], X[40:])
    for noise, moved in zip(X[:2], rows):
        v = local_basis(ldm, noise[None], ldm.schedule(1, grid="uniform").timesteps[-1], 1, 1e-5).v[0]
        step = moved - noise
        assert abs(step @ v) == pytest.approx(np.linalg.norm(step), rel=1e-3)
        assert np.linalg.norm(step) == pytest.approx(2 * np.std(X[40:] @ v), rel=1e-3)
        assert step[np.abs(step).argmax()] > 0
    np.testing.assert_allclose(apply(state, ldm, probe, X[1:2], X[40:]), rows[1:], atol=1e-5)
    kept = apply(state.with_(kept=["up"]), ldm, probe, X[:2], X[40:]) - X[:2]
    np.testing.assert_allclose(kept @ direction(probe, "up").vector, 0, atol=1e-4)
    np.testing.assert_array_equal(apply(state.with_(strengths={}), ldm, probe, X[:2], X[40:]), X[:2])


def test_mistakes_of_pullback_vectors_are_named(ldm, noises):
    X, Y = noises
    probe = probe_for("pullback vectors", X[:40], Y[["up"]][:40])
    state = EditState("ldm", method="pullback vectors", strengths={"vector 6": 2})
    with pytest.raises(ValueError, match="an image's own; pass gen and the noise of one image"):
        directions_of(state, probe, X[40:])


@pytest.fixture
def zoo(tmp_path):
    return small_zoo(tmp_path)


def test_an_edit_starts_from_a_row_or_a_seed(zoo, gaussian):
    state = EditState("gaussian", image=str(zoo.ids[31]), strengths={"Young": 1})
    np.testing.assert_array_equal(noise_of(state, gaussian, zoo), zoo.rows("gaussian", [31]))
    fresh = [noise_of(state.with_(seed=seed), gaussian, zoo) for seed in (3, 3, 4)]
    assert fresh[0].shape == (1, 16) and (fresh[0] == fresh[1]).all() and (fresh[0] != fresh[2]).all()
    with pytest.raises(ValueError, match="no image 'face-9' in .*; its ids go from 'face-0-00000000' to"):
        noise_of(state.with_(image="face-9"), gaussian, zoo)
    with pytest.raises(ValueError, match="names no picture; give it one"):
        noise_of(state.with_(image=None), gaussian, zoo)
