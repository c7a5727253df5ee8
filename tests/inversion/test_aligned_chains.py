"""Aligned chains: what alignment does to statistics, when it does nothing, and what the draws depend on."""

import numpy as np
import pytest
import torch

from unelib.inversion.aligned_chains import (
    FLOOR,
    Beside,
    Chain,
    like_it,
    nearby_noise,
    normalised_like,
    permuted,
    solved_beside,
    variations,
)
from unelib.inversion.deterministic import generate, invert, to_latents
from unelib.inversion.ode import pick_solver
from unelib.models.generators import load_generator


@pytest.fixture
def pixels():
    return np.repeat(np.random.default_rng(1).integers(30, 226, (3, 4, 4, 1), np.uint8), 3, -1)


@pytest.fixture
def tiny(model_folder):
    return load_generator(model_folder("ldm"), device="cpu")


@pytest.fixture
def noisy():
    return np.random.default_rng(0).integers(0, 256, (3, 16, 16, 3), np.uint8)


def test_each_channel_gets_the_reference_s_mean_and_deviation():
    x, y = torch.randn(2, 5, 3, 8, 8, generator=torch.Generator().manual_seed(0)) * 3
    found, places = normalised_like(x, 2 * y + 1), (2, 3)
    torch.testing.assert_close(found.mean(places), (2 * y + 1).mean(places), atol=1e-5, rtol=0)
    torch.testing.assert_close(found.std(places), (2 * y + 1).std(places), atol=1e-4, rtol=0)
    torch.testing.assert_close(normalised_like(x, x), x)
    torch.testing.assert_close(normalised_like(5 * x - 2, y), normalised_like(x, y), atol=1e-3, rtol=0)


def test_it_is_the_published_formula():
    """Of one picture: unbiased variances, to which 1e-5 is added, by channels."""
    x, y = np.random.default_rng(0).standard_normal((2, 1, 4, 6, 6)) * 0.01
    for channel, (a, b) in enumerate(zip(x[0], y[0])):
        expected = (a - a.mean()) / np.sqrt(a.var(ddof=1) + FLOOR) * np.sqrt(b.var(ddof=1) + FLOOR) + b.mean()
        found = normalised_like(torch.from_numpy(x), torch.from_numpy(y))[0, channel]
        np.testing.assert_allclose(found, expected)


@torch.inference_mode()
@pytest.mark.parametrize("solver", ["ab2", "ddim", "heun", "euler", "fixed-point"])
def test_the_chain_is_the_inversion(gaussian, pixels, solver):
    schedule = gaussian.schedule(12, "karras")
    chain = Chain(gaussian, gaussian.to_latent(pixels), pick_solver(solver), schedule)
    assert sorted(chain.states) == list(range(13))
    np.testing.assert_array_equal(chain.states[0], to_latents(gaussian, pixels))
    noise = chain.states[12] * float(schedule.scales[-1])
    np.testing.assert_allclose(noise, invert(gaussian, pixels, 12, solver, "karras").noise, atol=1e-6)
    steps = [(chain.states[i + 1] - chain.states[i]).abs().max() for i in range(12)]
    assert min(steps) > 0


@torch.inference_mode()
def test_beside_itself_a_chain_is_aligned_already(tiny, noisy):
    schedule, ddim = tiny.schedule(6, "karras"), pick_solver("euler")
    chain = Chain(tiny, tiny.to_latent(noisy), ddim, schedule)
    for attend in (False, True):
        field = Beside(tiny, chain, 0.0, "slope", attend)
        for level in range(1, 7):
            torch.testing.assert_close(
                field(chain.states[level], level, level), chain.slope(level, level), atol=1e-4, rtol=0
            )


@pytest.mark.parametrize("until, same", [(1.0, True), (0.6, False)])
def test_without_alignment_it_is_generation(gaussian, pixels, until, same):
    found, schedule = (
        variations(gaussian, pixels, 2, start="fresh", until=until, steps=10),
        gaussian.schedule(10, "karras"),
    )
    top = torch.from_numpy(invert(gaussian, pixels, 10).noise) / float(schedule.scales[-1])
    starts = np.stack(like_it(top, pixels, 2, 0)) * schedule.scales[-1]
    made = np.stack([generate(gaussian, z, 10) for z in starts])
    assert (np.abs(made.astype(int) - found).max() <= 1) == same


def test_permuted_starts_hold_the_noise_s_own_values_and_channels_move_together(tiny, noisy):
    top = torch.from_numpy(invert(tiny, noisy, 3).noise)
    for start in permuted(top, noisy, 3, 0):
        assert not torch.equal(start, top)
        for moved, was in zip(start.flatten(2).mT, top.flatten(2).mT):  # places are rows: the same set of rows
            torch.testing.assert_close(moved[moved[:, 0].argsort()], was[was[:, 0].argsort()])


