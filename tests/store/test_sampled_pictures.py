"""A zoo of sampled pictures: its noise is what was drawn, to the last bit, and leads to the pictures."""

import numpy as np
import pytest

from unelib import NoiseZoo, generate, invert, load_generator
from unelib.models import ExactGaussian, save_gan
from unelib.models.gan_generators import Dcgan, as_begun
from unelib.store import sample_zoo
from unelib.store.sampled_pictures import drawn_noise


@pytest.fixture
def gan(tmp_path):
    return load_generator(str(save_gan(tmp_path / "gan", as_begun(Dcgan(6, [8, 4], 3)).state_dict())), "cpu")


@pytest.fixture
def zoo(tmp_path):
    return NoiseZoo(tmp_path / "zoo")


def test_the_noise_is_exact_and_makes_the_pictures(zoo, gan):
    pixels = sample_zoo(zoo, gan, 12, 8)
    z = zoo[gan.name]
    drawn = np.concatenate([drawn_noise(gan, 12), drawn_noise(gan, 8, part=1)]).reshape(20, -1)
    np.testing.assert_array_equal(z, drawn)
    np.testing.assert_array_equal(generate(zoo.generator(gan.name), z), pixels)
    assert zoo.views_of("noise") == [gan.name] and z.dtype == np.float32
    assert (zoo.split == "train").sum() == 12 and zoo.verify().empty


def test_rows_are_independent_standard_normal_and_no_two_parts_share_one(gan):
    many = np.concatenate([drawn_noise(gan, 1500, part) for part in (0, 1)]).reshape(3000, -1)
    assert len(np.unique(many, axis=0)) == 3000
    assert np.abs(many.mean(0)).max() < 0.1 and np.abs(np.cov(many.T) - np.eye(6)).max() < 0.1


def test_controls_have_their_roles(zoo, gan):
    untrained = load_generator(f"untrained:{gan.name}", "cpu")
    sample_zoo(zoo, gan, 12, 8, untrained=untrained)
    assert zoo.controls(gan.name) == {"pixels": "pixels", "untrained": untrained.name}
    assert len(zoo[untrained.name]) == 20


def test_the_same_call_again_makes_nothing_and_another_is_refused(zoo, gan):
    first = sample_zoo(zoo, gan, 12, 8)
    np.testing.assert_array_equal(sample_zoo(zoo, gan, 12, 8), first)
    with pytest.raises(ValueError):
        sample_zoo(zoo, gan, 12, 8, seed=1)


def test_attributes_halve_the_training_pictures(zoo, gan):
    sample_zoo(zoo, gan, 12, 8)
    assert (zoo.attributes[zoo.split == "train"].mean() <= 0.5).all() and zoo.attributes.shape[1] == 8


def test_a_diffusion_model_is_sampled_in_the_same_way_and_found_again(zoo):
    gen = ExactGaussian()
    pixels = sample_zoo(zoo, gen, 6, 4, steps=20, solver="heun", grid="karras")
    back = zoo.generator(gen.name, gen)
    assert back.ode == {"steps": 20, "solver": "heun", "grid": "karras"}
    np.testing.assert_array_equal(generate(back, zoo[gen.name]), pixels)
    found = invert(back, pixels).noise.reshape(10, -1)  # not exact: pictures are rounded and cut
    assert 0 < np.abs(found - zoo[gen.name]).mean() < 1


@pytest.mark.parametrize("counts", [(1, 8), (12, 0), (12.0, 8)])
def test_too_few_pictures_are_refused(zoo, gan, counts):
    with pytest.raises(ValueError, match="2 or more"):
        sample_zoo(zoo, gan, *counts)


def test_an_untrained_model_of_other_noise_is_refused(zoo, gan):
    with pytest.raises(ValueError, match=r"takes noise \(1, 4, 4\)"):
        sample_zoo(zoo, gan, 12, 8, untrained=ExactGaussian())
