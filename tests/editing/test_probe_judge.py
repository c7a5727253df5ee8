"""A judge that is a probe: what it says of pictures, and that persons stay together when its penalty is chosen."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from unelib.editing import ProbeJudge, judge_for
from unelib.editing import probe_judge as file
from unelib.probing import LinearProbe

rng = np.random.default_rng(0)
X = rng.standard_normal((60, 3))
Y = pd.DataFrame({"a": X[:, 0] > 0}).astype(int)
ENCODER = SimpleNamespace(name="e", dim=3, embed=lambda pixels: pixels.reshape(len(pixels), -1))


def test_probabilities_are_the_probes_log_odds():
    probe = LinearProbe("logistic", penalty=1.0).fit(X, Y)
    seen = ProbeJudge("p", ENCODER, probe).probabilities(X)
    np.testing.assert_allclose(np.log(seen / (1 - seen)), probe.decision_function(X), atol=1e-9)


def test_a_probe_of_another_view_is_refused():
    with pytest.raises(ValueError, match="what e gives has 3 columns; the fit was made on 2"):
        ProbeJudge("p", ENCODER, LinearProbe("ridge").fit(X[:, :2], Y))


def test_persons_stay_together_when_the_penalty_is_chosen(monkeypatch):
    given = []

    class Recording(LinearProbe):
        def fit(self, X, Y, groups=None):
            given.append(groups)
            return super().fit(X, Y, groups)

    monkeypatch.setattr(file, "LinearProbe", Recording)
    monkeypatch.setattr(file, "load_encoder", lambda name, device: ENCODER)
    persons = np.repeat(np.arange(30), 2).astype(str)
    zoo = SimpleNamespace(
        split=np.array(["train"] * 50 + ["test"] * 10), groups=persons, attributes=Y,
        rows=lambda view, rows: X[rows], views_of=lambda kind: ["e"],
    )  # fmt: skip
    judge_for("probe:e", zoo)
    assert list(given[0]) == list(persons[:50])
