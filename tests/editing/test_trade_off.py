"""Trade-off curves: areas with closed forms, blind to the order of images and strengths; intervals that are honest."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from unelib.core.checks import strength_table
from unelib.editing.reports import EditReport, monotonicity
from unelib.editing.trade_off import Curve, area, areas, curve, edited, mean_areas, refined

pytestmark = pytest.mark.filterwarnings("error")


def report(before, after, sign=1):
    """An `EditReport` of the probabilities (n, 3) alone, aimed at the second attribute."""
    return EditReport(["a", "b", "c"], "b", sign, before, after, None, np.zeros(len(before)), None)


def along(points, n=4):
    """A `Curve` of n images through points (drift, met), which all images have alike; met in whole images."""
    drift, met = np.array(points, float).T
    turned = (np.arange(n) < np.rint(n * met)[:, None]).astype(float)
    return Curve(np.arange(1.0, len(met) + 1), turned, np.tile(drift[:, None], n), np.ones(n))


def drawn(n=60, ease=1.0, seed=0, lacking=0.6):
    """A `Curve` as edits have them: each image turns at a strength of its own, and drift grows with strength."""
    lacked, need, spread = np.random.default_rng(seed).random((3, n))
    strengths = np.arange(1.0, 7)
    met = np.where(lacked < lacking, strengths[:, None] * ease > 8 * need, np.nan)
    return Curve(strengths, met, 0.03 * strengths[:, None] * (0.5 + spread), np.where(lacked < lacking, 1.0, np.nan))


@pytest.fixture
def before():
    return np.random.default_rng(0).random((30, 3))


@pytest.mark.parametrize("sign", [1, -1])
def test_a_curve_has_its_reports_by_rising_size_of_strength(before, sign):
    rng = np.random.default_rng(1)
    reports = {sign * s: report(before, rng.random((30, 3)), sign) for s in (4, 1, 2.5)}
    found, ordered = curve(reports), [reports[sign * s] for s in (1, 2.5, 4)]
    assert found.strengths.tolist() == [sign * 1, sign * 2.5, sign * 4]
    np.testing.assert_array_equal(found.met, [r.flipped for r in ordered])
    np.testing.assert_array_equal(found.drift, [r.drift for r in ordered])
    lacked = (before[:, 1] > 0.5) == (sign < 0)
    walked = np.stack([before[:, 1], *(r.after[:, 1] for r in ordered)])
    np.testing.assert_array_equal(found.monotone, np.where(lacked, monotonicity(walked, sign), np.nan))
    assert found.share_met(1.0) == (found.met[:, lacked] == 1).any(0).mean()  # with whatever drift


def test_images_that_had_the_target_do_not_count(before):
    after = np.random.default_rng(1).random((30, 3))
    had = before[:, 1] > 0.5
    one, other = (curve({1: report(before, x)}) for x in (after, np.where(had[:, None], 1 - after, after)))
    assert not np.array_equal(one.drift, other.drift)
    np.testing.assert_array_equal(one.least_drift, other.least_drift)
    assert area(one, 0.3) == area(other, 0.3) == pytest.approx(area(one, 0.3, np.flatnonzero(~had)))


def test_errors_of_a_curve(before):
    with pytest.raises(ValueError, match="there are no reports; score the edit at one strength at least"):
        curve({})
    with pytest.raises(ValueError, match="strengths -2 and 1 lead opposite ways"):
        curve({1: report(before, before), -2: report(before, before)})
    for other in (
        report(before, before, -1),
        report(1 - before, before),
        report(before[:4], before[:4]),
        replace(report(before, before), target="a"),
    ):
        with pytest.raises(ValueError, match="not of one target, one sign and the same images before"):
            curve({1: report(before, before), 2: other})


def test_areas_with_closed_forms():
    assert area(along([(0, 1)]), 0.2) == 1  # all, at no price
    assert area(along([(0.1, 1)]), 0.1) == pytest.approx(0.5)  # all turn half way
    assert area(along([(0.1, 1)]), 0.05) == 0  # which is the limit
    assert area(along([(0.1, 0), (0.1, 1)]), 0.4) == pytest.approx(0.75)  # a step at a quarter of the limit
    assert area(along([(0.1, 0.5), (0.3, 1)]), 0.4) == pytest.approx((0.1 * 0.25 + 0.2 * 0.75 + 0.1) / 0.4)
    assert area(along([(0.3, 0)]), 0.2) == 0


def test_only_the_ratio_of_drift_and_limit_counts():
    one = drawn()
    for factor in (0.01, 3.0, 1e4):
        wider = replace(one, drift=one.drift * factor)
        assert area(wider, 0.15 * factor) == pytest.approx(area(one, 0.15))


def test_a_limit_that_is_not_reached_goes_on_level():
    one = drawn()
    last = one.drift.max()
    share = one.share_met(last)
    for limit in (2 * last, 1e6 * last):
        assert area(one, limit) == pytest.approx((area(one, last) * last + share * (limit - last)) / limit)
    assert area(one, 1e9) == pytest.approx(share)


def test_at_every_drift_the_best_counts():
    best = along([(0.1, 0.5), (0.2, 0.75)])
    worse = along([(0.1, 0.5), (0.2, 0.75), (0.3, 0.25)])
    assert area(worse, 0.4) == pytest.approx(area(best, 0.4))
    turned = Curve(np.arange(1.0, 4), *(np.array([x]).T for x in ([1, 0, 1], [0.3, 0.4, 0.1])), np.ones(1))
    assert turned.least_drift == pytest.approx(0.15)  # the first turn is no better than a later one of less drift


def test_the_order_of_images_and_strengths_makes_no_difference():
    one, rng = drawn(), np.random.default_rng(0)
    images, strengths = rng.permutation(60), rng.permutation(6)
    for other in (
        Curve(one.strengths, one.met[:, images], one.drift[:, images], one.monotone[images]),
        Curve(one.strengths[strengths], one.met[strengths], one.drift[strengths], one.monotone),
    ):
        assert area(other, 0.15) == pytest.approx(area(one, 0.15))


def test_rows_are_drawn_as_often_as_they_are_named():
    one, rows = drawn(), np.random.default_rng(0).integers(0, 60, 60)
    taken = Curve(one.strengths, one.met[:, rows], one.drift[:, rows], one.monotone[rows])
    assert area(one, 0.15, rows) == pytest.approx(area(taken, 0.15))
    assert area(one, 0.15, np.arange(60)) == area(one, 0.15)


def test_area_rises_with_what_is_met_and_lies_between_none_and_all():
    found = [area(drawn(ease=ease), 0.15) for ease in (0.2, 0.5, 1, 2, 50)]
    assert (np.diff(found) > 0).all() and found[0] > 0 and found[-1] < 1
    one = drawn()
    shares = [area(one, limit) for limit in (0.02, 0.05, 0.1, 0.5)]
    assert (np.diff(shares) > 0).all()


def test_no_area_where_nobody_lacked_the_target():
    nobody = drawn(lacking=0)
    assert np.isnan(area(nobody, 0.1))
    assert np.isnan(nobody.least_drift).all() and np.isnan(nobody.share_met(0.1))
    had = np.flatnonzero(np.isnan(drawn().met[0]))
    assert np.isnan(area(drawn(), 0.1, had)) and np.isfinite(area(drawn(), 0.1, [*had, *range(60)]))


CURVES = {
    "plain": {"x": drawn(seed=1), "y": drawn(seed=2)},
    "better": {"x": drawn(ease=1.3, seed=1), "y": drawn(ease=1.3, seed=2)},
    "random": {"x": drawn(ease=0.2, seed=3), "y": drawn(ease=0.2, seed=4)},
}


def test_the_table_has_means_over_targets_with_intervals_that_hold_them():
    table = areas(CURVES, 0.15)
    assert list(table.index) == list(CURVES) and list(table) == ["area", "low", "high"]
    for name, parts in CURVES.items():
        assert table.area[name] == pytest.approx(np.mean([area(part, 0.15) for part in parts.values()]))
    assert ((table.low < table.area) & (table.area < table.high)).all()
    pd.testing.assert_frame_equal(table, areas(CURVES, 0.15))


def test_a_method_gains_nothing_over_itself_and_intervals_of_gains_are_paired():
    table = areas(CURVES, 0.15, "plain")
    assert table.loc["plain", ["gain", "gain_low", "gain_high"]].tolist() == [0, 0, 0]
    np.testing.assert_allclose(table.gain, table.area - table.area["plain"])
    assert table.gain_low["better"] > 0 > table.gain_high["random"]
    ends = table.high - table.low
    unpaired = np.hypot(ends["plain"], ends["better"])
    assert table.gain_high["better"] - table.gain_low["better"] < 0.6 * unpaired
    pd.testing.assert_frame_equal(table[["area", "low", "high"]], areas(CURVES, 0.15))


def test_samples_are_the_areas_of_their_rows():
    rng = np.random.default_rng(0)
    rows = rng.integers(0, 60, (5, 60))
    counts = np.stack([np.bincount(drawn, minlength=60) for drawn in rows]).astype(float)
    expected = [np.mean([area(part, 0.15, drawn) for part in CURVES["plain"].values()]) for drawn in rows]
    np.testing.assert_allclose(mean_areas(CURVES["plain"], 0.15, counts), expected)


def test_targets_that_nobody_lacked_are_left_out():
    nobody, few = drawn(lacking=0), drawn(n=60, lacking=0.03, seed=5)
    assert np.isfinite(few.met[0]).sum() in (1, 2, 3)  # whom some samples miss
    one = areas({"m": {"x": drawn(seed=1)}, "r": {"x": drawn(seed=2)}}, 0.15, "r")
    both = areas({"m": {"x": drawn(seed=1), "z": nobody}, "r": {"x": drawn(seed=2), "z": nobody}}, 0.15, "r")
    pd.testing.assert_frame_equal(one, both)
    none = areas({"m": {"z": nobody}, "r": {"x": few}}, 0.15, "r")
    assert none.loc["m"].isna().all() and none.loc["r"].notna().all()


@pytest.mark.slow
def test_intervals_hold_the_truth_as_often_as_they_say():
    truth = area(drawn(n=200_000, seed=99), 0.15)
    tables = [areas({"m": {"x": drawn(n=60, seed=seed)}}, 0.15) for seed in range(200)]
    assert 0.88 < np.mean([(t.low.m <= truth) & (truth <= t.high.m) for t in tables]) < 0.99


@pytest.mark.parametrize("limit", [0, -0.1, np.nan, np.inf, "all"])
def test_a_limit_is_a_number_above_0(limit):
    for asked in (lambda: area(drawn(), limit), lambda: areas(CURVES, limit)):
        with pytest.raises(ValueError, match="limit is .*; it must be a number above 0 and finite"):
            asked()


@pytest.mark.parametrize(
    "curves, message",
    [
        ({}, "a method has no curves"),
        ({"m": {}, "r": {"x": drawn()}}, "a method has no curves"),
        ({"m": {"x": drawn()}, "r": {"x": drawn(n=50)}}, "the curves are of 50 and 60 images; score the same images"),
    ],
)
def test_errors_of_areas(curves, message):
    with pytest.raises(ValueError, match=message):
        areas(curves, 0.1)


def test_an_unknown_reference_is_named():
    with pytest.raises(ValueError, match="unknown reference 'none'; choose one of plain, better, random"):
        areas(CURVES, 0.1, "none")


class Grey:
    """A judge of how bright pictures are."""

    name, attributes = "grey", ["bright", "constant"]

    def probabilities(self, pixels):
        return np.column_stack([pixels.reshape(len(pixels), -1).mean(1) / 255, np.full(len(pixels), 0.3)])


@pytest.mark.parametrize("targets, strengths, message", [
    ({"Hat": 1}, [1], "unknown target 'Hat'; choose one of bright, constant"),
    ({"bright": 1}, [1, -1], r"strengths of paint are \[1, -1\]; give sizes above 0, targets have the signs"),
    ({"bright": 1}, [], "strengths of paint must be a list of finite numbers"),
])  # fmt: skip
def test_edits_that_cannot_be_scored_are_not_made(targets, strengths, message):
    with pytest.raises(ValueError, match=message):
        edited({"paint": (strengths, None)}, np.zeros((2, 2, 2, 3), np.uint8), targets, Grey())


def test_only_images_that_lack_a_target_are_edited_each_strength_with_the_targets_sign():
    before, asked = np.stack([np.full((2, 2, 3), v, np.uint8) for v in (10, 200, 60)]), []

    def make(target, rows, strengths):
        asked.append((target, rows.tolist(), strengths))
        return np.stack([np.full((len(rows), 2, 2, 3), 128 + 20 * s, np.uint8) for s in strengths])

    found = edited({"paint": ([1, 2], make)}, before, {"bright": 1}, Grey())
    away = edited({"paint": ([1, 2], make)}, before, {"bright": -1}, Grey())
    assert asked == [("bright", [0, 2], [1, 2]), ("bright", [1], [-1, -2])]
    report = found["paint"]["bright"][2]
    np.testing.assert_array_equal(report.flipped, [1, np.nan, 1])
    np.testing.assert_array_equal(report.after[1], report.before[1])
    np.testing.assert_array_equal(away["paint"]["bright"][1].flipped, [np.nan, 1, np.nan])
    assert area(curve(found["paint"]["bright"]), 0.1) == 1
    nobody = edited({"paint": ([1], make)}, before, {"constant": -1}, Grey())["paint"]["constant"][1]
    assert nobody.lacking == 0 and len(asked) == 2


def shaded(need, wiggle=0.0):
    """What brightens pictures by a tenth of the full scale a strength, and a judge who sees images turn at `need`."""

    class Shades:
        name, attributes = "shades", ["bright", "other"]

        def probabilities(self, pixels):
            value = pixels[:, 0, 0, 0] / 10
            bright = 1 / (1 + np.exp(-4 * (value - need[pixels[:, 0, 0, 1]])))
            other = 0.3 * (value / 12) ** 3 + wiggle * np.sin(value)
            return np.column_stack([bright, np.clip(other, 0, 1)])

    before = np.zeros((len(need), 2, 2, 3), np.uint8)
    before[..., 1] = np.arange(len(need))[:, None, None]

    def make(target, rows, strengths):
        after = np.repeat(before[None, rows], len(strengths), 0)
        after[..., 0] = np.round(10 * strength_table(strengths, len(rows)))[..., None, None]
        return after

    return Shades(), before, make


@pytest.mark.parametrize("wiggle", [0.0, 0.02])
def test_areas_do_not_depend_on_the_strengths_that_are_tried(wiggle):
    judge, before, make = shaded(np.random.default_rng(0).uniform(0.5, 11, 40), wiggle)
    found = {}
    for count in (3, 6, 12):
        methods = {"paint": (np.arange(1, count + 1) * 12 / count, make)}
        reports = edited(methods, before, {"bright": 1}, judge)
        found[count] = area(refined(reports, methods, before, {"bright": 1}, judge)["paint"]["bright"], 0.2)
    assert abs(found[3] - found[6]) < 0.01 and abs(found[6] - found[12]) < 0.01


def test_turns_are_looked_for_where_images_turn_and_nowhere_else():
    judge, before, make = shaded(np.array([1.0, 3.3, 20.0]))
    asked, calls = [], []

    def counted(target, rows, strengths):
        calls.append(np.shape(strengths))
        asked.extend((int(row), float(s)) for row, own in zip(rows, np.transpose(strengths)) for s in own)
        return make(target, rows, strengths)

    reports = edited({"paint": ([2, 4], make)}, before, {"bright": 1}, judge)
    found = refined(reports, {"paint": ([2, 4], counted)}, before, {"bright": 1}, judge, halvings=2)["paint"]["bright"]
    assert sorted(asked) == [(0, 0.5), (0, 1.0), (1, 3.0), (1, 3.5)] or sorted(asked)[2:] == [(1, 3.0), (1, 3.5)]
    assert calls == [(1, 2)] * 2  # a halving is one call, of all images that turn
    assert np.isinf(found.least_drift[2])
    plain = refined(reports, {"paint": ([2, 4], counted)}, before, {"bright": 1}, judge, halvings=0)["paint"]["bright"]
    assert plain.own is None and (found.least_drift[:2] <= plain.least_drift[:2] + 1e-3).all()
    with pytest.raises(ValueError, match="halvings is -1; it must be a whole number, 0 or above"):
        refined(reports, {}, before, {"bright": 1}, judge, halvings=-1)


def test_pictures_that_stay_are_looked_at_once():
    class Counting(Grey):
        looked = 0

        def probabilities(self, pixels):
            self.looked += len(pixels)
            return super().probabilities(pixels)

    before, judge = np.stack([np.full((2, 2, 3), v, np.uint8) for v in (10, 200, 60)]), Counting()
    make = lambda target, rows, strengths: np.stack(
        [np.full((len(rows), 2, 2, 3), 128 + s, np.uint8) for s in strengths]
    )
    reports = edited({"a": ([20, 40], make), "b": ([60], make)}, before, {"bright": 1}, judge)
    assert judge.looked == 3 + 3  # the images before, and each shade
    assert reports["b"]["bright"][60].after[1, 0] == reports["a"]["bright"][20].before[1, 0]
