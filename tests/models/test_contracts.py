"""What is handed on keeps the contract: every name of it, on our models and on those of a closed form."""

import inspect
from pathlib import Path

import pytest

from unelib.models import (
    ConditionalLike,
    EncoderLike,
    GeneratorLike,
    JudgeLike,
    PictureEncoder,
    load_encoder,
    load_generator,
    load_judge,
)
from unelib.models.closed_form import ExactClasses, ExactFlow, ExactGaussian

WHOLE = Path(__file__).resolve().parents[1] / "whole"


def names_of(contract):
    """Every attribute and method that a Protocol asks for."""
    methods = [name for name, _ in inspect.getmembers(contract) if name[0] != "_"]
    return {*contract.__annotations__, *methods}


@pytest.mark.parametrize(
    "model, contract",
    [
        (lambda: load_generator("drawn-ddpm", "cpu"), GeneratorLike),
        (ExactGaussian, GeneratorLike),
        (ExactFlow, GeneratorLike),
        (ExactClasses, ConditionalLike),
        (lambda: load_generator("fashion-cond-ddpm", "cpu"), ConditionalLike),
        (lambda: load_generator(str(WHOLE / "tiny-gan"), "cpu"), GeneratorLike),
        (lambda: load_encoder("drawn-clip", "cpu"), EncoderLike),
        (lambda: load_encoder(str(WHOLE / "tiny-lite"), "cpu"), EncoderLike),
        (lambda: PictureEncoder("means", lambda pixels: pixels.mean((1, 2)), {}), EncoderLike),
        (lambda: load_judge("drawn-judge", "cpu"), JudgeLike),
    ],
)
def test_models_keep_the_contract(model, contract):
    found = model()
    assert len(names_of(contract)) > 1
    assert [name for name in names_of(contract) if not hasattr(found, name)] == []
