"""Subspaces as points: distances that a metric has, and means that lie where a mean must lie."""

import numpy as np
import pytest
from scipy.stats import ortho_group

from unelib.linalg.grassmann import exponential, frechet_mean, grassmann_distance, logarithm

K, M = 3, 12


def subspace(seed, k=K, m=M):
    return np.linalg.qr(np.random.default_rng(seed).standard_normal((m, k)))[0].T


def turned(A, seed=0):
    """Another basis of the same subspace."""
    return ortho_group.rvs(len(A), random_state=seed) @ A if len(A) > 1 else -A


def near(A, by, seed=0):
    """A subspace near another."""
    return np.linalg.qr((A + by * np.random.default_rng(seed).standard_normal(A.shape)).T)[0].T


def sum_of_squares(A, bases):
    return sum(grassmann_distance(A, B) ** 2 for B in bases)


def plane(angle):
    """A line of the plane."""
    return np.array([[np.cos(angle), np.sin(angle)]])


@pytest.mark.parametrize("k", [1, K, M])
def test_another_basis_of_the_same_subspace_is_at_distance_zero(k):
    A = subspace(0, k)
    assert grassmann_distance(A, turned(A)) < 1e-7
    assert grassmann_distance(A, A[::-1] * 5) < 1e-7


def test_it_is_a_metric():
    A, B, C = (subspace(seed) for seed in range(3))
    assert grassmann_distance(A, B) == pytest.approx(grassmann_distance(B, A), abs=1e-12)
    assert 0 < grassmann_distance(A, C) <= grassmann_distance(A, B) + grassmann_distance(B, C)


def test_a_rotation_of_the_space_changes_no_distance():
    A, B, R = subspace(0), subspace(1), ortho_group.rvs(M, random_state=2)
    assert grassmann_distance(A @ R, B @ R) == pytest.approx(grassmann_distance(A, B), abs=1e-10)
    assert grassmann_distance(turned(A), B) == pytest.approx(grassmann_distance(A, B), abs=1e-10)


def test_known_distances():
    assert grassmann_distance(np.eye(6)[:3], np.eye(6)[3:]) == pytest.approx(3**0.5 * np.pi / 2)
    assert grassmann_distance(plane(0.2), plane(1.5)) == pytest.approx(1.3)
    assert grassmann_distance(plane(0.2), plane(0.2 + 2.5)) == pytest.approx(np.pi - 2.5)
    assert grassmann_distance(plane(0), plane(1e-6)) == pytest.approx(1e-6)
    for seed in range(5):
        assert grassmann_distance(subspace(seed), subspace(seed + 9)) <= K**0.5 * np.pi / 2


@pytest.mark.parametrize("k, m, seed", [(1, 2, 0), (1, 9, 1), (3, 12, 2), (4, 5, 3), (4, 4, 4)])
def test_logarithm_and_exponential_undo_each_other(k, m, seed):
    A, B = subspace(seed, k, m), subspace(seed + 20, k, m)
    tangent = logarithm(A, B)
    assert np.linalg.norm(tangent) == pytest.approx(grassmann_distance(A, B), abs=1e-7)
    np.testing.assert_allclose(tangent @ A.T, 0, atol=1e-10)
    assert grassmann_distance(exponential(A, tangent), B) < 1e-6
    np.testing.assert_allclose(logarithm(A, exponential(A, 0.1 * tangent)), 0.1 * tangent, atol=1e-10)


@pytest.mark.parametrize("by", [0.0, 1e-9, 1e-6])
def test_small_tangents_keep_their_digits(by):
    A = np.eye(4)[:2]
    B = np.array([[np.cos(by), 0, np.sin(by), 0], [0, 1, 0, 0]])
    np.testing.assert_allclose(logarithm(A, B), [[0, 0, by, 0], [0, 0, 0, 0]], atol=1e-6 * by)


@pytest.mark.parametrize("k", [1, K, M])
def test_the_mean_of_one_subspace_is_itself(k):
    A = subspace(0, k)
    for bases in ([A], [A, turned(A), A]):
        mean = frechet_mean(bases)
        assert grassmann_distance(mean, A) < 1e-7
        np.testing.assert_allclose(mean @ mean.T, np.eye(k), atol=1e-10)


def test_the_mean_of_two_is_the_midpoint():
    A, B = subspace(0), near(subspace(0), 0.2)
    mean, apart = frechet_mean([A, B]), grassmann_distance(A, B)
    assert grassmann_distance(mean, A) == pytest.approx(apart / 2, abs=1e-6)
    assert grassmann_distance(mean, B) == pytest.approx(apart / 2, abs=1e-6)


def test_the_mean_of_lines_in_a_plane_is_the_mean_angle():
    angles = np.array([0.1, 0.3, 0.4, 1.0])
    assert grassmann_distance(frechet_mean([plane(a) for a in angles]), plane(angles.mean())) < 1e-7
    assert grassmann_distance(frechet_mean([plane(0.1), -plane(0.3)]), plane(0.2)) < 1e-7


def test_a_rotation_turns_the_mean_with_it_and_bases_and_order_make_no_difference():
    bases, R = [near(subspace(0), 0.2, seed) for seed in range(5)], ortho_group.rvs(M, random_state=3)
    mean = frechet_mean(bases)
    assert grassmann_distance(frechet_mean([B @ R for B in bases]), mean @ R) < 1e-6
    assert grassmann_distance(frechet_mean([turned(B) for B in bases[::-1]]), mean) < 1e-6


@pytest.mark.parametrize("spread", [0.1, 1.0, 100.0])  # 100: as good as independent, far apart
def test_no_subspace_beside_the_mean_is_nearer_to_all(spread):
    bases = [near(subspace(0), spread, seed) for seed in range(6)]
    mean = frechet_mean(bases)
    least = sum_of_squares(mean, bases)
    assert all(sum_of_squares(near(mean, 1e-2, seed), bases) > least for seed in range(20))
    assert least <= min(sum_of_squares(B, bases) for B in bases)


def test_orthogonal_subspaces_and_whole_spaces_have_a_mean():
    mean = frechet_mean([np.eye(6)[:3], np.eye(6)[3:]])
    np.testing.assert_allclose(mean @ mean.T, np.eye(3), atol=1e-10)
    assert grassmann_distance(frechet_mean([np.eye(4), turned(np.eye(4))]), np.eye(4)) < 1e-7


def test_errors():
    with pytest.raises(ValueError, match=r"subspaces of shapes \(3, 12\) and \(2, 12\)"):
        grassmann_distance(subspace(0), subspace(0, 2))
    with pytest.raises(ValueError, match="not of shape"):
        grassmann_distance(np.ones(3), np.ones(3))
    with pytest.raises(ValueError, match=r"bases have shapes \[\(2, 12\), \(3, 12\)\]"):
        frechet_mean([subspace(0), subspace(0, 2)])
    with pytest.raises(ValueError, match=r"bases have shapes \[\]"):
        frechet_mean([])
    with pytest.raises(ValueError, match="the bases holds nan"):
        frechet_mean([np.full((1, 2), np.nan)])
