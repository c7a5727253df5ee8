"""Pictures are framed or resized to a network's side, and get its channels."""

import numpy as np
import pytest
import torch

from unelib.models.generators import load_generator
from unelib.models.square_pictures import match_channels


@pytest.fixture
def load(model_folder):
    return lambda name, **options: load_generator(model_folder(name), device="cpu", **options)


def test_grey_is_the_luminance():
    colour = torch.tensor([1.0, 0.5, 0.0]).view(1, 3, 1, 1)
    assert match_channels(colour, 1).item() == pytest.approx(0.299 + 0.5 * 0.587)
    assert match_channels(colour, 3) is colour
    grey = torch.rand(4, 1, 9, 9) * 2 - 1
    assert torch.equal(match_channels(grey.expand(-1, 3, -1, -1), 1), grey)


@pytest.mark.parametrize("side, border", [(16, 0), (14, 1), (12, 2)])
def test_pictures_that_lack_few_pixels_are_framed_not_resampled(load, faces, side, border):
    gen, pixels = load("ddpm"), faces[:, :side, :side]
    framed = np.pad(pixels, ((0, 0), (border, border), (border, border), (0, 0)))
    np.testing.assert_array_equal(gen.to_image(gen.to_latent(pixels)), framed)
