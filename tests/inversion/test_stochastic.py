"""Stochastic latents lead back to the picture exactly, and have the statistics that Gaussian worlds foretell."""

import numpy as np
import pytest
import torch

from unelib.editing.directions import direction
from unelib.editing.walks import walk
from unelib.inversion.deterministic import to_latents
from unelib.inversion.stochastic import (
    CHAINS,
    GRIDS,
    bridge_mean,
    check_latents,
    decode,
    decode_latents,
    deviation,
    encode,
    from_posterior,
    from_stochastic,
    noisy_schedule,
    reverse_mean,
    step_diagnostics,
    to_stochastic,
)
from unelib.linalg.direction_algebra import Direction
from unelib.models.closed_form import ExactGaussian
from unelib.models.generators import load_generator
from unelib.probing.linear_probe import LinearProbe

both = pytest.mark.parametrize("kind", CHAINS)


@pytest.fixture
def pixels():
    grey = np.random.default_rng(1).integers(30, 226, (6, 4, 4, 1), np.uint8)
    return np.repeat(grey, 3, -1)


@pytest.fixture
def latents(gaussian, pixels):
    return encode(gaussian, pixels, steps=10)


@pytest.fixture
def tiny(model_folder):
    return load_generator(model_folder("ldm"), device="cpu")


def drawn_from(world, n, seed=0):
    """Clean latents (n, *latent_shape) of a Gaussian world, as the state at its lowest level has them."""
    rng, deviations = np.random.default_rng(seed), (world.variance + world.levels[0] ** 2).sqrt()
    return (world.mean + deviations * torch.from_numpy(rng.standard_normal((n, *world.latent_shape)))).float()


def encoded(world, clean, kind, steps=10, seed=1):
    """Stochastic latents (n, steps + 1, d) of clean ones, and the schedule."""
    schedule = noisy_schedule(world, steps, "karras")
    shape = (len(clean), steps + 1, *world.latent_shape)
    fresh = torch.from_numpy(np.random.default_rng(seed).standard_normal(shape, np.float32))
    found = to_stochastic(world, clean, fresh, schedule, CHAINS[kind])
    return found.numpy().reshape(*shape[:2], -1), schedule


def neighbour_correlation(z):
    """Correlation (steps - 1, d) of each step's z with the next one's, over pictures; z (n, steps, d)."""
    z = (z - z.mean(0)) / z.std(0)
    return (z[:, 1:] * z[:, :-1]).mean(0)


# exactness


@both
@pytest.mark.parametrize("grid", GRIDS)
@pytest.mark.parametrize("steps", [1, 2, 25])
def test_the_latent_comes_back(gaussian, pixels, kind, grid, steps):
    found = encode(gaussian, pixels, kind, steps, grid)
    assert found.shape == (6, steps + 1, 1, 4, 4) and found.dtype == np.float32
    np.testing.assert_allclose(decode_latents(gaussian, found, grid), to_latents(gaussian, pixels), atol=1e-6)
    np.testing.assert_array_equal(decode(gaussian, found, grid), pixels)


@both
def test_an_untrained_network_gives_the_latent_back_too(tiny, kind):
    pixels = np.random.default_rng(0).integers(0, 256, (5, 16, 16, 3), np.uint8)
    found = encode(tiny, pixels, kind, steps=8)
    np.testing.assert_allclose(decode_latents(tiny, found, batch_size=2), to_latents(tiny, pixels), atol=1e-4)


@both
def test_the_drawn_faces_come_back(faces, kind):
    gen = load_generator("drawn-ldm", device="cpu")
    found = encode(gen, faces[:2], kind, steps=4)
    np.testing.assert_allclose(decode_latents(gen, found), to_latents(gen, faces[:2]), atol=1e-5)


@both
def test_a_picture_s_latents_depend_on_it_and_the_seed_alone(gaussian, pixels, kind):
    found = encode(gaussian, pixels, kind, 10)
    again = encode(gaussian, pixels[::-1], kind, 10, batch_size=4)
    np.testing.assert_allclose(again[::-1], found, atol=1e-5)
    assert np.abs(encode(gaussian, pixels, kind, 10, seed=1) - found).max() > 1
    np.testing.assert_array_equal(decode(gaussian, found, batch_size=1), decode(gaussian, found, batch_size="auto"))


