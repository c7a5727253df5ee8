"""Code to copy runs as it stands and makes the same pictures, pixel by pixel."""

import ast
import subprocess
import sys

import matplotlib.pyplot as plt
import numpy as np
import pytest

from unelib.editing.edit_methods import apply, noise_of
from unelib.editing.edit_state import METHODS, EditState
from unelib.editing.edited_pictures import pictures_of
from unelib.editing.method_probes import KINDS, probe_and_unit
from unelib.explorer.copied_code import as_python
from unelib.explorer.panels import Explorer
from unelib.inversion.deterministic import generate
from unelib.models.judges import load_judge
from unelib.probing.linear_probe import LinearProbe
from unelib.running.workspace import Workspace

STATE = EditState("drawn-ldm", image="face-0-20000000", strengths={"Smiling": 3, "Young": -1.5}, kept=["Male"], steps=3)


@pytest.fixture(scope="module")
def zoo():
    return Workspace("tour").zoo


@pytest.fixture(scope="module")
def gen(zoo):
    return zoo.generator("drawn-ldm")


def executed(state, run="tour"):
    """The pictures before and after that copied code leaves, run with nothing but its own names."""
    names = {"__name__": "copied"}
    exec(as_python(state, run, "drawn-judge"), names)
    return names["before"], names["after"]


@pytest.fixture(scope="module")
def learnt(zoo):
    """What an edit needs of the zoo, by its state: a probe of each kind is learnt once; texts are, each time."""
    kept = {}

    def of(state):
        kind = KINDS[state.method]
        if state.method == "text":
            return probe_and_unit(state, zoo)
        return kept.get(kind) or kept.setdefault(kind, probe_and_unit(state, zoo))

    return of


def made(state, zoo, gen, learnt):
    """The same pictures by the functions themselves."""
    noise, (probe, unit) = noise_of(state, gen, zoo), learnt(state)
    moved = apply(state, gen, probe, noise, unit, load_judge("drawn-judge"))
    return generate(gen, noise, **state.how)[0], pictures_of(gen, moved, **state.how)[0]


STATES = [
    STATE.with_(seed=7, kept=[]),
    STATE.with_(keep_by="judge", steps=2),
    STATE.with_(control=True),
    *(STATE.with_(method=method) for method in METHODS[:5]),
    STATE.with_(method="principal components", strengths={"component 2": 4}),
    STATE.with_(method="h-space", steps=2),
    STATE.with_(method="pullback vectors", strengths={"vector 1": 4}),
    STATE.with_(method="text", encoder="drawn-clip", strengths={"a face with glasses": 5}),
]


@pytest.mark.slow
@pytest.mark.parametrize("state", STATES)
def test_copied_code_makes_the_same_pictures(state, zoo, gen, learnt, closed):
    before, after = executed(state)
    wanted = made(state, zoo, gen, learnt)
    np.testing.assert_array_equal(before, wanted[0])
    np.testing.assert_array_equal(after, wanted[1])
    assert (before != after).any() and plt.get_fignums()


@pytest.mark.slow
def test_copied_code_shows_what_the_explorer_shows(zoo, gen, closed):
    learn = zoo.split == "train"
    probe = LinearProbe("mean-difference").fit(zoo.rows("drawn-ldm", learn), zoo.labels[learn])
    explorer = Explorer(zoo, gen, probe, attributes=["Smiling", "Male"])
    explorer.image.value = 5
    explorer.sliders["Smiling"].value, explorer.keep["Male"].value = 4.0, True
    shown = EditState("drawn-ldm", str(zoo.ids[~learn][5]), strengths={"Smiling": 4}, kept=["Male"])
    before, after = executed(shown, zoo.path)
    np.testing.assert_array_equal(before, explorer.before)
    np.testing.assert_array_equal(after, explorer.after)


@pytest.mark.parametrize("name", ['"', "\\", "\n", "{x}", "é日", "'\"'"])
def test_any_name_is_written_as_it_is(name):
    state = EditState(f"g{name}", image=f"i{name}", strengths={f"a{name}": 0.1}, kept=[f"k{name}"], method=METHODS[2])
    call = next(n for n in ast.walk(ast.parse(as_python(state))) if isinstance(n, ast.Call) and n.keywords)
    assert EditState(**{part.arg: ast.literal_eval(part.value) for part in call.keywords}) == state


def test_an_edit_without_a_picture_has_no_code():
    with pytest.raises(ValueError, match="names no picture, so its code would make none; give it an image or a seed"):
        as_python(STATE.with_(image=None))


@pytest.mark.slow
def test_values_need_no_widgets():
    code = (
        "import sys; from unelib.editing import EditState; from unelib.explorer import History, as_python;"
        " as_python(History(EditState('g', seed=1)).present);"
        " print([m for m in ('ipywidgets', 'torch') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr


def test_code_that_needs_a_judge_names_one():
    state = STATE.with_(keep_by="judge")
    with pytest.raises(ValueError, match="keeps attributes by a judge; name it, such as judge='drawn-judge'"):
        as_python(state)
    assert 'judge = judge_for("drawn-judge", zoo)' in as_python(state, judge="drawn-judge")
    assert "judge" not in as_python(state.with_(kept=[]).with_(keep_by="projection"), judge="drawn-judge")
