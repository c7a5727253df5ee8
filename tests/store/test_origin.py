"""A view's noise goes back by the generator and the steps that made it, or not at all."""

import numpy as np
import pandas as pd
import pytest

from unelib.inversion import generate, invert, noise_settings, solved_by
from unelib.models import load_generator
from unelib.models.closed_form import ExactGaussian
from unelib.store.origin import generator_of
from unelib.store.zoo import NoiseZoo

HOW = {"steps": 5, "solver": "ddim", "grid": "leading"}
PIXELS = np.random.default_rng(0).integers(60, 190, (4, 4, 4, 3), dtype=np.uint8)


def zoo_of(path, gen, pixels=PIXELS, **more):
    """A zoo with the noise of a generator, under its name, and under another."""
    zoo = NoiseZoo(path).add_index(pd.DataFrame({"id": list("abcd"), "sha256": "", "split": "test"}))
    settings = noise_settings(gen, **HOW) | more
    for view in (gen.name, "mine"):
        zoo.build(view, lambda p: invert(gen, p, **HOW).noise, pixels, settings, dtype="float32", progress=False)
    return zoo


@pytest.fixture
def zoo(tmp_path):
    return zoo_of(tmp_path, ExactGaussian())


def test_a_loaded_generator_takes_the_way_that_the_noise_came(zoo):
    gen = zoo.generator("mine", ExactGaussian())
    assert gen.ode == HOW and ExactGaussian().settings == gen.settings
    np.testing.assert_array_equal(generate(gen, zoo["mine"]), generate(ExactGaussian(), zoo["mine"], **HOW))
    np.testing.assert_allclose(invert(gen, PIXELS).noise.reshape(4, -1), zoo["mine"], atol=1e-6)


def test_the_given_generator_stays_as_it_is(zoo):
    given = solved_by(ExactGaussian(), 9, "ab2", "karras")
    assert zoo.generator("mine", given).ode == HOW and given.ode["steps"] == 9


def test_other_weights_are_refused_by_name(zoo):
    with pytest.raises(ValueError, match="'gaussian' is not what made view 'mine' .weights: .* there, .* here"):
        zoo.generator("mine", ExactGaussian(seed=1))


@pytest.mark.parametrize("key, value", [("prompt", "a face"), ("solver_revision", 0), ("steered", "abc")])
def test_what_else_differs_is_refused(tmp_path, key, value):
    zoo = zoo_of(tmp_path, ExactGaussian(), **{key: value})
    with pytest.raises(ValueError, match=f"{key}: {value!r} there, .* here"):
        zoo.generator("mine", ExactGaussian())


def test_a_smaller_machine_and_a_moved_folder_make_no_other_noise(tmp_path):
    zoo = zoo_of(tmp_path, ExactGaussian(), dtype="torch.float16", model="elsewhere")
    assert zoo.generator("mine", ExactGaussian()).ode == HOW


def test_a_view_that_does_not_say_how_it_was_made_has_no_way_back():
    with pytest.raises(ValueError, match="view 'published' does not say with which steps, grid, model"):
        generator_of({"view": "published", "settings": {"solver": "ddim"}})


@pytest.mark.slow
def test_the_zoo_loads_what_made_a_view_and_refuses_the_untrained(tmp_path):
    gen = load_generator("drawn-ddpm")
    pixels = np.random.default_rng(0).integers(0, 256, (4, 32, 32, 3), dtype=np.uint8)
    zoo = zoo_of(tmp_path, gen, pixels)
    found = zoo.generator("mine")
    assert found.name == "drawn-ddpm" and found.ode == HOW and found.settings == gen.settings
    with pytest.raises(ValueError, match="'untrained:drawn-ddpm' is not what made view 'mine' .*weights: "):
        zoo.generator("mine", "untrained:drawn-ddpm")