@torch.inference_mode()
@pytest.mark.parametrize("align", ["slope", "state"])
def test_aligned_to_the_end_each_channel_comes_to_the_picture_s_mean(tiny, noisy, align):
    """The state is a sum of slopes, so equal means of all slopes, or of all states, are an equal mean at the end."""
    solve, clean = pick_solver("heun"), tiny.to_latent(noisy)
    chain = Chain(tiny, clean, solve, tiny.schedule(40, "karras"))
    (start,) = permuted(chain.states[40], noisy, 1, 0)

    def away(until):
        made = solved_beside(Beside(tiny, chain, until, align, False), start, solve)
        return (made - clean).mean((2, 3)).abs().mean()

    assert away(0.0) < 0.2 * away(1.0)


@pytest.mark.parametrize("start", ["permuted", "fresh"])
@pytest.mark.parametrize("align", ["slope", "state"])
def test_a_variation_depends_on_its_picture_and_the_seed_alone(tiny, noisy, start, align):
    how = {"align": align, "start": start, "steps": 4, "attend": True}
    made = variations(tiny, noisy, 3, **how)
    assert made.shape == (3, 3, 16, 16, 3) and made.dtype == np.uint8
    again = variations(tiny, noisy[::-1].copy(), 2, batch_size=2, **how)[:, ::-1]
    assert np.abs(again.astype(int) - made[:2]).max() <= 1
    assert (variations(tiny, noisy, 1, seed=1, **how) != made[:1]).any() and (made[0] != made[1]).any()
    names = variations(tiny, noisy, 1, own=["a", "b", "c"], **how)
    assert (names != made[:1]).any()


def test_a_picture_may_be_inverted_under_another_prompt(model_folder, noisy):
    plain, guided = (
        load_generator(model_folder("sd"), device="cpu", prompt=p, guidance=g) for p, g in (("", 1), ("a", 7))
    )
    calls = {"steps": 3, "attend": True}
    made = variations(guided, noisy, 2, source=plain, **calls)
    assert made.shape == (2, 3, 16, 16, 3) and (made != variations(guided, noisy, 2, **calls)).any()


def test_a_flow_is_aligned_too(gaussian_flow, pixels):
    assert variations(gaussian_flow, pixels, 2, steps=5, solver="euler", grid="uniform").shape == (2, 3, 4, 4, 3)


def test_nearby_noise_is_as_far_as_asked_and_as_white():
    z = np.random.default_rng(0).standard_normal((3, 4, 40, 40)).astype(np.float32)
    np.testing.assert_array_equal(nearby_noise(z, 0.0, 2), np.stack([z, z]))
    for s in (0.3, 0.8, 1.0):
        near = nearby_noise(z, s, 3)
        assert near.std() == pytest.approx(1, abs=0.02)
        for draw in near:
            assert np.corrcoef(draw.ravel(), z.ravel())[0, 1] == pytest.approx(np.sqrt(1 - s**2), abs=0.02)
    np.testing.assert_array_equal(
        nearby_noise(z, 0.5, 1, own=["a", "b", "c"]), nearby_noise(z, 0.5, 3, own=list("abc"))[:1]
    )


@pytest.mark.parametrize("options, message", [
    ({"count": 0}, "count is 0; choose a whole number from 1"), ({"align": "all"}, "unknown align 'all'"),
    ({"start": "zero"}, "unknown start 'zero'; choose one of permuted, fresh"),
    ({"until": 1.5}, "until is 1.5; choose 0, alignment to the end, to 1"),
    ({"attend": True}, "gaussian has no U-Net with self-attention"), ({"solver": "bdia"}, "needs a second state"),
    ({"own": ["a"]}, "1 names in own for 3 pictures"),
])  # fmt: skip
def test_errors_come_before_any_work(gaussian, pixels, options, message):
    with pytest.raises(ValueError, match=message):
        variations(gaussian, pixels, **options)
    assert gaussian.calls == 0


def test_other_latents_and_distances_are_refused(gaussian, tiny, pixels):
    with pytest.raises(ValueError, match="share a latent space"):
        variations(gaussian, pixels, source=tiny)
    with pytest.raises(ValueError, match="distance is 2; choose 0, the noise itself, to 1"):
        nearby_noise(np.zeros((2, 4)), 2)
    with pytest.raises(ValueError, match="count is 0"):
        nearby_noise(np.zeros((2, 4)), 0.5, 0)
    with pytest.raises(ValueError, match="1 names in own for 2 pictures"):
        nearby_noise(np.zeros((2, 4)), 0.5, own=["a"])
    for z in (np.full((2, 4), np.nan), np.zeros((0, 4))):
        with pytest.raises(ValueError, match="is empty or holds values that are not finite"):
            nearby_noise(z, 0.5)
