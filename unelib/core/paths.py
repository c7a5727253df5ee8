"""Where things lie: the project's folder, its embedded models and data, and where runs keep what they make."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "data"
MODELS = DATA / "models"


def home():
    """Where all runs keep their things: the folder that the environment variable UNELIB_ROOT names, else the project.

    Notebooks, recipes and models are the project's in any case.
    """
    return Path(os.environ.get("UNELIB_ROOT") or ROOT)
