"""What later notebooks would not find is told before the first one starts."""

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from unelib.core import paths
from unelib.running import Step, Workspace, execute, plan, read_recipe
from unelib.running.foresight import check_names, check_own, views_left
from unelib.running.marks import write_mark
from unelib.running.notebooks import with_defaults
from unelib.running.views import views_of

RECIPES = sorted((paths.ROOT / "recipes").glob("*.yaml"))
WORLD = {"image_set": "drawn-faces", "train_split": "train", "generators": ["gen"], "encoders": ["enc"], "run": "r"}


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    monkeypatch.setenv("UNELIB_ROOT", str(tmp_path))


@pytest.mark.parametrize("world", ["drawn", "fashion"])
def test_the_worlds_own_recipes_find_what_they_name(world):
    check_names(with_defaults(plan(read_recipe(paths.ROOT / f"recipes/{world}.yaml"))))


@pytest.mark.parametrize(
    "values, message",
    [
        ({"targets": {"Smilling": 1}}, "b: targets names 'Smilling'.*did you mean 'Smiling'"),
        ({"attributes": ["Smiling", "xyz"]}, "names 'xyz', and there is no such attribute; there are Bald, Bangs"),
        ({"pair": ["Young", "young"]}, "pair names 'young'.*did you mean 'Young'"),
        ({"others": "Male Beard"}, "others names 'Beard'"),
        ({"leading_encoder": "encc"}, "b: leading_encoder names 'encc'.*did you mean 'enc'"),
        ({"generator": "gem"}, "b: generator names 'gem', and there is no such view; did you mean 'gen'"),
        ({"edits": {".": {"Smilling": 1}, "other": {"Dress": 1}}}, "b: edits names 'Smilling'"),
        ({"trials": {".": ["gem", "a judge", 3]}}, "b: trials names 'gem', and there is no such view"),
    ],
)
def test_what_is_not_there_is_named(values, message):
    with pytest.raises(ValueError, match=message):
        check_names([("a", WORLD), ("b", values | {"run": "r"})])


def test_a_trial_without_edits_names_no_view():
    check_names([("a", WORLD), ("b", {"trials": {".": ["", "", 3], "other": ["gem", "", 3]}, "run": "r"})])


def test_noise_that_the_run_has_already_will_do():
    zoo = Workspace("r").zoo
    zoo.add_index(pd.DataFrame({"id": ["a"], "sha256": [""], "split": ["train"]}))
    zoo.fill("of mine", lambda parts: ((shard, [[1.0]]) for shard, _ in parts), {}, progress=False)
    check_names([("a", WORLD), ("b", {"generator": "of mine", "run": "r"})])


@pytest.mark.parametrize("name", ["", "enc"])
def test_an_encoder_leads_that_is_made_or_whichever_there_is(name):
    check_names([("a", WORLD), ("b", {"leading_encoder": name, "run": "r"})])


def test_an_image_set_that_is_nowhere_is_told_and_one_of_the_hub_is_not_fetched():
    with pytest.raises(FileNotFoundError, match="no image set 'celebb'"):
        check_names([("a", WORLD | {"image_set": "celebb"})])
    check_names([("a", WORLD | {"image_set": "owner/name"}), ("b", {"targets": {"anything": 1}})])


@pytest.mark.parametrize("name", ["own/mine", "mine/labels.csv"])
def test_a_folder_or_a_table_with_one_slash_is_none_of_the_hub(tmp_path, monkeypatch, name):
    folder = tmp_path / "own" / "mine"
    folder.mkdir(parents=True)
    Image.fromarray(np.zeros((8, 8, 3), np.uint8)).save(folder / "a.png")
    (folder / "labels.csv").write_text("file,Odd\na.png,1\n")
    monkeypatch.chdir(tmp_path if name.startswith("own") else tmp_path / "own")
    with pytest.raises(ValueError, match="targets names 'Od', and there is no such attribute; did you mean 'Odd'"):
        check_names([("a", WORLD | {"image_set": name}), ("b", {"targets": {"Od": 1}})])
    with pytest.raises(FileNotFoundError, match="no image set 'mine/none.csv'"):
        check_names([("a", WORLD | {"image_set": "mine/none.csv"})])


@pytest.mark.parametrize("given", [{"steps": "ten"}, {"targets": {"Smilling": 1}}, {"judge": "drawn-jugde"}])
def test_a_run_with_a_typo_leaves_nothing(tmp_path, given):
    with pytest.raises((ValueError, FileNotFoundError)):
        execute.run(paths.ROOT / "recipes/drawn.yaml", given)
    assert not list(tmp_path.iterdir())


BOOKS = {name: f"notebooks/{name}.ipynb" for name in ("01_invert", "05_edit")}


