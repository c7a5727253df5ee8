"""What a run would need is all told before it starts, and telling it leaves nothing behind."""

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from unelib.core import paths
from unelib.models.availability import HUB, Whereabouts
from unelib.models.encoder_names import RUN_CODE
from unelib.running import rehearsal
from unelib.running.rehearsal import dry_run
from unelib.running.steps import Step
from unelib.running.workspace import Workspace
from unelib.store.zoo import NoiseZoo

from ..helpers.tiny_onnx import conv_and_mean

MAKING = ["notebooks/01_invert.ipynb", "notebooks/02_encode.ipynb"]
SMALL = {"n_train": 12, "n_test": 6, "image_size": 32, "steps": 2, "batch_size": 4}


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    monkeypatch.setenv("UNELIB_ROOT", str(tmp_path / "root"))
    (tmp_path / "root").mkdir()
    return tmp_path


@pytest.fixture
def tiny(model_folder, elsewhere):
    """A recipe of tiny models, in folders of its own, and of pictures in a folder."""
    folders = [shutil.copytree(model_folder(name), elsewhere / name) for name in ("ldm", "dinov2")]
    pictures = elsewhere / "pictures"
    pictures.mkdir()
    for i in range(20):
        Image.fromarray(np.full((40, 40, 3), 10 * i, np.uint8)).save(pictures / f"{i}.png")
    table = {"file": [f"{i}.png" for i in range(20)], "Odd": [i % 2 for i in range(20)], "First": [1] + [0] * 19}
    pd.DataFrame(table).to_csv(pictures / "labels.csv", index=False)
    generator, encoder = map(str, folders)
    given = SMALL | {"generators": [generator], "encoders": [encoder], "image_set": str(pictures)}
    return {"name": "mine", "notebooks": MAKING, "parameters": given}


def test_a_run_that_could_start_is_told_and_nothing_is_written(tiny, elsewhere):
    before = sorted(elsewhere.rglob("*"))
    found = dry_run(tiny)
    assert found.missing == [] and found.models.state.tolist() == ["here", "here"]
    assert found.images.iloc[0, 2:].tolist() == [12, 6, 2] and found.bytes_free > found.bytes_needed > 0
    assert found.seconds > 0 and found.estimate.startswith("views by a trial of two images")
    assert sorted(elsewhere.rglob("*")) == before


def test_attributes_that_are_too_rare_are_named_with_their_count_and_what_it_takes(tiny):
    found = dry_run(tiny, trial=False)
    assert found.rare.values.tolist() == [["mine", "First", "1 of 12 training images have it; about 24 are needed"]]
    tiny["notebooks"] = [*MAKING, "notebooks/depth/hspace.ipynb"]
    own = {name: tiny["parameters"][kind][0] for name, kind in (("generator", "generators"), ("encoder", "encoders"))}
    tiny["parameters"] |= own | {"judge": f"probe:{own['encoder']}", "targets": {"First": 1}}
    (told,) = dry_run(tiny, trial=False).missing
    assert "hspace.ipynb: none of its targets can be scored (First: 1 of 12" in told and "name others, or take" in told


def test_bytes_are_those_that_the_views_take(tiny):
    from unelib.running.views import build_recipe

    needed = dry_run(tiny, trial=False).bytes_needed
    build_recipe(tiny)
    zoo = Workspace("mine").zoo
    sizes = {"float16": 2, "float32": 4}
    info = [(zoo[view].size, sizes[zoo.manifest(view)["dtype"]]) for view in zoo.views]
    assert needed == sum(values * size for values, size in info)
    assert dry_run(tiny, trial=False).bytes_needed == 0


def test_everything_that_is_missing_is_told_at_once(tiny):
    generator, encoder, pictures = (tiny["parameters"][name] for name in ("generators", "encoders", "image_set"))
    (Path(generator[0]) / "unet/diffusion_pytorch_model.safetensors").unlink()
    (Path(encoder[0]) / "preprocessor_config.json").unlink()
    for name in ("3.png", "4.png"):
        (Path(pictures) / name).unlink()
    found = dry_run(tiny)
    told = "\n".join(found.missing)
    assert "lacks unet/diffusion_pytorch_model.safetensors" in told and "lacks preprocessor_config.json" in told
    assert "names 3.png" in told and "nor are 1 more, such as 4.png" in told
    assert found.models.state.tolist() == ["missing", "missing"] and "no trial" in found.notes[-1]


