"""Scores of edits: every number is what a loop over the images counts, and nothing is said of nothing."""

import numpy as np
import pytest
from scipy.stats import t

from unelib.editing.counterfactuals import Counterfactual, against_truth
from unelib.editing.reports import likeness, mean_known, monotonicity, pooled_flips, score_edit
from unelib.linalg.direction_algebra import Direction
from unelib.stats.intervals import rate_interval, wilson
from unelib.worlds.fidelity import psnr

pytestmark = pytest.mark.filterwarnings("error")
RNG = np.random.default_rng(0)
SIGNS = pytest.mark.parametrize("sign", [1, -1])


class ColourJudge:
    """A judge of three attributes, each a picture's mean of one colour."""

    name, attributes = "colour", ["red", "green", "blue"]

    def probabilities(self, pixels):
        return pixels.mean((1, 2)) / 255


class Pixels:
    """An encoder whose embedding is the pixels."""

    def embed(self, pixels):
        return pixels.reshape(len(pixels), -1).astype(float)


def plain(probabilities, side=4):
    """Pictures (n, side, side, 3) uint8, each of one colour, whose probabilities `ColourJudge` gives back."""
    colours = np.rint(255 * np.asarray(probabilities)).astype(np.uint8)
    return np.tile(colours[:, None, None], (1, side, side, 1))


GONE = Direction("red", np.array([0.6, 0.8])).aimed(-1)
BEFORE, AFTER = RNG.integers(0, 256, (2, 20, 1, 1, 3), np.uint8).repeat(4, 2).repeat(4, 3)


def truth_of(pictures, target="red", sign=1):
    """A counterfactual: the top row of every other picture turned black."""
    wanted, apart = pictures.copy(), np.arange(len(pictures)) % 2 == 0
    wanted[apart, 0] = 0
    return Counterfactual(pictures, wanted, apart, target, sign)


@SIGNS
@pytest.mark.parametrize("target", ColourJudge.attributes)
def test_every_number_is_what_a_loop_over_the_images_counts(target, sign):
    report = score_edit(BEFORE, AFTER, target, ColourJudge(), Pixels(), sign)
    j = ColourJudge.attributes.index(target)
    lacked, flips, others, drift = [], [], [], []
    for one, other in zip(BEFORE.mean((1, 2)) / 255, AFTER.mean((1, 2)) / 255):
        had, has = one > 0.5, other > 0.5
        lacked.append(had[j] != (sign > 0))
        flips.append(float(had[j] != has[j]) if lacked[-1] else np.nan)
        others.append(sum(had[i] != has[i] for i in range(3) if i != j))
        drift.append(np.mean([abs(other[i] - one[i]) for i in range(3) if i != j]))
    known = [flip for flip in flips if flip == flip]
    assert report.lacked.tolist() == lacked and report.lacking == sum(lacked) == len(known)
    np.testing.assert_array_equal(report.flipped, flips)
    assert report.others_turned.tolist() == others and report.off_target == np.mean(others)
    np.testing.assert_allclose(report.drift, drift)
    assert report.flip_interval == (np.mean(known), *wilson(sum(known), len(known)))
    assert (report.target_flips, report.flips_low, report.flips_high) == report.flip_interval
    assert report.psnr == psnr(BEFORE, AFTER).mean() and report.identity == report.likeness.mean()


def test_the_table_has_a_row_an_attribute():
    report = score_edit(BEFORE, AFTER, "green", ColourJudge())
    table = report.table
    assert list(table.index) == ColourJudge.attributes and table.target.tolist() == [False, True, False]
    np.testing.assert_allclose(table.before, BEFORE.mean((0, 1, 2)) / 255)
    np.testing.assert_allclose(table.change, table.after - table.before)
    np.testing.assert_allclose(table.flips, report.turned.mean(0))
    assert table.flips.drop("green").sum() == pytest.approx(report.off_target)


