"""Kinds of parameters: values of each that fit, and one sentence for those that do not."""

import numpy as np
import papermill
import pytest
from pydantic import TypeAdapter

from unelib.core import paths
from unelib.models.encoder_names import RUN_CODE, running_code
from unelib.running import parameters
from unelib.running.parameters import Count, check_parameters, check_value, kind_called
from unelib.store import NoiseZoo

KINDS = [name for name, value in vars(parameters).items() if name[:1].isupper() and kind_called(name) is value]


@pytest.mark.parametrize(
    "kind, value",
    [
        ("Run", "mine"),
        ("Seed", 0),
        ("Count", 1),
        ("Counts", (1, 2)),
        ("Positive", 3),
        ("Numbers", [-1, 0.5]),
        ("Share", 0.05),
        ("Shares", [0.5, 1.0]),
        ("Dimensions", "cv"),
        ("Dimensions", 4),
        ("Names", []),
        ("Pair", ["a", "b"]),
        ("Targets", {"Smiling": 1, "Young": -1}),
        ("TextPairs", {"Young": ["a young face", "an old face"]}),
        ("Strengths", {"noise": [1], "h": [2], "state": [0.1]}),
        ("Trials", {"drawn": ["drawn-ldm", "drawn-judge", 14], "mine": ["", "", 3]}),
        ("Trials", {".": ["drawn-ldm", "probe:drawn-clip", "cv"]}),
        ("Edits", {".": {"Smiling": 1}, "drawn": {"Young": -1}}),
        ("RunOrThis", "."),
        ("RunOrThis", "tour"),
        ("Scorer", ""),
        ("Scorer", "drawn-judge"),
        ("ViewSets", {}),
        ("Solver", "ab2"),
        ("GeneratorNames", ["untrained:drawn-ldm", "owner/name"]),
        ("JudgeName", "probe:drawn-clip"),
        ("EncoderNames", ["untrained:drawn-clip", "owner/name", "drawn-dino"]),
        ("Attribute", "Odd"),
        ("DrawnPart", "Smiling"),
        ("Box", [0, 0.5, 1, 0.75]),
        ("ViewName", "a"),
        ("ViewNames", []),
        ("ImageSetName", "fashion"),
        ("ImageSetName", "owner/name"),
        ("EmbeddingNames", ["drawn-dino"]),
        ("JudgeModel", "fashion-judge"),
        ("OtherGenerator", ""),
        ("str", "text"),
        ("int", -1),
    ],
)
def test_values_that_fit(kind, value):
    check_value("p", value, kind_called(kind))


@pytest.mark.parametrize(
    "kind, value, message",
    [
        ("Run", "../../x", "run '../../x' cannot be the name of a file"),
        ("Run", "a\0b", "cannot be the name of a file"),
        ("Run", 7, "p is 7; give the name of a run, a text"),
        ("Seed", -1, "give a whole number from 0"),
        ("Count", "ten", "p is 'ten'; give a whole number from 1 to 1,000,000,000$"),
        ("Count", True, "p is True; give a whole"),
        ("Count", 2.0, "p is 2.0; give a whole"),
        ("Count", 0, "p is 0; give a whole"),
        ("Count", 10**30, "give a whole"),
        ("Count", None, "p is None; give a whole"),
        ("Count", np.nan, "p is nan; give a whole"),
        ("Counts", [3, 0], r"p is \[3, 0\]; give a list of whole numbers, 1 or more .look at \[1\]."),
        ("Counts", 3, "p is 3; give a list"),
        ("Names", "Smiling", "p is 'Smiling'; give a list of names, such as"),
        ("Chosen", [], "give a list of names, one at least"),
        ("Pair", ["a"], "give two names"),
        ("Positive", "3", "p is '3'; give a number above 0"),
        ("Positive", float("inf"), "p is inf; give a number above 0"),
        ("Numbers", [float("nan")], "give a list of numbers"),
        ("Share", 1.0, "above 0 and below 1"),
        ("Dimensions", "all", 'give a whole number, 1 or more, or "cv"'),
        ("Targets", {"Smiling": 2}, "p is {'Smiling': 2}; give attributes with 1"),
        ("Targets", ["Smiling"], "give attributes with 1"),
        ("TextPairs", {"Young": "a young face"}, "give two texts an attribute.*look at .'Young'."),
        ("Strengths", {"noise": [1], "h": [2]}, "for each of noise, h and state"),
        ("Trials", {"drawn": ["drawn-ldm", "drawn-judge", "all"]}, "give generator, judge"),
        ("Trials", {"..": ["", "", 3]}, "give generator, judge"),
        ("RunOrThis", "../x", 'give the name of a run, or "." for this one'),
        ("Solver", "ab3", "p is 'ab3'; choose one of ab2, heun, ddim"),
        ("str", 3, "p is 3; give string"),
        ("DrawnPart", "Mouth", "unknown attribute of drawn faces 'Mouth'; choose one of .*Mouth_Slightly_Open"),
        ("Box", [0.3, 0.6], "give left, top, right and bottom as shares"),
        ("Box", [0.7, 0.6, 0.3, 0.8], r"the box \[0.7, 0.6, 0.3, 0.8\] has no inside; give left < right"),
        ("Box", [0, 0, 1, 64], "has no inside; .*each from 0 to 1"),
        ("Count", "x" * 500, r"^p is '.{1,40}'; give"),
    ],
)
def test_values_that_do_not(kind, value, message):
    with pytest.raises(ValueError, match=message):
        check_value("p", value, kind_called(kind))


