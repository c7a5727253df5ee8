"""A remixed control has the view's spectrum on images that neither was learnt on, and has lost nothing.

What both hold lies in one place then, however it was buried in the control.
"""

import numpy as np
import pytest

from unelib.evidence.matched_spectra import ROUNDING, remixing, spectrum_elsewhere, turn_towards, whitened_spread


def effective_rank(X):
    """(tr S)^2 / tr S^2 of the covariance S of rows."""
    squares = np.linalg.svd(X - X.mean(0), compute_uv=False) ** 2
    return squares.sum() ** 2 / (squares**2).sum()


def remixed_by(control, view):
    """The map that lets a control vary as a view does, from rows of both."""
    return remixing(whitened_spread(control), whitened_spread(view))


@pytest.fixture(scope="module")
def views():
    """An ill-conditioned control and a white view of 600 images each, of 60 columns."""
    rng = np.random.default_rng(0)
    control = rng.standard_normal((600, 60)) * 0.92 ** np.arange(60) @ np.linalg.qr(rng.standard_normal((60, 60)))[0]
    return control + 3, rng.standard_normal((600, 60))


def test_effective_rank_is_the_views_on_other_images(views):
    control, view = views
    other = remixed_by(control[:300], view[:300]).rows(control[300:])
    assert effective_rank(control) < 15 and effective_rank(view[300:]) > 45
    assert effective_rank(other) > 0.8 * effective_rank(view[300:])


def test_a_falling_spectrum_is_imposed_as_well(views):
    control, view = views[1], views[0]
    other = remixed_by(control[:300], view[:300]).rows(control[300:])
    assert effective_rank(other) == pytest.approx(effective_rank(view[300:]), rel=0.25)


def test_nothing_is_lost(views):
    control, view = views
    map_ = remixed_by(control[:100], view[:100])
    np.testing.assert_allclose(map_.back(map_.rows(control)), control, atol=1e-9)
    assert min(map_.own.min(), map_.wanted.min(), map_.rest) > 0


def test_more_columns_than_rows():
    """Beyond the directions that 60 rows show, the control keeps its own spectrum."""
    rng = np.random.default_rng(1)
    control, view = (rng.standard_normal((120, 200)) * scale for scale in (0.5 + 9 * 0.7 ** np.arange(200), 1.0))
    map_ = remixed_by(control[:60], view[:60])
    np.testing.assert_allclose(map_.back(map_.rows(control)), control, atol=1e-9)
    assert effective_rank(control[60:]) < 8 and effective_rank(map_.rows(control[60:])) > 35


def test_a_view_matched_to_itself_stays_itself(views):
    map_ = remixed_by(views[0][:300], views[0][:300])
    np.testing.assert_allclose(map_.rows(views[0]), views[0] - views[0][:300].mean(0), atol=1e-9)


def test_what_rounding_alone_varies_is_not_amplified():
    """A control of rank 3, kept in float16: of the view's 40 dimensions it gets 3."""
    rng = np.random.default_rng(2)
    control = (5 + rng.standard_normal((400, 3)) @ rng.standard_normal((3, 40))).astype(np.float16).astype(float)
    map_ = remixed_by(control[:200], rng.standard_normal((200, 40)))
    assert len(map_.own) == 3 and map_.rest == map_.wanted[-1] / map_.own[-1]
    assert effective_rank(map_.rows(control[200:])) == pytest.approx(3, abs=0.3)


def test_what_is_beyond_the_directions_that_rows_show_varies_as_the_views_does():
    rng = np.random.default_rng(4)
    control, view = (rng.standard_normal((160, 200)) * scale for scale in (0.97 ** np.arange(200), 1.0))
    map_ = remixed_by(control[:80], view[:80])
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


def whitened(X):
    """Rows in whitened principal coordinates."""
    return whitened_spread(X).scores


def test_a_turn_gives_what_two_views_share_one_place():
    rng = np.random.default_rng(5)
    view, Q = whitened(rng.standard_normal((300, 12))), np.linalg.qr(rng.standard_normal((12, 12)))[0]
    np.testing.assert_allclose(turn_towards(view @ Q, view, np.arange(12, 0, -1.0)), Q.T, atol=1e-9)
    shared = rng.standard_normal((800, 3))
    control, view = (
        whitened(
            np.hstack([3 * shared, rng.standard_normal((800, 17))]) @ np.linalg.qr(rng.standard_normal((20, 20)))[0]
        )
        for _ in range(2)
    )
    turn = turn_towards(control, view, np.r_[np.full(3, 10.0), np.ones(17)])
    np.testing.assert_allclose(turn @ turn.T, np.eye(20), atol=1e-9)
    correlation = np.linalg.svd(control.T @ view / 800)[1][:3].sum()
    assert np.trace((control @ turn).T @ view / 800) > 0.9 * correlation


def test_views_that_share_nothing_are_not_turned():
    control, view = (whitened(np.random.default_rng(seed).standard_normal((2000, 30))) for seed in (6, 7))
    np.testing.assert_allclose(turn_towards(control, view, np.ones(30)), np.eye(30), atol=1e-9)


def test_what_a_mixture_buries_is_found_again():
    """Two views of one latent have one law; one is mixed with condition 5. Its twin varies most by the latent again."""
    rng, n, d = np.random.default_rng(8), 3000, 24
    z, turns = rng.standard_normal((n, 4)), [np.linalg.qr(rng.standard_normal((d, d)))[0] for _ in range(4)]
    view, before = (2.4 * z @ turns[i][:4] + rng.standard_normal((n, d)) for i in (0, 1))
    control = before @ turns[2] * np.geomspace(1, 0.2, d) @ turns[3]
    map_ = remixed_by(control[:1000], view[:1000])

    def told_by_the_first(X):
        """R2 of the latent from the four directions in which unseen rows vary most."""
        first = whitened_spread(X[1000:]).scores[:, :4]
        rest = z[1000:] - z[1000:].mean(0) - first @ np.linalg.lstsq(first, z[1000:], rcond=None)[0]
        return 1 - (rest**2).sum() / (z[1000:] ** 2).sum()

    as_ordered = map_._replace(turn=np.eye(d))
    assert told_by_the_first(map_.rows(control)) == pytest.approx(told_by_the_first(before), abs=0.02)
    assert told_by_the_first(as_ordered.rows(control)) < told_by_the_first(before) - 0.1
