"""The store's command line: a zoo built, checked, mended, described and moved; every mistake is one sentence."""

import numpy as np
import pandas as pd
import pytest
import yaml

from unelib.cli.zoo import find_zoo
from unelib.core import paths
from unelib.running.views import view_parameters, worker_view
from unelib.running.workspace import Workspace
from unelib.store import hub
from unelib.store.zoo import NoiseZoo

from ..helpers.commands import said_by
from ..store.test_hub import Hub

RECIPE = {
    "name": "small",
    "notebooks": ["notebooks/01_invert.ipynb", "notebooks/02_encode.ipynb"],
    "parameters": {"n_train": 6, "n_test": 4, "steps": 2, "generators": ["drawn-ldm"], "encoders": ["drawn-clip"]},
}
VIEWS = ["drawn-ldm", "pixels", "clean latent", "leak", "untrained:drawn-ldm", "drawn-clip", "untrained:drawn-clip"]


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project with the real notebooks and one small recipe."""
    (tmp_path / "notebooks").symlink_to(paths.ROOT / "notebooks")
    (tmp_path / "recipes").mkdir()
    (tmp_path / "recipes/small.yaml").write_text(yaml.safe_dump(RECIPE))
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    monkeypatch.setenv("UNELIB_ROOT", str(tmp_path))
    return tmp_path


def unelib(*arguments, status=0):
    """What `unelib zoo` prints, as `said_by`."""
    return said_by("zoo", *arguments, status=status)


@pytest.mark.slow
def test_a_zoo_from_recipe_to_repair(project):
    recipe = project / "recipes/small.yaml"
    assert "drawn-ldm" in unelib("build", recipe, "--shards", "1/1")
    zoo = Workspace("small").zoo
    assert zoo.views == VIEWS
    whole = zoo["drawn-ldm"]
    assert "0 shards made" in unelib("build", recipe)
    assert "is sound: 10 images" in unelib("verify", "small")
    path = zoo.shard_path("drawn-ldm", 0)
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    assert "drawn-ldm: shard 0, rows 0-9: damaged" in unelib("verify", recipe, status=1)
    mended = unelib("repair", recipe)
    assert "1 faults found" in mended and "1 shards made again, 0 faults left" in mended
    np.testing.assert_array_equal(zoo["drawn-ldm"], whole)
    told = unelib("info", zoo.path)
    assert "10 images (6 train, 4 test)" in told and "drawn-ldm: noise, 1 of 1 shards" in told and "steps 2" in told
    refused = unelib("build", recipe, "-p", "steps", "3", status=1)
    assert "view 'drawn-ldm' was made with other settings (steps: 2 there, 3 now)" in refused


@pytest.mark.slow
def test_ray_workers_make_a_recipe_byte_for_byte(project, request):
    request.addfinalizer(pytest.importorskip("ray").shutdown)
    recipe, zoo = project / "recipes/small.yaml", Workspace("small").zoo
    unelib("build", recipe)
    files = [zoo.shard_path("drawn-ldm", 0).with_suffix(suffix) for suffix in (".safetensors", ".json")]
    alone = [file.read_bytes() for file in files]
    for file in files:
        file.unlink()
    assert "drawn-ldm                       1 shards made" in unelib("build", recipe, "--ray", "--workers", "2")
    assert [file.read_bytes() for file in files] == alone


def test_a_worker_with_another_model_is_refused(project):
    parameters = view_parameters(project / "recipes/small.yaml")[0]
    with pytest.raises(ValueError, match="view 'pixels': a worker has the settings {'side': 16}, not {'side': 8}"):
        worker_view(parameters, "pixels", {"side": 8}, None)


@pytest.fixture
def small(tmp_path):
    """A zoo of five rows that came from an .npy file."""
    np.save(tmp_path / "noises_sd15.npy", np.arange(10, dtype=np.float32).reshape(5, 2))
    folder = tmp_path / "celeba"
    folder.mkdir()
    labels = [f"{i:06d}.jpg 1 -1" for i in range(1, 6)]
    (folder / "list_attr_celeba.txt").write_text("\n".join(["5", "A B", *labels]))
    (folder / "list_eval_partition.txt").write_text("\n".join(f"{i:06d}.jpg 0" for i in range(1, 6)))
    unelib("import", tmp_path / "zoo", tmp_path / "noises_sd15.npy", "--celeba", folder)
    return NoiseZoo(tmp_path / "zoo")


def test_import_and_export(small, tmp_path):
    assert small.views == ["sd15"]
    unelib("export", small.path, tmp_path / "out")
    np.testing.assert_array_equal(np.load(tmp_path / "out/data/noises_sd15.npy"), small["sd15"])
    assert "train.parquet" in unelib("export", small.path, tmp_path / "out", "--as", "table", "--view", "sd15")


def test_a_csv_labels_a_new_zoo(small, tmp_path):
    table = pd.DataFrame({"id": range(len(small)), "smile": [0, 1] * (len(small) // 2) + [0] * (len(small) % 2)})
    table.to_csv(tmp_path / "labels.csv", index=False)
    np.save(tmp_path / "z.npy", small["sd15"])
    made = unelib("import", tmp_path / "new", tmp_path / "z.npy", "--labels", tmp_path / "labels.csv")
    assert "has views z" in made and list(NoiseZoo(tmp_path / "new").attributes) == ["smile"]
    both = ("--labels", tmp_path / "labels.csv", "--celeba", "x")
    assert "choose one" in unelib("import", tmp_path / "newer", tmp_path / "z.npy", *both, status=2)


def test_an_imported_array_is_what_it_is_said_to_be(small):
    file = small.path.parent / "noises_sd15.npy"
    unelib(
        "import", small.path, file, "--view", "e", "--kind", "embedding", "--setting", "model=mine", "--setting", "v=2"
    )
    control = ("--kind", "control", "--role", "pixels", "--of", "sd15")
    unelib("import", small.path, file, "--view", "small", *control)
    assert small.views_of("embedding") == ["e"] and small.controls("sd15") == {"pixels": "small"}
    kept = small.info().set_index("view").settings["e"]
    assert kept["model"] == "mine" and kept["v"] == 2 and kept["imported"] == file.name
    refused = unelib("import", small.path, file, "--view", "e", "--kind", "embedding", "--setting", "v=3", status=1)
    assert "was made with other settings" in refused
    assert "only controls do" in unelib("import", small.path, file, "--view", "x", "--role", "leak", status=1)
    for wrong in ("steps", "=3"):
        told = unelib("import", small.path, file, "--view", "x", "--setting", wrong, status=1)
        assert f"--setting {wrong}: write NAME=VALUE" in told


def test_a_recipe_stands_for_the_zoo_of_its_run(project):
    other = project / "recipes/other.yaml"
    other.write_text(yaml.safe_dump(RECIPE | {"parameters": RECIPE["parameters"] | {"run": "elsewhere"}}))
    table = pd.DataFrame({"id": ["a"], "sha256": [""], "split": ["train"]})
    Workspace("elsewhere").zoo.add_index(table)
    assert find_zoo(str(other)).path == find_zoo("elsewhere").path == project / "data/zoo/elsewhere"
    with pytest.raises(FileNotFoundError, match=r"or a run that has one \(elsewhere\)"):
        find_zoo("nothing")


def test_push_and_pull(small, tmp_path, monkeypatch):
    monkeypatch.setattr(hub, "hub_api", lambda: Hub(tmp_path / "hub"))
    assert "https://hub/me/faces" in unelib("push", small.path, "me/faces")
    assert "5 images, views ['sd15']" in unelib("pull", "me/faces", tmp_path / "again")


def test_mistakes_are_one_sentence(project, small):
    recipe = project / "recipes/small.yaml"
    assert "no recipe" in unelib("build", project / "recipes/large.yaml", status=1)
    assert "--shards 3/2: write I/N" in unelib("build", recipe, "--shards", "3/2", status=1)
    assert "--workers goes with --ray" in unelib("build", recipe, "--workers", "2", status=1)
    assert "no notebook has a parameter 'step'" in unelib("build", recipe, "-p", "step", "3", status=1)
    assert "no generator 'nothing'" in unelib("build", recipe, "-p", "generators", "[nothing]", status=1)
    assert "no NoiseZoo 'nothing': name its folder" in unelib("verify", "nothing", status=1)
    assert "no complete view 'lcm'" in unelib("export", small.path, project, "--view", "lcm", status=1)
    told = unelib("build", recipe, "-p", "generators", "sd15", status=1)
    assert "generators is 'sd15'; give a list of generators' names" in told
    assert "generators is []; give a list" in unelib("build", recipe, "-p", "generators", "[]", status=1)
    assert "-p steps [3 is not YAML" in unelib("build", recipe, "-p", "steps", "[3", status=1)
    new = unelib("import", project / "new", small.path.parent / "noises_sd15.npy", status=1)
    assert "add the images first, or their labels with --celeba" in new
    assert "there is no file" in unelib("import", small.path, "nothing.npy", status=1)
    assert "pull into a new folder" in unelib("pull", "me/faces", small.path, status=1)


def test_a_recipe_without_views_and_a_model_without_files(project, tmp_path):
    recipe = project / "recipes/none.yaml"
    recipe.write_text(yaml.safe_dump({"name": "none", "notebooks": ["notebooks/03_probe.ipynb"]}))
    assert "recipe 'none' makes no views" in unelib("build", recipe, status=1)
    own = project / "recipes/own.yaml"
    own.write_text(yaml.safe_dump({"name": "own", "notebooks": ["notebooks/depth/known_latent.ipynb"]}))
    assert "known_latent makes its views itself: run the recipe" in unelib("build", own, status=1)
    (tmp_path / "model").mkdir()
    found = unelib("build", project / "recipes/small.yaml", "-p", "generators", f"[{tmp_path / 'model'}]", status=1)
    assert str(tmp_path / "model") in found and Workspace("small").zoo.views == []


@pytest.mark.parametrize("command", ["build", "verify", "repair", "info", "import", "export", "push", "pull"])
def test_every_command_explains_itself(command):
    assert len(unelib(command, "--help").splitlines()) > 5
