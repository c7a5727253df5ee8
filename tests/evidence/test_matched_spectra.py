"""A remixed control has the view's spectrum on images that neither was learnt on, and has lost nothing."""

import numpy as np
import pytest

from unelib.evidence.matched_spectra import ROUNDING, remixing, spectrum_elsewhere


def effective_rank(X):
    """(tr S)^2 / tr S^2 of the covariance S of rows."""
    squares = np.linalg.svd(X - X.mean(0), compute_uv=False) ** 2
    return squares.sum() ** 2 / (squares**2).sum()


@pytest.fixture(scope="module")
def views():
    """An ill-conditioned control and a white view of 600 images each, of 60 columns."""
    rng = np.random.default_rng(0)
    control = rng.standard_normal((600, 60)) * 0.92 ** np.arange(60) @ np.linalg.qr(rng.standard_normal((60, 60)))[0]
    return control + 3, rng.standard_normal((600, 60))


def test_effective_rank_is_the_views_on_other_images(views):
    control, view = views
    other = remixing(control[:300], view[:300]).rows(control[300:])
    assert effective_rank(control) < 15 and effective_rank(view[300:]) > 45
    assert effective_rank(other) > 0.8 * effective_rank(view[300:])


def test_a_falling_spectrum_is_imposed_as_well(views):
    control, view = views[1], views[0]
    other = remixing(control[:300], view[:300]).rows(control[300:])
    assert effective_rank(other) == pytest.approx(effective_rank(view[300:]), rel=0.25)


def test_nothing_is_lost(views):
    control, view = views
    map_ = remixing(control[:100], view[:100])
    np.testing.assert_allclose(map_.back(map_.rows(control)), control, atol=1e-9)
    assert map_.scale.min() > 0 and map_.rest > 0


def test_more_columns_than_rows():
    """Beyond the directions that 60 rows show, the control keeps its own spectrum."""
    rng = np.random.default_rng(1)
    control, view = (rng.standard_normal((120, 200)) * scale for scale in (0.5 + 9 * 0.7 ** np.arange(200), 1.0))
    map_ = remixing(control[:60], view[:60])
    np.testing.assert_allclose(map_.back(map_.rows(control)), control, atol=1e-9)
    assert effective_rank(control[60:]) < 8 and effective_rank(map_.rows(control[60:])) > 35


def test_a_view_matched_to_itself_stays_itself(views):
    map_ = remixing(views[0][:300], views[0][:300])
    np.testing.assert_allclose(map_.rows(views[0]), views[0] - views[0][:300].mean(0), atol=1e-9)


def test_what_rounding_alone_varies_is_not_amplified():
    """A control of rank 3, kept in float16: of the view's 40 dimensions it gets 3."""
    rng = np.random.default_rng(2)
    control = (5 + rng.standard_normal((400, 3)) @ rng.standard_normal((3, 40))).astype(np.float16).astype(float)
    map_ = remixing(control[:200], rng.standard_normal((200, 40)))
    assert len(map_.scale) == 3 and map_.rest == map_.scale[-1]
    assert effective_rank(map_.rows(control[200:])) == pytest.approx(3, abs=0.3)


def test_what_is_beyond_the_directions_that_rows_show_varies_as_the_views_does():
    rng = np.random.default_rng(4)
    control, view = (rng.standard_normal((160, 200)) * scale for scale in (0.97 ** np.arange(200), 1.0))
    map_ = remixing(control[:80], view[:80])
    Z = map_.rows(control[80:])
    inside = Z @ map_.basis
    assert 0.6 < ((Z**2).sum() - (inside**2).sum()) / (80 * (200 - inside.shape[1])) < 1.1


def test_spectrum_is_what_other_rows_show():
    """Of 50 white rows in 40 columns, each direction varies by 1 in other rows; in themselves by 0 to 3."""
    found = spectrum_elsewhere(np.random.default_rng(3).standard_normal((50, 40)))
    assert (np.diff(found.along) <= 0).all() and found.along.min() > 0.5 and found.along.max() < 1.5
    assert (found.along**2).sum() + found.beyond == pytest.approx(40, rel=0.2)
    small = spectrum_elsewhere(np.outer(np.arange(50.0), [1.0, ROUNDING / 100]))
    assert len(small.along) == 1 and small.beyond == 0
