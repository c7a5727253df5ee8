"""The edit command: pictures, a strip and a table for each image; every mistake is one sentence, before any model."""

import json
import re

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from unelib.cli.edit import in_words
from unelib.editing.edit_methods import apply, noise_of
from unelib.editing.edit_state import EditState
from unelib.editing.method_probes import probe_and_unit
from unelib.inversion.deterministic import generate
from unelib.running.workspace import Workspace
from unelib.store.zoo import NoiseZoo

from ..helpers.commands import said_by

ONE, TWO = "face-0-20000000", "face-0-20000003"
STATE = EditState("drawn-ldm", strengths={"Smiling": 6, "Young": -1}, kept=["Male"], steps=3)


@pytest.fixture
def file(tmp_path):
    """The edit's file."""
    path = tmp_path / "older.json"
    path.write_text(STATE.to_json())
    return path


def told(*arguments, status=0):
    """What `unelib edit` prints, as `said_by`."""
    return said_by("edit", *arguments, status=status)


def pixels(path):
    return np.asarray(Image.open(path))


@pytest.mark.slow
def test_two_rows_of_the_tours_zoo_and_a_file_of_one(file, tmp_path, closed):
    said = told(file, ONE, TWO)
    out = tmp_path / "older"
    assert said.splitlines()[0].startswith(f"{ONE}: Smiling ") and said.splitlines()[1].startswith(f"{TWO}: Smiling ")
    assert f"6 pictures and scores.csv in {out}" in said
    files = {f"{name}-{what}.png" for name in (ONE, TWO) for what in ("before", "after", "strip")}
    assert {path.name for path in out.iterdir()} == files | {"scores.csv"}
    zoo = Workspace("tour").zoo
    gen, (probe, unit) = zoo.generator("drawn-ldm"), probe_and_unit(STATE, zoo)
    noise = np.concatenate([noise_of(STATE.with_(image=name), gen, zoo) for name in (ONE, TWO)])
    for when, rows in (("before", noise), ("after", apply(STATE, gen, probe, noise, unit))):
        for name, image in zip((ONE, TWO), generate(gen, rows, steps=3)):
            np.testing.assert_array_equal(pixels(out / f"{name}-{when}.png"), image)
    table = pd.read_csv(out / "scores.csv")
    assert len(table) == 48 and table.image.unique().tolist() == [ONE, TWO]
    assert table.groupby("attribute").strength.first()[["Smiling", "Young", "Bald"]].tolist() == [6, -1, 0]
    assert table[table.kept].attribute.unique().tolist() == ["Male"]
    np.testing.assert_allclose(table.after - table.before, table.change, atol=1e-6)
    assert table[table.attribute == "Smiling"].change.mean() > 0
    again = told(file, out / f"{ONE}-before.png", "--out", tmp_path / "again")
    assert f"{ONE}-before: " in again and "before the edit the round trip is" in again and "dB from the file" in again
    assert pixels(tmp_path / "again" / f"{ONE}-before-before.png").shape == (64, 64, 3)


@pytest.mark.slow
def test_the_picture_that_the_edit_names_is_enough_and_a_long_step_is_told(tmp_path, closed):
    path = tmp_path / "seeded.json"
    path.write_text(STATE.with_(seed=3, strengths={"Smiling": 20}).to_json())
    said = told(path, "--judge", "probe:drawn-clip")
    assert (
        "seed-3: Smiling" in said
        and "note: the edit (Smiling +20 standard deviations) leads an image off its shell" in said
    )
    path.write_text(STATE.with_(image=ONE).to_json())
    assert f"{ONE}: Smiling" in told(path, "--run", Workspace("tour").zoo.path)


def test_what_was_to_be_kept_and_turned_comes_first():
    table = pd.DataFrame(
        {"attribute": ["Smiling", "Bald", "Male"], "before": [0.1, 0.1, 0.9], "after": [0.9, 0.8, 0.2]}
    )
    table = table.assign(turned=True, strength=[6.0, 0, 0], kept=[False, False, True])
    assert in_words(table) == "Smiling 10% to 90%; other verdicts that turned: Male (to be kept), Bald"
    assert in_words(table.assign(turned=False)) == "Smiling 10% to 90%; no other verdict turned"
    assert "the judge knows nothing that was asked for" in in_words(table.assign(strength=0))


@pytest.fixture
def without_models(monkeypatch):
    """Whatever loads a model ends the test."""
    monkeypatch.setattr(NoiseZoo, "generator", lambda *_: pytest.fail("a model was loaded"))
    monkeypatch.setattr("unelib.editing.probe_judge.judge_for", lambda *_: pytest.fail("a judge was loaded"))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"strengths": {}}, "older.json moves nothing; give it strengths"),
        ({"generator": "drawn-ddpm"}, "unknown generator in .*tour 'drawn-ddpm'; choose one of drawn-ldm"),
        ({"generator": "drawn-clip"}, "unknown generator in .*tour 'drawn-clip'; choose one of drawn-ldm"),
        ({"strengths": {"Smilng": 1}}, "unknown attribute in .*tour 'Smilng'; choose one of .*Smiling"),
        ({"kept": ["Old"]}, "unknown attribute in .*tour 'Old'"),
        ({"method": "magic"}, "older.json: unknown method 'magic'"),
        ({"strengths": {"Smiling": "6"}}, "older.json: the strength of 'Smiling' is '6'"),
        ({"strength": 6}, "older.json: unknown key of an edit 'strength'"),
    ],
)
def test_a_mistake_in_the_edit_comes_before_any_model(file, changes, message, without_models):
    file.write_text(json.dumps(STATE.as_dict() | changes))
    found = told(file, ONE, status=1).replace("\n", " ")
    assert re.search(message, found), found
    assert not file.with_suffix("").exists()


def test_a_mistake_in_the_call_comes_before_any_model(file, tmp_path, without_models):
    def refused(*arguments):
        return told(*arguments, status=1)

    assert "there is no file" in refused(tmp_path / "none.json", ONE)
    assert "no picture is named; give ids or files after EDIT.json" in refused(file)
    assert "no image 'face-9': it is no id in" in refused(file, ONE, "face-9")
    assert f"{ONE} and {ONE} would both be called {ONE}; leave out or rename one" in refused(file, ONE, ONE)
    assert "cannot be read as a picture" in refused(file, file)
    assert "no NoiseZoo 'nothing'" in refused(file, ONE, "--run", "nothing")
    assert "no judge 'nobody'" in refused(file, ONE, "--judge", "nobody")
    assert "unknown view to judge by 'drawn-dino'; choose one of drawn-clip" in refused(
        file, ONE, "--judge", "probe:drawn-dino"
    )
    file.write_bytes(b"\xff\xfe\x00")
    assert "the edit is no text; write it as JSON in UTF-8" in refused(file, ONE)
    file.write_text("{")
    assert "older.json: the edit is not JSON" in refused(file, ONE)
    file.write_text(STATE.to_json())
    (tmp_path / "older").write_text("")
    assert "older" in refused(file, ONE)


def test_a_rare_attribute_is_told_so(file, tmp_path, without_models, monkeypatch):
    monkeypatch.setattr(NoiseZoo, "rare", {"Smiling": "1 image of train has it"})
    assert "too few images of" in told(file, ONE, status=1)


def test_the_command_explains_itself():
    said = told("--help")
    assert "film strip" in said.replace("\n  ", " ") and "scores.csv" in said
