"""Code to copy runs as it stands and makes the same pictures, pixel by pixel."""

import ast
import subprocess
import sys

import matplotlib.pyplot as plt
import numpy as np
import pytest

from unelib.editing.edit_methods import KINDS, apply, noise_of, probe_and_unit
from unelib.editing.edit_state import METHODS, EditState
from unelib.explorer.copied_code import as_python
from unelib.explorer.panels import Explorer
from unelib.inversion.deterministic import generate
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
    exec(as_python(state, run), names)
    return names["before"], names["after"]


@pytest.fixture(scope="module")
def learnt(zoo):
    """What an edit needs of the zoo, by its state: a probe of each kind is learnt once."""
    kept = {}
    return lambda state: (
        kept.get(KINDS[state.method]) or kept.setdefault(KINDS[state.method], probe_and_unit(state, zoo))
    )


def made(state, zoo, gen, learnt):
    """The same pictures by the functions themselves."""
    noise, (probe, unit) = noise_of(state, gen, zoo), learnt(state)
    moved = apply(state, gen, probe, noise, unit)
    return generate(gen, noise, **state.how)[0], generate(gen, moved, **state.how)[0]


@pytest.mark.slow
@pytest.mark.parametrize(
    "state", [STATE, STATE.with_(seed=7, kept=[]), *(STATE.with_(method=method) for method in METHODS[1:])]
)
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