@both
def test_named_pictures_keep_their_draw_where_a_pixel_is_rounded_otherwise(gaussian, pixels, kind):
    rounded, names = pixels.copy(), [f"face-{i}" for i in range(len(pixels))]
    rounded[:, 0, 0, 0] ^= 1
    found, again = (encode(gaussian, x, kind, 10, own=names)[:, 0] for x in (pixels, rounded))
    assert np.abs(found - again).max() < 0.1 < np.abs(found - encode(gaussian, pixels, kind, 10)[:, 0]).max()
    np.testing.assert_allclose(encode(gaussian, pixels[1:2], kind, 10, own=names[1:2])[:, 0], found[1:2], atol=1e-5)
    with pytest.raises(ValueError, match=f"1 names in own for {len(pixels)} pictures"):
        encode(gaussian, pixels, kind, 10, own=names[:1])


def test_a_call_of_the_model_a_step_either_way(gaussian, pixels, latents):
    assert gaussian.calls == 10
    decode(gaussian, latents)
    assert gaussian.calls == 20


def test_the_model_s_mean_is_the_posterior_s_at_what_it_takes_for_clean():
    u, eps = np.random.default_rng(0).standard_normal((2, 5))
    np.testing.assert_allclose(reverse_mean(u, eps, 3.0, 2.0), bridge_mean(u, u - 3.0 * eps, 3.0, 2.0))


def test_the_posterior_is_bayes_s():
    clean, u, high, low = 0.3, 1.7, 3.0, 2.0
    precision = 1 / low**2 + 1 / (high**2 - low**2)
    mean = (clean / low**2 + u / (high**2 - low**2)) / precision
    assert bridge_mean(u, clean, high, low) == pytest.approx(mean)
    assert deviation(high, low) == pytest.approx(precision**-0.5)
    assert bridge_mean(u, clean, high, 0.0) == clean and deviation(high, 0.0) == 0


# statistics


def test_dpm_encoder_s_noises_are_independent_and_of_the_variance_that_follows(gaussian):
    found, schedule = encoded(gaussian, drawn_from(gaussian, 4000), "dpm-encoder")
    z, variance = found[:, 1:], gaussian.variance.numpy().ravel()
    high, low = schedule.levels[:0:-1, None], schedule.levels[-2::-1, None]
    expected = (1 + variance / low**2) / (1 + variance / high**2)
    np.testing.assert_allclose(found[:, 0].mean(0), 0, atol=0.08)
    np.testing.assert_allclose(found[:, 0].var(0), 1, atol=0.15)
    np.testing.assert_allclose(z.mean(0) / expected**0.5, 0, atol=0.08)
    np.testing.assert_allclose(z.var(0) / expected, 1, atol=0.12)
    assert np.abs(neighbour_correlation(found)).max() < 0.08


def test_dpm_encoder_s_noises_are_standard_normal_when_steps_are_many(gaussian):
    found = encoded(gaussian, drawn_from(gaussian, 400), "dpm-encoder", steps=400)[0]
    assert np.abs(found.mean((0, 2))).max() < 0.08
    assert found.var((0, 2)).mean() == pytest.approx(1, abs=0.05)
    assert abs(neighbour_correlation(found).mean()) < 0.01


def test_edit_friendly_noises_are_larger_and_neighbours_correlate_negatively(gaussian):
    clean = drawn_from(gaussian, 1000)
    own, sampled = (encoded(gaussian, clean, kind, steps=25)[0][:, 1:] for kind in ("edit-friendly", "dpm-encoder"))
    ratio = (own.var(0) / sampled.var(0)).mean(1)
    assert (ratio[:-1] > 1.4).all() and ratio[:10].min() > 4
    assert -0.52 < neighbour_correlation(own).mean() < -0.42


def translated(world, other, clean, kind):
    """Clean latents (n, d) that another world makes of this one's, and their correlation (d,) with those."""
    found, schedule = encoded(world, clean, kind, steps=50)
    found = found.reshape(-1, 51, *world.latent_shape)
    np.testing.assert_allclose(from_stochastic(world, torch.from_numpy(found), schedule), clean, atol=1e-6)
    there, source = (np.reshape(x, (len(x), -1)) for x in (decode_latents(other, found), clean))
    return there, np.array([np.corrcoef(a, b)[0, 1] for a, b in zip(source.T, there.T)])


