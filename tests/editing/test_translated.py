"""Scores of translations: a copy is faithful, the judge says who arrived, and mistakes are named."""

import numpy as np
import pytest

from unelib.editing.translated import translation_scores

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
