"""A judge that is a probe: what it says of pictures, and that persons stay together when its penalty is chosen."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from unelib.editing import ProbeJudge, judge_for
from unelib.editing import probe_judge as file
from unelib.models.encoders import load_encoder
from unelib.models.judges import Judge
from unelib.probing import LinearProbe
from unelib.store.zoo import NoiseZoo
from unelib.worlds.image_sets import load_images

rng = np.random.default_rng(0)
X = rng.standard_normal((60, 3))
Y = pd.DataFrame({"a": X[:, 0] > 0}).astype(int)
ENCODER = SimpleNamespace(name="e", dim=3, embed=lambda pixels: pixels.reshape(len(pixels), -1))


def test_probabilities_are_the_probes_log_odds():
    probe = LinearProbe("logistic", penalty=1.0).fit(X, Y)
    seen = ProbeJudge("p", ENCODER, probe).probabilities(X)
    np.testing.assert_allclose(np.log(seen / (1 - seen)), probe.decision_function(X), atol=1e-9)


def test_a_probe_sees_by_its_encoder_and_a_classifier_by_no_view():
    assert file.seen_by(ProbeJudge("p", ENCODER, LinearProbe("ridge").fit(X, Y))) == "e"
    assert file.seen_by(SimpleNamespace(name="drawn-judge", encoder=ENCODER)) == ""


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
        split=np.array(["train"] * 50 + ["test"] * 10), groups=persons, labels=Y,
        rows=lambda view, rows: X[rows], views_of=lambda kind: ["e"],
    )  # fmt: skip
    judge_for("probe:e", zoo)
    assert list(given[0]) == list(persons[:50])


@pytest.fixture(scope="module")
def judged(tmp_path_factory):
    """A zoo with one encoder's view of 80 drawn faces, the last 20 held out, and the faces."""
    faces = load_images("drawn-faces", n=80, attributes=["Eyeglasses", "Male"])
    zoo = NoiseZoo(tmp_path_factory.mktemp("zoo"))
    index = pd.DataFrame({"id": faces.ids, "sha256": "", "split": ["train"] * 60 + ["test"] * 20})
    zoo.add_index(index.join(faces.attributes.reset_index(drop=True)))
    rows = load_encoder("drawn-clip").embed(faces.pixels)
    zoo.fill("drawn-clip", lambda parts: ((i, rows[part]) for i, part in parts), {}, kind="embedding", progress=False)
    return zoo, faces


def test_a_judge_made_of_an_encoder_says_what_a_probe_of_its_view_says(judged):
    zoo, faces = judged
    judge = judge_for("probe:drawn-clip", zoo)
    assert judge.attributes == ["Eyeglasses", "Male"] and judge.name == "probe:drawn-clip"
    seen = judge.probabilities(faces.pixels[60:])
    probe = LinearProbe("logistic").fit(zoo["drawn-clip"][:60], faces.attributes[:60])
    score = probe.decision_function(zoo["drawn-clip"][60:])
    np.testing.assert_allclose(seen, 1 / (1 + np.exp(-score)), atol=0.02)  # the zoo holds half precision
    assert ((seen > 0.5) == faces.attributes[60:].to_numpy()).mean() > 0.8


def test_other_names_are_classifiers(judged):
    assert isinstance(judge_for("drawn-judge", judged[0]), Judge)


def test_errors(judged):
    with pytest.raises(ValueError, match="unknown view to judge by 'drawn-dino'; choose one of drawn-clip"):
        judge_for("probe:drawn-dino", judged[0])
    probe = LinearProbe("ridge").fit(np.random.default_rng(0).standard_normal((20, 3)), np.arange(20) % 2)
    with pytest.raises(ValueError, match="what drawn-clip gives has 96 columns; the fit was made on 3"):
        ProbeJudge("p", load_encoder("drawn-clip"), probe)