def test_latents_of_another_world_become_its_own_and_stay_like_their_source(gaussian):
    other, clean = ExactGaussian(seed=5), drawn_from(gaussian, 2000)
    there, likeness = translated(gaussian, other, clean, "dpm-encoder")
    np.testing.assert_allclose(there.mean(0), other.mean.ravel(), atol=0.1)
    np.testing.assert_allclose(there.var(0), other.variance.ravel(), rtol=0.12)
    kept, closer = translated(gaussian, other, clean, "edit-friendly")
    np.testing.assert_allclose(kept.mean(0), other.mean.ravel(), atol=0.1)
    assert likeness.min() > 0.85 and (closer > likeness).all() and closer.min() > 0.97


# editing


def test_a_step_of_zero_changes_nothing_and_another_makes_pictures_brighter(gaussian, pixels, latents):
    d = Direction("bright", np.full(176, 176**-0.5), sigma=5.0)
    made = walk(gaussian, latents, d, [-1, 0, 1], decode=decode, grid="karras", batch_size=4)
    assert made.shape == (3, 6, 4, 4, 3)
    np.testing.assert_array_equal(made[1], pixels)
    assert (np.diff(made.reshape(3, 6, -1).mean(2), axis=0) > 0).all()


@pytest.mark.filterwarnings("ignore:a straight step")
def test_a_probe_of_the_latents_gives_a_direction_that_they_are_moved_by(gaussian):
    shades = np.random.default_rng(0).integers(30, 226, (80, 1, 1, 1))
    pixels = (shades + np.random.default_rng(1).integers(-20, 21, (80, 4, 4, 1))).astype(np.uint8).repeat(3, 3)
    rows = encode(gaussian, pixels, steps=5).reshape(80, -1)
    probe = LinearProbe("mean-difference").fit(rows, shades.ravel() > 128)
    d = direction(probe, 0, X=rows)
    dark, bright = walk(gaussian, rows[:10], d, [-2, 2], decode=decode)
    assert bright.mean() > dark.mean() + 20


# errors


def test_flows_and_grids_without_noise_at_the_end_are_refused(gaussian, gaussian_flow, pixels, latents):
    with pytest.raises(ValueError, match="gaussian is a flow, which has no DDPM steps"):
        encode(gaussian_flow, pixels)
    with pytest.raises(ValueError, match="is a flow"):
        decode(gaussian_flow, latents)
    gaussian.calls = 0
    for grid in ("trailing", "leading"):
        with pytest.raises(ValueError, match=f"'{grid}' starts from level 0, .* one of karras, log-sigma, uniform"):
            encode(gaussian, pixels, grid=grid)
        with pytest.raises(ValueError, match="starts from level 0"):
            decode(gaussian, latents, grid=grid)
    assert gaussian.calls == 0


@pytest.mark.parametrize("options, message", [
    ({"kind": "magic"}, "unknown kind 'magic'; choose one of dpm-encoder, edit-friendly"),
    ({"grid": "magic"}, "unknown grid 'magic'"), ({"steps": 0}, "steps is 0; choose 1 to 999"),
    ({"batch_size": 0}, "batch_size is 0"),
])  # fmt: skip
def test_bad_settings(gaussian, pixels, options, message):
    with pytest.raises(ValueError, match=message):
        encode(gaussian, pixels, **options)
    assert gaussian.calls == 0


def test_bad_images(gaussian):
    with pytest.raises(ValueError, match="must be .n, h, w, 3. uint8"):
        encode(gaussian, np.zeros((2, 4, 4, 3)))


@pytest.mark.parametrize("bad, message", [
    (np.zeros((2, 1, 4, 4)), r"stochastic latents of shape \(n, steps \+ 1, 1, 4, 4\), not \(2, 1, 4, 4\); make them"),
    (np.zeros((2, 1, 1, 4, 4)), r"not \(2, 1, 1, 4, 4\)"), (np.zeros((2, 16)), r"not \(2, 16\)"),
    (np.zeros((2, 47)), r"not \(2, 47\)"), (np.zeros(32), r"not \(32,\)"),
    (np.full((1, 3, 1, 4, 4), np.nan), "not finite"), (np.zeros((0, 3, 1, 4, 4)), "no latents were given"),
])  # fmt: skip
def test_bad_latents(gaussian, bad, message):
    for call in (decode, decode_latents):
        with pytest.raises(ValueError, match=message):
            call(gaussian, bad)


def test_flat_rows_are_taken_too(gaussian, latents):
    np.testing.assert_array_equal(check_latents(gaussian, latents.reshape(6, -1)), latents)


def test_latents_that_are_not_finite_are_reported(gaussian, pixels):
    gaussian.slope = lambda x, t: x * torch.inf
    with pytest.raises(ValueError, match="gaussian gave latents that are not finite; use dtype='float32'"):
        encode(gaussian, pixels, steps=3)