def test_turning_pictures_and_sign_around_changes_no_count():
    """What vanishes on the way there appears on the way back."""
    there, back = (score_edit(*both, "red", ColourJudge()) for both in ((BEFORE, AFTER), (AFTER, BEFORE)))
    np.testing.assert_array_equal(there.turned, back.turned)
    np.testing.assert_allclose(there.drift, back.drift)
    appeared, vanished = back.flipped, score_edit(BEFORE, AFTER, "red", ColourJudge(), sign=-1).flipped
    assert np.nansum(appeared) == np.nansum(vanished) > 0


@SIGNS
def test_an_edit_that_does_nothing_flips_nothing_and_keeps_everything(sign):
    report = score_edit(BEFORE, BEFORE, "red", ColourJudge(), Pixels(), sign)
    assert report.target_flips == report.off_target == report.drift.max() == 0 and report.psnr == 99
    np.testing.assert_allclose(report.likeness, 1)


def test_nothing_is_said_of_flips_where_no_image_lacked_the_target():
    bright = plain(np.full((5, 3), 0.9))
    report = score_edit(bright, plain(np.full((5, 3), 0.1)), "red", ColourJudge())
    assert report.lacking == 0 and np.isnan(report.flip_interval).all() and np.isnan(report.flipped).all()
    assert report.off_target == 2 and report.summary["of"] == 0
    none = report[report.lacked].summary
    assert none.pop("of") == 0 and none.pop("identity") is None and np.isnan(list(none.values())).all()
    gone = score_edit(bright, plain(np.full((5, 3), 0.1)), "red", ColourJudge(), sign=-1)
    assert gone.lacking == 5 and gone.target_flips == 1


def test_one_image_has_no_likeness_and_no_spread():
    report = score_edit(BEFORE[:1], AFTER[:1], "red", ColourJudge(), Pixels())
    assert report.likeness is None and report.identity is None and np.isnan(report.summary["± 95 %"])
    assert report.flipped.shape == report.drift.shape == (1,)


def test_the_summary_says_what_the_properties_say():
    report = score_edit(BEFORE, AFTER, "red", ColourJudge(), Pixels())
    names = ["target flips", "low", "high", "of", "off target", "± 95 %", "drift", "identity", "PSNR, dB"]
    assert list(report.summary) == names
    kept = [report.target_flips, report.flips_low, report.flips_high, report.lacking, report.off_target]
    half = t.ppf(0.975, 19) * report.others_turned.std(ddof=1) / 20**0.5
    expected = [*kept, half, report.drift.mean(), report.identity, report.psnr]
    np.testing.assert_allclose(list(report.summary.values()), expected, rtol=1e-4)


def test_the_truth_comes_along_where_it_is_known():
    truth = truth_of(BEFORE)
    report = score_edit(BEFORE, AFTER, "red", ColourJudge(), truth=truth)
    assert score_edit(BEFORE, AFTER, "red", ColourJudge()).truth is None
    for name, values in against_truth(BEFORE, AFTER, truth).items():
        np.testing.assert_array_equal(report.truth[name], values)
        assert np.isnan(values[~truth.apart]).all() and np.isfinite(values[truth.apart]).all()
    said = [report.summary[name] for name in ("PSNR outside", "SSIM outside", "to truth")]
    np.testing.assert_allclose(said, [np.median(values[truth.apart]) for values in report.truth.values()])
    nowhere = score_edit(BEFORE, AFTER, "red", ColourJudge(), truth=truth)[1::2]
    assert np.isnan([nowhere.summary[name] for name in ("PSNR outside", "SSIM outside", "to truth")]).all()


