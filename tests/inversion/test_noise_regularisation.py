"""ReNoise's losses by closed forms; their descent takes correlation away and brings local moments nearer."""

import numpy as np
import pytest
import torch
from torch.distributions import Normal, kl_divergence

from unelib.inversion.noise_regularisation import (
    PATCH,
    TINY,
    pair_loss,
    patch_divergence,
    patch_moments,
    regularised,
)
from unelib.inversion.solvers import SOLVERS
from unelib.models.closed_form import ExactFlow


def white(*shape, seed=0):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def neighbours(maps):
    """Mean product of values that are next to each other."""
    return float((maps * maps.roll(1, 3)).mean())


SMOOTH = (white(3, 2, 16, 16) + white(3, 2, 16, 16).roll(1, 3)) / 2**0.5


def test_moments_are_those_of_each_patch():
    maps = white(2, 3, 8, 12)
    mean, variance = patch_moments(maps)
    assert mean.shape == (2, 3, 8 // PATCH, 12 // PATCH)
    patch = maps[1, 2, 4:8, 8:12]
    assert float(mean[1, 2, 1, 2]) == pytest.approx(float(patch.mean()))
    assert float(variance[1, 2, 1, 2]) == pytest.approx(float(patch.var()))


def test_the_divergence_is_twice_kullback_and_leiblers_and_zero_for_the_same_maps():
    first, second = white(2, 3, 8, 8), 1.5 * white(2, 3, 8, 8, seed=1) + 0.2
    normals = [Normal(mean, (variance + TINY).sqrt()) for mean, variance in map(patch_moments, (first, second))]
    expected = 2 * kl_divergence(*normals).sum()
    assert float(patch_divergence(first, second)) == pytest.approx(float(expected), rel=1e-5)
    assert float(patch_divergence(first, first)) == pytest.approx(0, abs=1e-4)


def test_the_pair_loss_is_the_squared_correlation_on_one_scale_and_adds_up_over_images():
    maps = white(3, 2, 8, 8)  # of the coarsest size: one scale
    shift = int(np.random.default_rng(4).integers(1, 4))
    expected = sum(float((maps[i, j] * maps[i, j].roll(shift, axis)).mean()) ** 2
                   for i in range(3) for j in range(2) for axis in (0, 1))  # fmt: skip
    assert float(pair_loss(maps, np.random.default_rng(4))) == pytest.approx(expected)
    apart = sum(float(pair_loss(maps[i : i + 1], np.random.default_rng(4))) for i in range(3))
    assert apart == pytest.approx(expected)


@pytest.mark.parametrize("side", [8, 16, 64])
def test_correlated_noise_loses_some_of_it_whatever_its_size_and_white_noise_stays(side):
    draw = white(3, 2, side, side)
    smooth, reference = (draw + draw.roll(1, 3)) / 2**0.5, white(1, 2, side, side, seed=7)
    shares = [neighbours(regularised(smooth, reference)) / neighbours(smooth)]
    shares.append(neighbours(regularised(regularised(smooth, reference), reference, seed=1)) / neighbours(smooth))
    assert 0.94 < shares[0] < 0.985 and shares[1] < shares[0] - 0.01
    assert (regularised(draw, draw) - draw).abs().mean() < 0.01


def test_local_moments_come_nearer_to_those_of_the_reference():
    quiet, reference = 0.5 * white(2, 2, 16, 16), white(1, 2, 16, 16, seed=3)
    found = regularised(quiet, reference)
    assert patch_divergence(found, reference) < 0.85 * patch_divergence(quiet, reference)
    assert float(quiet.std()) + 0.03 < float(found.std()) < 1.1


def test_an_image_does_not_depend_on_the_others_nor_on_the_mode_of_inference():
    reference = white(1, 2, 16, 16, seed=3)
    whole = regularised(SMOOTH, reference, seed=2)
    with torch.inference_mode():
        alone = regularised(SMOOTH[1:2] * 1, reference * 1, seed=2)
    torch.testing.assert_close(alone, whole[1:2])
    assert (regularised(SMOOTH, reference, seed=5) - whole).abs().max() > 1e-4


def test_a_flow_has_no_noise_to_regularise():
    gen, noise = ExactFlow(), white(1, 1, 4, 4)
    with pytest.raises(ValueError, match="the slope of a flow is none; choose 'renoise'"):
        SOLVERS["renoise-regularised"](None, noise, gen.schedule(3, "uniform"), [0, 1, 2, 3])
