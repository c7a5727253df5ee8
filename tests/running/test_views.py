"""Which views a recipe makes of encoders of every source, how large they will be, and who may run code."""

import sys

import pytest

from unelib.core import paths
from unelib.models.encoder_names import RUN_CODE, code_may_run
from unelib.running import execute
from unelib.running.views import build_recipe, noise_columns, view_parameters, view_sizes, views_of, worker_view
from unelib.running.workspace import Workspace

from ..helpers.projects import notebook
from ..helpers.tiny_onnx import conv_and_mean

FUNCTION = "python:own_rows_of_colour:embed"
BOTH = {"encoders": ["drawn-clip", "onnx:a.onnx", "timm:resnet18", FUNCTION]}


@pytest.fixture
def function(tmp_path, monkeypatch):
    monkeypatch.delenv(RUN_CODE, raising=False)
    monkeypatch.setenv("UNELIB_ROOT", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    monkeypatch.delitem(sys.modules, "own_rows_of_colour", raising=False)
    (tmp_path / "own_rows_of_colour.py").write_text("def embed(pixels):\n    return pixels.mean((1, 2))\n")
    return FUNCTION


def test_files_and_functions_have_no_untrained_twin():
    names = [view.name for view in views_of(BOTH)]
    assert names == [*BOTH["encoders"], "untrained:drawn-clip", "untrained:timm:resnet18"]


def test_sizes_are_told_without_running_code(tmp_path, function):
    path = conv_and_mean(tmp_path / "a.onnx", metadata={"mean": "0.5", "std": "0.5"})
    asked = {"encoders": [f"onnx:{path}", function, "owner/name"]}
    assert view_sizes(asked) == {
        f"onnx:{path}": 20, function: None, "owner/name": None, "untrained:owner/name": None,
    }  # fmt: skip
    assert "own_rows_of_colour" not in sys.modules


@pytest.mark.slow
def test_a_build_takes_them_where_code_may_run(tmp_path, function):
    path = conv_and_mean(tmp_path / "a.onnx", (3, 3, 16, 16), metadata={"mean": "0.5", "std": "0.5"})
    recipe = {"name": "t", "notebooks": ["notebooks/02_encode.ipynb"], "parameters": {
        "encoders": [f"onnx:{path}", function], "n_train": 6, "n_test": 4, "image_size": 16}}  # fmt: skip
    with pytest.raises(ValueError, match="whose code would run"):
        build_recipe(recipe)
    made = build_recipe(recipe | {"run_code": True})
    zoo = Workspace("t").zoo
    assert list(made.view) == zoo.views_of("embedding") == [f"onnx:{path}", function]
    assert zoo[function].shape == (10, 3) and zoo[f"onnx:{path}"].shape == (10, 5) and zoo.verify().empty
    assert not code_may_run()
    (parameters,) = view_parameters(recipe | {"run_code": True})
    settings, index = zoo.manifest(function)["settings"], zoo.index_columns(["id", "sha256"])
    compute, _ = worker_view(parameters, function, settings, index, run_code=True)
    assert compute(zoo_pixels()).shape == (2, 3)


def zoo_pixels():
    from unelib import load_images

    return load_images("drawn-faces", n=2, size=16).pixels


@pytest.mark.slow
def test_kernels_have_leave_to_run_code_from_their_recipe_alone(tmp_path, monkeypatch, function):
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "pyproject.toml").touch()
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    leave = f"float(os.environ.get('{RUN_CODE}', 0))"
    code = f"import os\nfrom unelib import Workspace\nWorkspace(run).record('a', leave={leave})"
    notebook(tmp_path / "notebooks/a.ipynb", "run = 'x'", code)
    recipe = {"notebooks": ["notebooks/a.ipynb"]}
    for name, more in (("without", {}), ("with", {"run_code": True})):
        execute.run({"name": name} | recipe | more)
    assert [Workspace(name).result("a")["leave"] for name in ("without", "with")] == [0, 1]


@pytest.mark.parametrize("name", ["ldm", "sd", "ddpm", "sd3", "dit", "pixart", "flux", "flux-guided", "sana"])
def test_columns_are_known_without_loading(model_folder, monkeypatch, name):
    monkeypatch.setattr("unelib.running.views.generator", None)
    assert noise_columns(model_folder(name)) == (768 if name == "ddpm" else 64)
