"""Products of views are those of their rows, whichever way they are found."""

import numpy as np
import pytest

from unelib.latent.joint_rows import JointRows, compressed
from unelib.latent.linear_gaussian import axes_of


def views(n, sizes=(3, 4, 6)):
    """Random rows (n, d) of some views, in one seeded order."""
    rng = np.random.default_rng(0)
    return [rng.standard_normal((n, d)) for d in sizes]


def test_compressed_rows_have_the_same_products():
    F = views(50, (3, 4))
    T = compressed(F)
    assert len(T[0]) == 7
    np.testing.assert_allclose(np.hstack(T).T @ np.hstack(T), np.hstack(F).T @ np.hstack(F))
    assert compressed([f[:6] for f in F])[0].shape == (6, 3)


@pytest.mark.parametrize("kind, n", [("isotropic", 50), ("diagonal", 50), ("diagonal", 2)])
def test_products_are_those_of_the_rows(kind, n):
    F = [axes_of(X, kind)[1] for X in views(n)]
    rows, weights = JointRows(F, n, kind == "isotropic"), views(5, [f.shape[1] for f in F])
    assert (rows.cross is None) == (n == 2)  # with so few, rows cost less
    expected = [f.T @ sum(g @ W.T for g, W in zip(F, weights)) / n for f in F]
    for found, known in zip(rows.times([W.T for W in weights]), expected):
        np.testing.assert_allclose(found, known, atol=1e-12)


def test_principal_coordinates_have_the_diagonal_of_their_covariance():
    F = [axes_of(X, "isotropic")[1] for X in views(50)]
    for diagonal, whole in zip(JointRows(F, 50, True).S, JointRows(F, 50, False).S):
        np.testing.assert_allclose(np.diag(diagonal), whole, atol=1e-12)
