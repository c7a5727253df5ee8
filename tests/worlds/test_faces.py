"""The drawn world: one face a seed and index, rates and correlations as modelled, true counterfactuals."""

from dataclasses import replace

import numpy as np
import pytest

from unelib.worlds.canvas import Canvas
from unelib.worlds.faces import (  # fmt: skip
    ATTRIBUTES,
    HAIR_COLOURS,
    MODEL,
    NEEDS_HAIR,
    column,
    draw_faces,
    flip,
    loading_matrix,
    sample_factors,
)
from unelib.worlds.image_sets import SPLIT_START, load_images

# rows (top, bottom) and columns (left, right) of a picture of side 1 outside which a flip may not change a pixel
PLACE = {
    "Eyeglasses": (0.25, 0.75, 0.05, 0.95), "Mouth_Slightly_Open": (0.5, 0.9, 0.2, 0.8),
    "Mustache": (0.45, 0.85, 0.2, 0.8),
    "Narrow_Eyes": (0.25, 0.7, 0.1, 0.9), "Big_Nose": (0.35, 0.8, 0.2, 0.8), "Bushy_Eyebrows": (0.2, 0.6, 0.1, 0.9),
    "Wearing_Hat": (0.0, 0.5, 0.0, 1.0), "Wearing_Lipstick": (0.5, 0.9, 0.2, 0.8), "Smiling": (0.5, 0.9, 0.2, 0.8),
    "Rosy_Cheeks": (0.4, 0.8, 0.1, 0.9), "Wearing_Earrings": (0.45, 0.85, 0.0, 1.0), "No_Beard": (0.4, 1.0, 0.0, 1.0),
    "Heavy_Makeup": (0.25, 0.7, 0.1, 0.9), "Bangs": (0.0, 0.6, 0.0, 1.0),
}  # fmt: skip


@pytest.fixture(scope="module")
def factors():
    return sample_factors(range(96))


@pytest.fixture(scope="module")
def pixels(factors):
    return draw_faces(factors)


@pytest.fixture(scope="module")
def crowd():
    return sample_factors(range(8000))


def test_a_face_depends_on_seed_and_index_alone(factors, pixels):
    order = np.random.default_rng(0).permutation(96)
    again = sample_factors(order)
    np.testing.assert_array_equal(again.scores, factors.scores[order])
    np.testing.assert_array_equal(draw_faces(again, batch_size=7), pixels[order])
    np.testing.assert_array_equal(draw_faces(sample_factors([17]))[0], pixels[17])
    assert not np.array_equal(sample_factors([17], seed=1).scores, factors.scores[17:18])


def test_pictures_are_pictures(pixels):
    assert pixels.shape == (96, 64, 64, 3) and pixels.dtype == np.uint8 and pixels.std((1, 2, 3)).min() > 20
    assert draw_faces(sample_factors(range(2)), size=33).shape == (2, 33, 33, 3)


def test_rates_are_the_model_s(crowd):
    rates = np.array([rate for rate, _ in MODEL.values()])
    error = 4 * np.sqrt(rates * (1 - rates) / len(crowd))
    assert (np.abs((crowd.scores > 0).mean(0) - rates) < error).all()
    free = [column(a) for a in ATTRIBUTES if a not in NEEDS_HAIR]
    assert (np.abs(crowd.attributes.mean(0) - rates) < error)[free].all()


def test_every_attribute_has_both_classes_in_plenty(crowd):
    share = crowd.attributes.mean(0)
    assert share.min() > 0.05 and share.max() < 0.9


def test_hair_s_rules(crowd):
    table = crowd.attributes
    colours, bald = table[:, [column(c) for c in HAIR_COLOURS]].sum(1), table[:, column("Bald")] == 1
    assert (colours[~bald] == 1).all() and not table[np.ix_(bald, [column(c) for c in NEEDS_HAIR])].any()


