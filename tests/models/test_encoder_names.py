"""Names of encoders: where each leads, and one sentence for those that lead nowhere."""

import importlib.util
import json
import sys

import pytest

from unelib import load_encoder
from unelib.models import reads_text
from unelib.models.encoder_names import (
    code_may_run,
    find_encoder,
    has_untrained,
    name_parts,
    onnx_parts,
    running_code,
    timm_library,
)


@pytest.mark.parametrize(
    "name, parts",
    [
        ("drawn-clip", (False, "", "drawn-clip")),
        ("untrained:owner/name", (True, "", "owner/name")),
        ("timm:vit_tiny_patch16_224.augreg", (False, "timm", "vit_tiny_patch16_224.augreg")),
        ("untrained:timm:resnet18", (True, "timm", "resnet18")),
        ("onnx:a/b.onnx:rows", (False, "onnx", "a/b.onnx:rows")),
        ("python:mine.part:embed", (False, "python", "mine.part:embed")),
        ("tensorflow:x", (False, "", "tensorflow:x")),
    ],
)
def test_parts_of_names(name, parts):
    assert name_parts(name) == parts


def test_untrained_needs_an_architecture():
    assert [has_untrained(n) for n in ("a/b", "timm:resnet18", "onnx:a.onnx", "python:m:f")] == [
        True,
        True,
        False,
        False,
    ]


def test_an_output_may_stand_after_the_file():
    assert onnx_parts("C:/a.onnx:rows") == ("C:/a.onnx", "rows") and onnx_parts("a.onnx") == ("a.onnx", "")


def test_leave_to_run_code_ends_where_it_was_given():
    with running_code(True), running_code(False):
        assert code_may_run()
    assert not code_may_run()


def test_text_is_read_by_some_of_transformers_alone():
    assert not any(map(reads_text, ("timm:resnet18", "onnx:a.onnx", "python:m:f", "untrained:timm:resnet18")))


@pytest.mark.parametrize(
    "name, message",
    [
        (
            "tensorflow:x",
            "no encoder 'tensorflow:x': it is neither a preset.*or write timm:NAME, open_clip:",
        ),
        ("drawn-clop", "neither a preset .*or write timm:NAME"),
        ("onnx:", "there is no file ''"),
        ("onnx:model.pt", "there is no file 'model.pt' that ends in .onnx"),
    ],
)
def test_names_that_lead_nowhere(name, message):
    with pytest.raises(FileNotFoundError, match=message):
        find_encoder(name)


def test_a_function_of_a_module_that_is_nowhere_is_told_before_anything_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "here.py").write_text("raise SystemExit")
    with running_code(True):
        assert find_encoder("python:here:embed") == "here:embed" and "here" not in sys.modules
        with pytest.raises(FileNotFoundError, match=f"no module 'nowhere.part' .looked in {tmp_path}"):
            find_encoder("python:nowhere.part:embed")


@pytest.mark.parametrize(
    "name, package, extra", [("timm:resnet18", "timm", "timm"), ("onnx:a.onnx", "onnxruntime", "onnx")]
)
def test_a_package_that_is_not_installed_is_named_with_its_extra(monkeypatch, name, package, extra):
    found = importlib.util.find_spec
    monkeypatch.setattr("unelib.models.encoder_names.find_spec", lambda n: None if n == package else found(n))
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(ImportError, match=rf"{package} is not installed, and this needs it: .*unelib\[{extra}\]"):
        find_encoder(name)


def test_a_torchvision_of_another_build_is_told(monkeypatch):
    def fail(*_):
        raise RuntimeError("operator torchvision::nms does not exist")

    monkeypatch.setattr("unelib.models.encoder_names.needed", fail)
    with pytest.raises(ImportError, match="nms does not exist.; install torch and torchvision of one build"):
        timm_library()


def test_a_folder_of_open_clip_says_what_to_do(tmp_path):
    (tmp_path / "open_clip_config.json").write_text(json.dumps({"model_cfg": {}}))
    with pytest.raises(FileNotFoundError, match="is of open_clip's format"):
        load_encoder(str(tmp_path), "cpu")


def test_names_are_seen_from_where_the_command_was_started(tmp_path, monkeypatch):
    (tmp_path / "mine").mkdir()
    (tmp_path / "own_rows.py").write_text("def embed(pixels):\n    return pixels.mean((1, 2))\n")
    monkeypatch.setenv("UNELIB_STARTED_IN", str(tmp_path))
    assert find_encoder("mine") == str(tmp_path / "mine")
    with running_code(True):
        assert find_encoder("python:own_rows:embed") == "own_rows:embed"
        assert load_encoder("python:own_rows:embed").dim == 3
