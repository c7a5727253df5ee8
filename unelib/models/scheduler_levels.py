"""The noise levels that a diffusers scheduler was trained on, and whether it is a flow's."""

import numpy as np
from diffusers import FlowMatchEulerDiscreteScheduler, FlowMatchHeunDiscreteScheduler

from .noise_schedule import training_sigmas

FLOWS = (FlowMatchEulerDiscreteScheduler, FlowMatchHeunDiscreteScheduler)


def is_flow(scheduler):
    """Whether the model behind a scheduler is a flow."""
    return isinstance(scheduler, FLOWS)


def training_levels(name, scheduler):
    """Levels (T,) float64 the model was trained on, rising: sigmas, or t in (0, 1] of a flow."""
    if is_flow(scheduler):
        return np.sort(scheduler.sigmas.double().numpy()[scheduler.sigmas.numpy() > 0])
    if getattr(scheduler, "betas", None) is None:
        raise ValueError(
            f"{name} has a {type(scheduler).__name__}, whose noise levels are not known here; put the scheduler's"
            " config into the model's folder as a DDIMScheduler's or a FlowMatchEulerDiscreteScheduler's"
        )
    return training_sigmas(scheduler.betas.double().numpy())
