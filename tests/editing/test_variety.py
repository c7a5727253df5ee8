"""Identity and variety of embeddings that are planted, and the gap to a curve that is known."""

import numpy as np
import pandas as pd
import pytest

from unelib.editing.variety import mean_rows, variation_scores, variety_gap


class Planted:
    """An encoder whose embedding of a picture is its first pixels."""

    name = "planted"

    def embed(self, pixels):
        return pixels.reshape(len(pixels), -1)[:, :64].astype(float)


class Verdicts:
    """A judge of three attributes: whether each channel is bright."""

    name, attributes = "verdicts", ["r", "g", "b"]

    def probabilities(self, pixels):
        return pixels.mean((1, 2)) / 255


CENTRE = np.full(64, 128.0)


def random_pictures(*shape, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (*shape, 8, 8, 3), np.uint8)


def test_copies_keep_all_and_do_not_vary():
    before = random_pictures(4)
    scores = variation_scores(before, np.stack([before] * 3), Planted(), CENTRE, Verdicts())
    np.testing.assert_allclose(scores[["identity", "verdicts"]], 1)
    np.testing.assert_allclose(scores[["variety", "colour"]], 0, atol=1e-12)


def test_unrelated_pictures_keep_nothing_and_vary_fully():
    scores = variation_scores(random_pictures(200), random_pictures(3, 200, seed=1), Planted(), CENTRE, Verdicts())
    assert abs(scores.identity.mean()) < 0.03 and abs(scores.variety.mean() - 1) < 0.03
    assert 0.4 < scores.verdicts.mean() < 0.6


def test_they_are_mean_cosines_and_the_order_of_variations_does_not_matter():
    before, made = random_pictures(2), random_pictures(3, 2, seed=1)
    scores = variation_scores(before, made, Planted(), CENTRE)
    unit = lambda x: (Planted().embed(x) - CENTRE) / np.linalg.norm(Planted().embed(x) - CENTRE, axis=1, keepdims=True)
    own, E = unit(before), [unit(m) for m in made]
    pairs = np.mean([(E[i] * E[j]).sum(1) for i, j in ((0, 1), (0, 2), (1, 2))], 0)
    np.testing.assert_allclose(scores.variety, 1 - pairs)
    np.testing.assert_allclose(scores.identity, np.mean([(e * own).sum(1) for e in E], 0))
    pd.testing.assert_frame_equal(scores, variation_scores(before, made[::-1], Planted(), CENTRE))


def test_colour_is_told_in_grey_levels():
    before = np.full((2, 8, 8, 3), 100, np.uint8)
    made = np.stack([before + 10, before - 10])
    assert variation_scores(before, made, Planted(), CENTRE).colour.tolist() == [10.0, 10.0]


def points(values, n=30, seed=0, more=0.0):
    """Points of a curve on which variety is 1 less identity, and `more`."""
    of_picture = np.random.default_rng(seed).normal(0, 0.05, n)
    return [pd.DataFrame({"identity": 1 - v + of_picture, "variety": v - of_picture + more}) for v in values]


def test_a_way_on_the_curve_gains_nothing_and_one_above_it_what_it_is_above():
    curve = points((0.0, 0.5, 1.0))
    (on,), (above,) = points([0.3]), points([0.3], more=0.2)
    gap = variety_gap(on, curve)
    assert gap.low <= 0 <= gap.high and gap.value == pytest.approx(0, abs=1e-9)
    found = variety_gap(above, curve[::-1])
    assert found.value == pytest.approx(0.2) and 0 < found.low <= found.high
    assert np.isnan(variety_gap(on[:1], [point[:1] for point in curve]).low)


def test_the_interval_holds_a_gap_that_is_planted():
    held = 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        curve = points((0.0, 0.5, 1.0), seed=seed)
        (own,) = points([0.4], seed=seed, more=0.1)
        gap = variety_gap(own.assign(variety=own.variety + rng.normal(0, 0.1, 30)), curve)
        held += gap.low <= 0.1 <= gap.high
    assert held >= 34


def test_means_have_their_intervals_and_shares_theirs():
    frame = pd.DataFrame({"share": [1.0] * 10, "x": np.arange(10.0)})
    table = mean_rows({"a": frame, "b": frame + 0})
    assert table.loc["a", "share"] == 1 and table.loc["a", "share low"] < 0.9 and table.loc["a", "share high"] == 1
    assert table.loc["b", "x low"] < 4.5 == table.loc["b", "x"] < table.loc["b", "x high"]


def test_another_column_can_take_the_place_of_variety():
    (own,), curve = points([0.3]), points((0.2, 0.6))
    renamed = [frame.rename(columns={"variety": "density"}) for frame in (own, *curve)]
    assert variety_gap(renamed[0], renamed[1:], "density") == variety_gap(own, curve)


def test_errors():
    before = random_pictures(4)
    for made in (before, before[None], random_pictures(2, 3)):
        with pytest.raises(ValueError, match="give two or more variations of each of 4"):
            variation_scores(before, made, Planted(), CENTRE)
    with pytest.raises(ValueError, match=r"centre has shape \(3,\), planted embeds in \(64,\); take its own"):
        variation_scores(before, random_pictures(2, 4), Planted(), np.zeros(3))
    (own,) = points([0.3])
    for curve in (points([0.2]), points((0.2, 0.3), n=5)):
        with pytest.raises(ValueError, match="give two or more of 30"):
            variety_gap(own, curve)
    with pytest.raises(ValueError, match="unknown column 'density'; choose one of identity, variety"):
        variety_gap(own, points((0.2, 0.6)), "density")
