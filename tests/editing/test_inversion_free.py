"""FlowEdit between conditions that are the same, between planted Gaussians, and between prompts of tiny pipelines."""

from functools import partial

import numpy as np
import pytest
import torch

from unelib.editing.inversion_free import flow_edit, without_inversion
from unelib.inversion.deterministic import reconstruct
from unelib.inversion.ode import SETTINGS
from unelib.models.closed_form import ExactFlow, ExactGaussian
from unelib.models.gan_generators import Dcgan, as_begun, save_gan
from unelib.models.generators import load_generator
from unelib.models.noise_schedule import Schedule

PIXELS = np.random.default_rng(0).integers(60, 190, (5, 4, 4, 1), np.uint8).repeat(3, 3)
APART = torch.linspace(-0.5, 0.5, 16, dtype=torch.float64).reshape(1, 4, 4)
WORLDS = [ExactGaussian, ExactFlow]


def classes(world):
    """Two Gaussian classes of the same spread, their means APART."""
    one, other = world(), world()
    other.mean = one.mean + APART
    return one, other


def moved_by(pair, schedule, skip=0, draws=1, seed=0):
    """How far FlowEdit moves five latents, in float64."""
    latent = pair[0].to_latent(PIXELS).double()
    shape = (5, schedule.steps, draws, 1, 4, 4)
    fresh = torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    return without_inversion(*pair, latent, fresh, schedule, skip) - latent


def ends(variance, low, high):
    """The share of APART that the closed form leads through between two sigmas."""
    return 1 - torch.sqrt((variance + low**2) / (variance + high**2))


@pytest.mark.parametrize("world", WORLDS)
@pytest.mark.parametrize("draws", [1, 3])
def test_equal_conditions_give_the_picture_back_exactly(world, draws):
    np.testing.assert_array_equal(flow_edit(world(), world(), PIXELS, steps=9, draws=draws), PIXELS)


@pytest.mark.parametrize("steps", [1, 2, 25])
@pytest.mark.parametrize("grid", ["uniform", "karras"])
def test_in_a_flow_a_planted_class_moves_by_the_difference_of_means_in_any_number_of_steps(steps, grid):
    pair = classes(ExactFlow)
    found = moved_by(pair, pair[0].schedule(steps, grid))
    torch.testing.assert_close(found, (1 - pair[0].levels[0]) * APART.expand(5, 1, 4, 4), rtol=0, atol=1e-12)


def test_in_a_diffusion_it_moves_by_the_closed_form_with_an_error_of_first_order():
    pair, errors, steps = classes(ExactGaussian), [], np.array([25, 50, 100, 200])
    exact = ends(pair[0].variance, *pair[0].levels[[0, -1]]) * APART
    for n in steps:
        errors.append(float((moved_by(pair, pair[0].schedule(n, "karras")) - exact).abs().max()))
    assert abs(-np.polyfit(np.log(steps), np.log(errors), 1)[0] - 1) < 0.1 and errors[-1] < 0.005


@pytest.mark.parametrize("high, off", [(10, 0.13), (100, 0.013), (1000, 0.0013)])
def test_the_higher_the_last_level_the_nearer_it_comes_to_the_difference_of_means(high, off):
    """Through noise of sigma at most 1.3 deviations of the class remain to be moved by sqrt(S) / sigma."""
    pair = classes(ExactGaussian)
    for gen in pair:  # the closed form knows its levels by number
        gen.levels = np.geomspace(1e-4, high, 1000)
    schedule = Schedule(np.geomspace(1e-4, high, 999), np.linspace(0, 999, 999))
    found = (moved_by(pair, schedule) - APART).abs().max()
    assert off / 4 < found < off


@pytest.mark.parametrize("world", WORLDS)
def test_between_gaussians_the_noise_cancels(world):
    pair = classes(world)
    first, second = (moved_by(pair, pair[0].schedule(7, "karras"), draws=k, seed=k) for k in (1, 4))
    torch.testing.assert_close(first, second, rtol=0, atol=1e-12)


def test_steps_that_are_skipped_move_nothing():
    pair = classes(ExactGaussian)
    schedule = pair[0].schedule(200, "karras")
    exact = ends(pair[0].variance, *schedule.levels[[0, 80]]) * APART
    torch.testing.assert_close(moved_by(pair, schedule, skip=120), exact.expand(5, 1, 4, 4), rtol=0, atol=0.005)
    few = [flow_edit(*pair, PIXELS, steps=20, skip=k).astype(int) - PIXELS for k in (0, 10, 19)]
    sizes = [np.abs(change).mean() for change in few]
    assert sizes[0] > 2 * sizes[1] > 20 * sizes[2]


