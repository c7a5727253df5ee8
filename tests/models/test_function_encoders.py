"""Functions as encoders: only where code may run, and only where a row is its picture's own."""

import sys

import numpy as np
import pytest

from unelib import load_encoder
from unelib.models.encoder_names import RUN_CODE

CODE = """
import numpy as np
ran = True
def embed(pixels):
    return pixels.reshape(len(pixels), -1)[:, :4] / 2
def beside(pixels):
    return embed(pixels) - embed(pixels).mean(0)
def flat(pixels):
    return pixels.mean()
"""


@pytest.fixture
def mine(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(RUN_CODE, raising=False)
    monkeypatch.delitem(sys.modules, "my_encoder_file", raising=False)
    file = tmp_path / "my_encoder_file.py"
    file.write_text(CODE)
    return file


def test_code_runs_only_where_a_call_or_the_environment_says_so(mine, faces, monkeypatch):
    name = "python:my_encoder_file:embed"
    with pytest.raises(ValueError, match="is a function whose code would run; where you trust it, write run"):
        load_encoder(name, "cpu")
    assert "my_encoder_file" not in sys.modules
    X = load_encoder(name, "cpu", run_code=True).embed(faces)
    np.testing.assert_array_equal(X, faces.reshape(8, -1)[:, :4] / 2)
    with pytest.raises(ValueError, match="whose code would run"):
        load_encoder(name, "cpu")
    monkeypatch.setenv(RUN_CODE, "1")
    assert load_encoder(name, "cpu").dim == 4 and str(mine.parent) not in sys.path


def test_other_code_is_another_setting(mine):
    before = load_encoder("python:my_encoder_file:embed", "cpu", run_code=True).settings
    mine.write_text(CODE.replace(":4", ":5") + "# more")
    encoder = load_encoder("python:my_encoder_file:embed", "cpu", run_code=True)
    assert {key for key in before if before[key] != encoder.settings[key]} == {"code"}
    assert encoder.dim == 5, "it is the other code that runs"


@pytest.mark.parametrize(
    "name, error, message",
    [
        ("python:my_encoder_file:nothing", ValueError, "my_encoder_file has no function 'nothing'"),
        ("python:my_encoder_file:ran", ValueError, "has no function 'ran'"),
        ("python:my_encoder_file:flat", ValueError, "must give one row of numbers"),
        ("python:my_encoder_file:beside", ValueError, "another row beside others than alone"),
        ("python:no_such_module:f", FileNotFoundError, "there is no module 'no_such_module'"),
        ("python:my_encoder_file.part:f", FileNotFoundError, "there is no module 'my_encoder_file.part'"),
        ("python:my_encoder_file", ValueError, "names no function; write python:MODULE:FUNCTION"),
        ("python:../x:f", ValueError, "names no function"),
        ("untrained:python:my_encoder_file:embed", ValueError, "cannot be had untrained"),
    ],
)
def test_functions_that_are_none(mine, name, error, message):
    with pytest.raises(error, match=message):
        load_encoder(name, "cpu", run_code=True)


def test_a_module_whose_own_code_fails_is_told_apart(mine):
    mine.write_text("import no_such_package_of_its_own\n")
    with pytest.raises(ValueError, match="my_encoder_file cannot be imported .*no_such_package_of_its_own"):
        load_encoder("python:my_encoder_file:embed", "cpu", run_code=True)
