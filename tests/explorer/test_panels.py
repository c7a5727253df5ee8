"""The explorer, driven through its traits."""

import numpy as np
import pytest

from unelib.explorer.panels import Explorer, bar_row
from unelib.store.zoo import NoiseZoo
from unelib.worlds.image_sets import load_images

from ..editing.test_walks import BrightnessJudge


class Probe:
    attributes_ = ["bright", "left"]
    coef_ = pattern_ = np.stack([np.ones(16), np.tile([1.0, 0.5, 0, 0], 4)])


HOW = {"steps": 16, "solver": "ab2", "grid": "karras"}


@pytest.fixture
def zoo(tmp_path):
    train, test = load_images("drawn-faces", n=20, size=16), load_images("drawn-faces", n=8, split="test", size=16)
    zoo = NoiseZoo(tmp_path).add(train, test)
    rng = np.random.default_rng(0)
    pixels = np.concatenate([train.pixels, test.pixels])
    zoo.build("gaussian", lambda p: rng.standard_normal((len(p), 16)), pixels, HOW, progress=False)
    return zoo


@pytest.fixture
def explorer(zoo, gaussian):
    return Explorer(zoo, gaussian, Probe, BrightnessJudge())


def test_a_slider_moves_the_picture_and_back(explorer):
    np.testing.assert_array_equal(explorer.before, explorer.after)
    shown = explorer.after_view.value
    explorer.sliders["bright"].value = 2
    assert explorer.after.mean() > explorer.before.mean()
    assert explorer.after_view.value != shown
    explorer.reset.click()
    np.testing.assert_array_equal(explorer.before, explorer.after)


def test_a_text_is_no_list_of_sliders(zoo, gaussian):
    with pytest.raises(TypeError, match="attributes is 'bright'; give a list of names, such as .'bright'."):
        Explorer(zoo, gaussian, Probe, BrightnessJudge(), "bright")


def test_keep_projects_out(explorer):
    explorer.sliders["left"].value = 1
    step = explorer.moved() - explorer.noises[[0]]
    explorer.keep["bright"].value = True
    kept = explorer.moved() - explorer.noises[[0]]
    assert abs(step[0] @ np.ones(16)) > 0.5
    assert abs(kept[0] @ np.ones(16)) < 1e-5


def test_reset_clears_all_and_draws_nothing_anew(explorer, monkeypatch):
    explorer.sliders["left"].value, explorer.keep["bright"].value = 1, True
    assert explorer.keep["bright"].button_style == "info"
    monkeypatch.setattr("unelib.explorer.panels.generate", lambda *_, **__: pytest.fail("the original was drawn again"))
    explorer.reset.click()
    assert not any(control.value for control in (*explorer.sliders.values(), *explorer.keep.values()))
    np.testing.assert_array_equal(explorer.before, explorer.after)
    assert explorer.status.value == ""


def test_a_row_of_the_table_tells_a_turned_verdict():
    assert "bold" in bar_row("bright", 0.2, 0.9) and "20 → 90" in bar_row("bright", 0.2, 0.9)
    assert "bold" not in bar_row("bright", 0.2, 0.203) and ">20<" in bar_row("bright", 0.2, 0.203)


def test_a_name_from_data_is_text_and_nothing_else():
    assert "<img" not in bar_row("<img src=x onerror=alert(1)>", 0.2, 0.9)
    assert "&lt;img src=x" in bar_row("<img src=x onerror=alert(1)>", 0.2, 0.9)


def test_another_image_keeps_the_sliders(explorer):
    explorer.sliders["bright"].value = 1
    first = explorer.before
    explorer.image.value = 3
    assert (explorer.before != first).any()
    assert explorer.after.mean() > explorer.before.mean()
    assert "bright" in explorer.bars.value


def test_strengths_count_in_the_spread_of_images_that_were_not_learnt_from(explorer, zoo):
    held_out = zoo.rows("gaussian", zoo.split == "test")
    for name, d in explorer.directions.items():
        assert d.sigma == pytest.approx(np.std(held_out @ d.vector)), name


def test_noise_goes_back_by_what_made_it(zoo, gaussian):
    assert Explorer(zoo, gaussian, Probe).gen.ode == HOW
    with pytest.raises(KeyError, match="no complete view 'another'"):
        Explorer(zoo, "another", Probe)


def test_only_held_out_images_by_default(explorer, zoo):
    assert len(explorer.noises) == 8
    with pytest.raises(ValueError, match="no held-out image"):
        Explorer(zoo, explorer.gen, Probe, rows=[])
