"""Planted subspaces come back, by their dimensions and their directions; where there are none, nothing agrees."""

import numpy as np
import pytest
from scipy.linalg import subspace_angles

from unelib.geometry.denoised import noise_level
from unelib.geometry.subspace_union import tangent_spaces, union_of_subspaces
from unelib.linalg.grassmann import random_subspace
from unelib.models.closed_form import ExactMixture
from unelib.models.generators import load_generator

ASKED = 0.05  # radians, of the largest principal angle to the planted subspace


def noisy_states(gen, n, t, seed=0):
    """States at t of latents that are drawn, and the subspace of each."""
    sigma, (latents, member) = noise_level(gen, t), gen.draw(n, seed)
    noise = np.random.default_rng(seed + 1).standard_normal((n, *gen.latent_shape))
    return (latents.numpy() + sigma * noise) / np.sqrt(1 + sigma**2), member


@pytest.mark.parametrize("t", [20, 50])
@pytest.mark.parametrize("ranks, side", [((2, 3, 4), 8), ((3, 3, 3, 3), 8), ((5, 2), 6), ((8, 6), 10)])
def test_planted_subspaces_come_back(ranks, side, t):
    gen = ExactMixture(ranks, side, seed=3)
    states, member = noisy_states(gen, 30, t)
    found = union_of_subspaces(tangent_spaces(gen, states, t))
    assert len(found.subspaces) == len(ranks) and (found.labels >= 0).mean() > 0.8
    for number, subspace in enumerate(found.subspaces):
        (of,) = set(member[found.labels == number])  # one cluster, one planted subspace
        planted = gen.subspaces[of]
        assert len(subspace) == len(planted) and subspace_angles(subspace.T, planted.T).max() < ASKED


@pytest.mark.slow
def test_most_come_back_from_states_between_subspaces_too():
    found, t = 0, 100
    for seed in range(6):
        gen = ExactMixture((2, 3, 4), 8, seed=seed)
        union = union_of_subspaces(tangent_spaces(gen, noisy_states(gen, 24, t, seed)[0], t))
        by_rank = {len(U): U for U in union.subspaces}
        found += len(union.subspaces) == 3 and all(
            len(U) in by_rank and subspace_angles(U.T, by_rank[len(U)].T).max() < ASKED for U in gen.subspaces
        )
    assert found >= 5


def test_spaces_that_lean_do_not_move_the_middle_and_those_that_hold_both_are_none():
    eye, lean = np.eye(8), np.eye(8)
    lean[[0, 4]] = np.array([[np.cos(0.4), np.sin(0.4)], [-np.sin(0.4), np.cos(0.4)]]) @ eye[[0, 4]]
    one, other = eye[:2], eye[4:7]
    both = np.concatenate([one, other])
    found = union_of_subspaces([one, other, one, lean[:2], one, both, other, both])
    assert found.labels.tolist() == [0, 1, 0, 0, 0, -1, 1, -1]
    np.testing.assert_allclose(found.subspaces[0].T @ found.subspaces[0], one.T @ one, atol=1e-9)
    alone = union_of_subspaces([both, both, both, one, one])  # a smaller cluster inside is no reason
    assert alone.labels.tolist() == [0, 0, 0, 1, 1]


def test_subspaces_do_not_depend_on_the_order_of_the_states():
    gen = ExactMixture((3, 3), 6, seed=1)
    tangents = tangent_spaces(gen, noisy_states(gen, 10, 20)[0], 20)
    one, other = union_of_subspaces(tangents), union_of_subspaces(tangents[::-1])
    assert [len(s) for s in one.subspaces] == [len(s) for s in other.subspaces] == [3, 3]
    best = [min(subspace_angles(a.T, b.T).max() for b in other.subspaces) for a in one.subspaces]
    assert max(best) < 1e-6


def test_random_spaces_agree_on_nothing():
    rng = np.random.default_rng(0)
    found = union_of_subspaces([random_subspace(3, 50, rng) for _ in range(6)])
    assert found.subspaces == [] and (found.labels == -1).all()
    assert len(union_of_subspaces([np.eye(4)[:2]], least=1).subspaces) == 1


def test_any_generator_has_tangent_spaces(model_folder):
    gen = load_generator(model_folder("sd"), "cpu", prompt="a hat")
    (rows,) = tangent_spaces(gen, np.random.default_rng(0).standard_normal((1, *gen.latent_shape)), 500, most=4)
    np.testing.assert_allclose(rows @ rows.T, np.eye(len(rows)), atol=1e-8)


@pytest.mark.parametrize("spaces, angle, message", [
    ([], 0.5, "give one or more"), ([np.eye(3), np.eye(4)], 0.5, r"have \[3, 4\] columns"),
    ([np.eye(3), 2 * np.eye(3)], 0.5, "rows of tangent space 1 are not orthonormal"),
    ([np.eye(3)], 2.0, "angle is 2.0"), ([[1.0]], 0.5, "2-D"),
])  # fmt: skip
def test_bad_spaces_are_refused(spaces, angle, message):
    with pytest.raises(ValueError, match=message):
        union_of_subspaces(spaces, angle)


def test_bad_tangents_are_refused():
    gen = ExactMixture([2], side=3)
    for options, message in [
        ({"most": 10}, "most is 10"),
        ({"most": 2, "energy": 1.0}, "energy is 1"),
        ({"t": -1}, "outside"),
    ]:
        with pytest.raises(ValueError, match=message):
            tangent_spaces(**{"gen": gen, "states": np.zeros((1, 9)), "t": 5, "most": 2} | options)
    with pytest.raises(ValueError, match="least is 0"):
        union_of_subspaces([np.eye(3)], least=0)
