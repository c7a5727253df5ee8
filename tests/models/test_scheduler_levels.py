"""Noise levels are those of the scheduler, or it is refused."""

import numpy as np
import pytest

from unelib.models.generators import load_generator


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