def test_correlations_are_the_model_s_and_vanish(crowd):
    L = loading_matrix()
    expected = L @ L.T + np.diag(1 - (L**2).sum(1))
    assert (L**2).sum(1).max() < 1
    assert np.abs(np.corrcoef(crowd.scores.T) - expected).max() < 0.06
    free = sample_factors(range(8000), correlated=False)
    assert np.abs(np.corrcoef(free.scores.T) - np.eye(len(ATTRIBUTES))).max() < 0.06
    assert abs(np.corrcoef(free.hair_length, free.attributes[:, column("Male")])[0, 1]) < 0.05
    assert np.corrcoef(crowd.hair_length, crowd.attributes[:, column("Male")])[0, 1] < -0.4


@pytest.mark.parametrize("name", ATTRIBUTES)
def test_flip_changes_that_attribute_and_only_hair_s_rules_follow(factors, name):
    flipped = flip(factors, name)
    before, after = factors.attributes, flipped.attributes
    assert (before[:, column(name)] != after[:, column(name)]).all()
    may = {name} | (set(NEEDS_HAIR) | {"Bald"} if name in (*NEEDS_HAIR, "Bald") else set())
    if name in ("Bangs", "Wavy_Hair"):
        haired = before[:, column("Bald")] == 0
        assert (np.delete(before, column(name), 1)[haired] == np.delete(after, column(name), 1)[haired]).all()
    rest = [column(a) for a in ATTRIBUTES if a not in may]
    np.testing.assert_array_equal(before[:, rest], after[:, rest])
    for same in ("strength", "nuisance", "hair_length"):
        np.testing.assert_array_equal(getattr(factors, same), getattr(flipped, same))


@pytest.mark.parametrize("name", ATTRIBUTES)
def test_flipping_twice_restores(factors, name):
    twice = flip(flip(factors, name), name).attributes
    np.testing.assert_array_equal(twice[:, column(name)], factors.attributes[:, column(name)])
    grown = (factors.attributes[:, column("Bald")] == 1) & (name in NEEDS_HAIR)  # a head given hair keeps it
    np.testing.assert_array_equal(twice[~grown], factors.attributes[~grown])


@pytest.mark.slow
@pytest.mark.parametrize("name", ATTRIBUTES)
def test_flip_shows(factors, pixels, name):
    change = np.abs(draw_faces(flip(factors, name)).astype(int) - pixels).max(-1)
    visible = (change > 16).sum((1, 2))
    hatless = factors.attributes[:, column("Wearing_Hat")] == 0
    assert np.median(visible) >= 12 and (visible[hatless] >= 4).mean() > 0.95


@pytest.mark.slow
@pytest.mark.parametrize("name", PLACE)
def test_flip_changes_only_where_the_attribute_is(factors, pixels, name):
    haired = factors[factors.attributes[:, column("Bald")] == 0]
    before = pixels[factors.attributes[:, column("Bald")] == 0]
    change = np.abs(draw_faces(flip(haired, name)).astype(int) - before).max((0, 3))
    top, bottom, left, right = (round(64 * v) for v in PLACE[name])
    change[top:bottom, left:right] = 0
    assert change.max() == 0


@pytest.mark.slow
@pytest.mark.parametrize("push", [lambda v: v, np.round], ids=["usual", "extreme"])
def test_windows_clip_nothing(monkeypatch, push):
    factors = sample_factors(range(300), correlated=False)
    extreme = {k: push(getattr(factors, k)) for k in ("strength", "hair_length")}
    factors = replace(factors, nuisance=2 * push(factors.nuisance / 2 + 0.5) - 1, **extreme)
    framed = draw_faces(factors)
    monkeypatch.setattr(Canvas, "window", lambda self, *box: self)
    np.testing.assert_array_equal(draw_faces(factors), framed)


def test_splits_share_no_face():
    starts = sorted(SPLIT_START.values())
    assert np.diff(starts).min() >= 10_000_000
    sets = [load_images("drawn-faces", n=3, size=16, split=s) for s in SPLIT_START]
    assert len({i for s in sets for i in s.ids}) == 3 * len(SPLIT_START)
    assert len({p.tobytes() for s in sets for p in s.pixels}) == 3 * len(SPLIT_START)


def test_unknown_attribute(factors):
    with pytest.raises(ValueError, match="unknown attribute 'Tall'; drawn faces have Bald"):
        flip(factors, "Tall")


def test_too_small(factors):
    with pytest.raises(ValueError, match="size 15 is too small for a face; take 16 or more"):
        draw_faces(factors, size=15)