class SeenAsFlow(ExactGaussian):
    """A diffusion model told by a flow's contract: t = sigma / (1 + sigma), velocity (1 + sigma) eps - u."""

    flow = True

    def __init__(self, model):
        self.__dict__ |= vars(model)
        self.model, self.table = model, model.levels
        self.levels = model.levels / (1 + model.levels)

    def slope(self, x, t):
        sigma = np.exp(np.interp(t, np.arange(1000), np.log(self.table)))
        u = x * (1 + sigma)
        return (1 + sigma) * self.model.eps(u / np.sqrt(1 + sigma**2), t) - u


@pytest.mark.parametrize("steps", [3, 40])
def test_a_diffusion_seen_as_a_flow_takes_the_same_steps(steps):
    """Between classes of different spread, where the noise matters: so the same noise is used for both."""
    pair = classes(ExactGaussian)
    pair[1].variance = 2 * pair[0].variance
    schedule = pair[0].schedule(steps, "karras")
    as_flow = Schedule(schedule.levels / (1 + schedule.levels), schedule.timesteps, flow=True)
    c, z = moved_by(pair, schedule), moved_by([SeenAsFlow(gen) for gen in pair], as_flow)
    torch.testing.assert_close(z, (1 - as_flow.levels[0]) * c, rtol=0, atol=1e-12)


@pytest.mark.parametrize("world", WORLDS)
def test_batch_size_changes_nothing_and_the_seed_what_noise_decides(world):
    pair = classes(world)
    pair[1].variance = 2 * pair[0].variance
    edit = partial(flow_edit, *pair, PIXELS, 8)
    np.testing.assert_allclose(edit(batch_size=2).astype(int), edit(), atol=1)
    np.testing.assert_array_equal(edit(batch_size="auto"), edit())
    assert np.abs(edit(seed=1).astype(int) - edit()).max() > 3


def test_what_is_left_out_is_as_the_source_was_solved():
    one, other = classes(ExactGaussian)
    one.ode = {"steps": 4, "solver": "ab2", "grid": "log-sigma"}
    np.testing.assert_array_equal(flow_edit(one, other, PIXELS), flow_edit(one, other, PIXELS, 4, "log-sigma"))


@pytest.mark.parametrize("kind", ["sd3", "flux", "sd", "dit"])
def test_prompts_and_classes_of_tiny_pipelines(model_folder, faces, kind):
    told = ("1", "2") if kind == "dit" else ("a b", "c d")
    same, source, target = (load_generator(model_folder(kind), "cpu", prompt=p) for p in (told[0], *told))
    way = {"steps": 3, "grid": SETTINGS["flow"]["grid"]}
    np.testing.assert_array_equal(flow_edit(source, same, faces[:2], **way), reconstruct(source, faces[:2]))
    edited = flow_edit(source, target, faces[:2], **way)
    assert edited.shape == (2, source.image_size, source.image_size, 3)
    for gen in (source, target):
        gen.to_image = lambda latent: latent.numpy()
    change = flow_edit(source, target, faces[:2], **way) - flow_edit(source, source, faces[:2], **way)
    assert np.isfinite(change).all() and np.abs(change).max() > 0


def test_a_gan_has_no_levels(tmp_path):
    gan = load_generator(str(save_gan(tmp_path / "gan", as_begun(Dcgan(6, [8, 4], 3), seed=1).state_dict())), "cpu")
    with pytest.raises(ValueError, match="is a GAN, which has no noise levels"):
        flow_edit(gan, gan, PIXELS)


def test_errors():
    one, other = classes(ExactGaussian)
    with pytest.raises(
        ValueError, match="source and target differ: gaussian, a diffusion on .* and gaussian, a flow on"
    ):
        flow_edit(one, ExactFlow(), PIXELS)
    wide = ExactGaussian()
    wide.latent_shape = (1, 8, 8)
    with pytest.raises(ValueError, match=r"on \(1, 8, 8\); take one model under two conditions"):
        flow_edit(one, wide, PIXELS)
    other.levels = 2 * one.levels
    with pytest.raises(ValueError, match="gaussian and gaussian have other noise levels"):
        flow_edit(one, other, PIXELS)
    for options, message in (
        ({"skip": 5}, "skip is 5; choose 0 to 4, less than the steps"),
        ({"skip": -1}, "skip is -1"),
        ({"draws": 0}, "draws is 0; give a whole number from 1 on"),
        ({"draws": 1.5}, "draws is 1.5"),
        ({"batch_size": 0}, "batch_size is 0"),
        ({"grid": "fine"}, "unknown grid 'fine'"),
    ):
        with pytest.raises(ValueError, match=message):
            flow_edit(one, one, PIXELS, **{"steps": 5} | options)
    with pytest.raises(ValueError, match="images must be"):
        flow_edit(one, one, PIXELS / 255)
    assert one.calls == 0
