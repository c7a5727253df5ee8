"""Local directions are the singular vectors written out, projected; they change the mask more than the rest."""

import numpy as np
import pytest
import torch
from scipy.linalg import subspace_angles

from unelib.geometry.denoised import denoised_mean
from unelib.geometry.local_edits import changes_inside, local_directions, masked_cells
from unelib.models.closed_form import ExactGaussian, ExactMixture
from unelib.models.generators import load_generator

T = 500.0


def corner(side=8, share=0.5):
    mask = np.zeros((side, side), bool)
    mask[: int(side * share), : int(side * share)] = True
    return mask


def written_out(gen, state, t):
    """The Jacobian of the posterior mean (d, d), and which of its rows are in the corner."""
    J = torch.autograd.functional.jacobian(lambda x: denoised_mean(gen, x, t), torch.from_numpy(state[None]))
    cells = np.broadcast_to(masked_cells(corner(), gen.latent_shape), gen.latent_shape).ravel()
    return J.reshape(gen.latent_dim, -1).double().numpy(), cells


@pytest.mark.parametrize("name", ["sd", "ddpm", "flow"])
def test_they_are_the_singular_vectors_inside_less_those_outside(model_folder, name):
    gen = load_generator(model_folder(name), "cpu", prompt="a hat")
    state = np.random.default_rng(0).standard_normal(gen.latent_shape).astype(np.float32)
    found = local_directions(gen, state, T, corner(), k=2, outside=3, tolerance=1e-5)
    J, cells = written_out(gen, state, T)
    own, rest = (np.linalg.svd(J[rows])[1:] for rows in (cells, ~cells))
    np.testing.assert_allclose(found.sigma, own[0][:2], rtol=1e-3)
    assert subspace_angles(found.inside.T, own[1][:2].T).max() < 0.02
    projected = found.inside - found.inside @ rest[1][:3].T @ rest[1][:3]
    np.testing.assert_allclose(found.kept, np.linalg.norm(projected, axis=1), atol=1e-3)
    np.testing.assert_allclose(found.v, projected / found.kept[:, None], atol=0.02)
    assert np.abs(found.v @ rest[1][:3].T).max() < 1e-2 and found.t == T


def test_less_moves_outside_when_more_directions_are_kept_still():
    gen = ExactMixture([4, 4], side=8, seed=2)
    state = np.random.default_rng(0).standard_normal(64).astype(np.float32)
    J, cells = written_out(gen, state.reshape(1, 8, 8), T)
    moved = [
        np.linalg.norm(J[~cells] @ local_directions(gen, state, T, corner(), outside=m, tolerance=1e-4).v[0])
        for m in (0, 1, 2)
    ]
    assert moved[0] > moved[1] > moved[2]


def test_a_gaussian_of_independent_pixels_is_edited_in_the_mask_alone(gaussian):
    found = local_directions(gaussian, np.zeros(16), T, corner(16, 0.25), k=1, outside=0)
    assert np.abs(found.v[0].reshape(4, 4)[0, 0]) == pytest.approx(1.0) and found.kept[0] == pytest.approx(1.0)


def test_cells_hold_any_pixel_of_the_mask():
    mask = np.zeros((8, 8), bool)
    mask[3, 3] = mask[0, 7] = True
    assert masked_cells(mask, (4, 2, 2)).tolist() == [[True, True], [False, False]]


def test_changes_are_told_apart_and_even_ones_are_shared_by_area():
    before = np.full((2, 8, 8, 3), 100, np.uint8)
    even = changes_inside(before, before + np.uint8(51), corner())
    np.testing.assert_allclose(even.values, [[0.2, 0.2, 0.25, 0.25]] * 2)
    after = before.copy()
    after[0, :4, :4] += 51
    told = changes_inside(before, after, np.stack([corner(), ~corner()]))
    np.testing.assert_allclose(told.values, [[0.2, 0, 1, 0.25], [0, 0, np.nan, 0.75]])


@pytest.mark.parametrize("options, message", [
    ({"mask": np.ones((4, 4), bool)}, "holds 16 of 16 cells"), ({"mask": np.zeros((4, 4), bool)}, "holds 0 of 16"),
    ({"mask": np.ones((4, 4))}, "give one picture's"), ({"mask": np.ones((1, 4, 4), bool)}, "give one picture's"),
    ({"k": 0}, "k is 0"), ({"k": 5}, "mask holds 4 values"), ({"outside": 16}, "outside is 16"),
    ({"t": -1}, "timestep"),
    ({"state": np.zeros((2, 16))}, "2 states were given"),
])  # fmt: skip
def test_bad_input_is_refused(options, message):
    given = {"gen": ExactGaussian(), "state": np.zeros(16), "t": T, "mask": corner(4)}
    with pytest.raises(ValueError, match=message):
        local_directions(**given | options)


def test_a_direction_of_which_nothing_is_left_is_refused():
    gen = ExactMixture([1], side=4)
    with pytest.raises(ValueError, match="moves nothing but"):
        local_directions(gen, np.ones(16), T, corner(4), outside=1, tolerance=1e-8)


def test_pictures_that_do_not_fit_are_refused():
    before = np.zeros((2, 8, 8, 3), np.uint8)
    for after, mask, message in [
        (before[:1], corner(), "before and"), (before, corner(4), r"mask \(4, 4\)"),
        (before, ~corner(8, 1.0), "0% to 0%"),
    ]:  # fmt: skip
        with pytest.raises(ValueError, match=message):
            changes_inside(before, after, mask)
