"""The noise levels that a diffusers scheduler was trained on, and whether it is a flow's."""

import numpy as np
from diffusers import FlowMatchEulerDiscreteScheduler, FlowMatchHeunDiscreteScheduler

from .noise_schedule import training_sigmas

FLOWS = (FlowMatchEulerDiscreteScheduler, FlowMatchHeunDiscreteScheduler)


def is_flow(scheduler):
    """Whether the model behind a scheduler is a flow: by its class, or its settings (SANA's DPM-Solver)."""
    config = scheduler.config
    told = config.get("prediction_type") == "flow_prediction" and config.get("use_flow_sigmas", False)
    return isinstance(scheduler, FLOWS) or told


def training_levels(name, scheduler):
    """Levels (T,) float64 the model was trained on, rising: sigmas, or t in (0, 1] of a flow."""
    if is_flow(scheduler) and not isinstance(scheduler, FLOWS):
        shift, t = scheduler.config["flow_shift"], np.arange(1, scheduler.config["num_train_timesteps"] + 1)
        return shift * t / (t[-1] + (shift - 1) * t)
    if is_flow(scheduler):
        return np.sort(scheduler.sigmas.double().numpy()[scheduler.sigmas.numpy() > 0])
    if getattr(scheduler, "betas", None) is None:
        raise ValueError(
            f"{name} has a {type(scheduler).__name__}, whose noise levels are not known here; put the scheduler's"
            " config into the model's folder as a DDIMScheduler's or a FlowMatchEulerDiscreteScheduler's"
        )
    return training_sigmas(scheduler.betas.double().numpy())