def test_a_part_of_a_report_is_the_report_of_a_part():
    truth, rows = truth_of(BEFORE, "blue", -1), [3, 4, 11, 0]
    whole = score_edit(BEFORE, AFTER, "blue", ColourJudge(), Pixels(), -1, truth)
    part = score_edit(BEFORE[rows], AFTER[rows], "blue", ColourJudge(), sign=-1, truth=truth[rows])
    for name in ("before", "after", "lacked", "flipped", "others_turned", "drift", "psnrs"):
        np.testing.assert_array_equal(getattr(whole[rows], name), getattr(part, name))
    for name, values in part.truth.items():
        np.testing.assert_allclose(whole[rows].truth[name], values)
    np.testing.assert_array_equal(whole[rows].likeness, whole.likeness[rows])
    one = whole[whole.lacked]
    assert one.target_flips == whole.target_flips and one.lacking == len(one.psnrs) == whole.lacking
    assert part[:2].likeness is None and score_edit(BEFORE, AFTER, "red", ColourJudge())[:2].truth is None


def test_a_direction_says_what_it_aims_at():
    told = score_edit(BEFORE, AFTER, "red", ColourJudge(), sign=-1)
    followed = score_edit(BEFORE, AFTER, GONE, ColourJudge())
    assert (followed.target, followed.sign) == ("red", -1)
    np.testing.assert_array_equal(told.flipped, followed.flipped)
    assert score_edit(BEFORE, AFTER, GONE.aimed(1), ColourJudge()).sign == 1


def test_likeness_is_one_for_the_same_images_and_about_zero_for_others():
    faces = RNG.integers(0, 256, (200, 4, 4, 3), np.uint8)
    np.testing.assert_allclose(likeness(Pixels(), faces, faces), 1)
    assert abs(likeness(Pixels(), faces, np.roll(faces, 1, 0)).mean()) < 0.05


def test_likeness_does_not_see_what_all_images_share():
    class Shifted(Pixels):
        def embed(self, pixels):
            return super().embed(pixels) + 1e4

    np.testing.assert_allclose(likeness(Shifted(), BEFORE, AFTER), likeness(Pixels(), BEFORE, AFTER), atol=1e-6)
    order = RNG.permutation(20)
    np.testing.assert_allclose(
        likeness(Pixels(), BEFORE[order], AFTER[order]), likeness(Pixels(), BEFORE, AFTER)[order]
    )


def test_pooled_flips_of_all_or_none_have_an_interval_that_counts_images():
    before, after = plain([[0.2, 0.2, 0.2]] * 5), plain([[0.8, 0.2, 0.2]] * 5)
    done, nothing = (score_edit(before, x, "red", ColourJudge()) for x in (after, before))
    table = pooled_flips({("red", "done"): done, ("again", "done"): done, ("red", "nothing"): nothing})
    for name, share in {"done": (1.0, *wilson(5, 5)), "nothing": (0.0, *wilson(0, 5))}.items():
        np.testing.assert_allclose(table.loc[name, ["target flips", "low", "high"]].to_numpy(float), share)


def test_pooled_identity_is_of_the_images_that_lacked_a_target_and_missing_without_an_encoder():
    reports = {(t, "there"): score_edit(BEFORE, AFTER, t, ColourJudge(), Pixels()) for t in ("red", "blue")}
    expected = np.concatenate([report.likeness[report.lacked] for report in reports.values()]).mean()
    assert pooled_flips(reports).identity["there"] == pytest.approx(expected)
    assert "identity" not in pooled_flips({("red", "there"): score_edit(BEFORE, AFTER, "red", ColourJudge())})


def test_means_of_what_is_known():
    assert mean_known(np.array([1, np.nan, 3])) == 2 and np.isnan(mean_known(np.array([np.nan])))


def test_monotone_walks_score_one_backward_ones_zero_and_to_and_fro_a_half():
    rise = np.sort(RNG.random((6, 30)), 0)
    np.testing.assert_allclose(monotonicity(rise), 1)
    np.testing.assert_allclose(monotonicity(rise[::-1]), 0)
    np.testing.assert_allclose(monotonicity(rise[::-1], sign=-1), 1)
    np.testing.assert_allclose(monotonicity(np.concatenate([rise, rise[::-1]])), 0.5)
    assert np.isnan(monotonicity(np.full((4, 3), 0.7) + 0.004 * np.eye(4, 3))).all()
    assert np.isnan(monotonicity(rise[:1])).all()


