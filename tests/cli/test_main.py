"""Commands call what they name, and a mistake ends in one sentence that says what is wrong."""

import subprocess
import sys

import pytest
from click.testing import CliRunner

import unelib
from unelib.cli.main import app


def test_the_version_is_the_packages():
    assert CliRunner().invoke(app, ["--version"]).output.strip().endswith(unelib.__version__)


def test_a_command_starts_without_the_models_libraries():
    code = "import sys, unelib.cli.main; print([m for m in ('torch', 'diffusers', 'transformers') if m in sys.modules])"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "[]"


@pytest.mark.parametrize("command", ["train", "card"])
def test_an_unknown_model_is_named_with_those_there_are(command):
    done = CliRunner().invoke(app, [command, "drawn-cat"])
    assert done.exit_code == 1 and "unknown model 'drawn-cat'; choose one of drawn-ldm" in done.output
