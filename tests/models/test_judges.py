"""Judges made of an encoder's embeddings: what the probe says of them, and of nothing else."""

import numpy as np
import pandas as pd
import pytest

from unelib.editing.probe_judge import ProbeJudge, judge_for
from unelib.models.encoders import load_encoder
from unelib.models.judges import Judge
from unelib.probing.linear_probe import LinearProbe
from unelib.store.zoo import NoiseZoo
from unelib.worlds.image_sets import load_images


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
