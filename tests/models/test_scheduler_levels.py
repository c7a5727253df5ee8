"""Noise levels are those of the scheduler, or it is refused."""

import diffusers
import numpy as np
import pytest

from unelib.models.generators import load_generator
from unelib.models.scheduler_levels import is_flow, training_levels


@pytest.fixture
def load(model_folder):
    return lambda name, **options: load_generator(model_folder(name), device="cpu", **options)


def test_noise_levels_are_the_scheduler_s(load):
    gen = load("sd")
    abar = gen.scheduler.alphas_cumprod.double().numpy()
    np.testing.assert_allclose(gen.levels, np.sqrt((1 - abar) / abar), rtol=1e-4)
    assert np.isclose(gen.sigma_at(10.5), np.sqrt(gen.levels[10] * gen.levels[11]))
    assert gen.schedule(5).steps == 5


def test_schedulers_that_are_not_known_are_refused(load, monkeypatch):
    monkeypatch.setattr("unelib.models.scheduler_levels.FLOWS", ())
    with pytest.raises(ValueError, match="has a FlowMatchEulerDiscreteScheduler, whose noise levels are not known"):
        load("flow")


def test_a_schedule_without_signal_at_its_end_ends_before(load):
    levels = load("zero-snr").levels
    assert 70 < levels[-1] <= 80 and len(levels) < 1000 and load("ldm").levels[-1] < 20


@pytest.mark.parametrize("kind", ["DPMSolverMultistepScheduler", "UniPCMultistepScheduler"])
@pytest.mark.parametrize("shift", [1.0, 3.0])
def test_a_flow_told_by_its_settings_has_the_levels_of_one_told_by_its_class(kind, shift):
    how = {"prediction_type": "flow_prediction", "use_flow_sigmas": True, "flow_shift": shift}
    one = getattr(diffusers, kind)(**how)
    other = diffusers.FlowMatchEulerDiscreteScheduler(shift=shift)
    assert is_flow(one) and is_flow(other)
    np.testing.assert_allclose(training_levels("a", one), training_levels("b", other), atol=1e-6)
    one.set_timesteps(10)
    inside = one.sigmas[:-1].numpy()
    assert training_levels("a", one)[0] < inside.min() and inside.max() <= 1


def test_a_prediction_of_a_flow_without_its_levels_is_none():
    assert not is_flow(diffusers.DPMSolverMultistepScheduler(prediction_type="flow_prediction"))
