"""What methods learn by: probes, regression, components and the scores of texts, all from training images alone."""

import numpy as np
import pandas as pd
import pytest

from unelib.editing.edit_methods import directions_of
from unelib.editing.edit_state import EditState
from unelib.editing.method_probes import probe_and_unit, probe_for, text_effects
from unelib.store.zoo import NoiseZoo
from unelib.worlds.image_sets import load_images

HOW = {"steps": 8, "solver": "ab2", "grid": "karras"}


def small_zoo(folder):
    """A zoo of 30 training and 6 other images, with noise of the view "gaussian" and embeddings "drawn-clip"."""
    train, test = load_images("drawn-faces", n=30, size=16), load_images("drawn-faces", n=6, split="test", size=16)
    zoo = NoiseZoo(folder).add(train, test)
    rng, pixels = np.random.default_rng(0), np.concatenate([train.pixels, test.pixels])
    zoo.build("gaussian", lambda p: rng.standard_normal((len(p), 16)), pixels, HOW, progress=False)
    zoo.build("drawn-clip", lambda p: rng.standard_normal((len(p), 96)), pixels, {}, kind="embedding", progress=False)
    return zoo


@pytest.fixture
def zoo(tmp_path):
    return small_zoo(tmp_path)


def test_a_zoo_gives_what_an_edit_needs(zoo):
    probe, unit = probe_and_unit(EditState("gaussian"), zoo)
    np.testing.assert_array_equal(unit, zoo.rows("gaussian", zoo.split == "test"))
    assert probe.attributes_ == list(zoo.labels) and probe.kind == "mean-difference"


def test_components_are_the_axes_along_which_training_noise_varies_most():
    rng = np.random.default_rng(0)
    X = rng.standard_normal((400, 8)) * [1, 5, 1, 1, 3, 1, 1, 1]
    Y = pd.DataFrame({"up": X[:, 0] > 0}).astype(int)
    probe = probe_for("principal components", X, Y)
    assert probe.attributes_ == [f"component {i}" for i in range(1, 7)] + ["up"]
    np.testing.assert_allclose(
        probe.pattern_[:2], np.eye(8)[[1, 4]], atol=0.1
    )  # of a sign that does not depend on luck
    np.testing.assert_allclose(probe.pattern_[:6] @ probe.pattern_[:6].T, np.eye(6), atol=1e-8)
    few = probe_for("principal components", X[:12, :3], Y[:12])
    assert few.attributes_[:-1] == ["component 1", "component 2", "component 3"]


class TextEncoder:
    """Whose texts are the axes of its embeddings, by number."""

    name = "texts"

    def embed_text(self, texts):
        return np.eye(4, dtype="f4")[[int(text) for text in texts]]


def test_a_text_moves_noise_along_its_covariance_with_the_scores():
    rng = np.random.default_rng(0)
    E = rng.standard_normal((500, 4))
    E /= np.linalg.norm(E, axis=1, keepdims=True)
    X = E[:, [2, 0]] * [3, 1] + 0.1 * rng.standard_normal((500, 2))
    Y = pd.DataFrame({"right": X[:, 0] > 0}).astype(int)
    probe = text_effects(["2", "0"], TextEncoder(), 7 * E, X, Y)  # how long embeddings are makes no difference
    np.testing.assert_allclose(probe.pattern_[:2], np.eye(2), atol=0.1)
    state = EditState("g", method="text", encoder="texts", strengths={"2": 1}, kept=["right"])
    with pytest.raises(ValueError, match="no probe for 'left'"):
        directions_of(state.with_(kept=["left"]), probe, X)
    assert directions_of(state, probe, X)["2"].lost > 0.9  # what is kept is of class means
    with pytest.raises(ValueError, match="the encoder's view has 500 rows, the noise has 400"):
        text_effects(["2"], TextEncoder(), E, X[:400], Y[:400])


def test_a_zoo_tells_which_encoder_it_lacks(zoo):
    state = EditState("gaussian", method="text", encoder="other-clip", strengths={"a smile": 1})
    with pytest.raises(ValueError, match="unknown encoder whose texts are read 'other-clip'; choose one of drawn-clip"):
        probe_and_unit(state, zoo)
    probe, _ = probe_and_unit(state.with_(encoder="drawn-clip", kept=["Young"]), zoo)
    assert probe.attributes_ == ["a smile", *zoo.labels] and probe.kind == "scores of texts"
    with pytest.raises(
        ValueError, match="the method 'text' has no probe of noise; make its directions by text_effects"
    ):
        probe_for("text", np.eye(3), pd.DataFrame({"a": [0, 1, 0]}))
