"""Denoisers of every family give what they give in their own pipelines."""

import pytest
from diffusers import SD3Transformer2DModel

from unelib.models.generators import load_generator


@pytest.fixture
def load(model_folder):
    return lambda name, **options: load_generator(model_folder(name), device="cpu", **options)


def test_a_pipeline_without_a_known_denoiser_is_refused(load, monkeypatch):
    monkeypatch.setattr("unelib.models.generators.TRANSFORMERS", (SD3Transformer2DModel,))
    monkeypatch.setattr("unelib.models.denoiser_families.TRANSFORMERS", (SD3Transformer2DModel,))
    with pytest.raises(ValueError, match="DiTPipeline has no denoiser that is known.*of SD3Transformer2DModel; choose"):
        load("dit")
