"""Scores of translations: a copy is faithful, the judge says who arrived, and mistakes are named."""

import numpy as np
import pytest

from unelib.editing.trade_off import area
from unelib.editing.translated import translation_curves, translation_scores

from .test_variety import CENTRE, Planted, Verdicts, random_pictures

BRIGHT = np.full((3, 8, 8, 3), 200, np.uint8)


def test_a_copy_is_faithful_and_where_it_was():
    scores = translation_scores(BRIGHT, BRIGHT, "g", Verdicts(), Planted(), CENTRE)
    assert scores["in domain"].tolist() == [1, 1, 1] and scores.PSNR.tolist() == [99.0] * 3
    np.testing.assert_allclose(scores[["identity", "SSIM"]], 1)
    assert not translation_scores(BRIGHT, BRIGHT, "g", Verdicts(), Planted(), CENTRE, sign=-1)["in domain"].any()


def test_who_arrives_is_the_judge_s_verdict_on_what_was_made():
    after = BRIGHT.copy()
    after[1, ..., 2] = 10
    scores = translation_scores(BRIGHT, after, "b", Verdicts(), Planted(), CENTRE, -1)
    assert scores["in domain"].tolist() == [0, 1, 0] and scores.PSNR[1] < 20


def test_errors():
    pixels = random_pictures(3)
    with pytest.raises(ValueError, match="unknown attribute 'x'; choose one of r, g, b"):
        translation_scores(pixels, pixels, "x", Verdicts(), Planted(), CENTRE)
    with pytest.raises(ValueError, match="sign is 0; choose 1, to have g, or -1"):
        translation_scores(pixels, pixels, "g", Verdicts(), Planted(), CENTRE, 0)
    with pytest.raises(ValueError, match="resize one of them"):
        translation_scores(pixels, pixels[:, :4], "g", Verdicts(), Planted(), CENTRE)


def towards(after, shares):
    """Translations that go so far from dark pictures to those after."""
    return {k + 1: np.round(share * after).astype(np.uint8) for k, share in enumerate(shares)}


def test_the_picture_itself_has_lost_nothing_and_a_fresh_one_as_much_as_there_is():
    before, fresh = random_pictures(2, 5) // 3
    way = fresh, "r", Verdicts(), Planted(), CENTRE
    still, gone = translation_curves(before, {1: before}, *way), translation_curves(before, {1: fresh}, *way)
    for measure in ("SSIM", "identity"):
        np.testing.assert_allclose(still[measure].drift, 0, atol=1e-12)
        np.testing.assert_allclose(gone[measure].drift.mean(), 1)
        assert np.isinf(still[measure].least_drift).all()


def test_who_arrives_at_half_the_loss_has_half_the_area():
    """Verdicts turn half way between two strengths, and the loss is the same in every picture."""
    before = np.zeros((4, 8, 8, 3), np.uint8)
    fresh = before + np.uint8(255)
    judge, centre = Verdicts(), np.zeros(64)
    found = translation_curves(before, towards(fresh, [0.25, 0.75]), fresh, "g", judge, Planted(), centre)["SSIM"]
    losses = found.drift[:, 0]
    np.testing.assert_allclose(found.least_drift, losses.mean(), rtol=0.02)
    np.testing.assert_allclose(area(found, 1.0), 1 - losses.mean(), rtol=0.02)
    assert (found.met == [[0], [1]]).all() and (found.strengths == [1, 2]).all()


def test_the_order_in_which_strengths_are_given_changes_nothing():
    before, after = random_pictures(2, 5) // 2
    made, way = towards(after, [0.3, 0.6, 0.9]), (after, "b", Verdicts(), Planted(), CENTRE, -1)
    turned = dict(reversed(made.items()))
    one, other = translation_curves(before, made, *way), translation_curves(before, turned, *way)
    np.testing.assert_array_equal(one["identity"].drift, other["identity"].drift)
    np.testing.assert_array_equal(one["SSIM"].odds, other["SSIM"].odds)


@pytest.mark.parametrize("made", [{}, {0: BRIGHT}, {-1: BRIGHT, 1: BRIGHT}])
def test_a_curve_needs_strengths_above_0(made):
    with pytest.raises(ValueError, match="strengths are .*; give one or more above 0, each with its translations"):
        translation_curves(BRIGHT, made, BRIGHT // 2, "g", Verdicts(), Planted(), CENTRE)


def test_errors_of_a_curve():
    with pytest.raises(ValueError, match="the fresh pictures are the pictures themselves; give samples that know"):
        translation_curves(BRIGHT, {1: BRIGHT // 2}, BRIGHT, "g", Verdicts(), Planted(), CENTRE)
    with pytest.raises(ValueError, match="unknown attribute 'x'; choose one of r, g, b"):
        translation_curves(BRIGHT, {1: BRIGHT}, BRIGHT // 2, "x", Verdicts(), Planted(), CENTRE)
    with pytest.raises(ValueError, match="resize one of them"):
        translation_curves(BRIGHT, {1: BRIGHT}, BRIGHT[:, :4], "g", Verdicts(), Planted(), CENTRE)
