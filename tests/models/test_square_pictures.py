"""Pictures are framed or resized to a network's side, and get its channels."""

import numpy as np
import pytest
import torch

from unelib.models.closed_form import ExactGaussian
from unelib.models.generators import load_generator
from unelib.models.square_pictures import eight_bits, match_channels


@pytest.fixture
def load(model_folder):
    return lambda name, **options: load_generator(model_folder(name), device="cpu", **options)


def test_grey_is_the_luminance():
    colour = torch.tensor([1.0, 0.5, 0.0]).view(1, 3, 1, 1)
    assert match_channels(colour, 1).item() == pytest.approx(0.299 + 0.5 * 0.587)
    assert match_channels(colour, 3) is colour
    grey = torch.rand(4, 1, 9, 9) * 2 - 1
    assert torch.equal(match_channels(grey.expand(-1, 3, -1, -1), 1), grey)


def test_eight_bits_are_cut_rounded_and_grey_in_all_channels():
    pictures = eight_bits(torch.tensor([-2.0, -1.0, 0.0, 0.5, 3.0]).view(1, 1, 1, 5), "a model")
    assert pictures.dtype == np.uint8 and pictures.shape == (1, 1, 5, 3)
    assert pictures[0, 0, :, 0].tolist() == pictures[0, 0, :, 2].tolist() == [0, 0, 128, 191, 255]


@pytest.mark.parametrize("name", ["sd", "ddpm", None])
def test_pictures_that_are_not_finite_are_no_black_ones(load, name):
    gen = load(name) if name else ExactGaussian()
    latent = torch.zeros(2, *gen.latent_shape)
    latent[1, 0, 0, 0] = np.nan
    with pytest.raises(ValueError, match="gave pictures that are not finite; use dtype='float32'"):
        gen.to_image(latent)


@pytest.mark.parametrize("side, border", [(16, 0), (14, 1), (12, 2)])
def test_pictures_that_lack_few_pixels_are_framed_not_resampled(load, faces, side, border):
    gen, pixels = load("ddpm"), faces[:, :side, :side]
    framed = np.pad(pixels, ((0, 0), (border, border), (border, border), (0, 0)))
    np.testing.assert_array_equal(gen.to_image(gen.to_latent(pixels)), framed)
