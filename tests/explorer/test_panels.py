"""The explorer, driven through its traits; the pages of a browser are no part of it."""

import threading
import warnings
from html import unescape

import ipywidgets.widgets.widget as widget_file
import numpy as np
import pytest

from unelib.explorer.judge_bars import bar_row, bar_table
from unelib.explorer.panels import COLUMNS, PAIR, Explorer
from unelib.explorer.pictures import Darkroom, figure_html
from unelib.inversion.deterministic import generate
from unelib.store.zoo import NoiseZoo
from unelib.worlds.image_sets import load_images

from ..editing.test_walks import BrightnessJudge
from ..helpers.threads import started


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
    explorer = Explorer(zoo, gaussian, Probe, BrightnessJudge())
    yield explorer
    explorer.close()


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
    explorer.wait()
    again = lambda *_, **__: pytest.fail("the original was drawn again")
    monkeypatch.setattr("unelib.explorer.pictures.pictures_of", again)
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


# what it costs, and that it is never stale


class Gate:
    """A generator that stands still at its first call of the denoiser until `go` is set, and counts its pictures."""

    def __init__(self, gen):
        self.gen, self.standing, self.go, self.begun = gen, threading.Event(), threading.Event(), []

    def __getattr__(self, name):
        return getattr(self.gen, name)

    def schedule(self, steps, grid):
        self.begun.append(steps)  # a drawing begins with its schedule
        return self.gen.schedule(steps, grid)

    def slope(self, x, t):
        self.standing.set()
        assert self.go.wait(10)
        return self.gen.slope(x, t)


@pytest.fixture
def gated(explorer):
    explorer.wait()
    gate = Gate(explorer.gen)
    explorer.darkroom.gen = gate
    yield explorer, gate
    gate.go.set()


class Six(Probe):
    attributes_ = list("abcdef")
    coef_ = pattern_ = np.random.default_rng(5).standard_normal((6, 16))


def test_after_a_hundred_events_the_last_picture_is_right_after_one_more_drawing(zoo, gaussian):
    explorer = Explorer(zoo, gaussian, Six)
    explorer.wait()
    explorer.darkroom.gen = gate = Gate(explorer.gen)
    for event in range(100):
        explorer.sliders["abcdef"[event % 6]].value = (event % 13) / 2 - 3.5
        if event == 0:
            assert gate.standing.wait(10)  # the first is being drawn, and 99 come meanwhile
    before_last = len(gate.begun)
    gate.go.set()
    shown = explorer.after
    assert before_last == 1 and gate.begun[before_last:].count(16) == 1 and len(gate.begun) <= before_last + 2
    np.testing.assert_array_equal(shown, generate(explorer.gen, explorer.moved())[0])
    assert figure_html(shown, "", "")[10:600] in explorer.after_view.value.replace(alt_of(explorer.after_view), "")
    explorer.close()


def alt_of(view):
    """The alternative text in a page's HTML, as it stands there."""
    return view.value.split('alt="')[1].split('"')[0]


def test_a_new_explorer_has_its_pictures_in_full(zoo, gaussian):
    """A page made ahead of its visitor would miss what is drawn while it fetches its controls."""
    explorer = Explorer(zoo, gaussian, Probe)
    assert explorer.finished is explorer.wanted and "coarse" not in explorer.after_view.value
    explorer.close()


def test_a_slow_model_does_not_hold_up_a_new_explorer(zoo, gaussian, monkeypatch):
    monkeypatch.setattr("unelib.explorer.panels.FIRST", 0.05)
    gate = Gate(gaussian)
    monkeypatch.setattr(zoo, "generator", lambda view, model: gate)
    explorer = Explorer(zoo, gaussian, Probe)
    assert explorer.finished is None
    gate.go.set()
    explorer.wait()
    assert explorer.finished is explorer.wanted
    explorer.close()


def test_a_coarse_picture_comes_first_and_the_full_one_after_it(gated):
    explorer, gate = gated
    shown = []
    explorer.after_view.observe(lambda change: shown.append("coarse preview" in change["new"]), "value")
    explorer.sliders["bright"].value = 2
    assert gate.standing.wait(10)
    gate.go.set()
    wait_without_hurry(explorer)
    assert gate.begun == [4, 16] and shown == [True, False]