def test_monotonicity_of_the_other_way_is_what_is_left():
    walks = RNG.random((5, 40))
    forward = monotonicity(walks)
    np.testing.assert_allclose(forward + monotonicity(walks, sign=-1), 1)
    np.testing.assert_allclose(forward, monotonicity(walks[::-1], sign=-1))
    np.testing.assert_allclose(forward, monotonicity(1 - walks, sign=-1))
    assert forward.min() < 0.3 < 0.7 < forward.max()


def test_flips_are_pooled_over_targets_by_the_images_that_lacked_them():
    before, after = plain([[0.2, 0.2, 0.2]] * 3 + [[0.8, 0.2, 0.2]]), plain([[0.2, 0.2, 0.2]] + [[0.8, 0.2, 0.2]] * 3)
    far, gone = (score_edit(before, after, "red", ColourJudge(), sign=sign) for sign in (1, -1))
    assert far.lacked.tolist() == [True, True, True, False]
    np.testing.assert_array_equal(far.flipped, [0, 1, 1, np.nan])
    np.testing.assert_array_equal(gone.flipped, [np.nan, np.nan, np.nan, 0])
    table = pooled_flips({("bright", "far"): far, ("dark", "far"): gone, ("dark", "near"): gone})
    assert list(table.index) == ["far", "near"] and table.of.tolist() == [4, 1]
    found = rate_interval([far.flipped, gone.flipped])
    assert table.loc["far", ["target flips", "low", "high"]].tolist() == list(found)
    assert table.loc["far", "target flips"] == 0.5 and table.loc["far", "off target"] == 0
    other = score_edit(before, plain([[0.2, 0.8, 0.2]] + [[0.8, 0.2, 0.8]] * 3), "red", ColourJudge())
    assert other.off_target == 1 and pooled_flips({("a", "b"): other[[0, 3]]}).loc["b", "off target"] == 1
    mixed = score_edit(before, plain([[0.2, 0.8, 0.2]] * 2 + [[0.2, 0.2, 0.2]] * 2), "red", ColourJudge())
    assert pooled_flips({("a", "b"): mixed}).loc["b", "off target"] == pytest.approx(2 / 3)
    with pytest.raises(ValueError, match=r"reports are of .*: 4, .*: 2.* images; score the same images for all"):
        pooled_flips({("bright", "far"): far, ("dark", "far"): gone[:2]})


@pytest.mark.parametrize(
    "changes, message",
    [
        ({"target": "Hat"}, r"colour cannot judge 'Hat'; it knows \['red', 'green', 'blue'\]"),
        ({"after": AFTER[:3]}, r"differ in shape: \(20, 4, 4, 3\) and \(3, 4, 4, 3\)"),
        ({"truth": truth_of(BEFORE)[:7]}, r"the counterfactual has shape \(7, 4, 4, 3\), the images \(20, 4, 4, 3\)"),
        ({"truth": truth_of(plain(RNG.random((20, 3)), side=8))}, "draw as many, of that size"),
        ({"sign": 0}, "unknown sign 0; choose one of 1, -1"),
        ({"target": GONE, "sign": 1}, "sign is 1, and red has -1; leave it out"),
        ({"target": GONE, "truth": truth_of(BEFORE)}, "is of 'red' with sign 1, the edit of 'red' with sign -1"),
        ({"truth": truth_of(BEFORE, "blue")}, "the counterfactual is of 'blue' with sign 1, the edit of 'red'"),
        ({"before": BEFORE / 255}, r"images must be \(n, h, w, 3\) uint8, not \(20, 4, 4, 3\) float64"),
        ({"after": AFTER[0]}, r"images must be \(n, h, w, 3\) uint8, not \(4, 4, 3\) uint8"),
        ({"before": BEFORE[:0]}, "no images were given"),
    ],
)
def test_errors(changes, message):
    with pytest.raises(ValueError, match=message):
        score_edit(**{"before": BEFORE, "after": AFTER, "target": "red", "judge": ColourJudge()} | changes)
