"""Translation: nothing changes between equals, and between Gaussian worlds it is the map that is known."""

import numpy as np
import pytest
import torch

from unelib.inversion.deterministic import generate, reconstruct, to_latents
from unelib.inversion.second_moments import GaussianFlow
from unelib.inversion.stochastic import decode_latents, encode
from unelib.inversion.translation import KINDS, same_levels, same_shape, translate
from unelib.models.closed_form import ExactGaussian
from unelib.models.generators import Generator, load_generator, open_pipeline
from unelib.worlds.fidelity import psnr
from unelib.worlds.image_sets import load_images

every = pytest.mark.parametrize("kind", KINDS)


@pytest.fixture
def pixels():
    grey = np.random.default_rng(1).integers(80, 176, (5, 4, 4, 1), np.uint8)
    return np.repeat(grey, 3, -1)


def told(folder, prompt, guidance=1.0):
    """One tiny Stable Diffusion under a prompt."""
    pipeline = open_pipeline("sd", folder, torch.float32, None)
    return Generator("sd", pipeline, torch.device("cpu"), torch.float32, prompt, guidance)


# between equals


@every
@pytest.mark.parametrize("skip, eta", [(0, 1.0), (4, 1.0), (9, 0.3), (0, 0.1)])
def test_between_equals_nothing_changes(gaussian, pixels, kind, skip, eta):
    way = {"solver": "bdia"} if kind == "ode" else {}  # the ODE's own exactly invertible solver
    made = translate(gaussian, gaussian, pixels, kind, skip, eta, steps=10, **way)
    assert np.abs(made.astype(int) - pixels).max() <= (1 if kind == "ode" else 0)


@pytest.mark.parametrize("kind", ["dpm-encoder", "edit-friendly"])
@pytest.mark.parametrize("skip", [0, 3])
def test_equal_prompts_give_the_picture_back_and_others_do_not(model_folder, kind, skip):
    folder = model_folder("sd")
    pixels = np.random.default_rng(0).integers(0, 256, (2, 16, 16, 3), np.uint8)
    source, same, other = told(folder, "a dog"), told(folder, "a dog"), told(folder, "two cats", 5.0)
    best = source.to_image(source.to_latent(pixels))
    how = {"kind": kind, "skip": skip, "eta": 0.1, "steps": 8}
    np.testing.assert_array_equal(translate(source, same, pixels, **how), best)
    guided = told(folder, "a dog", 5.0)
    np.testing.assert_array_equal(translate(guided, guided, pixels, **how), best)
    assert (translate(source, other, pixels, **how) != best).any()


@every
def test_a_picture_s_translation_depends_on_it_and_the_seed_alone(gaussian, pixels, kind):
    other = ExactGaussian(seed=5)
    made = translate(gaussian, other, pixels, kind, steps=10)
    np.testing.assert_array_equal(translate(gaussian, other, pixels[::-1], kind, steps=10, batch_size=2)[::-1], made)
    if kind != "ode":
        assert (translate(gaussian, other, pixels, kind, steps=10, seed=1) != made).any()


@pytest.mark.slow
def test_trained_twice_on_one_domain_generators_leave_pictures_nearly_as_they_are():
    one, again = (load_generator(name, device="cpu") for name in ("fashion-ddpm", "fashion-ddpm-seed1"))
    now = reconstruct(one, load_images("fashion", n=4, split="test").pixels)
    fresh = generate(again, np.random.default_rng(0).standard_normal((4, *again.latent_shape)), steps=15)
    near = {kind: psnr(now, translate(one, again, now, kind, steps=15)).mean() for kind in KINDS}
    assert min(near.values()) > psnr(now, fresh).mean() + 10 and near["edit-friendly"] > near["ode"]


# the map that is known


def test_by_the_ode_gaussian_worlds_are_mapped_optimally(gaussian, pixels):
    """Along shared axes the optimal transport of one Gaussian to another scales each about the means."""
    other, clean = ExactGaussian(seed=5), to_latents(gaussian, pixels)
    monge = other.mean + (other.variance / gaussian.variance).sqrt() * (torch.from_numpy(clean) - gaussian.mean)
    made = translate(gaussian, other, pixels, "ode", steps=100, solver="heun", grid="karras")
    unseen = (to_latents(other, made) - monge.numpy())[np.abs(monge.numpy()) < 0.95]  # others are cut to 8 bits
    assert np.abs(unseen).mean() < 0.03 < np.abs(clean - monge.numpy()).mean()