def test_pictures_of_two_persons_and_a_table_by_name_will_do(tiny, monkeypatch):
    folder = Path(tiny["parameters"]["image_set"])
    table = pd.read_csv(folder / "labels.csv")  # both persons would be dealt to "test"
    table.assign(person=[("p1", "p18")[i // 10] for i in range(20)]).to_csv(folder / "labels.csv", index=False)
    tiny["parameters"] |= {"n_train": 8, "n_test": 8, "image_set": str(folder / "labels.csv")}
    found = dry_run(tiny)
    assert found.missing == [] and found.images.iloc[0, 2:].tolist() == [8, 8, 2]


def test_what_is_supposed_of_an_onnx_file_is_a_note(tiny, elsewhere):
    name = f"onnx:{conv_and_mean(elsewhere / 'net.onnx')}"
    tiny["parameters"]["encoders"] = [name]
    found = dry_run(tiny, trial=False)
    assert found.missing == found.unknown_sizes == [] and found.models.state.tolist() == ["here", "here"]
    assert [note for note in found.notes if note.startswith(f"encoder '{name}' does not say how pictures are prepared")]


def test_a_gan_is_not_inverted(tiny):
    tiny["parameters"]["generators"] = [str(paths.ROOT / "tests/whole/tiny-gan")]
    (told,) = dry_run(tiny).missing
    assert "is a GAN, which has no way back from a picture to its latent; give a diffusion model" in told


def test_no_room_is_missing_as_well(tiny, monkeypatch):
    monkeypatch.setattr(rehearsal.shutil, "disk_usage", lambda place: shutil._ntuple_diskusage(9, 9, 0))
    (told,) = dry_run(tiny, trial=False).missing
    assert "views will take" in told and "make room, or take fewer images" in told


@pytest.mark.parametrize(
    "given, message",
    [
        ({"seed": -1}, "seed is -1; give a whole number"),
        ({"seed": -1, "steps": "ten"}, "steps is 'ten'"),
        ({"n_train": 900}, "has 14 and 6 images|has 20 and 0 images"),
        ({"image_set": "nowhere"}, "no image set 'nowhere'"),
    ],
)
def test_what_is_refused_is_told(tiny, given, message):
    found = dry_run(tiny, given, trial=False)
    assert pd.Series(found.missing).str.contains(message).any()


def test_a_time_without_the_models_says_that_it_is_that_of_small_ones(tiny, monkeypatch):
    assert "of small models" not in dry_run(tiny, trial=False).estimate
    monkeypatch.setattr(rehearsal, "whereabouts", lambda kind, name: Whereabouts(HUB, name))
    found = dry_run(tiny, trial=False)
    assert found.estimate.endswith("of small models; those that are not here may take many times as long")


def test_a_notebook_takes_longer_than_its_views(tiny, monkeypatch):
    monkeypatch.setattr("unelib.running.two_images.view_seconds", lambda *arguments: (2.0, 1.0))
    assert {*dry_run(tiny).notebooks.seconds[:2]} == {rehearsal.BESIDE + 2 + 18}


def test_recipes_before_it_are_looked_at_as_well():
    found = dry_run(paths.ROOT / "recipes/two-worlds.yaml", trial=False)
    assert found.missing == [] and found.images.run.tolist() == ["drawn", "fashion", "drawn-many"]
    assert {"drawn-ldm", "fashion-ddpm", "drawn-judge"} <= set(found.models.name)


def test_a_trial_that_fails_is_told(tiny, monkeypatch):
    def fails(*arguments):
        raise RuntimeError("out of memory")

    monkeypatch.setattr("unelib.running.two_images.view_seconds", fails)
    assert dry_run(tiny).missing == ["the trial of two images failed: out of memory"]


def test_images_of_a_zoo_of_arrays_are_those_of_the_zoo():
    rng = np.random.default_rng(0)
    z = rng.standard_normal((40, 3))
    place = Workspace("arrays").zoo.path
    NoiseZoo.from_arrays({"z": z, "mine": z[:, :2]}, {"smile": z[:, 0] > 0, "odd": np.arange(40) == 3}, path=place)
    found = dry_run({"name": "arrays", "notebooks": ["notebooks/03_probe.ipynb"]})
    assert found.missing == [] and found.images.values.tolist() == [["arrays", "zoo of arrays", 28, 12, 2]]
    assert found.rare.attribute.tolist() == ["odd"]


def test_a_notebook_that_makes_its_views_itself_is_named():
    """Their size is not known from parameters; `zoo build` has nothing to make and says so."""
    found = dry_run({"name": "own", "notebooks": ["notebooks/depth/encoders.ipynb"]}, trial=False)
    assert any(note.startswith("encoders makes its views itself") for note in found.notes)
    told = dry_run({"name": "plain", "notebooks": MAKING}, trial=False).notes
    assert not any("makes its views itself" in note for note in told)


def test_leave_to_run_code_is_that_of_each_recipe_alone(elsewhere, monkeypatch):
    """Of several recipes in one dry run one may run a function's code, and the one before it may not."""
    monkeypatch.delenv(RUN_CODE, raising=False)
    monkeypatch.syspath_prepend(str(elsewhere))
    (elsewhere / "own_rows.py").write_text("def embed(pixels):\n    return pixels.reshape(len(pixels), -1)[:, :4]\n")
    values = SMALL | {"encoders": ["python:own_rows:embed"]}
    without, allowed = (Step(run, MAKING[1], values | {"run": run}, run_code=run == "b") for run in "ab")
    for steps, refused in (([allowed], 0), ([without], 1), ([without, allowed], 1), ([allowed, without], 1)):
        found = rehearsal.Prospects()
        rehearsal.look_at_models(found, steps)
        assert len(found.missing) == refused and all("write run_code: true" in told for told in found.missing)
    assert list(rehearsal.tried_seconds([allowed])) == [allowed.key]
    with pytest.raises(ValueError, match="a function whose code would run"):
        rehearsal.tried_seconds([allowed, without])