def test_step_diagnostics_of_fresh_noise_and_of_a_chain_that_repeats_itself():
    rng = np.random.default_rng(0)
    fresh = step_diagnostics(rng.standard_normal((400, 6, 1, 4, 4)))
    np.testing.assert_allclose([fresh[k] for k in ("std_first", "std_last", "neighbour")], [1, 1, 0], atol=0.05)
    same = np.repeat(rng.standard_normal((50, 1, 1, 4, 4)), 5, 1) * np.array([9, 1, 2, 3, 4]).reshape(1, 5, 1, 1, 1)
    told = step_diagnostics(same)
    assert told["neighbour"] == pytest.approx(1) and told["std_last"] == pytest.approx(4 * told["std_first"])


# between DDPM and the ODE, and from below


@both
@pytest.mark.parametrize("skip, eta", [(0, 0.1), (3, 1.0), (9, 0.5)])
def test_with_less_fresh_noise_or_fewer_steps_the_latent_comes_back(gaussian, pixels, kind, skip, eta):
    found = encode(gaussian, pixels, kind, 10, skip=skip, eta=eta)
    assert found.shape[1] == 11 - skip and gaussian.calls == 10 - skip
    back = decode_latents(gaussian, found, skip=skip, eta=eta)
    np.testing.assert_allclose(back, to_latents(gaussian, pixels), atol=1e-5)
    np.testing.assert_array_equal(decode(gaussian, found, skip=skip, eta=eta), pixels)


@pytest.mark.parametrize("eta", [1.0, 0.5, 0.1])
def test_a_step_is_ddim_s_in_the_paper_s_own_terms(eta):
    """Song et al. (2021), eqs. 12 and 16, of x and abar, against the same in u and sigma."""
    x, eps, z, high, low = 0.7, -0.4, 1.3, 2.5, 0.8
    at, below_it = 1 / (1 + high**2), 1 / (1 + low**2)
    sigma = eta * np.sqrt((1 - below_it) / (1 - at)) * np.sqrt(1 - at / below_it)
    clean = (x - np.sqrt(1 - at) * eps) / np.sqrt(at)
    stepped = np.sqrt(below_it) * clean + np.sqrt(1 - below_it - sigma**2) * eps + sigma * z
    u = reverse_mean(x / np.sqrt(at), eps, high, low, eta) + deviation(high, low, eta) * z
    assert u * np.sqrt(below_it) == pytest.approx(stepped)
    e = (x - np.sqrt(at) * clean) / np.sqrt(1 - at)
    drawn = np.sqrt(below_it) * clean + np.sqrt(1 - below_it - sigma**2) * e + sigma * z
    mine = from_posterior(x / np.sqrt(at), clean, z, high, low, eta)
    assert mine * np.sqrt(below_it) == pytest.approx(drawn)


def test_any_eta_keeps_the_marginals():
    """The chain's variance beyond the picture is the level's square, whatever share of it is fresh."""
    for eta in (0.1, 0.6, 1.0):
        kept_share = (bridge_mean(1.0, 0.0, 3.0, 2.0, eta)) ** 2 * 9.0
        assert kept_share + deviation(3.0, 2.0, eta) ** 2 == pytest.approx(4.0)


def test_skipping_begins_where_the_whole_chain_would_be(gaussian, pixels):
    found, schedule = encode(gaussian, pixels, "edit-friendly", 10, skip=6), noisy_schedule(gaussian, 10, "karras")
    state = found[:, 0] / schedule.scales[4] - to_latents(gaussian, pixels)
    assert state.std() == pytest.approx(np.sqrt(schedule.levels[4] ** 2 - schedule.levels[0] ** 2), rel=0.2)


@pytest.mark.parametrize("options, message", [
    ({"skip": 10}, "skip is 10; choose 0 to 9"), ({"skip": -1}, "skip is -1"), ({"skip": 1.5}, "skip is 1.5"),
    ({"eta": 0.0}, "eta is 0.0; it must be a number above 0"), ({"eta": 1.1}, "eta is 1.1"),
])  # fmt: skip
def test_bad_skips_and_etas(gaussian, pixels, latents, options, message):
    gaussian.calls = 0
    with pytest.raises(ValueError, match=message):
        encode(gaussian, pixels, steps=10, **options)
    assert gaussian.calls == 0
    if options != {"skip": 10}:
        with pytest.raises(ValueError, match=message.split(";")[0]):
            decode(gaussian, latents, **options)
