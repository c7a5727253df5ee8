"""Counterfactuals: the faces that the ids name with one attribute turned, and scores that only a perfect edit has."""

from dataclasses import fields

import numpy as np
import pytest

from unelib.editing.counterfactuals import (
    MARGIN,
    Counterfactual,
    against_truth,
    counterfactual,
    distances,
    factors_of,
    part_masks,
)
from unelib.worlds.faces import ATTRIBUTES, Factors, column, draw_faces, flip, sample_factors
from unelib.worlds.image_sets import load_images

pytestmark = pytest.mark.filterwarnings("error")
IDS = [f"face-0-{i:08d}" for i in range(16)]
WORLDS = ["face-3-00000005", "face-0-20000002", "face-3-00000001", "face-0-00000000", "face-7-10000000"]
SIGNS = pytest.mark.parametrize("sign", [1, -1])


@pytest.fixture(scope="module")
def smiling():
    return counterfactual(IDS, "Smiling")


@pytest.mark.parametrize("split, seed", [("train", 0), ("test", 0), ("valid", 4)])
def test_real_pictures_are_those_of_the_image_set(split, seed):
    images = load_images("drawn-faces", n=4, split=split, seed=seed)
    for sign in (1, -1):
        found = counterfactual(images.ids, "Male", sign)
        np.testing.assert_array_equal(found.real, images.pixels)
        np.testing.assert_array_equal(found.apart, images.attributes["Male"] == (sign < 0))


def test_faces_without_correlations_are_told_from_those_with():
    bound, free = (load_images("drawn-faces", n=6, seed=2, correlated=correlated) for correlated in (True, False))
    assert not np.array_equal(bound.pixels, free.pixels) and not set(bound.ids) & set(free.ids)
    found = counterfactual([*free.ids[:3], *bound.ids, *free.ids[3:]], "Male")
    np.testing.assert_array_equal(found.real, np.concatenate([free.pixels[:3], bound.pixels, free.pixels[3:]]))


@SIGNS
@pytest.mark.parametrize("target", ["Smiling", "Eyeglasses", "Blond_Hair", "Bald"])
def test_wanted_pictures_are_drawn_from_flipped_factors_where_the_target_lacked(target, sign):
    found, factors = counterfactual(IDS, target, sign), sample_factors(range(16))
    had = factors.attributes[:, column(target)] == 1
    np.testing.assert_array_equal(found.apart, had if sign < 0 else ~had)
    assert found.apart.any() and not found.apart.all()
    np.testing.assert_array_equal(found.wanted[found.apart], draw_faces(flip(factors, target))[found.apart])
    np.testing.assert_array_equal(found.wanted[~found.apart], found.real[~found.apart])
    np.testing.assert_array_equal((found.real != found.wanted).any((1, 2, 3)), found.apart)


@pytest.mark.parametrize("target", ATTRIBUTES)
def test_to_appear_and_to_go_part_the_images_between_them(target):
    come, go = counterfactual(IDS[:6], target, 1, 16), counterfactual(IDS[:6], target, -1, 16)
    np.testing.assert_array_equal(come.real, go.real)
    np.testing.assert_array_equal(come.apart, ~go.apart)


def test_a_counterfactual_does_not_depend_on_what_else_is_asked_for():
    whole = counterfactual(WORLDS, "Eyeglasses", size=32)
    assert whole.real.shape == whole.wanted.shape == (5, 32, 32, 3)
    for i, name in enumerate(WORLDS):
        one, part = counterfactual([name], "Eyeglasses", size=32), whole[i : i + 1]
        for field in ("real", "wanted", "apart", "outside"):
            np.testing.assert_array_equal(getattr(part, field), getattr(one, field))
    turned = counterfactual(WORLDS[::-1], "Eyeglasses", size=32)
    np.testing.assert_array_equal(turned.wanted, whole.wanted[::-1])


def test_factors_of_several_worlds_keep_their_order():
    worlds, indices = [(3, True), (0, True), (3, False), (1, True), (0, True)], np.array([9, 8, 9, 8, 2])
    found = factors_of(worlds, indices)
    for i, (world, index) in enumerate(zip(worlds, indices)):
        one = sample_factors([index], *world)
        for field in fields(Factors):
            np.testing.assert_array_equal(getattr(found, field.name)[i], getattr(one, field.name)[0])


def test_outside_leaves_out_every_changed_pixel_and_those_around_it(smiling):
    differs = (smiling.real != smiling.wanted).any(3)
    for changed, outside in zip(differs, smiling.outside):
        rows, columns = np.nonzero(~outside)
        expected = np.zeros_like(changed)
        for y, x in zip(*np.nonzero(changed)):
            expected[max(y - MARGIN, 0) : y + MARGIN + 1, max(x - MARGIN, 0) : x + MARGIN + 1] = True
        np.testing.assert_array_equal(~outside, expected)
        assert bool(len(rows)) == bool(len(columns)) == changed.any()
    assert smiling.outside[~smiling.apart].all() and smiling.outside[smiling.apart].mean() > 0.8


def test_the_truth_of_other_images_is_not_known():
    assert counterfactual(["000001.jpg"], "Smiling") is None
    assert counterfactual([*IDS, "face-0-1.png"], "Smiling") is None
    assert counterfactual(["fashion-0-00000001", "a face-0-00000001"], "Smiling") is None


def test_errors():
    with pytest.raises(ValueError, match="unknown attribute 'Hat'; drawn faces have Bald, Bangs"):
        counterfactual(IDS, "Hat")
    with pytest.raises(ValueError, match="unknown sign 3; choose one of 1, -1"):
        counterfactual(["face-0-00000000"], "Smiling", sign=3)
    with pytest.raises(ValueError, match="no ids were given; name one face at least"):
        counterfactual([], "Smiling")