def test_across_axes_the_ode_carries_the_law_but_not_optimally():
    """The ODE's map of Gaussians is B^1/2 A^-1/2; the optimal one is symmetric, and the same where A and B commute."""
    rng, schedule = np.random.default_rng(0), ExactGaussian().schedule(5, "karras")
    A, B = (m @ m.T + 0.1 * np.eye(4) for m in rng.standard_normal((2, 4, 4)))
    x, y = (rng.multivariate_normal(np.zeros(4), C, 100_000).reshape(-1, 1, 2, 2) for C in (A, B))
    source, target = GaussianFlow(x, schedule), GaussianFlow(y, schedule)
    made = target.latents(source.noise(x)).reshape(-1, 4)
    np.testing.assert_allclose(np.cov(made.T), B, atol=0.1 * np.abs(B).max())
    linear = np.linalg.lstsq(x.reshape(-1, 4), made, rcond=None)[0]
    assert np.abs(linear - linear.T).max() > 0.1

    def root(C):
        w, V = np.linalg.eigh(C)
        return V * np.sqrt(w) @ V.T

    inverse = np.linalg.inv(root(A))
    monge = inverse @ root(root(A) @ B @ root(A)) @ inverse
    optimal, by_ode = (((x.reshape(-1, 4) - z) ** 2).sum(1).mean() for z in (x.reshape(-1, 4) @ monge, made))
    assert optimal < by_ode - 0.01
    np.testing.assert_allclose(linear, inverse @ root(B), atol=0.1)


def test_what_is_skipped_leaves_more_of_the_picture(gaussian, pixels):
    other = ExactGaussian(seed=5)
    for kind in KINDS:
        moved = [np.abs(translate(gaussian, other, pixels, kind, k, steps=20).astype(int) - pixels).mean()
                 for k in (0, 14, 18)]  # fmt: skip
        assert moved[0] > moved[1] > moved[2]


def test_where_almost_nothing_is_fresh_z_is_large_and_the_picture_still_comes_back(gaussian, pixels):
    found = encode(gaussian, pixels, steps=30, eta=1e-3, skip=20)
    assert np.abs(found[:, 1:]).max() > 5  # z makes up for what so few fresh draws cannot
    np.testing.assert_allclose(
        decode_latents(gaussian, found, skip=20, eta=1e-3), to_latents(gaussian, pixels), atol=1e-5
    )


# errors


def test_errors(gaussian, gaussian_flow, pixels, model_folder):
    with pytest.raises(ValueError, match="unknown kind 'magic'; choose one of dpm-encoder, edit-friendly, ode"):
        translate(gaussian, gaussian, pixels, "magic")
    with pytest.raises(ValueError, match="share a latent space"):
        same_shape(gaussian, gaussian_flow)
    tiny = load_generator(model_folder("ldm"), device="cpu")
    with pytest.raises(ValueError, match=r"\(1, 4, 4\) and .*\(4, 4, 4\); choose generators that share"):
        translate(gaussian, tiny, pixels)
    for kind in KINDS:
        with pytest.raises(ValueError, match="skip is 10; choose 0 to 9, less than the steps"):
            translate(gaussian, gaussian, pixels, kind, 10, steps=10)
    with pytest.raises(ValueError, match="eta is 0; it must be a number above 0 and at most 1"):
        translate(gaussian, gaussian, pixels, eta=0)
    with pytest.raises(ValueError, match="must be .n, h, w, 3. uint8"):
        translate(gaussian, gaussian, pixels[0])
    gaussian.slope = lambda x, t: x * torch.inf
    with pytest.raises(ValueError, match="gave noise that is not finite"):
        translate(gaussian, gaussian, pixels, "ode", steps=3)


def test_states_between_are_shared_by_one_schedule_alone(gaussian, pixels):
    other = ExactGaussian(seed=5)
    other.levels = other.levels * 2
    assert translate(gaussian, other, pixels, steps=5).shape == pixels.shape
    with pytest.raises(ValueError, match="noise levels up to 14.6146 and 29.2293; .* so take skip=0"):
        translate(gaussian, other, pixels, skip=1, steps=5)
    same_levels(gaussian, ExactGaussian(seed=1), 5, "karras")