def wait_without_hurry(explorer):
    """Until nothing is pending, as a page would: nobody is in `wait`, which leaves the coarse picture out."""
    worker = explorer.worker
    with worker.changed:
        assert worker.changed.wait_for(lambda: not worker.busy and not worker.pending, 10)


def test_a_coarse_picture_is_finished_although_newer_requests_came(gated):
    """Else a steady hand on a slider would see nothing at all."""
    explorer, gate = gated
    shown = []
    explorer.after_view.observe(lambda change: shown.append(alt_of(explorer.after_view)), "value")
    explorer.sliders["bright"].value = 1
    assert gate.standing.wait(10)
    explorer.sliders["bright"].value = 2
    gate.go.set()
    wait_without_hurry(explorer)
    assert "bright +1" in shown[0] and "bright +2" in shown[-1] and gate.begun[0] == 4


def test_who_waits_is_not_shown_coarse_pictures(gated):
    explorer, gate = gated
    explorer.sliders["bright"].value = 2
    assert gate.standing.wait(10)
    waiter = started(explorer.wait, until=lambda: explorer.worker.awaited)
    gate.go.set()
    waiter.join(10)
    assert gate.begun == [4, 16]  # the coarse one was begun before, and given up
    assert "coarse" not in explorer.after_view.value


def test_a_control_at_rest_is_drawn_in_full_at_once(gated, monkeypatch):
    monkeypatch.setattr("unelib.explorer.panels.RESTED", 0.0)
    explorer, gate = gated
    gate.go.set()
    explorer.sliders["bright"].value = 2
    wait_without_hurry(explorer)
    assert gate.begun == [16]


def test_pictures_are_remembered_up_to_a_number(gaussian):
    room, noises = Darkroom(gaussian, size=3), np.random.default_rng(0).standard_normal((4, 1, 16))
    first = room.picture(noises[0], int)
    calls = gaussian.calls
    assert room.picture(noises[0], int) is first and gaussian.calls == calls and room.has(noises[0])
    for noise in noises[1:]:
        room.picture(noise, int)
    assert len(room.made) == 3 and not room.has(noises[0])
    assert (room.picture(noises[3], int, 2) != room.picture(noises[3], int)).any()  # steps count


