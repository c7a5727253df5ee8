"""What the command line says."""

from click.testing import CliRunner

from unelib.cli.main import app


def said_by(*arguments, status=0):
    """What a command prints; the test fails unless it ends with the status expected, and without a traceback."""
    done = CliRunner().invoke(app, [*map(str, arguments)])
    assert done.exit_code == status, done.output
    assert "Traceback" not in done.output
    return done.output
