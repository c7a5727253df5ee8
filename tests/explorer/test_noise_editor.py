"""Where edits start, how far a share of one goes, and what is learnt and corrected once."""

import numpy as np
import pytest

from unelib.editing.directions import direction
from unelib.editing.edit_state import EditState
from unelib.explorer.noise_editor import NoiseEditor
from unelib.probing.linear_probe import LinearProbe

from ..editing.test_method_probes import small_zoo


class Judge:
    name, attributes = "young", ["Young"]

    def __init__(self, weights):
        self.calls, self.weights = 0, weights

    def probabilities(self, pixels):
        self.calls += 1
        return 1 / (1 + np.exp(-pixels.reshape(len(pixels), -1) @ self.weights[:, None]))


@pytest.fixture
def editor(tmp_path, gaussian):
    zoo = small_zoo(tmp_path)
    learn = zoo.split == "train"
    probe = LinearProbe("logistic").fit(zoo.rows("gaussian", learn), zoo.labels[learn])
    young = direction(probe, "Young").vector
    return NoiseEditor(zoo, gaussian, "gaussian", probe, Judge(young), zoo.rows("gaussian", ~learn))


def edit(editor, **parts):
    return EditState("gaussian", **({"image": str(editor.zoo.ids[31]), "method": editor.method} | parts))


def test_where_an_edit_starts(editor):
    np.testing.assert_array_equal(editor.start(edit(editor)), editor.zoo.rows("gaussian", [31]))
    assert editor.start(edit(editor, image=None, seed=3)).shape == (1, 16)
    with pytest.raises(ValueError, match="no picture of your own yet; upload one"):
        editor.start(edit(editor, image=None))
    editor.own = np.ones((1, 16), "f4")
    np.testing.assert_array_equal(editor.start(edit(editor, image=None)), 1)


def test_a_share_of_an_edit_goes_a_share_of_the_way(editor):
    state = edit(editor, strengths={"Young": 2})
    start, whole, half = editor.start(state), editor.moved(state), editor.moved(state, 0.5)
    np.testing.assert_allclose(half - start, (whole - start) / 2, atol=1e-5)
    np.testing.assert_array_equal(editor.moved(state, 0), start)


def test_a_method_learns_at_its_first_use_and_once(editor, monkeypatch):
    assert editor.method == "probe pattern"
    editor.moved(edit(editor, method="difference of class means", strengths={"Young": 1}))
    monkeypatch.setattr("unelib.explorer.noise_editor.probe_and_unit", lambda *_: pytest.fail("learnt again"))
    editor.moved(edit(editor, method="difference of class means", strengths={"Male": 1}))
    editor.moved(edit(editor, strengths={"Male": 1}))


def test_what_the_judge_keeps_is_corrected_once(editor):
    draw = lambda noise: noise[:, None, None, :]
    state = edit(editor, strengths={"Male": 2, "Smiling": 3, "Bangs": 3}, kept=["Young"]).with_(method="probe weights")
    np.testing.assert_array_equal(editor.kept(state, draw), editor.moved(state))
    assert editor.judge.calls == 0
    kept = editor.kept(state.with_(keep_by="judge"), draw)
    calls = editor.judge.calls
    np.testing.assert_array_equal(editor.kept(state.with_(keep_by="judge"), draw), kept)
    assert calls > 1 and editor.judge.calls == calls and (kept != editor.moved(state)).any()