def test_five_hundred_edits_keep_no_more_than_is_remembered(explorer):
    threads = threading.active_count()
    for i in range(500):
        explorer.sliders["bright"].value = i % 16 - 8 + (i // 16) % 2 / 2
        if i % 5 == 0:
            explorer.wait()
    explorer.wait()
    assert len(explorer.darkroom.made) <= 64 and threading.active_count() == threads


def test_closing_leaves_no_thread_and_no_widget(zoo, gaussian):
    threads, widgets = threading.active_count(), set(widget_file._instances)
    explorer = Explorer(zoo, gaussian, Probe)
    assert explorer.wait() and set(widget_file._instances) > widgets
    for opened in (True, False):  # what is folded away again goes as well
        explorer.parts.buttons["gallery"].value = explorer.parts.buttons["map"].value = opened
    explorer.close()
    assert threading.active_count() == threads and set(widget_file._instances) == widgets
    explorer.close()


def test_a_closed_explorer_gives_no_stale_picture(gated):
    explorer, gate = gated
    last = explorer.after
    explorer.sliders["bright"].value = 2
    assert gate.standing.wait(10)
    closing = started(explorer.close, until=lambda: explorer.worker.closed)
    gate.go.set()
    closing.join(10)
    with pytest.raises(RuntimeError, match="closed before this picture was drawn"):
        _ = explorer.after
    assert last.shape == (4, 4, 3)


# what it says


class Broken:
    """A generator whose denoiser fails while `error` is set."""

    def __init__(self, gen, error):
        self.gen, self.error = gen, error

    def __getattr__(self, name):
        return getattr(self.gen, name)

    def slope(self, x, t):
        if self.error:
            raise self.error
        return self.gen.slope(x, t)


def test_a_drawing_that_fails_says_so_and_the_controls_stay(explorer):
    explorer.wait()
    explorer.darkroom.gen = broken = Broken(explorer.gen, RuntimeError("no <b>memory</b>\nat line 3"))
    explorer.sliders["bright"].value = 2
    explorer.wait()
    said = explorer.status.value
    assert "could not be drawn (RuntimeError: no &lt;b&gt;memory&lt;/b&gt;)" in said and "drawing" not in said
    with pytest.raises(RuntimeError, match="could not be drawn"):
        _ = explorer.after
    broken.error = None
    explorer.sliders["bright"].value = 3
    assert explorer.after.mean() > explorer.before.mean() and "could not" not in explorer.status.value


def test_a_first_drawing_that_fails_leaves_an_explorer_that_says_so(zoo, gaussian, monkeypatch):
    monkeypatch.setattr(type(gaussian), "slope", Broken(gaussian, ValueError("no weights")).slope)
    explorer = Explorer(zoo, gaussian, Probe)
    explorer.wait()
    assert "ValueError: no weights" in explorer.status.value
    explorer.close()


def test_an_edit_that_cannot_be_made_is_told_like_one_that_cannot_be_drawn(zoo, gaussian):
    class Alike(Probe):
        coef_ = pattern_ = np.ones((2, 16))

    explorer = Explorer(zoo, gaussian, Alike)
    explorer.keep["left"].value = True
    explorer.sliders["bright"].value = 1
    explorer.wait()
    assert "bright lies in the span of the others" in explorer.status.value
    explorer.close()


def test_a_failing_judge_is_told(explorer):
    explorer.judge = Broken(explorer.judge, None)
    explorer.judge.probabilities = lambda pixels: 1 / 0
    explorer.sliders["bright"].value = 1
    explorer.wait()
    assert "ZeroDivisionError" in explorer.status.value


def test_leaving_the_lengths_of_the_views_own_rows_is_told_with_numbers(explorer, zoo):
    lengths = np.linalg.norm(zoo.rows("gaussian", zoo.split == "test"), axis=1)
    assert explorer.usual == pytest.approx(tuple(np.percentile(lengths, [0.5, 99.5])))
    explorer.wait()
    assert explorer.status.value == ""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        explorer.sliders["bright"].value = 8
        explorer.wait()
    low, high = (f"{end:.4g}" for end in (min(explorer.usual[0], lengths[0]), max(explorer.usual[1], lengths[0])))
    now = f"{np.linalg.norm(explorer.moved()):.4g}"
    told = f"The noise is {now} long; noises of 99 % of these images are {low} to {high} long. The model has seen few"
    assert told in explorer.status.value
    explorer.sliders["bright"].value = 0
    explorer.wait()
    assert explorer.status.value == ""


@pytest.fixture
def labelled(zoo, gaussian):
    class Named(Probe):
        attributes_ = ["Smiling", "Wearing_Hat"]

    explorer = Explorer(zoo, gaussian, Named, BrightnessJudge())
    yield explorer
    explorer.close()


def test_pictures_say_which_image_they_are_and_what_was_done(labelled, zoo):
    labelled.image.value = 3
    labelled.sliders["Wearing_Hat"].value = -1.5
    labelled.wait()
    index = np.flatnonzero(zoo.split == "test")[3]
    words = ["yes" if has else "no" for has in zoo.attributes[["Smiling", "Wearing_Hat"]].iloc[index]]
    which = f"image {zoo.ids[index]} (Smiling: {words[0]}, Wearing Hat: {words[1]})"
    trip = f"{which}, as the model gives it back from its noise"
    assert alt_of(labelled.before_view) == trip and f">{trip}<" in labelled.before_view.value
    assert alt_of(labelled.after_view) == f"{which}, Wearing Hat -1.5 standard deviations"
    assert "before (round trip)" in str(page_of(labelled))


def page_of(explorer):
    """All texts on the page."""
    boxes = [explorer]
    for box in boxes:
        boxes.extend(getattr(box, "children", ()))
    return [unescape(box.value) for box in boxes if isinstance(getattr(box, "value", None), str)]


def test_ids_are_text_and_nothing_else():
    shown = figure_html(np.zeros((4, 4, 3), np.uint8), 'a"><script>', "<script>")
    assert "<script>" not in shown and 'alt="a&quot;&gt;&lt;script&gt;"' in shown


def test_a_toggle_says_whether_it_is_on(explorer):
    for button, words in ((explorer.keep["left"], "kept fixed"), (explorer.control, ": on")):
        assert words not in button.description and button.tooltip.startswith("Off. ") and button.icon == ""
        button.value = True
        assert words in button.description and button.tooltip.startswith("On. ") and button.icon == "check"
    assert "may change all the same" in explorer.keep["left"].tooltip


def test_every_control_has_a_name(explorer):
    for control in (explorer.image, explorer.reset, explorer.control, *explorer.sliders.values()):
        assert control.description and control.tooltip


def test_nothing_on_the_page_asks_for_more_than_a_narrow_screen_has(explorer):
    """390 pixels, less what a page has around: 350."""
    boxes = [explorer]
    for box in boxes:
        boxes.extend(getattr(box, "children", ()))
        for asked in (box.layout.width, box.layout.min_width):
            assert asked in (None, "auto") or "%" in asked or int(asked.removesuffix("px")) <= 350, box
        assert box.layout.grid_template_columns in (None, COLUMNS, PAIR)
    lines = [box for box in boxes if explorer.sliders["left"] in getattr(box, "children", ())]
    assert [line.layout.flex_flow for line in lines] == ["row wrap"] and "min(100%" in COLUMNS


def test_a_program_that_sets_too_much_is_told(explorer):
    with pytest.raises(ValueError, match="bright goes from -8 to 8 standard deviations, not to 9; set a value between"):
        explorer.sliders["bright"].value = 9
    assert explorer.sliders["bright"].value == 0 and "up to 8" in str(page_of(explorer))


# what is kept, and the control


def test_a_kept_attribute_whose_verdict_turned_is_told_in_words():
    seen = ["bright", "constant"], [0.2, 0.2], [0.9, 0.3]
    assert "Kept fixed, and yet the verdict turned: bright." in bar_table(*seen, ["bright", "constant"])
    assert "yet turned" not in bar_table(*seen, ["constant"])
    assert "bright (kept, yet turned)" in bar_row("bright", 0.2, 0.9, True)
    assert "kept" not in bar_row("bright", 0.2, 0.3, True)


def test_the_control_goes_as_far_in_another_direction_and_comes_back(explorer):
    explorer.sliders["bright"].value, explorer.sliders["left"].value = 2, -1
    start, after = explorer.noises[[0]], explorer.after
    step = explorer.moved() - start
    explorer.control.value = True
    random = explorer.moved() - start
    assert np.linalg.norm(random) == pytest.approx(np.linalg.norm(step), rel=1e-5)
    assert abs(step[0] @ random[0]) < 0.8 * np.linalg.norm(step) ** 2
    assert (explorer.after != after).any() and "random direction, as long as bright +2" in explorer.after_view.value
    np.testing.assert_array_equal(explorer.moved(), explorer.moved())
    explorer.control.value = False
    np.testing.assert_array_equal(explorer.after, after)
    explorer.control.value = True
    explorer.reset.click()
    assert not explorer.control.value
    np.testing.assert_array_equal(explorer.after, explorer.before)


def test_the_control_of_no_step_is_no_step(explorer):
    explorer.control.value = True
    np.testing.assert_array_equal(explorer.after, explorer.before)


# the edit as a value


def test_the_controls_are_one_edit_there_and_back(explorer):
    explorer.sliders["bright"].value, explorer.keep["left"].value = 2, True
    state = explorer.state
    assert dict(state.strengths) == {"bright": 2} and state.kept == ("left",) and state.image == explorer.ids[0]
    after = explorer.after
    explorer.reset.click()
    explorer.state = state
    np.testing.assert_array_equal(explorer.after, after)
    explorer.wait()
    assert explorer.data.text.value == state.to_json()


def test_undo_and_redo_go_through_what_was_drawn(explorer):
    explorer.wait()
    assert explorer.undo.disabled and explorer.redo.disabled
    for value in (1, 2, 3):
        explorer.sliders["bright"].value = value
        explorer.wait()
    explorer.undo.click()
    explorer.wait()
    assert explorer.sliders["bright"].value == 2 and not explorer.redo.disabled
    explorer.undo.click()
    explorer.redo.click()
    explorer.wait()
    assert explorer.sliders["bright"].value == 2
    explorer.sliders["left"].value = 1
    explorer.wait()
    assert explorer.redo.disabled and [dict(s.strengths) for s in explorer.history.past][-1] == {"bright": 2}


def test_undo_takes_back_what_was_not_drawn_yet(gated):
    explorer, gate = gated
    explorer.sliders["bright"].value = 2
    assert gate.standing.wait(10)
    explorer.undo.click()
    gate.go.set()
    assert explorer.sliders["bright"].value == 0
    np.testing.assert_array_equal(explorer.after, explorer.before)


def test_a_fresh_sample_and_back_to_an_image(explorer):
    first = explorer.before
    explorer.fresh.click()
    assert (explorer.before != first).any() and "a fresh sample, seed 0" in explorer.before_view.value
    explorer.undo.click()
    np.testing.assert_array_equal(explorer.before, first)


def test_an_edit_that_was_given_is_loaded_or_refused(explorer):
    explorer.data.text.value = '{"generator": "gaussian", "strengths": {"bright": 3}}'
    explorer.data.button.click()
    assert explorer.sliders["bright"].value == 3 and explorer.state.image == explorer.ids[0]
    explorer.data.text.value = '{"generator": "gaussian", "strengths": {"dark": 3}}'
    explorer.data.button.click()
    assert "choose one of bright, left" in explorer.data.status.value and explorer.sliders["bright"].value == 3


def test_what_the_judge_keeps_is_shown_after_it_is_corrected(explorer):
    explorer.wait()
    shown = []
    explorer.after_view.observe(lambda change: shown.append("not yet corrected" in change["new"]), "value")
    explorer.sliders["left"].value, explorer.keep["bright"].value = 4, True
    explorer.keep_by.value = "judge"
    explorer.wait()
    assert shown[-1] is False and True in shown and "bright kept fixed by the judge" in explorer.after_view.value


def test_a_method_that_cannot_learn_says_so(explorer, monkeypatch):
    explorer.sliders["bright"].value = 2
    explorer.method.value = "probe weights"
    explorer.wait()
    assert "no probe for" in explorer.status.value
    explorer.method.value = "difference of class means"
    explorer.wait()
    assert explorer.status.value == ""


def test_components_take_the_place_of_attributes(explorer):
    explorer.method.value = "principal components"
    explorer.board.axes["component 1"].value = 2
    assert (explorer.after != explorer.before).any() and "component 1 +2" in explorer.after_view.value
    assert dict(explorer.state.strengths) == {"component 1": 2}


def test_two_threads_draw_in_one_darkroom(gaussian):
    room, noises = Darkroom(gaussian, size=2), np.random.default_rng(0).standard_normal((6, 1, 16)).astype("f4")
    failed = []

    def draw(order):
        try:
            for i in order:
                room.picture(noises[i % 6], lambda: None, 2)
        except KeyError as error:
            failed.append(error)

    both = [threading.Thread(target=draw, args=(range(k, 400, 1 + k),)) for k in (0, 1)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    assert not failed and len(room.made) <= 2


def test_an_edit_that_was_undone_while_it_was_finished_does_not_come_back(explorer, monkeypatch):
    explorer.wait()
    explorer.sliders["bright"].value = 2
    explorer.wait()
    first, reached, go = explorer.state, threading.Event(), threading.Event()

    def late(_noise, *rest):
        reached.set()
        assert go.wait(10)
        return ""

    monkeypatch.setattr("unelib.explorer.panels.length_told", late)
    explorer.sliders["bright"].value = 4
    assert reached.wait(10)
    monkeypatch.setattr("unelib.explorer.panels.length_told", lambda *_: "")
    explorer.undo.click()
    go.set()
    explorer.wait()
    assert explorer.state == first == explorer.history.present
    assert [dict(state.strengths) for state in explorer.history.past] == [{}]


def test_controls_that_say_no_edit_are_told_and_work_on(explorer):
    explorer.board.encoder = "clip"
    explorer.method.options = (*explorer.method.options, "text")
    explorer.method.value = "text"
    explorer.board.texts[0][1].value = 2
    assert "a slider is moved and has no text" in explorer.status.value
    explorer.method.value = "difference of class means"
    explorer.wait()
    assert explorer.status.value == ""


def test_the_control_has_two_sides(explorer):
    explorer.control.value = True
    steps = []
    for value in (3, -3):
        explorer.sliders["bright"].value = value
        steps.append(explorer.moved() - explorer.noises[[0]])
    np.testing.assert_allclose(steps[0], -steps[1], atol=1e-5)


def test_an_encoder_that_cannot_be_had_takes_nothing_else_away(explorer, monkeypatch):
    monkeypatch.setattr("unelib.explorer.panels.load_encoder", lambda _: (_ for _ in ()).throw(OSError("not there")))
    explorer.encoder, explorer.identity = "clip", None
    explorer.sliders["bright"].value = 2
    explorer.wait()
    assert explorer.error is None and "Identity" not in explorer.facts.value and "long" in explorer.facts.value
