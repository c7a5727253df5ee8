"""Boundaries: how far they are, which side steps end on, and steps counted by rank with their sign right."""

import numpy as np
import pytest
from scipy.special import ndtri

from unelib.editing.boundaries import Boundary, boundary
from unelib.probing.linear_probe import LinearProbe

RNG = np.random.default_rng(0)
X = RNG.standard_normal((300, 6)) * [3, 1, 1, 1, 1, 1] + 2
Y = X[:, :2] + 0.5 * RNG.standard_normal((300, 2)) > 2
PROBE = LinearProbe("ridge").fit(X, Y)
B = boundary(PROBE, 0, X)
SKEWED = Boundary("skewed", B.weights, B.intercept, np.sort(RNG.exponential(size=200)))
TIED = Boundary("tied", B.weights, B.intercept, np.repeat([-1.0, 0.5, 0.75], [150, 30, 20]))
REFERENCES = pytest.mark.parametrize("b", [B, SKEWED, TIED], ids=lambda b: b.name)


def far(b):
    """Rows whose scores lie among the reference's and far beyond both ends."""
    wanted = np.linspace(b.reference[0] - 3, b.reference[-1] + 3, 41)
    return X[:41] + ((wanted - b.score(X[:41])) / (b.weights @ b.weights))[:, None] * b.weights


def test_scores_are_the_probes():
    for i in range(2):
        np.testing.assert_allclose(boundary(PROBE, i).score(X), PROBE.decision_function(X)[:, i])


def test_alpha_times_the_weights_leads_to_the_boundary_the_shortest_way():
    there = X + B.alpha(X)[:, None] * B.weights
    np.testing.assert_allclose(B.score(there), 0, atol=1e-12)
    np.testing.assert_allclose(np.linalg.norm(there - X, axis=1), np.abs(B.score(X)) / np.linalg.norm(B.weights))


def test_adding_the_weights_lowers_alpha_and_raises_the_score():
    more = X + 2.5 * B.weights
    np.testing.assert_allclose(B.alpha(more), B.alpha(X) - 2.5)
    assert (B.score(more) > B.score(X)).all()


def test_raw_steps_end_on_the_side_that_was_asked_for_wherever_they_began():
    square = B.weights @ B.weights
    for s in (-2.0, 0.0, 0.5):
        np.testing.assert_allclose(B.score(B.moved(X, s)), s * square, atol=1e-12)
    own = np.linspace(-1, 1, 300)
    np.testing.assert_allclose(B.alpha(B.moved(X, own)), -own, atol=1e-12)


@REFERENCES
def test_gaussianised_steps_raise_the_score_if_they_are_positive(b):
    rows = far(b)
    scores = [b.score(b.moved(rows, s, "gaussianised")) for s in (-2, -0.5, 0, 0.5, 2)]
    assert (np.diff(scores, axis=0) > 0).all()  # by strength
    assert (np.diff(scores, axis=1) > 0).all()  # and the order of images stays
    assert (b.alpha(b.moved(rows, 1, "gaussianised")) < b.alpha(rows)).all()


@REFERENCES
def test_gaussianised_steps_lead_back(b):
    rows, own = far(b), np.linspace(-3, 3, 41)
    there = b.moved(rows, own, "gaussianised")
    np.testing.assert_allclose(b.moved(there, -own, "gaussianised"), rows, atol=1e-9)


@REFERENCES
def test_a_gaussianised_step_of_zero_changes_nothing(b):
    for rows in (far(b), far(b).astype(np.float32)):
        np.testing.assert_array_equal(b.moved(rows, 0, "gaussianised"), rows)


def test_among_gaussian_scores_a_step_is_a_standard_deviation():
    exact = 1.5 + 0.8 * ndtri((np.arange(1, 101) - 0.375) / 100.25)
    b = Boundary("normal", B.weights, B.intercept, exact)
    rows = far(b)
    for s in (-2.5, 0.3, 1):
        np.testing.assert_allclose(b.score(b.moved(rows, s, "gaussianised")) - b.score(rows), 0.8 * s, atol=1e-12)


def test_among_drawn_gaussian_scores_it_nearly_is():
    b = Boundary("normal", B.weights, B.intercept, np.sort(RNG.standard_normal(4000) * 0.8))
    rows = X[np.abs(b.score(X)) < 0.8]
    gained = b.score(b.moved(rows, 1, "gaussianised")) - b.score(rows)
    np.testing.assert_allclose(gained, 0.8, rtol=0.15)


def test_gaussianised_steps_do_not_depend_on_the_scale_of_the_weights():
    longer = Boundary("b", 7 * B.weights, 7 * B.intercept, 7 * B.reference)
    expected = B.moved(X, 1.2, "gaussianised")
    np.testing.assert_allclose(longer.moved(X, 1.2, "gaussianised"), expected)


@pytest.mark.parametrize("how", ["raw", "gaussianised"])
def test_steps_lie_along_the_weights(how):
    step = B.moved(X, 1, how) - X
    along = step @ B.weights / (B.weights @ B.weights)
    np.testing.assert_allclose(step, np.outer(along, B.weights), atol=1e-12)


def test_arrays_keep_their_shape_and_precision():
    noise = X.astype(np.float32).reshape(300, 1, 2, 3)
    for how in ("raw", "gaussianised"):
        moved = B.moved(noise, 1, how)
        assert moved.shape == noise.shape and moved.dtype == np.float32
        np.testing.assert_allclose(moved.reshape(300, 6), B.moved(X, 1, how), atol=1e-3)  # close scores spread
    assert B.moved(np.ones((2, 6), int), 1).dtype == np.float64


def test_errors():
    with pytest.raises(ValueError, match=r"no probe for 'Hat'; there are probes for \[0, 1\]"):
        boundary(PROBE, "Hat")
    with pytest.raises(ValueError, match="all reference rows have the score"):
        boundary(PROBE, 0, np.ones((5, 6)))
    with pytest.raises(ValueError, match="X has 5 columns; the fit was made on 6"):
        B.score(np.ones((2, 5)))
    with pytest.raises(ValueError, match="X holds inf at row 0, column 0"):
        B.moved(np.full((2, 6), np.inf), 1)
    with pytest.raises(ValueError, match="strength is nan"):
        B.moved(X, np.nan)
    with pytest.raises(ValueError, match="unknown way of counting steps 'sigma'; choose one of raw, gaussianised"):
        B.moved(X, 1, "sigma")
    with pytest.raises(ValueError, match="counted among reference rows; say boundary"):
        boundary(PROBE, 0).moved(X, 1, "gaussianised")


def test_weights_of_zero_have_no_boundary():
    class Nothing:
        coef_, intercept_ = np.zeros((1, 3)), np.zeros(1)

    with pytest.raises(ValueError, match="found nothing for 0: its weights are zero"):
        boundary(Nothing, 0)