@pytest.mark.parametrize(
    "kind, name, message",
    [
        ("GeneratorName", "drawn-lmd", "no generator 'drawn-lmd': it is neither a preset"),
        ("EncoderName", "untrained:nothing", "no encoder 'nothing'.*or write timm:NAME, open_clip:FOLDER, onnx:FILE"),
        ("EncoderNames", ["onnx:nowhere.onnx"], "no encoder 'onnx:nowhere.onnx': there is no file 'nowhere.onnx'"),
        ("JudgeName", "probe:onnx:nowhere.onnx", "there is no file 'nowhere.onnx'"),
        ("JudgeName", "drawn-ldm-judge", "no judge 'drawn-ldm-judge'"),
        ("JudgeName", "probe:nothing", "no encoder 'nothing'"),
        ("Scorer", "nobody", "no judge 'nobody'"),
        ("JudgeModel", "probe:drawn-clip", "no judge 'probe:drawn-clip'"),
        ("ImageSetName", "nowhere", "no image set 'nowhere'"),
        ("OtherGenerator", "drawn-lmd", "no generator 'drawn-lmd'"),
        ("EmbeddingName", "drawn-dinno", "no encoder 'drawn-dinno'"),
    ],
)
def test_models_that_are_nowhere(kind, name, message):
    with pytest.raises(FileNotFoundError, match=message):
        check_value("p", name, kind_called(kind))


def test_functions_are_encoders_only_where_code_may_run(monkeypatch):
    monkeypatch.delenv(RUN_CODE, raising=False)
    for kind, value in (("EncoderNames", ["python:json:loads"]), ("JudgeName", "probe:python:json:loads")):
        with pytest.raises(ValueError, match="p is .*'python:json:loads' is a function whose code would run"):
            check_value("p", value, kind_called(kind))
        with running_code(True):
            check_value("p", value, kind_called(kind))


@pytest.mark.parametrize("name", ["tests/whole/tiny-gan", "untrained:tests/whole/tiny-gan", "known-latent"])
def test_a_gan_is_a_generator_and_none_to_invert(name, monkeypatch):
    monkeypatch.chdir(paths.ROOT)
    check_value("p", name, kind_called("GeneratorName"))
    with pytest.raises(ValueError, match=f"generator '{name}' is a GAN, which has no way back from a picture"):
        check_value("p", ["drawn-ldm", name], kind_called("GeneratorNames"))


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_says_what_it_is_to_people_and_to_editors(name):
    schema = TypeAdapter(kind_called(name)).json_schema()
    assert schema.get("description") or schema["enum"]


def test_only_kinds_are_kinds():
    assert len(KINDS) > 30 and not {"ENCODERS", "LARGEST", "Annotated"} & set(KINDS)
    for text in ("eval", "find_model", "ENCODERS", "nothing", "list[int]", ""):
        assert kind_called(text) is None


def test_a_notebook_checks_its_own():
    check_parameters({"steps": 3, "__annotations__": {"steps": Count, "later": Count}})
    check_parameters({"steps": "ten"})
    with pytest.raises(ValueError, match="steps is 'ten'; give a whole number"):
        check_parameters({"seed": 0, "steps": "ten", "__annotations__": {"seed": parameters.Seed, "steps": Count}})


OF_ITS_OWN = {"views": parameters.ViewNames, "asked": parameters.Attribute, "reader": parameters.EmbeddingName}


@pytest.mark.parametrize(
    "named, message",
    [
        ({"views": ["z", "y"]}, r"views is 'y', and .*mine has no such view; it has z$"),
        ({"asked": "Od"}, r"asked is 'Od', and .*mine has no such attribute; it has Odd$"),
        ({"reader": "drawn-dino", "judge": "somebody"}, "reader is 'drawn-dino', and .* has no such view; it has z"),
    ],
)
def test_a_notebook_looks_in_its_zoo_for_what_it_names(tmp_path, monkeypatch, named, message):
    monkeypatch.setenv("UNELIB_ROOT", str(tmp_path))
    own = {"run": "mine", "__annotations__": {"run": parameters.Run} | OF_ITS_OWN}
    check_parameters(own | named)  # nothing is there yet
    NoiseZoo.from_arrays({"z": np.eye(4)}, {"Odd": [0, 1, 0, 1]}, path=tmp_path / "data/zoo/mine")
    check_parameters(own | {"views": ["z"], "asked": "Odd"})
    check_parameters(own | {"reader": "drawn-dino", "judge": ""})  # nobody asks for it
    with pytest.raises(ValueError, match=message):
        check_parameters(own | named)


@pytest.mark.slow
def test_plain_papermill_is_stopped_before_anything_is_made(tmp_path, monkeypatch):
    monkeypatch.setenv("UNELIB_ROOT", str(tmp_path))
    notebook = str(paths.ROOT / "notebooks/03_probe.ipynb")
    with pytest.raises(papermill.PapermillExecutionError, match="seed is 'ten'; give a whole number"):
        papermill.execute_notebook(notebook, str(tmp_path / "out.ipynb"), {"seed": "ten"}, progress_bar=False)
    assert [path.name for path in tmp_path.iterdir()] == ["out.ipynb"]
