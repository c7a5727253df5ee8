"""Tiny pipelines, scheduler by prediction by latent or text: each inverts and generates, or says what it lacks."""

import warnings

import diffusers
import numpy as np
import pytest

from unelib.inversion.deterministic import generate, invert
from unelib.models.generators import load_generator

from ..helpers.tiny_models import autoencoder, conditional_unet, stable_diffusion, unconditional_unet

SCHEDULERS = ["DDIMScheduler", "DDPMScheduler", "PNDMScheduler", "EulerDiscreteScheduler", "LMSDiscreteScheduler",
              "DPMSolverMultistepScheduler", "UniPCMultistepScheduler", "HeunDiscreteScheduler", "EDMEulerScheduler",
              "FlowMatchEulerDiscreteScheduler"]  # fmt: skip
PREDICTIONS = ["epsilon", "v_prediction", "sample"]
KINDS = ["latent", "text"]


def pipeline(scheduler, prediction, kind):
    kept = {} if scheduler.startswith("FlowMatch") else {"prediction_type": prediction}
    made = getattr(diffusers, scheduler)(**kept)
    if kind == "latent":
        return diffusers.LDMPipeline(autoencoder(), unconditional_unet(), made)
    found = stable_diffusion(unet=conditional_unet())
    found.scheduler = made
    return found.__class__(**found.components, requires_safety_checker=False)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("prediction", PREDICTIONS)
@pytest.mark.parametrize("scheduler", SCHEDULERS)
def test_a_tiny_pipeline(tmp_path, faces, scheduler, prediction, kind):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            pipeline(scheduler, prediction, kind).save_pretrained(tmp_path)
        except (ValueError, NotImplementedError):
            pytest.skip(f"diffusers has no {scheduler} with {prediction}")
        try:
            gen = load_generator(str(tmp_path), "cpu")
        except ValueError as error:
            assert "supported" in str(error) or "are not known here" in str(error)
            return
    noise = invert(gen, faces[:2], steps=3).noise
    assert noise.shape == (2, *gen.latent_shape) and np.isfinite(noise).all()
    assert gen.prediction == ("flow" if scheduler.startswith("FlowMatch") else prediction)
    assert generate(gen, noise, steps=3).shape == (2, 16, 16, 3)