def noisy(pictures, where=True, seed=0):
    """Pictures with grey levels drawn anew where a mask (n, h, w) is true."""
    drawn = np.random.default_rng(seed).integers(0, 256, pictures.shape, np.uint8)
    return np.where(np.broadcast_to(where, pictures.shape[:3])[..., None], drawn, pictures)


@SIGNS
@pytest.mark.parametrize("target", ["Smiling", "Male", "Blond_Hair", "Chubby"])
def test_the_counterfactual_itself_is_a_perfect_edit(target, sign):
    truth = counterfactual(IDS, target, sign)
    found = against_truth(truth.real, truth.wanted, truth)
    np.testing.assert_array_equal(found["to_truth"], np.where(truth.apart, 0, np.nan))
    np.testing.assert_array_equal(found["psnr_outside"], np.where(truth.apart, 99, np.nan))
    np.testing.assert_allclose(found["ssim_outside"], np.where(truth.apart, 1, np.nan), rtol=1e-12)


def test_no_edit_comes_no_nearer_and_leaves_all_else(smiling):
    found = against_truth(smiling.real, smiling.real, smiling)
    np.testing.assert_array_equal(found["to_truth"], np.where(smiling.apart, 1, np.nan))
    np.testing.assert_array_equal(found["psnr_outside"][smiling.apart], 99)


def test_what_happens_where_a_change_is_wanted_makes_no_difference_outside(smiling):
    after = noisy(smiling.real, ~smiling.outside)
    found = against_truth(smiling.real, after, smiling)
    np.testing.assert_array_equal(found["psnr_outside"][smiling.apart], 99)
    np.testing.assert_allclose(found["ssim_outside"][smiling.apart], 1, rtol=1e-12)
    assert (found["to_truth"][smiling.apart] > 1).all()
    drifted = np.clip(smiling.real * 0.8 + 20, 0, 255).astype(np.uint8)
    one = against_truth(smiling.real, drifted, smiling)
    other = against_truth(smiling.real, noisy(drifted, ~smiling.outside), smiling)
    for name in ("psnr_outside", "ssim_outside"):
        np.testing.assert_allclose(one[name], other[name], rtol=1e-9)
        assert (one[name][smiling.apart] < (99 if name == "psnr_outside" else 1)).all()


def test_half_the_way_is_half_the_distance(smiling):
    half = (smiling.real.astype(float) + smiling.wanted) / 2
    found = against_truth(smiling.real.astype(float), half, smiling)["to_truth"]
    np.testing.assert_allclose(found, np.where(smiling.apart, 0.5, np.nan))


def test_more_noise_outside_scores_less(smiling):
    rng, apart = np.random.default_rng(0), smiling.apart
    noise = rng.standard_normal(smiling.real.shape)
    little, much = (
        against_truth(smiling.real, np.clip(smiling.real + s * noise, 0, 255).astype(np.uint8), smiling)
        for s in (4, 30)
    )
    assert (little["psnr_outside"] > much["psnr_outside"])[apart].all()
    assert (little["ssim_outside"] > much["ssim_outside"])[apart].all()
    assert (little["to_truth"] < much["to_truth"])[apart].all()


def test_an_image_does_not_see_the_others(smiling):
    rows, after = [5, 2, 9], noisy(smiling.real)
    whole = against_truth(smiling.real, after, smiling)
    part = against_truth(smiling.real[rows], after[rows], smiling[rows])
    for name, values in part.items():
        np.testing.assert_allclose(values, whole[name][rows])


def test_nothing_is_said_where_nothing_was_to_change_or_to_stay():
    real = noisy(np.zeros((3, 8, 8, 3), np.uint8))
    wanted = np.stack([real[0], 255 - real[1], real[2]])
    truth = Counterfactual(real, wanted, np.array([False, True, True]), "x")  # the third lacks what would not show
    found = against_truth(real, noisy(real, seed=1), truth)
    assert np.isnan(found["to_truth"]).tolist() == [True, False, True]
    assert np.isnan(found["psnr_outside"]).tolist() == np.isnan(found["ssim_outside"]).tolist() == [True, True, False]


def test_distances_are_those_of_rows():
    a, b = noisy(np.zeros((2, 3, 3, 3), np.uint8)), noisy(np.zeros((2, 3, 3, 3), np.uint8), seed=1)
    expected = [sum((int(x) - int(y)) ** 2 for x, y in zip(p.ravel(), q.ravel())) ** 0.5 for p, q in zip(a, b)]
    np.testing.assert_allclose(distances(a, b), expected)


def test_masks_hold_what_an_attribute_changes_whether_it_is_there_or_not():
    ids = [f"face-0-{i:08d}" for i in range(4)]
    masks = part_masks(ids, "Smiling", [0, 0, 1, 1])
    for sign in (1, -1):
        shown = counterfactual(ids, "Smiling", sign)
        assert not ((shown.real != shown.wanted).any(3) & ~masks).any()
    assert masks.any((1, 2)).all() and masks.mean() < 0.2
    boxes = part_masks(["photo"] * 2, "Smiling", [0.0, 0.5, 0.25, 1.0], 8)
    assert boxes.shape == (2, 8, 8) and boxes[0, 4:, :2].all() and boxes.sum() == 16


@pytest.mark.parametrize("box", [[0, 0, 1], [0.5, 0, 0.5, 1], [0, 0, 1, 1.1], [0, np.nan, 1, 1]])
def test_a_box_that_is_none_is_refused(box):
    with pytest.raises(ValueError, match="box"):
        part_masks(["a"], "Smiling", box)