def with_images(run):
    """A zoo with an index, made by a finished 01_invert of 20 and 10 images."""
    Workspace(run).zoo.add_index(pd.DataFrame({"id": ["a"], "sha256": [""], "split": ["train"]}))
    write_mark(Step(run, BOOKS["01_invert"], {}), {}, 1.0, {"image_set": "drawn-faces", "n_train": 20, "n_test": 10})


def test_a_run_folder_of_other_images_is_refused_and_left_as_it_is(tmp_path):
    with_images("r")
    before = sorted(tmp_path.rglob("*"))
    recipe = {"name": "r", "notebooks": [BOOKS["01_invert"]], "parameters": {"n_train": 30, "n_test": 10}}
    with pytest.raises(
        ValueError, match=r"run 'r' holds other images \(n_train 20, not 30\); name another run: -p run NAME"
    ):
        execute.run(recipe)
    assert sorted(tmp_path.rglob("*")) == before
    execute.checked_steps(recipe | {"parameters": {"n_train": 20, "n_test": 10}})


def test_noise_that_nobody_leaves_is_told_with_who_does():
    recipe = {"name": "new", "notebooks": [BOOKS["05_edit"]]}
    with pytest.raises(ValueError, match="05_edit.ipynb reads noise, which no notebook .* run 'new' .*01_invert.ipynb"):
        execute.run(recipe)


DEPTH = {name: f"notebooks/depth/{name}.ipynb" for name in ("failures", "variation", "codes", "10_une", "alignment")}
DEPTH |= {name: f"notebooks/depth/{name}.ipynb" for name in ("08_gaussianity", "network", "known_latent", "latents")}
MADE = [("notebooks/01_invert.ipynb", WORLD | {"generators": ["drawn-ldm"]})]
MADE += [("notebooks/02_encode.ipynb", WORLD | {"encoders": ["drawn-clip", "drawn-dino", "onnx:a.onnx"]})]
UNJUDGED = {"judge": "", "run": "r"}


@pytest.mark.parametrize(
    "stage, values, message",
    [
        (
            "failures",
            {"asked": "Smilling"},
            "failures.ipynb: asked names 'Smilling', .* no such attribute; .*'Smiling'",
        ),
        ("codes", {"straightened": ["drawn-pose"]}, "straightened names 'drawn-pose', and there is no such view"),
        ("network", {"encoders": ["drawn-pose"]}, "encoders names 'drawn-pose', and there is no such view"),
        (
            "alignment",
            {"view_sets": {"both": ["drawn-clip", "drawn-clp"]}},
            "view_sets names 'drawn-clp', .* mean 'drawn-clip'",
        ),
        ("08_gaussianity", {"views": ["leek"]}, "views names 'leek', .*did you mean 'leak'"),
        ("10_une", {"encoder": "drawn-pose", "judge": "drawn-judge"}, "10_une.ipynb: encoder names 'drawn-pose'"),
        (
            "failures",
            {"judge": "fashion-judge", "asked": "Young"},
            "asked names 'Young', which judge 'fashion-judge' does",
        ),
        (
            "variation",
            {"judge": "fashion-judge", "targets": {"Bagg": 1}},
            "targets names 'Bagg', .* mean 'Bag'.* probe:",
        ),
        ("network", {"generator": "drawn-ldm", "timesteps": [0, 5000]}, "timesteps has timestep 5000, .* ends at 999;"),
        (
            "latents",
            {"generator": "drawn-ldm", "other": "drawn-ddpm"},
            r"other is 'drawn-ddpm', with latents of \(3, 32, 32\), and drawn-ldm has \(4, 16, 16\)",
        ),
    ],
)
def test_what_a_run_will_not_have_is_named(stage, values, message):
    with pytest.raises(ValueError, match=message):
        check_own([*MADE, *with_defaults([(DEPTH[stage], UNJUDGED | values)])])


def test_what_a_run_will_have_is_not(tmp_path):
    controls = ["pixels", "leak", "untrained:drawn-ldm", "untrained:drawn-clip", "onnx:a.onnx"]
    steps = with_defaults([(DEPTH["08_gaussianity"], {"views": controls, "run": "r"})])
    check_own(MADE + steps)
    check_own(with_defaults([(DEPTH["10_une"], UNJUDGED | {"encoder": "nobody's"})]))  # nobody asks for it
    check_own(
        [*with_defaults([(DEPTH["known_latent"], {"run": "r"})]), *steps]
    )  # which does not tell the views that it makes
    check_own(steps)  # as of a run that is there, which `check_runs` looks at
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("generators", [["a"], ["a", "b"], []])
def test_views_are_told_by_their_names_as_they_are_made(generators):
    values = {"generators": generators or ["a"], "encoders": ["c", "python:m:f", "timm:d"]}
    assert set(views_left(values)) == {view.name for view in views_of(values)}
