"""Where things lie: the project's folder, its embedded models and data, and where runs keep what they make."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "data"
MODELS = DATA / "models"
STARTED = "UNELIB_STARTED_IN"  # set for a kernel, which runs in the project's folder: where its command was started
CLONE = (
    "this is an installed package, without the embedded models, data, recipes and notebooks; for them clone the"
    " workbook's repository and run `make run` there, or `pip install -e .`"
)


def home():
    """Where all runs keep their things: the folder that the environment variable UNELIB_ROOT names, else the project.

    An installed package has no project; its runs lie in the working folder then. Notebooks, recipes and models are the
    project's in any case.
    """
    return Path(os.environ.get("UNELIB_ROOT") or (ROOT if in_clone() else Path.cwd()))


def started_in():
    """The folder that names in a recipe are seen from: where the command was started, also for its kernels."""
    return Path(os.environ.get(STARTED) or Path.cwd())


def in_clone():
    """Whether the package lies in a clone of the workbook, with models, data, recipes and notebooks beside it."""
    return (ROOT / "pyproject.toml").is_file()


def next_step(advice):
    """What to do where a part of the workbook is missing: the advice in a clone, elsewhere that a clone is needed."""
    return advice if in_clone() else CLONE
