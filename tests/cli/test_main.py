"""Commands call what they name, and a mistake ends in one sentence that says what is wrong."""

import pytest
from click.testing import CliRunner

import unelib
from unelib.cli.main import app


def test_the_version_is_the_packages():
    assert CliRunner().invoke(app, ["--version"]).output.strip().endswith(unelib.__version__)


@pytest.mark.parametrize("command", ["train", "card"])
def test_an_unknown_model_is_named_with_those_there_are(command):
    done = CliRunner().invoke(app, [command, "drawn-cat"])
    assert done.exit_code == 1 and "unknown model 'drawn-cat'; choose one of drawn-ldm" in done.output
