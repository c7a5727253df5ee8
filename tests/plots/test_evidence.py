"""Pictures of evidence show a mark for each verdict, at its claim and null."""

import numpy as np
import pandas as pd
import pytest

from unelib.plots.evidence import gaps, spread, verdict_map

pytestmark = pytest.mark.usefixtures("closed")
TABLE = pd.DataFrame(
    {
        "claim": ["linear", "linear", "linear", "shared"],
        "view": ["a", "b", "a", "a"],
        "measure": ["mean AUC"] * 3 + ["gain, nats"],
        "null": ["pixels", "pixels", "shuffled", "shuffled"],
        "gap": [0.1, -0.1, 0.0, 2.0],
        "gap_low": [0.05, -0.2, -0.1, 1.0],
        "gap_high": [0.2, -0.05, 0.1, 3.0],
        "bar": 0.0,
        "verdict": ["supported", "not supported", "cannot tell", "supported"],
    }
)


def test_every_verdict_has_a_mark_at_its_claim_and_null():
    ax = verdict_map(TABLE)
    marks = {(round(t.get_position()[0]), round(t.get_position()[1]), t.get_text()) for t in ax.texts}
    assert marks == {(1, 1, "✓"), (1, 1, "✗"), (0, 1, "?"), (0, 0, "✓"), (0, 2, "chance"), (1, 2, "picture")}
    assert [t.get_text() for t in ax.get_xticklabels()] == ["shuffled", "pixels"]


def test_gaps_are_drawn_with_their_intervals():
    ax = gaps(TABLE[TABLE.claim == "linear"])
    assert [t.get_text() for t in ax.get_yticklabels()] == ["", "pixels", "shuffled", "", "pixels"]
    assert [t.get_text() for t in ax.texts] == ["a", "b"]
    ends = [line.get_xdata() for line in ax.lines if len(line.get_xdata()) == 2][0]
    assert list(ends) == pytest.approx([0.05, 0.2]) and ax.get_xlabel() == "difference of mean AUC"


@pytest.mark.parametrize("count", [1, 2, 9])
def test_marks_stay_in_their_cell(count):
    assert abs(spread(count)).max() < 0.5 and len(np.unique(spread(count), axis=0)) == count
