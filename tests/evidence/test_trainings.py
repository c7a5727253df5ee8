"""Intervals over trainings hold what another training would find; names of trainings are read whole."""

import numpy as np
import pandas as pd
import pytest

from unelib.evidence import over_trainings

NETWORKS = {"gen": ["gen", "gen-seed1", "gen-seed2"], "enc": ["enc", "enc-seed1", "enc-seed2"]}


def table(gaps, views, half=0.1):
    gaps = np.asarray(gaps, float)
    ends = {"gap": gaps, "gap_low": gaps - half, "gap_high": gaps + half, "bar": 0.0, "value": gaps, "null_value": 0.0}
    found = pd.DataFrame({"claim": "predictable", "view": views, "measure": "R2", "null": "pixels"} | ends)
    return found.assign(verdict=["supported" if gap - half > 0 else "cannot tell" for gap in gaps])


def crossed(rng, between, within):
    """Gaps of every generator with every encoder about a true gap of 1."""
    g, e = rng.normal(0, between, 3), rng.normal(0, between, 3)
    views = [f"{a} to {b}" for a in NETWORKS["gen"] for b in NETWORKS["enc"]]
    return table((1 + rng.normal(0, within) + g[:, None] + e).ravel(), views, 1.96 * within)


def test_all_combinations_become_one_row():
    found = over_trainings(crossed(np.random.default_rng(0), 0.1, 0.1), NETWORKS)
    assert found.view.tolist() == ["gen to enc"] and found.rows.tolist() == [9]
    assert found.least[0] <= found.gap[0] <= found.most[0]


@pytest.mark.parametrize(("between", "within"), [(0.2, 0.1), (0.05, 0.2), (0.0, 0.2)])
def test_intervals_hold_the_truth_about_as_often_as_they_say(between, within):
    rng = np.random.default_rng(1)
    found = [over_trainings(crossed(rng, between, within), NETWORKS).iloc[0] for _ in range(200)]
    assert np.mean([row.gap_low <= 1 <= row.gap_high for row in found]) >= 0.92


def test_trainings_that_agree_add_nothing():
    found = over_trainings(table([0.5] * 3, NETWORKS["gen"]), {"gen": NETWORKS["gen"]}).iloc[0]
    assert (found.gap_low, found.gap_high) == pytest.approx((0.4, 0.6)) and found.trained == 0
    assert found.verdict == found.verdicts == "supported"


def test_a_claim_that_one_training_carries_is_open():
    found = over_trainings(table([0.9, 0.02, 0.03], NETWORKS["gen"]), {"gen": NETWORKS["gen"]}).iloc[0]
    assert found.verdict == "cannot tell" and found.verdicts == "supported 1, cannot tell 2"


def test_a_verdict_holds_beside_the_twins_as_well():
    rows = table([0.5, 0.5, 0.5], NETWORKS["gen"]).assign(twin_low=-0.1, twin_high=0.2)
    found = over_trainings(rows, {"gen": NETWORKS["gen"]}).iloc[0]
    assert (found.gap_low, found.gap_high) == pytest.approx((-0.1, 0.6)) and found.verdict == "cannot tell"


def test_other_views_are_left_out():
    found = over_trainings(table([0.5, 0.5, 0.9], ["gen", "gen-seed1", "generous"]), {"gen": NETWORKS["gen"]})
    assert found.view.tolist() == ["gen"] and found.rows.tolist() == [2]


def test_nulls_of_one_training_alone_are_left_out():
    views = [f"gen to {e}" for e in NETWORKS["enc"]]
    both = pd.concat([crossed(np.random.default_rng(0), 0.1, 0.1), table([0.5] * 3, views).assign(null="untrained")])
    assert over_trainings(both.reset_index(drop=True), NETWORKS).null.tolist() == ["pixels"]


def test_one_training_is_not_enough():
    with pytest.raises(ValueError, match="'gen' has the trainings .*two or more"):
        over_trainings(table([0.5], ["gen"]), {"gen": ["gen"]})
    with pytest.raises(ValueError, match="no row of the table is of a, b"):
        over_trainings(table([0.5], ["gen"]), {"x": ["a", "b"]})
