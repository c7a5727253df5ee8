"""Tiny models of the real classes with random weights, saved as folders; and a Gaussian world with a known answer.

The models' libraries are imported by the fixtures, since pytest loads this file also where it only hands out tests.
"""

import os

import pytest

os.environ["HF_HUB_OFFLINE"] = "1"  # before any import of the hub's libraries


@pytest.fixture(autouse=True, scope="session")
def quiet():
    import diffusers
    import matplotlib
    import transformers

    diffusers.utils.logging.set_verbosity_error()
    transformers.logging.set_verbosity_error()
    matplotlib.use("Agg")  # figures are drawn, not shown


@pytest.fixture
def closed():
    """Closes all figures after a test."""
    import matplotlib.pyplot as plt

    yield
    plt.close("all")


@pytest.fixture(scope="session")
def faces():
    """Eight drawn faces (8, 64, 64, 3) uint8."""
    from unelib.worlds.faces import draw_faces, sample_factors

    return draw_faces(sample_factors(range(8)))


@pytest.fixture(scope="session")
def model_folder(tmp_path_factory):
    """Folder of a tiny model by its name in `PIPELINES` or `ENCODERS`, made when it is first asked for."""
    import torch

    from .helpers.tiny_models import ENCODERS, PIPELINES

    root = tmp_path_factory.mktemp("models")

    def folder(name):
        path = root / name
        if not path.exists():
            torch.manual_seed(1)
            parts = [PIPELINES[name]()] if name in PIPELINES else [p for p in ENCODERS[name]() if p is not None]
            for part in parts:
                part.save_pretrained(path)
        return str(path)

    return folder


@pytest.fixture
def gaussian():
    from unelib.models.closed_form import ExactGaussian

    return ExactGaussian()


@pytest.fixture
def gaussian_flow():
    from unelib.models.closed_form import ExactFlow

    return ExactFlow()
